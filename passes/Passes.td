//===- Passes.td - every pass, declared once ------------------------------===//
//
// One name, three places: `flow-push-filters` is flow/PushFilters.cpp and
// test/passes/push-filters.mlir. Pipelines.cpp has the order.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_PASSES_TD
#define LEVADA_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

/// A pass over the flow module that can say what it did.
class FlowPass<string name> : Pass<name, "::mlir::ModuleOp"> {
  let dependentDialects = ["::levada::flow::FlowDialect"];
  let options = [Option<"remarks", "remarks", "bool", /*default=*/"false",
                        "Say at the user's lines what was done">];
}

def FlowFoldConstants : FlowPass<"flow-fold-constants"> {
  let summary = "Computes what is the same for every row";
  let description = [{
    Arithmetic, comparisons and logic on constants and on operands that cannot
    be NULL; calls and casts of constants through the evaluator that codegen
    lends, where there is one. What would fail stays: it is an error of the
    row, and only if a row comes. Filters that keep every row go.

    ```mlir
    flow.cmp lt 1, 2        ->  TRUE
    flow.is is_null %n      ->  FALSE     // %n : INT NOT NULL
    flow.div 1, 0           ->  stays
    ```
  }];
}

def FlowPushFilters : FlowPass<"flow-push-filters"> {
  let summary = "Moves filters towards the sources";
  let description = [{
    One conjunct at a time: through projections, by substituting cheap
    expressions; into every input of a union; below a window function, and
    below an aggregate when only its keys are read. Never past a watermark,
    a sort, an operator that feeds others too, or anything that can fail: the
    rows that fail stay the same. A condition that can fail does not move.
  }];
}

def FlowPruneColumns : FlowPass<"flow-prune-columns"> {
  let summary = "Takes columns that nobody reads out of streams and state";
  let description = [{
    Backwards from the sinks: results of sources and projections, aggregate
    calls. State that is already planned stays as it is, so that a slot's
    layout does not depend on what later passes find. Operators that lead to
    no sink go.
  }];
}

def FlowFuseOperators : FlowPass<"flow-fuse-operators"> {
  let summary = "Makes one operator of chains of projections or filters";
  let description = [{
    Two filters become one with `and` where the second cannot fail, and with
    `if` where it can: it still runs only for rows that passed the first. A
    projection that changes nothing goes.
    Stay apart: operators with different error policies, those that divert
    failing rows, those whose rows the ledger counts under different streams,
    and a projection with several consumers.
  }];
}

def FlowChoosePartitioning : FlowPass<"flow-choose-partitioning"> {
  let summary = "Decides where rows change worker";
  let description = [{
    Writes flow.partition on stateful operators: "hash" of the keys, "single"
    without keys, "forward" where rows come from state with exactly these keys
    and so are at the right worker already.
  }];
}

def FlowPlanState : FlowPass<"flow-plan-state"> {
  let summary = "Gives state its slots: ids, fields, bounds";
  let description = [{
    Writes flow.state on stateful operators. Runs before the optimizations:
    neither ids nor fields may depend on -O.
  }];
}

def FlowExplain : Pass<"flow-explain", "::mlir::ModuleOp"> {
  let summary = "Prints the plan as `levada explain` does";
  let options = [Option<"format", "format", "std::string", /*default=*/"\"text\"",
                        "text, dot or svg">];
}

def FlowToExec : Pass<"flow-to-exec", "::mlir::ModuleOp"> {
  let summary = "Fuses operators into stages joined by channels and slots";
  let description = [{
    One stage per source, per stateful operator's input and per slot. A stage
    holds every stateless operator down to the next exchange: columns are SSA
    values, filters nested regions, so that what several consumers share is
    computed once. Only columns that someone reads are decoded, emitted, kept.
    Plans state itself where flow-plan-state has not.
  }];
  let dependentDialects = ["::levada::exec::ExecDialect"];
}

def ExecSinkScalars : Pass<"exec-sink-scalars", "::mlir::ModuleOp"> {
  let summary = "Computes scalars behind the filters that may drop their row";
  let description = [{
    Moves what only one nested region reads into it, unless it can fail or the
    region runs once per window.
  }];
}

#endif
