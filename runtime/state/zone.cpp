//===- zone.cpp - TZif transitions and POSIX rules ------------------------===//
//
// A moment's period is found by binary search among the file's transitions;
// after the last one the footer's rule, such as CET-1CEST,M3.5.0,M10.5.0/3,
// gives two transitions for every year. Local to epoch goes through the
// periods around the local time: offsets stay within ±26 hours.
//
//===----------------------------------------------------------------------===//
#include "runtime/state/zone.h"
#include "runtime/state/memory.h"

namespace levada::rt {

static constexpr int64_t hour = 3600, day = 24 * hour, far = INT64_MAX / 4000;

struct Rule { // when a part of the year begins
  char kind;  // 'M' month.week.day, 'J' day 1..365 without 29 February, 'N' day 0..365
  int32_t month, week, weekday; // N, J: the day is in `month`
  int64_t time;                 // seconds from midnight
};

struct Zone { // all zero: UTC without a rule
  const unsigned char *times, *kinds, *types;
  uint32_t count;
  bool has_rule, has_dst;
  int64_t std_offset, dst_offset;
  Rule start, stop;
};

static int64_t big(const unsigned char *p, int n) {
  int64_t v = (signed char)p[0];
  for (int i = 1; i < n; ++i)
    v = v * 256 + p[i];
  return v;
}

//--- the footer's rule -------------------------------------------------------

namespace {
struct Reader {
  const char *p, *end;
  bool ok = true;

  bool take(char c) { return p != end && *p == c ? (++p, true) : false; }
  int64_t number() {
    if (p == end || *p < '0' || *p > '9')
      ok = false;
    int64_t v = 0;
    while (p != end && *p >= '0' && *p <= '9' && v < 1000000)
      v = v * 10 + (*p++ - '0');
    return v;
  }
  void name() {
    if (take('<')) {
      while (p != end && *p != '>')
        ++p;
      ok &= take('>');
      return;
    }
    const char *from = p;
    while (p != end && ((*p | 32) >= 'a' && (*p | 32) <= 'z'))
      ++p;
    ok &= p != from;
  }
  int64_t clock() { // [+-]hh[:mm[:ss]]
    bool minus = take('-');
    if (!minus)
      take('+');
    int64_t v = number() * hour;
    if (take(':'))
      v += number() * 60;
    if (take(':'))
      v += number();
    return minus ? -v : v;
  }
  Rule rule() {
    Rule r{'N', 0, 0, 0, 2 * hour};
    if (take('M')) {
      r.kind = 'M';
      r.month = (int32_t)number();
      ok &= take('.');
      r.week = (int32_t)number();
      ok &= take('.');
      r.weekday = (int32_t)number();
      ok &= r.month >= 1 && r.month <= 12 && r.week >= 1 && r.week <= 5 && r.weekday <= 6;
    } else {
      if (take('J'))
        r.kind = 'J';
      r.month = (int32_t)number();
    }
    if (take('/'))
      r.time = clock();
    return r;
  }
};
} // namespace

static void read_footer(Zone *zone, const char *from, const char *end) {
  Reader in{from, end};
  in.name();
  zone->std_offset = zone->dst_offset = -in.clock();
  if (in.ok && in.p != end && *in.p != '\n') {
    in.name();
    zone->dst_offset = zone->std_offset + hour;
    if (in.p != end && *in.p != ',' && *in.p != '\n')
      zone->dst_offset = -in.clock();
    in.ok &= in.take(',');
    zone->start = in.rule();
    in.ok &= in.take(',');
    zone->stop = in.rule();
    zone->has_dst = in.ok;
  }
  zone->has_rule = in.ok;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int64_t days_before_year(int64_t year) { // since 1970
  int64_t y = year - 1;
  return y * 365 + floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400) - 719162;
}
static bool leap(int64_t y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }

/// Local second at which `rule` takes effect in `year`.
static int64_t rule_time(const Rule &rule, int64_t year) {
  int64_t first = days_before_year(year);
  if (rule.kind == 'N')
    return (first + rule.month) * day + rule.time;
  if (rule.kind == 'J')
    return (first + rule.month - 1 + (leap(year) && rule.month >= 60)) * day + rule.time;
  static const int16_t starts[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
  auto month_start = [&](int m) { return first + starts[m] + (m >= 2 && leap(year)); };
  int64_t begin = month_start(rule.month - 1), end = month_start(rule.month);
  int64_t weekday = ((begin + 4) % 7 + 7) % 7; // 1970-01-01 was a Thursday
  int64_t at = begin + (rule.weekday - weekday + 7) % 7 + (rule.week - 1) * 7;
  return (at >= end ? at - 7 : at) * day + rule.time;
}

/// The period of the rule around `t`.
static ZonePeriod rule_period(const Zone *zone, int64_t t) {
  if (!zone->has_dst)
    return {-far, far, zone->std_offset};
  int64_t year = 1970 + floor_div(t, 31556952);
  ZonePeriod found{-far, far, zone->std_offset};
  for (int64_t y = year - 1; y <= year + 1; ++y) {
    int64_t on = rule_time(zone->start, y) - zone->std_offset;
    int64_t off = rule_time(zone->stop, y) - zone->dst_offset;
    struct {
      int64_t at, offset;
    } changes[2] = {{on, zone->dst_offset}, {off, zone->std_offset}};
    if (on > off) {
      auto first = changes[1];
      changes[1] = changes[0];
      changes[0] = first;
    }
    for (auto &change : changes) {
      if (change.at > t)
        return found.until = change.at, found;
      found = {change.at, far, change.offset};
    }
  }
  return found;
}

//--- the file ----------------------------------------------------------------

Zone *zone_open(const char *data, uint32_t size) {
  auto *zone = (Zone *)must_zero(sizeof(Zone));
  if (!data) {
    zone->has_rule = true;
    return zone;
  }
  auto *p = (const unsigned char *)data, *end = p + size;
  // Two blocks, the second with 64-bit times; a header of 44 bytes each.
  for (int block = 0; block < 2; ++block) {
    if (end - p < 44 || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
      return zone_close(zone), nullptr;
    int64_t n[6];
    for (int i = 0; i < 6; ++i)
      n[i] = big(p + 20 + i * 4, 4);
    int64_t isut = n[0], isstd = n[1], leaps = n[2], times = n[3], types = n[4], chars = n[5];
    int64_t width = block ? 8 : 4;
    for (int64_t v : n)
      if (v < 0 || v > size)
        return zone_close(zone), nullptr;
    int64_t body = times * (width + 1) + types * 6 + chars + leaps * (width + 4) + isstd + isut;
    if (end - p - 44 < body || types == 0)
      return zone_close(zone), nullptr;
    zone->times = p + 44;
    zone->kinds = zone->times + times * width;
    zone->types = zone->kinds + times;
    zone->count = (uint32_t)times;
    for (int64_t i = 0; i < times; ++i)
      if (zone->kinds[i] >= types)
        return zone_close(zone), nullptr;
    p += 44 + body;
  }
  if (p != end && *p == '\n')
    read_footer(zone, (const char *)p + 1, (const char *)end);
  return zone;
}

void zone_close(Zone *zone) { free(zone); }

/// In seconds.
static ZonePeriod period(const Zone *zone, int64_t t) {
  uint32_t low = 0, high = zone->count; // transitions at or before t
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (big(zone->times + middle * 8, 8) <= t)
      low = middle + 1;
    else
      high = middle;
  }
  int64_t next = low < zone->count ? big(zone->times + low * 8, 8) : far;
  if (low == 0 && zone->count)
    return {-far, next, big(zone->types, 4)};
  if (low < zone->count || !zone->has_rule) {
    int64_t from = low ? big(zone->times + (low - 1) * 8, 8) : -far;
    return {from, next, big(zone->types + (low ? zone->kinds[low - 1] * 6 : 0), 4)};
  }
  ZonePeriod found = rule_period(zone, t);
  int64_t last = zone->count ? big(zone->times + (zone->count - 1) * 8, 8) : -far;
  found.from = found.from > last ? found.from : last;
  return found;
}

ZonePeriod zone_period(const Zone *zone, int64_t epoch_ms) {
  ZonePeriod p = period(zone, floor_div(epoch_ms, 1000));
  return {p.from * 1000, p.until * 1000, p.offset * 1000};
}

// Offsets differ by less than this, so that looking so far around is enough.
static constexpr int64_t reach = 52 * hour * 1000;
/// Beyond what zones tell, as in a damaged part of a checkpoint.
static bool is_last(const ZonePeriod &p) { return p.until >= far * 1000; }

int64_t zone_horizon(const Zone *zone, int64_t epoch_ms) {
  ZonePeriod p = zone_period(zone, epoch_ms);
  int64_t lowest = epoch_ms + p.offset;
  while (p.until - epoch_ms < reach && !is_last(p)) {
    p = zone_period(zone, p.until);
    int64_t shown = p.from + p.offset;
    lowest = shown < lowest ? shown : lowest;
  }
  return lowest;
}

int64_t zone_last_instant(const Zone *zone, int64_t local_ms) {
  int64_t last = INT64_MIN;
  ZonePeriod p = zone_period(zone, local_ms - reach / 2);
  for (;; p = zone_period(zone, p.until)) {
    int64_t t = local_ms - p.offset; // within the period, or cut to it
    if (t >= p.from)
      last = t < p.until ? t : p.until - 1;
    if (p.until - local_ms > reach / 2 || is_last(p))
      return last;
  }
}

int64_t zone_instant(const Zone *zone, int64_t local_ms) {
  ZonePeriod p = zone_period(zone, local_ms - reach / 2);
  for (;;) {
    int64_t t = local_ms - p.offset;
    if (t < p.until || is_last(p)) // also a time in the gap before this period
      return t;
    ZonePeriod next = zone_period(zone, p.until);
    if (local_ms - next.offset < next.from)
      return t; // in the gap: the offset before it
    p = next;
  }
}

} // namespace levada::rt
