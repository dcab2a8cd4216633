//===- ReadState.cpp - how the state of an aggregate becomes bytes ---------===//
//
// Plain data is copied. Texts are written with their bytes. A struct that holds
// a pointer says itself what that points to, by a member
// `template <class Archive> void state(Archive &)` which does both directions
// (stdlib/archive.h); one without it does not build.
//
//===----------------------------------------------------------------------===//
#include "codegen/abi/gen/Read.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/RecordLayout.h"

using namespace clang;

namespace levada::abigen {

/// Whether the bytes of a value say all: no pointer in it, however deep.
static bool isPlain(QualType type) {
  type = type.getCanonicalType();
  if (const auto *array = type->getAsArrayTypeUnsafe())
    return isPlain(array->getElementType());
  const RecordDecl *record = type->getAsRecordDecl();
  if (!record)
    return !type->isPointerType() && !type->isReferenceType() && !type->isMemberPointerType();
  if (const auto *structure = dyn_cast<CXXRecordDecl>(record))
    for (const CXXBaseSpecifier &base : structure->bases())
      if (!isPlain(base.getType()))
        return false;
  for (const FieldDecl *field : record->fields())
    if (!isPlain(field->getType()))
      return false;
  return true;
}

static bool isText(QualType type) {
  const RecordDecl *record = type.getCanonicalType()->getAsRecordDecl();
  return record && (record->getName() == "levada_str" || record->getName() == "levada_bytes");
}

static bool saysHow(QualType type) {
  const CXXRecordDecl *record = type.getCanonicalType()->getAsCXXRecordDecl();
  if (!record)
    return false;
  for (const Decl *member : record->decls())
    if (const auto *candidate = dyn_cast<FunctionTemplateDecl>(member))
      if (candidate->getName() == "state" &&
          candidate->getTemplatedDecl()->getNumParams() == 1)
        return true;
  return false;
}

std::vector<std::string> readState(ASTContext &context, CXXRecordDecl *decl, Model &model) {
  QualType self = context.getTypeDeclType(decl);
  if (saysHow(self))
    return {"self.state(archive);"};
  std::vector<std::string> archive;
  if (isPlain(self))
    return archive;
  for (const CXXBaseSpecifier &base : decl->bases())
    if (!isPlain(base.getType()))
      report(context, decl->getLocation(),
             "a base with pointers: say how its state is saved by a member "
             "`template <class Archive> void state(Archive &)` of the aggregate",
             model);
  for (const FieldDecl *field : decl->fields()) {
    std::string name = "self." + field->getNameAsString();
    if (isPlain(field->getType()))
      archive.push_back("archive.value(" + name + ");");
    else if (isText(field->getType()))
      archive.push_back("archive.text(" + name + ");");
    else if (saysHow(field->getType()))
      archive.push_back(name + ".state(archive);");
    else
      report(context, field->getLocation(),
             ("`" + field->getNameAsString() +
              "` holds a pointer: say what is saved of it by a member `template <class Archive> "
              "void state(Archive &)` of its struct or of the aggregate; see stdlib/archive.h"),
             model);
  }
  return archive;
}

/// Kind of a scalar: i64, u8, f32, bool, str, ptr; raw:BYTES for anything else.
static std::string kindOf(ASTContext &context, QualType type) {
  type = type.getCanonicalType();
  uint64_t bits = context.getTypeSize(type);
  if (isText(type))
    return "str";
  if (type->isBooleanType())
    return "bool";
  if (type->isPointerType())
    return "ptr";
  if (type->isRealFloatingType() && bits <= 64)
    return "f" + std::to_string(bits);
  if (type->isIntegralOrEnumerationType())
    return (type->isSignedIntegerOrEnumerationType() ? "i" : "u") + std::to_string(bits);
  return "raw:" + std::to_string(bits / 8);
}

static void addFields(ASTContext &context, const CXXRecordDecl *decl, const std::string &prefix,
                      uint64_t base, std::string &out) {
  const ASTRecordLayout &layout = context.getASTRecordLayout(decl);
  auto member = [&](QualType type, const std::string &name, uint64_t offset) {
    const CXXRecordDecl *inner = type.getCanonicalType()->getAsCXXRecordDecl();
    if (inner && !isText(type) && !inner->isUnion())
      return addFields(context, inner, name.empty() ? prefix : name + ".", offset, out);
    out += (out.empty() ? "" : ";") + name + " " + kindOf(context, type) + " " +
           std::to_string(offset);
  };
  for (const CXXBaseSpecifier &parent : decl->bases())
    if (const CXXRecordDecl *of = parent.getType()->getAsCXXRecordDecl(); of && !of->isEmpty())
      addFields(context, of, prefix, base + layout.getBaseClassOffset(of).getQuantity(), out);
  for (const FieldDecl *field : decl->fields())
    member(field->getType(), prefix + field->getNameAsString(),
           base + layout.getFieldOffset(field->getFieldIndex()) / 8);
}

std::string readFields(ASTContext &context, const CXXRecordDecl *decl) {
  std::string out;
  addFields(context, decl, "", 0, out);
  return out;
}

} // namespace levada::abigen
