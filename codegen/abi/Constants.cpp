//===- Constants.cpp - structs of abi.h as LLVM constants ------------------===//
//
// A value is a packed struct whose padding is written out, so that offsets are
// those of C by construction and not by agreement of two layout engines.
//
//===----------------------------------------------------------------------===//
#include "codegen/abi/Abi.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/Module.h"

namespace levada::abi {

llvm::Constant *constant(llvm::Module &module, llvm::StringRef structName, Values values) {
  const Struct *record = findStruct({structName.data(), structName.size()});
  assert(record && "a struct of abi.h");
  llvm::LLVMContext &context = module.getContext();
  llvm::SmallVector<std::pair<const Field *, llvm::Constant *>> given;
  for (auto [name, value] : values) {
    const Field *field = findField(*record, {name.data(), name.size()});
    assert(field && "a field of the struct");
    // A bool is one byte in memory.
    if (field->kind == Kind::Bool && value->getType()->isIntegerTy(1))
      value = llvm::ConstantInt::get(llvm::Type::getInt8Ty(context), value->isOneValue());
    assert(module.getDataLayout().getTypeStoreSize(value->getType()) == field->size &&
           "a value of the field's size");
    given.emplace_back(field, value);
  }
  llvm::sort(given, [](auto &a, auto &b) { return a.first->offset < b.first->offset; });

  llvm::SmallVector<llvm::Constant *> parts;
  uint64_t at = 0;
  auto padTo = [&](uint64_t offset) {
    assert(at <= offset && "fields that do not overlap");
    if (at < offset)
      parts.push_back(llvm::ConstantAggregateZero::get(
          llvm::ArrayType::get(llvm::Type::getInt8Ty(context), offset - at)));
    at = offset;
  };
  for (auto [field, value] : given) {
    padTo(field->offset);
    parts.push_back(value);
    at += field->size;
  }
  padTo(record->size);
  return llvm::ConstantStruct::getAnon(context, parts, /*Packed=*/true);
}

llvm::GlobalVariable *global(llvm::Module &module, llvm::Constant *value, llvm::StringRef name,
                             unsigned align) {
  auto *variable = new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                                            llvm::GlobalValue::PrivateLinkage, value, name);
  variable->setAlignment(llvm::Align(align));
  return variable;
}

llvm::Constant *array(llvm::Module &module, llvm::ArrayRef<llvm::Constant *> values,
                      llvm::StringRef name, unsigned align) {
  if (values.empty())
    return llvm::ConstantPointerNull::get(llvm::PointerType::get(module.getContext(), 0));
  // Values of one C struct may differ in LLVM type (their padding does), so the
  // array is a packed struct too.
  return global(module, llvm::ConstantStruct::getAnon(module.getContext(), values, true), name,
                align);
}

llvm::Constant *text(llvm::Module &module, llvm::StringRef text) {
  auto *variable =
      global(module, llvm::ConstantDataArray::getString(module.getContext(), text), "text", 1);
  variable->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  return variable;
}

llvm::Constant *str(llvm::Module &module, llvm::StringRef bytes) {
  llvm::LLVMContext &context = module.getContext();
  auto *length = llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), bytes.size());
  if (bytes.size() <= 12) {
    std::string inl = bytes.str();
    inl.resize(12);
    return constant(module, "levada_str",
                    {{"len", length},
                     {"inl", llvm::ConstantDataArray::getString(context, inl, false)}});
  }
  return constant(
      module, "levada_str",
      {{"len", length},
       {"prefix", llvm::ConstantDataArray::getString(context, bytes.take_front(4), false)},
       {"ptr", text(module, bytes)}});
}

} // namespace levada::abi
