-- RUN: printf '{"n":1}\n{"n":2}\n' | %agree %s | FileCheck %s --match-full-lines
-- Rows that print, each behind the sink's name for them.
-- CHECK:      one> +I[1]
-- CHECK-NEXT: one> +I[2]
-- CHECK-NOT:  {{.+}}
CREATE TABLE numbers (n INT) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE shown (n INT) WITH ('connector' = 'print', 'print-identifier' = 'one');
INSERT INTO shown SELECT n FROM numbers;
