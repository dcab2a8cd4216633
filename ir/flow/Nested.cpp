//===- Nested.cpp - ROW, ARRAY, MAP, MULTISET in flow ----------------------===//
//
// Verifiers of what makes nested values and takes them apart. Types inside a
// nested type agree where they are the same but for NOT NULL: a value is held
// the same way whatever may be NULL in it.
//
//===----------------------------------------------------------------------===//
#include "ir/flow/FlowOps.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace levada::flow;

static SqlType child(SqlType type, size_t index) { return cast<SqlType>(type.getChildren()[index]); }
static bool alike(SqlType a, SqlType b) { return allNullable(a) == allNullable(b); }

SqlType levada::flow::allNullable(SqlType type) {
  if (!type.isNested())
    return type.withNullable(true);
  SmallVector<Type> children;
  for (Type inner : type.getChildren())
    children.push_back(allNullable(cast<SqlType>(inner)));
  // Names of fields say nothing about how a value is held.
  return SqlType::get(type.getContext(), type.getKind(), 0, 0, true, children, {});
}

//===----------------------------------------------------------------------===//
// Constructors
//===----------------------------------------------------------------------===//

static LogicalResult verifyPart(Operation *op, SqlType given, SqlType wanted, StringRef what) {
  if (!alike(given, wanted))
    return op->emitOpError(what) << " is " << wanted << ", not " << given;
  if (given.getNullable() && !wanted.getNullable())
    return op->emitOpError(what) << " must be nullable, as its value is";
  return success();
}

static LogicalResult verifyKind(Operation *op, SqlKind kind) {
  auto type = cast<SqlType>(op->getResult(0).getType());
  if (type.getKind() == kind)
    return success();
  return op->emitOpError("cannot be ") << type;
}

LogicalResult RowOp::verify() {
  SqlType type = getResult().getType();
  if (failed(verifyKind(*this, SqlKind::Row)))
    return failure();
  if (type.getChildren().size() != getArgs().size())
    return emitOpError("has ") << getArgs().size() << " values for " << type.getChildren().size()
                               << " fields";
  for (auto [i, arg] : llvm::enumerate(getArgs()))
    if (failed(verifyPart(*this, cast<SqlType>(arg.getType()), child(type, i), "a field")))
      return failure();
  return success();
}

LogicalResult ArrayOp::verify() {
  if (failed(verifyKind(*this, SqlKind::Array)))
    return failure();
  for (Value arg : getArgs())
    if (failed(verifyPart(*this, cast<SqlType>(arg.getType()), child(getResult().getType(), 0),
                          "an element")))
      return failure();
  return success();
}

LogicalResult MapOp::verify() {
  if (failed(verifyKind(*this, SqlKind::Map)))
    return failure();
  if (getArgs().size() % 2)
    return emitOpError("has a key without a value");
  for (auto [i, arg] : llvm::enumerate(getArgs()))
    if (failed(verifyPart(*this, cast<SqlType>(arg.getType()), child(getResult().getType(), i % 2),
                          i % 2 ? "a value" : "a key")))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

LogicalResult FieldOp::verify() {
  SqlType row = getRow().getType(), result = getResult().getType();
  if (row.getKind() != SqlKind::Row)
    return emitOpError("needs a ROW, found ") << row;
  if (getIndex() >= row.getChildren().size())
    return emitOpError("has no field ") << getIndex() << " in " << row;
  SqlType field = child(row, getIndex());
  if (!alike(field, result))
    return emitOpError("of ") << field << " cannot be " << result;
  if ((field.getNullable() || row.getNullable()) && !result.getNullable())
    return emitOpError("result must be nullable, as the row or the field is");
  return success();
}

OpFoldResult FieldOp::fold(FoldAdaptor adaptor) {
  if (isa_and_nonnull<UnitAttr>(adaptor.getRow()))
    return adaptor.getRow();
  if (auto row = getRow().getDefiningOp<RowOp>())
    if (row.getArgs()[getIndex()].getType() == getResult().getType())
      return row.getArgs()[getIndex()];
  return {};
}

LogicalResult ElementOp::verify() {
  SqlType type = getCollection().getType(), key = getKey().getType();
  bool array = type.getKind() == SqlKind::Array;
  if (!array && type.getKind() != SqlKind::Map)
    return emitOpError("needs an ARRAY or a MAP, found ") << type;
  if (array ? key.getKind() != SqlKind::Int : !alike(key, child(type, 0)))
    return emitOpError("of ") << type << " cannot be found by " << key;
  SqlType value = child(type, array ? 0 : 1), result = getResult().getType();
  if (!alike(value, result) || !result.getNullable())
    return emitOpError("of ") << value << " cannot be " << result;
  return success();
}

//===----------------------------------------------------------------------===//
// UNNEST
//===----------------------------------------------------------------------===//

llvm::SmallVector<UnnestColumn> levada::flow::unnestColumns(SqlType collection, bool outer,
                                                            bool ordinality) {
  llvm::SmallVector<UnnestColumn> columns;
  SqlType element = child(collection, 0);
  if (collection.getKind() == SqlKind::Map) {
    columns.push_back({"key", element});
    columns.push_back({"value", child(collection, 1)});
  } else if (element.getKind() == SqlKind::Row) {
    for (auto [name, field] : llvm::zip(element.getNames(), element.getChildren())) {
      auto type = cast<SqlType>(field);
      columns.push_back({name.str(), type.withNullable(type.getNullable() || element.getNullable())});
    }
  } else {
    columns.push_back({"f0", element});
  }
  if (ordinality)
    columns.push_back({"ORDINALITY", SqlType::get(collection.getContext(), SqlKind::Int, 0, 0, false)});
  if (outer)
    for (UnnestColumn &column : columns)
      column.type = column.type.withNullable(true);
  return columns;
}

LogicalResult UnnestOp::verify() {
  StreamType input = getInput().getType(), output = getOutput().getType();
  int64_t index = input.indexOf(getColumn());
  if (index < 0)
    return emitOpError("has no column `") << getColumn() << "`";
  SqlType type = input.columnType(index);
  if (!type.isNested() || type.getKind() == SqlKind::Row)
    return emitOpError("needs an ARRAY, MAP or MULTISET, found ") << type;
  SmallVector<UnnestColumn> added = unnestColumns(type, getOuter(), getOrdinality());
  if (output.size() != input.size() + added.size() ||
      output.getTypes().take_front(input.size()) != input.getTypes())
    return emitOpError("must add ") << added.size() << " columns to those of " << input;
  for (auto [i, column] : llvm::enumerate(added))
    if (output.columnType(input.size() + i) != column.type)
      return emitOpError("column ") << input.size() + i << " is " << column.type << ", not "
                                    << output.columnType(input.size() + i);
  return success();
}
