#pragma once
#include <sqlite3.h>

// A macro with a cast that Swift does not import: SQLite copies the bound bytes before returning.
static inline sqlite3_destructor_type postern_sqlite_transient(void) { return SQLITE_TRANSIENT; }
