//===- number.h - the slow paths of number.cpp, in ext_float.cpp -----------===//
#ifndef LEVADA_STDLIB_NUMBER_H
#define LEVADA_STDLIB_NUMBER_H

#include "stdlib/text.h"

#ifdef __cplusplus
extern "C" {
#endif
/* All forms of levada_parse_f64 and _f32. */
bool levada_parse_f64_slow(const char *p, uint64_t n, double *out);
bool levada_parse_f32_slow(const char *p, uint64_t n, float *out);
#ifdef __cplusplus
}
#endif

#endif
