//===- FlowInterfaces.td - what passes ask of operations ------------------===//
#ifndef LEVADA_IR_FLOW_FLOWINTERFACES_TD
#define LEVADA_IR_FLOW_FLOWINTERFACES_TD

include "mlir/IR/OpBase.td"

def Flow_MayFail : OpInterface<"MayFail"> {
  let cppNamespace = "::levada::flow";
  let description = [{
    A scalar operation that can raise a run-time error (÷ 0, a bad cast) for
    some arguments. Never speculated, hoisted, or moved past a filter or join.
  }];
  let methods = [InterfaceMethod<"Whether it can fail with these operand types.",
                                 "bool", "mayFail">];
}

def Flow_Operator : OpInterface<"Operator"> {
  let cppNamespace = "::levada::flow";
  let description = [{An operation on streams: one node of the plan.}];
  let methods = [
    InterfaceMethod<"Short label for explain and the ledger: \"filter\".",
                    "::llvm::StringRef", "label">,
    InterfaceMethod<"The state it keeps and what bounds it, for explain; empty when it keeps none.",
                    "std::string", "stateBound", (ins), "", "return {};">,
    InterfaceMethod<"Columns (by name) that rows must agree in to meet in one worker; nullopt when any worker will do.",
                    "std::optional<::llvm::SmallVector<::mlir::StringAttr>>", "partitionKeys",
                    (ins), "", "return std::nullopt;">
  ];
}

#endif
