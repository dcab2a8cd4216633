-- Groups whose rows change with each record, all changes and those of a key.
CREATE TABLE t (id INT, k STRING, g STRING, v INT, w BIGINT, d DECIMAL(10, 2), f DOUBLE, b BOOLEAN, s STRING, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector' = 'filesystem', 'path' = '${IN}', 'format' = 'json');
CREATE TABLE o (k STRING, n BIGINT, v INT, d DECIMAL(38, 2), hi STRING, dk BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.jsonl', 'format' = 'changelog-json');
CREATE TABLE a (g STRING, n BIGINT, f DOUBLE, PRIMARY KEY (g) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = '${OUT}/a', 'format' = 'changelog-json');
EXECUTE STATEMENT SET BEGIN
INSERT INTO o SELECT k, COUNT(*), SUM(v), SUM(d), MAX(s), COUNT(DISTINCT g) FROM t GROUP BY k;
INSERT INTO a SELECT g, COUNT(*), AVG(f) FROM t GROUP BY g HAVING COUNT(*) > 5;
END;
