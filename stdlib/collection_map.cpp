//===- collection_map.cpp - functions of maps, and texts taken apart --------===//
//
// A map keeps its keys in the order they came in, those of STR_TO_MAP in Java's;
// of equal keys the last value counts.
//
//===----------------------------------------------------------------------===//
#include "stdlib/build.h"
#include "stdlib/java_map.h"
#include "stdlib/nested.h"
#include "stdlib/regex.h"

using namespace levada::nested;

namespace {

/// A map under collection.
struct MapBuilder {
  Index keys;
  Values values;
  explicit MapBuilder(levada_ctx *ctx) : keys(ctx), values(ctx) {}
  void put(const levada_any &key, const levada_any &value) {
    bool fresh;
    uint32_t number = keys.add(key, &fresh);
    if (fresh)
      values.add(value);
    else
      values.data[number] = value;
  }
  levada_status give(levada_ctx *ctx, levada_any *out) {
    return makeMap(ctx, keys.values.data, values.data, out->type->children[0],
                   out->type->children[1], values.count, &out->str);
  }
};

levada_status listOf(levada_ctx *ctx, const List &list, levada_any *out) {
  Values values(ctx, list.count + 1);
  for (uint32_t i = 0; i < list.count; ++i)
    values.add(list.at(i));
  return makeArray(ctx, out->type->children[0], values.data, values.count, &out->str);
}

levada_any textValue(const levada_type *type, const char *p, uint64_t size) {
  levada_any value = {};
  value.type = type;
  value.str = levada_view(p, uint32_t(size));
  return value;
}

/// Calls `each` with the parts of a text between matches of a regular
/// expression, as Java's split does: without empty ones at the end.
template <typename Each>
void splitBy(const levada_str &text, const levada_str &delimiter, Each each) {
  const char *data = levada_data(text);
  uint64_t from = 0, search = 0;
  uint64_t empties = 0; // not handed on yet
  bool any = false;
  auto hand = [&](uint64_t begin, uint64_t end) {
    any = true;
    if (begin == end) {
      ++empties;
      return;
    }
    for (; empties; --empties)
      each(data, uint64_t(0));
    each(data + begin, end - begin);
  };
  levada::regex::Span found;
  while (search <= text.len && levada::regex::find(delimiter, text, search, &found, 1)) {
    uint64_t begin = uint64_t(found.begin - data), end = begin + found.size;
    if (end == 0) { // nothing before the first character
      search = 1;
      continue;
    }
    if (begin == text.len)
      break;
    hand(from, begin);
    from = end;
    search = end == begin ? end + 1 : end;
  }
  if (!any && from == 0)
    return each(data, uint64_t(text.len)); // no delimiter: the text, empty or not
  hand(from, text.len);
}

levada_status textToMap(levada_ctx *ctx, const levada_str &text, const levada_str &between,
                        const levada_str &behindKey, levada_any *out) {
  const levada_type *type = out->type->children[0];
  MapBuilder map(ctx);
  if (text.len == 0)
    return map.give(ctx, out);
  uint32_t pairs = 0;
  splitBy(text, between, [&](const char *p, uint64_t size) {
    ++pairs;
    levada_str pair = levada_view(p, uint32_t(size));
    levada_any parts[2] = {textValue(type, p, 0), null(out->type->children[1])};
    // Texts of up to 12 bytes hold them: what is found is in `pair` itself.
    int count = 0;
    splitBy(pair, behindKey, [&](const char *q, uint64_t length) {
      if (count < 2)
        parts[count++] = textValue(type, q, length);
    });
    map.put(parts[0], parts[1]);
  });
  javaOrder(map.keys.values, map.values, javaRoom(pairs), TextHash::Java);
  return map.give(ctx, out);
}

} // namespace

extern "C" {

/// The keys of `map`.
LEVADA_FN("MAP_KEYS", pure | fails, "(MAP<K, V>) -> ARRAY<K>")
levada_status levada_fn_map_keys(levada_ctx *ctx, const levada_any &map, levada_any *out) {
  return listOf(ctx, entries(map).keys, out);
}

/// The values of `map`, in the order of its keys.
LEVADA_FN("MAP_VALUES", pure | fails, "(MAP<K, V>) -> ARRAY<V>")
levada_status levada_fn_map_values(levada_ctx *ctx, const levada_any &map, levada_any *out) {
  return listOf(ctx, entries(map).values, out);
}

/// The entries of `map` as rows of key and value.
LEVADA_FN("MAP_ENTRIES", pure | fails, "(MAP<K, V>) -> ARRAY<ROW<key K, value V>>")
levada_status levada_fn_map_entries(levada_ctx *ctx, const levada_any &map, levada_any *out) {
  Entries all = entries(map);
  const levada_type *row = out->type->children[0];
  Values rows(ctx, all.count() + 1);
  for (uint32_t i = 0; i < all.count(); ++i) {
    levada_any fields[2] = {all.keys.at(i), all.values.at(i)}, one = {};
    one.type = row;
    if (levada_status status = levada_nested_row(ctx, row, fields, &one.str); status != LEVADA_VALUE)
      return status;
    rows.add(one);
  }
  return makeArray(ctx, row, rows.data, rows.count, &out->str);
}

/// A map of keys and the values that stand at the same places.
LEVADA_FN("MAP_FROM_ARRAYS", pure | fails, "(ARRAY<K>, ARRAY<V>) -> MAP<K, V>")
levada_status levada_fn_map_from_arrays(levada_ctx *ctx, const levada_any &keys,
                                        const levada_any &values, levada_any *out) {
  List k = elements(keys), v = elements(values);
  if (k.count != v.count)
    return LEVADA_FAIL(ctx, LEVADA_E_ARGUMENT,
                       "MAP_FROM_ARRAYS: there are not as many values as keys");
  MapBuilder map(ctx);
  for (uint32_t i = 0; i < k.count; ++i)
    map.put(k.at(i), v.at(i));
  return map.give(ctx, out);
}

/// A map of rows of two fields, key and value; rows that are NULL are left out.
LEVADA_FN("MAP_FROM_ENTRIES", pure | fails, "(ARRAY<ROW<key K, value V>>) -> MAP<K, V>")
levada_status levada_fn_map_from_entries(levada_ctx *ctx, const levada_any &rows, levada_any *out) {
  List list = elements(rows);
  MapBuilder map(ctx);
  for (uint32_t i = 0; i < list.count; ++i)
    if (levada_any row = list.at(i); !row.null)
      map.put(field(row.type, row.str, 0), field(row.type, row.str, 1));
  return map.give(ctx, out);
}

/// The entries of all maps, those of the last one first; of equal keys the last one counts. NULL
/// where one of them is.
LEVADA_FN("MAP_UNION", pure | fails | nullable, "(MAP<K, V>) -> MAP<K, V>")
levada_status levada_fn_map_union(levada_ctx *ctx, levada_args<levada_any> maps, levada_any *out) {
  for (int32_t i = 0; i < maps.count; ++i)
    if (!maps.values[i])
      return LEVADA_NULL;
  MapBuilder map(ctx);
  for (int32_t i = maps.count; i-- > 0;) {
    Entries all = entries(*maps.values[i]);
    for (uint32_t j = 0; j < all.count(); ++j)
      if (levada_any key = all.keys.at(j); map.keys.find(key) == Index::npos)
        map.put(key, all.values.at(j));
  }
  return map.give(ctx, out);
}

/// A map of texts from pairs such as `k1=v1,k2=v2`.
LEVADA_FN("STR_TO_MAP", pure | fails, "(STRING) -> MAP<STRING, STRING>")
levada_status levada_fn_str_to_map(levada_ctx *ctx, const levada_str &text, levada_any *out) {
  return textToMap(ctx, text, levada_view(",", 1), levada_view("=", 1), out);
}

/// A map of texts: `list_delimiter` between the pairs, `key_value_delimiter` behind each key. Both
/// are regular expressions.
LEVADA_FN("STR_TO_MAP", pure | fails, "(STRING, STRING, STRING) -> MAP<STRING, STRING>")
levada_status levada_fn_str_to_map_by(levada_ctx *ctx, const levada_str &text,
                                      const levada_str &list_delimiter,
                                      const levada_str &key_value_delimiter, levada_any *out) {
  return textToMap(ctx, text, list_delimiter, key_value_delimiter, out);
}

/// The parts of `text` between delimiters; its characters where the delimiter is empty. An empty
/// text has no parts.
LEVADA_FN("SPLIT", pure | fails, "(STRING, STRING) -> ARRAY<STRING>")
levada_status levada_fn_split(levada_ctx *ctx, const levada_str &text, const levada_str &delimiter,
                              levada_any *out) {
  const levada_type *type = out->type->children[0];
  const char *p = levada_data(text), *end = p + text.len;
  Values parts(ctx);
  if (text.len && delimiter.len == 0) {
    while (p != end) {
      uint64_t size = levada::text::charSize(*p);
      if (size > uint64_t(end - p))
        size = uint64_t(end - p);
      parts.add(textValue(type, p, size));
      p += size;
    }
  } else if (text.len) {
    const char *wanted = levada_data(delimiter);
    while (const char *found = levada::text::find(p, end, wanted, delimiter.len)) {
      parts.add(textValue(type, p, uint64_t(found - p)));
      p = found + delimiter.len;
    }
    parts.add(textValue(type, p, uint64_t(end - p)));
  }
  return makeArray(ctx, type, parts.data, parts.count, &out->str);
}

/// Group `index` of every match of `regex` in `text`; NULL where the pattern does not compile or
/// has no such group.
LEVADA_FN("REGEXP_EXTRACT_ALL", pure | fails | nullable, "(STRING, STRING, INT) -> ARRAY<STRING>")
levada_status levada_fn_regexp_extract_all(levada_ctx *ctx, const levada_str &text,
                                           const levada_str &regex, int32_t index,
                                           levada_any *out) {
  const levada_type *type = out->type->children[0];
  int groups = levada::regex::groupCount(regex);
  if (groups < 0 || index < 0 || index > groups || index > 30)
    return LEVADA_NULL;
  Values found(ctx);
  const char *data = levada_data(text);
  levada::regex::Span spans[32];
  for (uint64_t from = 0; from <= text.len && levada::regex::find(regex, text, from, spans, index + 1);) {
    const levada::regex::Span &group = spans[index];
    found.add(group.begin ? textValue(type, group.begin, group.size) : null(type));
    from = uint64_t(spans[0].begin - data) + spans[0].size;
    if (spans[0].size == 0) { // step over one character
      ++from;
      while (from < text.len && !levada::text::isStart(data[from]))
        ++from;
    }
  }
  return makeArray(ctx, type, found.data, found.count, &out->str);
}

/// Group 1 of every match of `regex` in `text`.
LEVADA_FN("REGEXP_EXTRACT_ALL", pure | fails | nullable, "(STRING, STRING) -> ARRAY<STRING>")
levada_status levada_fn_regexp_extract_all_1(levada_ctx *ctx, const levada_str &text,
                                             const levada_str &regex, levada_any *out) {
  return levada_fn_regexp_extract_all(ctx, text, regex, 1, out);
}

} // extern "C"
