//===- csv.cpp - the next record of a CSV chunk ---------------------------===//
//
// Separators were found ahead, some KB at a time (csv_index.cpp): a record of
// the usual kind is where they say, if there are as many as it has fields.
// Everything else (quotes, other than ASCII, blank lines, wrong numbers of
// fields, the next block) is levada_csv_slow's.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/csv.h"

extern "C" __attribute__((always_inline)) int32_t levada_csv_next(levada_csv *csv) {
  if (__builtin_expect(csv->line == csv->line_count, 0))
    return levada_csv_slow(csv);
  uint32_t at = csv->at, entry = csv->lines[csv->line], last = entry >> 1;
  if (__builtin_expect((entry & 1) != 0 || last + 1 - at != csv->fields, 0))
    return levada_csv_slow(csv);
  uint32_t *ends = csv->index + at;
  uint32_t begin = csv->begin, end = ends[last - at];
  ends[-1] = begin - 1;
  ++csv->line;
  csv->at = last + 1;
  csv->begin = end + 1;
  const char *block = csv->block;
  end -= block[end - 1] == '\r';
  ends[last - at] = end;
  csv->base = block;
  csv->ends = ends;
  csv->record = block + begin;
  csv->size = end - begin;
  return LEVADA_RECORD_GOOD;
}
