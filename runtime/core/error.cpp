//===- error.cpp - how errors are written ---------------------------------===//
//
//   error[R601 bad-record]: flights: `abc` is not an INT, in column `delay`
//     --> flights.csv:123, byte 4567
//      | 2001-01-01,abc,12
//      = help: …
//
//===----------------------------------------------------------------------===//
#include "runtime/core/error.h"

namespace levada::rt {

bool Error::set(uint32_t number, Text text, Text hint) {
  code = number;
  what = static_cast<Text &&>(text);
  help = static_cast<Text &&>(hint);
  return false;
}

Error &Error::note(Text line) {
  if (!notes.empty())
    notes.append('\n');
  notes.append(line.view());
  return *this;
}

const char *code_name(uint32_t code) {
  switch (code) {
#define LEVADA_RUNTIME_CODE(NUMBER, NAME, PARAGRAPH)                                               \
  case NUMBER:                                                                                     \
    return NAME;
#include "runtime/core/codes.def"
#undef LEVADA_RUNTIME_CODE
  }
  return nullptr;
}

void append_json(Text &out, std::string_view text) {
  out.append('"');
  for (unsigned char c : text) {
    if (c == '"' || c == '\\')
      out.append('\\').append(char(c));
    else if (c == '\n')
      out.append("\\n");
    else if (c < 0x20)
      out.format("\\u%04x", c);
    else
      out.append(char(c));
  }
  out.append('"');
}

template <typename F> static void each_line(std::string_view text, F f) {
  while (!text.empty()) {
    size_t end = text.find('\n');
    f(text.substr(0, end));
    if (end == text.npos)
      break;
    text.remove_prefix(end + 1);
  }
}

Text render(const Error &error, const char *severity, bool json) {
  Text text;
  const char *name = code_name(error.code);
  if (json) {
    text.format("{\"level\":\"%s\"", severity);
    if (error.code)
      text.format(",\"code\":\"R%u\"", error.code);
    if (name)
      text.format(",\"name\":\"%s\"", name);
    text.append(",\"message\":");
    append_json(text, error.what);
    struct {
      const char *key;
      const Text &value;
    } fields[] = {{"place", error.place},
                  {"record", error.shown},
                  {"notes", error.notes},
                  {"help", error.help}};
    for (auto &field : fields)
      if (!field.value.empty()) {
        text.format(",\"%s\":", field.key);
        append_json(text, field.value);
      }
    return text.append("}\n");
  }
  text.append(severity);
  if (error.code)
    text.format("[R%u%s%s]", error.code, name ? " " : "", name ? name : "");
  text.append(": ").append(error.what.view()).append('\n');
  if (!error.place.empty())
    text.append("  --> ").append(error.place.view()).append('\n');
  if (!error.shown.empty())
    text.append("   | ").append(error.shown.view()).append('\n');
  each_line(error.notes,
            [&](std::string_view line) { text.append("   = note: ").append(line).append('\n'); });
  each_line(error.help,
            [&](std::string_view line) { text.append("   = help: ").append(line).append('\n'); });
  return text;
}

} // namespace levada::rt
