//===- Scope.cpp - names to columns ---------------------------------------===//
#include "frontend/sema/Scope.h"

#include "ir/diag/codes/Names.h"

namespace levada::sema {

const Column *Scope::find(std::string_view name) const {
  for (const Column &column : columns)
    if (column.name == name)
      return &column;
  return nullptr;
}

const Column *Scope::find(const std::vector<sql::Name> &parts, size_t &used,
                          const Column *&other) const {
  const Column *found = nullptr;
  other = nullptr;
  // `t.x` is the column x of t before it is the field x of a column t.
  if (parts.size() > 1) {
    for (const Column &column : columns)
      if (!column.table.empty() && column.table == parts[0].text && column.name == parts[1].text)
        found = &column;
    if (found) {
      used = 2;
      return found;
    }
  }
  for (const Column &column : columns) {
    if (column.name != parts[0].text)
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
  std::vector<std::string> names;
  for (const Column &c : columns)
    names.push_back(c.name);

  // `t.x` where t is an input: the name after the dot is the wrong one.
  bool qualified = false;
  if (parts.size() > 1)
    for (const Column &c : columns)
      qualified |= c.table == parts[0].text;
  const sql::Name &wrong = qualified ? parts[1] : parts[0];
  auto flight = engine.emit(wrong.range, diag::UnknownColumn, qualified ? wrong.text : written);

  auto reason = elsewhere.find(wrong.text);
  if (parts.size() > 1 && !qualified && !input.empty() && find(parts[1].text))
    flight.hint("the input here is `" + input + "`: write `" + parts[1].text + "`");
  else if (reason != elsewhere.end())
    flight.hint(reason->second);
  else if (std::string near = diag::nearest(wrong.text, names); !near.empty())
    flight.hint("did you mean `" + near + "`?");
  else if (!wrong.quoted && parts.size() > 1 && !qualified && find(written))
    flight.hint("a name with a dot in it is quoted: `" + written + "`");
  if (names.empty())
    flight.note("no columns can be used here, only constants");
  else
    flight.note((input.empty() ? "columns: " : "columns of `" + input + "`: ") + listNames(names));
}

} // namespace levada::sema
