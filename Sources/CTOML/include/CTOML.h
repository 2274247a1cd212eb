#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Parses TOML 1.0 and returns JSON text (UTF-8, NUL-terminated) that keeps the line and column of every key and value:
///   {"error":{"line":3,"column":1,"message":"…"}}   or   {"root":NODE}
///   NODE = {"type":"string","line":1,"column":8,"text":"…"}      type string, float, date, time or datetime: "text"
///        | {"type":"integer",…,"integer":5} | {"type":"boolean",…,"boolean":true}
///        | {"type":"array",…,"items":[NODE…]} | {"type":"table",…,"entries":[{"key":"…","line":1,"column":1,"value":NODE}…]}
/// Never throws. Returns NULL only when memory is short. The caller gives the text back with `postern_toml_free`.
char *_Nullable postern_toml_parse(const char *_Nonnull bytes, size_t count);

/// Gives back what `postern_toml_parse` returned.
void postern_toml_free(char *_Nullable text);

#ifdef __cplusplus
}
#endif
