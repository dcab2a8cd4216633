//===- Cases.h - a pipeline that reads and writes what its tests say -------===//
//
// Of each source only the columns, the watermark and, where a test gives records
// as texts, the format stay: its rows come from a file. Each sink writes rows as
// JSON, or as changes, to a file. Everything between is the pipeline's own.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_TOOLS_LEVADA_TEST_CASES_H
#define LEVADA_TOOLS_LEVADA_TEST_CASES_H

#include "frontend/document/Document.h"
#include "ir/diag/Diag.h"

#include <map>
#include <set>
#include <string>

namespace levada::tool {

/// What a substituted pipeline needs to know of its sinks.
struct TestSink {
  bool ordered = true; ///< one file or a stream: rows come in sequence order
  bool changes = false; ///< rows are changes
};

class Cases {
public:
  /// Takes the document's endpoints apart. `updating`: sinks whose rows change.
  /// False after diagnostics.
  bool substitute(doc::Document &document, const std::set<std::string> &updating,
                  diag::Engine &engine);
  /// The file of a source of one test.
  std::string input(const doc::Source &source, const doc::Test &test) const;
  const std::map<std::string, TestSink> &sinks() const { return sinks_; }
  /// The sink that takes the late rows of a stream, "" for none.
  std::string lateSink(const std::string &stream) const;

private:
  std::map<std::string, TestSink> sinks_;
  std::map<std::string, std::string> late_;
  std::set<std::string> changes_; ///< sources that read changes
};

} // namespace levada::tool

#endif
