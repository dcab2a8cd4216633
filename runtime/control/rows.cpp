//===- rows.cpp - `inspect PATH`: the rows of state --------------------------===//
//
// The state is loaded as a start would load it, so what is shown is what the next
// run goes on from. Names, types and places of keys and accumulators come from
// the schema in the program. What accumulators point to is told by the names of
// their fields (stdlib/agg*.cpp).
//
//===----------------------------------------------------------------------===//
#include "runtime/control/rows.h"

#include "runtime/checkpoint/schema.h"
#include "runtime/control/values.h"
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"
#include "runtime/state/walk.h"

#include <algorithm>
#include <memory>
#include <stdio.h>
#include <unistd.h>

namespace levada::rt {
namespace {

/// Where an aggregate's accumulators lie, with its type.
struct Held {
  const Schema::Aggregate &agg;
  const ValueType *type; // of its argument, or NULL
  const char *at;

  const Schema::Field *field(std::string_view name) const {
    for (const Schema::Field &field : agg.fields)
      if (field.name.view() == name)
        return &field;
    return nullptr;
  }
  /// "items.count" beside "items.data".
  const Schema::Field *beside(const Schema::Field &one, const char *leaf) const {
    std::string_view name = one.name;
    name = name.substr(0, name.rfind('.') + 1);
    return field(Text(name).append(leaf));
  }
  template <typename T> T read(const Schema::Field &field) const {
    T value{};
    memcpy(&value, at + field.offset, sizeof value);
    return value;
  }
};

std::string_view leaf_of(const Schema::Field &field) {
  std::string_view name = field.name;
  return name.substr(name.rfind('.') + 1);
}

void append_doubles(Text &text, const char *at, uint64_t count, uint64_t stride) {
  text.append('[');
  for (uint64_t i = 0; i < count; ++i)
    append_plain(text.append(i ? "," : ""), "f64", at + i * stride);
  text.append(']');
}

/// Values of any type as ARRAY_AGG and kin keep them: 16 bytes, and whether it is NULL.
void append_item(Text &text, const ValueType *type, const char *item) {
  uint64_t null;
  memcpy(&null, item + 16, sizeof null);
  if (null || !type)
    text.append("null");
  else
    append_value(text, *type, item);
}

/// What a pointer of an accumulator leads to.
void append_pointed(Text &text, const Held &held, const Schema::Field &field) {
  std::string_view leaf = leaf_of(field);
  const char *data = held.read<const char *>(field);
  const Schema::Field *size = held.beside(field, "size"), *count = held.beside(field, "count");
  if (leaf == "data" && size && size->kind.view() == "u32") { // a text that grows
    append_json(text, {data ? data : "", data ? held.read<uint32_t>(*size) : 0});
  } else if (leaf == "data" && size) { // values and how often they came
    text.append('[');
    for (uint64_t i = 0; i < held.read<uint64_t>(*size); ++i) {
      append_plain(text.append(i ? ",{\"value\":" : "{\"value\":"), "f64", data + i * 16);
      append_plain(text.append(",\"times\":"), "i64", data + i * 16 + 8);
      text.append('}');
    }
    text.append(']');
  } else if (leaf == "data" && count) {
    text.append('[');
    for (uint64_t i = 0; i < held.read<uint64_t>(*count); ++i)
      append_item(text.append(i ? "," : ""), held.type, data + i * 24);
    text.append(']');
  } else if (leaf == "parts" && count) {
    append_doubles(text, data, held.read<uint64_t>(*count), 8);
  } else if (leaf == "separator") {
    const Schema::Field *length = held.field("separator_size");
    append_json(text, {data ? data : "", data && length ? held.read<uint64_t>(*length) : 0});
  } else {
    append_json(text.append("{\"not shown\":"), field.name);
    text.append('}');
  }
}

/// Not for a reader: room that is kept, types, sizes of what is told in another way.
bool is_inner(const Held &held, const Schema::Field &field) {
  std::string_view leaf = leaf_of(field);
  return leaf == "capacity" || leaf == "room" || leaf == "type" || leaf == "size" ||
         leaf == "separator_size" || (leaf == "null" && held.beside(field, "words")) ||
         (leaf == "count" && (held.beside(field, "data") || held.beside(field, "parts")) &&
          !held.beside(field, "size"));
}

void append_field_of(Text &text, const Held &held, const Schema::Field &field) {
  const std::string_view leaf = leaf_of(field), kind = field.kind;
  const char *at = held.at + field.offset;
  const ValueType *type = held.type;
  const Schema::Field *count = held.beside(field, "count");
  if (kind == "ptr") {
    append_pointed(text, held, field);
  } else if (leaf == "words") { // a value of any type, once there is one
    const Schema::Field *any = held.field("type");
    if (any && held.read<const void *>(*any))
      append_item(text, type, at);
    else
      text.append("null");
  } else if (leaf == "text" && count && held.read<uint32_t>(*count) == 0) {
    text.append("null");
  } else if (type && (leaf == "best" || leaf == "kept" || leaf == "text") && kind == type->kind()) {
    append_value(text, *type, at); // the extreme or the first of a column is of its type
  } else if (type && leaf == "sum" && type->base.view() == "DECIMAL" && kind[0] == 'i') {
    ValueType sum = *type;
    sum.precision = kind == "i128" ? 38 : 18;
    append_value(text, sum, at);
  } else if (leaf == "sum" && kind == "u64") { // wraps around, and is kept without a sign
    append_plain(text, "i64", at);
  } else if (!append_plain(text, kind, at)) {
    append_json(text.append("{\"not shown\":"), kind);
    text.append('}');
  }
}

/// Values that DISTINCT has seen: as distinct.cpp has them.
void append_set(Text &text, const Held &held) {
  uint64_t index = 0;
  bool first = true;
  text.append('[');
  while (const char *value = levada_rt_distinct_next(held.at - held.agg.offset + held.agg.set, &index)) {
    text.append(first ? "" : ",");
    if (held.type)
      append_value(text, *held.type, value);
    first = false;
  }
  text.append(']');
}

void append_column(Text &text, const Schema::Key &column, const char *row) {
  ValueType type;
  if (column.null_offset >= 0 && row[column.null_offset])
    text.append("null");
  else if (type.parse(column.type))
    append_value(text, type, row + column.offset);
  else
    append_plain(text, column.kind, row + column.offset);
}

/// What may be taken back: one value, or several, of each row.
void append_kept(Text &text, const Held &held) {
  const Schema::Aggregate &agg = held.agg;
  std::vector<uint32_t> texts;
  for (const Schema::Key &column : agg.arguments)
    if (column.kind.view() == "str")
      texts.push_back(column.offset);
  std::sort(texts.begin(), texts.end());
  levada_layout layout{agg.row_size, uint32_t(texts.size()), texts.data()};
  uint64_t index = 0;
  bool first = true;
  text.append('[');
  while (const char *row = levada_rt_kept_next(held.at - agg.offset + agg.set, &layout, &index)) {
    text.append(first ? "" : ",");
    first = false;
    if (agg.arguments.size() != 1)
      text.append('[');
    for (size_t i = 0; i < agg.arguments.size(); ++i)
      append_column(text.append(i ? "," : ""), agg.arguments[i], row);
    if (agg.arguments.size() != 1)
      text.append(']');
  }
  text.append(']');
}

void append_aggregate(Text &text, const Schema::Aggregate &agg, const ValueType *type,
                      const char *acc) {
  const Held held{agg, type, acc + agg.offset};
  text.append('{');
  bool first = true;
  auto name = [&](std::string_view what) {
    append_json(text.append(first ? "" : ","), what);
    text.append(':');
    first = false;
  };
  for (const Schema::Field &field : agg.fields)
    if (!is_inner(held, field)) {
      std::string_view shown = field.name, leaf = leaf_of(field);
      if (leaf == "data" || leaf == "words" || leaf == "text" || leaf == "parts")
        shown = shown.substr(0, shown.size() - leaf.size() - 1);
      name(shown.empty() ? leaf : shown);
      append_field_of(text, held, field);
    }
  if (agg.set >= 0) {
    name("values");
    agg.kept ? append_kept(text, held) : append_set(text, held);
  }
  text.append('}');
}

struct Printer {
  const levada_slot_desc *desc;
  Schema schema;
  std::vector<ValueType> types; // of the aggregates' arguments
  std::vector<bool> typed;
  Text line;

  void begin() {
    line.clear();
    append_json(line.append("{\"operator\":"), desc->id);
  }
  void end() {
    line.append("}\n");
    fwrite(line.c_str(), 1, line.size(), stdout);
  }
  /// Elements of what is kept of a key: the last column is the element.
  bool elements() const { return !schema.owner.empty(); }
  void columns(const char *row) {
    line.append('{');
    for (size_t i = 0; i < schema.keys.size() - elements(); ++i) {
      append_json(line.append(i ? "," : ""), schema.keys[i].name);
      append_column(line.append(':'), schema.keys[i], row);
    }
    line.append('}');
  }
};

void print_entry(void *to, const Entry &entry) {
  auto &p = *static_cast<Printer *>(to);
  Text &text = p.line;
  p.begin();
  if (p.schema.kind.view() == "sort") {
    p.columns((text.append(",\"row\":"), entry.entry));
    return p.end();
  }
  if (entry.start != INT64_MIN) {
    bool whole = p.schema.kind.view() == "session" || entry.last_end == entry.end;
    append_json(text.append(whole ? ",\"window_start\":" : ",\"slice_start\":"),
                moment_ms(entry.start));
    append_json(text.append(whole ? ",\"window_end\":" : ",\"slice_end\":"), moment_ms(entry.end));
    if (!whole)
      append_json(text.append(",\"last_window_end\":"), moment_ms(entry.last_end));
  }
  text.append(",\"key\":");
  p.columns(entry.entry);
  if (p.elements())
    append_column(text.append(",\"value\":"), p.schema.keys.back(), entry.entry);
  text.append(",\"state\":{");
  for (size_t i = 0; i < p.schema.aggregates.size(); ++i) {
    const Schema::Aggregate &agg = p.schema.aggregates[i];
    append_json(text.append(i ? "," : ""), agg.name);
    append_aggregate(text.append(':'), agg, p.typed[i] ? &p.types[i] : nullptr,
                     entry.entry + p.schema.acc_offset);
  }
  text.append('}');
  p.end();
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
    Printer printer{&program->slots[i], {}, {}, {}, {}};
    const ProgramState::Slot *slot = state.slot(program->slots[i].id);
    if (!slot || !printer.schema.parse(slot->schema))
      return error.set(STATE_MISMATCH,
                       textf("the schema of `%s` is not known", program->slots[i].id));
    for (const Schema::Aggregate &agg : printer.schema.aggregates) {
      printer.types.emplace_back();
      printer.typed.push_back(printer.types.back().parse(agg.type));
    }
    if (!run->checkpoints->walk(i, &printer, print_entry, error))
      return false;
  }
  return fflush(stdout) == 0 ||
         error.set(UNWRITABLE_OUTPUT, "cannot write to standard output");
}

} // namespace levada::rt
