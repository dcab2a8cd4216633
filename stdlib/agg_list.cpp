//===- agg_list.cpp - LISTAGG ----------------------------------------------===//
#include "stdlib/build.h"

#include <new>

/// The texts that are not NULL one after the other, with commas between them, in the order of
/// the rows.
struct LEVADA_AGG("LISTAGG", ordered) levada_agg_listagg {
  char *data = nullptr;
  uint32_t size = 0, capacity = 0;
  uint64_t count = 0;

  void add(levada_ctx *ctx, const levada_str &value) {
    append(ctx, levada_data(value), value.len);
    ++count;
  }
  void merge(levada_ctx *ctx, const levada_agg_listagg &other) {
    if (other.count == 0)
      return;
    append(ctx, other.data, other.size);
    count += other.count;
  }
  levada_status get(levada_ctx *ctx, levada_str *out) const {
    *out = levada::text::keep(ctx, data ? data : "", size);
    return count ? LEVADA_VALUE : LEVADA_NULL;
  }

  /// Behind a comma, unless it is the first.
  void append(levada_ctx *ctx, const char *text, uint32_t length) {
    uint64_t need = uint64_t(size) + length + 1;
    if (need > capacity) {
      uint64_t room = need < 64 ? 64 : need * 2;
      if (room > UINT32_MAX)
        room = UINT32_MAX;
      char *next = levada_rt_state_alloc(ctx, room);
      if (size)
        __builtin_memcpy(next, data, size);
      data = next;
      capacity = uint32_t(room);
    }
    if (need > capacity) // 4 GB of text in one group
      return;
    if (count)
      data[size++] = ',';
    __builtin_memcpy(data + size, text, length);
    size += length;
  }
};

#ifndef LEVADA_ABIGEN
#include "generated/thunks_agg_list.inc"
#endif
