//===- libcxx.cpp - the few symbols of libstdc++ that headers ask for -----===//
//
// std::vector and friends refer to throwing functions and to operator new of
// libstdc++.a, which bring exceptions, locales and message catalogues into a
// static executable: half a megabyte that never runs. Out of memory and broken
// bounds end the program here.
//
//===----------------------------------------------------------------------===//
#include "runtime/core/arena.h"

#include <new>
#include <stdio.h>
#include <stdlib.h>

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

void *operator new(size_t size) { return levada::rt::must_alloc(size); }
void *operator new[](size_t size) { return levada::rt::must_alloc(size); }
void *operator new(size_t size, std::align_val_t align) {
  void *p = aligned_alloc(size_t(align), (size + size_t(align) - 1) & ~(size_t(align) - 1));
  return p ? p : levada::rt::must_alloc(~uint64_t(0));
}
void *operator new(size_t size, const std::nothrow_t &) noexcept { return malloc(size ? size : 1); }
void operator delete(void *p) noexcept { levada::rt::must_free(p); }
void operator delete[](void *p) noexcept { levada::rt::must_free(p); }
void operator delete(void *p, size_t) noexcept { levada::rt::must_free(p); }
void operator delete[](void *p, size_t) noexcept { levada::rt::must_free(p); }
void operator delete(void *p, std::align_val_t) noexcept { levada::rt::must_free(p); }
void operator delete(void *p, size_t, std::align_val_t) noexcept { levada::rt::must_free(p); }
void operator delete(void *p, const std::nothrow_t &) noexcept { levada::rt::must_free(p); }

#endif

namespace std {
static void broken(const char *what) {
  fprintf(stderr, "error[R699 internal]: %s\n", what);
  abort();
}
__attribute__((weak)) void __throw_length_error(const char *s) { broken(s), abort(); }
__attribute__((weak)) void __throw_logic_error(const char *s) { broken(s), abort(); }
__attribute__((weak)) void __throw_out_of_range(const char *s) { broken(s), abort(); }
__attribute__((weak)) void __throw_out_of_range_fmt(const char *s, ...) { broken(s), abort(); }
__attribute__((weak)) void __throw_invalid_argument(const char *s) { broken(s), abort(); }
__attribute__((weak)) void __throw_bad_alloc() { broken("bad_alloc"), abort(); }
__attribute__((weak)) void __throw_bad_array_new_length() {
  broken("bad_array_new_length"), abort();
}
__attribute__((weak)) void __throw_bad_function_call() { broken("bad_function_call"), abort(); }
__attribute__((weak)) void __throw_system_error(int) { broken("system_error"), abort(); }
} // namespace std
