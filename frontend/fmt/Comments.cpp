//===- Comments.cpp - tokens of SQL with the comments around them ---------===//
//
// The lexer drops comments; they are found again in what lies between two
// tokens, where nothing else but blanks can be.
//
//===----------------------------------------------------------------------===//
#include "frontend/fmt/Comments.h"

namespace levada::fmts {

size_t width(std::string_view text) {
  size_t columns = 0;
  for (char c : text)
    columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return columns;
}

/// What stands between two tokens: blanks and comments.
static void readGap(std::string_view gap, Piece *before, Piece &after) {
  size_t lines = 0, pos = 0; // line breaks since the last comment
  bool any = false;          // a line break since the token before
  auto add = [&](size_t end, bool toLineEnd) {
    std::string_view text = gap.substr(pos, end - pos);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
      text.remove_suffix(1);
    Comment c{std::string(text), toLineEnd, lines > 1, false};
    bool hint = text.starts_with("/*+");
    bool free = before && (before->behind.empty() || !before->behind.back().toLineEnd);
    bool follows = free && (!any || hint) && after.above.empty();
    (follows ? before->behind : after.above).push_back(std::move(c));
    pos = end;
    lines = 0;
  };
  while (pos < gap.size()) {
    std::string_view rest = gap.substr(pos);
    if (rest.starts_with("--") || rest.starts_with("//")) {
      add(std::min(gap.find('\n', pos), gap.size()), true);
    } else if (rest.starts_with("/*")) {
      size_t end = gap.find("*/", pos + 2);
      add(end == gap.npos ? gap.size() : end + 2, false);
    } else {
      if (gap[pos] == '\n') {
        ++lines;
        any = true;
        if (!after.above.empty())
          after.above.back().sameLine = false;
      }
      ++pos;
      continue;
    }
    if (!after.above.empty())
      after.above.back().sameLine = true;
  }
  if (!after.above.empty() && after.above.back().toLineEnd)
    after.above.back().sameLine = false;
  after.blankBefore = after.above.empty() ? lines > 1 : after.above.front().blankBefore;
  after.apart = !after.above.empty() && lines > 1;
  after.newLine = any;
  after.gap = !gap.empty();
}

std::vector<Piece> pieces(std::string_view text, const sql::Layout &layout) {
  using sql::Tok;
  std::vector<Piece> result(layout.tokens.size());
  size_t last = 0;
  for (size_t i = 0; i < result.size(); ++i) {
    const sql::Token &t = layout.tokens[i];
    bool end = t.kind == Tok::End;
    size_t begin = end ? text.size() : t.range.begin;
    readGap(text.substr(last, begin - last), i ? &result[i - 1] : nullptr, result[i]);
    bool keyword = t.kind == Tok::Word && !(layout.roles[i] & sql::Layout::IsName);
    if (!end)
      result[i].text = keyword ? t.text
                               : std::string(text.substr(begin, t.range.end - begin));
    last = end ? begin : t.range.end;
  }
  for (size_t i = 1; i < result.size(); ++i) {
    Piece &p = result[i];
    for (const Comment &c : result[i - 1].behind)
      p.forced |= c.toLineEnd || c.text.find('\n') != c.text.npos;
    for (const Comment &c : p.above)
      p.forced |= !c.sameLine;
    // 'a' 'b' on two lines are one string, on one line a mistake.
    Tok kind = layout.tokens[i].kind;
    p.forced |= (kind == Tok::String || kind == Tok::Binary) && layout.tokens[i - 1].kind == kind;
  }
  return result;
}

} // namespace levada::fmts
