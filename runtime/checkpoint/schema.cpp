//===- schema.cpp - reading what programs keep -------------------------------===//
#include "runtime/checkpoint/schema.h"

namespace levada::rt {

void append_field(Text &line, std::string_view text) {
  for (char c : text)
    if (c == '\\')
      line.append("\\\\");
    else if (c == '\t')
      line.append("\\t");
    else if (c == '\n')
      line.append("\\n");
    else
      line.append(c);
}

Text take_field(std::string_view &line) {
  size_t end = line.find('\t');
  std::string_view from = line.substr(0, end);
  line.remove_prefix(end == line.npos ? line.size() : end + 1);
  Text text;
  for (size_t i = 0; i < from.size(); ++i)
    if (from[i] != '\\' || i + 1 == from.size())
      text.append(from[i]);
    else
      text.append(from[++i] == 't' ? '\t' : from[i] == 'n' ? '\n' : from[i]);
  return text;
}

static int64_t take_number(std::string_view &line) {
  return strtoll(take_field(line).c_str(), nullptr, 10);
}

/// "sum u64 0;count u64 8"
static std::vector<Schema::Field> read_fields(std::string_view text) {
  std::vector<Schema::Field> fields;
  while (!text.empty()) {
    size_t end = text.find(';');
    std::string_view one = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    size_t last = one.rfind(' '), first = one.find(' ');
    if (first == one.npos || first == last)
      continue;
    Schema::Field field;
    field.name = Text(one.substr(0, first));
    field.kind = Text(one.substr(first + 1, last - first - 1));
    field.offset = uint32_t(strtoul(Text(one.substr(last + 1)).c_str(), nullptr, 10));
    fields.push_back(std::move(field));
  }
  return fields;
}

static Schema::Key take_key(std::string_view &line) {
  Schema::Key key;
  key.name = take_field(line);
  key.type = take_field(line);
  key.kind = take_field(line);
  key.offset = uint32_t(take_number(line));
  key.null_offset = int32_t(take_number(line));
  return key;
}

bool Schema::parse(std::string_view text) {
  *this = {};
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    Text word = take_field(line);
    if (word.view() == "kind") {
      kind = take_field(line);
      window = take_field(line);
      size = take_number(line);
      slide = take_number(line);
      offset = take_number(line);
      zone = take_field(line);
    } else if (word.view() == "bytes") {
      key_size = uint32_t(take_number(line));
      acc_offset = uint32_t(take_number(line));
      entry_size = uint32_t(take_number(line));
    } else if (word.view() == "key" || word.view() == "column") {
      keys.push_back(take_key(line));
    } else if (word.view() == "aggregate") {
      Aggregate agg;
      agg.name = take_field(line);
      agg.type = take_field(line);
      agg.symbol = take_field(line);
      agg.offset = uint32_t(take_number(line));
      agg.size = uint32_t(take_number(line));
      agg.set = int32_t(take_number(line));
      Text how = take_field(line);
      agg.plain = how.view() == "plain";
      agg.kept = how.view() == "kept";
      agg.fields = read_fields(take_field(line));
      if (agg.kept && !line.empty()) {
        agg.row_size = uint32_t(take_number(line));
        while (!line.empty()) {
          Text column = take_field(line);
          std::string_view rest = column;
          agg.arguments.push_back(take_key(rest));
        }
      }
      aggregates.push_back(std::move(agg));
    } else if (word.view() == "owner") {
      owner = take_field(line);
    } else if (word.view() == "by") {
      order.push_back(take_field(line));
    } else {
      return false;
    }
  }
  return !kind.empty() && entry_size >= acc_offset && acc_offset >= key_size;
}

/// 60000 as "1 min".
static Text duration(int64_t ms) {
  static constexpr struct {
    const char *name;
    int64_t ms;
  } units[] = {{"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000}};
  for (auto &unit : units)
    if (ms && ms % unit.ms == 0)
      return textf("%lld %s", (long long)(ms / unit.ms), unit.name);
  return textf("%lld ms", (long long)ms);
}

Text Schema::describe() const {
  Text text;
  if (kind.view() == "session") {
    text.append("sessions of ").append(duration(size));
  } else if (!window.empty()) {
    text.append(window).append(" windows of ").append(duration(size));
    if (slide)
      text.append(" every ").append(duration(slide));
  } else {
    text.append(kind.view() == "sort" ? "rows to sort" : "groups");
  }
  if (offset)
    text.append(" from ").append(duration(offset));
  if (!zone.empty())
    text.append(" in ").append(zone);
  for (size_t i = 0; i < keys.size(); ++i)
    text.append(i ? ", " : kind.view() == "sort" ? ": " : " by ")
        .append(keys[i].name)
        .append(' ')
        .append(keys[i].type);
  bool first = true;
  for (size_t i = 0; i < aggregates.size(); ++i) {
    if (aggregates[i].name.view().substr(0, 1) == "(") // nobody wrote it
      continue;
    text.append(first ? ": " : ", ").append(aggregates[i].name);
    first = false;
    if (!aggregates[i].type.empty())
      text.append(" of ").append(aggregates[i].type);
  }
  for (size_t i = 0; i < order.size(); ++i)
    text.append(i ? ", " : " by ").append(order[i]);
  return text;
}

bool ProgramState::take(std::string_view word, std::string_view line) {
  if (word == "source" || word == "sink") {
    Part part;
    part.name = take_field(line);
    part.connector = take_field(line);
    part.format = take_field(line);
    part.path = take_field(line);
    (word == "source" ? sources : sinks).push_back(std::move(part));
    return true;
  }
  if (word == "input") {
    Input input;
    input.from = take_field(line);
    input.of = take_field(line);
    input.columns = take_field(line);
    inputs.push_back(std::move(input));
    return true;
  }
  if (word != "slot")
    return false;
  Slot slot;
  slot.id = take_field(line);
  slot.schema = take_field(line);
  slots.push_back(std::move(slot));
  return true;
}

void ProgramState::print(Text &text) const {
  auto parts = [&](const char *word, const std::vector<Part> &list) {
    for (const Part &part : list) {
      append_field(text.append(word).append('\t'), part.name);
      append_field(text.append('\t'), part.connector);
      append_field(text.append('\t'), part.format);
      append_field(text.append('\t'), part.path);
      text.append('\n');
    }
  };
  parts("source", sources);
  parts("sink", sinks);
  for (const Slot &slot : slots) {
    append_field(text.append("slot\t"), slot.id);
    append_field(text.append('\t'), slot.schema);
    text.append('\n');
  }
  for (const Input &input : inputs) {
    append_field(text.append("input\t"), input.from);
    append_field(text.append('\t'), input.of);
    append_field(text.append('\t'), input.columns);
    text.append('\n');
  }
}

Text ProgramState::Input::name() const {
  auto plain = [](const Text &stage) { return stage.view().substr(0, stage.view().rfind('.')); };
  std::string_view to = plain(of), by = plain(from);
  return textf("%.*s from %.*s", int(to.size()), to.data(), int(by.size()), by.data());
}

bool ProgramState::parse(std::string_view text) {
  *this = {};
  constexpr std::string_view first = "levada program 1\n";
  if (text.substr(0, first.size()) != first)
    return false;
  text.remove_prefix(first.size());
  while (!text.empty() && text[0]) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    Text word = take_field(line);
    if (word.view() == "program")
      program = take_field(line);
    else if (!take(word, line))
      return false;
  }
  return true;
}

const ProgramState::Slot *ProgramState::slot(std::string_view id) const {
  for (const Slot &slot : slots)
    if (slot.id.view() == id)
      return &slot;
  return nullptr;
}

} // namespace levada::rt
