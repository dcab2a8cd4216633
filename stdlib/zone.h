//===- zone.h - local time by a TZif file's bytes --------------------------===//
#ifndef LEVADA_STDLIB_ZONE_H
#define LEVADA_STDLIB_ZONE_H

#include <stdint.h>

namespace levada::zone {

/// A zone: TZif bytes (version 2 or later), or none for a fixed offset.
struct Zone {
  const char *data;
  uint32_t size;
  int32_t fixed; ///< seconds east of UTC where data is null
};

/// Seconds east of UTC at an instant.
int32_t offsetAt(const Zone &zone, int64_t utcSeconds);
/// The instant of a local time: before a gap's end it is moved on by the gap's
/// length; of two the earlier.
int64_t toUtc(const Zone &zone, int64_t localSeconds);
/// The same, but of two the later: what java.util.Calendar takes.
int64_t toUtcLate(const Zone &zone, int64_t localSeconds);
/// "UTC", "GMT+8", "+08:00", "Z" and the like; false for names of places.
bool parseFixed(const char *text, uint64_t size, Zone *out);

} // namespace levada::zone

extern "C" {
/// As levada_zone_to_utc_ms, of two instants the later.
int64_t levada_zone_to_utc_late_ms(struct levada_ctx *ctx, int64_t local_ms);
}

#endif
