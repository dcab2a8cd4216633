//===- ReadAbi.cpp - functions and structs that generated code knows -------===//
//
// Calls pass scalars and pointers only; structs are described field by field,
// the members of nested ones too.
//
//===----------------------------------------------------------------------===//
#include "codegen/abi/gen/Read.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/RecordLayout.h"
#include "clang/Basic/Diagnostic.h"

using namespace clang;

namespace levada::abigen {

void report(ASTContext &context, SourceLocation loc, llvm::StringRef message, Model &model) {
  auto &diags = context.getDiagnostics();
  diags.Report(loc, diags.getCustomDiagID(DiagnosticsEngine::Error, "%0")) << message;
  ++model.errors;
}

/// Void, Bool, I8 … I128, F32, F64, Ptr; "" for what C passes otherwise.
static std::string kind(ASTContext &context, QualType type) {
  type = type.getCanonicalType();
  if (type->isVoidType())
    return "Void";
  if (type->isPointerType() || type->isReferenceType())
    return "Ptr";
  if (type->isBooleanType())
    return "Bool";
  if (type->isIntegralOrEnumerationType())
    return "I" + std::to_string(context.getTypeSize(type));
  if (type->isSpecificBuiltinType(BuiltinType::Float))
    return "F32";
  if (type->isSpecificBuiltinType(BuiltinType::Double))
    return "F64";
  return "";
}

void readCall(ASTContext &context, FunctionDecl *decl, llvm::StringRef flags, Model &model) {
  if (model.calls.count(decl->getNameAsString()))
    return;
  Call call;
  call.name = decl->getNameAsString();
  call.flags = flags.trim().str();
  call.result = kind(context, decl->getReturnType());
  bool good = !call.result.empty() && call.result != "I128";
  for (const ParmVarDecl *param : decl->parameters()) {
    call.args.emplace_back(param->getNameAsString(), kind(context, param->getType()));
    good &= !call.args.back().second.empty() && call.args.back().second != "I128";
    if (call.args.back().first.empty())
      report(context, param->getLocation(),
             "a parameter that generated code passes needs a name", model);
  }
  if (!good)
    return report(context, decl->getLocation(),
                  "a function for generated code passes scalars and pointers only", model);
  model.calls[call.name] = call;
}

static void addField(ASTContext &context, Struct &record, const std::string &name, QualType type,
                     uint64_t offset) {
  Field field{name, kind(context, type), offset, uint64_t(context.getTypeSizeInChars(type).getQuantity())};
  if (field.kind.empty())
    field.kind = "Bytes";
  const RecordDecl *inner = type->getAsRecordDecl();
  if (!name.empty() && name.back() != '.')
    record.fields.push_back(field);
  // Members of nested structs too, as "arena.cur"; of anonymous ones by themselves.
  if (!inner || !inner->isCompleteDefinition())
    return;
  const ASTRecordLayout &layout = context.getASTRecordLayout(inner);
  for (const FieldDecl *member : inner->fields()) {
    std::string path = name;
    if (llvm::StringRef own = member->getName(); own.empty())
      path = name.empty() || name.back() == '.' ? name : name + ".";
    else if (name.empty() || name.back() == '.')
      path += own;
    else
      path += "." + own.str();
    addField(context, record, path, member->getType(),
             offset + layout.getFieldOffset(member->getFieldIndex()) / 8);
  }
}

void readStruct(ASTContext &context, RecordDecl *decl, Model &model) {
  std::string name = decl->getNameAsString();
  if (name.empty() || model.structs.count(name))
    return;
  Struct record;
  record.name = name;
  const ASTRecordLayout &layout = context.getASTRecordLayout(decl);
  record.size = layout.getSize().getQuantity();
  record.align = layout.getAlignment().getQuantity();
  for (const FieldDecl *field : decl->fields())
    addField(context, record, field->getNameAsString(), field->getType(),
             layout.getFieldOffset(field->getFieldIndex()) / 8);
  model.structs[name] = record;
}

} // namespace levada::abigen
