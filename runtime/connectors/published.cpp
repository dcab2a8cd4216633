//===- published.cpp - what a pipeline has published ----------------------===//
#include "runtime/connectors/published.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

namespace levada::rt {

constexpr std::string_view FIRST_LINE = "levada published 1\n";

static int64_t changed_at(const struct stat &info) {
  return int64_t(info.st_mtim.tv_sec) * 1000000000 + info.st_mtim.tv_nsec;
}

void Published::load(const char *path, Text &other) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
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
    char *p;
    uint64_t size = strtoull(line.c_str(), &p, 10);
    if (*p != ' ')
      continue;
    int64_t changed = strtoll(p, &p, 10);
    if (*p == ' ' && p[1])
      entries.push_back({size, changed, Text(p + 1)});
  }
}

bool Published::save(const char *path) const {
  Text text(FIRST_LINE);
  text.append(owner.view()).append('\n');
  for (const Entry &e : entries)
    text.format("%llu %lld %s\n", (unsigned long long)e.size, (long long)e.changed, e.name.c_str());
  Text temporary = textf("%s.new", path);
  int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0)
    return false;
  bool ok = write(fd, text.c_str(), text.size()) == ssize_t(text.size());
  ok &= close(fd) == 0;
  if (ok && rename(temporary.c_str(), path) == 0)
    return true;
  unlink(temporary.c_str());
  return false;
}

void Published::add(std::string_view name, const struct stat &info) {
  entries.push_back({uint64_t(info.st_size), changed_at(info), Text(name)});
}

bool Published::holds(std::string_view name, const struct stat &info) const {
  for (const Entry &e : entries)
    if (e.name.view() == name && e.size == uint64_t(info.st_size) && e.changed == changed_at(info))
      return true;
  return false;
}

} // namespace levada::rt
