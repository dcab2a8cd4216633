//===- store_copy.cpp - checkpoints that change their folder -----------------===//
//
// Copies are links where the file system has them: the files of a checkpoint are
// never written again. What a run does not go on from is set aside, in steps that
// a marker makes repeatable:
//   .chk-000010.making   staged, the checkpoint to go on from
//   adopting             the marker: where the others go, which ones stay
// Once the marker is there, each open() repeats the renames until it is gone.
//
//===----------------------------------------------------------------------===//
#include "runtime/checkpoint/files.h"
#include "runtime/checkpoint/store.h"

#include <algorithm>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace levada::rt {
namespace {

constexpr std::string_view ASIDE = "set-aside-";
constexpr WriteSteps FILE_STEPS = {Step::PART_WRITE, Step::PART_SYNC};
constexpr WriteSteps MARKER_STEPS = {Step::ADOPT_WRITE, Step::ADOPT_SYNC};
constexpr RenameSteps MARKER_NAME = {Step::ADOPT_RENAME, Step::ADOPT_APPEAR};

bool copy_file(const char *from, const char *to) {
  if (step_link(Step::PART_WRITE, from, to) == 0)
    return true;
  if (errno != EXDEV && errno != EPERM && errno != EMLINK && errno != EOPNOTSUPP)
    return false;
  Mapped bytes;
  return bytes.open(from) && write_durably(FILE_STEPS, to, bytes.view());
}

bool copy_files(const Store::Found &found, const char *folder) {
  for (const Manifest::File &file : found.manifest.files)
    if (!copy_file(textf("%s/%s", found.path.c_str(), file.name.c_str()).c_str(),
                   textf("%s/%s", folder, file.name.c_str()).c_str()))
      return false;
  return copy_file(textf("%s/manifest", found.path.c_str()).c_str(),
                   textf("%s/manifest", folder).c_str()) &&
         sync_directory(Step::CHECKPOINT_SYNC, folder);
}

Text real_folder(const char *path) {
  char *resolved = realpath(path, nullptr);
  Text text(resolved ? resolved : path);
  free(resolved);
  return text;
}

Text parent_of(const Text &path) {
  size_t slash = path.view().rfind('/');
  return slash == std::string_view::npos ? Text(".") : Text(path.view().substr(0, slash ? slash : 1));
}

uint64_t number_behind(std::string_view name, std::string_view prefix) {
  if (name.substr(0, prefix.size()) != prefix)
    return 0;
  return strtoull(Text(name.substr(prefix.size())).c_str(), nullptr, 10);
}

} // namespace

bool Store::target_fits(const char *target, Error &error) const {
  struct stat info;
  if (lstat(target, &info) == 0)
    return error.set(NO_SAVEPOINT, textf("there is something at `%s` already", target),
                     "a savepoint is made in a new folder; nothing was changed");
  if (real_folder(parent_of(Text(target)).c_str()) == real_folder(path_.c_str()))
    return error.set(NO_SAVEPOINT, textf("`%s` is within the state directory", target),
                     "a savepoint has a place of its own; nothing was changed");
  return true;
}

bool Store::copy_chain(const std::vector<Found> &chain, const char *target, Error &error) const {
  if (!target_fits(target, error))
    return false;
  Text making = textf("%s.making-%d", target, int(getpid()));
  bool good = step_mkdir(Step::CHECKPOINT_MAKE, making.c_str(), 0777) == 0;
  for (size_t i = 0; good && i < chain.size(); ++i) {
    bool top = i + 1 == chain.size();
    Text folder = top ? making
                      : textf("%s/%s", making.c_str(), checkpoint_name(chain[i].epoch).c_str());
    good = (top || step_mkdir(Step::CHECKPOINT_MAKE, folder.c_str(), 0777) == 0) &&
           copy_files(chain[i], folder.c_str());
  }
  good = good && rename_durably({Step::CHECKPOINT_PUBLISH, Step::CHECKPOINT_APPEAR}, making.c_str(),
                                target, parent_of(Text(target)).c_str());
  if (good)
    return true;
  int reason = errno;
  for (const Found &found : chain)
    remove_folder(textf("%s/%s", making.c_str(), checkpoint_name(found.epoch).c_str()).c_str());
  remove_folder(making.c_str());
  return error.set(NO_SAVEPOINT, textf("cannot make savepoint `%s`: %s", target, strerror(reason)),
                   "the state directory is as it was");
}

bool Store::copy_newest(const char *target, Error &error) const {
  std::vector<Found> passed, chain = newest(passed);
  if (!passed.empty() && !passed.back().denied.empty())
    return refuse_denied(passed.back(), error);
  if (chain.empty())
    return error.set(NO_SAVEPOINT, textf("`%s` holds no sound checkpoint to copy", path_.c_str()));
  return copy_chain(chain, target, error);
}

std::vector<Text> Store::set_aside() const {
  std::vector<Text> names, found;
  list_folder(path_.c_str(), names);
  for (Text &name : names)
    if (number_behind(name, ASIDE))
      found.push_back(std::move(name));
  return found;
}

/// What the marker says is done, however often.
bool Store::finish_adopting(Error &error) {
  Text marker = textf("%s/adopting", path_.c_str()), text;
  if (!read_whole(marker.c_str(), text))
    return errno == ENOENT || denied("read", error);
  std::string_view rest = text;
  std::string_view aside = rest.substr(0, rest.find('\n'));
  Text folder = textf("%s/%.*s", path_.c_str(), int(aside.size()), aside.data());
  std::vector<uint64_t> stay;
  for (size_t at = aside.size(); at != rest.npos && at + 1 < rest.size(); at = rest.find('\n', at + 1))
    stay.push_back(strtoull(Text(rest.substr(at + 1)).c_str(), nullptr, 10));
  std::vector<Text> names;
  bool good = list_folder(path_.c_str(), names), moved = false;
  struct stat info;
  for (size_t i = 0; good && i < names.size(); ++i) {
    uint64_t epoch = number_behind(names[i], "chk-");
    Text staged = textf("%s/.%s.making", path_.c_str(), names[i].c_str());
    if (!epoch || (std::find(stay.begin(), stay.end(), epoch) != stay.end() &&
                   stat(staged.c_str(), &info) != 0))
      continue;
    good = moved || step_mkdir(Step::ASIDE_MAKE, folder.c_str(), 0777) == 0 || errno == EEXIST;
    moved = true;
    good = good && step_rename(Step::ASIDE_RENAME,
                               textf("%s/%s", path_.c_str(), names[i].c_str()).c_str(),
                               textf("%s/%s", folder.c_str(), names[i].c_str()).c_str()) == 0;
  }
  good = good && (!moved || sync_directory(Step::ASIDE_APPEAR, folder.c_str()));
  for (size_t i = 0; good && i < stay.size(); ++i) {
    Text name = checkpoint_name(stay[i]);
    Text staged = textf("%s/.%s.making", path_.c_str(), name.c_str());
    if (stat(staged.c_str(), &info) == 0)
      good = step_rename(Step::CHECKPOINT_PUBLISH, staged.c_str(),
                         textf("%s/%s", path_.c_str(), name.c_str()).c_str()) == 0;
  }
  good = good &&
         (step_unlink(Step::UNFINISH, textf("%s/finished", path_.c_str()).c_str()) == 0 ||
          errno == ENOENT) &&
         sync_directory(Step::CHECKPOINT_APPEAR, path_.c_str()) &&
         step_unlink(Step::ADOPT_DONE, marker.c_str()) == 0 &&
         sync_directory(Step::ADOPT_APPEAR, path_.c_str());
  return good || error.set(BAD_STATE, textf("cannot set aside what is in `%s`: %s", path_.c_str(),
                                            strerror(errno)),
                           "the next start tries again; nothing is lost");
}

bool Store::adopt(const std::vector<Found> &chain, Error &error) {
  std::vector<Found> here = list(SIZES);
  Text own = real_folder(path_.c_str());
  bool inside = !chain.empty() && parent_of(real_folder(chain.back().path.c_str())) == own;
  std::vector<uint64_t> stay;
  for (const Found &found : inside ? here : chain)
    if (!inside || found.epoch <= chain.back().epoch)
      stay.push_back(found.epoch);
  if (inside ? stay.size() == here.size() : chain.empty() && here.empty())
    return true;
  bool good = true;
  for (size_t i = 0; good && !inside && i < chain.size(); ++i) {
    Text staged = textf("%s/.%s.making", path_.c_str(), checkpoint_name(chain[i].epoch).c_str());
    good = remove_folder(staged.c_str()) &&
           step_mkdir(Step::CHECKPOINT_MAKE, staged.c_str(), 0777) == 0 &&
           copy_files(chain[i], staged.c_str());
  }
  if (!good)
    return error.set(BAD_STATE, textf("cannot bring `%s` into `%s`: %s", chain.back().path.c_str(),
                                      path_.c_str(), strerror(errno)),
                     "nothing was changed");
  Text name, path;
  struct stat info;
  for (unsigned n = 1; n == 1 || lstat(path.c_str(), &info) == 0; ++n) {
    name = textf("%.*s%06llu", int(ASIDE.size()), ASIDE.data(),
                 (unsigned long long)std::max<uint64_t>(last_, 1));
    if (n > 1)
      name.format("-%u", n);
    path = textf("%s/%s", path_.c_str(), name.c_str());
  }
  Text marker = textf("%s\n", name.c_str());
  for (uint64_t epoch : stay)
    marker.format("%llu\n", (unsigned long long)epoch);
  if (!replace_durably(MARKER_STEPS, MARKER_NAME, path_.c_str(), "adopting", marker))
    return denied("write to", error);
  if (!finish_adopting(error))
    return false;
  if (lstat(path.c_str(), &info) == 0)
    set_aside_now = std::move(path);
  finished_ = false;
  finished_epoch_ = 0;
  for (uint64_t epoch : stay)
    last_ = std::max(last_, epoch);
  return true;
}

} // namespace levada::rt
