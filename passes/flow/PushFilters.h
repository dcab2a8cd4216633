//===- PushFilters.h - how moved filters are marked -----------------------===//
#ifndef LEVADA_PASSES_FLOW_PUSHFILTERS_H
#define LEVADA_PASSES_FLOW_PUSHFILTERS_H

#include "llvm/ADT/StringRef.h"

namespace levada {

/// On filters that FlowPushFilters moved; for explain.
inline constexpr llvm::StringLiteral kPushedAttr = "flow.pushed";

} // namespace levada

#endif
