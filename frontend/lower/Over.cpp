//===- Over.cpp - aggregates and rankings OVER rows around each row -------===//
//
// project (partition, order and argument columns) → over, once for each window
// that the query's calls name. Filters on a rank are recognized later, by
// passes/flow/RecognizeRanks.cpp.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Grouping.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Casting.h"

#include <limits>

namespace levada::lower {

using namespace flow;
using llvm::dyn_cast;

namespace {
constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max();

/// OVER as it is meant: with what it takes from WINDOW … AS.
struct Spec {
  std::vector<const sql::Expr *> partition;
  std::vector<const sql::OrderItem *> order;
  const sql::WindowSpec *frame = nullptr; ///< whose frame holds, if any
  SourceRange range;
};

/// Calls of one window.
struct Group {
  Spec spec;
  std::string print;
  std::vector<const sql::CallExpr *> calls;
};

bool isRanking(llvm::StringRef name) {
  static const llvm::StringSet<> names = {"ROW_NUMBER", "RANK", "DENSE_RANK", "NTILE",
                                          "PERCENT_RANK", "CUME_DIST"};
  return names.contains(name);
}
bool isOffset(llvm::StringRef name) { return name == "LAG" || name == "LEAD"; }
} // namespace

/// The columns that `expr` is in, computed where there is none.
std::string Lowering::columnOf(mlir::Value value, StreamType input, const std::string &name,
                               std::vector<std::pair<std::string, mlir::Value>> &extras) {
  if (auto argument = llvm::dyn_cast<mlir::BlockArgument>(value))
    if (argument.getArgNumber() < input.size() &&
        llvm::isa<ProjectOp>(argument.getOwner()->getParentOp()))
      return input.getNames()[argument.getArgNumber()].str();
  for (const auto &[known, other] : extras)
    if (other == value)
      return known;
  std::set<std::string> taken;
  for (mlir::StringAttr column : input.getNames())
    taken.insert(column.str());
  for (const auto &[known, other] : extras)
    taken.insert(known);
  extras.push_back({unique(name, taken), value});
  return extras.back().first;
}

std::optional<int64_t> Lowering::frameOffset(const sql::FrameBound &bound, bool rows) {
  if (bound.kind == sql::FrameBound::CurrentRow)
    return 0;
  if (bound.kind == sql::FrameBound::UnboundedPreceding)
    return std::numeric_limits<int64_t>::min();
  if (bound.kind == sql::FrameBound::UnboundedFollowing)
    return kUnbounded;
  std::optional<int64_t> amount;
  if (rows || (bound.offset && bound.offset->kind == sql::ExprKind::Literal))
    amount = constantCount(*bound.offset, rows ? "the number of rows of a frame" : "the size of a frame");
  else if (bound.offset)
    amount = constantMillis(*bound.offset);
  if (!amount)
    return std::nullopt;
  return bound.kind == sql::FrameBound::Preceding ? -*amount : *amount;
}

void Lowering::over(Stage &stage, Query &query) {
  std::vector<Group> groups;
  bool failed = false;
  auto named = [&](const sql::Name &name) -> const sql::WindowSpec * {
    if (query.windows)
      for (const auto &[other, spec] : *query.windows)
        if (other.text == name.text)
          return spec.get();
    std::vector<std::string> names;
    if (query.windows)
      for (const auto &[other, spec] : *query.windows)
        names.push_back(other.text);
    auto flight = engine.emit(name.range, diag::OverWindow, "there is no window `" + name.text + "`");
    if (std::string near = diag::nearest(name.text, names); !near.empty())
      flight.hint("did you mean `" + near + "`?");
    else
      flight.hint("WINDOW " + name.text + " AS (PARTITION BY … ORDER BY …)");
    failed = true;
    return nullptr;
  };
  auto resolve = [&](const sql::WindowSpec &written) {
    Spec spec;
    spec.range = written.range;
    const sql::WindowSpec *at = &written;
    for (int depth = 0; at && depth < 16; ++depth) {
      if (spec.partition.empty())
        for (const sql::ExprPtr &expr : at->partitionBy)
          spec.partition.push_back(expr.get());
      if (spec.order.empty())
        for (const sql::OrderItem &item : at->orderBy)
          spec.order.push_back(&item);
      if (!spec.frame && at->hasFrame)
        spec.frame = at;
      at = at->reference ? named(*at->reference) : nullptr;
    }
    return spec;
  };
  auto look = [&](const sql::Expr &root) {
    sema::walk(root, [&](const sql::Expr &e) {
      auto *call = dyn_cast<sql::CallExpr>(&e);
      if (!call || !call->over)
        return true;
      Spec spec = resolve(*call->over);
      std::string print;
      for (const sql::Expr *expr : spec.partition)
        print += sema::fingerprint(*expr, stage.names) + ",";
      print += "|";
      for (const sql::OrderItem *item : spec.order)
        print += sema::fingerprint(*item->expr, stage.names) + (item->descending ? " desc" : "") +
                 (item->nullsFirst ? (*item->nullsFirst ? " first" : " last") : "") + ",";
      std::string name = llvm::StringRef(call->name.text).upper();
      // Rankings and LAG have no frame.
      if (isRanking(name) || isOffset(name)) {
        if (spec.frame && !failed)
          engine.emit(spec.frame->range, diag::OverWindow, "`" + name + "` has no frame of rows")
              .label(call->name.range, "this function");
        failed |= spec.frame != nullptr;
        spec.frame = nullptr;
        print += "|whole";
      } else if (spec.frame) {
        auto bound = [](const sql::FrameBound &b) {
          return std::to_string(int(b.kind)) + (b.offset ? sql::print(*b.offset) : "");
        };
        print += std::string("|") + (spec.frame->rows ? "rows" : "range") + bound(spec.frame->low) +
                 bound(spec.frame->high);
      }
      for (Group &group : groups)
        if (group.print == print) {
          group.calls.push_back(call);
          return false;
        }
      groups.push_back({spec, print, {call}});
      return false;
    });
  };
  for (const sql::SelectItem *item : query.items)
    look(*item->expr);
  if (query.qualify)
    look(*query.qualify);
  for (const sql::OrderItem *item : query.orderBy)
    look(*item->expr);
  if (groups.empty()) {
    if (query.qualify && !failed)
      engine.emit(query.qualify->range, diag::OverWindow, "QUALIFY has no function OVER a window to filter by")
          .hint("use WHERE to filter rows, HAVING for groups");
    return;
  }
  auto fail = [&](const Group &group) {
    for (const sql::CallExpr *call : group.calls)
      stage.failed.insert(call);
  };
  for (Group &group : groups) {
    if (failed || !overGroup(stage, query, group.spec.partition, group.spec.order, group.spec.frame,
                             group.spec.range, group.calls))
      fail(group);
  }
}

bool Lowering::overGroup(Stage &stage, const Query &query,
                         const std::vector<const sql::Expr *> &partitionBy,
                         const std::vector<const sql::OrderItem *> &orderBy,
                         const sql::WindowSpec *frame, SourceRange range,
                         const std::vector<const sql::CallExpr *> &calls) {
  Relation &relation = stage.relation;
  StreamType input = relation.type();
  mlir::Location location = locate(range);
  std::vector<const sql::Expr *> all(partitionBy.begin(), partitionBy.end());
  for (const sql::OrderItem *item : orderBy)
    all.push_back(item->expr.get());
  for (const sql::CallExpr *call : calls)
    for (const sql::ExprPtr &arg : call->args)
      all.push_back(arg.get());
  if (!answerQueries(stage, all, query, "OVER", /*filters=*/false))
    return false;
  input = relation.type();

  auto project = builder.create<ProjectOp>(location, input, mlir::Type(), relation.value, query.name,
                                           OnError::fail);
  mlir::Block *block = rowBlock(project.getBody(), input, location);
  enter(stage.names, block);
  std::vector<std::pair<std::string, mlir::Value>> extras;
  llvm::SmallVector<llvm::StringRef> partition;
  std::vector<std::string> partitionNames;
  llvm::SmallVector<mlir::Attribute> order;
  struct Made {
    const sql::CallExpr *call;
    std::string name, symbol, filter;
    std::vector<std::string> args;
    SqlType type;
  };
  std::vector<Made> made;
  bool ok = true, timed = false;
  SqlType orderType;
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    sema::Binder binder(engine, builder, stage.names, "OVER");
    useStage(binder, stage, query);
    for (const sql::Expr *expr : partitionBy) {
      mlir::Value value = binder.bind(*expr);
      ok &= value != nullptr;
      if (value)
        partitionNames.push_back(columnOf(value, input, sql::print(*expr), extras));
    }
    for (const sql::OrderItem *item : orderBy) {
      mlir::Value value = binder.bind(*item->expr);
      ok &= value != nullptr;
      if (!value)
        continue;
      std::string column = columnOf(value, input, sql::print(*item->expr), extras);
      if (order.empty()) {
        orderType = sema::typeOf(value);
        timed = (input.getTime() && input.getTime() == column) || relation.rowtimes.count(column) ||
                relation.proctimes.count(column);
      }
      order.push_back(SortKeyAttr::get(&context, builder.getStringAttr(column), item->descending,
                                       item->nullsFirst.value_or(!item->descending)));
    }
    for (const sql::CallExpr *call : calls) {
      Made each;
      each.call = call;
      each.name = sema::aggregateOf(*call).name;
      llvm::SmallVector<mlir::Value> values;
      std::vector<sema::Argument> arguments;
      bool bound = true;
      binder.insideAggregate = nullptr;
      for (const sql::ExprPtr &arg : call->args) {
        mlir::Value value = binder.bind(*arg);
        bound &= value != nullptr;
        values.push_back(value);
        if (value) {
          auto constant = value.getDefiningOp<ConstantOp>();
          arguments.push_back({sema::typeOf(value), constant ? constant.getValue() : mlir::Attribute()});
        }
      }
      if (call->filter) {
        mlir::Value condition = binder.bindCondition(*call->filter, "the condition of FILTER");
        bound &= condition != nullptr;
        if (condition)
          each.filter = columnOf(condition, input, sql::print(*call->filter), extras);
      }
      if (!bound) {
        ok = false;
        continue;
      }
      auto mismatch = [&](const std::string &takes) {
        auto flight = engine.emit(call->name.range, diag::NoMatchingSignature, each.name,
                                  call->star ? std::string("*") : sema::listTypes(arguments));
        flight.note(takes);
        ok = false;
      };
      SqlType whole = sema::makeType(&context, SqlKind::BigInt, false);
      if (isRanking(each.name)) {
        bool tile = each.name == "NTILE";
        if (values.size() != (tile ? 1 : 0) || call->star) {
          mismatch(tile ? "NTILE(INT)" : each.name + "()");
          continue;
        }
        each.type = each.name == "PERCENT_RANK" || each.name == "CUME_DIST"
                        ? sema::makeType(&context, SqlKind::Double, false)
                        : whole;
        if (orderBy.empty() && each.name != "ROW_NUMBER") {
          engine.emit(call->range, diag::OverWindow, "`" + each.name + "` needs an ORDER BY in its window");
          ok = false;
          continue;
        }
      } else if (isOffset(each.name)) {
        if (values.empty() || values.size() > 3 || call->star) {
          mismatch(each.name + "(value[, INT[, default]])");
          continue;
        }
        each.type = arguments[0].type.withNullable(true);
        if (values.size() == 3) {
          SqlType common = sema::commonType({arguments[0].type, arguments[2].type});
          if (!common) {
            mismatch(each.name + "(value[, INT[, default]]): value and default are of one type");
            continue;
          }
          each.type = common;
          values[0] = binder.castTo(values[0], common.withNullable(arguments[0].type.getNullable()), location);
          values[2] = binder.castTo(values[2], common.withNullable(arguments[2].type.getNullable()), location);
        }
        if (orderBy.empty()) {
          engine.emit(call->range, diag::OverWindow, "`" + each.name + "` needs an ORDER BY in its window");
          ok = false;
          continue;
        }
      } else {
        if (catalog::findAggregates(each.name).empty()) {
          if (catalog::findFunctions(each.name).empty()) {
            auto flight = engine.emit(call->name.range, diag::UnknownFunction, each.name);
            if (std::string near = diag::nearest(each.name, sema::functionNames()); !near.empty())
              flight.hint("did you mean `" + near + "`?");
          } else {
            engine.emit(call->range, diag::OverWindow, "`" + each.name + "` is not an aggregate")
                .hint("OVER stands behind aggregates and rankings");
          }
          ok = false;
          continue;
        }
        bool star = call->star && each.name == "COUNT" && !call->distinct;
        sema::Resolved<catalog::Aggregate> resolved;
        if (star || (!call->star && !arguments.empty()))
          resolved = sema::resolveAggregate(each.name, arguments, &context);
        if (!resolved.declaration) {
          std::string takes;
          for (const std::string &signature : sema::signatures(each.name))
            takes += (takes.empty() ? "" : ", ") + signature;
          mismatch(takes);
          continue;
        }
        for (size_t i = 0; i < values.size(); ++i)
          values[i] = binder.castTo(values[i], resolved.params[i], binder.locate(call->args[i]->range));
        each.symbol = std::string(resolved.declaration->symbol);
        each.name = std::string(resolved.declaration->sqlName);
        each.type = resolved.result;
      }
      for (size_t i = 0; i < values.size(); ++i)
        each.args.push_back(columnOf(values[i], input, sql::print(*call->args[i]), extras));
      made.push_back(std::move(each));
    }
    llvm::SmallVector<mlir::Value> values(block->args_begin(), block->args_end());
    for (const auto &[name, value] : extras)
      values.push_back(value);
    builder.create<YieldOp>(location, values);
  }
  int64_t low = std::numeric_limits<int64_t>::min(), high = orderBy.empty() ? kUnbounded : 0;
  bool rows = false;
  if (frame && ok) {
    std::optional<int64_t> from = frameOffset(frame->low, frame->rows);
    std::optional<int64_t> to = frameOffset(frame->high, frame->rows);
    ok &= from && to;
    rows = frame->rows;
    low = from.value_or(0);
    high = to.value_or(0);
    if (ok && low > high) {
      engine.emit(frame->range, diag::OverWindow, "the frame ends before it begins");
      ok = false;
    }
    bool bounded = (low != std::numeric_limits<int64_t>::min() && low != 0) || (high != kUnbounded && high != 0);
    if (ok && !rows && bounded && (orderBy.size() != 1 || !(orderType.isTimestamp() || orderType.isNumeric() ||
                                                            orderType.getKind() == SqlKind::Date))) {
      engine.emit(frame->range, diag::OverWindow,
                  "RANGE with a distance needs an ORDER BY of one time or number");
      ok = false;
    }
  }
  if (ok && orderBy.empty() && !batch)
    for (const Made &each : made)
      if (!each.symbol.empty()) {
        engine.emit(each.call->range, diag::OverWindow,
                    "`" + each.name + "` OVER a window needs an ORDER BY on a stream")
            .hint("OVER (PARTITION BY … ORDER BY ts)");
        ok = false;
        break;
      }
  if (!ok) {
    project.erase();
    return false;
  }
  std::vector<std::string> names;
  std::vector<mlir::Type> types(input.getTypes().begin(), input.getTypes().end());
  for (mlir::StringAttr name : input.getNames())
    names.push_back(name.str());
  for (const auto &[name, value] : extras) {
    names.push_back(name);
    types.push_back(value.getType());
  }
  std::string time = input.getTime() ? input.getTime().str() : "";
  mlir::Value value = relation.value;
  if (extras.empty()) {
    project.erase();
  } else {
    project.getOutput().setType(streamType(names, types, time));
    value = project.getOutput();
  }
  llvm::SmallVector<mlir::Attribute> attrs;
  std::set<std::string> taken(names.begin(), names.end());
  for (Made &each : made) {
    std::string result = unique(sql::print(*each.call), taken);
    taken.insert(result);
    llvm::SmallVector<mlir::StringAttr> args;
    for (const std::string &arg : each.args)
      args.push_back(builder.getStringAttr(arg));
    attrs.push_back(AggAttr::get(&context, builder.getStringAttr(each.name),
                                 builder.getStringAttr(each.symbol), args,
                                 builder.getStringAttr(each.filter), sema::aggregateOf(*each.call).distinct,
                                 builder.getStringAttr(result), each.type));
    names.push_back(result);
    types.push_back(each.type);
    stage.made[each.call] = result;
  }
  for (const std::string &name : partitionNames)
    partition.push_back(name);
  auto op = builder.create<OverOp>(
      location, streamType(names, types, time), value, builder.getStringAttr(query.name),
      builder.getStrArrayAttr(partition), builder.getArrayAttr(order),
      rows ? builder.getUnitAttr() : mlir::UnitAttr(), builder.getI64IntegerAttr(low),
      builder.getI64IntegerAttr(high), builder.getArrayAttr(attrs),
      query.hints ? query.hints : builder.getDictionaryAttr({}));
  if (timed)
    op->setAttr("timed", builder.getUnitAttr());
  if (relation.window && llvm::is_contained(partitionNames, relation.window->start) &&
      llvm::is_contained(partitionNames, relation.window->end))
    op->setAttr("window", builder.getUnitAttr());
  relation.fields = fieldsOf(relation);
  relation.fields.resize(names.size(), Field{"", "", sema::Column::Hidden});
  relation.value = op.getOutput();
  for (size_t i = stage.names.all().size(); i < names.size(); ++i)
    stage.names.add({"", "", llvm::cast<SqlType>(types[i]), mlir::Value(), sema::Column::Hidden});
  return true;
}

} // namespace levada::lower
