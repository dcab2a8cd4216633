// RUN: levada-opt %s -split-input-file -flow-prune-columns | FileCheck %s

// What is not read is neither decoded nor computed; the file keeps its columns.
!in = !flow.stream<[a: INT, b: STRING, c: DOUBLE], append>
!out = !flow.stream<[x: INT, y: STRING], append>
// CHECK-LABEL: flow.source "unread"
// CHECK-SAME: columns ["a", "b", "c"] {column_types = [!flow.sql<INT>, !flow.sql<STRING>, !flow.sql<DOUBLE>]} : <[a: INT], append>
// CHECK: flow.project "p"
// CHECK-NEXT: ^bb0(%[[A:.+]]: !flow.sql<INT>):
// CHECK-NEXT: flow.neg %[[A]]
// CHECK-NEXT: flow.yield
// CHECK-NEXT: -> <[x: INT], append>
%rows = flow.source "unread" connector "c" {} format "f" {} columns ["a", "b", "c"] : !in
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<STRING>, %c: !flow.sql<DOUBLE>):
  %x = flow.neg %a : !flow.sql<INT> -> !flow.sql<INT>
  %y = flow.call "UPPER" "u"(%b) {total} : (!flow.sql<STRING>) -> !flow.sql<STRING>
  flow.yield %x, %y : !flow.sql<INT>, !flow.sql<STRING>
} : !in -> !out
%q = flow.project "q" %p {
^bb0(%x: !flow.sql<INT>, %y: !flow.sql<STRING>):
  flow.yield %x : !flow.sql<INT>
} : !out -> !flow.stream<[x: INT], append>
flow.sink "out" %q connector "c" {} format "f" {} : !flow.stream<[x: INT], append>

// -----

// What any consumer reads stays, for all of them.
!in = !flow.stream<[a: INT, b: STRING], append>
// CHECK-LABEL: flow.source "shared"
// CHECK-SAME: columns ["a", "b"] : <[a: INT, b: STRING], append>
%rows = flow.source "shared" connector "c" {} format "f" {} columns ["a", "b"] : !in
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<STRING>):
  flow.yield %a : !flow.sql<INT>
} : !in -> !flow.stream<[a: INT], append>
flow.sink "out" %p connector "c" {} format "f" {} : !flow.stream<[a: INT], append>
flow.sink "all" %rows connector "c" {} format "f" {} : !in

// -----

// A condition reads its columns; no sink, no operators.
!in = !flow.stream<[a: BOOLEAN, b: STRING], append>
// CHECK-LABEL: flow.source "condition"
// CHECK-SAME: [a: BOOLEAN, b: STRING]
// CHECK: flow.filter
// CHECK-NOT: flow.source
%rows = flow.source "condition" connector "c" {} format "f" {} columns ["a", "b"] : !in
%f = flow.filter "f" %rows {
^bb0(%a: !flow.sql<BOOLEAN>, %b: !flow.sql<STRING>):
  flow.yield %a : !flow.sql<BOOLEAN>
} : !in -> !in
%p = flow.project "p" %f {
^bb0(%a: !flow.sql<BOOLEAN>, %b: !flow.sql<STRING>):
  flow.yield %b : !flow.sql<STRING>
} : !in -> !flow.stream<[b: STRING], append>
flow.sink "out" %p connector "c" {} format "f" {} : !flow.stream<[b: STRING], append>
%other = flow.source "nobody" connector "c" {} format "f" {} columns ["a", "b"] : !in

// -----

// An aggregate call that nobody reads goes, with its argument; the key stays,
// read or not, and so does the event time.
!in = !flow.stream<[k: INT, t: TIMESTAMP(3), v: INT, w: INT], append>
!out = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL, x: INT, y: INT], append>
// CHECK-LABEL: flow.source "aggregate"
// CHECK-SAME: <[k: INT, t: TIMESTAMP(3), w: INT], append>
// CHECK: flow.aggregate "a"
// CHECK-SAME: aggs [#flow.agg<"MAX", "m", ["w"]
// CHECK-SAME: window_time: TIMESTAMP(3) NOT NULL, y: INT], append>
// CHECK: flow.project "p"
// CHECK-NEXT: ^bb0({{.*}}, %[[Y:[^:]+]]: !flow.sql<INT>):
// CHECK-NEXT: flow.yield %[[Y]]
%rows = flow.source "aggregate" connector "c" {} format "f" {} columns ["k", "t", "v", "w"] : !in
%a = flow.aggregate "a" %rows keys ["k"] window <tumble, on = "t", size = 1000, slide = 0, offset = 0>
  aggs [#flow.agg<"MAX", "m", ["v"], filter = "", distinct = false, as "x" -> !flow.sql<INT>>,
        #flow.agg<"MAX", "m", ["w"], filter = "", distinct = false, as "y" -> !flow.sql<INT>>] : !in -> !out
%p = flow.project "p" %a {
^bb0(%k: !flow.sql<INT>, %1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>, %x: !flow.sql<INT>, %y: !flow.sql<INT>):
  flow.yield %y : !flow.sql<INT>
} : !out -> !flow.stream<[y: INT], append>
flow.sink "out" %p connector "c" {} format "f" {} : !flow.stream<[y: INT], append>

// -----

// State that is planned stays as planned; columns of late rows stay too.
!in = !flow.stream<[k: INT, t: TIMESTAMP(3), v: INT, w: INT], append>
!out = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL, x: INT], append>
// CHECK-LABEL: flow.source "planned"
// CHECK-SAME: columns ["k", "t", "v", "w"] : <[k: INT, t: TIMESTAMP(3), v: INT, w: INT], append>
// CHECK: #flow.agg<"MAX", "m", ["v"]
%rows = flow.source "planned" connector "c" {} format "f" {} columns ["k", "t", "v", "w"] : !in
%a, %late = flow.aggregate "a" %rows keys ["k"] window <tumble, on = "t", size = 1000, slide = 0, offset = 0>
  aggs [#flow.agg<"MAX", "m", ["v"], filter = "", distinct = false, as "x" -> !flow.sql<INT>>]
  {flow.state = {id = "a", bound = "", fields = []}} : !in -> !out, !in
%p = flow.project "p" %a {
^bb0(%k: !flow.sql<INT>, %1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>, %x: !flow.sql<INT>):
  flow.yield %k : !flow.sql<INT>
} : !out -> !flow.stream<[k: INT], append>
flow.sink "out" %p connector "c" {} format "f" {} : !flow.stream<[k: INT], append>
%l = flow.project "l" %late {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3)>, %v: !flow.sql<INT>, %w: !flow.sql<INT>):
  flow.yield %w : !flow.sql<INT>
} : !in -> !flow.stream<[w: INT], append>
flow.sink "late" %l connector "c" {} format "f" {} : !flow.stream<[w: INT], append>

// -----

// Inputs of a union keep agreeing: one that others read more of is narrowed.
!in = !flow.stream<[a: INT, b: STRING], append>
// CHECK-LABEL: flow.source "left"
// CHECK-SAME: <[a: INT], append>
// CHECK: flow.source "right"
// CHECK-SAME: <[a: INT, b: STRING], append>
// CHECK: %[[N:.+]] = flow.project "u" %{{.+}} {
// CHECK-NEXT: ^bb0(%[[A:.+]]: !flow.sql<INT>, %{{.+}}: !flow.sql<STRING>):
// CHECK-NEXT: flow.yield %[[A]]
// CHECK: flow.union "u" %{{.+}}, %[[N]]
%left = flow.source "left" connector "c" {} format "f" {} columns ["a", "b"] : !in
%right = flow.source "right" connector "c" {} format "f" {} columns ["a", "b"] : !in
%u = flow.union "u" %left, %right : !in, !in -> !in
%p = flow.project "p" %u {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<STRING>):
  flow.yield %a : !flow.sql<INT>
} : !in -> !flow.stream<[a: INT], append>
flow.sink "out" %p connector "c" {} format "f" {} : !flow.stream<[a: INT], append>
flow.sink "right" %right connector "c" {} format "f" {} : !in
