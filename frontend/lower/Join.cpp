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

//===----------------------------------------------------------------------===//
// JOIN as written
//===----------------------------------------------------------------------===//

/// Whether all columns of `expr` are of `names`, each of one.
static bool resolves(const sql::Expr &expr, const sema::Scope &names) {
  bool ok = true;
  sema::walk(expr, [&](const sql::Expr &e) {
    if (e.kind == sql::ExprKind::Subquery)
      ok = false;
    if (auto *in = dyn_cast<sql::InExpr>(&e); in && in->query)
      ok = false;
    if (auto *call = dyn_cast<sql::CallExpr>(&e); call && (call->over || sema::isAggregate(*call)))
      ok = false;
    if (auto *column = dyn_cast<sql::ColumnExpr>(&e)) {
      size_t used = 0;
      const sema::Column *other = nullptr;
      ok &= names.find(column->parts, used, other) != nullptr;
    }
    return ok;
  });
  return ok;
}

/// LATERAL TABLE(SNAPSHOT(input => TABLE t, …)): the table to look up in.
Relation Lowering::lowerSnapshot(const sql::TableRef &from, Environment &around,
                                 mlir::DictionaryAttr &options) {
  static const std::vector<std::string> names = {"input", "load_completed_condition",
                                                 "load_completed_time", "load_completed_idle_timeout",
                                                 "state_ttl", "on_time", "uid"};
  Relation input;
  std::vector<mlir::NamedAttribute> entries;
  const sql::CallExpr &call = *from.call;
  for (size_t i = 0; i < call.args.size(); ++i) {
    std::string name = i < names.size() ? names[i] : "";
    if (i < call.argNames.size() && call.argNames[i])
      name = llvm::StringRef(call.argNames[i]->text).lower();
    if (!llvm::is_contained(names, name)) {
      engine.emit(call.args[i]->range, diag::WindowFunction,
                  "`SNAPSHOT` has no argument `" + name + "`")
          .note("its arguments: " + sema::listNames(names));
      return {};
    }
    if (name == "input") {
      input = tableArgument(*call.args[i], around);
      if (!input.value)
        return {};
    } else {
      entries.push_back(builder.getNamedAttr(name, builder.getStringAttr(sql::print(*call.args[i]))));
    }
  }
  if (!input.value) {
    engine.emit(call.range, diag::WindowFunction, "`SNAPSHOT` takes a table")
        .hint("SNAPSHOT(input => TABLE t)");
    return {};
  }
  options = builder.getDictionaryAttr(
      {builder.getNamedAttr("SNAPSHOT", builder.getDictionaryAttr(entries))});
  setAlias(input, from);
  return input;
}

Relation Lowering::lowerJoin(const sql::TableRef &from, Environment &around,
                             const sema::Scope *lateral,
                             std::vector<const sql::Expr *> &conjuncts) {
  const sql::TableRef &rightRef = *from.right;
  bool inner = from.join == sql::JoinKind::Inner || from.join == sql::JoinKind::Cross;
  std::vector<const sql::Expr *> none;
  bool down = inner || from.join == sql::JoinKind::Left;
  Relation left = lowerFrom(*from.left, around, lateral, down ? conjuncts : none);
  JoinPlan plan;
  plan.kind = from.join == sql::JoinKind::Left    ? JoinKind::left
              : from.join == sql::JoinKind::Right ? JoinKind::right
              : from.join == sql::JoinKind::Full  ? JoinKind::full
                                                  : JoinKind::inner;
  plan.range = from.range;
  plan.stream = around.name;
  plan.enclosing = lateral ? lateral : around.enclosing;
  plan.hints = around.hints;
  bool isUnnest = rightRef.kind == sql::TableKind::Function && rightRef.call &&
                  llvm::StringRef(rightRef.call->name.text).equals_insensitive("UNNEST");
  if (isUnnest) {
    if (!left.value)
      return {};
    bool outer = from.join == sql::JoinKind::Left;
    auto *truth = from.on ? dyn_cast<sql::LiteralExpr>(from.on.get()) : nullptr;
    bool onTrue = !from.on || (truth && truth->literal == sql::LiteralKind::True);
    if (from.join == sql::JoinKind::Right || from.join == sql::JoinKind::Full ||
        (outer && !onTrue)) {
      engine.emit(from.range, diag::JoinRule,
                  outer ? "LEFT JOIN UNNEST takes ON TRUE alone" : "UNNEST is joined by CROSS, INNER or LEFT JOIN");
      return {};
    }
    Relation result = lowerUnnest(std::move(left), rightRef, outer, around);
    if (result.value && !onTrue) {
      Query query;
      query.isSql = true;
      query.name = around.name;
      query.range = from.range;
      query.enclosing = plan.enclosing;
      Stage stage;
      enterStage(stage, result, query);
      where(stage, *from.on, query, "ON");
      result = stage.relation;
    }
    return result;
  }

  // The right side; LATERAL sees the left one.
  Relation right;
  sema::Scope leftNames;
  bool isLateral = rightRef.lateral;
  if (isLateral && left.value) {
    leftNames = scopeOf(left, nullptr);
    leftNames.setEnclosing(plan.enclosing);
    leftNames.number = scopes++;
  }
  bool isSnapshot = rightRef.kind == sql::TableKind::Function && rightRef.call &&
                    llvm::StringRef(rightRef.call->name.text).equals_insensitive("SNAPSHOT");
  if (isSnapshot) {
    mlir::DictionaryAttr options;
    right = lowerSnapshot(rightRef, around, options);
    plan.form = JoinForm::snapshot;
    plan.hints = options;
  } else if (rightRef.kind == sql::TableKind::Named && rightRef.asOf) {
    right = lowerTable(rightRef.name, around);
    setAlias(right, rightRef);
    if (left.value && right.value && !readAsOf(*rightRef.asOf, left, right, plan))
      return {};
  } else {
    right = lowerFrom(rightRef, around, isLateral && left.value ? &leftNames : lateral, none);
  }
  if (!left.value || !right.value)
    return {};
  // The same name twice cannot be told apart.
  if (!left.name.empty() || !right.name.empty()) {
    std::set<std::string> tables;
    for (const Field &field : fieldsOf(left))
      if (!field.table.empty())
        tables.insert(field.table);
    for (const Field &field : fieldsOf(right))
      if (!field.table.empty() && tables.count(field.table)) {
        engine.emit(rightRef.range, diag::JoinRule,
                    "two tables are called `" + field.table + "` here")
            .hint("give one another name: " + field.table + " AS b");
        return {};
      }
  }
  plan.left = left;
  plan.right = right;

  // USING and NATURAL.
  std::vector<std::string> shared;
  std::vector<Field> leftFields = fieldsOf(left), rightFields = fieldsOf(right);
  auto indexOf = [](const std::vector<Field> &fields, const std::string &name, bool &twice) {
    int at = -1;
    for (size_t i = 0; i < fields.size(); ++i)
      if (fields[i].access == sema::Column::Free && fields[i].name == name) {
        twice |= at >= 0;
        at = i;
      }
    return at;
  };
  if (from.natural)
    for (const Field &field : leftFields) {
      bool twice = false;
      if (field.access == sema::Column::Free && indexOf(rightFields, field.name, twice) >= 0)
        shared.push_back(field.name);
    }
  for (const sql::Name &name : from.usingColumns) {
    for (const auto *side : {&left, &right}) {
      bool twice = false;
      if (indexOf(side == &left ? leftFields : rightFields, name.text, twice) < 0) {
        sql::ColumnExpr missing(name.range);
        missing.parts.push_back(name);
        sema::Scope names = scopeOf(*side, nullptr);
        if (!names.isBroken(missing.parts))
          names.reportUnknown(missing, engine);
        return {};
      }
      if (twice) {
        engine.emit(name.range, diag::AmbiguousColumn, name.text, side->name, side->name);
        return {};
      }
    }
    shared.push_back(name.text);
  }
  size_t leftSize = left.type().size();
  if (!shared.empty())
    plan.more = [&, this](JoinPlan &, mlir::Block *block, llvm::SmallVectorImpl<mlir::Value> &parts) {
      sema::Scope empty;
      sema::Binder binder(engine, builder, empty, "USING");
      bool twice = false;
      for (const std::string &name : shared) {
        SourceRange range = from.range;
        for (const sql::Name &written : from.usingColumns)
          if (written.text == name)
            range = written.range;
        mlir::Value equal = binder.bindEquals(
            block->getArgument(indexOf(leftFields, name, twice)), range,
            block->getArgument(leftSize + indexOf(rightFields, name, twice)), range, range);
        if (!equal)
          return false;
        parts.push_back(equal);
      }
      return true;
    };
  if (from.on)
    plan.conjuncts = conjunctsOf(*from.on);
  // Conjuncts of WHERE that are about these two.
  if (inner) {
    sema::Scope names;
    for (const auto *side : {&leftFields, &rightFields})
      for (const Field &field : *side)
        names.add({field.table, field.name, SqlType(), mlir::Value(), field.access});
    llvm::erase_if(conjuncts, [&](const sql::Expr *conjunct) {
      if (!resolves(*conjunct, names))
        return false;
      plan.conjuncts.push_back(conjunct);
      return true;
    });
  }
  if (isLateral && isCorrelated(right.value, leftNames.number)) {
    Relation result = joinLateral(std::move(plan), leftNames.number);
    return result;
  }
  Relation result = makeJoin(std::move(plan));
  if (!result.value || shared.empty())
    return result;

  // One column for each shared name, in front.
  StreamType type = result.type();
  size_t leftNow = leftSize; // behind keys that were computed
  while (leftNow < type.size() && type.getNames()[leftNow].getValue().starts_with("$key"))
    ++leftNow;
  std::vector<std::string> names;
  std::vector<Field> fields;
  for (const std::string &name : shared) {
    names.push_back(name);
    fields.push_back({"", name});
  }
  bool twice = false;
  for (size_t i = 0; i < type.size(); ++i) {
    names.push_back(type.getNames()[i].str());
    Field field = result.fields[i];
    if (field.access == sema::Column::Free && llvm::is_contained(shared, field.name))
      field.access = sema::Column::Qualified;
    fields.push_back(field);
  }
  names = uniqueNames(std::move(names));
  mlir::Location location = locate(from.range);
  std::string time;
  if (type.getTime())
    time = names[shared.size() + type.indexOf(type.getTime().getValue())];
  std::vector<std::string> added(names.begin() + shared.size(), names.end());
  result.value = project(result.value, around.name, location, names, time, [&](mlir::Block *block) {
    llvm::SmallVector<mlir::Value> values;
    for (const std::string &name : shared) {
      mlir::Value a = block->getArgument(indexOf(leftFields, name, twice));
      mlir::Value b = block->getArgument(leftNow + indexOf(rightFields, name, twice));
      if (from.join == sql::JoinKind::Right) {
        values.push_back(b);
      } else if (from.join == sql::JoinKind::Full) {
        SqlType common = sema::commonType({sema::typeOf(a), sema::typeOf(b)});
        if (!common)
          common = sema::typeOf(a);
        SqlType flag = sema::makeType(&context, SqlKind::Boolean, false);
        sema::Scope empty;
        sema::Binder binder(engine, builder, empty, "USING");
        auto present = builder.create<IsOp>(location, flag, Truth::is_not_null, a);
        auto choice = builder.create<IfOp>(location, common, present);
        mlir::OpBuilder::InsertionGuard guard(builder);
        builder.createBlock(&choice.getThen());
        builder.create<YieldOp>(location, binder.castTo(a, common, location));
        builder.createBlock(&choice.getOtherwise());
        builder.create<YieldOp>(location, binder.castTo(b, common, location));
        values.push_back(choice.getResult());
      } else {
        values.push_back(a);
      }
    }
    values.append(block->args_begin(), block->args_end());
    return values;
  });
  auto renamed = [&](std::set<std::string> &columns) {
    std::set<std::string> now;
    for (const std::string &column : columns)
      now.insert(names[shared.size() + type.indexOf(column)]);
    columns = std::move(now);
  };
  renamed(result.rowtimes);
  renamed(result.proctimes);
  if (result.window) {
    auto move = [&](std::string &column) {
      if (!column.empty())
        column = names[shared.size() + type.indexOf(column)];
    };
    move(result.window->start);
    move(result.window->end);
    move(result.window->time);
  }
  result.fields = std::move(fields);
  return result;
}

/// FOR SYSTEM_TIME AS OF l.time: by event time the version valid then, by
/// processing time the table as it is.
bool Lowering::readAsOf(const sql::Expr &time, const Relation &left, const Relation &right,
                        JoinPlan &plan) {
  if (plan.kind != JoinKind::inner && plan.kind != JoinKind::left) {
    engine.emit(plan.range, diag::JoinRule, "a join FOR SYSTEM_TIME AS OF is INNER or LEFT");
    return false;
  }
  auto *column = dyn_cast<sql::ColumnExpr>(&time);
  if (!column) {
    auto *call = dyn_cast<sql::CallExpr>(&time);
    if (call && llvm::StringRef(call->name.text).equals_insensitive("PROCTIME")) {
      plan.form = JoinForm::lookup;
      return true;
    }
    engine.emit(time.range, diag::JoinRule, "FOR SYSTEM_TIME AS OF takes a time column of the left side")
        .hint("FOR SYSTEM_TIME AS OF o.proc_time");
    return false;
  }
  sema::Scope names = scopeOf(left, nullptr);
  size_t used = 0;
  const sema::Column *other = nullptr;
  const sema::Column *found = names.find(column->parts, used, other);
  if (!found) {
    if (!names.isBroken(column->parts))
      names.reportUnknown(*column, engine);
    return false;
  }
  std::string name = left.type().getNames()[found - names.all().data()].str();
  if (left.proctimes.count(name)) {
    plan.form = JoinForm::lookup;
    return true;
  }
  mlir::StringAttr leftTime = left.type().getTime();
  if (!(leftTime && leftTime.getValue() == name) && !left.rowtimes.count(name)) {
    if (!left.brokenTime)
      engine.emit(time.range, diag::NotEventTime, found->name, left.name.empty() ? found->table : left.name)
          .hint("it is the event time, or PROCTIME(), of the left side");
    return false;
  }
  if (!right.type().getTime()) {
    if (!right.brokenTime)
      engine.emit(plan.range, diag::JoinRule,
                  "`" + right.name + "` has no event time to tell its versions by")
          .hint("declare a WATERMARK for it");
    return false;
  }
  plan.form = JoinForm::temporal;
  plan.timeLeft = name;
  return true;
}

} // namespace levada::lower
