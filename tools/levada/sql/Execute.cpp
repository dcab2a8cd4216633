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

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
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
    if (!help.empty() && StringRef(help).find("on_error") == StringRef::npos)
      advice.help.push_back(help);
    if (StringRef(help).contains("on_error"))
      advice.help.push_back("`TRY_CAST` gives NULL where `CAST` fails; `WHERE` can keep such rows out");
    return advice;
  }
  StringRef column = StringRef(said).rsplit("in column `").second;
  column = said.find("in column `") == std::string::npos ? "" : column.take_until([](char c) { return c == '`'; });
  for (const infer::Column &known : table->schema.columns) {
    if (known.name != column)
      continue;
    advice.notes.push_back("`" + known.name + "` was taken for " + known.type +
                           (table->wholeSample ? "" : ", which " + table->sample + " fits"));
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

int tool::execute(const Execution &execution, const Files &files) {
  int program = open(execution.program.c_str(), O_RDONLY | O_CLOEXEC);
  unlink(execution.program.c_str());
  struct stat info{};
  // A file as standard input is read again from its start; a pipe is passed on
  // behind what was read of it.
  bool pumps = files.readsStdin();
  if (pumps && fstat(0, &info) == 0 && S_ISREG(info.st_mode) &&
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
  if (pumps) {
    close(input.read);
    fcntl(input.write, F_SETFL, O_NONBLOCK);
  }

  std::string pending, said;
  if (pumps)
    pending = files.stdinBytes();
  size_t sent = 0;
  bool stdinEnded = false, quiet = false;
  while (!quiet || (pumps && input.write >= 0)) {
    pollfd wait[3] = {{quiet ? -1 : messages.read, POLLIN, 0},
                      {input.write >= 0 && (sent < pending.size() || stdinEnded) ? input.write : -1, POLLOUT, 0},
                      {pumps && input.write >= 0 && sent == pending.size() && !stdinEnded ? 0 : -1, POLLIN, 0}};
    // A reader that is gone shows as an error of the pipe's writing end.
    if (wait[1].fd < 0 && input.write >= 0)
      wait[1] = {input.write, 0, 0};
    if (poll(wait, 3, -1) < 0 && errno != EINTR)
      break;
    char buffer[1 << 16];
    if (wait[0].revents) {
      ssize_t count = read(messages.read, buffer, sizeof buffer);
      if (count <= 0 && !(count < 0 && errno == EINTR))
        quiet = true;
      said.append(buffer, std::max<ssize_t>(count, 0));
      for (size_t end; (end = said.find('\n')) != std::string::npos; said.erase(0, end + 1))
        show(StringRef(said).take_front(end), files, execution.style);
      if (quiet && input.write >= 0) { // it has ended
        close(input.write);
        input.write = -1;
      }
    }
    if (wait[2].revents) {
      pending.resize(sizeof buffer);
      ssize_t count = read(0, pending.data(), pending.size());
      stdinEnded = count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN);
      pending.resize(std::max<ssize_t>(count, 0));
      sent = 0;
    }
    if (wait[1].revents) {
      ssize_t count = sent < pending.size() ? write(input.write, pending.data() + sent, pending.size() - sent) : 0;
      sent += std::max<ssize_t>(count, 0);
      bool gone = (wait[1].revents & (POLLERR | POLLNVAL)) || (count < 0 && errno == EPIPE);
      if (gone || (stdinEnded && sent == pending.size())) {
        close(input.write);
        input.write = -1;
      }
    }
  }
  if (!said.empty())
    show(said, files, execution.style);
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
