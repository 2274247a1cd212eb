#include "CTOML.h"
#include <toml++/toml.h>
int postern_toml_version(void) { return TOML_LIB_MAJOR; }
