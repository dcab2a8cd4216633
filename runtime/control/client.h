//===- client.h - commands about a state directory ---------------------------===//
//
// Where an instance runs they ask it; on a state directory without one they look
// at what is there, and change nothing.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONTROL_CLIENT_H
#define LEVADA_RUNTIME_CONTROL_CLIENT_H

#include "runtime/abi/abi.h"
#include "runtime/core/settings.h"

namespace levada::rt {

/// `status`: of the running instance, or what the next start would do.
bool command_status(const levada_program *program, const Settings &settings, Error &error);
/// `savepoint DIR`: by the running instance, or a copy of its newest checkpoint.
bool command_savepoint(const levada_program *program, const Settings &settings, Error &error);
/// `stop`: waits until the instance has ended.
bool command_stop(const levada_program *program, const Settings &settings, Error &error);

} // namespace levada::rt

#endif
