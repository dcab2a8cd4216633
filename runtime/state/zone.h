//===- zone.h - local time of the session time zone -----------------------===//
//
// Reads TZif bytes (RFC 8536: transitions, then the rule of the footer for the
// years after them). Times are milliseconds; a local time is what a clock on
// the wall shows, counted as if it were UTC. No allocation but one: the zone.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_RUNTIME_STATE_ZONE_H
#define LEVADA_RUNTIME_STATE_ZONE_H

#include <stdint.h>

namespace levada::rt {

struct Zone;

/// From TZif bytes, which must outlive it. NULL data is UTC; NULL is returned
/// when the bytes are not TZif.
Zone *zone_open(const char *data, uint32_t size);
void zone_close(Zone *zone);

/// A stretch of time with one offset: [from, until) in epoch ms.
struct ZonePeriod {
  int64_t from, until, offset;
};
ZonePeriod zone_period(const Zone *zone, int64_t epoch_ms);

/// The lowest local time that will be shown at or after `epoch_ms`.
int64_t zone_horizon(const Zone *zone, int64_t epoch_ms);
/// The last instant whose local time is not after `local_ms`.
int64_t zone_last_instant(const Zone *zone, int64_t local_ms);
/// The instant of a local time: the first of two, and a time that does not
/// exist moves on by the length of the gap.
int64_t zone_instant(const Zone *zone, int64_t local_ms);

} // namespace levada::rt

#endif
