//===- main.cpp - where an executable begins ------------------------------===//
//
// Nothing but data goes to stdout. Exit codes: 0 done (or stopped by SIGTERM or
// SIGINT), 1 failed, 2 usage.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/commands.h"
#include "runtime/control/client.h"
#include "runtime/control/rows.h"
#include "runtime/control/server.h"
#include "runtime/checkpoint/failpoint.h"
#include "runtime/core/ledger.h"
#include "runtime/core/options.h"
#include "runtime/core/signals.h"
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"

#include <fcntl.h>
#include <memory>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

using namespace levada::rt;

static void say(const Text &text) { (void)!write(2, text.c_str(), text.size()); }

static void tell(const char *level, const char *what, const Settings &settings) {
  Error message;
  message.what = Text(what);
  say(render(message, level, settings.json));
}

static double seconds_since(const timespec &start) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return double(now.tv_sec - start.tv_sec) + double(now.tv_nsec - start.tv_nsec) * 1e-9;
}

/// Where the run goes on, and where the next one would.
static void tell_start(const Run &run, const Settings &settings) {
  const Checkpoints *checkpoints = run.checkpoints.get();
  if (run.program->batch && (!settings.state.empty() || settings.checkpoint_interval > 0))
    tell("note",
         textf("`%s` changes nothing: a pipeline in batch mode takes no checkpoints, after a crash it "
               "begins anew",
               settings.state.empty() ? "--checkpoint-interval" : "--state")
             .c_str(),
         settings);
  if (checkpoints && !checkpoints->set_aside().empty())
    tell("note",
         textf("the checkpoints that were there are set aside in `%s`", checkpoints->set_aside().c_str())
             .c_str(),
         settings);
  for (auto &source : run.sources)
    if (checkpoints && !source->replays())
      tell("note",
           textf("%s: `%s` cannot be read again: what comes after the last checkpoint is lost in a "
                 "crash, and the next run takes what it gets for what follows",
                 source->desc.name, source->desc.connector->name)
               .c_str(),
           settings);
  if (checkpoints && checkpoints->resuming()) {
    Checkpoints::Last last = checkpoints->last();
    tell("note",
         textf("resumed from checkpoint %llu of %s, number %llu", (unsigned long long)last.epoch,
               moment(last.created).c_str(), (unsigned long long)last.number)
             .c_str(),
         settings);
  } else if (run.replaces() || (checkpoints && checkpoints->began_anew)) {
    tell("note",
         textf("%s begins anew%s",
               checkpoints && checkpoints->began_anew ? "the last run is finished: this one"
                                                      : "this run",
               run.replaces() ? " and replaces what the one before published" : "")
             .c_str(),
         settings);
  }
}

static void tell_end(const Run &run, bool well, const Settings &settings) {
  if (!run.checkpoints) {
    if (well && run.stopped())
      tell("warning",
           "stopped before the end of input: windows that were open are not written, and without "
           "checkpoints the next run begins anew",
           settings);
    return;
  }
  Checkpoints::Last last = run.checkpoints->last();
  if (well && !run.stopped())
    return;
  const char *how = !well             ? ""
                    : stop_requested() ? "stopped: "
                    : settings.once    ? "all that is there was read, inputs and windows stay open: "
                                       : "stopped: ";
  if (last.epoch)
    tell("note",
         textf("%sthe next start resumes from checkpoint %llu of %s", how,
               (unsigned long long)last.epoch, moment(last.created).c_str())
             .c_str(),
         settings);
  else
    tell("note", "there is no checkpoint: the next start begins anew", settings);
}

/// For who asked it to stop.
static Text how_it_ended(const Run &run) {
  if (!run.stopped())
    return "finished: the next start begins anew\n";
  Checkpoints::Last last = run.checkpoints->last();
  return last.epoch ? textf("stopped: the next start resumes from checkpoint %llu\n",
                            (unsigned long long)last.epoch)
                    : Text("stopped: there is no checkpoint, the next start begins anew\n");
}

static Error no_savepoint(const Run &run) {
  Error error;
  if (run.checkpoints && run.checkpoints->no_savepoint)
    error.set(NO_SAVEPOINT, "the input ended before the run was stopped: there is no savepoint",
              "the run is finished, its results are all there");
  return error;
}

static int run_pipeline(const levada_program *program, const Settings &settings) {
  timespec start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  Error error;
  bool quiet = false;
  {
    auto run = std::make_unique<Run>(program, settings);
    bool well = run->open(error);
    if (well && run->checkpoints && run->checkpoints->idle()) {
      Checkpoints::Last last = run->checkpoints->last();
      tell("note",
           textf("nothing new since checkpoint %llu of %s: inputs stay open",
                 (unsigned long long)last.epoch, moment(last.created).c_str())
               .c_str(),
           settings);
    } else if (well) {
      tell_start(*run, settings);
      if (settings.progress) {
        start_progress();
        run->tick = show_progress;
      }
      std::unique_ptr<Control> control;
      if (run->checkpoints) {
        control = std::make_unique<Control>(*run);
        control->start();
      }
      well = run->go(error) && run->publish(error);
      clear_progress();
      quiet = error.quiet;
      if (!quiet)
        say(ledger(*run, well, seconds_since(start)));
      if (!quiet)
        tell_end(*run, well, settings);
      if (control && well)
        control->ended(how_it_ended(*run), no_savepoint(*run));
    }
  } // sinks remove what was not published
  if (quiet) {
    // As other filters end when their reader goes.
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
    return 1;
  }
  if (error)
    say(render(error, "error", settings.json));
  return error ? 1 : 0;
}

static int run_command(const levada_program *program, const Settings &settings, Action action) {
  Text path = settings.state.empty() ? textf("%s.state", program->name) : settings.state;
  Error error;
  bool good = action == Action::CHECKPOINTS
                  ? print_checkpoints(program->name, path.c_str(), settings.json, error)
              : action == Action::FSCK
                  ? settings.target.empty()
                        ? print_check(program->name, path.c_str(), error)
                        : print_check_of(program->name, settings.target.c_str(), error)
              : action == Action::SAVEPOINT ? command_savepoint(program, settings, error)
              : action == Action::INSPECT   ? print_rows(program, settings, error)
              : action == Action::STOP      ? command_stop(program, settings, error)
                                            : command_status(program, settings, error);
  if (error)
    say(render(error, "error", settings.json));
  return good ? 0 : 1;
}

/// A standard stream that the caller closed stays unusable: no file that is
/// opened later takes its number and is read or written in its place.
static void occupy_standard_streams() {
  for (int fd = 0; fd <= 2; ++fd)
    if (fcntl(fd, F_GETFD) < 0)
      (void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv) {
  occupy_standard_streams();
  install_signals(); // before anything that a stop could find half done
  const levada_program *program = &levada_program_main;
  if (program->abi_version != LEVADA_ABI_VERSION) {
    Error error;
    error.set(WRONG_ABI,
              textf("the pipeline was compiled for ABI %u, the runtime has %u",
                    program->abi_version, LEVADA_ABI_VERSION),
              "build it again with the levada that brings this runtime");
    say(render(error, "error", false));
    return 1;
  }
  Failpoints failpoints = read_failpoints();
  if (failpoints == Failpoints::LISTED || failpoints == Failpoints::WRONG)
    return failpoints == Failpoints::WRONG ? 2 : 0;
  Settings settings;
  settings.progress = isatty(2);
  Action action = read_arguments(argc, argv, program, settings);
  if (action != Action::RUN)
    default_signals();
  switch (action) {
  case Action::DONE:
    return 0;
  case Action::USAGE:
    return 2;
  case Action::INSPECT:
    if (!settings.target.empty())
      return run_command(program, settings, action);
    print_inspection(program);
    return 0;
  case Action::CHECKPOINTS:
  case Action::FSCK:
  case Action::STATUS:
  case Action::SAVEPOINT:
  case Action::STOP:
    return run_command(program, settings, action);
  case Action::RUN:
    return run_pipeline(program, settings);
  }
}
