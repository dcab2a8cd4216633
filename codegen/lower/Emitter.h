//===- Emitter.h - a function of generated code under construction --------===//
//
// Blocks, constants, memory and calls in the LLVM dialect, short enough that a
// lowering reads like the code it makes. Stack slots go to the entry block,
// blocks to the end of the function, cold ones by branch weight.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_LOWER_EMITTER_H
#define LEVADA_CODEGEN_LOWER_EMITTER_H

#include "codegen/abi/Abi.h"
#include "codegen/lower/Physical.h"

#include <functional>

namespace levada::codegen {

class Emitter {
public:
  /// Starts the body of `function` (declared, without blocks).
  explicit Emitter(mlir::LLVM::LLVMFuncOp function);

  mlir::OpBuilder &builder() { return b; }
  mlir::MLIRContext *context() { return b.getContext(); }
  mlir::LLVM::LLVMFuncOp function() { return fn; }
  mlir::Value arg(unsigned index) { return fn.getArgument(index); }
  mlir::Location loc;

  // Types.
  mlir::Type ptr() { return mlir::LLVM::LLVMPointerType::get(context()); }
  mlir::IntegerType intType(unsigned bits) { return b.getIntegerType(bits); }

  // Constants.
  mlir::Value constant(mlir::Type type, int64_t value);
  mlir::Value constant(mlir::Type type, const llvm::APInt &value);
  mlir::Value i1(bool v) { return constant(intType(1), v); }
  mlir::Value i8(int64_t v) { return constant(intType(8), v); }
  mlir::Value i32(int64_t v) { return constant(intType(32), v); }
  mlir::Value i64(int64_t v) { return constant(intType(64), v); }
  mlir::Value null();
  mlir::Value floating(mlir::Type type, double value);
  /// The zero of an SSA type; for Str a pointer to an empty string.
  mlir::Value zero(Rep rep);
  mlir::Value addressOf(llvm::StringRef symbol);
  /// A constant byte array (not terminated), shared by content.
  mlir::Value bytes(llvm::StringRef text);
  /// A constant levada_str.
  mlir::Value str(llvm::StringRef text);

  // Arithmetic. Two operands of one type.
  template <typename Op, typename... Args> mlir::Value op(Args &&...args) {
    return b.create<Op>(loc, std::forward<Args>(args)...);
  }
  mlir::Value add(mlir::Value l, mlir::Value r) { return op<mlir::LLVM::AddOp>(l, r); }
  mlir::Value sub(mlir::Value l, mlir::Value r) { return op<mlir::LLVM::SubOp>(l, r); }
  mlir::Value mul(mlir::Value l, mlir::Value r) { return op<mlir::LLVM::MulOp>(l, r); }
  mlir::Value bitAnd(mlir::Value l, mlir::Value r) { return op<mlir::LLVM::AndOp>(l, r); }
  mlir::Value bitOr(mlir::Value l, mlir::Value r) { return op<mlir::LLVM::OrOp>(l, r); }
  mlir::Value bitXor(mlir::Value l, mlir::Value r) { return op<mlir::LLVM::XOrOp>(l, r); }
  mlir::Value inverse(mlir::Value flag) { return bitXor(flag, i1(true)); }
  mlir::Value icmp(mlir::LLVM::ICmpPredicate p, mlir::Value l, mlir::Value r) {
    return op<mlir::LLVM::ICmpOp>(p, l, r);
  }
  mlir::Value eq(mlir::Value l, mlir::Value r) { return icmp(mlir::LLVM::ICmpPredicate::eq, l, r); }
  mlir::Value ne(mlir::Value l, mlir::Value r) { return icmp(mlir::LLVM::ICmpPredicate::ne, l, r); }
  mlir::Value slt(mlir::Value l, mlir::Value r) { return icmp(mlir::LLVM::ICmpPredicate::slt, l, r); }
  mlir::Value select(mlir::Value c, mlir::Value t, mlir::Value f) {
    return op<mlir::LLVM::SelectOp>(c, t, f);
  }
  mlir::Value smax(mlir::Value l, mlir::Value r) { return op<mlir::LLVM::SMaxOp>(l, r); }
  /// Sign extension or truncation to `type`.
  mlir::Value resize(mlir::Value value, mlir::Type type);
  mlir::Value zext(mlir::Value value, mlir::Type type);
  /// Either flag, either of which may be absent (false).
  mlir::Value orNull(mlir::Value l, mlir::Value r);

  // Memory.
  mlir::Value stack(unsigned bytes, unsigned align = 8);
  /// A variable of the entry block that starts as `initial`; mem2reg's food.
  mlir::Value variable(mlir::Type type, int64_t initial);
  mlir::Value load(mlir::Type type, mlir::Value address, unsigned align = 0);
  void store(mlir::Value value, mlir::Value address, unsigned align = 0);
  mlir::Value offset(mlir::Value base, int64_t bytes);
  mlir::Value offset(mlir::Value base, mlir::Value bytes);
  mlir::Value field(mlir::Value base, const abi::Field &field) { return abi().load(base, field); }
  void setField(mlir::Value base, const abi::Field &field, mlir::Value value) {
    abi().store(value, base, field);
  }
  /// A column's value as it stands in memory, and the reverse.
  mlir::Value loadRep(Rep rep, mlir::Value address);
  void storeRep(Rep rep, mlir::Value value, mlir::Value address);
  Scalar loadColumn(mlir::Value row, const Column &column);
  /// `canonical`: the bytes of a NULL are zero.
  void storeColumn(mlir::Value row, const Column &column, Scalar scalar, bool canonical);
  void zeroFill(mlir::Value address, unsigned bytes);
  void copy(mlir::Value to, mlir::Value from, mlir::Value bytes);

  // Calls. `abi()` emits at the current place and location.
  abi::Builder abi() { return {b, loc, module}; }
  mlir::Value call(llvm::StringRef name, mlir::ValueRange operands) {
    return abi().call(std::string_view(name.data(), name.size()), operands);
  }
  /// A function of libc.
  mlir::Value external(llvm::StringRef name, mlir::Type result, mlir::ValueRange operands);
  mlir::Value intrinsic(llvm::StringRef name, mlir::Type result, mlir::ValueRange operands);

  // Control flow.
  mlir::Block *newBlock(mlir::TypeRange args = {});
  void enter(mlir::Block *block) { b.setInsertionPointToEnd(block); }
  void br(mlir::Block *to, mlir::ValueRange args = {});
  void condBr(mlir::Value flag, mlir::Block *yes, mlir::Block *no, mlir::ValueRange yesArgs = {},
              mlir::ValueRange noArgs = {});
  /// Branches with a weight that says `yes` hardly ever happens.
  void rarely(mlir::Value flag, mlir::Block *yes, mlir::Block *no, mlir::ValueRange yesArgs = {});
  void ret(mlir::Value value = {});
  /// Whether the current block has its terminator already.
  bool ended();
  /// Runs `body` where `flag` holds, then goes on.
  void when(mlir::Value flag, const std::function<void()> &body);
  /// A value from one of two sides.
  mlir::Value choose(mlir::Value flag, mlir::Type type, const std::function<mlir::Value()> &yes,
                     const std::function<mlir::Value()> &no);
  /// for (i = 0; i < count; ++i); `next` is where `continue` goes.
  void loop(mlir::Value count, const std::function<void(mlir::Value i, mlir::Block *next)> &body);

  /// The symbol of a private constant global with these bytes.
  static mlir::FlatSymbolRefAttr byteGlobal(mlir::ModuleOp module, llvm::StringRef text,
                                            llvm::StringRef prefix);

private:
  mlir::OpBuilder b;
  mlir::LLVM::LLVMFuncOp fn;
  mlir::ModuleOp module;
};

/// Declares (or finds) a function of generated code.
mlir::LLVM::LLVMFuncOp declareFunction(mlir::ModuleOp module, mlir::Location loc,
                                       llvm::StringRef name, mlir::Type result,
                                       mlir::TypeRange args);

} // namespace levada::codegen

#endif
