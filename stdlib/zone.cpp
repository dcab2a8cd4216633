//===- zone.cpp - offsets of a time zone, from TZif bytes ------------------===//
//
// The program carries the TZif file of its session zone. Times after the last
// transition follow the POSIX rule at the file's end.
//
//===----------------------------------------------------------------------===//
#include "stdlib/zone.h"
#include "stdlib/calendar.h"
#include "stdlib/text.h"

using namespace levada::cal;

namespace levada::zone {
namespace {

uint32_t be32(const char *p) {
  return uint32_t(uint8_t(p[0])) << 24 | uint32_t(uint8_t(p[1])) << 16 |
         uint32_t(uint8_t(p[2])) << 8 | uint8_t(p[3]);
}
int64_t be64(const char *p) { return int64_t(uint64_t(be32(p)) << 32 | be32(p + 4)); }

/// The parts of the 64-bit block.
struct Block {
  const char *times, *indices, *types, *footer, *end;
  uint32_t count;
};

bool findBlock(const Zone &zone, Block *out) {
  const char *p = zone.data, *end = p + zone.size;
  if (zone.size < 44 || __builtin_memcmp(p, "TZif", 4) != 0 || p[4] < '2')
    return false;
  auto skip = [](const char *h, uint64_t timeSize) {
    uint64_t utc = be32(h + 20), std = be32(h + 24), leap = be32(h + 28), times = be32(h + 32),
             types = be32(h + 36), chars = be32(h + 40);
    return 44 + times * (timeSize + 1) + types * 6 + chars + leap * (timeSize + 4) + std + utc;
  };
  uint64_t first = skip(p, 4);
  if (zone.size < first + 44)
    return false;
  p += first;
  uint64_t second = skip(p, 8);
  if (uint64_t(end - p) < second)
    return false;
  out->count = be32(p + 32);
  out->times = p + 44;
  out->indices = out->times + uint64_t(out->count) * 8;
  out->types = out->indices + out->count;
  out->footer = p + second;
  out->end = end;
  return be32(p + 36) != 0;
}

/// A POSIX TZ string: std offset [dst [offset] [,start[/time],end[/time]]].
struct Rule {
  const char *p, *end;

  bool at(char c) const { return p < end && *p == c; }
  void name() {
    if (at('<')) {
      while (p < end && *p != '>')
        ++p;
      ++p;
      return;
    }
    while (p < end && ((*p | 32) >= 'a' && (*p | 32) <= 'z'))
      ++p;
  }
  int32_t number() {
    int32_t value = 0;
    while (p < end && uint8_t(*p - '0') < 10)
      value = value * 10 + (*p++ - '0');
    return value;
  }
  /// [+-]hh[:mm[:ss]] in seconds.
  int32_t time() {
    bool minus = at('-');
    if (minus || at('+'))
      ++p;
    int32_t seconds = number() * 3600;
    if (at(':')) {
      ++p;
      seconds += number() * 60;
      if (at(':')) {
        ++p;
        seconds += number();
      }
    }
    return minus ? -seconds : seconds;
  }
  /// Mm.w.d, Jn or n, then [/time]: local seconds in `year`.
  int64_t date(int32_t year) {
    int64_t days;
    if (at('M')) {
      ++p;
      int32_t month = number();
      ++p;
      int32_t week = number();
      ++p;
      int32_t day = number();
      int64_t first = toDays(year, month, 1);
      int64_t delta = floorMod(day - weekday(first) % 7, 7);
      days = first + delta + (week - 1) * 7;
      if (days >= first + monthLength(year, month))
        days -= 7;
    } else if (at('J')) {
      ++p;
      int32_t n = number();
      days = toDays(year, 1, 1) + n - 1 + (isLeap(year) && n >= 60);
    } else {
      days = toDays(year, 1, 1) + number();
    }
    int32_t time = 7200;
    if (at('/')) {
      ++p;
      time = this->time();
    }
    return days * 86400 + time;
  }
};

int32_t offsetByRule(const char *footer, const char *end, int64_t utc, int32_t fallback) {
  if (footer < end && *footer == '\n')
    ++footer;
  const char *stop = footer;
  while (stop < end && *stop != '\n')
    ++stop;
  if (footer == stop)
    return fallback;
  Rule rule{footer, stop};
  rule.name();
  int32_t standard = -rule.time();
  if (rule.p >= rule.end)
    return standard;
  rule.name();
  int32_t summer = standard + 3600;
  if (rule.p < rule.end && !rule.at(','))
    summer = -rule.time();
  if (!rule.at(','))
    return standard;
  ++rule.p;
  Rule saved = rule;
  int32_t year = fromDays(floorDiv(utc + standard, 86400)).year;
  int64_t begin = saved.date(year) - standard;
  ++saved.p;
  int64_t finish = saved.date(year) - summer;
  bool inside = begin < finish ? utc >= begin && utc < finish : utc >= begin || utc < finish;
  return inside ? summer : standard;
}

} // namespace

int32_t offsetAt(const Zone &zone, int64_t utc) {
  Block block;
  if (!zone.data || !findBlock(zone, &block))
    return zone.fixed;
  uint32_t low = 0, high = block.count; // the first transition after utc
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (be64(block.times + uint64_t(middle) * 8) <= utc)
      low = middle + 1;
    else
      high = middle;
  }
  uint32_t type = low ? uint8_t(block.indices[low - 1]) : 0;
  int32_t offset = int32_t(be32(block.types + uint64_t(type) * 6));
  if (low == block.count)
    return offsetByRule(block.footer, block.end, utc, offset);
  return offset;
}

int64_t toUtc(const Zone &zone, int64_t local) {
  // The offset before a change of offset counts, in gap and overlap alike.
  int32_t early = offsetAt(zone, local - 86400), late = offsetAt(zone, local + 86400);
  if (early == late) {
    int32_t offset = offsetAt(zone, local - early);
    return local - (offset == early ? early : offset);
  }
  if (offsetAt(zone, local - early) == early)
    return local - early;
  if (offsetAt(zone, local - late) == late)
    return local - late;
  return local - early;
}

int64_t toUtcLate(const Zone &zone, int64_t local) {
  int32_t late = offsetAt(zone, local + 86400);
  return offsetAt(zone, local - late) == late ? local - late : toUtc(zone, local);
}

bool parseFixed(const char *p, uint64_t n, Zone *out) {
  const char *end = p + n;
  *out = {nullptr, 0, 0};
  auto is = [&](const char *word, int64_t size) {
    return end - p == size && __builtin_memcmp(p, word, uint64_t(size)) == 0;
  };
  if (is("Z", 1) || is("UTC", 3) || is("GMT", 3) || is("UT", 2))
    return true;
  if (end - p > 3 && (__builtin_memcmp(p, "UTC", 3) == 0 || __builtin_memcmp(p, "GMT", 3) == 0))
    p += 3;
  if (p == end || (*p != '+' && *p != '-'))
    return false;
  Rule rule{p, end};
  out->fixed = rule.time();
  return rule.p == end && out->fixed > -86400 && out->fixed < 86400;
}

} // namespace levada::zone

using namespace levada::zone;

static inline Zone sessionZone(levada_ctx *ctx) {
  const levada_program *program = ctx->program;
  if (!program || !program->zone_data) {
    Zone zone = {nullptr, 0, 0};
    if (program && program->time_zone)
      parseFixed(program->time_zone, __builtin_strlen(program->time_zone), &zone);
    return zone;
  }
  return {program->zone_data, program->zone_size, 0};
}

extern "C" {

int64_t levada_zone_to_local_ms(levada_ctx *ctx, int64_t utc_ms) {
  Zone zone = sessionZone(ctx);
  return utc_ms + int64_t(offsetAt(zone, floorDiv(utc_ms, 1000))) * 1000;
}

int64_t levada_zone_to_utc_ms(levada_ctx *ctx, int64_t local_ms) {
  Zone zone = sessionZone(ctx);
  int64_t seconds = floorDiv(local_ms, 1000);
  return toUtc(zone, seconds) * 1000 + (local_ms - seconds * 1000);
}

int64_t levada_zone_to_utc_late_ms(levada_ctx *ctx, int64_t local_ms) {
  Zone zone = sessionZone(ctx);
  int64_t seconds = floorDiv(local_ms, 1000);
  return toUtcLate(zone, seconds) * 1000 + (local_ms - seconds * 1000);
}

} // extern "C"
