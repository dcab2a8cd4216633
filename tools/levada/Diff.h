//===- Diff.h - two texts, line by line ------------------------------------===//
#ifndef LEVADA_TOOLS_LEVADA_DIFF_H
#define LEVADA_TOOLS_LEVADA_DIFF_H

#include <string>

namespace levada::tool {

/// What `diff -u` prints for `before` and `after`; empty when they are alike.
std::string unifiedDiff(const std::string &path, const std::string &before,
                        const std::string &after);

} // namespace levada::tool

#endif
