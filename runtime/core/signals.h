//===- signals.h - the wish to stop ---------------------------------------===//
//
// SIGINT and SIGTERM ask the run to stop reading; a second one ends the process
// as usual. SIGPIPE is ignored: writing reports it.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_CORE_SIGNALS_H
#define LEVADA_RUNTIME_CORE_SIGNALS_H

namespace levada::rt {

void install_signals();
/// Undoes it: each of them ends the process.
void default_signals();
bool stop_requested();
/// Ends waiting reads, as a signal does; a failed run uses it.
void request_stop();
/// Readable once a stop was requested or reads were interrupted; for poll().
int stop_fd();
/// Ends the read that waits, if any, for once: its reader finds out why.
void interrupt_reads();
/// Whether reads were interrupted since this was asked last.
bool take_interrupt();

} // namespace levada::rt

#endif
