//===- ParserSelect.h - what an operand of a query hands up ---------------===//
//
// The clauses that stand behind an operand but belong to the query around it.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SQL_PARSERSELECT_H
#define LEVADA_FRONTEND_SQL_PARSERSELECT_H

#include "frontend/sql/ParserImpl.h"

namespace levada::sql {

struct Parser::Tail {
  std::vector<OrderItem> orderBy;
  ExprPtr limit, offset;
  SourceRange range;         ///< the words of the first of them
  std::string_view first;    ///< "ORDER BY"; empty: none was written
  bool any() const { return !first.empty(); }
};

/// SELECT …, VALUES …, (query), or several with set operators between them.
struct Parser::Operand {
  std::unique_ptr<Query> query; ///< null after a mistake
  Tail tail;
  bool brackets = false;
  bool failed = false;
};

} // namespace levada::sql

#endif
