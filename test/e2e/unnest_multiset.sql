-- RUN: printf '{"k":"a","v":"x"}\n{"k":"a","v":"y"}\n{"k":"b","v":null}\n{"k":"a","v":"x"}\n' | %agree %s 2>/dev/null | FileCheck %s --match-full-lines
-- An element of a MULTISET comes as often as it is in there; a group without values has none.
SET 'execution.runtime-mode' = 'batch';
CREATE TABLE t (k STRING, v STRING) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE s (k STRING, e STRING, n INT) WITH ('connector' = 'filesystem', 'path' = '${OUT}/s.jsonl', 'format' = 'json');
CREATE VIEW collected AS SELECT k, COLLECT(v) AS vs FROM t GROUP BY k;
INSERT INTO s SELECT k, e, n FROM collected CROSS JOIN UNNEST(vs) WITH ORDINALITY AS u(e, n);

-- CHECK: == s.jsonl
-- CHECK-NEXT: {"k":"a","e":"x","n":1}
-- CHECK-NEXT: {"k":"a","e":"x","n":2}
-- CHECK-NEXT: {"k":"a","e":"y","n":3}
-- CHECK-NOT: {{.+}}
