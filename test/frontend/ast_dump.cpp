// Every member of the tree that carries meaning is written; ranges and depths
// are not. Long chains are followed in a loop, as Ast.h asks.
#include "frontend/ast_dump.h"

#include <fmt/format.h>

namespace levada::sql {
namespace {

template <typename T> const T &as(const Expr &e) { return static_cast<const T &>(e); }

std::string dumpName(const Name &n) { return n.quoted ? "`" + n.text + "`" : n.text; }

std::string dumpNames(const std::vector<Name> &names, const char *gap) {
  std::string out;
  for (const Name &n : names)
    out += (out.empty() ? "" : gap) + dumpName(n);
  return out;
}

std::string opt(const ExprPtr &e) { return e ? " " + dump(*e) : " _"; }

std::string dumpList(const std::vector<ExprPtr> &list) {
  std::string out;
  for (const ExprPtr &e : list)
    out += " " + dump(*e);
  return out;
}

std::string dumpOrder(const std::vector<OrderItem> &list) {
  std::string out;
  for (const OrderItem &item : list)
    out += " " + dump(item);
  return out;
}

std::string dumpLiteral(const LiteralExpr &e) {
  static const char *kinds[] = {"null", "true", "false", "unknown", "", "dec ", "approx ",
                                "'", "x'", "date'", "time'", "timestamp'", "ltz'"};
  std::string text = kinds[static_cast<int>(e.literal)] + e.text;
  return text.find('\'') < text.size() && e.literal >= LiteralKind::String ? text + "'"
                                                                           : text;
}

std::string dumpInterval(const IntervalExpr &e) {
  std::string out = fmt::format("(interval {}'{}' u{}", e.negative ? "-" : "", e.text,
                                static_cast<int>(e.from));
  if (e.to)
    out += fmt::format(" to u{}", static_cast<int>(*e.to));
  if (e.precision)
    out += fmt::format(" p{}", *e.precision);
  if (e.fraction)
    out += fmt::format(" f{}", *e.fraction);
  return out + ")";
}

std::string dumpBinary(const BinaryExpr &e) {
  static const char *ops[] = {"+", "-", "*", "/", "%", "||", "=", "<>", "<", "<=", ">",
                              ">=", "distinct", "same", "and", "or", "overlaps"};
  std::vector<const BinaryExpr *> spine = leftSpine(e);
  std::string out;
  for (auto it = spine.rbegin(); it != spine.rend(); ++it)
    out += fmt::format("({} ", ops[static_cast<int>((*it)->op)]);
  out += dump(*spine.front()->left);
  for (const BinaryExpr *b : spine)
    out += " " + dump(*b->right) + ")";
  return out;
}

std::string dumpJson(const JsonClauses &j) {
  std::string out = " (json";
  if (j.returning)
    out += " " + dump(*j.returning);
  if (j.wrapper)
    out += fmt::format(" w{}", static_cast<int>(*j.wrapper));
  if (j.onEmpty)
    out += fmt::format(" empty{}{}", static_cast<int>(*j.onEmpty), opt(j.defaultOnEmpty));
  if (j.onError)
    out += fmt::format(" error{}{}", static_cast<int>(*j.onError), opt(j.defaultOnError));
  if (j.onNull)
    out += fmt::format(" null{}", static_cast<int>(*j.onNull));
  return out + ")";
}

std::string dumpCall(const CallExpr &e) {
  std::string out = "(";
  if (!e.qualifier.empty())
    out += dumpNames(e.qualifier, ".") + ".";
  out += dumpName(e.name) + (e.niladic ? "" : "()");
  out += e.star ? " *" : "";
  out += e.distinct ? " distinct" : "";
  for (size_t i = 0; i < e.args.size(); ++i) {
    out += ' ';
    if (i < e.argNames.size() && e.argNames[i])
      out += dumpName(*e.argNames[i]) + "=>";
    out += (e.symbols.at(i) ? ":" : "") + dump(*e.args[i]);
  }
  if (!e.partitionBy.empty())
    out += " (partition" + dumpList(e.partitionBy) + ")";
  if (!e.tableOrder.empty())
    out += " (order" + dumpOrder(e.tableOrder) + ")";
  if (e.json)
    out += dumpJson(*e.json);
  if (!e.withinGroup.empty())
    out += " (within" + dumpOrder(e.withinGroup) + ")";
  if (e.ignoreNulls)
    out += *e.ignoreNulls ? " ignore-nulls" : " respect-nulls";
  if (e.filter)
    out += " (filter" + opt(e.filter) + ")";
  if (e.over)
    out += " (over" + dump(*e.over) + ")";
  return out + ")";
}

std::string dumpTable(const TableRef &t) {
  static const char *joins[] = {"inner", "left", "right", "full", "cross"};
  std::string out = t.lateral ? "(lateral " : "(";
  switch (t.kind) {
  case TableKind::Named:
    out += "table " + dumpNames(t.name, ".");
    if (t.asOf)
      out += " as-of" + opt(t.asOf);
    break;
  case TableKind::Function:
    out += dumpCall(*t.call);
    break;
  case TableKind::Subquery:
    out += dump(*t.query);
    break;
  case TableKind::Join:
    out += fmt::format("{} {} {}", joins[static_cast<int>(t.join)], dumpTable(*t.left),
                       dumpTable(*t.right));
    if (t.on)
      out += " on" + opt(t.on);
    if (!t.usingColumns.empty())
      out += " using " + dumpNames(t.usingColumns, " ");
    break;
  }
  if (t.alias)
    out += " as " + dumpName(*t.alias);
  if (!t.columnAliases.empty())
    out += " [" + dumpNames(t.columnAliases, " ") + "]";
  return out + ")";
}

} // namespace

std::string dump(const Expr &e) {
  switch (e.kind) {
  case ExprKind::Literal:
    return dumpLiteral(as<LiteralExpr>(e));
  case ExprKind::Interval:
    return dumpInterval(as<IntervalExpr>(e));
  case ExprKind::Column:
    return dumpNames(as<ColumnExpr>(e).parts, ".");
  case ExprKind::Star: {
    const auto &q = as<StarExpr>(e).qualifier;
    return q.empty() ? "*" : dumpNames(q, ".") + ".*";
  }
  case ExprKind::Unary: {
    static const char *ops[] = {"+", "-", "not"};
    const auto &u = as<UnaryExpr>(e);
    return fmt::format("({}{})", ops[static_cast<int>(u.op)], opt(u.operand));
  }
  case ExprKind::Binary:
    return dumpBinary(as<BinaryExpr>(e));
  case ExprKind::Between: {
    const auto &b = as<BetweenExpr>(e);
    return fmt::format("({}between{}{}{}{})", b.negated ? "not-" : "",
                       b.symmetric ? "-symmetric" : "", opt(b.operand), opt(b.low),
                       opt(b.high));
  }
  case ExprKind::InList: {
    const auto &in = as<InExpr>(e);
    return fmt::format("({}in{}{})", in.negated ? "not-" : "", opt(in.operand),
                       in.query ? " " + dump(*in.query) : dumpList(in.list));
  }
  case ExprKind::Like: {
    const auto &l = as<LikeExpr>(e);
    return fmt::format("({}{}{}{}{})", l.negated ? "not-" : "", l.similar ? "similar" : "like",
                       opt(l.operand), opt(l.pattern), l.escape ? opt(l.escape) : "");
  }
  case ExprKind::Is: {
    const auto &i = as<IsExpr>(e);
    static const char *what[] = {"null", "true", "false", "unknown", "json", "json-value",
                                 "json-object", "json-array", "json-scalar"};
    return fmt::format("(is{}-{}{})", i.negated ? "-not" : "", what[static_cast<int>(i.what)],
                       opt(i.operand));
  }
  case ExprKind::Case: {
    const auto &c = as<CaseExpr>(e);
    std::string out = "(case" + (c.operand ? opt(c.operand) : "");
    for (const auto &[condition, value] : c.branches)
      out += " [" + dump(*condition) + " " + dump(*value) + "]";
    return out + (c.otherwise ? " else" + opt(c.otherwise) : "") + ")";
  }
  case ExprKind::Cast: {
    const auto &c = as<CastExpr>(e);
    return fmt::format("({}cast{} {})", c.tryCast ? "try-" : "", opt(c.operand), dump(c.type));
  }
  case ExprKind::Call:
    return dumpCall(as<CallExpr>(e));
  case ExprKind::Field:
    return fmt::format("(field{} {})", opt(as<FieldExpr>(e).operand),
                       dumpName(as<FieldExpr>(e).field));
  case ExprKind::Index:
    return fmt::format("(index{}{})", opt(as<IndexExpr>(e).operand),
                       opt(as<IndexExpr>(e).index));
  case ExprKind::RowValue:
    return "(row" + dumpList(as<ListExpr>(e).items) + ")";
  case ExprKind::ArrayValue:
    return "(array" + dumpList(as<ListExpr>(e).items) + ")";
  case ExprKind::MapValue:
    return "(map" + dumpList(as<ListExpr>(e).items) + ")";
  case ExprKind::Subquery: {
    const auto &s = as<SubqueryExpr>(e);
    return fmt::format("({} {})", s.exists ? "exists" : "query", dump(*s.query));
  }
  }
  return "?";
}

std::string dump(const TypeName &t) {
  std::string out = t.name;
  if (!t.params.empty())
    out += fmt::format("({})", fmt::join(t.params, ","));
  if (!t.className.empty())
    out += "'" + t.className + "'";
  if (t.name == "ROW" || !t.children.empty()) {
    out += "<";
    for (size_t i = 0; i < t.children.size(); ++i) {
      out += i ? ", " : "";
      if (!t.fieldNames.empty())
        out += dumpName(t.fieldNames[i]) + " ";
      out += dump(t.children[i]);
    }
    out += ">";
  }
  return out + (t.nullable ? "" : "!");
}

std::string dump(const OrderItem &item) {
  std::string out = dump(*item.expr);
  if (!item.descending && !item.nullsFirst)
    return out;
  return fmt::format("({} {}{})", item.descending ? "desc" : "asc", out,
                     !item.nullsFirst ? "" : *item.nullsFirst ? " first" : " last");
}

std::string dump(const WindowSpec &w) {
  static const char *bounds[] = {"unbounded-preceding", "preceding", "current", "following",
                                 "unbounded-following"};
  std::string out;
  if (w.reference)
    out += " " + dumpName(*w.reference);
  if (!w.partitionBy.empty())
    out += " (partition" + dumpList(w.partitionBy) + ")";
  if (!w.orderBy.empty())
    out += " (order" + dumpOrder(w.orderBy) + ")";
  if (w.hasFrame)
    out += fmt::format(" ({} {}{} {}{})", w.rows ? "rows" : "range", bounds[w.low.kind],
                       w.low.offset ? opt(w.low.offset) : "", bounds[w.high.kind],
                       w.high.offset ? opt(w.high.offset) : "");
  return out;
}

std::string dump(const Query &q) {
  const Select &s = *q.select;
  std::string out = s.distinct ? "(select-distinct" : "(select";
  for (const SelectItem &item : s.items)
    out += item.alias ? fmt::format(" (as {} {})", dump(*item.expr), dumpName(*item.alias))
                      : " " + dump(*item.expr);
  if (s.from)
    out += " (from " + dumpTable(*s.from) + ")";
  if (s.where)
    out += " (where" + opt(s.where) + ")";
  if (s.grouped)
    out += " (group" + dumpList(s.groupBy) + ")";
  if (s.having)
    out += " (having" + opt(s.having) + ")";
  for (const auto &[name, spec] : s.windows)
    out += " (window " + dumpName(name) + dump(*spec) + ")";
  if (s.qualify)
    out += " (qualify" + opt(s.qualify) + ")";
  if (!q.orderBy.empty())
    out += " (order" + dumpOrder(q.orderBy) + ")";
  if (q.limit)
    out += " (limit" + opt(q.limit) + ")";
  if (q.offset)
    out += " (offset" + opt(q.offset) + ")";
  return out + ")";
}

} // namespace levada::sql
