//===- Scope.cpp - names to columns ---------------------------------------===//
#include "frontend/sema/Scope.h"

#include "ir/diag/codes/Names.h"

#include <algorithm>

namespace levada::sema {

void Scope::replace(std::string_view name, SqlType type, mlir::Value value) {
  for (Column &column : columns)
    if (column.name == name) {
      column.type = type;
      column.value = value;
    }
}

const Column *Scope::find(std::string_view name) const {
  for (const Column &column : columns)
    if (column.access != Column::Hidden && column.name == name)
      return &column;
  return nullptr;
}

const Column *Scope::find(const std::vector<sql::Name> &parts, size_t &used,
                          const Column *&other) const {
  const Column *found = nullptr;
  other = nullptr;
  // `t.x` is the column x of t before it is the field x of a column t.
  if (parts.size() > 1) {
    for (const Column &column : columns) {
      if (column.access == Column::Hidden || column.table.empty() ||
          column.table != parts[0].text || column.name != parts[1].text)
        continue;
      if (found && found != &column) {
        other = &column;
        return nullptr;
      }
      found = &column;
    }
    if (found) {
      used = 2;
      return found;
    }
  }
  // catalog.database.t.x
  for (size_t first = 1; first <= 2 && first + 1 < parts.size(); ++first)
    for (const Column &column : columns)
      if (column.access != Column::Hidden && !column.table.empty() && column.table == parts[first].text &&
          column.name == parts[first + 1].text && !find(parts[0].text)) {
        used = first + 2;
        return &column;
      }
  for (const Column &column : columns) {
    if (column.access != Column::Free || column.name != parts[0].text)
      continue;
    if (found) {
      other = &column;
      return nullptr;
    }
    found = &column;
  }
  used = 1;
  return found;
}

bool Scope::isBroken(const std::vector<sql::Name> &parts) const {
  for (size_t i = 0; i < parts.size() && i < 2; ++i)
    if (broken.count(parts[i].text))
      return true;
  return false;
}

std::string listNames(const std::vector<std::string> &names, size_t limit) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < limit; ++i)
    text += (i ? ", " : "") + names[i];
  if (names.size() > limit)
    text += " and " + std::to_string(names.size() - limit) + " more";
  return text;
}

void Scope::reportUnknown(const sql::ColumnExpr &column, diag::Engine &engine) const {
  const std::vector<sql::Name> &parts = column.parts;
  std::string written;
  for (const sql::Name &part : parts)
    written += (written.empty() ? "" : ".") + part.text;
  // `t.x` where t is an input: the name after the dot is the wrong one.
  bool qualified = false;
  if (parts.size() > 1)
    for (const Column &c : columns)
      qualified |= c.access != Column::Hidden && c.table == parts[0].text;
  const sql::Name &wrong = qualified ? parts[1] : parts[0];
  std::vector<std::string> names, tables;
  bool several = false;
  for (const Column &c : columns)
    several |= c.access == Column::Free && c.table != columns.front().table;
  for (const Column &c : columns) {
    if (c.access == Column::Hidden || (qualified && c.table != parts[0].text))
      continue;
    if (!c.table.empty() && std::find(tables.begin(), tables.end(), c.table) == tables.end())
      tables.push_back(c.table);
    if (c.access == Column::Free || qualified)
      names.push_back(c.name);
  }
  // Of several inputs, who has it.
  std::string elsewhereIn;
  if (qualified && several)
    for (const Column &c : columns)
      if (c.access != Column::Hidden && c.name == wrong.text && !c.table.empty())
        elsewhereIn = c.table;
  auto flight = engine.emit(wrong.range, diag::UnknownColumn, qualified ? wrong.text : written);

  auto reason = elsewhere.find(wrong.text);
  if (!elsewhereIn.empty())
    flight.hint("it is a column of `" + elsewhereIn + "`: write `" + elsewhereIn + "." + wrong.text + "`");
  else if (parts.size() > 1 && !qualified && several &&
           !diag::nearest(parts[0].text, tables).empty())
    flight.hint("did you mean `" + diag::nearest(parts[0].text, tables) + "." + parts[1].text + "`?");
  else if (parts.size() > 1 && !qualified && !input.empty() && find(parts[1].text))
    flight.hint("the input here is `" + input + "`: write `" + parts[1].text + "`");
  else if (reason != elsewhere.end())
    flight.hint(reason->second);
  else if (std::string near = diag::nearest(wrong.text, names); !near.empty())
    flight.hint("did you mean `" + near + "`?");
  else if (!wrong.quoted && parts.size() > 1 && !qualified && find(written))
    flight.hint("a name with a dot in it is quoted: `" + written + "`");
  if (names.empty() && !outer)
    flight.note("no columns can be used here, only constants");
  else if (qualified && several)
    flight.note("columns of `" + parts[0].text + "`: " + listNames(names));
  else if (several)
    for (const std::string &table : tables) {
      std::vector<std::string> own;
      for (const Column &c : columns)
        if (c.access != Column::Hidden && c.table == table)
          own.push_back(c.name);
      flight.note("columns of `" + table + "`: " + listNames(own));
    }
  else if (!names.empty())
    flight.note((input.empty() ? "columns: " : "columns of `" + input + "`: ") + listNames(names));
  for (const Scope *scope = outer; scope; scope = scope->outer) {
    std::vector<std::string> around;
    for (const Column &c : scope->columns)
      if (c.access == Column::Free)
        around.push_back(c.table.empty() ? c.name : c.table + "." + c.name);
    if (!around.empty())
      flight.note("columns of the query around it: " + listNames(around));
  }
}

} // namespace levada::sema
