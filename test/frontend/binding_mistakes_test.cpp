//===- binding_mistakes_test.cpp - names, types and plans that are wrong ---===//
//
// Runs the cases of binding_mistakes.txt, on the catalogue of the runtime.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/ToFlow.h"

#include "mistakes.h"

#include "mlir/IR/Verifier.h"

#include <gtest/gtest.h>

using namespace levada;

TEST(BindingMistakes, AreExplained) {
  test::expectMistakes(
      std::string(LEVADA_TEST_DIR) + "/binding_mistakes.txt", 60,
      [](const std::string &document) {
        SourceMap sources;
        diag::Engine engine(sources);
        mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
        std::unique_ptr<doc::Document> read =
            doc::readDocument(sources.addFile("p.toml", document), engine);
        if (read) {
          mlir::OwningOpRef<mlir::ModuleOp> module = lowerToFlow(*read, engine, context);
          EXPECT_NE(static_cast<bool>(module), engine.hasErrors());
          if (module)
            EXPECT_TRUE(mlir::succeeded(mlir::verify(*module))) << document;
        }
        return test::withoutNotes(engine.render(diag::RenderStyle::Plain));
      });
}
