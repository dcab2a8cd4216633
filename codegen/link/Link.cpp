//===- Link.cpp - object to executable, by lld in this process -------------===//
//
// A target folder holds all there is to link: crt files and archives, which
// are offered in the order of their names and give only what is referred to.
// No build id, no symbols, no paths of this host: same object, same bytes.
//
//===----------------------------------------------------------------------===//
#include "codegen/link/Link.h"

#include "lld/Common/CommonLinkerContext.h"
#include "lld/Common/Driver.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

LLD_HAS_DRIVER(elf)

namespace levada::codegen {

/// The archives of a folder, by name.
static std::vector<std::string> archivesIn(const std::string &folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator at(folder, error), end; at != end && !error;
       at.increment(error))
    if (llvm::sys::path::extension(at->path()) == ".a")
      found.push_back(at->path());
  std::sort(found.begin(), found.end());
  return found;
}

bool linkExecutable(const std::string &object, const std::string &folder,
                    const std::string &output, std::string &error) {
  // The object stays in memory; lld reads it by its path in /proc.
  int memory = memfd_create("pipeline.o", MFD_CLOEXEC);
  if (memory < 0) {
    error = "no memory for the object file";
    return false;
  }
  llvm::raw_fd_ostream(memory, /*shouldClose=*/false, /*unbuffered=*/true) << object;
  std::vector<std::string> args{"ld.lld", "-static", "--gc-sections", "--strip-all",
                                "--build-id=none", "-znoexecstack", "--hash-style=gnu",
                                "--no-dynamic-linker", "--threads=1", "-o", output};
  for (const char *file : {"crt1.o", "crti.o", "crtbeginT.o"})
    args.push_back(folder + "/" + file);
  args.push_back("/proc/self/fd/" + std::to_string(memory));
  for (std::string &archive : archivesIn(folder))
    args.push_back(std::move(archive));
  for (const char *file : {"crtend.o", "crtn.o"})
    args.push_back(folder + "/" + file);

  llvm::SmallVector<const char *> pointers;
  for (const std::string &arg : args)
    pointers.push_back(arg.c_str());
  std::string said;
  llvm::raw_string_ostream words(said);
  bool linked = lld::elf::link(pointers, words, words, /*exitEarly=*/false,
                               /*disableOutput=*/false);
  lld::CommonLinkerContext::destroy();
  close(memory);
  if (!linked)
    error = words.str();
  return linked;
}

} // namespace levada::codegen
