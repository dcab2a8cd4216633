//===- Plan.cpp - declarations of the exec module being built -------------===//
#include "passes/physical/Plan.h"

#include "passes/flow/Body.h"
#include "passes/state/State.h"

#include "llvm/ADT/TypeSwitch.h"

#include <array>

using namespace mlir;

namespace levada {

/// Stateless operators appear in the ledger when a row can be lost there.
static bool countsRows(Operation *op, const ReadColumns &read) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](flow::ProjectOp project) {
        Block &body = project.getBody().front();
        return sliceOf(body, read.readYields(body, project.getOutput())).mayFail;
      })
      .Case([&](flow::WatermarkOp watermark) {
        Block &body = watermark.getBody().front();
        auto type = cast<flow::SqlType>(yielded(body).front().getType());
        return type.getNullable() || mayFail(body);
      })
      .Case([](flow::UnionOp) { return false; })
      .Default([](Operation *op) { return isa<flow::Operator>(op); });
}

Plan::Plan(ModuleOp module)
    : module(module), columns(module),
      declarations(OpBuilder::atBlockEnd(module.getBody())) {
  for (Operation &op : *module.getBody()) {
    if (!countsRows(&op, columns))
      continue;
    numbers[&op] = operators.size();
    auto stream = op.getAttrOfType<StringAttr>("stream");
    auto kind = declarations.getStringAttr(cast<flow::Operator>(op).label());
    operators.push_back(declarations.getArrayAttr({stream, kind}));
  }
}

std::string Plan::unique(llvm::Twine name) {
  std::string base = name.str(), result = base;
  for (unsigned i = 1; !symbols.insert(result).second; ++i)
    result = base + "_" + std::to_string(i);
  return result;
}

ArrayAttr Plan::nameArray(flow::StreamType type, ArrayRef<size_t> indices) {
  SmallVector<Attribute> names;
  for (size_t i : indices)
    names.push_back(type.getNames()[i]);
  return declarations.getArrayAttr(names);
}

ArrayAttr Plan::typeArray(flow::StreamType type, ArrayRef<size_t> indices) {
  SmallVector<Type> types;
  for (size_t i : indices)
    types.push_back(type.getTypes()[i]);
  return declarations.getTypeArrayAttr(types);
}

//===----------------------------------------------------------------------===//
// Sources and sinks
//===----------------------------------------------------------------------===//

exec::SourceOp Plan::source(flow::SourceOp op, exec::StageOp stage) {
  flow::StreamType rows = op.getRows().getType();
  SmallVector<Attribute> keys;
  SmallVector<int32_t> used;
  DictionaryAttr metadata = op.getMetadata();
  SmallVector<Attribute> columnNames(op.getColumns().begin(), op.getColumns().end());
  for (auto [i, name] : llvm::enumerate(rows.getNames())) {
    if (!columns.isRead(op.getRows(), i))
      continue;
    if (Attribute key = metadata.get(name)) {
      used.push_back(-1 - static_cast<int32_t>(keys.size()));
      keys.push_back(key);
    } else {
      used.push_back(llvm::find(columnNames, name) - columnNames.begin());
    }
  }
  if (changes(op.getRows())) {
    used.push_back(-1 - static_cast<int32_t>(keys.size()));
    keys.push_back(declarations.getStringAttr(kChangeKind));
  }
  ArrayAttr types = op.getColumnTypesAttr();
  if (!types) {
    SmallVector<Type> all;
    for (Attribute name : columnNames)
      all.push_back(rows.columnType(rows.indexOf(cast<StringAttr>(name).getValue())));
    types = declarations.getTypeArrayAttr(all);
  }
  flow::OnError onError = op.getOnError();
  FlatSymbolRefAttr deadLetter;
  if (Value dead = op.getDead(); dead && !dead.use_empty())
    deadLetter = FlatSymbolRefAttr::get(deadChannel(dead, stage));
  else if (onError == flow::OnError::dead_letter)
    onError = flow::OnError::skip;
  return declarations.create<exec::SourceOp>(
      op.getLoc(), declarations.getStringAttr(unique(op.getStream())), op.getConnectorAttr(),
      op.getOptionsAttr(), op.getFormatAttr(), op.getFormatOptionsAttr(), op.getColumnsAttr(), types,
      declarations.getDenseI32ArrayAttr(used), declarations.getArrayAttr(keys),
      flow::OnErrorAttr::get(op.getContext(), onError), deadLetter,
      declarations.getI32IntegerAttr(number(op)));
}

/// One record without columns, from a connector that has just that.
exec::SourceOp Plan::values(flow::ValuesOp op) {
  OpBuilder &b = declarations;
  DictionaryAttr none = b.getDictionaryAttr({});
  return b.create<exec::SourceOp>(
      op.getLoc(), b.getStringAttr(unique(op.getStream() + ".values")), b.getStringAttr("values"), none,
      b.getStringAttr("raw"), none, b.getArrayAttr({}), b.getArrayAttr({}), b.getDenseI32ArrayAttr({}),
      b.getArrayAttr({}), flow::OnErrorAttr::get(op.getContext(), flow::OnError::fail),
      FlatSymbolRefAttr(), b.getI32IntegerAttr(number(op)));
}

exec::SinkOp Plan::sink(flow::SinkOp op) {
  exec::SinkOp &made = sinks[op];
  if (!made) {
    flow::StreamType type = op.getInput().getType();
    auto all = llvm::to_vector(llvm::seq<size_t>(0, type.size()));
    // NULL in a column that the table declares NOT NULL fails the row.
    llvm::SmallVector<mlir::Type> types(type.getTypes());
    if (auto sure = op->getAttrOfType<ArrayAttr>("flow.not_null"))
      for (auto name : sure.getAsRange<StringAttr>())
        if (int64_t at = type.indexOf(name); at >= 0)
          types[at] = type.columnType(at).withNullable(false);
    made = declarations.create<exec::SinkOp>(
        op.getLoc(), declarations.getStringAttr(unique(op.getStream())), op.getConnectorAttr(),
        op.getOptionsAttr(), op.getFormatAttr(), op.getFormatOptionsAttr(),
        nameArray(type, all), declarations.getTypeArrayAttr(types),
        declarations.getI32IntegerAttr(number(op)));
  }
  return made;
}

//===----------------------------------------------------------------------===//
// Slots
//===----------------------------------------------------------------------===//

exec::SlotOp Plan::slot(flow::AggregateOp op) {
  flow::StreamType input = op.getInput().getType();
  std::optional<flow::WindowAttr> window = op.getWindow();
  bool local = false;
  StringRef kind = "group";
  if (window) {
    kind = window->getKind() == flow::WindowKind::session ? "session" : "window";
    flow::SqlType time = input.columnType(input.indexOf(window->getOn().getValue()));
    local = time.getKind() == flow::SqlKind::TimestampLtz;
  }
  SmallVector<Type> keyTypes;
  for (StringAttr key : op.getKeys().getAsRange<StringAttr>())
    keyTypes.push_back(input.columnType(input.indexOf(key.getValue())));
  bool updating = changes(op.getOutput());
  bool alwaysOne = !window && op.getKeys().empty() && !updating;
  return declarations.create<exec::SlotOp>(
      op.getLoc(), declarations.getStringAttr(unique(op.getStream() + ".state")),
      declarations.getStringAttr(stateId(op)), declarations.getStringAttr(kind),
      op.getKeysAttr(), declarations.getTypeArrayAttr(keyTypes),
      window.value_or(flow::WindowAttr()), declarations.getBoolAttr(local), op.getAggsAttr(),
      declarations.getArrayAttr({}), declarations.getI64IntegerAttr(-1),
      declarations.getI64IntegerAttr(-1), declarations.getBoolAttr(alwaysOne),
      declarations.getI32IntegerAttr(number(op)),
      updating ? declarations.getUnitAttr() : UnitAttr(),
      changes(op.getInput()) ? declarations.getUnitAttr() : UnitAttr(),
      op->getAttrOfType<UnitAttr>("flow.upsert"));
}

exec::SlotOp Plan::slot(flow::SortOp op) {
  flow::StreamType input = op.getInput().getType();
  ArrayRef<size_t> kept = travelling(op);
  return declarations.create<exec::SlotOp>(
      op.getLoc(), declarations.getStringAttr(unique(op.getStream() + ".state")),
      declarations.getStringAttr(stateId(op)), declarations.getStringAttr("sort"),
      nameArray(input, kept), typeArray(input, kept), flow::WindowAttr(),
      declarations.getBoolAttr(false), declarations.getArrayAttr({}), op.getKeysAttr(),
      op.getLimitAttr(), op.getSkipAttr(), declarations.getBoolAttr(false),
      declarations.getI32IntegerAttr(number(op)), UnitAttr(), UnitAttr(), UnitAttr());
}

//===----------------------------------------------------------------------===//
// Stages and channels
//===----------------------------------------------------------------------===//

exec::StageOp Plan::stage(Location loc, StringRef name, TypeRange args) {
  auto stage = declarations.create<exec::StageOp>(
      loc, declarations.getStringAttr(unique(name)),
      FlatSymbolRefAttr::get(declarations.getContext(), "none"), ArrayAttr());
  stage.getBody().emplaceBlock().addArguments(args, SmallVector<Location>(args.size(), loc));
  return stage;
}

ArrayRef<size_t> Plan::travelling(Operation *op) {
  auto [entry, isNew] = travels.try_emplace(op);
  SmallVector<size_t> &indices = entry->second;
  if (!isNew)
    return indices;
  if (auto sort = dyn_cast<flow::SortOp>(op)) {
    for (StringAttr name : plannedColumns(sort))
      indices.push_back(sort.getInput().getType().indexOf(name.getValue()));
    return indices;
  }
  if (isa<flow::ProjectOp, flow::FilterOp>(op)) {
    Block &body = op->getRegion(0).front();
    auto project = dyn_cast<flow::ProjectOp>(op);
    llvm::BitVector read =
        project ? sliceOf(body, columns.readYields(body, project.getOutput())).args
                : sliceOf(body, yielded(body)).args;
    if (!project)
      read |= columns.of(op->getResult(0));
    for (size_t i : read.set_bits())
      indices.push_back(i);
    return indices;
  }
  auto aggregate = cast<flow::AggregateOp>(op);
  flow::StreamType input = aggregate.getInput().getType();
  for (StringAttr key : aggregate.getKeys().getAsRange<StringAttr>())
    indices.push_back(input.indexOf(key.getValue()));
  llvm::BitVector rest = ownColumns(aggregate);
  if (Value late = aggregate.getLate())
    rest |= columns.of(late);
  for (size_t i : rest.set_bits())
    if (!llvm::is_contained(indices, i))
      indices.push_back(i);
  return indices;
}

exec::ChannelOp Plan::makeChannel(Location loc, const void *consumer, exec::StageOp stage,
                                  StringRef name, ArrayAttr names, ArrayAttr types, bool single) {
  exec::ChannelOp &made = channels[consumer][stage];
  if (!made)
    made = declarations.create<exec::ChannelOp>(
        loc, declarations.getStringAttr(unique(name)), names, types,
        single ? declarations.getUnitAttr() : UnitAttr());
  return made;
}

exec::ChannelOp Plan::channel(Operation *consumer, exec::StageOp stage) {
  auto type = cast<flow::StreamType>(consumer->getOperand(0).getType());
  ArrayRef<size_t> indices = travelling(consumer);
  auto aggregate = dyn_cast<flow::AggregateOp>(consumer);
  bool single = !aggregate || aggregate.getKeys().empty();
  std::string name = (consumer->getAttrOfType<StringAttr>("stream").getValue() + ".in").str();
  SmallVector<Attribute> names(nameArray(type, indices).getValue());
  SmallVector<Attribute> types(typeArray(type, indices).getValue());
  if (changes(consumer->getOperand(0))) {
    names.push_back(declarations.getStringAttr(kChangeKind));
    types.push_back(TypeAttr::get(exec::changeKindType(declarations.getContext())));
  }
  return makeChannel(consumer->getLoc(), consumer, stage, name, declarations.getArrayAttr(names),
                     declarations.getArrayAttr(types), single);
}

bool changes(Value stream) {
  return cast<flow::StreamType>(stream.getType()).getChangelog() != flow::Changelog::append;
}

StringRef changesWritten(flow::SinkOp sink) {
  auto way = sink->getAttrOfType<StringAttr>("flow.changes");
  return way ? way.getValue() : StringRef("write");
}

Value gathered(Value dead) {
  while (dead.hasOneUse()) {
    auto all = dyn_cast<flow::UnionOp>(*dead.user_begin());
    if (!all)
      break;
    dead = all.getOutput();
  }
  return dead;
}

exec::ChannelOp Plan::deadChannel(Value dead, exec::StageOp stage) {
  dead = gathered(dead);
  auto type = cast<flow::StreamType>(dead.getType());
  auto all = llvm::to_vector(llvm::seq<size_t>(0, type.size()));
  Operation *op = dead.getDefiningOp();
  std::string name = (op->getAttrOfType<StringAttr>("stream").getValue() + ".dead").str();
  return makeChannel(dead.getLoc(), dead.getAsOpaquePointer(), stage, name,
                     nameArray(type, all), typeArray(type, all), /*single=*/true);
}

SmallVector<exec::ChannelOp> Plan::channelsOf(const void *consumer) {
  SmallVector<exec::ChannelOp> all;
  for (auto &[stage, channel] : channels[consumer])
    all.push_back(channel);
  return all;
}

void Plan::finish() {
  module->setAttr("exec.operators", declarations.getArrayAttr(operators));
  auto rank = [](Operation &op) {
    return llvm::TypeSwitch<Operation *, int>(&op)
        .Case([](exec::SourceOp) { return 0; })
        .Case([](exec::ChannelOp) { return 1; })
        .Case([](exec::SlotOp) { return 2; })
        .Case([](exec::SinkOp) { return 3; })
        .Default([](Operation *) { return 4; });
  };
  Block *body = module.getBody();
  std::array<SmallVector<Operation *>, 5> ranks;
  for (Operation &op : *body)
    ranks[rank(op)].push_back(&op);
  for (ArrayRef<Operation *> ops : ranks)
    for (Operation *op : ops)
      op->moveBefore(body, body->end());
}

} // namespace levada
