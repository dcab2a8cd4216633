//===- allowance.cpp - what a run may do to output that is there ----------===//
#include "runtime/checkpoint/allowance.h"

#include "runtime/checkpoint/files.h"

#include <algorithm>
#include <errno.h>
#include <string.h>

namespace levada::rt {
namespace {

constexpr WriteSteps ALLOW_FILE{Step::ALLOW_WRITE, Step::ALLOW_SYNC};
constexpr RenameSteps ALLOW_NAME{Step::ALLOW_RENAME, Step::ALLOW_APPEAR};

/// The highest checkpoint there is.
uint64_t newest(const char *directory) {
  std::vector<Text> names;
  list_folder(directory, names);
  uint64_t highest = 0;
  for (const Text &name : names)
    if (name.view().substr(0, 4) == "chk-")
      highest = std::max<uint64_t>(highest, strtoull(name.c_str() + 4, nullptr, 10));
  return highest;
}

} // namespace

void Allowance::read(const char *directory, uint64_t resumed) {
  Text path = textf("%s/allowed", directory), text;
  if (!read_whole(path.c_str(), text))
    return;
  const char *after = strstr(text.c_str(), "\nafter ");
  if (!after || (resumed && resumed <= strtoull(after + 7, nullptr, 10)))
    return; // a run before that one is gone on from
  overwrite |= text.view().substr(0, 10) == "overwrite\n";
  append |= text.view().substr(0, 7) == "append\n";
  path_ = std::move(path);
}

bool Allowance::keep(const char *directory, Error &error) {
  if (!overwrite && !append)
    return true;
  if (!replace_durably(ALLOW_FILE, ALLOW_NAME, directory, "allowed",
                       textf("%s\nafter %llu\n", overwrite ? "overwrite" : "append",
                             (unsigned long long)newest(directory))))
    return error.set(BAD_STATE, textf("cannot write to state directory `%s`: %s", directory,
                                      strerror(errno)),
                     "nothing was changed");
  path_ = textf("%s/allowed", directory);
  return true;
}

void Allowance::end() {
  if (!path_.empty())
    step_unlink(Step::ALLOW_DONE, path_.c_str());
  path_ = Text();
}

} // namespace levada::rt
