//===- binding_test.cpp - types of expressions, operators of clauses -------===//
//
// Lowers small documents and looks at the module: the type an expression gets
// is Flink's, clauses become the operators they mean.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/ToFlow.h"
#include "frontend/sema/Functions.h"
#include "frontend/sema/Nested.h"
#include "ir/flow/FlowOps.h"
#include "ir/flow/Location.h"

#include "mlir/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

#include <regex>

using namespace levada;

namespace {

const char *kSource = R"toml([source.t]
connector = "filesystem"
path = "x.json"
format = "json"
columns = { b = "BOOLEAN", i8 = "TINYINT", i16 = "SMALLINT", i = "INT", l = "BIGINT", f = "FLOAT", d = "DOUBLE", p10 = "DECIMAL(10, 2)", p38 = "DECIMAL(38, 10)", c = "CHAR(3)", s = "STRING", v = "VARCHAR(5)", y = "BYTES", day = "DATE", time = "TIME", ts = "TIMESTAMP(3)", us = "TIMESTAMP(6)", ltz = "TIMESTAMP_LTZ(3)", n = "INT NOT NULL" }
watermark = { on = "ts", delay = "5s" }
)toml";

class Binding : public testing::Test {
protected:
  SourceMap sources;
  diag::Engine engine{sources};
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};

  mlir::OwningOpRef<mlir::ModuleOp> lower(const std::string &rest) {
    auto document = doc::readDocument(sources.addFile("p.toml", kSource + rest), engine);
    mlir::OwningOpRef<mlir::ModuleOp> module;
    if (document)
      module = lowerToFlow(*document, engine, context);
    EXPECT_TRUE(module) << rest << engine.render(diag::RenderStyle::Plain);
    if (module)
      EXPECT_TRUE(mlir::succeeded(mlir::verify(*module))) << rest;
    return module;
  }

  std::string print(const std::string &rest) {
    auto module = lower(rest);
    std::string text;
    llvm::raw_string_ostream os(text);
    if (module)
      module->print(os);
    return text;
  }

  /// The type of a column made of `expr`.
  std::string typeOf(const std::string &expr) {
    auto module = lower("[stream.q]\nfrom = \"t\"\nselect = ['''" + expr +
                        " AS x''']\n[sink.o]\nfrom = \"q\"\nconnector = \"print\"\n");
    std::string type;
    if (module)
      module->walk([&](flow::SinkOp sink) {
        type = llvm::cast<flow::StreamType>(sink.getInput().getType()).columnType(0).str();
      });
    return type;
  }
};

struct Typed {
  const char *expr, *type;
};

void expectInOrder(const std::string &text, std::initializer_list<const char *> parts) {
  size_t at = 0;
  for (const char *part : parts) {
    size_t found = text.find(part, at);
    EXPECT_NE(found, std::string::npos) << part << "\nis not in\n" << text.substr(at);
    if (found == std::string::npos)
      return;
    at = found + 1;
  }
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

TEST_F(Binding, LiteralsHaveFlinksTypes) {
  for (auto [expr, type] : std::initializer_list<Typed>{
           {"42", "INT NOT NULL"},
           {"2147483648", "BIGINT NOT NULL"},
           {"-2147483648", "INT NOT NULL"},
           {"-2147483649", "BIGINT NOT NULL"},
           {"-9223372036854775808", "BIGINT NOT NULL"},
           {"9223372036854775808", "DECIMAL(19, 0) NOT NULL"},
           {"4.20", "DECIMAL(3, 2) NOT NULL"},
           {"0.5", "DECIMAL(2, 1) NOT NULL"},
           {".5", "DECIMAL(1, 1) NOT NULL"},
           {"4.2E0", "DOUBLE NOT NULL"},
           {"'it''s'", "CHAR(4) NOT NULL"},
           {"'høst'", "CHAR(4) NOT NULL"},
           {"x'0aff'", "BINARY(2) NOT NULL"},
           {"TRUE", "BOOLEAN NOT NULL"},
           {"UNKNOWN", "BOOLEAN"},
           {"DATE '2020-02-29'", "DATE NOT NULL"},
           {"TIME '10:00:00'", "TIME(0) NOT NULL"},
           {"TIMESTAMP '2020-02-29 10:00:00.1234'", "TIMESTAMP(4) NOT NULL"},
           {"CAST(NULL AS STRING)", "STRING"},
       })
    EXPECT_EQ(typeOf(expr), type) << expr;
}

TEST_F(Binding, ArithmeticDerivesDigits) {
  for (auto [expr, type] : std::initializer_list<Typed>{
           {"i8 + i16", "SMALLINT"},
           {"i + l", "BIGINT"},
           {"n / n", "INT NOT NULL"},
           {"l % i", "INT"},
           {"i + f", "FLOAT"},
           {"f * d", "FLOAT"}, // the left one, as in Flink
           {"d * f", "DOUBLE"},
           {"p10 + d", "DOUBLE"},
           {"p10 + p10", "DECIMAL(11, 2)"},
           {"p10 + i", "DECIMAL(13, 2)"},
           {"p10 * p10", "DECIMAL(21, 4)"},
           {"p10 / p10", "DECIMAL(23, 13)"},
           {"i / CAST(60 AS DECIMAL(4, 0))", "DECIMAL(16, 6)"},
           {"p10 % p10", "DECIMAL(10, 2)"},
           {"p38 * p38", "DECIMAL(38, 6)"},
           {"p38 + p38", "DECIMAL(38, 9)"},
           {"-p10", "DECIMAL(10, 2)"},
           {"ts + INTERVAL '1' DAY", "TIMESTAMP(3)"},
           {"INTERVAL '1' MONTH + day", "DATE"},
       })
    EXPECT_EQ(typeOf(expr), type) << expr;
}

TEST_F(Binding, BranchesMeetInOneType) {
  for (auto [expr, type] : std::initializer_list<Typed>{
           {"CASE WHEN b THEN 1 ELSE 2.50 END", "DECIMAL(12, 2) NOT NULL"},
           {"CASE WHEN b THEN 'many' ELSE 'few' END", "VARCHAR(4) NOT NULL"},
           {"CASE WHEN b THEN 'yes' ELSE 'not' END", "CHAR(3) NOT NULL"},
           {"CASE WHEN b THEN 1 END", "INT"},
           {"CASE WHEN b THEN f ELSE p10 END", "DOUBLE"},
           {"CASE i WHEN 1, 2 THEN TRUE ELSE NULL END", "BOOLEAN"},
           {"COALESCE(i, l)", "BIGINT"},
           {"COALESCE(c, v)", "VARCHAR(5)"},
           {"IF(b, i8, l)", "BIGINT"},
           {"NULLIF(n, 0)", "INT"},
           {"IFNULL(i16, 7)", "INT"},
       })
    EXPECT_EQ(typeOf(expr), type) << expr;
}

TEST_F(Binding, NullabilityFollowsOperands) {
  for (auto [expr, type] : std::initializer_list<Typed>{
           {"n = 1", "BOOLEAN NOT NULL"},
           {"i = 1", "BOOLEAN"},
           {"i IS NULL", "BOOLEAN NOT NULL"},
           {"i IS DISTINCT FROM l", "BOOLEAN NOT NULL"},
           {"n = 1 AND i = 1", "BOOLEAN"},
           {"b IS NOT TRUE", "BOOLEAN NOT NULL"},
           {"i IN (1, 2, 3)", "BOOLEAN"},
           {"n NOT BETWEEN 1 AND 2", "BOOLEAN NOT NULL"},
           {"TRY_CAST('a' AS INT)", "INT"},
           {"CAST(n AS STRING)", "STRING NOT NULL"},
           {"UPPER('a')", "CHAR(1) NOT NULL"},
           {"UPPER(s)", "STRING"},
       })
    EXPECT_EQ(typeOf(expr), type) << expr;
}

TEST_F(Binding, TextIsComparedAsTheOtherSide) {
  for (const char *expr : {"ts > '2020-01-01 00:00:00'",
                           "day = '2020-01-01'", "time < '10:00'", "ltz > '2020-01-01 00:00:00'",
                           "b = 'true'", "c = s", "us = ts", "i = p10",
                           "s || c || 'x' = 'y'"})
    EXPECT_EQ(typeOf(expr), "BOOLEAN") << expr;
}

TEST_F(Binding, LiteralsTakeTheirNeighboursType) {
  // No casts at run time for what is known now.
  for (const char *condition : {"l > 5", "p10 > 10.5", "p10 > 3", "d < 1", "day = '2020-01-01'",
                                "ts > '2020-01-01 00:00:00'", "s = 'a'", "us < TIMESTAMP '2020-01-01 00:00:00'"}) {
    std::string text = print(std::string("[stream.q]\nfrom = \"t\"\nwhere = '''") + condition +
                             "'''\n[sink.o]\nfrom = \"q\"\nconnector = \"print\"\n");
    EXPECT_EQ(text.find("flow.cast"), std::string::npos) << text;
  }
}

TEST(Catalogue, IsUnderstood) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.getOrLoadDialect<flow::FlowDialect>();
  auto check = [&](std::string_view symbol, const catalog::Param &param, std::string_view rule) {
    if (param.sqlType.starts_with("rule:")) {
      EXPECT_TRUE(sema::isResultRule(rule)) << symbol << ": " << rule;
      return;
    }
    bool pattern = param.sqlType == "ANY" || param.sqlType == "DECIMAL(p, s)";
    // With INT for its variables it is a type.
    std::string type = std::regex_replace(std::string(param.sqlType), std::regex("^AS "), "");
    type = std::regex_replace(type, std::regex("\\b[TKVO]\\b"), "INT");
    EXPECT_TRUE(pattern || sema::catalogType(type, &context)) << symbol << ": " << param.sqlType;
  };
  for (const catalog::Function &f : catalog::functions()) {
    for (const catalog::Param &param : f.params)
      check(f.symbol, param, "");
    check(f.symbol, f.result, f.rule);
  }
  for (const catalog::Aggregate &a : catalog::aggregates()) {
    for (const catalog::Param &param : a.params)
      check(a.symbol, param, "");
    check(a.symbol, a.result, a.rule);
  }
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

const char *kSink = "[sink.o]\nfrom = \"q\"\nconnector = \"print\"\n";

TEST_F(Binding, WatermarkWithoutDelayIsAMillisecondBehind) {
  std::string text = print("[sink.o]\nfrom = \"t\"\nconnector = \"print\"\n");
  expectInOrder(text, {"flow.source \"t\"", "flow.watermark \"t\"", "on \"ts\"",
                       "flow.constant 5000 : i64", "flow.sub", "time = \"ts\""});
}

TEST_F(Binding, WindowAggregateComputesKeysFirst) {
  std::string text = print(std::string("[stream.q]\nfrom = \"t\"\nwindow = { hop = \"12h\", slide = \"6h\" }\n"
                                       "group_by = [\"s\", \"i % 10\"]\nhaving = \"COUNT(*) > 1\"\n"
                                       "select = [\"i % 10 + 1 AS k\", \"s\", \"window_end\", \"COUNT(*) AS n\", \"SUM(l) FILTER (WHERE b) AS m\", \"window_time\"]\n") +
                           kSink);
  expectInOrder(text, {"flow.project \"q\"", "flow.rem", "\"i % 10\": INT", "flow.aggregate \"q\"",
                       "keys [\"s\", \"i % 10\"]", "window <hop, on = \"ts\", size = 43200000, slide = 21600000",
                       "\"COUNT\", \"levada_agg_count\"", "filter = \"b\"", "flow.filter \"q\"",
                       "flow.project \"q\"", "flow.add", "flow.sink \"o\"", "time = \"window_time\""});
  // COUNT(*) is computed once for `having` and `select`.
  EXPECT_EQ(text.find("levada_agg_count\"", text.find("levada_agg_count\"") + 1), std::string::npos);
}

TEST_F(Binding, LateRowsKeepTheirOwnColumns) {
  std::string text = print(std::string("[stream.q]\nfrom = \"t\"\nwindow = { tumble = \"1h\" }\n"
                                       "group_by = [\"UPPER(s)\"]\nselect = [\"COUNT(*) AS n\"]\nlate = \"late\"\n"
                                       "[sink.late]\nconnector = \"print\"\nselect = [\"s\", \"i\"]\n") +
                           kSink);
  expectInOrder(text, {"%late = flow.aggregate", "%late", "flow.sink \"late\"", "[s: STRING, i: INT]"});
}

TEST_F(Binding, SqlWindowsAreTheSameAggregate) {
  std::string tvf = print(std::string("[stream.q]\nsql = '''SELECT s, window_start, COUNT(*) AS n FROM "
                                      "TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY)) w "
                                      "GROUP BY w.s, window_start, window_end'''\n") +
                          kSink);
  expectInOrder(tvf, {"flow.aggregate \"q\"", "keys [\"s\"]",
                      "window <cumulate, on = \"ts\", size = 86400000, slide = 3600000"});
  std::string group = print(std::string("[stream.q]\nsql = '''SELECT s, HOP_END(ts, INTERVAL '5' MINUTE, INTERVAL '1' HOUR) AS e FROM t "
                                        "GROUP BY s, HOP(ts, INTERVAL '5' MINUTE, INTERVAL '1' HOUR)'''\n") +
                            kSink);
  expectInOrder(group, {"window <hop, on = \"ts\", size = 3600000, slide = 300000", "e: TIMESTAMP(3) NOT NULL"});
}

TEST_F(Binding, WindowsCascadeOverWindowTime) {
  std::string text = print(std::string("[stream.h]\nfrom = \"t\"\nwindow = { tumble = \"1h\" }\ngroup_by = [\"s\"]\n"
                                       "select = [\"s\", \"COUNT(*) AS n\", \"window_time AS at\"]\n"
                                       "[stream.q]\nfrom = \"h\"\nwindow = { tumble = \"1d\" }\nselect = [\"SUM(n) AS n\"]\n") +
                           kSink);
  expectInOrder(text, {"on = \"ts\", size = 3600000", "on = \"at\", size = 86400000"});
}

TEST_F(Binding, WindowWithoutAggregatesAddsColumns) {
  std::string text = print(std::string("[stream.q]\nfrom = \"t\"\nwindow = { tumble = \"1h\", offset = \"-5m\" }\n"
                                       "select = [\"s\", \"window_start\"]\n") +
                           kSink);
  expectInOrder(text, {"flow.window \"q\"", "offset = -300000", "flow.project"});
}

TEST_F(Binding, UnionCastsToCommonTypes) {
  std::string text = print(std::string("[stream.a]\nfrom = \"t\"\nselect = [\"s AS k\", \"i AS v\", \"ts\"]\n"
                                       "[stream.b]\nfrom = \"t\"\nselect = [\"c AS q\", \"l AS w\", \"ts\"]\n"
                                       "[stream.q]\nunion = [\"a\", \"b\"]\nwhere = \"v > 1\"\n") +
                           kSink);
  expectInOrder(text, {"flow.union \"q\"", "-> <[k: STRING, v: BIGINT, ts: TIMESTAMP(3)], append, time = \"ts\">",
                       "flow.filter \"q\""});
}

TEST_F(Binding, ErrorsOfExpressionsAreRouted) {
  std::string text = print(std::string("[stream.q]\nfrom = \"t\"\nwhere = \"10 / i > 1\"\nselect = [\"10 / i AS x\"]\n"
                                       "on_error = \"dead_letter\"\ndead_letter = \"dead\"\n[sink.dead]\nconnector = \"print\"\n") +
                           kSink);
  expectInOrder(text, {"flow.filter \"q\"", "on_error<dead_letter>", "flow.project \"q\"",
                       "on_error<dead_letter>", "flow.union \"dead\"", "flow.sink \"dead\""});
}

TEST_F(Binding, BatchSortsAndGroups) {
  std::string text = print(std::string("[pipeline]\nmode = \"batch\"\n[stream.q]\nfrom = \"t\"\ngroup_by = [\"s\"]\n"
                                       "select = [\"s\", \"COUNT(*) AS n\"]\norder_by = [\"n DESC\", \"MAX(i)\"]\nlimit = 3\n") +
                           kSink);
  expectInOrder(text, {"flow.aggregate \"q\"", "flow.project", "flow.sort \"q\"",
                       "<\"n\", descending = true, nulls_first = false>",
                       "<\"MAX(i)\", descending = false, nulls_first = true>", "limit 3 skip -1",
                       "-> <[s: STRING, n: BIGINT NOT NULL], append>"});
}

TEST_F(Binding, LocationsKeepTheUsersText) {
  auto module = lower(std::string("[stream.q]\nfrom = \"t\"\nselect = [\"10 / i AS x\"]\n") + kSink);
  ASSERT_TRUE(module);
  bool seen = false;
  module->walk([&](flow::DivOp op) {
    std::optional<flow::Place> place = flow::placeOf(op.getLoc());
    ASSERT_TRUE(place);
    EXPECT_EQ(place->file, "p.toml");
    EXPECT_EQ(place->line, 9u);
    EXPECT_EQ(place->column, 12u);
    EXPECT_EQ(place->length, 6u);
    EXPECT_EQ(place->text, "10 / i");
    seen = true;
  });
  EXPECT_TRUE(seen);
}

} // namespace
