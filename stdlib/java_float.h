//===- java_float.h - digits of floating point numbers as Java 17 has them -===//
#ifndef LEVADA_STDLIB_JAVA_FLOAT_H
#define LEVADA_STDLIB_JAVA_FLOAT_H

#include <stdint.h>

namespace levada::javafloat {

/// 0.d1d2… * 10^point
struct Digits {
  char text[24];
  int count;
  int point;
};

/// Of a finite value above 0.
Digits digitsOf(double value);
Digits digitsOf(float value);

} // namespace levada::javafloat

extern "C" {
/// As Double.toString and Float.toString of Java 17; at most 26 characters.
char *levada_put_java_f64(char *at, double value);
char *levada_put_java_f32(char *at, float value);
}

#endif
