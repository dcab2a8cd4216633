//===- Files.h - files named in a query, as tables -------------------------===//
#ifndef LEVADA_TOOLS_LEVADA_SQL_FILES_H
#define LEVADA_TOOLS_LEVADA_SQL_FILES_H

#include "frontend/sql/Ast.h"
#include "ir/diag/Diag.h"
#include "tools/levada/infer/Infer.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace levada::tool {

/// What the command line says about the files of a query.
struct FileSettings {
  size_t sample = 4 << 20;               ///< decoded bytes looked at; SIZE_MAX: all
  infer::Hints hints;
  std::vector<std::pair<std::string, std::string>> columns; ///< types that win
  std::optional<bool> skipBad;           ///< rows that do not fit: left out, or an error
  std::set<std::string> timeColumns;     ///< columns that windows are over
};

/// One file, directory or pattern of a query, as a table.
struct FileTable {
  std::string path, name;
  infer::Schema schema;
  std::string sample;                    ///< how much was looked at, for messages
  bool wholeSample = false;              ///< all of it was
  bool skipBad = false;
};

class Files {
public:
  Files(const FileSettings &settings, diag::Engine &engine) : settings(settings), engine(engine) {}

  /// The CREATE TABLE of a file in FROM; null if its table was made before.
  /// `ref` becomes the table's name. After a diagnostic: null, `ref` a file.
  sql::StatementPtr table(sql::TableRef &ref);
  /// Names that tables of files must not take: those of WITH and of a script.
  void reserve(const std::string &name) { taken.insert(name); }
  /// Says which names of --columns no file has.
  void checkColumns(SourceRange place);

  const FileTable *find(std::string_view name) const;
  const std::vector<FileTable> &all() const { return tables; }
  /// Text of all CREATE TABLE statements.
  const std::string &statements() const { return text; }
  uint64_t bytes() const { return size; } ///< of all files, as stored
  /// Standard input is read: what was taken from it already, as it came.
  bool readsStdin() const { return usesStdin; }
  bool stdinCompressed() const { return stdinPacked; }
  const std::string &stdinBytes() const { return stdinPrefix; }

private:
  bool findFiles(const sql::Name &file, std::vector<std::string> &paths);
  bool inspect(const sql::Name &file, FileTable &table, const infer::Hints &hints);
  bool inspectOne(const sql::Name &file, const std::string &path, size_t limit,
                  const infer::Hints &hints, FileTable &table);
  bool overrideTypes(FileTable &table);
  std::string uniqueName(const std::string &path);
  std::string statementOf(const FileTable &table, const std::vector<sql::OptionDef> &options) const;

  const FileSettings &settings;
  diag::Engine &engine;
  std::vector<FileTable> tables;
  std::set<std::string> taken, overridden;
  std::string text, stdinPrefix;
  uint64_t size = 0;
  bool usesStdin = false, stdinPacked = false, stdinWaits = false;
};

} // namespace levada::tool

#endif
