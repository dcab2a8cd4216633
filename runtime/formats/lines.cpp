//===- lines.cpp - a line is a record: raw, regex -------------------------===//
#include "runtime/formats/scan.h"

#include <string.h>

using namespace levada::formats;

extern "C" void levada_lines_open(levada_lines *lines, const levada_chunk *chunk, bool text,
                                  bool blank) {
  memset(lines, 0, sizeof *lines);
  lines->next = chunk->data;
  lines->end = chunk->data + chunk->size;
  lines->text = text;
  lines->blank = blank;
}

extern "C" __attribute__((always_inline)) int32_t levada_lines_next(levada_lines *lines) {
  for (;;) {
    const char *p = lines->next;
    if (__builtin_expect(p == lines->end, 0))
      return LEVADA_RECORD_END;
    bool ascii;
    const char *end = line_end(p, &ascii);
    lines->next = end + 1;
    end -= end != p && end[-1] == '\r';
    lines->record = p;
    lines->size = (uint64_t)(end - p);
    if (__builtin_expect(p == end, 0) && !lines->blank)
      continue;
    if (__builtin_expect(ascii || !lines->text, 1) || valid_utf8(p, lines->size))
      return LEVADA_RECORD_GOOD;
    lines->code = 601;
    static const char reason[] = "the line is not UTF-8";
    view(reason, sizeof reason - 1, &lines->reason);
    return LEVADA_RECORD_BAD;
  }
}
