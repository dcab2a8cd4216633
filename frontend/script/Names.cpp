//===- Names.cpp - names of tables in queries --------------------------------===//
//
// A view means what its names meant when it was created: reading it after one
// of them was dropped or replaced is an error, since Flink would look again.
//
//===----------------------------------------------------------------------===//
#include "frontend/script/Session.h"
#include "ir/diag/codes/Script.h"

#include <algorithm>

namespace levada::script {

const sql::Name *Session::local(const sql::QualifiedName &name) {
  if (name.empty())
    return nullptr;
  static constexpr std::pair<const char *, const char *> spaces[] = {
      {"database", databaseName}, {"catalog", catalogName}};
  for (size_t i = 0; i + 1 < name.size() && i < 2; ++i) {
    const sql::Name &part = name[name.size() - 2 - i];
    if (part.text == spaces[i].second)
      continue;
    engine.emit(part.range, diag::OtherSpace, spaces[i].first, part.text)
        .hint(fmt::format("the only one is `{}`", spaces[i].second));
    return nullptr;
  }
  return &name.back();
}

Relation *Session::find(const std::string &name) const {
  for (const auto *space : {&temporary, &permanent})
    if (auto at = space->find(name); at != space->end())
      return at->second;
  return nullptr;
}

Relation *Session::lookup(const sql::QualifiedName &qualified, const char *what) {
  if (files && !qualified.empty() && !find(qualified.back().text)) {
    std::string whole;
    for (const sql::Name &part : qualified)
      whole += (whole.empty() ? "" : ".") + part.text;
    if (qualified.size() > 1 || (permanent.empty() && temporary.empty())) {
      engine.emit(join(qualified.front().range, qualified.back().range), diag::NoSuchRelation, what, whole)
          .hint(fmt::format("a file stands between single quotes: FROM '{}'", whole));
      return nullptr;
    }
  }
  const sql::Name *name = local(qualified);
  if (!name)
    return nullptr;
  if (Relation *found = find(name->text))
    return found;
  doc::Words known;
  for (const auto *space : {&temporary, &permanent})
    for (const auto &[other, relation] : *space)
      if (std::find(known.begin(), known.end(), other) == known.end())
        known.push_back(other);
  std::string near = diag::nearest(name->text, known);
  if (document->script.failed && near.empty())
    return nullptr; // perhaps it was created where nothing could be read
  auto said = engine.emit(name->range, diag::NoSuchRelation, what, name->text);
  bool later = false;
  for (const sql::StatementPtr &s : document->script.statements) {
    auto same = [&](const sql::QualifiedName &other) {
      return s->range.begin > name->range.begin && !other.empty() && other.back().text == name->text;
    };
    if (s->kind == sql::StatementKind::CreateTable)
      later |= same(static_cast<sql::CreateTableStatement &>(*s).name);
    else if (s->kind == sql::StatementKind::CreateView)
      later |= same(static_cast<sql::CreateViewStatement &>(*s).name);
  }
  if (auto at = gone.find(name->text); at != gone.end())
    said.hint("it was dropped above");
  else if (later)
    said.hint("it is created further down");
  else if (!near.empty())
    said.hint(fmt::format("did you mean `{}`?", near));
  if (!known.empty())
    said.note("tables and views: " + doc::listed(known));
  return nullptr;
}

Relation *Session::create(const sql::QualifiedName &qualified, bool isTemporary, bool ifNotExists,
                          bool orReplace, bool isView) {
  const sql::Name *name = local(qualified);
  if (!name)
    return nullptr;
  auto &space = isTemporary ? temporary : permanent;
  auto at = space.find(name->text);
  if (at != space.end()) {
    Relation &other = *at->second;
    if (ifNotExists)
      return nullptr;
    if (!orReplace || other.isView != isView) {
      engine.emit(name->range, diag::RelationExists, other.isView ? "view" : "table", name->text)
          .label(other.name.range, "created here")
          .hint(fmt::format("DROP {} {} first, or choose another name",
                            other.isView ? "VIEW" : "TABLE", name->text));
      return nullptr;
    }
    other.gone = "was replaced";
  }
  relations.push_back(std::make_unique<Relation>());
  Relation *made = relations.back().get();
  made->name = *name;
  made->isView = isView;
  made->temporary = isTemporary;
  space[name->text] = made;
  gone.erase(name->text);
  return made;
}

std::string Session::uniqueName(const std::string &name) {
  std::string result = name;
  for (int i = 2; !taken.insert(result).second; ++i)
    result = fmt::format("{}_{}", name, i);
  return result;
}

bool Session::current(const Relation &relation, SourceRange at) {
  for (const Relation *input : relation.reads) {
    // What hides a table does not change what a view over it reads.
    if (!input->gone.empty()) {
      engine.emit(at, diag::ChangedRelation, relation.name.text, input->name.text, input->gone)
          .label(relation.name.range, "the view")
          .hint("create the view again");
      return false;
    }
    if (!current(*input, at))
      return false;
  }
  return true;
}

std::string Session::read(Relation &relation, const sql::Name &at,
                          const std::vector<sql::Hint> &hints) {
  if (!relation.readAt.valid())
    relation.readAt = at.range;
  if (relation.isView) {
    current(relation, at.range);
    return relation.streamName;
  }
  std::vector<sql::OptionDef> options;
  for (const sql::Hint &hint : hints)
    if (hint.name.text == "OPTIONS")
      options.insert(options.end(), hint.options.begin(), hint.options.end());
  return addSource(relation, options);
}

//===----------------------------------------------------------------------===//
// Through a query
//===----------------------------------------------------------------------===//

bool Session::isCommon(const sql::QualifiedName &name) const {
  return name.size() == 1 && std::find(common.begin(), common.end(), name[0].text) != common.end();
}

void Session::resolve(sql::Query &query, std::vector<Relation *> *reads) {
  if (reads)
    reading = reads;
  // A chain of set operators leans to the left.
  std::vector<sql::Query *> spine{&query};
  while (spine.back()->left)
    spine.push_back(spine.back()->left.get());
  size_t outer = common.size();
  std::vector<size_t> marks;
  for (sql::Query *q : spine) { // WITH is seen by all that is inside
    marks.push_back(common.size());
    for (sql::CommonTable &table : q->with) {
      if (q->recursive)
        common.push_back(table.name.text);
      resolve(*table.query, nullptr);
      if (!q->recursive)
        common.push_back(table.name.text);
    }
  }
  for (size_t i = spine.size(); i-- > 0;) {
    sql::Query &q = *spine[i];
    if (q.select) {
      sql::Select &s = *q.select;
      if (s.from)
        resolve(*s.from);
      for (sql::SelectItem &item : s.items)
        resolve(item.expr.get());
      for (sql::ExprPtr *expr : {&s.where, &s.having, &s.qualify})
        resolve(expr->get());
      for (sql::ExprPtr &expr : s.groupBy)
        resolve(expr.get());
      for (auto &[name, spec] : s.windows)
        resolve(*spec);
    }
    for (sql::ExprPtr &row : q.rows)
      resolve(row.get());
    if (q.table)
      resolve(*q.table);
    if (q.right)
      resolve(*q.right, nullptr);
    resolve(q.orderBy);
    resolve(q.limit.get());
    resolve(q.offset.get());
    common.resize(marks[i]);
  }
  common.resize(outer);
}

void Session::resolve(sql::TableRef &ref) {
  switch (ref.kind) {
  case sql::TableKind::Named: {
    resolve(ref.asOf.get());
    if (isCommon(ref.name))
      return;
    Relation *relation = lookup(ref.name, "table or view");
    if (!relation)
      return;
    if (reading && std::find(reading->begin(), reading->end(), relation) == reading->end())
      reading->push_back(relation);
    sql::Name written = ref.name.back(), name = written;
    name.text = read(*relation, written, ref.hints);
    if (name.text != written.text && !ref.alias)
      ref.alias = written;
    ref.name = {name};
    return;
  }
  case sql::TableKind::Function:
    resolve(ref.call.get());
    return;
  case sql::TableKind::Subquery:
    resolve(*ref.query, nullptr);
    return;
  case sql::TableKind::Join:
    resolve(*ref.left);
    resolve(*ref.right);
    resolve(ref.on.get());
    return;
  case sql::TableKind::Match:
    resolve(*ref.left);
    return;
  case sql::TableKind::File:
    resolveFile(ref);
    return;
  }
}

void Session::resolveFile(sql::TableRef &ref) {
  if (!files) {
    unsupported(ref.range, "a file in FROM of a script",
                "CREATE TABLE … WITH ('connector' = 'filesystem', …), or `levada sql` for a single query");
    return;
  }
  if (sql::StatementPtr made = files(ref)) {
    fileTables.push_back(std::move(made));
    createTable(static_cast<sql::CreateTableStatement &>(*fileTables.back()));
  }
  if (ref.kind == sql::TableKind::Named)
    resolve(ref);
}

void Session::resolve(std::vector<sql::OrderItem> &items) {
  for (sql::OrderItem &item : items)
    resolve(item.expr.get());
}

void Session::resolve(sql::WindowSpec &spec) {
  for (sql::ExprPtr &expr : spec.partitionBy)
    resolve(expr.get());
  resolve(spec.orderBy);
}

/// Queries inside expressions, and TABLE t as an argument.
void Session::resolve(sql::Expr *expr) {
  while (expr && sql::BinaryExpr::classof(expr)) {
    auto *binary = static_cast<sql::BinaryExpr *>(expr);
    resolve(binary->right.get());
    expr = binary->left.get();
  }
  if (!expr)
    return;
  auto each = [&](std::vector<sql::ExprPtr> &all) {
    for (sql::ExprPtr &one : all)
      resolve(one.get());
  };
  switch (expr->kind) {
  case sql::ExprKind::Literal:
  case sql::ExprKind::Interval:
  case sql::ExprKind::Column:
  case sql::ExprKind::Star:
  case sql::ExprKind::Binary:
    return;
  case sql::ExprKind::Unary:
    return resolve(static_cast<sql::UnaryExpr *>(expr)->operand.get());
  case sql::ExprKind::Between: {
    auto *e = static_cast<sql::BetweenExpr *>(expr);
    for (sql::ExprPtr *part : {&e->operand, &e->low, &e->high})
      resolve(part->get());
    return;
  }
  case sql::ExprKind::InList: {
    auto *e = static_cast<sql::InExpr *>(expr);
    resolve(e->operand.get());
    each(e->list);
    if (e->query)
      resolve(*e->query, nullptr);
    return;
  }
  case sql::ExprKind::Like: {
    auto *e = static_cast<sql::LikeExpr *>(expr);
    for (sql::ExprPtr *part : {&e->operand, &e->pattern, &e->escape})
      resolve(part->get());
    return;
  }
  case sql::ExprKind::Is:
    return resolve(static_cast<sql::IsExpr *>(expr)->operand.get());
  case sql::ExprKind::Case: {
    auto *e = static_cast<sql::CaseExpr *>(expr);
    resolve(e->operand.get());
    for (auto &[when, then] : e->branches) {
      resolve(when.get());
      resolve(then.get());
    }
    return resolve(e->otherwise.get());
  }
  case sql::ExprKind::Cast:
    return resolve(static_cast<sql::CastExpr *>(expr)->operand.get());
  case sql::ExprKind::Call: {
    auto *e = static_cast<sql::CallExpr *>(expr);
    for (size_t i = 0; i < e->args.size(); ++i) {
      bool symbol = i < e->symbols.size() && e->symbols[i];
      if (symbol && sql::ColumnExpr::classof(e->args[i].get())) { // TABLE t
        auto *column = static_cast<sql::ColumnExpr *>(e->args[i].get());
        sql::TableRef ref;
        ref.name = column->parts;
        resolve(ref);
        column->parts = ref.name;
      } else {
        resolve(e->args[i].get());
      }
    }
    resolve(e->filter.get());
    resolve(e->withinGroup);
    if (e->over)
      resolve(*e->over);
    return;
  }
  case sql::ExprKind::Field:
    return resolve(static_cast<sql::FieldExpr *>(expr)->operand.get());
  case sql::ExprKind::Index: {
    auto *e = static_cast<sql::IndexExpr *>(expr);
    resolve(e->operand.get());
    return resolve(e->index.get());
  }
  case sql::ExprKind::RowValue:
  case sql::ExprKind::ArrayValue:
  case sql::ExprKind::MapValue:
    return each(static_cast<sql::ListExpr *>(expr)->items);
  case sql::ExprKind::Subquery:
    return resolve(*static_cast<sql::SubqueryExpr *>(expr)->query, nullptr);
  }
}

} // namespace levada::script
