-- Visits to a web site: clicks of one user with no pause of half an hour or more
-- between them. sessions.toml also shows the clicks that come too late.
--
--   levada run examples/sessions/sessions.sql     (from the root of the project)
CREATE TABLE clicks (
  `user` STRING,
  page STRING,
  `at` TIMESTAMP(3),
  WATERMARK FOR `at` AS `at` - INTERVAL '1' MINUTE
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/sessions/clicks.csv',
  'format' = 'csv',
  'csv.header' = 'true' -- Levada's; Flink reads columns by position
);

CREATE TABLE visits (
  `user` STRING,
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  clicks BIGINT,
  entered STRING
) WITH ('connector' = 'stdout', 'format' = 'json');

INSERT INTO visits
SELECT `user`, window_start, window_end, COUNT(*), FIRST_VALUE(page)
FROM TABLE(SESSION(TABLE clicks PARTITION BY `user`, DESCRIPTOR(`at`), INTERVAL '30' MINUTE))
GROUP BY `user`, window_start, window_end;
