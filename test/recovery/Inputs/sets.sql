-- Windows that grow, with sets of groups.
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, d DECIMAL(10, 2), f DOUBLE, b BOOLEAN, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE o (k STRING, g STRING, id BIGINT, e TIMESTAMP(3), n BIGINT, v INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.csv', 'format' = 'csv');
CREATE TABLE r (g STRING, b BOOLEAN, e TIMESTAMP(3), n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/r/', 'format' = 'json',
  'sink.rolling-policy.file-size' = '2KB');
EXECUTE STATEMENT SET BEGIN
INSERT INTO o SELECT k, g, GROUPING_ID(k, g), window_end, COUNT(*), MAX(v)
  FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '30' SECOND))
  GROUP BY window_start, window_end, GROUPING SETS ((k, g), (g), ());
INSERT INTO r SELECT g, b, window_end, COUNT(DISTINCT k) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '20' SECOND))
  GROUP BY window_start, window_end, ROLLUP (g, b);
END;
