// An SQL tree as an S-expression without ranges, so that tests can compare
// trees and say which shape they expect.
#ifndef LEVADA_TEST_FRONTEND_AST_DUMP_H
#define LEVADA_TEST_FRONTEND_AST_DUMP_H

#include "frontend/sql/Ast.h"

namespace levada::sql {

std::string dump(const Expr &e);
std::string dump(const TypeName &t);
std::string dump(const OrderItem &item);
std::string dump(const WindowSpec &w);
std::string dump(const Query &q);
std::string dump(const Statement &s);
std::string dump(const Script &s); ///< a line for each statement

} // namespace levada::sql

#endif
