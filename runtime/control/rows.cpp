//===- rows.cpp - `inspect PATH`: the rows of state --------------------------===//
//
// The state is loaded as a start would load it, so what is shown is what the next
// run goes on from. Names, types and places of keys and accumulators come from
// the schema in the program; what has no text form is named as such.
//
//===----------------------------------------------------------------------===//
#include "runtime/control/rows.h"

#include "runtime/checkpoint/schema.h"
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"
#include "runtime/state/walk.h"

#include <memory>
#include <stdio.h>
#include <unistd.h>

namespace levada::rt {
namespace {

void append_i128(Text &text, levada_i128 value, int scale) {
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

int64_t read_integer(const char *at, size_t size, bool with_sign) {
  int64_t value = 0;
  memcpy(&value, at, size);
  int shift = int(64 - 8 * size);
  return with_sign ? value << shift >> shift : value;
}

/// 2024-03-01 10:00:00.250 of ms since 1970.
Text moment_ms(int64_t ms) {
  int64_t part = ms % 1000;
  if (part < 0)
    part += 1000;
  Text text = moment(ms - part);
  return part ? text.format(".%03d", int(part)) : text;
}

void not_shown(Text &text, std::string_view what) {
  append_json(text.append("{\"not shown\":"), what);
  text.append('}');
}

/// A value of a kind; `type` is its SQL type, or empty.
void append_value(Text &text, std::string_view kind, std::string_view type, const char *at) {
  auto is = [&](std::string_view base) { return type.substr(0, base.size()) == base; };
  if (kind == "bool")
    text.append(*at ? "true" : "false");
  else if (kind == "f32" || kind == "f64") {
    double value;
    float narrow;
    if (kind == "f32") {
      memcpy(&narrow, at, sizeof narrow);
      value = double(narrow);
    } else {
      memcpy(&value, at, sizeof value);
    }
    Text digits = textf(kind == "f32" ? "%.9g" : "%.17g", value);
    if (value - value != 0) // no JSON number
      append_json(text, digits);
    else
      text.append(digits);
  } else if (kind == "str") {
    levada_str value;
    memcpy(&value, at, sizeof value);
    if (is("ARRAY") || is("MAP") || is("ROW") || is("MULTISET"))
      not_shown(text, type);
    else if (is("BYTES") || is("VARBINARY") || is("BINARY")) {
      text.append("\"0x");
      for (char c : str_view(value))
        text.format("%02x", uint8_t(c));
      text.append('"');
    } else {
      append_json(text, str_view(value));
    }
  } else if (kind == "i128" || kind == "u128") {
    levada_i128 value;
    memcpy(&value, at, sizeof value);
    size_t comma = type.find(',');
    if (is("TIMESTAMP"))
      not_shown(text, type);
    else
      append_i128(text, value, is("DECIMAL") && comma != type.npos
                                   ? atoi(Text(type.substr(comma + 1)).c_str())
                                   : 0);
  } else if (kind.size() > 1 && (kind[0] == 'i' || kind[0] == 'u')) {
    int64_t value = read_integer(at, size_t(atoi(Text(kind.substr(1)).c_str())) / 8, kind[0] == 'i');
    size_t open = type.find('('), comma = type.find(',');
    int precision = open == type.npos ? 0 : atoi(Text(type.substr(open + 1)).c_str());
    if (is("DATE"))
      append_json(text, moment(value * 86400000).view().substr(0, 10));
    else if (is("TIMESTAMP"))
      append_json(text, moment_ms(precision > 3 ? value / 1000 : value));
    else if (is("DECIMAL") && comma != type.npos)
      append_i128(text, value, atoi(Text(type.substr(comma + 1)).c_str()));
    else if (kind[0] == 'u')
      text.format("%llu", (unsigned long long)value);
    else
      text.format("%lld", (long long)value);
  } else {
    not_shown(text, kind);
  }
}

void append_set(Text &text, const char *set, const Schema::Aggregate &agg) {
  // As distinct.cpp has them: 16 bytes, the value zero padded.
  std::string_view base = agg.type.view().substr(0, agg.type.view().find('('));
  const char *kind = base == "TINYINT"    ? "i8"
                     : base == "SMALLINT" ? "i16"
                     : base == "INT" || base == "DATE"
                         ? "i32"
                     : base == "BOOLEAN" ? "bool"
                     : base == "FLOAT"   ? "f32"
                     : base == "DOUBLE"  ? "f64"
                     : base == "BIGINT"  ? "i64"
                     : base == "STRING" || base == "VARCHAR" || base == "CHAR"
                         ? "str"
                         : "raw";
  uint64_t index = 0;
  bool first = true;
  text.append('[');
  while (const char *value = levada_rt_distinct_next(set, &index)) {
    text.append(first ? "" : ",");
    append_value(text, kind, agg.type, value);
    first = false;
  }
  text.append(']');
}

struct Printer {
  const levada_slot_desc *desc;
  Schema schema;
  Text line;
};

void print_held(void *to, const Held &held) {
  auto &p = *static_cast<Printer *>(to);
  Text &text = p.line;
  text.clear();
  append_json(text.append("{\"operator\":"), p.desc->id);
  if (held.start != INT64_MIN) {
    bool whole = p.schema.kind.view() == "session" || held.last_end == held.end;
    append_json(text.append(whole ? ",\"window_start\":" : ",\"slice_start\":"),
                moment_ms(held.start));
    append_json(text.append(whole ? ",\"window_end\":" : ",\"slice_end\":"), moment_ms(held.end));
    if (!whole)
      append_json(text.append(",\"last_window_end\":"), moment_ms(held.last_end));
  }
  text.append(",\"key\":{");
  for (size_t i = 0; i < p.schema.keys.size(); ++i) {
    const Schema::Key &key = p.schema.keys[i];
    append_json(text.append(i ? "," : ""), key.name);
    text.append(':');
    if (key.null_offset >= 0 && held.entry[key.null_offset])
      text.append("null");
    else
      append_value(text, key.kind, key.type, held.entry + key.offset);
  }
  text.append("},\"state\":{");
  const char *acc = held.entry + p.schema.acc_offset;
  for (size_t i = 0; i < p.schema.aggregates.size(); ++i) {
    const Schema::Aggregate &agg = p.schema.aggregates[i];
    append_json(text.append(i ? "," : ""), agg.name);
    text.append(":{");
    for (size_t f = 0; f < agg.fields.size(); ++f) {
      const Schema::Field &field = agg.fields[f];
      // The extreme or the first of a column is of its type.
      bool value = field.name.view() == "best" || field.name.view() == "kept";
      append_json(text.append(f ? "," : ""), field.name);
      // A sum of integers that wraps around is kept without a sign.
      bool sum = field.name.view() == "sum" && field.kind.view() == "u64";
      append_value(text.append(':'), sum ? std::string_view("i64") : field.kind.view(), value ? agg.type.view() : std::string_view(),
                   acc + agg.offset + field.offset);
    }
    if (agg.kept)
      not_shown(text.append(agg.fields.empty() ? "\"values\":" : ",\"values\":"), "all its values");
    else if (agg.set >= 0)
      append_set(text.append(agg.fields.empty() ? "\"values\":" : ",\"values\":"), acc + agg.set, agg);
    text.append('}');
  }
  text.append("}}\n");
  fwrite(text.c_str(), 1, text.size(), stdout);
}

} // namespace

bool print_rows(const levada_program *program, const Settings &settings, Error &error) {
  Settings look;
  look.restore = settings.target;
  look.json = settings.json;
  if (program->batch)
    return error.set(NO_CHECKPOINT, "a pipeline in batch mode keeps no state");
  auto run = std::make_unique<Run>(program, look);
  if (!run->checkpoints->look(settings.target.c_str(), error))
    return false;
  const Manifest &manifest = run->checkpoints->resumed();
  Text text = textf("{\"checkpoint\":%llu,\"created\":", (unsigned long long)manifest.epoch);
  append_json(text, moment(manifest.created));
  append_json(text.format(",\"number\":%llu,\"pipeline\":", (unsigned long long)manifest.number),
              program->name);
  text.append("}\n");
  fwrite(text.c_str(), 1, text.size(), stdout);
  ProgramState state;
  state.parse(program->state);
  for (uint32_t i = 0; i < program->slot_count; ++i) {
    Printer printer{&program->slots[i], {}, {}};
    const ProgramState::Slot *slot = state.slot(program->slots[i].id);
    uint64_t left_out = 0;
    Text why;
    if (!slot || !printer.schema.parse(slot->schema))
      why = "its schema is not known";
    else if (program->slots[i].kind == LEVADA_SLOT_SORT)
      why = "rows to be sorted";
    else
      left_out = slot_walk(run->checkpoints->slot(i), print_held, &printer);
    if (left_out)
      why = textf("%llu entries on disk", (unsigned long long)left_out);
    if (why.empty())
      continue;
    text.clear();
    append_json(text.append("{\"operator\":"), program->slots[i].id);
    append_json(text.append(",\"not shown\":"), why);
    text.append("}\n");
    fwrite(text.c_str(), 1, text.size(), stdout);
  }
  return fflush(stdout) == 0 ||
         error.set(UNWRITABLE_OUTPUT, "cannot write to standard output");
}

} // namespace levada::rt
