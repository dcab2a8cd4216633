//===- files.cpp - files that survive a power cut -------------------------===//
#include "runtime/checkpoint/files.h"

#include "runtime/checkpoint/crc32c.h"
#include "runtime/core/arena.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace levada::rt {

bool write_durably(WriteSteps steps, const char *path, std::string_view bytes) {
  return write_durably(steps, path, std::vector{bytes});
}

bool write_durably(WriteSteps steps, const char *path,
                   const std::vector<std::string_view> &pieces) {
  int fd = open_made(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (fd < 0)
    return false;
  bool ok = true;
  for (std::string_view bytes : pieces)
    while (ok && !bytes.empty()) {
      ssize_t put =
          step_write(steps.write, fd, bytes.data(), std::min<size_t>(bytes.size(), 64 << 20));
      if (put > 0)
        bytes.remove_prefix(put);
      else
        ok = put < 0 && errno == EINTR;
    }
  ok = ok && step_fsync(steps.sync, fd) == 0;
  int error = errno;
  if (close(fd) != 0 && ok) {
    ok = false;
    error = errno;
  }
  errno = error;
  return ok;
}

bool replace_durably(WriteSteps write, RenameSteps rename, const char *directory, const char *name,
                     std::string_view bytes) {
  Text to = textf("%s/%s", directory, name), from = textf("%s/.%s.making", directory, name);
  return write_durably(write, from.c_str(), bytes) &&
         rename_durably(rename, from.c_str(), to.c_str(), directory);
}

bool sync_directory(Step step, const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return false;
  // Some file systems have no such thing for directories.
  bool ok = step_fsync(step, fd) == 0 || errno == EINVAL || errno == ENOSYS;
  int error = errno;
  close(fd);
  errno = error;
  return ok;
}

bool rename_durably(RenameSteps steps, const char *from, const char *to, const char *directory) {
  return step_rename(steps.rename, from, to) == 0 && sync_directory(steps.appear, directory);
}

bool list_folder(const char *path, std::vector<Text> &names) {
  DIR *dir = opendir(path);
  if (!dir)
    return false;
  while (dirent *entry = readdir(dir)) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..")
      names.push_back(Text(name));
  }
  closedir(dir);
  std::sort(names.begin(), names.end());
  return true;
}

bool remove_folder(const char *path) {
  std::vector<Text> names;
  if (!list_folder(path, names))
    return errno == ENOENT;
  // Without its manifest it is none any more, should the rest stay.
  step_unlink(Step::REMOVE_MANIFEST, textf("%s/manifest", path).c_str());
  for (const Text &name : names)
    if (name.view() != "manifest")
      step_unlink(Step::REMOVE_PART, textf("%s/%s", path, name.c_str()).c_str());
  return step_rmdir(Step::REMOVE_FOLDER, path) == 0;
}

bool read_whole(const char *path, Text &out) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  char bytes[16 << 10];
  ssize_t got;
  while ((got = read(fd, bytes, sizeof bytes)) > 0)
    out.append(std::string_view(bytes, got));
  int error = errno;
  close(fd);
  errno = error;
  return got == 0;
}

bool read_checksum(const char *path, uint32_t &crc) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  constexpr size_t some = 256 << 10;
  char *bytes = static_cast<char *>(must_alloc(some));
  ssize_t got;
  crc = 0;
  while ((got = read(fd, bytes, some)) > 0)
    crc = crc32c(crc, bytes, uint64_t(got));
  int error = errno;
  must_free(bytes);
  close(fd);
  errno = error;
  return got == 0;
}

Mapped::~Mapped() {
  if (data_)
    munmap(data_, size_);
}

void Mapped::passed(size_t end) {
  constexpr size_t step = 1 << 20; // whole pages
  end &= ~(step - 1);
  if (data_ && end > passed_)
    madvise(data_ + passed_, end - passed_, MADV_DONTNEED);
  passed_ = end > passed_ ? end : passed_;
}

uint32_t Mapped::crc(size_t end) {
  constexpr size_t step = 1 << 20;
  uint32_t crc = 0;
  for (size_t at = 0; at < end; passed(at)) {
    const size_t size = end - at < step ? end - at : step;
    crc = crc32c(crc, data_ + at, size);
    at += size;
  }
  return crc;
}

bool Mapped::open(const char *path) {
  int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return false;
  struct stat info;
  bool ok = fstat(fd, &info) == 0;
  if (ok && info.st_size) {
    void *at = mmap(nullptr, info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    ok = at != MAP_FAILED;
    if (ok) {
      data_ = static_cast<char *>(at);
      size_ = info.st_size;
    }
  }
  int error = errno;
  close(fd);
  errno = error;
  return ok;
}

} // namespace levada::rt
