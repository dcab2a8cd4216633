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

//===----------------------------------------------------------------------===//
// Rows of sessions
//===----------------------------------------------------------------------===//

/// flow.window of sessions = aggregate of ARRAY_AGG(ROW(all columns)) over the
/// session, unnested.
static void expandSession(WindowOp op, mlir::OpBuilder &builder,
                          const sema::Resolved<catalog::Aggregate> &collect, SqlType row) {
  mlir::MLIRContext *context = builder.getContext();
  mlir::Location location = op.getLoc();
  StreamType input = op.getInput().getType(), output = op.getOutput().getType();
  builder.setInsertionPoint(op);
  auto name = [&](llvm::StringRef text) { return builder.getStringAttr(text); };
  auto block = [&](ProjectOp project, StreamType columns) {
    mlir::Block *made = &project.getBody().emplaceBlock();
    for (mlir::Type type : columns.getTypes())
      made->addArgument(type, location);
    return made;
  };
  // All columns, and the row of them.
  llvm::SmallVector<mlir::StringAttr> names(input.getNames());
  llvm::SmallVector<mlir::Type> types(input.getTypes());
  names.push_back(name("$row"));
  types.push_back(row);
  auto rows = builder.create<ProjectOp>(location, StreamType::get(context, names, types, Changelog::append, input.getTime()),
                                        mlir::Type(), op.getInput(), op.getStream(), OnError::fail);
  {
    mlir::OpBuilder::InsertionGuard guard(builder);
    mlir::Block *body = block(rows, input);
    builder.setInsertionPointToEnd(body);
    llvm::SmallVector<mlir::Value> values(body->args_begin(), body->args_end());
    values.push_back(builder.create<RowOp>(location, row, body->getArguments()));
    builder.create<YieldOp>(location, values);
  }
  // keys, window_start, window_end, window_time, the rows
  names.clear();
  types.clear();
  for (mlir::StringAttr key : op.getKeys().getAsRange<mlir::StringAttr>()) {
    names.push_back(key);
    types.push_back(input.columnType(input.indexOf(key.getValue())));
  }
  size_t first = names.size();
  for (size_t i = 0; i < 3; ++i) {
    names.push_back(output.getNames()[input.size() + i]);
    types.push_back(output.getTypes()[input.size() + i]);
  }
  names.push_back(name("$rows"));
  types.push_back(collect.result);
  auto text = [&](std::string_view view) { return name(llvm::StringRef(view.data(), view.size())); };
  auto call = AggAttr::get(context, text(collect.declaration->sqlName), text(collect.declaration->symbol),
                           {name("$row")}, name(""), false, name("$rows"), collect.result);
  auto grouped = builder.create<AggregateOp>(
      location, StreamType::get(context, names, types, Changelog::append, names[first + 2]), mlir::Type(),
      rows.getOutput(), op.getStreamAttr(), op.getKeys(), op.getWindowAttr(), builder.getArrayAttr({call}));
  // One row for each that was collected.
  std::set<std::string> taken;
  for (mlir::StringAttr each : names)
    taken.insert(each.str());
  size_t before = names.size();
  for (const UnnestColumn &column : unnestColumns(collect.result, false, false)) {
    std::string free = column.name;
    while (!taken.insert(free).second)
      free += "'";
    names.push_back(name(free));
    types.push_back(column.type);
  }
  auto unnested = builder.create<UnnestOp>(
      location, StreamType::get(context, names, types, Changelog::append, names[first + 2]),
      grouped.getOutput(), op.getStream(), "$rows", false, false);
  auto result = builder.create<ProjectOp>(location, output, mlir::Type(), unnested.getOutput(),
                                          op.getStream(), OnError::fail);
  mlir::Block *body = block(result, unnested.getOutput().getType());
  builder.setInsertionPointToEnd(body);
  llvm::SmallVector<mlir::Value> values;
  for (size_t i = 0; i < input.size(); ++i)
    values.push_back(body->getArgument(before + i));
  for (size_t i = 0; i < 3; ++i)
    values.push_back(body->getArgument(first + i));
  for (auto [value, type] : llvm::zip(values, output.getTypes()))
    if (value.getType() != type)
      value = builder.create<CastOp>(location, type, value, /*try_cast=*/false);
  builder.create<YieldOp>(location, values);
  op.getOutput().replaceAllUsesWith(result.getOutput());
  op.erase();
}

void Lowering::expandSessions(mlir::ModuleOp module) {
  mlir::OpBuilder::InsertionGuard guard(builder);
  for (WindowOp op : llvm::make_early_inc_range(module.getOps<WindowOp>())) {
    if (op.getWindow().getKind() != WindowKind::session)
      continue;
    if (op.getOutput().use_empty()) {
      op.erase();
      continue;
    }
    StreamType input = op.getInput().getType();
    auto row = SqlType::get(&context, SqlKind::Row, 0, 0, /*nullable=*/false, input.getTypes(),
                            input.getNames());
    auto collect = sema::resolveAggregate("ARRAY_AGG", {{row, {}}}, &context);
    if (collect.declaration)
      expandSession(op, builder, collect, row);
  }
}

} // namespace levada::lower
