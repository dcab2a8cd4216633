//===- regex.cpp - lines by a regular expression --------------------------===//
//
// RE2: time linear in the line, whatever the pattern; no lookaround, no back
// references. One program for all workers of a run, made by whoever comes
// first, kept to the end.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/groups.h"
#include "runtime/formats/scan.h"

#include <re2/re2.h>

#include <string.h>

namespace levada::formats {
namespace {

struct Program {
  re2::RE2 regex;
  int groups = 0;           // that are looked at: up to the highest used
  int *indexes = nullptr;   // group of each name, 0: none

  Program(const std::string &pattern, const re2::RE2::Options &options)
      : regex(pattern, options) {}
};

Program *make(const char *pattern, const char *const *names, uint32_t count) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto *program = new Program(re2_pattern(pattern), options);
  if (!program->regex.ok())
    return program;
  program->indexes = new int[count + 1]();
  const auto &groups = program->regex.NamedCapturingGroups();
  for (uint32_t i = 0; i < count; ++i) {
    auto found = groups.find(names[i]);
    if (found == groups.end())
      continue;
    program->indexes[i] = found->second;
    program->groups = found->second > program->groups ? found->second : program->groups;
  }
  return program;
}

void destroy(Program *program) {
  delete[] program->indexes;
  delete program;
}

} // namespace
} // namespace levada::formats

using namespace levada::formats;

extern "C" bool levada_regex_match(levada_ctx *ctx, void **handle, const char *pattern,
                                   const char *const *names, uint32_t count, const char *p,
                                   uint64_t n, const char **spans) {
  auto *program = (Program *)__atomic_load_n(handle, __ATOMIC_ACQUIRE);
  if (!program) {
    program = make(pattern, names, count);
    void *none = nullptr;
    if (!__atomic_compare_exchange_n(handle, &none, (void *)program, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
      destroy(program);
      program = (Program *)none;
    }
  }
  if (!program->regex.ok()) { // the compiler checked it: another version of RE2
    const std::string &what = program->regex.error();
    ctx->failed = 1;
    ctx->error_code = 641;
    ctx->error_expr = UINT32_MAX;
    ctx->error_text = frame_text(ctx, what.data(), what.size());
    return false;
  }
  constexpr int most = 64;
  re2::StringPiece few[most], *groups = few;
  int wanted = program->groups + 1;
  if (wanted > most)
    groups = new re2::StringPiece[(size_t)wanted];
  bool found = program->regex.Match(re2::StringPiece(p, n), 0, n, re2::RE2::UNANCHORED, groups,
                                    program->groups ? wanted : 0);
  for (uint32_t i = 0; found && i < count; ++i) {
    int group = program->indexes[i];
    const char *begin = group ? groups[group].data() : nullptr;
    spans[2 * i] = begin;
    spans[2 * i + 1] = begin ? begin + groups[group].size() : nullptr;
  }
  if (groups != few)
    delete[] groups;
  return found;
}
