-- Windows of GROUP BY, and rows that pass a filter, into a folder and a file.
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, d DECIMAL(10, 2), f DOUBLE, b BOOLEAN, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE o (k STRING, s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o/', 'format' = 'csv');
CREATE TABLE raw (line STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/raw.txt', 'format' = 'raw');
EXECUTE STATEMENT SET BEGIN
INSERT INTO o SELECT k, HOP_START(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND), COUNT(*) FROM t
  GROUP BY k, HOP(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND);
INSERT INTO raw SELECT CONCAT(k, ' ', s) FROM t WHERE v > 20;
END;
