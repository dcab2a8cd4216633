-- RUN: %agree %s < %S/Inputs/updates.jsonl 2>/dev/null | FileCheck %s --match-full-lines
-- GROUP BY of a stream: a key's row goes out as +I when it is new, as -U and +U when it has changed, and not at all
-- when it is as it was. What stands behind it hands the changes on.
CREATE TABLE t (k STRING, g INT, v INT, s STRING) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE groups (k STRING, n BIGINT, d BIGINT, f INT, t INT, a INT, m STRING, l STRING, r ARRAY<INT>) WITH ('connector' = 'stdout', 'format' = 'changelog-json');
CREATE TABLE least (k STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/1-least', 'format' = 'changelog-json');
CREATE TABLE upserted (k STRING, n BIGINT, t INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = '${OUT}/2-upserted', 'format' = 'changelog-json');
CREATE TABLE some_of (k STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/3-some', 'format' = 'changelog-json');
CREATE TABLE some_upserted (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = '${OUT}/4-some-upserted', 'format' = 'changelog-json');
CREATE TABLE everything (n BIGINT, t INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/5-all', 'format' = 'changelog-json');
CREATE TABLE sets (k STRING, g INT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/6-sets', 'format' = 'changelog-json');
CREATE TABLE members (k STRING, e INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/7-members', 'format' = 'changelog-json');
CREATE TABLE united (k STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/8-united', 'format' = 'changelog-json');
CREATE TABLE keyed (n BIGINT, k STRING, PRIMARY KEY (n, k) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = '${OUT}/9-keyed', 'format' = 'changelog-json', 'changelog-json.changelog-mode' = 'I,UB,UA,D');
INSERT INTO groups SELECT k, COUNT(*), COUNT(DISTINCT v), SUM(v) FILTER (WHERE g = 1), SUM(v), AVG(v), MAX(s), LISTAGG(s), ARRAY_AGG(v) FROM t GROUP BY k;
INSERT INTO least SELECT k, MIN(v) FROM t GROUP BY k;
INSERT INTO upserted SELECT UPPER(k), COUNT(*), SUM(v) FROM t GROUP BY UPPER(k);
INSERT INTO some_of SELECT k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) BETWEEN 2 AND 3;
INSERT INTO some_upserted SELECT k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) BETWEEN 2 AND 3;
INSERT INTO everything SELECT COUNT(*), SUM(v) FROM t WHERE v > 0;
INSERT INTO sets SELECT k, g, COUNT(*) FROM t WHERE v > 2 GROUP BY GROUPING SETS ((k), (g), ());
INSERT INTO members SELECT k, e FROM (SELECT k, ARRAY_AGG(v) AS a FROM t WHERE k = 'b' GROUP BY k) CROSS JOIN UNNEST(a) AS u(e);
INSERT INTO united SELECT k, v FROM t WHERE v < 2 UNION ALL SELECT k, COUNT(*) FROM t WHERE k = 'a' GROUP BY k;
INSERT INTO keyed SELECT COUNT(*), k FROM t WHERE k IS NOT NULL GROUP BY k;

-- CHECK: {"op":"+I","data":{"k":"a","n":1,"d":1,"f":1,"t":1,"a":1,"m":"x","l":"x","r":[1]}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"b","n":1,"d":1,"f":5,"t":5,"a":5,"m":"a long text of many bytes","l":"a long text of many bytes","r":[5]}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":1,"d":1,"f":1,"t":1,"a":1,"m":"x","l":"x","r":[1]}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2,"d":2,"f":1,"t":3,"a":1,"m":"y","l":"x,y","r":[1,2]}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":2,"d":2,"f":1,"t":3,"a":1,"m":"y","l":"x,y","r":[1,2]}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":3,"d":2,"f":1,"t":3,"a":1,"m":"y","l":"x,y","r":[1,2,null]}}
-- CHECK-NEXT: {"op":"+I","data":{"k":null,"n":1,"d":1,"f":3,"t":3,"a":3,"m":"a longer text than that before it","l":"a longer text than that before it","r":[3]}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"b","n":1,"d":1,"f":5,"t":5,"a":5,"m":"a long text of many bytes","l":"a long text of many bytes","r":[5]}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"b","n":2,"d":1,"f":10,"t":10,"a":5,"m":"z","l":"a long text of many bytes,z","r":[5,5]}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":3,"d":2,"f":1,"t":3,"a":1,"m":"y","l":"x,y","r":[1,2,null]}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":4,"d":3,"f":-6,"t":-4,"a":-1,"m":"y","l":"x,y,x","r":[1,2,null,-7]}}
-- CHECK-NEXT: {"op":"-U","data":{"k":null,"n":1,"d":1,"f":3,"t":3,"a":3,"m":"a longer text than that before it","l":"a longer text than that before it","r":[3]}}
-- CHECK-NEXT: {"op":"+U","data":{"k":null,"n":2,"d":1,"f":3,"t":6,"a":3,"m":"a longer text than that before it","l":"a longer text than that before it,","r":[3,3]}}
-- CHECK-NEXT: == 1-least
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","v":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"b","v":5}}
-- CHECK-NEXT: {"op":"+I","data":{"k":null,"v":3}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","v":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","v":-7}}
-- CHECK-NEXT: == 2-upserted
-- CHECK-NEXT: {"op":"+I","data":{"k":"A","n":1,"t":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"B","n":1,"t":5}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"A","n":2,"t":3}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"A","n":3,"t":3}}
-- CHECK-NEXT: {"op":"+I","data":{"k":null,"n":1,"t":3}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"B","n":2,"t":10}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"A","n":4,"t":-4}}
-- CHECK-NEXT: {"op":"+U","data":{"k":null,"n":2,"t":6}}
-- CHECK-NEXT: == 3-some
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":2}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"b","n":2}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"k":null,"n":2}}
-- CHECK-NEXT: == 4-some-upserted
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a","n":2}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"b","n":2}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a","n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"k":null,"n":2}}
-- CHECK-NEXT: == 5-all
-- CHECK-NEXT: {"op":"+I","data":{"n":1,"t":1}}
-- CHECK-NEXT: {"op":"-U","data":{"n":1,"t":1}}
-- CHECK-NEXT: {"op":"+U","data":{"n":2,"t":6}}
-- CHECK-NEXT: {"op":"-U","data":{"n":2,"t":6}}
-- CHECK-NEXT: {"op":"+U","data":{"n":3,"t":8}}
-- CHECK-NEXT: {"op":"-U","data":{"n":3,"t":8}}
-- CHECK-NEXT: {"op":"+U","data":{"n":4,"t":11}}
-- CHECK-NEXT: {"op":"-U","data":{"n":4,"t":11}}
-- CHECK-NEXT: {"op":"+U","data":{"n":5,"t":16}}
-- CHECK-NEXT: {"op":"-U","data":{"n":5,"t":16}}
-- CHECK-NEXT: {"op":"+U","data":{"n":6,"t":19}}
-- CHECK-NEXT: == 6-sets
-- CHECK-NEXT: {"op":"+I","data":{"k":"b","g":null,"n":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":null,"g":1,"n":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":null,"g":null,"n":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":null,"g":null,"n":1}}
-- CHECK-NEXT: {"op":"-U","data":{"k":null,"g":1,"n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":null,"g":1,"n":2}}
-- CHECK-NEXT: {"op":"-U","data":{"k":null,"g":null,"n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":null,"g":null,"n":2}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"b","g":null,"n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"b","g":null,"n":2}}
-- CHECK-NEXT: {"op":"-U","data":{"k":null,"g":1,"n":2}}
-- CHECK-NEXT: {"op":"+U","data":{"k":null,"g":1,"n":3}}
-- CHECK-NEXT: {"op":"-U","data":{"k":null,"g":null,"n":2}}
-- CHECK-NEXT: {"op":"+U","data":{"k":null,"g":null,"n":3}}
-- CHECK-NEXT: {"op":"-U","data":{"k":null,"g":null,"n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":null,"g":null,"n":2}}
-- CHECK-NEXT: {"op":"+I","data":{"k":null,"g":2,"n":1}}
-- CHECK-NEXT: {"op":"-U","data":{"k":null,"g":null,"n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"k":null,"g":null,"n":4}}
-- CHECK-NEXT: == 7-members
-- CHECK-NEXT: {"op":"+I","data":{"k":"b","e":5}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"b","e":5}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"b","e":5}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"b","e":5}}
-- CHECK-NEXT: == 8-united
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","n":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","n":-7}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","n":1}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":2}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":3}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":4}}
-- CHECK-NEXT: == 9-keyed
-- CHECK-NEXT: {"op":"+I","data":{"n":1,"k":"a"}}
-- CHECK-NEXT: {"op":"+I","data":{"n":1,"k":"b"}}
-- CHECK-NEXT: {"op":"-U","data":{"n":1,"k":"a"}}
-- CHECK-NEXT: {"op":"+U","data":{"n":2,"k":"a"}}
-- CHECK-NEXT: {"op":"-U","data":{"n":2,"k":"a"}}
-- CHECK-NEXT: {"op":"+U","data":{"n":3,"k":"a"}}
-- CHECK-NEXT: {"op":"-U","data":{"n":1,"k":"b"}}
-- CHECK-NEXT: {"op":"+U","data":{"n":2,"k":"b"}}
-- CHECK-NEXT: {"op":"-U","data":{"n":3,"k":"a"}}
-- CHECK-NEXT: {"op":"+U","data":{"n":4,"k":"a"}}
-- CHECK-NOT: {{.+}}
