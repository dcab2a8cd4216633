// RUN: levada-opt %s | levada-opt | FileCheck %s
// RUN: levada-opt %s -mlir-print-op-generic | levada-opt | FileCheck %s

module attributes {exec.operators = [["a", "source"], ["b", "source"], ["u", "aggregate"], ["f", "filter"], ["out", "sink"], ["bad", "sink"]]} {
// CHECK: exec.source @a
// CHECK-SAME: dead_letter = @bad.in
// CHECK-SAME: used = array<i32: 0, 1, -1>
exec.source @a {columns = ["k", "t"], types = [!flow.sql<INT>, !flow.sql<TIMESTAMP(3)>], used = array<i32: 0, 1, -1>,
  metadata = ["line"], connector = "filesystem", options = {path = "a"}, format = "csv", format_options = {},
  on_error = #flow.on_error<dead_letter>, dead_letter = @bad.in, op = 0 : i32}
exec.source @b {columns = ["k", "t"], types = [!flow.sql<INT>, !flow.sql<TIMESTAMP(3)>], used = array<i32: 0, 1>,
  metadata = [], connector = "filesystem", options = {}, format = "csv", format_options = {}, on_error = #flow.on_error<fail>, op = 1 : i32}
// CHECK: exec.channel @bad.in
// CHECK-SAME: single
exec.channel @bad.in {names = ["source", "file", "byte_offset", "line", "raw", "code", "reason"], single,
  types = [!flow.sql<STRING NOT NULL>, !flow.sql<STRING NOT NULL>, !flow.sql<BIGINT NOT NULL>, !flow.sql<BIGINT NOT NULL>, !flow.sql<BYTES NOT NULL>, !flow.sql<STRING NOT NULL>, !flow.sql<STRING NOT NULL>]}
exec.channel @u.in {names = ["k", "t"], types = [!flow.sql<INT>, !flow.sql<TIMESTAMP(3)>]}
exec.channel @u.in_1 {names = ["k", "t"], types = [!flow.sql<INT>, !flow.sql<TIMESTAMP(3)>]}
// CHECK: exec.slot @u.state
exec.slot @u.state {id = "u/aggregate[k]", kind = "window", key_names = ["k"], key_types = [!flow.sql<INT>],
  window = #flow.window<tumble, on = "t", size = 1000, slide = 0, offset = 0>, sort_keys = [],
  aggs = [#flow.agg<"COUNT", "c", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>], op = 2 : i32}
exec.sink @out {columns = ["k", "n"], types = [!flow.sql<INT>, !flow.sql<BIGINT NOT NULL>], connector = "print", options = {}, format = "json", format_options = {}, op = 4 : i32}
exec.sink @bad {columns = ["raw"], types = [!flow.sql<BYTES NOT NULL>], connector = "print", options = {}, format = "json", format_options = {}, op = 5 : i32}

// CHECK: exec.stage @a.read from @a {
exec.stage @a.read from @a {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3)>, %line: !flow.sql<BIGINT NOT NULL>):
  exec.count "passed" 0
  // CHECK: exec.guard {
  // CHECK: exec.watermark %{{.+}} : <TIMESTAMP(3)>
  exec.guard {
    exec.watermark %t : !flow.sql<TIMESTAMP(3)>
    %one = flow.constant 1 : i32 -> !flow.sql<INT NOT NULL>
    %is = flow.cmp eq %k, %one : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<BOOLEAN>
    // CHECK: exec.when %{{.+}} {
    exec.when %is {
      // CHECK: exec.expand <cumulate, on = "t", size = 2000, slide = 1000, offset = 0> %{{.+}} {
      // CHECK-NEXT: ^bb0(%{{.+}}: !flow.sql<TIMESTAMP(3) NOT NULL>
      exec.expand <cumulate, on = "t", size = 2000, slide = 1000, offset = 0> %t {
      ^bb0(%start: !flow.sql<TIMESTAMP(3) NOT NULL>, %end: !flow.sql<TIMESTAMP(3) NOT NULL>, %time: !flow.sql<TIMESTAMP(3) NOT NULL>):
        // CHECK: exec.emit @u.in(%{{.+}}, %{{.+}} : !flow.sql<INT>, !flow.sql<TIMESTAMP(3)>) {hash = 1 : i32}
        exec.emit @u.in(%k, %t : !flow.sql<INT>, !flow.sql<TIMESTAMP(3)>) {hash = 1 : i32}
      } : !flow.sql<TIMESTAMP(3)>
    // CHECK: } {op = 3 : i32} : <BOOLEAN>
    } {op = 3 : i32} : !flow.sql<BOOLEAN>
  // CHECK: } {op = 0 : i32, policy = #flow.on_error<skip>}
  } {op = 0 : i32, policy = #flow.on_error<skip>}
}
exec.stage @b.read from @b {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3)>):
  exec.emit @u.in_1(%k, %t : !flow.sql<INT>, !flow.sql<TIMESTAMP(3)>) {hash = 1 : i32}
}
// CHECK: exec.stage @u.group from @u.in also [@u.in_1] {
exec.stage @u.group from @u.in also [@u.in_1] {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3)>):
  // CHECK: exec.update @u.state key(%{{.+}} : !flow.sql<INT>) time(%{{.+}} : !flow.sql<TIMESTAMP(3)>) args() late {
  // CHECK-NEXT: exec.count "late" 2
  // CHECK-NEXT: }
  exec.update @u.state key(%k : !flow.sql<INT>) time(%t : !flow.sql<TIMESTAMP(3)>) args() late {
    exec.count "late" 2
  }
}
exec.stage @u.fire from @u.state {
^bb0(%k: !flow.sql<INT>, %start: !flow.sql<TIMESTAMP(3) NOT NULL>, %end: !flow.sql<TIMESTAMP(3) NOT NULL>, %time: !flow.sql<TIMESTAMP(3) NOT NULL>, %n: !flow.sql<BIGINT NOT NULL>):
  // CHECK: exec.write @out(%{{.+}}, %{{.+}} : !flow.sql<INT>, !flow.sql<BIGINT NOT NULL>)
  exec.write @out(%k, %n : !flow.sql<INT>, !flow.sql<BIGINT NOT NULL>)
}
exec.stage @a.bad from @bad.in {
^bb0(%0: !flow.sql<STRING NOT NULL>, %1: !flow.sql<STRING NOT NULL>, %2: !flow.sql<BIGINT NOT NULL>, %3: !flow.sql<BIGINT NOT NULL>, %raw: !flow.sql<BYTES NOT NULL>, %5: !flow.sql<STRING NOT NULL>, %6: !flow.sql<STRING NOT NULL>):
  exec.write @bad(%raw : !flow.sql<BYTES NOT NULL>)
}
}
