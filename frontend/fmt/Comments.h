//===- Comments.h - tokens of SQL with the comments around them -----------===//
//
// A comment on the line of a token belongs to that token and follows it; one on
// a line of its own belongs to the token below. Hints (/*+ … */) are comments
// here that stay on the line of the word before them.
//
//===----------------------------------------------------------------------===//
#ifndef LEVADA_FRONTEND_FMT_COMMENTS_H
#define LEVADA_FRONTEND_FMT_COMMENTS_H

#include "frontend/sql/Layout.h"

namespace levada::fmts {

struct Comment {
  std::string text;
  bool toLineEnd = false; ///< `--`: nothing may follow on its line
  bool blankBefore = false; ///< a blank line stands before it
  bool sameLine = false;  ///< what follows it stands on its line
};

struct Piece {
  std::string text;       ///< the token as it is written out
  bool blankBefore = false; ///< an empty line stood before it (or its comments)
  bool newLine = false;   ///< it began a line
  bool gap = false;       ///< anything stood between it and the token before
  bool apart = false;     ///< an empty line stood between `above` and it
  std::vector<Comment> above, behind;
  /// A line break must stand somewhere before the token (not before `above`).
  bool forced = false;
};

/// One piece per token of the layout, the End included.
std::vector<Piece> pieces(std::string_view text, const sql::Layout &layout);

/// Display columns: characters.
size_t width(std::string_view text);

} // namespace levada::fmts

#endif
