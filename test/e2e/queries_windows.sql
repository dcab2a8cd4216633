-- RUN: printf '{"id":1,"c":"a","v":1,"ts":"2020-01-01 00:00:01"}\n{"id":2,"c":"b","v":2,"ts":"2020-01-01 00:00:02"}\n{"id":3,"c":"a","v":3,"ts":"2020-01-01 00:00:07"}\n{"id":4,"c":"a","v":4,"ts":"2020-01-01 00:00:12"}\n{"id":5,"c":"b","v":5,"ts":"2020-01-01 00:01:05"}\n' | %agree %s | FileCheck %s --match-full-lines
-- Windows on streams: arguments by name, of queries and views, with sets of
-- groups, upon windows, of groups, without groups.
CREATE TABLE o (id INT, c STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE named (s TIMESTAMP(3), c STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/named', 'format' = 'json');
CREATE TABLE sets (c STRING, e TIMESTAMP(3), n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/sets', 'format' = 'json');
CREATE TABLE cascade (s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT, parts BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/cascade', 'format' = 'json');
CREATE TABLE again (s TIMESTAMP(3), e TIMESTAMP(3), most BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/again', 'format' = 'json');
CREATE TABLE computed (e TIMESTAMP(3), n BIGINT, late BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/computed', 'format' = 'json');
CREATE TABLE plain (id INT, s TIMESTAMP(3), t TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/plain', 'format' = 'json');
CREATE TABLE sessions (c STRING, s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/sessions', 'format' = 'json');
CREATE TABLE members (id INT, s TIMESTAMP(3), e TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/members', 'format' = 'json');
CREATE TABLE legacy (c STRING, s TIMESTAMP(3), t TIMESTAMP(3), n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/legacy', 'format' = 'json');
CREATE VIEW small AS
  SELECT c, window_start AS s, window_end AS e, window_time AS at_time, COUNT(*) AS n
  FROM TABLE(HOP(TABLE o, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY c, window_start, window_end, window_time;
EXECUTE STATEMENT SET BEGIN
INSERT INTO named SELECT ws, c, SUM(d) FROM (
    SELECT window_start AS ws, window_end AS we, c, CAST(v * 2 AS BIGINT) AS d FROM TABLE(
      TUMBLE(DATA => (SELECT * FROM o WHERE id <> 2), SIZE => INTERVAL '10' SECOND, TIMECOL => DESCRIPTOR(ts))))
  WHERE d > 2 GROUP BY c, ws, we;
INSERT INTO sets SELECT c, window_end, COUNT(*) FROM TABLE(CUMULATE(TABLE o, DESCRIPTOR(ts), INTERVAL '30' SECOND, INTERVAL '1' MINUTE))
  GROUP BY window_start, window_end, GROUPING SETS ((c), ());
INSERT INTO cascade SELECT window_start, window_end, SUM(n), COUNT(*) FROM TABLE(TUMBLE(TABLE small, DESCRIPTOR(at_time), INTERVAL '1' MINUTE))
  GROUP BY window_start, window_end;
INSERT INTO again SELECT s, e, MAX(n) FROM small GROUP BY s, e;
INSERT INTO computed SELECT window_end, COUNT(*), COUNT(DISTINCT window_start) FROM TABLE(TUMBLE(TABLE o, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
  GROUP BY window_start, window_end;
INSERT INTO plain SELECT id, window_start, window_time FROM TABLE(TUMBLE(TABLE o, DESCRIPTOR(ts), INTERVAL '10' SECOND)) WHERE v > 3;
INSERT INTO sessions SELECT c, window_start, window_end, COUNT(*) FROM TABLE(SESSION(TABLE o PARTITION BY c, DESCRIPTOR(ts), INTERVAL '6' SECOND))
  GROUP BY c, window_start, window_end;
INSERT INTO members SELECT id, window_start, window_end FROM TABLE(SESSION(TABLE o, DESCRIPTOR(ts), INTERVAL '6' SECOND));
INSERT INTO legacy SELECT c, HOP_START(ts, INTERVAL '30' SECOND, INTERVAL '1' MINUTE), HOP_ROWTIME(ts, INTERVAL '30' SECOND, INTERVAL '1' MINUTE), COUNT(*)
  FROM o WHERE c = 'b' GROUP BY c, HOP(ts, INTERVAL '30' SECOND, INTERVAL '1' MINUTE);
END;
-- CHECK: == again
-- CHECK-NEXT: {"s":"2019-12-31 23:59:55","e":"2020-01-01 00:00:05","most":1}
-- CHECK-NEXT: {"s":"2020-01-01 00:00:00","e":"2020-01-01 00:00:10","most":2}
-- CHECK-NEXT: {"s":"2020-01-01 00:00:05","e":"2020-01-01 00:00:15","most":2}
-- CHECK-NEXT: {"s":"2020-01-01 00:00:10","e":"2020-01-01 00:00:20","most":1}
-- CHECK-NEXT: {"s":"2020-01-01 00:01:00","e":"2020-01-01 00:01:10","most":1}
-- CHECK-NEXT: {"s":"2020-01-01 00:01:05","e":"2020-01-01 00:01:15","most":1}
-- CHECK: == cascade
-- CHECK-NEXT: {"s":"2020-01-01 00:00:00","e":"2020-01-01 00:01:00","n":8,"parts":6}
-- CHECK-NEXT: {"s":"2020-01-01 00:01:00","e":"2020-01-01 00:02:00","n":2,"parts":2}
-- CHECK: == computed
-- CHECK-NEXT: {"e":"2020-01-01 00:01:00","n":4,"late":1}
-- CHECK-NEXT: {"e":"2020-01-01 00:02:00","n":1,"late":1}
-- CHECK: == legacy
-- CHECK-NEXT: {"c":"b","s":"2019-12-31 23:59:30","t":"2020-01-01 00:00:29.999","n":1}
-- CHECK-NEXT: {"c":"b","s":"2020-01-01 00:00:00","t":"2020-01-01 00:00:59.999","n":1}
-- CHECK-NEXT: {"c":"b","s":"2020-01-01 00:00:30","t":"2020-01-01 00:01:29.999","n":1}
-- CHECK-NEXT: {"c":"b","s":"2020-01-01 00:01:00","t":"2020-01-01 00:01:59.999","n":1}
-- CHECK: == members
-- CHECK-NEXT: {"id":1,"s":"2020-01-01 00:00:01","e":"2020-01-01 00:00:18"}
-- CHECK-NEXT: {"id":2,"s":"2020-01-01 00:00:01","e":"2020-01-01 00:00:18"}
-- CHECK-NEXT: {"id":3,"s":"2020-01-01 00:00:01","e":"2020-01-01 00:00:18"}
-- CHECK-NEXT: {"id":4,"s":"2020-01-01 00:00:01","e":"2020-01-01 00:00:18"}
-- CHECK-NEXT: {"id":5,"s":"2020-01-01 00:01:05","e":"2020-01-01 00:01:11"}
-- CHECK: == named
-- CHECK-NEXT: {"s":"2020-01-01 00:00:00","c":"a","n":6}
-- CHECK-NEXT: {"s":"2020-01-01 00:00:10","c":"a","n":8}
-- CHECK-NEXT: {"s":"2020-01-01 00:01:00","c":"b","n":10}
-- CHECK: == plain
-- CHECK-NEXT: {"id":4,"s":"2020-01-01 00:00:10","t":"2020-01-01 00:00:19.999"}
-- CHECK-NEXT: {"id":5,"s":"2020-01-01 00:01:00","t":"2020-01-01 00:01:09.999"}
-- CHECK: == sessions
-- CHECK-NEXT: {"c":"b","s":"2020-01-01 00:00:02","e":"2020-01-01 00:00:08","n":1}
-- CHECK-NEXT: {"c":"a","s":"2020-01-01 00:00:01","e":"2020-01-01 00:00:18","n":3}
-- CHECK-NEXT: {"c":"b","s":"2020-01-01 00:01:05","e":"2020-01-01 00:01:11","n":1}
-- CHECK: == sets
-- CHECK-NEXT: {"c":null,"e":"2020-01-01 00:00:30","n":4}
-- CHECK-NEXT: {"c":"a","e":"2020-01-01 00:00:30","n":3}
-- CHECK-NEXT: {"c":"b","e":"2020-01-01 00:00:30","n":1}
-- CHECK-NEXT: {"c":null,"e":"2020-01-01 00:01:00","n":4}
-- CHECK-NEXT: {"c":"a","e":"2020-01-01 00:01:00","n":3}
-- CHECK-NEXT: {"c":"b","e":"2020-01-01 00:01:00","n":1}
-- CHECK-NEXT: {"c":null,"e":"2020-01-01 00:01:30","n":1}
-- CHECK-NEXT: {"c":"b","e":"2020-01-01 00:01:30","n":1}
-- CHECK-NEXT: {"c":null,"e":"2020-01-01 00:02:00","n":1}
-- CHECK-NEXT: {"c":"b","e":"2020-01-01 00:02:00","n":1}
