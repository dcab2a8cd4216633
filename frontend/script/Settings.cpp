//===- Settings.cpp - SET and RESET ------------------------------------------===//
//
// Flink's keys fall into those that this program obeys, those about how a
// cluster does the work, which cannot change a result and pass in silence, and
// those that would change something, which are said to have no effect. A key
// that Flink does not have is a spelling mistake.
//
//===----------------------------------------------------------------------===//
#include "frontend/script/Session.h"
#include "frontend/toml/Values.h"
#include "ir/diag/codes/Document.h"
#include "ir/diag/codes/Script.h"

#include <algorithm>
#include <cctype>

namespace levada::script {
namespace {

enum class Type { Text, Duration, Integer, Bool, Choice };
enum class Effect {
  Acts,
  Tuning,  ///< changes how, never what
  None,    ///< would change something
};

struct Known {
  std::string_view key;
  Type type;
  Effect effect;
  std::string_view choices; ///< "a|b"; of a key without effect: the default
  std::string_view why;     ///< None: a hint
};

constexpr Known known[] = {
    {"execution.attached", Type::Bool, Effect::Tuning, "", ""},
    {"execution.checkpointing.interval", Type::Duration, Effect::Acts, "", ""},
    {"execution.checkpointing.min-pause", Type::Duration, Effect::Acts, "", ""},
    {"execution.checkpointing.mode", Type::Choice, Effect::Tuning, "EXACTLY_ONCE|AT_LEAST_ONCE", ""},
    {"execution.checkpointing.num-retained", Type::Integer, Effect::Acts, "", ""},
    {"execution.runtime-mode", Type::Choice, Effect::Acts, "STREAMING|BATCH", ""},
    {"parallelism.default", Type::Integer, Effect::Acts, "", ""},
    {"pipeline.max-parallelism", Type::Integer, Effect::Tuning, "", ""},
    {"pipeline.name", Type::Text, Effect::Acts, "", ""},
    {"pipeline.object-reuse", Type::Bool, Effect::Tuning, "", ""},
    {"pipeline.operator-chaining.enabled", Type::Bool, Effect::Tuning, "", ""},
    {"state.checkpoints.num-retained", Type::Integer, Effect::Acts, "", ""},
    {"table.dml-sync", Type::Bool, Effect::Tuning, "", ""},
    {"table.dynamic-table-options.enabled", Type::Bool, Effect::Tuning, "", ""},
    {"table.exec.legacy-cast-behaviour", Type::Choice, Effect::None, "DISABLED|ENABLED",
     "casts that fail fail the row; TRY_CAST gives NULL"},
    {"table.exec.mini-batch.allow-latency", Type::Duration, Effect::Tuning, "", ""},
    {"table.exec.mini-batch.enabled", Type::Bool, Effect::None, "false",
     "each row gives its changes; the table at the end is the same"},
    {"table.exec.mini-batch.size", Type::Integer, Effect::Tuning, "", ""},
    {"table.exec.resource.default-parallelism", Type::Integer, Effect::Tuning, "", ""},
    {"table.exec.sink.nested-constraint-enforcer", Type::Choice, Effect::None,
     "IGNORE|ROWS|ROWS_AND_COLLECTIONS", "NOT NULL inside ROW, ARRAY and MAP is not enforced"},
    {"table.exec.sink.not-null-enforcer", Type::Choice, Effect::Acts, "ERROR|DROP", ""},
    {"table.exec.sink.type-length-enforcer", Type::Choice, Effect::Acts, "IGNORE|TRIM_PAD|ERROR", ""},
    {"table.exec.sink.upsert-materialize", Type::Choice, Effect::Tuning, "AUTO|NONE|FORCE", ""},
    {"table.exec.source.cdc-events-duplicate", Type::Bool, Effect::None, "false", ""},
    {"table.exec.source.idle-timeout", Type::Duration, Effect::None, "0",
     "a source that is silent holds the watermark back"},
    {"table.exec.source.rowtime-null-handling", Type::Choice, Effect::None,
     "FAIL|DROP|SKIP_WATERMARK", "a NULL event time fails the row"},
    {"table.exec.state.ttl", Type::Duration, Effect::None, "0", "nothing expires"},
    {"table.local-time-zone", Type::Text, Effect::Acts, "", ""},
    {"table.plan.restore.catalog-objects", Type::Text, Effect::Tuning, "", ""},
    {"table.sql-dialect", Type::Choice, Effect::Acts, "DEFAULT", ""},
};

/// Keys of Flink's that say how a cluster runs or how a plan is found.
constexpr std::string_view tuning[] = {
    "table.optimizer.", "table.exec.async-", "table.exec.resource.", "table.exec.spill-",
    "table.exec.sort.", "table.exec.window-agg.", "table.exec.operator-fusion-codegen.",
    "table.exec.local-hash-agg.", "table.exec.shuffle-mode", "table.exec.deduplicate.",
    "table.exec.disabled-operators", "table.exec.interval-join.", "table.exec.rank.",
    "table.generated-code.", "table.display.", "table.rtas-ctas.", "table.resources.",
    "execution.", "state.", "taskmanager.", "jobmanager.", "jobstore.", "parallelism.",
    "pipeline.", "restart-strategy", "sql-client.", "sql-gateway.", "rest.", "metrics.", "python.",
    "security.", "cluster.", "heartbeat.", "high-availability", "io.", "akka.", "pekko.",
    "blob.", "client.", "env.", "fs.", "historyserver.", "kubernetes.", "web.", "yarn.", "s3.",
    "job-event.", "job-result-store.", "process.", "resourcemanager.", "scheduler-mode",
    "slot.", "slotmanager.", "task.", "traces.", "events.", "deployment.", "compiler.",
    "table.builtin-catalog-name", "table.builtin-database-name", "table.catalog-",
    "table.column-expansion-strategy", "table.plan.",
};
/// Of these each may mean something.
constexpr std::string_view other[] = {"table.exec.", "table."};

/// Whether one text becomes the other by at most two changes of a letter.
bool misspelt(std::string_view a, std::string_view b, int most = 2) {
  size_t same = 0;
  while (same < a.size() && same < b.size() && a[same] == b[same])
    ++same;
  a.remove_prefix(same);
  b.remove_prefix(same);
  if (a.empty() || b.empty())
    return int(a.size() + b.size()) <= most;
  return most > 0 && (misspelt(a.substr(1), b, most - 1) || misspelt(a, b.substr(1), most - 1) ||
                      misspelt(a.substr(1), b.substr(1), most - 1));
}


std::vector<std::string> words(std::string_view bar) {
  std::vector<std::string> out;
  while (!bar.empty()) {
    size_t end = std::min(bar.find('|'), bar.size());
    out.emplace_back(bar.substr(0, end));
    bar.remove_prefix(std::min(end + 1, bar.size()));
  }
  return out;
}

const Known *findKnown(std::string_view key) {
  for (const Known &one : known)
    if (one.key == key)
      return &one;
  return nullptr;
}

bool isTuning(std::string_view key) {
  return std::any_of(std::begin(tuning), std::end(tuning),
                     [&](std::string_view front) { return key.starts_with(front); });
}

bool mayMean(std::string_view key) {
  return std::any_of(std::begin(other), std::end(other),
                     [&](std::string_view front) { return key.starts_with(front); });
}

/// The known key that this one was meant to be, or "".
std::string nearKnown(std::string_view key) {
  for (const Known &one : known)
    if (misspelt(key, one.key))
      return std::string(one.key);
  if (isTuning(key) || mayMean(key))
    return "";
  std::vector<std::string> keys;
  for (const Known &one : known)
    keys.emplace_back(one.key);
  return diag::nearest(key, keys);
}

} // namespace

doc::Member memberOf(const sql::OptionDef &option) {
  doc::Member m;
  m.key = nameOf(option.key);
  m.value.kind = doc::NodeKind::String;
  m.value.sql = true;
  m.value.text = option.value.text;
  m.value.range = {option.value.range.buffer, option.value.range.begin - 1,
                   option.value.range.end + 1};
  return m;
}

bool Session::knownSetting(const sql::Name &key, bool warns) {
  std::string near = nearKnown(key.text);
  if (near.empty() && isTuning(key.text))
    return true;
  if (near.empty() && mayMean(key.text)) {
    if (warns)
      engine.emit(key.range, diag::SettingWithoutEffect, key.text).hint("nothing here reads it");
    return true;
  }
  auto said = engine.emit(key.range, diag::UnknownSetting, key.text);
  if (!near.empty())
    said.hint(fmt::format("did you mean '{}'?", near));
  std::vector<std::string> acting;
  for (const Known &one : known)
    if (one.effect == Effect::Acts)
      acting.emplace_back(one.key);
  said.note("settings that act: " + doc::listed(acting));
  return false;
}

void Session::set(const sql::SetStatement &s) {
  if (!s.option) {
    engine.emit(s.range, diag::StatementWithoutEffect, "SET without a key")
        .hint("SET 'key' = 'value'");
    return;
  }
  const sql::OptionDef &option = *s.option;
  const std::string &key = option.key.text;
  const Known *entry = findKnown(key);
  if (!entry) {
    knownSetting(option.key, /*warns=*/true);
    return;
  }
  doc::Member m = memberOf(option);
  bool ok = true, isDefault = false;
  switch (entry->type) {
  case Type::Text:
    break;
  case Type::Duration: {
    std::optional<doc::Duration> value = reader.duration(m, doc::Sign::NotNegative);
    ok = value.has_value();
    isDefault = ok && value->millis == 0;
    break;
  }
  case Type::Integer:
    ok = key == "parallelism.default" ? option.value.text == "-1" || reader.integer(m, 1, 128)
                                      : reader.integer(m, -1, INT64_MAX).has_value();
    break;
  case Type::Bool: {
    std::optional<bool> value = reader.boolean(m);
    ok = value.has_value();
    isDefault = ok && *value == (entry->choices == "true");
    break;
  }
  case Type::Choice: {
    std::optional<size_t> value = reader.choice(m, words(entry->choices));
    ok = value.has_value();
    isDefault = ok && *value == 0;
    break;
  }
  }
  if (!ok)
    return;
  if (entry->effect == Effect::None && !isDefault) {
    auto said = engine.emit(option.key.range, diag::SettingWithoutEffect, key);
    if (!entry->why.empty())
      said.hint(std::string(entry->why));
  }
  if (key == "table.exec.sink.type-length-enforcer" && m.value.text.size() == 5)
    engine.emit(option.value.range, diag::SettingWithoutEffect, key + " = ERROR")
        .hint("longer texts are written as they are; TRIM_PAD cuts them");
  if (entry->effect != Effect::Acts)
    return;
  settings[key] = option;
  if (entry->type == Type::Choice)
    for (char &c : settings[key].value.text)
      c = char(std::toupper(uint8_t(c)));
}

void Session::reset(const sql::ResetStatement &s) {
  if (!s.key) {
    settings.clear();
    return;
  }
  const std::string &key = s.key->text;
  if (!findKnown(key) && !knownSetting(*s.key, /*warns=*/false))
    return;
  settings.erase(key);
}

void Session::settingsFor(SourceRange at) {
  if (!started) {
    started = true;
    firstSettings = settings;
    return;
  }
  auto same = [](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
      return std::toupper(uint8_t(x)) == std::toupper(uint8_t(y));
    });
  };
  for (const Known &one : known) {
    auto before = firstSettings.find(std::string(one.key)), now = settings.find(std::string(one.key));
    bool was = before != firstSettings.end(), is = now != settings.end();
    if (one.key == "pipeline.name" || (!was && !is) ||
        (was && is && same(before->second.value.text, now->second.value.text)))
      continue;
    std::string value = is ? now->second.value.text : "not set";
    auto said = engine.emit(is ? now->second.value.range : at, diag::SettingChanged, one.key, value,
                            was ? before->second.value.text : "not set");
    if (was)
      said.label(before->second.value.range, "set here");
    said.hint("one program has one value: set it before the first INSERT");
    firstSettings = settings; // said once
  }
}

} // namespace levada::script
