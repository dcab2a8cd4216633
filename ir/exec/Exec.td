//===- Exec.td - the exec dialect: how a pipeline runs --------------------===//
//
// Stages are fused loops over rows; channels carry rows between workers,
// slots keep state, sinks take encoded rows. Scalars inside stages are those
// of `flow`. One codegen file lowers each operation.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_IR_EXEC_EXEC_TD
#define LEVADA_IR_EXEC_EXEC_TD

include "ir/flow/Flow.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Exec_Dialect : Dialect {
  let name = "exec";
  let cppNamespace = "::levada::exec";
  let summary = "the physical plan";
  let dependentDialects = ["::levada::flow::FlowDialect"];
}

class Exec_Op<string name, list<Trait> traits = []> : Op<Exec_Dialect, name, traits>;
/// Checked against the declarations it names, and they against each other.
defvar Exec_Linked = DeclareOpInterfaceMethods<SymbolUserOpInterface>;

//===----------------------------------------------------------------------===//
// Declarations: symbols at module level, numbered in order of appearance
// (their index in levada_program's tables). Module attributes are those of
// flow plus exec.operators = [["name", "kind"], …]: the ledger's rows.
//===----------------------------------------------------------------------===//

def Exec_SourceOp : Exec_Op<"source", [Symbol, Exec_Linked]> {
  let summary = "an input and how its records decode";
  let description = [{
    `columns`/`types`: all columns of the file in order. `used`: for each block
    argument of the stage that reads it, the column's index, or −1 − k for
    metadata key k of `metadata`.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$connector, DictionaryAttr:$options,
    StrAttr:$format, DictionaryAttr:$format_options, StrArrayAttr:$columns, TypeArrayAttr:$types,
    DenseI32ArrayAttr:$used, StrArrayAttr:$metadata, Flow_OnErrorAttr:$on_error,
    OptionalAttr<FlatSymbolRefAttr>:$dead_letter, I32Attr:$op);
  let assemblyFormat = "$sym_name attr-dict";
  let hasVerifier = 1;
}

def Exec_ChannelOp : Exec_Op<"channel", [Symbol, Exec_Linked]> {
  let summary = "rows on their way to another stage";
  let description = [{`single`: all rows go to one worker; else by the hash given at emit.}];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$names, TypeArrayAttr:$types, UnitAttr:$single);
  let assemblyFormat = "$sym_name attr-dict";
  let hasVerifier = 1;
}

def Exec_SinkOp : Exec_Op<"sink", [Symbol]> {
  let summary = "an output and how rows encode";
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$connector, DictionaryAttr:$options,
    StrAttr:$format, DictionaryAttr:$format_options, StrArrayAttr:$columns, TypeArrayAttr:$types, I32Attr:$op);
  let assemblyFormat = "$sym_name attr-dict";
  let hasVerifier = 1;
}

def Exec_SlotOp : Exec_Op<"slot", [Symbol, Exec_Linked]> {
  let summary = "state: windows, groups or rows to sort";
  let description = [{
    kind: "window" (tumble, hop, cumulate), "session", "group", "sort". `id` is
    stable across -O, parallelism and compiler versions. Keys and aggregates
    for the first three; sort keeps rows of `key_types` ordered by `sort_keys`.
    The stage that reads it has as block arguments: the keys, then
    window_start, window_end, window_time (window, session), then results.
    An `updating` group gives its rows to the region of exec.update, and none
    at the end; a `retracting` one is given changes. Of an `upsert` one +I and
    +U replace the key's row, and its aggregates are of one row.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$id, StrAttr:$kind,
    StrArrayAttr:$key_names, TypeArrayAttr:$key_types,
    OptionalAttr<Flow_WindowAttr>:$window, DefaultValuedAttr<BoolAttr, "false">:$local_zone,
    TypedArrayAttrBase<Flow_AggAttr, "aggregates">:$aggs,
    TypedArrayAttrBase<Flow_SortKeyAttr, "sort keys">:$sort_keys,
    DefaultValuedAttr<I64Attr, "-1">:$limit, DefaultValuedAttr<I64Attr, "-1">:$skip,
    DefaultValuedAttr<BoolAttr, "false">:$always_one, I32Attr:$op, UnitAttr:$updating, UnitAttr:$retracting, UnitAttr:$upsert);
  let assemblyFormat = "$sym_name attr-dict";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Stages
//
// Who counts rows for the ledger: the loop of a source stage counts `in` for
// every record and `bad` for those that do not decode; exec.when `passed` and
// `filtered`; exec.guard `bad`; exec.update `absorbed` for the slot's operator
// unless the row is late; exec.write the sink's rows (levada_out.rows). All
// else is an exec.count in the block, so that for each operator
// in = passed + filtered + absorbed + late + bad; `made` stands apart.
//===----------------------------------------------------------------------===//

def Exec_ChannelRefs : TypedArrayAttrBase<FlatSymbolRefAttr, "channels">;

def Exec_StageOp : Exec_Op<"stage", [Symbol, SingleBlock, NoTerminator, IsolatedFromAbove, Exec_Linked]> {
  let summary = "a fused loop over the rows of one input";
  let description = [{
    `input` names a source, a channel or a slot; the block's arguments are its
    columns (a source's: those in `used`). Rows run the block from top to end.

    A union of streams that different stages make reads one channel of each:
    `input` is input 0, the channels of `merged` are 1, 2 …, all with the same
    columns. The stage's watermark is the least of theirs.

    ```mlir
    exec.stage @group from @left also [@right] { … }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$input,
    OptionalAttr<Exec_ChannelRefs>:$merged);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name `from` $input (`also` $merged^)? $body attr-dict";
}

class Exec_RegionOp<string name, list<Trait> traits = []>
  : Exec_Op<name, !listconcat([SingleBlock, NoTerminator], traits)>;

def Exec_WhenOp : Exec_RegionOp<"when"> {
  let summary = "the rest of the row's way, if the condition is TRUE";
  let description = [{Counts `passed` or `filtered` for operator `op`.}];
  let arguments = (ins Flow_SqlType:$condition, I32Attr:$op);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$condition $body attr-dict `:` type($condition)";
  let hasVerifier = 1;
}

def Exec_GuardOp : Exec_RegionOp<"guard", [Exec_Linked]> {
  let summary = "what becomes of the row when an expression inside fails";
  let description = [{
    fail: stops the run; skip: the row leaves this region, counted bad for
    `op`; dead_letter: also goes to that channel. The innermost guard decides.
  }];
  let arguments = (ins Flow_OnErrorAttr:$policy, I32Attr:$op, OptionalAttr<FlatSymbolRefAttr>:$dead_letter);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$body attr-dict";
}

def Exec_WatermarkOp : Exec_Op<"watermark"> {
  let summary = "what the row proves about event time; in source stages";
  let description = [{
    Takes effect for the rows after this one. A NULL is an error of the row
    (a NULL event time), under the guard at hand.
  }];
  let arguments = (ins Flow_SqlType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
  let hasVerifier = 1;
}

def Exec_ExpandOp : Exec_RegionOp<"expand"> {
  let summary = "runs the region once per window the row's time is in";
  let description = [{
    Region arguments: window_start and window_end, TIMESTAMP(3) NOT NULL, and
    window_time of the time's type, NOT NULL. Tumble, hop, cumulate. A NULL
    time is an error of the row, under the guard at hand.
  }];
  let arguments = (ins Flow_WindowAttr:$window, Flow_SqlType:$time);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$window $time $body attr-dict `:` type($time)";
  let hasVerifier = 1;
}

def Exec_UnnestOp : Exec_RegionOp<"unnest"> {
  let summary = "runs the region once per element of a collection";
  let description = [{
    Region arguments: what flow.unnest adds, its number of the element (INT)
    included when `ordinality`. With `outer` once, with NULLs, for none.
  }];
  let arguments = (ins Flow_SqlType:$collection, UnitAttr:$outer, UnitAttr:$ordinality);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$collection (`outer` $outer^)? (`ordinality` $ordinality^)? $body attr-dict `:` type($collection)";
}

def Exec_EmitOp : Exec_Op<"emit", [Exec_Linked]> {
  let summary = "puts a row into a channel";
  let description = [{`hash`: how many leading values are the key that picks the worker.}];
  let arguments = (ins FlatSymbolRefAttr:$channel, Variadic<Flow_SqlType>:$values,
                       DefaultValuedAttr<I32Attr, "0">:$hash);
  let assemblyFormat = "$channel `(` ($values^ `:` type($values))? `)` attr-dict";
}

/// A change of rows is a TINYINT NOT NULL, numbered as exec::ChangeKind is.
def Exec_WriteOp : Exec_Op<"write", [AttrSizedOperandSegments, Exec_Linked]> {
  let summary = "encodes a row for a sink";
  let description = [{
    `kind` says what the row changes; without it rows are new. `before`: what
    becomes of a row (-U) that another one follows: "write"; "drop", where the
    sink replaces rows by their key; "delete", where so it does, but the other
    row may have been filtered.
  }];
  let arguments = (ins FlatSymbolRefAttr:$sink, Variadic<Flow_SqlType>:$values,
                       Optional<Flow_SqlType>:$kind, DefaultValuedAttr<StrAttr, "\"write\"">:$before);
  let assemblyFormat = "$sink `(` ($values^ `:` type($values))? `)` (`kind` `(` $kind^ `:` type($kind) `)`)? attr-dict";
  let hasVerifier = 1;
}

def Exec_UpdateOp : Exec_Op<"update", [SingleBlock, NoTerminator, AttrSizedOperandSegments, Exec_Linked]> {
  let summary = "puts a row into a slot";
  let description = [{
    keys, the event time (window and session), then each aggregate's arguments
    and filter in the order of the slot's `aggs`: args first, then the filter if the
    call names one. A slot of kind sort takes the row as keys. The region runs
    for a row that is late for all its windows; otherwise the row counts as
    `absorbed` for the slot's operator. For a group with keys alone, which
    counts every row, the region runs for the first row of a key. A NULL time is an error of the row.

    For an updating group the region runs for each change of the key's row:
    its arguments are the kind and the results. `after_only`: nobody reads -U.
    `kind` says what the row at hand changes; without it the row is new.
  }];
  let arguments = (ins FlatSymbolRefAttr:$slot, Variadic<Flow_SqlType>:$keys,
                       Optional<Flow_SqlType>:$time, Variadic<Flow_SqlType>:$args,
                       Optional<Flow_SqlType>:$kind, UnitAttr:$after_only);
  let regions = (region SizedRegion<1>:$late);
  let assemblyFormat = [{
    $slot `key` `(` ($keys^ `:` type($keys))? `)` (`time` `(` $time^ `:` type($time) `)`)?
    `args` `(` ($args^ `:` type($args))? `)` (`kind` `(` $kind^ `:` type($kind) `)`)? `late` $late attr-dict
  }];
}

def Exec_CountOp : Exec_Op<"count"> {
  let summary = "counts the row for the ledger";
  let description = [{kind: "in", "passed", "made" … as LEVADA_COUNT_* in abi.h.}];
  let arguments = (ins StrAttr:$kind, I32Attr:$op);
  let assemblyFormat = "$kind $op attr-dict";
  let hasVerifier = 1;
}

#endif
