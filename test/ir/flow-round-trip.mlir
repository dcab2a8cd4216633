// RUN: levada-opt %s | levada-opt | FileCheck %s
// RUN: levada-opt %s -mlir-print-op-generic | levada-opt | FileCheck %s

!row = !flow.stream<[k: INT, ts: TIMESTAMP(3), v: DECIMAL(10, 2), "odd name": STRING NOT NULL], append>
!timed = !flow.stream<[k: INT, ts: TIMESTAMP(3), v: DECIMAL(10, 2), "odd name": STRING NOT NULL], append, time = "ts">
!dead = !flow.stream<[source: STRING NOT NULL, file: STRING NOT NULL, byte_offset: BIGINT NOT NULL, line: BIGINT NOT NULL, raw: BYTES NOT NULL, code: STRING NOT NULL, reason: STRING NOT NULL], append>

// CHECK: module attributes {flow.name = "all"}
module attributes {flow.name = "all"} {
// CHECK: %[[ROWS:.+]], %[[DEAD:.+]] = flow.source "rows" connector "filesystem" {path = "a.csv"} format "csv" {csv.header = "true"}
// CHECK-SAME: columns ["k", "ts", "v"] {metadata = {"odd name" = "file"}, on_error = #flow.on_error<dead_letter>}
// CHECK-SAME: [k: INT, ts: TIMESTAMP(3), v: DECIMAL(10, 2), "odd name": STRING NOT NULL], append>, !flow.stream<[source: STRING NOT NULL,
%rows, %dead = flow.source "rows" connector "filesystem" {path = "a.csv"} format "csv" {csv.header = "true"}
  columns ["k", "ts", "v"] {metadata = {"odd name" = "file"}, on_error = #flow.on_error<dead_letter>} : !row, !dead

// CHECK: flow.watermark "rows" %[[ROWS]] on "ts" {
// CHECK-NEXT: ^bb0(%{{.*}}: !flow.sql<INT>, %[[TS:.+]]: !flow.sql<TIMESTAMP(3)>
// CHECK: time = "ts">
%timed = flow.watermark "rows" %rows on "ts" {
^bb0(%k: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %v: !flow.sql<DECIMAL(10, 2)>, %n: !flow.sql<STRING NOT NULL>):
  flow.yield %ts : !flow.sql<TIMESTAMP(3)>
} : !row -> !timed

// CHECK: flow.project "p" {{.*}} {
%p, %bad = flow.project "p" %timed {
^bb0(%k: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %v: !flow.sql<DECIMAL(10, 2)>, %n: !flow.sql<STRING NOT NULL>):
  // CHECK: flow.constant 7 : i32 -> <INT NOT NULL>
  %seven = flow.constant 7 : i32 -> !flow.sql<INT NOT NULL>
  // CHECK: flow.constant unit -> <BOOLEAN>
  %null = flow.constant unit -> !flow.sql<BOOLEAN>
  // CHECK: flow.constant 150 : i128 -> <DECIMAL(3, 2) NOT NULL>
  %dec = flow.constant 150 : i128 -> !flow.sql<DECIMAL(3, 2) NOT NULL>
  // CHECK: flow.add %{{.+}}, %{{.+}} : <INT>, <INT NOT NULL> -> <INT>
  %sum = flow.add %k, %seven : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<INT>
  // CHECK: flow.div
  %quotient = flow.div %v, %dec : !flow.sql<DECIMAL(10, 2)>, !flow.sql<DECIMAL(3, 2) NOT NULL> -> !flow.sql<DECIMAL(16, 6)>
  // CHECK: flow.rem
  %rest = flow.rem %sum, %seven : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<INT>
  // CHECK: flow.sub
  %less0 = flow.sub %rest, %seven : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<INT>
  // CHECK: flow.neg %{{.+}} : <INT> -> <INT>
  %neg = flow.neg %less0 : !flow.sql<INT> -> !flow.sql<INT>
  // CHECK: flow.cmp lt %{{.+}}, %{{.+}} : <INT>, <INT NOT NULL> -> <BOOLEAN>
  %less = flow.cmp lt %neg, %seven : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<BOOLEAN>
  // CHECK: flow.current_watermark -> <TIMESTAMP_LTZ(3)>
  %mark = flow.current_watermark -> !flow.sql<TIMESTAMP_LTZ(3)>
  // CHECK: flow.is is_not_null %{{.+}} : <INT> -> <BOOLEAN NOT NULL>
  %is = flow.is is_not_null %k : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  // CHECK: flow.and %{{.+}} {
  // CHECK-NEXT: flow.not
  // CHECK-NEXT: flow.yield
  // CHECK-NEXT: } : <BOOLEAN> -> <BOOLEAN>
  %both = flow.and %less {
    %not = flow.not %is : !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
    flow.yield %not : !flow.sql<BOOLEAN NOT NULL>
  } : !flow.sql<BOOLEAN> -> !flow.sql<BOOLEAN>
  // CHECK: flow.or
  %either = flow.or %both { flow.yield %null : !flow.sql<BOOLEAN> } : !flow.sql<BOOLEAN> -> !flow.sql<BOOLEAN>
  // CHECK: flow.if %{{.+}} {
  // CHECK: } else {
  %choice = flow.if %either { flow.yield %k : !flow.sql<INT> } else { flow.yield %sum : !flow.sql<INT> }
    : !flow.sql<BOOLEAN> -> !flow.sql<INT>
  // CHECK: flow.cast try %{{.+}} : <STRING NOT NULL> -> <DATE>
  %date = flow.cast try %n : !flow.sql<STRING NOT NULL> -> !flow.sql<DATE>
  // CHECK: flow.cast %{{.+}} : <INT> -> <DOUBLE>
  %wide = flow.cast %choice : !flow.sql<INT> -> !flow.sql<DOUBLE>
  // CHECK: flow.call "CONCAT" "levada_fn_concat"(%{{.+}}) {total} : (!flow.sql<STRING NOT NULL>) -> !flow.sql<STRING NOT NULL>
  %text = flow.call "CONCAT" "levada_fn_concat"(%n) {total} : (!flow.sql<STRING NOT NULL>) -> !flow.sql<STRING NOT NULL>
  flow.yield %wide, %date, %text, %ts, %quotient
    : !flow.sql<DOUBLE>, !flow.sql<DATE>, !flow.sql<STRING NOT NULL>, !flow.sql<TIMESTAMP(3)>, !flow.sql<DECIMAL(16, 6)>
} {on_error = #flow.on_error<dead_letter>} : !timed
  -> !flow.stream<[w: DOUBLE, d: DATE, t: STRING NOT NULL, ts: TIMESTAMP(3), q: DECIMAL(16, 6)], append, time = "ts">, !dead

// CHECK: flow.window "w" %{{.+}} <hop, on = "ts", size = 120000, slide = 60000, offset = -1000>
%w = flow.window "w" %p <hop, on = "ts", size = 120000, slide = 60000, offset = -1000>
  : !flow.stream<[w: DOUBLE, d: DATE, t: STRING NOT NULL, ts: TIMESTAMP(3), q: DECIMAL(16, 6)], append, time = "ts">
 -> !flow.stream<[w: DOUBLE, d: DATE, t: STRING NOT NULL, ts: TIMESTAMP(3), q: DECIMAL(16, 6), window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append, time = "window_time">

// CHECK: flow.aggregate "a" %{{.+}} keys ["k"] window <session, on = "ts", size = 60000, slide = 0, offset = 0>
// CHECK-SAME: #flow.agg<"COUNT", "c", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>
// CHECK-SAME: #flow.agg<"SUM", "s", ["v"], filter = "", distinct = true, as "total" -> !flow.sql<DECIMAL(38, 2)>>
%a, %late = flow.aggregate "a" %timed keys ["k"] window #flow.window<session, on = "ts", size = 60000, slide = 0, offset = 0>
  aggs [#flow.agg<"COUNT", "c", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>,
        #flow.agg<"SUM", "s", ["v"], filter = "", distinct = true, as "total" -> !flow.sql<DECIMAL(38, 2)>>]
  : !timed -> !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL, n: BIGINT NOT NULL, total: DECIMAL(38, 2)], append, time = "window_time">, !timed

// CHECK: flow.union "u" %{{.+}}, %{{.+}} :
%u = flow.union "u" %dead, %bad : !dead, !dead -> !dead
// CHECK: flow.sort "s" %{{.+}} by [#flow.sort_key<"line", descending = true, nulls_first = false>] limit 10 skip -1
%s = flow.sort "s" %u by [#flow.sort_key<"line", descending = true, nulls_first = false>] limit 10 skip -1 : !dead -> !dead
// CHECK: flow.sink "out" %{{.+}} connector "print" {} format "json" {}
flow.sink "out" %s connector "print" {} format "json" {} : !dead
}

// CHECK: flow.source "types"
// CHECK-SAME: a: BOOLEAN, b: TINYINT, c: SMALLINT, d: BIGINT, e: FLOAT, f: CHAR(3), g: VARCHAR(5), h: BINARY(4), i: VARBINARY(9), j: TIME(0), k: TIMESTAMP_LTZ(9), l: INTERVAL_MONTH, m: INTERVAL_SECOND, n: ROW<x INT, "y z" STRING NOT NULL>, o: ARRAY<INT>, p: MAP<STRING, INT NOT NULL>
%types = flow.source "types" connector "c" {} format "f" {} columns ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"]
  : !flow.stream<[a: BOOLEAN, b: TINYINT, c: SMALLINT, d: BIGINT, e: FLOAT, f: CHAR(3), g: VARCHAR(5), h: BINARY(4), i: VARBINARY(9), j: TIME(0), k: TIMESTAMP_LTZ(9), l: INTERVAL_MONTH, m: INTERVAL_SECOND, n: ROW<x INT, "y z" STRING NOT NULL>, o: ARRAY<INT>, p: MAP<STRING, INT NOT NULL>], append>
