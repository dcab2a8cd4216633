// RUN: levada-opt %s -split-input-file -exec-sink-scalars | FileCheck %s

exec.channel @c {names = ["a", "b", "t"], types = [!flow.sql<INT>, !flow.sql<BOOLEAN>, !flow.sql<TIMESTAMP(3)>]}
exec.sink @out {columns = ["x"], types = [!flow.sql<INT>], connector = "c", options = {}, format = "f", format_options = {}, op = 0 : i32}

// CHECK: exec.stage @s
// CHECK-NEXT: ^bb0(%[[A:.+]]: !flow.sql<INT>, %[[B:.+]]: !flow.sql<BOOLEAN>, %[[T:.+]]: !flow.sql<TIMESTAMP(3)>):
exec.stage @s from @c {
^bb0(%a: !flow.sql<INT>, %b: !flow.sql<BOOLEAN>, %t: !flow.sql<TIMESTAMP(3)>):
  %only = flow.neg %a : !flow.sql<INT> -> !flow.sql<INT>
  %then = flow.add %only, %a : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  // What both read stays, and so does what can fail.
  // CHECK-NEXT: %[[BOTH:.+]] = flow.mul
  %both = flow.mul %a, %a : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  // CHECK-NEXT: %[[FAILS:.+]] = flow.div
  %fails = flow.div %a, %a : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  // What one region reads moves into it, with what it needs.
  // CHECK-NEXT: exec.when
  // CHECK-NEXT: %[[ONLY:.+]] = flow.neg %[[A]]
  // CHECK-NEXT: %[[THEN:.+]] = flow.add %[[ONLY]], %[[A]]
  // CHECK-NEXT: exec.write @out(%[[THEN]] :
  // CHECK-NEXT: exec.write @out(%[[BOTH]] :
  // CHECK-NEXT: exec.write @out(%[[FAILS]] :
  exec.when %b {
    exec.write @out(%then : !flow.sql<INT>)
    exec.write @out(%both : !flow.sql<INT>)
    exec.write @out(%fails : !flow.sql<INT>)
  } {op = 0 : i32} : !flow.sql<BOOLEAN>
  // CHECK: exec.when
  exec.when %b {
    exec.write @out(%both : !flow.sql<INT>)
  } {op = 0 : i32} : !flow.sql<BOOLEAN>
  // Once a row is enough.
  // CHECK: %[[ONCE:.+]] = flow.neg
  // CHECK-NEXT: exec.expand
  %once = flow.neg %a : !flow.sql<INT> -> !flow.sql<INT>
  exec.expand <hop, on = "t", size = 2000, slide = 1000, offset = 0> %t {
  ^bb0(%1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>):
    exec.write @out(%once : !flow.sql<INT>)
  } : !flow.sql<TIMESTAMP(3)>
}
