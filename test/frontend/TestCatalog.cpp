//===- TestCatalog.cpp - a small catalogue for tests of the documents -------===//
//
// The compiler's catalogue is generated from the runtime; tests of how a
// document is checked against one must not change when a connector does.
//
//===----------------------------------------------------------------------===//
#include "frontend/catalog/Catalog.h"

namespace levada::catalog {
namespace {

constexpr Option filesystemOptions[] = {
    {"path", OptionType::String, "", true, true, "", "File, directory or glob pattern."},
    {"rolling.size", OptionType::Size, "128 MB", false, false, "", "Size at which a part file is closed."},
    {"poll.interval", OptionType::Duration, "1 s", false, false, "", "How often new files are looked for."},
    {"workers", OptionType::Int, "1", false, false, "", "Threads that read ahead."},
    {"follow", OptionType::Bool, "false", false, false, "", "Wait for more at the end."},
    {"compression", OptionType::Enum, "auto", false, false, "auto|none|gzip|zstd", "How bytes are compressed."},
};
constexpr Option csvOptions[] = {
    {"csv.header", OptionType::Enum, "false", false, false, "true|false|skip", "What the first line is."},
    {"csv.null-literal", OptionType::String, "", false, false, "", "Text that stands for NULL."},
    {"csv.field-delimiter", OptionType::Char, ",", false, false, "", "Between two fields."},
};
constexpr Option regexOptions[] = {
    {"regex.pattern", OptionType::Pattern, "", true, false, "", "Named groups fill columns."},
};
constexpr std::string_view fileMetadata[] = {"file", "line", "byte_offset"};

constexpr Connector all[] = {
    {"filesystem", "levada_connector_filesystem", true, true, true, filesystemOptions, fileMetadata, "Files.", ""},
    {"print", "levada_connector_print", false, true, false, {}, {}, "Standard output.", ""},
    {"stdin", "levada_connector_stdin", true, false, false, {}, {}, "Standard input.", ""},
};
constexpr Connector allFormats[] = {
    {"csv", "levada_format_csv", true, true, false, csvOptions, {}, "Comma separated.", ""},
    {"json", "levada_format_json", true, true, false, {}, {}, "JSON lines.", ""},
    {"raw", "levada_format_raw", true, true, false, {}, {}, "Lines.", ""},
    {"regex", "levada_format_regex", true, false, false, regexOptions, {}, "Patterns.", ""},
};

} // namespace

std::span<const Function> functions() { return {}; }
std::span<const Aggregate> aggregates() { return {}; }
std::span<const Connector> connectors() { return all; }
std::span<const Connector> formats() { return allFormats; }
std::span<const Function> findFunctions(std::string_view) { return {}; }
std::span<const Aggregate> findAggregates(std::string_view) { return {}; }
const Connector *findConnector(std::string_view name) {
  for (const Connector &c : all)
    if (c.name == name)
      return &c;
  return nullptr;
}
const Connector *findFormat(std::string_view name) {
  for (const Connector &c : allFormats)
    if (c.name == name)
      return &c;
  return nullptr;
}

} // namespace levada::catalog
