//===- Passes.td - every pass, declared once ------------------------------===//
//
// One name, three places: `flow-push-filters` is flow/PushFilters.cpp and
// test/passes/push-filters.mlir. Pipelines.cpp has the order.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_PASSES_TD
#define LEVADA_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

/// A pass that can say what it did: remarks at the user's lines.
class RemarkingPass<string name> : Pass<name, "::mlir::ModuleOp"> {
  list<Option> remarkOptions = [
    Option<"remarks", "remarks", "bool", /*default=*/"false",
           "Say at the user's lines what was done">
  ];
}

def FlowToExec : Pass<"flow-to-exec", "::mlir::ModuleOp"> {
  let summary = "Fuses operators into stages joined by channels and slots";
  let description = [{
    One stage per source, per stateful operator's input and per slot. A stage
    holds every stateless operator down to the next exchange: columns are SSA
    values, filters nested regions, so that what several consumers share is
    computed once. Only columns that someone reads are decoded, emitted, kept.
    Plans state itself where FlowPlanState has not.
  }];
  let dependentDialects = ["::levada::exec::ExecDialect"];
}

#endif
