//===- archive.h - accumulators to bytes and back --------------------------===//
//
// A struct inside an aggregate that holds pointers has one member for both ways:
//
//   template <class Archive> void state(Archive &archive) {
//     archive.value(count);
//     archive.bytes(data, size);
//     if (Archive::loading)
//       capacity = size;
//   }
//
// Save writes what is there; Load replaces what member initializers made, with
// memory of the state. Bytes that run out leave everything empty and zero.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_STDLIB_ARCHIVE_H
#define LEVADA_STDLIB_ARCHIVE_H

#include "stdlib/fn.h"

namespace levada::state {

class Save {
public:
  static constexpr bool loading = false;
  explicit Save(void *writer) : writer(writer) {}

  /// Plain data.
  template <typename T> void value(const T &value) {
    static_assert(__is_trivially_copyable(T));
    levada_rt_save(writer, reinterpret_cast<const char *>(&value), sizeof value);
  }
  void text(const levada_str &text) {
    value(text.len);
    levada_rt_save(writer, levada_data(text), text.len);
  }
  /// `size` bytes at `data`.
  template <typename Size> void bytes(const char *data, Size size) {
    value(size);
    levada_rt_save(writer, data, size);
  }
  /// `count` elements at `data`, which has room for `capacity`: each(element).
  template <typename T, typename Each>
  void array(T *data, uint64_t count, uint64_t, Each each) {
    value(count);
    for (uint64_t i = 0; i < count; ++i)
      each(data[i]);
  }

private:
  void *writer;
};

class Load {
public:
  static constexpr bool loading = true;
  Load(levada_ctx *ctx, void *reader) : ctx(ctx), reader(reader) {}

  template <typename T> void value(T &value) {
    static_assert(__is_trivially_copyable(T));
    levada_rt_load_into(reader, reinterpret_cast<char *>(&value), sizeof value);
  }
  void text(levada_str &text) {
    text = {};
    uint32_t size;
    const char *data;
    value(size);
    if (!(data = levada_rt_load(reader, size)))
      return;
    text = levada_view(size > 12 ? copy(data, size) : data, size);
  }
  template <typename Size> void bytes(char *&data, Size &size) {
    value(size);
    const char *from = levada_rt_load(reader, size);
    data = from && size ? copy(from, size) : nullptr;
    size = from ? size : 0;
  }
  template <typename T, typename Each>
  void array(T *&data, uint64_t &count, uint64_t &capacity, Each each) {
    value(count);
    if (count > levada_rt_load_left(reader)) // an element takes a byte at least
      levada_rt_load(reader, UINT64_MAX), count = 0;
    capacity = count;
    data = count ? reinterpret_cast<T *>(levada_rt_state_alloc(ctx, count * sizeof(T))) : nullptr;
    for (uint64_t i = 0; i < count; ++i) {
      data[i] = T();
      each(data[i]);
    }
  }

private:
  char *copy(const char *data, uint64_t size) {
    char *to = levada_rt_state_alloc(ctx, size);
    __builtin_memcpy(to, data, size);
    return to;
  }
  levada_ctx *ctx;
  void *reader;
};

} // namespace levada::state

#endif
