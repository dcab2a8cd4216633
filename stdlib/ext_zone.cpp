//===- ext_zone.cpp - zones by name, from the system's folder --------------===//
//
// CONVERT_TZ and TO_TIMESTAMP_LTZ may name any zone in a row. The session's own
// zone is in the program; others are read from /usr/share/zoneinfo once.
//
//===----------------------------------------------------------------------===//
#include "stdlib/ext.h"
#include "stdlib/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

using levada::zone::Zone;

namespace {

struct Known {
  char *name;
  Zone zone;
  bool good;
  Known *next;
};
thread_local Known *known = nullptr;

bool load(const char *name, Zone *out) {
  if (name[0] == '/' || strstr(name, ".."))
    return false;
  char path[320];
  snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
  FILE *file = fopen(path, "rb");
  if (!file)
    return false;
  char *data = static_cast<char *>(malloc(1 << 17));
  size_t size = fread(data, 1, 1 << 17, file);
  fclose(file);
  if (size < 44 || memcmp(data, "TZif", 4) != 0) {
    free(data);
    return false;
  }
  *out = {data, uint32_t(size), 0};
  return true;
}

/// The zone of that name, or null.
const Zone *find(const char *name, uint64_t size) {
  if (size > 255)
    return nullptr;
  Known *entry = known;
  while (entry && (strlen(entry->name) != size || memcmp(entry->name, name, size) != 0))
    entry = entry->next;
  if (!entry) {
    entry = static_cast<Known *>(malloc(sizeof(Known)));
    entry->name = static_cast<char *>(malloc(size + 1));
    memcpy(entry->name, name, size);
    entry->name[size] = 0;
    entry->good = levada::zone::parseFixed(name, size, &entry->zone) ||
                  load(entry->name, &entry->zone);
    entry->next = known;
    known = entry;
  }
  return entry->good ? &entry->zone : nullptr;
}

/// Names of three letters that Java keeps from its first days.
const char *const kOldNames[][2] = {
    {"ACT", "Australia/Darwin"},    {"AET", "Australia/Sydney"}, {"AGT", "America/Argentina/Buenos_Aires"},
    {"ART", "Africa/Cairo"},        {"AST", "America/Anchorage"}, {"BET", "America/Sao_Paulo"},
    {"BST", "Asia/Dhaka"},          {"CAT", "Africa/Harare"},    {"CNT", "America/St_Johns"},
    {"CST", "America/Chicago"},     {"CTT", "Asia/Shanghai"},    {"EAT", "Africa/Addis_Ababa"},
    {"ECT", "Europe/Paris"},        {"EST", "-05:00"},           {"HST", "-10:00"},
    {"IET", "America/Indiana/Indianapolis"}, {"IST", "Asia/Kolkata"}, {"JST", "Asia/Tokyo"},
    {"MIT", "Pacific/Apia"},        {"MST", "-07:00"},           {"NET", "Asia/Yerevan"},
    {"NST", "Pacific/Auckland"},    {"PLT", "Asia/Karachi"},     {"PNT", "America/Phoenix"},
    {"PRT", "America/Puerto_Rico"}, {"PST", "America/Los_Angeles"}, {"SST", "Pacific/Guadalcanal"},
    {"VST", "Asia/Ho_Chi_Minh"}};

} // namespace

extern "C" {

bool levada_ext_zone(const char *name, uint64_t size, bool toLocal, int64_t seconds,
                     int64_t *out) {
  const Zone *zone = find(name, size);
  if (!zone)
    return false;
  *out = toLocal ? seconds + levada::zone::offsetAt(*zone, seconds)
                 : levada::zone::toUtc(*zone, seconds);
  return true;
}

int64_t levada_ext_old_zone(const char *name, uint64_t size, bool toLocal, int64_t seconds) {
  if (size && (*name == '+' || *name == '-' || (size == 1 && *name == 'Z')))
    return seconds; // an offset needs GMT before it
  for (auto [old, now] : kOldNames)
    if (size == 3 && memcmp(name, old, 3) == 0) {
      name = now;
      size = strlen(now);
      break;
    }
  const Zone *zone = find(name, size);
  if (!zone)
    return seconds;
  return toLocal ? seconds + levada::zone::offsetAt(*zone, seconds)
                 : levada::zone::toUtcLate(*zone, seconds);
}

} // extern "C"
