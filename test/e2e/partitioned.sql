-- RUN: %agree %s 2>/dev/null | FileCheck %s --match-full-lines
-- PARTITIONED BY says nothing where rows do not lie in directories.
CREATE TABLE o (a INT, day STRING) PARTITIONED BY (day) WITH ('connector' = 'stdout', 'format' = 'csv');
INSERT INTO o VALUES (1, 'x');
-- CHECK: 1,x
