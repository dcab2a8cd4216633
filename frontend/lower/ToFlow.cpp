//===- ToFlow.cpp - the order of lowering, and what its parts share -------===//
//
// Sources first, streams so that inputs come before their readers, sinks last.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/ToFlow.h"
#include "frontend/lower/Lowering.h"
#include "ir/diag/codes/Plan.h"
#include "ir/flow/Location.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Regex.h"

using namespace levada;
using namespace levada::flow;

mlir::OwningOpRef<mlir::ModuleOp> levada::lowerToFlow(const doc::Document &document,
                                                      diag::Engine &engine,
                                                      mlir::MLIRContext &context) {
  context.getOrLoadDialect<FlowDialect>();
  return lower::Lowering(document, engine, context).run();
}

namespace levada::lower {

/// Fixed offsets, and names in the zone database of this system, whose data goes
/// into the program.
static bool knownZone(llvm::StringRef zone) {
  static const llvm::Regex fixed("^(Z|UTC|GMT|UT|(UTC|GMT)?[+-][0-9]{1,2}(:?[0-9]{2})?(:?[0-9]{2})?)$");
  if (fixed.match(zone))
    return true;
  if (zone.starts_with("/") || zone.contains(".."))
    return false;
  auto file = llvm::MemoryBuffer::getFile("/usr/share/zoneinfo/" + zone);
  return file && (*file)->getBuffer().starts_with("TZif");
}

mlir::OwningOpRef<mlir::ModuleOp> Lowering::run() {
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(locate({document.file, 0, 0}));
  builder.setInsertionPointToEnd(module->getBody());
  const doc::Pipeline &pipeline = document.pipeline;
  batch = pipeline.mode == doc::Mode::Batch;
  std::string_view zone = pipeline.setting("table.local-time-zone");
  mlir::Operation *op = module->getOperation();
  op->setAttr("flow.name", builder.getStringAttr(pipeline.name.text));
  op->setAttr("flow.mode", builder.getStringAttr(batch ? "batch" : "streaming"));
  if (document.isScript)
    op->setAttr("flow.script", builder.getUnitAttr());
  op->setAttr("flow.time_zone",
              builder.getStringAttr(zone.empty() ? "UTC" : llvm::StringRef(zone.data(), zone.size())));
  for (const doc::Setting &setting : pipeline.settings)
    if (setting.key.text == "table.local-time-zone" && !knownZone(setting.value.text))
      engine.emit(setting.value.range, diag::UnknownTimeZone, setting.value.text)
          .hint(document.isScript ? "such as 'Europe/Lisbon' or 'GMT+02:00'"
                                   : "such as \"Europe/Lisbon\" or \"GMT+02:00\"");
  if (pipeline.parallelism)
    op->setAttr("flow.parallelism", builder.getI64IntegerAttr(*pipeline.parallelism));
  if (pipeline.checkpointInterval && pipeline.checkpointInterval->millis)
    op->setAttr("flow.checkpoint_interval",
                builder.getI64IntegerAttr(pipeline.checkpointInterval->millis));
  if (pipeline.checkpointMinPause)
    op->setAttr("flow.checkpoint_min_pause",
                builder.getI64IntegerAttr(pipeline.checkpointMinPause->millis));
  if (pipeline.checkpointKeep)
    op->setAttr("flow.checkpoint_keep", builder.getI64IntegerAttr(*pipeline.checkpointKeep));

  for (const doc::Source &source : document.sources)
    relations[source.name.text] = lowerSource(source);
  for (size_t index : document.order) {
    const doc::Stream &stream = document.streams[index];
    Relation result = lowerStream(stream);
    if (!stream.columnNames.empty())
      result = renamed(std::move(result), stream);
    result.name = stream.name.text;
    if (!result.value) {
      if (stream.late)
        brokenFeeds.insert(stream.late->text);
      if (stream.onError.deadLetter)
        brokenFeeds.insert(stream.onError.deadLetter->text);
    }
    relations[stream.name.text] = std::move(result);
  }
  for (const doc::Sink &sink : document.sinks)
    lowerSink(sink);
  dropEmpty(*module);
  recognizeRanks(*module);
  expandSessions(*module);
  inferChanges(*module);
  countWays(*module);
  if (engine.hasErrors())
    return {};
  return module;
}

/// The code of a stage follows every way of a row, up to sinks and state: two
/// readers and a union of them, 20 times over, make a million.
void Lowering::countWays(mlir::ModuleOp module) {
  constexpr size_t most = 1000;
  llvm::DenseMap<mlir::Value, size_t> ways;
  for (mlir::Operation &op : llvm::reverse(*module.getBody()))
    for (mlir::Value rows : op.getResults()) {
      size_t &sum = ways[rows] = 0;
      for (mlir::OpOperand &use : rows.getUses()) {
        mlir::Operation *reader = use.getOwner();
        bool stateless = llvm::isa<ProjectOp, FilterOp, WatermarkOp, WindowOp, UnionOp, UnnestOp>(reader);
        if (!stateless)
          ++sum;
        for (mlir::Value next : reader->getResults())
          if (stateless)
            sum += ways.lookup(next);
      }
      sum = std::min(sum, most + 1);
    }
  auto check = [&](const doc::Name &name) {
    auto relation = relations.find(name.text);
    if (relation == relations.end() || ways.lookup(relation->second.value) <= most)
      return false;
    engine.emit(name.range, diag::TooManyWays, name.text, most)
        .hint("unite streams that read it directly");
    return true;
  };
  for (const doc::Source &source : document.sources)
    if (check(source.name))
      return;
  for (size_t index : document.order)
    if (check(document.streams[index].name))
      return;
}

const sql::Expr *Lowering::expression(const doc::Sql<sql::Expr> &piece) {
  if (piece.tree || !piece)
    return piece.tree;
  ownedExprs.push_back(sql::parseExpression(piece.buffer, engine));
  return ownedExprs.back().get();
}

const sql::TypeName *Lowering::typeName(const doc::Sql<sql::TypeName> &piece) {
  if (piece.tree || !piece)
    return piece.tree;
  std::optional<sql::TypeName> parsed = sql::parseType(piece.buffer, engine);
  if (!parsed)
    return nullptr;
  ownedTypes.push_back(std::make_unique<sql::TypeName>(std::move(*parsed)));
  return ownedTypes.back().get();
}

const sql::Query *Lowering::queryTree(const doc::Sql<sql::Query> &piece) {
  if (piece.tree || !piece)
    return piece.tree;
  ownedQueries.push_back(sql::parseQuery(piece.buffer, engine));
  return ownedQueries.back().get();
}

mlir::Location Lowering::locate(SourceRange range) {
  mlir::Location location = locationOf(&context, engine.sourceMap(), range);
  places.try_emplace(location, range);
  return location;
}

StreamType Lowering::streamType(llvm::ArrayRef<std::string> names,
                                llvm::ArrayRef<mlir::Type> types, llvm::StringRef time) {
  llvm::SmallVector<mlir::StringAttr> attrs;
  for (const std::string &name : names)
    attrs.push_back(builder.getStringAttr(name));
  return StreamType::get(&context, attrs, types, Changelog::append,
                         time.empty() ? mlir::StringAttr() : builder.getStringAttr(time));
}

StreamType Lowering::deadLetterType() {
  SqlType text = sema::makeString(&context), sure = sema::makeString(&context, false);
  SqlType number = sema::makeType(&context, SqlKind::BigInt);
  SqlType bytes = SqlType::get(&context, SqlKind::VarBinary, kMaxLength);
  return streamType({"source", "file", "byte_offset", "line", "raw", "code", "reason"},
                    {sure, text, number, number, bytes, sure, sure});
}

void Lowering::feed(const std::optional<std::string> &sink, mlir::Value rows) {
  if (sink && rows)
    feeds[*sink].push_back(rows);
}

mlir::Block *Lowering::rowBlock(mlir::Region &region, StreamType columns,
                                mlir::Location location) {
  mlir::Block *block = &region.emplaceBlock();
  for (mlir::Type type : columns.getTypes())
    block->addArgument(type, location);
  return block;
}

std::vector<Field> Lowering::fieldsOf(const Relation &relation) {
  if (!relation.fields.empty())
    return relation.fields;
  std::vector<Field> fields;
  for (mlir::StringAttr name : relation.type().getNames())
    fields.push_back({relation.name, name.str()});
  return fields;
}

sema::Scope Lowering::scopeOf(const Relation &relation, mlir::Block *block) {
  sema::Scope scope(relation.name);
  for (const std::string &name : relation.broken)
    scope.addBroken(name);
  if (!relation.value)
    return scope;
  StreamType type = relation.type();
  std::vector<Field> fields = fieldsOf(relation);
  for (size_t i = 0; i < type.size(); ++i) {
    mlir::StringAttr name = type.getNames()[i];
    scope.add({fields[i].table, fields[i].name, type.columnType(i),
               block ? mlir::Value(block->getArgument(i)) : mlir::Value(), fields[i].access,
               type.getTime() == name || relation.rowtimes.count(name.str()) != 0});
  }
  return scope;
}

mlir::Value Lowering::project(
    mlir::Value rows, const std::string &stream, mlir::Location location,
    llvm::ArrayRef<std::string> names, llvm::StringRef time,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Block *)> fill) {
  auto input = llvm::cast<StreamType>(rows.getType());
  auto op = builder.create<ProjectOp>(location, input, mlir::Type(), rows, stream, OnError::fail);
  mlir::Block *block = rowBlock(op.getBody(), input, location);
  llvm::SmallVector<mlir::Value> values;
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    values = fill(block);
    if (!llvm::is_contained(values, mlir::Value()))
      builder.create<YieldOp>(location, values);
  }
  if (llvm::is_contained(values, mlir::Value()) || values.size() != names.size()) {
    op.erase();
    return {};
  }
  std::vector<mlir::Type> types;
  for (mlir::Value value : values)
    types.push_back(value.getType());
  op.getOutput().setType(streamType(names, types, time));
  return op.getOutput();
}

void Lowering::enter(sema::Scope &names, mlir::Block *block) {
  names.setValues([&](size_t i) { return mlir::Value(block->getArgument(i)); });
}

mlir::Value Lowering::recast(mlir::Value rows, StreamType to, const std::string &stream,
                             mlir::Location location) {
  auto from = llvm::cast<StreamType>(rows.getType());
  if (from == to)
    return rows;
  auto project = builder.create<ProjectOp>(location, to, mlir::Type(), rows, stream);
  mlir::Block *block = rowBlock(project.getBody(), from, location);
  mlir::OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(block);
  sema::Scope none;
  sema::Binder binder(engine, builder, none, "");
  llvm::SmallVector<mlir::Value> values;
  for (size_t i = 0; i < to.size(); ++i)
    values.push_back(binder.castTo(block->getArgument(i), to.columnType(i), location));
  builder.create<YieldOp>(location, values);
  return project.getOutput();
}

std::string Lowering::unique(std::string name, const std::set<std::string> &taken) {
  while (taken.count(name))
    name += "'";
  return name;
}

} // namespace levada::lower
