//===- Build.h - a pipeline file to an executable --------------------------===//
#ifndef LEVADA_TOOLS_LEVADA_BUILD_H
#define LEVADA_TOOLS_LEVADA_BUILD_H

#include "codegen/Codegen.h"
#include "tools/levada/Compile.h"

namespace levada::tool {

/// Everything from the file to what options.emit asks for: an executable goes
/// to options.output, other results to `result`. False after diagnostics.
bool buildPipeline(Compilation &compilation, codegen::BuildOptions options, std::string &result);

/// Options of build and run that say how to compile; nullopt after a usage
/// error was printed.
std::optional<codegen::BuildOptions> buildOptions(const Arguments &arguments);

} // namespace levada::tool

#endif
