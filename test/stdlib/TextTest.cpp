//===- TextTest.cpp - functions of text ------------------------------------===//
#include "test/stdlib/Context.h"

#include "gtest/gtest.h"

using Unary = levada_status(levada_ctx *, const levada_str &, levada_str *);
using Binary = levada_status(levada_ctx *, const levada_str &, const levada_str &, levada_str *);
using Ternary = levada_status(levada_ctx *, const levada_str &, const levada_str &,
                              const levada_str &, levada_str *);
extern "C" {
int32_t levada_fn_char_length(const levada_str &);
Unary levada_fn_upper, levada_fn_lower, levada_fn_initcap, levada_fn_trim, levada_fn_reverse,
    levada_fn_url_encode, levada_fn_url_decode, levada_fn_to_base64, levada_fn_from_base64,
    levada_fn_md5, levada_fn_sha1, levada_fn_sha256, levada_fn_sha512, levada_fn_json_quote,
    levada_fn_json_unquote;
Binary levada_fn_ltrim_chars, levada_fn_rtrim_chars, levada_fn_regexp_extract,
    levada_fn_parse_url, levada_fn_json_value;
Ternary levada_fn_replace, levada_fn_regexp_replace;
levada_status levada_fn_substring(levada_ctx *, const levada_str &, int32_t, levada_str *);
levada_status levada_fn_substring_length(levada_ctx *, const levada_str &, int32_t, int32_t,
                                         levada_str *);
levada_status levada_fn_lpad(levada_ctx *, const levada_str &, int32_t, const levada_str &,
                             levada_str *);
levada_status levada_fn_rpad(levada_ctx *, const levada_str &, int32_t, const levada_str &,
                             levada_str *);
levada_status levada_fn_split_index(levada_ctx *, const levada_str &, const levada_str &, int32_t,
                                    levada_str *);
levada_status levada_fn_concat_ws(levada_ctx *, const levada_str &, levada_args<levada_str>,
                                  levada_str *);
bool levada_fn_like(const levada_str &, const levada_str &);
levada_status levada_fn_like_escape(levada_ctx *, const levada_str &, const levada_str &,
                                    const levada_str &, bool *);
int32_t levada_fn_position(const levada_str &, const levada_str &);
levada_status levada_fn_instr_nth(levada_ctx *, const levada_str &, const levada_str &, int32_t,
                                  int32_t, int32_t *);
}

namespace {

/// The text a function gives, "NULL" or "ERROR".
template <typename Function, typename... Args> std::string call(Function &fn, Args... args) {
  static Context context;
  context.reset();
  levada_str out = {};
  levada_status status = fn(context, args..., &out);
  return status == LEVADA_NULL ? "NULL" : status == LEVADA_ERROR ? "ERROR" : text(out);
}

} // namespace

TEST(Text, CountsAndCutsCharacters) {
  EXPECT_EQ(levada_fn_char_length(str("in中文")), 4);
  EXPECT_EQ(call(levada_fn_substring, str("1世3"), 2), "世3");
  EXPECT_EQ(call(levada_fn_substring, str("This is"), -2), "is");
  EXPECT_EQ(call(levada_fn_substring, str("This"), -9), "");
  EXPECT_EQ(call(levada_fn_substring, str("This"), 0), "This");
  EXPECT_EQ(call(levada_fn_substring_length, str("!AIVDM,1"), 2, 2), "AI");
  EXPECT_EQ(call(levada_fn_substring_length, str("abc"), 2, -1), "NULL");
  EXPECT_EQ(call(levada_fn_reverse, str("a世b")), "b世a");
}

TEST(Text, ChangesCase) {
  EXPECT_EQ(call(levada_fn_upper, str("straße äöü жук λόγος")), "STRASSE ÄÖÜ ЖУК ΛΌΓΟΣ");
  EXPECT_EQ(call(levada_fn_lower, str("ÄÖÜ ЖУК ABC xyz")), "äöü жук abc xyz");
  EXPECT_EQ(call(levada_fn_upper, str("a longer text than twelve")), "A LONGER TEXT THAN TWELVE");
  EXPECT_EQ(call(levada_fn_initcap, str("fLinK sql_9a")), "Flink Sql_9a");
  EXPECT_EQ(call(levada_fn_initcap, str("éa bC 1x-yZ")), "éA Bc 1x-Yz");
}

TEST(Text, TrimsBlanksOrSets) {
  EXPECT_EQ(call(levada_fn_trim, str("  x y \t ")), "x y \t");
  EXPECT_EQ(call(levada_fn_ltrim_chars, str("心情开开心心"), str("开心")), "情开开心心");
  EXPECT_EQ(call(levada_fn_rtrim_chars, str("abcddcba"), str("abc")), "abcdd");
}

TEST(Text, Pads) {
  EXPECT_EQ(call(levada_fn_lpad, str("7"), 2, str("0")), "07");
  EXPECT_EQ(call(levada_fn_lpad, str("ß→😀"), 6, str("xy")), "xyß→😀"); // 😀 counts as two
  EXPECT_EQ(call(levada_fn_lpad, str("😀a"), 2, str("-")), "😀");
  EXPECT_EQ(call(levada_fn_lpad, str("äää"), 13, str("12345")), "1234512345äää");
  EXPECT_EQ(call(levada_fn_rpad, str("üö"), 1, str("??")), "ü");
  EXPECT_EQ(call(levada_fn_lpad, str("ab"), 5, str("")), "NULL");
  EXPECT_EQ(call(levada_fn_lpad, str("ab"), -1, str("x")), "NULL");
  EXPECT_EQ(call(levada_fn_lpad, str("ab"), INT32_MAX, str("x")), "ERROR");
}

TEST(Text, Splits) {
  EXPECT_EQ(call(levada_fn_split_index, str("a,b,,c"), str(","), 1), "b");
  EXPECT_EQ(call(levada_fn_split_index, str("a,b,,c"), str(","), 2), "");
  EXPECT_EQ(call(levada_fn_split_index, str("a,b,,c"), str(","), 4), "NULL");
  EXPECT_EQ(call(levada_fn_split_index, str("a--b"), str("--"), 1), "b");
  EXPECT_EQ(call(levada_fn_split_index, str(""), str(","), 0), "NULL");
  EXPECT_EQ(call(levada_fn_split_index, str("a"), str(","), -1), "NULL");
}

TEST(Text, JoinsWhatIsNotNull) {
  levada_str a = str("AA"), b = str("a long text of a row");
  const levada_str *values[] = {&a, nullptr, &b};
  EXPECT_EQ(call(levada_fn_concat_ws, str("~"), levada_args<levada_str>{values, 3}),
            "AA~a long text of a row");
  EXPECT_EQ(call(levada_fn_concat_ws, str("~"), levada_args<levada_str>{values, 0}), "");
}

TEST(Text, MatchesLike) {
  EXPECT_TRUE(levada_fn_like(str("!AIVDM,1,1"), str("!__VDM,%")));
  EXPECT_TRUE(levada_fn_like(str("✅test✅"), str("_test_")));
  EXPECT_TRUE(levada_fn_like(str("aaaaaaaab"), str("%a%a%b")));
  EXPECT_TRUE(levada_fn_like(str(""), str("%")));
  EXPECT_FALSE(levada_fn_like(str(""), str("_")));
  EXPECT_FALSE(levada_fn_like(str("test"), str("tes")));
  EXPECT_FALSE(levada_fn_like(str("TE-ST"), str("%E\\_S%")));
  bool matches = false;
  Context context;
  EXPECT_EQ(levada_fn_like_escape(context, str("te_st"), str("te!_%"), str("!"), &matches),
            LEVADA_VALUE);
  EXPECT_TRUE(matches);
  EXPECT_EQ(levada_fn_like_escape(context, str("x"), str("te_st"), str("_"), &matches),
            LEVADA_ERROR);
  EXPECT_EQ(context.ctx.error_code, 613u);
}

TEST(Text, Finds) {
  EXPECT_EQ(levada_fn_position(str("中"), str("in中文")), 3);
  EXPECT_EQ(levada_fn_position(str("x"), str("in中文")), 0);
  Context context;
  int32_t at = 0;
  levada_fn_instr_nth(context, str("Corporate Floor"), str("or"), 3, 2, &at);
  EXPECT_EQ(at, 14);
  levada_fn_instr_nth(context, str("Corporate Floor"), str("or"), -1, 2, &at);
  EXPECT_EQ(at, 5);
}

TEST(Text, Replaces) {
  EXPECT_EQ(call(levada_fn_replace, str("a.b.c"), str("."), str("--")), "a--b--c");
  EXPECT_EQ(call(levada_fn_replace, str("ab"), str(""), str("-")), "-a-b-");
  EXPECT_EQ(call(levada_fn_regexp_replace, str("foobar"), str("oo|ar"), str("$1")), "f$1b$1");
  EXPECT_EQ(call(levada_fn_regexp_replace, str("abc"), str("("), str("")), "NULL");
  EXPECT_EQ(call(levada_fn_regexp_extract, str("100-200"), str("\\d+$")), "200");
  EXPECT_EQ(call(levada_fn_regexp_extract, str("100-200"), str("[a-z]")), "NULL");
}

TEST(Text, Encodes) {
  EXPECT_EQ(call(levada_fn_to_base64, str("你好")), "5L2g5aW9");
  EXPECT_EQ(call(levada_fn_from_base64, str("aGVsbG8gd29ybGQ=")), "hello world");
  EXPECT_EQ(call(levada_fn_from_base64, str("a*==")), "ERROR");
  EXPECT_EQ(call(levada_fn_url_encode, str("https://a b/?ä")), "https%3A%2F%2Fa+b%2F%3F%C3%A4");
  EXPECT_EQ(call(levada_fn_url_decode, str("a+b%C3%A4")), "a bä");
  EXPECT_EQ(call(levada_fn_url_decode, str("test%")), "NULL");
  EXPECT_EQ(call(levada_fn_parse_url, str("http://u@h.org:8/p/a?q=1#r"), str("HOST")), "h.org");
  EXPECT_EQ(call(levada_fn_parse_url, str("http://u@h.org:8/p/a?q=1#r"), str("FILE")), "/p/a?q=1");
}

TEST(Text, Digests) {
  EXPECT_EQ(call(levada_fn_md5, str("")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(call(levada_fn_sha1, str("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(call(levada_fn_sha256, str("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  std::string long_text(1000, 'a');
  EXPECT_EQ(call(levada_fn_md5, str(long_text)), "cabe45dcc9ae5b66ba86600cca6b8ba8");
  EXPECT_EQ(call(levada_fn_sha512, str(long_text)).substr(0, 16), "67ba5535a46e3f86");
}

TEST(Text, ReadsJson) {
  levada_str json = str(R"({"a": {"b\u0063": [1, "x\n", null]}, "n": 1.50, "n": 2.50})");
  EXPECT_EQ(call(levada_fn_json_value, json, str("$.n")), "2.50");
  EXPECT_EQ(call(levada_fn_json_value, json, str("lax $.a.bc[1]")), "x\n");
  EXPECT_EQ(call(levada_fn_json_value, json, str("$.a['bc'][0]")), "1");
  EXPECT_EQ(call(levada_fn_json_value, json, str("$.a.bc[2]")), "NULL");
  EXPECT_EQ(call(levada_fn_json_value, json, str("$.a")), "NULL");
  EXPECT_EQ(call(levada_fn_json_value, str("{\"a\": 1,}"), str("$.a")), "NULL");
  EXPECT_EQ(call(levada_fn_json_quote, str("≠ \"")), "\"\\u2260 \\\"\"");
  EXPECT_EQ(call(levada_fn_json_unquote, str("\"\\uD801\\uDC00\"")), "𐐀");
}
