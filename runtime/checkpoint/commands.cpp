//===- commands.cpp - subcommands that look at a state directory ----------===//
#include "runtime/checkpoint/commands.h"

#include "runtime/checkpoint/files.h"
#include "runtime/checkpoint/store.h"

#include <unistd.h>

namespace levada::rt {
namespace {

void print(const Text &text) { (void)!write(1, text.c_str(), text.size()); }

void describe(Text &text, const Store::Found &found) {
  const Manifest &m = found.manifest;
  text.format("%llu", (unsigned long long)found.epoch);
  if (!found.problem.empty()) {
    text.format(found.denied.empty() ? "  damaged: %s\n" : "  %s\n", found.problem.c_str());
    return;
  }
  text.format("  %s  number %llu  %s rows in, %s out  %s bytes", moment(m.created).c_str(),
              (unsigned long long)m.number, grouped(m.rows_in).c_str(),
              grouped(m.rows_out).c_str(), grouped(m.bytes()).c_str());
  if (m.base)
    text.format("  changes since %llu", (unsigned long long)m.base);
  text.append('\n');
}

void describe_json(Text &text, const Store::Found &found) {
  const Manifest &m = found.manifest;
  text.format("{\"epoch\":%llu,", (unsigned long long)found.epoch);
  if (!found.problem.empty()) {
    append_json(text.append(found.denied.empty() ? "\"damaged\":" : "\"denied\":"), found.problem);
  } else {
    text.format("\"created\":%lld,\"number\":%llu,\"rows_in\":%llu,\"rows_out\":%llu,\"bytes\":%llu",
                (long long)m.created, (unsigned long long)m.number, (unsigned long long)m.rows_in,
                (unsigned long long)m.rows_out, (unsigned long long)m.bytes());
    if (m.base)
      text.format(",\"base\":%llu", (unsigned long long)m.base);
  }
  text.append('}');
}

/// What crashes and --restore left; none of it is in the way.
void list_leftovers(Text &text, const Store &store) {
  std::vector<Text> names;
  list_folder(store.path().c_str(), names);
  const bool runs = store.locked_by() != 0; // then they are of its next checkpoint
  for (const Text &name : names)
    if (!runs && name.view()[0] == '.' && name.view().find(".making") != std::string_view::npos)
      text.format("%s/%s: left by a crash, removed by the next start\n", store.path().c_str(),
                  name.c_str());
  for (const Text &name : store.set_aside())
    text.format("%s/%s: set aside by --restore; remove it when it is no longer wanted\n",
                store.path().c_str(), name.c_str());
}

} // namespace

bool print_checkpoints(const char *program, const char *directory, bool json, Error &error) {
  Store store;
  if (!store.look(directory, program, error))
    return false;
  Text text;
  for (const Store::Found &found : store.list(Store::SIZES))
    if (json) {
      describe_json(text, found);
      text.append('\n');
    } else {
      describe(text, found);
    }
  print(text.empty() && !json ? textf("no checkpoints in `%s`\n", directory) : text);
  return true;
}

bool print_check(const char *program, const char *directory, Error &error) {
  Store store;
  if (!store.look(directory, program, error))
    return false;
  Text text;
  bool sound = true;
  std::vector<Store::Found> all = store.list(Store::ALL);
  // A delta is as sound as what it tells the changes of: oldest first.
  for (size_t i = all.size(); i-- > 0;) {
    Store::Found &found = all[i];
    if (!found.problem.empty() || !found.manifest.base)
      continue;
    const Store::Found *base = nullptr;
    for (const Store::Found &other : all)
      if (other.epoch == found.manifest.base)
        base = &other;
    if (!base || !base->problem.empty())
      found.problem = textf("it tells the changes since checkpoint %llu, which is %s",
                            (unsigned long long)found.manifest.base, base ? "damaged" : "missing");
  }
  for (const Store::Found &found : all) {
    if (!found.problem.empty() && access(found.path.c_str(), F_OK) != 0)
      continue; // a run removed it in the meantime
    sound &= found.problem.empty();
    text.format("%s: %s\n", found.path.c_str(),
                found.problem.empty() ? "sound" : found.problem.c_str());
  }
  if (text.empty())
    text.format("no checkpoints in `%s`\n", directory);
  list_leftovers(text, store);
  print(text);
  return sound;
}

bool print_check_of(const char *program, const char *path, Error &error) {
  if (access(textf("%s/manifest", path).c_str(), F_OK) != 0)
    return print_check(program, path, error);
  std::vector<Store::Found> chain;
  if (!Store::at(path, chain, error))
    return false;
  Text problem;
  for (const Store::Found &found : chain)
    if (problem.empty())
      Store::verify_tables(found, problem);
  print(textf("%s: %s\n", path, problem.empty() ? "sound" : problem.c_str()));
  return problem.empty();
}

bool print_status(const char *program, const char *directory, bool json, Error &error) {
  Store store;
  if (!store.look(directory, program, error))
    return false;
  std::vector<Store::Found> passed, chain = store.newest(passed);
  bool lost = chain.empty() && !passed.empty();
  const Text *denied = lost && !passed.back().denied.empty() ? &passed.back().denied : nullptr;
  if (json) {
    Text text("{\"pipeline\":");
    append_json(text, program);
    text.format(",\"running\":false,\"finished\":%s,\"next_start\":\"%s\"",
                store.finished() ? "true" : "false",
                lost             ? "refuses"
                : chain.empty() ? "anew"
                                : "resumes");
    if (!chain.empty())
      describe_json(text.append(",\"checkpoint\":"), chain.back());
    text.append(",\"damaged\":[");
    for (size_t i = 0; i < passed.size(); ++i)
      describe_json(text.append(i ? "," : ""), passed[i]);
    print(text.append("]}\n"));
    return true;
  }
  Text text = textf("%s: %s\n", program,
                    store.finished() ? "finished: the next start begins anew" : "does not run");
  for (const Store::Found &found : passed)
    describe(text.append("checkpoint "), found);
  if (!chain.empty())
    describe(text.append("the next start resumes from checkpoint "), chain.back());
  else if (denied)
    text.format("the next start refuses: %s\n", denied->c_str());
  else if (lost)
    text.append("no sound checkpoint: the next start refuses; --restore none begins anew\n");
  else if (!store.finished())
    text.append("no checkpoint: the next start begins anew\n");
  list_leftovers(text, store);
  print(text);
  return true;
}

} // namespace levada::rt
