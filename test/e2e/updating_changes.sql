-- RUN: %agree %s < %S/Inputs/changes.jsonl 2>/dev/null | FileCheck %s --match-full-lines
-- Groups over rows that change: of a changelog that is read, and of other groups. What was taken back is as if it had
-- never been; a group without rows goes (-D), and what was never there says nothing.
CREATE TABLE t (k STRING, g INT, v INT, s STRING, x DOUBLE) WITH ('connector' = 'stdin', 'format' = 'changelog-json');
CREATE TABLE groups (k STRING, n BIGINT, d BIGINT, f INT, t INT, a INT, most STRING, least INT, l STRING, r ARRAY<INT>, first INT, last STRING, x DOUBLE)
  WITH ('connector' = 'stdout', 'format' = 'changelog-json');
CREATE TABLE sizes (n BIGINT, keys BIGINT, most STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/1-sizes', 'format' = 'changelog-json');
CREATE TABLE some_rows (k STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/2-rows', 'format' = 'changelog-json');
CREATE TABLE keys (k STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/3-keys', 'format' = 'changelog-json');
CREATE TABLE upserted (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = '${OUT}/4-upserted', 'format' = 'changelog-json');
CREATE TABLE everything (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/5-everything', 'format' = 'changelog-json');
INSERT INTO groups SELECT k, COUNT(*), COUNT(DISTINCT v), SUM(v) FILTER (WHERE g = 1), SUM(v), AVG(v), MAX(s), MIN(v), LISTAGG(s), ARRAY_AGG(v), FIRST_VALUE(v), LAST_VALUE(s), SUM(x) FROM t GROUP BY k;
INSERT INTO sizes SELECT n, COUNT(*), MAX(k), SUM(v) FROM (SELECT k, COUNT(*) AS n, SUM(v) AS v FROM t GROUP BY k) GROUP BY n;
INSERT INTO some_rows SELECT UPPER(k), v FROM t WHERE v > 1;
INSERT INTO keys SELECT DISTINCT k FROM t WHERE g = 2;
INSERT INTO upserted SELECT k, COUNT(*) FROM t GROUP BY k;
INSERT INTO everything SELECT COUNT(*) FROM t;

-- CHECK: {"op":"+I","data":{"k":"a","n":1,"d":1,"f":1,"t":1,"a":1,"most":"x","least":1,"l":"x","r":[1],"first":1,"last":"x","x":0.1}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":1,"d":1,"f":1,"t":1,"a":1,"most":"x","least":1,"l":"x","r":[1],"first":1,"last":"x","x":0.1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2,"d":2,"f":1,"t":3,"a":1,"most":"x","least":1,"l":"x,a text of more than twelve","r":[1,2],"first":1,"last":"a text of more than twelve","x":1.0E20}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"b","n":1,"d":1,"f":null,"t":4,"a":4,"most":"b","least":4,"l":"b","r":[4],"first":4,"last":"b","x":null}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":2,"d":2,"f":1,"t":3,"a":1,"most":"x","least":1,"l":"x,a text of more than twelve","r":[1,2],"first":1,"last":"a text of more than twelve","x":1.0E20}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":3,"d":2,"f":1,"t":5,"a":1,"most":"y","least":1,"l":"x,a text of more than twelve,y","r":[1,2,2],"first":1,"last":"y","x":1.0E20}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":3,"d":2,"f":1,"t":5,"a":1,"most":"y","least":1,"l":"x,a text of more than twelve,y","r":[1,2,2],"first":1,"last":"y","x":1.0E20}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2,"d":2,"f":1,"t":3,"a":1,"most":"x","least":1,"l":"x,a text of more than twelve","r":[1,2],"first":1,"last":"a text of more than twelve","x":1.0E20}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":2,"d":2,"f":1,"t":3,"a":1,"most":"x","least":1,"l":"x,a text of more than twelve","r":[1,2],"first":1,"last":"a text of more than twelve","x":1.0E20}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":3,"d":2,"f":1,"t":3,"a":1,"most":"z","least":1,"l":"x,a text of more than twelve,z","r":[1,2,null],"first":1,"last":"z","x":1.0E20}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":3,"d":2,"f":1,"t":3,"a":1,"most":"z","least":1,"l":"x,a text of more than twelve,z","r":[1,2,null],"first":1,"last":"z","x":1.0E20}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2,"d":1,"f":null,"t":2,"a":2,"most":"z","least":2,"l":"a text of more than twelve,z","r":[2,null],"first":2,"last":"z","x":1.0E20}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"a","n":2,"d":1,"f":null,"t":2,"a":2,"most":"z","least":2,"l":"a text of more than twelve,z","r":[2,null],"first":2,"last":"z","x":1.0E20}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":1,"d":0,"f":null,"t":null,"a":null,"most":"z","least":null,"l":"z","r":[null],"first":null,"last":"z","x":0.3}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"b","n":1,"d":1,"f":null,"t":4,"a":4,"most":"b","least":4,"l":"b","r":[4],"first":4,"last":"b","x":null}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a","n":1,"d":0,"f":null,"t":null,"a":null,"most":"z","least":null,"l":"z","r":[null],"first":null,"last":"z","x":0.3}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","n":1,"d":1,"f":7,"t":7,"a":7,"most":"w","least":7,"l":"w","r":[7],"first":7,"last":"w","x":0.5}}
-- CHECK-NEXT: == 1-sizes
-- CHECK-NEXT: {"op":"+I","data":{"n":1,"keys":1,"most":"a","v":1}}
-- CHECK-NEXT: {"op":"-D","data":{"n":1,"keys":1,"most":"a","v":1}}
-- CHECK-NEXT: {"op":"+I","data":{"n":2,"keys":1,"most":"a","v":3}}
-- CHECK-NEXT: {"op":"+I","data":{"n":1,"keys":1,"most":"b","v":4}}
-- CHECK-NEXT: {"op":"-D","data":{"n":2,"keys":1,"most":"a","v":3}}
-- CHECK-NEXT: {"op":"+I","data":{"n":3,"keys":1,"most":"a","v":5}}
-- CHECK-NEXT: {"op":"-D","data":{"n":3,"keys":1,"most":"a","v":5}}
-- CHECK-NEXT: {"op":"+I","data":{"n":2,"keys":1,"most":"a","v":3}}
-- CHECK-NEXT: {"op":"-D","data":{"n":2,"keys":1,"most":"a","v":3}}
-- CHECK-NEXT: {"op":"+I","data":{"n":3,"keys":1,"most":"a","v":3}}
-- CHECK-NEXT: {"op":"-D","data":{"n":3,"keys":1,"most":"a","v":3}}
-- CHECK-NEXT: {"op":"+I","data":{"n":2,"keys":1,"most":"a","v":2}}
-- CHECK-NEXT: {"op":"-D","data":{"n":2,"keys":1,"most":"a","v":2}}
-- CHECK-NEXT: {"op":"-U","data":{"n":1,"keys":1,"most":"b","v":4}}
-- CHECK-NEXT: {"op":"+U","data":{"n":1,"keys":2,"most":"b","v":4}}
-- CHECK-NEXT: {"op":"-U","data":{"n":1,"keys":2,"most":"b","v":4}}
-- CHECK-NEXT: {"op":"+U","data":{"n":1,"keys":1,"most":"a","v":null}}
-- CHECK-NEXT: {"op":"-D","data":{"n":1,"keys":1,"most":"a","v":null}}
-- CHECK-NEXT: {"op":"+I","data":{"n":1,"keys":1,"most":"a","v":7}}
-- CHECK-NEXT: == 2-rows
-- CHECK-NEXT: {"op":"+I","data":{"k":"A","v":2}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"B","v":4}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"A","v":2}}
-- CHECK-NEXT: {"op":"-U","data":{"k":"A","v":2}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"A","v":2}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"B","v":4}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"A","v":7}}
-- CHECK-NEXT: == 3-keys
-- CHECK-NEXT: {"op":"+I","data":{"k":"a"}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"b"}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a"}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"b"}}
-- CHECK-NEXT: == 4-upserted
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"b","n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":1}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"b","n":1}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a","n":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","n":1}}
-- CHECK-NEXT: == 5-everything
-- CHECK-NEXT: {"op":"+I","data":{"n":1}}
-- CHECK-NEXT: {"op":"-U","data":{"n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"n":2}}
-- CHECK-NEXT: {"op":"-U","data":{"n":2}}
-- CHECK-NEXT: {"op":"+U","data":{"n":3}}
-- CHECK-NEXT: {"op":"-U","data":{"n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"n":4}}
-- CHECK-NEXT: {"op":"-U","data":{"n":4}}
-- CHECK-NEXT: {"op":"+U","data":{"n":3}}
-- CHECK-NEXT: {"op":"-U","data":{"n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"n":4}}
-- CHECK-NEXT: {"op":"-U","data":{"n":4}}
-- CHECK-NEXT: {"op":"+U","data":{"n":3}}
-- CHECK-NEXT: {"op":"-U","data":{"n":3}}
-- CHECK-NEXT: {"op":"+U","data":{"n":2}}
-- CHECK-NEXT: {"op":"-U","data":{"n":2}}
-- CHECK-NEXT: {"op":"+U","data":{"n":1}}
-- CHECK-NEXT: {"op":"-D","data":{"n":1}}
-- CHECK-NEXT: {"op":"+I","data":{"n":1}}
-- CHECK-NOT: {{.+}}
