-- State over a memory limit, which goes to disk and comes back.
-- chaos: rows=40000 memory=30MB
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE o (w BIGINT, n BIGINT, e TIMESTAMP(3), l STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.jsonl', 'format' = 'json');
INSERT INTO o SELECT w, COUNT(*), window_end, LISTAGG(s) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY))
  GROUP BY w, window_start, window_end;
