//===- string.cpp - text: length, case, parts ------------------------------===//
#include "stdlib/fn.h"

extern "C" {

/// Number of characters of `s`.
LEVADA_FN("CHAR_LENGTH", pure)
int32_t levada_fn_char_length(const levada_str &s) {
  const char *data = levada_data(s);
  int32_t count = 0;
  for (uint32_t i = 0; i < s.len; ++i)
    count += (data[i] & 0xC0) != 0x80;
  return count;
}

} // extern "C"
