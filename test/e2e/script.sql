-- RUN: printf '{"id":1,"name":"a","price":"2.50"}\n{"name":"b","id":2}\n{"id":3,"price":7}\n' | %agree %s | FileCheck %s --match-full-lines
-- Columns in any order, views over views, INSERTs into one table and into others, names with catalog and database.
SET 'table.local-time-zone' = 'UTC';
SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE';
CREATE TABLE IF NOT EXISTS default_catalog.default_database.orders (
  `double` AS price * factor,           -- before what it reads
  id INT NOT NULL,
  factor INT,
  name VARCHAR(10),
  price DECIMAL(10, 2),
  label AS CONCAT('#', CAST(id AS STRING)),
  PRIMARY KEY (id) NOT ENFORCED
) COMMENT 'what was ordered' WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE IF NOT EXISTS orders (nothing INT) WITH ('connector' = 'nowhere');
CREATE VIEW named (n, p) AS SELECT name, price FROM default_database.orders WHERE name IS NOT NULL;
CREATE OR REPLACE VIEW priced AS SELECT n, p FROM named WHERE p IS NOT NULL;
CREATE TEMPORARY TABLE hidden (n STRING, p DECIMAL(12, 3), extra BIGINT) WITH ('connector' = 'print');
CREATE TABLE report LIKE hidden;
CREATE TABLE files (label STRING, id BIGINT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/files.jsonl', 'format' = 'json');
DROP TABLE IF EXISTS nothing;
DROP TEMPORARY TABLE hidden;
INSERT INTO report (p, n) SELECT p, n FROM priced;
INSERT INTO report SELECT 'all', CAST(id AS DECIMAL(12, 3)), id FROM orders;
EXECUTE STATEMENT SET
BEGIN
  INSERT INTO files SELECT label, id FROM orders;
  INSERT INTO files (id) SELECT id * 10 FROM orders WHERE id = 3;
END;
-- CHECK: +I[a, 2.500, NULL]
-- CHECK-NEXT: +I[all, 1.000, 1]
-- CHECK-NEXT: +I[all, 2.000, 2]
-- CHECK-NEXT: +I[all, 3.000, 3]
-- CHECK-NEXT: == files.jsonl
-- CHECK-NEXT: {"label":"#1","id":1}
-- CHECK-NEXT: {"label":"#2","id":2}
-- CHECK-NEXT: {"label":"#3","id":3}
-- CHECK-NEXT: {"label":null,"id":30}
