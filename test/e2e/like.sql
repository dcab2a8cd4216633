-- RUN: printf '{"id":1,"s":"a","ts":"2020-01-01 00:00:00"}\n{"id":2,"s":"b","ts":"2020-01-01 00:00:09"}\n' > %t.json
-- RUN: env IN=%t.json %agree %s | FileCheck %s --match-full-lines
-- LIKE with its rules; CREATE TABLE AS; a view under other names.
CREATE TABLE base (
  id INT, twice AS id * 2, s STRING, at BIGINT METADATA FROM 'byte_offset' VIRTUAL, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND, PRIMARY KEY (id) NOT ENFORCED
) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE thrice (thrice AS id * 3) LIKE base (EXCLUDING GENERATED EXCLUDING WATERMARKS EXCLUDING METADATA);
CREATE TABLE other (twice AS id * 20, WATERMARK FOR ts AS ts) LIKE base (OVERWRITING GENERATED OVERWRITING WATERMARKS);
CREATE TABLE made WITH ('connector' = 'filesystem', 'path' = '${OUT}/made.csv', 'format' = 'csv') AS
  SELECT b.id, CONCAT(b.s, '!') AS loud, b.`at` FROM base AS b;
CREATE TABLE o WITH ('connector' = 'print', 'print-identifier' = 'o') LIKE base (EXCLUDING OPTIONS EXCLUDING WATERMARKS EXCLUDING METADATA EXCLUDING GENERATED);
CREATE VIEW wide (a, b, c, d, e) AS SELECT * FROM base;
SELECT 'base', a, b, c, d, e FROM wide;
INSERT INTO o SELECT id, s, ts FROM base WHERE id = 2;
SELECT 'thrice', * FROM thrice;
SELECT 'other', * FROM other;
-- CHECK-DAG: +I[base, 1, 2, a, 0, 2020-01-01T00:00:00]
-- CHECK-DAG: +I[base, 2, 4, b, {{[0-9]+}}, 2020-01-01T00:00:09]
-- CHECK-DAG: o> +I[2, b, 2020-01-01T00:00:09]
-- CHECK-DAG: +I[thrice, 1, a, 2020-01-01T00:00:00, 3]
-- CHECK-DAG: +I[thrice, 2, b, 2020-01-01T00:00:09, 6]
-- CHECK-DAG: +I[other, 1, 20, a, 0, 2020-01-01T00:00:00]
-- CHECK: == made.csv
-- CHECK-NEXT: 1,a!,0
-- CHECK-NEXT: 2,b!,{{[0-9]+}}
