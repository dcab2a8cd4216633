//===- published.cpp - what a pipeline has published ----------------------===//
#include "runtime/connectors/published.h"

#include "runtime/checkpoint/failpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace levada::rt {

constexpr std::string_view FIRST_LINE = "levada published 1\n";

int64_t changed_at(const struct stat &info) {
  return int64_t(info.st_mtim.tv_sec) * 1000000000 + info.st_mtim.tv_nsec;
}

void Published::load(const char *path, Text &other) {
  int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  Text text;
  char bytes[4096];
  for (ssize_t got; (got = read(fd, bytes, sizeof bytes)) > 0;)
    text.append(std::string_view(bytes, got));
  close(fd);
  std::string_view rest = text;
  if (rest.substr(0, FIRST_LINE.size()) != FIRST_LINE)
    return;
  rest.remove_prefix(FIRST_LINE.size());
  for (bool first = true; !rest.empty(); first = false) {
    size_t end = rest.find('\n');
    if (end == rest.npos)
      break;
    Text line(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    if (first) {
      if (line == owner)
        continue;
      other = std::move(line);
      return;
    }
    if (line.view().substr(0, 4) == "run ") {
      run = strtoull(line.c_str() + 4, nullptr, 10);
      continue;
    }
    if (line.view() == "open") {
      open = true;
      continue;
    }
    if (line.view().substr(0, 8) == "growing ") {
      grows_from = strtoull(line.c_str() + 8, nullptr, 10);
      continue;
    }
    bool leaves = line.view().substr(0, 2) == "- ";
    char *p;
    uint64_t size = strtoull(line.c_str() + (leaves ? 2 : 0), &p, 10);
    if (*p != ' ')
      continue;
    int64_t changed = strtoll(p, &p, 10);
    if (*p == ' ' && p[1])
      (leaves ? going : entries).push_back({size, changed, Text(p + 1)});
  }
}

static void print(Text &text, const char *before, const std::vector<Published::Entry> &entries) {
  for (const Published::Entry &e : entries)
    text.format("%s%llu %lld %s\n", before, (unsigned long long)e.size, (long long)e.changed,
                e.name.c_str());
}

/// Writes the text and closes the file.
static bool put(int fd, std::string_view text, bool durable) {
  bool ok = fd >= 0;
  while (ok && !text.empty()) {
    ssize_t done = step_write(Step::MARKER_WRITE, fd, text.data(), text.size());
    ok = done > 0 || (done < 0 && errno == EINTR);
    if (done > 0)
      text.remove_prefix(done);
  }
  ok = ok && (!durable || step_fsync(Step::MARKER_SYNC, fd) == 0);
  int error = errno;
  if (fd >= 0 && close(fd) != 0 && ok) {
    ok = false;
    error = errno;
  }
  errno = error;
  return ok;
}

bool Published::save(const char *path, bool durable) const {
  Text text(FIRST_LINE);
  text.append(owner.view()).append('\n');
  if (run)
    text.format("run %llu\n", (unsigned long long)run);
  if (open)
    text.append("open\n");
  if (grows_from != UINT64_MAX)
    text.format("growing %llu\n", (unsigned long long)grows_from);
  print(text, "- ", going);
  print(text, "", entries);
  Text temporary = textf("%s.new", path);
  int fd = open_made(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC);
  if (put(fd, text, durable) && step_rename(Step::MARKER_RENAME, temporary.c_str(), path) == 0)
    return true;
  int error = errno;
  unlink(temporary.c_str());
  errno = error;
  return false;
}

bool Published::add_lines(const char *path, const std::vector<Entry> &entries) {
  int fd = ::open(path, O_RDWR | O_APPEND | O_CLOEXEC);
  struct stat info;
  char last = '\n';
  if (fd >= 0 && fstat(fd, &info) == 0 && info.st_size)
    (void)!pread(fd, &last, 1, info.st_size - 1);
  Text text(last == '\n' ? "" : "\n"); // ends what a failed write left
  print(text, "", entries);
  return put(fd, text, true);
}

bool Published::Entry::is(const struct stat &info) const {
  return size == uint64_t(info.st_size) && changed == changed_at(info);
}

void Published::add(std::string_view name, const struct stat &info) {
  entries.push_back({uint64_t(info.st_size), changed_at(info), Text(name)});
}

bool Published::holds(std::string_view name, const struct stat &info) const {
  for (const Entry &e : entries)
    if (e.name.view() == name && e.is(info))
      return true;
  for (const Entry &e : going)
    if (e.name.view() == name && e.is(info))
      return true;
  // Killed while it grew.
  return !entries.empty() && entries.back().name.view() == name &&
         grows_from <= uint64_t(info.st_size) && uint64_t(info.st_size) <= entries.back().size;
}

} // namespace levada::rt
