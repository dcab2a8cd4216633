//===- PrintCall.cpp - calls and windows as SQL text ----------------------===//
//
// Calls that the parser brought into plain form get their own syntax back,
// since the plain one would not read as the same tree.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/Printer.h"

namespace levada::sql {

void Printer::callName(const CallExpr &e) {
  for (const Name &q : e.qualifier) {
    name(q);
    out += '.';
  }
  bool side = e.qualifier.empty() && (e.name.text == "LEFT" || e.name.text == "RIGHT");
  if (!e.name.quoted && side)
    out += e.name.text;
  else
    name(e.name);
}

void Printer::argument(const CallExpr &e, size_t i) {
  if (i < e.argNames.size() && e.argNames[i]) {
    name(*e.argNames[i]);
    out += " => ";
  }
  bool symbol = i < e.symbols.size() && e.symbols[i];
  const Expr &arg = *e.args[i];
  if (symbol && arg.kind == ExprKind::Literal) {
    out += static_cast<const LiteralExpr &>(arg).text;
    return;
  }
  if (symbol)
    out += "TABLE ";
  expr(arg);
  if (symbol && !e.partitionBy.empty()) {
    out += " PARTITION BY (";
    list(e.partitionBy);
    out += ')';
  }
  if (symbol && !e.tableOrder.empty()) {
    out += " ORDER BY (";
    order(e.tableOrder);
    out += ')';
  }
}

/// (a - b) DAY TO SECOND, as the parser makes it.
static bool isDifference(const CallExpr &e) { return e.name.text == "-" && !e.name.quoted; }

/// Would `TO` behind `e` be read as a part of its interval?
static bool endsInInterval(const Expr &e) {
  const Expr *last = &e;
  while (last)
    switch (last->kind) {
    case ExprKind::Interval:
      return true;
    case ExprKind::Call:
      return isDifference(*static_cast<const CallExpr *>(last));
    case ExprKind::Binary:
      last = static_cast<const BinaryExpr *>(last)->right.get();
      break;
    case ExprKind::Unary:
      last = static_cast<const UnaryExpr *>(last)->operand.get();
      break;
    case ExprKind::Between:
      last = static_cast<const BetweenExpr *>(last)->high.get();
      break;
    case ExprKind::Like: {
      const auto *l = static_cast<const LikeExpr *>(last);
      last = l->escape ? l->escape.get() : l->pattern.get();
      break;
    }
    default:
      return false;
    }
  return false;
}

/// EXTRACT(u FROM x) and its like; false for an ordinary call.
bool Printer::specialArguments(const CallExpr &e) {
  const std::string &f = e.name.text;
  size_t n = e.args.size();
  auto words = [&](std::initializer_list<const char *> between) {
    size_t i = 0;
    for (const char *word : between) {
      if (i < n) {
        if (i)
          out += fmt::format(" {} ", word);
        argument(e, i);
      }
      ++i;
    }
    return true;
  };
  if (e.name.quoted || !e.qualifier.empty() || n == 0)
    return false;
  if (f == "EXTRACT")
    return words({"", "FROM"});
  if ((f == "FLOOR" || f == "CEIL" || f == "CEILING") && n == 2 && e.symbols[1]) {
    bool brackets = endsInInterval(*e.args[0]);
    out += brackets ? "(" : "";
    expr(*e.args[0]);
    out += brackets ? ") TO " : " TO ";
    argument(e, 1);
    return true;
  }
  if (f == "POSITION" && n <= 3 && n >= 2 && e.argNames.empty()) {
    expr(*e.args[0], prec::Like + 1);
    out += " IN ";
    argument(e, 1);
    if (n == 3) {
      out += " FROM ";
      argument(e, 2);
    }
    return true;
  }
  if (f == "TRIM" && e.symbols[0]) {
    argument(e, 0);
    if (n == 3) {
      out += ' ';
      argument(e, 2);
    }
    out += " FROM ";
    argument(e, 1);
    return true;
  }
  if (f.starts_with("JSON_OBJECT") && (f == "JSON_OBJECT" || f == "JSON_OBJECTAGG")) {
    for (size_t i = 0; i + 1 < n; i += 2) {
      out += i ? ", KEY " : "KEY ";
      argument(e, i);
      out += " VALUE ";
      argument(e, i + 1);
    }
    return true;
  }
  return false;
}

void Printer::jsonClauses(const JsonClauses &j) {
  auto behavior = [&](const std::optional<JsonBehavior> &b, const ExprPtr &value,
                      const char *on) {
    static constexpr const char *words[] = {"NULL", "ERROR", "TRUE", "FALSE", "UNKNOWN",
                                            "ABSENT", "EMPTY ARRAY", "EMPTY OBJECT",
                                            "DEFAULT"};
    if (!b)
      return;
    out += fmt::format(" {}", words[static_cast<int>(*b)]);
    if (value) {
      out += ' ';
      expr(*value);
    }
    out += fmt::format(" ON {}", on);
  };
  if (j.returning) {
    out += " RETURNING ";
    type(*j.returning);
  }
  if (j.wrapper)
    out += *j.wrapper == JsonWrapper::Without       ? " WITHOUT WRAPPER"
           : *j.wrapper == JsonWrapper::Conditional ? " WITH CONDITIONAL WRAPPER"
                                                    : " WITH UNCONDITIONAL WRAPPER";
  behavior(j.onNull, nullptr, "NULL");
  behavior(j.onEmpty, j.defaultOnEmpty, "EMPTY");
  behavior(j.onError, j.defaultOnError, "ERROR");
}

void Printer::call(const CallExpr &e) {
  if (isDifference(e)) {
    out += '(';
    expr(*e.args[2], prec::Add);
    out += " - ";
    expr(*e.args[1], prec::Add + 1);
    out += ") ";
    return argument(e, 0);
  }
  callName(e);
  if (!e.niladic) {
    out += '(';
    if (e.star)
      out += '*';
    if (e.distinct)
      out += "DISTINCT ";
    if (!specialArguments(e))
      for (size_t i = 0; i < e.args.size(); ++i) {
        if (i)
          out += ", ";
        argument(e, i);
      }
    if (e.json)
      jsonClauses(*e.json);
    out += ')';
  }
  if (!e.withinGroup.empty()) {
    out += " WITHIN GROUP (ORDER BY ";
    order(e.withinGroup);
    out += ')';
  }
  if (e.ignoreNulls)
    out += *e.ignoreNulls ? " IGNORE NULLS" : " RESPECT NULLS";
  if (e.filter) {
    out += " FILTER (WHERE ";
    expr(*e.filter);
    out += ')';
  }
  if (e.over)
    over(*e.over);
}

//===----------------------------------------------------------------------===//
// Windows and order
//===----------------------------------------------------------------------===//

void Printer::over(const WindowSpec &w) {
  out += " OVER ";
  if (w.reference && w.partitionBy.empty() && w.orderBy.empty() && !w.hasFrame)
    return name(*w.reference);
  out += '(';
  window(w);
  out += ')';
}

void Printer::window(const WindowSpec &w) {
  const char *gap = "";
  if (w.reference) {
    name(*w.reference);
    gap = " ";
  }
  if (!w.partitionBy.empty()) {
    out += fmt::format("{}PARTITION BY ", gap);
    list(w.partitionBy);
    gap = " ";
  }
  if (!w.orderBy.empty()) {
    out += fmt::format("{}ORDER BY ", gap);
    order(w.orderBy);
    gap = " ";
  }
  if (w.hasFrame) {
    out += fmt::format("{}{} BETWEEN ", gap, w.rows ? "ROWS" : "RANGE");
    bound(w.low);
    out += " AND ";
    bound(w.high);
  }
}

void Printer::bound(const FrameBound &b) {
  if (b.offset) {
    expr(*b.offset, prec::And + 1);
    out += ' ';
  }
  switch (b.kind) {
  case FrameBound::UnboundedPreceding:
    out += "UNBOUNDED PRECEDING";
    break;
  case FrameBound::Preceding:
    out += "PRECEDING";
    break;
  case FrameBound::CurrentRow:
    out += "CURRENT ROW";
    break;
  case FrameBound::Following:
    out += "FOLLOWING";
    break;
  case FrameBound::UnboundedFollowing:
    out += "UNBOUNDED FOLLOWING";
    break;
  }
}

void Printer::order(const std::vector<OrderItem> &items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i)
      out += ", ";
    expr(*items[i].expr);
    if (items[i].descending)
      out += " DESC";
    if (items[i].nullsFirst)
      out += *items[i].nullsFirst ? " NULLS FIRST" : " NULLS LAST";
  }
}

} // namespace levada::sql
