//===- SinkChanges.cpp - how a sink writes rows that change ----------------===//
//
// A sink writes every change, or (its mode has no UB) replaces rows by its
// primary key. That loses nothing where the key covers what the rows change by:
// the keys of the GROUP BY that makes them. Then -U needs no writing, unless the
// +U that follows may not replace the row, as a filter (or an error that is passed
// over) keeps it, or its primary key is another: so the row is deleted.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Join.h"
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Plan.h"

#include "llvm/ADT/StringExtras.h"

namespace levada::lower {

using namespace flow;

namespace {

/// The columns of a stream that say which row a change is about, by index.
using RowKey = std::optional<llvm::SmallVector<int64_t>>;

/// A cast that keeps different values different.
bool keeps(CastOp cast) {
  SqlType from = cast.getOperand().getType(), to = cast.getType();
  if (from.withNullable(true) == to.withNullable(true))
    return true;
  if (from.isInteger() && to.isInteger())
    return sema::digitsOf(from).precision <= sema::digitsOf(to).precision;
  return from.isCharacter() && to.getKind() == SqlKind::VarChar &&
         from.getPrecision() <= to.getPrecision();
}

/// What a projection's column hands on: a column of its input, or −1.
int64_t handedOn(mlir::Value value) {
  while (auto cast = value.getDefiningOp<CastOp>()) {
    if (!keeps(cast))
      return -1;
    value = cast.getOperand();
  }
  auto argument = llvm::dyn_cast<mlir::BlockArgument>(value);
  return argument ? int64_t(argument.getArgNumber()) : -1;
}

mlir::ValueRange yields(mlir::Operation *op) {
  return op->getRegion(0).front().getTerminator()->getOperands();
}

/// `filtered` becomes true where a row that changes may pass before or after alone.
RowKey rowKey(mlir::Value rows, bool &filtered) {
  mlir::Operation *op = rows.getDefiningOp();
  if (auto aggregate = llvm::dyn_cast<AggregateOp>(op)) {
    if (aggregate.getWindow())
      return std::nullopt;
    auto keys = llvm::seq<int64_t>(0, aggregate.getKeys().size());
    return llvm::SmallVector<int64_t>(keys.begin(), keys.end());
  }
  if (!llvm::isa<ProjectOp, FilterOp>(op))
    return std::nullopt;
  RowKey key = rowKey(op->getOperand(0), filtered);
  if (!key)
    return key;
  auto policy = op->getAttrOfType<OnErrorAttr>("on_error"); // none is fail
  if (policy && policy.getValue() != OnError::fail)
    op->getRegion(0).walk([&](MayFail inner) { filtered |= inner.mayFail(); });
  if (auto filter = llvm::dyn_cast<FilterOp>(op)) {
    filter.getBody().walk([&](mlir::Operation *inner) {
      for (mlir::Value operand : inner->getOperands())
        if (auto argument = llvm::dyn_cast<mlir::BlockArgument>(operand))
          filtered |= !llvm::is_contained(*key, int64_t(argument.getArgNumber()));
    });
    return key;
  }
  for (int64_t &column : *key) {
    auto at = llvm::find_if(yields(op), [&](mlir::Value value) { return handedOn(value) == column; });
    if (at == yields(op).end())
      return std::nullopt;
    column = at - yields(op).begin();
  }
  return key;
}

/// Whether a column is computed from the keys of the group alone (or nothing).
bool staysSame(mlir::Value rows, int64_t column) {
  mlir::Operation *op = rows.getDefiningOp();
  if (auto aggregate = llvm::dyn_cast<AggregateOp>(op))
    return column < int64_t(aggregate.getKeys().size());
  if (llvm::isa<FilterOp>(op))
    return staysSame(op->getOperand(0), column);
  Inputs inputs = inputsOf(yields(op)[column]);
  return !inputs.varies && llvm::all_of(inputs.arguments, [&](unsigned i) {
    return staysSame(op->getOperand(0), i);
  });
}

std::string listed(llvm::ArrayRef<std::string> names) { return "(" + sema::listNames(names) + ")"; }

} // namespace

/// The kinds of change that a sink writes: "I,UB,UA,D".
static llvm::StringRef modeOf(SinkOp sink) {
  if (auto mode = sink.getFormatOptions().getAs<mlir::StringAttr>("changelog-json.changelog-mode"))
    return mode.getValue();
  bool keyed = sink.getFormat() == "changelog-json" && sink->hasAttr("flow.primary_key");
  return keyed ? "I,UA,D" : "I,UB,UA,D";
}

/// Whether a sink writes changes, not only new rows.
bool Lowering::takesChanges(SinkOp sink) {
  llvm::StringRef connector = sink.getConnector(), format = sink.getFormat();
  if (format == "changelog-json") {
    llvm::SmallVector<llvm::StringRef> kinds;
    modeOf(sink).split(kinds, ',');
    return llvm::is_contained(kinds, "I") && llvm::is_contained(kinds, "UA");
  }
  return connector == "print" || connector == "blackhole" || connector == "table" ||
         connector == "upsert-kafka" || connector == "jdbc" || format.starts_with("changelog") ||
         format.ends_with("-json") || format.starts_with("debezium");
}

bool Lowering::replacesNothing(SinkOp sink) {
  return takesChanges(sink) && modeOf(sink).contains("UB");
}

void Lowering::decideChanges(SinkOp sink, SourceRange range, SourceRange maker) {
  llvm::SmallVector<llvm::StringRef> kinds;
  modeOf(sink).split(kinds, ',');
  if (llvm::is_contained(kinds, "UB"))
    return;
  std::vector<std::string> primary;
  if (auto names = sink->getAttrOfType<mlir::ArrayAttr>("flow.primary_key"))
    for (auto name : names.getAsRange<mlir::StringAttr>())
      primary.push_back(name.str());
  std::string stream = sink.getStream().str();
  if (primary.empty()) {
    engine.emit(range, diag::UpsertKey,
                "`" + stream + "` replaces rows by its primary key, and has none")
        .label(maker, "these rows change")
        .hint("declare PRIMARY KEY (…) NOT ENFORCED, or add UB to its 'changelog-json.changelog-mode'");
    return;
  }
  // The rows of each INSERT have keys of their own.
  llvm::SmallVector<mlir::Value> inserts = {sink.getInput()};
  if (auto all = sink.getInput().getDefiningOp<UnionOp>(); all && all.getStream() == sink.getStream())
    inserts.assign(all.getInputs().begin(), all.getInputs().end());
  bool filtered = false, rekeyed = false;
  for (mlir::Value rows : inserts) {
    auto type = llvm::cast<StreamType>(rows.getType());
    if (type.getChangelog() == Changelog::append)
      continue;
    RowKey key = rowKey(rows, filtered);
    std::vector<std::string> columns;
    bool covered = key.has_value();
    for (int64_t column : key.value_or(llvm::SmallVector<int64_t>())) {
      columns.push_back(type.getNames()[column].str());
      covered &= llvm::is_contained(primary, columns.back());
    }
    if (covered) {
      rekeyed |= llvm::any_of(primary, [&](const std::string &name) {
        return !llvm::is_contained(columns, name) && !staysSame(rows, type.indexOf(name));
      });
      continue;
    }
    engine.emit(range, diag::UpsertKey,
                "`" + stream + "` replaces rows by its primary key " + listed(primary) +
                    ", and its rows change by " + (key ? listed(columns) : "all their columns"))
        .label(maker, "these rows change")
        .hint("add UB to its 'changelog-json.changelog-mode': I,UB,UA,D writes each change");
    return;
  }
  if ((filtered || rekeyed) && !llvm::is_contained(kinds, "D")) {
    engine.emit(range, diag::UpsertKey,
                "`" + stream + "` cannot delete the rows that " +
                    (filtered ? "a condition takes away again" : "go as their primary key changes"))
        .label(maker, "these rows change")
        .hint("add D to its 'changelog-json.changelog-mode'");
    return;
  }
  sink->setAttr("flow.changes", builder.getStringAttr(filtered || rekeyed ? "delete" : "drop"));
}

} // namespace levada::lower
