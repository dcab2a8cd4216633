//===- values.cpp - values of SQL types as JSON ------------------------------===//
#include "runtime/control/values.h"

#include "runtime/abi/abi.h"
#include "runtime/core/error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

namespace levada::rt {

//===--- types --------------------------------------------------------------===//

namespace {

/// Goes through the text of a type.
struct TypeReader {
  std::string_view rest;

  bool take(std::string_view what) {
    if (rest.substr(0, what.size()) != what)
      return false;
    rest.remove_prefix(what.size());
    return true;
  }
  std::string_view word() {
    size_t end = 0;
    while (end < rest.size() && (isalnum((unsigned char)rest[end]) || rest[end] == '_'))
      ++end;
    std::string_view found = rest.substr(0, end);
    rest.remove_prefix(end);
    return found;
  }
  bool number(int &out) {
    std::string_view digits = word();
    out = atoi(Text(digits).c_str());
    return !digits.empty();
  }
  /// A bare word, or "quoted": what is not printable as \ and two hex digits.
  bool name(Text &out) {
    if (!take("\"")) {
      out = Text(word());
      return !out.empty();
    }
    while (!rest.empty() && rest[0] != '"') {
      if (rest[0] != '\\') {
        out.append(rest[0]);
        rest.remove_prefix(1);
      } else if (rest.size() > 1 && rest[1] == '\\') {
        out.append('\\');
        rest.remove_prefix(2);
      } else if (rest.size() > 2) {
        out.append(char(strtoul(Text(rest.substr(1, 2)).c_str(), nullptr, 16)));
        rest.remove_prefix(3);
      } else {
        return false;
      }
    }
    return take("\"");
  }
  bool type(ValueType &out);
};

constexpr struct {
  std::string_view name;
  const char *kind;
} kinds[] = {{"NULL", "bool"},
             {"BOOLEAN", "bool"},
             {"TINYINT", "i8"},
             {"SMALLINT", "i16"},
             {"INT", "i32"},
             {"BIGINT", "i64"},
             {"FLOAT", "f32"},
             {"DOUBLE", "f64"},
             {"DATE", "i32"},
             {"TIME", "i32"},
             {"INTERVAL_MONTH", "i32"},
             {"INTERVAL_SECOND", "i64"},
             {"STRING", "str"},
             {"CHAR", "str"},
             {"VARCHAR", "str"},
             {"BYTES", "str"},
             {"BINARY", "str"},
             {"VARBINARY", "str"},
             {"ARRAY", "str"},
             {"MAP", "str"},
             {"MULTISET", "str"},
             {"ROW", "str"},
             {"DECIMAL", nullptr}, // by precision
             {"TIMESTAMP", nullptr},
             {"TIMESTAMP_LTZ", nullptr}};

} // namespace

bool TypeReader::type(ValueType &out) {
  std::string_view base = word();
  bool known = false;
  for (auto &kind : kinds)
    known |= kind.name == base;
  if (!known)
    return false;
  out.base = Text(base);
  if (take("(") && (!number(out.precision) || (take(", ") && !number(out.scale)) || !take(")")))
    return false;
  if (take("<")) {
    const bool row = base == "ROW";
    while (!take(">")) {
      if (!out.children.empty() && !take(", "))
        return false;
      Text field;
      if (row && (!name(field) || !take(" ")))
        return false;
      out.names.push_back(std::move(field));
      out.children.emplace_back();
      if (!type(out.children.back()))
        return false;
    }
  }
  take(" NOT NULL");
  return true;
}

bool ValueType::parse(std::string_view text) {
  *this = {};
  TypeReader reader{text};
  if (!reader.type(*this) || !reader.rest.empty())
    return false;
  const size_t children = base.view() == "MAP" ? 2 : base.view() == "ARRAY" || base.view() == "MULTISET";
  return base.view() == "ROW" || this->children.size() == children;
}

const char *ValueType::kind() const {
  for (auto &kind : kinds)
    if (kind.name == base.view() && kind.kind)
      return kind.kind;
  return precision <= (base.view() == "DECIMAL" ? 18 : 6) ? "i64" : "i128";
}

//===--- scalars ------------------------------------------------------------===//

namespace {

using Wide = levada_i128;

Wide read_wide(std::string_view kind, const char *at) {
  Wide wide = 0;
  size_t size = size_t(atoi(Text(kind.substr(1)).c_str())) / 8;
  memcpy(&wide, at, size);
  int shift = int(128 - 8 * size);
  if (kind[0] == 'i' && shift)
    wide = Wide((unsigned __int128)wide << shift) >> shift;
  return wide;
}

void append_decimal(Text &text, Wide value, int scale) {
  char digits[64];
  int at = 0;
  bool negative = value < 0;
  unsigned __int128 rest = negative ? -(unsigned __int128)value : (unsigned __int128)value;
  do {
    if (at == scale && scale > 0)
      digits[at++] = '.';
    digits[at++] = char('0' + int(rest % 10));
    rest /= 10;
  } while (rest || at <= scale);
  if (negative)
    text.append('-');
  while (at > 0)
    text.append(digits[--at]);
}

/// With as few digits as say which one it is.
void append_float(Text &text, double value, bool narrow) {
  Text digits;
  for (int most = narrow ? 6 : 15; most <= (narrow ? 9 : 17); ++most) {
    digits = value != value ? Text("NaN") : textf("%.*g", most, value);
    double same = strtod(digits.c_str(), nullptr);
    if (narrow ? float(same) == float(value) : same == value)
      break;
  }
  if (value - value != 0) // no JSON number
    append_json(text, digits);
  else
    text.append(digits);
}

/// A fraction of a second: at least ms, where there is any.
void append_fraction(Text &text, int64_t nanos) {
  if (nanos % 1000000 == 0 && nanos)
    text.format(".%03d", int(nanos / 1000000));
  else if (nanos % 1000 == 0 && nanos)
    text.format(".%06d", int(nanos / 1000));
  else if (nanos)
    text.format(".%09d", int(nanos));
}

Text point_in_time(Wide value, int precision) {
  const int64_t per_second = precision <= 3 ? 1000 : precision <= 6 ? 1000000 : 1000000000;
  Wide part = value % per_second;
  if (part < 0)
    part += per_second;
  Text text = moment(int64_t((value - part) / per_second) * 1000);
  append_fraction(text, int64_t(part) * (1000000000 / per_second));
  return text;
}

/// +1 02:03:04.500
Text days_and_time(int64_t ms) {
  uint64_t rest = ms < 0 ? -uint64_t(ms) : uint64_t(ms);
  Text text = textf("%c%llu %02d:%02d:%02d", ms < 0 ? '-' : '+', (unsigned long long)(rest / 86400000),
                    int(rest / 3600000 % 24), int(rest / 60000 % 60), int(rest / 1000 % 60));
  append_fraction(text, int64_t(rest % 1000) * 1000000);
  return text;
}

void append_bytes(Text &text, std::string_view bytes) {
  text.append("\"0x");
  for (char c : bytes)
    text.format("%02x", uint8_t(c));
  text.append('"');
}

uint32_t read32(const char *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

} // namespace

Text moment_ms(int64_t ms) { return point_in_time(ms, 3); }

bool append_plain(Text &text, std::string_view kind, const char *at) {
  if (kind == "bool") {
    text.append(*at ? "true" : "false");
  } else if (kind == "f32") {
    float value;
    memcpy(&value, at, sizeof value);
    append_float(text, double(value), true);
  } else if (kind == "f64") {
    double value;
    memcpy(&value, at, sizeof value);
    append_float(text, value, false);
  } else if (kind == "str") {
    levada_str value;
    memcpy(&value, at, sizeof value);
    append_json(text, str_view(value));
  } else if (kind.size() > 1 && (kind[0] == 'i' || kind[0] == 'u')) {
    append_decimal(text, read_wide(kind, at), 0);
  } else {
    return false;
  }
  return true;
}

//===--- nested values ------------------------------------------------------===//

namespace {

/// Bytes of a value within a nested one.
uint32_t slot_size(const ValueType &type) {
  std::string_view kind = type.kind();
  return kind == "str" ? 8 : kind == "bool" ? 1 : uint32_t(atoi(Text(kind.substr(1)).c_str())) / 8;
}

struct NestedWriter {
  Text &text;

  /// The bytes of a value that is held as text.
  void held(const ValueType &type, std::string_view bytes);
  /// What stands in a slot of the value that begins at `base`.
  void slot(const ValueType &type, std::string_view whole, uint64_t at) {
    if (strcmp(type.kind(), "str") == 0)
      held(type, part(whole, read32(whole.data() + at), read32(whole.data() + at + 4)));
    else
      append_value(text, type, whole.data() + at);
  }
  static std::string_view part(std::string_view whole, uint64_t at, uint64_t size) {
    return at <= whole.size() && size <= whole.size() - at ? whole.substr(at, size)
                                                           : std::string_view();
  }
  static bool is_null(const char *bits, uint32_t index) {
    return uint8_t(bits[index / 8]) >> (index % 8) & 1;
  }
  void row(const ValueType &type, std::string_view bytes);

  /// The elements of an array, one by one.
  struct Elements {
    const ValueType &type;
    std::string_view bytes;
    uint32_t count;
    Elements(const ValueType &type, std::string_view bytes) : type(type), bytes(bytes), count(0) {
      if (bytes.size() < 4)
        return;
      uint64_t all = read32(bytes.data());
      if (4 + (all + 7) / 8 + all * slot_size(type) <= bytes.size())
        count = uint32_t(all);
    }
    uint64_t at(uint32_t i) const { return 4 + (uint64_t(count) + 7) / 8 + uint64_t(i) * slot_size(type); }
    bool null(uint32_t i) const { return is_null(bytes.data() + 4, i); }
  };
  void element(const Elements &list, uint32_t i) {
    if (list.null(i))
      text.append("null");
    else
      slot(list.type, list.bytes, list.at(i));
  }
  void map(const ValueType &type, std::string_view bytes);
};

void NestedWriter::row(const ValueType &type, std::string_view bytes) {
  uint64_t at = (type.children.size() + 7) / 8, end = at;
  for (const ValueType &field : type.children)
    end += slot_size(field);
  text.append('{');
  for (size_t i = 0; i < type.children.size(); ++i) {
    append_json(text.append(i ? "," : ""), type.names[i]);
    text.append(':');
    if (bytes.size() < end || is_null(bytes.data(), uint32_t(i)))
      text.append("null");
    else
      slot(type.children[i], bytes, at);
    at += slot_size(type.children[i]);
  }
  text.append('}');
}

/// An object: keys that are no texts as the text of their JSON.
void NestedWriter::map(const ValueType &type, std::string_view bytes) {
  ValueType count;
  count.base = "INT";
  std::string_view keys, values;
  if (bytes.size() >= 4) {
    keys = part(bytes, 4, read32(bytes.data()));
    values = part(bytes, 4 + keys.size(), bytes.size() - 4 - keys.size());
  }
  Elements key(type.children[0], keys);
  Elements value(type.children.size() > 1 ? type.children[1] : count, values);
  text.append('{');
  for (uint32_t i = 0; i < key.count && i < value.count; ++i) {
    Text name;
    NestedWriter{name}.element(key, i);
    text.append(i ? "," : "");
    if (name.view()[0] == '"')
      text.append(name);
    else
      append_json(text, name);
    text.append(':');
    element(value, i);
  }
  text.append('}');
}

void NestedWriter::held(const ValueType &type, std::string_view bytes) {
  std::string_view base = type.base;
  if (base == "ROW") {
    row(type, bytes);
  } else if (base == "ARRAY") {
    Elements list(type.children[0], bytes);
    text.append('[');
    for (uint32_t i = 0; i < list.count; ++i) {
      text.append(i ? "," : "");
      element(list, i);
    }
    text.append(']');
  } else if (base == "MAP" || base == "MULTISET") {
    map(type, bytes);
  } else if (base == "BYTES" || base == "BINARY" || base == "VARBINARY") {
    append_bytes(text, bytes);
  } else {
    append_json(text, bytes);
  }
}

} // namespace

void append_value(Text &text, const ValueType &type, const char *at) {
  std::string_view base = type.base, kind = type.kind();
  if (kind == "str") {
    levada_str value;
    memcpy(&value, at, sizeof value);
    NestedWriter{text}.held(type, str_view(value));
  } else if (base == "DECIMAL") {
    append_decimal(text, read_wide(kind, at), type.scale);
  } else if (base == "DATE") {
    append_json(text, moment(int64_t(read_wide(kind, at)) * 86400000).view().substr(0, 10));
  } else if (base == "TIME") {
    append_json(text, point_in_time(read_wide(kind, at), 3).view().substr(11));
  } else if (base == "TIMESTAMP" || base == "TIMESTAMP_LTZ") {
    Text when = point_in_time(read_wide(kind, at), type.precision);
    append_json(text, base == "TIMESTAMP" ? when : when.append('Z'));
  } else if (base == "INTERVAL_MONTH") {
    int64_t months = int64_t(read_wide(kind, at));
    append_json(text, textf("%c%lld-%02lld", months < 0 ? '-' : '+',
                            (long long)llabs(months) / 12, (long long)llabs(months) % 12));
  } else if (base == "INTERVAL_SECOND") {
    append_json(text, days_and_time(int64_t(read_wide(kind, at))));
  } else {
    append_plain(text, kind, at);
  }
}

} // namespace levada::rt
