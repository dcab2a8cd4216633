//===- Scope.h - names to columns -----------------------------------------===//
//
// The columns an expression may use, each with the value that holds it in the
// region being built. Names are matched exactly; a name that is not there is
// reported with what may have been meant.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SEMA_SCOPE_H
#define LEVADA_FRONTEND_SEMA_SCOPE_H

#include "frontend/sema/Types.h"

#include "mlir/IR/Value.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace levada::sema {

struct Column {
  std::string table; ///< what may stand before the dot; "" for nothing
  std::string name;
  SqlType type;
  mlir::Value value; ///< null in a scope that is only asked for names
  /// Who finds it: anyone; only `table.name` (the two sides of USING); nobody.
  enum Access { Free, Qualified, Hidden } access = Free;
  bool rowtime = false; ///< event time: the watermark speaks of it
};

class Scope {
public:
  /// `input` names what the columns are of, in messages: "`edits`".
  explicit Scope(std::string input = "") : input(std::move(input)) {}

  void add(Column column) { columns.push_back(std::move(column)); }
  /// Gives the column another type and value.
  void replace(std::string_view name, SqlType type, mlir::Value value);
  /// Gives each column its value, by position.
  void setValues(llvm::function_ref<mlir::Value(size_t)> value) {
    for (size_t i = 0; i < columns.size(); ++i)
      columns[i].value = value(i);
  }
  const std::vector<Column> &all() const { return columns; }
  /// The columns of the row for which this query runs, if it stands inside
  /// another: where a name is looked up that is not here. `number` is what
  /// flow.outer calls this scope.
  void setEnclosing(const Scope *scope) { outer = scope; }
  const Scope *enclosing() const { return outer; }
  int64_t number = -1;
  const std::string &inputName() const { return input; }

  /// The column that `parts` names, as far as it goes: `used` parts of it,
  /// the others are fields of a row. Null when there is none, or (silently)
  /// more than one; then `other` is the second.
  const Column *find(const std::vector<sql::Name> &parts, size_t &used,
                     const Column *&other) const;
  const Column *find(std::string_view name) const;

  /// Why `name` is not there although it exists elsewhere, for messages.
  void explain(std::string name, std::string why) { elsewhere[std::move(name)] = std::move(why); }

  /// A column whose declaration is wrong and reported: using it says nothing.
  void addBroken(std::string name) { broken.insert(std::move(name)); }
  bool isBroken(const std::vector<sql::Name> &parts) const;

  /// Reports that there is no such column.
  void reportUnknown(const sql::ColumnExpr &column, diag::Engine &engine) const;

private:
  std::string input;
  const Scope *outer = nullptr;
  std::vector<Column> columns;
  std::map<std::string, std::string> elsewhere;
  std::set<std::string> broken;
};

/// "`a`, `b` and 12 more", for notes.
std::string listNames(const std::vector<std::string> &names, size_t limit = 24);

} // namespace levada::sema

#endif
