-- RUN: printf '{"ts":"2020-01-01 00:00:01","k":1,"s":"a"}\n{"ts":"2020-01-01 00:00:02","k":1,"s":"b"}\n{"ts":"2020-01-01 00:00:03","k":2}\n{"ts":"2020-01-01 00:00:04","k":1,"s":"a"}\n{"ts":"2020-01-01 00:00:05","s":"c"}\n' | %agree %s 2>/dev/null | FileCheck %s --match-full-lines
-- APPROX_COUNT_DISTINCT counts exactly, NULLs left out.
CREATE TABLE t (ts TIMESTAMP(3), k INT, s STRING, WATERMARK FOR ts AS ts) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE o (a BIGINT, b BIGINT, c BIGINT, d BIGINT NOT NULL) WITH ('connector' = 'stdout', 'format' = 'csv');
INSERT INTO o SELECT APPROX_COUNT_DISTINCT(k), approx_count_distinct(s), APPROX_COUNT_DISTINCT(s) FILTER (WHERE k = 1), COUNT(k)
FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end;
-- CHECK: 2,3,2,4
