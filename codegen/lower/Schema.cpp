//===- Schema.cpp - what a program keeps, as text ---------------------------===//
//
// Names come from the flow module before optimization (flow-plan-state), types
// and offsets from the plan, which makes them from the types alone: nothing here
// depends on -O, on the processor or on parallelism.
//
//===----------------------------------------------------------------------===//
#include "codegen/lower/Schema.h"

#include "codegen/format/Format.h"
#include "ir/flow/Call.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace levada::codegen {

/// A field between tabs: tabs, line ends and backslashes are escaped.
static std::string field(llvm::StringRef text) {
  std::string out;
  for (char c : text)
    if (c == '\\')
      out += "\\\\";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  return out;
}

/// As AbiGen names the kinds of an accumulator's fields.
static const char *kindName(Rep rep) {
  switch (rep) {
  case Rep::I1:
    return "bool";
  case Rep::I8:
    return "i8";
  case Rep::I16:
    return "i16";
  case Rep::I32:
    return "i32";
  case Rep::I64:
    return "i64";
  case Rep::I128:
    return "i128";
  case Rep::F32:
    return "f32";
  case Rep::F64:
    return "f64";
  case Rep::Str:
    return "str";
  }
  llvm_unreachable("covered");
}

/// Name, type and place of a column of a row or key.
static std::string columnText(llvm::StringRef name, const Column &column) {
  std::string text;
  llvm::raw_string_ostream(text) << field(name) << '\t' << field(column.type.str()) << '\t'
                                 << kindName(column.rep) << '\t' << column.offset << '\t'
                                 << column.nullOffset;
  return text;
}

/// "MIN(v)" of "MIN(v')", where v' is v as the type that MIN takes: other versions of
/// the program have v itself there. As it is where another one is called so.
static std::string nameOf(const SlotPlan &slot, const AggPlan &agg) {
  auto plain = [](const AggPlan &agg) {
    std::string text = callText(agg.attr);
    for (StringAttr arg : agg.attr.getArgs()) {
      llvm::StringRef name = arg.getValue();
      if (size_t at = text.find(name); name.ends_with("'") && at != text.npos)
        text.replace(at, name.size(), plainColumn(name));
    }
    return text;
  };
  std::string name = plain(agg);
  for (const AggPlan &other : slot.aggs)
    if (&other != &agg && plain(other) == name)
      return callText(agg.attr);
  return name;
}

std::string slotSchema(const Plan &plan, const SlotPlan &slot) {
  exec::SlotOp op = slot.op;
  std::string schema;
  llvm::raw_string_ostream os(schema);
  os << "kind\t" << op.getKind();
  if (flow::WindowAttr window = op.getWindowAttr()) {
    os << '\t' << flow::stringifyWindowKind(window.getKind()) << '\t' << window.getSize() << '\t'
       << window.getSlide() << '\t' << window.getOffset();
    if (op.getLocalZone())
      os << '\t' << field(plan.timeZone());
  }
  os << "\nbytes\t" << slot.key.size << '\t' << slot.accOffset << '\t' << slot.entrySize << '\n';
  for (auto [name, column] : llvm::zip(op.getKeyNames().getAsRange<StringAttr>(), slot.key.columns))
    os << (op.getKind() == "sort" ? "column\t" : "key\t") << columnText(name.getValue(), column)
       << '\n';
  if (slot.owner >= 0) {
    const SlotPlan &owner = plan.slots[slot.owner];
    for (const AggPlan &agg : owner.aggs)
      if (agg.elements >= 0 && &plan.slots[agg.elements] == &slot) {
        llvm::StringRef name = agg.attr.getArgs()[0].getValue();
        os << "key\t" << columnText(plainColumn(name), slot.key.columns.back()) << '\n';
        break;
      }
    os << "owner\t" << field(owner.id) << '\n';
  }
  // In brackets: nobody wrote it.
  if (slot.countsRows())
    os << "aggregate\t(rows)\t\t\t0\t8\t-1\tplain\trows i64 0\n";
  if (slot.lives)
    os << "aggregate\t(lives)\t\t\t8\t8\t-1\tplain\tlives i64 0\n";
  if (slot.since)
    os << "aggregate\t(since)\t\t\t8\t8\t-1\tplain\tsince i64 0\n";
  for (const AggPlan &agg : slot.aggs) {
    os << "aggregate\t" << field(nameOf(slot, agg)) << '\t'
       << (agg.argType ? field(agg.argType.withNullable(true).str()) : "") << '\t'
       << agg.attr.getSymbol().getValue() << '\t' << agg.offset << '\t'
       << (agg.impl ? agg.impl->size : 8) << '\t' << std::max(agg.setOffset, agg.keptOffset) << '\t'
       << (agg.keptOffset >= 0                                            ? "kept"
           : agg.impl && agg.impl->plain && agg.setOffset < 0 ? "plain"
                                                              : "saved")
       << '\t'
       << (agg.impl ? llvm::StringRef(agg.impl->fields.data(), agg.impl->fields.size()) : "");
    if (agg.keptOffset >= 0) { // a row of its arguments
      os << '\t' << agg.kept.size;
      for (const Column &column : agg.kept.columns)
        os << '\t' << field(columnText("", column));
    }
    os << '\n';
  }
  for (auto key : op.getSortKeys().getAsRange<flow::SortKeyAttr>())
    os << "by\t" << field(key.getColumn().getValue()) << (key.getDescending() ? " DESC" : "")
       << (key.getNullsFirst() ? " NULLS FIRST" : "") << '\n';
  return schema;
}

/// Rows on their way between two stages, but not what computes them: like state,
/// they are those of the program that read them.
static std::string inputText(const Plan &plan, const ChannelPlan &channel) {
  auto stage = [&](int index) {
    exec::StageOp op = index < 0 ? exec::StageOp() : plan.stages[index].op;
    return op ? field(op.getSymName()) : std::string();
  };
  std::string text = stage(channel.producer) + '\t' + stage(channel.stage) + '\t', columns;
  exec::ChannelOp op = channel.op;
  for (auto [name, column] : llvm::zip(op.getNames().getAsRange<StringAttr>(), channel.row.columns))
    columns += (columns.empty() ? "" : ", ") + name.str() + ' ' + column.type.str();
  return text + field(columns);
}

std::string programState(const Plan &plan) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto name = plan.exec->getAttrOfType<StringAttr>("flow.name");
  os << "levada program 1\nprogram\t" << field(name ? name.getValue() : "pipeline") << '\n';
  for (const SourcePlan &source : plan.sources) {
    exec::SourceOp op = source.op;
    os << "source\t" << field(op.getSymName()) << '\t' << op.getConnector() << '\t'
       << op.getFormat() << '\t' << field(optionOf(op.getOptions(), "path")) << '\n';
  }
  for (const SinkPlan &sink : plan.sinks) {
    exec::SinkOp op = sink.op;
    // Rows of other columns do not belong under a header that is written.
    std::string header = llvm::StringRef(format::headerOf(op)).rtrim().str();
    os << "sink\t" << field(op.getSymName()) << '\t' << op.getConnector() << '\t' << op.getFormat()
       << (header.empty() ? "" : " under " + field(header)) << '\n';
  }
  for (const SlotPlan &slot : plan.slots) {
    os << "slot\t" << field(slot.id) << '\t' << field(slotSchema(plan, slot)) << '\n';
  }
  for (const ChannelPlan &channel : plan.channels)
    if (channel.waits)
      os << "input\t" << inputText(plan, channel) << '\n';
  return text;
}

uint64_t channelFingerprint(const Plan &plan, const ChannelPlan &channel) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << inputText(plan, channel);
  for (const Column &column : channel.row.columns)
    os << '\n' << column.offset << ' ' << column.nullOffset;
  os << '\n' << channel.row.size << ' ' << channel.placeOffset << ' ' << channel.hashOffset;
  auto hash = llvm::SHA256::hash(
      llvm::ArrayRef(reinterpret_cast<const uint8_t *>(text.data()), text.size()));
  return llvm::support::endian::read64le(hash.data());
}

} // namespace levada::codegen
