#pragma once
#ifdef __cplusplus
extern "C" {
#endif
int postern_toml_version(void);
#ifdef __cplusplus
}
#endif
