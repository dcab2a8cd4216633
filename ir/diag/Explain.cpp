//===- Explain.cpp - what `levada explain CODE` prints --------------------===//
//
// Codes.def and Explain.def as tables, both sorted by code. The checks below
// are made by the compiler: a code without a paragraph, a paragraph without a
// code, or a line out of order does not build.
//
//===----------------------------------------------------------------------===//
#include "ir/diag/codes/Codegen.h"
#include "ir/diag/codes/Document.h"
#include "ir/diag/codes/Names.h"
#include "ir/diag/codes/Plan.h"
#include "ir/diag/codes/Script.h"
#include "ir/diag/codes/Shell.h"
#include "ir/diag/codes/Sql.h"

#include <algorithm>

namespace levada::diag {
namespace {

constexpr const Kind *kinds[] = {
#define LEVADA_DIAG(CODE, NAME, KEBAB, SEVERITY, TEXT) &NAME,
#include "ir/diag/Codes.def"
#undef LEVADA_DIAG
};

struct Paragraph {
  std::string_view code, text;
};
constexpr Paragraph paragraphs[] = {
#define LEVADA_EXPLAIN(CODE, TEXT) {#CODE, TEXT},
#include "ir/diag/Explain.def"
#undef LEVADA_EXPLAIN
};

constexpr bool hasParagraph(std::string_view code) {
  for (const Paragraph &p : paragraphs)
    if (p.code == code)
      return !p.text.empty();
  return false;
}
constexpr bool hasKind(std::string_view code) {
  for (const Kind *k : kinds)
    if (k->code == code)
      return true;
  return false;
}
constexpr bool kindsSorted() {
  for (size_t i = 1; i < std::size(kinds); ++i)
    if (kinds[i - 1]->code >= kinds[i]->code)
      return false;
  return true;
}
constexpr bool paragraphsSorted() {
  for (size_t i = 1; i < std::size(paragraphs); ++i)
    if (paragraphs[i - 1].code >= paragraphs[i].code)
      return false;
  return true;
}

#define LEVADA_DIAG(CODE, NAME, KEBAB, SEVERITY, TEXT)                         \
  static_assert(hasParagraph(#CODE), #CODE " has no paragraph in Explain.def");
#include "ir/diag/Codes.def"
#undef LEVADA_DIAG
#define LEVADA_EXPLAIN(CODE, TEXT)                                             \
  static_assert(hasKind(#CODE), #CODE " of Explain.def is not in Codes.def");
#include "ir/diag/Explain.def"
#undef LEVADA_EXPLAIN
static_assert(kindsSorted(), "Codes.def: sort by code, each code once");
static_assert(paragraphsSorted(), "Explain.def: sort by code, each code once");

} // namespace

const Kind *findKind(std::string_view codeOrName) {
  for (const Kind *kind : kinds)
    if (kind->name == codeOrName ||
        std::equal(kind->code.begin(), kind->code.end(), codeOrName.begin(),
                   codeOrName.end(), [](char a, char b) {
                     return a == b || (a >= 'A' && a <= 'Z' && a + 32 == b);
                   }))
      return kind;
  return nullptr;
}

std::string_view explanation(std::string_view code) {
  for (const Paragraph &paragraph : paragraphs)
    if (paragraph.code == code)
      return paragraph.text;
  return {};
}

} // namespace levada::diag
