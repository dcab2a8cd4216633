//===- document_mistakes_test.cpp - what people are told ------------------===//
//
// Runs the cases of mistakes.txt and compares the diagnostics, word for word.
//
//===----------------------------------------------------------------------===//
#include "frontend/document/Document.h"

#include "mistakes.h"

#include <gtest/gtest.h>

using namespace levada;

TEST(Mistakes, AreExplained) {
  test::expectMistakes(std::string(LEVADA_TEST_DIR) + "/mistakes.txt", 100,
                       [](const std::string &document) {
                         SourceMap sources;
                         diag::Engine engine(sources);
                         doc::readDocument(sources.addFile("p.toml", document), engine);
                         return test::withoutNotes(engine.render(diag::RenderStyle::Plain));
                       });
}
