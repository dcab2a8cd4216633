// RUN: levada-opt %s -flow-to-exec -split-input-file | FileCheck %s

// What reads the watermark leaves the stage of its source: one channel, all rows
// in their order, with the columns that it and those behind it read.

// CHECK: exec.channel @on_time.in {names = ["k", "ts"], single
// CHECK: exec.stage @s.read from @s {
// CHECK: exec.watermark
// CHECK-NOT: flow.current_watermark
// CHECK: exec.emit @on_time.in(%{{.+}}, %{{.+}} : !flow.sql<INT>, !flow.sql<TIMESTAMP(3)>)
// CHECK: exec.stage @on_time.ordered from @on_time.in {
// CHECK-NEXT: ^bb0(%[[K:.+]]: !flow.sql<INT>, %[[TS:.+]]: !flow.sql<TIMESTAMP(3)>):
// CHECK: %[[W:.+]] = flow.current_watermark
// CHECK: flow.cmp gt %[[TS]], %[[W]]
// CHECK: exec.when
// A second reader finds the rows in order.
// CHECK: %[[AGAIN:.+]] = flow.current_watermark
// CHECK-NEXT: exec.write @out(%[[K]], %[[AGAIN]] :
// CHECK-NOT: exec.stage
!in = !flow.stream<[k: INT, ts: TIMESTAMP(3), x: INT], append>
!timed = !flow.stream<[k: INT, ts: TIMESTAMP(3), x: INT], append, time = "ts">
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "ts", "x"] : !in
%timed = flow.watermark "s" %rows on "ts" {
^bb0(%k: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %x: !flow.sql<INT>):
  flow.yield %ts : !flow.sql<TIMESTAMP(3)>
} : !in -> !timed
%f = flow.filter "on_time" %timed {
^bb0(%k: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %x: !flow.sql<INT>):
  %w = flow.current_watermark -> !flow.sql<TIMESTAMP(3)>
  %is = flow.cmp gt %ts, %w : !flow.sql<TIMESTAMP(3)>, !flow.sql<TIMESTAMP(3)> -> !flow.sql<BOOLEAN>
  flow.yield %is : !flow.sql<BOOLEAN>
} : !timed -> !timed
%p = flow.project "marked" %f {
^bb0(%k: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %x: !flow.sql<INT>):
  %w = flow.current_watermark -> !flow.sql<TIMESTAMP(3)>
  flow.yield %k, %w : !flow.sql<INT>, !flow.sql<TIMESTAMP(3)>
} : !timed -> !flow.stream<[k: INT, w: TIMESTAMP(3)], append>
flow.sink "out" %p connector "c" {} format "f" {} : !flow.stream<[k: INT, w: TIMESTAMP(3)], append>

// -----

// The watermark of a union is that of all inputs: rows of an input that are in
// order already go to the union's stage all the same.

// CHECK: exec.stage @left.read from
// CHECK: exec.emit @both.in(
// CHECK: exec.emit @left_on_time.in
// CHECK: exec.stage @right.read from
// CHECK: exec.emit @both.in_1(
// CHECK: exec.stage @left_on_time.ordered from @left_on_time.in {
// CHECK: exec.emit @both.in_2(
// CHECK: exec.stage @both.ordered from @both.in also [@both.in_1, @both.in_2] {
!in = !flow.stream<[ts: TIMESTAMP(3)], append>
!timed = !flow.stream<[ts: TIMESTAMP(3)], append, time = "ts">
%l = flow.source "left" connector "c" {} format "f" {} columns ["ts"] : !in
%left = flow.watermark "left" %l on "ts" {
^bb0(%ts: !flow.sql<TIMESTAMP(3)>):
  flow.yield %ts : !flow.sql<TIMESTAMP(3)>
} : !in -> !timed
%r = flow.source "right" connector "c" {} format "f" {} columns ["ts"] : !in
%right = flow.watermark "right" %r on "ts" {
^bb0(%ts: !flow.sql<TIMESTAMP(3)>):
  flow.yield %ts : !flow.sql<TIMESTAMP(3)>
} : !in -> !timed
%f = flow.filter "left_on_time" %left {
^bb0(%ts: !flow.sql<TIMESTAMP(3)>):
  %w = flow.current_watermark -> !flow.sql<TIMESTAMP(3)>
  %is = flow.cmp gt %ts, %w : !flow.sql<TIMESTAMP(3)>, !flow.sql<TIMESTAMP(3)> -> !flow.sql<BOOLEAN>
  flow.yield %is : !flow.sql<BOOLEAN>
} : !timed -> !timed
%u = flow.union "u" %left, %right, %f : !timed, !timed, !timed -> !timed
%p = flow.project "both" %u {
^bb0(%ts: !flow.sql<TIMESTAMP(3)>):
  %w = flow.current_watermark -> !flow.sql<TIMESTAMP(3)>
  flow.yield %w : !flow.sql<TIMESTAMP(3)>
} : !timed -> !flow.stream<[w: TIMESTAMP(3)], append>
flow.sink "out" %p connector "c" {} format "f" {} : !flow.stream<[w: TIMESTAMP(3)], append>

// -----

// What nobody reads breaks nothing.

// CHECK: exec.stage @s.read from
// CHECK: exec.write @out
// CHECK-NOT: exec.stage
!in = !flow.stream<[k: INT, ts: TIMESTAMP(3)], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "ts"] : !in
%p = flow.project "marked" %rows {
^bb0(%k: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>):
  %w = flow.current_watermark -> !flow.sql<TIMESTAMP(3)>
  flow.yield %k, %w : !flow.sql<INT>, !flow.sql<TIMESTAMP(3)>
} : !in -> !flow.stream<[k: INT, w: TIMESTAMP(3)], append>
%q = flow.project "kept" %p {
^bb0(%k: !flow.sql<INT>, %w: !flow.sql<TIMESTAMP(3)>):
  flow.yield %k : !flow.sql<INT>
} : !flow.stream<[k: INT, w: TIMESTAMP(3)], append> -> !flow.stream<[k: INT], append>
flow.sink "out" %q connector "c" {} format "f" {} : !flow.stream<[k: INT], append>
