//===- Join.cpp - joins: keys, bounds of time, which kind it is -----------===//
//
// A condition is taken apart. Equalities of the two sides become keys, what
// reads one side alone a filter below (where that means the same), bounds of
// the difference of two event times an interval; what is left stays a region.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Join.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/Support/Casting.h"

#include <limits>

namespace levada::lower {

using namespace flow;
using llvm::dyn_cast;

Inputs inputsOf(mlir::Value value) {
  Inputs inputs;
  llvm::SmallVector<mlir::Value> open{value};
  llvm::DenseSet<mlir::Operation *> seen;
  while (!open.empty()) {
    mlir::Value next = open.pop_back_val();
    if (auto argument = llvm::dyn_cast<mlir::BlockArgument>(next)) {
      inputs.arguments.insert(argument.getArgNumber());
      continue;
    }
    if (!seen.insert(next.getDefiningOp()).second)
      continue;
    next.getDefiningOp()->walk([&](mlir::Operation *op) {
      inputs.outer |= llvm::isa<OuterOp>(op);
      if (auto failing = llvm::dyn_cast<MayFail>(op))
        inputs.mayFail |= failing.mayFail();
      auto call = llvm::dyn_cast<CallOp>(op);
      inputs.varies |= (call && call.getVarying()) || llvm::isa<CurrentWatermarkOp>(op);
      open.append(op->operand_begin(), op->operand_end());
    });
  }
  return inputs;
}

namespace {
/// A condition in the making, in a block of its own.
struct Condition {
  mlir::Region region;
  mlir::Block *block = nullptr;
  llvm::SmallVector<mlir::Value> parts; ///< all must be TRUE
  size_t leftSize = 0;

  bool isLeft(const Inputs &inputs) const {
    return llvm::all_of(inputs.arguments, [&](unsigned i) { return i < leftSize; });
  }
  bool isRight(const Inputs &inputs) const {
    return llvm::all_of(inputs.arguments, [&](unsigned i) { return i >= leftSize; });
  }
};

/// `a AND b` as two parts, where b may run whatever a is.
void flatten(mlir::Value value, llvm::SmallVectorImpl<mlir::Value> &parts) {
  auto both = value.getDefiningOp<AndOp>();
  if (!both || !(value.hasOneUse() || value.use_empty())) {
    parts.push_back(value);
    return;
  }
  mlir::Block &inner = both.getRhs().front();
  mlir::Value second = inner.back().getOperand(0);
  if (inputsOf(second).mayFail) {
    parts.push_back(value);
    return;
  }
  mlir::Operation *yield = &inner.back();
  both->getBlock()->getOperations().splice(both->getIterator(), inner.getOperations(),
                                           inner.begin(), yield->getIterator());
  mlir::Value first = both.getLhs();
  both.erase();
  flatten(first, parts);
  flatten(second, parts);
}

/// `time ± constant` of one side.
struct TimeTerm {
  unsigned argument;
  int64_t offset = 0;
};
std::optional<TimeTerm> timeTerm(mlir::Value value) {
  if (auto argument = llvm::dyn_cast<mlir::BlockArgument>(value))
    return TimeTerm{argument.getArgNumber()};
  mlir::Operation *op = value.getDefiningOp();
  if (!llvm::isa<AddOp, SubOp>(op))
    return std::nullopt;
  mlir::Value time = op->getOperand(0), amount = op->getOperand(1);
  if (llvm::isa<AddOp>(op) && llvm::isa_and_nonnull<ConstantOp>(time.getDefiningOp()))
    std::swap(time, amount);
  auto constant = amount.getDefiningOp<ConstantOp>();
  auto number = constant ? llvm::dyn_cast<mlir::IntegerAttr>(constant.getValue()) : mlir::IntegerAttr();
  if (!number || sema::typeOf(amount).getKind() != SqlKind::IntervalDayTime)
    return std::nullopt;
  std::optional<TimeTerm> term = timeTerm(time);
  if (term)
    term->offset += llvm::isa<AddOp>(op) ? number.getInt() : -number.getInt();
  return term;
}

/// Bounds of left time − right time.
struct Bounds {
  int left = -1, right = -1; ///< arguments
  int64_t lower = std::numeric_limits<int64_t>::min(), upper = std::numeric_limits<int64_t>::max();
  bool both() const {
    return lower != std::numeric_limits<int64_t>::min() && upper != std::numeric_limits<int64_t>::max();
  }
};

/// Whether `part` bounds the times; then notes it.
bool readBound(mlir::Value part, const Condition &condition,
               llvm::function_ref<bool(unsigned)> isTime, Bounds &bounds) {
  auto cmp = part.getDefiningOp<CmpOp>();
  if (!cmp)
    return false;
  std::optional<TimeTerm> a = timeTerm(cmp.getLhs()), b = timeTerm(cmp.getRhs());
  if (!a || !b || !isTime(a->argument) || !isTime(b->argument))
    return false;
  Predicate predicate = cmp.getPredicate();
  bool aLeft = a->argument < condition.leftSize, bLeft = b->argument < condition.leftSize;
  if (aLeft == bLeft)
    return false;
  if (bLeft) {
    std::swap(a, b);
    predicate = predicate == Predicate::lt   ? Predicate::gt
                : predicate == Predicate::le ? Predicate::ge
                : predicate == Predicate::gt ? Predicate::lt
                : predicate == Predicate::ge ? Predicate::le
                                             : predicate;
  }
  // left + a.offset OP right + b.offset  ⇔  left − right OP b.offset − a.offset
  int64_t difference = b->offset - a->offset;
  if (bounds.left >= 0 && (bounds.left != int(a->argument) || bounds.right != int(b->argument)))
    return false;
  switch (predicate) {
  case Predicate::lt:
    bounds.upper = std::min(bounds.upper, difference - 1);
    break;
  case Predicate::le:
    bounds.upper = std::min(bounds.upper, difference);
    break;
  case Predicate::gt:
    bounds.lower = std::max(bounds.lower, difference + 1);
    break;
  case Predicate::ge:
    bounds.lower = std::max(bounds.lower, difference);
    break;
  case Predicate::eq:
    bounds.lower = std::max(bounds.lower, difference);
    bounds.upper = std::min(bounds.upper, difference);
    break;
  default:
    return false;
  }
  bounds.left = a->argument;
  bounds.right = b->argument;
  return true;
}

/// Copies what computes `value` to the builder's place.
mlir::Value copyTo(mlir::OpBuilder &builder, mlir::Value value, mlir::Block *from,
                   llvm::function_ref<mlir::Value(unsigned)> argument, mlir::IRMapping &mapping) {
  for (mlir::BlockArgument each : from->getArguments())
    if (!mapping.contains(each))
      if (mlir::Value now = argument(each.getArgNumber()))
        mapping.map(each, now);
  llvm::SmallVector<mlir::Operation *> needed;
  llvm::DenseSet<mlir::Operation *> seen;
  llvm::SmallVector<mlir::Value> open{value};
  while (!open.empty()) {
    mlir::Operation *op = open.pop_back_val().getDefiningOp();
    if (op)
      op = from->findAncestorOpInBlock(*op);
    if (!op || !seen.insert(op).second)
      continue;
    op->walk([&](mlir::Operation *inner) { open.append(inner->operand_begin(), inner->operand_end()); });
  }
  for (mlir::Operation &op : *from)
    if (seen.contains(&op) && !mapping.contains(op.getResult(0)))
      builder.clone(op, mapping);
  return mapping.lookup(value);
}
} // namespace

//===----------------------------------------------------------------------===//
// The join
//===----------------------------------------------------------------------===//

/// A filter of `rows` by a part of a condition; `first` is the number of its
/// first column among the block's arguments.
static mlir::Value filterBy(mlir::OpBuilder &builder, mlir::Value rows, mlir::Value part,
                            mlir::Block *from, unsigned first, llvm::StringRef stream) {
  auto type = llvm::cast<StreamType>(rows.getType());
  auto op = builder.create<FilterOp>(part.getLoc(), type, mlir::Type(), rows, stream, OnError::fail);
  mlir::Block *block = &op.getBody().emplaceBlock();
  for (mlir::Type each : type.getTypes())
    block->addArgument(each, part.getLoc());
  mlir::OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(block);
  mlir::IRMapping mapping;
  mlir::Value copy = copyTo(builder, part, from,
                            [&](unsigned i) -> mlir::Value {
                              if (i < first || i >= first + type.size())
                                return {};
                              return block->getArgument(i - first);
                            },
                            mapping);
  builder.create<YieldOp>(part.getLoc(), copy);
  return op.getOutput();
}

/// The rows with a computed key as one more column; its name.
std::string Lowering::addKeyColumn(Relation &side, mlir::Value key, mlir::Block *from,
                                   unsigned first, const std::string &stream) {
  StreamType type = side.type();
  std::vector<std::string> names;
  for (mlir::StringAttr name : type.getNames())
    names.push_back(name.str());
  std::string added = unique("$key", std::set<std::string>(names.begin(), names.end()));
  names.push_back(added);
  side.fields = fieldsOf(side);
  side.fields.push_back({"", "", sema::Column::Hidden});
  side.value = project(side.value, stream, key.getLoc(), names,
                       type.getTime() ? type.getTime().getValue() : "", [&](mlir::Block *block) {
                         llvm::SmallVector<mlir::Value> values(block->args_begin(), block->args_end());
                         mlir::IRMapping mapping;
                         values.push_back(copyTo(builder, key, from,
                                                 [&](unsigned i) -> mlir::Value {
                                                   if (i < first || i >= first + type.size())
                                                     return {};
                                                   return block->getArgument(i - first);
                                                 },
                                                 mapping));
                         return values;
                       });
  return added;
}

Relation Lowering::makeJoin(JoinPlan plan) {
  Relation &left = plan.left, &right = plan.right;
  if (!left.value || !right.value)
    return {};
  mlir::Location location = locate(plan.range);
  const size_t leftSize = left.type().size();
  Condition condition;
  condition.leftSize = leftSize;
  condition.block = &condition.region.emplaceBlock();
  for (const Relation *side : {&left, &right})
    for (mlir::Type type : side->type().getTypes())
      condition.block->addArgument(type, location);
  std::vector<Field> fields = fieldsOf(left), rightFields = fieldsOf(right);
  fields.insert(fields.end(), rightFields.begin(), rightFields.end());
  bool failed = false;
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(condition.block);
    sema::Scope names;
    for (size_t i = 0; i < fields.size(); ++i)
      names.add({fields[i].table, fields[i].name,
                 llvm::cast<SqlType>(condition.block->getArgument(i).getType()),
                 condition.block->getArgument(i), fields[i].access});
    for (const Relation *side : {&left, &right})
      for (const std::string &name : side->broken)
        names.addBroken(name);
    names.setEnclosing(plan.enclosing);
    sema::Binder binder(engine, builder, names, plan.clause);
    for (const sql::Expr *conjunct : plan.conjuncts) {
      mlir::Value value = binder.bindCondition(*conjunct, plan.clause);
      failed |= !value;
      if (value)
        flatten(value, condition.parts);
    }
    llvm::SmallVector<mlir::Value> more;
    if (plan.more)
      failed |= !plan.more(plan, condition.block, more);
    for (mlir::Value value : more)
      flatten(value, condition.parts);
    if (plan.answers && !plan.nullAware)
      condition.parts.append(*plan.answers);
  }

  bool free = plan.form == JoinForm::regular;
  auto isTime = [&](unsigned argument) {
    const Relation &side = argument < leftSize ? left : right;
    mlir::StringAttr name = side.type().getNames()[argument < leftSize ? argument : argument - leftSize];
    return side.type().getTime() == name || side.rowtimes.count(name.str());
  };
  // Names before keys are added; columns that are added stand behind.
  std::vector<std::string> leftNames, rightNames;
  for (mlir::StringAttr name : left.type().getNames())
    leftNames.push_back(name.str());
  for (mlir::StringAttr name : right.type().getNames())
    rightNames.push_back(name.str());
  StreamType leftType = left.type();

  Bounds bounds;
  struct KeyPair {
    std::string left, right;
    bool nullSafe;
  };
  std::vector<KeyPair> keys;
  llvm::SmallVector<mlir::Value> rest, above;
  for (mlir::Value part : condition.parts) {
    Inputs inputs = inputsOf(part);
    bool isLeft = condition.isLeft(inputs), isRight = condition.isRight(inputs);
    if (free && !inputs.mayFail && (isLeft || isRight)) {
      // Of one side (or of none).
      bool toLeft = isLeft && (plan.kind == JoinKind::inner || plan.kind == JoinKind::semi ||
                               plan.kind == JoinKind::right) &&
                    !(plan.kind == JoinKind::right && inputs.arguments.empty());
      bool toRight = isRight && !inputs.arguments.empty() && !plan.nullAware &&
                     (plan.kind == JoinKind::inner || plan.kind == JoinKind::left ||
                      plan.kind == JoinKind::semi || plan.kind == JoinKind::anti ||
                      plan.kind == JoinKind::mark);
      auto constant = part.getDefiningOp<ConstantOp>();
      if (constant && constant.getValue() == builder.getBoolAttr(true))
        continue;
      if (plan.kind == JoinKind::inner && inputs.arguments.empty() && !inputs.outer) {
        above.push_back(part); // of no row: WHERE FALSE
        continue;
      }
      if (toRight && inputs.arguments.size() && !(toLeft && isLeft)) {
        right.value = filterBy(builder, right.value, part, condition.block, leftSize, plan.stream);
        continue;
      }
      if (toLeft) {
        left.value = filterBy(builder, left.value, part, condition.block, 0, plan.stream);
        continue;
      }
    }
    auto cmp = part.getDefiningOp<CmpOp>();
    if (cmp && (cmp.getPredicate() == Predicate::eq || cmp.getPredicate() == Predicate::not_distinct)) {
      mlir::Value a = cmp.getLhs(), b = cmp.getRhs();
      Inputs ai = inputsOf(a), bi = inputsOf(b);
      if (!ai.arguments.empty() && !bi.arguments.empty()) {
        if (condition.isRight(ai) && condition.isLeft(bi)) {
          std::swap(a, b);
          std::swap(ai, bi);
        }
        if (condition.isLeft(ai) && condition.isRight(bi)) {
          auto column = [&](mlir::Value value, Relation &side, unsigned first) {
            if (auto argument = llvm::dyn_cast<mlir::BlockArgument>(value))
              return (first ? rightNames : leftNames)[argument.getArgNumber() - first];
            return addKeyColumn(side, value, condition.block, first, plan.stream);
          };
          KeyPair key{column(a, left, 0), column(b, right, leftSize),
                      cmp.getPredicate() == Predicate::not_distinct};
          keys.push_back(std::move(key));
          Bounds ignored = bounds;
          if (readBound(part, condition, isTime, ignored))
            bounds = ignored;
          continue;
        }
      }
    }
    if (free && readBound(part, condition, isTime, bounds))
      continue;
    // Where NULL counts, it is the comparison's alone.
    if (plan.nullAware && sema::typeOf(part).getNullable()) {
      mlir::OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToEnd(condition.block);
      part = builder.create<IsOp>(part.getLoc(), sema::makeType(&context, SqlKind::Boolean, false),
                                  Truth::is_true, part);
    }
    rest.push_back(part);
  }
  if (plan.answers && plan.nullAware)
    rest.append(*plan.answers);

  // Which join it is.
  JoinForm form = plan.form;
  auto hasKey = [&](const std::string &a, const std::string &b) {
    return llvm::any_of(keys, [&](const KeyPair &key) { return key.left == a && key.right == b; });
  };
  bool leftWindowed = left.window && !left.window->start.empty();
  bool rightWindowed = right.window && !right.window->start.empty();
  if (free && leftWindowed && rightWindowed && hasKey(left.window->start, right.window->start) &&
      hasKey(left.window->end, right.window->end)) {
    WindowAttr a = left.window->window, b = right.window->window;
    if (a.getKind() == b.getKind() && a.getSize() == b.getSize() && a.getSlide() == b.getSlide() &&
        a.getOffset() == b.getOffset())
      form = JoinForm::window;
  }
  if (free && form == JoinForm::regular && bounds.both())
    form = JoinForm::interval;

  // The output.
  bool leftNull = plan.kind == JoinKind::right || plan.kind == JoinKind::full;
  bool rightNull = plan.kind == JoinKind::left || plan.kind == JoinKind::full;
  bool leftOnly = plan.kind == JoinKind::semi || plan.kind == JoinKind::anti;
  bool mark = plan.kind == JoinKind::mark;
  std::vector<std::string> names;
  std::vector<mlir::Type> types;
  std::vector<Field> made;
  std::vector<Field> leftFields = fieldsOf(left);
  rightFields = fieldsOf(right);
  StreamType nowLeft = left.type(), nowRight = right.type();
  for (size_t i = 0; i < nowLeft.size(); ++i) {
    SqlType type = nowLeft.columnType(i);
    names.push_back(nowLeft.getNames()[i].str());
    types.push_back(leftNull ? type.withNullable(true) : type);
    made.push_back(leftFields[i]);
  }
  if (!leftOnly && !mark)
    for (size_t i = 0; i < nowRight.size(); ++i) {
      SqlType type = nowRight.columnType(i);
      names.push_back(nowRight.getNames()[i].str());
      types.push_back(rightNull ? type.withNullable(true) : type);
      made.push_back(rightFields[i]);
    }
  if (mark) {
    names.push_back(plan.mark);
    types.push_back(sema::makeType(&context, SqlKind::Boolean, plan.nullAware));
    made.push_back({"", "", sema::Column::Hidden});
  }
  names = uniqueNames(std::move(names));
  if (mark && names.back() != plan.mark)
    names.back() = plan.mark;
  Relation result;
  result.fields = std::move(made);
  result.broken = left.broken;
  result.brokenTime = left.brokenTime;
  if (!leftOnly && !mark)
    result.broken.insert(right.broken.begin(), right.broken.end());
  std::string time;
  auto nameAt = [&](const Relation &side, const std::string &column, size_t first) {
    return names[first + side.type().indexOf(column)];
  };
  bool keepsTime = form != JoinForm::regular || leftOnly || mark;
  if (keepsTime && !leftNull) {
    if (nowLeft.getTime())
      time = nameAt(left, nowLeft.getTime().str(), 0);
    for (const std::string &column : left.rowtimes)
      result.rowtimes.insert(nameAt(left, column, 0));
    for (const std::string &column : left.proctimes)
      result.proctimes.insert(nameAt(left, column, 0));
  }
  if ((form == JoinForm::interval || form == JoinForm::window) && !rightNull && !leftOnly && !mark)
    if (nowRight.getTime()) {
      std::string column = nameAt(right, nowRight.getTime().str(), nowLeft.size());
      if (time.empty())
        time = column;
      else
        result.rowtimes.insert(column);
    }
  if (left.window && !leftNull && (keepsTime && form != JoinForm::interval)) {
    Windowed window = *left.window;
    window.start = nameAt(left, window.start, 0);
    window.end = nameAt(left, window.end, 0);
    if (!window.time.empty())
      window.time = nameAt(left, window.time, 0);
    window.keys.clear();
    window.ofFunction = false;
    result.window = std::move(window);
  }
  if (time.empty() && leftType.getTime())
    result.lostTime = leftType.getTime().str();

  if (failed)
    return {};
  llvm::SmallVector<llvm::StringRef> leftKeys, rightKeys;
  llvm::SmallVector<bool> nullSafe;
  for (const KeyPair &key : keys) {
    leftKeys.push_back(key.left);
    rightKeys.push_back(key.right);
    nullSafe.push_back(key.nullSafe);
  }
  std::string timeLeft = plan.timeLeft, timeRight;
  if (form == JoinForm::interval) {
    timeLeft = leftNames[bounds.left];
    timeRight = rightNames[bounds.right - leftSize];
  } else if (form == JoinForm::temporal && nowRight.getTime()) {
    timeRight = nowRight.getTime().str();
  }
  auto op = builder.create<JoinOp>(
      location, streamType(names, types, time), left.value, right.value,
      builder.getStringAttr(plan.stream), JoinKindAttr::get(&context, plan.kind),
      JoinFormAttr::get(&context, form), builder.getStrArrayAttr(leftKeys),
      builder.getStrArrayAttr(rightKeys), builder.getDenseBoolArrayAttr(nullSafe),
      builder.getStringAttr(timeLeft), builder.getStringAttr(timeRight),
      builder.getI64IntegerAttr(form == JoinForm::interval ? bounds.lower : 0),
      builder.getI64IntegerAttr(form == JoinForm::interval ? bounds.upper : 0),
      plan.nullAware ? builder.getUnitAttr() : mlir::UnitAttr(),
      plan.single ? builder.getUnitAttr() : mlir::UnitAttr(),
      plan.hints ? plan.hints : builder.getDictionaryAttr({}));
  mlir::Block *block = &op.getCondition().emplaceBlock();
  for (StreamType side : {nowLeft, nowRight})
    for (mlir::Type type : side.getTypes())
      block->addArgument(type, location);
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    mlir::IRMapping mapping;
    mlir::Value all;
    SqlType flag = sema::makeType(&context, SqlKind::Boolean, false);
    for (mlir::Value part : rest) {
      auto copy = [&](mlir::IRMapping &map) {
        return copyTo(builder, part, condition.block,
                      [&](unsigned i) {
                        return mlir::Value(block->getArgument(i < leftSize ? i : nowLeft.size() + i - leftSize));
                      },
                      map);
      };
      if (!all) {
        all = copy(mapping);
        continue;
      }
      auto both = builder.create<AndOp>(part.getLoc(), flag, all);
      mlir::OpBuilder::InsertionGuard inside(builder);
      builder.createBlock(&both.getRhs());
      mlir::IRMapping inner = mapping;
      mlir::Value value = copy(inner);
      builder.create<YieldOp>(part.getLoc(), value);
      both.getResult().setType(sema::makeType(
          &context, SqlKind::Boolean,
          sema::typeOf(all).getNullable() || sema::typeOf(value).getNullable()));
      all = both.getResult();
    }
    if (!all)
      all = builder.create<ConstantOp>(location, flag, builder.getBoolAttr(true));
    builder.create<YieldOp>(location, all);
  }
  result.value = op.getOutput();
  for (mlir::Value part : above)
    result.value = filterBy(builder, result.value, part, condition.block, 0, plan.stream);
  return result;
}

} // namespace levada::lower
