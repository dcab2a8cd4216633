//===- Check.cpp - levada check --------------------------------------------===//
//
// Diagnostics only: as far as the plan, without code.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/Compile.h"

using namespace levada;
using namespace levada::tool;

int tool::runCheck(Arguments &arguments) {
  if (arguments.inputs.empty())
    return usageError(arguments, "which pipeline? `levada check FILE...`");
  std::optional<diag::RenderStyle> style = renderStyle(arguments);
  if (!style)
    return Exit::Usage;
  int exit = Exit::Done;
  for (const std::string &file : arguments.inputs) {
    Compilation compilation(file, 2);
    if (compilation.toFlow() && compilation.optimize())
      compilation.toExec();
    exit = std::max(exit, compilation.report(*style));
  }
  return exit;
}
