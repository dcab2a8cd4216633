-- RUN: printf '{"id":1,"c":"a","v":1,"ts":"2020-01-01 00:00:01"}\n{"id":2,"c":"b","v":2,"ts":"2020-01-01 00:00:02"}\n{"id":3,"c":"a","v":3,"ts":"2020-01-01 00:00:07"}\n{"id":4,"c":null,"v":4,"ts":"2020-01-01 00:00:12"}\n' | %agree %s | FileCheck %s --match-full-lines
-- Queries of bounded rows: nested, named by WITH, united, in sets of groups.
SET 'execution.runtime-mode' = 'batch';
CREATE TABLE o (id INT, c STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE united (c STRING, n BIGINT, v INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/united', 'format' = 'json');
CREATE TABLE sets (c STRING, odd INT, n BIGINT, g BIGINT, h BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/sets', 'format' = 'json');
CREATE TABLE common (c STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/common', 'format' = 'json');
CREATE TABLE others (c STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/others', 'format' = 'json');
CREATE TABLE nothing (c STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/nothing', 'format' = 'json');
CREATE TABLE twice (a INT, b INT, d INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/twice', 'format' = 'json');
CREATE TABLE latest (id INT, v INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/latest', 'format' = 'json');
CREATE VIEW named (k, w) AS SELECT c, v * 10 FROM o;
EXECUTE STATEMENT SET BEGIN
INSERT INTO united WITH x AS (SELECT c, v + 1 AS w FROM o WHERE v > 1), y (p, q) AS (SELECT * FROM x)
  SELECT p, COUNT(*), MAX(q) FROM (SELECT * FROM y UNION ALL SELECT 'z', 9 UNION ALL VALUES ('a', 100), ('q', NULL)) AS u
  GROUP BY p ORDER BY 2 DESC, p;
INSERT INTO sets SELECT c, MOD(v, 2) AS odd, COUNT(*), GROUPING_ID(c, MOD(v, 2)), GROUPING(c)
  FROM o WHERE c IS NOT NULL GROUP BY ROLLUP (c, MOD(v, 2)) HAVING COUNT(*) > 0 ORDER BY 4, 1, 2;
INSERT INTO common SELECT c FROM o INTERSECT (VALUES ('a'), ('z'), (CAST(NULL AS STRING))) ORDER BY c;
INSERT INTO others SELECT c FROM o EXCEPT SELECT 'a' ORDER BY 1;
INSERT INTO nothing SELECT a.c, COUNT(*) FROM o AS a JOIN o AS b ON a.id = b.id WHERE 1 = 0 GROUP BY a.c;
INSERT INTO twice SELECT t.v, v0, t.`EXPR$2` FROM (SELECT v, v, v + 1 FROM o) AS t ORDER BY 1 DESC LIMIT 2 OFFSET 1;
INSERT INTO latest SELECT id, w FROM o, (SELECT 7 AS w) AS one WHERE FALSE UNION SELECT CHAR_LENGTH(k), w FROM named WHERE k IS NOT NULL ORDER BY w;
END;
-- CHECK: == common
-- CHECK-NEXT: {"c":null}
-- CHECK-NEXT: {"c":"a"}
-- CHECK: == latest
-- CHECK-NEXT: {"id":1,"v":10}
-- CHECK-NEXT: {"id":1,"v":20}
-- CHECK-NEXT: {"id":1,"v":30}
-- CHECK-NOT: == nothing
-- CHECK: == others
-- CHECK-NEXT: {"c":null}
-- CHECK-NEXT: {"c":"b"}
-- CHECK: == sets
-- CHECK-NEXT: {"c":"a","odd":1,"n":2,"g":0,"h":0}
-- CHECK-NEXT: {"c":"b","odd":0,"n":1,"g":0,"h":0}
-- CHECK-NEXT: {"c":"a","odd":null,"n":2,"g":1,"h":0}
-- CHECK-NEXT: {"c":"b","odd":null,"n":1,"g":1,"h":0}
-- CHECK-NEXT: {"c":null,"odd":null,"n":3,"g":3,"h":1}
-- CHECK: == twice
-- CHECK-NEXT: {"a":3,"b":3,"d":4}
-- CHECK-NEXT: {"a":2,"b":2,"d":3}
-- CHECK: == united
-- CHECK-NEXT: {"c":"a","n":2,"v":100}
-- CHECK-NEXT: {"c":null,"n":1,"v":5}
-- CHECK-NEXT: {"c":"b","n":1,"v":3}
-- CHECK-NEXT: {"c":"q","n":1,"v":null}
-- CHECK-NEXT: {"c":"z","n":1,"v":9}
