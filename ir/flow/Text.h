//===- Text.h - operators in words, for messages ----------------------------===//
#ifndef LEVADA_IR_FLOW_TEXT_H
#define LEVADA_IR_FLOW_TEXT_H

#include "mlir/IR/Operation.h"

#include <string>

namespace levada::flow {

/// "LEFT JOIN", "GROUP BY without a window": an operator in words of SQL.
std::string operatorText(mlir::Operation *op);

} // namespace levada::flow

#endif
