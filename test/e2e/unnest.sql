-- RUN: printf '{"k":"1","a":["x","y",null],"r":[{"x":1,"y":"a"},null,{"y":"a text of more than twelve bytes"}],"m":{"p":1,"q":null}}\n{"k":"2","a":[],"r":[],"m":{}}\n{"k":"3"}\n{"k":"4","a":["z"],"m":{"z":4}}\n' | %agree %s 2>/dev/null | FileCheck %s --match-full-lines
-- One row for each element of an ARRAY, entry of a MAP and member of a MULTISET; LEFT JOIN keeps rows without any.
CREATE TABLE t (k STRING, a ARRAY<STRING>, r ARRAY<ROW<x INT, y STRING>>, m MAP<STRING, INT>) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE numbered (k STRING, e STRING, n INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/1-numbered.jsonl', 'format' = 'json');
CREATE TABLE outer_rows (k STRING, x INT, y STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/2-rows.jsonl', 'format' = 'json');
CREATE TABLE entries (k STRING, name STRING, v BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/3-entries.jsonl', 'format' = 'json');
CREATE TABLE filtered (k STRING, e STRING, n INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/4-filtered.jsonl', 'format' = 'json');
INSERT INTO numbered SELECT k, e, n FROM t CROSS JOIN UNNEST(a) WITH ORDINALITY AS u(e, n);
INSERT INTO outer_rows SELECT k, x, y FROM t LEFT JOIN UNNEST(r) AS u(x, y) ON TRUE;
INSERT INTO entries SELECT k, name, v FROM t, UNNEST(m) AS u(name, v);
INSERT INTO filtered SELECT k, e, n FROM t LEFT JOIN UNNEST(a) WITH ORDINALITY AS u(e, n) ON TRUE WHERE k <> '2';

-- CHECK: == 1-numbered.jsonl
-- CHECK-NEXT: {"k":"1","e":"x","n":1}
-- CHECK-NEXT: {"k":"1","e":"y","n":2}
-- CHECK-NEXT: {"k":"1","e":null,"n":3}
-- CHECK-NEXT: {"k":"4","e":"z","n":1}
-- CHECK-NEXT: == 2-rows.jsonl
-- CHECK-NEXT: {"k":"1","x":1,"y":"a"}
-- CHECK-NEXT: {"k":"1","x":null,"y":null}
-- CHECK-NEXT: {"k":"1","x":null,"y":"a text of more than twelve bytes"}
-- CHECK-NEXT: {"k":"2","x":null,"y":null}
-- CHECK-NEXT: {"k":"3","x":null,"y":null}
-- CHECK-NEXT: {"k":"4","x":null,"y":null}
-- CHECK-NEXT: == 3-entries.jsonl
-- CHECK-NEXT: {"k":"1","name":"q","v":null}
-- CHECK-NEXT: {"k":"1","name":"p","v":1}
-- CHECK-NEXT: {"k":"4","name":"z","v":4}
-- CHECK-NEXT: == 4-filtered.jsonl
-- CHECK-NEXT: {"k":"1","e":"x","n":1}
-- CHECK-NEXT: {"k":"1","e":"y","n":2}
-- CHECK-NEXT: {"k":"1","e":null,"n":3}
-- CHECK-NEXT: {"k":"3","e":null,"n":null}
-- CHECK-NEXT: {"k":"4","e":"z","n":1}
-- CHECK-NOT: {{.+}}
