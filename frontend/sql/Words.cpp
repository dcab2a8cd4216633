//===- Words.cpp - which words can be names -------------------------------===//
//
// Flink reserves some 300 words. Most of them (date, time, user, value, year)
// cannot be mistaken for anything else where a name stands, and are names here
// without backquotes. Reserved are only the words that could also begin or go
// on with something else there.
//
//===----------------------------------------------------------------------===//
#include "frontend/sql/Lexer.h"

#include <algorithm>
#include <iterator>

namespace levada::sql {

// Both lists are sorted.
static constexpr std::string_view reserved[] = {
    "ALL",     "AND",    "AS",     "BETWEEN",   "BY",     "CASE",   "CAST",
    "CROSS",   "DISTINCT", "ELSE", "END",       "EXCEPT", "EXISTS", "FALSE",
    "FETCH",   "FOR",    "FROM",   "FULL",      "GROUP",  "HAVING", "IN",
    "INNER",   "INTERSECT", "INTO", "IS",       "JOIN",   "LATERAL", "LEFT",
    "LIKE",    "LIMIT",  "MINUS",  "NATURAL",   "NOT",    "NULL",   "ON",
    "OR",      "ORDER",  "OUTER",  "OVER",      "QUALIFY", "RIGHT", "SELECT",
    "SIMILAR", "TABLE",  "THEN",   "TRUE",      "TRY_CAST", "UNION",
    "UNKNOWN", "USING",  "VALUES", "WHEN",      "WHERE",  "WITH",
};

static constexpr std::string_view clauseWords[] = {
    "ASC",    "DESC",    "ESCAPE",  "FILTER", "MATCH_RECOGNIZE", "NULLS",
    "OFFSET", "OVERLAPS", "TABLESAMPLE", "WINDOW", "WITHIN",
};

bool isReserved(std::string_view upper) {
  return std::binary_search(std::begin(reserved), std::end(reserved), upper);
}

bool isClauseWord(std::string_view upper) {
  return isReserved(upper) || std::binary_search(std::begin(clauseWords),
                                                 std::end(clauseWords), upper);
}

bool isTypeWord(std::string_view upper) {
  static constexpr std::string_view types[] = {
      "ARRAY",   "BIGINT", "BINARY",   "BOOLEAN",   "BYTES",         "CHAR",       "CHARACTER",
      "DATE",    "DEC",    "DECIMAL",  "DESCRIPTOR", "DOUBLE",       "FLOAT",      "INT",
      "INTEGER", "INTERVAL", "MAP",    "MULTISET",  "NULL",          "NUMERIC",    "RAW",
      "REAL",    "ROW",    "SMALLINT", "STRING",    "STRUCTURED",    "TIME",       "TIMESTAMP",
      "TIMESTAMP_LTZ", "TINYINT", "VARBINARY", "VARCHAR", "VARIANT"};
  return std::find(std::begin(types), std::end(types), upper) != std::end(types);
}

std::string upperCase(std::string_view word) {
  std::string upper(word);
  for (char &c : upper)
    if (c >= 'a' && c <= 'z')
      c -= 'a' - 'A';
  return upper;
}

bool isBareName(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9'))
    return false;
  for (char c : text) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
    if (!letter && !(c >= '0' && c <= '9') && static_cast<unsigned char>(c) < 0x80)
      return false;
  }
  return !isReserved(upperCase(text));
}

std::string quote(std::string_view text, char mark) {
  std::string result(1, mark);
  for (char c : text) {
    if (c == mark)
      result += mark;
    result += c;
  }
  return result + mark;
}

} // namespace levada::sql
