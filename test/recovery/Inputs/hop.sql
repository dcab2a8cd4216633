-- Windows that share slices, with and without keys, in two folders.
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, d DECIMAL(10, 2), f DOUBLE, b BOOLEAN, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE o (k STRING, s TIMESTAMP(3), n BIGINT, v INT, x STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'json');
CREATE TABLE a (s TIMESTAMP(3), n BIGINT, d DECIMAL(38, 2)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/a', 'format' = 'csv');
EXECUTE STATEMENT SET BEGIN
INSERT INTO o SELECT k, window_start, COUNT(v), SUM(v), MAX(s) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND))
  GROUP BY k, window_start, window_end;
INSERT INTO a SELECT window_start, COUNT(*), SUM(d) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND))
  GROUP BY window_start, window_end;
END;
