//===- From.cpp - FROM: tables, queries, functions, joins of them ---------===//
//
// Each node becomes a relation whose fields say by which name and table its
// columns go. Conjuncts of WHERE move down into inner joins, so that
// `FROM a, b WHERE a.x = b.y` is a join on x = y.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Join.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"
#include "ir/diag/codes/Sql.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;
using llvm::dyn_cast;

//===----------------------------------------------------------------------===//
// Tables by name
//===----------------------------------------------------------------------===//

static std::string dotted(const std::vector<sql::Name> &name) {
  std::string text;
  for (const sql::Name &part : name)
    text += (text.empty() ? "" : ".") + part.text;
  return text;
}

Relation Lowering::lowerTable(const std::vector<sql::Name> &name, const Environment &around) {
  const sql::Name &last = name.back();
  auto called = [&](Relation relation) {
    relation.fields = relation.value ? fieldsOf(relation) : std::vector<Field>();
    relation.name = last.text;
    for (Field &field : relation.fields)
      field.table = last.text;
    return relation;
  };
  if (name.size() == 1)
    for (const Environment *scope = &around; scope; scope = scope->parent)
      if (auto at = scope->tables.find(last.text); at != scope->tables.end())
        return called(at->second);
  auto at = relations.find(dotted(name));
  if (at == relations.end())
    at = relations.find(last.text);
  if (at != relations.end())
    return called(at->second);
  if (document.findSource(last.text) || document.findStream(last.text))
    return {}; // of a cycle, or wrong: reported
  if (document.isScript && engine.hasErrors())
    return {}; // names of a script are checked before
  std::vector<std::string> names;
  for (const auto &[other, relation] : relations)
    names.push_back(other);
  for (const Environment *scope = &around; scope; scope = scope->parent)
    for (const auto &[other, relation] : scope->tables)
      names.push_back(other);
  auto flight = engine.emit(last.range, diag::NoSuchInput, dotted(name));
  if (std::string near = diag::nearest(last.text, names); !near.empty())
    flight.hint("did you mean `" + near + "`?");
  flight.note((document.isScript ? "tables and views: " : "sources and streams: ") +
              sema::listNames(names));
  return {};
}

bool Lowering::renameColumns(Relation &relation, const std::vector<sql::Name> &names,
                             SourceRange range) {
  relation.fields = fieldsOf(relation);
  size_t at = 0, count = 0;
  for (const Field &field : relation.fields)
    count += field.access == sema::Column::Free;
  if (count != names.size()) {
    if (relation.broken.empty())
      engine.emit(join(names.front().range, names.back().range), diag::UnionColumns,
                  "this list", names.size(), "`" + relation.name + "`", count);
    return false;
  }
  for (Field &field : relation.fields)
    if (field.access == sema::Column::Free)
      field.name = names[at++].text;
  std::map<std::string, SourceRange> seen;
  for (const sql::Name &name : names)
    if (auto [first, isNew] = seen.emplace(name.text, name.range); !isNew) {
      engine.emit(name.range, diag::RepeatedColumn, name.text).label(first->second, "the first one");
      return false;
    }
  return true;
}

void Lowering::setAlias(Relation &relation, const sql::TableRef &from) {
  if (!relation.value)
    return;
  relation.fields = fieldsOf(relation);
  if (from.alias) {
    relation.name = from.alias->text;
    size_t free = 0;
    for (Field &field : relation.fields) {
      field.table = from.alias->text;
      free += field.access == sema::Column::Free;
    }
    // (VALUES 1, 2) AS v: its only column is v.
    if (from.kind == sql::TableKind::Subquery && from.query->kind == sql::QueryKind::Values && free == 1)
      relation.fields.front().name = from.alias->text;
  }
  if (!from.columnAliases.empty() && !renameColumns(relation, from.columnAliases, from.range))
    relation.value = {};
}

//===----------------------------------------------------------------------===//
// Hints
//===----------------------------------------------------------------------===//

static void tablesOf(const sql::TableRef &from, std::set<std::string> &names) {
  if (from.alias)
    names.insert(from.alias->text);
  if (!from.name.empty()) {
    names.insert(from.name.back().text);
    names.insert(dotted(from.name));
  }
  for (const sql::TableRef *side : {from.left.get(), from.right.get()})
    if (side)
      tablesOf(*side, names);
}

mlir::DictionaryAttr Lowering::readHints(const sql::Select &select) {
  static const std::vector<std::string> known = {"STATE_TTL", "LOOKUP",  "BROADCAST", "SHUFFLE_HASH",
                                                 "SHUFFLE_MERGE", "NEST_LOOP", "MULTI_JOIN",
                                                 "EARLY_FIRE"};
  std::vector<mlir::NamedAttribute> entries;
  std::set<std::string> tables;
  if (select.from)
    tablesOf(*select.from, tables);
  for (const sql::Hint &hint : select.hints) {
    if (hint.name.text == "OPTIONS") {
      engine.emit(hint.range, diag::HintIgnored, "OPTIONS").hint("it stands behind the table: FROM t /*+ OPTIONS(…) */");
      continue;
    }
    if (!llvm::is_contained(known, hint.name.text)) {
      auto flight = engine.emit(hint.name.range, diag::HintIgnored, hint.name.text);
      if (std::string near = diag::nearest(hint.name.text, known); !near.empty())
        flight.hint("did you mean `" + near + "`?");
      flight.note("hints: " + sema::listNames(known) + ", OPTIONS");
      continue;
    }
    auto checkTable = [&](const sql::Name &name) {
      if (!tables.empty() && !tables.count(name.text))
        engine.emit(name.range, diag::NoSuchInput, name.text)
            .hint("a hint names tables of its FROM: " +
                  sema::listNames(std::vector<std::string>(tables.begin(), tables.end())));
    };
    std::vector<mlir::NamedAttribute> options;
    for (const sql::OptionDef &option : hint.options) {
      if (hint.name.text == "STATE_TTL")
        checkTable(option.key);
      if (hint.name.text == "LOOKUP" && option.key.text == "table")
        checkTable(option.value);
      options.push_back(builder.getNamedAttr(option.key.text, builder.getStringAttr(option.value.text)));
    }
    llvm::SmallVector<llvm::StringRef> arguments;
    for (const sql::Name &argument : hint.arguments) {
      checkTable(argument);
      arguments.push_back(argument.text);
    }
    mlir::Attribute value = options.empty() ? mlir::Attribute(builder.getStrArrayAttr(arguments))
                                            : mlir::Attribute(builder.getDictionaryAttr(options));
    llvm::erase_if(entries, [&](const mlir::NamedAttribute &entry) {
      return entry.getName() == hint.name.text;
    });
    entries.push_back(builder.getNamedAttr(hint.name.text, value));
  }
  return entries.empty() ? mlir::DictionaryAttr() : builder.getDictionaryAttr(entries);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

Relation Lowering::lowerUnnest(Relation left, const sql::TableRef &from, bool outer,
                               const Environment &around) {
  const sql::CallExpr &call = *from.call;
  Relation failed;
  if (call.args.size() != 1) {
    engine.emit(call.range, diag::NoMatchingSignature, "UNNEST",
                fmt::format("{} arguments", call.args.size()))
        .hint("UNNEST(array), UNNEST(map) or UNNEST(multiset)");
    return failed;
  }
  // The collection as a column of its own, unless it is one.
  Query query;
  query.isSql = true;
  query.name = around.name;
  query.range = from.range;
  query.enclosing = around.enclosing;
  Stage stage;
  enterStage(stage, left, query);
  StreamType input = left.type();
  std::vector<std::string> names;
  for (mlir::StringAttr name : input.getNames())
    names.push_back(name.str());
  std::string column;
  names.push_back(unique("$unnest", std::set<std::string>(names.begin(), names.end())));
  mlir::Value rows = project(
      left.value, around.name, locate(call.range), names, input.getTime() ? input.getTime().getValue() : "",
      [&](mlir::Block *block) {
        enter(stage.names, block);
        sema::Binder binder(engine, builder, stage.names, "UNNEST");
        llvm::SmallVector<mlir::Value> values(block->args_begin(), block->args_end());
        mlir::Value value = binder.bind(*call.args[0]);
        if (auto argument = llvm::dyn_cast_or_null<mlir::BlockArgument>(value))
          if (argument.getOwner() == block)
            column = input.getNames()[argument.getArgNumber()].str();
        values.push_back(value);
        return values;
      });
  if (!rows)
    return failed;
  SqlType type = llvm::cast<StreamType>(rows.getType()).columnType(input.size());
  if (type.getKind() != SqlKind::Array && type.getKind() != SqlKind::Map &&
      type.getKind() != SqlKind::Multiset) {
    engine.emit(call.args[0]->range, diag::OperandType, "UNNEST", sema::display(type))
        .hint("it takes an ARRAY, a MAP or a MULTISET");
    rows.getDefiningOp()->erase();
    return failed;
  }
  Relation result = left;
  result.fields = fieldsOf(left);
  if (!column.empty()) {
    rows.getDefiningOp()->erase();
    names.pop_back();
    rows = left.value;
  } else {
    column = names.back();
    result.fields.push_back({"", "", sema::Column::Hidden});
  }
  auto from_ = llvm::cast<StreamType>(rows.getType());
  std::vector<mlir::Type> types(from_.getTypes().begin(), from_.getTypes().end());
  Relation added;
  std::string table = from.alias ? from.alias->text : "";
  std::vector<Field> more;
  for (const UnnestColumn &each : unnestColumns(type, outer, from.withOrdinality)) {
    names.push_back(each.name);
    types.push_back(each.type);
    more.push_back({table, names.back()});
  }
  // The only column is called as its table is.
  if (from.columnAliases.empty() && from.alias && more.size() == 1)
    more[0].name = names.back() = from.alias->text;
  if (!from.columnAliases.empty()) {
    if (from.columnAliases.size() != more.size()) {
      engine.emit(join(from.columnAliases.front().range, from.columnAliases.back().range),
                  diag::UnionColumns, "this list", from.columnAliases.size(), "an element of " + sema::display(type),
                  more.size());
      return failed;
    }
    for (size_t i = 0; i < more.size(); ++i)
      more[i].name = names[names.size() - more.size() + i] = from.columnAliases[i].text;
  }
  names = uniqueNames(std::move(names));
  result.fields.insert(result.fields.end(), more.begin(), more.end());
  result.value = builder.create<UnnestOp>(
      locate(from.range),
      streamType(names, types, from_.getTime() ? from_.getTime().getValue() : ""), rows, around.name,
      column, outer, from.withOrdinality);
  return result;
}

/// A table argument of a function: TABLE t, TABLE (SELECT …), or a bare name.
Relation Lowering::tableArgument(const sql::Expr &argument, Environment &around) {
  if (auto *column = dyn_cast<sql::ColumnExpr>(&argument))
    return lowerTable(column->parts, around);
  if (auto *query = dyn_cast<sql::SubqueryExpr>(&argument))
    return trimmed(lowerQuery(*query->query, around), around.name);
  // TABLE f(…): a function of tables again.
  engine.emit(argument.range, diag::WindowFunction, "the first argument is a table")
      .hint("TABLE t, or (SELECT …)");
  return {};
}

Relation Lowering::lowerTableFunction(const sql::TableRef &from, Environment &around) {
  const sql::CallExpr &call = *from.call;
  std::string name = llvm::StringRef(call.name.text).upper();
  if (name == "TUMBLE" || name == "HOP" || name == "CUMULATE" || name == "SESSION")
    return lowerWindowFunction(from, around);
  if (name == "UNNEST") {
    Relation one;
    one.value = builder.create<ValuesOp>(locate(from.range), streamType({}, {}), around.name);
    return lowerUnnest(one, from, /*outer=*/false, around);
  }
  if (name == "FROM_CHANGELOG" || name == "TO_CHANGELOG")
    return lowerChangelog(from, around);
  static const std::vector<std::string> known = {"TUMBLE", "HOP", "CUMULATE", "SESSION", "UNNEST",
                                                 "FROM_CHANGELOG", "TO_CHANGELOG", "SNAPSHOT"};
  if (name == "SNAPSHOT") {
    engine.emit(call.name.range, diag::WindowFunction, "`SNAPSHOT` stands in JOIN LATERAL TABLE(…)");
    return {};
  }
  auto flight = engine.emit(call.name.range, diag::UnknownFunction, name);
  if (std::string near = diag::nearest(name, known); !near.empty())
    flight.hint("did you mean `" + near + "`?");
  flight.note("table functions: " + sema::listNames(known));
  return {};
}

/// FROM_CHANGELOG and TO_CHANGELOG: rows with the kind of their change as a
/// column, to changes and back.
Relation Lowering::lowerChangelog(const sql::TableRef &from, Environment &around) {
  const sql::CallExpr &call = *from.call;
  std::string function = llvm::StringRef(call.name.text).upper();
  bool reads = function == "FROM_CHANGELOG";
  static const std::vector<std::string> fromNames = {"input", "op", "op_mapping", "error_handling", "state_ttl", "uid", "on_time"};
  static const std::vector<std::string> toNames = {"input", "op", "op_mapping", "produces_full_deletes", "uid", "on_time"};
  const std::vector<std::string> &names = reads ? fromNames : toNames;
  Relation input;
  std::string op = "op";
  std::vector<mlir::NamedAttribute> options;
  bool ok = true;
  for (size_t i = 0; i < call.args.size(); ++i) {
    const sql::Expr &arg = *call.args[i];
    std::string name = i < names.size() ? names[i] : "";
    if (i < call.argNames.size() && call.argNames[i]) {
      name = llvm::StringRef(call.argNames[i]->text).lower();
      if (!llvm::is_contained(names, name)) {
        auto flight = engine.emit(call.argNames[i]->range, diag::WindowFunction,
                                  "`" + function + "` has no argument `" + name + "`");
        flight.note("its arguments: " + sema::listNames(names));
        ok = false;
        continue;
      }
    }
    if (name == "input") {
      input = tableArgument(arg, around);
      ok &= input.value != nullptr;
    } else if (name == "op") {
      auto *descriptor = dyn_cast<sql::CallExpr>(&arg);
      auto *column = descriptor && descriptor->args.size() == 1
                         ? dyn_cast<sql::ColumnExpr>(descriptor->args[0].get())
                         : nullptr;
      if (!column) {
        engine.emit(arg.range, diag::WindowFunction, "the column of kinds stands in DESCRIPTOR(…)");
        ok = false;
        continue;
      }
      op = column->parts.back().text;
    } else {
      options.push_back(builder.getNamedAttr(name, builder.getStringAttr(sql::print(arg))));
    }
  }
  if (!input.value) {
    if (ok)
      engine.emit(call.range, diag::WindowFunction, "`" + function + "` takes a table")
          .hint(function + "(input => TABLE t)");
    return {};
  }
  if (!ok)
    return {};
  options.push_back(builder.getNamedAttr("op", builder.getStringAttr(op)));
  StreamType type = input.type();
  std::vector<Field> fields = fieldsOf(input);
  std::vector<std::string> partition, columns;
  std::vector<mlir::Type> types;
  for (const sql::ExprPtr &key : call.partitionBy) {
    auto *column = dyn_cast<sql::ColumnExpr>(key.get());
    int64_t index = -1;
    for (size_t i = 0; column && i < fields.size(); ++i)
      if (fields[i].name == column->parts.back().text)
        index = i;
    if (index < 0) {
      sql::ColumnExpr missing(key->range);
      missing.parts = column ? column->parts : std::vector<sql::Name>{{sql::print(*key), key->range, true}};
      scopeOf(input, nullptr).reportUnknown(missing, engine);
      return {};
    }
    partition.push_back(type.getNames()[index].str());
  }
  if (!reads) {
    columns.push_back(op);
    types.push_back(sema::makeString(&context, false));
  }
  // The partition's columns first, as Flink has them.
  std::vector<size_t> order;
  for (const std::string &key : partition)
    order.push_back(type.indexOf(key));
  if (!reads && !order.empty()) {
    columns.clear();
    types.clear();
    for (size_t index : order) {
      columns.push_back(fields[index].name);
      types.push_back(type.getTypes()[index]);
    }
    columns.push_back(op);
    types.push_back(sema::makeString(&context, false));
  }
  bool found = false;
  if (reads)
    for (size_t index : order) {
      columns.push_back(fields[index].name);
      types.push_back(type.getTypes()[index]);
    }
  for (size_t i = 0; i < type.size(); ++i) {
    if (reads && fields[i].name == op) {
      found = true;
      if (!type.columnType(i).isCharacter()) {
        engine.emit(call.range, diag::OperandType, function, sema::display(type.columnType(i)))
            .hint("`" + op + "` holds the kind of change as text");
        return {};
      }
      continue;
    }
    if (llvm::is_contained(order, i))
      continue;
    columns.push_back(fields[i].name);
    types.push_back(type.getTypes()[i]);
  }
  if (reads && !found) {
    sql::ColumnExpr missing(call.range);
    missing.parts.push_back({op, call.range, true});
    scopeOf(input, nullptr).reportUnknown(missing, engine);
    return {};
  }
  llvm::SmallVector<llvm::StringRef> keys(partition.begin(), partition.end());
  Relation result;
  result.value = builder.create<TableFunctionOp>(
      locate(from.range), streamType(uniqueNames(columns), types), input.value, around.name, function,
      builder.getStrArrayAttr(keys), builder.getDictionaryAttr(options));
  return result;
}

//===----------------------------------------------------------------------===//
// The tree
//===----------------------------------------------------------------------===//

Relation Lowering::lowerFrom(const sql::TableRef &from, Environment &around,
                             const sema::Scope *lateral,
                             std::vector<const sql::Expr *> &conjuncts) {
  Relation relation;
  switch (from.kind) {
  case sql::TableKind::Named:
    if (from.asOf) {
      engine.emit(from.asOf->range, diag::ClauseNotYet, "FOR SYSTEM_TIME AS OF without a join");
      return {};
    }
    relation = lowerTable(from.name, around);
    for (const sql::Hint &hint : from.hints)
      if (hint.name.text != "OPTIONS" && hint.name.text != "STATE_TTL")
        engine.emit(hint.name.range, diag::HintIgnored, hint.name.text);
    break;
  case sql::TableKind::File:
    relation = lowerTable({from.file}, around);
    break;
  case sql::TableKind::Function:
    relation = lowerTableFunction(from, around);
    break;
  case sql::TableKind::Subquery: {
    Environment inner;
    inner.parent = &around;
    inner.name = around.name;
    inner.onError = around.onError;
    inner.deadLetter = around.deadLetter;
    inner.hints = around.hints;
    inner.enclosing = lateral ? lateral : around.enclosing;
    relation = lowerQuery(*from.query, inner);
    if (relation.value) {
      // The window's time stays, for who groups by the window outside.
      relation.fields = fieldsOf(relation);
      relation.name.clear();
      for (Field &field : relation.fields)
        field.table.clear();
    }
    break;
  }
  case sql::TableKind::Join:
    relation = lowerJoin(from, around, lateral, conjuncts);
    break;
  case sql::TableKind::Match:
    relation = lowerMatch(from, around);
    break;
  }
  if (from.kind != sql::TableKind::Join)
    setAlias(relation, from);
  return relation;
}

} // namespace levada::lower
