//===- store.cpp - the state directory of a pipeline ----------------------===//
#include "runtime/checkpoint/store.h"

#include "runtime/checkpoint/crc32c.h"
#include "runtime/checkpoint/files.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace levada::rt {
namespace {

constexpr std::string_view OWNER = "levada state ", FINISHED = "levada finished ";
constexpr uint64_t STATE_FORMAT = 1;
/// In a checkpoint: what was found to be damaged in it.
constexpr const char *MARK = "damaged";
/// Files of tables beyond this are not read at the start.
constexpr uint64_t READ_AT_START = 16 << 20;

constexpr WriteSteps OWNER_FILE{Step::OWNER_WRITE, Step::OWNER_SYNC};
constexpr RenameSteps OWNER_NAME{Step::OWNER_RENAME, Step::OWNER_APPEAR};
constexpr WriteSteps PART_FILE{Step::PART_WRITE, Step::PART_SYNC};
constexpr WriteSteps MANIFEST_FILE{Step::MANIFEST_WRITE, Step::MANIFEST_SYNC};
constexpr RenameSteps CHECKPOINT_NAME{Step::CHECKPOINT_PUBLISH, Step::CHECKPOINT_APPEAR};
constexpr WriteSteps FINISHED_FILE{Step::FINISHED_WRITE, Step::FINISHED_SYNC};
constexpr RenameSteps FINISHED_NAME{Step::FINISHED_RENAME, Step::FINISHED_APPEAR};

/// 17 of chk-000017, 0 for any other name.
uint64_t epoch_of(std::string_view name) {
  if (name.substr(0, 4) != "chk-" || name.size() < 5)
    return 0;
  uint64_t epoch = 0;
  for (char c : name.substr(4)) {
    if (c < '0' || c > '9' || epoch > UINT64_MAX / 20)
      return 0;
    epoch = epoch * 10 + (c - '0');
  }
  return epoch;
}

bool is_leftover(std::string_view name) {
  return name.size() > 8 && name[0] == '.' && name.substr(name.size() - 7) == ".making";
}

Text folder_of(std::string_view path) {
  while (path.size() > 1 && path.back() == '/')
    path.remove_suffix(1);
  size_t slash = path.rfind('/');
  return slash == path.npos ? Text(".") : Text(path.substr(0, slash ? slash : 1));
}

Text user_name(uint32_t uid) { return textf("user %u", uid); }

/// Who may read what `path` names, of a checkpoint that this process may not.
Text who_may(const char *path, const char *folder) {
  struct stat info;
  if (stat(path, &info) != 0 && stat(folder, &info) != 0)
    return Text("run as its owner");
  if (info.st_uid == geteuid())
    return textf("`chmod -R u+rX %s` lets its owner read it again", folder);
  return textf("it belongs to %s and this is %s: run as its owner", user_name(info.st_uid).c_str(),
               user_name(geteuid()).c_str());
}

/// Reads a checkpoint and says what is wrong with it.
void examine(Store::Found &found, Store::Depth depth) {
  Text text, path = textf("%s/manifest", found.path.c_str());
  auto unreadable = [&](const char *what) {
    int reason = errno;
    found.problem = textf("%s cannot be read: %s", what, strerror(reason));
    if (reason == EACCES || reason == EPERM)
      found.denied = who_may(path.c_str(), found.path.c_str());
  };
  if (!read_whole(path.c_str(), text)) {
    if (errno == ENOENT)
      found.problem = "it has no manifest";
    else
      unreadable("its manifest");
    return;
  }
  if (!found.manifest.parse(text, found.problem))
    return;
  if (Text mark; read_whole(textf("%s/%s", found.path.c_str(), MARK).c_str(), mark)) {
    found.problem = std::move(mark);
    return;
  }
  if (found.epoch && found.manifest.epoch != found.epoch) {
    found.problem = textf("its manifest is that of checkpoint %llu",
                          (unsigned long long)found.manifest.epoch);
    return;
  }
  found.epoch = found.manifest.epoch;
  for (const Manifest::File &file : found.manifest.files) {
    path = textf("%s/%s", found.path.c_str(), file.name.c_str());
    struct stat info;
    Text what = textf("its file `%s`", file.name.c_str());
    if (stat(path.c_str(), &info) != 0 && errno == ENOENT) {
      found.problem = textf("%s is missing", what.c_str());
      return;
    }
    if (faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0)
      return unreadable(what.c_str());
    if (uint64_t(info.st_size) != file.size) {
      found.problem = textf("its file `%s` has %lld bytes instead of %llu", file.name.c_str(),
                            (long long)info.st_size, (unsigned long long)file.size);
      return;
    }
    if (depth == Store::SIZES || (depth == Store::HEADS && Store::reads_later(file)))
      continue;
    uint32_t crc;
    if (!read_checksum(path.c_str(), crc))
      return unreadable(what.c_str());
    if (crc != file.crc) {
      found.problem = textf("the bytes of its file `%s` do not have their checksum",
                            file.name.c_str());
      return;
    }
  }
}

/// `found` and what it builds on, oldest first. False: found.problem is set.
bool chain_of(Store::Found &found, const char *folder, std::vector<Store::Found> &chain,
              Store::Depth depth = Store::ALL) {
  chain.clear();
  examine(found, depth);
  std::vector<Store::Found> back;
  for (uint64_t base = found.manifest.base, above = found.epoch; found.problem.empty() && base;) {
    Store::Found below;
    below.epoch = base;
    below.path = textf("%s/%s", folder, checkpoint_name(base).c_str());
    examine(below, depth);
    if (below.problem.empty() && base >= above)
      below.problem = "it is not older";
    if (!below.problem.empty()) {
      found.problem = textf("it tells the changes since checkpoint %llu: %s",
                            (unsigned long long)base, below.problem.c_str());
      found.denied = below.denied;
      return false;
    }
    above = base;
    base = below.manifest.base;
    back.push_back(std::move(below));
  }
  if (!found.problem.empty())
    return false;
  for (size_t i = back.size(); i-- > 0;)
    chain.push_back(std::move(back[i]));
  chain.push_back(found);
  return true;
}

/// The epoch that the checkpoint in a folder builds on, 0 for none.
uint64_t read_base(const char *path) {
  Text text, why;
  Manifest manifest;
  return read_whole(textf("%s/manifest", path).c_str(), text) && manifest.parse(text, why)
             ? manifest.base
             : 0;
}

} // namespace

Text checkpoint_name(uint64_t epoch) { return textf("chk-%06llu", (unsigned long long)epoch); }

Store::~Store() {
  abandon();
  if (lock_ >= 0)
    close(lock_);
}

/// Says who may not do what.
bool Store::denied(const char *what, Error &error) const {
  int reason = errno;
  error.set(BAD_STATE, textf("cannot %s state directory `%s`: %s", what, path_.c_str(),
                             strerror(reason)));
  struct stat info;
  if ((reason == EACCES || reason == EPERM) && stat(path_.c_str(), &info) == 0 &&
      info.st_uid != geteuid())
    error.help = textf("it belongs to %s and this is %s: run as its owner, or give another "
                       "--state",
                       user_name(info.st_uid).c_str(), user_name(geteuid()).c_str());
  else
    error.help = Text("give another folder with --state; nothing in this one was changed");
  return false;
}

/// The file `pipeline`, or what the checkpoints say where it is gone.
bool Store::check_owner(const char *program, Error &error) {
  std::vector<Text> names;
  if (!list_folder(path_.c_str(), names))
    return denied("read", error);
  bool checkpoints = false;
  const char *foreign = nullptr;
  for (const Text &name : names) {
    if (epoch_of(name)) {
      checkpoints = true;
      last_ = std::max(last_, epoch_of(name));
    } else if (name.view().substr(0, 10) == "set-aside-") {
      last_ = std::max(last_, uint64_t(strtoull(name.c_str() + 10, nullptr, 10)));
    } else if (name.view() != "lock" && name.view() != "control" && !is_leftover(name)) {
      foreign = foreign ? foreign : name.c_str();
    }
  }
  Text text, owner;
  if (read_whole(textf("%s/pipeline", path_.c_str()).c_str(), text)) {
    std::string_view rest = text;
    size_t line = rest.find('\n');
    if (rest.substr(0, OWNER.size()) == OWNER && line != rest.npos) {
      uint64_t format = strtoull(text.c_str() + OWNER.size(), nullptr, 10);
      if (format != STATE_FORMAT)
        return error.set(
            BAD_STATE,
            textf("state directory `%s` has format %llu, this program writes %llu", path_.c_str(),
                  (unsigned long long)format, (unsigned long long)STATE_FORMAT),
            "it was made by another version of levada: go on with that one, or give another "
            "--state; nothing in it was changed");
      rest.remove_prefix(line + 1);
      owner = Text(rest.substr(0, rest.find('\n')));
    }
  } else if (errno != ENOENT) {
    return denied("read", error);
  }
  if (owner.empty() && checkpoints) {
    for (const Found &found : list(SIZES))
      if (!found.manifest.program.empty()) {
        owner = found.manifest.program;
        break;
      }
  } else if (owner.empty() && foreign) {
    return error.set(BAD_STATE,
                     textf("`%s` is no state directory: it holds `%s`", path_.c_str(), foreign),
                     "give a folder that is empty or not there; nothing in this one was changed");
  }
  if (program && !owner.empty() && owner.view() != program)
    return error.set(BAD_STATE,
                     textf("state directory `%s` is that of pipeline `%s`, this is `%s`",
                           path_.c_str(), owner.c_str(), program),
                     "each pipeline needs a folder of its own: --state DIR");
  return true;
}

void Store::read_finished() {
  Text text;
  if (!read_whole(textf("%s/finished", path_.c_str()).c_str(), text) ||
      text.view().substr(0, FINISHED.size()) != FINISHED)
    return;
  const char *line = strstr(text.c_str(), "\nepoch\t");
  finished_epoch_ = line ? strtoull(line + 7, nullptr, 10) : 0;
  // A checkpoint of a later run counts more.
  finished_ = last_ <= finished_epoch_;
  last_ = std::max(last_, finished_epoch_);
}

bool Store::lock(Error &error) {
  Text path = textf("%s/lock", path_.c_str());
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0)
    return denied("lock", error);
  // Who only asks whether it is held (`status`) has it for a moment.
  bool held = flock(lock_, LOCK_EX | LOCK_NB) != 0;
  for (int tries = 20; held && errno == EWOULDBLOCK && tries; --tries) {
    usleep(1000);
    held = flock(lock_, LOCK_EX | LOCK_NB) != 0;
  }
  if (!held) {
    Text pid = textf("%d\n", int(getpid()));
    if (ftruncate(lock_, 0) != 0 || pwrite(lock_, pid.c_str(), pid.size(), 0) < 0)
      return denied("lock", error);
    return true;
  }
  if (errno != EWOULDBLOCK)
    return denied("lock", error);
  char pid[16] = {};
  (void)!pread(lock_, pid, sizeof pid - 1, 0);
  close(lock_);
  lock_ = -1;
  return error.set(STATE_IN_USE,
                   textf("state directory `%s` is in use by process %d", path_.c_str(), atoi(pid)),
                   "one pipeline runs once: stop that process, or give another --state");
}

bool Store::open(const char *path, const char *program, Error &error) {
  path_ = Text(path);
  struct stat info;
  bool made = step_mkdir(Step::STATE_MAKE, path, 0777) == 0;
  if (!made && errno != EEXIST)
    return denied("make", error);
  if (!made && stat(path, &info) == 0 && !S_ISDIR(info.st_mode))
    return error.set(BAD_STATE, textf("`%s` is no directory", path), "--state DIR");
  // Once more when it is locked: a run that just ended may have left another checkpoint.
  if (!check_owner(program, error) || !lock(error) || !check_owner(program, error) ||
      !finish_adopting(error))
    return false;
  read_finished();
  struct stat file;
  if (stat(textf("%s/pipeline", path).c_str(), &file) != 0 &&
      !replace_durably(OWNER_FILE, OWNER_NAME, path, "pipeline",
                       textf("%.*s%llu\n%s\n", int(OWNER.size()), OWNER.data(),
                             (unsigned long long)STATE_FORMAT, program)))
    return denied("write to", error);
  if (made)
    sync_directory(Step::STATE_APPEAR, folder_of(path).c_str());
  // What a crash left while it was being made.
  std::vector<Text> names;
  if (list_folder(path, names))
    for (const Text &name : names)
      if (is_leftover(name)) {
        Text leftover = textf("%s/%s", path, name.c_str());
        if (step_unlink(Step::REMOVE_PART, leftover.c_str()) != 0)
          remove_folder(leftover.c_str());
      }
  return true;
}

bool Store::look(const char *path, const char *program, Error &error) {
  path_ = Text(path);
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode))
    return error.set(BAD_STATE, textf("`%s` is no directory", path), "--state DIR");
  if (!check_owner(program, error))
    return false;
  read_finished();
  return true;
}

uint32_t Store::locked_by() const {
  int fd = ::open(textf("%s/lock", path_.c_str()).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;
  char pid[16] = {};
  bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  (void)!pread(fd, pid, sizeof pid - 1, 0);
  close(fd);
  return held ? uint32_t(atoi(pid)) : 0;
}

//===--- what there is ------------------------------------------------------===//

std::vector<Store::Found> Store::list(Depth depth) const {
  std::vector<Text> names;
  std::vector<Found> all;
  list_folder(path_.c_str(), names);
  for (const Text &name : names)
    if (uint64_t epoch = epoch_of(name)) {
      Found found;
      found.epoch = epoch;
      found.path = textf("%s/%s", path_.c_str(), name.c_str());
      examine(found, depth);
      // A run may have removed it since.
      struct stat info;
      if (found.problem.empty() || stat(found.path.c_str(), &info) == 0)
        all.push_back(std::move(found));
    }
  std::sort(all.begin(), all.end(),
            [](const Found &a, const Found &b) { return a.epoch > b.epoch; });
  return all;
}

std::vector<Store::Found> Store::newest(std::vector<Found> &passed, Depth depth) const {
  std::vector<Found> chain;
  for (Found &found : list(SIZES)) {
    if (found.epoch <= finished_epoch_)
      break;
    if (found.problem.empty() && chain_of(found, path_.c_str(), chain, depth))
      return chain;
    bool denied = !found.denied.empty();
    passed.push_back(std::move(found));
    if (denied) // it is no damage that an older one stands in for
      return {};
  }
  return {};
}

bool Store::refuse_denied(const Found &found, Error &error) {
  return error.set(BAD_STATE, textf("checkpoint `%s`: %s", found.path.c_str(), found.problem.c_str()),
                   textf("%s; nothing was changed", found.denied.c_str()));
}

bool Store::at(const char *path, std::vector<Found> &chain, Error &error) {
  struct stat info;
  if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
    return error.set(NO_CHECKPOINT, textf("there is no checkpoint `%s`", path),
                     "--restore latest, none, or the folder of a checkpoint or savepoint");
  Found found;
  found.path = Text(path);
  if (stat(textf("%s/manifest", path).c_str(), &info) == 0) {
    // A savepoint holds what it builds on; a checkpoint stands beside it.
    uint64_t base = read_base(path);
    bool own = base &&
               stat(textf("%s/%s", path, checkpoint_name(base).c_str()).c_str(), &info) == 0;
    if (chain_of(found, own ? path : folder_of(path).c_str(), chain))
      return true;
    return error.set(NO_CHECKPOINT, textf("checkpoint `%s`: %s", path, found.problem.c_str()),
                     std::move(found.denied));
  }
  Store store;
  store.path_ = Text(path);
  std::vector<Found> passed;
  chain = store.newest(passed);
  if (!chain.empty())
    return true;
  if (!passed.empty() && !passed.back().denied.empty())
    return refuse_denied(passed.back(), error);
  return error.set(NO_CHECKPOINT,
                   passed.empty() ? textf("`%s` holds no checkpoint", path)
                                  : textf("no checkpoint in `%s` is sound: of the newest, %s", path,
                                          passed[0].problem.c_str()));
}

bool Store::reads_later(const Manifest::File &file) {
  return file.size > READ_AT_START && file.name.view() != "run" &&
         file.name.view().substr(0, 6) != "state-";
}

bool Store::verify_tables(const Found &found, Text &problem) {
  for (const Manifest::File &file : found.manifest.files) {
    uint32_t crc;
    if (!reads_later(file))
      continue;
    if (!read_checksum(textf("%s/%s", found.path.c_str(), file.name.c_str()).c_str(), crc))
      problem = textf("its file `%s` cannot be read: %s", file.name.c_str(), strerror(errno));
    else if (crc != file.crc)
      problem = textf("the bytes of its file `%s` do not have their checksum", file.name.c_str());
    if (!problem.empty())
      return false;
  }
  return true;
}

void Store::mark_damaged(const Found &found, const Text &problem) const {
  const size_t own = path_.view().size();
  if (found.path.view().substr(0, own) != path_.view() || found.path.view().substr(own, 1) != "/")
    return; // of --restore: somebody else's
  write_durably(PART_FILE, textf("%s/%s", found.path.c_str(), MARK).c_str(), problem.view());
}

//===--- making one ---------------------------------------------------------===//

bool Store::begin(uint64_t epoch, const char *target, Error &error) {
  abandon();
  files_.clear();
  target_ = target ? Text(target) : textf("%s/%s", path_.c_str(), checkpoint_name(epoch).c_str());
  making_ = target ? textf("%s.making-%d", target, int(getpid()))
                   : textf("%s/.%s.making", path_.c_str(), checkpoint_name(epoch).c_str());
  if (target && !target_fits(target, error)) {
    making_.clear();
    return false;
  }
  if (!target)
    remove_folder(making_.c_str());
  if (step_mkdir(Step::CHECKPOINT_MAKE, making_.c_str(), 0777) == 0)
    return true;
  error.set(target ? NO_SAVEPOINT : NO_CHECKPOINT,
            textf("cannot make `%s`: %s", target_.c_str(), strerror(errno)));
  making_.clear();
  return false;
}

bool Store::write(const char *name, std::string_view bytes, Error &error) {
  return write(name, std::vector{bytes}, error);
}

bool Store::write(const char *name, const std::vector<std::string_view> &pieces, Error &error,
                  uint32_t *crc) {
  Text path = textf("%s/%s", making_.c_str(), name);
  if (!write_durably(PART_FILE, path.c_str(), pieces))
    return error.set(NO_CHECKPOINT, textf("cannot write `%s`: %s", path.c_str(), strerror(errno)));
  Manifest::File file;
  file.name = Text(name);
  for (std::string_view bytes : pieces) {
    file.size += bytes.size();
    file.crc = crc32c(file.crc, bytes.data(), bytes.size());
  }
  if (crc)
    *crc = file.crc;
  files_.push_back(std::move(file));
  return true;
}

void Store::open(const char *name, FileStream &file, bool direct) const {
  file.open(textf("%s/%s", making_.c_str(), name).c_str(), PART_FILE, direct);
}

bool Store::finish(const char *name, FileStream &stream, Error &error) {
  if (!stream.finish())
    return error.set(NO_CHECKPOINT, textf("cannot write `%s/%s`: %s", making_.c_str(), name,
                                          strerror(errno)));
  Manifest::File file;
  file.name = Text(name);
  file.size = stream.size();
  file.crc = stream.crc();
  files_.push_back(std::move(file));
  return true;
}

bool Store::link(const char *name, const char *path, int fd, uint64_t size, uint32_t crc,
                 Error &error) {
  Text to = textf("%s/%s", making_.c_str(), name);
  Manifest::File file;
  file.name = Text(name);
  file.size = size;
  file.crc = crc;
  files_.push_back(std::move(file));
  if (step_fsync(Step::SPILL_SYNC, fd) == 0) {
    if (path && step_link(Step::SPILL_LINK, path, to.c_str()) == 0)
      return true;
    if (!path || errno == EXDEV || errno == EPERM || errno == EMLINK) {
      Mapped bytes;
      if (bytes.open(textf("/proc/self/fd/%d", fd).c_str()) &&
          write_durably(PART_FILE, to.c_str(), bytes.view()))
        return true;
    }
  }
  return error.set(NO_CHECKPOINT, textf("cannot write `%s`: %s", to.c_str(), strerror(errno)));
}

bool Store::publish(Manifest &manifest, Error &error) {
  manifest.files = std::move(files_);
  files_.clear();
  Text path = textf("%s/manifest", making_.c_str());
  if (!write_durably(MANIFEST_FILE, path.c_str(), manifest.print()) ||
      !sync_directory(Step::CHECKPOINT_SYNC, making_.c_str()) ||
      !rename_durably(CHECKPOINT_NAME, making_.c_str(), target_.c_str(),
                      folder_of(target_).c_str()))
    return error.set(NO_CHECKPOINT, textf("cannot publish checkpoint `%s`: %s", target_.c_str(),
                                          strerror(errno)));
  making_.clear();
  if (folder_of(target_) == folder_of(textf("%s/x", path_.c_str()))) {
    last_ = std::max(last_, manifest.epoch);
    if (finished_)
      unfinish();
    finished_ = false;
  }
  return true;
}

/// A run has begun anew. What a finished one left goes before the word that it was
/// finished: it is nothing to go back to, should a checkpoint of this run be damaged.
void Store::unfinish() {
  bool removed = false;
  for (const Found &found : list(SIZES))
    if (found.epoch <= finished_epoch_) {
      remove(found);
      removed = true;
    }
  if (!removed || sync_directory(Step::CHECKPOINT_APPEAR, path_.c_str()))
    step_unlink(Step::UNFINISH, textf("%s/finished", path_.c_str()).c_str());
}

void Store::abandon() {
  if (!making_.empty())
    remove_folder(making_.c_str());
  making_.clear();
}

/// In one step for who looks on; a crash leaves what the next start takes away.
void Store::remove(const Found &found) const {
  Text going = textf("%s/.%s.going.making", path_.c_str(), checkpoint_name(found.epoch).c_str());
  bool renamed = rename(found.path.c_str(), going.c_str()) == 0;
  remove_folder(renamed ? going.c_str() : found.path.c_str());
}

void Store::retain(uint32_t keep) {
  std::vector<Found> all = list(SIZES);
  std::vector<uint64_t> needed;
  uint32_t sound = 0;
  for (const Found &found : all) { // newest first
    bool kept = found.problem.empty() && found.epoch > finished_epoch_ && sound < keep;
    sound += kept;
    kept |= std::find(needed.begin(), needed.end(), found.epoch) != needed.end();
    if (kept && found.manifest.base)
      needed.push_back(found.manifest.base);
    // A damaged one goes once there are sound newer ones enough.
    if (!kept && found.denied.empty() && sound >= (found.problem.empty() && found.epoch > finished_epoch_ ? keep : 1))
      remove(found);
  }
}

bool Store::finish(Error &error) {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (!replace_durably(FINISHED_FILE, FINISHED_NAME, path_.c_str(), "finished",
                       textf("%.*s%llu\nepoch\t%llu\nat\t%lld\n", int(FINISHED.size()),
                             FINISHED.data(), (unsigned long long)STATE_FORMAT,
                             (unsigned long long)last_,
                             (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000)))
    return denied("write to", error);
  finished_ = true;
  finished_epoch_ = last_;
  for (const Found &found : list(SIZES))
    remove(found);
  return true;
}

} // namespace levada::rt
