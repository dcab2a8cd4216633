//===- Sources.cpp - [source.X]: columns, computed columns, watermark -----===//
//
// A column whose type or expression is wrong is left out and remembered, so
// that the rest of the pipeline is checked all the same.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"
#include "ir/diag/codes/Script.h"

#include "llvm/ADT/StringSwitch.h"

namespace levada::lower {

using namespace flow;

static OnError policyOf(const doc::ErrorPolicy &policy) {
  switch (policy.action) {
  case doc::OnError::Fail:
    return OnError::fail;
  case doc::OnError::Skip:
    return OnError::skip;
  case doc::OnError::DeadLetter:
    return policy.deadLetter ? OnError::dead_letter : OnError::skip;
  }
  return OnError::fail;
}

std::optional<SqlType> Lowering::metadataType(const doc::Column &column) {
  auto type = [&](SqlKind kind) { return sema::makeType(&context, kind, /*nullable=*/false); };
  return llvm::StringSwitch<std::optional<SqlType>>(column.key.text)
      .Case("file", sema::makeString(&context, false))
      .Cases("line", "byte_offset", "offset", type(SqlKind::BigInt))
      .Case("partition", type(SqlKind::Int))
      .Case("timestamp", sema::makeTimestamp(&context, SqlKind::TimestampLtz, 3, false))
      .Default(sema::makeString(&context));
}

/// Whether a type has intervals or NULL's type in it, which no format writes.
static bool hasUnwritten(SqlType type) {
  return type.isInterval() || type.getKind() == SqlKind::Null ||
         llvm::any_of(type.getChildren(),
                      [](mlir::Type child) { return hasUnwritten(llvm::cast<SqlType>(child)); });
}

SqlType Lowering::columnType(const doc::Column &column) {
  SqlType type;
  if (const sql::TypeName *written = typeName(column.type))
    type = sema::resolveType(*written, engine, &context);
  if (type && hasUnwritten(type)) {
    engine.emit(column.type.where(), diag::TypeNotYet, sema::display(type))
        .hint("leave the column out");
    return {};
  }
  return type;
}

Relation Lowering::lowerSource(const doc::Source &source) {
  Relation relation;
  relation.name = source.name.text;
  relation.source = &source;
  std::vector<std::string> names;
  std::vector<mlir::Type> types;
  llvm::SmallVector<mlir::Attribute> physical;
  llvm::SmallVector<mlir::NamedAttribute> metadata;
  std::set<std::string> seen;
  for (const doc::Column &column : source.columns) {
    if (column.kind != doc::Column::Physical || !seen.insert(column.name.text).second)
      continue; // reported by the document
    SqlType type = columnType(column);
    if (!type) {
      relation.broken.insert(column.name.text);
      continue;
    }
    const std::string format = source.endpoint.format ? source.endpoint.format->text : "";
    if (std::string fault = nestedFault(format, type); !fault.empty())
      engine.emit(column.type.where(), diag::SourceColumns, format,
                  format == "csv" ? "scalars, and ARRAY and ROW of them" : "scalars",
                  source.name.text, "`" + column.name.text + "`, " + fault)
          .hint("read it as STRING, or use the format `json`");
    names.push_back(column.name.text);
    types.push_back(type);
    physical.push_back(builder.getStringAttr(column.name.text));
  }
  for (const doc::Column &column : source.columns) {
    if (column.kind != doc::Column::Metadata || !seen.insert(column.name.text).second)
      continue;
    names.push_back(column.name.text);
    types.push_back(*metadataType(column));
    metadata.push_back(builder.getNamedAttr(column.name.text, builder.getStringAttr(column.key.text)));
  }
  if (batch && source.endpoint.schema && source.endpoint.schema->isSource &&
      (!source.endpoint.schema->bounded || source.endpoint.find("source.monitor-interval")))
    engine.emit(source.endpoint.connector.range, diag::BatchUnbounded,
                source.endpoint.connector.text);
  checkFormat(source, names);

  OnError policy = policyOf(source.onError);
  // Flink's way to say it: what is no record at all is left out.
  if (policy == OnError::fail && source.endpoint.format)
    if (const doc::OptionValue *ignore =
            source.endpoint.find(source.endpoint.format->text + ".ignore-parse-errors");
        ignore && ignore->number)
      policy = OnError::skip;
  mlir::Location location = locate(source.range);
  auto op = builder.create<SourceOp>(
      location, streamType(names, types),
      policy == OnError::dead_letter ? mlir::Type(deadLetterType()) : mlir::Type(),
      builder.getStringAttr(relation.name), builder.getStringAttr(source.endpoint.connector.text),
      options(source.endpoint, /*ofFormat=*/false),
      builder.getStringAttr(source.endpoint.format ? source.endpoint.format->text : ""),
      options(source.endpoint, /*ofFormat=*/true), builder.getArrayAttr(physical),
      builder.getDictionaryAttr(metadata), OnErrorAttr::get(&context, policy),
      mlir::ArrayAttr());
  relation.value = op.getRows();
  llvm::SmallVector<mlir::Attribute> primary;
  for (const doc::Name &key : source.primaryKey)
    primary.push_back(builder.getStringAttr(key.text));
  if (!primary.empty())
    op->setAttr("flow.primary_key", builder.getArrayAttr(primary));
  if (source.onError.deadLetter)
    feed(source.onError.deadLetter->text, op.getDead());
  addComputed(relation, source);
  for (const doc::Name &key : source.primaryKey) {
    if (relation.type().indexOf(key.text) >= 0 || relation.broken.count(key.text))
      continue;
    sql::ColumnExpr column(key.range);
    column.parts.push_back({key.text, key.range, false});
    scopeOf(relation, nullptr).reportUnknown(column, engine);
  }
  if (source.watermark)
    addWatermark(relation, source);
  return relation;
}

/// Brings the columns into their order and adds computed ones.
void Lowering::addComputed(Relation &relation, const doc::Source &source) {
  bool plain = true; // as the source gives them
  for (size_t i = 0; i < source.columns.size(); ++i) {
    const doc::Column &column = source.columns[i];
    plain &= column.kind != doc::Column::Computed && !(column.kind == doc::Column::Metadata && column.type) &&
             (i == 0 || source.columns[i - 1].kind <= column.kind);
  }
  if (plain)
    return;
  mlir::Location location = locate(source.range);
  StreamType input = relation.type();
  auto project = builder.create<ProjectOp>(location, input, mlir::Type(), relation.value,
                                           relation.name);
  mlir::Block *block = rowBlock(project.getBody(), input, location);
  sema::Scope scope = scopeOf(relation, block);
  std::map<std::string, mlir::Value> values;
  for (size_t i = 0; i < input.size(); ++i)
    values[input.getNames()[i].str()] = block->getArgument(i);
  // A later computed column may use an earlier one; not the other way round.
  for (const doc::Column &column : source.columns)
    if (column.kind == doc::Column::Computed)
      scope.explain(column.name.text, "`" + column.name.text + "` is computed further down");
  mlir::OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(block);
  auto lost = [&](const std::string &name) {
    relation.broken.insert(name);
    scope.addBroken(name);
  };
  for (const doc::Column &column : source.columns) {
    const std::string &name = column.name.text;
    sema::Binder binder(engine, builder, scope, "a computed column");
    if (column.kind == doc::Column::Metadata && column.type) {
      SqlType type = columnType(column);
      mlir::Value &value = values[name];
      if (type && !sema::castable(sema::typeOf(value), type)) {
        engine.emit(column.type.where(), diag::ImpossibleCast, sema::display(sema::typeOf(value)),
                    sema::display(type))
            .label(column.key.range, "this metadata is " + sema::display(sema::typeOf(value)));
        type = {};
      }
      if (!type) {
        values.erase(name);
        lost(name);
        continue;
      }
      value = binder.castTo(value, type, locate(column.type.where()));
      scope.replace(name, type, value);
    }
    if (column.kind != doc::Column::Computed || values.count(name))
      continue; // taken twice: reported by the document
    const sql::Expr *expr = expression(column.expr);
    mlir::Value value = expr ? binder.bind(*expr) : mlir::Value();
    if (value && sema::typeOf(value).getKind() == SqlKind::Null) {
      engine.emit(expr->range, diag::UntypedNull)
          .hint("write CAST(NULL AS STRING), or another type");
      value = {};
    }
    if (!value) {
      lost(name);
      continue;
    }
    scope.add({relation.name, name, sema::typeOf(value), value});
    values[name] = value;
    if (isProctime(*expr))
      relation.proctimes.insert(name);
  }
  std::vector<std::string> names;
  std::vector<mlir::Type> types;
  llvm::SmallVector<mlir::Value> yielded;
  std::set<std::string> seen;
  for (const doc::Column &column : source.columns) {
    auto at = values.find(column.name.text);
    if (at == values.end() || !seen.insert(column.name.text).second)
      continue;
    names.push_back(at->first);
    types.push_back(at->second.getType());
    yielded.push_back(at->second);
  }
  builder.create<YieldOp>(location, yielded);
  project.getOutput().setType(streamType(names, types));
  relation.value = project.getOutput();
}

/// WATERMARK FOR ts AS expression: a timestamp of the kind of `ts`.
mlir::Value Lowering::boundWatermark(const Relation &relation, const doc::Watermark &watermark,
                                     mlir::Block *block) {
  const sql::Expr *expr = expression(watermark.expr);
  sema::Scope scope = scopeOf(relation, block);
  sema::Binder binder(engine, builder, scope, "the watermark");
  mlir::Value value = expr ? binder.bind(*expr) : mlir::Value();
  if (!value)
    return {};
  StreamType input = relation.type();
  SqlType wanted = input.columnType(input.indexOf(watermark.on.text)), type = sema::typeOf(value);
  if (type.getKind() != wanted.getKind()) {
    engine.emit(expr->range, diag::WatermarkType, watermark.on.text, sema::display(wanted),
                sema::display(type))
        .label(watermark.on.range, "the event time");
    return {};
  }
  if (type.getPrecision() <= 3)
    return value;
  return binder.castTo(value, sema::makeTimestamp(&context, type.getKind(), 3, type.getNullable()),
                       locate(expr->range));
}

void Lowering::addWatermark(Relation &relation, const doc::Source &source) {
  const doc::Watermark &watermark = *source.watermark;
  if (relation.broken.count(watermark.on.text)) {
    // A window over it would complain that there is no event time.
    relation.brokenTime = true;
    return;
  }
  StreamType input = relation.type();
  int64_t index = input.indexOf(watermark.on.text);
  if (index < 0) {
    relation.brokenTime = true;
    sql::ColumnExpr column(watermark.on.range);
    column.parts.push_back({watermark.on.text, watermark.on.range, false});
    scopeOf(relation, nullptr).reportUnknown(column, engine);
    return;
  }
  SqlType type = input.columnType(index);
  if (!type.isTimestamp() || type.getPrecision() > 3) {
    relation.brokenTime = true;
    auto flight = engine.emit(watermark.on.range, diag::EventTimeType, watermark.on.text,
                              sema::display(type));
    bool declared = false;
    auto computed = [&](const std::string &text) {
      return document.isScript ? "ts AS " + text : "computed.ts = \"" + text + "\"";
    };
    for (const doc::Column &column : source.columns)
      if (column.name.text == watermark.on.text && column.type) {
        flight.label(column.type.where(), "declared here");
        declared = true;
      }
    if (type.isTimestamp() && declared)
      flight.hint(type.getKind() == SqlKind::Timestamp ? "declare it as TIMESTAMP(3)"
                                                       : "declare it as TIMESTAMP_LTZ(3)");
    else if (type.isTimestamp())
      flight.hint("compute it as CAST(… AS TIMESTAMP(3))");
    else if (type.isCharacter())
      flight.hint("declare the column as TIMESTAMP(3), or add a computed column: " +
                  computed("TO_TIMESTAMP(" + watermark.on.text + ")"));
    else if (type.isNumeric())
      flight.hint("add a computed column: " +
                  computed("TO_TIMESTAMP_LTZ(" + watermark.on.text + ", 3)") +
                  " reads milliseconds");
    return;
  }
  mlir::Location location = locate(watermark.range);
  std::vector<std::string> names;
  for (mlir::StringAttr name : input.getNames())
    names.push_back(name.str());
  auto op = builder.create<WatermarkOp>(location,
                                        streamType(names, input.getTypes(), watermark.on.text),
                                        relation.value, relation.name, watermark.on.text);
  mlir::Block *block = rowBlock(op.getBody(), input, location);
  mlir::OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(block);
  if (watermark.expr) {
    mlir::Value value = boundWatermark(relation, watermark, block);
    if (!value) {
      op.erase();
      relation.brokenTime = true;
      return;
    }
    builder.create<YieldOp>(location, value);
    relation.value = op.getOutput();
    return;
  }
  // Without a delay times never go back, but equal ones may follow.
  int64_t delay = watermark.delay ? watermark.delay->millis : 1;
  mlir::Value time = block->getArgument(index);
  if (delay != 0) {
    SqlType interval = sema::makeType(&context, SqlKind::IntervalDayTime, /*nullable=*/false);
    mlir::Value by = builder.create<ConstantOp>(location, interval,
                                                builder.getI64IntegerAttr(delay));
    time = builder.create<SubOp>(location, type, time, by);
  }
  builder.create<YieldOp>(location, time);
  relation.value = op.getOutput();
}

} // namespace levada::lower
