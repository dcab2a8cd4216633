-- RUN: printf 'a,num,5\nb,txt,xx\nc,num,7\nd,bad,\ne,,1\n' > %t.csv
-- RUN: %agree %s < %t.csv 2>/dev/null | FileCheck %s --match-full-lines
-- RUN: levada build %s --emit=flow -O0 | FileCheck %s --check-prefix=PLAN
-- RUN: printf 'a,num,5\nf,num,yy\n' | not levada run %s 2>&1 | FileCheck %s --check-prefix=FAILS
-- A row that WHERE leaves out is not computed: its text need not be a number, whether the column is made in the same
-- SELECT or below, in views, or beside it in a condition, whose parts are asked from the left.
CREATE TABLE t (id STRING, kind STRING, s STRING) WITH ('connector' = 'stdin', 'format' = 'csv', 'csv.null-literal' = '');
CREATE TABLE o (q STRING, id STRING, n INT) WITH ('connector' = 'print');
CREATE VIEW v AS SELECT id, kind, CAST(s AS INT) AS n, 10 / (CHAR_LENGTH(kind) - 3 + CAST(s AS INT)) AS d FROM t;
CREATE VIEW w AS SELECT id, UPPER(kind) AS kind, n + 1 AS n, d FROM v;
BEGIN STATEMENT SET;
INSERT INTO o SELECT 'one', id, n FROM v WHERE kind = 'num';
INSERT INTO o SELECT 'two', id, n FROM w WHERE kind = 'NUM' AND n > 6;
INSERT INTO o SELECT 'sub', id, n FROM (SELECT id, n, d FROM w WHERE kind LIKE 'N%') WHERE d > 1 AND n < 8;
END;

-- CHECK: +I[one, a, 5]
-- CHECK-NEXT: +I[sub, a, 6]
-- CHECK-NEXT: +I[one, c, 7]
-- CHECK-NEXT: +I[two, c, 8]
-- CHECK-NOT: {{.+}}

-- What is read of the column that may fail is asked behind what is not.
-- PLAN: flow.filter "o"
-- PLAN-NOT: flow.cast
-- PLAN: flow.project "v"
-- PLAN: flow.cast
-- PLAN: flow.filter "o"
-- PLAN-NOT: flow.cast
-- PLAN: flow.yield

-- FAILS: error[R612 bad-cast]: t: cannot read 'yy' as INT, in `CAST(s AS INT)`
