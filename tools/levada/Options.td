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
def FmtVis : OptionVisibility;
def TestVis : OptionVisibility;
def DiffVis : OptionVisibility;

class Vis<list<OptionVisibility> on> { list<OptionVisibility> Visibility = on; }

/// --name=value, and --name value.
multiclass Value<string name, string meta, list<OptionVisibility> on, string help> {
  def _EQ : Joined<["--"], name # "=">, MetaVarName<meta>, HelpText<help>, Vis<on>;
  def _SEPARATE : Separate<["--"], name>, Alias<!cast<Option>(NAME # "_EQ")>, Flags<[HelpHidden]>, Vis<on>;
}

def help : Flag<["-", "--"], "help">, HelpText<"Print this help">,
  Vis<[BuildVis, RunVis, CheckVis, ExplainVis, ListVis, NewVis, SqlVis, FmtVis, DiffVis, TestVis]>;
def h : Flag<["-"], "h">, Alias<help>, Flags<[HelpHidden]>,
  Vis<[BuildVis, RunVis, CheckVis, ExplainVis, ListVis, NewVis, SqlVis, FmtVis, DiffVis, TestVis]>;
defm diagnostics : Value<"diagnostics", "<style>", [BuildVis, RunVis, CheckVis, ExplainVis, SqlVis, FmtVis, DiffVis, TestVis],
  "How errors are shown: pretty, plain or json (default: pretty on a terminal)">;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"<file>">,
  HelpText<"Where the result goes (default: the pipeline's name; text: stdout)">,
  Vis<[BuildVis, NewVis, ExplainVis]>;
defm emit : Value<"emit", "<stage>", [BuildVis],
  "Stop at flow, exec, llvm-mlir, llvm, asm, obj or exe (default)">;
def O : Joined<["-"], "O">, MetaVarName<"<level>">,
  HelpText<"Optimization: -O0, -O1, -O2 (default; sql: -O1 for small files) or -O3">, Vis<[BuildVis, RunVis, ExplainVis, SqlVis, TestVis]>;
defm cpu : Value<"cpu", "<name>", [BuildVis, RunVis, SqlVis, TestVis],
  "Processor to compile for: x86-64-v2 (default), x86-64-v3, native (sql: default), ...">;
def timing : Flag<["--"], "timing">,
  HelpText<"Print where the compile time went">, Vis<[BuildVis, RunVis, SqlVis]>;

defm format : Value<"format", "<format>", [ExplainVis, SqlVis],
  "explain: text (default), dot or svg; sql: table (default on a terminal), json (default else) or csv">;

def crash : Flag<["--"], "crash">,
  HelpText<"Run each test again for every step of the commit protocol: killed there, resumed, with the same rows">, Vis<[TestVis]>;

def markdown : Flag<["--"], "markdown">, HelpText<"Print the whole documentation as Markdown">, Vis<[ListVis]>;

def check : Flag<["--"], "check">,
  HelpText<"Change nothing: name the files that are not formatted, exit 1 if there are any">, Vis<[FmtVis]>;
def diff : Flag<["--"], "diff">, HelpText<"Change nothing: print what would change">, Vis<[FmtVis]>;

def allow_dropped_state : Flag<["--"], "allow-dropped-state">,
  HelpText<"As if the executable were started with that option: state that is dropped is no reason against it">, Vis<[DiffVis]>;

defm from : Value<"from", "<file>", [NewVis],
  "The data to look at: CSV, JSON lines or a log, plain or compressed">;

def f : JoinedOrSeparate<["-"], "f">, MetaVarName<"<file>">,
  HelpText<"File with the query, which may stand behind SET, CREATE VIEW, ...; -: stdin">, Vis<[SqlVis]>;
defm sample : Value<"sample", "<size>", [SqlVis],
  "How much of each file types are told from: a size such as 64MB, or all (default: 4MB)">;
defm columns : Value<"columns", "<types>", [SqlVis],
  "Types that win over what the sample says, such as 'id STRING, price DECIMAL(10, 2)'">;
defm on_error : Value<"on-error", "<policy>", [SqlVis],
  "A row that does not fit: fail (default) ends with an error, skip leaves it out and counts it">;
defm input : Value<"input", "<format>", [SqlVis],
  "Format of the files: csv, json or raw lines (default: told from the data)">;
defm header : Value<"header", "<yes|no>", [SqlVis],
  "Whether the first line has the names of columns (default: told from the data)">;
defm delimiter : Value<"delimiter", "<character>", [SqlVis],
  "What stands between two fields, such as ; or tab (default: told from the data)">;
defm pattern : Value<"pattern", "<regex>", [SqlVis],
  "Regular expression whose named groups (?<column>...) are the columns of a line">;
defm width : Value<"width", "<columns>", [SqlVis],
  "Columns that lines of a table may take; 0: any (default: those of the terminal)">;
def explain : Flag<["--"], "explain">, HelpText<"Print the plan instead of running the query">, Vis<[SqlVis]>;
def schema : Flag<["--"], "schema">,
  HelpText<"Print the files as CREATE TABLE statements instead of running the query">, Vis<[SqlVis]>;
