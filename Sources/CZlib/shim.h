#pragma once
#include <zlib.h>

// deflateInit2 and inflateInit2 are macros that pass zlib's version and the size of its struct.

static inline int postern_deflate_init(z_stream *stream, int level, int window_bits, int memory) {
  return deflateInit2(stream, level, Z_DEFLATED, window_bits, memory, Z_DEFAULT_STRATEGY);
}

static inline int postern_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }
