//===- Diff.cpp - two texts, line by line ----------------------------------===//
//
// The longest common subsequence of what lies between the lines that are alike
// at both ends; when that is large, all of it counts as changed.
//
//===----------------------------------------------------------------------===//
#include "tools/levada/Diff.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <vector>

using namespace levada;

namespace {

struct Edit {
  char kind; ///< ' ', '-', '+'
  std::string_view line;
};

std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    result.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return result;
}

std::vector<Edit> edits(const std::vector<std::string_view> &a,
                        const std::vector<std::string_view> &b) {
  size_t head = 0, tail = 0;
  while (head < std::min(a.size(), b.size()) && a[head] == b[head])
    ++head;
  while (tail < std::min(a.size(), b.size()) - head &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
    ++tail;
  size_t n = a.size() - head - tail, m = b.size() - head - tail;
  std::vector<Edit> result;
  for (size_t i = 0; i < head; ++i)
    result.push_back({' ', a[i]});
  // common[i * (m + 1) + j]: of the lines from i and from j on.
  bool compare = n * m <= 16'000'000;
  std::vector<uint32_t> common(compare ? (n + 1) * (m + 1) : 0);
  for (size_t i = compare ? n : 0; i-- > 0;)
    for (size_t j = m; j-- > 0;)
      common[i * (m + 1) + j] =
          a[head + i] == b[head + j]
              ? common[(i + 1) * (m + 1) + j + 1] + 1
              : std::max(common[(i + 1) * (m + 1) + j], common[i * (m + 1) + j + 1]);
  size_t i = 0, j = 0;
  while (i < n || j < m) {
    if (compare && i < n && j < m && a[head + i] == b[head + j]) {
      result.push_back({' ', a[head + i++]});
      ++j;
    } else if (i < n && (!compare || j == m ||
                         common[(i + 1) * (m + 1) + j] >= common[i * (m + 1) + j + 1])) {
      result.push_back({'-', a[head + i++]});
    } else {
      result.push_back({'+', b[head + j++]});
    }
  }
  for (size_t k = 0; k < tail; ++k)
    result.push_back({' ', a[head + n + k]});
  return result;
}

} // namespace

std::string tool::unifiedDiff(const std::string &path, const std::string &before,
                              const std::string &after) {
  constexpr size_t context = 3;
  std::vector<Edit> all = edits(lines(before), lines(after));
  std::string out;
  size_t old = 1, now = 1; // numbers of the lines at `at`
  for (size_t at = 0; at < all.size();) {
    size_t first = at;
    while (first < all.size() && all[first].kind == ' ')
      ++first;
    if (first == all.size())
      break;
    size_t begin = first - std::min(first - at, context), end = first, quiet = 0;
    for (size_t i = first; i < all.size() && quiet <= 2 * context; ++i) {
      quiet = all[i].kind == ' ' ? quiet + 1 : 0;
      if (quiet == 0)
        end = i + 1;
    }
    end = std::min(all.size(), end + context);
    old += begin - at;
    now += begin - at;
    size_t removed = 0, added = 0;
    std::string body;
    for (size_t i = begin; i < end; ++i) {
      removed += all[i].kind != '+';
      added += all[i].kind != '-';
      body += all[i].kind;
      body += all[i].line;
      if (!all[i].line.ends_with('\n'))
        body += "\n\\ No newline at end of file\n";
    }
    if (out.empty())
      out = fmt::format("--- {0}\n+++ {0}\n", path);
    out += fmt::format("@@ -{},{} +{},{} @@\n{}", removed ? old : old - 1, removed,
                       added ? now : now - 1, added, body);
    old += removed;
    now += added;
    at = end;
  }
  return out;
}
