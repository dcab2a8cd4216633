//===- Flow.td - the flow dialect: types and attributes -------------------===//
//
// `flow` says what a pipeline means: operators on streams, typed nullable SQL
// scalars inside their regions. It knows nothing of threads, rows in memory
// or machine types.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_IR_FLOW_FLOW_TD
#define LEVADA_IR_FLOW_FLOW_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Flow_Dialect : Dialect {
  let name = "flow";
  let cppNamespace = "::levada::flow";
  let summary = "what a streaming pipeline means";
  let description = [{
    Operators on `!flow.stream` values; scalar SQL expressions stand in their
    regions as operations on `!flow.sql` values, where NULL and errors follow
    Flink's rules. See RATIONALE.md.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

class Flow_Type<string name, string typeMnemonic> : TypeDef<Flow_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def Flow_SqlType : Flow_Type<"Sql", "sql"> {
  let summary = "an SQL type, with nullability";
  let description = [{
    Printed as SQL: `!flow.sql<DECIMAL(10, 2) NOT NULL>`,
    `!flow.sql<ROW<a INT, b STRING>>`. STRING is VARCHAR(2147483647) and BYTES
    VARBINARY(2147483647); both print by their short names.
    precision: length of CHAR/VARCHAR/BINARY/VARBINARY, digits of DECIMAL,
    fraction digits of TIME/TIMESTAMP. scale: of DECIMAL.
    children: ARRAY element, MAP key and value, MULTISET element, ROW fields.
  }];
  let parameters = (ins
    "::levada::flow::SqlKind":$kind,
    "int32_t":$precision,
    "int32_t":$scale,
    "bool":$nullable,
    ArrayRefParameter<"::mlir::Type">:$children,
    ArrayRefParameter<"::mlir::StringAttr">:$names
  );
  let skipDefaultBuilders = 1;
  let hasCustomAssemblyFormat = 1;
  let builders = [
    TypeBuilder<(ins "::levada::flow::SqlKind":$kind, CArg<"int32_t", "0">:$precision,
                     CArg<"int32_t", "0">:$scale, CArg<"bool", "true">:$nullable), [{
      return $_get($_ctxt, kind, precision, scale, nullable,
                   ::llvm::ArrayRef<::mlir::Type>(), ::llvm::ArrayRef<::mlir::StringAttr>());
    }]>,
    TypeBuilder<(ins "::levada::flow::SqlKind":$kind, "int32_t":$precision, "int32_t":$scale,
                     "bool":$nullable, "::llvm::ArrayRef<::mlir::Type>":$children,
                     "::llvm::ArrayRef<::mlir::StringAttr>":$names), [{
      return $_get($_ctxt, kind, precision, scale, nullable, children, names);
    }]>
  ];
  let extraClassDeclaration = [{
    /// The same type with the given nullability.
    SqlType withNullable(bool nullable) const;
    /// As SQL text: "DECIMAL(10, 2) NOT NULL"; without the suffix for `bare`.
    std::string str(bool bare = false) const;
    bool isInteger() const;      ///< TINYINT … BIGINT
    bool isApproximate() const;  ///< FLOAT, DOUBLE
    bool isNumeric() const;      ///< integer, approximate or DECIMAL
    bool isCharacter() const;    ///< CHAR, VARCHAR
    bool isBinary() const;       ///< BINARY, VARBINARY
    bool isTimestamp() const;    ///< TIMESTAMP, TIMESTAMP_LTZ
    bool isInterval() const;
    bool isNested() const;       ///< ARRAY, MAP, MULTISET, ROW
    bool isString() const;       ///< VARCHAR(2147483647)
  }];
}

def Flow_StreamType : Flow_Type<"Stream", "stream"> {
  let summary = "rows with named columns";
  let description = [{
    `!flow.stream<[ts: TIMESTAMP(3), n: BIGINT NOT NULL], append, time = "ts">`:
    columns with SQL types, the kind of changes, the event-time column if any.
    Names are unique.
  }];
  let genVerifyDecl = 1;
  let parameters = (ins
    ArrayRefParameter<"::mlir::StringAttr">:$names,
    ArrayRefParameter<"::mlir::Type">:$types,
    "::levada::flow::Changelog":$changelog,
    "::mlir::StringAttr":$time
  );
  let skipDefaultBuilders = 1;
  let hasCustomAssemblyFormat = 1;
  let builders = [
    TypeBuilder<(ins "::llvm::ArrayRef<::mlir::StringAttr>":$names,
                     "::llvm::ArrayRef<::mlir::Type>":$types,
                     CArg<"::levada::flow::Changelog", "::levada::flow::Changelog::append">:$changelog,
                     CArg<"::mlir::StringAttr", "{}">:$time), [{
      return $_get($_ctxt, names, types, changelog, time);
    }]>
  ];
  let extraClassDeclaration = [{
    size_t size() const { return getNames().size(); }
    /// Index of the column, or -1.
    int64_t indexOf(::llvm::StringRef name) const;
    SqlType columnType(size_t index) const;
  }];
}

def Flow_Changelog : I32EnumAttr<"Changelog", "kinds of changes a stream carries", [
    I32EnumAttrCase<"append", 0>, I32EnumAttrCase<"upsert", 1>,
    I32EnumAttrCase<"retract", 2>]> {
  let cppNamespace = "::levada::flow";
  let genSpecializedAttr = 0;
}

def Flow_OnError : I32EnumAttr<"OnError", "what becomes of a row that fails", [
    I32EnumAttrCase<"fail", 0>, I32EnumAttrCase<"skip", 1>,
    I32EnumAttrCase<"dead_letter", 2>]> {
  let cppNamespace = "::levada::flow";
  let genSpecializedAttr = 0;
}
def Flow_OnErrorAttr : EnumAttr<Flow_Dialect, Flow_OnError, "on_error"> {
  let assemblyFormat = "`<` $value `>`";
}

def Flow_WindowKind : I32EnumAttr<"WindowKind", "", [
    I32EnumAttrCase<"tumble", 0>, I32EnumAttrCase<"hop", 1>,
    I32EnumAttrCase<"cumulate", 2>, I32EnumAttrCase<"session", 3>]> {
  let cppNamespace = "::levada::flow";
  let genSpecializedAttr = 0;
}

def Flow_WindowAttr : AttrDef<Flow_Dialect, "Window"> {
  let mnemonic = "window";
  let summary = "an event-time window";
  let description = [{
    `#flow.window<hop, on = "ts", size = 43200000, slide = 21600000, offset = 0>`,
    all in milliseconds. slide: the hop's slide, cumulate's step, 0 otherwise.
    size: the session's gap for `session`.
  }];
  let parameters = (ins EnumParameter<Flow_WindowKind>:$kind, "::mlir::StringAttr":$on,
                        "int64_t":$size, "int64_t":$slide, "int64_t":$offset);
  let assemblyFormat = "`<` $kind `,` `on` `=` $on `,` `size` `=` $size `,` `slide` `=` $slide `,` `offset` `=` $offset `>`";
}

def Flow_AggAttr : AttrDef<Flow_Dialect, "Agg"> {
  let mnemonic = "agg";
  let summary = "one aggregate call over columns of the input";
  let description = [{
    `#flow.agg<"SUM", @levada_agg_sum_i64, ["v"], filter = "f", distinct = true, as "total" -> !flow.sql<BIGINT>>`:
    SQL name, the implementing symbol of the catalogue, argument columns, the
    BOOLEAN column of FILTER ("" for none), the result column and its type.
  }];
  let parameters = (ins "::mlir::StringAttr":$name, "::mlir::StringAttr":$symbol,
                        OptionalArrayRefParameter<"::mlir::StringAttr">:$args,
                        "::mlir::StringAttr":$filter, "bool":$distinct,
                        "::mlir::StringAttr":$result, "::mlir::Type":$type);
  let assemblyFormat = "`<` $name `,` $symbol `,` `[` (`]`) : ($args^ `]`)? `,` `filter` `=` $filter `,` `distinct` `=` $distinct `,` `as` $result `->` $type `>`";
}

def Flow_SortKeyAttr : AttrDef<Flow_Dialect, "SortKey"> {
  let mnemonic = "sort_key";
  let summary = "a column to sort by";
  let parameters = (ins "::mlir::StringAttr":$column, "bool":$descending, "bool":$nullsFirst);
  let assemblyFormat = "`<` $column `,` `descending` `=` $descending `,` `nulls_first` `=` $nullsFirst `>`";
}

def Flow_JoinKind : I32EnumAttr<"JoinKind", "which rows a join gives", [
    I32EnumAttrCase<"inner", 0>, I32EnumAttrCase<"left", 1>, I32EnumAttrCase<"right", 2>,
    I32EnumAttrCase<"full", 3>, I32EnumAttrCase<"semi", 4>, I32EnumAttrCase<"anti", 5>,
    I32EnumAttrCase<"mark", 6>]> {
  let cppNamespace = "::levada::flow";
  let genSpecializedAttr = 0;
}
def Flow_JoinKindAttr : EnumAttr<Flow_Dialect, Flow_JoinKind, "join_kind">;

def Flow_JoinForm : I32EnumAttr<"JoinForm", "what bounds a join", [
    I32EnumAttrCase<"regular", 0>, I32EnumAttrCase<"interval", 1>, I32EnumAttrCase<"window", 2>,
    I32EnumAttrCase<"temporal", 3>, I32EnumAttrCase<"lookup", 4>,
    I32EnumAttrCase<"snapshot", 5>]> {
  let cppNamespace = "::levada::flow";
  let genSpecializedAttr = 0;
}
def Flow_JoinFormAttr : EnumAttr<Flow_Dialect, Flow_JoinForm, "join_form">;

#endif
