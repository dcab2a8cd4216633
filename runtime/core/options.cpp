//===- options.cpp - the command line of an executable --------------------===//
//
// An option that this version cannot keep its word on is refused with the
// reason, never accepted in silence. An unknown one gets the nearest spelling.
//
//===----------------------------------------------------------------------===//
#include "runtime/core/options.h"

#include <stdio.h>
#include <unistd.h>

namespace levada::rt {
namespace {

struct Option {
  const char *name;
  const char *argument; // in the help, or NULL
  const char *help;     // NULL: not in this version, `argument` says why
};

constexpr Option options[] = {
    {"--set", "TABLE.NAME.KEY=VALUE", "change a run-time option of a source or sink (below)"},
    {"--parallelism", "N", "workers; the result is the same for any number (default 1)"},
    {"--overwrite", nullptr, "replace files at a sink's path that this pipeline did not write"},
    {"--append", nullptr, "add to what is at a sink's path"},
    {"--log", "text|json", "how messages and the ledger are written to stderr (default text)"},
    {"--progress", nullptr, "a progress line on stderr (default: on a terminal)"},
    {"--no-progress", nullptr, "no progress line"},
    {"--batch-rows", "N", "rows handed from stage to stage at once (default 4096); for tests"},
    {"--chunk-bytes", "N", "bytes of input handed out at once (default 1 MiB); for tests"},
    {"--checkpoint-every", "N", "a checkpoint after every N chunks of input; for tests"},
    {"--memory", "SIZE", "memory of the whole process (64MB, 2GB): what does not fit goes to disk"},
    {"--state", "DIR", "folder for checkpoints (default NAME.state, when there are any)"},
    {"--checkpoint-interval", "TIME", "a checkpoint every TIME (500ms, 10s, 5min); 0: none on the way"},
    {"--restore", "latest|none|PATH",
     "what to resume from (default: the newest sound checkpoint there is)"},
    {"--allow-dropped-state", nullptr,
     "resume without the state that this version of the pipeline has no use for"},
    {"--savepoint", "DIR", "stop: keep the last state in DIR as well"},
    {"--drain", nullptr,
     "stop: end the inputs here: open windows are written, and there is nothing to resume"},
    {"--no-drain", nullptr, "stop: keep open windows for the next start (default)"},
    {"--version", nullptr, "name, compiler version and fingerprint of the pipeline"},
    {"--help", nullptr, "this text"},
    {"--once", nullptr, "read what is there, keep a checkpoint and exit; the next run goes on"},
    {"--http", "this version has no HTTP server", nullptr},
};

struct Command {
  const char *name;
  Action action;
  const char *help;
  const char *argument; // NULL: none; in brackets: may be left out
};

constexpr Command commands[] = {
    {"status", Action::STATUS, "of the running instance, or what the next start resumes from",
     nullptr},
    {"savepoint", Action::SAVEPOINT, "a whole checkpoint that stays, in the new folder DIR", "DIR"},
    {"stop", Action::STOP, "a last checkpoint, then the end; --savepoint, --drain", nullptr},
    {"checkpoints", Action::CHECKPOINTS, "the checkpoints there are", nullptr},
    {"fsck", Action::FSCK,
     "verifies every checkpoint, or that in PATH; exit code 1 when one is damaged", "[PATH]"},
    {"inspect", Action::INSPECT,
     "the plan, the schema and how it was built; the rows of state in PATH, as JSON", "[PATH]"},
};

bool usage(const Text &what, const Text &help = {}) {
  Error error;
  error.what = what;
  error.help = help.empty() ? Text("--help lists all options") : help;
  Text text = render(error, "error", false);
  (void)!write(2, text.c_str(), text.size());
  return false;
}

void runtime_options(Text &text, const char *table, const char *name, const levada_option *list,
                     uint32_t count) {
  for (uint32_t i = 0; i < count; ++i)
    if (list[i].runtime)
      text.format("  %s.%s.%s=%s\n", table, name, list[i].key, list[i].value);
}

void print_help(const levada_program *program, const char *self) {
  Text text =
      textf("%s: a pipeline compiled by levada %s\n\n"
            "Reads its sources to their end, or until SIGTERM or SIGINT, and writes its sinks.\n\n"
            "usage: %s [OPTIONS]\n"
            "       %s COMMAND [--state DIR]\n\n"
            "commands:\n",
            program->name, program->compiler, self, self);
  for (const Command &command : commands) {
    Text left(command.name);
    if (command.argument)
      left.append(' ').append(command.argument);
    text.format("  %-27s %s\n", left.c_str(), command.help);
  }
  text.append("\noptions:\n");
  for (const Option &option : options)
    if (option.help) {
      Text left(option.name);
      if (option.argument)
        left.append(' ').append(option.argument);
      text.format("  %-27s %s\n", left.c_str(), option.help);
    }
  Text list;
  for (uint32_t i = 0; i < program->source_count; ++i)
    runtime_options(list, "source", program->sources[i].name, program->sources[i].options,
                    program->sources[i].option_count);
  for (uint32_t i = 0; i < program->sink_count; ++i)
    runtime_options(list, "sink", program->sinks[i].name, program->sinks[i].options,
                    program->sinks[i].option_count);
  if (!list.empty())
    text.append("\nrun-time options, with the pipeline's values (--set changes them):\n")
        .append(list.view());
  text.append("\nwith checkpoints: a file shows rows up to the last one, each once, whatever crashes; stdout, print,\n"
              "pipes and devices get rows at once, and after a crash those since the last checkpoint again.\n"
              "Files are read on from where they were; of standard input as a pipe, what came since is lost.\n");
  text.append("\nexit codes: 0 done, 1 failed, 2 usage\n");
  (void)!write(1, text.c_str(), text.size());
}

/// 500ms, 10s, 5min, 1h, 2d; 0.
bool read_duration(const char *option, const char *text, int64_t &out) {
  static constexpr struct {
    const char *name;
    int64_t ms;
  } units[] = {{"ms", 1},       {"s", 1000},      {"min", 60000}, {"m", 60000},
               {"h", 3600000}, {"d", 86400000}};
  char *end;
  double value = strtod(text, &end);
  while (*end == ' ')
    ++end;
  bool known = value == 0 && !*end;
  for (auto &unit : units)
    if (strcmp(end, unit.name) == 0) {
      value *= unit.ms;
      known = true;
    }
  if (*text < '0' || *text > '9' || !known || value > 1e14)
    return usage(textf("`%s %s`: a time such as 500ms, 10s or 5min", option, text));
  out = int64_t(value);
  return true;
}

/// 64MB, 2GB, 500MiB: powers of 1024.
bool read_size(const char *option, const char *text, uint64_t &out) {
  char *end;
  double value = strtod(text, &end);
  while (*end == ' ')
    ++end;
  constexpr char units[] = "KMGT";
  const char *unit = *end ? strchr(units, *end & ~32) : nullptr;
  bool known = unit != nullptr;
  if (unit) {
    std::string_view rest = end + 1;
    known = rest.empty() || rest == "B" || rest == "b" || rest == "iB" || rest == "ib";
    value *= double(uint64_t(1) << 10 * (unit - units + 1));
  }
  if (*text < '0' || *text > '9' || !known || value > 1e15)
    return usage(textf("`%s %s`: a size such as 64MB or 2GB", option, text));
  out = uint64_t(value);
  return true;
}

/// source.NAME.KEY=VALUE: the key may have dots, and so may the name.
bool read_set(const levada_program *program, const char *text, Settings &settings) {
  const char *equals = strchr(text, '=');
  Text left(std::string_view(text, equals ? equals - text : strlen(text)));
  if (!equals)
    return usage(textf("`--set %s` has no value", text), "--set source.NAME.KEY=VALUE");
  Text known, nearest;
  unsigned best = 4;
  bool compiled_in = false;
  auto look = [&](const char *table, const char *name, const levada_option *list, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
      Text full = textf("%s.%s.%s", table, name, list[i].key);
      if (full == left) {
        if (!list[i].runtime) {
          compiled_in = true;
          return false;
        }
        settings.sets.push_back({Text(table), Text(name), Text(list[i].key), Text(equals + 1)});
        return true;
      }
      if (!list[i].runtime)
        continue;
      known.append(known.empty() ? "" : ", ").append(full.view());
      if (unsigned d = spelling_distance(full, left, best); d < best) {
        best = d;
        nearest = full;
      }
    }
    return false;
  };
  for (uint32_t i = 0; i < program->source_count; ++i)
    if (look("source", program->sources[i].name, program->sources[i].options,
             program->sources[i].option_count))
      return true;
  for (uint32_t i = 0; i < program->sink_count; ++i)
    if (look("sink", program->sinks[i].name, program->sinks[i].options,
             program->sinks[i].option_count))
      return true;
  if (compiled_in)
    return usage(textf("`%s` is part of the compiled program", left.c_str()),
                 "change it in the pipeline file and build again");
  if (!nearest.empty())
    return usage(textf("no run-time option `%s`", left.c_str()),
                 textf("did you mean `%s`?", nearest.c_str()));
  return usage(textf("no run-time option `%s`", left.c_str()),
               known.empty() ? Text("this pipeline has none")
                             : Text("it has ").append(known.view()));
}

bool read_number(const char *option, const char *text, uint32_t low, uint32_t high, uint32_t &out) {
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || value < low || value > high)
    return usage(textf("`%s %s`: a number from %u to %u", option, text, low, high));
  out = value;
  return true;
}

bool unknown(const char *argument, const char *what) {
  const char *nearest = nullptr;
  unsigned best = 4;
  auto look = [&](const char *name) {
    if (unsigned d = spelling_distance(argument, name, best); d < best) {
      best = d;
      nearest = name;
    }
  };
  if (argument[0] == '-') {
    for (const Option &option : options)
      if (option.help)
        look(option.name);
  } else {
    for (const Command &command : commands)
      look(command.name);
  }
  return usage(textf("no %s `%s`", what, argument),
               nearest ? textf("did you mean `%s`?", nearest) : Text());
}

bool read_all(int argc, char **argv, const levada_program *program, Settings &settings,
              Action &action) {
  const Command *chosen = nullptr;
  const char *memory = "";
  for (int i = 1; i < argc; ++i) {
    Text argument(argv[i]);
    const char *value = nullptr;
    if (argument.view().substr(0, 2) == "--")
      if (const char *equals = strchr(argv[i], '=')) {
        value = equals + 1;
        argument.truncate(equals - argv[i]);
      }
    if (argument.view() == "-h")
      argument = Text("--help");
    if (argument.c_str()[0] != '-') {
      const Command *command = nullptr;
      for (const Command &one : commands)
        if (argument.view() == one.name)
          command = &one;
      if (command && action == Action::RUN) {
        action = command->action;
        chosen = command;
        continue;
      }
      if (chosen && chosen->argument && settings.target.empty()) {
        settings.target = argument;
        continue;
      }
      if (!chosen)
        return unknown(argument.c_str(), "command");
      return usage(textf("`%s` takes %s, found `%s`%s", chosen->name,
                         chosen->argument ? "one argument" : "no argument", argument.c_str(),
                         chosen->argument ? " as well" : ""),
                   "another state directory is named with --state DIR");
    }
    const Option *found = nullptr;
    for (const Option &option : options)
      if (argument.view() == option.name)
        found = &option;
    if (!found)
      return unknown(argument.c_str(), "option");
    if (!found->help)
      return usage(textf("`%s`: %s", found->name, found->argument));
    if (found->argument && !value && ++i < argc)
      value = argv[i];
    if (found->argument && !value)
      return usage(textf("`%s` lacks its %s", found->name, found->argument));
    if (!found->argument && value)
      return usage(textf("`%s` takes no value", found->name));

    std::string_view name = found->name;
    if (name == "--set") {
      if (!read_set(program, value, settings))
        return false;
    } else if (name == "--parallelism") {
      if (!read_number("--parallelism", value, 1, 128, settings.parallelism))
        return false;
    } else if (name == "--batch-rows") {
      if (!read_number("--batch-rows", value, 1, 1 << 20, settings.batch_rows))
        return false;
    } else if (name == "--chunk-bytes") {
      if (!read_number("--chunk-bytes", value, 16, 1 << 24, settings.chunk_bytes))
        return false;
    } else if (name == "--checkpoint-every") {
      if (!read_number("--checkpoint-every", value, 1, 1 << 30, settings.checkpoint_every))
        return false;
    } else if (name == "--log") {
      settings.json = strcmp(value, "json") == 0;
      if (!settings.json && strcmp(value, "text") != 0)
        return usage(textf("`--log %s`: text or json", value));
    } else if (name == "--state") {
      if (!*value)
        return usage("`--state` lacks its DIR");
      settings.state = Text(value);
    } else if (name == "--restore") {
      if (!*value)
        return usage("`--restore` lacks its latest|none|PATH");
      settings.restore = Text(value);
    } else if (name == "--checkpoint-interval") {
      if (!read_duration("--checkpoint-interval", value, settings.checkpoint_interval))
        return false;
    } else if (name == "--allow-dropped-state") {
      settings.allow_dropped_state = true;
    } else if (name == "--memory") {
      if (!read_size("--memory", value, settings.memory))
        return false;
      memory = value;
    } else if (name == "--savepoint") {
      if (!*value)
        return usage("`--savepoint` lacks its DIR");
      settings.savepoint = Text(value);
    } else if (name == "--drain") {
      settings.drain = true;
    } else if (name == "--no-drain") {
      settings.drain = false;
    } else if (name == "--once") {
      settings.once = true;
    } else if (name == "--overwrite") {
      settings.overwrite = true;
    } else if (name == "--append") {
      settings.append = true;
    } else if (name == "--progress") {
      settings.progress = true;
    } else if (name == "--no-progress") {
      settings.progress = false;
    } else if (name == "--help") {
      print_help(program, argv[0]);
      action = Action::DONE;
      return true;
    } else if (name == "--version") {
      Text text =
          textf("%s %s (levada %s)\n", program->name, program->fingerprint, program->compiler);
      (void)!write(1, text.c_str(), text.size());
      action = Action::DONE;
      return true;
    }
  }
  if (uint64_t least = least_memory(settings.parallelism);
      settings.memory && settings.memory < least)
    return usage(textf("`--memory %s` is too little: %u worker%s need%s %lluMB and what the "
                       "state is to have",
                       memory, settings.parallelism,
                       settings.parallelism == 1 ? "" : "s", settings.parallelism == 1 ? "s" : "",
                       (unsigned long long)(least >> 20)),
                 "a larger --memory or a smaller --parallelism");
  if (settings.once && program->batch)
    return usage("`--once`: a pipeline in batch mode reads all there is and has its results then",
                 "run it without --once");
  if (settings.overwrite && settings.append)
    return usage("`--overwrite` and `--append` exclude each other");
  if (chosen && chosen->argument && *chosen->argument != '[' && settings.target.empty())
    return usage(textf("`%s` lacks its %s", chosen->name, chosen->argument));
  if ((settings.drain || !settings.savepoint.empty()) && action != Action::STOP)
    return usage(textf("`%s` belongs to `stop`", settings.drain ? "--drain" : "--savepoint"));
  return true;
}

} // namespace

Action read_arguments(int argc, char **argv, const levada_program *program, Settings &settings) {
  Action action = Action::RUN;
  return read_all(argc, argv, program, settings, action) ? action : Action::USAGE;
}

} // namespace levada::rt
