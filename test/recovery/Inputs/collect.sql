-- Aggregates that keep lists and maps.
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, d DECIMAL(10, 2), f DOUBLE, b BOOLEAN, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE o (g STRING, e TIMESTAMP(3), l STRING, a ARRAY<INT>, c MULTISET<STRING>, dk BIGINT, ds INT, la STRING, j STRING, jo STRING)
  WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.jsonl', 'format' = 'json');
CREATE TABLE p (k STRING, e TIMESTAMP(3), m DOUBLE, q DOUBLE, aa ARRAY<STRING>) WITH ('connector' = 'filesystem', 'path' = '${OUT}/p.jsonl', 'format' = 'json');
EXECUTE STATEMENT SET BEGIN
INSERT INTO o SELECT g, window_end, LISTAGG(s, '|'), ARRAY_AGG(v), COLLECT(k), COUNT(DISTINCT k), SUM(DISTINCT v), LISTAGG(DISTINCT k),
  JSON_ARRAYAGG(k), JSON_OBJECTAGG(KEY k VALUE v)
  FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '8' SECOND)) GROUP BY g, window_start, window_end;
INSERT INTO p SELECT k, window_end, PERCENTILE(v, 0.5), PERCENTILE(f, 0.9), ARRAY_AGG(DISTINCT g)
  FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '16' SECOND)) GROUP BY k, window_start, window_end;
END;
