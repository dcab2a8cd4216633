//===- commands.h - subcommands that look at a state directory ------------===//
//
// They change nothing, whether the pipeline runs or not. What they find goes to
// stdout, as text or, with --log json, as JSON.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CHECKPOINT_COMMANDS_H
#define LEVADA_RUNTIME_CHECKPOINT_COMMANDS_H

#include "runtime/core/error.h"

namespace levada::rt {

/// `checkpoints`: one line each, newest first.
bool print_checkpoints(const char *program, const char *directory, bool json, Error &error);
/// `fsck`: reads every byte; false without an error when something is damaged.
bool print_check(const char *program, const char *directory, Error &error);
/// `fsck PATH`: of a checkpoint, a savepoint with what it builds on, or another
/// state directory.
bool print_check_of(const char *program, const char *path, Error &error);
/// `status` where nothing runs: what a start would resume from.
bool print_status(const char *program, const char *directory, bool json, Error &error);

} // namespace levada::rt

#endif
