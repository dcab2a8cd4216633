-- RUN: printf '{"a":1,"b":"x"}\n{"a":1}\n{"a":2}\n{"b":"y"}\n' | %agree %s 2>/dev/null | FileCheck %s --match-full-lines
-- `=` takes rows that are written out field by field, a NULL in one is unknown; elsewhere, and with <>, NULLs are equal.
CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE o (eq BOOLEAN, ne BOOLEAN, some BOOLEAN, none BOOLEAN, wide BOOLEAN, t BOOLEAN, same BOOLEAN, nested BOOLEAN, whole BOOLEAN, empty BOOLEAN)
WITH ('connector' = 'stdout', 'format' = 'json');
INSERT INTO o SELECT (a, b) = (1, 'x'), ROW(a, b) <> ROW(1, 'x'), (a, b) IN ((2, 'z'), (1, 'x')), (a, b) NOT IN ((2, 'z'), (1, 'x')),
  ROW(a, 1) = ROW(CAST(1 AS BIGINT), 1.0), ROW(DATE '2020-01-01', a) = ROW('2020-01-01', 1),
  ROW(a, b) IS NOT DISTINCT FROM ROW(a, b), ROW(ROW(a, b), 1) = ROW(ROW(1, b), 1), r = ROW(1, b), (a, b) IS NULL
FROM (SELECT a, b, ROW(a, b) AS r FROM t);
-- CHECK: {"eq":true,"ne":false,"some":true,"none":false,"wide":true,"t":true,"same":true,"nested":true,"whole":true,"empty":false}
-- CHECK-NEXT: {"eq":null,"ne":true,"some":null,"none":null,"wide":true,"t":true,"same":true,"nested":true,"whole":true,"empty":false}
-- CHECK-NEXT: {"eq":false,"ne":true,"some":null,"none":null,"wide":false,"t":false,"same":true,"nested":false,"whole":false,"empty":false}
-- CHECK-NEXT: {"eq":false,"ne":true,"some":false,"none":true,"wide":null,"t":null,"same":true,"nested":false,"whole":false,"empty":false}
