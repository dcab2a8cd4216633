//===- Walk.cpp - expressions as trees: visiting, comparing ---------------===//
#include "frontend/sema/Binder.h"
#include "frontend/sql/Parser.h"

#include "llvm/Support/Casting.h"

namespace levada::sema {

using llvm::dyn_cast;

/// Calls `each` with the parts of `e`, not with those of queries inside it.
static void parts(const sql::Expr &e, llvm::function_ref<void(const sql::Expr &)> each) {
  auto maybe = [&](const sql::ExprPtr &p) {
    if (p)
      each(*p);
  };
  if (auto *unary = dyn_cast<sql::UnaryExpr>(&e)) {
    each(*unary->operand);
  } else if (auto *between = dyn_cast<sql::BetweenExpr>(&e)) {
    each(*between->operand);
    each(*between->low);
    each(*between->high);
  } else if (auto *in = dyn_cast<sql::InExpr>(&e)) {
    maybe(in->operand);
    for (const sql::ExprPtr &item : in->list)
      each(*item);
  } else if (auto *like = dyn_cast<sql::LikeExpr>(&e)) {
    each(*like->operand);
    each(*like->pattern);
    maybe(like->escape);
  } else if (auto *is = dyn_cast<sql::IsExpr>(&e)) {
    each(*is->operand);
  } else if (auto *choice = dyn_cast<sql::CaseExpr>(&e)) {
    maybe(choice->operand);
    for (const auto &[when, then] : choice->branches) {
      each(*when);
      each(*then);
    }
    maybe(choice->otherwise);
  } else if (auto *conversion = dyn_cast<sql::CastExpr>(&e)) {
    each(*conversion->operand);
  } else if (auto *call = dyn_cast<sql::CallExpr>(&e)) {
    for (const sql::ExprPtr &arg : call->args)
      each(*arg);
    maybe(call->filter);
    for (const sql::OrderItem &item : call->withinGroup)
      each(*item.expr);
    if (call->over) {
      for (const sql::ExprPtr &expr : call->over->partitionBy)
        each(*expr);
      for (const sql::OrderItem &item : call->over->orderBy)
        each(*item.expr);
    }
  } else if (auto *field = dyn_cast<sql::FieldExpr>(&e)) {
    each(*field->operand);
  } else if (auto *index = dyn_cast<sql::IndexExpr>(&e)) {
    each(*index->operand);
    each(*index->index);
  } else if (auto *list = dyn_cast<sql::ListExpr>(&e)) {
    for (const sql::ExprPtr &item : list->items)
      each(*item);
  }
}

void walk(const sql::Expr &e, llvm::function_ref<bool(const sql::Expr &)> visit) {
  if (auto *binary = dyn_cast<sql::BinaryExpr>(&e)) {
    std::vector<const sql::BinaryExpr *> spine = sql::leftSpine(*binary);
    // Outermost first; what is kept out keeps out all to the left of it.
    for (size_t i = spine.size(); i-- > 0;) {
      if (!visit(*spine[i]))
        return;
      walk(*spine[i]->right, visit);
    }
    walk(*spine[0]->left, visit);
    return;
  }
  if (visit(e))
    parts(e, [&](const sql::Expr &part) { walk(part, visit); });
}

static void write(std::string &out, const sql::Expr &e, const Scope &scope) {
  if (auto *binary = dyn_cast<sql::BinaryExpr>(&e)) {
    std::vector<const sql::BinaryExpr *> spine = sql::leftSpine(*binary);
    out.append(spine.size(), '(');
    write(out, *spine[0]->left, scope);
    for (const sql::BinaryExpr *link : spine) {
      out += " o" + std::to_string(static_cast<int>(link->op)) + " ";
      write(out, *link->right, scope);
      out += ')';
    }
    return;
  }
  auto nested = [&](const std::string &head) {
    out += head + "(";
    parts(e, [&](const sql::Expr &part) {
      write(out, part, scope);
      out += ",";
    });
    out += ")";
  };
  if (auto *column = dyn_cast<sql::ColumnExpr>(&e)) {
    size_t used = 0;
    const Column *other = nullptr;
    const Column *found = scope.find(column->parts, used, other);
    out += "column ";
    if (found)
      out += found->table + "." + found->name;
    for (size_t i = found ? used : 0; i < column->parts.size(); ++i)
      out += "." + column->parts[i].text;
    out += ';';
  } else if (auto *unary = dyn_cast<sql::UnaryExpr>(&e)) {
    if (unary->op == sql::UnaryOp::Plus)
      write(out, *unary->operand, scope);
    else
      nested(unary->op == sql::UnaryOp::Minus ? "minus" : "not");
  } else if (auto *between = dyn_cast<sql::BetweenExpr>(&e)) {
    nested(std::string(between->negated ? "not " : "") + (between->symmetric ? "sym" : "") +
           "between");
  } else if (auto *in = dyn_cast<sql::InExpr>(&e); in && !in->query) {
    nested(in->negated ? "not in" : "in");
  } else if (auto *like = dyn_cast<sql::LikeExpr>(&e)) {
    nested(std::string(like->negated ? "not " : "") + (like->similar ? "similar" : "like"));
  } else if (auto *is = dyn_cast<sql::IsExpr>(&e)) {
    nested("is" + std::to_string(static_cast<int>(is->what)) + (is->negated ? "not" : ""));
  } else if (auto *choice = dyn_cast<sql::CaseExpr>(&e)) {
    nested(std::string("case") + (choice->operand ? " of" : "") +
           (choice->otherwise ? " else" : ""));
  } else if (auto *conversion = dyn_cast<sql::CastExpr>(&e)) {
    nested((conversion->tryCast ? "try_cast " : "cast ") + sql::print(conversion->type));
  } else if (auto *call = dyn_cast<sql::CallExpr>(&e); call && !call->over && !call->json) {
    nested("call " + llvm::StringRef(call->name.text).upper() + (call->star ? "*" : "") +
           (call->distinct ? " distinct" : "") +
           (call->ignoreNulls ? (*call->ignoreNulls ? " ignore nulls" : " respect nulls") : "") + (call->filter ? " filter" : ""));
  } else if (auto *field = dyn_cast<sql::FieldExpr>(&e)) {
    nested("field " + field->field.text);
  } else {
    out += sql::print(e);
  }
}

std::string fingerprint(const sql::Expr &e, const Scope &scope) {
  std::string out;
  write(out, e, scope);
  return out;
}

} // namespace levada::sema
