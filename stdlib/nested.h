//===- nested.h - the bytes of ROW, ARRAY, MAP and MULTISET ----------------===//
//
// A nested value is a levada_str whose bytes hold all of it, without pointers,
// so that it is copied, hashed and kept as any text is. Numbers are little
// endian and not aligned.
//
//   slot      a value in its own size: 1, 2, 4, 8 or 16 bytes (levada_type::slot);
//             of text, bytes and nested values 8: u32 where they begin, counted
//             from the begin of the value that holds the slot, and u32 size
//   ROW       a bit for each field that is NULL, in whole bytes; the slots at
//             levada_type::offsets; then what the slots point to, in order
//   ARRAY     u32 count; a bit for each element that is NULL; slots; the rest
//   MAP       u32 size of the keys' ARRAY; that ARRAY; the ARRAY of values
//   MULTISET  a MAP of elements to INT, how often each is in it
//
// The slot of a NULL is zero, a NaN has one bit pattern: so equal rows and arrays
// are equal bytes, except for 0.0 and -0.0. Whether a type inside may be NULL
// does not change its bytes. Keys of a MAP keep their order, which does not
// count when maps are compared.
//
// No bytes at all, which is what a NULL leaves where its type says NOT NULL, read
// as a ROW of NULLs, an empty ARRAY, an empty MAP.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_STDLIB_NESTED_H
#define LEVADA_STDLIB_NESTED_H

#include "stdlib/build.h"

extern "C" {

/*--- what generated code calls ------------------------------------------------
 * `values` are boxes (levada_any) one behind the other. LEVADA_ERROR: more than
 * 4 GB. */
LEVADA_RT() levada_status levada_nested_row(levada_ctx *ctx, const levada_type *type, const levada_any *values, levada_str *out);
LEVADA_RT() levada_status levada_nested_array(levada_ctx *ctx, const levada_type *type, const levada_any *values, uint32_t count, levada_str *out);
/* Keys and values in turn; the last of equal keys counts, at the place of the first. */
LEVADA_RT() levada_status levada_nested_map(levada_ctx *ctx, const levada_type *type, const levada_any *values, uint32_t count, levada_str *out);
/* Field number `index` of a ROW: LEVADA_NULL or the value in `out`, 16 bytes. */
LEVADA_RT() levada_status levada_nested_field(const levada_type *type, const levada_str *row, uint32_t index, void *out);
/* array[index], from 1; LEVADA_NULL where there is none. */
LEVADA_RT() levada_status levada_nested_at(const levada_type *type, const levada_str *array, int32_t index, void *out);
/* map[key] */
LEVADA_RT() levada_status levada_nested_lookup(const levada_type *type, const levada_str *map, const levada_any *key, void *out);
/* Values of one type; NULLs inside equal each other. */
LEVADA_RT() bool levada_nested_equal(const levada_type *type, const levada_str *a, const levada_str *b);
/* CAST of a value of any type that is not NULL; to->type is set. Of several
 * things that fail the first is reported; TRY: LEVADA_NULL instead. */
LEVADA_RT() levada_status levada_any_cast(levada_ctx *ctx, const levada_any *from, levada_any *to, bool is_try);
/* A value as CAST(… AS STRING) gives it. */
LEVADA_RT() void levada_any_text(levada_ctx *ctx, const levada_any *value, levada_str *out);

/*--- UNNEST: elements of a collection by their number from 0 ------------------*/
/* How many elements there are; of a MULTISET each as often as it is in it. */
LEVADA_RT() uint64_t levada_nested_count(const levada_type *type, const levada_str *collection);
/* Element `index`, of an ARRAY or MULTISET, or key of a MAP, into `out`; `state`
 * (two words, zero at first) remembers the place in a MULTISET. */
LEVADA_RT() levada_status levada_nested_element(const levada_type *type, const levada_str *collection, uint64_t index, uint64_t *state, void *out);
LEVADA_RT() levada_status levada_nested_value(const levada_type *type, const levada_str *map, uint64_t index, void *out);
}

namespace levada::nested {

static inline uint32_t load32(const char *p) {
  uint32_t v;
  __builtin_memcpy(&v, p, 4);
  return v;
}
static inline void store32(char *p, uint32_t v) { __builtin_memcpy(p, &v, 4); }

static inline bool isNested(const levada_type *type) { return type->kind >= LEVADA_TYPE_ARRAY; }
static inline bool isText(const levada_type *type) {
  return type->kind == LEVADA_TYPE_CHAR || type->kind == LEVADA_TYPE_VARCHAR;
}
static inline bool isBytes(const levada_type *type) {
  return type->kind == LEVADA_TYPE_BINARY || type->kind == LEVADA_TYPE_VARBINARY;
}
/// Held as a levada_str.
static inline bool isStr(const levada_type *type) {
  return isText(type) || isBytes(type) || isNested(type);
}
static inline uint32_t nullBytes(uint32_t count) { return (count + 7) / 8; }
static inline bool isNull(const char *bits, uint32_t index) {
  return uint8_t(bits[index / 8]) >> (index % 8) & 1;
}

/// What a slot holds, into the value's 16 bytes; `base` is what offsets count from.
static inline void readSlot(const levada_type *type, const char *base, const char *slot,
                            void *out) {
  if (isStr(type)) {
    levada_str text = levada_view(base + load32(slot), load32(slot + 4));
    __builtin_memcpy(out, &text, sizeof text);
    return;
  }
  __builtin_memcpy(out, slot, type->slot);
}

static inline levada_any null(const levada_type *type) {
  levada_any value = {};
  value.type = type;
  value.null = true;
  return value;
}

/// Elements in memory: an ARRAY, or the keys or values of a MAP.
struct List {
  const levada_type *type = nullptr; ///< of an element
  const char *base = nullptr;
  uint32_t count = 0;

  List() = default;
  List(const levada_type *element, const char *bytes)
      : type(element), base(bytes), count(load32(bytes)) {}

  const char *bits() const { return base + 4; }
  const char *slots() const { return bits() + nullBytes(count); }
  bool isNull(uint32_t index) const { return nested::isNull(bits(), index); }
  levada_any at(uint32_t index) const {
    levada_any value = {};
    value.type = type;
    value.null = isNull(index);
    if (!value.null)
      readSlot(type, base, slots() + uint64_t(index) * type->slot, &value.str);
    return value;
  }
};

/// The bytes of an empty MAP; those of an empty ARRAY stand at 4.
inline constexpr char kEmpty[12] = {4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

static inline List elements(const levada_type *array, const levada_str &value) {
  return {array->children[0], value.len ? levada_data(value) : kEmpty + 4};
}
static inline List elements(const levada_any &array) { return elements(array.type, array.str); }

/// INT NOT NULL: how often an element is in a MULTISET.
extern const levada_type kCountType;

struct Entries {
  List keys, values;
  uint32_t count() const { return keys.count; }
};
/// Of a MAP, or a MULTISET with its counts as values.
static inline Entries entries(const levada_type *map, const levada_str &value) {
  const char *data = value.len ? levada_data(value) : kEmpty;
  return {{map->children[0], data + 4},
          {map->kind == LEVADA_TYPE_MAP ? map->children[1] : &kCountType, data + 4 + load32(data)}};
}
static inline Entries entries(const levada_any &map) { return entries(map.type, map.str); }

static inline levada_any field(const levada_type *row, const levada_str &value, uint32_t index) {
  levada_any out = {};
  out.type = row->children[index];
  const char *data = levada_data(value);
  out.null = value.len == 0 || isNull(data, index);
  if (!out.null)
    readSlot(out.type, data, data + row->offsets[index], &out.str);
  return out;
}

/// Equality of two values of one type; NULL equals NULL, NaN equals NaN.
bool equal(const levada_any &a, const levada_any &b);
/// Equal values have equal hashes.
uint64_t hash(const levada_any &value);
/// -1, 0, 1 of two values of a type that has an order (not NULL).
int compare(const levada_any &a, const levada_any &b);

/// Bytes of the frame that grow.
struct Writer {
  levada_ctx *ctx;
  char *data = nullptr;
  uint64_t size = 0, capacity = 0;

  explicit Writer(levada_ctx *ctx) : ctx(ctx) {}
  char *room(uint64_t bytes) {
    if (size + bytes > capacity) {
      capacity = (size + bytes) * 2 + 64;
      char *next = levada_rt_alloc(ctx, capacity);
      if (size)
        text::copyLarge(next, data, size);
      data = next;
    }
    return data + size;
  }
  void put(const char *bytes, uint64_t count) {
    text::copyLarge(room(count), bytes, count);
    size += count;
  }
  void put(char byte) { *room(1) = byte, ++size; }
  void put(const levada_str &text) { put(levada_data(text), text.len); }
  /// What is written, as a text; its first 4 GB.
  levada_str finish() const {
    return levada_view(data ? data : "", size > UINT32_MAX ? UINT32_MAX : uint32_t(size));
  }
};

/// Values of one type under collection, for a new ARRAY.
struct Values {
  levada_ctx *ctx;
  levada_any *data = nullptr;
  uint32_t count = 0, capacity = 0;

  explicit Values(levada_ctx *ctx, uint32_t room = 0) : ctx(ctx) {
    if (room)
      reserve(room);
  }
  void reserve(uint32_t room) {
    auto *next = reinterpret_cast<levada_any *>(
        levada_rt_alloc(ctx, uint64_t(room) * sizeof(levada_any) + 16));
    // 16-aligned, as an i128 wants it.
    next = reinterpret_cast<levada_any *>((reinterpret_cast<uintptr_t>(next) + 15) & ~uintptr_t(15));
    if (count)
      text::copyLarge(reinterpret_cast<char *>(next), reinterpret_cast<char *>(data),
                      count * sizeof(levada_any));
    data = next;
    capacity = room;
  }
  void add(const levada_any &value) {
    if (count == capacity)
      reserve(capacity ? capacity * 2 : 8);
    data[count++] = value;
  }
};

/// Finds equal values: a table over `values` that grows with what is added.
struct Index {
  levada_ctx *ctx;
  Values values;
  uint32_t *table = nullptr; ///< number + 1, 0 for free
  uint32_t mask = 0;

  explicit Index(levada_ctx *ctx) : ctx(ctx), values(ctx) {}
  static constexpr uint32_t npos = UINT32_MAX;
  uint32_t find(const levada_any &value) const;
  /// Its number; `fresh` tells whether it was not there.
  uint32_t add(const levada_any &value, bool *fresh);

private:
  void grow();
};

levada_status makeArray(levada_ctx *ctx, const levada_type *element, const levada_any *values,
                        uint32_t count, levada_str *out);
/// Keys are distinct already.
levada_status makeMap(levada_ctx *ctx, const levada_any *keys, const levada_any *values,
                      const levada_type *keyType, const levada_type *valueType, uint32_t count,
                      levada_str *out);

} // namespace levada::nested

#endif
