//===- PlanState.cpp - slots with stable ids, fields and bounds -----------===//
#include "passes/state/State.h"

#include "passes/Passes.h"
#include "passes/flow/ReadColumns.h"
#include "passes/flow/Remark.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace levada {

using namespace flow;

static DictionaryAttr state(Operation *op) {
  return op->getAttrOfType<DictionaryAttr>(kStateAttr);
}

StringRef stateId(Operation *op) { return state(op).getAs<StringAttr>("id").getValue(); }
StringRef stateBound(Operation *op) { return state(op).getAs<StringAttr>("bound").getValue(); }

SmallVector<StringAttr> plannedColumns(SortOp op) {
  SmallVector<StringAttr> names;
  if (DictionaryAttr planned = state(op))
    for (StringAttr name : planned.getAs<ArrayAttr>("columns").getAsRange<StringAttr>())
      names.push_back(name);
  return names;
}

/// "per_hour/aggregate[status]", and "/2" from the second such on.
static std::string makeId(StringRef stream, StringRef kind, ArrayRef<std::string> keys,
                          llvm::StringMap<unsigned> &taken) {
  std::string id = (stream + "/" + kind + "[" + llvm::join(keys, ",") + "]").str();
  unsigned ordinal = ++taken[id];
  return ordinal == 1 ? id : id + "/" + std::to_string(ordinal);
}

static void write(Operation *op, StringRef id, ArrayRef<std::string> fields,
                  std::optional<ArrayRef<Attribute>> columns = std::nullopt) {
  Builder b(op->getContext());
  SmallVector<StringRef> texts(fields.begin(), fields.end());
  SmallVector<NamedAttribute> attrs = {
      b.getNamedAttr("id", b.getStringAttr(id)),
      b.getNamedAttr("fields", b.getStrArrayAttr(texts)),
      b.getNamedAttr("bound", b.getStringAttr(cast<Operator>(op).stateBound()))};
  if (columns)
    attrs.push_back(b.getNamedAttr("columns", b.getArrayAttr(*columns)));
  op->setAttr(kStateAttr, b.getDictionaryAttr(attrs));
}

static void plan(AggregateOp op, llvm::StringMap<unsigned> &taken) {
  SmallVector<std::string> keys;
  for (StringAttr key : op.getKeys().getAsRange<StringAttr>())
    keys.push_back(key.str());
  SmallVector<std::string> fields = keys;
  for (AggAttr call : op.getAggs().getAsRange<AggAttr>())
    fields.push_back(callText(call));
  write(op, makeId(op.getStream(), "aggregate", keys, taken), fields);
}

static void plan(SortOp op, const ReadColumns &read, llvm::StringMap<unsigned> &taken) {
  SmallVector<std::string> keys, fields;
  SmallVector<Attribute> columns;
  llvm::BitVector own = ownColumns(op);
  for (SortKeyAttr key : op.getKeys().getAsRange<SortKeyAttr>())
    keys.push_back(key.getColumn().str() + (key.getDescending() ? " DESC" : ""));
  for (auto [i, name] : llvm::enumerate(op.getInput().getType().getNames()))
    if (own.test(i) || read.isRead(op.getOutput(), i)) {
      columns.push_back(name);
      fields.push_back(name.str());
    }
  write(op, makeId(op.getStream(), "sort", keys, taken), fields, columns);
}

void planState(ModuleOp module) {
  llvm::StringMap<unsigned> taken;
  for (Operation &op : *module.getBody())
    if (state(&op))
      ++taken[stateId(&op)];
  // Aggregates first: what a sort keeps depends on what they read.
  for (AggregateOp op : module.getOps<AggregateOp>())
    if (!state(op))
      plan(op, taken);
  ReadColumns read(module);
  for (SortOp op : module.getOps<SortOp>())
    if (!state(op))
      plan(op, read, taken);
}

#define GEN_PASS_DEF_FLOWPLANSTATE
#include "passes/Passes.h.inc"

namespace {
struct FlowPlanState : impl::FlowPlanStateBase<FlowPlanState> {
  using FlowPlanStateBase::FlowPlanStateBase;
  void runOnOperation() override {
    planState(getOperation());
    getOperation().walk([&](Operation *op) {
      if (state(op))
        remark(remarks, op, "state `", stateId(op), "` holds ",
               stateBound(op).empty() ? StringRef("nothing") : stateBound(op));
    });
  }
};
} // namespace

} // namespace levada
