//===- ext.h - what the bitcode asks of the archive-only files -------------===//
#ifndef LEVADA_STDLIB_EXT_H
#define LEVADA_STDLIB_EXT_H

#include "stdlib/fn.h"

extern "C" {

/// Local seconds of a named zone to UTC, or back (`toLocal`). False for a zone
/// that neither is a fixed offset nor stands in the system's zone folder.
bool levada_ext_zone(const char *name, uint64_t size, bool toLocal, int64_t seconds, int64_t *out);
/// As java.util.TimeZone reads names: also "PST" and its kin, and an unknown zone is GMT. Of two
/// instants of a local time the later.
int64_t levada_ext_old_zone(const char *name, uint64_t size, bool toLocal, int64_t seconds);

/// Shortest decimal digits of a finite value: digits * 10^exponent.
void levada_ext_shortest(double value, uint64_t *digits, int32_t *exponent);
}

#endif
