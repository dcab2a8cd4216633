//===- Catalog.cpp - the generated tables, by name --------------------------===//
#include "frontend/catalog/Catalog.h"

#include <algorithm>

namespace levada::catalog {
namespace {

#include "generated/Aggregates.inc"
#include "generated/Connectors.inc"
#include "generated/Functions.inc"

/// The run of rows of a sorted table that bear `name`.
template <typename T>
std::span<const T> findRun(std::span<const T> table, std::string_view name) {
  auto lower = std::lower_bound(
      table.begin(), table.end(), name,
      [](const T &row, std::string_view wanted) { return row.sqlName < wanted; });
  auto upper = lower;
  while (upper != table.end() && upper->sqlName == name)
    ++upper;
  return {lower, upper};
}

const Connector *findByName(std::span<const Connector> table, std::string_view name) {
  for (const Connector &row : table)
    if (row.name == name)
      return &row;
  return nullptr;
}

} // namespace

std::span<const Function> functions() { return kFunctions; }
std::span<const Aggregate> aggregates() { return kAggregates; }
std::span<const Connector> connectors() { return kConnectors; }
std::span<const Connector> formats() { return kFormats; }

std::span<const Function> findFunctions(std::string_view upperName) {
  return findRun<Function>(kFunctions, upperName);
}

std::span<const Aggregate> findAggregates(std::string_view upperName) {
  return findRun<Aggregate>(kAggregates, upperName);
}

const Connector *findConnector(std::string_view name) { return findByName(kConnectors, name); }

const Connector *findFormat(std::string_view name) { return findByName(kFormats, name); }

} // namespace levada::catalog
