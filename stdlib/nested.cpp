//===- nested.cpp - nested values: making them, taking them apart ----------===//
//
// A value is measured, its memory taken once, and written front to back: the
// fixed part with the slots first, then what they point to.
//
//===----------------------------------------------------------------------===//
#include "stdlib/nested.h"

namespace levada::nested {

const levada_type kCountType = {LEVADA_TYPE_INT, false, 4, 0, 0, 0, 0, nullptr, nullptr, nullptr, "INT"};

namespace {

uint64_t variableSize(const levada_any &value) {
  return value.null || !isStr(value.type) ? 0 : value.str.len;
}

/// Writes one slot; `rest` is where the next text goes.
void writeSlot(const levada_any &value, char *base, char *slot, char *&rest) {
  const levada_type *type = value.type;
  if (isStr(type)) {
    store32(slot, uint32_t(rest - base));
    store32(slot + 4, value.str.len);
    text::copyLarge(rest, levada_data(value.str), value.str.len);
    rest += value.str.len;
    return;
  }
  if (type->kind == LEVADA_TYPE_DOUBLE && value.f64 != value.f64) {
    double nan = __builtin_nan("");
    __builtin_memcpy(slot, &nan, 8);
  } else if (type->kind == LEVADA_TYPE_FLOAT && value.f32 != value.f32) {
    float nan = __builtin_nanf("");
    __builtin_memcpy(slot, &nan, 4);
  } else {
    __builtin_memcpy(slot, &value.str, type->slot);
  }
}

levada_status tooLong(levada_ctx *ctx) {
  return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "a nested value of more than 4 GB");
}

/// The text over bytes of the frame that hold `size` bytes.
levada_str finish(const char *data, uint64_t size) { return levada_view(data, uint32_t(size)); }

uint64_t listSize(const levada_type *element, const levada_any *values, uint32_t count,
                  uint32_t step) {
  uint64_t size = 4 + uint64_t(nullBytes(count)) + uint64_t(count) * element->slot;
  for (uint32_t i = 0; i < count; ++i)
    size += variableSize(values[uint64_t(i) * step]);
  return size;
}

char *writeList(char *base, const levada_type *element, const levada_any *values, uint32_t count,
                uint32_t step) {
  store32(base, count);
  char *bits = base + 4, *slot = bits + nullBytes(count);
  __builtin_memset(bits, 0, nullBytes(count));
  char *rest = slot + uint64_t(count) * element->slot, *told = rest;
  for (uint32_t i = 0; i < count; ++i, slot += element->slot) {
    const levada_any &value = values[uint64_t(i) * step];
    if ((i & 1023) == 1023) { // a text is read and written
      levada_rt_passed(2 * uint64_t(rest - told) + 1024 * sizeof value);
      told = rest;
    }
    if (value.null) {
      bits[i / 8] |= char(1 << i % 8);
      __builtin_memset(slot, 0, element->slot);
    } else {
      writeSlot(value, base, slot, rest);
    }
  }
  return rest;
}

} // namespace

levada_status makeArray(levada_ctx *ctx, const levada_type *element, const levada_any *values,
                        uint32_t count, levada_str *out) {
  uint64_t size = listSize(element, values, count, 1);
  if (size > UINT32_MAX)
    return tooLong(ctx);
  char *data = levada_rt_alloc(ctx, size);
  writeList(data, element, values, count, 1);
  *out = finish(data, size);
  return LEVADA_VALUE;
}

levada_status makeMap(levada_ctx *ctx, const levada_any *keys, const levada_any *values,
                      const levada_type *keyType, const levada_type *valueType, uint32_t count,
                      levada_str *out) {
  uint64_t keySize = listSize(keyType, keys, count, 1);
  uint64_t size = 4 + keySize + listSize(valueType, values, count, 1);
  if (size > UINT32_MAX)
    return tooLong(ctx);
  char *data = levada_rt_alloc(ctx, size);
  store32(data, uint32_t(keySize));
  char *rest = writeList(data + 4, keyType, keys, count, 1);
  writeList(rest, valueType, values, count, 1);
  *out = finish(data, size);
  return LEVADA_VALUE;
}

//===----------------------------------------------------------------------===//
// Equality
//===----------------------------------------------------------------------===//

namespace {

uint64_t mix(uint64_t h) {
  h ^= h >> 32;
  h *= 0x9E3779B97F4A7C15u;
  return h ^ h >> 29;
}

uint64_t hashBytes(const char *p, uint64_t n) {
  uint64_t h = n * 0x9E3779B97F4A7C15u;
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word;
    __builtin_memcpy(&word, p, 8);
    h = mix(h ^ word);
  }
  uint64_t last = 0;
  __builtin_memcpy(&last, p, n);
  return mix(h ^ last);
}

bool equalLists(const List &a, const List &b) {
  if (a.count != b.count)
    return false;
  for (uint32_t i = 0; i < a.count; ++i)
    if (!equal(a.at(i), b.at(i)))
      return false;
  return true;
}

bool equalMaps(const Entries &a, const Entries &b) {
  if (a.count() != b.count())
    return false;
  // Usually the keys stand in one order.
  uint32_t same = 0;
  while (same < a.count() && equal(a.keys.at(same), b.keys.at(same))) {
    if (!equal(a.values.at(same), b.values.at(same)))
      return false;
    ++same;
  }
  for (uint32_t i = same; i < a.count(); ++i) {
    levada_any key = a.keys.at(i);
    uint32_t j = same;
    while (j < b.count() && !equal(key, b.keys.at(j)))
      ++j;
    if (j == b.count() || !equal(a.values.at(i), b.values.at(j)))
      return false;
  }
  return true;
}

} // namespace

bool equal(const levada_any &a, const levada_any &b) {
  if (a.null || b.null)
    return a.null && b.null;
  const levada_type *type = a.type;
  switch (type->kind) {
  case LEVADA_TYPE_FLOAT:
    return a.f32 == b.f32 || (a.f32 != a.f32 && b.f32 != b.f32);
  case LEVADA_TYPE_DOUBLE:
    return a.f64 == b.f64 || (a.f64 != a.f64 && b.f64 != b.f64);
  case LEVADA_TYPE_ARRAY:
    return equalLists(elements(a), elements(b));
  case LEVADA_TYPE_MAP:
  case LEVADA_TYPE_MULTISET:
    return equalMaps(entries(a), entries(b));
  case LEVADA_TYPE_ROW:
    for (uint32_t i = 0; i < type->count; ++i)
      if (!equal(field(type, a.str, i), field(type, b.str, i)))
        return false;
    return true;
  }
  if (isStr(type))
    return a.str.len == b.str.len &&
           __builtin_memcmp(levada_data(a.str), levada_data(b.str), a.str.len) == 0;
  return __builtin_memcmp(&a.str, &b.str, type->slot) == 0;
}

uint64_t hash(const levada_any &value) {
  if (value.null)
    return 0x51;
  const levada_type *type = value.type;
  uint64_t h = type->kind;
  switch (type->kind) {
  case LEVADA_TYPE_FLOAT: {
    float number = value.f32 == 0 ? 0 : value.f32 != value.f32 ? __builtin_nanf("") : value.f32;
    return hashBytes(reinterpret_cast<const char *>(&number), 4);
  }
  case LEVADA_TYPE_DOUBLE: {
    double number = value.f64 == 0 ? 0 : value.f64 != value.f64 ? __builtin_nan("") : value.f64;
    return hashBytes(reinterpret_cast<const char *>(&number), 8);
  }
  case LEVADA_TYPE_ARRAY: {
    List list = elements(value);
    for (uint32_t i = 0; i < list.count; ++i)
      h = mix(h ^ hash(list.at(i)));
    return h;
  }
  case LEVADA_TYPE_MAP:
  case LEVADA_TYPE_MULTISET: {
    Entries all = entries(value);
    for (uint32_t i = 0; i < all.count(); ++i)
      h += mix(hash(all.keys.at(i)) * 31 ^ hash(all.values.at(i)));
    return h;
  }
  case LEVADA_TYPE_ROW:
    for (uint32_t i = 0; i < type->count; ++i)
      h = mix(h ^ hash(field(type, value.str, i)));
    return h;
  }
  if (isStr(type))
    return hashBytes(levada_data(value.str), value.str.len);
  return hashBytes(reinterpret_cast<const char *>(&value.str), type->slot);
}

uint32_t Index::find(const levada_any &value) const {
  if (!mask) {
    for (uint32_t i = 0; i < values.count; ++i)
      if (equal(values.data[i], value))
        return i;
    return npos;
  }
  for (uint64_t at = hash(value);; ++at) {
    uint32_t entry = table[at & mask];
    if (entry == 0)
      return npos;
    if (equal(values.data[entry - 1], value))
      return entry - 1;
  }
}

void Index::grow() {
  uint32_t size = mask ? (mask + 1) * 2 : 64;
  table = reinterpret_cast<uint32_t *>(levada_rt_alloc(ctx, uint64_t(size) * 4));
  __builtin_memset(table, 0, uint64_t(size) * 4);
  mask = size - 1;
  for (uint32_t i = 0; i < values.count; ++i) {
    uint64_t at = hash(values.data[i]);
    while (table[at & mask])
      ++at;
    table[at & mask] = i + 1;
  }
}

uint32_t Index::add(const levada_any &value, bool *fresh) {
  uint32_t found = find(value);
  *fresh = found == npos;
  if (!*fresh)
    return found;
  values.add(value);
  // Few are compared one by one; more have a table that is at most half full.
  if (values.count > 12 && (mask == 0 || values.count * 2 > mask)) {
    grow();
  } else if (mask) {
    uint64_t at = hash(value);
    while (table[at & mask])
      ++at;
    table[at & mask] = values.count;
  }
  return values.count - 1;
}

} // namespace levada::nested

//===----------------------------------------------------------------------===//
// What generated code calls
//===----------------------------------------------------------------------===//

using namespace levada::nested;

extern "C" {

levada_status levada_nested_row(levada_ctx *ctx, const levada_type *type, const levada_any *values,
                                levada_str *out) {
  uint32_t count = type->count, fixed = type->offsets[count];
  uint64_t size = fixed;
  for (uint32_t i = 0; i < count; ++i)
    size += variableSize(values[i]);
  if (size > UINT32_MAX)
    return tooLong(ctx);
  char *data = levada_rt_alloc(ctx, size), *rest = data + fixed;
  __builtin_memset(data, 0, fixed);
  for (uint32_t i = 0; i < count; ++i)
    if (values[i].null)
      data[i / 8] |= char(1 << i % 8);
    else
      writeSlot(values[i], data, data + type->offsets[i], rest);
  *out = finish(data, size);
  return LEVADA_VALUE;
}

levada_status levada_nested_array(levada_ctx *ctx, const levada_type *type,
                                  const levada_any *values, uint32_t count, levada_str *out) {
  return makeArray(ctx, type->children[0], values, count, out);
}

levada_status levada_nested_map(levada_ctx *ctx, const levada_type *type, const levada_any *values,
                                uint32_t count, levada_str *out) {
  Index keys(ctx);
  Values kept(ctx, count / 2 + 1);
  for (uint32_t i = 0; i + 1 < count; i += 2) {
    bool fresh;
    uint32_t number = keys.add(values[i], &fresh);
    if (fresh)
      kept.add(values[i + 1]);
    else
      kept.data[number] = values[i + 1];
  }
  return makeMap(ctx, keys.values.data, kept.data, type->children[0], type->children[1],
                 kept.count, out);
}

static levada_status take(const levada_any &value, void *out) {
  if (value.null) {
    __builtin_memset(out, 0, 16);
    return LEVADA_NULL;
  }
  __builtin_memcpy(out, &value.str, 16);
  return LEVADA_VALUE;
}

levada_status levada_nested_field(const levada_type *type, const levada_str *row, uint32_t index,
                                  void *out) {
  return take(field(type, *row, index), out);
}

levada_status levada_nested_at(const levada_type *type, const levada_str *array, int32_t index,
                               void *out) {
  List list = elements(type, *array);
  if (index < 1 || uint32_t(index) > list.count)
    return take(null(list.type), out);
  return take(list.at(uint32_t(index) - 1), out);
}

levada_status levada_nested_lookup(const levada_type *type, const levada_str *map,
                                   const levada_any *key, void *out) {
  Entries all = entries(type, *map);
  if (!key->null)
    for (uint32_t i = 0; i < all.count(); ++i)
      if (equal(all.keys.at(i), *key))
        return take(all.values.at(i), out);
  return take(null(all.values.type), out);
}

bool levada_nested_equal(const levada_type *type, const levada_str *a, const levada_str *b) {
  levada_any left = {}, right = {};
  left.type = right.type = type;
  left.str = *a;
  right.str = *b;
  return equal(left, right);
}

uint64_t levada_nested_count(const levada_type *type, const levada_str *collection) {
  if (type->kind == LEVADA_TYPE_ARRAY)
    return elements(type, *collection).count;
  Entries all = entries(type, *collection);
  if (type->kind == LEVADA_TYPE_MAP)
    return all.count();
  uint64_t count = 0;
  for (uint32_t i = 0; i < all.count(); ++i)
    count += uint32_t(all.values.at(i).i32);
  return count;
}

levada_status levada_nested_element(const levada_type *type, const levada_str *collection,
                                    uint64_t index, uint64_t *state, void *out) {
  if (type->kind == LEVADA_TYPE_ARRAY)
    return take(elements(type, *collection).at(uint32_t(index)), out);
  Entries all = entries(type, *collection);
  if (type->kind == LEVADA_TYPE_MAP)
    return take(all.keys.at(uint32_t(index)), out);
  // state[0]: the entry at hand; state[1]: elements of those before it.
  while (state[0] + 1 < all.count() &&
         index >= state[1] + uint32_t(all.values.at(uint32_t(state[0])).i32))
    state[1] += uint32_t(all.values.at(uint32_t(state[0]++)).i32);
  return take(all.keys.at(uint32_t(state[0])), out);
}

levada_status levada_nested_value(const levada_type *type, const levada_str *map, uint64_t index,
                                  void *out) {
  return take(entries(type, *map).values.at(uint32_t(index)), out);
}

} // extern "C"
