//===- program.h - pipelines written by hand ------------------------------===//
//
// What codegen makes of a pipeline, in C++: small helpers for source stages
// over lines "key,time,value" of integers, and for the tables of a program.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_TEST_RUNTIME_PROGRAMS_PROGRAM_H
#define LEVADA_TEST_RUNTIME_PROGRAMS_PROGRAM_H

#include "runtime/abi/abi.h"

#include <stdio.h>
#include <string.h>

extern "C" {
extern const levada_connector levada_connector_filesystem, levada_connector_stdin,
    levada_connector_stdout, levada_connector_print, levada_connector_blackhole;
}

namespace test {

struct Record {
  int64_t key, time, value;
};

/// One number, and the character behind it.
inline bool number(const char *&p, const char *end, char behind, int64_t &out) {
  bool minus = p < end && *p == '-';
  p += minus;
  if (p == end || *p < '0' || *p > '9')
    return false;
  uint64_t digits = 0;
  for (; p < end && *p >= '0' && *p <= '9'; ++p)
    digits = digits * 10 + (*p - '0');
  out = int64_t(minus ? -digits : digits) % 1000000000000;
  if (p < end && *p == '\r')
    ++p;
  return p < end && *p++ == behind;
}

inline levada_str text(const char *s) {
  levada_str out = {};
  out.len = strlen(s);
  if (out.len <= 12) {
    memcpy(out.inl, s, out.len);
  } else {
    memcpy(out.prefix, s, 4);
    out.ptr = s;
  }
  return out;
}

/// Calls f(record, begin, size) for every record; stops where it returns non-zero.
template <typename F>
int32_t each_record(levada_ctx *ctx, const levada_chunk *chunk, uint32_t op, F f) {
  const char *p = chunk->data, *end = p + chunk->size;
  while (p < end) {
    const char *line_end = static_cast<const char *>(memchr(p, '\n', end - p)) + 1;
    Record record;
    const char *q = p;
    levada_rt_count(ctx, op, LEVADA_COUNT_IN, 1);
    if (number(q, line_end, ',', record.key) && number(q, line_end, ',', record.time) &&
        number(q, line_end, '\n', record.value)) {
      if (int32_t status = f(record, p, line_end - p))
        return status;
    } else {
      levada_str reason = text("three integers, as in `1,2,3`, were expected");
      if (int32_t status = levada_rt_bad_record(ctx, chunk, p, line_end - p, 601, nullptr, &reason))
        return status;
    }
    p = line_end;
  }
  return 0;
}

template <typename... Args>
void write_row(levada_ctx *ctx, uint32_t sink, const char *format, Args... args) {
  levada_out *out = levada_rt_out(ctx, sink, 200);
  out->cur += snprintf(out->cur, 200, format, args...);
  ++out->rows;
}

} // namespace test

#endif
