-- Sessions that merge, and their members.
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, d DECIMAL(10, 2), f DOUBLE, b BOOLEAN, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE o (k STRING, s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT, l STRING, d BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.jsonl', 'format' = 'json');
CREATE TABLE m (id INT, s TIMESTAMP(3), e TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/m', 'format' = 'json');
EXECUTE STATEMENT SET BEGIN
INSERT INTO o SELECT k, window_start, window_end, COUNT(*), LISTAGG(g), COUNT(DISTINCT v)
  FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '2' SECOND)) GROUP BY k, window_start, window_end;
INSERT INTO m SELECT id, window_start, window_end FROM TABLE(SESSION(TABLE t PARTITION BY g, DESCRIPTOR(ts), INTERVAL '1' SECOND)) WHERE v > 50;
END;
