//===- Sql.cpp - a query's tree: WITH, SELECT, VALUES, what they nest -----===//
//
// A SELECT becomes the clauses that Query.cpp lowers; everything around and
// below it is recursion. Names of WITH go from the inside out, then come the
// tables of the document.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"
#include "frontend/sema/Constants.h"
#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;
using llvm::dyn_cast;

std::optional<int64_t> Lowering::constantMillis(const sql::Expr &expr) {
  const sql::Expr *inner = &expr;
  bool negative = false;
  while (auto *unary = dyn_cast<sql::UnaryExpr>(inner)) {
    negative ^= unary->op == sql::UnaryOp::Minus;
    inner = unary->operand.get();
  }
  auto *interval = dyn_cast<sql::IntervalExpr>(inner);
  if (!interval || sema::isMonths(interval->from)) {
    engine.emit(expr.range, diag::ConstantNeeded, "the size of a window")
        .hint("such as INTERVAL '10' MINUTE");
    return std::nullopt;
  }
  std::optional<int64_t> value = sema::parseInterval(interval->text, interval->from, interval->to);
  if (!value) {
    engine.emit(expr.range, diag::BadTimeLiteral, interval->text, "an interval of this unit")
        .hint("such as INTERVAL '10' MINUTE");
    return std::nullopt;
  }
  return negative != interval->negative ? -*value : *value;
}

std::optional<int64_t> Lowering::constantCount(const sql::Expr &expr, const char *what) {
  auto *literal = dyn_cast<sql::LiteralExpr>(&expr);
  int64_t value = 0;
  if (literal && literal->literal == sql::LiteralKind::Integer &&
      !llvm::StringRef(literal->text).getAsInteger(10, value))
    return value;
  engine.emit(expr.range, diag::ConstantNeeded, what).hint("such as 10");
  return std::nullopt;
}

namespace {
std::optional<WindowKind> windowKind(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<WindowKind>>(name)
      .Case("TUMBLE", WindowKind::tumble)
      .Case("HOP", WindowKind::hop)
      .Case("SESSION", WindowKind::session)
      .Default(std::nullopt);
}
} // namespace

/// GROUP BY TUMBLE(ts, INTERVAL …), HOP(ts, slide, size), SESSION(ts, gap).
bool Lowering::readGroupWindow(Query &query) {
  for (size_t i = 0; i < query.groupBy.size(); ++i) {
    auto *call = dyn_cast<sql::CallExpr>(query.groupBy[i]);
    if (!call)
      continue;
    std::optional<WindowKind> kind = windowKind(call->name.text);
    if (!kind)
      continue;
    size_t count = *kind == WindowKind::hop ? 3 : 2;
    auto *time = call->args.empty() ? nullptr : dyn_cast<sql::ColumnExpr>(call->args[0].get());
    if (call->args.size() != count || !time || query.window) {
      engine.emit(call->range, diag::WindowFunction,
                  fmt::format("`{}` in GROUP BY takes a time column and {}", call->name.text,
                              count == 3 ? "a slide and a size" : "one interval"));
      return false;
    }
    WindowClause window;
    window.kind = *kind;
    window.range = call->range;
    window.on = time->parts.back();
    std::optional<int64_t> first = constantMillis(*call->args[1]);
    std::optional<int64_t> second = count == 3 ? constantMillis(*call->args[2]) : first;
    if (!first || !second)
      return false;
    window.size = *second;
    window.slide = count == 3 ? *first : 0;
    if (window.size <= 0 || (count == 3 && (*first <= 0 || *second % *first != 0))) {
      engine.emit(call->args.back()->range, diag::WindowSize,
                  count == 3 ? "the size of HOP must be a multiple of its slide"
                             : "the size of a window is positive");
      return false;
    }
    query.window = window;
    query.groupBy.erase(query.groupBy.begin() + i--);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

Relation Lowering::trimmed(Relation relation, const std::string &stream) {
  if (!relation.value)
    return relation;
  StreamType type = relation.type();
  std::vector<Field> fields = fieldsOf(relation);
  std::vector<std::string> names;
  llvm::SmallVector<unsigned> kept;
  for (size_t i = 0; i < type.size(); ++i)
    if (fields[i].access == sema::Column::Free) {
      kept.push_back(i);
      names.push_back(fields[i].name);
    }
  names = uniqueNames(std::move(names));
  auto newName = [&](const std::string &old) -> std::string {
    for (auto [i, index] : llvm::enumerate(kept))
      if (type.getNames()[index].getValue() == old)
        return names[i];
    return "";
  };
  bool same = kept.size() == type.size();
  for (size_t i = 0; same && i < names.size(); ++i)
    same = type.getNames()[i].getValue() == names[i];
  Relation result = relation;
  result.fields.clear();
  if (same)
    return result;
  std::string time = type.getTime() ? newName(type.getTime().str()) : "";
  mlir::Location location = relation.value.getLoc();
  result.value = project(relation.value, stream, location, names, time, [&](mlir::Block *block) {
    llvm::SmallVector<mlir::Value> values;
    for (unsigned index : kept)
      values.push_back(block->getArgument(index));
    return values;
  });
  result.rowtimes.clear();
  result.proctimes.clear();
  for (const std::string &column : relation.rowtimes)
    if (std::string name = newName(column); !name.empty())
      result.rowtimes.insert(name);
  for (const std::string &column : relation.proctimes)
    if (std::string name = newName(column); !name.empty())
      result.proctimes.insert(name);
  result.window.reset();
  if (relation.window) {
    Windowed window = *relation.window;
    window.start = newName(window.start);
    window.end = newName(window.end);
    window.time = newName(window.time);
    for (std::string &key : window.keys)
      key = newName(key);
    if (!window.start.empty() && !window.end.empty())
      result.window = std::move(window);
  }
  return result;
}

Relation Lowering::lowerSql(const sql::Query &written, const std::string &name, OnError onError,
                            std::optional<std::string> deadLetter) {
  Environment around;
  around.name = name;
  around.onError = onError;
  around.deadLetter = std::move(deadLetter);
  Relation result = trimmed(lowerQuery(written, around), name);
  result.name = name;
  return result;
}

Relation Lowering::lowerQuery(const sql::Query &written, const Environment &around) {
  Environment inner;
  inner.parent = &around;
  inner.enclosing = around.enclosing;
  inner.name = around.name;
  inner.onError = around.onError;
  inner.deadLetter = around.deadLetter;
  inner.hints = around.hints;
  for (const sql::CommonTable &table : written.with) {
    if (written.recursive) {
      engine.emit(table.name.range, diag::ClauseNotYet, "WITH RECURSIVE");
      return {};
    }
    Relation rows = lowerQuery(*table.query, inner);
    rows.name = table.name.text;
    rows.fields = rows.value ? fieldsOf(rows) : std::vector<Field>();
    for (Field &field : rows.fields)
      field.table = table.name.text;
    if (!table.columns.empty() && rows.value && !renameColumns(rows, table.columns, table.name.range))
      rows.value = {};
    if (inner.tables.count(table.name.text))
      engine.emit(table.name.range, diag::JoinRule, "`" + table.name.text + "` stands twice in WITH");
    inner.tables[table.name.text] = std::move(rows);
  }
  switch (written.kind) {
  case sql::QueryKind::Select:
    return lowerSelect(written, inner);
  case sql::QueryKind::Values:
    return orderWhole(lowerValues(written, inner), written, inner);
  case sql::QueryKind::SetOp:
    return orderWhole(lowerSetOp(written, inner), written, inner);
  case sql::QueryKind::Nested:
    return orderWhole(lowerQuery(*written.left, inner), written, inner);
  case sql::QueryKind::Table: {
    std::vector<const sql::Expr *> none;
    return orderWhole(lowerFrom(*written.table, inner, nullptr, none), written, inner);
  }
  }
  return {};
}

void Lowering::readOrder(const sql::Query &written, Query &query, bool &ok) {
  for (const sql::OrderItem &item : written.orderBy) {
    query.orderBy.push_back(&item);
    query.orderRange = query.orderRange.valid() ? join(query.orderRange, item.expr->range) : item.expr->range;
  }
  if (written.limit) {
    query.limitRange = written.limit->range;
    std::optional<int64_t> count = constantCount(*written.limit, "LIMIT");
    ok &= count.has_value();
    query.limit = count.value_or(-1);
  }
  if (written.offset) {
    if (!query.limitRange.valid())
      query.limitRange = written.offset->range;
    std::optional<int64_t> count = constantCount(*written.offset, "OFFSET");
    ok &= count.has_value();
    query.skip = count.value_or(-1);
  }
}

/// ORDER BY and LIMIT of what is not a SELECT: by columns of the result.
Relation Lowering::orderWhole(Relation relation, const sql::Query &written, Environment &around) {
  if (!relation.value || (written.orderBy.empty() && !written.limit && !written.offset))
    return relation;
  Query query;
  query.isSql = true;
  query.name = around.name;
  query.range = written.range;
  query.enclosing = around.enclosing;
  query.around = &around;
  query.input = trimmed(std::move(relation), around.name);
  bool ok = true;
  readOrder(written, query, ok);
  if (!ok)
    return {};
  return lowerClauses(query);
}

/// The parts of `a AND b AND c`.
static void conjuncts(const sql::Expr &expr, std::vector<const sql::Expr *> &parts) {
  auto *both = dyn_cast<sql::BinaryExpr>(&expr);
  if (!both || both->op != sql::BinaryOp::And) {
    parts.push_back(&expr);
    return;
  }
  std::vector<const sql::BinaryExpr *> spine = sql::leftSpine(*both);
  size_t first = spine.size();
  while (first > 0 && spine[first - 1]->op == sql::BinaryOp::And)
    --first;
  conjuncts(*spine[first]->left, parts);
  for (size_t i = first; i < spine.size(); ++i)
    conjuncts(*spine[i]->right, parts);
}

std::vector<const sql::Expr *> Lowering::conjunctsOf(const sql::Expr &expr) {
  std::vector<const sql::Expr *> parts;
  conjuncts(expr, parts);
  return parts;
}

Relation Lowering::lowerSelect(const sql::Query &written, Environment &around) {
  const sql::Select &select = *written.select;
  Query query;
  query.isSql = true;
  query.name = around.name;
  query.range = select.range;
  query.enclosing = around.enclosing;
  query.around = &around;
  query.onError = around.onError;
  query.deadLetter = around.deadLetter;
  bool ok = true;
  if (!select.hints.empty())
    around.hints = readHints(select);
  query.hints = around.hints;
  if (select.where) {
    // One by one where they may become conditions of joins.
    bool split = select.from && (select.from->kind == sql::TableKind::Join || around.enclosing);
    sema::walk(*select.where, [&](const sql::Expr &e) {
      split |= e.kind == sql::ExprKind::Subquery ||
               (e.kind == sql::ExprKind::InList && llvm::cast<sql::InExpr>(e).query);
      return !split;
    });
    if (split)
      query.where = conjunctsOf(*select.where);
    else
      query.where = {select.where.get()};
  }
  if (select.from) {
    query.input = lowerFrom(*select.from, around, nullptr, query.where);
  } else {
    query.input.value = builder.create<ValuesOp>(locate(select.range), streamType({}, {}), query.name);
  }
  // Names of the FROM that failed are not known; nothing else can be said.
  if (!query.input.value)
    return {};
  if (query.where.size() == 1 && query.where[0] == select.where.get() && failsBelow(query.input.value))
    query.where = conjunctsOf(*select.where);
  query.having = select.having.get();
  query.qualify = select.qualify.get();
  query.windows = &select.windows;
  query.grouped = select.grouped;
  for (const sql::ExprPtr &expr : select.groupBy) {
    query.groupBy.push_back(expr.get());
    query.groupRange = query.groupRange.valid() ? join(query.groupRange, expr->range) : expr->range;
  }
  ok &= readGroupWindow(query);
  query.selects = true;
  query.selectRange = select.items.empty() ? select.range
                                           : join(select.items.front().range, select.items.back().range);
  for (const sql::SelectItem &item : select.items)
    query.items.push_back(&item);
  query.distinct = select.distinct;
  query.distinctRange = select.range;
  readOrder(written, query, ok);
  query.windowFailed |= !ok;
  Relation result = lowerClauses(query);
  result.name.clear();
  for (Field &field : result.fields)
    field.table.clear();
  return result;
}

Relation Lowering::lowerValues(const sql::Query &written, Environment &around) {
  // Each row a projection of one row without columns.
  Relation none;
  none.value = builder.create<ValuesOp>(locate(written.range), streamType({}, {}), around.name);
  std::vector<Operand> rows;
  size_t columns = 0;
  bool failed = false;
  for (const sql::ExprPtr &row : written.rows) {
    llvm::SmallVector<const sql::Expr *> items;
    auto *list = dyn_cast<sql::ListExpr>(row.get());
    if (list && list->kind == sql::ExprKind::RowValue)
      for (const sql::ExprPtr &item : list->items)
        items.push_back(item.get());
    else
      items.push_back(row.get());
    if (rows.empty() && !failed)
      columns = items.size();
    if (items.size() != columns) {
      engine.emit(row->range, diag::UnionColumns, "this row", items.size(), "the first", columns)
          .label(written.rows.front()->range, fmt::format("{} values", columns));
      failed = true;
      continue;
    }
    Query query;
    query.isSql = true;
    query.name = around.name;
    query.range = row->range;
    query.around = &around;
    query.input = none;
    query.enclosing = around.enclosing;
    Stage stage;
    enterStage(stage, none, query);
    std::vector<const sql::Expr *> exprs(items.begin(), items.end());
    answerQueries(stage, exprs, query, "VALUES", /*filters=*/false);
    std::vector<std::string> names;
    for (size_t i = 0; i < columns; ++i)
      names.push_back("EXPR$" + std::to_string(i));
    Relation made;
    if (stage.relation.value)
      made.value = project(stage.relation.value, around.name, locate(row->range), names, "",
                           [&](mlir::Block *block) {
                             enter(stage.names, block);
                             sema::Binder binder(engine, builder, stage.names, "VALUES");
                             useStage(binder, stage, query);
                             llvm::SmallVector<mlir::Value> values;
                             for (const sql::Expr *item : items) {
                               values.push_back(binder.bind(*item));
                             }
                             return values;
                           });
    failed |= !made.value;
    rows.push_back({made, row->range, "this row"});
  }
  if (failed)
    return {};
  return unite(std::move(rows), around.name, written.range, "VALUES");
}

} // namespace levada::lower
