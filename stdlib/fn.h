//===- fn.h - how built-in functions and aggregates are declared ----------===//
//
// A built-in is one annotated C++ function or struct in stdlib/. AbiGen reads
// it: SQL name, types, null policy and documentation come from here only.
//
//   /// Number of characters of `s`.
//   LEVADA_FN("CHAR_LENGTH", pure)
//   int32_t levada_fn_char_length(const levada_str &s) { … }
//
// Parameters: bool, int8_t … int64_t, float, double by value; levada_str,
// levada_i128 and the decimal and timestamp types below by const reference.
// A plain parameter is strict: generated code returns NULL before the call
// when it is NULL. `levada_opt<T>` may be NULL. `levada_args<T>`, last, takes
// any number. Result: the value itself for a total, strict function of a
// by-value type (which may take levada_ctx * first); every other function takes
// `levada_ctx *ctx` first and an out pointer last, and returns levada_status.
// LEVADA_ERROR: ctx->error_code and error_text are set (levada_fail). FLAGS,
// joined by '|': pure (deterministic), volatile, fails (may return
// LEVADA_ERROR), nullable (may return LEVADA_NULL though no strict argument is
// NULL), zone (reads the session's time zone beside its arguments, so that the
// compiler does not fold it). A SQL signature that C++ cannot say is given as a third argument:
//   LEVADA_FN("ROUND", pure, "(DECIMAL(p, s), INT) -> rule:round").
// A value of any type is a `const levada_any &` (abi.h), as a result a levada_any
// whose type the caller has set. Its signature names what it is: T, K, V stand for
// one type each, O for one with an order, in ARRAY<T>, MAP<K, V>, MULTISET<T>,
// ROW<key K, value V> or alone; where one stands several times it is the common
// type of the arguments, except that an argument `AS T` becomes what the others
// say: "(ARRAY<T>, AS T) -> BOOLEAN", "(ARRAY<T>, T) -> ARRAY<T>".
// Of overloads that fit a call equally well the one that stands first is taken.
// A function without status whose arguments all go by value is called even where
// one is NULL, on whatever is there, and its result dropped: it must bear that.
// levada_args<T> arrives as two C arguments, the array of pointers (NULL for
// NULL) and the count; levada_opt<T> as one pointer.
//
// An aggregate is a trivially copyable struct: member initializers, `add` (its
// argument is never NULL), `merge`, and `get`, which is the value or, where
// nothing may be the result, levada_status with an out pointer. Each may take
// `levada_ctx *` first. AbiGen writes its C thunks into generated/thunks_FILE.inc:
// NAME_init(void *), NAME_add(ctx, void *, value), NAME_merge(ctx, void *,
// const void *), NAME_get(ctx, const void *, out *) -> levada_status. A struct
// with pointers says how it is saved and loaded (stdlib/archive.h), and has
// NAME_save(writer, void *) and NAME_load(ctx, reader, void *) too. Optional:
// `retract`, with the arguments of `add`, takes back what was added, exactly:
// NAME_retract; `reset` empties a state that has memory, and keeps it: NAME_reset.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_STDLIB_FN_H
#define LEVADA_STDLIB_FN_H

#include "runtime/abi/abi.h"

#define LEVADA_FN(NAME, FLAGS, ...)                                            \
  __attribute__((annotate("levada.fn\t" NAME "\t" #FLAGS "\t" __VA_ARGS__)))
/// A struct with add, merge, get (and init by its member initializers).
/// FLAGS: exact (commutative, order does not matter) or ordered.
#define LEVADA_AGG(NAME, FLAGS, ...)                                           \
  __attribute__((annotate("levada.agg\t" NAME "\t" #FLAGS "\t" __VA_ARGS__)))

// SQL types that share a C representation have names of their own; AbiGen
// reads the alias that is written.
using levada_date = int32_t;          // DATE: days
using levada_time = int32_t;          // TIME(3): ms of the day
using levada_timestamp = int64_t;     // TIMESTAMP(3): ms
using levada_timestamp_us = int64_t;  // TIMESTAMP(6): µs
using levada_timestamp_ltz = int64_t; // TIMESTAMP_LTZ(3): ms
using levada_timestamp_ltz_us = int64_t; // TIMESTAMP_LTZ(6): µs
using levada_year_month = int32_t;    // INTERVAL YEAR TO MONTH: months
using levada_day_time = int64_t;      // INTERVAL DAY TO SECOND: ms
struct levada_bytes : levada_str {};  // BYTES

/// A DECIMAL of any precision, as functions see it.
struct levada_decimal {
  levada_i128 unscaled;
  int32_t precision, scale;
};

/// A parameter that may be NULL: points to the value, or is null.
template <typename T> struct levada_opt {
  const T *value;
};
/// Any number of parameters that may be NULL.
template <typename T> struct levada_args {
  const T *const *values;
  int32_t count;
};

static inline const char *levada_data(const levada_str &s) {
  return s.len <= 12 ? s.inl : s.ptr;
}
/// A string over bytes that live long enough (frame or state).
static inline levada_str levada_view(const char *data, uint32_t len) {
  levada_str s = {};
  s.len = len;
  if (len <= 12)
    __builtin_memcpy(s.inl, data, len);
  else {
    __builtin_memcpy(s.prefix, data, 4);
    s.ptr = data;
  }
  return s;
}

/// Errors of expressions: R6xx numbers (runtime/core/codes.def).
enum { LEVADA_E_DIVISION = 611, LEVADA_E_CAST = 612, LEVADA_E_ARGUMENT = 613 };

/// Sets ctx's error; returns LEVADA_ERROR. `text` is copied to the frame.
extern "C" levada_status levada_fail(levada_ctx *ctx, uint32_t code, const char *text, uint32_t size);
/// The same with a literal.
#define LEVADA_FAIL(CTX, CODE, TEXT) levada_fail(CTX, CODE, TEXT, sizeof(TEXT) - 1)

#endif
