//===- status.h - what a running instance says of itself ---------------------===//
#ifndef LEVADA_RUNTIME_CONTROL_STATUS_H
#define LEVADA_RUNTIME_CONTROL_STATUS_H

#include "runtime/core/text.h"

namespace levada::rt {

class Run;

/// For a reader, or as one line of JSON. `started_at`: ms since 1970.
Text running_status(Run &run, int64_t started_at, bool json);

} // namespace levada::rt

#endif
