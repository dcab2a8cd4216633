//===- Parser.h - Flink SQL text to Ast -----------------------------------===//
//
// Recursive descent over one buffer of the SourceMap (a file, or an SQL text
// inside a TOML string). Errors say what was found and what was expected
// there; a parse that failed returns null after at least one diagnostic.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SQL_PARSER_H
#define LEVADA_FRONTEND_SQL_PARSER_H

#include "frontend/sql/Ast.h"
#include "frontend/sql/Layout.h"
#include "ir/diag/Diag.h"

namespace levada::sql {

/// The whole buffer as one expression.
ExprPtr parseExpression(uint32_t buffer, diag::Engine &engine);
/// `expr [[AS] alias]`, or `*`, as in a select list.
std::optional<SelectItem> parseSelectItem(uint32_t buffer, diag::Engine &engine);
/// `expr [ASC|DESC] [NULLS FIRST|LAST]`.
std::optional<OrderItem> parseOrderItem(uint32_t buffer, diag::Engine &engine);
/// A type such as `DECIMAL(10, 2) NOT NULL`.
std::optional<TypeName> parseType(uint32_t buffer, diag::Engine &engine);
/// The inside of OVER (…): `PARTITION BY … ORDER BY … ROWS BETWEEN …`.
std::unique_ptr<WindowSpec> parseWindowSpec(uint32_t buffer, diag::Engine &engine);
/// A single query, optionally ended by `;`.
std::unique_ptr<Query> parseQuery(uint32_t buffer, diag::Engine &engine);

/// All statements of the buffer, each ended by `;` (the last may lack it).
/// Goes on with the next statement after an error, so that one run finds
/// several; `failed` is set then.
Script parseScript(uint32_t buffer, diag::Engine &engine);

/// The same, with notes for a formatter.
Script layScript(uint32_t buffer, diag::Engine &engine, Layout &layout);
std::unique_ptr<Query> layQuery(uint32_t buffer, diag::Engine &engine, Layout &layout);

/// The tree as SQL text; parsing it again gives the same tree.
std::string print(const Expr &expr);
std::string print(const TypeName &type);
std::string print(const WindowSpec &spec); ///< without parentheses
std::string print(const Query &query);
std::string print(const Statement &statement); ///< without `;`

} // namespace levada::sql

#endif
