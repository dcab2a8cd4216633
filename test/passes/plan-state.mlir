// RUN: levada-opt %s -split-input-file -flow-plan-state | FileCheck %s

!in = !flow.stream<[k: STRING, j: INT, t: TIMESTAMP(3), v: INT, f: BOOLEAN], append>
!agg = !flow.stream<[k: STRING, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "j", "t", "v", "f"] : !in

// CHECK: flow.aggregate "per_key"
// CHECK-SAME: flow.state = {bound = "one entry per (k) and open window of 1 h; gone when the watermark passes its end", fields = ["k"], id = "per_key/aggregate[k]"}
%a = flow.aggregate "per_key" %rows keys ["k"] window <tumble, on = "t", size = 3600000, slide = 0, offset = 0> aggs [] : !in -> !agg

// The second alike of a stream has a number.
// CHECK: flow.aggregate "per_key"
// CHECK-SAME: slice of 1 min in open windows of 1 h
// CHECK-SAME: id = "per_key/aggregate[k]/2"
%b = flow.aggregate "per_key" %rows keys ["k"] window <hop, on = "t", size = 3600000, slide = 60000, offset = 0> aggs [] : !in -> !agg

// Fields are named by their expressions.
// CHECK: flow.aggregate "batch"
// CHECK-SAME: bound = "one entry per (k, j), until the input ends; with its distinct values"
// CHECK-SAME: fields = ["k", "j", "COUNT(*)", "SUM(DISTINCT v) FILTER (WHERE f)"], id = "batch/aggregate[k,j]"
%c = flow.aggregate "batch" %rows keys ["k", "j"]
  aggs [#flow.agg<"COUNT", "c", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>,
        #flow.agg<"SUM", "s", ["v"], filter = "f", distinct = true, as "s" -> !flow.sql<INT>>]
  : !in -> !flow.stream<[k: STRING, j: INT, n: BIGINT NOT NULL, s: INT], append>

// Rows of a stream that change never end.
// CHECK: flow.aggregate "updating"
// CHECK-SAME: bound = "one entry per (k): grows with the number of keys"
%u = flow.aggregate "updating" %rows keys ["k"] aggs [] : !in -> !flow.stream<[k: STRING], retract>

// CHECK: flow.aggregate "total"
// CHECK-SAME: bound = "one entry, until the input ends"
// CHECK-SAME: id = "total/aggregate[]"
%d = flow.aggregate "total" %rows keys [] aggs [] : !in -> !flow.stream<[], append>

// A sort keeps the columns that are read, and those it sorts by.
// CHECK: flow.sort "sorted"
// CHECK-SAME: bound = "15 rows", columns = ["k", "v"], fields = ["k", "v"], id = "sorted/sort[v DESC]"
%e = flow.sort "sorted" %rows by [#flow.sort_key<"v", descending = true, nulls_first = false>] limit 10 skip 5 : !in -> !in
%p = flow.project "p" %e {
^bb0(%k: !flow.sql<STRING>, %j: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3)>, %v: !flow.sql<INT>, %f: !flow.sql<BOOLEAN>):
  flow.yield %k : !flow.sql<STRING>
} : !in -> !flow.stream<[k: STRING], append>
flow.sink "out" %p connector "c" {} format "f" {} : !flow.stream<[k: STRING], append>

// -----

// What is planned already stays: its id counts.
!in = !flow.stream<[k: STRING], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k"] : !in
// CHECK: flow.aggregate "new"
// CHECK-SAME: id = "new/aggregate[k]/2"
%a = flow.aggregate "new" %rows keys ["k"] aggs [] : !in -> !in
// CHECK: flow.aggregate "old"
// CHECK-SAME: id = "new/aggregate[k]"}
%b = flow.aggregate "old" %rows keys ["k"] aggs [] {flow.state = {id = "new/aggregate[k]", bound = "", fields = []}} : !in -> !in
