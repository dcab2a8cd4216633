//===- mistakes.h - files of mistakes and what is said about them ----------===//
//
// A file of cases, each an edit of the base document with the diagnostics that
// follow from it, word for word. LEVADA_UPDATE=1 writes the file anew: read
// the difference.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_TEST_FRONTEND_MISTAKES_H
#define LEVADA_TEST_FRONTEND_MISTAKES_H

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace levada::test {

struct Case {
  std::string title;
  std::vector<std::string> removed, added, appended, expected, comment;
};

inline std::vector<Case> readCases(const std::string &path) {
  std::ifstream file(path);
  std::vector<Case> cases(1); // what stands before the first title
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("=== ", 0) == 0)
      cases.emplace_back().title = line.substr(4);
    else if (cases.size() == 1)
      cases[0].comment.push_back(line);
    else if (!line.empty() && line[0] == '-')
      cases.back().removed.push_back(line.substr(1));
    else if (!line.empty() && line[0] == '+')
      cases.back().added.push_back(line.substr(1));
    else if (!line.empty() && line[0] == '>')
      cases.back().appended.push_back(line.substr(1));
    else if (!line.empty())
      cases.back().expected.push_back(line);
  }
  return cases;
}

inline std::string text(const std::vector<std::string> &lines) {
  std::string out;
  for (const std::string &line : lines)
    out += line + "\n";
  return out;
}

/// The document of a case.
inline std::string edited(const Case &c, const std::string &base) {
  if (c.removed.empty() && c.appended.empty())
    return text(c.added);
  std::string result = base;
  if (!c.removed.empty()) {
    std::string before = text(c.removed);
    size_t at = ("\n" + base).find("\n" + before);
    EXPECT_NE(at, std::string::npos) << c.title;
    if (at != std::string::npos)
      result = base.substr(0, at) + text(c.added) +
               base.substr(at + before.size());
  }
  return result + text(c.appended);
}

/// Plain diagnostics of a document, without notes.
using Diagnose = std::function<std::vector<std::string>(const std::string &document)>;

inline std::vector<std::string> withoutNotes(const std::string &plain) {
  std::istringstream in(plain);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    if (line.find(": note: ") == std::string::npos)
      lines.push_back(line);
  return lines;
}

inline void expectMistakes(const std::string &path, size_t least, const Diagnose &diagnose) {
  std::vector<Case> cases = readCases(path);
  ASSERT_GT(cases.size(), least);
  std::string base = text(cases[1].added);
  bool update = std::getenv("LEVADA_UPDATE") != nullptr;
  std::string out = text(cases[0].comment);
  for (size_t i = 1; i < cases.size(); ++i) {
    Case &c = cases[i];
    std::vector<std::string> said = diagnose(i == 1 ? base : edited(c, base));
    if (!update)
      EXPECT_EQ(text(said), text(c.expected)) << "=== " << c.title;
    out += "=== " + c.title + "\n";
    for (const std::string &line : c.removed)
      out += "-" + line + "\n";
    for (const std::string &line : c.added)
      out += "+" + line + "\n";
    for (const std::string &line : c.appended)
      out += ">" + line + "\n";
    out += text(said) + (i + 1 < cases.size() ? "\n" : "");
  }
  if (update)
    std::ofstream(path) << out;
}

} // namespace levada::test

#endif
