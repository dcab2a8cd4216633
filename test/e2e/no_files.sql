-- RUN: rm -rf %t && mkdir -p %t/_none %t/in/deep && : > %t/_none/_SUCCESS && : > %t/_none/.hidden && printf '3\n' > %t/in/deep/a.csv && printf '4' > %t/in/b.csv && printf '5\n' > %t/in/_c.csv
-- RUN: env NONE=%t/_none SOME=%t/in %agree %s | FileCheck %s --match-full-lines
-- A folder without files has no rows; files in folders inside count, those whose names begin with `.` or `_` do not. Paths may be URIs.
CREATE TABLE none (a INT) WITH ('connector' = 'filesystem', 'path' = '${NONE}', 'format' = 'csv');
CREATE TABLE some (a INT) WITH ('connector' = 'filesystem', 'path' = 'file://${SOME}', 'format' = 'csv');
CREATE TABLE o (n BIGINT, s INT) WITH ('connector' = 'print');
SET 'execution.runtime-mode' = 'batch';
INSERT INTO o SELECT COUNT(*), SUM(a) FROM none;
INSERT INTO o SELECT COUNT(*), SUM(a) FROM (SELECT a FROM some UNION ALL SELECT a FROM none);
-- CHECK: +I[0, NULL]
-- CHECK-NEXT: +I[2, 7]
