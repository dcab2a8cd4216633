//===- Catalogue.cpp - levada functions, levada connectors -----------------===//
//
// Prints what the annotated C++ says: nothing is kept here. Without names one
// line an entry, with names the whole entry.
//
//===----------------------------------------------------------------------===//
#include "frontend/catalog/Catalog.h"
#include "tools/levada/CommandLine.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace levada;
using namespace levada::tool;
using llvm::outs;
using llvm::StringRef;

namespace {

StringRef ref(std::string_view s) { return {s.data(), s.size()}; }

/// The first sentence of a comment, on one line.
std::string sentence(std::string_view doc) {
  StringRef text = ref(doc);
  size_t end = text.find(". ");
  size_t line = text.find(".\n");
  end = std::min(end, line);
  std::string first = text.substr(0, end == StringRef::npos ? text.size() : end + 1).str();
  std::replace(first.begin(), first.end(), '\n', ' ');
  return first;
}

std::string parameters(std::span<const catalog::Param> params, bool variadic) {
  std::string text;
  for (const catalog::Param &param : params) {
    if (!text.empty())
      text += ", ";
    text += param.sqlType;
  }
  return text + (variadic ? "..." : "");
}

std::string resultType(const catalog::Param &result) {
  StringRef type = ref(result.sqlType);
  if (type == "rule:varying" || type == "rule:joined")
    return "STRING"; // its length is computed
  return type.starts_with("rule:") || type.empty() ? "as its arguments" : type.str();
}

template <typename Entry> bool wanted(const Arguments &arguments, const Entry &name) {
  if (arguments.inputs.empty())
    return true;
  return llvm::any_of(arguments.inputs, [&](const std::string &input) {
    return ref(name).equals_insensitive(input);
  });
}

void printDoc(std::string_view doc, unsigned indent) {
  for (StringRef line : llvm::split(ref(doc), '\n'))
    outs().indent(indent) << line.trim() << '\n';
}

int unknownName(const Arguments &arguments, const std::vector<std::string> &names) {
  for (const std::string &input : arguments.inputs) {
    if (llvm::any_of(names, [&](const std::string &n) { return StringRef(n).equals_insensitive(input); }))
      continue;
    std::string text = "there is no `" + input + "`";
    if (std::string near = diag::nearest(input, names); !near.empty())
      text += "; did you mean `" + near + "`?";
    return usageError(arguments, text);
  }
  return Exit::Done;
}

void printOptions(const catalog::Connector &entry) {
  for (const catalog::Option &option : entry.options) {
    outs() << "    " << option.key;
    if (option.required)
      outs() << " (required)";
    else if (!option.defaultValue.empty())
      outs() << " (default " << option.defaultValue << ")";
    if (!option.values.empty())
      outs() << " one of " << option.values;
    outs() << '\n';
    printDoc(option.doc, 8);
  }
}

void printConnector(const catalog::Connector &entry, bool format, bool whole) {
  std::string roles = entry.isSource ? (format ? "decodes" : "source") : "";
  if (entry.isSink)
    roles += (roles.empty() ? "" : ", ") + std::string(format ? "encodes" : "sink");
  if (!whole) {
    outs() << "  " << llvm::left_justify(ref(entry.name), 16) << llvm::left_justify(roles, 18)
           << sentence(entry.doc) << '\n';
    return;
  }
  outs() << entry.name << " (" << roles << ")\n";
  printDoc(entry.doc, 4);
  if (!entry.metadata.empty()) {
    outs() << "    metadata columns:";
    for (std::string_view key : entry.metadata)
      outs() << ' ' << key;
    outs() << '\n';
  }
  printOptions(entry);
}

} // namespace

int tool::runFunctions(Arguments &arguments) {
  std::vector<std::string> names;
  for (const catalog::Function &f : catalog::functions())
    names.emplace_back(f.sqlName);
  for (const catalog::Aggregate &a : catalog::aggregates())
    names.emplace_back(a.sqlName);
  if (int exit = unknownName(arguments, names))
    return exit;
  bool whole = !arguments.inputs.empty() || arguments.options.hasArg(OPT_markdown);
  const char *mark = arguments.options.hasArg(OPT_markdown) ? "## " : "";
  auto print = [&](std::string_view name, std::string signature, std::string_view doc) {
    if (!wanted(arguments, name))
      return;
    if (!whole) {
      outs() << llvm::left_justify(signature, 58) << ' ' << sentence(doc) << '\n';
      return;
    }
    outs() << mark << signature << '\n';
    printDoc(doc, *mark ? 0 : 4);
    outs() << (*mark ? "\n" : "");
  };
  for (const catalog::Function &f : catalog::functions())
    print(f.sqlName, std::string(f.sqlName) + "(" + parameters(f.params, f.variadic) + ") -> " + resultType(f.result), f.doc);
  for (const catalog::Aggregate &a : catalog::aggregates())
    print(a.sqlName, std::string(a.sqlName) + "(" + (a.params.empty() ? "*" : parameters(a.params, false)) + ") -> " + resultType(a.result) + " [aggregate]", a.doc);
  return Exit::Done;
}

int tool::runConnectors(Arguments &arguments) {
  std::vector<std::string> names;
  for (const catalog::Connector &c : catalog::connectors())
    names.emplace_back(c.name);
  for (const catalog::Connector &f : catalog::formats())
    names.emplace_back(f.name);
  if (int exit = unknownName(arguments, names))
    return exit;
  bool whole = !arguments.inputs.empty() || arguments.options.hasArg(OPT_markdown);
  for (bool format : {false, true}) {
    if (!whole)
      outs() << (format ? "formats\n" : "connectors\n");
    for (const catalog::Connector &entry : format ? catalog::formats() : catalog::connectors())
      if (wanted(arguments, entry.name))
        printConnector(entry, format, whole);
  }
  return Exit::Done;
}
