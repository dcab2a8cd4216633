// RUN: levada-opt %s -exec-to-llvm | FileCheck %s

// Scalars in a stage of a source. Each does and, below it, does not.

module attributes {exec.operators = [["s", "source"], ["out", "sink"]]} {
exec.source @s {columns = ["i", "n", "d", "e", "t", "v"], types = [!flow.sql<INT NOT NULL>, !flow.sql<INT>, !flow.sql<DECIMAL(8, 2) NOT NULL>, !flow.sql<DECIMAL(38, 10) NOT NULL>, !flow.sql<STRING NOT NULL>, !flow.sql<DOUBLE>],
  used = array<i32: 0, 1, 2, 3, 4, 5>, metadata = [], connector = "stdin", options = {}, format = "csv", format_options = {}, on_error = #flow.on_error<fail>, op = 0 : i32}
exec.sink @out {columns = ["x"], types = [!flow.sql<INT>], connector = "stdout", options = {}, format = "json", format_options = {}, op = 1 : i32}
exec.sink @decimal {columns = ["x"], types = [!flow.sql<DECIMAL(10, 2)>], connector = "stdout", options = {}, format = "json", format_options = {}, op = 1 : i32}
exec.sink @flag {columns = ["x"], types = [!flow.sql<BOOLEAN NOT NULL>], connector = "stdout", options = {}, format = "json", format_options = {}, op = 1 : i32}

// CHECK-LABEL: llvm.func @stage.reads
exec.stage @reads from @s {
^bb0(%i: !flow.sql<INT NOT NULL>, %n: !flow.sql<INT>, %d: !flow.sql<DECIMAL(8, 2) NOT NULL>, %e: !flow.sql<DECIMAL(38, 10) NOT NULL>, %t: !flow.sql<STRING NOT NULL>, %v: !flow.sql<DOUBLE>):
  // Addition of what may be NULL needs no branch: the flag goes along.
  // CHECK: llvm.call @levada_field_f64
  // CHECK: llvm.call @levada_field_reason
  // CHECK: llvm.add %[[I:.+]], %[[N:.+]] : i32
  // CHECK-NOT: llvm.cond_br
  // CHECK: llvm.fptosi.sat.i32.f64
  %sum = flow.add %i, %n : !flow.sql<INT NOT NULL>, !flow.sql<INT> -> !flow.sql<INT>
  %whole = flow.cast %v : !flow.sql<DOUBLE> -> !flow.sql<INT>

  // Division does: a NULL may stand for zero, and zero is an error (R611).
  // CHECK: llvm.cond_br
  // CHECK: %[[ZERO:.+]] = llvm.icmp "eq" %[[N]], %{{.+}} : i32
  // CHECK-NEXT: llvm.cond_br %[[ZERO]] weights([1, 4000])
  // CHECK: llvm.mlir.constant(611 : i32)
  // CHECK: llvm.sdiv
  %ratio = flow.div %i, %n : !flow.sql<INT NOT NULL>, !flow.sql<INT> -> !flow.sql<INT>
  exec.write @out(%sum : !flow.sql<INT>)
  exec.write @out(%ratio : !flow.sql<INT>)
  exec.write @out(%whole : !flow.sql<INT>)

  // Decimals that fit 64 bits on the way are multiplied inline …
  // CHECK: llvm.mul %{{.+}}, %{{.+}} : i64
  %small = flow.mul %d, %d : !flow.sql<DECIMAL(8, 2) NOT NULL>, !flow.sql<DECIMAL(8, 2) NOT NULL> -> !flow.sql<DECIMAL(16, 4)>
  // … those of 76 digits are not.
  // CHECK: llvm.call @levada_dec_mul
  %large = flow.mul %e, %e : !flow.sql<DECIMAL(38, 10) NOT NULL>, !flow.sql<DECIMAL(38, 10) NOT NULL> -> !flow.sql<DECIMAL(38, 6)>
  // A cast checks what does not fit: then it is NULL.
  // CHECK: llvm.icmp "ule"
  %cut = flow.cast %small : !flow.sql<DECIMAL(16, 4)> -> !flow.sql<DECIMAL(10, 2)>
  exec.write @decimal(%cut : !flow.sql<DECIMAL(10, 2)>)
  %rest = flow.cast %large : !flow.sql<DECIMAL(38, 6)> -> !flow.sql<DECIMAL(10, 2)>
  exec.write @decimal(%rest : !flow.sql<DECIMAL(10, 2)>)

  // Texts are equal by two words before memcmp is called.
  // CHECK: llvm.load %[[T:.+]] {alignment = 4 : i64} : !llvm.ptr -> i64
  // CHECK: llvm.call @memcmp
  %word = flow.constant "a word of more than twelve bytes" -> !flow.sql<STRING NOT NULL>
  %is = flow.cmp eq %t, %word : !flow.sql<STRING NOT NULL>, !flow.sql<STRING NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  exec.write @flag(%is : !flow.sql<BOOLEAN NOT NULL>)
}
}
