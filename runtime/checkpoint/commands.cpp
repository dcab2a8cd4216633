//===- commands.cpp - subcommands that look at a state directory ----------===//
#include "runtime/checkpoint/commands.h"

#include "runtime/checkpoint/store.h"

#include <unistd.h>

namespace levada::rt {
namespace {

void print(const Text &text) { (void)!write(1, text.c_str(), text.size()); }

void describe(Text &text, const Store::Found &found) {
  const Manifest &m = found.manifest;
  text.format("%llu", (unsigned long long)found.epoch);
  if (!found.problem.empty()) {
    text.format("  damaged: %s\n", found.problem.c_str());
    return;
  }
  text.format("  %s  number %llu  %s rows in, %s out  %s bytes", moment(m.created).c_str(),
              (unsigned long long)m.number, grouped(m.rows_in).c_str(),
              grouped(m.rows_out).c_str(), grouped(m.bytes()).c_str());
  if (m.base)
    text.format("  changes since %llu", (unsigned long long)m.base);
  text.append('\n');
}

} // namespace

bool print_checkpoints(const char *directory, Error &error) {
  Store store;
  if (!store.look(directory, error))
    return false;
  Text text;
  for (const Store::Found &found : store.list(false))
    describe(text, found);
  print(text.empty() ? textf("no checkpoints in `%s`\n", directory) : text);
  return true;
}

bool print_check(const char *directory, Error &error) {
  Store store;
  if (!store.look(directory, error))
    return false;
  Text text;
  bool sound = true;
  for (const Store::Found &found : store.list(true)) {
    sound &= found.problem.empty();
    text.format("%s: %s\n", found.path.c_str(),
                found.problem.empty() ? "sound" : found.problem.c_str());
  }
  print(text.empty() ? textf("no checkpoints in `%s`\n", directory) : text);
  return sound;
}

bool print_status(const char *program, const char *directory, Error &error) {
  Store store;
  if (!store.look(directory, error))
    return false;
  Text text = textf("%s: ", program);
  if (uint32_t pid = store.locked_by())
    text.format("runs as process %u\n", pid);
  else
    text.append(store.finished() ? "finished: the next start begins anew\n" : "does not run\n");
  std::vector<Store::Found> passed, chain = store.newest(passed);
  for (const Store::Found &found : passed)
    describe(text.append("checkpoint "), found);
  if (!chain.empty())
    describe(text.append("newest checkpoint "), chain.back());
  else if (!store.finished())
    text.append("no sound checkpoint\n");
  print(text);
  return true;
}

} // namespace levada::rt
