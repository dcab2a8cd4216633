-- RUN: levada build %s --emit=flow -O0 | FileCheck %s
-- A query that reads the row around it by `CAST(s AS INT) = t.k` computes the number for the rows that its WHERE below
-- passes, not before; where nothing is below, the number is the value itself and no join makes it.
CREATE TABLE t (k INT, v STRING) WITH ('connector' = 'stdin', 'format' = 'csv');
CREATE TABLE u (kind STRING, s STRING, n INT) WITH ('connector' = 'filesystem', 'path' = 'u.csv', 'format' = 'csv');
CREATE TABLE o (k INT, m INT) WITH ('connector' = 'print');
CREATE TABLE p (k INT, m INT) WITH ('connector' = 'print');
BEGIN STATEMENT SET;
INSERT INTO o SELECT k, (SELECT MAX(n) FROM (SELECT * FROM u WHERE kind = 'num') AS u WHERE CAST(u.s AS INT) = t.k) FROM t;
INSERT INTO p SELECT k, (SELECT MAX(n) FROM u WHERE CAST(u.s AS INT) = t.k) FROM t;
END;

-- CHECK: %[[NUMBERS:.+]] = flow.filter "o" %rows{{.*}} {
-- CHECK-NOT: flow.cast
-- CHECK: flow.join "o" inner regular %[[NUMBERS]], %
-- CHECK: flow.filter "o" %
-- CHECK: flow.cast
-- CHECK: flow.sink
-- CHECK-NOT: flow.join "p" inner
