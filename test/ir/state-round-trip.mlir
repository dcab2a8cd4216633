// RUN: levada-opt %s | levada-opt | FileCheck %s
// Operators that keep rows, as they print and parse.

// CHECK-LABEL: module
!a = !flow.stream<[id: INT, x: INT, ts: TIMESTAMP(3)], append, time = "ts">
!b = !flow.stream<[id: INT, y: INT, t: TIMESTAMP(3)], append, time = "t">
%a = flow.source "a" connector "c" {} format "f" {} columns ["id", "x", "ts"] : !a
%b = flow.source "b" connector "c" {} format "f" {} columns ["id", "y", "t"] : !b

// CHECK: flow.join "j" inner interval %{{.*}}, %{{.*}} on ["id"] = ["id"] {
// CHECK: lower = -1000 : i64{{.*}}time_left = "ts", time_right = "t", upper = 5000 : i64
%j = flow.join "j" inner interval %a, %b on ["id"] = ["id"] {
^bb0(%0: !flow.sql<INT>, %1: !flow.sql<INT>, %2: !flow.sql<TIMESTAMP(3)>, %3: !flow.sql<INT>, %4: !flow.sql<INT>, %5: !flow.sql<TIMESTAMP(3)>):
  %c = flow.cmp gt %1, %4 : <INT>, <INT> -> <BOOLEAN>
  flow.yield %c : !flow.sql<BOOLEAN>
} {null_safe = array<i1: false>, time_left = "ts", time_right = "t", lower = -1000 : i64, upper = 5000 : i64}
  : !a, !b -> !flow.stream<[id: INT, x: INT, ts: TIMESTAMP(3), id0: INT, y: INT, t: TIMESTAMP(3)], append, time = "ts">

// CHECK: flow.join "m" mark regular %{{.*}}, %{{.*}} on [] = [] {
// CHECK: null_aware
%m = flow.join "m" mark regular %a, %b on [] = [] {
^bb0(%0: !flow.sql<INT>, %1: !flow.sql<INT>, %2: !flow.sql<TIMESTAMP(3)>, %3: !flow.sql<INT>, %4: !flow.sql<INT>, %5: !flow.sql<TIMESTAMP(3)>):
  %c = flow.cmp eq %1, %4 : <INT>, <INT> -> <BOOLEAN>
  flow.yield %c : !flow.sql<BOOLEAN>
} {null_safe = array<i1>, null_aware} : !a, !b -> !flow.stream<[id: INT, x: INT, ts: TIMESTAMP(3), found: BOOLEAN], retract>

// CHECK: flow.over "o" %{{.*}} by ["id"] order [#flow.sort_key<"ts", descending = false, nulls_first = true>] rows from -3 to 0 calls [
%o = flow.over "o" %a by ["id"] order [#flow.sort_key<"ts", descending = false, nulls_first = true>] rows from -3 to 0
  calls [#flow.agg<"LAG", "", ["x"], filter = "", distinct = false, as "before" -> !flow.sql<INT>>]
  : !a -> !flow.stream<[id: INT, x: INT, ts: TIMESTAMP(3), before: INT], append, time = "ts">

// CHECK: flow.top_n "t" "rank" %{{.*}} by ["id"] order [#flow.sort_key<"x", descending = true, nulls_first = false>] from 1 to 3
%t = flow.top_n "t" "rank" %a by ["id"] order [#flow.sort_key<"x", descending = true, nulls_first = false>] from 1 to 3
  : !a -> !flow.stream<[id: INT, x: INT, ts: TIMESTAMP(3), r: BIGINT NOT NULL], retract>

// CHECK: flow.dedup "d" %{{.*}} by ["id"] on "ts" last
%d = flow.dedup "d" %a by ["id"] on "ts" last : !a -> !flow.stream<[id: INT, x: INT, ts: TIMESTAMP(3), r: BIGINT NOT NULL], retract>

// CHECK: flow.match "p" {{.*}} pattern "A+ B" after "next_row" define ["B"] {
// CHECK: flow.pattern_agg "COUNT" "levada_agg_count" "A" {
// CHECK: flow.pattern_column "B" "x" first {offset = 1 : i64}
%p = flow.match "p" %a by ["id"] order [#flow.sort_key<"ts", descending = false, nulls_first = true>] pattern "A+ B" after "next_row" define ["B"] {
  %n = flow.pattern_agg "COUNT" "levada_agg_count" "A" {
  ^bb0(%0: !flow.sql<INT>, %1: !flow.sql<INT>, %2: !flow.sql<TIMESTAMP(3)>):
    flow.yield
  } -> !flow.sql<BIGINT NOT NULL>
  %two = flow.constant 2 : i64 -> <BIGINT NOT NULL>
  %c = flow.cmp gt %n, %two : <BIGINT NOT NULL>, <BIGINT NOT NULL> -> <BOOLEAN NOT NULL>
  flow.yield %c : !flow.sql<BOOLEAN NOT NULL>
} measures {
  %v = flow.pattern_column "B" "x" first {offset = 1 : i64} -> <INT>
  flow.yield %v : !flow.sql<INT>
} : !a -> !flow.stream<[id: INT, v: INT], append>

// CHECK: flow.set "s" %{{.*}}, %{{.*}} except true all false
%s = flow.set "s" %a, %b except true all false : !a, !b -> !flow.stream<[id: INT, x: INT, ts: TIMESTAMP(3)], retract>

// CHECK: flow.table_function "f" "TO_CHANGELOG" %{{.*}} by [] {op = "op"}
%f = flow.table_function "f" "TO_CHANGELOG" %a by [] {op = "op"} : !a -> !flow.stream<[op: STRING NOT NULL, id: INT, x: INT, ts: TIMESTAMP(3)], append>

// CHECK: flow.values "v" : <[], append>
// CHECK: flow.outer 3 1 -> <INT>
%v = flow.values "v" : !flow.stream<[], append>
%q = flow.project "q" %v {
  %0 = flow.outer 3 1 -> <INT>
  flow.yield %0 : !flow.sql<INT>
} : !flow.stream<[], append> -> !flow.stream<[x: INT], append>
