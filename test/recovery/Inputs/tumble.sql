-- Every aggregate of one word, in one file.
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, d DECIMAL(10, 2), f DOUBLE, b BOOLEAN, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE o (k STRING, e TIMESTAMP(3), n BIGINT, sv INT, sw BIGINT, sd DECIMAL(38, 2), sf DOUBLE, av INT, ad DECIMAL(38, 6), af DOUBLE,
  lo INT, hi STRING, fv STRING, lv DECIMAL(10, 2), vp BIGINT, sp DOUBLE, mb BOOLEAN)
  WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.jsonl', 'format' = 'json');
INSERT INTO o SELECT k, window_end, COUNT(*), SUM(v), SUM(w), SUM(d), SUM(f), AVG(v), AVG(d), AVG(f), MIN(v), MAX(s), FIRST_VALUE(s), LAST_VALUE(d),
  VAR_POP(w), STDDEV_SAMP(f), MAX(b) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
