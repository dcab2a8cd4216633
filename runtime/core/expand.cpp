//===- expand.cpp - option values at run time -----------------------------===//
//
// --set comes before the pipeline's own value. ${NAME} is replaced only in
// options that are marked run-time; `$$` is a dollar sign there.
//
//===----------------------------------------------------------------------===//
#include "runtime/connectors/connector.h"

#include <errno.h>

namespace levada::rt {

static bool expand(const char *value, const char *table, const char *name, const char *key,
                   Text &out, Error &error) {
  out.clear();
  for (const char *p = value; *p;) {
    if (p[0] == '$' && p[1] == '$') {
      out.append('$');
      p += 2;
      continue;
    }
    const char *end = p[0] == '$' && p[1] == '{' ? strchr(p, '}') : nullptr;
    if (!end) {
      out.append(*p++);
      continue;
    }
    Text variable(std::string_view(p + 2, end - p - 2));
    const char *set = getenv(variable.c_str());
    if (!set) {
      error.set(UNSET_VARIABLE,
                textf("`${%s}` in `%s.%s.%s` is not set", variable.c_str(), table, name, key),
                textf("%s=… before the command, or `--set %s.%s.%s=…` after it", variable.c_str(),
                      table, name, key));
      error.note(textf("the pipeline says `%s = \"%s\"`", key, value));
      return false;
    }
    out.append(set);
    p = end + 1;
  }
  return true;
}

bool option_value(const Settings &settings, const char *table, const char *name,
                  const levada_option *options, uint32_t count, const char *key, Text &out,
                  bool &found, Error &error) {
  found = false;
  for (const Settings::Set &set : settings.sets)
    if (set.table == Text(table) && set.name == Text(name) && set.key == Text(key)) {
      out = set.value;
      found = true;
    }
  if (found)
    return true;
  for (uint32_t i = 0; i < count; ++i)
    if (strcmp(options[i].key, key) == 0) {
      found = true;
      if (options[i].runtime)
        return expand(options[i].value, table, name, key, out, error);
      out = Text(options[i].value);
    }
  return true;
}

bool Options::get(const char *key, Text &out, const char *fallback, Error &error) const {
  bool found;
  if (!option_value(settings_, table_, name_, options_, count_, key, out, found, error))
    return false;
  if (!found)
    out = Text(fallback);
  return true;
}

bool Options::get(const char *key, bool &out, bool fallback, Error &error) const {
  Text text;
  if (!get(key, text, fallback ? "true" : "false", error))
    return false;
  out = text.view() == "true";
  if (!out && text.view() != "false")
    return error.set(BAD_OPTION, textf("%s: `%s` is \"%s\"", name_, key, text.c_str()),
                     "true or false");
  return true;
}

bool Options::get(const char *key, uint64_t &out, uint64_t fallback, Error &error) const {
  Text text;
  out = fallback;
  if (!get(key, text, "", error))
    return false;
  if (text.empty())
    return true;
  char *end;
  errno = 0;
  out = strtoull(text.c_str(), &end, 10);
  while (*end == ' ')
    ++end;
  static constexpr struct {
    const char *name;
    int shift;
  } units[] = {{"", 0},    {"b", 0},  {"bytes", 0}, {"k", 10}, {"kb", 10}, {"m", 20},
               {"mb", 20}, {"g", 30}, {"gb", 30},   {"t", 40}, {"tb", 40}};
  for (auto &unit : units)
    if (strcasecmp(end, unit.name) == 0 && errno == 0 && end != text.c_str()) {
      out <<= unit.shift;
      return true;
    }
  return error.set(BAD_OPTION, textf("%s: `%s` is \"%s\"", name_, key, text.c_str()),
                   "a size as in \"64 MB\"");
}

/// The compiler has made it "1500ms", or it is one by --set.
bool Options::get_duration(const char *key, int64_t &ms, int64_t fallback, Error &error) const {
  Text text;
  ms = fallback;
  if (!get(key, text, "", error) || text.empty())
    return !error;
  char *end;
  errno = 0;
  ms = strtoll(text.c_str(), &end, 10);
  return (end != text.c_str() && strcmp(end, "ms") == 0 && errno == 0) ||
         error.set(BAD_OPTION, textf("%s: `%s` is \"%s\"", name_, key, text.c_str()),
                   "milliseconds as in \"500ms\"");
}

} // namespace levada::rt
