//===- Output.h - where a command's result goes ----------------------------===//
#ifndef LEVADA_TOOLS_LEVADA_OUTPUT_H
#define LEVADA_TOOLS_LEVADA_OUTPUT_H

#include <string>
#include <string_view>

namespace levada::tool {

/// Writes `bytes` to `path` ("-": stdout), whole or not at all: a temporary
/// beside it is renamed. Prints why it could not; returns an exit code.
int writeOutput(const std::string &path, std::string_view bytes, bool executable);

} // namespace levada::tool

#endif
