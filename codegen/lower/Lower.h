//===- Lower.h - exec to the LLVM dialect, one stage at a time ------------===//
//
// A Lowering builds one function. It knows the scalars already made, the
// innermost guard (where a failing expression goes) and the row at hand; each
// operation has a member or a free function in the file of its name.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_LOWER_LOWER_H
#define LEVADA_CODEGEN_LOWER_LOWER_H

#include "codegen/lower/Emitter.h"
#include "codegen/lower/Plan.h"
#include "runtime/abi/abi.h"

#include "llvm/ADT/MapVector.h"

namespace levada::codegen {

/// Counters of the ledger, as abi.h numbers them.
enum : unsigned {
  kCountIn = LEVADA_COUNT_IN,
  kCountPassed = LEVADA_COUNT_PASSED,
  kCountFiltered = LEVADA_COUNT_FILTERED,
  kCountAbsorbed = LEVADA_COUNT_ABSORBED,
  kCountLate = LEVADA_COUNT_LATE,
  kCountBad = LEVADA_COUNT_BAD,
  kCountMade = LEVADA_COUNT_MADE,
};

/// Runtime errors that generated code raises itself (runtime/core/codes.def).
enum class RowError : uint32_t { NullTime = 602, NullValue = 603, DivisionByZero = 611 };

class Lowering {
public:
  Lowering(Plan &plan, mlir::LLVM::LLVMFuncOp function);

  Plan &plan;
  Emitter e;

  //===--- the row at hand ------------------------------------------------===//
  mlir::Value ctx;              ///< levada_ctx *
  mlir::Value chunk;            ///< of a source stage, else null
  mlir::Value record, recordSize; ///< variables: begin and size of the record
  mlir::Value watermark;        ///< i64: of the row at hand, for updates
  mlir::Value headerWatermark;  ///< i64: for the header of emitted rows
  mlir::Value nextWatermark;    ///< variable: what the rows so far prove
  mlir::Value place;            ///< i64: of the row in its number, null where one worker has it
  mlir::Value placeCounter;     ///< variable: of rows that a source stage emits
  /// What is put out next stands where the row at hand did.
  void keepPlace();

  //===--- values ---------------------------------------------------------===//
  llvm::DenseMap<mlir::Value, Scalar> scalars;
  Scalar get(mlir::Value value);
  llvm::SmallVector<Scalar> get(mlir::ValueRange values);
  void set(mlir::Value value, Scalar scalar) { scalars[value] = scalar; }
  Scalar nullOf(Rep rep) { return {e.zero(rep), e.i1(true)}; }
  /// The flag as a value: false where the scalar cannot be NULL.
  mlir::Value nullFlag(Scalar s) { return s.isNull ? s.isNull : e.i1(false); }
  /// BOOLEAN is TRUE: not NULL and true.
  mlir::Value isTrue(Scalar s) {
    return s.isNull ? e.bitAnd(s.value, e.inverse(s.isNull)) : s.value;
  }
  /// `compute` where no operand is NULL, else NULL: for what must not run on
  /// the leftovers of a NULL. The result is of `type`'s machine form.
  Scalar strict(llvm::ArrayRef<Scalar> operands, Rep result,
                llvm::function_ref<Scalar()> compute);
  /// One of two scalars by a flag, lazily.
  Scalar choose(mlir::Value flag, Rep rep, llvm::function_ref<Scalar()> yes,
                llvm::function_ref<Scalar()> no);

  //===--- errors and counters --------------------------------------------===//
  /// Where `flag` holds, raises `error` for the expression at `loc`; `text`
  /// says more than the code does.
  void failIf(mlir::Value flag, RowError error, mlir::Location loc, llvm::StringRef text = "");
  /// Where `status` is LEVADA_ERROR, goes to the guard (the callee set ctx).
  void failOnStatus(mlir::Value status, mlir::Location loc);
  /// Adds one to a counter, in a register until the function returns.
  void count(unsigned op, unsigned kind, mlir::Value n = {});
  /// Leaves the function with 0 or 1, counters flushed.
  mlir::Block *returnBlock(bool stop);

  //===--- regions --------------------------------------------------------===//
  void lowerBlock(mlir::Block &block);
  void lowerOp(mlir::Operation *op);
  /// Runs `body` under a guard of its own; errors end it.
  void guarded(uint8_t policy, unsigned op, int deadLetter,
               llvm::function_ref<void()> body);
  /// Ends the function: the return blocks and the flush of counters.
  void finish();

  //===--- used by several operations -------------------------------------===//
  /// A 16-aligned copy of an i128 for a C call.
  mlir::Value spill(mlir::Value i128);
  /// The canonical bytes of a key in stack memory.
  mlir::Value keyBytes(const Layout &layout, llvm::ArrayRef<Scalar> values);
  mlir::Value hashOf(mlir::Value key, llvm::StringRef layoutSymbol);
  /// Declares a constant that the descriptor defines later (llvm/Program.cpp).
  void declareConstant(llvm::StringRef symbol);
  /// A value as C passes it: by value, or the address of a str, an i128 or a
  /// levada_decimal.
  mlir::Value pass(mlir::Value value, flow::SqlType type, catalog::Pass how);
  /// The same in memory, for levada_opt and levada_args: always an address.
  mlir::Value passAddress(mlir::Value value, flow::SqlType type, catalog::Pass how);
  /// Memory for a result of C, and the value in it afterwards.
  mlir::Value resultSlot(flow::SqlType type, catalog::Pass how);
  mlir::Value result(mlir::Value slot, flow::SqlType type, catalog::Pass how);
  /// Calls a function that returns levada_status; `operands` without the out
  /// slot, which is added. Errors go to the guard, or with `failNull` are NULL.
  Scalar statusCall(llvm::StringRef name, llvm::SmallVector<mlir::Value> operands, Rep result,
                    bool mayBeNull, bool failNull, mlir::Location loc);
  /// -1, 0, 1-like comparisons and equality of two non-NULL values of a type.
  mlir::Value compare(flow::Predicate predicate, mlir::Value l, mlir::Value r, flow::SqlType type);

  /// Runs `body` with errors going to `handler`, which takes an expression's
  /// number.
  void catching(mlir::Block *handler, llvm::function_ref<void()> body);

private:
  struct Guard {
    mlir::Block *handler; ///< takes the expression's number
  };
  llvm::SmallVector<Guard> guards;
  llvm::MapVector<std::pair<unsigned, unsigned>, mlir::Value> counters;
  mlir::Block *returns[2] = {nullptr, nullptr};
};

//===----------------------------------------------------------------------===//
// One function an operation, in the file of its subject.
//===----------------------------------------------------------------------===//

Scalar lowerConstant(Lowering &l, flow::ConstantOp op);              // Constant.cpp
/// What flow.constant holds, as a scalar of `type`.
Scalar constantScalar(Lowering &l, mlir::Attribute value, flow::SqlType type);
Scalar lowerArith(Lowering &l, mlir::Operation *op);                 // Arith.cpp
Scalar lowerNeg(Lowering &l, flow::NegOp op);                        // Arith.cpp
Scalar lowerDecimal(Lowering &l, mlir::Operation *op);               // Decimal.cpp
/// From DECIMAL(p, from) with at most `digits` digits to `type`: HALF_UP, NULL
/// where it does not fit. `value` is an i64 or i128 that has room for both.
Scalar toDecimal(Lowering &l, Scalar value, int digits, int from, flow::SqlType type);
Scalar lowerTemporal(Lowering &l, mlir::Operation *op);              // Temporal.cpp
Scalar lowerCmp(Lowering &l, flow::CmpOp op);                        // Compare.cpp
Scalar lowerIs(Lowering &l, flow::IsOp op);                          // Logic.cpp
Scalar lowerNot(Lowering &l, flow::NotOp op);                        // Logic.cpp
Scalar lowerLogic(Lowering &l, mlir::Operation *op, bool isAnd);     // Logic.cpp
Scalar lowerIf(Lowering &l, flow::IfOp op);                          // Logic.cpp
Scalar lowerCast(Lowering &l, flow::CastOp op);                      // Cast.cpp
Scalar lowerCall(Lowering &l, flow::CallOp op);                      // Call.cpp

void lowerWhen(Lowering &l, exec::WhenOp op);                        // Row.cpp
void lowerGuard(Lowering &l, exec::GuardOp op);                      // Row.cpp
void lowerWatermark(Lowering &l, exec::WatermarkOp op);              // Row.cpp
void lowerCount(Lowering &l, exec::CountOp op);                      // Row.cpp
void lowerEmit(Lowering &l, exec::EmitOp op);                        // Emit.cpp
void lowerUpdate(Lowering &l, exec::UpdateOp op);                    // Update.cpp
/// The rest of exec.update for an updating group: `add` adds the row to `acc`, or
/// takes it back where the flag (null: never) holds.
void lowerChanges(Lowering &l, exec::UpdateOp op, SlotPlan &slot, mlir::Value acc,
                  llvm::function_ref<void(mlir::Value taken)> add);  // Changes.cpp
/// One aggregate of it: `add` and `retract` change its state by `given`, its arguments.
void changeKept(Lowering &l, const AggPlan &agg, mlir::Value acc, llvm::ArrayRef<Scalar> given,
                mlir::Value taken, llvm::function_ref<void()> add,
                llvm::function_ref<void()> retract);                 // Kept.cpp
/// The group is empty: its accumulators begin again.
void forgetAll(Lowering &l, const SlotPlan &slot, mlir::Value acc);  // Kept.cpp
/// Its state from the arguments that are kept; of one that is made `anew` memory
/// of the frame, else the state in `acc` begins again.
mlir::Value stateOfKept(Lowering &l, const AggPlan &agg, mlir::Value acc); // Kept.cpp
void lowerExpand(Lowering &l, exec::ExpandOp op);                    // Expand.cpp
void lowerWrite(Lowering &l, exec::WriteOp op);                      // Write.cpp

void lowerSourceStage(Plan &plan, StagePlan &stage, mlir::ModuleOp to); // Stage.cpp
void lowerRowsStage(Plan &plan, StagePlan &stage, mlir::ModuleOp to);
void lowerFireStage(Plan &plan, StagePlan &stage, mlir::ModuleOp to);
void lowerSlot(Plan &plan, SlotPlan &slot, mlir::ModuleOp to);       // Slot.cpp

/// The whole module: every stage and slot function, in the LLVM dialect.
mlir::OwningOpRef<mlir::ModuleOp> lowerToLLVMDialect(Plan &plan);

} // namespace levada::codegen

#endif
