//===- status.cpp - what a running instance says of itself -------------------===//
#include "runtime/control/status.h"

#include "runtime/core/error.h"
#include "runtime/exec/checkpoints.h"
#include "runtime/exec/run.h"

#include <time.h>
#include <unistd.h>

namespace levada::rt {
namespace {

Text span(int64_t seconds) {
  if (seconds < 120)
    return textf("%lld s", (long long)seconds);
  if (seconds < 7200)
    return textf("%lld min", (long long)seconds / 60);
  if (seconds < 172800)
    return textf("%lld h", (long long)seconds / 3600);
  return textf("%lld d", (long long)seconds / 86400);
}

bool known(int64_t watermark) {
  return watermark != LEVADA_MIN_WATERMARK && watermark != LEVADA_MAX_WATERMARK;
}

Text as_json(Run &run, int64_t up, const Checkpoints::Last &last) {
  Text text("{\"pipeline\":");
  append_json(text, run.program->name);
  text.format(",\"running\":true,\"pid\":%d,\"uptime_ms\":%lld,\"parallelism\":%u,\"rows_in\":%llu,"
              "\"rows_out\":%llu",
              int(getpid()), (long long)up, run.topology.workers,
              (unsigned long long)run.progress().rows_in.load(std::memory_order_relaxed),
              (unsigned long long)run.progress().rows_out.load(std::memory_order_relaxed));
  if (int64_t watermark = run.watermark(); known(watermark))
    text.format(",\"watermark\":%lld", (long long)watermark);
  if (last.epoch)
    text.format(",\"checkpoint\":{\"epoch\":%llu,\"number\":%llu,\"created\":%lld}",
                (unsigned long long)last.epoch, (unsigned long long)last.number,
                (long long)last.created);
  text.append(",\"sources\":[");
  for (size_t i = 0; i < run.sources.size(); ++i) {
    text.append(i ? ",{\"name\":" : "{\"name\":");
    append_json(text, run.sources[i]->desc.name);
    append_json(text.append(",\"read\":"), run.sources[i]->where());
    text.append('}');
  }
  text.append("],\"state\":[");
  for (uint32_t i = 0; i < run.program->slot_count; ++i) {
    Footprint all = run.footprint(i);
    append_json(text.append(i ? ",{\"operator\":" : "{\"operator\":"), run.program->slots[i].id);
    text.format(",\"entries\":%llu,\"bytes\":%llu,\"file_entries\":%llu,\"file_bytes\":%llu}",
                (unsigned long long)all.entries, (unsigned long long)all.bytes,
                (unsigned long long)all.file_entries, (unsigned long long)all.file_bytes);
  }
  return text.append("]}\n");
}

/// "state per_hour/aggregate[k]: 3 entries in 1,024 bytes of memory"
void append_state(Text &text, const char *id, const Footprint &all) {
  text.format("state %s: %s entr%s in %s bytes of memory", id, grouped(all.entries).c_str(),
              all.entries == 1 ? "y" : "ies", grouped(all.bytes).c_str());
  if (all.file_bytes)
    text.format(", %s in %s bytes of files", grouped(all.file_entries).c_str(),
                grouped(all.file_bytes).c_str());
  text.append('\n');
}

/// Workers say what their slots take between two numbers: soon, unless one is long.
void wait_for_footprints(Run &run) {
  run.ask_footprints();
  for (int i = 0; i < 200 && !run.footprints_told(); ++i)
    usleep(1000);
}

} // namespace

Text running_status(Run &run, int64_t started_at, bool json) {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int64_t up = int64_t(now.tv_sec) * 1000 + now.tv_nsec / 1000000 - started_at;
  Checkpoints::Last last = run.checkpoints->last();
  wait_for_footprints(run);
  if (json)
    return as_json(run, up, last);
  Text text =
      textf("%s: runs as process %d for %s, %u worker%s\n", run.program->name, int(getpid()),
            span(up / 1000).c_str(), run.topology.workers, run.topology.workers > 1 ? "s" : "");
  text.format("rows: %s in, %s out since its start\n",
              grouped(run.progress().rows_in.load(std::memory_order_relaxed)).c_str(),
              grouped(run.progress().rows_out.load(std::memory_order_relaxed)).c_str());
  if (int64_t watermark = run.watermark(); known(watermark))
    text.append("watermark: ").append(moment(watermark)).append('\n');
  if (last.epoch)
    text.format("checkpoint: %llu of %s, number %llu\n", (unsigned long long)last.epoch,
                moment(last.created).c_str(), (unsigned long long)last.number);
  else
    text.append("checkpoint: none yet\n");
  for (auto &source : run.sources)
    text.format("source %s: %s\n", source->desc.name, source->where().c_str());
  for (uint32_t i = 0; i < run.program->slot_count; ++i)
    append_state(text, run.program->slots[i].id, run.footprint(i));
  return text;
}

} // namespace levada::rt
