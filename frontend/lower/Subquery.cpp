//===- Subquery.cpp - queries inside expressions, LATERAL -----------------===//
//
// [NOT] EXISTS and [NOT] IN that filter are semi and anti joins. Elsewhere they
// are mark joins, whose BOOLEAN stands for them; a query that is a value is a
// left join with at most one match.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Decorrelate.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;
using llvm::dyn_cast;

namespace {
/// A query in an expression.
struct Asked {
  const sql::Expr *expr;
  const sql::Query *query;
  const sql::InExpr *in = nullptr;
  bool exists = false;
  const sql::BinaryExpr *quantified = nullptr; ///< x > ALL (SELECT …)
};

std::optional<Asked> askedBy(const sql::Expr &expr) {
  if (auto *sub = dyn_cast<sql::SubqueryExpr>(&expr)) {
    if (sub->quantifier != sql::Quantifier::None)
      return std::nullopt; // its comparison asks
    return Asked{&expr, sub->query.get(), nullptr, sub->exists};
  }
  if (auto *binary = dyn_cast<sql::BinaryExpr>(&expr))
    if (auto *sub = dyn_cast<sql::SubqueryExpr>(binary->right.get());
        sub && sub->quantifier != sql::Quantifier::None)
      return Asked{&expr, sub->query.get(), nullptr, false, binary};
  if (auto *in = dyn_cast<sql::InExpr>(&expr); in && in->query && !sema::isConstantList(*in))
    return Asked{&expr, in->query.get(), in, false};
  return std::nullopt;
}

llvm::SmallVector<const sql::Expr *> operandsOf(const sql::InExpr &in) {
  auto *list = in.operand ? dyn_cast<sql::ListExpr>(in.operand.get()) : nullptr;
  if (!list || list->kind != sql::ExprKind::RowValue)
    return {in.operand.get()};
  llvm::SmallVector<const sql::Expr *> items;
  for (const sql::ExprPtr &item : list->items)
    items.push_back(item.get());
  return items;
}
} // namespace

/// The comparison of `x op ANY`, or its opposite for `x op ALL`.
static Predicate quantifiedPredicate(const sql::BinaryExpr &e) {
  bool all = llvm::cast<sql::SubqueryExpr>(*e.right).quantifier == sql::Quantifier::All;
  switch (e.op) {
  case sql::BinaryOp::Eq:
    return all ? Predicate::ne : Predicate::eq;
  case sql::BinaryOp::Ne:
    return all ? Predicate::eq : Predicate::ne;
  case sql::BinaryOp::Lt:
    return all ? Predicate::ge : Predicate::lt;
  case sql::BinaryOp::Le:
    return all ? Predicate::gt : Predicate::le;
  case sql::BinaryOp::Gt:
    return all ? Predicate::le : Predicate::gt;
  default:
    return all ? Predicate::lt : Predicate::ge;
  }
}

static bool isAll(const sql::BinaryExpr *e) {
  return e && llvm::cast<sql::SubqueryExpr>(*e->right).quantifier == sql::Quantifier::All;
}

/// Columns that a join has added behind those that names know.
static void extend(Stage &stage, Relation relation) {
  StreamType type = relation.type();
  for (size_t i = stage.names.all().size(); i < type.size(); ++i)
    stage.names.add({"", "", type.columnType(i), mlir::Value(), sema::Column::Hidden});
  relation.name = stage.relation.name;
  relation.source = stage.relation.source;
  stage.relation = std::move(relation);
}

bool Lowering::answer(Stage &stage, const sql::Expr &expr, const sql::Query &written,
                      const sql::InExpr *in, const sql::BinaryExpr *quantified, bool exists,
                      bool negated, bool filters, const Query &query, const std::string &clause) {
  Environment inner;
  inner.parent = query.around;
  inner.name = query.name;
  inner.enclosing = &stage.names;
  inner.hints = query.hints;
  Relation sub = trimmed(lowerQuery(written, inner), query.name);
  if (!sub.value || (!exists && !sub.broken.empty()))
    return false;
  llvm::SmallVector<const sql::Expr *> operands;
  if (in)
    operands = operandsOf(*in);
  else if (quantified)
    operands = {quantified->left.get()};
  bool compares = in || quantified;
  size_t wanted = in ? operands.size() : 1;
  if (!exists && sub.type().size() != wanted) {
    size_t found = sub.type().size();
    engine.emit(written.range, diag::QueryColumns, found, in ? "IN" : "a query that is a value", wanted);
    return false;
  }
  JoinPlan plan;
  plan.left = stage.relation;
  plan.range = expr.range;
  plan.stream = query.name;
  plan.enclosing = query.enclosing;
  plan.hints = query.hints;
  plan.clause = clause;
  int64_t scope = stage.names.number;
  size_t leftSize = stage.relation.type().size();
  bool scalar = !compares && !exists;
  plan.kind = scalar ? JoinKind::left : !filters ? JoinKind::mark : negated ? JoinKind::anti : JoinKind::semi;
  plan.single = scalar;

  std::optional<Peeled> peeled;
  Attached attached;
  mlir::Value right = sub.value;
  bool correlated = isCorrelated(sub.value, scope);
  if (correlated && !scalar)
    peeled = peel(sub.value, scope);
  if (peeled) {
    right = peeled->base;
  } else if (correlated) {
    attached = attachOuter(sub.value, scope, stage.relation.value, query.name, expr.range);
    if (!attached.value)
      return false;
    right = attached.value;
  }
  plan.right.value = right;
  plan.right.window = sub.window;
  if (peeled || attached.value)
    plan.right.window = windowBelow(sub, right);
  StreamType rightType = llvm::cast<StreamType>(right.getType());
  plan.right.fields.resize(rightType.size(), Field{"", "", sema::Column::Hidden});

  bool failed = false;
  llvm::SmallVector<mlir::Value> answers; ///< what IN compares
  plan.more = [&](JoinPlan &made, mlir::Block *block, llvm::SmallVectorImpl<mlir::Value> &parts) {
    llvm::SmallVector<mlir::Value> columns(block->args_begin() + leftSize, block->args_end());
    if (peeled)
      for (mlir::Operation *op : llvm::reverse(peeled->chain)) {
        llvm::SmallVector<mlir::Value> results =
            copyBody(builder, op->getRegion(0).front(), columns, scope,
                     [&](int64_t column) { return mlir::Value(block->getArgument(column)); });
        if (llvm::isa<FilterOp>(op))
          parts.push_back(results.front());
        else
          columns = results;
      }
    for (auto [column, name] : llvm::zip(attached.outer, attached.columns)) {
      SqlType flag = sema::makeType(&context, SqlKind::Boolean, false);
      parts.push_back(builder.create<CmpOp>(locate(expr.range), flag, Predicate::not_distinct,
                                            block->getArgument(column),
                                            columns[rightType.indexOf(name)]));
    }
    if (!compares)
      return true;
    enter(stage.names, block);
    sema::Binder binder(engine, builder, stage.names, clause);
    useStage(binder, stage, query);
    for (auto [i, operand] : llvm::enumerate(operands)) {
      mlir::Value value = binder.bind(*operand);
      mlir::Value equal =
          value ? binder.bindEquals(value, operand->range, columns[i], written.range, expr.range,
                                    quantified ? quantifiedPredicate(*quantified) : Predicate::eq,
                                    quantified ? "ANY or ALL" : "=")
                : mlir::Value();
      failed |= !equal;
      if (equal)
        answers.push_back(equal);
    }
    // NOT IN, and IN as a value, tell NULL from FALSE.
    bool nullable = llvm::any_of(answers, [](mlir::Value v) { return sema::typeOf(v).getNullable(); });
    made.nullAware = nullable && (made.kind == JoinKind::anti || made.kind == JoinKind::mark);
    return !failed;
  };
  plan.answers = &answers;
  plan.mark = unique("$mark", std::set<std::string>());
  if (plan.kind == JoinKind::mark || scalar) {
    std::set<std::string> taken;
    for (mlir::StringAttr name : stage.relation.type().getNames())
      taken.insert(name.str());
    plan.mark = unique("$mark", taken);
  }
  JoinKind kind = plan.kind;
  Relation result = makeJoin(std::move(plan));
  if (!result.value)
    return false;
  extend(stage, std::move(result));
  StreamType type = stage.relation.type();
  if (kind == JoinKind::mark)
    stage.made[&expr] = type.getNames().back().str();
  else if (scalar) {
    // Keys that were computed stand behind both sides.
    size_t at = 0;
    for (size_t i = leftSize; i < type.size() && !at; ++i)
      if (!type.getNames()[i].getValue().starts_with("$key"))
        at = i;
    stage.made[&expr] = type.getNames()[at].str();
  }
  return true;
}

/// Where the bounds of a query's windows are, below its projections.
std::optional<Windowed> Lowering::windowBelow(const Relation &rows, mlir::Value base) {
  if (!rows.window)
    return std::nullopt;
  Windowed window = *rows.window;
  mlir::Value at = rows.value;
  auto follow = [&](ProjectOp op, std::string &column) {
    int64_t index = op.getOutput().getType().indexOf(column);
    auto argument = index < 0 ? mlir::BlockArgument()
                              : dyn_cast<mlir::BlockArgument>(
                                    op.getBody().front().back().getOperand(index));
    column = argument ? op.getInput().getType().getNames()[argument.getArgNumber()].str() : "";
  };
  while (at != base) {
    mlir::Operation *op = at.getDefiningOp();
    if (auto projection = llvm::dyn_cast_or_null<ProjectOp>(op)) {
      follow(projection, window.start);
      follow(projection, window.end);
      follow(projection, window.time);
    } else if (!llvm::isa_and_nonnull<FilterOp>(op)) {
      return std::nullopt;
    }
    at = op->getOperand(0);
  }
  if (window.start.empty() || window.end.empty())
    return std::nullopt;
  return window;
}

bool Lowering::answerQueries(Stage &stage, llvm::ArrayRef<const sql::Expr *> exprs,
                             const Query &query, const std::string &clause, bool filters) {
  if (!stage.relation.value)
    return false;
  if (filters) {
    // The condition as a whole.
    const sql::Expr *root = exprs.front();
    bool negated = false;
    while (auto *no = dyn_cast<sql::UnaryExpr>(root)) {
      if (no->op != sql::UnaryOp::Not)
        break;
      negated = !negated;
      root = no->operand.get();
    }
    std::optional<Asked> asked = askedBy(*root);
    if (asked && (asked->exists || asked->in || asked->quantified)) {
      if (asked->quantified) {
        negated ^= isAll(asked->quantified);
        answerQueries(stage, {asked->quantified->left.get()}, query, clause, false);
      }
      if (asked->in) {
        negated ^= asked->in->negated;
        if (asked->in->operand)
          answerQueries(stage, {asked->in->operand.get()}, query, clause, false);
      }
      answer(stage, *root, *asked->query, asked->in, asked->quantified, asked->exists, negated, true,
             query, clause);
      return false;
    }
  }
  std::vector<Asked> all;
  for (const sql::Expr *root : exprs)
    sema::walk(*root, [&](const sql::Expr &e) {
      if (std::optional<Asked> asked = askedBy(e))
        all.push_back(*asked);
      return true;
    });
  // Inner ones first: they may stand in the operand of another.
  for (size_t i = all.size(); i-- > 0;) {
    const Asked &asked = all[i];
    if (stage.made.count(asked.expr) || stage.failed.count(asked.expr))
      continue;
    if (!answer(stage, *asked.expr, *asked.query, asked.in, asked.quantified, asked.exists,
                asked.in && asked.in->negated, false, query, clause)) {
      stage.failed.insert(asked.expr);
      // What it has looked at, it has said.
      continue;
    }
  }
  // NOT IN and ALL as values are the opposite of the mark.
  for (const Asked &asked : all)
    if (((asked.in && asked.in->negated) || isAll(asked.quantified)) && stage.made.count(asked.expr))
      stage.negated.insert(asked.expr);
  return true;
}

/// LATERAL (SELECT …) that reads the left side.
Relation Lowering::joinLateral(JoinPlan plan, int64_t scope) {
  Relation right = plan.right;
  size_t leftSize = plan.left.type().size();
  std::optional<Peeled> peeled;
  if (plan.kind == JoinKind::inner)
    peeled = peel(right.value, scope);
  if (!peeled) {
    Attached attached = attachOuter(right.value, scope, plan.left.value, plan.stream, plan.range);
    if (!attached.value)
      return {};
    StreamType type = llvm::cast<StreamType>(attached.value.getType());
    plan.right.value = attached.value;
    plan.right.fields = fieldsOf(right);
    plan.right.fields.resize(type.size(), Field{"", "", sema::Column::Hidden});
    plan.right.rowtimes.clear();
    auto more = plan.more;
    plan.more = [&, more](JoinPlan &made, mlir::Block *block, llvm::SmallVectorImpl<mlir::Value> &parts) {
      for (auto [column, name] : llvm::zip(attached.outer, attached.columns)) {
        SqlType flag = sema::makeType(&context, SqlKind::Boolean, false);
        parts.push_back(builder.create<CmpOp>(locate(plan.range), flag, Predicate::not_distinct,
                                              block->getArgument(column),
                                              block->getArgument(leftSize + type.indexOf(name))));
      }
      return !more || more(made, block, parts);
    };
    return makeJoin(plan);
  }
  // The filters are conditions of the join; what is selected is computed above.
  JoinPlan below = plan;
  StreamType baseType = llvm::cast<StreamType>(peeled->base.getType());
  below.right = Relation();
  below.right.value = peeled->base;
  below.right.fields.resize(baseType.size(), Field{"", "", sema::Column::Hidden});
  below.right.window = windowBelow(right, peeled->base);
  std::vector<const sql::Expr *> on = std::move(below.conjuncts);
  below.conjuncts.clear();
  auto compute = [&](mlir::Block *block, size_t first, llvm::SmallVectorImpl<mlir::Value> *parts) {
    llvm::SmallVector<mlir::Value> columns;
    for (size_t i = 0; i < baseType.size(); ++i)
      columns.push_back(block->getArgument(first + i));
    for (mlir::Operation *op : llvm::reverse(peeled->chain)) {
      if (llvm::isa<FilterOp>(op) && !parts)
        continue;
      llvm::SmallVector<mlir::Value> results =
          copyBody(builder, op->getRegion(0).front(), columns, scope,
                   [&](int64_t column) { return mlir::Value(block->getArgument(column)); });
      if (llvm::isa<FilterOp>(op))
        parts->push_back(results.front());
      else
        columns = results;
    }
    return columns;
  };
  below.more = [&](JoinPlan &, mlir::Block *block, llvm::SmallVectorImpl<mlir::Value> &parts) {
    compute(block, leftSize, &parts);
    return true;
  };
  Relation joined = makeJoin(below);
  if (!joined.value)
    return {};
  StreamType type = joined.type();
  // Behind the left columns come keys of the left, then the base.
  size_t first = leftSize;
  while (first < type.size() && type.getNames()[first].getValue().starts_with("$key"))
    ++first;
  std::vector<std::string> names;
  for (size_t i = 0; i < leftSize; ++i)
    names.push_back(type.getNames()[i].str());
  StreamType given = right.type();
  for (mlir::StringAttr name : given.getNames())
    names.push_back(name.str());
  names = uniqueNames(std::move(names));
  Relation result = joined;
  result.value = project(joined.value, plan.stream, locate(plan.range), names,
                         type.getTime() && type.indexOf(type.getTime().getValue()) < int64_t(leftSize)
                             ? type.getTime().getValue()
                             : "",
                         [&](mlir::Block *block) {
                           llvm::SmallVector<mlir::Value> values(block->args_begin(),
                                                                 block->args_begin() + leftSize);
                           values.append(compute(block, first, nullptr));
                           return values;
                         });
  result.fields = fieldsOf(plan.left);
  std::vector<Field> more = fieldsOf(right);
  result.fields.insert(result.fields.end(), more.begin(), more.end());
  result.window.reset();
  // ON, and what WHERE says of the two.
  Query query;
  query.isSql = true;
  query.name = plan.stream;
  query.range = plan.range;
  query.enclosing = plan.enclosing;
  Stage stage;
  enterStage(stage, result, query);
  for (const sql::Expr *condition : on)
    where(stage, *condition, query, "ON");
  return stage.relation;
}

} // namespace levada::lower
