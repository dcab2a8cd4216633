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

class Vis<list<OptionVisibility> on> { list<OptionVisibility> Visibility = on; }

def help : Flag<["-", "--"], "help">, HelpText<"Print this help">,
  Vis<[BuildVis, RunVis, CheckVis, ExplainVis, ListVis, NewVis]>;
def h : Flag<["-"], "h">, Alias<help>, Flags<[HelpHidden]>,
  Vis<[BuildVis, RunVis, CheckVis, ExplainVis, ListVis, NewVis]>;
def diagnostics_EQ : Joined<["--"], "diagnostics=">, MetaVarName<"<style>">,
  HelpText<"How errors are shown: pretty, plain or json (default: pretty on a terminal)">,
  Vis<[BuildVis, RunVis, CheckVis, ExplainVis]>;

def o : JoinedOrSeparate<["-"], "o">, MetaVarName<"<file>">,
  HelpText<"Where the result goes (default: the pipeline's name; text: stdout)">,
  Vis<[BuildVis, NewVis, ExplainVis]>;
def emit_EQ : Joined<["--"], "emit=">, MetaVarName<"<stage>">,
  HelpText<"Stop at flow, exec, llvm-mlir, llvm, asm, obj or exe (default)">, Vis<[BuildVis]>;
def O : Joined<["-"], "O">, MetaVarName<"<level>">,
  HelpText<"Optimization: -O0, -O1, -O2 (default) or -O3">, Vis<[BuildVis, RunVis, ExplainVis]>;
def cpu_EQ : Joined<["--"], "cpu=">, MetaVarName<"<name>">,
  HelpText<"Processor to compile for: x86-64-v2 (default), x86-64-v3, native, ...">, Vis<[BuildVis, RunVis]>;
def timing : Flag<["--"], "timing">,
  HelpText<"Print where the compile time went">, Vis<[BuildVis, RunVis]>;

def format_EQ : Joined<["--"], "format=">, MetaVarName<"<format>">,
  HelpText<"text (default), dot or svg">, Vis<[ExplainVis]>;

def markdown : Flag<["--"], "markdown">, HelpText<"Print the whole documentation as Markdown">, Vis<[ListVis]>;

def from_EQ : Joined<["--"], "from=">, MetaVarName<"<file>">,
  HelpText<"The data to look at: CSV, JSON lines or a log, plain or compressed">, Vis<[NewVis]>;
def from : Separate<["--"], "from">, Alias<from_EQ>, Flags<[HelpHidden]>, Vis<[NewVis]>;
