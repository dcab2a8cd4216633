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

} // namespace

extern "C" bool levada_ext_zone(const char *name, uint64_t size, bool toLocal, int64_t seconds,
                                int64_t *out) {
  if (size > 255)
    return false;
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
  if (!entry->good)
    return false;
  *out = toLocal ? seconds + levada::zone::offsetAt(entry->zone, seconds)
                 : levada::zone::toUtc(entry->zone, seconds);
  return true;
}
