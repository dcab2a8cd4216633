//===- options.h - the command line of an executable ----------------------===//
#ifndef LEVADA_RUNTIME_CORE_OPTIONS_H
#define LEVADA_RUNTIME_CORE_OPTIONS_H

#include "runtime/abi/abi.h"
#include "runtime/core/settings.h"

namespace levada::rt {

enum class Action { RUN, INSPECT, CHECKPOINTS, FSCK, STATUS, SAVEPOINT, STOP, DONE, USAGE };

/// Reads the arguments. DONE: --help or --version was printed. USAGE: said on
/// stderr what is wrong, the exit code is 2.
Action read_arguments(int argc, char **argv, const levada_program *program, Settings &settings);

/// `inspect`: plan, schema and build information on stdout.
void print_inspection(const levada_program *program);

} // namespace levada::rt

#endif
