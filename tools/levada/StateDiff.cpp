//===- StateDiff.cpp - levada diff ------------------------------------------===//
//
// Says before deployment what the new executable will say when it starts on the
// old one's state: both ask runtime/checkpoint/compare.cpp. A pipeline file is
// compiled as far as its slots are laid out; an executable has the same text in
// its section .levada.state.
//
//===----------------------------------------------------------------------===//
#include "codegen/Codegen.h"
#include "runtime/checkpoint/schema.h"
#include "tools/levada/Compile.h"

#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace levada;
using namespace levada::tool;

namespace {

int refuse(const std::string &file, const std::string &what) {
  llvm::errs() << "levada diff: `" << file << "` " << what << '\n';
  return Exit::Diagnosed;
}

/// The text of an executable; empty when it has none.
std::string embedded(llvm::MemoryBufferRef bytes) {
  auto object = llvm::object::ObjectFile::createObjectFile(bytes);
  if (!object) {
    llvm::consumeError(object.takeError());
    return {};
  }
  for (const llvm::object::SectionRef &section : (*object)->sections()) {
    llvm::Expected<llvm::StringRef> name = section.getName();
    if (name && *name == ".levada.state")
      if (llvm::Expected<llvm::StringRef> text = section.getContents())
        return text->str();
      else
        llvm::consumeError(text.takeError());
    else if (!name)
      llvm::consumeError(name.takeError());
  }
  return {};
}

/// Done, or the exit code after what is wrong was printed.
int read(const std::string &file, diag::RenderStyle style, rt::ProgramState &state) {
  auto bytes = llvm::MemoryBuffer::getFile(file, false, false);
  std::string text;
  if (bytes && (*bytes)->getBuffer().starts_with("\x7f" "ELF")) {
    text = embedded(**bytes);
    if (text.empty())
      return refuse(file, "is no executable of levada, or one of an older version");
  } else {
    Compilation compilation(file, 2);
    if (compilation.toFlow() && compilation.optimize() && compilation.toExec())
      text = codegen::stateOf(compilation.module());
    if (int exit = compilation.report(style); exit || text.empty())
      return exit ? exit : Exit::Bug;
  }
  if (!state.parse(text))
    return refuse(file, "was made by another version of levada");
  return Exit::Done;
}

llvm::StringRef word(rt::Fate fate) {
  switch (fate) {
  case rt::Fate::SAME:
    return "same";
  case rt::Fate::MIGRATES:
    return "migrates";
  case rt::Fate::NEW:
    return "new";
  case rt::Fate::DROPPED:
    return "dropped";
  case rt::Fate::REBUILD:
    return "must rebuild";
  }
  llvm_unreachable("covered");
}

} // namespace

int tool::runDiff(Arguments &arguments) {
  if (arguments.inputs.size() != 2)
    return usageError(arguments, "takes two: OLD and NEW, each a pipeline file or an executable");
  std::optional<diag::RenderStyle> style = renderStyle(arguments);
  if (!style)
    return Exit::Usage;
  rt::ProgramState before, now;
  for (int i : {0, 1})
    if (int exit = read(arguments.inputs[i], *style, i ? now : before))
      return exit;

  bool allowed = arguments.options.hasArg(OPT_allow_dropped_state);
  bool usable = true, droppable = true;
  llvm::raw_ostream &os = llvm::outs();
  for (const rt::Verdict &v : rt::compare(before, now)) {
    bool pipeline = llvm::StringRef(v.what) == "pipeline";
    os << v.what << " `" << v.name.c_str() << "`: " << word(v.fate);
    if (!v.why.empty())
      os << ": " << v.why.c_str();
    else if (v.fate == rt::Fate::NEW)
      os << (llvm::StringRef(v.what) == "source" ? ": it is read from its beginning" : ": it starts empty");
    os << '\n';
    if (!v.before.empty())
      os << "  old: " << v.before.c_str() << "\n  new: " << v.now.c_str() << '\n';
    bool fits = v.fate != rt::Fate::DROPPED && v.fate != rt::Fate::REBUILD;
    usable &= fits || (allowed && !pipeline);
    droppable &= !pipeline;
  }
  const std::string &old = arguments.inputs[0], &fresh = arguments.inputs[1];
  if (!usable)
    os << "`" << fresh << "` cannot go on with the state of `" << old << "`"
       << (droppable ? "; with --allow-dropped-state it would leave out what is not its own" : "") << '\n';
  else
    os << "`" << fresh << "` goes on with the state of `" << old << "`\n";
  return usable ? Exit::Done : Exit::Diagnosed;
}
