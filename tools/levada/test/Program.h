//===- Program.h - runs of the executable under test -----------------------===//
#ifndef LEVADA_TOOLS_LEVADA_TEST_PROGRAM_H
#define LEVADA_TOOLS_LEVADA_TEST_PROGRAM_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace levada::tool {

/// A folder of this process's own that goes with the object; in memory where
/// there is a file system for that.
class TemporaryFolder {
public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  ~TemporaryFolder();
  /// "" where none could be made.
  const std::string &path() const { return path_; }

private:
  std::string path_;
};

struct Ran {
  int code = 0;             ///< -2: a signal ended it
  std::string failure;      ///< its error message, or why it did not start
  std::vector<std::string> places; ///< passed, where asked for (trace)
  /// Of each operator: rows that came late, and bad ones.
  std::map<std::string, int64_t> late, bad;
};

/// Runs `program` to its end, at most a minute. `failpoint`: LEVADA_FAILPOINT.
Ran runProgram(const std::string &program, std::vector<std::string> arguments,
               const std::string &failpoint, const std::string &folder);

bool writeFile(const std::string &path, const std::string &text);
/// Lines of a file; none when it is not there.
std::vector<std::string> readLines(const std::string &path);

} // namespace levada::tool

#endif
