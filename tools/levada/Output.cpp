//===- Output.cpp - where a command's result goes --------------------------===//
#include "tools/levada/Output.h"

#include "tools/levada/CommandLine.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/raw_ostream.h"

using namespace levada;

int tool::writeOutput(const std::string &path, std::string_view bytes, bool executable) {
  llvm::StringRef content(bytes.data(), bytes.size());
  if (path == "-") {
    llvm::outs() << content;
    return Exit::Done;
  }
  llvm::Error failed = llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
    os << content;
    return llvm::Error::success();
  });
  if (failed) {
    llvm::errs() << "levada: cannot write `" << path << "`: " << llvm::toString(std::move(failed)) << '\n';
    return Exit::Diagnosed;
  }
  if (executable)
    llvm::sys::fs::setPermissions(path, static_cast<llvm::sys::fs::perms>(0755));
  return Exit::Done;
}
