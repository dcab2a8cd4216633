//===- PrintQuery.cpp - queries and tables as SQL text --------------------===//
//
// Brackets stand around an operand of a set operator that has clauses of its
// own or binds weaker. Chains of set operators are printed in a loop, as Ast.h
// asks.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/Printer.h"

namespace levada::sql {

static bool hasClauses(const Query &q) {
  return !q.with.empty() || !q.orderBy.empty() || q.limit || q.offset;
}
static int strength(SetOpKind op) { return op == SetOpKind::Intersect ? 2 : 1; }

void Printer::query(const Query &q) {
  for (size_t i = 0; i < q.with.size(); ++i) {
    out += i ? ", " : q.recursive ? "WITH RECURSIVE " : "WITH ";
    name(q.with[i].name);
    if (!q.with[i].columns.empty()) {
      out += ' ';
      names(q.with[i].columns);
    }
    out += " AS (";
    query(*q.with[i].query);
    out += ')';
  }
  out += q.with.empty() ? "" : " ";
  queryBody(q);
  if (!q.orderBy.empty()) {
    out += " ORDER BY ";
    order(q.orderBy);
  }
  if (q.limit) {
    out += " LIMIT ";
    expr(*q.limit);
  }
  if (q.offset) {
    out += " OFFSET ";
    expr(*q.offset);
  }
}

void Printer::queryBody(const Query &q) {
  switch (q.kind) {
  case QueryKind::Select:
    return select(*q.select);
  case QueryKind::Values:
    out += "VALUES ";
    for (size_t i = 0; i < q.rows.size(); ++i) {
      out += i ? ", " : "";
      const auto *row = q.rows[i]->kind == ExprKind::RowValue
                            ? static_cast<const ListExpr *>(q.rows[i].get())
                            : nullptr;
      if (!row || row->items.size() < 2) {
        expr(*q.rows[i]);
        continue;
      }
      out += '(';
      list(row->items);
      out += ')';
    }
    return;
  case QueryKind::Nested:
    out += '(';
    query(*q.left);
    out += ')';
    return;
  case QueryKind::Table:
    out += "TABLE ";
    return path(q.table->name);
  case QueryKind::SetOp:
    break;
  }
  static constexpr const char *words[] = {" UNION ", " INTERSECT ", " EXCEPT "};
  // Operators at which the left side needs brackets end the loop.
  std::vector<const Query *> spine = leftSpine(q);
  size_t first = spine.size() - 1;
  while (first > 0 && strength(spine[first - 1]->setOp) >= strength(spine[first]->setOp))
    --first;
  setOperand(*spine[first]->left, strength(spine[first]->setOp));
  for (size_t i = first; i < spine.size(); ++i) {
    out += words[static_cast<int>(spine[i]->setOp)];
    out += spine[i]->all ? "ALL " : "";
    setOperand(*spine[i]->right, strength(spine[i]->setOp) + 1);
  }
}

void Printer::setOperand(const Query &q, int minimum) {
  bool brackets = hasClauses(q) ||
                  (q.kind == QueryKind::SetOp && strength(q.setOp) < minimum);
  out += brackets ? "(" : "";
  query(q);
  out += brackets ? ")" : "";
}

void Printer::hints(const std::vector<Hint> &list) {
  for (size_t i = 0; i < list.size(); ++i) {
    out += i ? ", " : "/*+ ";
    name(list[i].name);
    if (!list[i].options.empty() || !list[i].arguments.empty()) {
      out += '(';
      options(list[i].options);
      for (size_t k = 0; k < list[i].arguments.size(); ++k) {
        out += k || !list[i].options.empty() ? ", " : "";
        name(list[i].arguments[k]);
      }
      out += ')';
    }
    out += i + 1 == list.size() ? " */" : "";
  }
}

/// 'key' = 'value', …
void Printer::options(const std::vector<OptionDef> &list) {
  for (size_t i = 0; i < list.size(); ++i) {
    out += i ? ", " : "";
    out += quote(list[i].key.text, '\'') + " = " + quote(list[i].value.text, '\'');
  }
}

void Printer::select(const Select &s) {
  out += "SELECT ";
  if (!s.hints.empty()) {
    hints(s.hints);
    out += ' ';
  }
  out += s.distinct ? "DISTINCT " : "";
  for (size_t i = 0; i < s.items.size(); ++i) {
    if (i)
      out += ", ";
    expr(*s.items[i].expr);
    if (s.items[i].alias) {
      out += " AS ";
      name(*s.items[i].alias);
    }
  }
  if (s.from) {
    out += " FROM ";
    table(*s.from);
  }
  auto clause = [&](const char *word, const ExprPtr &e) {
    if (!e)
      return;
    out += word;
    expr(*e);
  };
  clause(" WHERE ", s.where);
  if (s.grouped) {
    out += " GROUP BY ";
    for (size_t i = 0; i < s.groupBy.size(); ++i) {
      if (i)
        out += ", ";
      grouping(*s.groupBy[i]);
    }
  }
  clause(" HAVING ", s.having);
  for (size_t i = 0; i < s.windows.size(); ++i) {
    out += i ? ", " : " WINDOW ";
    name(s.windows[i].first);
    out += " AS (";
    window(*s.windows[i].second);
    out += ')';
  }
  clause(" QUALIFY ", s.qualify);
}

void Printer::table(const TableRef &t) {
  if (t.kind == TableKind::Join)
    return join(t);
  if (t.lateral)
    out += "LATERAL ";
  switch (t.kind) {
  case TableKind::Named:
    path(t.name);
    break;
  case TableKind::File:
    out += quote(t.file.text, '\'');
    break;
  case TableKind::Match:
    table(*t.left);
    match(*t.match);
    break;
  case TableKind::Function: {
    bool wrapped = t.call->name.quoted || t.call->name.text != "UNNEST";
    out += wrapped ? "TABLE(" : "";
    call(*t.call);
    out += wrapped ? ")" : "";
    out += t.withOrdinality ? " WITH ORDINALITY" : "";
    break;
  }
  case TableKind::Subquery:
    out += '(';
    query(*t.query);
    out += ')';
    break;
  case TableKind::Join:
    break;
  }
  if (!t.hints.empty()) {
    out += ' ';
    hints(t.hints);
  }
  if (t.asOf) {
    out += " FOR SYSTEM_TIME AS OF ";
    expr(*t.asOf);
  }
  if (t.alias) {
    out += " AS ";
    name(*t.alias);
  }
  if (!t.columnAliases.empty()) {
    out += ' ';
    names(t.columnAliases);
  }
}

void Printer::join(const TableRef &t) {
  static constexpr const char *words[] = {" JOIN ", " LEFT JOIN ", " RIGHT JOIN ",
                                          " FULL JOIN ", " CROSS JOIN "};
  table(*t.left);
  out += t.natural ? " NATURAL" : "";
  out += words[static_cast<int>(t.join)];
  bool brackets = t.right->kind == TableKind::Join;
  out += brackets ? "(" : "";
  table(*t.right);
  out += brackets ? ")" : "";
  if (t.on) {
    out += " ON ";
    expr(*t.on);
  } else if (!t.usingColumns.empty()) {
    out += " USING ";
    names(t.usingColumns);
  }
}

/// An item of GROUP BY: `()` may stand here, and sets of such items.
void Printer::grouping(const Expr &e) {
  if (e.kind == ExprKind::RowValue && static_cast<const ListExpr &>(e).items.empty()) {
    out += "()";
    return;
  }
  const auto *c = e.kind == ExprKind::Call ? static_cast<const CallExpr *>(&e) : nullptr;
  if (!c || c->name.quoted || c->name.text != "GROUPING SETS")
    return expr(e);
  out += "GROUPING SETS (";
  for (size_t i = 0; i < c->args.size(); ++i) {
    if (i)
      out += ", ";
    grouping(*c->args[i]);
  }
  out += ')';
}

} // namespace levada::sql
