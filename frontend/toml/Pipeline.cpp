//===- Pipeline.cpp - [pipeline] --------------------------------------------===//
//
// Name, mode, parallelism, checkpoints, and those of Flink's `table.…` settings
// that mean something here. A setting nobody reads is no setting.
//
//===----------------------------------------------------------------------===//
#include "frontend/toml/Tables.h"

#include "ir/diag/codes/Document.h"

#include <algorithm>

namespace levada::doc {
namespace {

enum class SettingType { Text, Duration, Choice };
struct KnownSetting {
  std::string_view key;
  SettingType type;
  Words choices;
};

const std::vector<KnownSetting> &knownSettings() {
  static const std::vector<KnownSetting> known = {
      {"table.exec.sink.not-null-enforcer", SettingType::Choice,
       {"ERROR", "DROP"}},
      {"table.exec.source.rowtime-null-handling", SettingType::Choice,
       {"FAIL", "DROP", "SKIP_WATERMARK"}},
      {"table.exec.state.ttl", SettingType::Duration, {}},
      {"table.local-time-zone", SettingType::Text, {}},
  };
  return known;
}

void readSetting(const Member &m, Reader &reader, Pipeline &pipeline) {
  Words keys;
  for (const KnownSetting &known : knownSettings())
    keys.emplace_back(known.key);
  auto known = std::find_if(
      knownSettings().begin(), knownSettings().end(),
      [&](const KnownSetting &k) { return k.key == m.key.text; });
  if (known == knownSettings().end()) {
    if (!m.value.isTable()) {
      reader.unknownKey("`pipeline`", m.key, keys);
      return;
    }
    std::string_view text = reader.sources.text(m.key.range.buffer);
    for (const Member &inner : m.value.members) {
      Member whole = inner;
      whole.key.text = m.key.text + "." + inner.key.text;
      std::string front = m.key.text + ".";
      uint32_t begin = inner.key.range.begin;
      if (begin >= front.size() &&
          text.substr(begin - front.size(), front.size()) == front)
        whole.key.range.begin -= uint32_t(front.size());
      readSetting(whole, reader, pipeline);
    }
    return;
  }
  bool ok = false;
  switch (known->type) {
  case SettingType::Text:
    ok = reader.name(m).has_value();
    break;
  case SettingType::Duration:
    ok = reader.duration(m, Sign::NotNegative).has_value();
    break;
  case SettingType::Choice:
    ok = reader.choice(m, known->choices).has_value();
    break;
  }
  if (ok && known->key != std::string_view("table.local-time-zone"))
    reader.engine.emit(m.key.range, diag::NoEffect, fmt::format("`{}`", known->key));
  if (ok)
    pipeline.settings.push_back({m.key, word(m.value, reader.sources)});
}

void readCheckpoint(const Member &m, Reader &reader, Pipeline &pipeline) {
  if (!reader.table(m, "checkpoint = { interval = \"10s\" }"))
    return;
  for (const Member &part : m.value.members)
    if (part.key.text == "interval")
      pipeline.checkpointInterval = reader.duration(part, Sign::Positive);
    else if (part.key.text == "min-pause")
      pipeline.checkpointMinPause = reader.duration(part, Sign::NotNegative);
    else if (part.key.text == "keep")
      pipeline.checkpointKeep = reader.integer(part, 1, 1000);
    else
      reader.unknownKey("`checkpoint`", part.key, {"interval", "keep", "min-pause"});
}

} // namespace

void readPipeline(const Member &table, Reader &reader, Pipeline &pipeline) {
  pipeline.range = table.value.range;
  Words keys = {"name", "mode", "parallelism", "checkpoint.interval",
                "checkpoint.keep", "checkpoint.min-pause"};
  for (const KnownSetting &known : knownSettings())
    keys.emplace_back(known.key);
  for (const Member &m : table.value.members) {
    std::string_view key = m.key.text;
    if (key == "name") {
      if (std::optional<Name> name = reader.name(m);
          name && reader.checkName(*name))
        pipeline.name = *name;
    } else if (key == "mode") {
      if (auto mode = reader.choice(m, {"streaming", "batch"}))
        pipeline.mode = Mode(*mode);
    } else if (key == "parallelism") {
      pipeline.parallelism = reader.integer(m, 1, 128);
    } else if (key == "checkpoint") {
      readCheckpoint(m, reader, pipeline);
    } else if (key == "table" ||
               key.substr(0, 6) == "table.") { // "table.x" in quotes
      readSetting(m, reader, pipeline);
    } else {
      reader.unknownKey("`pipeline`", m.key, keys);
    }
  }
}

} // namespace levada::doc
