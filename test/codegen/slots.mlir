// RUN: levada-opt %s -exec-to-llvm | FileCheck %s

// State: keys as canonical bytes, aggregates in place, sets for DISTINCT of sessions, which merge.

module attributes {exec.operators = [["s", "source"], ["a", "aggregate"], ["out", "sink"]]} {
exec.source @s {columns = ["k", "t", "v", "f"], types = [!flow.sql<INT>, !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<BIGINT>, !flow.sql<BOOLEAN NOT NULL>],
  used = array<i32: 0, 1, 2, 3>, metadata = [], connector = "stdin", options = {}, format = "csv", format_options = {}, on_error = #flow.on_error<fail>, op = 0 : i32}
exec.channel @in {names = ["k", "t", "v", "f"], types = [!flow.sql<INT>, !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<BIGINT>, !flow.sql<BOOLEAN NOT NULL>]}
exec.slot @state {id = "a/aggregate[k]", kind = "session", key_names = ["k"], key_types = [!flow.sql<INT>],
  window = #flow.window<session, on = "t", size = 1000, slide = 0, offset = 0>, sort_keys = [],
  aggs = [#flow.agg<"COUNT", "levada_agg_count", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>,
          #flow.agg<"COUNT", "levada_agg_count_value", ["v"], filter = "f", distinct = true, as "u" -> !flow.sql<BIGINT NOT NULL>>], op = 1 : i32}
exec.sink @out {columns = ["k", "n"], types = [!flow.sql<INT>, !flow.sql<BIGINT NOT NULL>], connector = "stdout", options = {}, format = "csv", format_options = {}, op = 2 : i32}

// The plain aggregate merges its state, the DISTINCT one goes through its set.
// CHECK-LABEL: llvm.func @levada_slot_merge.0
// CHECK: llvm.call @levada_agg_count_merge
// CHECK-NOT: llvm.call @levada_agg_count_value_merge
// CHECK: llvm.call @levada_rt_distinct_next
// CHECK: llvm.call @levada_rt_distinct_add
// CHECK: llvm.call @levada_agg_count_value_add

// A set is saved value by value, what is plain as it lies there; loaded the same way.
// CHECK-LABEL: llvm.func @levada_slot_save.0
// CHECK: llvm.call @levada_rt_save
// CHECK: llvm.call @levada_rt_distinct_save
// CHECK: llvm.call @levada_rt_save
// CHECK-LABEL: llvm.func @levada_slot_load.0
// CHECK: llvm.call @levada_rt_load_into
// CHECK: llvm.call @levada_rt_distinct_load
// CHECK: llvm.call @levada_rt_load_into

// CHECK-LABEL: llvm.func @stage.read
// The watermark takes effect behind the row: the header is read before.
// CHECK: %[[LEAST:.+]] = llvm.mlir.constant(-9223372036854775808 : i64)
// CHECK: llvm.store %[[LEAST]], %[[MARK:.+]] : i64, !llvm.ptr
// CHECK: %[[BEFORE:.+]] = llvm.load %[[MARK]] : !llvm.ptr -> i64
// CHECK: llvm.intr.smax
// CHECK: %[[HASH:.+]] = llvm.call @levada_rt_hash
// CHECK: %[[ROW:.+]] = llvm.call @levada_rt_row(%{{.+}}, %{{.+}}, %{{.+}}, %[[HASH]])
// CHECK: llvm.store %[[BEFORE]], %[[ROW]]
// CHECK: llvm.store %{{.+}}, %{{.+}} : i64, !llvm.ptr
exec.stage @read from @s {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3) NOT NULL>, %v: !flow.sql<BIGINT>, %f: !flow.sql<BOOLEAN NOT NULL>):
  exec.watermark %t : !flow.sql<TIMESTAMP(3) NOT NULL>
  exec.emit @in(%k, %t, %v, %f : !flow.sql<INT>, !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<BIGINT>, !flow.sql<BOOLEAN NOT NULL>) {hash = 1 : i32}
}

// CHECK-LABEL: llvm.func @stage.group
// The value of a NULL key is zero.
// CHECK: llvm.select
// CHECK: %[[ACC:.+]] = llvm.call @levada_rt_session
// CHECK: llvm.call @levada_rt_failed
// CHECK: %[[LATE:.+]] = llvm.icmp "eq" %[[ACC]]
// CHECK-NEXT: llvm.cond_br %[[LATE]] weights([1, 4000])
// COUNT(*) takes every row; the other those with a value that pass the filter.
// CHECK: llvm.call @levada_agg_count_add
// CHECK: llvm.cond_br
// CHECK: llvm.call @levada_rt_distinct_add
// CHECK: llvm.cond_br
// CHECK: llvm.call @levada_agg_count_value_add
exec.stage @group from @in {
^bb0(%k: !flow.sql<INT>, %t: !flow.sql<TIMESTAMP(3) NOT NULL>, %v: !flow.sql<BIGINT>, %f: !flow.sql<BOOLEAN NOT NULL>):
  exec.update @state key(%k : !flow.sql<INT>) time(%t : !flow.sql<TIMESTAMP(3) NOT NULL>) args(%v, %f : !flow.sql<BIGINT>, !flow.sql<BOOLEAN NOT NULL>) late {
    exec.count "late" 1
  }
}

// A result that nobody reads is not computed.
// CHECK-LABEL: llvm.func @stage.fire
// CHECK: llvm.call @levada_agg_count_get
// CHECK-NOT: llvm.call @levada_agg_count_value_get
exec.stage @fire from @state {
^bb0(%k: !flow.sql<INT>, %start: !flow.sql<TIMESTAMP(3) NOT NULL>, %end: !flow.sql<TIMESTAMP(3) NOT NULL>, %time: !flow.sql<TIMESTAMP(3) NOT NULL>, %n: !flow.sql<BIGINT NOT NULL>, %u: !flow.sql<BIGINT NOT NULL>):
  exec.write @out(%k, %n : !flow.sql<INT>, !flow.sql<BIGINT NOT NULL>)
}
}
