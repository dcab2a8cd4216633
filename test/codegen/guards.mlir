// RUN: levada-opt %s -exec-to-llvm | FileCheck %s

// The innermost guard decides what becomes of a row whose expression failed;
// a region without failing expressions costs nothing.

module attributes {exec.operators = [["s", "source"], ["out", "sink"]]} {
exec.source @s {columns = ["a", "b"], types = [!flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL>], used = array<i32: 0, 1>,
  metadata = [], connector = "stdin", options = {}, format = "csv", format_options = {}, on_error = #flow.on_error<fail>, op = 0 : i32}
exec.sink @out {columns = ["x"], types = [!flow.sql<INT NOT NULL>], connector = "stdout", options = {}, format = "json", format_options = {}, op = 1 : i32}

// CHECK-LABEL: llvm.func @stage.skips
exec.stage @skips from @s {
^bb0(%a: !flow.sql<INT NOT NULL>, %b: !flow.sql<INT NOT NULL>):
  // Its policy is skip (1); nothing else has a handler.
  // CHECK: %[[SKIP:.+]] = llvm.mlir.constant(1 : i8)
  // CHECK: llvm.call @levada_rt_bad_row(%{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}, %[[SKIP]], %{{.+}})
  // CHECK-NOT: llvm.call @levada_rt_bad_row
  // CHECK: llvm.sdiv
  exec.guard {
    %q = flow.div %a, %b : !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL> -> !flow.sql<INT NOT NULL>
    exec.write @out(%q : !flow.sql<INT NOT NULL>)
  } {op = 1 : i32, policy = #flow.on_error<skip>}
  exec.write @out(%b : !flow.sql<INT NOT NULL>)
}
// CHECK: llvm.return
}
