//===- Script.h - a Flink SQL script as a document --------------------------===//
//
// Statements are taken in order, as Flink's SQL client does: CREATE and DROP
// change what names mean, SET what later INSERTs do. All INSERTs together are
// one program. What comes out is the same document as a TOML file's: a table
// that is read is a source, one that is written a sink, a view a stream.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_SCRIPT_SCRIPT_H
#define LEVADA_FRONTEND_SCRIPT_SCRIPT_H

#include "frontend/document/Document.h"

#include <functional>

namespace levada::doc {

/// Reads and checks the script `buffer`. Null where it is no text.
std::unique_ptr<Document> readScript(uint32_t buffer, diag::Engine &engine);

/// Makes tables of files named in FROM: returns the CREATE TABLE of one that is
/// met first, and makes `file` the table's name; leaves it a file after a
/// diagnostic.
using FileTables = std::function<sql::StatementPtr(sql::TableRef &file)>;
/// The same for a script that is parsed; `files` may be null: FROM 'file' is an
/// error then.
std::unique_ptr<Document> readScript(sql::Script script, diag::Engine &engine, FileTables files);

} // namespace levada::doc

#endif
