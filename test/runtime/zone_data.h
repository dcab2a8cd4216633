//===- zone_data.h - TZif bytes for tests ---------------------------------===//
//
// Made by hand, so that no test depends on the machine's time zones.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_TEST_RUNTIME_ZONE_DATA_H
#define LEVADA_TEST_RUNTIME_ZONE_DATA_H

#include "test/runtime/state_fixture.h"

namespace levada::test {

struct Transition {
  int64_t at;
  int32_t offset;
};

/// TZif of version 2: UTC before the first transition.
inline std::string tzif(const std::vector<Transition> &transitions, const std::string &footer) {
  std::string out;
  auto big = [&](int64_t v, int n) {
    while (n--)
      out += (char)(v >> (n * 8));
  };
  for (int block = 0; block < 2; ++block) {
    int64_t n = block ? (int64_t)transitions.size() : 0;
    out += "TZif2";
    out.append(15, '\0');
    for (int64_t v : {int64_t(0), int64_t(0), int64_t(0), n, n + 1, int64_t(4)})
      big(v, 4);
    for (int64_t i = 0; i < n; ++i)
      big(transitions[(size_t)i].at, 8);
    for (int64_t i = 0; i < n; ++i)
      out += (char)(i + 1);
    big(0, 6);
    for (int64_t i = 0; i < n; ++i)
      big(transitions[(size_t)i].offset, 4), big(0, 2);
    out.append("XXX\0", 4);
  }
  return out + "\n" + footer + "\n";
}

} // namespace levada::test

#endif
