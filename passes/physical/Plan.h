//===- Plan.h - declarations of the exec module being built ---------------===//
//
// Numbers operators for the ledger, names symbols, and makes sources, sinks,
// slots and channels as stages come to need them. A channel belongs to one
// producing stage and one consumer; a consumer of a union has several.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_PASSES_PHYSICAL_PLAN_H
#define LEVADA_PASSES_PHYSICAL_PLAN_H

#include "ir/exec/Exec.h"
#include "passes/flow/ReadColumns.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"

namespace levada {

class Plan {
public:
  explicit Plan(mlir::ModuleOp module);

  /// The ledger's number of an operator; only for those that isLedgered.
  int32_t number(mlir::Operation *op) const { return numbers.find(op)->second; }
  bool isLedgered(mlir::Operation *op) const { return numbers.contains(op); }

  exec::SourceOp source(flow::SourceOp op, exec::StageOp stage);
  exec::SourceOp values(flow::ValuesOp op);
  exec::SinkOp sink(flow::SinkOp op);
  exec::SlotOp slot(flow::AggregateOp op);
  exec::SlotOp slot(flow::SortOp op);

  /// An empty stage with a block; its input is set when known.
  exec::StageOp stage(mlir::Location loc, llvm::StringRef name, mlir::TypeRange args);

  /// Columns of the input, by index, that travel to an operator of another
  /// stage; keys of one with state stand first.
  llvm::ArrayRef<size_t> travelling(mlir::Operation *op);

  /// Where `stage` puts rows for an operator of another stage.
  exec::ChannelOp channel(mlir::Operation *consumer, exec::StageOp stage);
  /// Where `stage` puts bad rows that join `dead`: a result, or a union.
  exec::ChannelOp deadChannel(mlir::Value dead, exec::StageOp stage);
  /// The channels made so far, by the operation or value that reads them.
  llvm::SmallVector<exec::ChannelOp> channelsOf(const void *consumer);

  const ReadColumns &read() const { return columns; }
  mlir::OpBuilder &builder() { return declarations; }
  /// Sets exec.operators and puts declarations before stages.
  void finish();

private:
  exec::ChannelOp makeChannel(mlir::Location loc, const void *consumer, exec::StageOp stage,
                              llvm::StringRef name, mlir::ArrayAttr names,
                              mlir::ArrayAttr types, bool single);
  std::string unique(llvm::Twine name);
  mlir::ArrayAttr nameArray(flow::StreamType type, llvm::ArrayRef<size_t> indices);
  mlir::ArrayAttr typeArray(flow::StreamType type, llvm::ArrayRef<size_t> indices);

  mlir::ModuleOp module;
  ReadColumns columns;
  mlir::OpBuilder declarations;
  llvm::DenseMap<mlir::Operation *, int32_t> numbers;
  llvm::SmallVector<mlir::Attribute> operators;
  llvm::StringSet<> symbols;
  llvm::DenseMap<mlir::Operation *, exec::SinkOp> sinks;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<size_t>> travels;
  llvm::DenseMap<const void *, llvm::MapVector<mlir::Operation *, exec::ChannelOp>> channels;
};

/// Whether rows of a stream change: then what they change travels as their last
/// column.
bool changes(mlir::Value stream);
/// The key of a source's metadata that says it of a record.
inline constexpr llvm::StringLiteral kChangeKind = "change-kind";

/// What a sink does with a row that another one follows, as exec.write says it:
/// attribute `flow.changes` of flow.sink, "write" without.
llvm::StringRef changesWritten(flow::SinkOp sink);

/// The stream in which the bad rows of a `dead` result meet others: the union
/// that alone reads it, or itself. One channel then keeps their order.
mlir::Value gathered(mlir::Value dead);

} // namespace levada

#endif
