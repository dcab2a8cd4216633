-- RUN: split-file %s %t
-- RUN: printf '{"k":"a","n":1}\n{"n":2}\n{"k":"b"}\n' | %agree %t/ways.sql 2>/dev/null | FileCheck %s --match-full-lines
-- RUN: levada build %t/fails.sql -o %t/fails && printf '{"k":"a","n":1}\n{"n":2}\n' | not %t/fails 2>&1 | FileCheck %s --check-prefix=FAILS
-- A key of a MAP that is NULL has no place in JSON; fields of a ROW that are NULL are left out where columns are.
-- CHECK: == 1-dropped
-- CHECK-NEXT: {"m":{"a":1,"z":0},"r":{"k":"a","n":1,"l":[{"n":1},null]}}
-- CHECK-NEXT: {"m":{"z":0},"r":{"n":2,"l":[{"n":2},null]}}
-- CHECK-NEXT: {"m":{"b":null,"z":0},"r":{"k":"b","l":[{},null]}}
-- CHECK-NEXT: == 2-written
-- CHECK-NEXT: {"m":{"a":1,"z":0},"r":{"k":"a","n":1,"l":[{"n":1},null]}}
-- CHECK-NEXT: {"m":{"none \"1\"":2,"z":0},"r":{"k":null,"n":2,"l":[{"n":2},null]}}
-- CHECK-NEXT: {"m":{"b":null,"z":0},"r":{"k":"b","n":null,"l":[{"n":null},null]}}
-- FAILS: error[R613 bad-argument]: t: a key of a MAP is NULL, and keys of JSON are texts: the format's `map-null-key.mode` can be DROP or LITERAL, in `o`

#--- ways.sql
CREATE TABLE t (k STRING, n INT) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE dropped (m MAP<STRING, INT>, r ROW<k STRING, n INT, l ARRAY<ROW<n INT>>>) WITH ('connector' = 'filesystem', 'path' = '${OUT}/1-dropped', 'format' = 'json',
  'json.map-null-key.mode' = 'DROP', 'json.encode.ignore-null-fields' = 'true');
CREATE TABLE written (m MAP<STRING, INT>, r ROW<k STRING, n INT, l ARRAY<ROW<n INT>>>) WITH ('connector' = 'filesystem', 'path' = '${OUT}/2-written', 'format' = 'json',
  'json.map-null-key.mode' = 'LITERAL', 'json.map-null-key.literal' = 'none "1"');
CREATE VIEW v AS SELECT MAP[k, n, 'z', 0] AS m, ROW(k, n, ARRAY[ROW(n), CAST(NULL AS ROW<n INT>)]) AS r FROM t;
INSERT INTO dropped SELECT * FROM v;
INSERT INTO written SELECT * FROM v;

#--- fails.sql
CREATE TABLE t (k STRING, n INT) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE o (m MAP<STRING, INT>) WITH ('connector' = 'stdout', 'format' = 'json');
INSERT INTO o SELECT MAP[k, n] FROM t;
