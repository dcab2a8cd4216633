// RUN: levada-opt %s -flow-to-exec -split-input-file | FileCheck %s

// A filter and a projection run inside the source's stage; unread columns are
// not decoded.

// CHECK: module attributes {exec.operators = {{\[}}["trips", "source"], ["big", "filter"], ["out", "sink"]]}
// CHECK: exec.source @trips
// CHECK-SAME: used = array<i32: 0, 2>
// CHECK: exec.sink @out
// CHECK: exec.stage @trips.read from @trips {
// CHECK-NEXT: ^bb0(%[[ZONE:.+]]: !flow.sql<INT>, %[[FARE:.+]]: !flow.sql<DOUBLE>):
// CHECK-NEXT: exec.count "passed" 0
// CHECK-NEXT: exec.count "in" 1
// CHECK: %[[BIG:.+]] = flow.cmp
// CHECK-NEXT: exec.when %[[BIG]] {
// CHECK-NEXT: exec.write @out(%[[ZONE]] : !flow.sql<INT>)
// CHECK-NEXT: } {op = 1 : i32}
%rows = flow.source "trips" connector "filesystem" {path = "a.csv"} format "csv" {}
  columns ["zone", "flag", "fare"] : !flow.stream<[zone: INT, flag: STRING, fare: DOUBLE], append>
%big = flow.filter "big" %rows {
^bb0(%zone: !flow.sql<INT>, %flag: !flow.sql<STRING>, %fare: !flow.sql<DOUBLE>):
  %limit = flow.constant 1.0e1 : f64 -> !flow.sql<DOUBLE NOT NULL>
  %is = flow.cmp gt %fare, %limit : !flow.sql<DOUBLE>, !flow.sql<DOUBLE NOT NULL> -> !flow.sql<BOOLEAN>
  flow.yield %is : !flow.sql<BOOLEAN>
} : !flow.stream<[zone: INT, flag: STRING, fare: DOUBLE], append>
 -> !flow.stream<[zone: INT, flag: STRING, fare: DOUBLE], append>
%zones = flow.project "big" %big {
^bb0(%zone: !flow.sql<INT>, %flag: !flow.sql<STRING>, %fare: !flow.sql<DOUBLE>):
  flow.yield %zone : !flow.sql<INT>
} : !flow.stream<[zone: INT, flag: STRING, fare: DOUBLE], append> -> !flow.stream<[zone: INT], append>
flow.sink "out" %zones connector "filesystem" {path = "out"} format "json" {} : !flow.stream<[zone: INT], append>

// -----

// A windowed aggregate by key: rows cross a hash channel with the columns that
// state and late rows need, keys first; fired rows go on from the slot.

// CHECK: exec.channel @per_zone.in {names = ["zone", "ts", "fare", "tip"]
// CHECK: exec.slot @per_zone.state
// CHECK-SAME: id = "per_zone/aggregate[zone]"
// CHECK-SAME: key_names = ["zone"]
// CHECK-SAME: kind = "window"
// CHECK: exec.stage @trips.read
// CHECK: exec.watermark
// CHECK: exec.emit @per_zone.in({{.*}}) {hash = 1 : i32}
// CHECK: exec.stage @per_zone.group from @per_zone.in {
// CHECK-NEXT: ^bb0(%[[ZONE:.+]]: !flow.sql<INT>, %[[TS:.+]]: !flow.sql<TIMESTAMP(3)>, %[[FARE:.+]]: !flow.sql<DOUBLE>, %[[TIP:.+]]: !flow.sql<DOUBLE>):
// CHECK: exec.update @per_zone.state key(%[[ZONE]] : !flow.sql<INT>) time(%[[TS]] : !flow.sql<TIMESTAMP(3)>) args(%[[FARE]] : !flow.sql<DOUBLE>) late {
// CHECK-NEXT: exec.count "late"
// CHECK-NEXT: exec.write @late(%[[TIP]] :
// CHECK: exec.stage @per_zone.fire from @per_zone.state {
// CHECK-NEXT: ^bb0(%[[K:.+]]: !flow.sql<INT>, %[[START:.+]]: !flow.sql<TIMESTAMP(3) NOT NULL>, %{{.+}}: !flow.sql<TIMESTAMP(3) NOT NULL>, %{{.+}}: !flow.sql<TIMESTAMP(3) NOT NULL>, %[[N:.+]]: !flow.sql<BIGINT NOT NULL>, %[[SUM:.+]]: !flow.sql<DOUBLE>):
// CHECK-NEXT: exec.count "made"
// CHECK-NEXT: exec.write @out(%[[K]], %[[START]], %[[N]], %[[SUM]] :
!in = !flow.stream<[zone: INT, ts: TIMESTAMP(3), fare: DOUBLE, tip: DOUBLE], append>
!timed = !flow.stream<[zone: INT, ts: TIMESTAMP(3), fare: DOUBLE, tip: DOUBLE], append, time = "ts">
!out = !flow.stream<[zone: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL, n: BIGINT NOT NULL, fares: DOUBLE], append, time = "window_time">
%rows = flow.source "trips" connector "filesystem" {} format "csv" {} columns ["zone", "ts", "fare", "tip"] : !in
%timed = flow.watermark "trips" %rows on "ts" {
^bb0(%zone: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %fare: !flow.sql<DOUBLE>, %tip: !flow.sql<DOUBLE>):
  %hour = flow.constant 3600000 : i64 -> !flow.sql<INTERVAL_SECOND NOT NULL>
  %mark = flow.sub %ts, %hour : !flow.sql<TIMESTAMP(3)>, !flow.sql<INTERVAL_SECOND NOT NULL> -> !flow.sql<TIMESTAMP(3)>
  flow.yield %mark : !flow.sql<TIMESTAMP(3)>
} : !in -> !timed
%zones, %late = flow.aggregate "per_zone" %timed keys ["zone"]
  window #flow.window<tumble, on = "ts", size = 3600000, slide = 0, offset = 0>
  aggs [#flow.agg<"COUNT", "levada_agg_count", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>,
        #flow.agg<"SUM", "levada_agg_sum_f64", ["fare"], filter = "", distinct = false, as "fares" -> !flow.sql<DOUBLE>>]
  : !timed -> !out, !timed
%picked = flow.project "per_zone" %zones {
^bb0(%zone: !flow.sql<INT>, %start: !flow.sql<TIMESTAMP(3) NOT NULL>, %end: !flow.sql<TIMESTAMP(3) NOT NULL>, %time: !flow.sql<TIMESTAMP(3) NOT NULL>, %n: !flow.sql<BIGINT NOT NULL>, %fares: !flow.sql<DOUBLE>):
  flow.yield %zone, %start, %n, %fares : !flow.sql<INT>, !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<BIGINT NOT NULL>, !flow.sql<DOUBLE>
} : !out -> !flow.stream<[zone: INT, start: TIMESTAMP(3) NOT NULL, n: BIGINT NOT NULL, fares: DOUBLE], append>
%tips = flow.project "late" %late {
^bb0(%zone: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %fare: !flow.sql<DOUBLE>, %tip: !flow.sql<DOUBLE>):
  flow.yield %tip : !flow.sql<DOUBLE>
} : !timed -> !flow.stream<[tip: DOUBLE], append>
flow.sink "late" %tips connector "filesystem" {} format "csv" {} : !flow.stream<[tip: DOUBLE], append>
flow.sink "out" %picked connector "filesystem" {} format "json" {} : !flow.stream<[zone: INT, start: TIMESTAMP(3) NOT NULL, n: BIGINT NOT NULL, fares: DOUBLE], append>
