//===- Docs.cpp - FUNCTIONS.md and CONNECTORS.md ---------------------------===//
#include "codegen/abi/gen/Model.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

namespace levada::abigen {
namespace {

std::string signature(const std::string &name, const std::vector<Param> &params, bool variadic,
                      const Param &result, const std::string &rule) {
  std::string out = name + "(";
  for (size_t i = 0; i < params.size(); ++i) {
    if (i)
      out += ", ";
    if (!params[i].name.empty())
      out += params[i].name + " ";
    out += params[i].sql;
  }
  if (variadic)
    out += "...";
  return out + ") -> " + (rule.empty() ? result.sql : "by rule: " + rule);
}

/// One section per SQL name: its signatures, then the documentation of each.
template <typename T, typename Variadic>
void sections(llvm::raw_ostream &os, const std::map<std::string, T> &map, Variadic variadic) {
  std::map<std::string, std::vector<const T *>> byName;
  for (const auto &[symbol, value] : map)
    byName[value.sqlName].push_back(&value);
  for (const auto &[name, overloads] : byName) {
    os << "### " << name << "\n\n```\n";
    for (const T *overload : overloads)
      os << signature(name, overload->params, variadic(*overload), overload->result,
                      overload->rule)
         << "\n";
    os << "```\n\n";
    std::vector<std::string> docs;
    for (const T *overload : overloads)
      if (std::find(docs.begin(), docs.end(), overload->doc) == docs.end())
        docs.push_back(overload->doc);
    for (const std::string &doc : docs)
      os << doc << "\n\n";
  }
}

void connectors(llvm::raw_ostream &os, const Model &model, bool formats) {
  for (const auto &[symbol, c] : model.connectors) {
    if (c.format != formats)
      continue;
    os << "### " << c.name << "\n\n" << c.doc << "\n\n";
    os << (c.source ? (formats ? "Decodes" : "Source") : "");
    os << (c.source && c.sink ? ", " : "");
    os << (c.sink ? (formats ? "encodes" : "sink") : "");
    os << (c.bounded ? "; ends by itself" : "") << ".\n\n";
    if (!c.metadata.empty()) {
      os << "Metadata columns: ";
      llvm::interleaveComma(c.metadata, os, [&](const std::string &key) { os << "`" << key << "`"; });
      os << ".\n\n";
    }
    if (c.options.empty())
      continue;
    os << "| option | type | default | |\n|---|---|---|---|\n";
    for (const Option &o : c.options) {
      std::string values = o.values;
      for (size_t at = 0; (at = values.find('|', at)) != std::string::npos; at += 2)
        values.insert(at, "\\");
      os << "| `" << o.key << "` | " << (values.empty() ? o.type : values) << " | "
         << (o.required ? "required" : o.defaultValue.empty() ? "" : "`" + o.defaultValue + "`")
         << " | " << o.doc << (o.runtime ? " May be set when the pipeline runs." : "") << " |\n";
    }
    os << "\n";
  }
}

} // namespace

std::string functionsMd(const Model &model) {
  std::string out = "# Functions\n\nMade from the sources of stdlib/ by the build.\n\n## Scalar functions\n\n";
  llvm::raw_string_ostream os(out);
  sections(os, model.functions, [](const Function &fn) { return fn.variadic; });
  os << "## Aggregates\n\n";
  sections(os, model.aggregates, [](const Aggregate &) { return false; });
  return out;
}

std::string connectorsMd(const Model &model) {
  std::string out = "# Connectors and formats\n\nMade from the sources of runtime/ by the build.\n\n## Connectors\n\n";
  llvm::raw_string_ostream os(out);
  connectors(os, model, false);
  os << "## Formats\n\n";
  connectors(os, model, true);
  return out;
}

} // namespace levada::abigen
