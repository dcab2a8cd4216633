-- RUN: %agree %s < %S/Inputs/rekeyed.csv 2>/dev/null | FileCheck %s --match-full-lines
-- A sink that replaces rows deletes the row before where its primary key changes, and does not where it stays: the key
-- of the group, what is computed from it, constants.
CREATE TABLE t (k STRING, v INT) WITH ('connector' = 'stdin', 'format' = 'csv');
CREATE TABLE o (k STRING, n BIGINT, PRIMARY KEY (k, n) NOT ENFORCED) WITH ('connector' = 'stdout', 'format' = 'changelog-json');
CREATE TABLE same (c STRING, k STRING, u STRING, n BIGINT, PRIMARY KEY (c, k, u) NOT ENFORCED)
  WITH ('connector' = 'filesystem', 'path' = '${OUT}/1-same', 'format' = 'changelog-json');
CREATE TABLE drawn (k STRING, u BOOLEAN, n BIGINT, PRIMARY KEY (k, u) NOT ENFORCED)
  WITH ('connector' = 'filesystem', 'path' = '${OUT}/2-drawn', 'format' = 'changelog-json');
INSERT INTO o SELECT k, COUNT(*) FROM t GROUP BY k;
INSERT INTO same SELECT 'x', k, UPPER(k), n FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) WHERE k <> '';
INSERT INTO drawn SELECT k, RAND() < 2, COUNT(*) FROM t GROUP BY k;

-- CHECK: {"op":"+I","data":{"k":"a","n":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"b","n":1}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a","n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","n":2}}
-- CHECK-NEXT: == 1-same
-- CHECK-NEXT: {"op":"+I","data":{"c":"x","k":"a","u":"A","n":1}}
-- CHECK-NEXT: {"op":"+I","data":{"c":"x","k":"b","u":"B","n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"c":"x","k":"a","u":"A","n":2}}
-- CHECK-NEXT: == 2-drawn
-- CHECK-NEXT: {"op":"+I","data":{"k":"a","u":true,"n":1}}
-- CHECK-NEXT: {"op":"+I","data":{"k":"b","u":true,"n":1}}
-- CHECK-NEXT: {"op":"-D","data":{"k":"a","u":true,"n":1}}
-- CHECK-NEXT: {"op":"+U","data":{"k":"a","u":true,"n":2}}
-- CHECK-NOT: {{.+}}
