//===- bytes.h - values to bytes and back ---------------------------------===//
//
// How parts of a checkpoint are written: values as they lie in memory (little
// endian, as on every machine that executables run on), texts after their
// length. A Reader never goes beyond its bytes: what does not fit makes it fail,
// and it stays failed.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_BYTES_H
#define LEVADA_RUNTIME_CHECKPOINT_BYTES_H

#include "runtime/core/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <string_view>
#include <type_traits>
#include <utility>

namespace levada::rt {

class Writer {
public:
  Writer() = default;
  Writer(Writer &&other) noexcept { swap(other); }
  Writer &operator=(Writer &&other) noexcept {
    swap(other);
    return *this;
  }
  ~Writer() { must_free(data_); }

  template <typename T> void value(const T &v) {
    static_assert(std::is_trivially_copyable_v<T>);
    memcpy(room(sizeof v), &v, sizeof v);
    size_ += sizeof v;
  }
  /// At most 4 GB.
  void text(std::string_view s) {
    value(uint32_t(s.size()));
    bytes(s.data(), s.size());
  }
  void bytes(const void *from, uint64_t size) {
    if (!size)
      return;
    memcpy(room(size), from, size);
    size_ += size;
  }
  /// Overwrites what was written at `at`: a count known only afterwards.
  template <typename T> void put(uint64_t at, const T &v) { memcpy(data_ + at, &v, sizeof v); }
  /// `size` bytes to be filled by the caller, at the end.
  char *extend(uint64_t size) {
    char *at = room(size);
    size_ += size;
    return at;
  }

  const char *data() const { return data_; }
  uint64_t size() const { return size_; }
  uint64_t capacity() const { return capacity_; }
  /// Room for `capacity` bytes in all.
  void reserve(uint64_t capacity) {
    if (capacity_ >= capacity)
      return;
    data_ = static_cast<char *>(must_realloc(data_, capacity));
    capacity_ = capacity;
  }
  std::string_view view() const { return {data_ ? data_ : "", size_}; }
  void clear() { size_ = 0; }
  /// Back to its first `size` bytes.
  void shrink(uint64_t size) { size_ = size; }
  void swap(Writer &other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

private:
  char *room(uint64_t need) {
    if (capacity_ - size_ < need) {
      uint64_t capacity = capacity_ ? capacity_ * 2 : 256;
      while (capacity - size_ < need)
        capacity *= 2;
      data_ = static_cast<char *>(must_realloc(data_, capacity));
      capacity_ = capacity;
    }
    return data_ + size_;
  }
  char *data_ = nullptr;
  uint64_t size_ = 0, capacity_ = 0;
};

class Reader {
public:
  Reader() = default;
  Reader(const void *data, uint64_t size)
      : at_(static_cast<const char *>(data)), end_(at_ + size) {}
  explicit Reader(std::string_view s) : Reader(s.data(), s.size()) {}

  template <typename T> bool value(T &v) {
    static_assert(std::is_trivially_copyable_v<T>);
    return bytes(&v, sizeof v);
  }
  /// A view of the reader's bytes.
  bool text(std::string_view &out) {
    uint32_t size;
    const char *from;
    if (!value(size) || !(from = skip(size)))
      return false;
    out = {from, size};
    return true;
  }
  bool bytes(void *to, uint64_t size) {
    const char *from = skip(size);
    if (!from)
      return false;
    if (size)
      memcpy(to, from, size);
    return true;
  }
  /// The next `size` bytes, passed over; NULL beyond the end.
  const char *skip(uint64_t size) {
    if (!ok || left() < size) {
      ok = false;
      return nullptr;
    }
    const char *from = at_ ? at_ : "";
    at_ += size;
    return from;
  }
  uint64_t left() const { return uint64_t(end_ - at_); }

  bool ok = true;

private:
  const char *at_ = nullptr, *end_ = nullptr;
};

} // namespace levada::rt

#endif
