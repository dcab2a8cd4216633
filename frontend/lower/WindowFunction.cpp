//===- WindowFunction.cpp - TUMBLE, HOP, CUMULATE, SESSION in FROM --------===//
//
// Arguments by position or by name. HOP and CUMULATE take the slide or step
// before the size; SESSION the columns each of whose values has its own.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Lowering.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;
using llvm::dyn_cast;

namespace {
struct Shape {
  WindowKind kind;
  std::vector<std::string> names; ///< of the arguments, in order
  size_t least;
  const char *example;
};

const Shape *shapeOf(llvm::StringRef name) {
  static const std::map<std::string, Shape> shapes = {
      {"TUMBLE", {WindowKind::tumble, {"DATA", "TIMECOL", "SIZE", "OFFSET"}, 3,
                  "TUMBLE(TABLE input, DESCRIPTOR(time), INTERVAL '1' HOUR)"}},
      {"HOP", {WindowKind::hop, {"DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"}, 4,
               "HOP(TABLE input, DESCRIPTOR(time), INTERVAL '5' MINUTE, INTERVAL '1' HOUR)"}},
      {"CUMULATE", {WindowKind::cumulate, {"DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"}, 4,
                    "CUMULATE(TABLE input, DESCRIPTOR(time), INTERVAL '5' MINUTE, INTERVAL '1' HOUR)"}},
      {"SESSION", {WindowKind::session, {"DATA", "TIMECOL", "GAP"}, 3,
                   "SESSION(TABLE input, DESCRIPTOR(time), INTERVAL '1' HOUR)"}},
  };
  auto at = shapes.find(name.upper());
  return at == shapes.end() ? nullptr : &at->second;
}
} // namespace

Relation Lowering::lowerWindowFunction(const sql::TableRef &from, Environment &around) {
  const sql::CallExpr &call = *from.call;
  std::string function = llvm::StringRef(call.name.text).upper();
  const Shape &shape = *shapeOf(function);
  size_t most = shape.names.size();
  if (call.args.size() < shape.least || call.args.size() > most) {
    engine.emit(call.name.range, diag::WindowFunction,
                fmt::format("`{}` takes {} arguments, found {}", function,
                            shape.least == most ? fmt::format("{}", most)
                                                : fmt::format("{} or {}", shape.least, most),
                            call.args.size()))
        .hint(shape.example);
    return {};
  }
  std::vector<const sql::Expr *> arguments(most, nullptr);
  for (size_t i = 0; i < call.args.size(); ++i) {
    size_t at = i;
    if (i < call.argNames.size() && call.argNames[i]) {
      const sql::Name &name = *call.argNames[i];
      std::string upper = llvm::StringRef(name.text).upper();
      at = std::find(shape.names.begin(), shape.names.end(), upper) - shape.names.begin();
      if (at == most) {
        auto flight = engine.emit(name.range, diag::WindowFunction,
                                  "`" + function + "` has no argument `" + name.text + "`");
        if (std::string near = diag::nearest(name.text, shape.names); !near.empty())
          flight.hint("did you mean `" + near + "`?");
        flight.note("its arguments: " + sema::listNames(shape.names));
        return {};
      }
    }
    if (arguments[at]) {
      engine.emit(call.args[i]->range, diag::WindowFunction,
                  "`" + shape.names[at] + "` is there twice");
      return {};
    }
    arguments[at] = call.args[i].get();
  }
  for (size_t i = 0; i < shape.least; ++i)
    if (!arguments[i]) {
      engine.emit(call.name.range, diag::WindowFunction,
                  "`" + function + "` lacks the argument `" + shape.names[i] + "`")
          .hint(shape.example);
      return {};
    }

  Relation relation = tableArgument(*arguments[0], around);
  auto *descriptor = dyn_cast<sql::CallExpr>(arguments[1]);
  auto *time = descriptor && llvm::StringRef(descriptor->name.text).equals_insensitive("DESCRIPTOR") &&
                       descriptor->args.size() == 1
                   ? dyn_cast<sql::ColumnExpr>(descriptor->args[0].get())
                   : nullptr;
  bool ok = relation.value != nullptr;
  if (!time) {
    engine.emit(arguments[1]->range, diag::WindowFunction, "the time column stands in DESCRIPTOR(…)")
        .hint("DESCRIPTOR(ts)");
    ok = false;
  }
  std::vector<int64_t> sizes;
  for (size_t i = 2; i < most; ++i) {
    std::optional<int64_t> millis = arguments[i] ? constantMillis(*arguments[i]) : 0;
    ok &= millis.has_value();
    sizes.push_back(millis.value_or(1));
  }
  bool stepped = shape.kind == WindowKind::hop || shape.kind == WindowKind::cumulate;
  int64_t size = stepped ? sizes[1] : sizes[0], slide = stepped ? sizes[0] : 0;
  int64_t offset = shape.kind == WindowKind::session ? 0 : sizes.back();
  const sql::Expr &sizeExpr = *arguments[stepped ? 3 : 2];
  if (ok && (size <= 0 || (stepped && slide <= 0))) {
    engine.emit(sizeExpr.range, diag::WindowSize, "the size of a window is positive");
    ok = false;
  } else if (ok && stepped && size % slide != 0) {
    engine.emit(sizeExpr.range, diag::WindowSize,
                fmt::format("the size of {} must be a multiple of its {}", function,
                            shape.kind == WindowKind::hop ? "slide" : "step"))
        .label(arguments[2]->range, shape.kind == WindowKind::hop ? "the slide" : "the step");
    ok = false;
  }
  std::vector<std::string> keys;
  if (!call.partitionBy.empty() && shape.kind != WindowKind::session) {
    engine.emit(call.partitionBy.front()->range, diag::WindowFunction,
                "`" + function + "` has the same windows for all rows")
        .hint("only SESSION takes PARTITION BY");
    ok = false;
  } else if (relation.value) {
    std::vector<Field> fields = fieldsOf(relation);
    sema::Scope names = scopeOf(relation, nullptr);
    for (const sql::ExprPtr &key : call.partitionBy) {
      auto *column = dyn_cast<sql::ColumnExpr>(key.get());
      size_t used = 0;
      const sema::Column *other = nullptr;
      const sema::Column *found = column ? names.find(column->parts, used, other) : nullptr;
      if (!found) {
        ok = false;
        if (column)
          names.reportUnknown(*column, engine);
        else
          engine.emit(key->range, diag::WindowFunction, "PARTITION BY takes columns");
        continue;
      }
      keys.push_back(relation.type().getNames()[found - names.all().data()].str());
    }
  }
  if (!ok)
    return {};
  std::string inputName = relation.name;
  mlir::StringAttr on = eventTime(time->parts.back(), from.range, relation);
  if (!on)
    return {};
  auto window = WindowAttr::get(&context, shape.kind, on, size, slide, offset);
  Relation result = addWindow(std::move(relation), window, keys, from.range, around.name);
  result.name = inputName;
  result.source = nullptr;
  return result;
}

} // namespace levada::lower
