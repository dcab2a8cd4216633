//===- csv_index.cpp - separators of CSV, and records with quotes ---------===//
//
// Three ways to the same records. The plain index: separators of some KB, found
// 64 bytes at a time where each record has as many fields as declared, without
// quotes, all ASCII. The index: what is inside quotes masked out by their parity.
// Byte by byte: a record with quotes is copied to the frame without them; so is
// one that the index stops at, because parity does not hold (an escape
// character, or a quote in the middle of a plain field, where it is plain).
//
// A field is quoted when it begins with a quote; `""` in it is a quote; behind
// the closing one only blanks may stand. runtime/exec/cutter.cpp cuts chunks by
// the same rules.
//
//===----------------------------------------------------------------------===//
#include "runtime/formats/csv.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <string.h>

using namespace levada::formats;

static constexpr uint32_t block_size = 8192;

extern "C" void levada_csv_open(levada_csv *csv, levada_ctx *ctx, const levada_chunk *chunk,
                                uint32_t fields, char delimiter, char quote, char escape) {
  memset(csv, 0, sizeof *csv);
  csv->ctx = ctx;
  csv->fields = fields;
  csv->delimiter = delimiter;
  csv->quote = quote;
  csv->escape = escape == quote ? 0 : escape;
  csv->next = csv->block = chunk->data;
  csv->end = chunk->data + chunk->size;
  // As many separators as bytes, and the one before the first.
  uint64_t most = chunk->size < block_size ? chunk->size : block_size;
  uint64_t room = (most + 64 + 16) * sizeof(uint32_t);
  csv->index = (uint32_t *)levada_rt_alloc(ctx, room) + 2;
  csv->lines = (uint32_t *)levada_rt_alloc(ctx, room);
  csv->lines[0] = UINT32_MAX;
}

/// The first `count` separators are those of plain records.
static bool all_plain(levada_csv *csv, const char *block, uint32_t count) {
  csv->block = block;
  csv->next = block + csv->index[count - 1] + 1;
  csv->at = csv->line = csv->begin = 0;
  csv->plain = count;
  csv->lines[0] = UINT32_MAX;
  return true;
}

//--- the plain index ---------------------------------------------------------

#if defined(__x86_64__)
#define LEVADA_WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))

static bool is_wide() {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2");
}

/// Finds the separators of plain records from csv->next on, up to what is not
/// plain. False: not of one.
LEVADA_WIDE static bool index_plain(levada_csv *csv) {
  const uint32_t fields = csv->fields;
  if (fields < 2 || fields > 64 || csv->escape)
    return false;
  const char *block = csv->next;
  const uint64_t left = (uint64_t)(csv->end - block);
  const uint32_t limit = (uint32_t)(left < block_size ? left : block_size);
  const __m512i newline = _mm512_set1_epi8('\n'), delimiter = _mm512_set1_epi8(csv->delimiter);
  const __m512i quote = _mm512_set1_epi8(csv->quote ? csv->quote : '\n');
  const __m512i places = _mm512_set_epi8(
      63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
      40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
      17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const bool quoted = csv->quote != 0;
  unsigned __int128 ends = 0; // which separators end a record
  for (uint32_t i = fields - 1; i < 128; i += fields)
    ends |= (unsigned __int128)1 << i;
  uint32_t *index = csv->index;
  uint32_t count = 0, field = 0; // of the record at hand
  for (uint32_t at = 0; at < limit; at += 64) {
    __m512i v = _mm512_loadu_si512(block + at);
    uint64_t newlines = _mm512_cmpeq_epi8_mask(v, newline);
    uint64_t seps = newlines | _mm512_cmpeq_epi8_mask(v, delimiter);
    uint64_t other = _mm512_movepi8_mask(v);
    if (quoted)
      other |= _mm512_cmpeq_epi8_mask(v, quote);
    if (limit - at < 64) {
      uint64_t keep = ((uint64_t)1 << (limit - at)) - 1;
      newlines &= keep;
      seps &= keep;
      other &= keep;
    }
    auto found = (uint32_t)__builtin_popcountll(seps);
    uint64_t due = _bzhi_u64((uint64_t)(ends >> field), found);
    if (__builtin_expect(other != 0 || _pext_u64(newlines, seps) != due, 0))
      break;
    __m512i packed = _mm512_maskz_compress_epi8(seps, places);
    const __m512i base = _mm512_set1_epi32((int)at);
    uint32_t *to = index + count;
    _mm512_storeu_si512(to, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed))));
    if (__builtin_expect(found > 16, 0))
      for (uint32_t i = 16; i < found; ++i) {
        uint64_t place = _pdep_u64((uint64_t)1 << i, seps);
        to[i] = at + (uint32_t)__builtin_ctzll(place);
      }
    count += found;
    field += found - fields * (uint32_t)__builtin_popcountll(newlines);
  }
  count -= field;
  return count && all_plain(csv, block, count);
}
#else
static bool is_wide() { return false; }
static bool index_plain(levada_csv *) { return false; }
#endif

//--- the index ---------------------------------------------------------------

/// Bit i: the number of set bits up to and with i is odd.
static uint64_t prefix_xor(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2)
    bits ^= bits << shift;
  return bits;
}

/// Finds the separators of whole lines from csv->next on. False: not of one.
/// In the archive, but hot: compiled for the CPUs that may come, the best taken
/// when the program starts.
#if defined(__x86_64__) && !__has_feature(thread_sanitizer) && !__has_feature(address_sanitizer)
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "arch=x86-64-v2", "default")))
#endif
static bool index_block(levada_csv *csv) {
  const char *block = csv->next;
  const uint64_t left = (uint64_t)(csv->end - block);
  const uint64_t limit = left < block_size ? left : block_size;
  const uint8_t delimiter = (uint8_t)csv->delimiter, quote = (uint8_t)csv->quote;
  uint32_t *index = csv->index, *lines = csv->lines;
  uint32_t count = 0, line_count = 0, line_begin = 0;
  uint64_t inside_carry = 0, start_carry = 1;
  bool care = false, stop = false, plain = true;
  for (uint32_t at = 0; at < limit && !stop; at += 64) {
    Block v = Block::load(block + at);
    uint64_t newlines = v.equal('\n'), seps = newlines | v.equal(delimiter), all = seps;
    uint64_t careful = v.high();
    uint64_t quotes = quote ? v.equal(quote) : 0, keep = ~(uint64_t)0;
    if (limit - at < 64)
      keep = ((uint64_t)1 << (limit - at)) - 1;
    if (csv->escape)
      if (uint64_t escapes = v.equal((uint8_t)csv->escape) & keep) {
        keep &= (escapes & -escapes) - 1;
        stop = true;
      }
    if (quotes | inside_carry) {
      uint64_t inside = prefix_xor(quotes) ^ inside_carry;
      uint64_t starts = (seps | quotes) << 1 | start_carry;
      if (uint64_t stray = quotes & inside & ~starts & keep) {
        keep &= (stray & -stray) - 1;
        stop = true;
      }
      inside_carry = (uint64_t)((int64_t)inside >> 63);
      newlines &= ~inside;
      seps &= ~inside;
      careful |= quotes;
    }
    start_carry = (all | quotes) >> 63;
    newlines &= keep;
    seps &= keep;
    careful &= keep;
    // Eight at a time, whether they are there or not: there is room behind.
    uint32_t before = count, found = (uint32_t)__builtin_popcountll(seps);
    for (uint64_t rest = seps; count < before + found; count += 8)
      for (uint32_t i = 0; i < 8; ++i, rest &= rest - 1)
        index[count + i] = at + (uint32_t)__builtin_ctzll(rest | (uint64_t)1 << 63);
    count = before + found;
    for (uint64_t rest = newlines; rest; rest &= rest - 1) {
      uint64_t below = (rest & -rest) - 1;
      uint32_t place = at + (uint32_t)__builtin_ctzll(rest);
      uint32_t number = before + (uint32_t)__builtin_popcountll(seps & below);
      bool blank = place == line_begin || (place == line_begin + 1 && block[line_begin] == '\r');
      uint32_t entry = number * 2 + (care || (careful & below) || blank);
      lines[line_count++] = entry;
      plain &= entry == (line_count * csv->fields - 1) * 2;
      care = false;
      careful &= ~below;
      line_begin = place + 1;
    }
    care |= careful != 0;
  }
  if (line_count == 0)
    return false;
  if (plain)
    return all_plain(csv, block, line_count * csv->fields);
  csv->block = block;
  csv->next = block + line_begin;
  csv->at = csv->line = csv->begin = csv->plain = 0;
  lines[line_count] = UINT32_MAX;
  return true;
}

//--- byte by byte ------------------------------------------------------------

/// The end of the record at `p`: its '\n', or csv->end where a quote is open.
static const char *record_end(const levada_csv *csv, const char *p) {
  enum { START, PLAIN, QUOTED } state = START;
  for (; p != csv->end; ++p) {
    char c = *p;
    if (csv->escape && c == csv->escape) {
      if (p + 1 != csv->end)
        ++p;
      state = state == QUOTED ? QUOTED : PLAIN;
    } else if (state == QUOTED) {
      if (c != csv->quote)
        continue;
      if (p + 1 != csv->end && p[1] == csv->quote)
        ++p;
      else
        state = PLAIN;
    } else if (c == '\n') {
      return p;
    } else if (c == csv->delimiter) {
      state = START;
    } else {
      state = state == START && csv->quote && c == csv->quote ? QUOTED : PLAIN;
    }
  }
  return p;
}

static int32_t bad(levada_csv *csv, const char *reason) {
  csv->code = 601;
  csv->reason = frame_text(csv->ctx, reason, strlen(reason));
  return LEVADA_RECORD_BAD;
}

static int32_t wrong_count(levada_csv *csv, uint64_t count) {
  if (csv->lenient) {
    if (count > csv->fields)
      return LEVADA_RECORD_GOOD;
    auto *ends = (uint32_t *)levada_rt_alloc(csv->ctx, (csv->fields + 2) * sizeof(uint32_t));
    memcpy(ends, csv->ends - 1, (count + 1) * sizeof(uint32_t));
    for (uint64_t i = count; i < csv->fields; ++i)
      ends[i + 1] = ends[i];
    csv->ends = ends + 1;
    return LEVADA_RECORD_GOOD;
  }
  char text[64];
  char *at = text;
  auto put = [&](uint64_t n) {
    char digits[20];
    int size = 0;
    do
      digits[size++] = (char)('0' + n % 10);
    while (n /= 10);
    while (size)
      *at++ = digits[--size];
  };
  put(count);
  memcpy(at, count == 1 ? " field, not " : " fields, not ", count == 1 ? 12 : 13);
  at += count == 1 ? 12 : 13;
  put(csv->fields);
  *at = 0;
  return bad(csv, text);
}

/// What an escape character makes of the one behind it, as Jackson does.
static char escaped(char c) {
  return c == '0' ? '\0' : c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

/// The record [p, end) without its line end, unquoted into the frame.
static int32_t unquote(levada_csv *csv, const char *p, const char *end) {
  auto size = (uint64_t)(end - p);
  if (size >= UINT32_MAX - 64)
    return bad(csv, "the record is larger than 4 GB");
  // The copy begins one behind its base, like any field behind a separator.
  char *out = levada_rt_alloc(csv->ctx, size + 1 + 64);
  auto *ends = (uint32_t *)levada_rt_alloc(csv->ctx, (csv->fields + 2) * sizeof(uint32_t));
  csv->base = out;
  csv->ends = ends + 1;
  ends[0] = 0;
  char *to = out + 1;
  for (uint64_t count = 0;;) {
    if (csv->quote && p != end && *p == csv->quote) {
      for (++p;; ++p) {
        if (p == end)
          return bad(csv, "a quote is not closed");
        if (csv->escape && *p == csv->escape && p + 1 != end) {
          *to++ = escaped(*++p);
        } else if (*p != csv->quote) {
          *to++ = *p;
        } else if (p + 1 != end && p[1] == csv->quote) {
          *to++ = *p++;
        } else {
          break;
        }
      }
      ++p;
      while (p != end && is_blank(*p) && *p != csv->delimiter)
        ++p;
      if (p != end && *p != csv->delimiter)
        return bad(csv, "there is text behind a closing quote");
    } else {
      for (; p != end && *p != csv->delimiter; ++p)
        *to++ = csv->escape && *p == csv->escape && p + 1 != end ? escaped(*++p) : *p;
    }
    if (++count <= csv->fields)
      ends[count] = (uint32_t)(to - out);
    if (p == end)
      return count == csv->fields ? (int32_t)LEVADA_RECORD_GOOD : wrong_count(csv, count);
    ++to; // where the separator stood
    ++p;
  }
}

/// The record from `p` to its '\n' (or the chunk's end) at `end`. Returns END
/// for a blank line.
static int32_t careful_record(levada_csv *csv, const char *p, const char *end) {
  bool closed = end != csv->end;
  end -= end != p && end[-1] == '\r';
  csv->record = p;
  csv->size = (uint64_t)(end - p);
  if (p == end)
    return LEVADA_RECORD_END;
  if (!valid_utf8(p, csv->size))
    return bad(csv, "the record is not UTF-8");
  if (!closed)
    return bad(csv, "a quote is not closed");
  return unquote(csv, p, end);
}

extern "C" int32_t levada_csv_slow(levada_csv *csv) {
  for (;;) {
    if (csv->lines[csv->line] == UINT32_MAX) {
      if (csv->next == csv->end)
        return LEVADA_RECORD_END;
      if ((is_wide() && index_plain(csv)) || index_block(csv)) {
        if (csv->plain)
          return levada_csv_next(csv);
        continue;
      }
      const char *begin = csv->next, *end = record_end(csv, begin);
      csv->next = end == csv->end ? end : end + 1;
      if (int32_t found = careful_record(csv, begin, end))
        return found;
      continue;
    }
    uint32_t entry = csv->lines[csv->line++], last = entry >> 1, count = last + 1 - csv->at;
    uint32_t *ends = csv->index + csv->at;
    const char *begin = csv->block + csv->begin, *end = csv->block + csv->index[last];
    csv->at = csv->plain = last + 1;
    csv->begin = (uint32_t)(end + 1 - csv->block);
    if ((entry & 1) && csv->quote && memchr(begin, csv->quote, (size_t)(end - begin))) {
      if (int32_t found = careful_record(csv, begin, end))
        return found;
      continue;
    }
    ends[-1] = (uint32_t)(begin - csv->block) - 1;
    bool cr = end != begin && end[-1] == '\r';
    ends[count - 1] -= cr;
    end -= cr;
    if (begin == end)
      continue; // a blank line
    csv->base = csv->block;
    csv->ends = ends;
    csv->record = begin;
    csv->size = (uint64_t)(end - begin);
    if ((entry & 1) && !valid_utf8(begin, csv->size))
      return bad(csv, "the record is not UTF-8");
    return count == csv->fields ? (int32_t)LEVADA_RECORD_GOOD : wrong_count(csv, count);
  }
}
