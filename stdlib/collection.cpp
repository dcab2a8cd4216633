//===- collection.cpp - functions of arrays ---------------------------------===//
//
// Elements are compared as values: NULL is one, as NaN is. Results keep the
// order of what they are made of.
//
//===----------------------------------------------------------------------===//
#include "stdlib/nested.h"

#include <initializer_list>

using namespace levada::nested;

namespace {

/// An ARRAY of the result's type.
levada_status give(levada_ctx *ctx, const Values &values, levada_any *out) {
  return makeArray(ctx, out->type->children[0], values.data, values.count, &out->str);
}

void addAll(Values &values, const List &list) {
  for (uint32_t i = 0; i < list.count; ++i)
    values.add(list.at(i));
}

/// The box, or NULL of the type.
levada_any orNull(const levada_opt<levada_any> &value, const levada_type *type) {
  return value.value ? *value.value : null(type);
}

/// Merges by halves: in order, equal ones as they stood.
void sort(levada_any *values, levada_any *other, uint32_t count, bool descending, bool nullsFirst) {
  if (count < 2)
    return;
  uint32_t half = count / 2;
  sort(values, other, half, descending, nullsFirst);
  sort(values + half, other, count - half, descending, nullsFirst);
  auto before = [&](const levada_any &a, const levada_any &b) {
    if (a.null || b.null)
      return a.null != b.null && a.null == nullsFirst;
    int order = compare(a, b);
    return descending ? order > 0 : order < 0;
  };
  uint32_t i = 0, j = half, k = 0;
  while (i < half && j < count)
    other[k++] = before(values[j], values[i]) ? values[j++] : values[i++];
  while (i < half)
    other[k++] = values[i++];
  while (j < count)
    other[k++] = values[j++];
  for (k = 0; k < count; ++k)
    values[k] = other[k];
}

levada_status sorted(levada_ctx *ctx, const levada_any &array, bool ascending, bool nullsFirst,
                     levada_any *out) {
  List list = elements(array);
  Values values(ctx, list.count + 1), other(ctx, list.count + 1);
  addAll(values, list);
  sort(values.data, other.data, values.count, !ascending, nullsFirst);
  return give(ctx, values, out);
}

/// The element that stands first or last in the order; NULLs do not count.
levada_status extreme(const levada_any &array, int sign, levada_any *out) {
  List list = elements(array);
  levada_any best = null(list.type);
  for (uint32_t i = 0; i < list.count; ++i) {
    levada_any value = list.at(i);
    if (!value.null && (best.null || compare(value, best) * sign > 0))
      best = value;
  }
  if (best.null)
    return LEVADA_NULL;
  out->str = best.str;
  if (out->type->slot == 16)
    out->i128 = best.i128;
  return LEVADA_VALUE;
}

/// Elements `first` to `last`, from 1; negative ones count from the end.
levada_status slice(levada_ctx *ctx, const levada_any &array, int64_t first, int64_t last,
                    levada_any *out) {
  List list = elements(array);
  int64_t size = list.count;
  auto place = [&](int64_t index) { return index < 0 ? size + index + 1 : index == 0 ? 1 : index; };
  first = place(first);
  last = place(last);
  if (first < 1)
    first = 1;
  if (last > size)
    last = size;
  Values values(ctx);
  for (int64_t i = first; i <= last; ++i)
    values.add(list.at(uint32_t(i - 1)));
  return give(ctx, values, out);
}

/// The elements between separators; NULLs as `instead`, or left out.
levada_status join(levada_ctx *ctx, const levada_any &array, const levada_str &separator,
                   const levada_str *instead, levada_str *out) {
  List list = elements(array);
  Writer text(ctx);
  bool first = true;
  for (uint32_t i = 0; i < list.count; ++i) {
    levada_any value = list.at(i);
    if (value.null && !instead)
      continue;
    if (!first)
      text.put(separator);
    first = false;
    text.put(value.null ? *instead : value.str);
  }
  *out = text.finish();
  return LEVADA_VALUE;
}

} // namespace

extern "C" {

/// Number of elements of `array`.
LEVADA_FN("CARDINALITY", pure, "(ARRAY<T>) -> INT")
levada_status levada_fn_cardinality_array(levada_ctx *ctx, const levada_any &array, int32_t *out) {
  *out = int32_t(elements(array).count);
  return LEVADA_VALUE;
}

/// Number of entries of `map`.
LEVADA_FN("CARDINALITY", pure, "(MAP<K, V>) -> INT")
levada_status levada_fn_cardinality_map(levada_ctx *ctx, const levada_any &map, int32_t *out) {
  *out = int32_t(entries(map).count());
  return LEVADA_VALUE;
}

/// Number of different elements of `multiset`.
LEVADA_FN("CARDINALITY", pure, "(MULTISET<T>) -> INT")
levada_status levada_fn_cardinality_multiset(levada_ctx *ctx, const levada_any &multiset,
                                             int32_t *out) {
  *out = int32_t(entries(multiset).count());
  return LEVADA_VALUE;
}

/// The only element of `array`; NULL where it is empty, an error where it has more.
LEVADA_FN("ELEMENT", pure | nullable | fails, "(ARRAY<T>) -> T")
levada_status levada_fn_element(levada_ctx *ctx, const levada_any &array, levada_any *out) {
  List list = elements(array);
  if (list.count > 1)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT, "ELEMENT: the array has more than one element");
  if (list.count == 0 || list.isNull(0))
    return LEVADA_NULL;
  readSlot(list.type, list.base, list.slots(), &out->str);
  return LEVADA_VALUE;
}

/// `array` with `element` behind its last one.
LEVADA_FN("ARRAY_APPEND", pure | fails, "(ARRAY<T>, T) -> ARRAY<T>")
levada_status levada_fn_array_append(levada_ctx *ctx, const levada_any &array,
                                     levada_opt<levada_any> element, levada_any *out) {
  List list = elements(array);
  Values values(ctx, list.count + 1);
  addAll(values, list);
  values.add(orNull(element, list.type));
  return give(ctx, values, out);
}

/// `array` with `element` before its first one.
LEVADA_FN("ARRAY_PREPEND", pure | fails, "(ARRAY<T>, T) -> ARRAY<T>")
levada_status levada_fn_array_prepend(levada_ctx *ctx, const levada_any &array,
                                      levada_opt<levada_any> element, levada_any *out) {
  List list = elements(array);
  Values values(ctx, list.count + 1);
  values.add(orNull(element, list.type));
  addAll(values, list);
  return give(ctx, values, out);
}

/// Whether `needle` is an element of `haystack`; NULL may be one.
LEVADA_FN("ARRAY_CONTAINS", pure, "(ARRAY<T>, AS T) -> BOOLEAN")
levada_status levada_fn_array_contains(levada_ctx *ctx, const levada_any &haystack,
                                       levada_opt<levada_any> needle, bool *out) {
  List list = elements(haystack);
  levada_any wanted = orNull(needle, list.type);
  *out = false;
  for (uint32_t i = 0; i < list.count && !*out; ++i)
    *out = equal(list.at(i), wanted);
  return LEVADA_VALUE;
}

/// The number of the first element of `haystack` that is `needle`, from 1; 0 where there is none.
LEVADA_FN("ARRAY_POSITION", pure, "(ARRAY<T>, AS T) -> INT")
levada_status levada_fn_array_position(levada_ctx *ctx, const levada_any &haystack,
                                       const levada_any &needle, int32_t *out) {
  List list = elements(haystack);
  *out = 0;
  for (uint32_t i = 0; i < list.count && *out == 0; ++i)
    if (equal(list.at(i), needle))
      *out = int32_t(i + 1);
  return LEVADA_VALUE;
}

/// `haystack` without the elements that are `needle`.
LEVADA_FN("ARRAY_REMOVE", pure | fails, "(ARRAY<T>, AS T) -> ARRAY<T>")
levada_status levada_fn_array_remove(levada_ctx *ctx, const levada_any &haystack,
                                     levada_opt<levada_any> needle, levada_any *out) {
  List list = elements(haystack);
  levada_any unwanted = orNull(needle, list.type);
  Values values(ctx, list.count + 1);
  for (uint32_t i = 0; i < list.count; ++i)
    if (levada_any value = list.at(i); !equal(value, unwanted))
      values.add(value);
  return give(ctx, values, out);
}

/// The elements of `array` from the last to the first.
LEVADA_FN("ARRAY_REVERSE", pure | fails, "(ARRAY<T>) -> ARRAY<T>")
levada_status levada_fn_array_reverse(levada_ctx *ctx, const levada_any &array, levada_any *out) {
  List list = elements(array);
  Values values(ctx, list.count + 1);
  for (uint32_t i = list.count; i-- > 0;)
    values.add(list.at(i));
  return give(ctx, values, out);
}

/// The different elements of `array`, each where it stands first.
LEVADA_FN("ARRAY_DISTINCT", pure | fails, "(ARRAY<T>) -> ARRAY<T>")
levada_status levada_fn_array_distinct(levada_ctx *ctx, const levada_any &array, levada_any *out) {
  List list = elements(array);
  Index seen(ctx);
  bool fresh;
  for (uint32_t i = 0; i < list.count; ++i)
    seen.add(list.at(i), &fresh);
  return give(ctx, seen.values, out);
}

/// The different elements of both arrays.
LEVADA_FN("ARRAY_UNION", pure | fails, "(ARRAY<T>, ARRAY<T>) -> ARRAY<T>")
levada_status levada_fn_array_union(levada_ctx *ctx, const levada_any &first,
                                    const levada_any &second, levada_any *out) {
  Index seen(ctx);
  bool fresh;
  for (const levada_any *array : {&first, &second}) {
    List list = elements(*array);
    for (uint32_t i = 0; i < list.count; ++i)
      seen.add(list.at(i), &fresh);
  }
  return give(ctx, seen.values, out);
}

/// The different elements of `first` that are not in `second`.
LEVADA_FN("ARRAY_EXCEPT", pure | fails, "(ARRAY<T>, ARRAY<T>) -> ARRAY<T>")
levada_status levada_fn_array_except(levada_ctx *ctx, const levada_any &first,
                                     const levada_any &second, levada_any *out) {
  Index unwanted(ctx), seen(ctx);
  bool fresh;
  List list = elements(second);
  for (uint32_t i = 0; i < list.count; ++i)
    unwanted.add(list.at(i), &fresh);
  list = elements(first);
  for (uint32_t i = 0; i < list.count; ++i)
    if (levada_any value = list.at(i); unwanted.find(value) == Index::npos)
      seen.add(value, &fresh);
  return give(ctx, seen.values, out);
}

/// The different elements of `first` that are in `second` too.
LEVADA_FN("ARRAY_INTERSECT", pure | fails, "(ARRAY<T>, ARRAY<T>) -> ARRAY<T>")
levada_status levada_fn_array_intersect(levada_ctx *ctx, const levada_any &first,
                                        const levada_any &second, levada_any *out) {
  Index wanted(ctx), seen(ctx);
  bool fresh;
  List list = elements(second);
  for (uint32_t i = 0; i < list.count; ++i)
    wanted.add(list.at(i), &fresh);
  list = elements(first);
  for (uint32_t i = 0; i < list.count; ++i)
    if (levada_any value = list.at(i); wanted.find(value) != Index::npos)
      seen.add(value, &fresh);
  return give(ctx, seen.values, out);
}

/// The elements of all arrays one after the other; NULL where one of them is.
LEVADA_FN("ARRAY_CONCAT", pure | fails | nullable, "(ARRAY<T>) -> ARRAY<T>")
levada_status levada_fn_array_concat(levada_ctx *ctx, levada_args<levada_any> arrays,
                                     levada_any *out) {
  Values values(ctx);
  for (int32_t i = 0; i < arrays.count; ++i)
    if (!arrays.values[i])
      return LEVADA_NULL;
  for (int32_t i = 0; i < arrays.count; ++i)
    addAll(values, elements(*arrays.values[i]));
  return give(ctx, values, out);
}

/// The greatest element of `array`; NULL where it has none.
LEVADA_FN("ARRAY_MAX", pure | nullable, "(ARRAY<O>) -> O")
levada_status levada_fn_array_max(levada_ctx *ctx, const levada_any &array, levada_any *out) {
  return extreme(array, 1, out);
}

/// The least element of `array`; NULL where it has none.
LEVADA_FN("ARRAY_MIN", pure | nullable, "(ARRAY<O>) -> O")
levada_status levada_fn_array_min(levada_ctx *ctx, const levada_any &array, levada_any *out) {
  return extreme(array, -1, out);
}

/// The elements of `array` in order, NULLs first.
LEVADA_FN("ARRAY_SORT", pure | fails, "(ARRAY<O>) -> ARRAY<O>")
levada_status levada_fn_array_sort(levada_ctx *ctx, const levada_any &array, levada_any *out) {
  return sorted(ctx, array, true, true, out);
}

/// The elements of `array` in order; where `ascending` is FALSE from the greatest on, NULLs last.
LEVADA_FN("ARRAY_SORT", pure | fails, "(ARRAY<O>, BOOLEAN) -> ARRAY<O>")
levada_status levada_fn_array_sort_by(levada_ctx *ctx, const levada_any &array, bool ascending,
                                      levada_any *out) {
  return sorted(ctx, array, ascending, ascending, out);
}

/// The elements of `array` in order, upwards or downwards, with NULLs first or last.
LEVADA_FN("ARRAY_SORT", pure | fails, "(ARRAY<O>, BOOLEAN, BOOLEAN) -> ARRAY<O>")
levada_status levada_fn_array_sort_nulls(levada_ctx *ctx, const levada_any &array, bool ascending,
                                         bool null_first, levada_any *out) {
  return sorted(ctx, array, ascending, null_first, out);
}

/// The elements of `array` from number `start`, counted from 1, or from the end where it is
/// negative.
LEVADA_FN("ARRAY_SLICE", pure | fails, "(ARRAY<T>, INT) -> ARRAY<T>")
levada_status levada_fn_array_slice(levada_ctx *ctx, const levada_any &array, int32_t start,
                                    levada_any *out) {
  return slice(ctx, array, start, INT32_MAX, out);
}

/// The elements of `array` from number `start` to number `end`, counted from 1, or from the end
/// where they are negative.
LEVADA_FN("ARRAY_SLICE", pure | fails, "(ARRAY<T>, INT, INT) -> ARRAY<T>")
levada_status levada_fn_array_slice_to(levada_ctx *ctx, const levada_any &array, int32_t start,
                                       int32_t end, levada_any *out) {
  return slice(ctx, array, start, end, out);
}

/// The texts of `array` with `delimiter` between them, without those that are NULL.
LEVADA_FN("ARRAY_JOIN", pure, "(ARRAY<STRING>, STRING) -> STRING")
levada_status levada_fn_array_join(levada_ctx *ctx, const levada_any &array,
                                   const levada_str &delimiter, levada_str *out) {
  return join(ctx, array, delimiter, nullptr, out);
}

/// The texts of `array` with `delimiter` between them and `null_replacement` for those that are
/// NULL.
LEVADA_FN("ARRAY_JOIN", pure, "(ARRAY<STRING>, STRING, STRING) -> STRING")
levada_status levada_fn_array_join_nulls(levada_ctx *ctx, const levada_any &array,
                                         const levada_str &delimiter,
                                         const levada_str &null_replacement, levada_str *out) {
  return join(ctx, array, delimiter, &null_replacement, out);
}

} // extern "C"
