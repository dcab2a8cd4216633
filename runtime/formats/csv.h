//===- csv.h - between the inlined and the cold part of CSV ---------------===//
#ifndef LEVADA_RUNTIME_FORMATS_CSV_H
#define LEVADA_RUNTIME_FORMATS_CSV_H

#include "runtime/formats/scan.h"

/// The next record where it is not of the usual kind.
extern "C" int32_t levada_csv_slow(levada_csv *csv);

#endif
