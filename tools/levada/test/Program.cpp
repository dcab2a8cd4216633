//===- Program.cpp - runs of the executable under test ---------------------===//
#include "tools/levada/test/Program.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <sys/statvfs.h>
#include <unistd.h>

extern char **environ;

using namespace levada;
using namespace levada::tool;

TemporaryFolder::TemporaryFolder() {
  llvm::SmallString<128> path;
  struct statvfs memory;
  if (statvfs("/dev/shm", &memory) == 0 && !(memory.f_flag & ST_NOEXEC) && access("/dev/shm", W_OK) == 0) {
    std::string pattern = "/dev/shm/levada-test-XXXXXX";
    if (mkdtemp(pattern.data()))
      path_ = pattern;
  }
  if (path_.empty() && !llvm::sys::fs::createUniqueDirectory("levada-test", path))
    path_ = path.str().str();
}

TemporaryFolder::~TemporaryFolder() {
  if (!path_.empty())
    llvm::sys::fs::remove_directories(path_);
}

bool tool::writeFile(const std::string &path, const std::string &text) {
  std::error_code failed;
  llvm::raw_fd_ostream out(path, failed);
  if (failed)
    return false;
  out << text;
  out.close();
  bool ok = !out.has_error();
  out.clear_error();
  return ok;
}

std::vector<std::string> tool::readLines(const std::string &path) {
  std::vector<std::string> lines;
  auto file = llvm::MemoryBuffer::getFile(path);
  llvm::SmallVector<llvm::StringRef> parts;
  if (file)
    (*file)->getBuffer().split(parts, '\n', -1, false);
  for (llvm::StringRef part : parts)
    lines.push_back(part.str());
  return lines;
}

/// A message of the program as JSON.
static void take(const llvm::json::Object &message, Ran &ran) {
  if (auto name = message.getString("operator")) {
    ran.late[name->str()] += message.getInteger("late").value_or(0);
    ran.bad[name->str()] += message.getInteger("bad").value_or(0);
  } else if (message.getString("level").value_or("") == "error") {
    std::string said = message.getString("message").value_or("").str();
    if (auto code = message.getString("code"))
      said = "error[" + code->str() + " " + message.getString("name").value_or("").str() + "]: " + said;
    for (const char *key : {"place", "record"})
      if (auto more = message.getString(key); more && !more->empty())
        said += "\n    " + more->str();
    ran.failure = said;
  }
}

Ran tool::runProgram(const std::string &program, std::vector<std::string> arguments,
                     const std::string &failpoint, const std::string &folder) {
  Ran ran;
  std::string said = folder + "/messages", setting = "LEVADA_FAILPOINT=" + failpoint;
  std::vector<llvm::StringRef> words{program}, environment;
  for (const std::string &argument : arguments)
    words.push_back(argument);
  words.insert(words.end(), {"--log", "json", "--no-progress"});
  for (char **one = environ; *one; ++one)
    if (!llvm::StringRef(*one).starts_with("LEVADA_FAILPOINT="))
      environment.push_back(*one);
  if (!failpoint.empty())
    environment.push_back(setting);
  std::optional<llvm::StringRef> redirects[] = {"", "", llvm::StringRef(said)};
  std::string why;
  bool notStarted = false;
  llvm::sys::fs::remove(said);
  ran.code = llvm::sys::ExecuteAndWait(program, words, llvm::ArrayRef<llvm::StringRef>(environment), redirects,
                                       60, 0, &why, &notStarted);
  if (notStarted)
    ran.failure = why;
  for (const std::string &line : readLines(said)) {
    llvm::StringRef place(line);
    if (place.consume_front("failpoint ")) {
      ran.places.push_back(place.str());
      continue;
    }
    llvm::Expected<llvm::json::Value> value = llvm::json::parse(line);
    if (!value)
      llvm::consumeError(value.takeError());
    else if (const llvm::json::Object *message = value->getAsObject())
      take(*message, ran);
  }
  if (ran.code && ran.code != -2 && ran.failure.empty())
    ran.failure = "exit code " + std::to_string(ran.code);
  return ran;
}
