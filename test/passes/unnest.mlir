// RUN: levada-opt %s -flow-push-filters -flow-prune-columns | FileCheck %s
// RUN: levada-opt %s -flow-to-exec | FileCheck %s --check-prefix=EXEC

!t = !flow.stream<[id: INT, tags: ARRAY<STRING>, other: INT], append>
!u = !flow.stream<[id: INT, tags: ARRAY<STRING>, other: INT, tag: STRING], append>

module {
// The column that is taken apart is kept, what nobody reads is not.
// CHECK: %[[T:.+]] = flow.source "t"
// CHECK-SAME: [id: INT, tags: ARRAY<STRING>], append>
%t = flow.source "t" connector "stdin" {} format "json" {} columns ["id", "tags", "other"] : !t
// A condition on the row's own columns is asked before; one on elements is not.
// CHECK: %[[F:.+]] = flow.filter "q" %[[T]]
// CHECK: %[[U:.+]] = flow.unnest "u" %[[F]] on "tags"
// CHECK-SAME: [id: INT, tags: ARRAY<STRING>, tag: STRING], append>
// CHECK: flow.filter "q" %[[U]]
// EXEC: exec.stage @t.read from @t
// EXEC: exec.unnest %{{.+}} {
// EXEC-NEXT: ^bb0(%[[TAG:.+]]: !flow.sql<STRING>):
// EXEC-NEXT: exec.count "made"
// EXEC: exec.write @out(%{{.+}}, %[[TAG]]
%u = flow.unnest "u" %t on "tags" : !t -> !u
%q = flow.filter "q" %u {
^bb0(%id: !flow.sql<INT>, %tags: !flow.sql<ARRAY<STRING>>, %other: !flow.sql<INT>, %tag: !flow.sql<STRING>):
  %one = flow.constant 1 : i32 -> !flow.sql<INT NOT NULL>
  %is = flow.cmp gt %id, %one : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<BOOLEAN>
  flow.yield %is : !flow.sql<BOOLEAN>
} : !u -> !u
%p = flow.filter "q" %q {
^bb0(%id: !flow.sql<INT>, %tags: !flow.sql<ARRAY<STRING>>, %other: !flow.sql<INT>, %tag: !flow.sql<STRING>):
  %is = flow.is is_not_null %tag : !flow.sql<STRING> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !u -> !u
%s = flow.project "s" %p {
^bb0(%id: !flow.sql<INT>, %tags: !flow.sql<ARRAY<STRING>>, %other: !flow.sql<INT>, %tag: !flow.sql<STRING>):
  flow.yield %id, %tag : !flow.sql<INT>, !flow.sql<STRING>
} : !u -> !flow.stream<[id: INT, tag: STRING], append>
flow.sink "out" %s connector "stdout" {} format "json" {} : !flow.stream<[id: INT, tag: STRING], append>
}
