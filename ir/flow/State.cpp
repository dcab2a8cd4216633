//===- State.cpp - joins, OVER, rankings, patterns: verifiers, labels -----===//
#include "ir/flow/Call.h"
#include "ir/flow/Text.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;
using namespace levada::flow;

StringRef JoinOp::label() { return "join"; }
StringRef OverOp::label() { return "over"; }
StringRef TopNOp::label() { return "top_n"; }
StringRef DedupOp::label() { return "dedup"; }
StringRef MatchOp::label() { return "match"; }
StringRef SetOp::label() { return "set"; }
StringRef TableFunctionOp::label() { return "table_function"; }
StringRef ValuesOp::label() { return "values"; }

//===----------------------------------------------------------------------===//
// What they keep
//===----------------------------------------------------------------------===//

static std::string listOf(ArrayAttr names) {
  return llvm::join(
      llvm::map_range(names.getAsRange<StringAttr>(), [](StringAttr n) { return n.str(); }), ", ");
}

static std::string per(ArrayAttr names) {
  return names.empty() ? "" : " per (" + listOf(names) + ")";
}

std::string JoinOp::stateBound() {
  switch (getForm()) {
  case JoinForm::regular:
    return "all rows of both sides";
  case JoinForm::interval:
    return "rows of both sides, " + durationText(int64_t(getUpper()) - int64_t(getLower())) +
           " of event time";
  case JoinForm::window:
    return "rows of both sides in open windows; gone when the watermark passes their end";
  case JoinForm::temporal:
    return "versions of the right side, rows of the left until the watermark";
  case JoinForm::lookup:
    return "nothing";
  case JoinForm::snapshot:
    return "all rows of the right side";
  }
  llvm_unreachable("all cases return");
}

std::string OverOp::stateBound() {
  if (int64_t(getLow()) == std::numeric_limits<int64_t>::min())
    return "accumulators" + per(getPartition()) + ", rows until the watermark";
  return (getRows() ? std::to_string(-int64_t(getLow())) + " rows"
                    : "rows of " + durationText(-int64_t(getLow()))) +
         per(getPartition());
}

std::string TopNOp::stateBound() {
  return "the first " + std::to_string(getTo()) + " rows" + per(getPartition());
}

std::string DedupOp::stateBound() { return "one row" + per(getKeys()); }

std::string MatchOp::stateBound() {
  std::string text = "rows of matches begun" + per(getPartition());
  return getWithin() ? text + ", of " + durationText(getWithin()) : text;
}

std::string SetOp::stateBound() { return "one count for each row and side"; }
std::string TableFunctionOp::stateBound() { return {}; }

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

static LogicalResult verifyColumns(Operation *op, ArrayAttr names, StreamType stream,
                                   StringRef what) {
  for (StringAttr name : names.getAsRange<StringAttr>())
    if (stream.indexOf(name.getValue()) < 0)
      return op->emitOpError("has no ") << what << " column `" << name.getValue() << "`";
  return success();
}

static LogicalResult verifyOrder(Operation *op, ArrayAttr order, StreamType stream) {
  for (SortKeyAttr key : order.getAsRange<SortKeyAttr>())
    if (stream.indexOf(key.getColumn().getValue()) < 0)
      return op->emitOpError("has no order column `") << key.getColumn().getValue() << "`";
  return success();
}

/// The output has the input's columns and `more` behind them.
static LogicalResult verifyAdds(Operation *op, StreamType input, StreamType output, size_t more) {
  if (output.size() == input.size() + more &&
      output.getTypes().take_front(input.size()) == input.getTypes())
    return success();
  return op->emitOpError("must add ") << more << " columns to those of " << input;
}

static LogicalResult verifyCondition(Operation *op, Block &block, Type result) {
  if (block.empty() || !isa<YieldOp>(block.back()) || block.back().getNumOperands() != 1)
    return op->emitOpError("must yield one BOOLEAN");
  auto type = dyn_cast<SqlType>(block.back().getOperand(0).getType());
  if (!type || type.getKind() != SqlKind::Boolean)
    return op->emitOpError("must yield one BOOLEAN, found ")
           << block.back().getOperand(0).getType();
  return success();
}

LogicalResult JoinOp::verify() {
  StreamType left = getLeft().getType(), right = getRight().getType();
  if (getLeftKeys().size() != getRightKeys().size() || getLeftKeys().size() != getNullSafe().size())
    return emitOpError("has ") << getLeftKeys().size() << " left keys, " << getRightKeys().size()
                               << " right keys and " << getNullSafe().size() << " flags";
  if (failed(verifyColumns(*this, getLeftKeys(), left, "left key")) ||
      failed(verifyColumns(*this, getRightKeys(), right, "right key")))
    return failure();
  for (auto [a, b] : llvm::zip(getLeftKeys().getAsRange<StringAttr>(),
                               getRightKeys().getAsRange<StringAttr>())) {
    SqlType l = left.columnType(left.indexOf(a.getValue()));
    SqlType r = right.columnType(right.indexOf(b.getValue()));
    if (l.getKind() != r.getKind())
      return emitOpError("key `") << a.getValue() << "` is " << l << ", `" << b.getValue()
                                  << "` is " << r;
  }
  Block &block = getCondition().front();
  if (block.getNumArguments() != left.size() + right.size())
    return emitOpError("has a block of ") << block.getNumArguments() << " arguments for "
                                          << left.size() + right.size() << " columns";
  for (auto [i, type] : llvm::enumerate(block.getArgumentTypes()))
    if (type != (i < left.size() ? left.getTypes()[i] : right.getTypes()[i - left.size()]))
      return emitOpError("block argument ") << i << " is " << type;
  if (failed(verifyCondition(*this, block, {})))
    return failure();
  size_t columns = left.size();
  if (getKind() == JoinKind::mark)
    columns += 1;
  else if (getKind() != JoinKind::semi && getKind() != JoinKind::anti)
    columns += right.size();
  if (getOutput().getType().size() != columns)
    return emitOpError("has ") << getOutput().getType().size() << " columns, not " << columns;
  if (getForm() == JoinForm::interval &&
      (left.indexOf(getTimeLeft()) < 0 || right.indexOf(getTimeRight()) < 0))
    return emitOpError("has no time columns `") << getTimeLeft() << "`, `" << getTimeRight() << "`";
  return success();
}

LogicalResult OverOp::verify() {
  StreamType input = getInput().getType();
  if (failed(verifyColumns(*this, getPartition(), input, "partition")) ||
      failed(verifyOrder(*this, getOrder(), input)))
    return failure();
  for (AggAttr call : getCalls().getAsRange<AggAttr>())
    for (StringAttr arg : call.getArgs())
      if (input.indexOf(arg.getValue()) < 0)
        return emitOpError("has no argument column `") << arg.getValue() << "`";
  if (int64_t(getLow()) > int64_t(getHigh()))
    return emitOpError("has a frame that ends before it begins");
  return verifyAdds(*this, input, getOutput().getType(), getCalls().size());
}

LogicalResult TopNOp::verify() {
  StreamType input = getInput().getType();
  if (failed(verifyColumns(*this, getPartition(), input, "partition")) ||
      failed(verifyOrder(*this, getOrder(), input)))
    return failure();
  if (getFunction() != "row_number" && getFunction() != "rank" && getFunction() != "dense_rank")
    return emitOpError("ranks by row_number, rank or dense_rank, not `") << getFunction() << "`";
  return verifyAdds(*this, input, getOutput().getType(), 1);
}

LogicalResult DedupOp::verify() {
  StreamType input = getInput().getType();
  if (failed(verifyColumns(*this, getKeys(), input, "key")))
    return failure();
  if (input.indexOf(getTime()) < 0)
    return emitOpError("has no time column `") << getTime() << "`";
  return verifyAdds(*this, input, getOutput().getType(), 1);
}

LogicalResult MatchOp::verify() {
  StreamType input = getInput().getType();
  if (failed(verifyColumns(*this, getPartition(), input, "partition")) ||
      failed(verifyOrder(*this, getOrder(), input)))
    return failure();
  if (getDefines().size() != getVariables().size())
    return emitOpError("has ") << getDefines().size() << " definitions for "
                               << getVariables().size() << " variables";
  for (Region &define : getDefines())
    if (define.empty() || failed(verifyCondition(*this, define.front(), {})))
      return failure();
  Block &block = getMeasures().front();
  size_t first = getAllRows() ? input.size() : getPartition().size();
  if (block.empty() || !isa<YieldOp>(block.back()))
    return emitOpError("measures must end in flow.yield");
  if (getOutput().getType().size() != first + block.back().getNumOperands())
    return emitOpError("has ") << getOutput().getType().size() << " columns, not "
                               << first + block.back().getNumOperands();
  return success();
}

LogicalResult SetOp::verify() {
  if (getLeft().getType().getTypes() != getOutput().getType().getTypes() ||
      getRight().getType().getTypes() != getOutput().getType().getTypes())
    return emitOpError("compares streams of different columns: ")
           << getLeft().getType() << " and " << getRight().getType();
  return success();
}

LogicalResult ValuesOp::verify() {
  if (getRows().getType().size() != 0)
    return emitOpError("has columns");
  return success();
}

//===----------------------------------------------------------------------===//
// In words
//===----------------------------------------------------------------------===//

static std::string joinText(JoinOp op) {
  std::string kind;
  switch (op.getKind()) {
  case JoinKind::inner:
    kind = "JOIN";
    break;
  case JoinKind::left:
    kind = op.getSingle() ? "a query that stands for a value" : "LEFT JOIN";
    break;
  case JoinKind::right:
    kind = "RIGHT JOIN";
    break;
  case JoinKind::full:
    kind = "FULL JOIN";
    break;
  case JoinKind::semi:
    return "IN or EXISTS with a query";
  case JoinKind::anti:
    return "NOT IN or NOT EXISTS with a query";
  case JoinKind::mark:
    return "IN or EXISTS with a query as a value";
  }
  switch (op.getForm()) {
  case JoinForm::regular:
    return kind;
  case JoinForm::interval:
    return kind + " of an interval of time";
  case JoinForm::window:
    return kind + " of windows";
  case JoinForm::temporal:
  case JoinForm::lookup:
    return kind + " FOR SYSTEM_TIME AS OF";
  case JoinForm::snapshot:
    return kind + " with SNAPSHOT";
  }
  return kind;
}

std::string levada::flow::operatorText(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::string>(op)
      .Case([](JoinOp join) { return joinText(join); })
      .Case([](OverOp over) {
        auto call = cast<AggAttr>(over.getCalls()[0]);
        return call.getName().getValue().str() + " OVER a window";
      })
      .Case([](TopNOp) { return std::string("the first rows of each partition"); })
      .Case([](DedupOp) { return std::string("the first or last row of each key"); })
      .Case([](MatchOp) { return std::string("MATCH_RECOGNIZE"); })
      .Case([](SetOp set) {
        return std::string(set.getExcept() ? "EXCEPT" : "INTERSECT") + (set.getAll() ? " ALL" : "");
      })
      .Case([](TableFunctionOp function) { return function.getFunction().str(); })
      .Case([](WindowOp) { return std::string("SESSION without aggregates of its keys"); })
      .Case([](AggregateOp aggregate) {
        if (aggregate.getWindow())
          return std::string("a window over changes");
        if (aggregate.getAggs().empty() && !aggregate.getKeys().empty())
          return std::string("DISTINCT of rows that change");
        return std::string(aggregate.getKeys().empty() ? "an aggregate of all rows" : "GROUP BY") +
               " without a window";
      })
      .Case([](SortOp sort) {
        return std::string(sort.getKeys().empty() ? "LIMIT on a stream" : "ORDER BY on a stream");
      })
      .Default([](Operation *other) { return cast<Operator>(other).label().str(); });
}

std::string levada::callText(AggAttr agg) {
  std::string text = agg.getName().str() + "(" + (agg.getDistinct() ? "DISTINCT " : "");
  if (agg.getArgs().empty())
    text += "*";
  text += llvm::join(llvm::map_range(agg.getArgs(), [](StringAttr a) { return a.str(); }), ", ");
  text += ")";
  if (!agg.getFilter().empty())
    text += " FILTER (WHERE " + agg.getFilter().str() + ")";
  return text;
}
