-- A window upon a window, changes as a format.
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, d DECIMAL(10, 2), f DOUBLE, b BOOLEAN, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE o (s TIMESTAMP(3), most BIGINT, parts BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'changelog-json');
CREATE TABLE few (k STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/few.jsonl', 'format' = 'changelog-json');
CREATE VIEW small AS SELECT k, window_start AS s, window_end AS e, window_time AS at_time, COUNT(*) AS n
  FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND)) GROUP BY k, window_start, window_end, window_time;
EXECUTE STATEMENT SET BEGIN
INSERT INTO o SELECT window_start, MAX(n), COUNT(*) FROM TABLE(TUMBLE(TABLE small, DESCRIPTOR(at_time), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
INSERT INTO few SELECT k, n FROM small WHERE n < 3;
END;
