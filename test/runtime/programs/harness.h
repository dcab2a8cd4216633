//===- harness.h - running a program and reading what it left -------------===//
#ifndef LEVADA_TEST_RUNTIME_PROGRAMS_HARNESS_H
#define LEVADA_TEST_RUNTIME_PROGRAMS_HARNESS_H

#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace test {

/// A folder that goes with the object.
class Folder {
public:
  Folder();
  ~Folder();
  std::string path(const std::string &name = "") const {
    return name.empty() ? path_ : path_ + "/" + name;
  }

private:
  std::string path_;
};

struct Outcome {
  int code = 0; // exit code, or 128 + signal
  std::string out, err;
  /// err without the ledger line, whose last part is a time.
  std::string messages() const;
};

struct Process {
  pid_t pid;
  int in, out; // the parent's ends; err goes to a file
  std::string err_path;
};

/// Starts PROGRAMS_DIR/name; `environment` is added to ours.
Process start(const std::string &name, const std::vector<std::string> &arguments,
              const std::map<std::string, std::string> &environment, const Folder &folder);
/// Closes its input, reads its output to the end and waits for it.
Outcome finish(Process &process);

Outcome run(const std::string &name, const std::vector<std::string> &arguments,
            const std::map<std::string, std::string> &environment, const std::string &input = "");

void write_file(const std::string &path, const std::string &bytes);
std::string read_file(const std::string &path);
bool exists(const std::string &path);
/// Names in a folder, sorted, joined by spaces; hidden ones too.
std::string list(const std::string &path);

/// Lines "key,time,value" in nearly ascending time, some of them late.
std::string lines(int count, int seed);

} // namespace test

#endif
