//===- Execute.cpp - runs the executable of a query ------------------------===//
//
// The program writes its rows to our standard output itself and its messages
// as JSON to a pipe: an error about a row is told with what the query can do
// about it. The executable has no name any more when it runs, so that nothing
// stays behind however this ends.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/sql/Execute.h"

#include "tools/levada/CommandLine.h"
#include "tools/levada/infer/Sample.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace levada;
using namespace levada::tool;
using llvm::StringRef;

extern char **environ;

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

namespace {

std::string text(const llvm::json::Object &object, const char *key) {
  std::optional<StringRef> value = object.getString(key);
  return value ? value->str() : "";
}

/// What a message has after its first line.
struct Advice {
  std::vector<std::string> notes, help;
};

/// `… in column `bytes`` of `access: …`.
Advice advise(const llvm::json::Object &message, const Files &files) {
  Advice advice;
  StringRef code = message.getString("code").value_or("");
  std::string said = text(message, "message"), help = text(message, "help");
  const FileTable *table = files.find(StringRef(said).split(": ").first.str());
  if (code != "R601" || !table || text(message, "level") != "error") {
    if (code == "R611")
      advice.help.push_back("`a / NULLIF(b, 0)` is NULL where b is 0");
    else if (code == "R612")
      advice.help.push_back("`TRY_CAST` gives NULL where `CAST` fails");
    else if (!help.empty())
      advice.help.push_back(help);
    return advice;
  }
  StringRef column = StringRef(said).rsplit("in column `").second;
  column = said.find("in column `") == std::string::npos ? "" : column.take_until([](char c) { return c == '`'; });
  for (const infer::Column &known : table->schema.columns) {
    if (known.name != column)
      continue;
    advice.notes.push_back("`" + known.name + "` was taken for " + known.type + " from " +
                           (table->wholeSample ? "the data" : table->sample));
    advice.help.push_back("`--columns '" + known.name + " STRING'` reads it as text" +
                          std::string(table->wholeSample ? "" : ", `--sample=all` looks at all rows first"));
  }
  if (column.empty() && !table->wholeSample)
    advice.notes.push_back(table->sample + " was taken for " +
                           (table->schema.format == "csv"     ? "delimited text"
                            : table->schema.format == "json"  ? "JSON lines"
                            : table->schema.format == "regex" ? "a log"
                                                              : "lines of text"));
  advice.help.push_back("`--on-error=skip` leaves such rows out and says how many");
  return advice;
}

void show(StringRef line, const Files &files, diag::RenderStyle style) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(line);
  const llvm::json::Object *message = value ? value->getAsObject() : nullptr;
  if (!message) {
    if (!value)
      llvm::consumeError(value.takeError());
    llvm::errs() << line << '\n';
    return;
  }
  std::string level = text(*message, "level"), place = text(*message, "place");
  if (level == "info")
    return; // the ledger
  Advice advice = advise(*message, files);
  if (style == diag::RenderStyle::Json) {
    llvm::json::Object out(*message);
    std::string help;
    for (const std::string &one : advice.help)
      help += (help.empty() ? "" : "\n") + one;
    out["help"] = help;
    llvm::errs() << llvm::json::Value(std::move(out)) << '\n';
    return;
  }
  std::string head = level;
  if (message->getString("code"))
    head += "[" + text(*message, "code") + " " + text(*message, "name") + "]";
  bool colour = style == diag::RenderStyle::PrettyColour;
  llvm::errs() << (colour ? level == "error" ? "\033[1;31m" : "\033[1;35m" : "") << head
               << (colour ? "\033[0m" : "") << ": " << text(*message, "message") << '\n';
  if (!place.empty())
    llvm::errs() << "  --> " << place << '\n';
  if (std::string record = text(*message, "record"); !record.empty())
    llvm::errs() << "   | " << record << '\n';
  llvm::SmallVector<StringRef> notes;
  std::string given = text(*message, "notes");
  StringRef(given).split(notes, '\n', -1, false);
  for (StringRef note : notes)
    llvm::errs() << "   = note: " << note << '\n';
  for (const std::string &note : advice.notes)
    llvm::errs() << "   = note: " << note << '\n';
  for (const std::string &help : advice.help)
    llvm::errs() << "   = help: " << help << '\n';
}

//===----------------------------------------------------------------------===//
// The process
//===----------------------------------------------------------------------===//

volatile pid_t running = 0;

/// Rows of a query that was broken off would be wrong ones: none are written.
void interrupted(int) {
  if (running > 0)
    kill(running, SIGKILL);
}

/// Ends as a program does that the signal ended.
[[noreturn]] void dieOf(int number) {
  signal(number, SIG_DFL);
  raise(number);
  _exit(128 + number);
}

struct Pipe {
  int read = -1, write = -1;
  bool open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      return false;
    read = ends[0], write = ends[1];
    return true;
  }
};

} // namespace

/// Standard input from its start to `to`, decoded: what was read of it before,
/// then the rest. Ends with the reader.
static void passStdin(const Files &files, int to) {
  const std::string &begun = files.stdinBytes();
  size_t at = 0;
  infer::SampleReader reader([&](char *bytes, size_t size) -> long {
    if (at == begun.size())
      return read(0, bytes, size);
    size = std::min(size, begun.size() - at);
    memcpy(bytes, begun.data() + at, size);
    at += size;
    return long(size);
  });
  std::string block, error;
  do {
    bool ok = reader.next(block, error);
    size_t sent = 0;
    while (sent < block.size()) {
      ssize_t count = write(to, block.data() + sent, block.size() - sent);
      if (count < 0 && errno != EINTR)
        return;
      sent += std::max<ssize_t>(count, 0);
    }
    if (!ok) {
      llvm::errs() << "levada: cannot read standard input: " << error << '\n';
      return;
    }
  } while (!block.empty());
}

int tool::execute(const Execution &execution, const Files &files) {
  int program = open(execution.program.c_str(), O_RDONLY | O_CLOEXEC);
  unlink(execution.program.c_str());
  struct stat info{};
  // A file as standard input is read again from its start; a pipe is passed on
  // behind what was read of it.
  bool pumps = files.readsStdin();
  if (pumps && !files.stdinCompressed() && fstat(0, &info) == 0 && S_ISREG(info.st_mode) &&
      lseek(0, -off_t(files.stdinBytes().size()), SEEK_CUR) >= 0)
    pumps = false;
  Pipe messages, input;
  auto fail = [&](const char *what) {
    llvm::errs() << "levada: cannot run the query: " << what << ": " << strerror(errno) << '\n';
    return Exit::Diagnosed;
  };
  if (program < 0)
    return fail("open");
  if (!messages.open() || (pumps && !input.open()))
    return fail("pipe");
  std::string path = "/proc/self/fd/" + std::to_string(program), name = "levada-sql";
  std::vector<char *> words{name.data()};
  for (const std::string &word : execution.arguments)
    words.push_back(const_cast<char *>(word.c_str()));
  words.push_back(nullptr);

  llvm::outs().flush();
  signal(SIGINT, interrupted);
  signal(SIGTERM, interrupted);
  signal(SIGPIPE, SIG_IGN);
  pid_t child = fork();
  if (child < 0)
    return fail("fork");
  if (child == 0) {
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    dup2(messages.write, 2);
    if (pumps)
      dup2(input.read, 0);
    execve(path.c_str(), words.data(), environ);
    std::string said = "levada: cannot run the query in " + execution.program + ": " + strerror(errno) +
                       "; TMPDIR can name another folder\n";
    (void)!write(2, said.data(), said.size());
    _exit(126);
  }
  running = child;
  close(program);
  close(messages.write);
  pid_t pump = 0;
  if (pumps && (pump = fork()) == 0) {
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    close(input.read);
    passStdin(files, input.write);
    llvm::errs().flush();
    _exit(0);
  }
  if (pumps) {
    close(input.read);
    close(input.write);
  }
  std::string said;
  for (;;) {
    char buffer[1 << 14];
    ssize_t count = read(messages.read, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      break;
    said.append(buffer, count);
    for (size_t end; (end = said.find('\n')) != std::string::npos; said.erase(0, end + 1))
      show(StringRef(said).take_front(end), files, execution.style);
  }
  if (!said.empty())
    show(said, files, execution.style);
  if (pump > 0)
    kill(pump, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  running = 0;
  if (WIFSIGNALED(status)) {
    int number = WTERMSIG(status);
    dieOf(number == SIGKILL ? SIGINT : number);
  }
  return WEXITSTATUS(status);
}
