//===- unit.h - units of time named by text --------------------------------===//
//
// EXTRACT, FLOOR … TO, TIMESTAMPADD and TIMESTAMPDIFF get their unit as a
// constant string; read with plain loads it folds where the call is inlined.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_STDLIB_UNIT_H
#define LEVADA_STDLIB_UNIT_H

#include "stdlib/fn.h"

namespace levada::unit {

enum class Unit : uint8_t {
  None, Millennium, Century, Decade, Year, Quarter, Month, Week, Day, Doy, Dow, IsoDow, IsoYear,
  Hour, Minute, Second, Milli, Micro, Nano, Epoch
};

/// The first eight letters as a number.
static constexpr uint64_t key(const char *word) {
  uint64_t value = 0;
  for (int i = 0; i < 8 && word[i]; ++i)
    value |= uint64_t(uint8_t(word[i])) << (8 * i);
  return value;
}

__attribute__((always_inline)) static inline Unit named(uint64_t first) {
  switch (first) {
  case key("MILLENNIUM"):
    return Unit::Millennium;
  case key("CENTURY"):
    return Unit::Century;
  case key("DECADE"):
    return Unit::Decade;
  case key("YEAR"):
    return Unit::Year;
  case key("QUARTER"):
    return Unit::Quarter;
  case key("MONTH"):
    return Unit::Month;
  case key("WEEK"):
    return Unit::Week;
  case key("DAY"):
    return Unit::Day;
  case key("DOY"):
    return Unit::Doy;
  case key("DOW"):
    return Unit::Dow;
  case key("ISODOW"):
    return Unit::IsoDow;
  case key("ISOYEAR"):
    return Unit::IsoYear;
  case key("HOUR"):
    return Unit::Hour;
  case key("MINUTE"):
    return Unit::Minute;
  case key("SECOND"):
    return Unit::Second;
  case key("MILLISEC"):
  case key("FRAC_SEC"):
    return Unit::Milli;
  case key("MICROSEC"):
    return Unit::Micro;
  case key("NANOSECO"):
    return Unit::Nano;
  case key("EPOCH"):
    return Unit::Epoch;
  }
  return Unit::None;
}

__attribute__((always_inline)) static inline Unit read(const levada_str &s) {
  uint64_t first;
  if (s.len <= 12) {
    __builtin_memcpy(&first, s.inl, 8);
    Unit unit = named(first);
    if (unit != Unit::None || s.len <= 8 || first != key("SQL_TSI_"))
      return unit;
    uint32_t rest;
    __builtin_memcpy(&rest, s.inl + 8, 4);
    return named(rest);
  }
  // SQL_TSI_ and a long name; FRAC_SECOND there is a microsecond's old name.
  char text[8] = {0};
  for (uint32_t i = 8; i < s.len && i < 16; ++i)
    text[i - 8] = s.ptr[i];
  __builtin_memcpy(&first, text, 8);
  Unit unit = named(first);
  return unit == Unit::Milli ? Unit::Micro : unit;
}

} // namespace levada::unit

#endif
