//===- NestedTypes.cpp - nested types in casts and signatures --------------===//
//
// A pattern is a type of the catalogue with variables in it. Arguments are
// matched from left to right; a variable that several of them bind is their
// common type, and then an argument `AS T` must be assignable to it.
//
//===----------------------------------------------------------------------===//
#include "frontend/sema/Nested.h"

#include "frontend/sema/Constants.h"
#include "ir/flow/FlowOps.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

namespace levada::sema {

using llvm::cast;

static SqlType childOf(SqlType type, size_t index) {
  return cast<SqlType>(type.getChildren()[index]);
}

SqlType makeArray(SqlType element, bool nullable) {
  return SqlType::get(element.getContext(), SqlKind::Array, 0, 0, nullable, {element}, {});
}
SqlType makeMap(SqlType key, SqlType value, bool nullable) {
  return SqlType::get(key.getContext(), SqlKind::Map, 0, 0, nullable, {key, value}, {});
}

bool nestedCastable(SqlType from, SqlType to) {
  if (from.getKind() == SqlKind::Null || to.isCharacter())
    return true;
  if (from.getKind() != to.getKind() || from.getChildren().size() != to.getChildren().size())
    return false;
  for (auto [a, b] : llvm::zip(from.getChildren(), to.getChildren()))
    if (!castable(cast<SqlType>(a), cast<SqlType>(b)))
      return false;
  return true;
}

bool sameBytes(SqlType left, SqlType right) {
  return flow::allNullable(left) == flow::allNullable(right);
}

/// One type but for the lengths of texts and bytes, and for NOT NULL.
static bool sameButLengths(SqlType a, SqlType b) {
  if ((a.isCharacter() && b.isCharacter()) || (a.isBinary() && b.isBinary()))
    return true;
  if (!a.isNested() || !b.isNested())
    return a.withNullable(true) == b.withNullable(true);
  return a.getKind() == b.getKind() && a.getChildren().size() == b.getChildren().size() &&
         llvm::all_of(llvm::zip(a.getChildren(), b.getChildren()), [](auto pair) {
           return sameButLengths(cast<SqlType>(std::get<0>(pair)), cast<SqlType>(std::get<1>(pair)));
         });
}

bool assignable(SqlType from, SqlType to) {
  if (from.getKind() == SqlKind::Null)
    return true;
  SqlType a = flow::allNullable(from), b = flow::allNullable(to);
  SqlType both = a == b ? a : commonType({a, b});
  return both && flow::allNullable(both) == b;
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

static bool isVariable(llvm::StringRef text) {
  return text == "T" || text == "K" || text == "V" || text == "O";
}

bool isPattern(llvm::StringRef text) {
  return isVariable(text) || text.contains('<') || text.starts_with("AS ");
}

namespace {

/// "MAP<K, V>" as its name and the parts between the brackets.
struct Spelled {
  llvm::StringRef name;
  llvm::SmallVector<llvm::StringRef> parts;
  bool nullable = true;
};

Spelled spelled(llvm::StringRef text) {
  Spelled result;
  text = text.trim();
  if (text.consume_back("NOT NULL"))
    result.nullable = false;
  text = text.trim();
  size_t open = text.find('<');
  result.name = text.substr(0, open).trim();
  if (open == llvm::StringRef::npos || !text.ends_with(">"))
    return result;
  llvm::StringRef inner = text.substr(open + 1).drop_back();
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= inner.size(); ++i) {
    if (i == inner.size() || (inner[i] == ',' && depth == 0)) {
      result.parts.push_back(inner.slice(begin, i).trim());
      begin = i + 1;
    } else {
      depth += inner[i] == '<' || inner[i] == '(' ? 1 : inner[i] == '>' || inner[i] == ')' ? -1 : 0;
    }
  }
  return result;
}

std::optional<SqlKind> nestedKind(llvm::StringRef name) {
  for (auto [text, kind] : {std::pair<llvm::StringRef, SqlKind>{"ARRAY", SqlKind::Array},
                            {"MAP", SqlKind::Map},
                            {"MULTISET", SqlKind::Multiset},
                            {"ROW", SqlKind::Row}})
    if (name == text)
      return kind;
  return std::nullopt;
}

/// "key K": the name of a ROW's field and its type.
std::pair<llvm::StringRef, llvm::StringRef> fieldOf(llvm::StringRef text) {
  auto [name, type] = text.split(' ');
  return {name.trim(), type.trim()};
}

bool hasOrder(SqlType type) {
  return !type.isNested() && type.getKind() != SqlKind::Boolean;
}

struct Matcher {
  mlir::MLIRContext *context;
  std::map<char, llvm::SmallVector<SqlType>> found;
  std::map<char, SqlType> bound;

  bool match(llvm::StringRef pattern, SqlType type);
  bool bind();
  SqlType substitute(llvm::StringRef pattern);
};

bool Matcher::match(llvm::StringRef pattern, SqlType type) {
  if (isVariable(pattern)) {
    if (pattern == "O" && !hasOrder(type))
      return false;
    found[pattern.front()].push_back(type);
    return true;
  }
  if (type.getKind() == SqlKind::Null)
    return true;
  Spelled spelling = spelled(pattern);
  std::optional<SqlKind> kind = nestedKind(spelling.name);
  if (!kind) {
    SqlType param = parseCatalogType(pattern, context);
    return param && assignable(type, param);
  }
  if (type.getKind() != *kind || type.getChildren().size() != spelling.parts.size())
    return false;
  for (auto [i, part] : llvm::enumerate(spelling.parts))
    if (!match(*kind == SqlKind::Row ? fieldOf(part).second : part, childOf(type, i)))
      return false;
  return true;
}

bool Matcher::bind() {
  for (auto &[name, types] : found) {
    SqlType both = commonType(types);
    if (!both)
      return false;
    bound[name] = both;
  }
  return true;
}

SqlType Matcher::substitute(llvm::StringRef pattern) {
  pattern.consume_front("AS ");
  if (isVariable(pattern)) {
    auto at = bound.find(pattern.front());
    return at != bound.end() ? at->second : makeType(context, SqlKind::Null);
  }
  Spelled spelling = spelled(pattern);
  std::optional<SqlKind> kind = nestedKind(spelling.name);
  if (!kind)
    return parseCatalogType(pattern, context);
  llvm::SmallVector<mlir::Type> children;
  llvm::SmallVector<mlir::StringAttr> names;
  for (llvm::StringRef part : spelling.parts) {
    if (*kind == SqlKind::Row) {
      names.push_back(mlir::StringAttr::get(context, fieldOf(part).first));
      part = fieldOf(part).second;
    }
    SqlType child = substitute(part);
    if (!child)
      return {};
    children.push_back(child);
  }
  return SqlType::get(context, *kind, 0, 0, spelling.nullable, children, names);
}

} // namespace

SqlType catalogType(llvm::StringRef text, mlir::MLIRContext *context) {
  if (!text.contains('<'))
    return parseCatalogType(text, context);
  Matcher matcher{context, {}, {}};
  return matcher.substitute(text);
}

std::optional<PatternFit>
fitPatterns(llvm::ArrayRef<llvm::StringRef> params, llvm::StringRef result,
            const std::vector<Argument> &arguments, mlir::MLIRContext *context,
            llvm::function_ref<std::optional<std::pair<int, SqlType>>(const Argument &,
                                                                      llvm::StringRef)>
                scalar) {
  Matcher matcher{context, {}, {}};
  PatternFit fit;
  auto paramOf = [&](size_t i) { return params[std::min(i, params.size() - 1)]; };
  auto isBound = [](llvm::StringRef text) { return isPattern(text) && !text.starts_with("AS "); };
  for (auto [i, argument] : llvm::enumerate(arguments))
    if (isBound(paramOf(i)) && !matcher.match(paramOf(i), argument.type))
      return std::nullopt;
  if (!matcher.bind())
    return std::nullopt;
  auto hasVariable = [](llvm::StringRef text) {
    return llvm::any_of(llvm::StringRef("TKVO"), [&](char c) {
      size_t at = text.find(c);
      return at != llvm::StringRef::npos && (at == 0 || !llvm::isAlpha(text[at - 1])) &&
             (at + 1 == text.size() || !llvm::isAlpha(text[at + 1]));
    });
  };
  if (matcher.found.empty() && hasVariable(result))
    return std::nullopt;
  // Texts of any length stand for one another: T takes the greater one.
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    llvm::StringRef param = paramOf(i);
    if (!param.consume_front("AS ") || !matcher.bound.count(param.front()))
      continue;
    SqlType &type = matcher.bound[param.front()];
    SqlType common = commonType({argument.type, type});
    if (common && sameButLengths(common, type))
      type = common.withNullable(type.getNullable());
  }
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    llvm::StringRef param = paramOf(i);
    if (!isPattern(param)) {
      auto one = scalar(argument, param);
      if (!one)
        return std::nullopt;
      fit.cost += one->first;
      fit.params.push_back(one->second);
      continue;
    }
    SqlType type = matcher.substitute(param);
    if (!type)
      return std::nullopt;
    if (param.starts_with("AS ")) { // its length is in T already
      bool constant = argument.constant && !argument.type.isNested() &&
                      convertConstant(argument.constant, argument.type, type.withNullable(true));
      if (!assignable(argument.type, type) && !constant)
        return std::nullopt;
    }
    // What takes anything comes after what takes this type.
    fit.cost += (sameBytes(argument.type, type) ? 0 : 1) + (isVariable(param) ? 30 : 0);
    fit.params.push_back(type);
  }
  fit.result = matcher.substitute(result);
  return fit;
}

} // namespace levada::sema
