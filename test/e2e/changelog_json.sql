-- RUN: printf '{"op": "+I", "data": {"a": 1, "b": "x"}}\n{"data":{"b":"it\\u0027s","t":"2020-01-02T03:04:05Z"}, "more": [1, {}],"op":"+I"}\n\n{"op":"+I","data":{}}\n' | %agree %s | FileCheck %s --match-full-lines
-- RUN: levada build %s -o %t.app
-- RUN: rm -rf %t.out && mkdir %t.out
-- RUN: printf '{"op": "+I", "data": {"a": 1}}\n{"op": "-D", "data": {"a": 1}}\n' | not env OUT=%t.out %t.app --state %t.state 2>&1 | FileCheck %s --check-prefix=CHANGE
-- RUN: printf '{"a": 1}\n' | not env OUT=%t.out %t.app --state %t.state 2>&1 | FileCheck %s --check-prefix=PLAIN
-- RUN: printf '{"op": "+I"}\n' | not env OUT=%t.out %t.app --state %t.state 2>&1 | FileCheck %s --check-prefix=NODATA
-- RUN: printf '{"op": "+X", "data": {}}\n' | not env OUT=%t.out %t.app --state %t.state 2>&1 | FileCheck %s --check-prefix=KIND
-- RUN: printf '{"op": "+I", "data": {"a": 1} 2}\n' | not env OUT=%t.out %t.app --state %t.state 2>&1 | FileCheck %s --check-prefix=BROKEN
-- Rows in and out as changes; what changes a row has no operator to take it.
CREATE TABLE s (a INT, b STRING, t TIMESTAMP_LTZ(3)) WITH ('connector' = 'stdin', 'format' = 'changelog-json', 'changelog-json.changelog-mode' = 'I');
CREATE TABLE o (a BIGINT, b STRING, t TIMESTAMP_LTZ(3)) WITH ('connector' = 'filesystem', 'path' = '${OUT}/o', 'format' = 'changelog-json',
  'changelog-json.timestamp-format.standard' = 'ISO-8601');
INSERT INTO o SELECT * FROM s;
-- CHECK: == o
-- CHECK-NEXT: {"op":"+I","data":{"a":1,"b":"x","t":null}}
-- CHECK-NEXT: {"op":"+I","data":{"a":null,"b":"it's","t":"2020-01-02T03:04:05Z"}}
-- CHECK-NEXT: {"op":"+I","data":{"a":null,"b":null,"t":null}}
-- CHANGE: error[R601 bad-record]: s: the record changes a row, and this program takes rows that are added (+I)
-- PLAIN: error[R601 bad-record]: s: the record has no `op`: "+I", "-U", "+U" or "-D"
-- NODATA: error[R601 bad-record]: s: the record has no `data`: the columns of a row
-- KIND: error[R601 bad-record]: s: `op` is none of +I, -U, +U, -D
-- BROKEN: error[R601 bad-record]: s: `,` or `}` expected at byte 31
