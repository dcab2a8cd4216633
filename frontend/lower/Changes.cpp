//===- Changes.cpp - which streams change rows that they have given -------===//
//
// Walks the operators in order and notes append or retract on their results.
// Then: what cannot take changes back (windows, patterns, sinks that append)
// says so, and names the operator or the table that makes them.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Plan.h"
#include "ir/flow/Text.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace levada::lower {

using namespace flow;

static bool changes(mlir::Value rows) {
  return llvm::cast<StreamType>(rows.getType()).getChangelog() != Changelog::append;
}

/// Whether the operator's main result changes rows that it gave.
static bool makesChanges(mlir::Operation *op, bool batch) {
  bool any = false;
  for (mlir::Value input : op->getOperands())
    any |= llvm::isa<StreamType>(input.getType()) && changes(input);
  if (batch)
    return false;
  return llvm::TypeSwitch<mlir::Operation *, bool>(op)
      .Case([&](AggregateOp aggregate) {
        if (aggregate.getWindow())
          return false;
        return any || !aggregate.getAggs().empty() || aggregate.getKeys().empty();
      })
      .Case([&](JoinOp join) {
        bool left = changes(join.getLeft());
        switch (join.getForm()) {
        case JoinForm::interval:
        case JoinForm::window:
          return false;
        case JoinForm::temporal:
        case JoinForm::lookup:
        case JoinForm::snapshot:
          return left;
        case JoinForm::regular:
          break;
        }
        return any || (join.getKind() != JoinKind::inner && join.getKind() != JoinKind::semi);
      })
      .Case([&](OverOp over) {
        return any || !over->hasAttr("timed");
      })
      .Case([&](TopNOp top) { return !top.getWindow(); })
      .Case([&](DedupOp dedup) { return any || (dedup.getKeepLast() && !dedup.getWindow()); })
      .Case([](SetOp) { return true; })
      .Case([](MatchOp) { return false; })
      .Case([](TableFunctionOp function) { return function.getFunction() == "FROM_CHANGELOG"; })
      .Case([&](SortOp sort) { return any || !sort.getKeys().empty(); })
      .Default([&](mlir::Operation *) { return any; });
}

/// The operators above that make the changes in `rows`.
static void makersOf(mlir::Value rows, llvm::SetVector<mlir::Operation *> &makers) {
  mlir::Operation *op = rows.getDefiningOp();
  bool handsOn = false;
  if (llvm::isa<ProjectOp, FilterOp, UnionOp, UnnestOp, WatermarkOp, WindowOp>(op))
    for (mlir::Value input : op->getOperands())
      if (changes(input)) {
        handsOn = true;
        makersOf(input, makers);
      }
  if (!handsOn)
    makers.insert(op);
}

/// Sums of floats that go again are others than those that only grow.
void Lowering::sumExactly(AggregateOp aggregate) {
  StreamType input = aggregate.getInput().getType();
  llvm::SmallVector<mlir::Attribute> calls;
  for (auto call : aggregate.getAggs().getAsRange<AggAttr>()) {
    std::vector<sema::Argument> arguments;
    for (mlir::StringAttr arg : call.getArgs())
      arguments.push_back({input.columnType(input.indexOf(arg.getValue())), {}});
    std::string name = call.getName().str();
    auto exact = (name == "SUM" || name == "AVG") && arguments[0].type.isApproximate()
                     ? sema::resolveAggregate(name + " EXACT", arguments, &context)
                     : sema::Resolved<catalog::Aggregate>();
    if (exact.declaration) {
      auto symbol = exact.declaration->symbol;
      call = AggAttr::get(&context, call.getName(), builder.getStringAttr(llvm::StringRef(symbol.data(), symbol.size())),
                          call.getArgs(), call.getFilter(), call.getDistinct(), call.getResult(), call.getType());
    }
    calls.push_back(call);
  }
  aggregate.setAggsAttr(builder.getArrayAttr(calls));
}

/// Whether all that reads these rows can take what they change back; `keyed`: by
/// the key of the rows too.
bool Lowering::takeChanges(mlir::Value rows, bool keyed) {
  return llvm::all_of(rows.getUsers(), [keyed](mlir::Operation *user) {
    if (auto sink = llvm::dyn_cast<SinkOp>(user))
      return replacesNothing(sink) || (keyed && takesChanges(sink));
    if (auto aggregate = llvm::dyn_cast<AggregateOp>(user))
      return !aggregate.getWindow();
    return llvm::isa<ProjectOp, FilterOp, UnionOp, UnnestOp, WatermarkOp>(user) &&
           takeChanges(user->getResult(0), keyed);
  });
}

/// Whether records of a source may change rows: they say so, and its table takes
/// all kinds. Where something needs rows that are new, they must be.
bool Lowering::readsChanges(SourceOp source) {
  if (source.getFormat() != "changelog-json" || batch || !takeChanges(source.getRows()))
    return false;
  auto mode = source.getFormatOptions().getAs<mlir::StringAttr>("changelog-json.changelog-mode");
  if (!mode || mode.getValue().contains("UB"))
    return true;
  auto held = source.getRows().hasOneUse() ? llvm::dyn_cast<AggregateOp>(*source.getRows().user_begin()) : nullptr;
  return held && held->hasAttr("flow.upsert");
}

/// The kinds of change that a table of changelog-json carries beside new rows.
static bool mayChange(SourceOp source) {
  if (source.getFormat() != "changelog-json")
    return false;
  auto mode = source.getFormatOptions().getAs<mlir::StringAttr>("changelog-json.changelog-mode");
  return !mode || mode.getValue().contains_insensitive("U") || mode.getValue().contains_insensitive("D");
}

/// What reads `rows` and needs new ones; of what does not run yet, nothing is said.
static mlir::Operation *needsNewRows(mlir::Value rows, bool batch, llvm::function_ref<bool(SinkOp)> takes) {
  for (mlir::Operation *user : rows.getUsers()) {
    if (llvm::isa<ProjectOp, FilterOp, UnionOp, UnnestOp, WatermarkOp, WindowOp>(user)) {
      if (mlir::Operation *found = needsNewRows(user->getResult(0), batch, takes))
        return found;
    } else if (auto sink = llvm::dyn_cast<SinkOp>(user)) {
      if (batch || !takes(sink))
        return user;
    } else if (auto aggregate = llvm::dyn_cast<AggregateOp>(user)) {
      if (batch || aggregate.getWindow())
        return user;
    } else if (llvm::isa<SortOp>(user)) {
      return user;
    }
  }
  return nullptr;
}

void Lowering::inferChanges(mlir::ModuleOp module) {
  holdUpserts(module);
  for (mlir::Operation &op : *module.getBody()) {
    if (op.getNumResults() == 0 || llvm::isa<ValuesOp>(op))
      continue;
    auto type = llvm::cast<StreamType>(op.getResult(0).getType());
    auto source = llvm::dyn_cast<SourceOp>(op);
    bool change = source ? readsChanges(source) : makesChanges(&op, batch);
    Changelog now = change ? Changelog::retract : Changelog::append;
    if (now != type.getChangelog())
      op.getResult(0).setType(
          StreamType::get(&context, type.getNames(), type.getTypes(), now, type.getTime()));
    if (auto aggregate = llvm::dyn_cast<AggregateOp>(op); aggregate && changes(aggregate.getInput()))
      sumExactly(aggregate);
  }
  auto range = [&](mlir::Operation *op) {
    auto at = places.find(op->getLoc());
    return at == places.end() ? SourceRange() : at->second;
  };
  // Only what leads to a sink matters.
  llvm::DenseSet<mlir::Operation *> needed;
  std::vector<mlir::Operation *> open;
  for (SinkOp sink : module.getOps<SinkOp>())
    open.push_back(sink);
  while (!open.empty()) {
    mlir::Operation *op = open.back();
    open.pop_back();
    if (op && needed.insert(op).second)
      for (mlir::Value input : op->getOperands())
        open.push_back(input.getDefiningOp());
  }
  for (mlir::Operation &op : *module.getBody()) {
    if (!needed.contains(&op))
      continue;
    if (auto source = llvm::dyn_cast<SourceOp>(op); source && mayChange(source) && !changes(source.getRows()))
      if (mlir::Operation *reader = needsNewRows(source.getRows(), batch, takesChanges)) {
        auto sink = llvm::dyn_cast<SinkOp>(reader);
        std::string what = sink ? "`" + sink.getStream().str() + "`"
                           : llvm::isa<AggregateOp>(reader) ? "a window"
                                                            : operatorText(reader);
        std::string from = "`" + source.getStream().str() + "`";
        // Windows over such tables are in use where all rows are new.
        auto flight = sink || batch ? engine.emit(range(reader), diag::UpdatingInput, what, from)
                                    : engine.emit(range(reader), diag::MayUpdateInput, what, from);
        flight.label(range(source), "these rows change")
            .hint(document.isScript
                      ? "if all of its rows are new, add 'changelog-json.changelog-mode' = 'I' to it"
                      : "if all of its rows are new, add changelog-json.changelog-mode = \"I\" to it");
        continue;
      }
    auto join = llvm::dyn_cast<JoinOp>(op);
    bool finalOnly = llvm::isa<MatchOp>(op) ||
                     (join && (join.getForm() == JoinForm::interval || join.getForm() == JoinForm::window));
    auto over = llvm::dyn_cast<OverOp>(op);
    finalOnly |= over && over->hasAttr("timed");
    if (finalOnly)
      for (mlir::Value input : op.getOperands())
        if (changes(input)) {
          llvm::SetVector<mlir::Operation *> makers;
          makersOf(input, makers);
          mlir::Operation *maker = makers.front();
          engine.emit(range(&op), diag::UpdatingInput, operatorText(&op), operatorText(maker))
              .label(range(maker), "these rows change");
          break;
        }
    auto sink = llvm::dyn_cast<SinkOp>(op);
    if (!sink || !changes(sink.getInput()))
      continue;
    llvm::SetVector<mlir::Operation *> makers;
    makersOf(sink.getInput(), makers);
    if (takesChanges(sink)) {
      decideChanges(sink, range(sink), range(makers.front()));
      continue;
    }
    for (mlir::Operation *maker : makers) {
      auto flight = engine.emit(range(maker), diag::UpdatingResult, operatorText(maker),
                                sink.getStream().str());
      flight.label(range(sink), "takes only new rows");
      if (llvm::isa<AggregateOp>(maker))
        flight.hint(document.isScript
                        ? "group by windows: FROM TABLE(TUMBLE(TABLE …, DESCRIPTOR(…), INTERVAL '1' HOUR))"
                        : "add a window, such as window = { tumble = \"1h\" }, or mode = \"batch\" to [pipeline]");
      if (document.isScript)
        flight.note("or write changes ('format' = 'changelog-json'), or run in batch: "
                    "SET 'execution.runtime-mode' = 'batch'");
    }
  }
}

} // namespace levada::lower
