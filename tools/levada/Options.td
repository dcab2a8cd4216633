//===- Options.td - the command line of levada -----------------------------===//
//
// One option a record; its visibility says which commands take it. `levada
// COMMAND --help` is printed from here.
//
//===----------------------------------------------------------------------===//
include "llvm/Option/OptParser.td"

def BuildVis : OptionVisibility;
def RunVis : OptionVisibility;
def CheckVis : OptionVisibility;
def ExplainVis : OptionVisibility;
def ListVis : OptionVisibility;
def NewVis : OptionVisibility;
def SqlVis : OptionVisibility;

class Vis<list<OptionVisibility> on> { list<OptionVisibility> Visibility = on; }

def help : Flag<["-", "--"], "help">, HelpText<"Print this help">,
  Vis<[BuildVis, RunVis, CheckVis, ExplainVis, ListVis, NewVis, SqlVis]>;
def h : Flag<["-"], "h">, Alias<help>, Flags<[HelpHidden]>,
  Vis<[BuildVis, RunVis, CheckVis, ExplainVis, ListVis, NewVis, SqlVis]>;
def diagnostics_EQ : Joined<["--"], "diagnostics=">, MetaVarName<"<style>">,
  HelpText<"How errors are shown: pretty, plain or json (default: pretty on a terminal)">,
  Vis<[BuildVis, RunVis, CheckVis, ExplainVis, SqlVis]>;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"<file>">,
  HelpText<"Where the result goes (default: the pipeline's name; text: stdout)">,
  Vis<[BuildVis, NewVis, ExplainVis]>;
def emit_EQ : Joined<["--"], "emit=">, MetaVarName<"<stage>">,
  HelpText<"Stop at flow, exec, llvm-mlir, llvm, asm, obj or exe (default)">, Vis<[BuildVis]>;
def O : Joined<["-"], "O">, MetaVarName<"<level>">,
  HelpText<"Optimization: -O0, -O1, -O2 (default; sql: -O1 for small files) or -O3">, Vis<[BuildVis, RunVis, ExplainVis, SqlVis]>;
def cpu_EQ : Joined<["--"], "cpu=">, MetaVarName<"<name>">,
  HelpText<"Processor to compile for: x86-64-v2 (default), x86-64-v3, native (sql: default), ...">, Vis<[BuildVis, RunVis, SqlVis]>;
def timing : Flag<["--"], "timing">,
  HelpText<"Print where the compile time went">, Vis<[BuildVis, RunVis, SqlVis]>;

def format_EQ : Joined<["--"], "format=">, MetaVarName<"<format>">,
  HelpText<"explain: text (default), dot or svg; sql: table (default on a terminal), json (default else) or csv">,
  Vis<[ExplainVis, SqlVis]>;

def markdown : Flag<["--"], "markdown">, HelpText<"Print the whole documentation as Markdown">, Vis<[ListVis]>;

def from_EQ : Joined<["--"], "from=">, MetaVarName<"<file>">,
  HelpText<"The data to look at: CSV, JSON lines or a log, plain or compressed">, Vis<[NewVis]>;
def from : Separate<["--"], "from">, Alias<from_EQ>, Flags<[HelpHidden]>, Vis<[NewVis]>;

def f : JoinedOrSeparate<["-"], "f">, MetaVarName<"<file>">,
  HelpText<"File with the query, which may stand behind SET, CREATE VIEW, ...; -: stdin">, Vis<[SqlVis]>;
def sample_EQ : Joined<["--"], "sample=">, MetaVarName<"<size>">,
  HelpText<"How much of each file types are told from: a size such as 64MB, or all (default: 4MB)">, Vis<[SqlVis]>;
def columns_EQ : Joined<["--"], "columns=">, MetaVarName<"<types>">,
  HelpText<"Types that win over what the sample says, such as 'id STRING, price DECIMAL(10, 2)'">, Vis<[SqlVis]>;
def columns : Separate<["--"], "columns">, Alias<columns_EQ>, Flags<[HelpHidden]>, Vis<[SqlVis]>;
def on_error_EQ : Joined<["--"], "on-error=">, MetaVarName<"<policy>">,
  HelpText<"A row that does not fit: fail (default) ends with an error, skip leaves it out and counts it">, Vis<[SqlVis]>;
def input_EQ : Joined<["--"], "input=">, MetaVarName<"<format>">,
  HelpText<"Format of the files: csv, json or raw lines (default: told from the data)">, Vis<[SqlVis]>;
def header_EQ : Joined<["--"], "header=">, MetaVarName<"<yes|no>">,
  HelpText<"Whether the first line has the names of columns (default: told from the data)">, Vis<[SqlVis]>;
def delimiter_EQ : Joined<["--"], "delimiter=">, MetaVarName<"<character>">,
  HelpText<"What stands between two fields, such as ; or tab (default: told from the data)">, Vis<[SqlVis]>;
def pattern_EQ : Joined<["--"], "pattern=">, MetaVarName<"<regex>">,
  HelpText<"Regular expression whose named groups (?<column>...) are the columns of a line">, Vis<[SqlVis]>;
def width_EQ : Joined<["--"], "width=">, MetaVarName<"<columns>">,
  HelpText<"Columns that lines of a table may take; 0: any (default: those of the terminal)">, Vis<[SqlVis]>;
def explain : Flag<["--"], "explain">, HelpText<"Print the plan instead of running the query">, Vis<[SqlVis]>;
def schema : Flag<["--"], "schema">,
  HelpText<"Print the files as CREATE TABLE statements instead of running the query">, Vis<[SqlVis]>;
