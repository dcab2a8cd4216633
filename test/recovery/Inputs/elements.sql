-- Distinct values, which leave memory one by one: of windows, of those that overlap or grow in steps, of groups that change.
-- chaos: rows=20000 memory=30MB
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE a (k STRING, n BIGINT, s INT, e TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/a.jsonl', 'format' = 'json');
CREATE TABLE b (g STRING, n BIGINT, s INT, hi STRING, e TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/b', 'format' = 'json');
CREATE TABLE c (k STRING, n BIGINT, s INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/c.jsonl', 'format' = 'changelog-json');
CREATE TABLE d (k STRING, n BIGINT, s INT, lo STRING, e TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/d.jsonl', 'format' = 'json');
EXECUTE STATEMENT SET BEGIN
INSERT INTO a SELECT k, COUNT(DISTINCT id), SUM(DISTINCT v), window_end FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY)) GROUP BY k, window_start, window_end;
INSERT INTO b SELECT g, COUNT(DISTINCT s), SUM(DISTINCT v) FILTER (WHERE k <> 'a'), MAX(DISTINCT s), window_end
  FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' MINUTE, INTERVAL '1' HOUR)) GROUP BY g, window_start, window_end;
INSERT INTO d SELECT k, COUNT(DISTINCT id / 3), SUM(DISTINCT v), MIN(DISTINCT s), window_end
  FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE)) GROUP BY k, window_start, window_end;
INSERT INTO c SELECT k, COUNT(DISTINCT id), SUM(DISTINCT v) FROM t GROUP BY k HAVING MOD(COUNT(DISTINCT id), 40) = 1;
END;
