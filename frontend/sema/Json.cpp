//===- Json.cpp - calls of the JSON functions and their clauses -----------===//
//
// Clauses arrive at the library as words. JSON_OBJECT and JSON_ARRAY take values
// that are JSON already: what is not a call of them, or of JSON(…), goes through
// JSON_STRING.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Binder.h"
#include "frontend/sema/Constants.h"
#include "ir/diag/codes/Names.h"

#include "llvm/Support/Casting.h"

namespace levada::sema {

using namespace flow;

/// What a JSON function does where nothing is found, as the library spells it.
static llvm::StringRef behaviorName(std::optional<sql::JsonBehavior> behavior,
                                    llvm::StringRef otherwise) {
  if (!behavior)
    return otherwise;
  switch (*behavior) {
  case sql::JsonBehavior::Error:
    return "ERROR";
  case sql::JsonBehavior::True:
    return "TRUE";
  case sql::JsonBehavior::False:
    return "FALSE";
  case sql::JsonBehavior::EmptyArray:
    return "[]";
  case sql::JsonBehavior::EmptyObject:
    return "{}";
  case sql::JsonBehavior::Default:
    return "DEFAULT";
  default:
    return "NULL";
  }
}

mlir::Value Binder::bindJson(const sql::CallExpr &e, llvm::StringRef name) {
  mlir::MLIRContext *context = builder.getContext();
  mlir::Location location = locate(e.range);
  const sql::JsonClauses &json = *e.json;
  llvm::SmallVector<mlir::Value> values;
  llvm::SmallVector<SourceRange> ranges;
  auto add = [&](mlir::Value value, SourceRange range) {
    values.push_back(value);
    ranges.push_back(range);
  };
  auto addWord = [&](llvm::StringRef word) {
    add(constant(builder.getStringAttr(word), makeString(context, false), location), e.range);
  };
  SqlType returning;
  if (json.returning && name == "JSON_VALUE") {
    returning = resolveType(*json.returning, engine, context);
    if (!returning)
      return {};
    SqlKind kind = returning.getKind();
    if (!returning.isCharacter() && kind != SqlKind::Int && kind != SqlKind::Double &&
        kind != SqlKind::Boolean) {
      engine.emit(json.returning->range, diag::NoMatchingSignature, name.str(),
                  "RETURNING " + display(returning))
          .hint("it returns STRING, INTEGER, DOUBLE or BOOLEAN: CAST the result");
      return {};
    }
  }
  for (const sql::ExprPtr &arg : e.args)
    add(bind(*arg), arg->range);
  if (name == "JSON_EXISTS") {
    addWord(behaviorName(json.onError, "FALSE"));
  } else if (name == "JSON_QUERY") {
    if (json.returning) {
      SqlType type = resolveType(*json.returning, engine, context);
      if (!type)
        return {};
      bool texts = type.getKind() == SqlKind::Array &&
                   llvm::cast<SqlType>(type.getChildren()[0]).isCharacter();
      if (!texts && !type.isCharacter()) {
        engine.emit(json.returning->range, diag::NoMatchingSignature, name.str(),
                    "RETURNING " + display(type))
            .hint("it returns STRING or ARRAY<STRING>: CAST the result");
        return {};
      }
      for (auto behavior : {json.onEmpty, json.onError})
        if (texts && behavior == sql::JsonBehavior::EmptyObject) {
          engine.emit(e.range, diag::NoMatchingSignature, name.str(),
                      "RETURNING " + display(type) + " … EMPTY OBJECT")
              .hint("EMPTY ARRAY is an array");
          return {};
        }
      if (texts)
        name = "JSON_QUERY ARRAY";
    }
    addWord(!json.wrapper || *json.wrapper == sql::JsonWrapper::Without ? ""
            : *json.wrapper == sql::JsonWrapper::Conditional            ? "CONDITIONAL"
                                                                        : "UNCONDITIONAL");
    addWord(behaviorName(json.onEmpty, "NULL"));
    addWord(behaviorName(json.onError, "NULL"));
  } else {
    auto addDefault = [&](std::optional<sql::JsonBehavior> behavior, const sql::ExprPtr &value) {
      addWord(behaviorName(behavior, "NULL"));
      if (!value)
        return add(constant(builder.getUnitAttr(), makeString(context), location), e.range);
      mlir::Value bound = bind(*value);
      add(bound ? castTo(bound, makeString(context, typeOf(bound).getNullable()), locate(value->range))
                : bound,
          value->range);
    };
    SqlKind kind = returning ? returning.getKind() : SqlKind::VarChar;
    addWord(kind == SqlKind::Int       ? "INT"
            : kind == SqlKind::Double  ? "DOUBLE"
            : kind == SqlKind::Boolean ? "BOOLEAN"
                                       : "");
    addDefault(json.onEmpty, json.defaultOnEmpty);
    addDefault(json.onError, json.defaultOnError);
  }
  if (llvm::is_contained(values, mlir::Value()))
    return {};
  mlir::Value result = callFunction(name, e.name.range, e.range, values, ranges);
  if (!result || !returning)
    return result;
  return castTo(result, returning.withNullable(true), location);
}

mlir::Value Binder::bindJsonPart(const sql::Expr &e) {
  if (auto *call = llvm::dyn_cast<sql::CallExpr>(&e); call && call->qualifier.empty()) {
    std::string name = llvm::StringRef(call->name.text).upper();
    if (name == "JSON_OBJECT" || name == "JSON_ARRAY")
      return bind(e);
    if (name == "JSON" && call->args.size() == 1) {
      mlir::Value text = bind(*call->args[0]);
      return text ? callFunction(name, call->name.range, e.range, {text}, {call->args[0]->range})
                  : text;
    }
  }
  mlir::Value value = bind(e);
  if (!value)
    return {};
  if (typeOf(value).getKind() == SqlKind::Null)
    return castTo(value, makeString(builder.getContext()), locate(e.range));
  return callFunction("JSON_STRING", e.range, e.range, {value}, {e.range});
}

mlir::Value Binder::bindJsonItem(const sql::Expr &e, bool nulls) {
  mlir::Value value = bindJsonPart(e);
  if (!value || !nulls || !typeOf(value).getNullable())
    return value;
  mlir::Location location = locate(e.range);
  mlir::Value present = isTest(Truth::is_not_null, value, location);
  mlir::OpBuilder::InsertionGuard guard(builder);
  Chain chain;
  SqlType type = makeString(builder.getContext());
  chainIf(chain, present, [&] { return value; }, e.range, location);
  chainElse(chain, constant(builder.getStringAttr("null"), type, location), e.range);
  return chainEnd(chain, type);
}

mlir::Value Binder::bindJsonMake(const sql::CallExpr &e, llvm::StringRef name) {
  bool object = name == "JSON_OBJECT";
  llvm::SmallVector<mlir::Value> values;
  llvm::SmallVector<SourceRange> ranges;
  bool absent = e.json && e.json->onNull ? *e.json->onNull == sql::JsonBehavior::Absent : !object;
  values.push_back(constant(builder.getStringAttr(absent ? "ABSENT" : "NULL"),
                            makeString(builder.getContext(), false), locate(e.range)));
  ranges.push_back(e.range);
  bool failed = false;
  for (size_t i = 0; i < e.args.size(); ++i) {
    const sql::Expr &arg = *e.args[i];
    bool key = object && i % 2 == 0;
    mlir::Value value = key ? bind(arg) : bindJsonPart(arg);
    failed |= !value;
    if (value && key && !llvm::isa_and_nonnull<mlir::StringAttr>(constantOf(value))) {
      engine.emit(arg.range, diag::OperandType, "a key of JSON_OBJECT", display(typeOf(value)))
          .hint("a key is a text constant: KEY 'name' VALUE …");
      failed = true;
    }
    values.push_back(value);
    ranges.push_back(arg.range);
  }
  return failed ? mlir::Value() : callFunction(name, e.name.range, e.range, values, ranges);
}

} // namespace levada::sema
