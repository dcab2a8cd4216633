//===- Sql.cpp - sql = "SELECT …": one query's text as a query ------------===//
//
// A window is FROM TABLE(TUMBLE(…)) with GROUP BY window_start, window_end,
// or the older GROUP BY TUMBLE(…). What needs operators of other kinds gets
// one diagnostic that names it.
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

bool Lowering::readTable(const sql::Name &name, Query &query) {
  auto at = relations.find(name.text);
  if (at == relations.end()) {
    bool known = document.findSource(name.text) || document.findStream(name.text);
    if (!known) {
      std::vector<std::string> names;
      for (const auto &[other, relation] : relations)
        names.push_back(other);
      auto flight = engine.emit(name.range, diag::NoSuchInput, name.text);
      if (std::string near = diag::nearest(name.text, names); !near.empty())
        flight.hint("did you mean `" + near + "`?");
      flight.note("sources and streams: " + sema::listNames(names));
    }
    return false;
  }
  query.input = at->second;
  query.input.name = name.text;
  return query.input.value != nullptr;
}

namespace {
std::optional<WindowKind> windowKind(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<WindowKind>>(name)
      .Case("TUMBLE", WindowKind::tumble)
      .Case("HOP", WindowKind::hop)
      .Case("CUMULATE", WindowKind::cumulate)
      .Case("SESSION", WindowKind::session)
      .Default(std::nullopt);
}
} // namespace

/// TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL … [, INTERVAL …]).
bool Lowering::readWindowFunction(const sql::CallExpr &call, SourceRange range, Query &query) {
  const std::string &name = call.name.text;
  std::optional<WindowKind> kind = windowKind(name);
  if (!kind) {
    engine.emit(call.range, diag::ClauseNotYet, "the table function `" + name + "`");
    return false;
  }
  if (!call.argNames.empty() || !call.tableOrder.empty()) {
    engine.emit(call.range, diag::ClauseNotYet, "a window function with named or ordered arguments");
    return false;
  }
  bool stepped = *kind == WindowKind::hop || *kind == WindowKind::cumulate;
  size_t least = stepped ? 4 : 3, most = *kind == WindowKind::session ? 3 : least + 1;
  if (call.args.size() < least || call.args.size() > most) {
    engine.emit(call.name.range, diag::WindowFunction,
                fmt::format("`{}` takes {} arguments, found {}", name,
                            least == most ? fmt::format("{}", least) : fmt::format("{} or {}", least, most),
                            call.args.size()))
        .hint(stepped ? name + "(TABLE input, DESCRIPTOR(time), INTERVAL '5' MINUTE, INTERVAL '1' HOUR)"
                      : name + "(TABLE input, DESCRIPTOR(time), INTERVAL '1' HOUR)");
    return false;
  }
  auto *table = dyn_cast<sql::ColumnExpr>(call.args[0].get());
  if (!table) {
    engine.emit(call.args[0]->range, diag::ClauseNotYet, "a query inside FROM");
    return false;
  }
  bool ok = readTable(table->parts.back(), query);
  WindowClause window;
  window.kind = *kind;
  window.range = range;
  auto *descriptor = dyn_cast<sql::CallExpr>(call.args[1].get());
  auto *time = descriptor && descriptor->name.text == "DESCRIPTOR" && descriptor->args.size() == 1
                   ? dyn_cast<sql::ColumnExpr>(descriptor->args[0].get())
                   : nullptr;
  if (!time) {
    engine.emit(call.args[1]->range, diag::WindowFunction, "the time column stands in DESCRIPTOR(…)")
        .hint("DESCRIPTOR(ts)");
    return false;
  }
  window.on = time->parts.back();
  std::vector<int64_t> sizes;
  for (size_t i = 2; i < call.args.size(); ++i) {
    std::optional<int64_t> millis = constantMillis(*call.args[i]);
    if (!millis)
      return false;
    sizes.push_back(*millis);
  }
  // HOP and CUMULATE take slide or step before the size.
  window.size = stepped ? sizes[1] : sizes[0];
  window.slide = stepped ? sizes[0] : 0;
  if (size_t at = stepped ? 2 : 1; sizes.size() > at)
    window.offset = sizes[at];
  const sql::Expr &sizeExpr = *call.args[stepped ? 3 : 2];
  if (window.size <= 0 || (stepped && window.slide <= 0)) {
    engine.emit(sizeExpr.range, diag::WindowSize, "the size of a window is positive");
    return false;
  }
  if (stepped && window.size % window.slide != 0) {
    engine.emit(sizeExpr.range, diag::WindowSize,
                fmt::format("the size of {} must be a multiple of its {}", name,
                            *kind == WindowKind::hop ? "slide" : "step"))
        .label(call.args[2]->range, *kind == WindowKind::hop ? "the slide" : "the step");
    return false;
  }
  // SESSION(TABLE t PARTITION BY k, …): the keys are those of GROUP BY.
  query.window = window;
  return ok;
}

bool Lowering::readFrom(const sql::TableRef &from, Query &query) {
  switch (from.kind) {
  case sql::TableKind::Join:
    engine.emit(from.range, diag::ClauseNotYet, "JOIN");
    return false;
  case sql::TableKind::Subquery:
    engine.emit(from.range, diag::ClauseNotYet, "a query inside FROM")
        .hint("give it a stream of its own and read that");
    return false;
  case sql::TableKind::Match:
    engine.emit(from.range, diag::ClauseNotYet, "MATCH_RECOGNIZE");
    return false;
  case sql::TableKind::File:
    engine.emit(from.range, diag::ClauseNotYet, "a file in FROM");
    return false;
  case sql::TableKind::Named:
  case sql::TableKind::Function:
    break;
  }
  if (from.asOf) {
    engine.emit(from.asOf->range, diag::ClauseNotYet, "FOR SYSTEM_TIME AS OF");
    return false;
  }
  if (!from.columnAliases.empty()) {
    engine.emit(from.columnAliases.front().range, diag::ClauseNotYet, "a list of column names after AS");
    return false;
  }
  bool ok = from.kind == sql::TableKind::Named ? readTable(from.name.back(), query)
                                               : readWindowFunction(*from.call, from.range, query);
  if (from.alias)
    query.input.name = from.alias->text;
  return ok;
}

/// GROUP BY TUMBLE(ts, INTERVAL …), HOP(ts, slide, size), SESSION(ts, gap).
bool Lowering::readGroupWindow(Query &query) {
  for (size_t i = 0; i < query.groupBy.size(); ++i) {
    auto *call = dyn_cast<sql::CallExpr>(query.groupBy[i]);
    if (!call)
      continue;
    if (call->name.text == "GROUPING SETS" || call->name.text == "ROLLUP" || call->name.text == "CUBE") {
      engine.emit(call->range, diag::ClauseNotYet, call->name.text);
      return false;
    }
    std::optional<WindowKind> kind = windowKind(call->name.text);
    if (!kind || *kind == WindowKind::cumulate)
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

Relation Lowering::lowerSql(const sql::Query &written, const std::string &name) {
  std::optional<Query> query = readSql(written, name);
  return query ? lowerQuery(*query) : Relation();
}

std::optional<Query> Lowering::readSql(const sql::Query &written, const std::string &name) {
  Query query;
  query.isSql = true;
  query.name = name;
  if (!written.select)
    return std::nullopt;
  const sql::Select &select = *written.select;
  query.range = select.range;
  bool ok = true;
  auto notYet = [&](SourceRange range, const std::string &what) {
    engine.emit(range, diag::ClauseNotYet, what);
    ok = false;
  };
  if (select.qualify)
    notYet(select.qualify->range, "QUALIFY");
  if (!select.windows.empty())
    notYet(select.windows.front().first.range, "WINDOW … AS and OVER");
  if (!select.from) {
    engine.emit(select.range, diag::ClauseNotYet, "a query without FROM");
    return std::nullopt;
  }
  ok &= readFrom(*select.from, query);
  query.where = select.where.get();
  query.having = select.having.get();
  query.grouped = select.grouped;
  bool start = false, end = false;
  for (const sql::ExprPtr &expr : select.groupBy) {
    query.groupBy.push_back(expr.get());
    query.groupRange = query.groupRange.valid() ? join(query.groupRange, expr->range) : expr->range;
    if (auto *column = dyn_cast<sql::ColumnExpr>(expr.get())) {
      start |= column->parts.back().text == "window_start";
      end |= column->parts.back().text == "window_end";
    }
  }
  bool tableWindow = query.window.has_value();
  ok &= readGroupWindow(query);
  query.selects = true;
  query.selectRange = select.items.empty() ? select.range
                                           : join(select.items.front().range, select.items.back().range);
  for (const sql::SelectItem &item : select.items)
    query.items.push_back(&item);
  query.distinct = select.distinct;
  query.distinctRange = select.range;
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
  // One row per window needs both bounds; without, groups span windows.
  if (ok && tableWindow && needsGroups(query) && !(start && end)) {
    engine.emit(query.groupRange.valid() ? query.groupRange : query.selectRange, diag::WindowFunction,
                "rows of a window are grouped by window_start, window_end")
        .hint("GROUP BY window_start, window_end");
    ok = false;
  }
  if (!ok)
    return std::nullopt;
  return query;
}

} // namespace levada::lower
