//===- SetOps.cpp - UNION, INTERSECT, EXCEPT ------------------------------===//
//
// Columns go by position: the first input names them, each gets the type that
// all have in common. UNION is UNION ALL and DISTINCT. In batch, INTERSECT and
// EXCEPT count the rows of each side, and with ALL give a row as often as that
// says; on streams they are operators.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;

/// The inputs as rows of one type; false after a diagnostic.
bool Lowering::align(std::vector<Operand> &inputs, const std::string &stream, const char *what,
                     std::string &time) {
  bool failed = false;
  for (Operand &input : inputs)
    failed |= !input.relation.value || !input.relation.broken.empty();
  // With columns left out, positions mean nothing.
  if (failed || inputs.empty())
    return false;
  StreamType first = inputs[0].relation.type();
  auto name = [](const Operand &operand) { return operand.name; };
  for (size_t i = 1; i < inputs.size(); ++i)
    if (inputs[i].relation.type().size() != first.size()) {
      size_t here = inputs[i].relation.type().size(), there = first.size();
      engine.emit(inputs[i].range, diag::UnionColumns, name(inputs[i]), here, name(inputs[0]), there)
          .label(inputs[0].range, fmt::format("{} column{}", there, there == 1 ? "" : "s"))
          .label(inputs[i].range, fmt::format("{} column{}", here, here == 1 ? "" : "s"));
      failed = true;
    }
  if (failed)
    return false;
  std::vector<std::string> columns;
  std::vector<mlir::Type> types;
  for (size_t column = 0; column < first.size(); ++column) {
    llvm::SmallVector<SqlType> all;
    bool isTime = true;
    for (const Operand &input : inputs) {
      StreamType type = input.relation.type();
      all.push_back(type.columnType(column));
      isTime &= type.getTime() && type.getTime() == type.getNames()[column];
    }
    SqlType common = sema::commonType(all);
    if (!common) {
      // The first two that do not meet.
      for (size_t i = 1; i < inputs.size() && !failed; ++i)
        for (size_t j = 0; j < i; ++j)
          if (!sema::commonType({all[j], all[i]})) {
            engine.emit(inputs[i].range, diag::NoCommonType,
                        fmt::format("column {} of {}, `{}`", column + 1, what, first.getNames()[column].str()),
                        sema::display(all[j]), sema::display(all[i]))
                .label(inputs[j].range, "here it is " + sema::display(all[j]))
                .label(inputs[i].range, "here it is " + sema::display(all[i]))
                .hint("CAST one of them");
            break;
          }
      failed = true;
      continue;
    }
    if (common.getKind() == SqlKind::Null) {
      engine.emit(inputs[0].range, diag::UntypedNull)
          .hint(fmt::format("column {} is NULL in every row", column + 1));
      failed = true;
      continue;
    }
    if (isTime && common.getKind() == all[0].getKind())
      time = first.getNames()[column].str();
    columns.push_back(first.getNames()[column].str());
    types.push_back(common);
  }
  if (failed)
    return false;
  StreamType type = streamType(columns, types, time);
  for (Operand &input : inputs) {
    StreamType from = input.relation.type();
    if (from == type)
      continue;
    mlir::Location location = locate(input.range);
    input.relation.value =
        project(input.relation.value, stream, location, columns, time, [&](mlir::Block *block) {
          llvm::SmallVector<mlir::Value> values;
          sema::Scope none;
          sema::Binder binder(engine, builder, none, "");
          for (size_t i = 0; i < type.size(); ++i)
            if (from.columnType(i).getKind() == SqlKind::Null)
              values.push_back(builder.create<ConstantOp>(location, type.columnType(i), builder.getUnitAttr()));
            else
              values.push_back(binder.castTo(block->getArgument(i), type.columnType(i), location));
          return values;
        });
  }
  return true;
}

/// SELECT 1 UNION ALL SELECT 2 …: projections of one row without columns, as
/// VALUES is, instead of a source each.
static void shareEmptyRow(llvm::ArrayRef<mlir::Value> inputs) {
  ValuesOp first;
  for (mlir::Value rows : inputs) {
    while (auto project = rows.getDefiningOp<ProjectOp>())
      rows = project.getInput();
    auto one = rows.getDefiningOp<ValuesOp>();
    if (!one || one == first)
      continue;
    if (first) {
      one.getRows().replaceAllUsesWith(first.getRows());
      one.erase();
    } else {
      first = one;
    }
  }
}

Relation Lowering::unite(std::vector<Operand> inputs, const std::string &stream,
                         SourceRange range, const char *what) {
  Relation result;
  for (Operand &input : inputs) {
    result.broken.insert(input.relation.broken.begin(), input.relation.broken.end());
    result.brokenTime |= input.relation.brokenTime;
  }
  mlir::StringAttr before = inputs.empty() || !inputs[0].relation.value
                                ? mlir::StringAttr()
                                : inputs[0].relation.type().getTime();
  std::string time;
  if (!align(inputs, stream, what, time))
    return result;
  llvm::SmallVector<mlir::Value> values;
  for (const Operand &input : inputs)
    values.push_back(input.relation.value);
  shareEmptyRow(values);
  result.value = values.size() == 1
                     ? values.front()
                     : builder.create<UnionOp>(locate(range), values.front().getType(), values, stream)
                           .getOutput();
  if (time.empty() && before)
    result.lostTime = before.str();
  return result;
}

/// INTERSECT and EXCEPT of bounded rows: how often each row is on either side.
Relation Lowering::countSides(const Operand &left, const Operand &right, bool except, bool all,
                              const std::string &stream, SourceRange range) {
  mlir::Location location = locate(range);
  StreamType type = left.relation.type();
  SqlType flag = sema::makeType(&context, SqlKind::Boolean, false);
  std::vector<std::string> names;
  std::set<std::string> taken;
  llvm::SmallVector<mlir::Attribute> keys;
  for (mlir::StringAttr name : type.getNames()) {
    names.push_back(name.str());
    taken.insert(name.str());
    keys.push_back(name);
  }
  std::vector<std::string> columns = names;
  for (const char *side : {"$left", "$right"})
    columns.push_back(side);
  llvm::SmallVector<mlir::Value> sides;
  for (const Operand *side : {&left, &right})
    sides.push_back(project(side->relation.value, stream, location, columns, "", [&](mlir::Block *block) {
      llvm::SmallVector<mlir::Value> values(block->args_begin(), block->args_end());
      for (const Operand *other : {&left, &right})
        values.push_back(builder.create<ConstantOp>(location, flag, builder.getBoolAttr(side == other)));
      return values;
    }));
  auto both = builder.create<UnionOp>(location, sides[0].getType(), sides, stream);
  auto count = sema::resolveAggregate("COUNT", {}, &context);
  if (!count.declaration)
    return {};
  auto text = [&](std::string_view view) {
    return builder.getStringAttr(llvm::StringRef(view.data(), view.size()));
  };
  llvm::SmallVector<mlir::Attribute> calls;
  std::vector<mlir::Type> types(type.getTypes().begin(), type.getTypes().end());
  std::vector<std::string> counted = names;
  for (const char *side : {"$left", "$right"}) {
    std::string name = std::string(side) + "_rows";
    calls.push_back(AggAttr::get(&context, text(count.declaration->sqlName), text(count.declaration->symbol),
                                 llvm::ArrayRef<mlir::StringAttr>(), builder.getStringAttr(side), false,
                                 builder.getStringAttr(name), count.result));
    counted.push_back(name);
    types.push_back(count.result);
  }
  auto grouped = builder.create<AggregateOp>(location, streamType(counted, types), mlir::Type(),
                                             both.getOutput(), stream, builder.getArrayAttr(keys),
                                             WindowAttr(), builder.getArrayAttr(calls));
  // What stays of a key: the first count, or with ALL what is compared with the second.
  auto filter = builder.create<FilterOp>(location, grouped.getOutput().getType(), mlir::Type(),
                                         grouped.getOutput(), stream, OnError::fail);
  mlir::Block *block = rowBlock(filter.getBody(), grouped.getOutput().getType(), location);
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    mlir::Value here = block->getArgument(type.size()), there = block->getArgument(type.size() + 1);
    auto zero = builder.create<ConstantOp>(location, count.result, builder.getI64IntegerAttr(0));
    auto compare = [&](mlir::Value a, Predicate predicate, mlir::Value b) -> mlir::Value {
      return builder.create<CmpOp>(location, flag, predicate, a, b);
    };
    mlir::Value some = compare(here, Predicate::gt, except && all ? there : mlir::Value(zero));
    auto conjunction = builder.create<AndOp>(location, flag, some);
    {
      mlir::OpBuilder::InsertionGuard inside(builder);
      builder.createBlock(&conjunction.getRhs());
      builder.create<YieldOp>(location, compare(there, !except   ? Predicate::gt
                                                       : all ? Predicate::ge
                                                             : Predicate::eq, zero));
    }
    builder.create<YieldOp>(location, conjunction.getResult());
  }
  Relation result;
  mlir::Value rows = filter.getOutput();
  if (all)
    rows = repeated(rows, type, except, stream, range);
  if (!rows)
    return result;
  result.value = project(rows, stream, location, names, "", [&](mlir::Block *row) {
    llvm::SmallVector<mlir::Value> values;
    for (size_t i = 0; i < type.size(); ++i)
      values.push_back(row->getArgument(i));
    return values;
  });
  return result;
}

/// Rows with the counts of both sides behind them, as often as INTERSECT ALL or
/// EXCEPT ALL has them: through a text of so many parts.
mlir::Value Lowering::repeated(mlir::Value rows, StreamType type, bool except,
                               const std::string &stream, SourceRange range) {
  mlir::Location location = locate(range);
  std::vector<std::string> names;
  for (mlir::StringAttr name : type.getNames())
    names.push_back(name.str());
  names.push_back("$times");
  mlir::Value counted = project(rows, stream, location, names, "", [&](mlir::Block *row) {
    llvm::SmallVector<mlir::Value> values;
    for (size_t i = 0; i < type.size(); ++i)
      values.push_back(row->getArgument(i));
    sema::Scope none;
    sema::Binder binder(engine, builder, none, "");
    mlir::Value here = row->getArgument(type.size()), there = row->getArgument(type.size() + 1);
    auto sql = [&](llvm::StringRef text) -> mlir::Value {
      return builder.create<ConstantOp>(location, sema::makeString(&context, false), builder.getStringAttr(text));
    };
    mlir::Value times = except ? builder.create<SubOp>(location, here.getType(), here, there).getResult()
                               : binder.bindFunction("LEAST", {here, there}, range);
    if (times)
      times = builder.create<SubOp>(location, times.getType(), times,
                                    builder.create<ConstantOp>(location, times.getType(), builder.getI64IntegerAttr(1)));
    if (!times)
      return llvm::SmallVector<mlir::Value>{mlir::Value()};
    SqlType number = sema::makeType(&context, SqlKind::Int, sema::typeOf(times).getNullable());
    mlir::Value text = binder.bindFunction("REPEAT", {sql(","), binder.castTo(times, number, location)}, range);
    text = text ? binder.bindFunction("CONCAT", {sql("."), text}, range) : text;
    values.push_back(text ? binder.bindFunction("SPLIT", {text, sql(",")}, range) : text);
    return values;
  });
  if (!counted)
    return {};
  StreamType from = llvm::cast<StreamType>(counted.getType());
  std::vector<mlir::Type> types(from.getTypes().begin(), from.getTypes().end());
  for (const UnnestColumn &column : unnestColumns(from.columnType(type.size()), false, false)) {
    names.push_back("$" + column.name);
    types.push_back(column.type);
  }
  return builder.create<UnnestOp>(location, streamType(names, types), counted, stream, "$times",
                                  /*outer=*/false, /*ordinality=*/false);
}

Relation Lowering::lowerSetOp(const sql::Query &written, Environment &around) {
  std::vector<const sql::Query *> spine = sql::leftSpine(written);
  auto operand = [&](const sql::Query &query, const char *name) {
    Operand side{trimmed(lowerQuery(query, around), around.name), query.range, name};
    return side;
  };
  Operand left = operand(*spine.front()->left, "the query on the left");
  Query whole;
  whole.name = around.name;
  whole.isSql = true;
  for (size_t i = 0; i < spine.size();) {
    const sql::Query &link = *spine[i];
    // A run of UNION ALL is one operator.
    std::vector<Operand> sides;
    sides.push_back(std::move(left));
    bool all = link.all;
    size_t end = i;
    do
      sides.push_back(operand(*spine[end++]->right, "the query on the right"));
    while (link.setOp == sql::SetOpKind::Union && end < spine.size() &&
           spine[end]->setOp == sql::SetOpKind::Union && spine[end]->all == all);
    const char *word = link.setOp == sql::SetOpKind::Union       ? "UNION"
                       : link.setOp == sql::SetOpKind::Intersect ? "INTERSECT"
                                                                 : "EXCEPT";
    SourceRange range = spine[end - 1]->range;
    Operand result{{}, range, "the query on the left"};
    if (link.setOp == sql::SetOpKind::Union) {
      result.relation = unite(std::move(sides), around.name, range, word);
      whole.range = whole.distinctRange = link.opRange;
      if (!all && result.relation.value)
        result.relation = distinct(result.relation, whole);
    } else {
      std::string time;
      if (align(sides, around.name, word, time)) {
        bool except = link.setOp == sql::SetOpKind::Except;
        if (batch)
          result.relation = countSides(sides[0], sides[1], except, all, around.name, link.opRange);
        else {
          StreamType type = sides[0].relation.type();
          std::vector<std::string> names;
          for (mlir::StringAttr name : type.getNames())
            names.push_back(name.str());
          result.relation.value = builder.create<SetOp>(
              locate(link.opRange), streamType(names, type.getTypes()), sides[0].relation.value,
              sides[1].relation.value, around.name, except, all);
        }
      }
    }
    left = std::move(result);
    i = end;
  }
  return left.relation;
}

} // namespace levada::lower
