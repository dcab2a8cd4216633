-- RUN: levada build --emit=flow %s -o - | FileCheck %s
-- What joins, rankings, patterns and queries inside queries become, though not all of it runs yet.
CREATE TABLE a (id INT, x INT, s STRING, ts TIMESTAMP(3), p AS PROCTIME(), WATERMARK FOR ts AS ts) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE b (id BIGINT, y INT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE log (n INT, m INT) WITH ('connector' = 'stdout', 'format' = 'changelog-json');
EXECUTE STATEMENT SET BEGIN
-- Keys are equalities of the two sides, computed where they are not columns; what one side says alone filters it.
INSERT INTO log SELECT a.x, b.y FROM a LEFT JOIN b ON a.id = b.id AND a.x > b.y AND b.y > 0;
-- CHECK: flow.filter "log"
-- CHECK: cmp gt %{{.*}}, %{{.*}} : <INT>, <INT NOT NULL>
-- CHECK: flow.join "log" left regular %{{.*}}, %{{.*}} on ["$key"] = ["id"] {
-- CHECK: flow.cmp gt
-- CHECK: retract>
-- WHERE is a condition of the join; bounds of the difference of event times make it one of an interval.
INSERT INTO log SELECT a.x, b.y FROM a, b WHERE a.id = b.id AND a.ts BETWEEN b.t - INTERVAL '5' SECOND AND b.t + INTERVAL '1' SECOND;
-- CHECK: flow.join "log" inner interval {{.*}} on ["$key"] = ["id"] {
-- CHECK: {{.*}}lower = -5000 : i64{{.*}}time_left = "ts", time_right = "t", upper = 1000 : i64{{.*}}append
-- The same window on both sides.
INSERT INTO log SELECT l.x, r.y FROM (SELECT * FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) AS l
  JOIN (SELECT * FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(t), INTERVAL '1' MINUTE))) AS r
  ON l.x = r.y AND l.window_start = r.window_start AND l.window_end = r.window_end;
-- CHECK: flow.join "log" inner window {{.*}} on ["x", "window_start", "window_end"] = ["y", "window_start", "window_end"]
INSERT INTO log SELECT a.x, b.y FROM a JOIN b FOR SYSTEM_TIME AS OF a.ts ON a.x = b.y;
-- CHECK: flow.join "log" inner temporal {{.*}} on ["x"] = ["y"]
-- CHECK: time_left = "ts", time_right = "t"
INSERT INTO log SELECT a.x, b.y FROM a LEFT JOIN b FOR SYSTEM_TIME AS OF a.p ON a.x = b.y;
-- CHECK: flow.join "log" left lookup
-- Queries inside: semi and anti joins; NOT IN tells NULL from FALSE; elsewhere a mark.
INSERT INTO log SELECT x, 1 FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.y = a.x AND b.id > a.id) AND id NOT IN (SELECT y FROM b);
-- CHECK: flow.join "log" semi regular {{.*}} on ["x"] = ["y"] {
-- CHECK: flow.cmp gt
-- CHECK: flow.join "log" anti regular {{.*}} on [] = [] {
-- CHECK: null_aware
INSERT INTO log SELECT x, 2 FROM a WHERE x > 3 OR x IN (SELECT y FROM b);
-- CHECK: flow.join "log" mark regular
-- CHECK: flow.or
-- A value for each row: computed once for each value it depends on.
INSERT INTO log SELECT x, (SELECT MAX(y) FROM b WHERE b.y = a.x) FROM a;
-- CHECK: flow.aggregate "log" {{.*}} keys ["$outer{{[0-9]+}}_1"] aggs [#flow.agg<"MAX"{{.*}} filter = "$real"
-- CHECK: flow.join "log" left regular {{.*}} on ["x"] = ["$outer{{[0-9]+}}_1"]
-- CHECK: null_safe = array<i1: true>{{.*}}single
-- Ranks that a filter bounds; the first by time.
INSERT INTO log SELECT x, id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY s ORDER BY x DESC) AS r FROM a) WHERE r BETWEEN 2 AND 4;
-- CHECK: flow.top_n "log" "row_number" %{{.*}} by ["s"] order [#flow.sort_key<"x", descending = true, nulls_first = false>] from 2 to 4
INSERT INTO log SELECT x, id FROM a QUALIFY ROW_NUMBER() OVER (PARTITION BY s ORDER BY ts) = 1;
-- CHECK: flow.dedup "log" %{{.*}} by ["s"] on "ts" {{.*}}append
INSERT INTO log SELECT x, SUM(id) OVER (PARTITION BY s ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM a;
-- CHECK: flow.over "log" %{{.*}} by ["s"] order [#flow.sort_key<"ts", descending = false, nulls_first = true>] rows from -2 to 0 calls [#flow.agg<"SUM"
-- CHECK-SAME: append
INSERT INTO log SELECT * FROM a MATCH_RECOGNIZE (PARTITION BY id ORDER BY ts MEASURES LAST(B.x, 1) AS m
  PATTERN (A B+? C{2,3}) WITHIN INTERVAL '1' HOUR DEFINE B AS B.x > A.x AND COUNT(B.x) < 5) AS t;
-- CHECK: flow.match "log" %{{.*}} by ["id"] order [#flow.sort_key<"ts"{{.*}}] pattern "A B+? C{2,3}" after "past_last_row" define ["B"]
-- CHECK: flow.pattern_column "A" "x"
-- CHECK: flow.pattern_agg "COUNT" "levada_agg_count{{.*}}" "B"
-- CHECK: measures
-- CHECK: flow.pattern_column "B" "x" {offset = 1 : i64}
-- CHECK: within = 3600000 : i64
INSERT INTO log SELECT id, x FROM a EXCEPT ALL SELECT y, y FROM b;
-- CHECK: flow.set "log" {{.*}} except true all true
END;
