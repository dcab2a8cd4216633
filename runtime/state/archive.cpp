//===- archive.cpp - what stdlib/archive.h writes to and reads from --------===//
//
// Accumulators know of writers and readers what abi.h says; here it meets
// runtime/checkpoint/bytes.h.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/bytes.h"

using namespace levada::rt;

extern "C" void levada_rt_save(void *writer, const char *data, uint64_t size) {
  ((Writer *)writer)->bytes(data, size);
  paged_passed(size);
}

extern "C" const char *levada_rt_load(void *reader, uint64_t size) {
  paged_passed(size);
  return ((Reader *)reader)->skip(size);
}

extern "C" void levada_rt_load_into(void *reader, char *to, uint64_t size) {
  if (!((Reader *)reader)->bytes(to, size))
    memset(to, 0, size);
  paged_passed(size);
}

extern "C" uint64_t levada_rt_load_left(void *reader) {
  auto *from = (Reader *)reader;
  return from->ok ? from->left() : 0;
}
