//===- agg_collect.cpp - ARRAY_AGG, COLLECT, FIRST_VALUE of any type --------===//
//
// Values lie in the memory of the state one after the other, texts and nested
// ones copied there; the array or multiset is made when it is asked for.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"
#include "stdlib/nested.h"

#include <new>

using namespace levada::nested;

namespace {

/// A value of a type that the caller knows, NULL or not.
struct Item {
  uint64_t words[2] = {0, 0};
  uint64_t null = 0;

  static Item of(levada_ctx *ctx, const levada_any *value) {
    Item item;
    if (!value) {
      item.null = 1;
      return item;
    }
    levada_any kept = *value;
    if (isStr(value->type) && value->str.len > 12) {
      char *copy = levada_rt_state_alloc(ctx, value->str.len);
      __builtin_memcpy(copy, levada_data(value->str), value->str.len);
      kept.str = levada_view(copy, value->str.len);
    }
    __builtin_memcpy(item.words, &kept.str, 16);
    return item;
  }
  template <class Archive> void state(Archive &archive, bool isText) {
    archive.value(null);
    if (isText)
      archive.text(reinterpret_cast<levada_str &>(words));
    else
      archive.value(words);
  }
  levada_any get(const levada_type *type) const {
    levada_any value = {};
    value.type = type;
    value.null = null != 0;
    __builtin_memcpy(&value.str, words, 16);
    return value;
  }
};

/// Stands for a type of which only this counts: whether values are texts. It is
/// what comes back of a type that was saved.
constexpr levada_type someType(uint8_t kind) {
  levada_type type = {};
  type.kind = kind;
  return type;
}
constexpr levada_type kSomeText = someType(LEVADA_TYPE_VARCHAR);
constexpr levada_type kSomeValue = someType(LEVADA_TYPE_BIGINT);

template <class Archive> void stateOfType(Archive &archive, const levada_type *&type) {
  uint8_t what = !type ? 0 : isStr(type) ? 1 : 2;
  archive.value(what);
  if (Archive::loading)
    type = what == 0 ? nullptr : what == 1 ? &kSomeText : &kSomeValue;
}

struct Items {
  Item *data = nullptr;
  uint64_t count = 0, capacity = 0;
  const levada_type *type = nullptr; ///< of a value that was added

  void add(levada_ctx *ctx, const levada_any *value) {
    if (value)
      type = value->type;
    push(ctx, Item::of(ctx, value));
  }
  void merge(levada_ctx *ctx, const Items &other, bool nulls = true) {
    for (uint64_t i = 0; i < other.count; ++i) {
      if (other.data[i].null && !nulls)
        continue;
      // The other's memory goes: texts are copied again.
      levada_any value = other.type ? other.data[i].get(other.type) : levada_any{};
      add(ctx, other.data[i].null ? nullptr : &value);
    }
  }
  template <class Archive> void state(Archive &archive) {
    stateOfType(archive, type);
    bool texts = type && isStr(type);
    archive.array(data, count, capacity, [&](Item &item) { item.state(archive, texts); });
  }
  /// At most 2^31 - 1, as in Java.
  uint32_t size() const { return count > INT32_MAX ? uint32_t(INT32_MAX) : uint32_t(count); }

private:
  void push(levada_ctx *ctx, const Item &item) {
    if (count == capacity) {
      capacity = capacity ? capacity * 2 : 4;
      auto *next = reinterpret_cast<Item *>(levada_rt_state_alloc(ctx, capacity * sizeof(Item)));
      if (count)
        levada::text::copyLarge(reinterpret_cast<char *>(next), reinterpret_cast<char *>(data),
                                count * sizeof(Item));
      data = next;
    }
    data[count++] = item;
  }
};

levada_status arrayOf(levada_ctx *ctx, const Items &items, levada_any *out) {
  if (items.count == 0)
    return LEVADA_NULL;
  const levada_type *element = out->type->children[0];
  Values values(ctx, items.size());
  for (uint32_t i = 0; i < items.size(); ++i) {
    values.add(items.data[i].get(element));
    if ((i & 1023) == 1023)
      levada_rt_passed(1024 * (sizeof(Item) + sizeof(levada_any)));
  }
  return makeArray(ctx, element, values.data, values.count, &out->str);
}

} // namespace

/// All values in the order of the rows, NULLs too.
struct LEVADA_AGG("ARRAY_AGG", ordered, "(T) -> ARRAY<T>") levada_agg_array_agg {
  Items items;
  void add(levada_ctx *ctx, levada_opt<levada_any> value) { items.add(ctx, value.value); }
  void merge(levada_ctx *ctx, const levada_agg_array_agg &other) { items.merge(ctx, other.items); }
  levada_status get(levada_ctx *ctx, levada_any *out) const { return arrayOf(ctx, items, out); }
};

/// All values in the order of the rows, without NULLs.
struct LEVADA_AGG("ARRAY_AGG IGNORE NULLS", ordered, "(T) -> ARRAY<T>") levada_agg_array_agg_some {
  Items items;
  void add(levada_ctx *ctx, const levada_any &value) { items.add(ctx, &value); }
  void merge(levada_ctx *ctx, const levada_agg_array_agg_some &other) {
    items.merge(ctx, other.items);
  }
  levada_status get(levada_ctx *ctx, levada_any *out) const { return arrayOf(ctx, items, out); }
};

/// Different values in the order of the rows, NULL once.
struct LEVADA_AGG("ARRAY_AGG DISTINCT", ordered, "(T) -> ARRAY<T>") levada_agg_array_agg_once {
  Items items;
  uint64_t hasNull = 0; ///< its place from 1; the generated merge of sets reads it
  void add(levada_ctx *ctx, levada_opt<levada_any> value) {
    if (!value.value) {
      if (hasNull)
        return;
      hasNull = items.count + 1;
    }
    items.add(ctx, value.value);
  }
  void merge(levada_ctx *ctx, const levada_agg_array_agg_once &other) {
    uint64_t place = other.hasNull ? items.count + other.hasNull : 0;
    items.merge(ctx, other.items, hasNull == 0);
    hasNull = hasNull ? hasNull : place;
  }
  levada_status get(levada_ctx *ctx, levada_any *out) const { return arrayOf(ctx, items, out); }
};

/// How often each value that is not NULL occurs.
struct LEVADA_AGG("COLLECT", ordered, "(T) -> MULTISET<T>") levada_agg_collect {
  Items items;
  void add(levada_ctx *ctx, const levada_any &value) { items.add(ctx, &value); }
  void merge(levada_ctx *ctx, const levada_agg_collect &other) { items.merge(ctx, other.items); }
  levada_status get(levada_ctx *ctx, levada_any *out) const {
    const levada_type *element = out->type->children[0];
    Index seen(ctx);
    Values counts(ctx);
    levada_any one = {};
    one.type = &kCountType;
    one.i32 = 1;
    for (uint64_t i = 0; i < items.count; ++i) {
      bool fresh;
      uint32_t number = seen.add(items.data[i].get(element), &fresh);
      if (fresh)
        counts.add(one);
      else
        ++counts.data[number].i32;
    }
    return makeMap(ctx, seen.values.data, counts.data, element, &kCountType, counts.count, &out->str);
  }
};

/// First of the values that are not NULL, in the order of the rows.
struct LEVADA_AGG("FIRST_VALUE", ordered, "(T) -> T") levada_agg_first_any {
  Item item;
  const levada_type *type = nullptr;
  template <class Archive> void state(Archive &archive) {
    stateOfType(archive, type);
    item.state(archive, type && isStr(type));
  }
  void add(levada_ctx *ctx, const levada_any &value) {
    if (type)
      return;
    type = value.type;
    item = Item::of(ctx, &value);
  }
  void merge(levada_ctx *ctx, const levada_agg_first_any &other) {
    if (other.type)
      add(ctx, other.item.get(other.type));
  }
  levada_status get(levada_ctx *ctx, levada_any *out) const {
    if (!type)
      return LEVADA_NULL;
    __builtin_memcpy(&out->str, item.words, 16);
    return LEVADA_VALUE;
  }
};

/// Last of the values that are not NULL, in the order of the rows.
struct LEVADA_AGG("LAST_VALUE", ordered, "(T) -> T") levada_agg_last_any {
  Item item;
  const levada_type *type = nullptr;
  char *room = nullptr; ///< of a long text, used again
  uint64_t capacity = 0;
  template <class Archive> void state(Archive &archive) {
    stateOfType(archive, type);
    item.state(archive, type && isStr(type));
  }
  void add(levada_ctx *ctx, const levada_any &value) {
    type = value.type;
    levada_any kept = value;
    if (isStr(type) && value.str.len > 12) {
      if (value.str.len > capacity) {
        capacity = value.str.len + value.str.len / 2;
        room = levada_rt_state_alloc(ctx, capacity);
      }
      __builtin_memcpy(room, levada_data(value.str), value.str.len);
      kept.str = levada_view(room, value.str.len);
    }
    __builtin_memcpy(item.words, &kept.str, 16);
  }
  void reset() { type = nullptr; }
  void merge(levada_ctx *ctx, const levada_agg_last_any &other) {
    if (other.type)
      add(ctx, other.item.get(other.type));
  }
  levada_status get(levada_ctx *ctx, levada_any *out) const {
    if (!type)
      return LEVADA_NULL;
    __builtin_memcpy(&out->str, item.words, 16);
    if (isStr(type)) // the room is used again
      out->str = levada::text::keep(ctx, levada_data(out->str), out->str.len);
    return LEVADA_VALUE;
  }
};

#ifndef LEVADA_ABIGEN
#include "generated/thunks_agg_collect.inc"
#endif
