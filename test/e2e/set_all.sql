-- RUN: %agree %s 2>/dev/null | FileCheck %s --match-full-lines
-- INTERSECT ALL and EXCEPT ALL in batch: a row as often as the lesser count, or the difference, says.
SET 'execution.runtime-mode' = 'batch';
CREATE TABLE o (which STRING, a INT, b STRING) WITH ('connector' = 'stdout', 'format' = 'csv');
CREATE VIEW l (a, b) AS SELECT * FROM (VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, 'y'), (3, CAST(NULL AS STRING)), (3, NULL), (4, 'z'));
CREATE VIEW r (a, b) AS SELECT * FROM (VALUES (1, 'x'), (1, 'x'), (2, 'y'), (2, 'y'), (3, CAST(NULL AS STRING)), (5, 'z'));
INSERT INTO o SELECT * FROM (
  SELECT 'both', * FROM (SELECT * FROM l INTERSECT ALL SELECT * FROM r)
  UNION ALL SELECT 'left', * FROM (SELECT * FROM l EXCEPT ALL SELECT * FROM r)
  UNION ALL SELECT 'right', * FROM (SELECT a, b FROM r EXCEPT ALL SELECT * FROM l)
  UNION ALL SELECT 'once', * FROM (SELECT * FROM l INTERSECT SELECT * FROM r)) AS t (w, a, b) ORDER BY w, a;
-- CHECK: both,1,x
-- CHECK-NEXT: both,1,x
-- CHECK-NEXT: both,2,y
-- CHECK-NEXT: both,3,
-- CHECK-NEXT: left,1,x
-- CHECK-NEXT: left,3,
-- CHECK-NEXT: left,4,z
-- CHECK-NEXT: once,1,x
-- CHECK-NEXT: once,2,y
-- CHECK-NEXT: once,3,
-- CHECK-NEXT: right,2,y
-- CHECK-NEXT: right,5,z
-- CHECK-NOT: {{.+}}
