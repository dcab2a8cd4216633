//===- Tests.cpp - the rows of [[test]] against the plan's columns ---------===//
//
// A row of an input has columns that the source reads; a row that is expected
// has those of the sink. Values are told apart as far as TOML does: a text may
// stand for any type that has no form of its own.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/ToFlow.h"
#include "frontend/sema/Types.h"
#include "ir/diag/codes/Document.h"
#include "ir/diag/codes/Names.h"
#include "ir/flow/FlowOps.h"

using namespace levada;
using namespace levada::flow;

namespace {

using doc::Node;
using doc::NodeKind;

class Rows {
public:
  Rows(diag::Engine &engine) : engine(engine) {}

  void check(const doc::TestRows &rows, llvm::ArrayRef<std::string> names,
             llvm::ArrayRef<SqlType> types, bool changes) {
    for (const Node &row : rows.rows)
      if (row.isTable())
        changes ? change(row, names, types) : columns(row, names, types);
  }

private:
  void columns(const Node &row, llvm::ArrayRef<std::string> names, llvm::ArrayRef<SqlType> types) {
    for (const Node::Member &m : row.members) {
      const auto *at = llvm::find(names, m.key.text);
      if (at != names.end()) {
        value("`" + m.key.text + "`", m.value, types[at - names.begin()]);
        continue;
      }
      auto said = engine.emit(m.key.range, diag::UnknownColumn, m.key.text);
      std::vector<std::string> all(names.begin(), names.end());
      if (std::string near = diag::nearest(m.key.text, all); !near.empty())
        said.hint("did you mean `" + near + "`?");
      std::string list;
      for (const std::string &name : all)
        list += (list.empty() ? "" : ", ") + name;
      said.note("columns: " + list);
    }
  }

  /// { op = "+U", data = { … } }, as the format changelog-json has it.
  void change(const Node &row, llvm::ArrayRef<std::string> names, llvm::ArrayRef<SqlType> types) {
    for (const Node::Member &m : row.members)
      if (m.key.text != "op" && m.key.text != "data")
        engine.emit(m.key.range, diag::UnknownKey, "a change", m.key.text)
            .hint("such as { op = \"+U\", data = { column = 1 } }");
    const Node::Member *op = row.find("op"), *data = row.find("data");
    if (!op || !data) {
      engine.emit(row.range, diag::MissingKey, "a change", op ? "`data`" : "`op`")
          .hint("such as { op = \"+U\", data = { column = 1 } }");
      return;
    }
    static constexpr llvm::StringLiteral kinds[] = {"+I", "-U", "+U", "-D"};
    if (!op->value.isString() || !llvm::is_contained(kinds, op->value.text))
      engine.emit(op->value.range, diag::WrongValueType, "`op`", "+I, -U, +U or -D",
                  op->value.isString() ? "`" + op->value.text + "`" : std::string(describe(op->value.kind)));
    if (data->value.isTable())
      columns(data->value, names, types);
    else
      engine.emit(data->value.range, diag::WrongValueType, "`data`", "a table", describe(data->value.kind));
  }

  void value(const std::string &label, const Node &node, SqlType type) {
    if (!fits(node, type)) {
      engine.emit(node.range, diag::WrongValueType, label, sema::display(type), describe(node.kind));
      return;
    }
    if (type.getKind() == SqlKind::Array)
      for (const Node &item : node.items)
        value("an element of " + label, item, llvm::cast<SqlType>(type.getChildren()[0]));
    if (type.getKind() == SqlKind::Map)
      for (const Node::Member &m : node.members)
        value("a value of " + label, m.value, llvm::cast<SqlType>(type.getChildren()[1]));
    if (type.getKind() == SqlKind::Row) {
      std::vector<std::string> names;
      std::vector<SqlType> types;
      for (mlir::StringAttr name : type.getNames())
        names.push_back(name.str());
      for (mlir::Type child : type.getChildren())
        types.push_back(llvm::cast<SqlType>(child));
      columns(node, names, types);
    }
  }

  static bool fits(const Node &node, SqlType type) {
    switch (type.getKind()) {
    case SqlKind::Boolean:
      return node.kind == NodeKind::Bool;
    case SqlKind::TinyInt:
    case SqlKind::SmallInt:
    case SqlKind::Int:
    case SqlKind::BigInt:
      return node.kind == NodeKind::Integer;
    case SqlKind::Float:
    case SqlKind::Double:
      return node.kind == NodeKind::Integer || node.kind == NodeKind::Float || node.isString();
    case SqlKind::Decimal:
      return node.kind == NodeKind::Integer || node.kind == NodeKind::Float || node.isString();
    case SqlKind::Date:
    case SqlKind::Time:
    case SqlKind::Timestamp:
    case SqlKind::TimestampLtz:
      return node.kind == NodeKind::Time || node.isString();
    case SqlKind::Array:
      return node.isArray();
    case SqlKind::Row:
    case SqlKind::Map:
    case SqlKind::Multiset:
      return node.isTable();
    default:
      return node.isString();
    }
  }

  diag::Engine &engine;
};

} // namespace

void levada::checkTestRows(const doc::Document &document, mlir::ModuleOp module,
                           diag::Engine &engine) {
  Rows rows(engine);
  module.walk([&](mlir::Operation *op) {
    std::vector<std::string> names;
    std::vector<SqlType> types;
    auto take = [&](StreamType type, mlir::ArrayAttr only) {
      for (size_t i = 0; i < type.size(); ++i) {
        if (only && !llvm::is_contained(only.getAsValueRange<mlir::StringAttr>(), type.getNames()[i].getValue()))
          continue;
        names.push_back(type.getNames()[i].str());
        types.push_back(type.columnType(i));
      }
    };
    if (auto source = llvm::dyn_cast<SourceOp>(op)) {
      take(llvm::cast<StreamType>(source.getRows().getType()), source.getColumns());
      for (const doc::Test &test : document.tests)
        for (const doc::TestRows &input : test.input)
          if (input.table.text == source.getStream())
            rows.check(input, names, types, source.getFormat() == "changelog-json");
    } else if (auto sink = llvm::dyn_cast<SinkOp>(op)) {
      auto type = llvm::cast<StreamType>(sink.getInput().getType());
      take(type, {});
      for (const doc::Test &test : document.tests)
        for (const doc::TestRows &expected : test.expect)
          if (expected.table.text == sink.getStream())
            rows.check(expected, names, types, type.getChangelog() != Changelog::append ||
                                                   sink.getFormat() == "changelog-json");
    }
  });
}
