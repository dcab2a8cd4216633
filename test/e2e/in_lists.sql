-- RUN: %agree %s < %S/Inputs/in_lists.csv 2>/dev/null | FileCheck %s --match-full-lines
-- RUN: levada build %s --emit=flow | FileCheck %s --check-prefix=PLAN
-- IN asks one value after the other until one is equal, in halves: the conditions of a list of thousands are nested a
-- dozen deep. A NULL in the list makes what is not found NULL. What stands behind the value that is found is not asked.
CREATE TABLE t (k STRING, n INT, m INT) WITH ('connector' = 'stdin', 'format' = 'csv');
CREATE TABLE o (k STRING, n INT, a BOOLEAN, b BOOLEAN, c BOOLEAN, d BOOLEAN, e BOOLEAN, f BOOLEAN) WITH ('connector' = 'print');
INSERT INTO o SELECT k, n, n IN (1, 2, NULL, 2), n NOT IN (1, 2, NULL), n IN (3, 4, 5, 6, 7), n NOT IN (7, 8), 3 IN (n, 1, 2), 1 IN (n, 0, 10 / (n - 1)) FROM t;

-- CHECK: +I[a, 1, TRUE, FALSE, FALSE, TRUE, FALSE, TRUE]
-- CHECK-NEXT: +I[b, 2, TRUE, FALSE, FALSE, TRUE, FALSE, FALSE]
-- CHECK-NEXT: +I[a, 7, NULL, NULL, TRUE, FALSE, FALSE, TRUE]
-- CHECK-NEXT: +I[c, NULL, NULL, NULL, NULL, NULL, NULL, NULL]
-- CHECK-NEXT: +I[d, 3, NULL, NULL, TRUE, TRUE, TRUE, FALSE]
-- CHECK-NOT: {{.+}}

-- PLAN: %[[LEFT:.+]] = flow.or %{{.+}} {
-- PLAN-NEXT: flow.cmp
-- PLAN-NEXT: flow.yield
-- PLAN-NEXT: }
-- PLAN-NEXT: flow.or %[[LEFT]] {
-- PLAN-NEXT: flow.or
