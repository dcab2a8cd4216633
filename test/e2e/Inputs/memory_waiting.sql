SET 'pipeline.name' = 'memory';
CREATE TABLE t (k STRING, v BIGINT, f DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'csv');
CREATE TABLE u (k STRING, v BIGINT, f DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${LESS}', 'format' = 'csv');
CREATE TABLE o (c BIGINT, n BIGINT, l STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.jsonl', 'format' = 'changelog-json');
CREATE VIEW a AS SELECT k, window_time AS wt, COUNT(*) AS n, SUM(v) AS s
  FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY k, window_start, window_end, window_time;
CREATE VIEW b AS SELECT k, window_time AS wt, COUNT(*) AS n, SUM(v) AS s
  FROM TABLE(TUMBLE(TABLE u, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end, window_time;
CREATE VIEW both_of_them AS SELECT k, n, s FROM a UNION ALL SELECT k, n, s FROM b;
CREATE VIEW once AS SELECT MOD(n * 1000 + s, 5021) AS g, COUNT(*) AS c, LAST_VALUE(k) AS l FROM both_of_them GROUP BY MOD(n * 1000 + s, 5021);
INSERT INTO o SELECT c, COUNT(*), MAX(l) FROM once GROUP BY c;
