//===- Sql.cpp - levada sql ------------------------------------------------===//
//
// One query over files, at a shell. A query is a script whose files have become
// tables: it is compiled as any other, in batch mode, and run at once. Rows are
// a table on a terminal and JSON lines in a pipe.
//
//===----------------------------------------------------------------------===//
#include "frontend/script/Script.h"
#include "frontend/sql/Parser.h"
#include "ir/diag/codes/Shell.h"
#include "passes/explain/Explain.h"
#include "tools/levada/Build.h"
#include "tools/levada/sql/Execute.h"
#include "tools/levada/sql/Files.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <re2/re2.h>

#include <thread>
#include <unistd.h>

using namespace levada;
using namespace levada::tool;
using llvm::StringRef;

namespace {

struct Shell {
  std::string text, path;        ///< the query, and what messages call it
  std::string format;            ///< table, json or csv
  std::string width;             ///< of a table
  FileSettings files;
  bool explain = false, schema = false, timing = false;
};

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

/// "8 MB", "512KB", "1000".
std::optional<size_t> parseSize(StringRef text) {
  size_t number = 0;
  text = text.trim();
  StringRef digits = text.take_while([](char c) { return llvm::isDigit(c); });
  StringRef unit = text.drop_front(digits.size()).trim();
  unsigned shift = unit.empty() || unit.equals_insensitive("b") ? 0
                   : unit.equals_insensitive("kb") || unit.equals_insensitive("k") ? 10
                   : unit.equals_insensitive("mb") || unit.equals_insensitive("m") ? 20
                   : unit.equals_insensitive("gb") || unit.equals_insensitive("g") ? 30 : 99;
  if (digits.getAsInteger(10, number) || shift == 99 || !number || number >> (63 - shift))
    return std::nullopt;
  return number << shift;
}

/// "a INT, `b c` DECIMAL(10, 2)": commas in parentheses separate nothing.
bool parseColumns(StringRef text, std::vector<std::pair<std::string, std::string>> &columns) {
  while (!text.trim().empty()) {
    size_t end = 0;
    int depth = 0;
    bool quoted = false;
    for (; end < text.size(); ++end) {
      char c = text[end];
      if (c == '`')
        quoted = !quoted;
      depth += quoted ? 0 : (c == '(' || c == '<') - (c == ')' || c == '>');
      if (c == ',' && depth <= 0 && !quoted)
        break;
    }
    StringRef one = text.take_front(end).trim(), name;
    text = text.drop_front(std::min(text.size(), end + 1));
    if (one.consume_front("`"))
      std::tie(name, one) = one.split('`');
    else
      std::tie(name, one) = std::pair(one.take_until([](char c) { return c == ' ' || c == '=' || c == ':'; }),
                                      one.drop_until([](char c) { return c == ' ' || c == '=' || c == ':'; }));
    one = one.trim();
    if (!one.consume_front("="))
      one.consume_front(":");
    if (name.empty() || one.trim().empty())
      return false;
    columns.push_back({name.str(), one.trim().str()});
  }
  return true;
}

/// False after a usage error was printed.
bool readText(Arguments &arguments, Shell &shell) {
  std::string file = arguments.value(OPT_f);
  if (!file.empty() && !arguments.inputs.empty())
    return usageError(arguments, "found a query, `" + arguments.inputs[0] + "`, beside `-f`"), false;
  if (arguments.inputs.size() > 1)
    return usageError(arguments, "takes one query: put it between quotes"), false;
  if (!arguments.inputs.empty()) {
    shell.text = arguments.inputs[0];
    shell.path = "query";
    return true;
  }
  if (file.empty() && isatty(STDIN_FILENO))
    return usageError(arguments, "which query? `levada sql \"SELECT * FROM 'data.csv'\"`"), false;
  auto buffer = file.empty() || file == "-" ? llvm::MemoryBuffer::getSTDIN() : llvm::MemoryBuffer::getFile(file);
  if (!buffer) {
    llvm::errs() << "levada: cannot read `" << file << "`: " << buffer.getError().message() << '\n';
    return false;
  }
  shell.text = (*buffer)->getBuffer().str();
  shell.path = file.empty() || file == "-" ? "query" : file;
  return true;
}

bool readOptions(Arguments &arguments, Shell &shell) {
  auto wrong = [&](const std::string &text) { return usageError(arguments, text), false; };
  shell.explain = arguments.options.hasArg(OPT_explain);
  shell.schema = arguments.options.hasArg(OPT_schema);
  shell.timing = arguments.options.hasArg(OPT_timing);
  shell.format = arguments.value(OPT_format_EQ, isatty(STDOUT_FILENO) ? "table" : "json");
  if (shell.format != "table" && shell.format != "json" && shell.format != "csv")
    return wrong("`--format=` takes table, json or csv, found `" + shell.format + "`");
  shell.width = arguments.value(OPT_width_EQ);
  if (unsigned width; !shell.width.empty() && StringRef(shell.width).getAsInteger(10, width))
    return wrong("`--width=` takes a number of columns, found `" + shell.width + "`");
  if (std::string sample = arguments.value(OPT_sample_EQ); sample == "all") {
    shell.files.sample = SIZE_MAX;
  } else if (!sample.empty()) {
    std::optional<size_t> size = parseSize(sample);
    if (!size)
      return wrong("`--sample=` takes a size such as 64MB, or all, found `" + sample + "`");
    shell.files.sample = *size;
  }
  if (std::string policy = arguments.value(OPT_on_error_EQ); !policy.empty()) {
    if (policy != "fail" && policy != "skip")
      return wrong("`--on-error=` takes fail or skip, found `" + policy + "`");
    shell.files.skipBad = policy == "skip";
  }
  infer::Hints &hints = shell.files.hints;
  if (std::string input = arguments.value(OPT_input_EQ); !input.empty()) {
    if (input != "csv" && input != "json" && input != "raw")
      return wrong("`--input=` takes csv, json or raw, found `" + input + "`");
    hints.format = input;
  }
  if (std::string header = arguments.value(OPT_header_EQ); !header.empty()) {
    if (header != "yes" && header != "no")
      return wrong("`--header=` takes yes or no, found `" + header + "`");
    hints.header = header == "yes";
  }
  if (std::string delimiter = arguments.value(OPT_delimiter_EQ); !delimiter.empty()) {
    if (delimiter == "\\t" || delimiter == "tab")
      delimiter = "\t";
    if (delimiter.size() != 1)
      return wrong("`--delimiter=` takes one character, or tab, found `" + delimiter + "`");
    hints.delimiter = delimiter[0];
  }
  hints.pattern = arguments.value(OPT_pattern_EQ);
  for (const std::string &columns : arguments.options.getAllArgValues(OPT_columns_EQ))
    if (!parseColumns(columns, shell.files.columns))
      return wrong("`--columns=` takes names with types, such as 'id STRING, price DECIMAL(10, 2)', found `" +
                   columns + "`");
  return true;
}

//===----------------------------------------------------------------------===//
// The query as a document
//===----------------------------------------------------------------------===//

/// All that `pattern` finds: the text of its first group.
std::vector<std::string> found(const std::string &text, const char *pattern) {
  std::vector<std::string> names;
  re2::StringPiece rest(text);
  std::string name;
  for (re2::RE2 regex(pattern); re2::RE2::FindAndConsume(&rest, regex, &name);)
    names.push_back(StringRef(name).trim('`').str());
  return names;
}

/// The query's select lists name their columns by their text, as a reader
/// expects, where Flink would call them EXPR$0.
void nameColumns(sql::Query &query, const SourceMap &sources) {
  sql::Query *leftmost = &query;
  while (leftmost->left)
    leftmost = leftmost->left.get();
  if (!leftmost->select)
    return;
  std::set<std::string> names;
  for (const sql::SelectItem &item : leftmost->select->items)
    if (item.alias)
      names.insert(item.alias->text);
    else if (sql::ColumnExpr::classof(item.expr.get()))
      names.insert(static_cast<const sql::ColumnExpr &>(*item.expr).parts.back().text);
  for (sql::SelectItem &item : leftmost->select->items) {
    if (item.alias || sql::ColumnExpr::classof(item.expr.get()) || sql::StarExpr::classof(item.expr.get()) ||
        sql::FieldExpr::classof(item.expr.get()))
      continue;
    SourceRange range = item.expr->range;
    std::string name;
    for (char c : sources.text(range.buffer).substr(range.begin, range.end - range.begin))
      if (!llvm::isSpace(c) || (!name.empty() && name.back() != ' '))
        name += llvm::isSpace(c) ? ' ' : c;
    if (name.size() <= 60 && names.insert(name).second)
      item.alias = sql::Name{name, range, true};
  }
}

/// The one query of the script; null after a diagnostic.
sql::QueryStatement *theQuery(sql::Script &script, bool &explain, diag::Engine &engine) {
  sql::QueryStatement *query = nullptr;
  for (sql::StatementPtr &statement : script.statements) {
    if (auto *explained = llvm::dyn_cast<sql::ExplainStatement>(statement.get()); explained && explained->statement) {
      sql::StatementPtr inner = std::move(explained->statement);
      statement = std::move(inner);
      explain = true;
    }
    sql::Statement *one = statement.get();
    if (one && sql::QueryStatement::classof(one)) {
      if (query) {
        engine.emit(one->range, diag::NoQuery, "another one").label(query->range, "the first one");
        return nullptr;
      }
      query = static_cast<sql::QueryStatement *>(one);
    } else if (one && (sql::InsertStatement::classof(one) || sql::StatementSetStatement::classof(one))) {
      engine.emit(one->range, diag::NoQuery, "INSERT").hint("`levada run FILE` runs a script that writes tables");
      return nullptr;
    }
  }
  if (!query && !script.failed)
    engine.emit({script.buffer, 0, 0}, diag::NoQuery, "none").hint("SELECT … FROM 'data.csv'");
  return query;
}

void setOption(doc::Endpoint &endpoint, const catalog::Connector *schema, const char *key, const std::string &value) {
  doc::OptionValue &option = endpoint.options.emplace_back();
  option.key = {key, {}};
  option.text = value;
  for (const catalog::Option &known : schema->options)
    if (known.key == key)
      option.schema = &known;
}

std::unique_ptr<doc::Document> documentOf(Shell &shell, Files &files, Compilation &compilation) {
  diag::Engine &engine = compilation.diagnostics();
  for (const std::string &name : found(shell.text, R"((?i)([a-z_]\w*|`[^`]+`)\s*(?:\([^()]*\)\s*)?AS\s*\()"))
    files.reserve(name);
  for (const std::string &name : found(shell.text, R"((?i)\b(?:TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z_]\w*|`[^`]+`))"))
    files.reserve(name);
  for (const char *pattern : {R"((?i)\bDESCRIPTOR\s*\(\s*([a-z_]\w*|`[^`]+`))",
                              R"((?i)\b(?:TUMBLE|HOP|SESSION)\s*\(\s*([a-z_]\w*|`[^`]+`)\s*,)"})
    for (const std::string &name : found(shell.text, pattern))
      shell.files.timeColumns.insert(name);

  uint32_t buffer = engine.sourceMap().addFile(shell.path, shell.text);
  sql::Script script = sql::parseScript(buffer, engine);
  sql::QueryStatement *query = theQuery(script, shell.explain, engine);
  if (script.failed || !query)
    return nullptr;
  nameColumns(*query->query, engine.sourceMap());
  std::unique_ptr<doc::Document> document = doc::readScript(
      std::move(script), engine, [&](sql::TableRef &ref) { return files.table(ref); });
  files.checkColumns({});
  document->pipeline.mode = doc::Mode::Batch;
  document->pipeline.name = {"query", {}};
  for (doc::Source &source : document->sources)
    if (const FileTable *table = files.find(source.name.text); table && table->skipBad)
      source.onError.action = doc::OnError::Skip;
  for (doc::Sink &sink : document->sinks) {
    doc::Endpoint &endpoint = sink.endpoint;
    endpoint.options.clear();
    endpoint.connector.text = "stdout";
    endpoint.schema = catalog::findConnector("stdout");
    endpoint.format = doc::Name{shell.format, sink.range};
    endpoint.formatSchema = catalog::findFormat(shell.format);
    if (shell.format == "csv")
      setOption(endpoint, endpoint.formatSchema, "csv.header", "true");
    if (shell.format == "table" && isatty(STDOUT_FILENO))
      setOption(endpoint, endpoint.schema, "table.count", "true");
    if (!shell.width.empty())
      setOption(endpoint, endpoint.schema, "table.width", shell.width);
  }
  return document;
}

/// Why columns that look like numbers are none, after an error about types.
void explainTypes(const Files &files, const Shell &shell, const diag::Engine &engine) {
  bool types = llvm::any_of(engine.all(), [](const diag::Diagnostic &d) { return d.kind->code.starts_with("E3"); });
  for (const FileTable &table : files.all())
    for (const infer::Column &column : table.schema.columns)
      if (types && column.type == "STRING" && !column.guess.oddity().empty() &&
          StringRef(shell.text).contains(column.name))
        llvm::errs() << "levada: `" << column.name << "` of `" << table.path << "` is STRING because of `"
                     << column.guess.oddity() << "`; TRY_CAST(" << column.name << " AS DOUBLE) is NULL for such values\n";
}

/// A path for the executable, in a folder for such things.
std::string temporaryProgram() {
  llvm::SmallString<128> path;
  llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, path);
  llvm::sys::path::append(path, "levada-sql-" + std::to_string(getpid()));
  return path.str().str();
}

} // namespace

int tool::runSql(Arguments &arguments) {
  Shell shell;
  std::optional<diag::RenderStyle> style = renderStyle(arguments);
  std::optional<codegen::BuildOptions> options = buildOptions(arguments);
  if (!style || !options || !readOptions(arguments, shell))
    return Exit::Usage;
  if (!readText(arguments, shell))
    return arguments.value(OPT_f).empty() ? Exit::Usage : Exit::Diagnosed;
  options->cpu = arguments.value(OPT_cpu_EQ, "native");

  Compilation compilation(shell.path, options->optLevel);
  Files files(shell.files, compilation.diagnostics());
  std::unique_ptr<doc::Document> document = documentOf(shell, files, compilation);
  compilation.step("files");
  if (document && shell.schema && !compilation.diagnostics().hasErrors()) {
    llvm::outs() << files.statements();
    return compilation.report(*style);
  }
  // What takes a moment to read is not worth long thoughts.
  bool small = files.bytes() < (64 << 20) && !files.readsStdin();
  if (small && !arguments.options.hasArg(OPT_O))
    options->optLevel = 1;
  compilation.setOptLevel(options->optLevel);
  std::string result;
  bool ok = document && !compilation.diagnostics().hasErrors() && compilation.toFlow(*document);
  if (ok && shell.explain) {
    ok = compilation.optimize();
    int exit = compilation.report(*style);
    if (ok)
      llvm::outs() << explainText(compilation.module());
    return ok ? exit : exit ? exit : Exit::Bug;
  }
  options->output = temporaryProgram();
  ok = ok && buildPipeline(compilation, *options, result);
  int exit = compilation.report(*style);
  if (!ok && *style != diag::RenderStyle::Json)
    explainTypes(files, shell, compilation.diagnostics());
  if (shell.timing)
    compilation.printTiming();
  if (!ok)
    return exit ? exit : Exit::Bug;
  Execution execution{options->output, {"--log", "json", "--no-progress"}, *style};
  unsigned workers = std::min(std::thread::hardware_concurrency(), 8u);
  if (!small && workers > 1)
    execution.arguments.insert(execution.arguments.end(), {"--parallelism", std::to_string(workers)});
  return execute(execution, files);
}
