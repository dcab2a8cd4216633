//===- PlanState.cpp - slots with stable ids, fields and bounds -----------===//
#include "passes/state/State.h"

#include "passes/flow/ReadColumns.h"

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

/// "SUM(DISTINCT v) FILTER (f)".
static std::string aggText(AggAttr agg) {
  std::string text = agg.getName().str() + "(" + (agg.getDistinct() ? "DISTINCT " : "");
  if (agg.getArgs().empty())
    text += "*";
  text += llvm::join(llvm::map_range(agg.getArgs(), [](StringAttr a) { return a.str(); }), ", ");
  text += ")";
  if (!agg.getFilter().empty())
    text += " FILTER (" + agg.getFilter().str() + ")";
  return text;
}

/// "per_hour/aggregate[status]", and "/2" from the second such on.
static std::string makeId(StringRef stream, StringRef kind, ArrayRef<std::string> keys,
                          llvm::StringMap<unsigned> &taken) {
  std::string id = (stream + "/" + kind + "[" + llvm::join(keys, ",") + "]").str();
  unsigned ordinal = ++taken[id];
  return ordinal == 1 ? id : id + "/" + std::to_string(ordinal);
}

void planState(ModuleOp module) {
  llvm::StringMap<unsigned> taken;
  std::optional<ReadColumns> read;
  Builder b(module.getContext());
  auto write = [&](Operation *op, std::string id, ArrayRef<std::string> fields,
                   ArrayRef<Attribute> columns) {
    SmallVector<NamedAttribute> attrs = {
        b.getNamedAttr("id", b.getStringAttr(id)),
        b.getNamedAttr("fields", b.getStrArrayAttr(llvm::to_vector(llvm::map_range(
                                     fields, [](auto &f) { return StringRef(f); })))),
        b.getNamedAttr("bound", b.getStringAttr(cast<Operator>(op).stateBound()))};
    if (isa<SortOp>(op))
      attrs.push_back(b.getNamedAttr("columns", b.getArrayAttr(columns)));
    op->setAttr(kStateAttr, b.getDictionaryAttr(attrs));
  };
  for (Operation &op : *module.getBody()) {
    if (DictionaryAttr planned = state(&op)) {
      ++taken[stateId(&op)];
      continue;
    }
    if (auto aggregate = dyn_cast<AggregateOp>(op)) {
      SmallVector<std::string> keys, fields;
      for (StringAttr key : aggregate.getKeys().getAsRange<StringAttr>())
        keys.push_back(key.str());
      fields = keys;
      for (AggAttr agg : aggregate.getAggs().getAsRange<AggAttr>())
        fields.push_back(aggText(agg));
      write(&op, makeId(aggregate.getStream(), "aggregate", keys, taken), fields, {});
    } else if (auto sort = dyn_cast<SortOp>(op)) {
      if (!read)
        read.emplace(module);
      SmallVector<std::string> keys, fields;
      SmallVector<Attribute> columns;
      for (SortKeyAttr key : sort.getKeys().getAsRange<SortKeyAttr>())
        keys.push_back(key.getColumn().str() + (key.getDescending() ? " DESC" : ""));
      for (auto [i, name] : llvm::enumerate(sort.getInput().getType().getNames()))
        if (read->isRead(sort.getInput(), i) &&
            (read->isRead(sort.getOutput(), i) || ownColumns(sort).test(i))) {
          columns.push_back(name);
          fields.push_back(name.str());
        }
      write(&op, makeId(sort.getStream(), "sort", keys, taken), fields, columns);
    }
  }
}

} // namespace levada
