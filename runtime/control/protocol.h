//===- protocol.h - what a command and a running instance say ----------------===//
//
// The instance listens at the socket `control` of its state directory, which only
// its user may open. A request is one line of fields between tabs (append_field):
//   levada 1, PIPELINE, status, text|json
//   levada 1, PIPELINE, savepoint, PATH
//   levada 1, PIPELINE, stop, keep|drain, PATH or nothing
// The answer is a line, `ok` or `error` with code, what and help, then text until
// the end of the stream. `stop` is answered when the run has ended.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CONTROL_PROTOCOL_H
#define LEVADA_RUNTIME_CONTROL_PROTOCOL_H

#include "runtime/core/error.h"

#include <sys/un.h>

namespace levada::rt {

constexpr std::string_view CONTROL_PROTOCOL = "levada 1";
constexpr char CONTROL_NAME[] = "control";

/// The address of the socket in the open directory `folder`: however long its path
/// is, the address fits.
sockaddr_un control_address(int folder);

/// Writes all of it; false: the other side has gone.
bool send_text(int fd, std::string_view text);

} // namespace levada::rt

#endif
