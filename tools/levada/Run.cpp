//===- Run.cpp - levada run ------------------------------------------------===//
//
// Builds into a cache and becomes the program. The cache's key is a hash of
// the pipeline's text, the options and the compiler itself, so that a hit is
// what a build would give; $XDG_CACHE_HOME/levada, else ~/.cache/levada.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/Build.h"
#include "tools/levada/Output.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <cstring>
#include <unistd.h>

using namespace levada;
using namespace levada::tool;

namespace {

/// Where executables are kept, made if need be; "" when that cannot be.
std::string cacheFolder() {
  llvm::SmallString<128> folder;
  if (const char *xdg = getenv("XDG_CACHE_HOME"); xdg && *xdg)
    folder = xdg;
  else if (!llvm::sys::path::cache_directory(folder))
    return {};
  llvm::sys::path::append(folder, "levada");
  if (llvm::sys::fs::create_directories(folder))
    return {};
  return folder.str().str();
}

/// Changes whenever the result of a build could.
std::string fingerprint(const Arguments &arguments, const codegen::BuildOptions &options) {
  llvm::SHA256 hash;
  auto file = llvm::MemoryBuffer::getFile(arguments.inputs[0]);
  if (!file)
    return {};
  hash.update((*file)->getBuffer());
  std::string how = arguments.inputs[0] + "\n" + options.cpu + "\n" + std::to_string(options.optLevel);
  for (std::string part : {llvm::sys::fs::getMainExecutable(nullptr, nullptr), codegen::targetFolder(), codegen::bitcodePath()}) {
    llvm::sys::fs::file_status status;
    if (!llvm::sys::fs::status(part, status))
      how += "\n" + part + " " + std::to_string(status.getSize()) + " " +
             std::to_string(status.getLastModificationTime().time_since_epoch().count());
  }
  hash.update(how);
  return llvm::toHex(hash.final(), true).substr(0, 32);
}

int become(const std::string &program, const std::string &name, const Arguments &arguments) {
  std::vector<char *> words;
  std::string shown = name;
  words.push_back(shown.data());
  for (const std::string &word : arguments.passthrough)
    words.push_back(const_cast<char *>(word.c_str()));
  words.push_back(nullptr);
  execv(program.c_str(), words.data());
  llvm::errs() << "levada: cannot run `" << program << "`: " << strerror(errno) << '\n';
  return Exit::Diagnosed;
}

} // namespace

int tool::runRun(Arguments &arguments) {
  if (arguments.inputs.size() != 1)
    return usageError(arguments, arguments.inputs.empty() ? "which pipeline? `levada run FILE`"
                                                          : "takes one pipeline file; the program's arguments stand after `--`");
  std::optional<diag::RenderStyle> style = renderStyle(arguments);
  std::optional<codegen::BuildOptions> options = buildOptions(arguments);
  if (!style || !options)
    return Exit::Usage;

  std::string folder = cacheFolder(), key = fingerprint(arguments, *options);
  if (folder.empty()) {
    llvm::errs() << "levada: no place for the executable: set XDG_CACHE_HOME or HOME to a folder that can be written\n";
    return Exit::Diagnosed;
  }
  llvm::SmallString<128> program(folder);
  llvm::sys::path::append(program, key);
  std::string name = llvm::sys::path::stem(arguments.inputs[0]).str();
  // Warnings of the build stand beside the executable and are shown each time.
  std::string warnings = program.str().str() + ".log";
  if (!key.empty() && llvm::sys::fs::can_execute(program) && !arguments.options.hasArg(OPT_timing)) {
    if (auto log = llvm::MemoryBuffer::getFile(warnings))
      llvm::errs() << (*log)->getBuffer();
    return become(program.str().str(), name, arguments);
  }

  Compilation compilation(arguments.inputs[0], options->optLevel);
  std::string result, building = program.str().str() + "." + std::to_string(getpid());
  options->output = building;
  bool ok = buildPipeline(compilation, *options, result);
  int exit = compilation.report(*style);
  if (arguments.options.hasArg(OPT_timing))
    compilation.printTiming();
  if (!ok)
    return exit ? exit : Exit::Bug;
  if (!compilation.diagnostics().all().empty() &&
      writeOutput(warnings, compilation.diagnostics().render(diag::RenderStyle::Pretty), false) != Exit::Done)
    return Exit::Diagnosed;
  if (std::error_code failed = llvm::sys::fs::rename(building, program)) {
    llvm::errs() << "levada: cannot write `" << program << "`: " << failed.message() << '\n';
    return Exit::Diagnosed;
  }
  return become(program.str().str(), name, arguments);
}
