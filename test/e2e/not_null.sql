-- RUN: printf '{"id":1,"name":"a"}\n{"id":2}\n{"id":3,"name":"c"}\n' > %t.json
-- RUN: env DATA=%t.json %agree %s | FileCheck %s --match-full-lines
-- RUN: sed "s/'DROP'/'ERROR'/" %s > %t.sql && levada build %t.sql -o %t.app
-- RUN: not env DATA=%t.json OUT=%t.out %t.app --state %t.state 2>&1 | FileCheck %s --check-prefix=ERROR
-- NULL for a NOT NULL column of a sink: dropped, or an error.
SET 'table.exec.sink.not-null-enforcer' = 'DROP';
CREATE TABLE s (id INT, name STRING) WITH ('connector' = 'filesystem', 'path' = '${DATA}', 'format' = 'json');
CREATE TABLE o (id INT, name STRING NOT NULL) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.csv', 'format' = 'csv');
INSERT INTO o SELECT * FROM s;
-- CHECK: == o.csv
-- CHECK-NEXT: 1,a
-- CHECK-NEXT: 3,c
-- CHECK-NOT: 2
-- ERROR: error[R603 null-in-not-null]: s: NULL in the column `name`, which is NOT NULL, in `o`
