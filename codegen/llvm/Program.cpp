//===- Program.cpp - the descriptor of a program ---------------------------===//
//
// levada_program_main and its tables as constants of exactly abi.h's layout.
// Stage functions refer to slot descriptors and key layouts by name before
// these exist: such a declaration is replaced here by the constant.
//
//===----------------------------------------------------------------------===//
#include "codegen/abi/Abi.h"
#include "codegen/format/Format.h"
#include "codegen/llvm/Stages.h"
#include "codegen/lower/Schema.h"
#include "runtime/abi/abi.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;

namespace levada::codegen {
namespace {

using Constant = llvm::Constant;

class Tables {
public:
  Tables(llvm::Module &module, const Plan &plan, const BuildOptions &options)
      : m(module), plan(plan), options(options) {}
  void build();

private:
  Constant *u32(uint64_t v) { return llvm::ConstantInt::get(llvm::Type::getInt32Ty(m.getContext()), v); }
  Constant *i64(int64_t v) { return llvm::ConstantInt::get(llvm::Type::getInt64Ty(m.getContext()), v); }
  Constant *u8(uint64_t v) { return llvm::ConstantInt::get(llvm::Type::getInt8Ty(m.getContext()), v); }
  Constant *text(llvm::StringRef s) { return abi::text(m, s); }
  Constant *null() { return llvm::ConstantPointerNull::get(llvm::PointerType::get(m.getContext(), 0)); }
  Constant *function(llvm::StringRef name) {
    Constant *f = name.empty() ? nullptr : m.getFunction(name);
    return f ? f : null();
  }
  Constant *make(llvm::StringRef name, abi::Values values) { return abi::constant(m, name, values); }
  Constant *table(llvm::ArrayRef<Constant *> rows, llvm::StringRef name) {
    return abi::array(m, rows, name);
  }
  Constant *texts(ArrayAttr strings, llvm::StringRef name);
  Constant *numbers(const llvm::SetVector<unsigned> &set, llvm::StringRef name);
  Constant *optionTable(DictionaryAttr given, DictionaryAttr ofFormat, llvm::StringRef connector,
                        llvm::StringRef format, unsigned &count);
  Constant *connector(llvm::StringRef name);
  Constant *layout(const Layout &layout);
  /// Gives a constant the name that stage functions know it by.
  Constant *define(llvm::StringRef symbol, Constant *value);

  Constant *source(const SourcePlan &source);
  Constant *channel(const ChannelPlan &channel);
  Constant *slot(const SlotPlan &slot);
  Constant *stage(StagePlan stage);
  Constant *sink(const SinkPlan &sink);

  llvm::Module &m;
  const Plan &plan;
  const BuildOptions &options;
};

Constant *Tables::texts(ArrayAttr strings, llvm::StringRef name) {
  llvm::SmallVector<Constant *> rows;
  for (Attribute string : strings)
    rows.push_back(text(cast<StringAttr>(string).getValue()));
  return table(rows, name);
}

Constant *Tables::numbers(const llvm::SetVector<unsigned> &set, llvm::StringRef name) {
  llvm::SmallVector<unsigned> sorted(set.begin(), set.end());
  llvm::sort(sorted);
  llvm::SmallVector<Constant *> rows;
  for (unsigned number : sorted)
    rows.push_back(u32(number));
  return table(rows, name);
}

/// Options of the connector by their key; those of the format too, so that
/// the runtime finds csv.header where it opens a file.
Constant *Tables::optionTable(DictionaryAttr given, DictionaryAttr ofFormat,
                              llvm::StringRef connector, llvm::StringRef format,
                              unsigned &count) {
  llvm::SmallVector<Constant *> rows;
  auto append = [&](DictionaryAttr dictionary, const catalog::Connector *schema) {
    for (NamedAttribute option : dictionary) {
      auto value = dyn_cast<StringAttr>(option.getValue());
      if (!value)
        continue;
      bool runtime = false;
      if (schema)
        for (const catalog::Option &declared : schema->options)
          if (llvm::StringRef(declared.key.data(), declared.key.size()) == option.getName())
            runtime = declared.runtime;
      rows.push_back(make("levada_option", {{"key", text(option.getName().getValue())},
                                            {"value", text(value.getValue())},
                                            {"runtime", u8(runtime)}}));
    }
  };
  append(given, catalog::findConnector({connector.data(), connector.size()}));
  append(ofFormat, catalog::findFormat({format.data(), format.size()}));
  count = rows.size();
  return table(rows, "options");
}

Constant *Tables::connector(llvm::StringRef name) {
  const catalog::Connector *found = catalog::findConnector({name.data(), name.size()});
  if (!found) // not of the catalogue: one that plans alone refer to
    return m.getOrInsertGlobal(("levada_connector_" + name).str(),
                               llvm::Type::getInt8Ty(m.getContext()));
  return m.getOrInsertGlobal(llvm::StringRef(found->symbol.data(), found->symbol.size()),
                             llvm::Type::getInt8Ty(m.getContext()));
}

Constant *Tables::layout(const Layout &layout) {
  llvm::SmallVector<Constant *> offsets;
  for (uint32_t offset : layout.strOffsets())
    offsets.push_back(u32(offset));
  return make("levada_layout", {{"size", u32(layout.size)},
                                {"str_count", u32(offsets.size())},
                                {"str_offsets", table(offsets, "str_offsets")}});
}

Constant *Tables::define(llvm::StringRef symbol, Constant *value) {
  llvm::GlobalVariable *declared = m.getNamedGlobal(symbol);
  llvm::GlobalVariable *defined = abi::global(m, value, symbol, 16);
  if (declared) {
    declared->replaceAllUsesWith(defined);
    declared->eraseFromParent();
    defined->setName(symbol);
  }
  return defined;
}

Constant *Tables::source(const SourcePlan &source) {
  exec::SourceOp op = source.op;
  DictionaryAttr options = op.getFormatOptions();
  unsigned count = 0;
  Constant *given = optionTable(op.getOptions(), options, op.getConnector(), op.getFormat(), count);
  bool csv = op.getFormat() == "csv";
  llvm::StringRef header = optionOf(options, "csv.header");
  format::CsvDialect dialect = format::csvDialect(options);
  bool quoted = csv && dialect.quote;
  bool lines = llvm::any_of(op.getMetadata(), [](Attribute key) {
    return cast<StringAttr>(key).getValue() == "line";
  });
  return make(
      "levada_source_desc",
      {{"name", text(op.getSymName())},
       {"connector", connector(op.getConnector())},
       {"options", given},
       {"option_count", u32(count)},
       {"format", text(op.getFormat())},
       {"columns", texts(op.getColumns(), "columns")},
       {"column_count", u32(op.getColumns().size())},
       {"cut", u8(quoted ? LEVADA_CUT_CSV : LEVADA_CUT_LINES)},
       {"quote", u8(csv ? dialect.quote : 0)},
       {"delimiter", u8(csv ? dialect.delimiter : 0)},
       {"escape", u8(csv ? dialect.escape : 0)},
       {"header", u8(header == "true" ? 1 : header == "skip" ? 2 : 0)},
       {"on_error", u8(static_cast<unsigned>(op.getOnError()))},
       {"has_watermark", u8(source.hasWatermark)},
       {"dead_letter", u32(op.getDeadLetterAttr() ? plan.indexOf(op.getDeadLetterAttr()) : -1u)},
       {"stage", u32(source.stage)},
       {"op", u32(op.getOp())},
       {"lines", u8(lines)}});
}

Constant *Tables::channel(const ChannelPlan &channel) {
  exec::ChannelOp op = channel.op;
  llvm::SmallVector<Constant *> texts;
  for (uint32_t offset : channel.row.strOffsets())
    texts.push_back(u32(offset));
  return make("levada_channel_desc",
              {{"name", text(op.getSymName())},
               {"row_size", u32(channel.row.size)},
               {"mode", u8(op.getSingle() ? LEVADA_CHANNEL_SINGLE : LEVADA_CHANNEL_HASH)},
               {"stage", u32(channel.stage)},
               {"producer", u32(channel.producer)},
               {"input", u32(channel.input)},
               {"place_offset", u32(channel.placeOffset < 0 ? 0 : channel.placeOffset)},
               {"texts", table(texts, "texts")},
               {"text_count", u32(texts.size())},
               {"hash_offset", u32(channel.hashOffset < 0 ? 0 : channel.hashOffset)},
               {"fingerprint", i64(channelFingerprint(plan, channel))}});
}

Constant *Tables::slot(const SlotPlan &slot) {
  exec::SlotOp op = slot.op;
  unsigned kind = op.getKind() == "window"    ? LEVADA_SLOT_WINDOW
                  : op.getKind() == "session" ? LEVADA_SLOT_SESSION
                  : op.getKind() == "group"   ? LEVADA_SLOT_GROUP
                                              : LEVADA_SLOT_SORT;
  flow::WindowAttr window = op.getWindowAttr();
  unsigned windowKind = !window                                        ? 0
                        : window.getKind() == flow::WindowKind::hop      ? LEVADA_WINDOW_HOP
                        : window.getKind() == flow::WindowKind::cumulate && !slot.since
                            ? LEVADA_WINDOW_CUMULATE
                                                                         : LEVADA_WINDOW_TUMBLE;
  if (m.getNamedGlobal(slot.layout))
    define(slot.layout, layout(slot.key));
  Constant *owner = null();
  if (slot.owner >= 0)
    owner = abi::global(m, layout(plan.slots[slot.owner].key), "owner", 8);
  Constant *desc = make(
      "levada_slot_desc",
      {{"id", text(slot.id)},
       {"kind", u8(kind)},
       {"window", u8(windowKind)},
       {"local_zone", u8(op.getLocalZone())},
       {"key", layout(slot.key)},
       {"acc_offset", u32(slot.accOffset)},
       {"entry_size", u32(slot.entrySize)},
       {"size", i64(window ? window.getSize() : 0)},
       {"slide", i64(window ? window.getSlide() : 0)},
       {"offset", i64(window ? window.getOffset() : 0)},
       {"always_one", u8(op.getAlwaysOne() && slot.owner < 0)},
       {"mergeable", u8(slot.mergeable())},
       {"first_rows", u8(op.getKind() == "sort" && op.getSortKeys().empty() && op.getLimit() >= 0)},
       {"init", function(slot.init)},
       {"merge", function(slot.merge)},
       {"compare", function(slot.compare)},
       {"limit", i64(op.getLimit())},
       {"skip", i64(op.getSkip())},
       {"fire", function(slot.owner >= 0      ? llvm::StringRef(slot.correct)
                         : slot.fireStage < 0 ? llvm::StringRef()
                                              : llvm::StringRef(plan.stages[slot.fireStage].function))},
       {"fire_stage", u32(slot.owner >= 0 ? plan.slots[slot.owner].fireStage : slot.fireStage)},
       {"op", u32(op.getOp())},
       {"align", u32(slot.align)},
       {"save", function(slot.save)},
       {"load", function(slot.load)},
       {"schema", text(slotSchema(plan, slot))},
       {"owner", owner}});
  // In the table too: the one that functions refer to is another copy.
  if (m.getNamedGlobal(slot.desc))
    define(slot.desc, desc);
  return desc;
}

Constant *Tables::stage(StagePlan stage) {
  auto fn = [&](StageKind kind) {
    return stage.kind == kind ? function(stage.function) : null();
  };
  unsigned kind = stage.kind == StageKind::Source ? LEVADA_STAGE_SOURCE
                  : stage.kind == StageKind::Rows ? LEVADA_STAGE_ROWS
                                                  : LEVADA_STAGE_FIRE;
  return make("levada_stage_desc",
              {{"name", text(stage.op.getSymName())},
               {"kind", u8(kind)},
               {"source_fn", fn(StageKind::Source)},
               {"rows_fn", fn(StageKind::Rows)},
               {"fire_fn", fn(StageKind::Fire)},
               {"slots", numbers(stage.slots, "stage_slots")},
               {"slot_count", u32(stage.slots.size())},
               {"channels", numbers(stage.channels, "stage_channels")},
               {"channel_count", u32(stage.channels.size())},
               {"sinks", numbers(stage.sinks, "stage_sinks")},
               {"sink_count", u32(stage.sinks.size())},
               {"input_slot", u32(stage.kind == StageKind::Fire ? stage.input : -1u)}});
}

Constant *Tables::sink(const SinkPlan &sink) {
  exec::SinkOp op = sink.op;
  unsigned count = 0;
  Constant *given = optionTable(op.getOptions(), op.getFormatOptions(), op.getConnector(),
                                op.getFormat(), count);
  return make("levada_sink_desc", {{"name", text(op.getSymName())},
                                   {"connector", connector(op.getConnector())},
                                   {"options", given},
                                   {"option_count", u32(count)},
                                   {"format", text(op.getFormat())},
                                   {"columns", texts(op.getColumns(), "columns")},
                                   {"column_count", u32(op.getColumns().size())},
                                   {"header", sink.header.empty() ? null() : text(sink.header)},
                                   {"op", u32(op.getOp())}});
}

/// The TZif of a zone, empty for UTC or when this system does not know it.
std::string zoneData(llvm::StringRef zone) {
  if (zone == "UTC" || zone == "Etc/UTC" || zone.empty())
    return "";
  auto file = llvm::MemoryBuffer::getFile("/usr/share/zoneinfo/" + zone);
  return file ? (*file)->getBuffer().str() : "";
}

void Tables::build() {
  auto rows = [&](auto &list, auto make) {
    llvm::SmallVector<Constant *> out;
    for (auto &entry : list)
      out.push_back(make(entry));
    return out;
  };
  for (auto &[symbol, key] : plan.hashLayouts)
    define(symbol.getValue(), layout(key));
  auto sources = rows(plan.sources, [&](auto &x) { return source(x); });
  auto channels = rows(plan.channels, [&](auto &x) { return channel(x); });
  auto slots = rows(plan.slots, [&](auto &x) { return slot(x); });
  auto stages = rows(plan.stages, [&](auto &x) { return stage(x); });
  auto sinks = rows(plan.sinks, [&](auto &x) { return sink(x); });
  auto exprs = rows(plan.exprs, [&](auto &x) {
    return make("levada_expr_desc", {{"file", text(x.file)},
                                     {"line", u32(x.line)},
                                     {"column", u32(x.column)},
                                     {"text", text(x.text)}});
  });
  llvm::SmallVector<Constant *> operators;
  if (auto list = plan.exec->getAttrOfType<ArrayAttr>("exec.operators"))
    for (Attribute entry : list) {
      auto pair = cast<ArrayAttr>(entry);
      operators.push_back(make("levada_operator_desc",
                               {{"name", text(cast<StringAttr>(pair[0]).getValue())},
                                {"kind", text(cast<StringAttr>(pair[1]).getValue())}}));
    }
  auto numberAttr = [&](llvm::StringRef name) {
    auto attr = plan.exec->getAttrOfType<IntegerAttr>(name);
    return attr ? attr.getInt() : 0;
  };
  auto textAttr = [&](llvm::StringRef name, llvm::StringRef fallback) {
    auto attr = plan.exec->getAttrOfType<StringAttr>(name);
    return attr ? attr.getValue() : fallback;
  };
  std::string zone = plan.timeZone(), zoneBytes = zoneData(zone);
  Constant *zonePointer = null();
  if (!zoneBytes.empty())
    zonePointer = abi::global(
        m, llvm::ConstantDataArray::getString(m.getContext(), zoneBytes, false), "zone", 8);
  // What the program does, whatever the version and the optimization level.
  std::string printed;
  llvm::raw_string_ostream(printed) << plan.exec;
  std::string fingerprint = llvm::toHex(
      llvm::SHA256::hash(llvm::ArrayRef(reinterpret_cast<const uint8_t *>(printed.data()), printed.size())), true);

  // In a section of its own, where `levada diff` finds it.
  std::string stateText = programState(plan);
  Constant *stateBytes = llvm::ConstantDataArray::getString(m.getContext(), stateText);
  llvm::GlobalVariable *state = abi::global(m, stateBytes, "levada_state", 1);
  state->setSection(".levada.state");

  Constant *program = make(
      "levada_program",
      {{"abi_version", u32(LEVADA_ABI_VERSION)},
       {"name", text(textAttr("flow.name", "pipeline"))},
       {"compiler", text(options.compiler)},
       {"plan", text(options.plan)},
       {"fingerprint", text(fingerprint)},
       {"batch", u8(textAttr("flow.mode", "streaming") == "batch")},
       {"script", u8(plan.exec->hasAttr("flow.script"))},
       {"time_zone", text(zone)},
       {"zone_data", zonePointer},
       {"zone_size", u32(zoneBytes.size())},
       {"sources", table(sources, "sources")},
       {"source_count", u32(sources.size())},
       {"channels", table(channels, "channels")},
       {"channel_count", u32(channels.size())},
       {"slots", table(slots, "slots")},
       {"slot_count", u32(slots.size())},
       {"stages", table(stages, "stages")},
       {"stage_count", u32(stages.size())},
       {"sinks", table(sinks, "sinks")},
       {"sink_count", u32(sinks.size())},
       {"exprs", table(exprs, "exprs")},
       {"expr_count", u32(exprs.size())},
       {"operators", table(operators, "operators")},
       {"operator_count", u32(operators.size())},
       {"checkpoint_interval", i64(numberAttr("flow.checkpoint_interval"))},
       {"checkpoint_min_pause", i64(numberAttr("flow.checkpoint_min_pause"))},
       {"checkpoint_keep", u32(numberAttr("flow.checkpoint_keep"))},
       {"state", state}});
  auto *main = abi::global(m, program, "levada_program_main", 16);
  main->setLinkage(llvm::GlobalValue::ExternalLinkage);
}

} // namespace

void addProgram(llvm::Module &module, const Plan &plan, const BuildOptions &options) {
  Tables(module, plan, options).build();
}

} // namespace levada::codegen
