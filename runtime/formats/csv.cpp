//===- csv.cpp - the next record of a CSV chunk ---------------------------===//
//
// Separators were found ahead, some KB at a time (csv_index.cpp): a record of
// the usual kind is where they say. Everything else (quotes, other than ASCII,
// blank lines, wrong numbers of fields, the next block) is levada_csv_slow's.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/csv.h"

extern "C" __attribute__((always_inline)) int32_t levada_csv_next(levada_csv *csv) {
  uint32_t at = csv->at, fields = csv->fields;
  if (__builtin_expect(at == csv->plain, 0))
    return levada_csv_slow(csv);
  uint32_t *ends = csv->index + at;
  uint32_t begin = csv->begin, end = ends[fields - 1];
  ends[-1] = begin - 1;
  csv->at = at + fields;
  csv->begin = end + 1;
  const char *block = csv->block;
  end -= block[end - 1] == '\r';
  ends[fields - 1] = end;
  csv->base = block;
  csv->ends = ends;
  csv->record = block + begin;
  csv->size = end - begin;
  return LEVADA_RECORD_GOOD;
}
