//===- text.h - growing text, vectors of pointers apart -------------------===//
//
// The runtime's own string: a static executable that uses std::string carries
// half of libstdc++'s streams. Always followed by a zero byte.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CORE_TEXT_H
#define LEVADA_RUNTIME_CORE_TEXT_H

#include "runtime/core/arena.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <string_view>

namespace levada::rt {

class Text {
public:
  Text() = default;
  Text(std::string_view s) { append(s); }
  Text(const char *s) { append(s); }
  Text(const Text &other) { append(other.view()); }
  Text(Text &&other) noexcept { swap(other); }
  Text &operator=(Text other) noexcept {
    swap(other);
    return *this;
  }
  ~Text() { must_free(data_); }

  Text &append(std::string_view s) {
    reserve(size_ + s.size());
    memcpy(data_ + size_, s.data(), s.size());
    size_ += s.size();
    data_[size_] = 0;
    return *this;
  }
  Text &append(char c) { return append(std::string_view(&c, 1)); }
  Text &operator+=(std::string_view s) { return append(s); }
  /// printf into the end.
  Text &format(const char *fmt, ...) __attribute__((format(printf, 2, 3)));
  Text &vformat(const char *fmt, va_list args);
  void clear() {
    size_ = 0;
    if (data_)
      data_[0] = 0;
  }
  void truncate(size_t size) {
    if (size < size_) {
      size_ = size;
      data_[size] = 0;
    }
  }
  const char *c_str() const { return data_ ? data_ : ""; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {c_str(), size_}; }
  operator std::string_view() const { return view(); }
  bool operator==(const Text &o) const { return view() == o.view(); }
  bool operator<(const Text &o) const { return view() < o.view(); }
  void swap(Text &o) noexcept {
    std::swap(data_, o.data_);
    std::swap(size_, o.size_);
    std::swap(capacity_, o.capacity_);
  }

private:
  void reserve(size_t size) {
    if (size + 1 > capacity_) {
      capacity_ = size + 1 > 2 * capacity_ ? size + 1 : 2 * capacity_;
      data_ = static_cast<char *>(must_realloc(data_, capacity_));
    }
  }
  char *data_ = nullptr;
  size_t size_ = 0, capacity_ = 0;
};

/// A Text made by printf.
Text textf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/// The bytes of a levada_str.
inline std::string_view str_view(const levada_str &s) {
  return {s.len <= 12 ? s.inl : s.ptr, s.len};
}

/// `number` with a thin separator every three digits: 1,234,567.
Text grouped(uint64_t number);

/// A time in ms since 1970 as 2001-01-31 12:34:56, in UTC.
Text moment(int64_t ms);

/// Levenshtein distance, for nearest spellings; `limit` or more when larger.
unsigned spelling_distance(std::string_view a, std::string_view b, unsigned limit);

/// `bytes` fit for a terminal: control characters and bad UTF-8 escaped, cut
/// after `limit` characters with an ellipsis.
Text printable(std::string_view bytes, size_t limit);

} // namespace levada::rt

#endif
