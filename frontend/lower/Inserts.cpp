//===- Inserts.cpp - INSERT INTO: rows of queries become rows of a table --===//
//
// Each query's columns go to those of the table by position, with the casts
// that Flink makes by itself; what is left out is NULL. All INSERTs into a
// table are one sink. NULL in a NOT NULL column fails the row, or drops it
// where table.exec.sink.not-null-enforcer says so.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Script.h"

#include "llvm/ADT/STLExtras.h"

namespace levada::lower {

using namespace flow;

/// The columns that a table stores.
struct Lowering::Target {
  std::vector<const doc::Column *> columns;
  std::vector<SqlType> types;
  bool broken = false; ///< a type is wrong, and reported
};

/// Flink's LogicalTypeCasts.supportsImplicitCast, nullability aside.
static bool converts(SqlType from, SqlType to) {
  SqlKind a = from.getKind(), b = to.getKind();
  if (a == SqlKind::Null)
    return true;
  if (from.isNested() || to.isNested()) {
    if (a != b || from.getChildren().size() != to.getChildren().size())
      return false;
    return llvm::all_of(llvm::zip(from.getChildren(), to.getChildren()), [](auto pair) {
      return converts(llvm::cast<SqlType>(std::get<0>(pair)), llvm::cast<SqlType>(std::get<1>(pair)));
    });
  }
  if (from.isInteger() && to.isInteger())
    return sema::digitsOf(from).precision <= sema::digitsOf(to).precision;
  switch (b) {
  case SqlKind::Decimal:
  case SqlKind::Double:
    return from.isNumeric();
  case SqlKind::Float:
    return from.isInteger() || a == SqlKind::Float || a == SqlKind::Decimal;
  case SqlKind::VarChar:
    return from.isCharacter();
  case SqlKind::VarBinary:
    return from.isBinary();
  case SqlKind::Date:
  case SqlKind::Time:
    return a == b || a == SqlKind::Timestamp;
  case SqlKind::Timestamp:
  case SqlKind::TimestampLtz:
    return from.isTimestamp();
  default:
    return a == b;
  }
}

/// STRING or BYTES.
static SqlType longest(SqlType type) {
  SqlKind kind = type.isCharacter() ? SqlKind::VarChar : SqlKind::VarBinary;
  return SqlType::get(type.getContext(), kind, kMaxLength).withNullable(type.getNullable());
}

/// "(a INT, b STRING)"
static std::string schema(llvm::ArrayRef<std::string> names, llvm::ArrayRef<SqlType> types) {
  std::vector<std::string> columns;
  for (auto [name, type] : llvm::zip(names, types))
    columns.push_back(name + " " + sema::display(type));
  return "(" + sema::listNames(columns, 12) + ")";
}

static std::string countOf(size_t count) {
  return fmt::format("{} column{}", count, count == 1 ? "" : "s");
}

/// Where the query says its column `index`; else the whole query.
static SourceRange placeOf(const sql::Query &query, size_t index) {
  const sql::Query *inner = &query;
  while (inner->kind == sql::QueryKind::Nested || inner->kind == sql::QueryKind::SetOp)
    inner = inner->left.get();
  if (inner->kind != sql::QueryKind::Select || !inner->select || index >= inner->select->items.size())
    return query.range;
  for (size_t i = 0; i <= index; ++i)
    if (sql::StarExpr::classof(inner->select->items[i].expr.get()))
      return inner->select->items[i].range;
  return inner->select->items[index].range;
}

mlir::Value Lowering::insert(const doc::Sink &sink, const doc::Insert &written,
                             const Target &target) {
  const sql::Query *query = queryTree(written.query);
  Relation rows = query ? lowerSql(*query, sink.name.text) : Relation();
  if (!rows.value || !rows.broken.empty() || target.broken)
    return {}; // reported
  if (sink.columns.empty()) // CREATE TABLE AS, SELECT: as they come
    return rows.value;
  StreamType given = rows.type();
  // Which column of the query each of the table's is; -1: none.
  std::vector<int> from(target.columns.size(), -1);
  size_t wanted = written.columns.empty() ? target.columns.size() : written.columns.size();
  if (given.size() != wanted) {
    std::vector<std::string> names, takes;
    std::vector<SqlType> types, takenTypes;
    for (size_t i = 0; i < given.size(); ++i) {
      names.push_back(given.getNames()[i].str());
      types.push_back(given.columnType(i));
    }
    for (size_t i = 0; i < target.columns.size(); ++i) {
      const std::string &name = target.columns[i]->name.text;
      if (!written.columns.empty() &&
          llvm::none_of(written.columns, [&](const doc::Name &n) { return n.text == name; }))
        continue;
      takes.push_back(name);
      takenTypes.push_back(target.types[i]);
    }
    engine.emit(query->range, diag::InsertColumns, countOf(given.size()), sink.name.text,
                countOf(wanted))
        .label(written.range, "takes " + countOf(wanted))
        .note("the query: " + schema(names, types))
        .note("`" + sink.name.text + "`: " + schema(takes, takenTypes));
    return {};
  }
  for (size_t i = 0; i < target.columns.size(); ++i) {
    from[i] = int(i);
    if (written.columns.empty())
      continue;
    auto at = llvm::find_if(written.columns, [&](const doc::Name &name) {
      return name.text == target.columns[i]->name.text;
    });
    from[i] = at == written.columns.end() ? -1 : int(at - written.columns.begin());
  }
  bool failed = false;
  bool cuts = document.pipeline.setting("table.exec.sink.type-length-enforcer") == "TRIM_PAD";
  mlir::Location location = locate(written.range);
  auto project = builder.create<ProjectOp>(location, given, mlir::Type(), rows.value, sink.name.text);
  mlir::Block *block = rowBlock(project.getBody(), given, location);
  std::vector<std::string> names;
  std::vector<mlir::Type> types;
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    sema::Scope none;
    sema::Binder binder(engine, builder, none, "INSERT");
    llvm::SmallVector<mlir::Value> values;
    for (size_t i = 0; i < target.columns.size(); ++i) {
      const doc::Column &column = *target.columns[i];
      SqlType type = target.types[i];
      names.push_back(column.name.text);
      if (from[i] < 0) {
        if (!type.getNullable()) {
          engine.emit(written.columns.front().range, diag::InsertLeavesOut, column.name.text)
              .label(column.name.range, "declared here");
          failed = true;
        }
        types.push_back(type.withNullable(true));
        values.push_back(builder.create<ConstantOp>(location, type.withNullable(true),
                                                    builder.getUnitAttr()));
        continue;
      }
      SqlType have = given.columnType(from[i]);
      SqlType to = type.withNullable(have.getNullable());
      types.push_back(to);
      if (!converts(have, type)) {
        SourceRange place = placeOf(*query, from[i]);
        auto flight = engine.emit(place, diag::InsertType, column.name.text, sink.name.text,
                                  sema::display(type), sema::display(have));
        flight.label(column.type.where(), "declared here");
        std::string name = given.getNames()[from[i]].str();
        if (sema::castable(have, type))
          flight.hint("write CAST(" + (name.starts_with("EXPR$") ? "…" : name) + " AS " +
                      sema::display(type) + ")");
        failed = true;
        continue;
      }
      mlir::Value value = block->getArgument(from[i]);
      // A column may hold more than its type says: the formats do not look.
      if (cuts && have == to && (to.isCharacter() || to.isBinary()))
        value = builder.create<CastOp>(location, longest(to), value, /*try_cast=*/false);
      values.push_back(binder.castTo(value, to, location));
    }
    if (!failed)
      builder.create<YieldOp>(location, values);
  }
  if (failed) {
    project.erase();
    return {};
  }
  project.getOutput().setType(streamType(names, types));
  return project.getOutput();
}

Relation Lowering::renamed(Relation rows, const doc::Stream &view) {
  if (!rows.value || !rows.broken.empty()) {
    rows.value = {}; // which column is which is not known
    return rows;
  }
  StreamType type = rows.type();
  if (type.size() != view.columnNames.size()) {
    engine.emit(view.columnNames.front().range, diag::ViewColumns, view.name.text,
                countOf(view.columnNames.size()), countOf(type.size()))
        .label(view.sql.where(), "the query");
    rows.value = {};
    return rows;
  }
  std::vector<std::string> names;
  std::string time;
  std::set<std::string> seen;
  for (size_t i = 0; i < type.size(); ++i) {
    const doc::Name &name = view.columnNames[i];
    if (!seen.insert(name.text).second) {
      engine.emit(name.range, diag::RepeatedColumn, name.text);
      rows.value = {};
      return rows;
    }
    names.push_back(name.text);
    if (type.getTime() && type.getNames()[i] == type.getTime())
      time = name.text;
  }
  rows.value = recast(rows.value, streamType(names, type.getTypes(), time), view.name.text,
                      locate(view.range));
  return rows;
}

/// Without the rows that have a NULL where the table may not.
mlir::Value Lowering::dropNulls(mlir::Value rows, const Target &target, const doc::Sink &sink,
                                mlir::Location location) {
  auto type = llvm::cast<StreamType>(rows.getType());
  for (size_t i = 0; i < target.types.size(); ++i) {
    if (target.types[i].getNullable() || !type.columnType(i).getNullable())
      continue;
    auto filter = builder.create<FilterOp>(location, type, mlir::Type(), rows, sink.name.text);
    mlir::Block *block = rowBlock(filter.getBody(), type, location);
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    SqlType boolean = sema::makeType(&context, SqlKind::Boolean, /*nullable=*/false);
    mlir::Value kept = builder.create<IsOp>(location, boolean, Truth::is_not_null,
                                            block->getArgument(i));
    builder.create<YieldOp>(location, kept);
    rows = filter.getOutput();
  }
  return rows;
}

void Lowering::lowerInserts(const doc::Sink &sink) {
  Target target;
  for (const doc::Column &column : sink.columns) {
    if (column.kind != doc::Column::Physical)
      continue;
    SqlType type = columnType(column);
    target.broken |= !type;
    target.columns.push_back(&column);
    target.types.push_back(type);
  }
  bool drop = document.pipeline.setting("table.exec.sink.not-null-enforcer") == "DROP";
  llvm::SmallVector<mlir::Value> all;
  for (const doc::Insert &written : sink.inserts) {
    mlir::Value rows = insert(sink, written, target);
    if (rows && drop)
      rows = dropNulls(rows, target, sink, locate(written.range));
    all.push_back(rows);
  }
  if (llvm::is_contained(all, mlir::Value()))
    return;
  mlir::Value rows = all.front();
  mlir::Location location = locate(sink.range);
  if (all.size() > 1) {
    // Of a column that one INSERT may leave NULL all may.
    auto first = llvm::cast<StreamType>(rows.getType());
    std::vector<std::string> names;
    std::vector<mlir::Type> types;
    for (size_t i = 0; i < first.size(); ++i) {
      bool nullable = llvm::any_of(all, [&](mlir::Value one) {
        return llvm::cast<StreamType>(one.getType()).columnType(i).getNullable();
      });
      names.push_back(first.getNames()[i].str());
      types.push_back(first.columnType(i).withNullable(nullable));
    }
    StreamType common = streamType(names, types);
    for (mlir::Value &one : all)
      one = recast(one, common, sink.name.text, location);
    rows = builder.create<UnionOp>(location, common, all, sink.name.text);
  }
  checkSinkColumns(sink, llvm::cast<StreamType>(rows.getType()));
  SinkOp op = makeSink(sink, rows);
  llvm::SmallVector<mlir::Attribute> sure;
  for (auto [column, type] : llvm::zip(target.columns, target.types))
    if (!type.getNullable())
      sure.push_back(builder.getStringAttr(column->name.text));
  if (!sure.empty())
    op->setAttr("flow.not_null", builder.getArrayAttr(sure));
}

} // namespace levada::lower
