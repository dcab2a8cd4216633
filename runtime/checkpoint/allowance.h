//===- allowance.h - what a run may do to output that is there ------------===//
//
// --overwrite and --append count until the first rows of the run that began with
// them are seen: a start after a crash in between goes on as that one would have,
// without being told again. The file `allowed` in the state directory says so, and
// after which checkpoint that run began.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_ALLOWANCE_H
#define LEVADA_RUNTIME_CHECKPOINT_ALLOWANCE_H

#include "runtime/core/error.h"

namespace levada::rt {

struct Allowance {
  bool overwrite = false, append = false;

  /// Adds what a run was told that left no checkpoint, or `resumed` (else 0).
  void read(const char *directory, uint64_t resumed);
  /// The run begins anew: later starts are to know what this one was told.
  bool keep(const char *directory, Error &error);
  /// Rows are seen: from now on a start goes on from them.
  void end();

private:
  Text path_; // of the file that is there, or empty
};

} // namespace levada::rt

#endif
