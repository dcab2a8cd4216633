//===- Read.h - the parts of the reader ------------------------------------===//
#ifndef LEVADA_CODEGEN_ABI_GEN_READ_H
#define LEVADA_CODEGEN_ABI_GEN_READ_H

#include "codegen/abi/gen/Model.h"

#include "clang/AST/DeclCXX.h"

namespace levada::abigen {

/// An error at that place of the sources; the build fails.
void report(clang::ASTContext &context, clang::SourceLocation loc, llvm::StringRef message,
            Model &model);

/// A function annotated LEVADA_RT(flags).
void readCall(clang::ASTContext &context, clang::FunctionDecl *decl, llvm::StringRef flags,
              Model &model);
/// A struct of abi.h.
void readStruct(clang::ASTContext &context, clang::RecordDecl *decl, Model &model);

/// How an aggregate is saved: see Aggregate::archive.
std::vector<std::string> readState(clang::ASTContext &context, clang::CXXRecordDecl *decl,
                                   Model &model);
/// What its state consists of: see Aggregate::fields.
std::string readFields(clang::ASTContext &context, const clang::CXXRecordDecl *decl);

} // namespace levada::abigen

#endif
