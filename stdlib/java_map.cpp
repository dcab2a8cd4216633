//===- java_map.cpp - the order in which Java gives the keys of a map ------===//
//
// The hashes are those that the documentation of Java's classes states, and the
// 32-bit MurmurHash3 with seed 42 of Flink's strings, whose last bytes go in one by
// one. Buckets keep the order in which keys came, also when the table grows. (One
// with eight keys in a bucket makes a tree of them: that order is not followed.)
//
//===----------------------------------------------------------------------===//
#include "stdlib/java_map.h"

#include "stdlib/build.h"

namespace levada::nested {

namespace {

uint32_t rotate(uint32_t x, int by) { return x << by | x >> (32 - by); }

uint32_t murmur(const char *data, uint32_t size) {
  uint32_t h = 42, at = 0;
  auto mix = [&](uint32_t k) {
    k = rotate(k * 0xCC9E2D51u, 15) * 0x1B873593u;
    h = rotate(h ^ k, 13) * 5 + 0xE6546B64u;
  };
  for (; at + 4 <= size; at += 4)
    mix(load32(data + at));
  for (; at < size; ++at)
    mix(uint32_t(int32_t(int8_t(data[at]))));
  h ^= size;
  h = (h ^ h >> 16) * 0x85EBCA6Bu;
  h = (h ^ h >> 13) * 0xC2B2AE35u;
  return h ^ h >> 16;
}

/// Of java.lang.String: over its units of UTF-16.
uint32_t hashOfString(const char *p, uint32_t size) {
  uint32_t h = 0;
  for (const char *end = p + size; p != end;) {
    uint32_t c = text::readChar(p, end);
    if (c >= 0x10000) {
      h = h * 31 + (0xD7C0 + (c >> 10));
      c = 0xDC00 + (c & 0x3FF);
    }
    h = h * 31 + c;
  }
  return h;
}

uint32_t hashOfLong(int64_t v) { return uint32_t(uint64_t(v) ^ uint64_t(v) >> 32); }

int64_t floorDiv(__int128 a, int64_t b, int64_t *rest) {
  __int128 quotient = a / b, remainder = a % b;
  if (remainder < 0) {
    remainder += b;
    --quotient;
  }
  *rest = int64_t(remainder);
  return int64_t(quotient);
}

/// Of a timestamp: its milliseconds, and nanoseconds within them.
uint32_t hashOfTime(__int128 value, int precision) {
  int64_t rest = 0, millis;
  if (precision <= 3)
    millis = int64_t(value);
  else if (precision <= 6)
    millis = floorDiv(value, 1000, &rest), rest *= 1000;
  else
    millis = floorDiv(value, 1000000, &rest);
  return hashOfLong(millis) * 31 + uint32_t(rest);
}

/// Of java.math.BigDecimal: 31 · the hash of the unscaled number + scale.
uint32_t hashOfDecimal(__int128 unscaled, int scale) {
  unsigned __int128 size = unscaled < 0 ? -(unsigned __int128)unscaled : (unsigned __int128)unscaled;
  uint32_t h = 0;
  for (int word = 3; word >= 0; --word)
    h = h * 31 + uint32_t(size >> 32 * word);
  return (unscaled < 0 ? -h : h) * 31 + uint32_t(scale);
}

/// False: Java's hash does not follow from the value.
bool hashOf(const levada_any &key, TextHash texts, uint32_t *hash) {
  const levada_type *type = key.type;
  if (key.null) {
    *hash = 0;
    return true;
  }
  switch (type->kind) {
  case LEVADA_TYPE_BOOLEAN:
    *hash = key.boolean ? 1231 : 1237;
    return true;
  case LEVADA_TYPE_TINYINT:
    *hash = uint32_t(int32_t(key.i8));
    return true;
  case LEVADA_TYPE_SMALLINT:
    *hash = uint32_t(int32_t(key.i16));
    return true;
  case LEVADA_TYPE_INT:
  case LEVADA_TYPE_DATE:
  case LEVADA_TYPE_TIME:
  case LEVADA_TYPE_FLOAT:
  case LEVADA_TYPE_YEAR_MONTH:
    *hash = uint32_t(key.i32);
    return true;
  case LEVADA_TYPE_BIGINT:
  case LEVADA_TYPE_DOUBLE:
  case LEVADA_TYPE_DAY_TIME:
    *hash = hashOfLong(key.i64);
    return true;
  case LEVADA_TYPE_DECIMAL:
    *hash = hashOfDecimal(type->precision <= 18 ? __int128(key.i64) : __int128(key.i128), type->scale);
    return true;
  case LEVADA_TYPE_TIMESTAMP:
  case LEVADA_TYPE_TIMESTAMP_LTZ:
    *hash = hashOfTime(type->precision <= 6 ? __int128(key.i64) : __int128(key.i128), type->precision);
    return true;
  case LEVADA_TYPE_CHAR:
  case LEVADA_TYPE_VARCHAR:
    *hash = texts == TextHash::Flink ? murmur(levada_data(key.str), key.str.len)
                                     : hashOfString(levada_data(key.str), key.str.len);
    return true;
  default:
    return false;
  }
}

} // namespace

uint32_t javaRoom(uint32_t count) {
  uint32_t wanted = count <= 2 ? count + 1 : uint32_t((uint64_t(count) * 4 + 2) / 3), room = 1;
  while (room < wanted)
    room *= 2;
  return room;
}

void javaOrder(Values &keys, Values &values, uint32_t room, TextHash texts) {
  uint32_t count = keys.count;
  if (count < 2)
    return;
  while (count > uint64_t(room) * 3 / 4)
    room *= 2;
  uint32_t *buckets = reinterpret_cast<uint32_t *>(levada_rt_alloc(keys.ctx, uint64_t(count) * 4));
  uint32_t *ends = reinterpret_cast<uint32_t *>(levada_rt_alloc(keys.ctx, uint64_t(room) * 4));
  __builtin_memset(ends, 0, uint64_t(room) * 4);
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t hash;
    if (!hashOf(keys.data[i], texts, &hash))
      return;
    buckets[i] = (hash ^ hash >> 16) & (room - 1);
    ++ends[buckets[i]];
  }
  for (uint32_t i = 1; i < room; ++i)
    ends[i] += ends[i - 1];
  Values newKeys(keys.ctx, count), newValues(keys.ctx, count);
  newKeys.count = newValues.count = count;
  for (uint32_t i = count; i-- > 0;) {
    uint32_t at = --ends[buckets[i]];
    newKeys.data[at] = keys.data[i];
    newValues.data[at] = values.data[i];
  }
  keys = newKeys;
  values = newValues;
}

} // namespace levada::nested
