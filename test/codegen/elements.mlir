// RUN: levada-opt %s -exec-to-llvm | FileCheck %s

// DISTINCT values are entries of slots of their own, where no sets have to be merged. Aggregates of the same values share one.

module attributes {exec.operators = [["s", "source"], ["a", "aggregate"], ["out", "sink"]]} {
exec.source @s {columns = ["k", "t", "v", "f"], types = [!flow.sql<INT>, !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<BIGINT>, !flow.sql<BOOLEAN NOT NULL>],
  used = array<i32: 0, 1, 2, 3>, metadata = [], connector = "stdin", options = {}, format = "csv", format_options = {}, on_error = #flow.on_error<fail>, op = 0 : i32}
exec.sink @out {columns = ["k"], types = [!flow.sql<INT>], connector = "stdout", options = {}, format = "csv", format_options = {}, op = 2 : i32}
exec.channel @in {names = ["k", "t", "v", "f"], types = [!flow.sql<INT>, !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<BIGINT>, !flow.sql<BOOLEAN NOT NULL>]}
exec.slot @tumble {id = "a/aggregate[k]", kind = "window", key_names = ["k"], key_types = [!flow.sql<INT>],
  window = #flow.window<tumble, on = "t", size = 1000, slide = 0, offset = 0>, sort_keys = [],
  aggs = [#flow.agg<"COUNT", "levada_agg_count_value", ["v"], filter = "", distinct = true, as "u" -> !flow.sql<BIGINT NOT NULL>>,
          #flow.agg<"SUM", "levada_agg_sum_i64", ["v"], filter = "", distinct = true, as "s" -> !flow.sql<BIGINT>>,
          #flow.agg<"COUNT", "levada_agg_count_value", ["v"], filter = "f", distinct = true, as "w" -> !flow.sql<BIGINT NOT NULL>>], op = 1 : i32}
exec.slot @cumulate {id = "b/aggregate[k]", kind = "window", key_names = ["k"], key_types = [!flow.sql<INT>],
  window = #flow.window<cumulate, on = "t", size = 1000, slide = 100, offset = 0>, sort_keys = [],
  aggs = [#flow.agg<"COUNT", "levada_agg_count_value", ["v"], filter = "", distinct = true, as "u" -> !flow.sql<BIGINT NOT NULL>>,
          #flow.agg<"SUM", "levada_agg_sum_f64", ["v"], filter = "", distinct = true, as "s" -> !flow.sql<DOUBLE>>], op = 1 : i32}

// Partials are merged as they are, without a value.
// CHECK-LABEL: llvm.func @levada_slot_merge.0
// CHECK-NOT: llvm.call @levada_rt_distinct_next
// CHECK: llvm.call @levada_agg_count_value_merge
// CHECK: llvm.call @levada_agg_sum_i64_merge
// What depends on the order of rows has a set where slices are merged.
// CHECK-LABEL: llvm.func @levada_slot_merge.1
// CHECK: llvm.call @levada_agg_count_value_merge
// CHECK: llvm.call @levada_rt_distinct_next

exec.stage @read from @s {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3) NOT NULL>, %v: !flow.sql<BIGINT>, %f: !flow.sql<BOOLEAN NOT NULL>):
  exec.watermark %t : !flow.sql<TIMESTAMP(3) NOT NULL>
  exec.emit @in(%k, %t, %v, %f : !flow.sql<INT>, !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<BIGINT>, !flow.sql<BOOLEAN NOT NULL>) {hash = 1 : i32}
}

// Values are asked for before accumulators are: slots 2 and 3, then 0.
// CHECK-LABEL: llvm.func @stage.both
// CHECK: llvm.call @levada_rt_element_hash
// CHECK: llvm.call @levada_rt_window
// CHECK: llvm.call @levada_rt_element_hash
// CHECK: llvm.call @levada_rt_window
// CHECK-NOT: llvm.call @levada_rt_element_hash
// CHECK: llvm.call @levada_rt_window
// CHECK-NOT: llvm.call @levada_rt_window
// CHECK: llvm.call @levada_agg_count_value_add
// CHECK: llvm.call @levada_agg_sum_i64_add
// CHECK: llvm.call @levada_agg_count_value_add
// A value that a row brings to an earlier step is taken out of the later one.
// CHECK: llvm.call @levada_rt_element_hash
// CHECK: llvm.call @levada_rt_window
// CHECK: llvm.call @levada_rt_window
// CHECK: llvm.icmp "slt"
// CHECK: llvm.call @levada_rt_window
// CHECK: llvm.call @levada_agg_count_value_retract
// CHECK: llvm.call @levada_agg_count_value_add
// CHECK: llvm.call @levada_rt_distinct_add
exec.stage @both from @in {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3) NOT NULL>, %v: !flow.sql<BIGINT>, %f: !flow.sql<BOOLEAN NOT NULL>):
  exec.update @tumble key(%k : !flow.sql<INT>) time(%t : !flow.sql<TIMESTAMP(3) NOT NULL>) args(%v, %v, %v, %f : !flow.sql<BIGINT>, !flow.sql<BIGINT>, !flow.sql<BIGINT>, !flow.sql<BOOLEAN NOT NULL>) late {
  }
  %d = flow.cast %v : !flow.sql<BIGINT> -> !flow.sql<DOUBLE>
  exec.update @cumulate key(%k : !flow.sql<INT>) time(%t : !flow.sql<TIMESTAMP(3) NOT NULL>) args(%v, %d : !flow.sql<BIGINT>, !flow.sql<DOUBLE>) late {
  }
}
exec.stage @tumble_fire from @tumble {
^bb0(%k: !flow.sql<INT>, %start: !flow.sql<TIMESTAMP(3) NOT NULL>, %end: !flow.sql<TIMESTAMP(3) NOT NULL>, %time: !flow.sql<TIMESTAMP(3) NOT NULL>, %u: !flow.sql<BIGINT NOT NULL>, %s: !flow.sql<BIGINT>, %w: !flow.sql<BIGINT NOT NULL>):
  exec.write @out(%k : !flow.sql<INT>)
}
exec.stage @cumulate_fire from @cumulate {
^bb0(%k: !flow.sql<INT>, %start: !flow.sql<TIMESTAMP(3) NOT NULL>, %end: !flow.sql<TIMESTAMP(3) NOT NULL>, %time: !flow.sql<TIMESTAMP(3) NOT NULL>, %u: !flow.sql<BIGINT NOT NULL>, %s: !flow.sql<DOUBLE>):
  exec.write @out(%k : !flow.sql<INT>)
}
}
