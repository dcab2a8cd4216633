//===- Graph.cpp - what all forms of explain say --------------------------===//
#include "passes/explain/Graph.h"

#include "passes/explain/Expression.h"
#include "passes/flow/Body.h"
#include "passes/flow/PushFilters.h"
#include "passes/flow/ReadColumns.h"
#include "passes/partition/Partition.h"
#include "passes/state/State.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace levada::explain {

using namespace flow;

namespace {

std::string list(ArrayRef<StringAttr> names) {
  return llvm::join(
      llvm::map_range(names, [](StringAttr name) { return columnText(name.getValue()); }), ", ");
}

std::string options(DictionaryAttr options) {
  return llvm::join(llvm::map_range(options,
                                    [](NamedAttribute option) {
                                      auto text = dyn_cast<StringAttr>(option.getValue());
                                      return option.getName().str() + " = " +
                                             (text ? text.str() : std::string("?"));
                                    }),
                    ", ");
}

std::string connector(StringRef connector, StringRef format) {
  return connector.str() + (format.empty() ? "" : ", " + format.str());
}

void say(Node &node, std::string text) { node.details.push_back(std::move(text)); }

/// Only where something can fail is it worth a line.
void sayOnError(Node &node, Block &body, OnError policy) {
  if (mayFail(body))
    say(node, "on error: " + stringifyOnError(policy).str());
}

} // namespace

/// Whether it keeps, in one piece for each key, all that it was given.
static bool keepsAll(AggregateOp aggregate, AggAttr call) {
  StringRef name = call.getName().getValue();
  if (llvm::is_contained({"ARRAY_AGG", "COLLECT", "JSON_ARRAYAGG", "JSON_OBJECTAGG", "LISTAGG", "PERCENTILE"}, name))
    return true;
  bool counts = llvm::is_contained({"COUNT", "SUM", "AVG"}, name);
  if (aggregate.getInput().getType().getChangelog() == Changelog::retract && !counts)
    return true;
  // Distinct values are entries of their own, but where windows are merged and what
  // two of them have cannot be taken back.
  std::optional<WindowAttr> window = aggregate.getWindow();
  bool taken = counts || name == "MIN" || name == "MAX";
  return call.getDistinct() && window &&
         (window->getKind() == WindowKind::session || (window->getKind() == WindowKind::hop && !taken));
}

/// What --memory does to its state.
static std::string leavesMemory(Operation *op) {
  if (auto sort = dyn_cast<SortOp>(op))
    return static_cast<int64_t>(sort.getLimit()) < 0
               ? "beyond --memory rows go to files and are merged at the end"
               : "its rows stay in memory";
  auto aggregate = cast<AggregateOp>(op);
  SmallVector<std::string> kept;
  for (AggAttr call : aggregate.getAggs().getAsRange<AggAttr>())
    if (keepsAll(aggregate, call))
      kept.push_back(callText(call));
  std::string text = "beyond --memory entries go to files and come back when they are needed";
  if (!kept.empty())
    text += "; what " + llvm::join(kept, ", ") + " keep" + (kept.size() == 1 ? "s" : "") +
            " of one key has to fit";
  return text;
}

static void describe(Operation *op, const ReadColumns &read, Node &node) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](SourceOp source) {
        say(node, connector(source.getConnector(), source.getFormat()));
        if (std::string text = options(source.getOptions()); !text.empty())
          say(node, text);
        StreamType rows = source.getRows().getType();
        SmallVector<StringAttr> names;
        for (auto [i, name] : llvm::enumerate(rows.getNames()))
          if (read.isRead(source.getRows(), i))
            names.push_back(name);
        size_t all = source.getColumns().size() + source.getMetadata().size();
        say(node, "reads " + std::to_string(names.size()) + " of " + std::to_string(all) +
                      " columns" + (names.empty() ? "" : ": " + list(names)));
        say(node, "on error: " + stringifyOnError(source.getOnError()).str());
      })
      .Case([&](ProjectOp project) {
        Block &body = project.getBody().front();
        StreamType input = project.getInput().getType(), output = project.getOutput().getType();
        SmallVector<StringAttr> same;
        for (auto [value, name] : llvm::zip(yielded(body), output.getNames())) {
          std::string text = expressionText(value, input);
          std::string column = columnText(name.getValue());
          // A computed column may be called by its expression.
          if (text == column || text == name.getValue())
            same.push_back(name);
          else
            say(node, column + " = " + text);
        }
        if (!same.empty())
          node.details.insert(node.details.begin(), list(same));
        sayOnError(node, body, project.getOnError());
      })
      .Case([&](FilterOp filter) {
        Block &body = filter.getBody().front();
        say(node, expressionText(yielded(body).front(), filter.getInput().getType()));
        if (op->hasAttr(kPushedAttr))
          say(node, "pushed towards the source");
        sayOnError(node, body, filter.getOnError());
      })
      .Case([&](WatermarkOp watermark) {
        Block &body = watermark.getBody().front();
        say(node, columnText(watermark.getColumn()) + " is the event time");
        say(node, "watermark: " + expressionText(yielded(body).front(),
                                                 watermark.getInput().getType()));
      })
      .Case([&](WindowOp window) {
        say(node, windowText(window.getWindow()) + " on " +
                      columnText(window.getWindow().getOn().getValue()));
      })
      .Case([&](UnnestOp unnest) {
        say(node, columnText(unnest.getColumn()) + (unnest.getOuter() ? ", rows without elements too" : "") +
                      (unnest.getOrdinality() ? ", with ordinality" : ""));
      })
      .Case([&](AggregateOp aggregate) {
        if (std::optional<WindowAttr> window = aggregate.getWindow())
          say(node, windowText(*window) + " on " + columnText(window->getOn().getValue()));
        auto keys = llvm::to_vector(aggregate.getKeys().getAsRange<StringAttr>());
        if (!keys.empty())
          say(node, "keys: " + list(keys));
        SmallVector<std::string> calls;
        for (AggAttr call : aggregate.getAggs().getAsRange<AggAttr>())
          calls.push_back(callText(call));
        if (!calls.empty())
          say(node, "computes: " + llvm::join(calls, ", "));
      })
      .Case([&](SortOp sort) {
        SmallVector<std::string> keys;
        for (SortKeyAttr key : sort.getKeys().getAsRange<SortKeyAttr>())
          keys.push_back(columnText(key.getColumn().getValue()) +
                         (key.getDescending() ? " DESC" : "") +
                         (key.getNullsFirst() == key.getDescending()
                              ? (key.getNullsFirst() ? " NULLS FIRST" : " NULLS LAST")
                              : ""));
        if (!keys.empty())
          say(node, "by: " + llvm::join(keys, ", "));
        if (static_cast<int64_t>(sort.getLimit()) >= 0)
          say(node, "limit: " + std::to_string(sort.getLimit()));
        if (static_cast<int64_t>(sort.getSkip()) > 0)
          say(node, "skips: " + std::to_string(sort.getSkip()));
      })
      .Case([&](SinkOp sink) {
        say(node, connector(sink.getConnector(), sink.getFormat()));
        if (std::string text = options(sink.getOptions()); !text.empty())
          say(node, text);
        say(node, "columns: " + list(sink.getInput().getType().getNames()));
      });
  if (!isa<AggregateOp, SortOp>(op))
    return;
  Partitioning p = partitioning(op);
  std::string text = "partitioning: " + partitioningName(p).str();
  if (p == Partitioning::Hash)
    text += " of (" + list(*cast<Operator>(op).partitionKeys()) + ")";
  else if (p == Partitioning::Single)
    text += " worker";
  else
    text += ", rows stay where they are";
  say(node, text);
  if (op->hasAttr(kStateAttr)) {
    say(node, "state: " + stateId(op).str());
    say(node, "bound: " + stateBound(op).str());
    say(node, "memory: " + leavesMemory(op));
  }
}

Graph graphOf(ModuleOp flow) {
  Graph graph;
  auto attr = [&](StringRef name, StringRef fallback) {
    auto text = flow->getAttrOfType<StringAttr>(name);
    return text ? text.str() : fallback.str();
  };
  graph.title = "pipeline " + attr("flow.name", "") + ", " + attr("flow.mode", "streaming") +
                ", time zone " + attr("flow.time_zone", "UTC");
  ReadColumns read(flow);
  llvm::DenseMap<Operation *, size_t> index;
  for (Operation &op : *flow.getBody()) {
    auto stream = dyn_cast<Operator>(op);
    if (!stream)
      continue;
    Node node;
    node.title = stream.label().str() + " " + op.getAttrOfType<StringAttr>("stream").str();
    describe(&op, read, node);
    for (Value input : op.getOperands()) {
      Operation *from = input.getDefiningOp();
      size_t at = index.lookup(from);
      bool second = cast<OpResult>(input).getResultNumber() == 1;
      node.inputs.push_back(
          {at, !second ? "" : isa<AggregateOp>(from) ? "late rows" : "bad rows"});
      ++graph.nodes[at].readers;
    }
    index[&op] = graph.nodes.size();
    if (isa<SinkOp>(op))
      graph.sinks.push_back(graph.nodes.size());
    graph.nodes.push_back(std::move(node));
  }
  return graph;
}

} // namespace levada::explain
