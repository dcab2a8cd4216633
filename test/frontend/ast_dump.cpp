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

std::string dumpOptions(const std::vector<OptionDef> &options) {
  std::string out;
  for (const OptionDef &o : options)
    out += fmt::format(" '{}'='{}'", o.key.text, o.value.text);
  return out;
}

std::string dumpHints(const std::vector<Hint> &hints) {
  std::string out;
  for (const Hint &h : hints) {
    out += " (hint " + dumpName(h.name) + dumpOptions(h.options);
    for (const Name &n : h.arguments)
      out += " " + dumpName(n);
    out += ")";
  }
  return out;
}

std::string dumpPattern(const Pattern &p) {
  static const char *kinds[] = {"", "", "|", "permute", "exclude", "^", "$", "()"};
  std::string out = kinds[p.kind];
  if (p.kind == Pattern::Variable) {
    out = dumpName(p.variable);
  } else if (!p.parts.empty()) {
    out = "(" + out;
    for (const Pattern &part : p.parts)
      out += (out.size() > 1 ? " " : "") + dumpPattern(part);
    out += ")";
  }
  if (p.quantified)
    out += fmt::format("{{{},{}{}}}", p.least ? std::to_string(*p.least) : "",
                       p.most ? std::to_string(*p.most) : "", p.reluctant ? "?" : "");
  return out;
}

std::string dumpMatch(const MatchRecognize &m) {
  std::string out;
  if (!m.partitionBy.empty())
    out += " (partition" + dumpList(m.partitionBy) + ")";
  if (!m.orderBy.empty())
    out += " (order" + dumpOrder(m.orderBy) + ")";
  for (const SelectItem &item : m.measures)
    out += fmt::format(" (measure {} {})", dump(*item.expr), dumpName(*item.alias));
  if (m.rowsWritten)
    out += m.allRows ? " all-rows" : " one-row";
  if (m.afterWritten)
    out += fmt::format(" after{}{}", static_cast<int>(m.after),
                       m.afterVariable ? " " + dumpName(*m.afterVariable) : "");
  out += " (pattern " + dumpPattern(m.pattern) + ")";
  if (m.within)
    out += " (within" + opt(m.within) + ")";
  for (const auto &[name, list] : m.subsets)
    out += " (subset " + dumpName(name) + " " + dumpNames(list, " ") + ")";
  for (const auto &[name, condition] : m.define)
    out += " (define " + dumpName(name) + opt(condition) + ")";
  return out;
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
  case TableKind::File:
    out += "file '" + t.file.text + "'";
    break;
  case TableKind::Match:
    out += "match " + dumpTable(*t.left) + dumpMatch(*t.match);
    break;
  case TableKind::Function:
    out += dumpCall(*t.call) + (t.withOrdinality ? " ordinality" : "");
    break;
  case TableKind::Subquery:
    out += dump(*t.query);
    break;
  case TableKind::Join:
    out += t.natural ? "natural-" : "";
    out += fmt::format("{} {} {}", joins[static_cast<int>(t.join)], dumpTable(*t.left),
                       dumpTable(*t.right));
    if (t.on)
      out += " on" + opt(t.on);
    if (!t.usingColumns.empty())
      out += " using " + dumpNames(t.usingColumns, " ");
    break;
  }
  out += dumpHints(t.hints);
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
    const char *what = s.exists                            ? "exists"
                       : s.quantifier == Quantifier::Any ? "any"
                       : s.quantifier == Quantifier::All ? "all"
                                                         : "query";
    return fmt::format("({} {})", what, dump(*s.query));
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

static std::string dumpSelect(const Select &s) {
  std::string out = s.distinct ? "select-distinct" : "select";
  out += dumpHints(s.hints);
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
  return out;
}

static std::string dumpBody(const Query &q) {
  switch (q.kind) {
  case QueryKind::Select:
    return dumpSelect(*q.select);
  case QueryKind::Values:
    return "values" + dumpList(q.rows);
  case QueryKind::Table:
    return "table " + dumpNames(q.table->name, ".");
  case QueryKind::Nested:
    return "nested " + dump(*q.left);
  case QueryKind::SetOp:
    break;
  }
  static const char *words[] = {"union", "intersect", "except"};
  std::vector<const Query *> spine = leftSpine(q);
  std::string out;
  for (auto it = spine.rbegin(); it != spine.rend(); ++it)
    out += fmt::format("{}{}{} ", it == spine.rbegin() ? "" : "(",
                       words[static_cast<int>((*it)->setOp)], (*it)->all ? "-all" : "");
  out += dump(*spine.front()->left);
  for (const Query *link : spine)
    out += " " + dump(*link->right) + (link == &q ? "" : ")");
  return out;
}

std::string dump(const Query &q) {
  std::string out = "(" + dumpBody(q);
  for (const CommonTable &t : q.with)
    out += fmt::format(" (with{} {}{} {})", q.recursive ? "-recursive" : "", dumpName(t.name),
                       t.columns.empty() ? "" : " [" + dumpNames(t.columns, " ") + "]",
                       dump(*t.query));
  if (!q.orderBy.empty())
    out += " (order" + dumpOrder(q.orderBy) + ")";
  if (q.limit)
    out += " (limit" + opt(q.limit) + ")";
  if (q.offset)
    out += " (offset" + opt(q.offset) + ")";
  return out + ")";
}

static std::string dumpComment(const std::optional<Name> &comment) {
  return comment ? " (comment '" + comment->text + "')" : "";
}

static std::string dumpColumn(const ColumnDef &c) {
  std::string out = " (column " + dumpName(c.name);
  if (c.expr)
    out += " as " + dump(*c.expr);
  else
    out += " " + dump(c.type);
  if (c.kind == ColumnDef::Metadata)
    out += fmt::format(" metadata{}{}", c.metadataKey ? " '" + c.metadataKey->text + "'" : "",
                       c.isVirtual ? " virtual" : "");
  if (c.constraint)
    out += " constraint " + dumpName(*c.constraint);
  if (c.primaryKey)
    out += c.keyEnforced ? " key-enforced" : " key";
  return out + dumpComment(c.comment) + ")";
}

static std::string dumpTableStatement(const CreateTableStatement &t) {
  std::string out = fmt::format("(create{}{}-table{} {}", t.orReplace ? "-or-replace" : "",
                                t.temporary ? "-temporary" : "",
                                t.ifNotExists ? "-if-not-exists" : "", dumpNames(t.name, "."));
  for (const ColumnDef &c : t.columns)
    out += dumpColumn(c);
  for (const WatermarkDef &w : t.watermarks)
    out += " (watermark " + dumpNames(w.column, ".") + opt(w.expr) + ")";
  for (const PrimaryKeyDef &k : t.primaryKeys)
    out += fmt::format(" (key{}{} {})", k.enforced ? "-enforced" : "",
                       k.constraint ? " constraint " + dumpName(*k.constraint) : "",
                       dumpNames(k.columns, " "));
  out += dumpComment(t.comment);
  if (t.distribution)
    out += fmt::format(" (distribution{} {} {})", static_cast<int>(t.distribution->kind),
                       dumpNames(t.distribution->columns, " "),
                       t.distribution->buckets ? *t.distribution->buckets : -1);
  if (!t.partitionedBy.empty())
    out += " (partitioned " + dumpNames(t.partitionedBy, " ") + ")";
  if (!t.options.empty())
    out += " (options" + dumpOptions(t.options) + ")";
  if (t.like) {
    out += " (like " + dumpNames(t.like->source, ".");
    for (const LikeClause::Rule &r : t.like->rules)
      out += fmt::format(" {}{}", "+-!"[r.merge], r.feature.text);
    out += ")";
  }
  if (t.asQuery)
    out += " (as " + dump(*t.asQuery) + ")";
  return out + ")";
}

static std::string dumpInsert(const InsertStatement &s) {
  std::string out = s.overwrite ? "(insert-overwrite " : "(insert ";
  out += dumpNames(s.table, ".") + dumpHints(s.hints);
  for (const auto &[name, value] : s.partition)
    out += " (partition " + dumpName(name) + opt(value) + ")";
  if (!s.columns.empty())
    out += " [" + dumpNames(s.columns, " ") + "]";
  out += " " + dump(*s.query);
  if (s.onConflict)
    out += fmt::format(" conflict{}", static_cast<int>(s.onConflict));
  return out + ")";
}

template <typename T> static const T &as(const Statement &s) {
  return static_cast<const T &>(s);
}

std::string dump(const Statement &s) {
  switch (s.kind) {
  case StatementKind::CreateTable:
    return dumpTableStatement(as<CreateTableStatement>(s));
  case StatementKind::CreateView: {
    const auto &v = as<CreateViewStatement>(s);
    return fmt::format("(create{}{}-view{} {}{}{} {})", v.orReplace ? "-or-replace" : "",
                       v.temporary ? "-temporary" : "", v.ifNotExists ? "-if-not-exists" : "",
                       dumpNames(v.name, "."),
                       v.columns.empty() ? "" : " [" + dumpNames(v.columns, " ") + "]",
                       dumpComment(v.comment), dump(*v.query));
  }
  case StatementKind::CreateFunction: {
    const auto &f = as<CreateFunctionStatement>(s);
    std::string out = fmt::format("(create{}{}-function{} {} '{}' {}", f.temporary ? "-temporary" : "",
                                  f.system ? "-system" : "",
                                  f.ifNotExists ? "-if-not-exists" : "", dumpNames(f.name, "."),
                                  f.className.text, f.language ? dumpName(*f.language) : "");
    for (const Name &jar : f.jars)
      out += " jar '" + jar.text + "'";
    return out + dumpOptions(f.options) + ")";
  }
  case StatementKind::CreateCatalog:
  case StatementKind::CreateDatabase: {
    const auto &c = as<CreateSpaceStatement>(s);
    return fmt::format("(create-{}{} {}{}{})",
                       s.kind == StatementKind::CreateCatalog ? "catalog" : "database",
                       c.ifNotExists ? "-if-not-exists" : "", dumpNames(c.name, "."),
                       dumpComment(c.comment), dumpOptions(c.options));
  }
  case StatementKind::Drop: {
    const auto &d = as<DropStatement>(s);
    return fmt::format("(drop{}{}{}{} {}{}{})", static_cast<int>(d.what),
                       d.temporary ? "-temporary" : "", d.system ? "-system" : "",
                       d.ifExists ? "-if-exists" : "", dumpNames(d.name, "."),
                       d.cascade ? " cascade" : "", d.restrictWritten ? " restrict" : "");
  }
  case StatementKind::Set: {
    const auto &o = as<SetStatement>(s).option;
    return o ? fmt::format("(set '{}'='{}')", o->key.text, o->value.text) : "(set)";
  }
  case StatementKind::Reset: {
    const auto &k = as<ResetStatement>(s).key;
    return k ? "(reset '" + k->text + "')" : "(reset)";
  }
  case StatementKind::Use:
    return fmt::format("(use{} {})", static_cast<int>(as<UseStatement>(s).what),
                       dumpNames(as<UseStatement>(s).name, "."));
  case StatementKind::Insert:
    return dumpInsert(as<InsertStatement>(s));
  case StatementKind::StatementSet: {
    std::string out = as<StatementSetStatement>(s).oldForm ? "(old-set" : "(set-of";
    for (const StatementPtr &one : as<StatementSetStatement>(s).statements)
      out += " " + dump(*one);
    return out + ")";
  }
  case StatementKind::Explain: {
    const auto &e = as<ExplainStatement>(s);
    return fmt::format("(explain{} {} {})", e.planFor ? "-plan-for" : "",
                       dumpNames(e.details, " "), dump(*e.statement));
  }
  case StatementKind::Analyze:
    return "(analyze " + as<AnalyzeStatement>(s).text + ")";
  case StatementKind::Query:
    return dump(*as<QueryStatement>(s).query);
  case StatementKind::Other:
    return fmt::format("(other {}: {})", as<OtherStatement>(s).what, as<OtherStatement>(s).text);
  }
  return "?";
}

std::string dump(const Script &s) {
  std::string out;
  for (const StatementPtr &one : s.statements)
    out += dump(*one) + "\n";
  return out;
}

} // namespace levada::sql
