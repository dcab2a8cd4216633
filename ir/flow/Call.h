//===- Call.h - how an aggregate call is named ------------------------------===//
#ifndef LEVADA_IR_FLOW_CALL_H
#define LEVADA_IR_FLOW_CALL_H

#include "ir/flow/FlowOps.h"

namespace levada {

/// "SUM(DISTINCT v) FILTER (WHERE f)": the field of state that the call keeps.
std::string callText(flow::AggAttr call);

} // namespace levada

#endif
