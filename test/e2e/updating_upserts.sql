-- RUN: %agree %s < %S/Inputs/upserts.jsonl 2>/dev/null | FileCheck %s --match-full-lines
-- A changelog without -U says what the row of a key is: the last one is held, so that what was before can go. A row
-- as it was says nothing; a deletion may carry the key alone.
CREATE TABLE t (v INT, k STRING, s STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'stdin', 'format' = 'changelog-json', 'changelog-json.changelog-mode' = 'I,UA,D', 'changelog-json.delete-by-key' = 'true');
CREATE TABLE o (k STRING, s STRING, v INT) WITH ('connector' = 'stdout', 'format' = 'changelog-json');
CREATE TABLE sums (n BIGINT, t INT, m STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/1-sums', 'format' = 'changelog-json');
CREATE TABLE again (k STRING, v INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = '${OUT}/2-again', 'format' = 'changelog-json');
CREATE TABLE few (k STRING, v INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = '${OUT}/3-few', 'format' = 'changelog-json');
INSERT INTO o SELECT k, s, v FROM t;
INSERT INTO sums SELECT COUNT(*), SUM(v), MAX(s) FROM t;
INSERT INTO again SELECT k, v FROM t;
INSERT INTO few SELECT k, v FROM t WHERE v < 5;

-- CHECK: {"op":"+I","data":{"k":"a","s":"x","v":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"b","s":"a text of more than twelve","v":5}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","s":"x","v":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","s":null,"v":2}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"b","s":"a text of more than twelve","v":5}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"b","s":"a text that is a little longer","v":null}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a","s":null,"v":2}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","s":"y","v":9}}
-- CHECK-NEXT: == 1-sums
-- CHECK-NEXT: {"op":"+I","data":{"n":1,"t":1,"m":"x"}}
-- CHECK-NEXT: {"op":"-U","data":{"n":1,"t":1,"m":"x"}}
-- CHECK-NEXT: {"op":"+U","data":{"n":2,"t":6,"m":"x"}}
-- CHECK-NEXT: {"op":"-U","data":{"n":2,"t":6,"m":"x"}}
-- CHECK-NEXT: {"op":"+U","data":{"n":1,"t":5,"m":"a text of more than twelve"}}
-- CHECK-NEXT: {"op":"-U","data":{"n":1,"t":5,"m":"a text of more than twelve"}}
-- CHECK-NEXT: {"op":"+U","data":{"n":2,"t":7,"m":"a text of more than twelve"}}
-- CHECK-NEXT: {"op":"-U","data":{"n":2,"t":7,"m":"a text of more than twelve"}}
-- CHECK-NEXT: {"op":"+U","data":{"n":1,"t":2,"m":null}}
-- CHECK-NEXT: {"op":"-U","data":{"n":1,"t":2,"m":null}}
-- CHECK-NEXT: {"op":"+U","data":{"n":2,"t":2,"m":"a text that is a little longer"}}
-- CHECK-NEXT: {"op":"-U","data":{"n":2,"t":2,"m":"a text that is a little longer"}}
-- CHECK-NEXT: {"op":"+U","data":{"n":1,"t":null,"m":"a text that is a little longer"}}
-- CHECK-NEXT: {"op":"-U","data":{"n":1,"t":null,"m":"a text that is a little longer"}}
-- CHECK-NEXT: {"op":"+U","data":{"n":2,"t":9,"m":"y"}}
-- CHECK-NEXT: == 2-again
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","v":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"b","v":5}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","v":2}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"b","v":null}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a","v":2}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","v":9}}
-- CHECK-NEXT: == 3-few
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","v":1}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a","v":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","v":2}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a","v":2}}
-- CHECK-NOT: {{.+}}
