-- RUN: printf '{"c":"abcdef","v":"abcdef","b":"AQIDBA=="}\n{"c":"a","v":"a"}\n' | %agree %s | FileCheck %s --match-full-lines
-- Texts as long as their columns say, where the script asks for it.
SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';
CREATE TABLE s (c CHAR(3), v VARCHAR(3), b VARBINARY(2)) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE o (c CHAR(3), v VARCHAR(3), b VARBINARY(2)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o.jsonl', 'format' = 'json');
INSERT INTO o SELECT * FROM s;
-- CHECK: {"c":"abc","v":"abc","b":"AQI="}
-- CHECK-NEXT: {"c":"a  ","v":"a","b":null}
