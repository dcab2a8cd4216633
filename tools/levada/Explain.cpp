//===- Explain.cpp - levada explain ----------------------------------------===//
//
// The optimized plan of a pipeline as text, dot or svg; or, given a code such
// as E104 or its name, the paragraph behind a diagnostic.
//
//===----------------------------------------------------------------------===//
#include "passes/explain/Explain.h"
#include "tools/levada/Compile.h"
#include "tools/levada/Output.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace levada;
using namespace levada::tool;

/// "E104", "unknown-option": no file has such a name here.
static const diag::Kind *asCode(const std::string &word) {
  if (llvm::sys::fs::exists(word))
    return nullptr;
  return diag::findKind(word);
}

namespace {
/// An error of a running pipeline.
struct RuntimeCode {
  int number;
  llvm::StringRef name, paragraph;
};
} // namespace

static const RuntimeCode *asRuntimeCode(llvm::StringRef word) {
  static constexpr RuntimeCode codes[] = {
#define LEVADA_RUNTIME_CODE(NUMBER, NAME, PARAGRAPH) {NUMBER, NAME, PARAGRAPH},
#include "runtime/core/codes.def"
#undef LEVADA_RUNTIME_CODE
  };
  if (llvm::sys::fs::exists(word))
    return nullptr;
  for (const RuntimeCode &code : codes)
    if (word == code.name || word.equals_insensitive("R" + std::to_string(code.number)))
      return &code;
  return nullptr;
}

static bool looksLikeCode(llvm::StringRef word) {
  return word.size() == 4 && llvm::isAlpha(word[0]) &&
         llvm::all_of(word.drop_front(), llvm::isDigit);
}

int tool::runExplain(Arguments &arguments) {
  if (arguments.inputs.size() != 1)
    return usageError(arguments, "takes one pipeline file or one code");
  const std::string &what = arguments.inputs[0];
  if (const diag::Kind *kind = asCode(what)) {
    llvm::outs() << kind->code << ' ' << kind->name << "\n\n" << diag::explanation(kind->code) << '\n';
    return Exit::Done;
  }
  if (const RuntimeCode *code = asRuntimeCode(what)) {
    llvm::outs() << 'R' << code->number << ' ' << code->name << "\n\n" << code->paragraph << '\n';
    return Exit::Done;
  }
  if (looksLikeCode(what) && !llvm::sys::fs::exists(what))
    return usageError(arguments, "there is no diagnostic `" + what + "`");

  std::string format = arguments.value(OPT_format_EQ, "text");
  if (format != "text" && format != "dot" && format != "svg")
    return usageError(arguments, "`--format=` takes text, dot or svg, found `" + format + "`");
  std::optional<diag::RenderStyle> style = renderStyle(arguments);
  std::optional<unsigned> level = optLevel(arguments);
  if (!style || !level)
    return Exit::Usage;
  Compilation compilation(what, *level);
  if (!compilation.toFlow() || !compilation.optimize())
    return compilation.report(*style);
  compilation.report(*style);
  std::string text = format == "text"  ? explainText(compilation.module())
                     : format == "dot" ? explainDot(compilation.module())
                                       : explainSvg(compilation.module());
  return writeOutput(arguments.value(OPT_o, "-"), text, false);
}
