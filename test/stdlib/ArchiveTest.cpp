//===- ArchiveTest.cpp - states of aggregates to bytes and back ------------===//
//
// Every aggregate whose state has pointers: saved at some point, loaded into
// other memory, both go on and must agree. Bytes that are cut off do no harm.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/bytes.h"
#include "stdlib/nested.h"
#include "test/stdlib/Context.h"

#include "gtest/gtest.h"

#include <functional>

#define AGGREGATE(NAME, OUT, ...)                                              \
  extern "C" void NAME##_init(void *);                                         \
  extern "C" void NAME##_add(levada_ctx *, void *, __VA_ARGS__);               \
  extern "C" void NAME##_merge(levada_ctx *, void *, const void *);            \
  extern "C" levada_status NAME##_get(levada_ctx *, const void *, OUT *);      \
  extern "C" void NAME##_save(void *, void *);                                 \
  extern "C" void NAME##_load(levada_ctx *, void *, void *);
AGGREGATE(levada_agg_listagg, levada_str, const levada_str &)
AGGREGATE(levada_agg_listagg_with, levada_str, const levada_str &, const levada_str &)
AGGREGATE(levada_agg_max_str, levada_str, const levada_str &)
AGGREGATE(levada_agg_min_bytes, levada_bytes, const levada_bytes &)
AGGREGATE(levada_agg_first_str, levada_str, const levada_str &)
AGGREGATE(levada_agg_last_str, levada_str, const levada_str &)
AGGREGATE(levada_agg_array_agg, levada_any, levada_opt<levada_any>)
AGGREGATE(levada_agg_array_agg_some, levada_any, const levada_any &)
AGGREGATE(levada_agg_array_agg_once, levada_any, levada_opt<levada_any>)
AGGREGATE(levada_agg_collect, levada_any, const levada_any &)
AGGREGATE(levada_agg_first_any, levada_any, const levada_any &)
AGGREGATE(levada_agg_last_any, levada_any, const levada_any &)

namespace {

using levada::rt::Reader;
using levada::rt::Writer;

struct Thunks {
  const char *name;
  void (*init)(void *);
  std::function<void(levada_ctx *, void *, const std::string *)> add; // null: NULL
  void (*merge)(levada_ctx *, void *, const void *);
  std::function<std::string(levada_ctx *, const void *)> get;
  void (*save)(void *, void *);
  void (*load)(levada_ctx *, void *, void *);
};

levada_type typeOf(uint8_t kind) {
  levada_type type = {};
  type.kind = kind;
  type.slot = kind == LEVADA_TYPE_BIGINT ? 8 : levada::nested::isStr(&type) ? 8 : 16;
  type.nullable = true;
  return type;
}
const levada_type kText = typeOf(LEVADA_TYPE_VARCHAR), kNumber = typeOf(LEVADA_TYPE_BIGINT);

levada_any anyText(const std::string &value) {
  levada_any any = {};
  any.type = &kText;
  any.str = str(value);
  return any;
}
levada_any anyNumber(const std::string &value) {
  levada_any any = {};
  any.type = &kNumber;
  any.i64 = int64_t(value.size());
  return any;
}

/// The bytes of what a nested aggregate gives: self-contained.
template <typename Get> auto nestedResult(Get get, const levada_type *element, uint8_t kind) {
  return [=](levada_ctx *ctx, const void *state) {
    levada_type type = typeOf(kind);
    type.children = &element;
    type.count = 1;
    levada_any out = {};
    out.type = kind == LEVADA_TYPE_NULL ? element : &type;
    if (get(ctx, state, &out) != LEVADA_VALUE)
      return std::string("NULL");
    return levada::nested::isStr(out.type) ? text(out.str) : std::to_string(out.i64);
  };
}
template <typename Get, typename Out> auto textResult(Get get, Out) {
  return [=](levada_ctx *ctx, const void *state) {
    Out out = {};
    return get(ctx, state, &out) == LEVADA_VALUE ? text(out) : std::string("NULL");
  };
}

#define TEXT(NAME, T)                                                          \
  Thunks{#NAME, NAME##_init,                                                   \
         [](levada_ctx *ctx, void *state, const std::string *value) {          \
           if (value)                                                          \
             NAME##_add(ctx, state, T{str(*value)});                           \
         },                                                                    \
         NAME##_merge, textResult(NAME##_get, T{}), NAME##_save, NAME##_load}
#define ANY(NAME, ELEMENT, MAKE, KIND)                                         \
  Thunks{#NAME, NAME##_init,                                                   \
         [](levada_ctx *ctx, void *state, const std::string *value) {          \
           if (value)                                                          \
             NAME##_add(ctx, state, MAKE(*value));                             \
         },                                                                    \
         NAME##_merge, nestedResult(NAME##_get, &ELEMENT, KIND), NAME##_save, NAME##_load}
#define OPTIONAL(NAME, ELEMENT, MAKE)                                          \
  Thunks{#NAME, NAME##_init,                                                   \
         [](levada_ctx *ctx, void *state, const std::string *value) {          \
           levada_any any = value ? MAKE(*value) : levada_any{};               \
           NAME##_add(ctx, state, {value ? &any : nullptr});                   \
         },                                                                    \
         NAME##_merge, nestedResult(NAME##_get, &ELEMENT, LEVADA_TYPE_ARRAY), NAME##_save, NAME##_load}

std::vector<Thunks> all() {
  Thunks with = TEXT(levada_agg_listagg, levada_str);
  with.name = "levada_agg_listagg_with";
  with.init = levada_agg_listagg_with_init;
  with.add = [](levada_ctx *ctx, void *state, const std::string *value) {
    if (value)
      levada_agg_listagg_with_add(ctx, state, str(*value), str("; a long separator of texts; "));
  };
  with.merge = levada_agg_listagg_with_merge;
  with.get = textResult(levada_agg_listagg_with_get, levada_str{});
  with.save = levada_agg_listagg_with_save;
  with.load = levada_agg_listagg_with_load;
  return {with,
          TEXT(levada_agg_listagg, levada_str),
          TEXT(levada_agg_max_str, levada_str),
          TEXT(levada_agg_min_bytes, levada_bytes),
          TEXT(levada_agg_first_str, levada_str),
          TEXT(levada_agg_last_str, levada_str),
          OPTIONAL(levada_agg_array_agg, kText, anyText),
          OPTIONAL(levada_agg_array_agg, kNumber, anyNumber),
          OPTIONAL(levada_agg_array_agg_once, kText, anyText),
          ANY(levada_agg_array_agg_some, kText, anyText, LEVADA_TYPE_ARRAY),
          ANY(levada_agg_collect, kText, anyText, LEVADA_TYPE_MULTISET),
          ANY(levada_agg_first_any, kText, anyText, LEVADA_TYPE_NULL),
          ANY(levada_agg_last_any, kText, anyText, LEVADA_TYPE_NULL),
          ANY(levada_agg_last_any, kNumber, anyNumber, LEVADA_TYPE_NULL)};
}

struct State {
  alignas(16) char bytes[128] = {};
};

const char *kValues[] = {"short", "", "a text longer than twelve bytes", nullptr,
                         "zebras of the savannah", "short", "m", "another long text of the rows"};

} // namespace

TEST(Archive, WhatIsLoadedGoesOnAlike) {
  for (const Thunks &thunks : all())
    for (int before = 0; before <= 8; ++before) {
      SCOPED_TRACE(std::string(thunks.name) + " after " + std::to_string(before));
      auto saved = std::make_unique<Context>();
      Context loaded, plain;
      State one, two, whole;
      thunks.init(one.bytes), thunks.init(two.bytes), thunks.init(whole.bytes);
      auto add = [&](Context &context, State &state, int i) {
        std::string value = kValues[i] ? kValues[i] : "";
        thunks.add(context, state.bytes, kValues[i] ? &value : nullptr);
      };
      for (int i = 0; i < before; ++i)
        add(*saved, one, i), add(plain, whole, i);
      Writer to;
      thunks.save(&to, one.bytes);
      saved.reset(); // its memory is gone
      Reader from(to.view());
      thunks.load(loaded, &from, two.bytes);
      ASSERT_TRUE(from.ok);
      ASSERT_EQ(from.left(), 0u);
      to = Writer();
      EXPECT_EQ(thunks.get(loaded, two.bytes), thunks.get(plain, whole.bytes));
      for (int i = before; i < 8; ++i)
        add(loaded, two, i), add(plain, whole, i);
      EXPECT_EQ(thunks.get(loaded, two.bytes), thunks.get(plain, whole.bytes));
      State merged, other;
      thunks.init(merged.bytes), thunks.init(other.bytes);
      thunks.merge(plain, merged.bytes, two.bytes);
      thunks.merge(plain, other.bytes, whole.bytes);
      EXPECT_EQ(thunks.get(plain, merged.bytes), thunks.get(plain, other.bytes));
    }
}

TEST(Archive, CutBytesLeaveAStateThatCanBeRead) {
  for (const Thunks &thunks : all()) {
    Context context;
    State state;
    thunks.init(state.bytes);
    for (const char *value : kValues) {
      std::string copy = value ? value : "";
      thunks.add(context, state.bytes, value ? &copy : nullptr);
    }
    Writer to;
    thunks.save(&to, state.bytes);
    for (uint64_t size = 0; size < to.size(); ++size) {
      std::vector<char> bytes(to.data(), to.data() + size);
      Reader from(bytes.data(), size);
      State cut;
      thunks.init(cut.bytes);
      context.reset();
      thunks.load(context, &from, cut.bytes);
      EXPECT_FALSE(from.ok) << thunks.name << " " << size;
      thunks.get(context, cut.bytes);
    }
  }
}
