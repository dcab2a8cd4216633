-- RUN: printf '{"t":"2020-01-01 00:00:01","v":1}\n{"t":"2020-01-01 00:00:12","v":2}\n{"t":"2020-01-01 00:00:09","v":4}\n{"t":"2020-01-01 00:00:25","v":8}\n{"t":"2020-01-01 00:00:11","v":16}\n' | %agree %s | FileCheck %s --match-full-lines
-- WATERMARK FOR a computed column, by any expression; the session's zone; batch settings by RESET are gone.
SET 'execution.runtime-mode' = 'batch';
RESET 'execution.runtime-mode';
CREATE TABLE events (
  ts AS TO_TIMESTAMP(t),
  t STRING,
  v INT,
  WATERMARK FOR ts AS CASE WHEN v > 100 THEN ts ELSE ts - INTERVAL '3' SECOND END
) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE sums (ws TIMESTAMP(3), s INT) WITH ('connector' = 'stdout', 'format' = 'csv');
INSERT INTO sums
SELECT window_start, SUM(v) FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
-- CHECK: 2020-01-01 00:00:00,5
-- CHECK-NEXT: 2020-01-01 00:00:10,2
-- CHECK-NEXT: 2020-01-01 00:00:20,8
