//===- compare.cpp - whether a program can go on with another's state --------===//
//
// What is converted is what keeps its value exactly: integers and floats into
// wider ones, decimals of the same scale, longer texts, NOT NULL into nullable.
// Accumulators move by their fields' names where both are plain bytes.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/schema.h"

namespace levada::rt {
namespace {

/// "DECIMAL(10, 2) NOT NULL" in parts.
struct Type {
  std::string_view base;
  int64_t precision = -1, scale = -1;
  bool nullable = true;
  std::string_view text; // without NOT NULL
};

Type type_of(std::string_view text) {
  constexpr std::string_view suffix = " NOT NULL";
  Type type;
  if (text.size() > suffix.size() && text.substr(text.size() - suffix.size()) == suffix) {
    type.nullable = false;
    text.remove_suffix(suffix.size());
  }
  type.text = text;
  size_t open = text.find('(');
  type.base = text.substr(0, open);
  if (open != text.npos && text.find('<') == text.npos) {
    Text numbers(text.substr(open + 1));
    char *end;
    type.precision = strtoll(numbers.c_str(), &end, 10);
    type.scale = *end == ',' ? strtoll(end + 1, nullptr, 10) : -1;
  }
  return type;
}

int rank_of(std::string_view base) {
  constexpr std::string_view integers[] = {"TINYINT", "SMALLINT", "INT", "BIGINT"};
  for (int i = 0; i < 4; ++i)
    if (base == integers[i])
      return i;
  return -1;
}

/// Whether every value of `before` is one of `now`, NULL apart.
bool holds(const Type &before, const Type &now) {
  if (before.text == now.text)
    return true;
  int narrow = rank_of(before.base), wide = rank_of(now.base);
  if (narrow >= 0 && wide >= 0)
    return narrow <= wide;
  if (before.base == "DECIMAL" && now.base == "DECIMAL")
    return before.scale == now.scale && before.precision <= now.precision;
  if (before.base == "FLOAT" && now.base == "DOUBLE")
    return true;
  if (before.base == "VARCHAR")
    return now.text == "STRING" || (now.base == "VARCHAR" && before.precision <= now.precision);
  if (before.base == "VARBINARY")
    return now.text == "BYTES" || (now.base == "VARBINARY" && before.precision <= now.precision);
  return false;
}

uint32_t size_of(std::string_view kind) {
  if (kind == "bool")
    return 1;
  if (kind == "str")
    return 16;
  if (kind == "ptr")
    return 8;
  size_t digits = kind.substr(0, 4) == "raw:" ? 4 : 1;
  uint32_t number = uint32_t(strtoul(Text(kind.substr(digits < kind.size() ? digits : 0)).c_str(),
                                     nullptr, 10));
  return digits == 4 ? number : number / 8;
}

/// How a value of one kind becomes one of another.
bool convert(std::string_view before, std::string_view now, Migration::Piece &piece) {
  piece.from_size = size_of(before);
  piece.to_size = size_of(now);
  piece.how = Migration::Piece::COPY;
  if (before == now)
    return piece.from_size != 0;
  if (before.empty() || now.empty() || before[0] != now[0] || piece.from_size >= piece.to_size)
    return false;
  piece.how = before[0] == 'i'   ? Migration::Piece::SIGNED
              : before[0] == 'u' ? Migration::Piece::UNSIGNED
                                 : Migration::Piece::FLOAT;
  return before[0] == 'i' || before[0] == 'u' || (before == "f32" && now == "f64");
}

bool plan_keys(const Schema &before, const Schema &now, Migration &out, Text &why) {
  if (before.keys.size() != now.keys.size()) {
    why = textf("it had %zu keys and has %zu", before.keys.size(), now.keys.size());
    return false;
  }
  for (size_t i = 0; i < now.keys.size(); ++i) {
    const Schema::Key &from = before.keys[i], &to = now.keys[i];
    if (!(from.name == to.name)) {
      why = textf("its key was `%s` and is `%s`", from.name.c_str(), to.name.c_str());
      return false;
    }
    Type old = type_of(from.type), fresh = type_of(to.type);
    Migration::Piece piece{};
    if (!holds(old, fresh) || (old.nullable && !fresh.nullable) ||
        !convert(from.kind, to.kind, piece)) {
      why = textf("its key `%s` was %s and is %s", to.name.c_str(), from.type.c_str(),
                  to.type.c_str());
      return false;
    }
    piece.from = from.offset;
    piece.to = to.offset;
    piece.from_null = from.null_offset;
    piece.to_null = to.null_offset;
    out.key_same &= piece.from_size == piece.to_size && piece.from == piece.to &&
                    piece.from_null == piece.to_null;
    if (from.kind.view() == "str")
      out.key_texts.push_back(from.offset);
    out.key.push_back(piece);
  }
  out.key_same &= before.key_size == now.key_size;
  out.key_size = before.key_size;
  out.last_key = before.keys.empty() ? 0 : before.keys.back().offset;
  for (uint32_t text : out.key_texts)
    out.owner_texts += text < out.last_key;
  // By offset, as layouts have them.
  for (size_t i = 1; i < out.key_texts.size(); ++i)
    for (size_t j = i; j && out.key_texts[j] < out.key_texts[j - 1]; --j)
      std::swap(out.key_texts[j], out.key_texts[j - 1]);
  return true;
}

bool same_fields(const Schema::Aggregate &a, const Schema::Aggregate &b) {
  if (a.fields.size() != b.fields.size() || a.size != b.size)
    return false;
  for (size_t i = 0; i < a.fields.size(); ++i)
    if (!(a.fields[i].name == b.fields[i].name) || !(a.fields[i].kind == b.fields[i].kind) ||
        a.fields[i].offset != b.fields[i].offset)
      return false;
  return true;
}

bool plan_aggregate(const Schema::Aggregate &from, const Schema::Aggregate &to, Migration &out,
                    Text &why) {
  Type old = type_of(from.type), fresh = type_of(to.type);
  bool extreme = to.name.view().substr(0, 4) == "MIN(" || to.name.view().substr(0, 4) == "MAX(";
  why = textf("`%s` was of %s and is of %s", to.name.c_str(), from.type.c_str(), to.type.c_str());
  // Sums of FLOAT were rounded on the way.
  if (!holds(old, fresh) || (old.base == "FLOAT" && fresh.base == "DOUBLE" && !extreme))
    return false;
  if (from.symbol == to.symbol && same_fields(from, to)) {
    out.acc.push_back({from.offset, to.offset, from.size, to.size, Migration::Piece::COPY});
  } else {
    if (from.fields.size() != to.fields.size() || !from.plain || !to.plain) {
      why.append(", and is kept otherwise");
      return false;
    }
    for (size_t i = 0; i < to.fields.size(); ++i) {
      Migration::Piece piece{};
      if (!(from.fields[i].name == to.fields[i].name) ||
          !convert(from.fields[i].kind, to.fields[i].kind, piece)) {
        why.append(", and is kept otherwise");
        return false;
      }
      piece.from = from.offset + from.fields[i].offset;
      piece.to = to.offset + to.fields[i].offset;
      out.acc.push_back(piece);
    }
  }
  why.clear();
  return true;
}

const Schema::Aggregate *find(const Schema &schema, const Text &name) {
  for (const Schema::Aggregate &agg : schema.aggregates)
    if (agg.name == name)
      return &agg;
  return nullptr;
}

bool plan_aggregates(const Schema &before, const Schema &now, Migration &out, Text &why) {
  auto other_changes = [&](bool are) {
    if (are)
      why = "its input or its output is updated in one, and only added to in the other";
    return are;
  };
  for (const Schema::Aggregate &agg : now.aggregates)
    if (const Schema::Aggregate *old = find(before, agg.name)) {
      if (other_changes(old->kept != agg.kept))
        return false;
    } else {
      if (other_changes(agg.name.view()[0] == '('))
        return false;
      why = textf("`%s` is new in it: what came before was not counted", agg.name.c_str());
      return false;
    }
  for (const Schema::Aggregate &agg : before.aggregates)
    if (!find(now, agg.name)) {
      if (other_changes(agg.name.view()[0] == '('))
        return false;
      why = textf("`%s` is gone from it", agg.name.c_str());
      return false;
    }
  bool plain = true, order = true;
  out.acc_size = before.entry_size - before.acc_offset;
  out.acc_same = out.acc_size == now.entry_size - now.acc_offset;
  for (size_t i = 0; i < now.aggregates.size(); ++i) {
    const Schema::Aggregate &to = now.aggregates[i], &from = *find(before, to.name);
    if (!plan_aggregate(from, to, out, why))
      return false;
    plain &= from.plain && to.plain;
    order &= before.aggregates[i].name == to.name && from.symbol == to.symbol &&
             same_fields(from, to) && from.set == to.set && from.offset == to.offset &&
             (from.set < 0 || from.type == to.type);
  }
  out.acc_same &= order;
  if (!out.acc_same && !plain) {
    why = "its aggregates have other types or another order, and what they keep is more than "
          "plain bytes";
    return false;
  }
  return true;
}

} // namespace

bool plan_migration(const Schema &before, const Schema &now, Migration &out, Text &why) {
  out = {};
  if (!(before.kind == now.kind) || !(before.window == now.window) || before.size != now.size ||
      before.slide != now.slide || before.offset != now.offset || !(before.zone == now.zone)) {
    why = "its windows are others";
    return false;
  }
  if (!plan_keys(before, now, out, why) || !plan_aggregates(before, now, out, why))
    return false;
  if (before.order.size() != now.order.size()) {
    why = "its order is another";
    return false;
  }
  for (size_t i = 0; i < now.order.size(); ++i)
    if (!(before.order[i] == now.order[i])) {
      why = "its order is another";
      return false;
    }
  out.same = out.key_same && out.acc_same;
  if (!out.same && now.kind.view() == "sort") {
    why = "its rows have other columns";
    return false;
  }
  return true;
}

namespace {

/// "sums/aggregate" of "sums/aggregate[k]/2".
std::string_view operator_of(const Text &id) { return id.view().substr(0, id.view().find('[')); }

Text described(const ProgramState::Slot &slot) {
  Schema schema;
  return schema.parse(slot.schema) ? schema.describe() : slot.schema;
}

Verdict verdict(Fate fate, const char *what, const Text &name) {
  Verdict v{};
  v.fate = fate;
  v.what = what;
  v.name = name;
  return v;
}

void compare_parts(const char *what, const std::vector<ProgramState::Part> &before,
                   const std::vector<ProgramState::Part> &now, std::vector<Verdict> &out) {
  auto find = [](const std::vector<ProgramState::Part> &list, const Text &name) {
    for (const ProgramState::Part &part : list)
      if (part.name == name)
        return &part;
    return static_cast<const ProgramState::Part *>(nullptr);
  };
  bool source = what[1] == 'o';
  for (const ProgramState::Part &part : now) {
    const ProgramState::Part *old = find(before, part.name);
    Verdict v = verdict(old ? Fate::SAME : Fate::NEW, what, part.name);
    // A source's position, and what a sink has written, are of their kind.
    if (old && (!(old->connector == part.connector) || !(old->format == part.format))) {
      v.fate = Fate::REBUILD;
      v.why = source ? Text("it reads otherwise: a position in one is none in the other")
                     : Text("it writes otherwise: what it has committed cannot be continued");
      v.before = textf("%s %s", old->connector.c_str(), old->format.c_str());
      v.now = textf("%s %s", part.connector.c_str(), part.format.c_str());
    }
    if (v.fate == Fate::SAME && !(old->path == part.path))
      v.why = textf("it reads `%s` where it read `%s`: other files are read from their beginning",
                    part.path.c_str(), old->path.c_str());
    out.push_back(std::move(v));
  }
  for (const ProgramState::Part &part : before)
    if (!find(now, part.name))
      out.push_back(verdict(Fate::DROPPED, what, part.name));
}

Verdict compare_slot(const ProgramState::Slot &before, const ProgramState::Slot &now) {
  Verdict v = verdict(Fate::SAME, "operator", now.id);
  if (before.schema == now.schema)
    return v;
  Schema from, to;
  Migration migration;
  if (!from.parse(before.schema) || !to.parse(now.schema))
    v.why = "its schema cannot be read";
  else if (plan_migration(from, to, migration, v.why))
    v.fate = migration.same ? Fate::SAME : Fate::MIGRATES;
  if (!v.why.empty())
    v.fate = Fate::REBUILD;
  if (v.fate != Fate::SAME) {
    v.before = described(before);
    v.now = described(now);
  }
  return v;
}

/// Elements of what an operator keeps go where that goes.
void follow_owner(Verdict &v, const ProgramState &now, const std::vector<Verdict> &all) {
  const ProgramState::Slot *slot = strcmp(v.what, "operator") == 0 ? now.slot(v.name) : nullptr;
  Schema schema;
  if (!slot || !schema.parse(slot->schema) || schema.owner.empty() ||
      (v.fate != Fate::SAME && v.fate != Fate::MIGRATES))
    return;
  for (const Verdict &owner : all)
    if (owner.name == schema.owner && owner.fate != Fate::SAME && owner.fate != Fate::MIGRATES) {
      v.fate = Fate::REBUILD;
      v.why = textf("it is part of `%s`, which begins anew", schema.owner.c_str());
      v.before = v.now = schema.describe();
    }
}

/// Each of `before` goes to one of `now` between the same stages; where there are
/// several, to one of its columns.
void compare_inputs(const ProgramState &before, const ProgramState &now, std::vector<Verdict> &out) {
  using Input = ProgramState::Input;
  std::vector<bool> taken(now.inputs.size()), done(before.inputs.size());
  auto take = [&](const Input &old, bool alike) -> const Input * {
    for (size_t i = 0; i < now.inputs.size(); ++i) {
      const Input &input = now.inputs[i];
      if (taken[i] || !(input.from == old.from) || !(input.of == old.of) ||
          (alike && !(input.columns == old.columns)))
        continue;
      taken[i] = true;
      return &input;
    }
    return nullptr;
  };
  for (size_t i = 0; i < before.inputs.size(); ++i)
    done[i] = take(before.inputs[i], true);
  for (size_t i = 0; i < before.inputs.size(); ++i) {
    if (done[i])
      continue;
    const Input &old = before.inputs[i], *input = take(old, false);
    Verdict v = verdict(input ? Fate::REBUILD : Fate::DROPPED, "input", old.name());
    if (input) {
      v.why = "rows that wait in it have other columns";
      v.before = old.columns;
      v.now = input->columns;
    }
    out.push_back(std::move(v));
  }
}

} // namespace

std::vector<Verdict> compare(const ProgramState &before, const ProgramState &now) {
  std::vector<Verdict> out;
  if (!(before.program == now.program)) {
    Verdict v = verdict(Fate::REBUILD, "pipeline", now.program);
    v.why = "it has another name";
    v.before = before.program;
    v.now = now.program;
    out.push_back(std::move(v));
  }
  compare_parts("source", before.sources, now.sources, out);
  compare_parts("sink", before.sinks, now.sinks, out);
  std::vector<const ProgramState::Slot *> gone;
  for (const ProgramState::Slot &slot : before.slots)
    if (!now.slot(slot.id))
      gone.push_back(&slot);
  for (const ProgramState::Slot &slot : now.slots) {
    const ProgramState::Slot *old = before.slot(slot.id);
    if (old) {
      out.push_back(compare_slot(*old, slot));
      continue;
    }
    // The key is part of the id: an operator of the same name and kind that is gone.
    size_t i = 0;
    while (i < gone.size() && operator_of(gone[i]->id) != operator_of(slot.id))
      ++i;
    Verdict v = verdict(Fate::NEW, "operator", slot.id);
    if (i < gone.size()) {
      v.fate = Fate::REBUILD;
      v.why = "its key is another";
      v.before = described(*gone[i]);
      v.now = described(slot);
      gone.erase(gone.begin() + i);
    }
    out.push_back(std::move(v));
  }
  for (const ProgramState::Slot *slot : gone)
    out.push_back(verdict(Fate::DROPPED, "operator", slot->id));
  for (Verdict &v : out)
    follow_owner(v, now, out);
  compare_inputs(before, now, out);
  return out;
}

} // namespace levada::rt
