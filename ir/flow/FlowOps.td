//===- FlowOps.td - operators and scalars of the flow dialect -------------===//
#ifndef LEVADA_IR_FLOW_FLOWOPS_TD
#define LEVADA_IR_FLOW_FLOWOPS_TD

include "ir/flow/Flow.td"
include "ir/flow/FlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"

class Flow_Op<string name, list<Trait> traits = []> : Op<Flow_Dialect, name, traits>;

//===----------------------------------------------------------------------===//
// Operators. A module holds them at top level, in dependency order, with
// attributes flow.name, flow.mode ("streaming" or "batch"), flow.time_zone.
// `stream` is the name of the user's table or clause, for explain and ids.
//===----------------------------------------------------------------------===//

class Flow_StreamOp<string name, list<Trait> traits = []>
  : Flow_Op<name, !listconcat([DeclareOpInterfaceMethods<Flow_Operator>], traits)>;

def Flow_SourceOp : Flow_StreamOp<"source"> {
  let summary = "rows of a connector";
  let description = [{
    Result 0: the physical and metadata columns, decoded. Result 1, present
    when on_error = dead_letter: source, file, byte_offset, line, raw, code,
    reason of records that did not decode.
    `options`, `format_options`: values as written, by key. `metadata`: column
    name to metadata key. `columns` names those that the format carries, as in
    the file; PruneColumns may drop unread ones from the result, never here:
    it then keeps the types of all of them in `column_types`.

    ```mlir
    %rows = flow.source "flights" connector "filesystem" {path = "a.csv"} format "csv" {}
      columns ["date", "delay"] : !flow.stream<[date: TIMESTAMP(3), delay: INT], append>
    ```
  }];
  let arguments = (ins StrAttr:$stream, StrAttr:$connector, DictionaryAttr:$options,
    StrAttr:$format, DictionaryAttr:$format_options,
    StrArrayAttr:$columns, DefaultValuedAttr<DictionaryAttr, "{}">:$metadata,
    DefaultValuedAttr<Flow_OnErrorAttr, "::levada::flow::OnError::fail">:$on_error,
    OptionalAttr<TypeArrayAttr>:$column_types);
  let results = (outs Flow_StreamType:$rows, Optional<Flow_StreamType>:$dead);
  let assemblyFormat = [{
    $stream `connector` $connector $options `format` $format $format_options `columns` $columns
    attr-dict `:` type($rows) (`,` type($dead)^)?
  }];
  let hasVerifier = 1;
}

def Flow_ProjectOp : Flow_StreamOp<"project", [SingleBlock, IsolatedFromAbove]> {
  let summary = "computes the columns of its output from each row";
  let description = [{
    The block's arguments are the input's columns; it yields the output's, in
    order. Result 1 (on_error = dead_letter): rows whose expressions failed.
  }];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream,
    DefaultValuedAttr<Flow_OnErrorAttr, "::levada::flow::OnError::fail">:$on_error);
  let results = (outs Flow_StreamType:$output, Optional<Flow_StreamType>:$dead);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$stream $input $body attr-dict `:` type($input) `->` type($output) (`,` type($dead)^)?";
  let hasVerifier = 1;
}

def Flow_FilterOp : Flow_StreamOp<"filter", [SingleBlock, IsolatedFromAbove]> {
  let summary = "keeps the rows whose condition is TRUE";
  let hasCanonicalizer = 1;
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream,
    DefaultValuedAttr<Flow_OnErrorAttr, "::levada::flow::OnError::fail">:$on_error);
  let results = (outs Flow_StreamType:$output, Optional<Flow_StreamType>:$dead);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$stream $input $body attr-dict `:` type($input) `->` type($output) (`,` type($dead)^)?";
  let hasVerifier = 1;
}

def Flow_WatermarkOp : Flow_StreamOp<"watermark", [SingleBlock, IsolatedFromAbove]> {
  let summary = "gives the stream its event time";
  let description = [{
    `column` becomes the time attribute; the block yields the watermark that
    each row proves (a timestamp of at most 3 fraction digits): "no later row
    is at or before it". The stream's watermark is the highest so far.
  }];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream, StrAttr:$column);
  let results = (outs Flow_StreamType:$output);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$stream $input `on` $column $body attr-dict `:` type($input) `->` type($output)";
  let hasVerifier = 1;
}

def Flow_WindowOp : Flow_StreamOp<"window"> {
  let summary = "adds window_start, window_end, window_time to each row";
  let description = [{
    One row per window it belongs to. Without state, but for sessions, which
    keep their rows until they close: `keys` are the columns of whose values
    each has sessions of its own.
  }];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream, Flow_WindowAttr:$window,
    DefaultValuedAttr<StrArrayAttr, "{}">:$keys);
  let results = (outs Flow_StreamType:$output);
  let assemblyFormat = "$stream $input $window (`by` $keys^)? attr-dict `:` type($input) `->` type($output)";
  let hasVerifier = 1;
}

def Flow_UnnestOp : Flow_StreamOp<"unnest"> {
  let summary = "one row for each element of a collection";
  let description = [{
    CROSS JOIN UNNEST and, with `outer`, LEFT JOIN UNNEST … ON TRUE. `column`
    of the input is an ARRAY, MAP or MULTISET; the output has the input's
    columns and behind them those of an element, as unnestColumns (FlowOps.h)
    gives them: fields of a ROW, key and value of a MAP, else one; then, with
    `ordinality`, the element's number from 1. An element of a MULTISET comes
    as often as it is in there. NULL and empty collections give no row, or with
    `outer` one of NULLs.

    ```mlir
    %tags = flow.unnest "posts.tags" %posts on "tags" outer
      : !flow.stream<[id: INT, tags: ARRAY<STRING>], append>
      -> !flow.stream<[id: INT, tags: ARRAY<STRING>, tag: STRING], append>
    ```
  }];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream, StrAttr:$column,
    UnitAttr:$outer, UnitAttr:$ordinality);
  let results = (outs Flow_StreamType:$output);
  let assemblyFormat = "$stream $input `on` $column (`outer` $outer^)? (`ordinality` $ordinality^)? attr-dict `:` type($input) `->` type($output)";
  let hasVerifier = 1;
}

/// A stream operator that keeps state.
class Flow_StatefulOp<string name, list<Trait> traits = []>
  : Flow_Op<name, !listconcat([DeclareOpInterfaceMethods<Flow_Operator,
                                 ["stateBound", "partitionKeys"]>], traits)>;

def Flow_AggregateOp : Flow_StatefulOp<"aggregate"> {
  let summary = "groups rows by key columns and computes aggregates";
  let description = [{
    With `window`: one row per key and window when the watermark passes its
    end; output columns are the keys, window_start, window_end, window_time,
    then the aggregates. Without: keys, then aggregates, once at the end of a
    bounded input (batch). Keys and arguments are columns of the input. Result 1,
    present when `late` rows are routed: rows late for all their windows,
    with the input's columns.
  }];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream, StrArrayAttr:$keys,
    OptionalAttr<Flow_WindowAttr>:$window,
    TypedArrayAttrBase<Flow_AggAttr, "aggregate calls">:$aggs);
  let results = (outs Flow_StreamType:$output, Optional<Flow_StreamType>:$late);
  let assemblyFormat = "$stream $input `keys` $keys (`window` $window^)? `aggs` $aggs attr-dict `:` type($input) `->` type($output) (`,` type($late)^)?";
  let hasVerifier = 1;
}

def Flow_UnionOp : Flow_StreamOp<"union"> {
  let summary = "the rows of all inputs";
  let arguments = (ins Variadic<Flow_StreamType>:$inputs, StrAttr:$stream);
  let results = (outs Flow_StreamType:$output);
  let assemblyFormat = "$stream $inputs attr-dict `:` type($inputs) `->` type($output)";
  let hasVerifier = 1;
}

def Flow_SortOp : Flow_StatefulOp<"sort"> {
  let summary = "all rows in order, then a limit (batch)";
  let description = [{Without keys: rows as they come. limit and skip are -1 for none.}];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream,
    TypedArrayAttrBase<Flow_SortKeyAttr, "sort keys">:$keys, I64Attr:$limit, I64Attr:$skip);
  let results = (outs Flow_StreamType:$output);
  let assemblyFormat = "$stream $input `by` $keys `limit` $limit `skip` $skip attr-dict `:` type($input) `->` type($output)";
  let hasVerifier = 1;
}

def Flow_SinkOp : Flow_StreamOp<"sink"> {
  let summary = "hands rows to a connector";
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream, StrAttr:$connector,
    DictionaryAttr:$options, StrAttr:$format, DictionaryAttr:$format_options);
  let assemblyFormat = "$stream $input `connector` $connector $options `format` $format $format_options attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def Flow_YieldOp : Flow_Op<"yield", [Pure, Terminator, ReturnLike]> {
  let summary = "results of a region";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

//===----------------------------------------------------------------------===//
// Scalars. Operands and results are !flow.sql; every operation is strict
// (NULL in, NULL out) unless it says otherwise.
//===----------------------------------------------------------------------===//

class Flow_ScalarOp<string name, list<Trait> traits = []>
  : Flow_Op<name, !listconcat([Pure], traits)>;
/// Fails for some arguments: still without side effects on memory, so unused
/// ones may go, but passes ask mayFail() before they move one.
class Flow_FailingOp<string name, list<Trait> traits = []>
  : Flow_Op<name, !listconcat([Pure, DeclareOpInterfaceMethods<Flow_MayFail>], traits)>;

def Flow_ConstantOp : Flow_ScalarOp<"constant", [ConstantLike]> {
  let summary = "a literal";
  let description = [{
    value: UnitAttr for NULL; BoolAttr; IntegerAttr (i8…i64, also DATE days,
    TIME ms, TIMESTAMP by its unit (ms for p ≤ 3, µs for p ≤ 6), intervals);
    IntegerAttr of i128 for DECIMAL (unscaled; any p) and TIMESTAMP(7…9) (ns);
    FloatAttr f32/f64; StringAttr for text, bytes and, in the encoding of
    stdlib/nested.h, ROW, ARRAY, MAP, MULTISET.
  }];
  let arguments = (ins AnyAttr:$value);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "attr-dict $value `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

class Flow_Arith<string name> : Flow_FailingOp<name> {
  let arguments = (ins Flow_SqlType:$lhs, Flow_SqlType:$rhs);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}
// The binder has inserted casts: integer and approximate operands have the
// result's type; DECIMAL operands are any DECIMALs, the result's type says
// precision and scale (HALF_UP, NULL on overflow); timestamp ± interval,
// date ± interval, interval ± interval, interval * integer also come here.
def Flow_AddOp : Flow_Arith<"add">;
def Flow_SubOp : Flow_Arith<"sub">;
def Flow_MulOp : Flow_Arith<"mul">;
def Flow_DivOp : Flow_Arith<"div">;
def Flow_RemOp : Flow_Arith<"rem">;
def Flow_NegOp : Flow_ScalarOp<"neg"> {
  let arguments = (ins Flow_SqlType:$operand);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Flow_Predicate : I32EnumAttr<"Predicate", "", [
    I32EnumAttrCase<"eq", 0>, I32EnumAttrCase<"ne", 1>, I32EnumAttrCase<"lt", 2>,
    I32EnumAttrCase<"le", 3>, I32EnumAttrCase<"gt", 4>, I32EnumAttrCase<"ge", 5>,
    I32EnumAttrCase<"distinct", 6>, I32EnumAttrCase<"not_distinct", 7>]> {
  let cppNamespace = "::levada::flow";
  let genSpecializedAttr = 0;
}
def Flow_PredicateAttr : EnumAttr<Flow_Dialect, Flow_Predicate, "predicate">;
def Flow_CmpOp : Flow_ScalarOp<"cmp"> {
  let summary = "comparison; operands have one type up to length and nullability (DECIMAL: one scale)";
  let description = [{distinct and not_distinct treat NULL as a value and are never NULL.}];
  let arguments = (ins Flow_PredicateAttr:$predicate, Flow_SqlType:$lhs, Flow_SqlType:$rhs);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "$predicate $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Flow_Truth : I32EnumAttr<"Truth", "", [
    I32EnumAttrCase<"is_null", 0>, I32EnumAttrCase<"is_not_null", 1>,
    I32EnumAttrCase<"is_true", 2>, I32EnumAttrCase<"is_not_true", 3>,
    I32EnumAttrCase<"is_false", 4>, I32EnumAttrCase<"is_not_false", 5>]> {
  let cppNamespace = "::levada::flow";
  let genSpecializedAttr = 0;
}
def Flow_TruthAttr : EnumAttr<Flow_Dialect, Flow_Truth, "truth">;
def Flow_IsOp : Flow_ScalarOp<"is"> {
  let summary = "IS [NOT] NULL / TRUE / FALSE: never NULL";
  let arguments = (ins Flow_TruthAttr:$test, Flow_SqlType:$operand);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "$test $operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Flow_NotOp : Flow_ScalarOp<"not"> {
  let arguments = (ins Flow_SqlType:$operand);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "$operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

class Flow_Logic<string name> : Flow_Op<name, [SingleBlock, RecursiveMemoryEffects]> {
  let arguments = (ins Flow_SqlType:$lhs);
  let results = (outs Flow_SqlType:$result);
  let regions = (region SizedRegion<1>:$rhs);
  let assemblyFormat = "$lhs $rhs attr-dict `:` type($lhs) `->` type($result)";
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}
def Flow_AndOp : Flow_Logic<"and"> {
  let summary = "three-valued AND; the right side runs unless the left is FALSE";
}
def Flow_OrOp : Flow_Logic<"or"> {
  let summary = "three-valued OR; the right side runs unless the left is TRUE";
}
def Flow_IfOp : Flow_Op<"if", [RecursiveMemoryEffects]> {
  let summary = "then-region when the condition is TRUE, else the other";
  let description = [{CASE, COALESCE, NULLIF, IF become chains of these.}];
  let arguments = (ins Flow_SqlType:$condition);
  let results = (outs Flow_SqlType:$result);
  let regions = (region SizedRegion<1>:$then, SizedRegion<1>:$otherwise);
  let assemblyFormat = "$condition $then `else` $otherwise attr-dict `:` type($condition) `->` type($result)";
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def Flow_CastOp : Flow_FailingOp<"cast"> {
  let summary = "CAST, or TRY_CAST: NULL instead of an error";
  let arguments = (ins Flow_SqlType:$operand, UnitAttr:$try_cast);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "(`try` $try_cast^)? $operand attr-dict `:` type($operand) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Flow_CallOp : Flow_Op<"call", [DeclareOpInterfaceMethods<Flow_MayFail>,
                                   DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "a built-in function, by the symbol of its implementation";
  let description = [{
    The symbol is one of the catalogue; arguments have the parameter types of
    that implementation up to nullability. `sql_name` is for explain. `total`:
    it never fails. `varying`: it may give another value for the same arguments
    (RAND, CURRENT_TIMESTAMP), so it is neither folded nor shared.
  }];
  let arguments = (ins StrAttr:$symbol, StrAttr:$sql_name, Variadic<Flow_SqlType>:$args,
                       UnitAttr:$total, UnitAttr:$varying);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "$sql_name $symbol `(` $args `)` attr-dict `:` functional-type($args, $result)";
}

def Flow_CurrentWatermarkOp : Flow_ScalarOp<"current_watermark"> {
  let summary = "the watermark that the rows before this one proved; NULL while there is none";
  let description = [{
    A timestamp of 3 fraction digits. What reads it runs behind an exchange
    that all rows of its input pass in their order.
  }];
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "attr-dict `->` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Nested values. Constructors take operands of exactly the type of the field,
// element, key or value (up to NOT NULL inside them) and are never NULL.
//===----------------------------------------------------------------------===//

class Flow_Constructor<string name> : Flow_ScalarOp<name> {
  let arguments = (ins Variadic<Flow_SqlType>:$args);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "`(` $args `)` attr-dict `:` functional-type($args, $result)";
  let hasVerifier = 1;
}
def Flow_RowOp : Flow_Constructor<"row"> {
  let summary = "a ROW of its fields' values";
}
def Flow_ArrayOp : Flow_Constructor<"array"> {
  let summary = "an ARRAY of its elements";
}
def Flow_MapOp : Flow_Constructor<"map"> {
  let summary = "a MAP of keys and values in turn; the last of equal keys counts";
}

def Flow_FieldOp : Flow_ScalarOp<"field"> {
  let summary = "a field of a ROW, by its number from 0; NULL where the ROW is";
  let arguments = (ins Flow_SqlType:$row, I32Attr:$index);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "$row `[` $index `]` attr-dict `:` type($row) `->` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Flow_ElementOp : Flow_ScalarOp<"element"> {
  let summary = "array[i] (from 1) or map[key]; NULL where there is none";
  let description = [{
    `key` is an INT for an ARRAY, else of the type of the MAP's keys; a NULL
    key finds nothing.
  }];
  let arguments = (ins Flow_SqlType:$collection, Flow_SqlType:$key);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "$collection `[` $key `]` attr-dict `:` type($collection) `,` type($key) `->` type($result)";
  let hasVerifier = 1;
}

include "ir/flow/FlowState.td"

#endif
