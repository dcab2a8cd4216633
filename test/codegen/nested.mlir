// RUN: levada-opt %s -exec-to-llvm | FileCheck %s

// Nested values in a stage: types are constants of the module, one of each.

module attributes {exec.operators = [["s", "source"], ["u", "unnest"], ["out", "sink"]]} {
exec.source @s {columns = ["r", "a"], types = [!flow.sql<ROW<x INT, y STRING> NOT NULL>, !flow.sql<ARRAY<INT>>],
  used = array<i32: 0, 1>, metadata = [], connector = "stdin", options = {}, format = "json", format_options = {}, on_error = #flow.on_error<fail>, op = 0 : i32}
exec.sink @out {columns = ["x", "r"], types = [!flow.sql<INT>, !flow.sql<ROW<x INT, y STRING> NOT NULL>], connector = "stdout", options = {}, format = "json", format_options = {}, op = 2 : i32}

// CHECK-DAG: llvm.mlir.global private constant @[[ROW:levada_type\.[0-9a-f]+]]()
// CHECK-DAG: llvm.mlir.global private constant @[[ROW]].offsets(dense<[1, 5, 13]> : tensor<3xi32>)
// CHECK-LABEL: llvm.func @stage.reads
exec.stage @reads from @s {
^bb0(%r: !flow.sql<ROW<x INT, y STRING> NOT NULL>, %a: !flow.sql<ARRAY<INT>>):
  // CHECK: llvm.call @levada_json_nested
  // CHECK: llvm.call @levada_json_nested
  // CHECK: llvm.call @levada_nested_field
  %x = flow.field %r[0] : !flow.sql<ROW<x INT, y STRING> NOT NULL> -> !flow.sql<INT>
  // What differs in NOT NULL alone is the same bytes: no call.
  // CHECK-NOT: llvm.call @levada_any_cast
  %same = flow.cast %r : !flow.sql<ROW<x INT, y STRING> NOT NULL> -> !flow.sql<ROW<x INT, y VARCHAR(2147483647)>>
  // CHECK: llvm.call @levada_nested_equal
  %equal = flow.cmp eq %same, %r : !flow.sql<ROW<x INT, y STRING>>, !flow.sql<ROW<x INT, y STRING> NOT NULL> -> !flow.sql<BOOLEAN>
  exec.when %equal {
    // CHECK: llvm.call @levada_nested_count
    // CHECK: llvm.call @levada_nested_element
    exec.unnest %a {
    ^bb0(%e: !flow.sql<INT>):
      // CHECK: llvm.call @levada_nested_json
      exec.write @out(%e, %r : !flow.sql<INT>, !flow.sql<ROW<x INT, y STRING> NOT NULL>)
    } : !flow.sql<ARRAY<INT>>
  } {op = 1 : i32} : !flow.sql<BOOLEAN>
  exec.write @out(%x, %r : !flow.sql<INT>, !flow.sql<ROW<x INT, y STRING> NOT NULL>)
}
}
