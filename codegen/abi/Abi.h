//===- Abi.h - calling the runtime and the library from generated code -----===//
//
// Everything here follows from runtime/abi/abi.h and stdlib/ through AbiGen
// (generated/Abi.inc: tables; generated/AbiCalls.inc: typed builders, included
// below). Three things:
//
// 1. Calls, at MLIR level (LLVM dialect). A Builder declares an llvm.func on
//    demand, with the zeroext/signext attributes that C asks for, and emits
//    llvm.call. For each LEVADA_RT function `levada_rt_alloc` there is
//    `abi::rt_alloc(builder, ctx, size)`; for stdlib/cast.h's
//    `levada_cast_str_i32` there is `abi::cast_str_i32(builder, …)`; built-ins
//    go by their catalogue entry: `builder.call(function, operands)`, operands
//    in C order: [ctx,] arguments…[, out]. Kinds: Bool is i1, Ptr is !llvm.ptr,
//    no call passes i128 or a struct by value. The result is null for void.
//
// 2. Fields, at MLIR level: `builder.load(ptr, abi::field::ctx::now_ms)`; nested
//    ones as `abi::field::ctx::arena_cur`. A struct's Bool is stored as i8.
//
// 3. Constants, at LLVM level: `abi::constant(module, "levada_source_desc",
//    {{"name", text}, {"column_count", i32}})` gives a ConstantStruct of exactly
//    the C size and offsets (packed, with explicit padding); fields not named
//    are zero. `abi::global` puts one, or an array of them, into a constant
//    global. Nested structs: a constant as the field's value, or "key.size".
//
// The bitcode: abi::stdlibBitcodeName() in the build tree's generated/ folder
// and in the target folder. Link it lazily (llvm::getLazyIRFileModule, then
// Linker::LinkOnlyNeeded), internalize, then optimize. Its functions carry no
// target-cpu, so that they take the pipeline's; LEVADA_RT(inline) ones are
// alwaysinline. What it calls and does not define is in liblevada_std.a or the
// runtime.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_CODEGEN_ABI_ABI_H
#define LEVADA_CODEGEN_ABI_ABI_H

#include "frontend/catalog/Catalog.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace llvm {
class Constant;
class GlobalVariable;
class Module;
} // namespace llvm

namespace levada::abi {

enum class Kind : uint8_t { Void, Bool, I8, I16, I32, I64, I128, F32, F64, Ptr, Bytes };

struct Arg {
  std::string_view name;
  Kind kind;
};

/// A C function that generated code calls.
struct Call {
  std::string_view name;
  Kind result;
  std::span<const Arg> args;
  bool cold, noreturn, pure;
};

/// A field; of nested structs the members too, as "arena.cur". Bytes: a struct
/// or array of `size` bytes.
struct Field {
  std::string_view name;
  Kind kind;
  uint32_t offset, size;
};

struct Struct {
  std::string_view name;
  uint32_t size, align;
  std::span<const Field> fields;
};

std::span<const Call> calls();     ///< sorted by name
std::span<const Struct> structs(); ///< sorted by name
const Call *findCall(std::string_view name);
const Struct *findStruct(std::string_view name);
const Field *findField(const Struct &record, std::string_view name);

/// "stdlib.bc".
std::string_view stdlibBitcodeName();

/// Emits calls and field accesses at an insertion point.
class Builder {
public:
  Builder(mlir::OpBuilder &builder, mlir::Location loc, mlir::ModuleOp module)
      : builder(builder), loc(loc), module(module) {}

  mlir::OpBuilder &op() { return builder; }
  mlir::Location location() const { return loc; }

  mlir::Type type(Kind kind);
  /// By value types as they are, everything else !llvm.ptr.
  mlir::Type type(catalog::Pass pass);

  mlir::LLVM::LLVMFuncOp declare(const Call &call);
  mlir::LLVM::LLVMFuncOp declare(const catalog::Function &function);

  /// A function of abi.h or stdlib/cast.h; asserts that it exists.
  mlir::Value call(std::string_view name, mlir::ValueRange operands);
  /// A built-in: operands [ctx,] arguments…[, out]; gives the value or the
  /// status (i32). levada_args<T> is two operands, array and count.
  mlir::Value call(const catalog::Function &function, mlir::ValueRange operands);

  /// Thunks of an aggregate; `argument` is null for COUNT.
  void aggInit(const catalog::Aggregate &agg, mlir::Value state);
  void aggAdd(const catalog::Aggregate &agg, mlir::Value ctx, mlir::Value state,
              llvm::ArrayRef<mlir::Value> arguments);
  /// Takes back what aggAdd added; of one that `retracts`.
  void aggRetract(const catalog::Aggregate &agg, mlir::Value ctx, mlir::Value state,
                  llvm::ArrayRef<mlir::Value> arguments);
  /// The state as aggInit makes it, its memory kept where the aggregate `resets`.
  void aggReset(const catalog::Aggregate &agg, mlir::Value state);
  void aggMerge(const catalog::Aggregate &agg, mlir::Value ctx, mlir::Value into,
                mlir::Value from);
  /// The state to the bytes of a Writer, and from those of a Reader into what aggInit made.
  void aggSave(const catalog::Aggregate &agg, mlir::Value writer, mlir::Value state);
  void aggLoad(const catalog::Aggregate &agg, mlir::Value ctx, mlir::Value reader,
               mlir::Value state);
  /// The status; the value is in `out`.
  mlir::Value aggGet(const catalog::Aggregate &agg, mlir::Value ctx, mlir::Value state,
                     mlir::Value out);

  mlir::Value load(mlir::Value base, const Field &field);
  void store(mlir::Value value, mlir::Value base, const Field &field);
  mlir::Value address(mlir::Value base, const Field &field);

  /// Stack memory in the enclosing function's entry block.
  mlir::Value stack(mlir::Type type, unsigned align = 0);
  mlir::Value constant(Kind kind, int64_t value);

private:
  void aggTake(const catalog::Aggregate &agg, const char *thunk, mlir::Value ctx,
               mlir::Value state, llvm::ArrayRef<mlir::Value> arguments);
  mlir::LLVM::LLVMFuncOp declare(llvm::StringRef name, mlir::Type result,
                                 llvm::ArrayRef<mlir::Type> args, bool cold, bool noreturn);
  mlir::Value emit(mlir::LLVM::LLVMFuncOp callee, mlir::ValueRange operands);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::ModuleOp module;
};

using Values = llvm::ArrayRef<std::pair<llvm::StringRef, llvm::Constant *>>;

/// A value of a struct of abi.h; fields not given are zero.
llvm::Constant *constant(llvm::Module &module, llvm::StringRef structName, Values values);
/// A private constant global with that value, aligned as C aligns it.
llvm::GlobalVariable *global(llvm::Module &module, llvm::Constant *value, llvm::StringRef name,
                             unsigned align = 8);
/// A global array of values of one type; a null pointer when there are none.
llvm::Constant *array(llvm::Module &module, llvm::ArrayRef<llvm::Constant *> values,
                      llvm::StringRef name, unsigned align = 8);
/// A pointer to zero-terminated text.
llvm::Constant *text(llvm::Module &module, llvm::StringRef text);
/// A levada_str over constant bytes (valid as a field's value).
llvm::Constant *str(llvm::Module &module, llvm::StringRef bytes);

#include "generated/AbiCalls.inc"

} // namespace levada::abi

#endif
