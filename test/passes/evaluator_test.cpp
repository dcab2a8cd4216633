// FlowFoldConstants with an evaluator: what it asks, and what it does with the
// answers. codegen's own evaluator is tested where it is.
#include "passes/Passes.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

using namespace levada;

namespace {

/// Knows TWICE(x), fails on FAIL(…), and notes what it is asked.
class Fake : public Evaluator {
public:
  mlir::Attribute evaluate(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands) override {
    asked.push_back(op->getName().stripDialect().str());
    auto call = llvm::dyn_cast<flow::CallOp>(op);
    if (!call || call.getSqlName() != "TWICE")
      return {};
    if (llvm::isa<mlir::UnitAttr>(operands[0]))
      return operands[0];
    auto value = llvm::cast<mlir::IntegerAttr>(operands[0]);
    return mlir::IntegerAttr::get(value.getType(), value.getValue() * 2);
  }
  std::vector<std::string> asked;
};

/// The expression yielded by a projection after folding, as IR.
std::string folded(Fake &fake, const char *code, const char *type) {
  mlir::DialectRegistry registry;
  registry.insert<flow::FlowDialect>();
  mlir::MLIRContext context(registry);
  std::string text = std::string("!t = !flow.sql<") + type + ">\n" + R"(
    %rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: INT], append>
    %p = flow.project "p" %rows {
    ^bb0(%a: !flow.sql<INT>):
      %three = flow.constant 3 : i32 -> !flow.sql<INT NOT NULL>
      %null = flow.constant unit -> !flow.sql<INT>
)" + code + std::string("\n flow.yield %r : !t\n} : !flow.stream<[a: INT], append> -> !flow.stream<[r: ") +
                     type + "], append>\n" +
                     R"(flow.sink "out" %p connector "c" {} format "f" {} : !flow.stream<[r: )" + type +
                     "], append>";
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return "does not parse";
  mlir::PassManager manager(&context);
  manager.addPass(createFlowFoldConstants(&fake, false));
  if (mlir::failed(manager.run(*module)))
    return "fails";
  std::string out;
  llvm::raw_string_ostream os(out);
  module->walk([&](flow::ProjectOp project) {
    mlir::Value value = project.getBody().front().back().getOperand(0);
    if (mlir::Operation *op = value.getDefiningOp())
      op->print(os, mlir::OpPrintingFlags().skipRegions());
  });
  return out;
}

} // namespace

TEST(FoldConstants, TakesTheEvaluatorsValue) {
  Fake fake;
  EXPECT_NE(folded(fake, R"(%r = flow.call "TWICE" "t"(%three) {total} : (!flow.sql<INT NOT NULL>) -> !t)",
                   "INT NOT NULL")
                .find("flow.constant 6 : i32"),
            std::string::npos);
}

TEST(FoldConstants, FoldsWhatFollows) {
  Fake fake;
  EXPECT_NE(folded(fake, R"(
    %x = flow.call "TWICE" "t"(%three) {total} : (!flow.sql<INT NOT NULL>) -> !t
    %r = flow.add %x, %three : !t, !flow.sql<INT NOT NULL> -> !t)",
                   "INT NOT NULL")
                .find("flow.constant 9 : i32"),
            std::string::npos);
}

TEST(FoldConstants, TakesNull) {
  Fake fake;
  EXPECT_NE(folded(fake, R"(%r = flow.call "TWICE" "t"(%null) {total} : (!flow.sql<INT>) -> !t)", "INT")
                .find("flow.constant unit"),
            std::string::npos);
}

TEST(FoldConstants, LeavesWhatFails) {
  Fake fake;
  EXPECT_NE(folded(fake, R"(%r = flow.call "FAIL" "f"(%three) : (!flow.sql<INT NOT NULL>) -> !t)",
                   "INT NOT NULL")
                .find("flow.call \"FAIL\""),
            std::string::npos);
  EXPECT_FALSE(fake.asked.empty());
}

TEST(FoldConstants, DoesNotAskAboutWhatVaries) {
  Fake fake;
  EXPECT_NE(folded(fake,
                   R"(%r = flow.call "TWICE" "t"(%three) {total, varying} : (!flow.sql<INT NOT NULL>) -> !t)",
                   "INT NOT NULL")
                .find("flow.call"),
            std::string::npos);
  EXPECT_TRUE(fake.asked.empty());
}

TEST(FoldConstants, DoesNotAskAboutColumns) {
  Fake fake;
  EXPECT_NE(folded(fake, R"(%r = flow.call "TWICE" "t"(%a) {total} : (!flow.sql<INT>) -> !t)", "INT")
                .find("flow.call"),
            std::string::npos);
  EXPECT_TRUE(fake.asked.empty());
}
