-- RUN: printf '1,x\n2,y\n' > %t.csv
-- RUN: printf '{"a":7,"b":"z"}\n' | env DATA=%t.csv %agree %s | FileCheck %s --match-full-lines
-- A name means what it means at the statement: tables dropped and made anew, temporary ones in front of others, options by hint.
CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}', 'format' = 'csv');
SELECT 'file', a FROM t WHERE t.b = 'y';
DROP TABLE t;
CREATE TABLE t (b STRING, a INT) WITH ('connector' = 'stdin', 'format' = 'json');
SELECT 'stdin', t.a FROM t;
CREATE TEMPORARY TABLE t (a STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}', 'format' = 'raw');
SELECT 'raw', a FROM t /*+ OPTIONS('raw.charset' = 'UTF-8') */ WHERE a LIKE '1%';
DROP TEMPORARY TABLE t;
WITH t AS (SELECT a + 1 AS a FROM t) SELECT 'stdin again', a FROM t;
-- CHECK-DAG: +I[file, 2]
-- CHECK-DAG: +I[stdin, 7]
-- CHECK-DAG: +I[raw, 1,x]
-- CHECK-DAG: +I[stdin again, 8]
