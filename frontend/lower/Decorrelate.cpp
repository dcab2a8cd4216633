//===- Decorrelate.cpp - queries that read the row around them, as joins --===//
//
// A query inside another means: for each row outside, its result. Here it is
// computed once for all distinct values of the columns it reads, which travel
// with its rows from the place where they are read: as group keys, partitions,
// keys of joins. Where a filter says `column = outer column`, the column is
// that value and no join with the distinct values is needed. After: Neumann and
// Kemper, Unnesting Arbitrary Queries (2015).
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Decorrelate.h"

#include "ir/diag/codes/Plan.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/TypeSwitch.h"

namespace levada::lower {

using namespace flow;

static bool readsOuter(mlir::Operation *op, int64_t scope) {
  bool any = false;
  for (mlir::Region &region : op->getRegions())
    region.walk([&](OuterOp outer) { any |= int64_t(outer.getScope()) == scope; });
  return any;
}

bool isCorrelated(mlir::Value rows, int64_t scope) {
  llvm::SmallVector<mlir::Value> open{rows};
  llvm::DenseSet<mlir::Operation *> seen;
  while (!open.empty()) {
    mlir::Operation *op = open.pop_back_val().getDefiningOp();
    if (!op || !seen.insert(op).second)
      continue;
    if (readsOuter(op, scope))
      return true;
    open.append(op->operand_begin(), op->operand_end());
  }
  return false;
}

std::optional<Peeled> peel(mlir::Value rows, int64_t scope) {
  Peeled peeled{rows, {}};
  while (isCorrelated(peeled.base, scope)) {
    mlir::Operation *op = peeled.base.getDefiningOp();
    if (!llvm::isa<ProjectOp, FilterOp>(op))
      return std::nullopt;
    peeled.chain.push_back(op);
    peeled.base = op->getOperand(0);
  }
  return peeled;
}

llvm::SmallVector<mlir::Value> copyBody(mlir::OpBuilder &builder, mlir::Block &block,
                                        llvm::ArrayRef<mlir::Value> args, int64_t scope,
                                        llvm::function_ref<mlir::Value(int64_t)> outer) {
  mlir::IRMapping mapping;
  for (auto [from, to] : llvm::zip(block.getArguments(), args))
    mapping.map(from, to);
  llvm::SmallVector<OuterOp> placeholders;
  for (mlir::Operation &op : block.without_terminator())
    builder.clone(op, mapping)->walk([&](OuterOp each) {
      if (int64_t(each.getScope()) == scope)
        placeholders.push_back(each);
    });
  llvm::SmallVector<mlir::Value> results;
  for (mlir::Value value : block.back().getOperands())
    results.push_back(mapping.lookup(value));
  for (OuterOp each : placeholders) {
    mlir::Value value = outer(each.getColumn());
    for (mlir::Value &result : results)
      if (result == each.getResult())
        result = value;
    each.getResult().replaceAllUsesWith(value);
    each.erase();
  }
  return results;
}

namespace {
using Names = std::vector<std::string>;

Names namesOf(StreamType type) {
  Names names;
  for (mlir::StringAttr name : type.getNames())
    names.push_back(name.str());
  return names;
}
StreamType typeOf(mlir::Value rows) { return llvm::cast<StreamType>(rows.getType()); }
llvm::StringRef timeOf(StreamType type) { return type.getTime() ? type.getTime().getValue() : ""; }
} // namespace

/// Works through the operators of one query.
struct Decorrelator {
  Lowering &l;
  mlir::OpBuilder &builder;
  int64_t scope;
  mlir::Value outerRows;
  std::string stream;
  mlir::Location location;
  std::vector<int64_t> used;  ///< columns that are read, in order
  Names added;                ///< how they are called while they travel
  mlir::Value domain;         ///< the distinct values, made at need
  llvm::DenseMap<mlir::Value, mlir::Value> done{};
  std::string failed{};

  void findUsed(mlir::Value rows) {
    std::set<int64_t> columns;
    llvm::SmallVector<mlir::Value> open{rows};
    llvm::DenseSet<mlir::Operation *> seen;
    while (!open.empty()) {
      mlir::Operation *op = open.pop_back_val().getDefiningOp();
      if (!op || !seen.insert(op).second)
        continue;
      for (mlir::Region &region : op->getRegions())
        region.walk([&](OuterOp outer) {
          if (int64_t(outer.getScope()) == scope)
            columns.insert(outer.getColumn());
        });
      open.append(op->operand_begin(), op->operand_end());
    }
    for (int64_t column : columns) {
      used.push_back(column);
      added.push_back("$outer" + std::to_string(scope) + "_" + std::to_string(column));
    }
  }

  SqlType outerType(size_t i) { return typeOf(outerRows).columnType(used[i]); }

  mlir::Value domainRows() {
    if (domain)
      return domain;
    mlir::Value columns = l.project(outerRows, stream, location, added, "", [&](mlir::Block *block) {
      llvm::SmallVector<mlir::Value> values;
      for (int64_t column : used)
        values.push_back(block->getArgument(column));
      return values;
    });
    llvm::SmallVector<mlir::Attribute> keys;
    for (const std::string &name : added)
      keys.push_back(builder.getStringAttr(name));
    domain = builder
                 .create<AggregateOp>(location, columns.getType(), mlir::Type(), columns, stream,
                                      builder.getArrayAttr(keys), WindowAttr(),
                                      builder.getArrayAttr({}))
                 .getOutput();
    return domain;
  }

  /// A join on columns of equal names, with no other condition.
  mlir::Value joinOn(JoinKind kind, mlir::Value left, mlir::Value right, const Names &leftKeys,
                     const Names &rightKeys) {
    StreamType a = typeOf(left), b = typeOf(right);
    Names names = namesOf(a), more = namesOf(b);
    std::vector<mlir::Type> types(a.getTypes().begin(), a.getTypes().end());
    for (mlir::Type type : b.getTypes())
      types.push_back(kind == JoinKind::left ? llvm::cast<SqlType>(type).withNullable(true) : type);
    names.insert(names.end(), more.begin(), more.end());
    auto op = builder.create<JoinOp>(
        location, l.streamType(Lowering::uniqueNames(names), types), left, right,
        builder.getStringAttr(stream), JoinKindAttr::get(builder.getContext(), kind),
        JoinFormAttr::get(builder.getContext(), JoinForm::regular), strings(leftKeys),
        strings(rightKeys),
        builder.getDenseBoolArrayAttr(llvm::SmallVector<bool>(leftKeys.size(), true)),
        builder.getStringAttr(""), builder.getStringAttr(""), builder.getI64IntegerAttr(0),
        builder.getI64IntegerAttr(0), mlir::UnitAttr(), mlir::UnitAttr(),
        builder.getDictionaryAttr({}));
    mlir::Block *block = &op.getCondition().emplaceBlock();
    for (StreamType side : {a, b})
      for (mlir::Type type : side.getTypes())
        block->addArgument(type, location);
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(block);
    SqlType flag = sema::makeType(builder.getContext(), SqlKind::Boolean, false);
    builder.create<YieldOp>(
        location,
        builder.create<ConstantOp>(location, flag, builder.getBoolAttr(true)).getResult());
    return op.getOutput();
  }

  mlir::ArrayAttr strings(const Names &names) {
    llvm::SmallVector<llvm::StringRef> refs(names.begin(), names.end());
    return builder.getStrArrayAttr(refs);
  }
  mlir::ArrayAttr withAdded(mlir::ArrayAttr names) {
    llvm::SmallVector<mlir::Attribute> all(names.begin(), names.end());
    for (const std::string &name : added)
      all.push_back(builder.getStringAttr(name));
    return builder.getArrayAttr(all);
  }

  /// Columns `order` of `rows` under `names`, then the ones that travel.
  mlir::Value reorder(mlir::Value rows, llvm::ArrayRef<size_t> order, Names names) {
    StreamType type = typeOf(rows);
    std::string time;
    for (auto [i, index] : llvm::enumerate(order))
      if (type.getTime() == type.getNames()[index])
        time = names[i];
    names.insert(names.end(), added.begin(), added.end());
    return l.project(rows, stream, location, names, time, [&](mlir::Block *block) {
      llvm::SmallVector<mlir::Value> values;
      for (size_t index : order)
        values.push_back(block->getArgument(index));
      for (const std::string &name : added)
        values.push_back(block->getArgument(type.indexOf(name)));
      return values;
    });
  }

  mlir::Value attach(mlir::Value rows) {
    if (mlir::Value known = done.lookup(rows))
      return known;
    mlir::Value made = make(rows);
    if (made)
      done[rows] = made;
    return made;
  }

  mlir::Value make(mlir::Value rows) {
    if (!isCorrelated(rows, scope))
      return joinOn(JoinKind::inner, rows, domainRows(), {}, {});
    mlir::Operation *op = rows.getDefiningOp();
    return llvm::TypeSwitch<mlir::Operation *, mlir::Value>(op)
        .Case([&](FilterOp filter) { return make(filter); })
        .Case([&](ProjectOp project) { return make(project); })
        .Case([&](AggregateOp aggregate) { return make(aggregate); })
        .Case([&](JoinOp join) { return make(join); })
        .Case([&](UnionOp all) { return make(all); })
        .Case([&](SortOp sort) { return make(sort); })
        .Case([&](OverOp over) { return make(over); })
        .Case<WindowOp, UnnestOp>([&](auto each) { return makeWider(each); })
        .Case([&](SetOp set) { return make(set); })
        .Default([&](mlir::Operation *other) {
          failed = llvm::cast<Operator>(other).label().str();
          return mlir::Value();
        });
  }

  /// `column = outer column` for all columns that are read: then it is the value.
  mlir::Value fromEqualities(FilterOp top, llvm::SmallVectorImpl<FilterOp> &filters) {
    std::vector<mlir::Value> found(used.size());
    mlir::Value base = top.getOutput();
    while (auto filter = base.getDefiningOp<FilterOp>()) {
      filters.push_back(filter);
      base = filter.getInput();
      mlir::Block &block = filter.getBody().front();
      auto cmp = block.back().getOperand(0).getDefiningOp<CmpOp>();
      if (!cmp || cmp.getPredicate() != Predicate::eq)
        continue;
      for (bool swap : {false, true}) {
        mlir::Value a = swap ? cmp.getRhs() : cmp.getLhs(), b = swap ? cmp.getLhs() : cmp.getRhs();
        auto outer = a.getDefiningOp<OuterOp>();
        if (!outer || int64_t(outer.getScope()) != scope)
          continue;
        Inputs inputs = inputsOf(b);
        auto at = llvm::find(used, int64_t(outer.getColumn())) - used.begin();
        if (inputs.outer || inputs.arguments.empty() || found[at] ||
            sema::typeOf(b).withNullable(true) != outerType(at).withNullable(true))
          continue;
        if (inputs.mayFail && filter.getInput().getDefiningOp<FilterOp>())
          continue; // for the rows that pass the filters below alone
        found[at] = b;
      }
    }
    if (llvm::is_contained(found, mlir::Value()) || isCorrelated(base, scope))
      return {};
    StreamType type = typeOf(base);
    Names names = namesOf(type);
    names.insert(names.end(), added.begin(), added.end());
    return l.project(base, stream, location, names, timeOf(type), [&](mlir::Block *block) {
      llvm::SmallVector<mlir::Value> values(block->args_begin(), block->args_end());
      for (auto [i, value] : llvm::enumerate(found)) {
        mlir::Block *from = nullptr;
        for (FilterOp filter : filters)
          if (filter.getBody().front().back().getOperand(0).getDefiningOp() &&
              llvm::is_contained(
                  llvm::to_vector(filter.getBody().front().back().getOperand(0).getDefiningOp()->getOperands()),
                  value))
            from = &filter.getBody().front();
        mlir::IRMapping mapping;
        for (auto [a, b] : llvm::zip(from->getArguments(), block->getArguments()))
          mapping.map(a, b);
        llvm::SmallVector<mlir::Operation *> needed;
        for (mlir::Operation &each : from->without_terminator())
          if (!llvm::isa<OuterOp>(each) && each.getResult(0) != from->back().getOperand(0))
            builder.clone(each, mapping);
        mlir::Value copy = mapping.lookup(value);
        sema::Scope none;
        sema::Binder binder(l.engine, builder, none, "");
        values.push_back(binder.castTo(copy, outerType(i).withNullable(sema::typeOf(copy).getNullable()), location));
      }
      return values;
    });
  }

  mlir::Value make(FilterOp filter) {
    llvm::SmallVector<FilterOp> filters;
    mlir::Value input = fromEqualities(filter, filters);
    if (!input) {
      filters = {filter};
      input = attach(filter.getInput());
    }
    if (!input)
      return {};
    for (FilterOp each : llvm::reverse(filters)) {
      StreamType type = typeOf(input);
      auto op = builder.create<FilterOp>(each.getLoc(), type, mlir::Type(), input, each.getStream(),
                                         each.getOnError());
      mlir::Block *block = l.rowBlock(op.getBody(), type, each.getLoc());
      mlir::OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToEnd(block);
      builder.create<YieldOp>(each.getLoc(), body(each.getBody().front(), block, type));
      input = op.getOutput();
    }
    return input;
  }

  /// The code of `from` over a block of the wider rows.
  llvm::SmallVector<mlir::Value> body(mlir::Block &from, mlir::Block *to, StreamType type) {
    llvm::SmallVector<mlir::Value> args(to->args_begin(), to->args_begin() + from.getNumArguments());
    return copyBody(builder, from, args, scope, [&](int64_t column) -> mlir::Value {
      size_t at = llvm::find(used, column) - used.begin();
      return to->getArgument(type.indexOf(added[at]));
    });
  }

  mlir::Value make(ProjectOp op) {
    mlir::Value input = attach(op.getInput());
    if (!input)
      return {};
    StreamType type = typeOf(input), output = op.getOutput().getType();
    Names names = namesOf(output);
    names.insert(names.end(), added.begin(), added.end());
    return l.project(input, op.getStream().str(), op.getLoc(), names, timeOf(output),
                     [&](mlir::Block *block) {
                       llvm::SmallVector<mlir::Value> values =
                           body(op.getBody().front(), block, type);
                       for (const std::string &name : added)
                         values.push_back(block->getArgument(type.indexOf(name)));
                       return values;
                     });
  }

  /// `rows`, and for each value outside one row more that no aggregate counts:
  /// without keys, an aggregate of no rows has a row still.
  mlir::Value withDefaults(mlir::Value rows) {
    StreamType type = typeOf(rows);
    Names names = namesOf(type);
    names.push_back("$real");
    SqlType flag = sema::makeType(builder.getContext(), SqlKind::Boolean, false);
    auto nullable = [&](size_t i) { return type.columnType(i).withNullable(true); };
    mlir::Value real = l.project(rows, stream, location, names, "", [&](mlir::Block *block) {
      llvm::SmallVector<mlir::Value> values;
      sema::Scope none;
      sema::Binder binder(l.engine, builder, none, "");
      for (size_t i = 0; i < type.size(); ++i)
        values.push_back(binder.castTo(block->getArgument(i), nullable(i), location));
      values.push_back(builder.create<ConstantOp>(location, flag, builder.getBoolAttr(true)));
      return values;
    });
    mlir::Value added_ = domainRows();
    StreamType domainType = typeOf(added_);
    mlir::Value more = l.project(added_, stream, location, names, "", [&](mlir::Block *block) {
      llvm::SmallVector<mlir::Value> values;
      sema::Scope none;
      sema::Binder binder(l.engine, builder, none, "");
      for (size_t i = 0; i < type.size(); ++i) {
        int64_t at = domainType.indexOf(type.getNames()[i].getValue());
        values.push_back(at < 0 ? builder.create<ConstantOp>(location, nullable(i), builder.getUnitAttr()).getResult()
                                : binder.castTo(block->getArgument(at), nullable(i), location));
      }
      values.push_back(builder.create<ConstantOp>(location, flag, builder.getBoolAttr(false)));
      return values;
    });
    return builder.create<UnionOp>(location, real.getType(), mlir::ValueRange{real, more}, stream).getOutput();
  }

  mlir::Value make(AggregateOp op) {
    mlir::Value input = attach(op.getInput());
    if (!input)
      return {};
    StreamType output = op.getOutput().getType();
    size_t keys = op.getKeys().size();
    mlir::ArrayAttr calls = op.getAggs();
    if (keys == 0 && !op.getWindow()) {
      input = withDefaults(input);
      llvm::SmallVector<mlir::Attribute> filtered;
      for (AggAttr call : calls.getAsRange<AggAttr>())
        filtered.push_back(call.getFilter().getValue().empty()
                               ? AggAttr::get(builder.getContext(), call.getName(), call.getSymbol(),
                                              call.getArgs(), builder.getStringAttr("$real"),
                                              call.getDistinct(), call.getResult(), call.getType())
                               : call);
      calls = builder.getArrayAttr(filtered);
    }
    StreamType type = typeOf(input);
    Names names = namesOf(output);
    std::vector<mlir::Type> types(output.getTypes().begin(), output.getTypes().end());
    for (size_t i = 0; i < added.size(); ++i) {
      names.insert(names.begin() + keys + i, added[i]);
      types.insert(types.begin() + keys + i, type.columnType(type.indexOf(added[i])));
    }
    auto grouped = builder.create<AggregateOp>(
        op.getLoc(), l.streamType(names, types, timeOf(output)), mlir::Type(), input,
        op.getStreamAttr(), withAdded(op.getKeys()), op.getWindowAttr(), calls);
    llvm::SmallVector<size_t> order;
    for (size_t i = 0; i < output.size(); ++i)
      order.push_back(i < keys ? i : i + added.size());
    return reorder(grouped.getOutput(), order, namesOf(output));
  }

  mlir::Value make(JoinOp op) {
    if (op.getKind() == JoinKind::right || op.getKind() == JoinKind::full) {
      failed = "a RIGHT or FULL JOIN";
      return {};
    }
    bool rightDepends = isCorrelated(op.getRight(), scope);
    mlir::Value left = attach(op.getLeft());
    mlir::Value right = rightDepends ? attach(op.getRight()) : op.getRight();
    if (!left || !right)
      return {};
    StreamType a = typeOf(left), b = typeOf(right), output = op.getOutput().getType();
    size_t leftSize = op.getLeft().getType().size(), rightSize = op.getRight().getType().size();
    bool onlyLeft = op.getKind() == JoinKind::semi || op.getKind() == JoinKind::anti;
    bool mark = op.getKind() == JoinKind::mark;
    Names names = namesOf(a);
    std::vector<mlir::Type> types(a.getTypes().begin(), a.getTypes().end());
    if (mark) {
      names.push_back(output.getNames().back().str());
      types.push_back(output.getTypes().back());
    } else if (!onlyLeft) {
      for (size_t i = 0; i < b.size(); ++i) {
        names.push_back(i < rightSize ? output.getNames()[leftSize + i].str() : "$right" + b.getNames()[i].str());
        SqlType type = b.columnType(i);
        types.push_back(op.getKind() == JoinKind::left ? type.withNullable(true) : type);
      }
    }
    for (size_t i = 0; i < leftSize; ++i)
      names[i] = output.getNames()[i].str();
    llvm::SmallVector<bool> nullSafe(op.getNullSafe());
    mlir::ArrayAttr leftKeys = op.getLeftKeys(), rightKeys = op.getRightKeys();
    if (rightDepends) {
      leftKeys = withAdded(leftKeys);
      rightKeys = withAdded(rightKeys);
      nullSafe.append(added.size(), true);
    }
    auto made = builder.create<JoinOp>(
        op.getLoc(), l.streamType(Lowering::uniqueNames(names), types, timeOf(output)), left, right,
        op.getStreamAttr(), op.getKindAttr(), op.getFormAttr(), leftKeys, rightKeys,
        builder.getDenseBoolArrayAttr(nullSafe), op.getTimeLeftAttr(), op.getTimeRightAttr(),
        op.getLowerAttr(), op.getUpperAttr(), op.getNullAwareAttr(), op.getSingleAttr(),
        op.getHintsAttr());
    mlir::Block *block = &made.getCondition().emplaceBlock();
    for (StreamType side : {a, b})
      for (mlir::Type type : side.getTypes())
        block->addArgument(type, op.getLoc());
    {
      mlir::OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToEnd(block);
      llvm::SmallVector<mlir::Value> args;
      for (size_t i = 0; i < leftSize; ++i)
        args.push_back(block->getArgument(i));
      for (size_t i = 0; i < rightSize; ++i)
        args.push_back(block->getArgument(a.size() + i));
      builder.create<YieldOp>(op.getLoc(),
                              copyBody(builder, op.getCondition().front(), args, scope, [&](int64_t column) {
                                size_t at = llvm::find(used, column) - used.begin();
                                return mlir::Value(block->getArgument(a.indexOf(added[at])));
                              }));
    }
    llvm::SmallVector<size_t> order;
    for (size_t i = 0; i < leftSize; ++i)
      order.push_back(i);
    for (size_t i = leftSize; i < output.size(); ++i)
      order.push_back(a.size() + i - leftSize);
    return reorder(made.getOutput(), order, namesOf(output));
  }

  mlir::Value make(UnionOp op) {
    llvm::SmallVector<mlir::Value> inputs;
    for (mlir::Value input : op.getInputs()) {
      mlir::Value made = attach(input);
      if (!made)
        return {};
      inputs.push_back(made);
    }
    // The types that travel may differ in nullability.
    StreamType first = typeOf(inputs.front());
    std::vector<mlir::Type> types(first.getTypes().begin(), first.getTypes().end());
    for (size_t i = 0; i < added.size(); ++i)
      types[types.size() - added.size() + i] = outerType(i).withNullable(true);
    StreamType type = l.streamType(namesOf(first), types, timeOf(op.getOutput().getType()));
    for (mlir::Value &input : inputs)
      input = l.recast(input, type, stream, location);
    return builder.create<UnionOp>(op.getLoc(), type, inputs, op.getStream()).getOutput();
  }

  mlir::Value make(SetOp op) {
    mlir::Value left = attach(op.getLeft()), right = attach(op.getRight());
    if (!left || !right)
      return {};
    StreamType type = typeOf(left);
    std::vector<mlir::Type> types(type.getTypes().begin(), type.getTypes().end());
    for (size_t i = 0; i < added.size(); ++i)
      types[types.size() - added.size() + i] = outerType(i).withNullable(true);
    type = l.streamType(namesOf(type), types);
    return builder.create<SetOp>(op.getLoc(), type, l.recast(left, type, stream, location),
                                 l.recast(right, type, stream, location), op.getStreamAttr(),
                                 op.getExceptAttr(), op.getAllAttr());
  }

  /// ORDER BY and LIMIT hold for each value by itself.
  mlir::Value make(SortOp op) {
    mlir::Value input = attach(op.getInput());
    int64_t limit = op.getLimit(), skip = std::max<int64_t>(op.getSkip(), 0);
    if (!input || (limit < 0 && skip == 0))
      return input;
    StreamType type = typeOf(input);
    Names names = namesOf(type);
    std::vector<mlir::Type> types(type.getTypes().begin(), type.getTypes().end());
    names.push_back("$rank");
    types.push_back(sema::makeType(builder.getContext(), SqlKind::BigInt, false));
    auto top = builder.create<TopNOp>(
        op.getLoc(), l.streamType(names, types), input, op.getStreamAttr(),
        builder.getStringAttr("row_number"), strings(added), op.getKeys(),
        builder.getI64IntegerAttr(skip + 1),
        builder.getI64IntegerAttr(limit < 0 ? std::numeric_limits<int64_t>::max() : skip + limit),
        mlir::UnitAttr(), builder.getDictionaryAttr({}));
    llvm::SmallVector<size_t> order;
    for (size_t i = 0; i < op.getOutput().getType().size(); ++i)
      order.push_back(i);
    return reorder(top.getOutput(), order, namesOf(op.getOutput().getType()));
  }

  /// `input` and behind it what `output` has from column `old` on.
  StreamType widened(StreamType input, StreamType output, size_t old) {
    Names names = namesOf(input);
    std::vector<mlir::Type> types(input.getTypes().begin(), input.getTypes().end());
    for (size_t i = old; i < output.size(); ++i) {
      names.push_back(output.getNames()[i].str());
      types.push_back(output.getTypes()[i]);
    }
    return l.streamType(names, types, timeOf(output));
  }

  mlir::Value make(OverOp op) {
    mlir::Value input = attach(op.getInput());
    if (!input)
      return {};
    StreamType output = op.getOutput().getType();
    size_t old = op.getInput().getType().size(), now = typeOf(input).size();
    auto made = builder.create<OverOp>(op.getLoc(), widened(typeOf(input), output, old), input,
                                       op.getStreamAttr(), withAdded(op.getPartition()), op.getOrderAttr(),
                                       op.getRowsAttr(), op.getLowAttr(), op.getHighAttr(),
                                       op.getCallsAttr(), op.getHintsAttr());
    return restore(made.getOutput(), old, now, output);
  }

  /// flow.window, flow.unnest: columns of their own behind the input's.
  template <typename Op> mlir::Value makeWider(Op op) {
    mlir::Value input = attach(op.getInput());
    if (!input)
      return {};
    StreamType output = op.getOutput().getType();
    size_t old = op.getInput().getType().size(), now = typeOf(input).size();
    mlir::IRMapping mapping;
    mapping.map(op.getInput(), input);
    auto made = llvm::cast<Op>(builder.clone(*op.getOperation(), mapping));
    made.getOutput().setType(widened(typeOf(input), output, old));
    return restore(made.getOutput(), old, now, output);
  }

  mlir::Value restore(mlir::Value rows, size_t old, size_t now, StreamType output) {
    llvm::SmallVector<size_t> order;
    for (size_t i = 0; i < output.size(); ++i)
      order.push_back(i < old ? i : now + i - old);
    return reorder(rows, order, namesOf(output));
  }
};

Attached Lowering::attachOuter(mlir::Value rows, int64_t scope, mlir::Value outerRows,
                               const std::string &stream, SourceRange range) {
  Decorrelator work{*this, builder, scope, outerRows, stream, locate(range), {}, {}, {}};
  work.findUsed(rows);
  Attached result;
  result.value = work.attach(rows);
  result.outer = work.used;
  result.columns = work.added;
  if (!result.value)
    engine.emit(range, diag::ClauseNotYet,
                "a query that reads the row around it inside " + work.failed);
  return result;
}

} // namespace levada::lower
