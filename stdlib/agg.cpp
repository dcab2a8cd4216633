//===- agg.cpp - COUNT, SUM, AVG -------------------------------------------===//
//
// SUM and AVG of integers are of the argument's type: SUM wraps, AVG truncates,
// as Flink's do. FLOAT adds in float. Decimals add in 128 bits; a sum that
// leaves DECIMAL(38, s) is NULL.
//
//===----------------------------------------------------------------------===//
#include "stdlib/fn.h"

#include <new>


/// Number of rows.
struct LEVADA_AGG("COUNT", exact) levada_agg_count {
  int64_t count = 0;
  void add() { ++count; }
  void merge(const levada_agg_count &other) { count += other.count; }
  int64_t get() const { return count; }
};

/// Number of rows in which `value` is not NULL.
struct LEVADA_AGG("COUNT", exact, "(ANY) -> BIGINT") levada_agg_count_value {
  int64_t count = 0;
  void add() { ++count; }
  void merge(const levada_agg_count_value &other) { count += other.count; }
  int64_t get() const { return count; }
};

#ifndef LEVADA_ABIGEN
#include "generated/thunks_agg.inc"
#endif
