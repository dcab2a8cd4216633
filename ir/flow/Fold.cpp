//===- Fold.cpp - scalars whose value is known ----------------------------===//
//
// Folders and canonicalisers of scalar operations. They give exactly the value
// that generated code would: integers wrap, NULL in gives NULL out, and what
// fails is left alone, so that it fails when a row comes. DECIMAL, text and
// calls need the functions' code: passes/flow/FoldConstants asks for it.
//
//===----------------------------------------------------------------------===//
#include "ir/flow/FlowOps.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace levada::flow;

Operation *FlowDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                            Location loc) {
  auto sql = dyn_cast<SqlType>(type);
  if (!sql || (isa<UnitAttr>(value) && !sql.getNullable()))
    return nullptr;
  return builder.create<ConstantOp>(loc, sql, value);
}

static SqlType sqlType(Value value) { return cast<SqlType>(value.getType()); }
static bool isNull(Attribute value) { return isa_and_nonnull<UnitAttr>(value); }
static Attribute boolean(MLIRContext *context, bool value) { return BoolAttr::get(context, value); }

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// One operation on two known operands: of integers and of floats.
struct Arithmetic {
  llvm::function_ref<std::optional<APInt>(const APInt &, const APInt &)> integer;
  llvm::function_ref<void(APFloat &, const APFloat &)> approximate;
};

static OpFoldResult foldArith(Operation *op, ArrayRef<Attribute> operands, Arithmetic rule) {
  SqlType type = sqlType(op->getResult(0));
  if (type.getNullable() && (isNull(operands[0]) || isNull(operands[1])))
    return UnitAttr::get(op->getContext());
  // Temporal arithmetic and DECIMAL have rules of their own.
  for (Value operand : op->getOperands())
    if (sqlType(operand).getKind() != type.getKind())
      return {};
  if (type.isInteger()) {
    auto l = dyn_cast_or_null<IntegerAttr>(operands[0]);
    auto r = dyn_cast_or_null<IntegerAttr>(operands[1]);
    if (!l || !r || l.getType() != r.getType())
      return {};
    std::optional<APInt> result = rule.integer(l.getValue(), r.getValue());
    return result ? OpFoldResult(IntegerAttr::get(l.getType(), *result)) : OpFoldResult();
  }
  if (type.isApproximate()) {
    auto l = dyn_cast_or_null<FloatAttr>(operands[0]);
    auto r = dyn_cast_or_null<FloatAttr>(operands[1]);
    if (!l || !r || l.getType() != r.getType())
      return {};
    APFloat result = l.getValue();
    rule.approximate(result, r.getValue());
    return FloatAttr::get(l.getType(), result);
  }
  return {};
}

static constexpr auto nearest = APFloat::rmNearestTiesToEven;

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  return foldArith(*this, adaptor.getOperands(),
                   {[](const APInt &l, const APInt &r) { return l + r; },
                    [](APFloat &l, const APFloat &r) { l.add(r, nearest); }});
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return foldArith(*this, adaptor.getOperands(),
                   {[](const APInt &l, const APInt &r) { return l - r; },
                    [](APFloat &l, const APFloat &r) { l.subtract(r, nearest); }});
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  return foldArith(*this, adaptor.getOperands(),
                   {[](const APInt &l, const APInt &r) { return l * r; },
                    [](APFloat &l, const APFloat &r) { l.multiply(r, nearest); }});
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return foldArith(*this, adaptor.getOperands(),
                   {[](const APInt &l, const APInt &r) -> std::optional<APInt> {
                      if (r.isZero())
                        return std::nullopt;
                      return l.sdiv(r); // MIN / -1 wraps to MIN
                    },
                    [](APFloat &l, const APFloat &r) { l.divide(r, nearest); }});
}

OpFoldResult RemOp::fold(FoldAdaptor adaptor) {
  return foldArith(*this, adaptor.getOperands(),
                   {[](const APInt &l, const APInt &r) -> std::optional<APInt> {
                      if (r.isZero())
                        return std::nullopt;
                      return l.srem(r);
                    },
                    [](APFloat &l, const APFloat &r) { l.mod(r); }});
}

OpFoldResult NegOp::fold(FoldAdaptor adaptor) {
  Attribute operand = adaptor.getOperand();
  if (isNull(operand) && getResult().getType().getNullable())
    return operand;
  if (auto value = dyn_cast_or_null<IntegerAttr>(operand))
    return IntegerAttr::get(value.getType(), -value.getValue());
  if (auto value = dyn_cast_or_null<FloatAttr>(operand))
    return FloatAttr::get(value.getType(), -value.getValue());
  return {};
}

//===----------------------------------------------------------------------===//
// Comparison and logic
//===----------------------------------------------------------------------===//

/// −1, 0, 1 of two values of a type, where every place agrees on the order.
static std::optional<int> compare(Attribute l, Attribute r, SqlType type) {
  if (auto left = dyn_cast<IntegerAttr>(l)) {
    auto right = dyn_cast<IntegerAttr>(r);
    if (!right || left.getType() != right.getType())
      return std::nullopt;
    const APInt &a = left.getValue(), &b = right.getValue();
    if (type.getKind() == SqlKind::Boolean)
      return a == b ? 0 : a.ult(b) ? -1 : 1;
    return a == b ? 0 : a.slt(b) ? -1 : 1;
  }
  if (auto left = dyn_cast<FloatAttr>(l)) {
    auto right = dyn_cast<FloatAttr>(r);
    if (!right || left.getType() != right.getType())
      return std::nullopt;
    switch (left.getValue().compare(right.getValue())) {
    case APFloat::cmpLessThan:
      return -1;
    case APFloat::cmpEqual:
      return 0;
    case APFloat::cmpGreaterThan:
      return 1;
    case APFloat::cmpUnordered:
      return std::nullopt;
    }
  }
  // CHAR compares without its padding, nested values part by part.
  if (auto left = dyn_cast<StringAttr>(l))
    if (auto right = dyn_cast<StringAttr>(r);
        right && type.getKind() != SqlKind::Char && !type.isNested())
      return left.getValue().compare(right.getValue());
  return std::nullopt;
}

static bool holds(Predicate predicate, int order) {
  switch (predicate) {
  case Predicate::eq:
  case Predicate::not_distinct:
    return order == 0;
  case Predicate::ne:
  case Predicate::distinct:
    return order != 0;
  case Predicate::lt:
    return order < 0;
  case Predicate::le:
    return order <= 0;
  case Predicate::gt:
    return order > 0;
  case Predicate::ge:
    return order >= 0;
  }
  llvm_unreachable("all predicates return");
}

OpFoldResult CmpOp::fold(FoldAdaptor adaptor) {
  Attribute l = adaptor.getLhs(), r = adaptor.getRhs();
  SqlType leftType = getLhs().getType(), rightType = getRhs().getType();
  bool nullAware =
      getPredicate() == Predicate::distinct || getPredicate() == Predicate::not_distinct;
  if (isNull(l) || isNull(r)) {
    if (!nullAware && getResult().getType().getNullable())
      return UnitAttr::get(getContext());
    // NULL and a value are distinct, NULL and NULL are not.
    auto neverNull = [](Attribute a, SqlType type) {
      return !type.getNullable() || (a && !isNull(a));
    };
    bool distinct = getPredicate() == Predicate::distinct;
    if (nullAware && isNull(l) && isNull(r))
      return boolean(getContext(), !distinct);
    if (nullAware && (neverNull(l, leftType) || neverNull(r, rightType)))
      return boolean(getContext(), distinct);
    return {};
  }
  if (l && r && (leftType.getKind() == rightType.getKind()))
    if (std::optional<int> order = compare(l, r, leftType))
      return boolean(getContext(), holds(getPredicate(), *order));
  if (nullAware && !leftType.getNullable() && !rightType.getNullable()) {
    bool distinct = getPredicate() == Predicate::distinct;
    setPredicate(distinct ? Predicate::ne : Predicate::eq);
    return getResult();
  }
  return {};
}

OpFoldResult IsOp::fold(FoldAdaptor adaptor) {
  Truth test = getTest();
  bool aboutNull = test == Truth::is_null || test == Truth::is_not_null;
  if (Attribute operand = adaptor.getOperand()) {
    if (aboutNull)
      return boolean(getContext(), isNull(operand) == (test == Truth::is_null));
    auto value = dyn_cast<IntegerAttr>(operand);
    bool isTrue = value && value.getValue().getBoolValue();
    bool isFalse = value && !isTrue;
    bool result = test == Truth::is_true       ? isTrue
                  : test == Truth::is_not_true ? !isTrue
                  : test == Truth::is_false    ? isFalse
                                               : !isFalse;
    return boolean(getContext(), result);
  }
  if (getOperand().getType().getNullable())
    return {};
  if (aboutNull)
    return boolean(getContext(), test == Truth::is_not_null);
  if (test == Truth::is_true || test == Truth::is_not_false)
    return getOperand();
  return {};
}

OpFoldResult NotOp::fold(FoldAdaptor adaptor) {
  Attribute operand = adaptor.getOperand();
  if (isNull(operand) && getResult().getType().getNullable())
    return operand;
  if (auto value = dyn_cast_or_null<IntegerAttr>(operand))
    return boolean(getContext(), value.getValue().isZero());
  if (auto inner = getOperand().getDefiningOp<NotOp>())
    if (inner.getOperand().getType() == getResult().getType())
      return inner.getOperand();
  return {};
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

OpFoldResult CastOp::fold(FoldAdaptor adaptor) {
  SqlType from = getOperand().getType(), to = getResult().getType();
  if (from == to)
    return getOperand();
  Attribute operand = adaptor.getOperand();
  if (!operand)
    return {};
  if (isNull(operand))
    return to.getNullable() ? OpFoldResult(operand) : OpFoldResult();
  if (from.withNullable(true) == to.withNullable(true))
    return operand;
  auto value = dyn_cast<IntegerAttr>(operand);
  if (from.isInteger() && to.isInteger() && value) {
    unsigned width = to.getKind() == SqlKind::TinyInt    ? 8
                     : to.getKind() == SqlKind::SmallInt ? 16
                     : to.getKind() == SqlKind::Int      ? 32
                                                         : 64;
    return IntegerAttr::get(IntegerType::get(getContext(), width),
                            value.getValue().sextOrTrunc(width));
  }
  if (from.isInteger() && to.getKind() == SqlKind::Double && value) {
    APFloat result(APFloat::IEEEdouble());
    result.convertFromAPInt(value.getValue(), /*IsSigned=*/true, nearest);
    return FloatAttr::get(Float64Type::get(getContext()), result);
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Operations with regions
//===----------------------------------------------------------------------===//

/// The constant that a value is, if any.
static Attribute constantOf(Value value) {
  Attribute constant;
  return matchPattern(value, m_Constant(&constant)) ? constant : Attribute();
}
static bool isBool(Attribute value, bool expected) {
  auto integer = dyn_cast_or_null<IntegerAttr>(value);
  return integer && integer.getValue().getBoolValue() == expected;
}

/// Puts the region's code in the operation's place; its value replaces the
/// operation's, brought to the same nullability.
static void replaceByRegion(PatternRewriter &rewriter, Operation *op, Region &region) {
  Block &block = region.front();
  Value value = block.back().getOperand(0);
  rewriter.eraseOp(&block.back());
  rewriter.inlineBlockBefore(&block, op);
  Type type = op->getResult(0).getType();
  if (value.getType() != type)
    value = rewriter.create<CastOp>(op->getLoc(), type, value, UnitAttr());
  rewriter.replaceOp(op, value);
}

/// TRUE AND x = x, FALSE AND x = FALSE, x AND TRUE = x; OR with the values
/// exchanged. Not x AND FALSE: x may fail.
template <typename Op> struct FoldLogic : OpRewritePattern<Op> {
  static constexpr bool neutral = std::is_same_v<Op, AndOp>;
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Attribute left = constantOf(op.getLhs());
    if (isBool(left, !neutral)) {
      rewriter.replaceOpWithNewOp<ConstantOp>(op, op.getResult().getType(),
                                              rewriter.getBoolAttr(!neutral));
      return success();
    }
    if (isBool(left, neutral)) {
      replaceByRegion(rewriter, op, op.getRhs());
      return success();
    }
    Value right = op.getRhs().front().back().getOperand(0);
    if (isBool(constantOf(right), neutral) && op.getLhs().getType() == op.getResult().getType()) {
      rewriter.replaceOp(op, op.getLhs());
      return success();
    }
    return failure();
  }
};

/// A known condition picks its branch; CASE WHEN c THEN TRUE ELSE FALSE END
/// is c IS TRUE.
struct FoldIf : OpRewritePattern<IfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(IfOp op, PatternRewriter &rewriter) const override {
    if (Attribute condition = constantOf(op.getCondition())) {
      replaceByRegion(rewriter, op,
                      isBool(condition, true) ? op.getThen() : op.getOtherwise());
      return success();
    }
    SqlType type = op.getResult().getType();
    Value yes = op.getThen().front().back().getOperand(0);
    Value no = op.getOtherwise().front().back().getOperand(0);
    if (type.getKind() == SqlKind::Boolean && !type.getNullable() &&
        isBool(constantOf(yes), true) && isBool(constantOf(no), false)) {
      rewriter.replaceOpWithNewOp<IsOp>(op, type, Truth::is_true, op.getCondition());
      return success();
    }
    return failure();
  }
};

/// WHERE TRUE.
struct DropFilter : OpRewritePattern<FilterOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(FilterOp op, PatternRewriter &rewriter) const override {
    if (!isBool(constantOf(op.getBody().front().back().getOperand(0)), true) ||
        (op.getDead() && !op.getDead().use_empty()))
      return failure();
    rewriter.replaceAllUsesWith(op.getOutput(), op.getInput());
    rewriter.eraseOp(op);
    return success();
  }
};

void AndOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<FoldLogic<AndOp>>(context);
}
void OrOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<FoldLogic<OrOp>>(context);
}
void IfOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<FoldIf>(context);
}
void FilterOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropFilter>(context);
}
