//===- NestedTest.cpp - the bytes of nested values --------------------------===//
#include "stdlib/nested.h"
#include "test/stdlib/Context.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace levada::nested;

namespace {

constexpr levada_type scalar(uint8_t kind, uint8_t slot, int32_t precision, const char *text) {
  return {kind, true, slot, 0, precision, 0, 0, nullptr, nullptr, nullptr, text};
}
constexpr levada_type kInt = scalar(LEVADA_TYPE_INT, 4, 0, "INT");
constexpr levada_type kBig = scalar(LEVADA_TYPE_BIGINT, 8, 0, "BIGINT");
constexpr levada_type kBool = scalar(LEVADA_TYPE_BOOLEAN, 1, 0, "BOOLEAN");
constexpr levada_type kDouble = scalar(LEVADA_TYPE_DOUBLE, 8, 0, "DOUBLE");
constexpr levada_type kString = scalar(LEVADA_TYPE_VARCHAR, 8, INT32_MAX, "STRING");

levada_type arrayOf(const levada_type *const *element) {
  return {LEVADA_TYPE_ARRAY, true, 8, 0, 0, 0, 1, element, nullptr, nullptr, "ARRAY"};
}
levada_type mapOf(const levada_type *const *parts) {
  return {LEVADA_TYPE_MAP, true, 8, 0, 0, 0, 2, parts, nullptr, nullptr, "MAP"};
}

levada_any box(int32_t value) {
  levada_any any = {};
  any.type = &kInt;
  any.i32 = value;
  return any;
}
levada_any box(double value) {
  levada_any any = {};
  any.type = &kDouble;
  any.f64 = value;
  return any;
}
levada_any box(std::string_view value) {
  levada_any any = {};
  any.type = &kString;
  any.str = str(value);
  return any;
}
levada_any box(const levada_type *type, levada_str value) {
  levada_any any = {};
  any.type = type;
  any.str = value;
  return any;
}

std::string textOf(Context &context, const levada_any &value) {
  levada_str out;
  levada_any_text(context, &value, &out);
  return text(out);
}

const levada_type *const kInts[] = {&kInt};
const levada_type *const kTexts[] = {&kString};
const levada_type *const kDoubles[] = {&kDouble};
const levada_type *const kTextToInt[] = {&kString, &kInt};
const levada_type kIntArray = arrayOf(kInts), kTextArray = arrayOf(kTexts);
const levada_type kDoubleArray = arrayOf(kDoubles), kTextMap = mapOf(kTextToInt);

levada_str ints(Context &context, std::initializer_list<int> list) {
  std::vector<levada_any> values;
  for (int i : list)
    values.push_back(i < 0 ? null(&kInt) : box(i));
  levada_str out;
  EXPECT_EQ(levada_nested_array(context, &kIntArray, values.data(), uint32_t(values.size()), &out),
            LEVADA_VALUE);
  return out;
}

} // namespace

TEST(Nested, RowsHaveFieldsAtTheirOffsets) {
  Context context;
  const levada_type *const fields[] = {&kInt, &kString, &kBool, &kString, &kBig};
  const char *const names[] = {"a", "b", "c", "d", "e"};
  const uint32_t offsets[] = {1, 5, 13, 14, 22, 30};
  levada_type row = {LEVADA_TYPE_ROW, true, 8, 0, 0, 0, 5, fields, names, offsets, "ROW"};
  levada_any yes = {};
  yes.type = &kBool;
  yes.boolean = true;
  levada_any values[] = {box(7), box("a text longer than twelve"), yes, box("short"), null(&kBig)};
  levada_str out;
  ASSERT_EQ(levada_nested_row(context, &row, values, &out), LEVADA_VALUE);
  EXPECT_EQ(out.len, 30u + 25u + 5u);

  alignas(16) char slot[16];
  EXPECT_EQ(levada_nested_field(&row, &out, 0, slot), LEVADA_VALUE);
  EXPECT_EQ(*reinterpret_cast<int32_t *>(slot), 7);
  EXPECT_EQ(levada_nested_field(&row, &out, 1, slot), LEVADA_VALUE);
  EXPECT_EQ(text(*reinterpret_cast<levada_str *>(slot)), "a text longer than twelve");
  EXPECT_EQ(levada_nested_field(&row, &out, 3, slot), LEVADA_VALUE);
  EXPECT_EQ(text(*reinterpret_cast<levada_str *>(slot)), "short");
  EXPECT_EQ(levada_nested_field(&row, &out, 4, slot), LEVADA_NULL);
  EXPECT_EQ(textOf(context, box(&row, out)), "(7, a text longer than twelve, TRUE, short, NULL)");

  // The bytes say the same wherever they lie.
  std::string moved = text(out);
  levada_str copy = str(moved);
  EXPECT_TRUE(levada_nested_equal(&row, &out, &copy));
  values[3] = box("other");
  ASSERT_EQ(levada_nested_row(context, &row, values, &copy), LEVADA_VALUE);
  EXPECT_FALSE(levada_nested_equal(&row, &out, &copy));
}

TEST(Nested, ArraysKeepNullsAndBounds) {
  Context context;
  levada_str some = ints(context, {1, -1, 3}), none = ints(context, {});
  EXPECT_EQ(textOf(context, box(&kIntArray, some)), "[1, NULL, 3]");
  EXPECT_EQ(textOf(context, box(&kIntArray, none)), "[]");
  alignas(16) char slot[16];
  EXPECT_EQ(levada_nested_at(&kIntArray, &some, 3, slot), LEVADA_VALUE);
  EXPECT_EQ(*reinterpret_cast<int32_t *>(slot), 3);
  for (int index : {2, 0, -1, 4, INT32_MAX, INT32_MIN})
    EXPECT_EQ(levada_nested_at(&kIntArray, &some, index, slot), LEVADA_NULL) << index;
  EXPECT_EQ(levada_nested_at(&kIntArray, &none, 1, slot), LEVADA_NULL);
  // Many, so that the null bits take several bytes.
  std::vector<levada_any> many;
  for (int i = 0; i < 1000; ++i)
    many.push_back(i % 3 ? box(i) : null(&kInt));
  levada_str out;
  ASSERT_EQ(levada_nested_array(context, &kIntArray, many.data(), 1000, &out), LEVADA_VALUE);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(levada_nested_at(&kIntArray, &out, i + 1, slot), i % 3 ? LEVADA_VALUE : LEVADA_NULL);
    if (i % 3)
      ASSERT_EQ(*reinterpret_cast<int32_t *>(slot), i);
  }
}

TEST(Nested, ArraysOfArrays) {
  Context context;
  const levada_type *const inner[] = {&kIntArray};
  levada_type outer = arrayOf(inner);
  levada_any values[] = {box(&kIntArray, ints(context, {1, 2})), null(&kIntArray),
                         box(&kIntArray, ints(context, {}))};
  levada_str out;
  ASSERT_EQ(levada_nested_array(context, &outer, values, 3, &out), LEVADA_VALUE);
  EXPECT_EQ(textOf(context, box(&outer, out)), "[[1, 2], NULL, []]");
}

TEST(Nested, TheLastOfEqualKeysCounts) {
  Context context;
  std::vector<levada_any> values = {box("k"), box(1), box("other key, which is long"), box(2),
                                    box("k"), box(3)};
  levada_str map;
  ASSERT_EQ(levada_nested_map(context, &kTextMap, values.data(), 6, &map), LEVADA_VALUE);
  EXPECT_EQ(textOf(context, box(&kTextMap, map)), "{k=3, other key, which is long=2}");
  alignas(16) char slot[16];
  levada_any key = box("k"), wrong = box("K"), nothing = null(&kString);
  EXPECT_EQ(levada_nested_lookup(&kTextMap, &map, &key, slot), LEVADA_VALUE);
  EXPECT_EQ(*reinterpret_cast<int32_t *>(slot), 3);
  EXPECT_EQ(levada_nested_lookup(&kTextMap, &map, &wrong, slot), LEVADA_NULL);
  EXPECT_EQ(levada_nested_lookup(&kTextMap, &map, &nothing, slot), LEVADA_NULL);
}

TEST(Nested, MapsAreEqualInAnyOrder) {
  Context context;
  std::vector<levada_any> forth, back;
  for (int i = 0; i < 50; ++i) {
    forth.push_back(box(std::to_string(i)));
    forth.push_back(box(i));
    back.insert(back.begin(), {box(std::to_string(i)), box(i)});
  }
  levada_str a, b;
  ASSERT_EQ(levada_nested_map(context, &kTextMap, forth.data(), 100, &a), LEVADA_VALUE);
  ASSERT_EQ(levada_nested_map(context, &kTextMap, back.data(), 100, &b), LEVADA_VALUE);
  EXPECT_TRUE(levada_nested_equal(&kTextMap, &a, &b));
  EXPECT_EQ(hash(box(&kTextMap, a)), hash(box(&kTextMap, b)));
  back[1] = box(1000);
  ASSERT_EQ(levada_nested_map(context, &kTextMap, back.data(), 100, &b), LEVADA_VALUE);
  EXPECT_FALSE(levada_nested_equal(&kTextMap, &a, &b));
}

TEST(Nested, NumbersThatHaveTwoPatterns) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(equal(box(nan), box(-nan)));
  EXPECT_EQ(hash(box(nan)), hash(box(-nan)));
  EXPECT_TRUE(equal(box(0.0), box(-0.0)));
  EXPECT_EQ(hash(box(0.0)), hash(box(-0.0)));
  EXPECT_FALSE(equal(box(0.0), box(nan)));
  EXPECT_TRUE(equal(null(&kInt), null(&kInt)));
  EXPECT_FALSE(equal(null(&kInt), box(0)));
  // One pattern in the bytes: arrays of NaN are one group.
  Context context;
  levada_any one = box(nan), other = box(-nan);
  levada_str a, b;
  ASSERT_EQ(levada_nested_array(context, &kDoubleArray, &one, 1, &a), LEVADA_VALUE);
  ASSERT_EQ(levada_nested_array(context, &kDoubleArray, &other, 1, &b), LEVADA_VALUE);
  EXPECT_EQ(text(a), text(b));
}

TEST(Nested, OrderOfScalars) {
  EXPECT_LT(compare(box(-5), box(3)), 0);
  EXPECT_GT(compare(box("b"), box("abc")), 0);
  EXPECT_LT(compare(box("ab"), box("abc")), 0);
  EXPECT_EQ(compare(box("abc"), box("abc")), 0);
  double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_GT(compare(box(nan), box(std::numeric_limits<double>::infinity())), 0);
  EXPECT_LT(compare(box(-0.0), box(0.0)), 0);
}

TEST(Nested, AnIndexFindsWhatWasAdded) {
  Context context;
  Index index(context);
  bool fresh;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 300; ++i) {
      EXPECT_EQ(index.add(box(i * 7), &fresh), uint32_t(i));
      EXPECT_EQ(fresh, round == 0);
    }
  EXPECT_EQ(index.find(box(1)), Index::npos);
  EXPECT_EQ(index.find(null(&kInt)), Index::npos);
  EXPECT_EQ(index.add(null(&kInt), &fresh), 300u);
}

TEST(Nested, CastsPartByPart) {
  Context context;
  levada_any texts[] = {box("12"), null(&kString), box(" 7 ")};
  levada_str array;
  ASSERT_EQ(levada_nested_array(context, &kTextArray, texts, 3, &array), LEVADA_VALUE);
  levada_any from = box(&kTextArray, array), to = null(&kIntArray);
  ASSERT_EQ(levada_any_cast(context, &from, &to, false), LEVADA_VALUE);
  EXPECT_EQ(textOf(context, to), "[12, NULL, 7]");

  texts[1] = box("x");
  ASSERT_EQ(levada_nested_array(context, &kTextArray, texts, 3, &array), LEVADA_VALUE);
  from = box(&kTextArray, array);
  to = null(&kIntArray);
  EXPECT_EQ(levada_any_cast(context, &from, &to, true), LEVADA_NULL);
  to = null(&kIntArray);
  EXPECT_EQ(levada_any_cast(context, &from, &to, false), LEVADA_ERROR);
  EXPECT_EQ(context.ctx.error_code, uint32_t(LEVADA_E_CAST));

  from = box(&kIntArray, ints(context, {3, -1}));
  to = null(&kDoubleArray);
  ASSERT_EQ(levada_any_cast(context, &from, &to, false), LEVADA_VALUE);
  EXPECT_EQ(textOf(context, to), "[3.0, NULL]");
}

TEST(Nested, NoBytesAreReadAsNothing) {
  Context context;
  const levada_type *const fields[] = {&kInt, &kString, &kIntArray};
  const char *const names[] = {"a", "b", "c"};
  const uint32_t offsets[] = {1, 5, 13, 21};
  levada_type row = {LEVADA_TYPE_ROW, true, 8, 0, 0, 0, 3, fields, names, offsets, "ROW"};
  levada_str nothing = {};
  alignas(16) char slot[16];
  for (uint32_t i = 0; i < 3; ++i)
    EXPECT_EQ(levada_nested_field(&row, &nothing, i, slot), LEVADA_NULL);
  EXPECT_EQ(levada_nested_at(&kIntArray, &nothing, 1, slot), LEVADA_NULL);
  levada_any key = box("k");
  EXPECT_EQ(levada_nested_lookup(&kTextMap, &nothing, &key, slot), LEVADA_NULL);
  EXPECT_EQ(levada_nested_count(&kTextMap, &nothing), 0u);
  EXPECT_EQ(textOf(context, box(&row, nothing)), "(NULL, NULL, NULL)");
  EXPECT_EQ(textOf(context, box(&kIntArray, nothing)), "[]");
  EXPECT_EQ(textOf(context, box(&kTextMap, nothing)), "{}");
}

TEST(Nested, ElementsOfAMultisetComeAsOftenAsTheyAreIn) {
  Context context;
  levada_type multiset = {LEVADA_TYPE_MULTISET, true, 8, 0, 0, 0, 1, kInts, nullptr, nullptr, "MULTISET"};
  levada_any keys[] = {box(5), box(9)}, counts[] = {box(2), box(3)};
  levada_str out;
  ASSERT_EQ(makeMap(context, keys, counts, &kInt, &kCountType, 2, &out), LEVADA_VALUE);
  ASSERT_EQ(levada_nested_count(&multiset, &out), 5u);
  uint64_t state[2] = {0, 0};
  std::string seen;
  for (uint64_t i = 0; i < 5; ++i) {
    alignas(16) char slot[16];
    EXPECT_EQ(levada_nested_element(&multiset, &out, i, state, slot), LEVADA_VALUE);
    seen += std::to_string(*reinterpret_cast<int32_t *>(slot)) + " ";
  }
  EXPECT_EQ(seen, "5 5 9 9 9 ");
  EXPECT_EQ(textOf(context, box(&multiset, out)), "{5=2, 9=3}");
}
