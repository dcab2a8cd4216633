// What the parser makes of SQL text: the shape of the tree, its ranges, and
// that print() gives text that parses to the same tree. Each case is printed
// and parsed again.
#include "frontend/ast_dump.h"
#include "frontend/sql/Parser.h"

#include <gtest/gtest.h>

using namespace levada;
using namespace levada::sql;

namespace {

template <typename Parse> auto parsed(const std::string &text, Parse parse) {
  SourceMap sources;
  diag::Engine engine(sources);
  auto result = parse(sources.addFile("test.sql", text), engine);
  EXPECT_TRUE(result) << text << "\n" << engine.render(diag::RenderStyle::Plain);
  EXPECT_TRUE(!result || !engine.hasErrors()) << text;
  return result;
}

/// The dump of `text`, after checking that it survives printing.
template <typename Parse> std::string shape(const std::string &text, Parse parse) {
  auto first = parsed(text, parse);
  if (!first)
    return "";
  std::string before = dump(*first), printed = print(*first);
  auto second = parsed(printed, parse);
  EXPECT_EQ(second ? dump(*second) : "", before) << text << " was printed as\n" << printed;
  EXPECT_EQ(second ? print(*second) : "", printed);
  return before;
}

std::string expr(const std::string &text) { return shape(text, parseExpression); }
std::string type(const std::string &text) { return shape(text, parseType); }
std::string query(const std::string &text) { return shape(text, parseQuery); }
std::string window(const std::string &text) { return shape(text, parseWindowSpec); }

std::string textOf(const std::string &source, SourceRange r) {
  return source.substr(r.begin, r.end - r.begin);
}

std::string repeat(const std::string &s, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i)
    out += s;
  return out;
}

} // namespace

TEST(Literals, Numbers) {
  EXPECT_EQ(expr("42"), "42");
  EXPECT_EQ(expr("4.20"), "dec 4.20");
  EXPECT_EQ(expr(".5"), "dec .5");
  EXPECT_EQ(expr("5."), "dec 5.");
  EXPECT_EQ(expr("4.2E0"), "approx 4.2E0");
  EXPECT_EQ(expr("1e-3"), "approx 1e-3");
  EXPECT_EQ(expr("123456789012345678901234567890"), "123456789012345678901234567890");
  EXPECT_EQ(expr("CASE WHEN a THEN 1ELSE 2END"), "(case [a 1] else 2)");
}

TEST(Literals, Strings) {
  EXPECT_EQ(expr("'it''s'"), "'it's'");
  EXPECT_EQ(expr("''"), "''");
  EXPECT_EQ(expr("'a'\n  'b'"), "'ab'");
  EXPECT_EQ(expr("N'a'"), "'a'");
  EXPECT_EQ(expr("_UTF-8'a'"), "'a'");
  EXPECT_EQ(expr("'grüße ☺'"), "'grüße ☺'");
  EXPECT_EQ(expr("U&'>\\263A<'"), "'>☺<'");
  EXPECT_EQ(expr("U&'\\+01F600\\\\'"), "'😀\\'");
  EXPECT_EQ(expr("U&'\\D83D\\DE00'"), "'😀'");
  EXPECT_EQ(expr("U&'!263A' UESCAPE '!'"), "'☺'");
  EXPECT_EQ(expr("x'0aFF'"), "x'0aFF'");
  EXPECT_EQ(expr("X''"), "x''");
}

TEST(Literals, Typed) {
  EXPECT_EQ(expr("DATE '2020-02-29'"), "date'2020-02-29'");
  EXPECT_EQ(expr("time '10:00:00'"), "time'10:00:00'");
  EXPECT_EQ(expr("TIMESTAMP '2020-01-01 00:00:00.123'"), "timestamp'2020-01-01 00:00:00.123'");
  EXPECT_EQ(expr("TIMESTAMP_LTZ '2020-01-01 00:00:00'"), "ltz'2020-01-01 00:00:00'");
  EXPECT_EQ(expr("TIMESTAMP WITH LOCAL TIME ZONE '2020-01-01 00:00:00'"),
            "ltz'2020-01-01 00:00:00'");
  EXPECT_EQ(expr("TIMESTAMP WITHOUT TIME ZONE 'x'"), "timestamp'x'");
  EXPECT_EQ(expr("NULL"), "null");
  EXPECT_EQ(expr("true OR False OR UNKNOWN"), "(or (or true false) unknown)");
}

TEST(Literals, Intervals) {
  EXPECT_EQ(expr("INTERVAL '5' MINUTE"), "(interval '5' u6)");
  EXPECT_EQ(expr("INTERVAL '5' MINUTES"), "(interval '5' u6)");
  EXPECT_EQ(expr("INTERVAL -'5' DAY(3)"), "(interval -'5' u4 p3)");
  EXPECT_EQ(expr("INTERVAL +'5' SECOND(3, 6)"), "(interval '5' u7 p3 f6)");
  EXPECT_EQ(expr("INTERVAL '1 10:00:00.1' DAY(2) TO SECOND(3)"),
            "(interval '1 10:00:00.1' u4 to u7 p2 f3)");
  EXPECT_EQ(expr("INTERVAL '1-2' YEAR TO MONTH"), "(interval '1-2' u0 to u2)");
  EXPECT_EQ(expr("INTERVAL '2' QUARTER + INTERVAL '1' WEEK"),
            "(+ (interval '2' u1) (interval '1' u3))");
  EXPECT_EQ(expr("interval - 1"), "(- interval 1)");
}

TEST(Operators, Precedence) {
  EXPECT_EQ(expr("a OR b AND NOT c = d + e * -f"),
            "(or a (and b (not (= c (+ d (* e (- f)))))))");
  EXPECT_EQ(expr("a - b - c"), "(- (- a b) c)");
  EXPECT_EQ(expr("a - (b - c)"), "(- a (- b c))");
  EXPECT_EQ(expr("a + b || c"), "(+ a (|| b c))");
  EXPECT_EQ(expr("a / b % c * d"), "(* (% (/ a b) c) d)");
  EXPECT_EQ(expr("(a OR b) AND c"), "(and (or a b) c)");
  EXPECT_EQ(expr("a = b IS NULL"), "(is-null (= a b))");
  EXPECT_EQ(expr("a = (b IS NULL)"), "(= a (is-null b))");
  EXPECT_EQ(expr("a IS NULL = b"), "(= (is-null a) b)");
  EXPECT_EQ(expr("NOT a IS NULL"), "(not (is-null a))");
  EXPECT_EQ(expr("(NOT a) IS NULL"), "(is-null (not a))");
  EXPECT_EQ(expr("a = NOT b AND c"), "(and (= a (not b)) c)");
  EXPECT_EQ(expr("a <> b"), "(<> a b)");
  EXPECT_EQ(expr("a != b"), "(<> a b)");
  EXPECT_EQ(expr("a <= b"), "(<= a b)");
  EXPECT_EQ(expr("- - a"), "(- (- a))");
  EXPECT_EQ(expr("-(-a)"), "(- (- a))");
  EXPECT_EQ(expr("+a - +b"), "(- (+ a) (+ b))");
  EXPECT_EQ(expr("(a, b) OVERLAPS (c, d)"), "(overlaps (row a b) (row c d))");
}

TEST(Operators, Predicates) {
  EXPECT_EQ(expr("a BETWEEN 1 AND 2 AND b"), "(and (between a 1 2) b)");
  EXPECT_EQ(expr("a NOT BETWEEN SYMMETRIC 1 + 1 AND 2"), "(not-between-symmetric a (+ 1 1) 2)");
  EXPECT_EQ(expr("a BETWEEN ASYMMETRIC 1 AND 2"), "(between a 1 2)");
  EXPECT_EQ(expr("a IN (1, 2)"), "(in a 1 2)");
  EXPECT_EQ(expr("a NOT IN (SELECT b FROM t)"), "(not-in a (select b (from (table t))))");
  EXPECT_EQ(expr("(a, b) IN ((1, 2), (3, 4))"), "(in (row a b) (row 1 2) (row 3 4))");
  EXPECT_EQ(expr("a LIKE 'x!_' ESCAPE '!'"), "(like a 'x!_' '!')");
  EXPECT_EQ(expr("a NOT SIMILAR TO b || c"), "(not-similar a (|| b c))");
  EXPECT_EQ(expr("a IS NOT TRUE"), "(is-not-true a)");
  EXPECT_EQ(expr("a IS NOT UNKNOWN"), "(is-not-unknown a)");
  EXPECT_EQ(expr("a IS JSON"), "(is-json a)");
  EXPECT_EQ(expr("a IS NOT JSON OBJECT"), "(is-not-json-object a)");
  EXPECT_EQ(expr("a IS DISTINCT FROM b"), "(distinct a b)");
  EXPECT_EQ(expr("a IS NOT DISTINCT FROM b AND c"), "(and (same a b) c)");
  EXPECT_EQ(expr("EXISTS (SELECT 1)"), "(exists (select 1))");
  EXPECT_EQ(expr("a = (SELECT MAX(b) FROM t)"), "(= a (query (select (MAX() b) (from (table t)))))");
}

TEST(Operators, Case) {
  EXPECT_EQ(expr("CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END"), "(case [a 1] [b 2] else 3)");
  EXPECT_EQ(expr("case x when 1 then 'a' end"), "(case x [1 'a'])");
  EXPECT_EQ(expr("CASE x WHEN 1, 2 THEN 'a' ELSE 'b' END"), "(case x [(in _ 1 2) 'a'] else 'b')");
  EXPECT_EQ(expr("CASE CASE WHEN a THEN b END WHEN c THEN d END + 1"),
            "(+ (case (case [a b]) [c d]) 1)");
}

TEST(Names, ColumnsAndFields) {
  EXPECT_EQ(expr("a.b.c"), "a.b.c");
  EXPECT_EQ(expr("`a b`.`c``d`.e"), "`a b`.`c`d`.e");
  EXPECT_EQ(expr("a[1].b[c + 1]"), "(index (field (index a 1) b) (+ c 1))");
  EXPECT_EQ(expr("(a).b"), "(field a b)");
  EXPECT_EQ(expr("f(x).b.c"), "(field (field (F() x) b) c)");
  EXPECT_EQ(expr("ROW(1, 'a')"), "(row 1 'a')");
  EXPECT_EQ(expr("ARRAY[1, 2][1]"), "(index (array 1 2) 1)");
  EXPECT_EQ(expr("MAP['k', 1]['k']"), "(index (map 'k' 1) 'k')");
  EXPECT_EQ(expr("(array)[1]"), "(index array 1)");
  EXPECT_EQ(expr("EXPR$0"), "EXPR$0");
  EXPECT_EQ(expr("größe"), "größe");
}

TEST(Names, WordsThatFlinkReservesAreNamesWhereNothingElseCanStand) {
  for (const char *word :
       {"time", "date", "timestamp", "user", "value", "year", "month", "day", "hour", "minute",
        "second", "interval", "row", "array", "map", "offset", "count", "position", "start",
        "result", "method", "language", "key", "type", "window", "partition", "rows", "range",
        "current", "first", "last", "hop", "session", "local", "language", "escape", "filter"})
    EXPECT_EQ(expr(std::string(word) + " > 5 AND t." + word + " = 1"),
              std::string("(and (> ") + word + " 5) (= t." + word + " 1))");
  EXPECT_EQ(query("SELECT window_start AS day, date AS time FROM t"),
            "(select (as window_start day) (as date time) (from (table t)))");
}

TEST(Names, Comments) {
  EXPECT_EQ(expr("a -- one\n + /* two\n */ b // three"), "(+ a b)");
  EXPECT_EQ(expr("\xEF\xBB\xBF"
                 "a\xC2\xA0+ b"),
            "(+ a b)");
}

TEST(Casts, Types) {
  EXPECT_EQ(expr("CAST(a AS INT)"), "(cast a INT)");
  EXPECT_EQ(expr("TRY_CAST(a + 1 AS DECIMAL(10, 2))"), "(try-cast (+ a 1) DECIMAL(10,2))");
  EXPECT_EQ(type("INTEGER NOT NULL"), "INT!");
  EXPECT_EQ(type("double precision"), "DOUBLE");
  EXPECT_EQ(type("CHARACTER VARYING(10)"), "VARCHAR(10)");
  EXPECT_EQ(type("CHAR VARYING(10)"), "VARCHAR(10)");
  EXPECT_EQ(type("CHARACTER(3)"), "CHAR(3)");
  EXPECT_EQ(type("BINARY VARYING(3)"), "VARBINARY(3)");
  EXPECT_EQ(type("NUMERIC(5)"), "DECIMAL(5)");
  EXPECT_EQ(type("TIMESTAMP(3) WITH LOCAL TIME ZONE"), "TIMESTAMP_LTZ(3)");
  EXPECT_EQ(type("TIMESTAMP WITHOUT TIME ZONE NOT NULL"), "TIMESTAMP!");
  EXPECT_EQ(type("TIME(0) WITHOUT TIME ZONE"), "TIME(0)");
  EXPECT_EQ(type("ROW<a INT, `b c` ROW<d STRING NOT NULL> NOT NULL>"),
            "ROW<a INT, `b c` ROW<d STRING!>!>");
  EXPECT_EQ(type("ROW(time INT 'a comment', b DATE)"), "ROW<time INT, b DATE>");
  EXPECT_EQ(type("ROW<>"), "ROW<>");
  EXPECT_EQ(type("MAP<STRING NOT NULL, ARRAY<INT>>"), "MAP<STRING!, ARRAY<INT>>");
  EXPECT_EQ(type("MULTISET<INT>"), "MULTISET<INT>");
  EXPECT_EQ(type("INT NOT NULL ARRAY NOT NULL MULTISET"), "MULTISET<ARRAY<INT!>!>");
  EXPECT_EQ(type("INT NULL"), "INT");
  EXPECT_EQ(type("STRUCTURED<'a.B', i INT>"), "STRUCTURED'a.B'<i INT>");
  EXPECT_EQ(type("INTERVAL DAY(3) TO SECOND(6)"), "INTERVAL DAY TO SECOND(3,6)");
  EXPECT_EQ(type("INTERVAL DAY TO SECOND(6)"), "INTERVAL DAY TO SECOND(-1,6)");
  EXPECT_EQ(type("INTERVAL SECOND(2, 3)"), "INTERVAL SECOND(2,3)");
  EXPECT_EQ(type("INTERVAL YEAR"), "INTERVAL YEAR");
}

TEST(Calls, Plain) {
  EXPECT_EQ(expr("upper(a)"), "(UPPER() a)");
  EXPECT_EQ(expr("`upper`(a)"), "(`upper`() a)");
  EXPECT_EQ(expr("c.d.f()"), "(c.d.F())");
  EXPECT_EQ(expr("COUNT(*)"), "(COUNT() *)");
  EXPECT_EQ(expr("COUNT(DISTINCT a, b)"), "(COUNT() distinct a b)");
  EXPECT_EQ(expr("SUM(ALL a)"), "(SUM() a)");
  EXPECT_EQ(expr("LEFT(a, 2) || RIGHT(a, 2)"), "(|| (LEFT() a 2) (RIGHT() a 2))");
  EXPECT_EQ(expr("IF(a, b, c)"), "(IF() a b c)");
  EXPECT_EQ(expr("f(a => 1, `b` => 2)"), "(F() a=>1 `b`=>2)");
  EXPECT_EQ(expr("f(1, b => 2)"), "(F() 1 b=>2)");
  EXPECT_EQ(expr("CURRENT_TIMESTAMP"), "(CURRENT_TIMESTAMP)");
  EXPECT_EQ(expr("CURRENT_DATE - localtime"), "(- (CURRENT_DATE) (LOCALTIME))");
  EXPECT_EQ(expr("LOCALTIMESTAMP(3)"), "(LOCALTIMESTAMP() 3)");
  EXPECT_EQ(expr("`CURRENT_DATE`"), "`CURRENT_DATE`");
}

TEST(Calls, WordsBetweenArguments) {
  EXPECT_EQ(expr("EXTRACT(doy FROM a + b)"), "(EXTRACT() :'DOY' (+ a b))");
  EXPECT_EQ(expr("FLOOR(a TO HOUR)"), "(FLOOR() a :'HOUR')");
  EXPECT_EQ(expr("CEIL(a)"), "(CEIL() a)");
  EXPECT_EQ(expr("TRIM(a)"), "(TRIM() a)");
  EXPECT_EQ(expr("TRIM('x' FROM a)"), "(TRIM() :'BOTH' a 'x')");
  EXPECT_EQ(expr("TRIM(LEADING 'x' FROM a)"), "(TRIM() :'LEADING' a 'x')");
  EXPECT_EQ(expr("TRIM(TRAILING FROM a)"), "(TRIM() :'TRAILING' a)");
  EXPECT_EQ(expr("TRIM(BOTH a)"), "(TRIM() :'BOTH' a)");
  EXPECT_EQ(expr("SUBSTRING(a FROM 2 FOR 3)"), "(SUBSTRING() a 2 3)");
  EXPECT_EQ(expr("SUBSTRING(a, 2)"), "(SUBSTRING() a 2)");
  EXPECT_EQ(expr("POSITION('x' IN a)"), "(POSITION() 'x' a)");
  EXPECT_EQ(expr("POSITION((b IN (c)) IN a)"), "(POSITION() (in b c) a)");
  EXPECT_EQ(expr("OVERLAY(a PLACING b FROM 2 FOR 3)"), "(OVERLAY() a b 2 3)");
  EXPECT_EQ(expr("TIMESTAMPADD(HOUR, 1, t)"), "(TIMESTAMPADD() :'HOUR' 1 t)");
  EXPECT_EQ(expr("TIMESTAMPDIFF(SQL_TSI_DAY, a, b)"), "(TIMESTAMPDIFF() :'SQL_TSI_DAY' a b)");
}

TEST(Calls, Json) {
  EXPECT_EQ(expr("JSON_VALUE(a, '$.x' RETURNING INT DEFAULT -1 ON EMPTY ERROR ON ERROR)"),
            "(JSON_VALUE() a '$.x' (json INT empty8 (- 1) error1 _))");
  EXPECT_EQ(expr("JSON_QUERY(a, '$' WITH CONDITIONAL ARRAY WRAPPER EMPTY ARRAY ON ERROR)"),
            "(JSON_QUERY() a '$' (json w1 error6 _))");
  EXPECT_EQ(expr("JSON_QUERY(a, '$' WITH WRAPPER)"), "(JSON_QUERY() a '$' (json w2))");
  EXPECT_EQ(expr("JSON_EXISTS(a, '$' UNKNOWN ON ERROR)"),
            "(JSON_EXISTS() a '$' (json error4 _))");
  EXPECT_EQ(expr("JSON_OBJECT(KEY 'a' VALUE b, 'c' VALUE d ABSENT ON NULL)"),
            "(JSON_OBJECT() 'a' b 'c' d (json null5))");
  EXPECT_EQ(expr("JSON_OBJECT()"), "(JSON_OBJECT())");
  EXPECT_EQ(expr("JSON_OBJECT(key VALUE value)"), "(JSON_OBJECT() key value)");
  EXPECT_EQ(expr("JSON_ARRAY(a, b NULL ON NULL)"), "(JSON_ARRAY() a b (json null0))");
  EXPECT_EQ(expr("JSON_OBJECTAGG(KEY a VALUE b)"), "(JSON_OBJECTAGG() a b)");
}

TEST(Calls, Suffixes) {
  EXPECT_EQ(expr("COUNT(*) FILTER (WHERE a > 1)"), "(COUNT() * (filter (> a 1)))");
  EXPECT_EQ(expr("LISTAGG(a, ',') WITHIN GROUP (ORDER BY b DESC NULLS LAST)"),
            "(LISTAGG() a ',' (within (desc b last)))");
  EXPECT_EQ(expr("ARRAY_AGG(DISTINCT a IGNORE NULLS)"), "(ARRAY_AGG() distinct a ignore-nulls)");
  EXPECT_EQ(expr("FIRST_VALUE(a) RESPECT NULLS OVER w"),
            "(FIRST_VALUE() a respect-nulls (over w))");
  EXPECT_EQ(expr("SUM(a) OVER (PARTITION BY b, c ORDER BY t ROWS BETWEEN 2 PRECEDING AND "
                 "CURRENT ROW)"),
            "(SUM() a (over (partition b c) (order t) (rows preceding 2 current)))");
  EXPECT_EQ(expr("SUM(a) OVER (ORDER BY t RANGE INTERVAL '1' HOUR PRECEDING)"),
            "(SUM() a (over (order t) (range preceding (interval '1' u5) current)))");
  EXPECT_EQ(expr("ROW_NUMBER() OVER ()"), "(ROW_NUMBER() (over))");
  EXPECT_EQ(expr("ROW_NUMBER() OVER (w ORDER BY a)"), "(ROW_NUMBER() (over w (order a)))");
  EXPECT_EQ(window("PARTITION BY a ORDER BY t RANGE UNBOUNDED PRECEDING"),
            " (partition a) (order t) (range unbounded-preceding current)");
  EXPECT_EQ(window("w"), " w");
}

TEST(Items, SelectAndOrder) {
  auto select = [](uint32_t b, diag::Engine &e) {
    auto item = parseSelectItem(b, e);
    return item ? std::make_optional((item->alias ? item->alias->text : "") + ":" +
                                     dump(*item->expr))
                : std::nullopt;
  };
  EXPECT_EQ(*parsed("*", select), ":*");
  EXPECT_EQ(*parsed("a.b.*", select), ":a.b.*");
  EXPECT_EQ(*parsed("COUNT(*) AS edits", select), "edits:(COUNT() *)");
  EXPECT_EQ(*parsed("a + 1 b", select), "b:(+ a 1)");
  EXPECT_EQ(*parsed("a AS `b c`", select), "b c:a");
  EXPECT_EQ(*parsed("a AS day", select), "day:a");
  EXPECT_EQ(dump(*parsed("a DESC NULLS FIRST", parseOrderItem)), "(desc a first)");
  EXPECT_EQ(dump(*parsed("a ASC", parseOrderItem)), "a");
}

TEST(Queries, Clauses) {
  EXPECT_EQ(query("SELECT 1;"), "(select 1)");
  EXPECT_EQ(query("SELECT DISTINCT a, t.* FROM t WHERE b GROUP BY a, c HAVING COUNT(*) > 1 "
                  "WINDOW w AS (ORDER BY a), v AS (w) QUALIFY r = 1 "
                  "ORDER BY a DESC LIMIT 10 OFFSET 5"),
            "(select-distinct a t.* (from (table t)) (where b) (group a c) "
            "(having (> (COUNT() *) 1)) (window w (order a)) (window v w) (qualify (= r 1)) "
            "(order (desc a)) (limit 10) (offset 5))");
  EXPECT_EQ(query("SELECT a FROM t OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY"),
            "(select a (from (table t)) (limit 3) (offset 2))");
  EXPECT_EQ(query("SELECT a FROM t FETCH NEXT ROW ONLY"), "(select a (from (table t)) (limit 1))");
  EXPECT_EQ(query("SELECT a FROM t GROUP BY GROUPING SETS ((a, b), a, (), ROLLUP(c, d))"),
            "(select a (from (table t)) (group (GROUPING SETS() (row a b) a (row) "
            "(ROLLUP() c d))))");
  EXPECT_EQ(query("SELECT a FROM t GROUP BY ()"), "(select a (from (table t)) (group (row)))");
}

TEST(Queries, From) {
  EXPECT_EQ(query("SELECT * FROM c.d.t AS x (a, b)"), "(select * (from (table c.d.t as x [a b])))");
  EXPECT_EQ(query("SELECT * FROM a, b JOIN c ON x = y"),
            "(select * (from (cross (table a) (inner (table b) (table c) on (= x y)))))");
  EXPECT_EQ(query("SELECT * FROM a LEFT OUTER JOIN b USING (x, y) FULL JOIN c ON TRUE "
                  "CROSS JOIN d"),
            "(select * (from (cross (full (left (table a) (table b) using x y) (table c) on "
            "true) (table d))))");
  EXPECT_EQ(query("SELECT * FROM (SELECT a FROM t) s RIGHT JOIN (b JOIN c ON p) ON q"),
            "(select * (from (right ((select a (from (table t))) as s) "
            "(inner (table b) (table c) on p) on q)))");
  EXPECT_EQ(query("SELECT * FROM o JOIN r FOR SYSTEM_TIME AS OF o.t AS r2 ON o.a = r2.a"),
            "(select * (from (inner (table o) (table r as-of o.t as r2) on (= o.a r2.a))))");
  EXPECT_EQ(query("SELECT * FROM t, LATERAL TABLE(split(a)) AS s (w)"),
            "(select * (from (cross (table t) (lateral (SPLIT() a) as s [w]))))");
  EXPECT_EQ(query("SELECT * FROM t CROSS JOIN UNNEST(t.a) AS u (x)"),
            "(select * (from (cross (table t) ((UNNEST() t.a) as u [x]))))");
}

TEST(Queries, WindowFunctions) {
  EXPECT_EQ(query("SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) w"),
            "(select * (from ((TUMBLE() :t (DESCRIPTOR() ts) (interval '1' u5)) as w)))");
  EXPECT_EQ(query("SELECT * FROM HOP(DATA => TABLE c.t, TIMECOL => DESCRIPTOR(ts))"),
            "(select * (from ((HOP() DATA=>:c.t TIMECOL=>(DESCRIPTOR() ts)))))");
  EXPECT_EQ(query("SELECT * FROM SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), x)"),
            "(select * (from ((SESSION() :t (DESCRIPTOR() ts) x (partition k)))))");
  EXPECT_EQ(query("SELECT * FROM f(TABLE (SELECT a FROM t) PARTITION BY (a, b) ORDER BY c)"),
            "(select * (from ((F() :(query (select a (from (table t)))) (partition a b) "
            "(order c)))))");
}

TEST(Ranges, CoverWhatWasWritten) {
  std::string text = "  ( a + b ) * f( x.y ,'s' ) -- end";
  auto e = parsed(text, parseExpression);
  ASSERT_TRUE(e);
  const auto &mul = static_cast<const BinaryExpr &>(*e);
  EXPECT_EQ(textOf(text, mul.range), "( a + b ) * f( x.y ,'s' )");
  EXPECT_EQ(textOf(text, mul.opRange), "*");
  EXPECT_EQ(textOf(text, mul.left->range), "( a + b )");
  const auto &call = static_cast<const CallExpr &>(*mul.right);
  EXPECT_EQ(textOf(text, call.range), "f( x.y ,'s' )");
  EXPECT_EQ(textOf(text, call.name.range), "f");
  EXPECT_EQ(textOf(text, call.args[0]->range), "x.y");
  EXPECT_EQ(textOf(text, call.args[1]->range), "'s'");
  const auto &column = static_cast<const ColumnExpr &>(*call.args[0]);
  EXPECT_EQ(textOf(text, column.parts[1].range), "y");
}

TEST(Ranges, OfQueriesAndTypes) {
  std::string text = "SELECT CAST(a AS DECIMAL(4, 2) NOT NULL) AS x FROM t AS u WHERE b ;";
  auto q = parsed(text, parseQuery);
  ASSERT_TRUE(q);
  EXPECT_EQ(textOf(text, q->range), text.substr(0, text.size() - 2));
  EXPECT_EQ(textOf(text, q->select->items[0].range),
            "CAST(a AS DECIMAL(4, 2) NOT NULL) AS x");
  EXPECT_EQ(textOf(text, q->select->items[0].alias->range), "x");
  EXPECT_EQ(textOf(text, static_cast<CastExpr &>(*q->select->items[0].expr).type.range),
            "DECIMAL(4, 2) NOT NULL");
  EXPECT_EQ(textOf(text, q->select->from->range), "t AS u");
}

TEST(Limits, LongChainsAreOneLevel) {
  std::string ors = "a" + repeat(" OR a = 1", 10000);
  auto e = parsed(ors, parseExpression);
  ASSERT_TRUE(e);
  EXPECT_EQ(static_cast<BinaryExpr &>(*e).chain, 10000u);
  EXPECT_LE(e->depth, 4u);
  EXPECT_EQ(print(*e), ors);
  EXPECT_EQ(expr("1" + repeat(" + 1", 10000)).size(), 10000u * 6 + 1);
}

TEST(Limits, NestingUpTo400Levels) {
  EXPECT_EQ(expr(repeat("(", 390) + "a" + repeat(")", 390)), "a");
  std::string calls = repeat("f(", 390) + "a" + repeat(")", 390);
  EXPECT_NE(expr(calls), "");
  EXPECT_NE(expr(repeat("NOT ", 390) + "a"), "");
  EXPECT_NE(type(repeat("ARRAY<", 390) + "INT" + repeat(">", 390)), "");
}
