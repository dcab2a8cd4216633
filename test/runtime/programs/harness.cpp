//===- harness.cpp - running a program and reading what it left -----------===//
#include "harness.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <signal.h>
#include <sstream>
#include <stdlib.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace test {

namespace fs = std::filesystem;

Folder::Folder() {
  std::string pattern = (fs::temp_directory_path() / "levada-test-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string Outcome::messages() const {
  std::string kept;
  std::istringstream in(err);
  for (std::string line; std::getline(in, line);)
    if (line.find(" rows in") == std::string::npos)
      kept += line + "\n";
  return kept;
}

Process start(const std::string &name, const std::vector<std::string> &arguments,
              const std::map<std::string, std::string> &environment, const Folder &folder) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
    abort();
  Process process{0, in[1], out[0], folder.path("stderr")};
  process.pid = fork();
  if (process.pid == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(open(process.err_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666), 2);
    for (auto &[key, value] : environment)
      setenv(key.c_str(), value.c_str(), 1);
    std::string path = std::string(PROGRAMS_DIR) + "/" + name;
    std::vector<char *> argv{path.data()};
    for (const std::string &argument : arguments)
      argv.push_back(const_cast<char *>(argument.c_str()));
    argv.push_back(nullptr);
    execv(path.c_str(), argv.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  return process;
}

Outcome finish(Process &process) {
  if (process.in >= 0)
    close(process.in);
  Outcome outcome;
  char bytes[65536];
  for (ssize_t got; (got = read(process.out, bytes, sizeof bytes)) > 0;)
    outcome.out.append(bytes, got);
  close(process.out);
  int status = 0;
  waitpid(process.pid, &status, 0);
  outcome.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  outcome.err = read_file(process.err_path);
  return outcome;
}

Outcome run(const std::string &name, const std::vector<std::string> &arguments,
            const std::map<std::string, std::string> &environment, const std::string &input) {
  signal(SIGPIPE, SIG_IGN);
  Folder folder;
  Process process = start(name, arguments, environment, folder);
  std::thread feeder;
  if (!input.empty()) {
    int fd = process.in;
    process.in = -1;
    feeder = std::thread([fd, &input] {
      for (size_t at = 0; at < input.size();) {
        ssize_t done = write(fd, input.data() + at, input.size() - at);
        if (done <= 0)
          break;
        at += done;
      }
      close(fd);
    });
  }
  Outcome outcome = finish(process);
  if (feeder.joinable())
    feeder.join();
  return outcome;
}

void write_file(const std::string &path, const std::string &bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string read_file(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool exists(const std::string &path) { return fs::exists(path); }

std::string list(const std::string &path) {
  std::vector<std::string> names;
  for (auto &entry : fs::directory_iterator(path))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  std::string joined;
  for (const std::string &name : names)
    joined += (joined.empty() ? "" : " ") + name;
  return joined;
}

std::string lines(int count, int seed) {
  std::mt19937 random(seed);
  std::string text;
  int64_t now = 0;
  for (int i = 0; i < count; ++i) {
    now += random() % 3;
    int64_t back = random() % 20 ? random() % 150 : random() % 3000;
    text += std::to_string(random() % 500) + "," +
            std::to_string(std::max<int64_t>(now - back, 0)) + "," +
            std::to_string(int(random() % 605) - 5) + "\n";
  }
  // 666 and 667 are not among the values: they fail.
  return text;
}

} // namespace test
