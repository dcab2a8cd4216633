//===- agg_list.cpp - LISTAGG, JSON_ARRAYAGG, JSON_OBJECTAGG ---------------===//
//
// The text grows in memory of the state. A separator is that of the row which
// it stands before.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"

#include <new>

extern "C" {
levada_status levada_fn_json(levada_ctx *ctx, const levada_str &text, levada_str *out);
levada_status levada_fn_json_string(levada_ctx *ctx, const levada_str &value, levada_str *out);
}

namespace {

struct List {
  char *data = nullptr;
  uint32_t size = 0, capacity = 0;
  uint64_t count = 0;

  /// Behind the separator, unless it is the first.
  void append(levada_ctx *ctx, const char *text, uint32_t length, const char *separator,
              uint32_t separator_length) {
    uint64_t need = uint64_t(size) + length + separator_length;
    if (need > capacity) {
      uint64_t room = need < 64 ? 64 : need * 2;
      if (room > UINT32_MAX)
        room = UINT32_MAX;
      char *next = levada_rt_state_alloc(ctx, room);
      if (size)
        levada::text::copyLarge(next, data, size);
      data = next;
      capacity = uint32_t(room);
    }
    if (need > capacity) // 4 GB of text in one group
      return;
    if (count++) {
      __builtin_memcpy(data + size, separator, separator_length);
      size += separator_length;
    }
    levada::text::copyLarge(data + size, text, length);
    size += length;
  }
  template <class Archive> void state(Archive &archive) {
    archive.value(count);
    archive.bytes(data, size);
    if (Archive::loading)
      capacity = size;
  }
};

} // namespace

/// The texts that are not NULL one after the other, with commas between them, in the order of
/// the rows.
struct LEVADA_AGG("LISTAGG", ordered) levada_agg_listagg {
  List list;

  void add(levada_ctx *ctx, const levada_str &value) {
    list.append(ctx, levada_data(value), value.len, ",", 1);
  }
  void merge(levada_ctx *ctx, const levada_agg_listagg &other) {
    if (other.list.count)
      list.append(ctx, other.list.data, other.list.size, ",", 1);
  }
  levada_status get(levada_ctx *ctx, levada_str *out) const {
    *out = levada::text::keep(ctx, list.data ? list.data : "", list.size);
    return list.count ? LEVADA_VALUE : LEVADA_NULL;
  }
};

/// The texts that are not NULL one after the other, with `separator` between them, in the order
/// of the rows.
struct LEVADA_AGG("LISTAGG", ordered) levada_agg_listagg_with {
  List list;
  char *separator = nullptr; ///< of the first row: what a merge puts between
  uint64_t separator_size = 0;

  template <class Archive> void state(Archive &archive) {
    list.state(archive);
    archive.bytes(separator, separator_size);
  }

  void add(levada_ctx *ctx, const levada_str &value, const levada_str &between) {
    if (list.count == 0 && between.len) {
      separator = levada_rt_state_alloc(ctx, between.len);
      separator_size = between.len;
      __builtin_memcpy(separator, levada_data(between), between.len);
    }
    list.append(ctx, levada_data(value), value.len, levada_data(between), between.len);
  }
  void merge(levada_ctx *ctx, const levada_agg_listagg_with &other) {
    if (other.list.count == 0)
      return;
    if (list.count == 0) {
      separator = other.separator;
      separator_size = other.separator_size;
      if (separator_size) {
        separator = levada_rt_state_alloc(ctx, separator_size);
        __builtin_memcpy(separator, other.separator, separator_size);
      }
    }
    list.append(ctx, other.list.data, other.list.size, other.separator,
                uint32_t(other.separator_size));
  }
  levada_status get(levada_ctx *ctx, levada_str *out) const {
    *out = levada::text::keep(ctx, list.data ? list.data : "", list.size);
    return list.count ? LEVADA_VALUE : LEVADA_NULL;
  }
};

/// JSON_ARRAYAGG(value NULL | ABSENT ON NULL): an array of the values, which are JSON already, in
/// the order of the rows; without NULLs unless the call says NULL ON NULL.
struct LEVADA_AGG("JSON_ARRAYAGG", ordered) levada_agg_json_arrayagg {
  List list;

  void add(levada_ctx *ctx, const levada_str &json) {
    list.append(ctx, levada_data(json), json.len, ",", 1);
  }
  void merge(levada_ctx *ctx, const levada_agg_json_arrayagg &other) {
    if (other.list.count)
      list.append(ctx, other.list.data, other.list.size, ",", 1);
  }
  levada_status get(levada_ctx *ctx, levada_str *out) const {
    levada::text::Buffer buffer(ctx, uint64_t(list.size) + 2);
    buffer.data[0] = '[';
    if (list.size)
      levada::text::copyLarge(buffer.data + 1, list.data, list.size);
    buffer.data[list.size + 1] = ']';
    *out = buffer.finish(buffer.data + list.size + 2);
    return LEVADA_VALUE;
  }
};

/// JSON_OBJECTAGG(KEY key VALUE value NULL | ABSENT ON NULL): an object of the values, which are
/// JSON already, its keys in order; of equal keys the last counts. A NULL is null unless the call
/// says ABSENT ON NULL.
struct LEVADA_AGG("JSON_OBJECTAGG", ordered) levada_agg_json_objectagg {
  List list;

  void add(levada_ctx *ctx, const levada_str &key, const levada_str &json) {
    levada_str quoted;
    levada_fn_json_string(ctx, key, &quoted);
    levada::text::Buffer member(ctx, uint64_t(quoted.len) + json.len + 1);
    __builtin_memcpy(member.data, levada_data(quoted), quoted.len);
    member.data[quoted.len] = ':';
    __builtin_memcpy(member.data + quoted.len + 1, levada_data(json), json.len);
    list.append(ctx, member.data, quoted.len + 1 + json.len, ",", 1);
  }
  void merge(levada_ctx *ctx, const levada_agg_json_objectagg &other) {
    if (other.list.count)
      list.append(ctx, other.list.data, other.list.size, ",", 1);
  }
  levada_status get(levada_ctx *ctx, levada_str *out) const {
    levada::text::Buffer buffer(ctx, uint64_t(list.size) + 2);
    buffer.data[0] = '{';
    if (list.size)
      levada::text::copyLarge(buffer.data + 1, list.data, list.size);
    buffer.data[list.size + 1] = '}';
    return levada_fn_json(ctx, buffer.finish(buffer.data + list.size + 2), out);
  }
};

#ifndef LEVADA_ABIGEN
#include "generated/thunks_agg_list.inc"
#endif
