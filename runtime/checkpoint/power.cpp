//===- power.cpp - what is left when the power goes -----------------------===//
#include "runtime/checkpoint/power.h"

#include "runtime/core/sync.h"
#include "runtime/core/text.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace levada::rt::power {
namespace {

constexpr uint64_t BLOCK = 512; // bytes that survive together

/// What a path leads to, wherever it is renamed to.
struct Id {
  dev_t dev = 0;
  ino_t ino = 0;
  bool operator==(const Id &o) const { return dev == o.dev && ino == o.ino; }
};

struct Name {
  Id folder;
  Text name;
  bool operator==(const Name &o) const { return folder == o.folder && name == o.name; }
};

/// A change of names that is not on the disk.
struct Change {
  enum Kind { MADE, FOLDER_MADE, RENAMED, REMOVED, FOLDER_REMOVED };
  Change(Kind kind, Name from, Name to = {}) : kind(kind), from(std::move(from)), to(std::move(to)) {}
  Kind kind;
  Name from, to;      // `to`: RENAMED only
  Id folder;          // FOLDER_REMOVED: itself
  int was = -1;       // the file that had the name before, or -1
  bool from_lasts = false, to_lasts = false; // RENAMED from one folder to another
  bool lost = false;
};

/// Bytes of a file that are not on the disk: those from `size` on, and what the
/// ones before it were.
struct Bytes {
  Id file;
  int fd;
  uint64_t size; // that lasts
  timespec changed;
  struct Old {
    uint64_t at;
    Text bytes;
  };
  std::vector<Old> old = {};
};

struct Folder {
  Id id;
  int fd;
};

struct Disk {
  Mutex mutex; // held for good by cut()
  uint64_t seed;
  std::vector<Change> changes; // in their order
  std::vector<Bytes> bytes;
  std::vector<Folder> folders;

  uint64_t random(uint64_t below) { // splitmix64
    uint64_t x = seed += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return (x ^ x >> 31) % below;
  }
  bool id_of(int fd, Id &id) {
    struct stat info;
    if (fstat(fd, &info) != 0)
      return false;
    id = {info.st_dev, info.st_ino};
    return true;
  }
  Folder *find(Id id) {
    for (Folder &folder : folders)
      if (folder.id == id)
        return &folder;
    return nullptr;
  }
  int fd_of(Id id) {
    Folder *folder = find(id);
    return folder ? folder->fd : -1;
  }
  Name name_of(const char *path);
  Bytes *dirty(int fd, uint64_t size);
  void keep(Bytes &file, uint64_t at, uint64_t end);
  void settled(int fd);
  void choose();
  void lose(Bytes &file);
  void undo(Change &change);
  void bring_back(const Name &name, int was);
  void empty(int folder);
};

Disk *disk = nullptr; // leaks: a thread may be at work when the process ends

/// The folder stays open, as it may be renamed.
Name Disk::name_of(const char *path) {
  std::string_view text = path;
  size_t slash = text.rfind('/');
  Text folder = slash == text.npos ? Text(".") : Text(text.substr(0, slash ? slash : 1));
  Name name{{}, Text(slash == text.npos ? text : text.substr(slash + 1))};
  int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || !id_of(fd, name.folder) || find(name.folder)) {
    if (fd >= 0)
      close(fd);
    return name;
  }
  folders.push_back({name.folder, fd});
  return name;
}

/// The file's record; `size`: what it has that lasts, should it have none yet.
Bytes *Disk::dirty(int fd, uint64_t size) {
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
    return nullptr;
  Id id{info.st_dev, info.st_ino};
  for (Bytes &file : bytes)
    if (file.file == id)
      return &file;
  int own = ::open(textf("/proc/self/fd/%d", fd).c_str(), O_RDWR | O_CLOEXEC);
  if (own < 0)
    return nullptr;
  bytes.push_back({id, own, std::min<uint64_t>(size, info.st_size), info.st_mtim});
  return &bytes.back();
}

/// Bytes that last are about to be written over, or cut off.
void Disk::keep(Bytes &file, uint64_t at, uint64_t end) {
  end = std::min(end, file.size);
  if (at >= end)
    return;
  Text old;
  for (char piece[4096]; at + old.size() < end;) {
    ssize_t got = ::pread(file.fd, piece, std::min(sizeof piece, size_t(end - at - old.size())),
                          at + old.size());
    if (got <= 0)
      break;
    old.append(std::string_view(piece, got));
  }
  file.old.push_back({at, std::move(old)});
}

/// Forced to the disk: the bytes of a file, or the names in a folder.
void Disk::settled(int fd) {
  Id id;
  if (!id_of(fd, id))
    return;
  for (size_t i = 0; i < bytes.size(); ++i)
    if (bytes[i].file == id) {
      close(bytes[i].fd);
      bytes.erase(bytes.begin() + i);
      return;
    }
  std::vector<Id> gone;
  for (size_t i = 0; i < changes.size();) {
    Change &change = changes[i];
    bool renamed = change.kind == Change::RENAMED;
    change.from_lasts |= change.from.folder == id;
    change.to_lasts |= !renamed || change.to.folder == id;
    if (!change.from_lasts || !change.to_lasts) {
      ++i;
      continue;
    }
    if (change.kind == Change::FOLDER_REMOVED)
      gone.push_back(change.folder);
    if (change.was >= 0)
      close(change.was);
    changes.erase(changes.begin() + i);
  }
  // Whatever was in a folder that is gone does not count any more.
  for (size_t i = 0; i < changes.size();) {
    if (std::find(gone.begin(), gone.end(), changes[i].from.folder) == gone.end()) {
      ++i;
      continue;
    }
    if (changes[i].was >= 0)
      close(changes[i].was);
    changes.erase(changes.begin() + i);
  }
  for (Id folder : gone)
    for (size_t i = 0; i < folders.size(); ++i)
      if (folders[i].id == folder) {
        close(folders[i].fd);
        folders.erase(folders.begin() + i);
        break;
      }
}

//===--- the cut ------------------------------------------------------------===//

/// Which changes are lost: all, those from one on, or any; always with those that
/// could not have been without them.
void Disk::choose() {
  uint64_t how = random(4), last = changes.empty() ? 0 : random(changes.size() + 1);
  std::vector<Name> names;
  std::vector<Id> inside;
  auto among = [](const auto &all, const auto &one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    Change &change = changes[i];
    bool renamed = change.kind == Change::RENAMED;
    change.lost = how == 0   ? true
                  : how == 1 ? i >= last
                  : how == 2 ? random(2) == 0
                             : false; // only bytes
    change.lost |= among(names, change.from) || (renamed && among(names, change.to)) ||
                   (change.kind == Change::FOLDER_REMOVED && among(inside, change.folder));
    if (!change.lost)
      continue;
    names.push_back(change.from);
    inside.push_back(change.from.folder);
    if (renamed) {
      names.push_back(change.to);
      inside.push_back(change.to.folder);
    }
  }
}

void Disk::lose(Bytes &file) {
  struct stat info;
  if (fstat(file.fd, &info) != 0)
    return;
  uint64_t how = random(4), size = info.st_size;
  if (how == 0)
    return; // the system wrote it in time
  if (how == 1 || size < file.size) { // as it was
    (void)!::ftruncate(file.fd, file.size);
    for (size_t i = file.old.size(); i-- > 0;)
      (void)!::pwrite(file.fd, file.old[i].bytes.c_str(), file.old[i].bytes.size(), file.old[i].at);
  } else {
    uint64_t end = how == 2 ? file.size + random(size - file.size + 1) : size;
    (void)!::ftruncate(file.fd, end);
    static const char zeros[BLOCK] = {};
    for (uint64_t at = file.size; at < end; at = (at / BLOCK + 1) * BLOCK)
      if (how == 3 && random(2))
        (void)!::pwrite(file.fd, zeros, std::min((at / BLOCK + 1) * BLOCK, end) - at, at);
  }
  timespec times[2] = {{0, UTIME_OMIT}, random(2) ? file.changed : info.st_mtim};
  futimens(file.fd, times);
}

/// The file that had the name before, with its bytes and times.
void Disk::bring_back(const Name &name, int was) {
  struct stat info;
  int fd = fstat(was, &info) != 0 ? -1
                                  : openat(fd_of(name.folder), name.name.c_str(),
                                           O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, info.st_mode);
  if (fd < 0)
    return;
  char piece[4096];
  off_t at = 0;
  for (ssize_t got; (got = ::pread(was, piece, sizeof piece, at)) > 0; at += got)
    (void)!::write(fd, piece, got);
  timespec times[2] = {info.st_atim, info.st_mtim};
  futimens(fd, times);
  close(fd);
}

void Disk::empty(int folder) {
  Text path = textf("/proc/self/fd/%d", folder);
  int listed = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = listed < 0 ? nullptr : fdopendir(listed);
  while (dirent *entry = dir ? readdir(dir) : nullptr) {
    std::string_view name = entry->d_name;
    if (name == "." || name == ".." || unlinkat(folder, entry->d_name, 0) == 0)
      continue;
    int inner = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (inner >= 0)
      empty(inner);
    close(inner);
    unlinkat(folder, entry->d_name, AT_REMOVEDIR);
  }
  if (dir)
    closedir(dir);
}

void Disk::undo(Change &change) {
  int folder = fd_of(change.from.folder);
  const char *name = change.from.name.c_str();
  switch (change.kind) {
  case Change::MADE:
    unlinkat(folder, name, 0);
    break;
  case Change::FOLDER_MADE:
    if (int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC); inner >= 0) {
      empty(inner);
      close(inner);
    }
    unlinkat(folder, name, AT_REMOVEDIR);
    break;
  case Change::RENAMED:
    renameat(fd_of(change.to.folder), change.to.name.c_str(), folder, name);
    if (change.was >= 0)
      bring_back(change.to, change.was);
    break;
  case Change::REMOVED:
    if (change.was >= 0)
      bring_back(change.from, change.was);
    break;
  case Change::FOLDER_REMOVED:
    if (mkdirat(folder, name, 0777) == 0)
      if (Folder *known = find(change.folder))
        known->fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    break;
  }
}

/// The file at a path that is about to be removed or replaced.
int opened(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISREG(info.st_mode) ? ::open(path, O_RDONLY | O_CLOEXEC) : -1;
}

/// `change` has happened, or not: `result` is what its call returned.
int remember(int result, Change &&change) {
  if (result == 0)
    disk->changes.push_back(std::move(change));
  else if (change.was >= 0)
    close(change.was);
  return result;
}

} // namespace

void watch(uint64_t seed) {
  disk = disk ? disk : new Disk;
  disk->seed = seed;
}

void cut() {
  disk->mutex.lock();
  for (Bytes &file : disk->bytes)
    disk->lose(file);
  disk->choose();
  for (size_t i = disk->changes.size(); i-- > 0;)
    if (disk->changes[i].lost)
      disk->undo(disk->changes[i]);
  kill(getpid(), SIGKILL);
  for (;;)
    pause();
}

int open(const char *path, int flags, mode_t mode) {
  if (!disk)
    return ::open(path, flags, mode);
  Lock lock(disk->mutex);
  struct stat info;
  bool there = lstat(path, &info) == 0;
  int fd = ::open(path, flags & ~O_TRUNC, mode);
  if (fd < 0)
    return fd;
  if (!there && (flags & O_CREAT)) {
    disk->dirty(fd, 0);
    disk->changes.push_back(Change(Change::MADE, disk->name_of(path)));
  }
  if (there && (flags & O_TRUNC) && info.st_size) {
    if (Bytes *file = disk->dirty(fd, info.st_size))
      disk->keep(*file, 0, info.st_size);
    (void)!::ftruncate(fd, 0);
  }
  return fd;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  if (!disk)
    return ::write(fd, bytes, size);
  Lock lock(disk->mutex);
  struct stat info;
  if (fstat(fd, &info) == 0 && info.st_nlink) // behind what is there, always
    disk->dirty(fd, info.st_size);
  return ::write(fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
  if (!disk)
    return ::pwrite(fd, bytes, size, at);
  Lock lock(disk->mutex);
  if (Bytes *file = disk->dirty(fd, UINT64_MAX))
    disk->keep(*file, at, at + size);
  return ::pwrite(fd, bytes, size, at);
}

int ftruncate(int fd, off_t size) {
  if (!disk)
    return ::ftruncate(fd, size);
  Lock lock(disk->mutex);
  if (Bytes *file = disk->dirty(fd, UINT64_MAX))
    disk->keep(*file, size, UINT64_MAX);
  return ::ftruncate(fd, size);
}

int fsync(int fd) {
  if (!disk)
    return ::fsync(fd);
  Lock lock(disk->mutex);
  int result = ::fsync(fd);
  if (result == 0)
    disk->settled(fd);
  return result;
}

int rename(const char *from, const char *to) {
  if (!disk)
    return ::rename(from, to);
  Lock lock(disk->mutex);
  Change change(Change::RENAMED, disk->name_of(from), disk->name_of(to));
  change.was = opened(to);
  return remember(::rename(from, to), std::move(change));
}

int link(const char *from, const char *to) {
  if (!disk)
    return ::link(from, to);
  Lock lock(disk->mutex);
  return remember(::link(from, to), Change(Change::MADE, disk->name_of(to)));
}

int unlink(const char *path) {
  if (!disk)
    return ::unlink(path);
  Lock lock(disk->mutex);
  Change change(Change::REMOVED, disk->name_of(path));
  change.was = opened(path);
  return remember(::unlink(path), std::move(change));
}

int mkdir(const char *path, mode_t mode) {
  if (!disk)
    return ::mkdir(path, mode);
  Lock lock(disk->mutex);
  return remember(::mkdir(path, mode), Change(Change::FOLDER_MADE, disk->name_of(path)));
}

int rmdir(const char *path) {
  if (!disk)
    return ::rmdir(path);
  Lock lock(disk->mutex);
  Change change(Change::FOLDER_REMOVED, disk->name_of(path));
  struct stat info;
  if (::stat(path, &info) == 0)
    change.folder = {info.st_dev, info.st_ino};
  return remember(::rmdir(path), std::move(change));
}

} // namespace levada::rt::power
