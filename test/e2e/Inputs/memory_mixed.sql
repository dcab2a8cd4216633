SET 'pipeline.name' = 'memory';
CREATE TABLE t (k STRING, v BIGINT, f DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'csv');
CREATE TABLE g (k STRING, n BIGINT, d BIGINT, s DOUBLE, a DOUBLE, lo BIGINT, hi STRING, f BIGINT, l BIGINT, sd DOUBLE) WITH ('connector' = 'filesystem', 'path' = '${OUT}/g.jsonl', 'format' = 'changelog-json');
CREATE TABLE c (k STRING, s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT, d BIGINT, x DOUBLE, lo BIGINT, hi STRING, al ARRAY<BIGINT>, p DOUBLE) WITH ('connector' = 'filesystem', 'path' = '${OUT}/c.jsonl', 'format' = 'json');
CREATE TABLE m (b BIGINT, n BIGINT, lo BIGINT, hi BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/m.jsonl', 'format' = 'changelog-json');
EXECUTE STATEMENT SET BEGIN
INSERT INTO g SELECT k, COUNT(*), COUNT(DISTINCT v), SUM(f), AVG(f), MIN(v), MAX(k), FIRST_VALUE(v), LAST_VALUE(v), STDDEV_POP(f) FROM t GROUP BY k;
INSERT INTO c SELECT k, window_start, window_end, COUNT(*), COUNT(DISTINCT v), SUM(f), MIN(v), MAX(k), ARRAY_AGG(v), PERCENTILE(v, 0.5)
  FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '20' SECOND, INTERVAL '1' MINUTE)) GROUP BY k, window_start, window_end;
INSERT INTO m SELECT MOD(n, 7), COUNT(*), MIN(s), MAX(s) FROM (SELECT k, COUNT(*) AS n, SUM(v) AS s FROM t GROUP BY k) GROUP BY MOD(n, 7);
END;
