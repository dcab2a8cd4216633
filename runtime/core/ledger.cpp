//===- ledger.cpp - the account of a run, and its progress ----------------===//
#include "runtime/core/ledger.h"

#include "runtime/core/settings.h"

#include <time.h>
#include <unistd.h>

namespace levada::rt {
namespace {

constexpr const char *kinds[] = {"in", "passed", "filtered", "absorbed", "late", "bad", "made"};

double seconds_now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

void warn(Text &text, const Run &run, const Error &error) {
  text.append(render(error, "warning", run.settings.json).view());
}

void warn_late(Text &text, const Run &run, uint32_t op) {
  const uint64_t *counts = &run.counters()[op * LEVADA_COUNTERS];
  uint64_t late = counts[LEVADA_COUNT_LATE], in = counts[LEVADA_COUNT_IN];
  if (late * 100 <= in)
    return;
  Error error;
  error.what =
      textf("%s: %.1f %% of its rows came late (%s of %s)", run.program->operators[op].name,
            100.0 * late / in, grouped(late).c_str(), grouped(in).c_str());
  error.help = Text("a longer `delay` of the source's `watermark` waits for them; `late` of the stream "
                    "sends them to a sink");
  warn(text, run, error);
}

void warn_bad(Text &text, const Run &run, uint32_t source) {
  const levada_source_desc &desc = run.program->sources[source];
  uint64_t bad = run.counters()[desc.op * LEVADA_COUNTERS + LEVADA_COUNT_BAD];
  if (run.samples()[source].seq == ~uint64_t(0))
    return;
  Error error = run.samples()[source].error;
  error.note(textf("%s bad record%s left out of `%s`; this is the first", grouped(bad).c_str(),
                   bad == 1 ? "" : "s", desc.name));
  warn(text, run, error);
}

double started, shown_at;
uint64_t shown_rows;
bool visible;

} // namespace

Text ledger(const Run &run, bool well, double seconds) {
  const levada_program *program = run.program;
  const std::vector<uint64_t> &counters = run.counters();
  Text text;
  uint64_t sums[LEVADA_COUNTERS] = {}, in = 0, out = 0;
  for (uint32_t op = 0; op < program->operator_count; ++op)
    for (uint32_t k = 0; k < LEVADA_COUNTERS; ++k)
      sums[k] += counters[op * LEVADA_COUNTERS + k];
  for (uint32_t i = 0; i < program->source_count; ++i)
    in += counters[program->sources[i].op * LEVADA_COUNTERS + LEVADA_COUNT_IN];
  for (uint32_t i = 0; i < program->sink_count; ++i)
    out += counters[program->sinks[i].op * LEVADA_COUNTERS + LEVADA_COUNT_IN];
  for (uint32_t i = 0; well && i < program->source_count; ++i)
    warn_bad(text, run, i);
  for (uint32_t op = 0; well && op < program->operator_count; ++op)
    warn_late(text, run, op);
  if (run.settings.json) {
    for (uint32_t op = 0; op < program->operator_count; ++op) {
      text.append("{\"level\":\"info\",\"operator\":");
      append_json(text, program->operators[op].name);
      text.append(",\"kind\":");
      append_json(text, program->operators[op].kind);
      for (uint32_t k = 0; k < sizeof kinds / sizeof *kinds; ++k)
        text.format(",\"%s\":%llu", kinds[k],
                    (unsigned long long)counters[op * LEVADA_COUNTERS + k]);
      text.append("}\n");
    }
    text.append("{\"level\":\"info\",\"run\":");
    append_json(text, program->name);
    text.format(",\"result\":\"%s\",\"in\":%llu,\"made\":%llu,\"passed\":%llu,\"filtered\":%llu,"
                "\"absorbed\":%llu,\"late\":%llu,\"bad\":%llu,\"seconds\":%.3f}\n",
                !well           ? "failed"
                : run.stopped() ? "stopped"
                                : "finished",
                (unsigned long long)in, (unsigned long long)sums[LEVADA_COUNT_MADE],
                (unsigned long long)out, (unsigned long long)sums[LEVADA_COUNT_FILTERED],
                (unsigned long long)sums[LEVADA_COUNT_ABSORBED],
                (unsigned long long)sums[LEVADA_COUNT_LATE],
                (unsigned long long)sums[LEVADA_COUNT_BAD], seconds);
    return text;
  }
  text.format("%s: %s rows in", program->name, grouped(in).c_str());
  if (sums[LEVADA_COUNT_MADE])
    text.format(" and %s made", grouped(sums[LEVADA_COUNT_MADE]).c_str());
  text.format(": %s passed to sinks, %s filtered, %s absorbed, %s late, %s bad; %.2f s\n",
              grouped(out).c_str(), grouped(sums[LEVADA_COUNT_FILTERED]).c_str(),
              grouped(sums[LEVADA_COUNT_ABSORBED]).c_str(),
              grouped(sums[LEVADA_COUNT_LATE]).c_str(), grouped(sums[LEVADA_COUNT_BAD]).c_str(),
              seconds);
  if (run.spilled())
    text.format("%s: %s MB of state went to disk under --memory\n", program->name,
                grouped((run.spilled() + (1 << 20) - 1) >> 20).c_str());
  return text;
}

void start_progress() { started = shown_at = seconds_now(); }

void show_progress(Run &run) {
  double now = seconds_now();
  if (now - shown_at < 0.2)
    return;
  uint64_t in = run.progress().rows_in.load(std::memory_order_relaxed);
  uint64_t out = run.progress().rows_out.load(std::memory_order_relaxed);
  int64_t watermark = run.watermark();
  Text line =
      textf("\r\033[K%s rows in (%s/s), %s out", grouped(in).c_str(),
            grouped(uint64_t((in - shown_rows) / (now - shown_at))).c_str(), grouped(out).c_str());
  if (watermark != LEVADA_MIN_WATERMARK && watermark != LEVADA_MAX_WATERMARK)
    line.append(", watermark ").append(moment(watermark).view());
  line.format(", %.0f s", now - started);
  (void)!write(2, line.c_str(), line.size());
  shown_at = now;
  shown_rows = in;
  visible = true;
}

void clear_progress() {
  if (visible)
    (void)!write(2, "\r\033[K", 4);
  visible = false;
}

} // namespace levada::rt
