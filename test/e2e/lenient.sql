-- RUN: printf 'id,price,at\n1,2.5,2020-01-01\n2,cheap,soon\n3\n4,1,2020-01-02,more\n' > %t.csv
-- RUN: printf '{"id":1,"tags":"x"}\n{"id":"no","n":"3"}\nnothing\n{"id":4}\n{"id":5,"n":{"deep":1}}\n' > %t.json
-- RUN: env CSV=%t.csv JSON=%t.json %agree %s | FileCheck %s --match-full-lines
-- RUN: sed "s/'json.ignore-parse-errors' = 'true'/'json.fail-on-missing-field' = 'true'/" %s > %t.sql && levada build %t.sql -o %t.app
-- RUN: not env CSV=%t.csv JSON=%t.json OUT=%t.out %t.app --state %t.state 2>&1 | FileCheck %s --check-prefix=MISSING
-- Values that do not fit are NULL, records that are none are left out: Flink's ignore-parse-errors.
CREATE TABLE c (id INT, price DOUBLE, at DATE) WITH ('connector' = 'filesystem', 'path' = '${CSV}', 'format' = 'csv', 'csv.ignore-parse-errors' = 'TRUE');
CREATE TABLE j (id INT, n INT) WITH ('connector' = 'filesystem', 'path' = '${JSON}', 'format' = 'json', 'json.ignore-parse-errors' = 'true');
CREATE TABLE co (id INT, price DOUBLE, at DATE) WITH ('connector' = 'filesystem', 'path' = '${OUT}/c.jsonl', 'format' = 'json', 'json.encode.ignore-null-fields' = 'true');
CREATE TABLE jo (id INT, n INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/j.jsonl', 'format' = 'json');
INSERT INTO co SELECT * FROM c;
INSERT INTO jo SELECT * FROM j;
-- CHECK: == c.jsonl
-- CHECK-NEXT: {}
-- CHECK-NEXT: {"id":1,"price":2.5,"at":"2020-01-01"}
-- CHECK-NEXT: {"id":2}
-- CHECK-NEXT: {"id":3}
-- CHECK-NEXT: {"id":4,"price":1.0,"at":"2020-01-02"}
-- CHECK-NEXT: == j.jsonl
-- CHECK-NEXT: {"id":1,"n":null}
-- CHECK-NEXT: {"id":null,"n":3}
-- CHECK-NEXT: {"id":4,"n":null}
-- CHECK-NEXT: {"id":5,"n":null}
-- MISSING: error[R601 bad-record]: j: the record has no such key, in column `n`
