-- A shop's streams: what a script of some size asks of the compiler (compile.py measures it).
SET 'table.local-time-zone' = 'Europe/Lisbon';
SET 'pipeline.name' = 'shop';
SET 'execution.runtime-mode' = 'streaming';
SET 'table.exec.sink.not-null-enforcer' = 'ERROR';
SET 'table.optimizer.agg-phase-strategy' = 'AUTO';

CREATE TABLE orders (
  id BIGINT NOT NULL,
  customer STRING,
  product STRING,
  quantity INT,
  price DECIMAL(10, 2),
  country VARCHAR(2),
  note STRING,
  placed TIMESTAMP(3),
  total AS quantity * price,
  line BIGINT METADATA VIRTUAL,
  WATERMARK FOR placed AS placed - INTERVAL '30' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${DATA}/orders',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

CREATE TABLE refunds (
  id BIGINT NOT NULL,
  customer STRING,
  product STRING,
  quantity INT,
  price DECIMAL(10, 2),
  country VARCHAR(2),
  note STRING,
  placed TIMESTAMP(3),
  total AS quantity * price,
  line BIGINT METADATA VIRTUAL,
  WATERMARK FOR placed AS placed - INTERVAL '30' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${DATA}/refunds',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

CREATE TABLE payments (
  id BIGINT NOT NULL,
  customer STRING,
  product STRING,
  quantity INT,
  price DECIMAL(10, 2),
  country VARCHAR(2),
  note STRING,
  placed TIMESTAMP(3),
  total AS quantity * price,
  line BIGINT METADATA VIRTUAL,
  WATERMARK FOR placed AS placed - INTERVAL '30' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${DATA}/payments',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

CREATE TABLE shipments (
  id BIGINT NOT NULL,
  customer STRING,
  product STRING,
  quantity INT,
  price DECIMAL(10, 2),
  country VARCHAR(2),
  note STRING,
  placed TIMESTAMP(3),
  total AS quantity * price,
  line BIGINT METADATA VIRTUAL,
  WATERMARK FOR placed AS placed - INTERVAL '30' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${DATA}/shipments',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

CREATE VIEW clean_orders AS
SELECT id, UPPER(TRIM(customer)) AS customer, LOWER(product) AS product, quantity, total, placed,
       CASE WHEN country IS NULL OR CHAR_LENGTH(country) <> 2 THEN 'xx' ELSE country END AS country,
       COALESCE(REGEXP_EXTRACT(note, '([a-z]+)-([0-9]+)', 2), 'none') AS campaign
FROM orders
WHERE quantity > 0 AND price BETWEEN 0.01 AND 100000 AND id IS NOT NULL;

CREATE VIEW clean_refunds AS
SELECT id, UPPER(TRIM(customer)) AS customer, LOWER(product) AS product, quantity, total, placed,
       CASE WHEN country IS NULL OR CHAR_LENGTH(country) <> 2 THEN 'xx' ELSE country END AS country,
       COALESCE(REGEXP_EXTRACT(note, '([a-z]+)-([0-9]+)', 2), 'none') AS campaign
FROM refunds
WHERE quantity > 0 AND price BETWEEN 0.01 AND 100000 AND id IS NOT NULL;

CREATE VIEW clean_payments AS
SELECT id, UPPER(TRIM(customer)) AS customer, LOWER(product) AS product, quantity, total, placed,
       CASE WHEN country IS NULL OR CHAR_LENGTH(country) <> 2 THEN 'xx' ELSE country END AS country,
       COALESCE(REGEXP_EXTRACT(note, '([a-z]+)-([0-9]+)', 2), 'none') AS campaign
FROM payments
WHERE quantity > 0 AND price BETWEEN 0.01 AND 100000 AND id IS NOT NULL;

CREATE VIEW clean_shipments AS
SELECT id, UPPER(TRIM(customer)) AS customer, LOWER(product) AS product, quantity, total, placed,
       CASE WHEN country IS NULL OR CHAR_LENGTH(country) <> 2 THEN 'xx' ELSE country END AS country,
       COALESCE(REGEXP_EXTRACT(note, '([a-z]+)-([0-9]+)', 2), 'none') AS campaign
FROM shipments
WHERE quantity > 0 AND price BETWEEN 0.01 AND 100000 AND id IS NOT NULL;

CREATE TABLE orders_per_minute (
  country STRING, product STRING, starts TIMESTAMP(3), ends TIMESTAMP(3),
  n BIGINT, pieces BIGINT, revenue DECIMAL(38, 2), largest DECIMAL(21, 2)
) WITH ('connector' = 'filesystem', 'path' = '${OUT}/orders_minute', 'format' = 'csv');
CREATE TABLE orders_per_hour (
  country STRING, product STRING, starts TIMESTAMP(3), ends TIMESTAMP(3),
  n BIGINT, pieces BIGINT, revenue DECIMAL(38, 2), largest DECIMAL(21, 2)
) WITH ('connector' = 'filesystem', 'path' = '${OUT}/orders_hour', 'format' = 'json');
CREATE TABLE refunds_per_minute (
  country STRING, product STRING, starts TIMESTAMP(3), ends TIMESTAMP(3),
  n BIGINT, pieces BIGINT, revenue DECIMAL(38, 2), largest DECIMAL(21, 2)
) WITH ('connector' = 'filesystem', 'path' = '${OUT}/refunds_minute', 'format' = 'csv');
CREATE TABLE refunds_per_hour (
  country STRING, product STRING, starts TIMESTAMP(3), ends TIMESTAMP(3),
  n BIGINT, pieces BIGINT, revenue DECIMAL(38, 2), largest DECIMAL(21, 2)
) WITH ('connector' = 'filesystem', 'path' = '${OUT}/refunds_hour', 'format' = 'json');
CREATE TABLE payments_per_minute (
  country STRING, product STRING, starts TIMESTAMP(3), ends TIMESTAMP(3),
  n BIGINT, pieces BIGINT, revenue DECIMAL(38, 2), largest DECIMAL(21, 2)
) WITH ('connector' = 'filesystem', 'path' = '${OUT}/payments_minute', 'format' = 'csv');
CREATE TABLE payments_per_hour (
  country STRING, product STRING, starts TIMESTAMP(3), ends TIMESTAMP(3),
  n BIGINT, pieces BIGINT, revenue DECIMAL(38, 2), largest DECIMAL(21, 2)
) WITH ('connector' = 'filesystem', 'path' = '${OUT}/payments_hour', 'format' = 'json');
CREATE TABLE shipments_per_minute (
  country STRING, product STRING, starts TIMESTAMP(3), ends TIMESTAMP(3),
  n BIGINT, pieces BIGINT, revenue DECIMAL(38, 2), largest DECIMAL(21, 2)
) WITH ('connector' = 'filesystem', 'path' = '${OUT}/shipments_minute', 'format' = 'csv');
CREATE TABLE shipments_per_hour (
  country STRING, product STRING, starts TIMESTAMP(3), ends TIMESTAMP(3),
  n BIGINT, pieces BIGINT, revenue DECIMAL(38, 2), largest DECIMAL(21, 2)
) WITH ('connector' = 'filesystem', 'path' = '${OUT}/shipments_hour', 'format' = 'json');

CREATE VIEW placed_or_sent AS
SELECT id, country, placed, 'order' AS what FROM clean_orders
UNION ALL
SELECT id, country, placed, 'shipment' FROM clean_shipments;

CREATE TABLE traffic (
  what STRING, country STRING, starts TIMESTAMP(3), n BIGINT
) WITH ('connector' = 'filesystem', 'path' = '${OUT}/traffic', 'format' = 'json');

EXECUTE STATEMENT SET
BEGIN
  INSERT INTO traffic
  SELECT what, country, window_start, COUNT(*)
  FROM TABLE(HOP(TABLE placed_or_sent, DESCRIPTOR(placed), INTERVAL '5' MINUTE, INTERVAL '1' HOUR))
  GROUP BY what, country, window_start, window_end;
  INSERT INTO orders_per_minute
  SELECT country, product, window_start, window_end, COUNT(*), SUM(CAST(quantity AS BIGINT)), SUM(total), MAX(total)
  FROM TABLE(TUMBLE(TABLE clean_orders, DESCRIPTOR(placed), INTERVAL '1' MINUTE))
  GROUP BY country, product, window_start, window_end
  HAVING COUNT(*) > 1;
  INSERT INTO orders_per_hour
  SELECT country, product, window_start, window_end, COUNT(*), SUM(CAST(quantity AS BIGINT)), SUM(total), MAX(total)
  FROM TABLE(TUMBLE(TABLE clean_orders, DESCRIPTOR(placed), INTERVAL '1' HOUR))
  GROUP BY country, product, window_start, window_end
  HAVING COUNT(*) > 1;
  INSERT INTO refunds_per_minute
  SELECT country, product, window_start, window_end, COUNT(*), SUM(CAST(quantity AS BIGINT)), SUM(total), MAX(total)
  FROM TABLE(TUMBLE(TABLE clean_refunds, DESCRIPTOR(placed), INTERVAL '1' MINUTE))
  GROUP BY country, product, window_start, window_end
  HAVING COUNT(*) > 1;
  INSERT INTO refunds_per_hour
  SELECT country, product, window_start, window_end, COUNT(*), SUM(CAST(quantity AS BIGINT)), SUM(total), MAX(total)
  FROM TABLE(TUMBLE(TABLE clean_refunds, DESCRIPTOR(placed), INTERVAL '1' HOUR))
  GROUP BY country, product, window_start, window_end
  HAVING COUNT(*) > 1;
  INSERT INTO payments_per_minute
  SELECT country, product, window_start, window_end, COUNT(*), SUM(CAST(quantity AS BIGINT)), SUM(total), MAX(total)
  FROM TABLE(TUMBLE(TABLE clean_payments, DESCRIPTOR(placed), INTERVAL '1' MINUTE))
  GROUP BY country, product, window_start, window_end
  HAVING COUNT(*) > 1;
  INSERT INTO payments_per_hour
  SELECT country, product, window_start, window_end, COUNT(*), SUM(CAST(quantity AS BIGINT)), SUM(total), MAX(total)
  FROM TABLE(TUMBLE(TABLE clean_payments, DESCRIPTOR(placed), INTERVAL '1' HOUR))
  GROUP BY country, product, window_start, window_end
  HAVING COUNT(*) > 1;
  INSERT INTO shipments_per_minute
  SELECT country, product, window_start, window_end, COUNT(*), SUM(CAST(quantity AS BIGINT)), SUM(total), MAX(total)
  FROM TABLE(TUMBLE(TABLE clean_shipments, DESCRIPTOR(placed), INTERVAL '1' MINUTE))
  GROUP BY country, product, window_start, window_end
  HAVING COUNT(*) > 1;
  INSERT INTO shipments_per_hour
  SELECT country, product, window_start, window_end, COUNT(*), SUM(CAST(quantity AS BIGINT)), SUM(total), MAX(total)
  FROM TABLE(TUMBLE(TABLE clean_shipments, DESCRIPTOR(placed), INTERVAL '1' HOUR))
  GROUP BY country, product, window_start, window_end
  HAVING COUNT(*) > 1;
END;
