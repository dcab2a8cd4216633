-- RUN: mkdir -p %t && printf '{"k":9,"ts":"2020-01-01 00:00:04"}\n{"k":8,"ts":"2020-01-01 00:00:30"}\n' > %t/more.json
-- RUN: sed 's|MORE|%t/more.json|' %s > %t/q.sql
-- RUN: printf '{"k":1,"ts":"2020-01-01 00:00:01"}\n{"k":2,"ts":"2020-01-01 00:00:12"}\n{"k":3,"ts":"2020-01-01 00:00:09.5"}\n{"k":2,"ts":"2020-01-01 00:00:25"}\n{"k":1,"ts":"2020-01-01 00:00:11"}\n{"k":1,"ts":"2020-01-01 00:00:40"}\n' | %agree %t/q.sql | FileCheck %s --match-full-lines
-- CURRENT_WATERMARK is what the rows before have proved, at every parallelism, also behind a filter that reads it.
SET 'table.local-time-zone' = 'Asia/Kolkata';
CREATE TABLE events (
  k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND
) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE more (
  k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'MORE', 'format' = 'json');
CREATE TABLE marks (k INT, w TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/marks', 'format' = 'csv');
CREATE TABLE instants (k INT, w TIMESTAMP_LTZ(3), t STRING) WITH ('connector' = 'filesystem', 'path' = '${OUT}/instants', 'format' = 'csv');
CREATE TABLE late (k INT, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/late', 'format' = 'csv');
CREATE TABLE sums (k INT, ws TIMESTAMP(3), n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/sums', 'format' = 'csv');
CREATE TABLE both_inputs (k INT, w TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/united', 'format' = 'csv');
CREATE VIEW renamed AS SELECT k AS key, ts AS t FROM events WHERE k < 100;
CREATE VIEW punctual AS SELECT * FROM events WHERE COALESCE(ts > CURRENT_WATERMARK(ts), TRUE);
CREATE TABLE zoned (
  k INT, ts TIMESTAMP(3), z AS CAST(ts AS TIMESTAMP_LTZ(3)), WATERMARK FOR z AS z
) WITH ('connector' = 'filesystem', 'path' = 'MORE', 'format' = 'json');
BEGIN STATEMENT SET;
INSERT INTO marks SELECT key, CURRENT_WATERMARK(t) FROM renamed;
INSERT INTO instants SELECT k, CURRENT_WATERMARK(e.z), TYPEOF(CURRENT_WATERMARK(z)) FROM zoned AS e;
INSERT INTO late SELECT k, ts FROM events WHERE CURRENT_WATERMARK(ts) IS NOT NULL AND ts <= CURRENT_WATERMARK(ts);
INSERT INTO sums SELECT k, window_start, COUNT(*)
FROM TABLE(TUMBLE(TABLE punctual, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
INSERT INTO both_inputs SELECT k, CURRENT_WATERMARK(ts) FROM (SELECT * FROM events UNION ALL SELECT * FROM more);
END;
-- CHECK: == instants
-- CHECK-NEXT: 9,,TIMESTAMP_LTZ(3)
-- CHECK-NEXT: 8,2019-12-31 18:30:04Z,TIMESTAMP_LTZ(3)
-- CHECK-NEXT: == late
-- CHECK-NEXT: 1,2020-01-01 00:00:11
-- CHECK-NEXT: == marks
-- CHECK-NEXT: 1,
-- CHECK-NEXT: 2,2019-12-31 23:59:58
-- CHECK-NEXT: 3,2020-01-01 00:00:09
-- CHECK-NEXT: 2,2020-01-01 00:00:09
-- CHECK-NEXT: 1,2020-01-01 00:00:22
-- CHECK-NEXT: 1,2020-01-01 00:00:22
-- CHECK-NEXT: == sums
-- CHECK-NEXT: 3,2020-01-01 00:00:00,1
-- CHECK-NEXT: 1,2020-01-01 00:00:00,1
-- CHECK-NEXT: 2,2020-01-01 00:00:10,1
-- CHECK-NEXT: 2,2020-01-01 00:00:20,1
-- CHECK-NEXT: 1,2020-01-01 00:00:40,1
-- CHECK-NEXT: == united
-- CHECK-NEXT: 1,
-- CHECK-NEXT: 9,
-- CHECK-NEXT: 2,2019-12-31 23:59:58
-- CHECK-NEXT: 8,2020-01-01 00:00:01
-- CHECK-NEXT: 3,2020-01-01 00:00:09
-- CHECK-NEXT: 2,2020-01-01 00:00:09
-- CHECK-NEXT: 1,2020-01-01 00:00:22
-- CHECK-NEXT: 1,2020-01-01 00:00:22
-- CHECK-NOT: {{.+}}
