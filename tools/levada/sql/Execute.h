//===- Execute.h - runs the executable of a query --------------------------===//
#ifndef LEVADA_TOOLS_LEVADA_SQL_EXECUTE_H
#define LEVADA_TOOLS_LEVADA_SQL_EXECUTE_H

#include "ir/diag/Diag.h"
#include "tools/levada/sql/Files.h"

#include <string>
#include <vector>

namespace levada::tool {

struct Execution {
  std::string program;                ///< path; removed before it runs
  std::vector<std::string> arguments;
  diag::RenderStyle style;
};

/// Runs it to its end, stdin passed on where a file of the query is stdin, and
/// shows what it says in terms of the query. Its exit code; a signal that ended
/// it ends this process in the same way.
int execute(const Execution &execution, const Files &files);

} // namespace levada::tool

#endif
