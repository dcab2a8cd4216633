-- Delays of US flights: one line per airport and hour of scheduled departure,
-- and the worst hours on the terminal. The same as delays.toml.
--
--   levada run examples/flights/delays.sql        (from the root of the project)
SET 'pipeline.name' = 'flight_delays'; -- one pipeline in two forms: each replaces what the other wrote

CREATE TABLE flights (
  `date` TIMESTAMP(3),
  delay INT,
  distance INT,
  origin STRING,
  destination STRING,
  WATERMARK FOR `date` AS `date` - INTERVAL '0.001' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = 'examples/flights/data/flights_week.csv.xz',
  'format' = 'csv',
  'csv.header' = 'true'
);

CREATE TABLE delays (
  airport STRING,
  `hour` TIMESTAMP(3),
  flights BIGINT,
  mean_delay DOUBLE,
  worst_delay INT,
  late_share DOUBLE
) WITH ('connector' = 'filesystem', 'path' = 'delays.jsonl', 'format' = 'json');

CREATE TABLE worst (
  `hour` TIMESTAMP(3),
  airport STRING,
  flights BIGINT,
  mean_delay DECIMAL(6, 1),
  worst_delay INT,
  late_share DECIMAL(3, 2)
) WITH ('connector' = 'stdout', 'format' = 'table');

CREATE VIEW per_hour AS
SELECT
  origin AS airport,
  window_start AS `hour`,
  COUNT(*) AS flights,
  AVG(CAST(delay AS DOUBLE)) AS mean_delay,
  MAX(delay) AS worst_delay,
  CAST(COUNT(*) FILTER (WHERE delay > 15) AS DOUBLE) / COUNT(*) AS late_share
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(`date`), INTERVAL '1' HOUR))
GROUP BY origin, window_start, window_end;

EXECUTE STATEMENT SET
BEGIN
  INSERT INTO delays SELECT * FROM per_hour;
  INSERT INTO worst
  SELECT
    `hour`,
    airport,
    flights,
    CAST(mean_delay AS DECIMAL(6, 1)),
    worst_delay,
    CAST(late_share AS DECIMAL(3, 2))
  FROM per_hour
  WHERE flights >= 15 AND mean_delay >= 60;
END;
