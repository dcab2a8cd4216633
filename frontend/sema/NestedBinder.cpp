//===- NestedBinder.cpp - rows, arrays, maps and their parts ---------------===//
//
// ROW(…), (a, b), ARRAY[…] and MAP[…] take the common type of what stands in
// them; `.field` and `[…]` read it. Fields of a row that nobody named are
// EXPR$0, EXPR$1 …, as in Flink.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Binder.h"
#include "frontend/sema/Constants.h"
#include "frontend/sema/Nested.h"
#include "ir/diag/codes/Names.h"

#include "llvm/Support/Casting.h"

namespace levada::sema {

using namespace flow;
using llvm::cast;

mlir::Value Binder::bindField(mlir::Value row, SourceRange rowRange, const sql::Name &name,
                              SourceRange whole) {
  SqlType type = typeOf(row);
  if (type.getKind() != SqlKind::Row) {
    auto flight = engine.emit(name.range, diag::UnknownField, name.text, display(type));
    flight.label(rowRange, "this is " + display(type));
    if (type.getKind() == SqlKind::Map)
      flight.hint("the value of a key is written with brackets: `[" "'" + name.text + "'" "]`");
    else if (type.getKind() == SqlKind::Array)
      flight.hint("an element is written with its number: `[1]`");
    else
      flight.hint("only a ROW has fields");
    return {};
  }
  std::vector<std::string> names;
  for (auto [i, field] : llvm::enumerate(type.getNames())) {
    if (field.getValue() != name.text) {
      names.push_back(field.str());
      continue;
    }
    auto fieldType = cast<SqlType>(type.getChildren()[i]);
    SqlType result = fieldType.withNullable(fieldType.getNullable() || type.getNullable());
    return builder.create<FieldOp>(locate(whole), result, row, i);
  }
  auto flight = engine.emit(name.range, diag::UnknownField, name.text, display(type));
  if (std::string near = diag::nearest(name.text, names); !near.empty())
    flight.hint("did you mean `" + near + "`?");
  flight.note("fields: " + listNames(names));
  return {};
}

mlir::Value Binder::bindFieldAccess(const sql::FieldExpr &e) {
  mlir::Value row = bind(*e.operand);
  return row ? bindField(row, e.operand->range, e.field, e.range) : row;
}

mlir::Value Binder::bindIndex(const sql::IndexExpr &e) {
  mlir::Value collection = bind(*e.operand), key = bind(*e.index);
  if (!collection || !key)
    return {};
  SqlType type = typeOf(collection), keyType = typeOf(key);
  mlir::MLIRContext *context = builder.getContext();
  mlir::Location location = locate(e.range);
  SqlType wanted;
  if (type.getKind() == SqlKind::Array) {
    wanted = makeType(context, SqlKind::Int);
    auto integer = llvm::dyn_cast_or_null<mlir::IntegerAttr>(constantOf(key));
    if (integer && keyType.isInteger() && integer.getValue().getSExtValue() < 1) {
      engine.emit(e.index->range, diag::ArrayIndex, integer.getValue().getSExtValue());
      return {};
    }
    if (!keyType.isInteger() && keyType.getKind() != SqlKind::Null)
      wanted = {};
  } else if (type.getKind() == SqlKind::Map) {
    wanted = cast<SqlType>(type.getChildren()[0]);
    // Keys are compared in the type that both have in common.
    if (!assignable(keyType, wanted) && !convertConstantTo(key, wanted)) {
      SqlType common = commonType({keyType, wanted});
      if (!common) {
        wanted = {};
      } else {
        wanted = common;
        auto value = cast<SqlType>(type.getChildren()[1]);
        type = makeMap(common, value, type.getNullable());
        collection = castTo(collection, type, locate(e.operand->range));
      }
    }
  } else {
    engine.emit(e.range, diag::OperandType, "[…]", display(type))
        .label(e.operand->range, "this is " + display(type))
        .hint(type.getKind() == SqlKind::Row ? "a field of a ROW is written with its name: `.name`"
                                             : "only an ARRAY or a MAP has elements");
    return {};
  }
  if (!wanted) {
    engine.emit(e.index->range, diag::IndexType, display(type),
                type.getKind() == SqlKind::Array
                    ? "a whole number"
                    : display(cast<SqlType>(type.getChildren()[0])),
                display(keyType));
    return {};
  }
  key = castTo(key, wanted.withNullable(keyType.getNullable()), locate(e.index->range));
  auto element = cast<SqlType>(type.getChildren().back());
  return builder.create<ElementOp>(location, element.withNullable(true), collection, key);
}

bool Binder::convertConstantTo(mlir::Value value, SqlType type) const {
  mlir::Attribute constant = constantOf(value);
  return constant && !type.isNested() && convertConstant(constant, typeOf(value), type);
}

//===----------------------------------------------------------------------===//
// Constructors
//===----------------------------------------------------------------------===//

mlir::Value Binder::fitElement(mlir::Value value, SqlType type, SourceRange range) {
  SqlType from = typeOf(value);
  if (sameBytes(from, type))
    return value;
  return castTo(value, type.withNullable(from.getNullable()), locate(range));
}

bool Binder::bindItems(llvm::ArrayRef<sql::ExprPtr> items, llvm::SmallVector<mlir::Value> &values) {
  bool failed = false;
  for (const sql::ExprPtr &item : items) {
    values.push_back(bind(*item));
    failed |= !values.back();
  }
  return !failed;
}

SqlType Binder::commonOf(llvm::ArrayRef<mlir::Value> values, llvm::ArrayRef<sql::ExprPtr> items,
                         size_t first, size_t step, const std::string &what) {
  llvm::SmallVector<SqlType> types;
  for (size_t i = first; i < values.size(); i += step) {
    types.push_back(typeOf(values[i]));
    if (commonType(types))
      continue;
    SqlType before = commonType(llvm::ArrayRef(types).drop_back());
    auto flight = engine.emit(items[i]->range, diag::NoCommonType, what, display(before),
                              display(types.back()));
    flight.label(items[first]->range, "this is " + display(types.front()))
        .label(items[i]->range, "this is " + display(types.back()));
    flight.hint("CAST one of them");
    return {};
  }
  return commonType(types);
}

mlir::Value Binder::makeRow(llvm::ArrayRef<mlir::Value> values, SourceRange whole) {
  llvm::SmallVector<mlir::Type> types;
  llvm::SmallVector<mlir::StringAttr> names;
  for (auto [i, value] : llvm::enumerate(values)) {
    types.push_back(value.getType());
    names.push_back(builder.getStringAttr("EXPR$" + std::to_string(i)));
  }
  SqlType type = SqlType::get(builder.getContext(), SqlKind::Row, 0, 0, /*nullable=*/false, types, names);
  return builder.create<RowOp>(locate(whole), type, values);
}

mlir::Value Binder::bindList(const sql::ListExpr &e) {
  llvm::SmallVector<mlir::Value> values;
  if (!bindItems(e.items, values))
    return {};
  if (e.kind == sql::ExprKind::RowValue)
    return makeRow(values, e.range);
  bool array = e.kind == sql::ExprKind::ArrayValue;
  llvm::StringRef name = array ? "ARRAY" : "MAP";
  if (values.empty() || (!array && values.size() % 2)) {
    engine.emit(e.range, diag::NoMatchingSignature, name.str(),
                values.empty() ? "" : fmt::format("{} values", values.size()))
        .hint(array ? "its type would not be known: CAST an ARRAY that has an element, or NULL"
                    : "a MAP is written as keys and values in turn: `MAP['a', 1, 'b', 2]`");
    return {};
  }
  size_t step = array ? 1 : 2;
  SqlType first = commonOf(values, e.items, 0, step, array ? "the elements of ARRAY" : "the keys of MAP");
  SqlType second = array ? first : commonOf(values, e.items, 1, 2, "the values of MAP");
  if (!first || !second)
    return {};
  for (auto [i, value] : llvm::enumerate(values))
    value = fitElement(value, i % step ? second : first, e.items[i]->range);
  mlir::Location location = locate(e.range);
  if (array)
    return builder.create<ArrayOp>(location, makeArray(first, false), values);
  return builder.create<MapOp>(location, makeMap(first, second, false), values);
}

} // namespace levada::sema
