// RUN: levada-opt %s -split-input-file -flow-choose-partitioning | FileCheck %s

!in = !flow.stream<[k: INT, j: INT, t: TIMESTAMP(3)], append>
!agg = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "j", "t"] : !in

// Rows of a source are anywhere: the hash of the key finds the worker.
// CHECK: flow.aggregate "first"
// CHECK-SAME: flow.partition = "hash"
%a = flow.aggregate "first" %rows keys ["k"] window <tumble, on = "t", size = 1000, slide = 0, offset = 0> aggs [] : !in -> !agg

// The same key again, under another name: rows stay where they are.
!named = !flow.stream<[time: TIMESTAMP(3) NOT NULL, key: INT], append>
%p = flow.project "p" %a {
^bb0(%k: !flow.sql<INT>, %1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>):
  flow.yield %3, %k : !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<INT>
} : !agg -> !named
// CHECK: flow.aggregate "same_key"
// CHECK-SAME: flow.partition = "forward"
%b = flow.aggregate "same_key" %p keys ["key"] window <tumble, on = "time", size = 9000, slide = 0, offset = 0> aggs []
  : !named -> !flow.stream<[key: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>

// A key computed from it hashes otherwise.
%q = flow.project "q" %a {
^bb0(%k: !flow.sql<INT>, %1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>):
  %n = flow.neg %k : !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %3, %n : !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<INT>
} : !agg -> !named
// CHECK: flow.aggregate "other_key"
// CHECK-SAME: flow.partition = "hash"
%c = flow.aggregate "other_key" %q keys ["key"] window <tumble, on = "time", size = 9000, slide = 0, offset = 0> aggs []
  : !named -> !flow.stream<[key: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>

// Nor does it come from a column of what is further above.
%r = flow.project "r" %p {
^bb0(%time: !flow.sql<TIMESTAMP(3) NOT NULL>, %k: !flow.sql<INT>):
  %n = flow.neg %k : !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %time, %n : !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<INT>
} : !named -> !named
// CHECK: flow.aggregate "computed_below"
// CHECK-SAME: flow.partition = "hash"
%s = flow.aggregate "computed_below" %r keys ["key"] window <tumble, on = "time", size = 9000, slide = 0, offset = 0> aggs []
  : !named -> !flow.stream<[key: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>

// More keys than above: the rows would meet, but belong to other key groups.
// CHECK: flow.aggregate "more_keys"
// CHECK-SAME: flow.partition = "hash"
%d = flow.aggregate "more_keys" %a keys ["k", "window_end"] aggs [] : !agg -> !flow.stream<[k: INT, window_end: TIMESTAMP(3) NOT NULL], append>

// Without keys all rows meet in one worker, and stay there.
// CHECK: flow.aggregate "total"
// CHECK-SAME: flow.partition = "single"
%e = flow.aggregate "total" %rows keys [] aggs [#flow.agg<"COUNT", "c", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>]
  : !in -> !flow.stream<[n: BIGINT NOT NULL], append>
// CHECK: flow.sort "after_total"
// CHECK-SAME: flow.partition = "forward"
%f = flow.sort "after_total" %e by [] limit 1 skip -1 : !flow.stream<[n: BIGINT NOT NULL], append> -> !flow.stream<[n: BIGINT NOT NULL], append>

// Late rows come from anywhere, whatever their key.
// CHECK: flow.aggregate "of_late"
// CHECK-SAME: flow.partition = "hash"
%g, %late = flow.aggregate "with_late" %rows keys ["k"] window <tumble, on = "t", size = 1000, slide = 0, offset = 0> aggs [] : !in -> !agg, !in
%h = flow.aggregate "of_late" %late keys ["k"] aggs [] : !in -> !flow.stream<[k: INT], append>
