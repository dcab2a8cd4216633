//===- paths.cpp - which files a path means -------------------------------===//
#include "runtime/connectors/paths.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

namespace levada::rt {

void strip_scheme(Text &path) {
  std::string_view text = path.view();
  if (text.substr(0, 8) == "file:///")
    path = Text(text.substr(7));
  else if (text.substr(0, 6) == "file:/" && text.substr(0, 7) != "file://")
    path = Text(text.substr(5));
}

bool list_directory(const char *path, std::vector<Text> &names) {
  DIR *dir = opendir(path);
  if (!dir)
    return false;
  while (dirent *entry = readdir(dir))
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      names.push_back(Text(entry->d_name));
  closedir(dir);
  std::sort(names.begin(), names.end());
  return true;
}

std::string_view last_part(std::string_view path) {
  while (path.size() > 1 && path.back() == '/')
    path.remove_suffix(1);
  size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

Text directory_of(std::string_view path) {
  while (path.size() > 1 && path.back() == '/')
    path.remove_suffix(1);
  size_t slash = path.rfind('/');
  if (slash == path.npos)
    return Text(".");
  return Text(slash == 0 ? std::string_view("/") : path.substr(0, slash));
}

static bool hidden(const Text &name) { return name.c_str()[0] == '.' || name.c_str()[0] == '_'; }

static Text joined(const Text &directory, const Text &name) {
  Text path(directory);
  if (!path.empty() && path.view().back() != '/')
    path.append('/');
  return path.append(name.view());
}

static bool unreadable(const char *source, const Text &path, Error &error) {
  return error.set(UNREADABLE_INPUT,
                   textf("%s: cannot read `%s`: %s", source, path.c_str(), strerror(errno)));
}

/// Files below a directory, in name order.
static bool walk(const char *source, const Text &directory, std::vector<Text> &files,
                 Error &error) {
  std::vector<Text> names;
  if (!list_directory(directory.c_str(), names))
    return unreadable(source, directory, error);
  for (const Text &name : names) {
    if (hidden(name))
      continue;
    Text path = joined(directory, name);
    struct stat info;
    if (stat(path.c_str(), &info) != 0) {
      if (errno == ENOENT)
        continue; // it went meanwhile
      return unreadable(source, path, error);
    }
    if (S_ISDIR(info.st_mode)) {
      if (!walk(source, path, files, error))
        return false;
    } else {
      files.push_back(std::move(path));
    }
  }
  return true;
}

/// One part of a path against * ? [a-z] [!a-z]; a \ makes the next one plain.
static bool matches(const char *pattern, const char *name) {
  for (; *pattern; ++pattern) {
    if (*pattern == '*') {
      for (;; ++name) {
        if (matches(pattern + 1, name))
          return true;
        if (!*name)
          return false;
      }
    }
    if (!*name)
      return false;
    const char *close = *pattern == '[' && pattern[1] ? strchr(pattern + 2, ']') : nullptr;
    if (close) {
      const char *p = pattern + 1;
      bool negated = *p == '!' || *p == '^', found = false;
      for (p += negated; p < close; ++p) {
        bool range = p[1] == '-' && p + 2 < close;
        found |= range ? *p <= *name && *name <= p[2] : *p == *name;
        p += range ? 2 : 0;
      }
      if (found == negated)
        return false;
      pattern = close;
    } else {
      if (*pattern == '\\' && pattern[1])
        ++pattern;
      else if (*pattern == '?') {
        ++name;
        while ((*name & 0xC0) == 0x80) // one character, not one byte
          ++name;
        continue;
      }
      if (*pattern != *name)
        return false;
    }
    ++name;
  }
  return !*name;
}

/// Matches the parts of a pattern one directory level after the other.
static bool match(const char *source, const Text &base, std::string_view rest,
                  std::vector<Text> &files, Error &error) {
  size_t slash = rest.find('/');
  Text part(rest.substr(0, slash));
  bool more = slash != rest.npos;
  if (part.view().find_first_of("*?[") == std::string_view::npos) {
    Text path = part.empty() ? Text(base).append('/') : joined(base, part);
    struct stat info;
    if (stat(path.c_str(), &info) != 0)
      return true;
    if (more)
      return match(source, path, rest.substr(slash + 1), files, error);
    files.push_back(std::move(path));
    return true;
  }
  std::vector<Text> names;
  if (!list_directory(base.empty() ? "." : base.c_str(), names))
    return errno == ENOTDIR || unreadable(source, base, error);
  for (const Text &name : names) {
    if ((hidden(name) && part.c_str()[0] != name.c_str()[0]) ||
        !matches(part.c_str(), name.c_str()))
      continue;
    Text path = joined(base, name);
    struct stat info;
    if (stat(path.c_str(), &info) != 0)
      continue;
    if (more) {
      if (S_ISDIR(info.st_mode) && !match(source, path, rest.substr(slash + 1), files, error))
        return false;
    } else if (!S_ISDIR(info.st_mode)) {
      files.push_back(std::move(path));
    }
  }
  return true;
}

bool find_files(const char *source, const Text &path, std::vector<Text> &files, Error &error) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (!S_ISDIR(info.st_mode)) {
      files.push_back(path);
      return true;
    }
    return walk(source, path, files, error); // none: no rows, as in Flink
  }
  int reason = errno;
  if (path.view().find_first_of("*?[") != std::string_view::npos) {
    bool absolute = path.c_str()[0] == '/';
    if (!match(source, Text(absolute ? "/" : ""), path.view().substr(absolute), files, error))
      return false;
    if (files.empty())
      error.set(NO_INPUT, textf("%s: no file matches `%s`", source, path.c_str()));
    return !files.empty();
  }
  errno = reason;
  if (reason != ENOENT && reason != ENOTDIR)
    return unreadable(source, path, error);
  error.set(NO_INPUT, textf("%s: no such file or directory: `%s`", source, path.c_str()));
  // The nearest directory that is there tells where the path goes wrong.
  Text parent = directory_of(path.view());
  while (stat(parent.c_str(), &info) != 0 && parent.size() > 1)
    parent = directory_of(parent.view());
  if (parent.view() != directory_of(path.view()).view())
    error.note(textf("there is no `%s` either; `%s` is there", directory_of(path.view()).c_str(),
                     parent.c_str()));
  std::vector<Text> names;
  Text best;
  unsigned distance = 3;
  if (parent.view() == directory_of(path.view()).view() && list_directory(parent.c_str(), names))
    for (Text &name : names)
      if (unsigned d = spelling_distance(last_part(path.view()), name.view(), distance);
          d < distance) {
        distance = d;
        best = name;
      }
  if (!best.empty())
    error.help = textf("did you mean `%s`?", joined(parent, best).c_str());
  return false;
}

} // namespace levada::rt
