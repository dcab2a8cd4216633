CREATE TABLE src (k STRING, v DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '15' MINUTE)
WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'csv');
CREATE TABLE sums (w TIMESTAMP(3), k STRING, n BIGINT, s DOUBLE)
WITH ('connector' = 'filesystem', 'path' = '${OUT}/sums.csv', 'format' = 'csv');
CREATE TABLE hops (w TIMESTAMP(3), k STRING, n BIGINT, d BIGINT)
WITH ('connector' = 'filesystem', 'path' = '${OUT}/hops.csv', 'format' = 'csv');
EXECUTE STATEMENT SET BEGIN
INSERT INTO sums SELECT window_start, k, COUNT(*), SUM(v)
FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end, k;
INSERT INTO hops SELECT window_start, k, COUNT(*), COUNT(DISTINCT v)
FROM TABLE(HOP(TABLE src, DESCRIPTOR(ts), INTERVAL '4' SECOND, INTERVAL '8' SECOND)) GROUP BY window_start, window_end, k;
END;
