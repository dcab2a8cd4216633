SET 'pipeline.name' = 'memory';
CREATE TABLE t (k STRING, v BIGINT, ts STRING) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'csv');
CREATE TABLE o (k STRING, n BIGINT, d BIGINT, s BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.jsonl', 'format' = 'changelog-json');
INSERT INTO o SELECT k, COUNT(*), COUNT(DISTINCT v), SUM(DISTINCT v / 3) FROM t GROUP BY k;
