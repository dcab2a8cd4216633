//===- Print.cpp - expressions and types as SQL text ----------------------===//
//
// Parentheses stand only where precedence asks for them, names in backquotes
// only where they must or did. Parsing the text gives the same tree, ranges
// apart. Chains of operators are printed in a loop, as Ast.h asks.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/Printer.h"

namespace levada::sql {

const char *spelling(BinaryOp op) {
  static constexpr const char *words[] = {
      "+", "-", "*", "/", "%", "||", "=", "<>", "<", "<=", ">", ">=",
      "IS DISTINCT FROM", "IS NOT DISTINCT FROM", "AND", "OR", "OVERLAPS"};
  return words[static_cast<int>(op)];
}

template <typename T> static const T &as(const Expr &e) {
  return static_cast<const T &>(e);
}

/// How strongly the outermost construct of `e` binds.
static int strength(const Expr &e) {
  switch (e.kind) {
  case ExprKind::Unary:
    return as<UnaryExpr>(e).op == UnaryOp::Not ? prec::Not : prec::Sign;
  case ExprKind::Binary:
    return precedence(as<BinaryExpr>(e).op);
  case ExprKind::Between:
  case ExprKind::InList:
  case ExprKind::Like:
    return prec::Like;
  case ExprKind::Is:
    return prec::Is;
  default:
    return prec::Postfix;
  }
}

void Printer::name(const Name &n) {
  out += n.quoted || !isBareName(n.text) ? quote(n.text, '`') : n.text;
}

void Printer::path(const std::vector<Name> &parts) {
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i)
      out += '.';
    name(parts[i]);
  }
}

void Printer::names(const std::vector<Name> &list) {
  out += '(';
  for (size_t i = 0; i < list.size(); ++i) {
    if (i)
      out += ", ";
    name(list[i]);
  }
  out += ')';
}

void Printer::list(const std::vector<ExprPtr> &items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i)
      out += ", ";
    expr(*items[i]);
  }
}

void Printer::expr(const Expr &e, int minimum) {
  bool brackets = strength(e) < minimum;
  if (brackets)
    out += '(';
  bare(e);
  if (brackets)
    out += ')';
}

/// An operand of `[i]` or `.field`: only what reads as one thing stands bare.
void Printer::postfixOperand(const Expr &e, bool field) {
  bool plain = false;
  switch (e.kind) {
  case ExprKind::Column:
    plain = !field;
    break;
  case ExprKind::Call: {
    const auto &c = as<CallExpr>(e);
    plain = !c.niladic && !c.over && !c.filter && c.withinGroup.empty() && !c.ignoreNulls;
    break;
  }
  case ExprKind::Field:
  case ExprKind::Index:
  case ExprKind::Cast:
  case ExprKind::ArrayValue:
  case ExprKind::MapValue:
  case ExprKind::RowValue:
    plain = true;
    break;
  default:
    break;
  }
  if (!plain)
    out += '(';
  bare(e);
  if (!plain)
    out += ')';
}

void Printer::binary(const BinaryExpr &e) {
  // Operators at which the left side needs parentheses end the loop.
  std::vector<const BinaryExpr *> spine = leftSpine(e);
  size_t first = spine.size() - 1;
  while (first > 0 &&
         precedence(spine[first - 1]->op) >= precedence(spine[first]->op))
    --first;
  expr(*spine[first]->left, precedence(spine[first]->op));
  for (size_t i = first; i < spine.size(); ++i) {
    out += ' ';
    out += spelling(spine[i]->op);
    out += ' ';
    expr(*spine[i]->right, precedence(spine[i]->op) + 1);
  }
}

/// A column may be called `array` or `interval`, but not where `[` or a string
/// comes next.
void Printer::column(const ColumnExpr &e) {
  const Name &first = e.parts.front();
  std::string upper = upperCase(first.text);
  bool brackets = !first.quoted && e.parts.size() == 1 &&
                  (upper == "ARRAY" || upper == "MAP" || upper == "INTERVAL");
  out += brackets ? "(" : "";
  path(e.parts);
  out += brackets ? ")" : "";
}

void Printer::literal(const LiteralExpr &e) {
  switch (e.literal) {
  case LiteralKind::Null:
    out += "NULL";
    break;
  case LiteralKind::True:
    out += "TRUE";
    break;
  case LiteralKind::False:
    out += "FALSE";
    break;
  case LiteralKind::Unknown:
    out += "UNKNOWN";
    break;
  case LiteralKind::Integer:
  case LiteralKind::Decimal:
  case LiteralKind::Approximate:
    out += e.text;
    break;
  case LiteralKind::String:
    out += quote(e.text, '\'');
    break;
  case LiteralKind::Binary:
    out += "x" + quote(e.text, '\'');
    break;
  case LiteralKind::Date:
    out += "DATE " + quote(e.text, '\'');
    break;
  case LiteralKind::Time:
    out += "TIME " + quote(e.text, '\'');
    break;
  case LiteralKind::Timestamp:
    out += "TIMESTAMP " + quote(e.text, '\'');
    break;
  case LiteralKind::TimestampLtz:
    out += "TIMESTAMP_LTZ " + quote(e.text, '\'');
    break;
  }
}

void Printer::interval(const IntervalExpr &e) {
  out += fmt::format("INTERVAL {}{} {}", e.negative ? "-" : "", quote(e.text, '\''),
                     spelling(e.from));
  bool inFrom = e.fraction && !e.to;
  if (e.precision && inFrom)
    out += fmt::format("({}, {})", *e.precision, *e.fraction);
  else if (e.precision)
    out += fmt::format("({})", *e.precision);
  if (e.to)
    out += fmt::format(" TO {}", spelling(*e.to));
  if (e.to && e.fraction)
    out += fmt::format("({})", *e.fraction);
}

void Printer::is(const IsExpr &e) {
  static constexpr const char *words[] = {"NULL", "TRUE", "FALSE", "UNKNOWN", "JSON",
                                          "JSON VALUE", "JSON OBJECT", "JSON ARRAY",
                                          "JSON SCALAR"};
  expr(*e.operand, prec::Is);
  out += e.negated ? " IS NOT " : " IS ";
  out += words[static_cast<int>(e.what)];
}

void Printer::unary(const UnaryExpr &e) {
  out += e.op == UnaryOp::Not ? "NOT " : e.op == UnaryOp::Minus ? "-" : "+";
  size_t here = out.size();
  expr(*e.operand, e.op == UnaryOp::Not ? prec::Not : prec::Sign);
  if (e.op == UnaryOp::Minus && out[here] == '-') // `--` begins a comment
    out.insert(here, " ");
}

void Printer::caseExpr(const CaseExpr &e) {
  out += "CASE";
  if (e.operand) {
    out += ' ';
    expr(*e.operand);
  }
  for (const auto &[condition, value] : e.branches) {
    out += " WHEN ";
    if (condition->kind == ExprKind::InList && !as<InExpr>(*condition).operand)
      list(as<InExpr>(*condition).list);
    else
      expr(*condition);
    out += " THEN ";
    expr(*value);
  }
  if (e.otherwise) {
    out += " ELSE ";
    expr(*e.otherwise);
  }
  out += " END";
}

void Printer::bare(const Expr &e) {
  switch (e.kind) {
  case ExprKind::Literal:
    return literal(as<LiteralExpr>(e));
  case ExprKind::Interval:
    return interval(as<IntervalExpr>(e));
  case ExprKind::Column:
    return column(as<ColumnExpr>(e));
  case ExprKind::Star:
    path(as<StarExpr>(e).qualifier);
    out += as<StarExpr>(e).qualifier.empty() ? "*" : ".*";
    return;
  case ExprKind::Unary:
    return unary(as<UnaryExpr>(e));
  case ExprKind::Binary:
    return binary(as<BinaryExpr>(e));
  case ExprKind::Between: {
    const auto &b = as<BetweenExpr>(e);
    expr(*b.operand, prec::Like);
    out += b.negated ? " NOT BETWEEN " : " BETWEEN ";
    if (b.symmetric)
      out += "SYMMETRIC ";
    expr(*b.low, prec::Like + 1);
    out += " AND ";
    return expr(*b.high, prec::Like + 1);
  }
  case ExprKind::InList: {
    const auto &in = as<InExpr>(e);
    expr(*in.operand, prec::Like);
    out += in.negated ? " NOT IN (" : " IN (";
    if (in.query)
      query(*in.query);
    else
      list(in.list);
    out += ')';
    return;
  }
  case ExprKind::Like: {
    const auto &l = as<LikeExpr>(e);
    expr(*l.operand, prec::Like);
    out += l.negated ? " NOT" : "";
    out += l.similar ? " SIMILAR TO " : " LIKE ";
    expr(*l.pattern, prec::Like + 1);
    if (l.escape) {
      out += " ESCAPE ";
      expr(*l.escape, prec::Like + 1);
    }
    return;
  }
  case ExprKind::Is:
    return is(as<IsExpr>(e));
  case ExprKind::Case:
    return caseExpr(as<CaseExpr>(e));
  case ExprKind::Cast: {
    const auto &c = as<CastExpr>(e);
    out += c.tryCast ? "TRY_CAST(" : "CAST(";
    expr(*c.operand);
    out += " AS ";
    type(c.type);
    out += ')';
    return;
  }
  case ExprKind::Call:
    return call(as<CallExpr>(e));
  case ExprKind::Field:
    postfixOperand(*as<FieldExpr>(e).operand, true);
    out += '.';
    return name(as<FieldExpr>(e).field);
  case ExprKind::Index:
    postfixOperand(*as<IndexExpr>(e).operand, false);
    out += '[';
    expr(*as<IndexExpr>(e).index);
    out += ']';
    return;
  case ExprKind::RowValue:
  case ExprKind::ArrayValue:
  case ExprKind::MapValue: {
    bool row = e.kind == ExprKind::RowValue;
    out += row ? "ROW(" : e.kind == ExprKind::ArrayValue ? "ARRAY[" : "MAP[";
    list(as<ListExpr>(e).items);
    out += row ? ')' : ']';
    return;
  }
  case ExprKind::Subquery:
    out += as<SubqueryExpr>(e).exists                            ? "EXISTS ("
           : as<SubqueryExpr>(e).quantifier == Quantifier::Any ? "ANY ("
           : as<SubqueryExpr>(e).quantifier == Quantifier::All ? "ALL ("
                                                                : "(";
    query(*as<SubqueryExpr>(e).query);
    out += ')';
    return;
  }
}

void Printer::type(const TypeName &t) {
  auto child = [&](size_t i) {
    if (i)
      out += ", ";
    if (i < t.fieldNames.size()) {
      name(t.fieldNames[i]);
      out += ' ';
    }
    type(t.children[i]);
  };
  if (t.name.starts_with("INTERVAL ")) { // INTERVAL DAY(3) TO SECOND(6)
    size_t to = t.name.find(" TO ");
    int64_t precision = t.params.empty() ? -1 : t.params[0];
    out += t.name.substr(0, to);
    if (precision >= 0)
      out += to == t.name.npos && t.params.size() > 1
                 ? fmt::format("({}, {})", precision, t.params[1])
                 : fmt::format("({})", precision);
    if (to != t.name.npos) {
      out += t.name.substr(to);
      if (t.params.size() > 1)
        out += fmt::format("({})", t.params[1]);
    }
  } else {
    out += t.name;
    if (!t.params.empty())
      out += fmt::format("({})", fmt::join(t.params, ", "));
  }
  if (t.name == "ROW" || !t.children.empty() || !t.className.empty()) {
    out += '<';
    if (t.name == "STRUCTURED")
      out += quote(t.className, '\'') + (t.children.empty() ? "" : ", ");
    for (size_t i = 0; i < t.children.size(); ++i)
      child(i);
    out += '>';
  }
  if (!t.nullable)
    out += " NOT NULL";
}

std::string print(const Expr &expr) {
  Printer p;
  p.expr(expr);
  return std::move(p.out);
}
std::string print(const TypeName &type) {
  Printer p;
  p.type(type);
  return std::move(p.out);
}
std::string print(const WindowSpec &spec) {
  Printer p;
  p.window(spec);
  return std::move(p.out);
}
std::string print(const Query &query) {
  Printer p;
  p.query(query);
  return std::move(p.out);
}

std::string print(const Statement &statement) {
  Printer p;
  p.statement(statement);
  return std::move(p.out);
}

} // namespace levada::sql
