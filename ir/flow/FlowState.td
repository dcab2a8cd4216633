//===- FlowState.td - joins, OVER, rankings, patterns, set operations -----===//
//
// Operators that keep rows. They say everything that running them needs: keys
// as columns, what is left of a condition as a region, bounds of time. Which
// of them run, passes/physical/Runs.cpp knows.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_IR_FLOW_FLOWSTATE_TD
#define LEVADA_IR_FLOW_FLOWSTATE_TD

/// An operator that keeps state and has not got partition keys of its own to
/// tell: what it holds, its attributes say.
class Flow_KeepingOp<string name, list<Trait> traits = []>
  : Flow_Op<name, !listconcat([DeclareOpInterfaceMethods<Flow_Operator, ["stateBound"]>], traits)>;

def Flow_SortKeys : TypedArrayAttrBase<Flow_SortKeyAttr, "sort keys">;
def Flow_Aggs : TypedArrayAttrBase<Flow_AggAttr, "aggregate calls">;

def Flow_JoinOp : Flow_KeepingOp<"join", [SingleBlock, IsolatedFromAbove]> {
  let summary = "pairs of rows of two streams";
  let description = [{
    The output has the left columns, then the right ones (inner, left, right,
    full); the left ones alone (semi, anti); or the left ones and a BOOLEAN
    that says whether a row of the right matched (mark).

    `left_keys` and `right_keys` are pairs of columns that must be equal: with
    `null_safe` also where both are NULL. The block's arguments are the left
    columns, then the right ones; it yields what else must be TRUE. With
    `null_aware` (NOT IN, IN as a value) a pair whose comparison is NULL makes
    the answer unknown: anti drops the row, mark is NULL.

    `form` says what bounds the state:
    regular   nothing: every row is kept
    interval  `time_left - time_right` lies in [`lower`, `upper`] ms
    window    both rows are of the same window: their keys include its bounds
    temporal  the version of the right row that is valid at `time_left`
    lookup    the right table as it is when the left row arrives
    snapshot  as lookup, from a stream that is loaded first
    `single`: a row may have one match at most, more are an error (a query
    that stands for a value). `hints`: STATE_TTL, LOOKUP, BROADCAST … by name.

    ```mlir
    %paid = flow.join "paid" inner regular %orders, %payments
      on ["id"] = ["order_id"] { ^bb0(…): flow.yield %true }
    ```
  }];
  let arguments = (ins Flow_StreamType:$left, Flow_StreamType:$right, StrAttr:$stream,
    Flow_JoinKindAttr:$kind, Flow_JoinFormAttr:$form,
    StrArrayAttr:$left_keys, StrArrayAttr:$right_keys, DenseBoolArrayAttr:$null_safe,
    DefaultValuedAttr<StrAttr, "\"\"">:$time_left, DefaultValuedAttr<StrAttr, "\"\"">:$time_right,
    DefaultValuedAttr<I64Attr, "0">:$lower, DefaultValuedAttr<I64Attr, "0">:$upper,
    UnitAttr:$null_aware, UnitAttr:$single,
    DefaultValuedAttr<DictionaryAttr, "{}">:$hints);
  let results = (outs Flow_StreamType:$output);
  let regions = (region SizedRegion<1>:$condition);
  let assemblyFormat = [{
    $stream $kind $form $left `,` $right `on` $left_keys `=` $right_keys $condition attr-dict
      `:` type($left) `,` type($right) `->` type($output)
  }];
  let hasVerifier = 1;
}

def Flow_OverOp : Flow_KeepingOp<"over"> {
  let summary = "aggregates and rankings over the rows around each row";
  let description = [{
    The output has the input's columns and one for each call. A call without a
    symbol is one of ROW_NUMBER, RANK, DENSE_RANK, NTILE, PERCENT_RANK,
    CUME_DIST, LAG, LEAD. `rows`: the frame counts rows, else values of the
    order column (ms where it is a time). `low` and `high` are relative to the
    row, negative before it; the smallest and largest i64 are unbounded.
  }];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream, StrArrayAttr:$partition,
    Flow_SortKeys:$order, UnitAttr:$rows, I64Attr:$low, I64Attr:$high, Flow_Aggs:$calls,
    DefaultValuedAttr<DictionaryAttr, "{}">:$hints);
  let results = (outs Flow_StreamType:$output);
  let assemblyFormat = [{
    $stream $input `by` $partition `order` $order (`rows` $rows^)? `from` $low `to` $high
      `calls` $calls attr-dict `:` type($input) `->` type($output)
  }];
  let hasVerifier = 1;
}

def Flow_TopNOp : Flow_KeepingOp<"top_n"> {
  let summary = "the first rows of each partition in an order";
  let description = [{
    Rows whose rank (`function`: row_number, rank, dense_rank) lies in
    [`from`, `to`]. The output has the input's columns and the rank as the last
    one. With `window` (both bounds of a window are among the partition's
    columns) results come when the window closes, and do not change.
    `hints`: STATE_TTL … by name.
  }];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream, StrAttr:$function,
    StrArrayAttr:$partition, Flow_SortKeys:$order, I64Attr:$from, I64Attr:$to, UnitAttr:$window,
    DefaultValuedAttr<DictionaryAttr, "{}">:$hints);
  let results = (outs Flow_StreamType:$output);
  let assemblyFormat = [{
    $stream $function $input `by` $partition `order` $order `from` $from `to` $to
      (`window` $window^)? attr-dict `:` type($input) `->` type($output)
  }];
  let hasVerifier = 1;
}

def Flow_DedupOp : Flow_KeepingOp<"dedup"> {
  let summary = "the first or last row of each key by time";
  let description = [{
    ROW_NUMBER() … = 1 over one time attribute. The output has the input's
    columns and the rank, which is 1, as the last one. `keep_last`: results
    change; otherwise they are final. `window` as for top_n.
  }];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream, StrArrayAttr:$keys,
    StrAttr:$time, UnitAttr:$keep_last, UnitAttr:$window,
    DefaultValuedAttr<DictionaryAttr, "{}">:$hints);
  let results = (outs Flow_StreamType:$output);
  let assemblyFormat = [{
    $stream $input `by` $keys `on` $time (`last` $keep_last^)? (`window` $window^)? attr-dict
      `:` type($input) `->` type($output)
  }];
  let hasVerifier = 1;
}

def Flow_MatchOp : Flow_KeepingOp<"match", [IsolatedFromAbove]> {
  let summary = "MATCH_RECOGNIZE: a row for each sequence of rows that fits a pattern";
  let description = [{
    `pattern` is the row pattern as SQL writes it; `variables` those that have a
    definition, with one region each in `defines`, which yields a BOOLEAN for
    the row that may take that part. `measures` yields the output's columns
    behind the partition's (or with `all_rows` behind the input's). Rows of the
    match are reached through flow.pattern_column and flow.pattern_agg.
    `after`: next_row, past_last_row, to_first X, to_last X. `within`: ms, 0
    for none. `subsets`: name to variables.
  }];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream, StrArrayAttr:$partition,
    Flow_SortKeys:$order, StrAttr:$pattern, StrArrayAttr:$variables, StrAttr:$after,
    DefaultValuedAttr<I64Attr, "0">:$within, UnitAttr:$all_rows,
    DefaultValuedAttr<DictionaryAttr, "{}">:$subsets);
  let results = (outs Flow_StreamType:$output);
  let regions = (region SizedRegion<1>:$measures, VariadicRegion<SizedRegion<1>>:$defines);
  let assemblyFormat = [{
    $stream $input `by` $partition `order` $order `pattern` $pattern `after` $after
      `define` $variables $defines `measures` $measures attr-dict `:` type($input) `->` type($output)
  }];
  let hasVerifier = 1;
}

def Flow_SetOp : Flow_KeepingOp<"set"> {
  let summary = "INTERSECT or EXCEPT of two streams, [ALL]";
  let arguments = (ins Flow_StreamType:$left, Flow_StreamType:$right, StrAttr:$stream,
    BoolAttr:$except, BoolAttr:$all);
  let results = (outs Flow_StreamType:$output);
  let assemblyFormat = "$stream $left `,` $right `except` $except `all` $all attr-dict `:` type($left) `,` type($right) `->` type($output)";
  let hasVerifier = 1;
}

def Flow_TableFunctionOp : Flow_KeepingOp<"table_function"> {
  let summary = "a table function over a table: FROM_CHANGELOG, TO_CHANGELOG";
  let description = [{`partition`: columns of PARTITION BY. `options`: its constant arguments by name.}];
  let arguments = (ins Flow_StreamType:$input, StrAttr:$stream, StrAttr:$function,
    StrArrayAttr:$partition, DictionaryAttr:$options);
  let results = (outs Flow_StreamType:$output);
  let assemblyFormat = "$stream $function $input `by` $partition $options attr-dict `:` type($input) `->` type($output)";
}

def Flow_ValuesOp : Flow_StreamOp<"values"> {
  let summary = "one row without columns, then the end";
  let description = [{
    What a query without FROM reads. VALUES is a union of projections of it.

    ```mlir
    %one = flow.values "answer" : !flow.stream<[], append>
    ```
  }];
  let arguments = (ins StrAttr:$stream);
  let results = (outs Flow_StreamType:$rows);
  let assemblyFormat = "$stream attr-dict `:` type($rows)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Scalars that stand for rows elsewhere.
//===----------------------------------------------------------------------===//

def Flow_OuterOp : Flow_ScalarOp<"outer"> {
  let summary = "a column of the row for which a query inside an expression runs";
  let description = [{
    Only while a query is lowered: what makes the join of the two queries
    replaces it. `scope` numbers the query that has the row.
  }];
  let arguments = (ins I64Attr:$scope, I64Attr:$column);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "$scope $column attr-dict `->` type($result)";
}

def Flow_PatternColumnOp : Flow_ScalarOp<"pattern_column"> {
  let summary = "a column of a row that a pattern variable has taken";
  let description = [{
    The last row (`first`: the first) of `variable` ("" for all), `offset` rows
    before (behind) it; in a definition, offset 0 of the variable that is being
    defined is the row at hand. NULL where there is no such row. `physical`:
    so many rows of the partition further (PREV: negative, NEXT).
  }];
  let arguments = (ins StrAttr:$variable, StrAttr:$column, UnitAttr:$first,
    DefaultValuedAttr<I64Attr, "0">:$offset, DefaultValuedAttr<I64Attr, "0">:$physical);
  let results = (outs Flow_SqlType:$result);
  let assemblyFormat = "$variable $column (`first` $first^)? attr-dict `->` type($result)";
}

def Flow_PatternAggOp : Flow_Op<"pattern_agg", [SingleBlock, IsolatedFromAbove, RecursiveMemoryEffects]> {
  let summary = "an aggregate over the rows that a pattern variable has taken";
  let description = [{The block's arguments are the input's columns; it yields the arguments.}];
  let arguments = (ins StrAttr:$variable, StrAttr:$name, StrAttr:$symbol, UnitAttr:$distinct);
  let results = (outs Flow_SqlType:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$name $symbol $variable (`distinct` $distinct^)? $body attr-dict `->` type($result)";
}

#endif
