//===- ledger.h - the account of a run, and its progress ------------------===//
//
// At the end one line says what became of every row: rows in and rows made (by
// windows and groups) were passed to sinks, filtered, absorbed into state, late
// or bad. With --log json each operator has a line of its own before it.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CORE_LEDGER_H
#define LEVADA_RUNTIME_CORE_LEDGER_H

#include "runtime/exec/run.h"

namespace levada::rt {

/// The warnings and the ledger. `well`: the run did not fail.
Text ledger(const Run &run, bool well, double seconds);

/// The progress line, or nothing when the last one is fresh enough.
void show_progress(Run &run);
/// Takes the progress line away.
void clear_progress();
void start_progress();

} // namespace levada::rt

#endif
