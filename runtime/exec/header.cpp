//===- header.cpp - the first line of a CSV file --------------------------===//
#include "runtime/exec/header.h"

namespace levada::rt {

std::vector<Text> split_record(const levada_source_desc &desc, const char *data, uint64_t size) {
  std::vector<Text> fields;
  if (size && data[size - 1] == '\n')
    --size;
  if (size && data[size - 1] == '\r')
    --size;
  Text field;
  bool quoted = false, start = true;
  for (uint64_t i = 0; i < size; ++i) {
    char c = data[i];
    if (desc.escape && c == desc.escape && i + 1 < size) {
      field.append(data[++i]);
    } else if (quoted) {
      if (c != desc.quote)
        field.append(c);
      else if (i + 1 < size && data[i + 1] == desc.quote)
        field.append(data[++i]);
      else
        quoted = false;
    } else if (c == desc.delimiter) {
      fields.push_back(std::move(field));
      field = Text();
      start = true;
      continue;
    } else if (start && desc.quote && c == desc.quote) {
      quoted = true;
    } else {
      field.append(c);
    }
    start = false;
  }
  fields.push_back(std::move(field));
  return fields;
}

static void add_name(Text &list, std::string_view name) {
  if (!list.empty())
    list.append(", ");
  list.append('`').append(printable(name, 60).view()).append('`');
}

bool map_columns(const levada_source_desc &desc, const char *file, const char *line, uint64_t size,
                 std::vector<uint32_t> &map, uint32_t &field_count, Error &error) {
  std::vector<Text> names = split_record(desc, line, size);
  Text missing, unexpected, twice, found, declared;
  std::vector<bool> used(names.size());
  map.assign(desc.column_count, 0);
  bool identity = true;
  for (uint32_t c = 0; c < desc.column_count; ++c) {
    std::string_view column = desc.columns[c];
    add_name(declared, column);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < names.size(); ++i)
      if (names[i].view() == column) {
        used[i] = true;
        if (seen++ == 0)
          map[c] = i;
        else if (seen == 2)
          add_name(twice, column);
      }
    if (!seen)
      add_name(missing, column);
    identity &= map[c] == c;
  }
  for (uint32_t i = 0; i < names.size(); ++i) {
    add_name(found, names[i]);
    if (!used[i])
      add_name(unexpected, names[i]);
  }
  field_count = names.size();
  if (missing.empty() && unexpected.empty() && twice.empty()) {
    if (identity)
      map.clear();
    return true;
  }
  Text what = textf("%s: the header", desc.name);
  const char *joint = " ";
  if (!missing.empty()) {
    what.append(joint).append("lacks ").append(missing.view());
    joint = ", ";
  }
  if (!unexpected.empty()) {
    what.append(joint)
        .append("has ")
        .append(unexpected.view())
        .append(" that the source does not declare");
    joint = ", ";
  }
  if (!twice.empty())
    what.append(joint).append("has ").append(twice.view()).append(" more than once");
  error.set(
      WRONG_HEADER, std::move(what),
      "declare every column of the file, or read columns by position with `csv.header = \"skip\"`");
  error.place = textf("%s:1", file);
  error.note(Text("in the file: ").append(found.view()));
  error.note(Text("declared:    ").append(declared.view()));
  return false;
}

} // namespace levada::rt
