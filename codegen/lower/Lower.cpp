//===- Lower.cpp - exec to the LLVM dialect: what operations share --------===//
//
// A failing expression branches, with its number in the program's table, to
// the handler of the innermost guard. The handler is cold: it asks the runtime
// what becomes of the row and goes on after the guard, or returns.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Lower.h"
#include "codegen/lower/Nested.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using levada::flow::SqlType;

namespace levada::codegen {

Lowering::Lowering(Plan &plan, LLVM::LLVMFuncOp function) : plan(plan), e(function) {
  ctx = e.arg(0);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Scalar Lowering::get(Value value) {
  auto found = scalars.find(value);
  assert(found != scalars.end() && "an operand is lowered before its user");
  return found->second;
}

llvm::SmallVector<Scalar> Lowering::get(ValueRange values) {
  llvm::SmallVector<Scalar> out;
  for (Value value : values)
    out.push_back(get(value));
  return out;
}

Scalar Lowering::choose(Value flag, Rep rep, llvm::function_ref<Scalar()> yes,
                        llvm::function_ref<Scalar()> no) {
  Block *yesBlock = e.newBlock(), *noBlock = e.newBlock();
  Block *after = e.newBlock({ssaType(e.context(), rep), e.intType(1)});
  e.condBr(flag, yesBlock, noBlock);
  bool nullable = false;
  auto side = [&](Block *block, llvm::function_ref<Scalar()> make) {
    e.enter(block);
    Scalar s = make();
    nullable |= static_cast<bool>(s.isNull);
    e.br(after, {s.value, nullFlag(s)});
  };
  side(yesBlock, yes);
  side(noBlock, no);
  e.enter(after);
  return {after->getArgument(0), nullable ? after->getArgument(1) : Value()};
}

Scalar Lowering::strict(llvm::ArrayRef<Scalar> operands, Rep result,
                        llvm::function_ref<Scalar()> compute) {
  Value anyNull;
  for (const Scalar &operand : operands)
    anyNull = e.orNull(anyNull, operand.isNull);
  if (!anyNull)
    return compute();
  return choose(anyNull, result, [&] { return nullOf(result); }, compute);
}

Value Lowering::spill(Value i128) {
  Value slot = e.stack(16, 16);
  e.store(i128, slot, 16);
  return slot;
}

Value Lowering::keyBytes(const Layout &layout, llvm::ArrayRef<Scalar> values) {
  // It is read in words of 8 bytes, so it is written in them: a load that spans
  // several stores waits until they have reached the cache.
  Value key = e.stack(std::max(layout.size, 8u), 16);
  Type i64 = e.intType(64);
  llvm::SmallVector<Value> words(std::max(layout.size, 8u) / 8, e.i64(0));
  auto put = [&](Value bits, unsigned offset) {
    if (bits.getType() != i64)
      bits = e.zext(bits, i64);
    if (offset % 8)
      bits = e.op<LLVM::ShlOp>(bits, e.i64(8 * (offset % 8)));
    words[offset / 8] = e.bitOr(words[offset / 8], bits);
  };
  for (auto [column, scalar] : llvm::zip(layout.columns, values)) {
    Value value = scalar.value;
    if (scalar.isNull)
      value = e.select(scalar.isNull, e.zero(column.rep), value);
    if (sizeOf(column.rep) == 16) {
      e.storeRep(column.rep, value, e.offset(key, column.offset));
      words[column.offset / 8] = words[column.offset / 8 + 1] = {};
    } else if (column.rep == Rep::F32 || column.rep == Rep::F64) {
      put(e.op<LLVM::BitcastOp>(e.intType(8 * sizeOf(column.rep)), value), column.offset);
    } else {
      put(value, column.offset);
    }
    if (column.nullOffset >= 0 && scalar.isNull)
      put(scalar.isNull, column.nullOffset);
  }
  for (auto [index, word] : llvm::enumerate(words))
    if (word)
      e.store(word, e.offset(key, 8 * index), 8);
  return key;
}

Value Lowering::hashOf(Value key, llvm::StringRef layoutSymbol) {
  auto abi = e.abi();
  return abi::rt_hash(abi, key, e.addressOf(layoutSymbol));
}

void Lowering::keepPlace() {
  if (!place)
    return;
  auto abi = e.abi();
  abi::rt_order(abi, ctx, place);
}

void Lowering::declareConstant(llvm::StringRef symbol) {
  auto module = e.function()->getParentOfType<ModuleOp>();
  if (module.lookupSymbol(symbol))
    return;
  OpBuilder b(e.context());
  b.setInsertionPointToStart(module.getBody());
  b.create<LLVM::GlobalOp>(e.loc, e.intType(8), /*isConstant=*/true, LLVM::Linkage::External,
                           symbol, Attribute(), /*alignment=*/8);
}

//===----------------------------------------------------------------------===//
// Errors and counters
//===----------------------------------------------------------------------===//

void Lowering::failIf(Value flag, RowError error, Location loc, llvm::StringRef text) {
  Block *bad = e.newBlock(), *good = e.newBlock();
  e.rarely(flag, bad, good);
  e.enter(bad);
  Value code = e.i32(static_cast<uint32_t>(error));
  if (text.empty()) {
    e.setField(ctx, abi::field::ctx::error_code, code);
    e.setField(ctx, abi::field::ctx::error_text_len, e.i32(0));
  } else {
    e.external("levada_fail", e.intType(32), {ctx, code, e.bytes(text), e.i32(text.size())});
  }
  e.br(guards.back().handler, e.i32(plan.exprAt(loc)));
  e.enter(good);
}

void Lowering::failOnStatus(Value status, Location loc) {
  Block *bad = e.newBlock(), *good = e.newBlock();
  e.rarely(e.eq(status, e.i32(2)), bad, good);
  e.enter(bad);
  e.br(guards.back().handler, e.i32(plan.exprAt(loc)));
  e.enter(good);
}

void Lowering::count(unsigned op, unsigned kind, Value n) {
  Value &variable = counters[{op, kind}];
  if (!variable)
    variable = e.variable(e.intType(64), 0);
  e.store(e.add(e.load(e.intType(64), variable), n ? n : e.i64(1)), variable);
}

Block *Lowering::returnBlock(bool stop) {
  if (!returns[stop])
    returns[stop] = e.newBlock();
  return returns[stop];
}

void Lowering::finish() {
  for (bool stop : {false, true}) {
    if (!returns[stop])
      continue;
    e.enter(returns[stop]);
    auto abi = e.abi();
    for (auto &[key, variable] : counters)
      abi::rt_count(abi, ctx, e.i32(key.first), e.i32(key.second),
                    e.load(e.intType(64), variable));
    e.ret(e.i32(stop));
  }
}

void Lowering::catching(Block *handler, llvm::function_ref<void()> body) {
  guards.push_back({handler});
  body();
  guards.pop_back();
}

void Lowering::guarded(uint8_t policy, unsigned op, int deadLetter,
                       llvm::function_ref<void()> body) {
  Block *handler = e.newBlock(e.intType(32)), *after = e.newBlock();
  catching(handler, body);
  if (!e.ended())
    e.br(after);
  if (handler->hasNoPredecessors()) {
    handler->erase();
  } else {
    e.enter(handler);
    auto abi = e.abi();
    Value stop = abi::rt_bad_row(abi, ctx, chunk ? chunk : e.null(),
                                 record ? e.load(e.ptr(), record) : e.null(), recordSize ? e.load(e.intType(64), recordSize) : e.i64(0),
                                 handler->getArgument(0), e.i32(op), e.i8(policy),
                                 e.i32(deadLetter));
    e.condBr(e.ne(stop, e.i32(0)), returnBlock(true), after);
  }
  e.enter(after);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

void Lowering::lowerBlock(Block &block) {
  for (Operation &op : block)
    lowerOp(&op);
}

void Lowering::lowerOp(Operation *op) {
  e.loc = op->getLoc();
  auto scalar = [&](Scalar result) { set(op->getResult(0), result); };
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](flow::ConstantOp o) { scalar(lowerConstant(*this, o)); })
      .Case<flow::AddOp, flow::SubOp, flow::MulOp, flow::DivOp, flow::RemOp>(
          [&](auto o) { scalar(lowerArith(*this, o)); })
      .Case([&](flow::NegOp o) { scalar(lowerNeg(*this, o)); })
      .Case([&](flow::CmpOp o) { scalar(lowerCmp(*this, o)); })
      .Case([&](flow::IsOp o) { scalar(lowerIs(*this, o)); })
      .Case([&](flow::NotOp o) { scalar(lowerNot(*this, o)); })
      .Case([&](flow::AndOp o) { scalar(lowerLogic(*this, o, true)); })
      .Case([&](flow::OrOp o) { scalar(lowerLogic(*this, o, false)); })
      .Case([&](flow::IfOp o) { scalar(lowerIf(*this, o)); })
      .Case([&](flow::CastOp o) { scalar(lowerCast(*this, o)); })
      .Case([&](flow::CallOp o) { scalar(lowerCall(*this, o)); })
      .Case<flow::RowOp, flow::ArrayOp, flow::MapOp>(
          [&](auto o) { scalar(lowerConstructor(*this, o)); })
      .Case([&](flow::FieldOp o) { scalar(lowerField(*this, o)); })
      .Case([&](flow::ElementOp o) { scalar(lowerElement(*this, o)); })
      .Case([&](flow::CurrentWatermarkOp) {
        scalar({watermark, e.eq(watermark, e.i64(LEVADA_MIN_WATERMARK))});
      })
      .Case([&](exec::WhenOp o) { lowerWhen(*this, o); })
      .Case([&](exec::GuardOp o) { lowerGuard(*this, o); })
      .Case([&](exec::WatermarkOp o) { lowerWatermark(*this, o); })
      .Case([&](exec::CountOp o) { lowerCount(*this, o); })
      .Case([&](exec::EmitOp o) { lowerEmit(*this, o); })
      .Case([&](exec::UpdateOp o) { lowerUpdate(*this, o); })
      .Case([&](exec::ExpandOp o) { lowerExpand(*this, o); })
      .Case([&](exec::UnnestOp o) { lowerUnnest(*this, o); })
      .Case([&](exec::WriteOp o) { lowerWrite(*this, o); })
      .Case([&](flow::YieldOp) {})
      .Default([](Operation *) { llvm_unreachable("not an operation of a stage"); });
}

OwningOpRef<ModuleOp> lowerToLLVMDialect(Plan &plan) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(plan.exec.getLoc());
  for (SlotPlan &slot : plan.slots)
    lowerSlot(plan, slot, *module);
  for (StagePlan &stage : plan.stages)
    switch (stage.kind) {
    case StageKind::Source:
      lowerSourceStage(plan, stage, *module);
      break;
    case StageKind::Rows:
      lowerRowsStage(plan, stage, *module);
      break;
    case StageKind::Fire:
      lowerFireStage(plan, stage, *module);
      break;
    }
  return module;
}

} // namespace levada::codegen
