// RUN: levada-opt %s -exec-to-llvm -split-input-file | FileCheck %s

// JSON: a switch over the columns that are read; a column that nobody reads is
// one of the keys that are skipped.
// CHECK: llvm.mlir.global private constant @levada_json_names.s
// CHECK: !llvm.array<2 x struct<(ptr, i32, i32)>>
// CHECK-LABEL: llvm.func @stage.read
// CHECK: llvm.call @levada_json_next
// CHECK: %[[KEY:.+]] = llvm.call @levada_json_key
// CHECK: llvm.switch %[[KEY]] : i32, ^{{.+}} [
// CHECK-NEXT: 4294967294:
// CHECK-NEXT: 4294967293:
// CHECK-NEXT: 0:
// CHECK-NEXT: 1:
// CHECK-NEXT: ]
// CHECK-DAG: llvm.call @levada_json_i64
// CHECK-DAG: llvm.call @levada_json_str
// CHECK-DAG: llvm.call @levada_json_skip
// CHECK-NOT: llvm.call @levada_json_f64
// CHECK: llvm.return
module attributes {exec.operators = [["s", "source"], ["out", "sink"]]} {
exec.source @s {columns = ["a", "b", "c"], types = [!flow.sql<BIGINT>, !flow.sql<DOUBLE>, !flow.sql<STRING>],
  used = array<i32: 0, 2>, metadata = [], connector = "stdin", options = {}, format = "json", format_options = {}, on_error = #flow.on_error<fail>, op = 0 : i32}
exec.sink @out {columns = ["a", "c"], types = [!flow.sql<BIGINT>, !flow.sql<STRING>], connector = "stdout", options = {}, format = "csv", format_options = {}, op = 1 : i32}
exec.stage @read from @s {
^bb0(%a: !flow.sql<BIGINT>, %c: !flow.sql<STRING>):
  exec.write @out(%a, %c : !flow.sql<BIGINT>, !flow.sql<STRING>)
}
}

// -----

// CSV: the header of the file may permute columns; the null literal is looked
// for before a field is parsed; a NULL of a NOT NULL column is a bad record (R603).
// CHECK-LABEL: llvm.func @stage.read
// CHECK: llvm.call @levada_csv_open
// CHECK: %[[MAP:.+]] = llvm.getelementptr inbounds %arg1[56]
// CHECK: llvm.call @levada_csv_next
// CHECK: llvm.call @memcmp
// CHECK: llvm.call @levada_field_i32
// CHECK: llvm.mlir.constant(603 : i32)
// CHECK: llvm.return
module attributes {exec.operators = [["s", "source"], ["out", "sink"]]} {
exec.source @s {columns = ["a", "b"], types = [!flow.sql<INT NOT NULL>, !flow.sql<INT>],
  used = array<i32: 0>, metadata = [], connector = "stdin", options = {}, format = "csv", format_options = {"csv.null-literal" = "NA"}, on_error = #flow.on_error<fail>, op = 0 : i32}
exec.sink @out {columns = ["a"], types = [!flow.sql<INT NOT NULL>], connector = "stdout", options = {}, format = "csv", format_options = {}, op = 1 : i32}
exec.stage @read from @s {
^bb0(%a: !flow.sql<INT NOT NULL>):
  exec.write @out(%a : !flow.sql<INT NOT NULL>)
}
}
