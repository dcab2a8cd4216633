// RUN: levada-opt %s -split-input-file -flow-fuse-operators | FileCheck %s

// Two projections are one.
!in = !flow.stream<[a: INT], append>
// CHECK-LABEL: flow.source "two_projections"
// CHECK: flow.project "q" %rows
// CHECK-NEXT: ^bb0(%[[A:.+]]: !flow.sql<INT>):
// CHECK-NEXT: %[[N:.+]] = flow.neg %[[A]]
// CHECK-NEXT: %[[S:.+]] = flow.add %[[N]], %[[N]]
// CHECK-NEXT: flow.yield %[[S]]
// CHECK-NOT: flow.project
%rows = flow.source "two_projections" connector "c" {} format "f" {} columns ["a"] : !in
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<INT>):
  %n = flow.neg %a : !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %n : !flow.sql<INT>
} : !in -> !in
%q = flow.project "q" %p {
^bb0(%a: !flow.sql<INT>):
  %s = flow.add %a, %a : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %s : !flow.sql<INT>
} : !in -> !in
flow.sink "out" %q connector "c" {} format "f" {} : !in

// -----

// One that others read too stays.
!in = !flow.stream<[a: INT], append>
// CHECK-LABEL: flow.source "shared"
// CHECK: flow.project "p"
// CHECK: flow.project "q"
%rows = flow.source "shared" connector "c" {} format "f" {} columns ["a"] : !in
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<INT>):
  %n = flow.neg %a : !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %n : !flow.sql<INT>
} : !in -> !in
%q = flow.project "q" %p {
^bb0(%a: !flow.sql<INT>):
  %n = flow.neg %a : !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %n : !flow.sql<INT>
} : !in -> !in
flow.sink "out" %q connector "c" {} format "f" {} : !in
flow.sink "more" %p connector "c" {} format "f" {} : !in

// -----

// Failing rows are skipped by one and stop the run in the other: two.
!in = !flow.stream<[a: STRING], append>
!out = !flow.stream<[a: INT], append>
// CHECK-LABEL: flow.source "policies"
// CHECK: flow.project "p"
// CHECK: flow.project "q"
%rows = flow.source "policies" connector "c" {} format "f" {} columns ["a"] : !in
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<STRING>):
  %n = flow.cast %a : !flow.sql<STRING> -> !flow.sql<INT>
  flow.yield %n : !flow.sql<INT>
} {on_error = #flow.on_error<skip>} : !in -> !out
%q = flow.project "q" %p {
^bb0(%a: !flow.sql<INT>):
  %d = flow.div %a, %a : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %d : !flow.sql<INT>
} : !out -> !out
flow.sink "out" %q connector "c" {} format "f" {} : !out

// -----

// Two filters of a stream are one; the second runs for what passed the first:
// `and` where it cannot fail, `if` where it can.
!in = !flow.stream<[a: INT, b: INT], append>
// CHECK-LABEL: flow.source "two_filters"
// CHECK: flow.filter "where" %rows
// CHECK-NEXT: ^bb0(%[[A:.+]]: !flow.sql<INT>, %[[B:.+]]: !flow.sql<INT>):
// CHECK-NEXT: %[[FIRST:.+]] = flow.is is_not_null %[[A]]
// CHECK-NEXT: %[[BOTH:.+]] = flow.and %[[FIRST]] {
// CHECK-NEXT: flow.is is_not_null %[[B]]
// CHECK-NEXT: flow.yield
// CHECK-NEXT: }
// CHECK-NEXT: flow.yield %[[BOTH]]
%rows = flow.source "two_filters" connector "c" {} format "f" {} columns ["a", "b"] : !in
%f = flow.filter "where" %rows {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<INT>):
  %is = flow.is is_not_null %a : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !in -> !in
%g = flow.filter "where" %f {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<INT>):
  %is = flow.is is_not_null %b : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !in -> !in
flow.sink "out" %g connector "c" {} format "f" {} : !in

// -----

!in = !flow.stream<[a: BOOLEAN, b: INT], append>
// CHECK-LABEL: flow.source "second_fails"
// CHECK: flow.filter "where" %rows
// CHECK-NEXT: ^bb0(%[[A:.+]]: !flow.sql<BOOLEAN>, %[[B:.+]]: !flow.sql<INT>):
// CHECK-NEXT: flow.if %[[A]] {
// CHECK-NEXT: flow.div %[[B]], %[[B]]
// CHECK: } else {
// CHECK-NEXT: flow.constant false
%rows = flow.source "second_fails" connector "c" {} format "f" {} columns ["a", "b"] : !in
%f = flow.filter "where" %rows {
^bb0(%a: !flow.sql<BOOLEAN>, %b: !flow.sql<INT>):
  flow.yield %a : !flow.sql<BOOLEAN>
} : !in -> !in
%g = flow.filter "where" %f {
^bb0(%a: !flow.sql<BOOLEAN>, %b: !flow.sql<INT>):
  %d = flow.div %b, %b : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  %is = flow.is is_not_null %d : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !in -> !in
flow.sink "out" %g connector "c" {} format "f" {} : !in

// -----

// Filters of two streams: the ledger counts each.
!in = !flow.stream<[a: BOOLEAN], append>
// CHECK-LABEL: flow.source "two_streams"
// CHECK: flow.filter "one"
// CHECK: flow.filter "other"
%rows = flow.source "two_streams" connector "c" {} format "f" {} columns ["a"] : !in
%f = flow.filter "one" %rows {
^bb0(%a: !flow.sql<BOOLEAN>):
  flow.yield %a : !flow.sql<BOOLEAN>
} : !in -> !in
%g = flow.filter "other" %f {
^bb0(%a: !flow.sql<BOOLEAN>):
  flow.yield %a : !flow.sql<BOOLEAN>
} : !in -> !in
flow.sink "out" %g connector "c" {} format "f" {} : !in

// -----

// What changes nothing goes; a new name or another order is a change.
!in = !flow.stream<[a: INT, b: INT], append>
!renamed = !flow.stream<[a: INT, c: INT], append>
// CHECK-LABEL: flow.source "nothing"
// CHECK-NOT: flow.project "same"
// CHECK: flow.project "renamed" %rows
// CHECK: flow.project "swapped" %rows
%rows = flow.source "nothing" connector "c" {} format "f" {} columns ["a", "b"] : !in
%same = flow.project "same" %rows {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<INT>):
  flow.yield %a, %b : !flow.sql<INT>, !flow.sql<INT>
} : !in -> !in
%renamed = flow.project "renamed" %same {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<INT>):
  flow.yield %a, %b : !flow.sql<INT>, !flow.sql<INT>
} : !in -> !renamed
%swapped = flow.project "swapped" %same {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<INT>):
  flow.yield %b, %a : !flow.sql<INT>, !flow.sql<INT>
} : !in -> !in
flow.sink "x" %renamed connector "c" {} format "f" {} : !renamed
flow.sink "y" %swapped connector "c" {} format "f" {} : !in
