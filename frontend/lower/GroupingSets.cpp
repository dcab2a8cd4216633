//===- GroupingSets.cpp - GROUPING SETS, ROLLUP, CUBE ---------------------===//
//
// A row goes once into each set: a union of projections in which the keys that
// a set lacks are NULL and the set's number is one more key. GROUPING(…) is the
// same for all rows of a set, so it is a key too.
//
//===----------------------------------------------------------------------===//
#include "frontend/lower/Grouping.h"

#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"

#include "llvm/Support/Casting.h"

namespace levada::lower {

using namespace flow;
using llvm::dyn_cast;

/// More sets than that nobody means; each is a copy of every row.
static constexpr size_t kMaxSets = 256;

namespace {
using Sets = std::vector<std::vector<size_t>>;

struct SetReader {
  Grouping &grouping;
  const Query &query;
  diag::Engine &engine;
  bool tooMany = false;

  /// The number of the key `expr`, the same for equal ones.
  size_t number(const sql::Expr &expr) {
    std::string print = sema::fingerprint(expr, grouping.input);
    for (size_t i = 0; i < grouping.exprs.size(); ++i)
      if (sema::fingerprint(*grouping.exprs[i], grouping.input) == print)
        return i;
    grouping.exprs.push_back(&expr);
    return grouping.exprs.size() - 1;
  }

  /// `a`, `(a, b)`, `()`.
  std::vector<size_t> keysOf(const sql::Expr &expr) {
    std::vector<size_t> keys;
    if (auto *list = dyn_cast<sql::ListExpr>(&expr); list && list->kind == sql::ExprKind::RowValue) {
      for (const sql::ExprPtr &item : list->items)
        for (size_t key : keysOf(*item))
          if (!llvm::is_contained(keys, key))
            keys.push_back(key);
      return keys;
    }
    return {number(expr)};
  }

  Sets cross(const Sets &left, const Sets &right) {
    Sets result;
    tooMany |= left.size() * right.size() > kMaxSets;
    for (const std::vector<size_t> &a : left)
      for (const std::vector<size_t> &b : right) {
        if (result.size() > kMaxSets)
          return result;
        std::vector<size_t> both = a;
        for (size_t key : b)
          if (!llvm::is_contained(both, key))
            both.push_back(key);
        result.push_back(std::move(both));
      }
    return result;
  }

  /// The sets that an element of GROUP BY stands for.
  Sets read(const sql::Expr &expr) {
    auto *call = dyn_cast<sql::CallExpr>(&expr);
    llvm::StringRef name = call ? llvm::StringRef(call->name.text) : "";
    Sets result;
    if (name == "GROUPING SETS") {
      for (const sql::ExprPtr &arg : call->args)
        for (std::vector<size_t> &set : read(*arg))
          result.push_back(std::move(set));
    } else if (name == "ROLLUP") {
      std::vector<std::vector<size_t>> parts;
      for (const sql::ExprPtr &arg : call->args)
        parts.push_back(keysOf(*arg));
      for (size_t count = parts.size() + 1; count-- > 0;) {
        std::vector<size_t> set;
        for (size_t i = 0; i < count; ++i)
          for (size_t key : parts[i])
            if (!llvm::is_contained(set, key))
              set.push_back(key);
        result.push_back(std::move(set));
      }
    } else if (name == "CUBE") {
      std::vector<std::vector<size_t>> parts;
      for (const sql::ExprPtr &arg : call->args)
        parts.push_back(keysOf(*arg));
      if (parts.size() > 8) {
        tooMany = true;
        return {{}};
      }
      for (size_t bits = size_t(1) << parts.size(); bits-- > 0;) {
        std::vector<size_t> set;
        for (size_t i = 0; i < parts.size(); ++i)
          if (bits >> (parts.size() - 1 - i) & 1)
            for (size_t key : parts[i])
              if (!llvm::is_contained(set, key))
                set.push_back(key);
        result.push_back(std::move(set));
      }
    } else {
      result.push_back(keysOf(expr));
    }
    return result;
  }
};

bool isSetCall(const sql::CallExpr &call) {
  std::string name = llvm::StringRef(call.name.text).upper();
  return !call.over && (name == "GROUPING" || name == "GROUPING_ID" || name == "GROUP_ID");
}
} // namespace

bool Lowering::readGroupingSets(const Query &query, Grouping &grouping) {
  SetReader reader{grouping, query, engine};
  Sets sets = {{}};
  bool any = false;
  for (const sql::Expr *expr : query.groupBy) {
    if (query.window && isWindowColumn(*expr))
      continue;
    auto *call = dyn_cast<sql::CallExpr>(expr);
    any |= call && (call->name.text == "GROUPING SETS" || call->name.text == "ROLLUP" ||
                    call->name.text == "CUBE");
    sets = reader.cross(sets, reader.read(*expr));
  }
  if (reader.tooMany) {
    engine.emit(query.groupRange, diag::GroupingSets,
                fmt::format("these are more than {} sets of groups", kMaxSets));
    return false;
  }
  if (any)
    grouping.sets = std::move(sets);
  return true;
}

void Lowering::bindGroupingCalls(const Query &query, Grouping &grouping) {
  forEachCall(query, isSetCall, [&](const sql::CallExpr &call) {
    SetCall made{&call, {}, ""};
    bool ok = true;
    for (const sql::ExprPtr &arg : call.args) {
      std::string print = sema::fingerprint(*arg, grouping.input);
      size_t at = 0;
      while (at < grouping.exprs.size() &&
             sema::fingerprint(*grouping.exprs[at], grouping.input) != print)
        ++at;
      if (at == grouping.exprs.size()) {
        engine.emit(arg->range, diag::GroupingSets,
                    "`" + call.name.text + "` takes keys of GROUP BY, and `" + sql::print(*arg) +
                        "` is none");
        ok = false;
        continue;
      }
      made.keys.push_back(at);
    }
    bool id = llvm::StringRef(call.name.text).equals_insensitive("GROUP_ID");
    if (ok && call.args.empty() != id) {
      engine.emit(call.range, diag::GroupingSets,
                  id ? "`GROUP_ID` takes no arguments"
                     : "`" + call.name.text + "` takes keys of GROUP BY");
      ok = false;
    }
    if (ok) {
      made.column = unique(sql::print(call), grouping.taken);
      grouping.taken.insert(made.column);
    }
    grouping.setCalls.push_back(std::move(made));
  });
}

mlir::Value Lowering::expandSets(mlir::Value rows, Grouping &grouping, const Query &query) {
  bool several = grouping.sets.size() > 1;
  // One set that has not got all keys is like several.
  bool partial = grouping.sets.size() == 1 && grouping.sets.front().size() < grouping.exprs.size();
  if (!several && !partial && grouping.setCalls.empty())
    return rows;
  Sets sets = grouping.sets;
  if (sets.empty()) {
    sets.emplace_back();
    for (size_t i = 0; i < grouping.exprs.size(); ++i)
      sets.back().push_back(i);
  }
  StreamType input = llvm::cast<StreamType>(rows.getType());
  mlir::Location location = locate(query.groupRange.valid() ? query.groupRange : query.range);
  SqlType number = sema::makeType(&context, SqlKind::BigInt, false);
  std::vector<std::string> names;
  for (mlir::StringAttr name : input.getNames())
    names.push_back(name.str());
  // Aggregates still see the columns as they are: keys get columns of their own.
  std::vector<std::string> columns;
  for (Key &key : grouping.keys) {
    columns.push_back(key.column);
    if (key.column.empty() || !(several || partial))
      continue;
    key.column = unique(key.column, grouping.taken);
    grouping.taken.insert(key.column);
    names.push_back(key.column);
  }
  if (several)
    names.push_back("$set");
  for (const SetCall &call : grouping.setCalls)
    if (!call.column.empty())
      names.push_back(call.column);
  llvm::SmallVector<mlir::Value> copies;
  for (size_t index = 0; index < sets.size(); ++index) {
    // The same set again has another GROUP_ID.
    auto sorted = [](std::vector<size_t> set) {
      llvm::sort(set);
      return set;
    };
    int64_t repeat = 0;
    for (size_t i = 0; i < index; ++i)
      repeat += sorted(sets[i]) == sorted(sets[index]);
    copies.push_back(project(
        rows, query.name, location, names, input.getTime() ? input.getTime().getValue() : "",
        [&](mlir::Block *block) {
          llvm::SmallVector<mlir::Value> values(block->args_begin(), block->args_end());
          auto constant = [&](int64_t value) {
            return builder.create<ConstantOp>(location, number, builder.getI64IntegerAttr(value))
                .getResult();
          };
          if (several || partial)
            for (size_t k = 0; k < grouping.keys.size(); ++k) {
              if (columns[k].empty())
                continue;
              bool there = false;
              for (size_t i : sets[index])
                there |= grouping.keyOf[i] == k;
              mlir::Value value = block->getArgument(input.indexOf(columns[k]));
              SqlType type = sema::typeOf(value).withNullable(true);
              sema::Scope none;
              sema::Binder binder(engine, builder, none, "");
              values.push_back(there ? binder.castTo(value, type, location)
                                     : builder.create<ConstantOp>(location, type, builder.getUnitAttr())
                                           .getResult());
            }
          if (several)
            values.push_back(constant(index));
          for (const SetCall &call : grouping.setCalls) {
            if (call.column.empty())
              continue;
            int64_t bits = call.keys.empty() ? repeat : 0;
            for (size_t key : call.keys)
              bits = bits << 1 | !llvm::is_contained(sets[index], key);
            values.push_back(constant(bits));
          }
          return values;
        }));
  }
  if (copies.size() == 1)
    return copies.front();
  return builder.create<UnionOp>(location, copies.front().getType(), copies, query.name);
}

} // namespace levada::lower
