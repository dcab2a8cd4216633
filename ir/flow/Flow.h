//===- Flow.h - the flow dialect: types and attributes --------------------===//
#ifndef LEVADA_IR_FLOW_FLOW_H
#define LEVADA_IR_FLOW_FLOW_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"

namespace levada::flow {

/// SQL types; CHAR and VARCHAR differ in padding, STRING is a VARCHAR.
enum class SqlKind : uint8_t {
  Null, Boolean, TinyInt, SmallInt, Int, BigInt, Float, Double, Decimal,
  Char, VarChar, Binary, VarBinary, Date, Time, Timestamp, TimestampLtz,
  IntervalYearMonth, IntervalDayTime, Array, Map, Multiset, Row,
};
/// Length of STRING and BYTES.
inline constexpr int32_t kMaxLength = 2147483647;

inline llvm::hash_code hash_value(SqlKind k) {
  return llvm::hash_value(static_cast<uint8_t>(k));
}

} // namespace levada::flow

#include "ir/flow/FlowDialect.h.inc"
#include "ir/flow/FlowEnums.h.inc"
#define GET_TYPEDEF_CLASSES
#include "ir/flow/FlowTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/flow/FlowAttrs.h.inc"

#endif
