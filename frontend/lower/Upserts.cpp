//===- Upserts.cpp - sources that replace rows by their key ----------------===//
//
// A changelog without -U says what a key's row is from now on (+I, +U), or that it
// is no more (-D), often with the key alone. A group by the primary key holds the
// last row, and gives changes as others want them: with the row that goes.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"

namespace levada::lower {

using namespace flow;

/// Whether it is such a source, and all its readers take changes.
static bool replacesRows(SourceOp source) {
  auto mode = source.getFormatOptions().getAs<mlir::StringAttr>("changelog-json.changelog-mode");
  return source.getFormat() == "changelog-json" && mode && !mode.getValue().contains("UB") &&
         mode.getValue().contains("UA") && source->hasAttr("flow.primary_key");
}

void Lowering::holdUpserts(mlir::ModuleOp module) {
  mlir::OpBuilder::InsertionGuard guard(builder);
  for (SourceOp source : llvm::make_early_inc_range(module.getOps<SourceOp>())) {
    mlir::Value rows = source.getRows();
    bool timed = llvm::any_of(rows.getUsers(), [](mlir::Operation *user) { return llvm::isa<WatermarkOp>(user); });
    if (batch || timed || rows.use_empty() || !replacesRows(source) || !takeChanges(rows, /*keyed=*/true))
      continue;
    auto type = llvm::cast<StreamType>(rows.getType());
    auto keys = source->getAttrOfType<mlir::ArrayAttr>("flow.primary_key");
    llvm::SmallVector<mlir::StringAttr> names;
    llvm::SmallVector<mlir::Type> types;
    for (auto key : keys.getAsRange<mlir::StringAttr>()) {
      int64_t at = type.indexOf(key.getValue());
      if (at < 0)
        break;
      names.push_back(key);
      types.push_back(type.getTypes()[at]);
    }
    if (names.size() != keys.size())
      continue;
    llvm::SmallVector<mlir::Attribute> calls;
    for (size_t i = 0; i < type.size(); ++i) {
      mlir::StringAttr name = type.getNames()[i];
      if (llvm::is_contained(keys, name))
        continue;
      auto last = sema::resolveAggregate("LAST_VALUE", {{type.columnType(i), {}}}, &context);
      if (!last.declaration)
        break;
      auto text = [&](std::string_view view) {
        return builder.getStringAttr(llvm::StringRef(view.data(), view.size()));
      };
      calls.push_back(AggAttr::get(&context, text("LAST_VALUE"), text(last.declaration->symbol), {name},
                                   text(""), false, name, type.columnType(i)));
      names.push_back(name);
      types.push_back(type.getTypes()[i]);
    }
    if (names.size() != type.size())
      continue;
    mlir::Location location = source.getLoc();
    builder.setInsertionPointAfter(source);
    auto held = builder.create<AggregateOp>(
        location, StreamType::get(&context, names, types, Changelog::append, mlir::StringAttr()), mlir::Type(),
        rows, source.getStreamAttr(), keys, WindowAttr(), builder.getArrayAttr(calls));
    held->setAttr("flow.upsert", builder.getUnitAttr());
    // The columns in the order of the table.
    auto ordered = builder.create<ProjectOp>(location, type, mlir::Type(), held.getOutput(),
                                             source.getStream(), OnError::fail);
    mlir::Block *block = rowBlock(ordered.getBody(), held.getOutput().getType(), location);
    builder.setInsertionPointToEnd(block);
    llvm::SmallVector<mlir::Value> values;
    for (mlir::StringAttr name : type.getNames())
      values.push_back(block->getArgument(held.getOutput().getType().indexOf(name.getValue())));
    builder.create<YieldOp>(location, values);
    rows.replaceAllUsesExcept(ordered.getOutput(), held);
  }
}

} // namespace levada::lower
