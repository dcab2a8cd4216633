//===- Ranks.cpp - ROW_NUMBER() … <= n: first rows of partitions ----------===//
//
// A filter that bounds a rank from above, over flow.over of that rank alone,
// keeps n rows of each partition instead of all: flow.top_n. The first by one
// time is flow.dedup. Operators in between are copied; what nobody else reads
// goes later.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"

#include "mlir/IR/IRMapping.h"

#include <limits>

namespace levada::lower {

using namespace flow;

namespace {
struct Range {
  int64_t from = 1, to = std::numeric_limits<int64_t>::max();
};

/// Parts of a condition that bound argument `rank` by constants.
void readBounds(mlir::Value value, unsigned rank, Range &range,
                llvm::SmallVectorImpl<CmpOp> &found) {
  if (auto both = value.getDefiningOp<AndOp>()) {
    readBounds(both.getLhs(), rank, range, found);
    readBounds(both.getRhs().front().back().getOperand(0), rank, range, found);
    return;
  }
  auto cmp = value.getDefiningOp<CmpOp>();
  if (!cmp)
    return;
  auto isRank = [&](mlir::Value v) {
    if (auto cast = v.getDefiningOp<CastOp>())
      v = cast.getOperand();
    auto argument = llvm::dyn_cast<mlir::BlockArgument>(v);
    return argument && argument.getArgNumber() == rank;
  };
  auto numberOf = [](mlir::Value v) -> std::optional<int64_t> {
    if (auto cast = v.getDefiningOp<CastOp>())
      v = cast.getOperand();
    auto constant = v.getDefiningOp<ConstantOp>();
    auto number = constant ? llvm::dyn_cast<mlir::IntegerAttr>(constant.getValue()) : mlir::IntegerAttr();
    if (!number || !sema::typeOf(v).isInteger())
      return std::nullopt;
    return number.getValue().getSExtValue();
  };
  Predicate predicate = cmp.getPredicate();
  std::optional<int64_t> number = isRank(cmp.getLhs()) ? numberOf(cmp.getRhs()) : std::nullopt;
  if (!number && isRank(cmp.getRhs())) {
    number = numberOf(cmp.getLhs());
    predicate = predicate == Predicate::lt   ? Predicate::gt
                : predicate == Predicate::le ? Predicate::ge
                : predicate == Predicate::gt ? Predicate::lt
                : predicate == Predicate::ge ? Predicate::le
                                             : predicate;
  }
  if (!number)
    return;
  switch (predicate) {
  case Predicate::eq:
    range.from = std::max(range.from, *number);
    range.to = std::min(range.to, *number);
    break;
  case Predicate::lt:
    range.to = std::min(range.to, *number - 1);
    break;
  case Predicate::le:
    range.to = std::min(range.to, *number);
    break;
  case Predicate::gt:
    range.from = std::max(range.from, *number + 1);
    break;
  case Predicate::ge:
    range.from = std::max(range.from, *number);
    break;
  default:
    return;
  }
  found.push_back(cmp);
}
} // namespace

void Lowering::recognizeRanks(mlir::ModuleOp module) {
  mlir::OpBuilder::InsertionGuard guard(builder);
  llvm::SmallVector<FilterOp> filters(module.getOps<FilterOp>());
  for (FilterOp filter : filters) {
    mlir::Block &block = filter.getBody().front();
    // Up to the rank, through what hands its column on.
    for (unsigned column = 0; column < block.getNumArguments(); ++column) {
      Range range;
      llvm::SmallVector<CmpOp> bounds;
      readBounds(block.back().getOperand(0), column, range, bounds);
      if (bounds.empty() || range.to == std::numeric_limits<int64_t>::max())
        continue;
      llvm::SmallVector<mlir::Operation *> chain;
      mlir::Value at = filter.getInput();
      unsigned index = column;
      OverOp over;
      while (!(over = at.getDefiningOp<OverOp>())) {
        mlir::Operation *op = at.getDefiningOp();
        if (!llvm::isa_and_nonnull<ProjectOp, FilterOp>(op) || at != op->getResult(0))
          break;
        if (auto project = llvm::dyn_cast<ProjectOp>(op)) {
          auto argument = llvm::dyn_cast<mlir::BlockArgument>(project.getBody().front().back().getOperand(index));
          if (!argument)
            break;
          index = argument.getArgNumber();
        }
        chain.push_back(op);
        at = op->getOperand(0);
      }
      if (!over || over.getCalls().size() != 1 || index != over.getInput().getType().size())
        continue;
      auto call = llvm::cast<AggAttr>(over.getCalls()[0]);
      llvm::StringRef name = call.getName().getValue();
      if (name != "ROW_NUMBER" && name != "RANK" && name != "DENSE_RANK")
        continue;

      builder.setInsertionPoint(filter);
      mlir::Type type = over.getOutput().getType();
      mlir::UnitAttr window = over->hasAttr("window") ? builder.getUnitAttr() : mlir::UnitAttr();
      auto first = over.getOrder().empty() ? SortKeyAttr() : llvm::cast<SortKeyAttr>(over.getOrder()[0]);
      bool timed = over.getOrder().size() == 1 && over->hasAttr("timed");
      mlir::Value made;
      if (name == "ROW_NUMBER" && range.from == 1 && range.to == 1 && timed)
        made = builder.create<DedupOp>(over.getLoc(), type, over.getInput(), over.getStreamAttr(),
                                       over.getPartition(), first.getColumn(),
                                       first.getDescending() ? builder.getUnitAttr() : mlir::UnitAttr(),
                                       window, over.getHintsAttr());
      else
        made = builder.create<TopNOp>(over.getLoc(), type, over.getInput(), over.getStreamAttr(),
                                      builder.getStringAttr(name.lower()), over.getPartition(),
                                      over.getOrder(), builder.getI64IntegerAttr(range.from),
                                      builder.getI64IntegerAttr(range.to), window, over.getHintsAttr());
      for (mlir::Operation *op : llvm::reverse(chain)) {
        mlir::IRMapping mapping;
        mapping.map(op->getOperand(0), made);
        made = builder.clone(*op, mapping)->getResult(0);
      }
      filter.getInputMutable().set(made);
      // What the operator keeps need not be asked again.
      for (CmpOp bound : bounds) {
        builder.setInsertionPoint(bound);
        auto truth = builder.create<ConstantOp>(
            bound.getLoc(), llvm::cast<SqlType>(bound.getType()), builder.getBoolAttr(true));
        bound.getResult().replaceAllUsesWith(truth.getResult());
        bound.erase();
      }
      if (auto truth = block.back().getOperand(0).getDefiningOp<ConstantOp>();
          truth && block.getOperations().size() <= 2 + bounds.size() && !filter.getDead()) {
        filter.getOutput().replaceAllUsesWith(filter.getInput());
        filter.erase();
      }
      break;
    }
  }
}

} // namespace levada::lower
