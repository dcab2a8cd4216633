-- Sessions over a memory limit: they go to disk open, come back with a row or when they end, and join what lies there.
-- chaos: rows=40000 memory=30MB
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE o (b BIGINT, n BIGINT, f TIMESTAMP(3), e TIMESTAMP(3), l STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.jsonl', 'format' = 'json');
CREATE VIEW spread AS SELECT w / 100000000 AS b, id, s, ts FROM t;
INSERT INTO o SELECT b, COUNT(*), window_start, window_end, LISTAGG(s)
  FROM TABLE(SESSION(TABLE spread PARTITION BY b, DESCRIPTOR(ts), INTERVAL '15' MINUTE)) GROUP BY b, window_start, window_end
  HAVING MAX(id) % 16 = 0; -- some of all kinds: each is written by itself, by a slow disk too
