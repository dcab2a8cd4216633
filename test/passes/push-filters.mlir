// RUN: levada-opt %s -split-input-file -flow-push-filters | FileCheck %s

// A filter goes below a projection; columns become what they are.
!in = !flow.stream<[a: INT, b: INT], append>
!out = !flow.stream<[sum: INT, a: INT], append>
// CHECK-LABEL: flow.source "through_project"
// CHECK: %[[F:.+]] = flow.filter "where" %{{.+}} {
// CHECK-NEXT: ^bb0(%[[A:.+]]: !flow.sql<INT>, %[[B:.+]]: !flow.sql<INT>):
// CHECK: %[[SUM:.+]] = flow.add %[[A]], %[[B]]
// CHECK: flow.cmp gt %[[SUM]]
// CHECK: %[[P:.+]] = flow.project "p" %[[F]]
// CHECK: flow.sink "out" %[[P]]
%rows = flow.source "through_project" connector "c" {} format "f" {} columns ["a", "b"] : !in
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<INT>):
  %sum = flow.add %a, %b : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %sum, %a : !flow.sql<INT>, !flow.sql<INT>
} : !in -> !out
%f = flow.filter "where" %p {
^bb0(%sum: !flow.sql<INT>, %a: !flow.sql<INT>):
  %one = flow.constant 1 : i32 -> !flow.sql<INT NOT NULL>
  %more = flow.cmp gt %sum, %one : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<BOOLEAN>
  flow.yield %more : !flow.sql<BOOLEAN>
} : !out -> !out
flow.sink "out" %f connector "c" {} format "f" {} : !out

// -----

// Not below a projection that can fail: rows that the filter drops fail too.
!in = !flow.stream<[s: STRING, b: INT], append>
!out = !flow.stream<[n: INT, b: INT], append>
// CHECK-LABEL: flow.source "projection_fails"
// CHECK: %[[P:.+]] = flow.project
// CHECK: flow.filter "where" %[[P]]
%rows = flow.source "projection_fails" connector "c" {} format "f" {} columns ["s", "b"] : !in
%p = flow.project "p" %rows {
^bb0(%s: !flow.sql<STRING>, %b: !flow.sql<INT>):
  %n = flow.cast %s : !flow.sql<STRING> -> !flow.sql<INT>
  flow.yield %n, %b : !flow.sql<INT>, !flow.sql<INT>
} : !in -> !out
%f = flow.filter "where" %p {
^bb0(%n: !flow.sql<INT>, %b: !flow.sql<INT>):
  %is = flow.is is_null %b : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !out -> !out
flow.sink "out" %f connector "c" {} format "f" {} : !out

// -----

// Nor does a condition that can fail.
!in = !flow.stream<[a: INT, b: INT], append>
// CHECK-LABEL: flow.source "condition_fails"
// CHECK: %[[P:.+]] = flow.project
// CHECK: flow.filter "where" %[[P]]
%rows = flow.source "condition_fails" connector "c" {} format "f" {} columns ["a", "b"] : !in
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<INT>):
  flow.yield %b, %a : !flow.sql<INT>, !flow.sql<INT>
} : !in -> !in
%f = flow.filter "where" %p {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<INT>):
  %q = flow.div %a, %b : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  %is = flow.is is_null %q : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !in -> !in
flow.sink "out" %f connector "c" {} format "f" {} : !in

// -----

// Nor one that would be computed twice at a price, nor a random one.
!in = !flow.stream<[a: STRING], append>
// CHECK-LABEL: flow.source "dear"
// CHECK: %[[P:.+]] = flow.project
// CHECK: %[[L:.+]] = flow.filter "long" %[[P]]
// CHECK: %[[R:.+]] = flow.project "random" %[[L]]
// CHECK: flow.filter "sample" %[[R]]
%rows = flow.source "dear" connector "c" {} format "f" {} columns ["a"] : !in
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<STRING>):
  %1 = flow.call "UPPER" "u"(%a) {total} : (!flow.sql<STRING>) -> !flow.sql<STRING>
  %2 = flow.call "TRIM" "t"(%1) {total} : (!flow.sql<STRING>) -> !flow.sql<STRING>
  %3 = flow.call "REVERSE" "r"(%2) {total} : (!flow.sql<STRING>) -> !flow.sql<STRING>
  flow.yield %3 : !flow.sql<STRING>
} : !in -> !in
%f = flow.filter "long" %p {
^bb0(%a: !flow.sql<STRING>):
  %is = flow.is is_null %a : !flow.sql<STRING> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !in -> !in
%r = flow.project "random" %f {
^bb0(%a: !flow.sql<STRING>):
  %x = flow.call "UUID" "uuid"() {total, varying} : () -> !flow.sql<STRING>
  flow.yield %x : !flow.sql<STRING>
} : !in -> !in
%s = flow.filter "sample" %r {
^bb0(%a: !flow.sql<STRING>):
  %is = flow.is is_null %a : !flow.sql<STRING> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !in -> !in
flow.sink "out" %s connector "c" {} format "f" {} : !in

// -----

// Nor one that reads the watermark, into the inputs of a union: theirs are others.
!in = !flow.stream<[a: TIMESTAMP(3)], append>
// CHECK-LABEL: flow.source "marked_left"
// CHECK: %[[U:.+]] = flow.union
// CHECK: flow.filter "where" %[[U]]
%left = flow.source "marked_left" connector "c" {} format "f" {} columns ["a"] : !in
%right = flow.source "right" connector "c" {} format "f" {} columns ["a"] : !in
%u = flow.union "u" %left, %right : !in, !in -> !in
%f = flow.filter "where" %u {
^bb0(%a: !flow.sql<TIMESTAMP(3)>):
  %w = flow.current_watermark -> !flow.sql<TIMESTAMP(3)>
  %is = flow.is is_null %w : !flow.sql<TIMESTAMP(3)> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !in -> !in
flow.sink "out" %f connector "c" {} format "f" {} : !in

// -----

// Nor past a projection that others read too.
!in = !flow.stream<[a: BOOLEAN], append>
// CHECK-LABEL: flow.source "shared"
// CHECK: %[[P:.+]] = flow.project
// CHECK: flow.filter "where" %[[P]]
%rows = flow.source "shared" connector "c" {} format "f" {} columns ["a"] : !in
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<BOOLEAN>):
  flow.yield %a : !flow.sql<BOOLEAN>
} : !in -> !in
%f = flow.filter "where" %p {
^bb0(%a: !flow.sql<BOOLEAN>):
  flow.yield %a : !flow.sql<BOOLEAN>
} : !in -> !in
flow.sink "out" %f connector "c" {} format "f" {} : !in
flow.sink "all" %p connector "c" {} format "f" {} : !in

// -----

// Into both sides of a union, and on from there.
!in = !flow.stream<[a: INT], append>
!out = !flow.stream<[n: INT], append>
// CHECK-LABEL: flow.source "left"
// CHECK: flow.source "right"
// CHECK: %[[R:.+]] = flow.filter "where" %rows_0
// CHECK: %[[P:.+]] = flow.project "p" %[[R]]
// CHECK: %[[L:.+]] = flow.filter "where" %rows {
// CHECK: %[[U:.+]] = flow.union "u" %[[L]], %[[P]]
// CHECK: flow.sink "out" %[[U]]
%left = flow.source "left" connector "c" {} format "f" {} columns ["a"] : !in
%right = flow.source "right" connector "c" {} format "f" {} columns ["a"] : !in
%p = flow.project "p" %right {
^bb0(%a: !flow.sql<INT>):
  %n = flow.neg %a : !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %n : !flow.sql<INT>
} : !in -> !in
%u = flow.union "u" %left, %p : !in, !in -> !out
%f = flow.filter "where" %u {
^bb0(%n: !flow.sql<INT>):
  %is = flow.is is_not_null %n : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !out -> !out
flow.sink "out" %f connector "c" {} format "f" {} : !out

// -----

// Below an aggregate goes the part of HAVING that reads only keys; below a
// watermark nothing goes: filtered rows too say how far the time is.
!in = !flow.stream<[k: INT, t: TIMESTAMP(3)], append>
!timed = !flow.stream<[k: INT, t: TIMESTAMP(3)], append, time = "t">
!out = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL, n: BIGINT NOT NULL], append>
// CHECK-LABEL: flow.source "below_aggregate"
// CHECK: %[[W:.+]] = flow.watermark
// CHECK: %[[F:.+]] = flow.filter "having" %[[W]] {
// CHECK-NEXT: ^bb0(%[[K:.+]]: !flow.sql<INT>, %{{.+}}: !flow.sql<TIMESTAMP(3)>):
// CHECK: flow.is is_not_null %[[K]]
// CHECK: %[[A:.+]] = flow.aggregate "a" %[[F]]
// CHECK: %[[H:.+]] = flow.filter "having" %[[A]] {
// CHECK: flow.cmp gt
// CHECK: flow.sink "out" %[[H]]
%rows = flow.source "below_aggregate" connector "c" {} format "f" {} columns ["k", "t"] : !in
%timed = flow.watermark "s" %rows on "t" {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3)>):
  flow.yield %t : !flow.sql<TIMESTAMP(3)>
} : !in -> !timed
%a = flow.aggregate "a" %timed keys ["k"] window <tumble, on = "t", size = 1000, slide = 0, offset = 0>
  aggs [#flow.agg<"COUNT", "c", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>] : !timed -> !out
%f = flow.filter "having" %a {
^bb0(%k: !flow.sql<INT>, %1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>, %n: !flow.sql<BIGINT NOT NULL>):
  %two = flow.constant 2 : i64 -> !flow.sql<BIGINT NOT NULL>
  %many = flow.cmp gt %n, %two : !flow.sql<BIGINT NOT NULL>, !flow.sql<BIGINT NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  %both = flow.and %many {
    %is = flow.is is_not_null %k : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
    flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
  } : !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %both : !flow.sql<BOOLEAN NOT NULL>
} : !out -> !out
flow.sink "out" %f connector "c" {} format "f" {} : !out

// -----

// Where late rows are routed, the filter would take some of them away.
!in = !flow.stream<[k: INT, t: TIMESTAMP(3) NOT NULL], append>
!out = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>
// CHECK-LABEL: flow.source "late_rows"
// CHECK: %[[A:.+]], %{{.+}} = flow.aggregate
// CHECK: flow.filter "having" %[[A]]
%rows = flow.source "late_rows" connector "c" {} format "f" {} columns ["k", "t"] : !in
%a, %late = flow.aggregate "a" %rows keys ["k"] window <tumble, on = "t", size = 1000, slide = 0, offset = 0> aggs [] : !in -> !out, !in
%f = flow.filter "having" %a {
^bb0(%k: !flow.sql<INT>, %1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>):
  %is = flow.is is_not_null %k : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !out -> !out
flow.sink "out" %f connector "c" {} format "f" {} : !out
flow.sink "late" %late connector "c" {} format "f" {} : !in

// -----

// Below a window function go conditions on the row's own columns, if its time
// cannot be NULL; past another filter when that leads somewhere.
!in = !flow.stream<[k: INT, t: TIMESTAMP(3) NOT NULL], append>
!out = !flow.stream<[k: INT, t: TIMESTAMP(3) NOT NULL, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>
// CHECK-LABEL: flow.source "below_window"
// CHECK: %[[F:.+]] = flow.filter "second"
// CHECK: %[[W:.+]] = flow.window "w" %[[F]]
// CHECK: %[[G:.+]] = flow.filter "first" %[[W]]
// CHECK: flow.sink "out" %[[G]]
%rows = flow.source "below_window" connector "c" {} format "f" {} columns ["k", "t"] : !in
%w = flow.window "w" %rows <tumble, on = "t", size = 1000, slide = 0, offset = 0> : !in -> !out
%f = flow.filter "first" %w {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3) NOT NULL>, %1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>):
  %later = flow.cmp lt %1, %3 : !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<TIMESTAMP(3) NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %later : !flow.sql<BOOLEAN NOT NULL>
} : !out -> !out
%g = flow.filter "second" %f {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3) NOT NULL>, %1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>):
  %is = flow.is is_not_null %k : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !out -> !out
flow.sink "out" %g connector "c" {} format "f" {} : !out

// -----

// Below a window over a time that may be NULL nothing goes: such rows fail.
!in = !flow.stream<[k: INT, t: TIMESTAMP(3)], append>
!out = !flow.stream<[k: INT, t: TIMESTAMP(3), window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>
// CHECK-LABEL: flow.source "null_time"
// CHECK: %[[W:.+]] = flow.window
// CHECK: flow.filter "where" %[[W]]
%rows = flow.source "null_time" connector "c" {} format "f" {} columns ["k", "t"] : !in
%w = flow.window "w" %rows <tumble, on = "t", size = 1000, slide = 0, offset = 0> : !in -> !out
%f = flow.filter "where" %w {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3)>, %1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>):
  %is = flow.is is_not_null %k : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !out -> !out
flow.sink "out" %f connector "c" {} format "f" {} : !out

// -----

// A sort with a limit would keep other rows.
!in = !flow.stream<[k: BOOLEAN], append>
// CHECK-LABEL: flow.source "sorted"
// CHECK: %[[S:.+]] = flow.sort
// CHECK: flow.filter "where" %[[S]]
%rows = flow.source "sorted" connector "c" {} format "f" {} columns ["k"] : !in
%s = flow.sort "s" %rows by [] limit 5 skip -1 : !in -> !in
%f = flow.filter "where" %s {
^bb0(%k: !flow.sql<BOOLEAN>):
  flow.yield %k : !flow.sql<BOOLEAN>
} : !in -> !in
flow.sink "out" %f connector "c" {} format "f" {} : !in
