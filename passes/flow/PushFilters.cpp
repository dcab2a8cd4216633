//===- PushFilters.cpp - filters towards the sources ----------------------===//
//
// Each conjunct moves alone, one operator at a time, as long as it can: what
// it drops then, nobody above computes, keeps or carries. Invariant: neither
// the conjunct nor anything it passes can fail, so every row that failed
// before fails now. It never passes a watermark, which every row advances.
//
//===----------------------------------------------------------------------===//
#include "passes/flow/PushFilters.h"

#include "passes/Passes.h"
#include "passes/flow/Body.h"
#include "passes/flow/Remark.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace levada {
#define GEN_PASS_DEF_FLOWPUSHFILTERS
#include "passes/Passes.h.inc"

using namespace flow;

namespace {

/// What may be computed twice, before and after a projection: operations, a
/// call weighing as much as four.
constexpr unsigned kCheap = 8, kCallCost = 4;

unsigned costOf(const Slice &slice) {
  unsigned cost = 0;
  for (Operation *op : slice.ops)
    op->walk([&](Operation *inner) {
      cost += isa<CallOp, CastOp>(inner) ? kCallCost : isa<ConstantOp, YieldOp>(inner) ? 0 : 1;
    });
  return cost;
}

/// Filters that one becomes: each may have to pass all others.
constexpr size_t kMostParts = 64;

size_t conjuncts(Value condition) {
  auto both = condition.getDefiningOp<AndOp>();
  return both ? conjuncts(both.getLhs()) + conjuncts(yielded(both.getRhs().front()).front()) : 1;
}
size_t conjuncts(FilterOp filter) { return conjuncts(yielded(filter.getBody().front()).front()); }

bool varies(const Slice &slice) {
  return llvm::any_of(slice.ops, [](Operation *op) {
    return op->walk([](Operation *inner) {
               auto call = dyn_cast<CallOp>(inner);
               bool found = call ? call.getVarying() : isa<CurrentWatermarkOp>(inner);
               return found ? WalkResult::interrupt() : WalkResult::advance();
             })
        .wasInterrupted();
  });
}

class Pusher {
public:
  explicit Pusher(bool remarks) : remarks(remarks) {}

  void run(ModuleOp module) {
    // Lower filters first: what they leave, upper ones may pass.
    SmallVector<FilterOp> filters(module.getOps<FilterOp>());
    for (FilterOp filter : filters)
      for (FilterOp conjunct : split(filter, conjuncts(filter) / kMostParts))
        push(conjunct);
  }

private:
  SmallVector<FilterOp> split(FilterOp filter, size_t least);
  void push(FilterOp filter);
  bool canPass(FilterOp filter, Operation *op);
  void pass(FilterOp filter, ProjectOp project);
  void pass(FilterOp filter, UnionOp all);
  void passKeepingColumns(FilterOp filter, Operation *op, ArrayRef<int64_t> columns);

  bool remarks;
};

/// Indices in the input of the columns that an operator hands on unchanged, by
/// index in its output; −1 for others.
SmallVector<int64_t> unchangedColumns(Operation *op) {
  SmallVector<int64_t> columns(cast<StreamType>(op->getResult(0).getType()).size(), -1);
  auto input = cast<StreamType>(op->getOperand(0).getType());
  if (auto aggregate = dyn_cast<AggregateOp>(op)) {
    for (auto [i, key] : llvm::enumerate(aggregate.getKeys().getAsRange<StringAttr>()))
      columns[i] = input.indexOf(key.getValue());
  } else {
    for (size_t i = 0; i != input.size(); ++i)
      columns[i] = i;
  }
  return columns;
}

void eraseDead(Block &body) {
  for (Operation &dead : llvm::make_early_inc_range(llvm::reverse(body)))
    if (dead.use_empty() && &dead != &body.back())
      dead.erase();
}

} // namespace

/// `a AND b AND c` as three filters, where none of them can fail: then b and c
/// may as well be asked where a is NULL. What has at most `least` parts stays one.
SmallVector<FilterOp> Pusher::split(FilterOp filter, size_t least) {
  Block &body = filter.getBody().front();
  if (mayFail(body) || varies(sliceOf(body, yielded(body))))
    return {};
  SmallVector<FilterOp> parts = {filter};
  while (auto both = yielded(body).front().getDefiningOp<AndOp>()) {
    if (conjuncts(filter) <= least)
      break;
    // filter(a AND b) = filter(b) over filter(a); b stays in `filter`.
    OpBuilder b(filter);
    auto first = cast<FilterOp>(b.clone(*filter));
    Block &firstBody = first.getBody().front();
    auto firstBoth = yielded(firstBody).front().getDefiningOp<AndOp>();
    firstBody.back().setOperands(firstBoth.getLhs());
    firstBoth.erase();
    filter.getInputMutable().set(first.getOutput());
    Block &rhs = both.getRhs().front();
    Value second = yielded(rhs).front();
    rhs.back().erase();
    body.getOperations().splice(both->getIterator(), rhs.getOperations());
    body.back().setOperands(second);
    both.erase();
    eraseDead(body);
    parts.pop_back();
    // Its left side may be a conjunction again.
    llvm::append_range(parts, split(first, least));
    parts.push_back(filter);
  }
  return parts;
}

bool Pusher::canPass(FilterOp filter, Operation *op) {
  if (!op || op->getNumResults() == 0 || !op->getResult(0).hasOneUse())
    return false;
  if (op->getNumResults() > 1 && !op->getResult(1).use_empty())
    return false; // its late or failing rows would be others
  Slice condition = sliceOf(filter.getBody().front(), yielded(filter.getBody().front()));
  auto readsOnly = [&](ArrayRef<int64_t> columns) {
    return llvm::all_of(condition.args.set_bits(), [&](unsigned i) { return columns[i] >= 0; });
  };
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](ProjectOp project) {
        Block &body = project.getBody().front();
        if (mayFail(body))
          return false;
        SmallVector<Value> read;
        for (unsigned i : condition.args.set_bits())
          read.push_back(yielded(body)[i]);
        Slice needed = sliceOf(body, read);
        return costOf(needed) <= kCheap && !varies(needed);
      })
      .Case([&](UnionOp) { return true; })
      .Case([&](WindowOp window) {
        // Rows without a time are errors there.
        StreamType input = window.getInput().getType();
        StringAttr on = window.getWindow().getOn();
        bool timed = input.getTime() == on ||
                     !input.columnType(input.indexOf(on.getValue())).getNullable();
        return timed && readsOnly(unchangedColumns(op));
      })
      .Case([&](UnnestOp) { return readsOnly(unchangedColumns(op)); })
      .Case([&](AggregateOp aggregate) {
        return !aggregate.getKeys().empty() && readsOnly(unchangedColumns(op));
      })
      .Case([&](FilterOp other) {
        // Only to reach something that it can pass; the columns are the same.
        return !mayFail(other.getBody().front()) &&
               other.getInput() == other.getInput().getDefiningOp()->getResult(0) &&
               canPass(filter, other.getInput().getDefiningOp());
      })
      .Default([](Operation *) { return false; });
}

void Pusher::push(FilterOp filter) {
  for (;;) {
    Operation *op = filter.getInput().getDefiningOp();
    if (filter.getInput() != op->getResult(0) || !canPass(filter, op))
      return;
    remark(remarks, filter, "filter moved below ", cast<Operator>(op).label(), " `",
           op->getAttrOfType<StringAttr>("stream").getValue(), "`");
    filter->setAttr(kPushedAttr, UnitAttr::get(filter.getContext()));
    if (auto project = dyn_cast<ProjectOp>(op))
      pass(filter, project);
    else if (auto all = dyn_cast<UnionOp>(op))
      return pass(filter, all);
    else
      passKeepingColumns(filter, op, unchangedColumns(op));
  }
}

/// filter(project(x)) = project(filter(x)), columns replaced by what they are.
void Pusher::pass(FilterOp filter, ProjectOp project) {
  Block &body = filter.getBody().front(), &from = project.getBody().front();
  Slice condition = sliceOf(body, yielded(body));
  SmallVector<Value> read;
  for (unsigned i : condition.args.set_bits())
    read.push_back(yielded(from)[i]);
  Region fresh;
  Block &to = fresh.emplaceBlock();
  for (BlockArgument argument : from.getArguments())
    to.addArgument(argument.getType(), argument.getLoc());
  OpBuilder b(filter.getContext());
  b.setInsertionPointToEnd(&to);
  SmallVector<Value> args(to.args_begin(), to.args_end());
  SmallVector<Value> copies = copySlice(b, from, read, args);
  IRMapping mapping;
  for (auto [i, copy] : llvm::zip(condition.args.set_bits(), copies))
    mapping.map(body.getArgument(i), copy);
  for (Operation *op : condition.ops)
    b.clone(*op, mapping);
  Value yieldedValue = mapping.lookup(yielded(body).front());
  b.create<YieldOp>(filter.getLoc(), yieldedValue);

  filter.getOutput().replaceAllUsesWith(project.getOutput());
  filter.getInputMutable().set(project.getInput());
  filter.getBody().takeBody(fresh);
  filter.getOutput().setType(project.getInput().getType());
  filter->moveBefore(project);
  project.getInputMutable().set(filter.getOutput());
}

/// filter(a ∪ b) = filter(a) ∪ filter(b), each of which goes on.
void Pusher::pass(FilterOp filter, UnionOp all) {
  OpBuilder b(all);
  SmallVector<FilterOp> copies;
  for (OpOperand &operand : all->getOpOperands()) {
    auto copy = cast<FilterOp>(b.clone(*filter));
    copy.getInputMutable().set(operand.get());
    copy.getOutput().setType(cast<StreamType>(operand.get().getType()));
    operand.set(copy.getOutput());
    copies.push_back(copy);
  }
  filter.getOutput().replaceAllUsesWith(all.getOutput());
  filter.erase();
  for (FilterOp copy : copies)
    push(copy);
}

/// filter(op(x)) = op(filter(x)) where op hands on the columns that are read.
void Pusher::passKeepingColumns(FilterOp filter, Operation *op, ArrayRef<int64_t> columns) {
  Value input = op->getOperand(0);
  auto type = cast<StreamType>(input.getType());
  Block &body = filter.getBody().front();
  Slice condition = sliceOf(body, yielded(body));
  unsigned old = body.getNumArguments();
  body.addArguments(type.getTypes(), SmallVector<Location>(type.size(), filter.getLoc()));
  for (unsigned i : condition.args.set_bits())
    body.getArgument(i).replaceAllUsesWith(body.getArgument(old + columns[i]));
  eraseDead(body);
  body.eraseArguments(0, old);
  filter.getOutput().replaceAllUsesWith(op->getResult(0));
  filter.getInputMutable().set(input);
  filter.getOutput().setType(type);
  filter->moveBefore(op);
  op->setOperand(0, filter.getOutput());
}

namespace {
struct FlowPushFilters : impl::FlowPushFiltersBase<FlowPushFilters> {
  using FlowPushFiltersBase::FlowPushFiltersBase;
  void runOnOperation() override { Pusher(remarks).run(getOperation()); }
};
} // namespace

} // namespace levada
