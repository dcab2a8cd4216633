//===- Plan.h - the tables of a program, laid out -------------------------===//
//
// What every lowering and the descriptor agree on: the number of each source,
// channel, slot, stage and sink, the bytes of rows, keys and accumulators, and
// the places in the user's file of expressions that can fail.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_LOWER_PLAN_H
#define LEVADA_CODEGEN_LOWER_PLAN_H

#include "codegen/lower/Physical.h"
#include "frontend/catalog/Catalog.h"
#include "ir/exec/Exec.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

#include <string>
#include <vector>

namespace levada::codegen {

/// One aggregate call inside the accumulators of a slot.
struct AggPlan {
  flow::AggAttr attr;
  const catalog::Aggregate *impl;
  unsigned offset;    ///< of its state, from the start of the accumulators
  int setOffset = -1; ///< of its DISTINCT set, -1 for none
  bool apart = false; ///< its DISTINCT values are entries of a slot of their own:
  int elements = -1;  ///< that slot
  unsigned argCount;  ///< arguments in exec.update, the filter not counted
  flow::SqlType argType; ///< of the first argument, null for none

  // Where rows are taken back, and not just by calculation:
  int keptOffset = -1;  ///< of the arguments that are kept, -1 for none
  Layout kept;          ///< of those of one row
  std::string keptLayout; ///< symbol
  bool counted = false; ///< equal ones are one, with a count
  /// The state's memory would only grow: it is made anew from the kept ones when
  /// the result is asked for.
  bool anew = false;
};

/// "v" of "v'", which is v as the type that an aggregate takes. Literals have their
/// quotes in pairs.
inline llvm::StringRef plainColumn(llvm::StringRef name) {
  return name.ends_with("'") && name.count('\'') % 2 ? name.drop_back() : name;
}

struct SlotPlan {
  exec::SlotOp op;
  Layout key;
  llvm::SmallVector<AggPlan> aggs;
  unsigned accOffset = 0, entrySize = 0, align = 8;
  std::string desc;   ///< symbols: descriptor, key layout
  std::string layout;
  std::string init, merge, save, load, compare; ///< functions, "" for none
  int fireStage = -1;
  std::string id;
  int owner = -1; ///< the slot whose keys' DISTINCT values these are, -1 for none
  /// Values may be taken back: behind how many rows there are stands how often the
  /// group was empty. What elements counted before then is forgotten.
  bool lives = false;
  /// Elements of CUMULATE, in windows of its whole length: behind whether one was
  /// seen stands when it was first.
  bool since = false;
  /// Nothing asks whether an element is among those that left memory: it counts once
  /// more, and is taken back that often before its key's window fires.
  bool corrects = false;
  std::string correct; ///< function that does so, "" where there is nothing to do

  /// Whether the accumulators begin with how many rows are in the group: of one
  /// that updates; with keys alone, and of elements, whether the first row was seen.
  bool countsRows() const {
    exec::SlotOp slot = op;
    return owner >= 0 || slot.getUpdating() ||
           (slot.getKind() == "group" && slot.getAggs().empty());
  }
  /// Bytes before the accumulators of aggregates.
  unsigned headSize() const { return countsRows() ? lives || since ? 16 : 8 : 0; }
  /// As in levada_slot_desc. Of aggregates that depend on the order of rows, what
  /// keeps values (a set, a list) adds them one by one when it is merged; what
  /// computes with floats rounds.
  bool mergeable() const {
    if (owner >= 0)
      return corrects;
    for (const AggPlan &agg : aggs)
      if (agg.setOffset < 0 && !(agg.impl && (agg.impl->exact || !agg.impl->plain)))
        return false;
    return !countsRows();
  }
};

struct ChannelPlan {
  exec::ChannelOp op;
  Layout row;
  int placeOffset = -1; ///< of the row's hidden place in its number (levada_rt_order)
  bool waits = false;   ///< its rows may wait for those of other inputs
  int hashOffset = -1;  ///< of the row's hidden hash, where it waits
  int stage = -1, producer = -1;
  unsigned input = 0;   ///< which input of its consumer, for unions
};

enum class StageKind { Source, Rows, Fire };

struct StagePlan {
  exec::StageOp op;
  StageKind kind;
  unsigned input; ///< number of the source, channel or slot
  std::string function;
  llvm::SetVector<unsigned> slots, channels, sinks;
};

struct SourcePlan {
  exec::SourceOp op;
  int stage = -1;
  bool hasWatermark = false;
};

struct SinkPlan {
  exec::SinkOp op;
  std::string header;
};

/// An expression that can fail, as the user wrote it.
struct ExprPlace {
  std::string file, text;
  unsigned line = 0, column = 0;
};

struct Plan {
  explicit Plan(mlir::ModuleOp exec);

  mlir::ModuleOp exec;
  std::vector<SourcePlan> sources;
  std::vector<ChannelPlan> channels;
  std::vector<SlotPlan> slots;
  std::vector<StagePlan> stages;
  std::vector<SinkPlan> sinks;
  std::vector<ExprPlace> exprs;
  /// Layouts of keys that rows are hashed by at emit, by symbol.
  llvm::MapVector<mlir::StringAttr, Layout> hashLayouts;

  /// The number of a symbol among its kind.
  unsigned indexOf(mlir::FlatSymbolRefAttr symbol) const;
  /// The index in `exprs` of the expression that `loc` stands for.
  unsigned exprAt(mlir::Location loc);
  /// "UTC" or the session's zone.
  std::string timeZone() const;

private:
  void planSlot(exec::SlotOp op);
  void planElements(unsigned index);
  void planUses(StagePlan &stage, unsigned index);
  llvm::DenseMap<mlir::StringAttr, unsigned> numbers;
  llvm::DenseMap<mlir::Location, unsigned> exprNumbers;
};

/// The catalogue's entries by symbol; null when there is none.
const catalog::Function *functionOf(llvm::StringRef symbol);
const catalog::Aggregate *aggregateOf(llvm::StringRef symbol);

/// `{key = "text"}` of an options dictionary, or `fallback`.
llvm::StringRef optionOf(mlir::DictionaryAttr options, llvm::StringRef key,
                         llvm::StringRef fallback = "");

} // namespace levada::codegen

#endif
