//===- rows.h - `inspect PATH`: the rows of state ----------------------------===//
#ifndef LEVADA_RUNTIME_CONTROL_ROWS_H
#define LEVADA_RUNTIME_CONTROL_ROWS_H

#include "runtime/abi/abi.h"
#include "runtime/core/settings.h"

namespace levada::rt {

/// Prints what the checkpoint at settings.target (a state directory's newest, one
/// of its checkpoints, or a savepoint) holds: a line of JSON about it, then one for
/// each entry. Nothing there is changed or locked.
bool print_rows(const levada_program *program, const Settings &settings, Error &error);

} // namespace levada::rt

#endif
