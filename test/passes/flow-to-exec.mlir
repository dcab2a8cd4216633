// RUN: levada-opt %s -flow-to-exec -split-input-file | FileCheck %s

// A filter and a projection run inside the source's stage; unread columns are
// not decoded.

// CHECK: module attributes {exec.operators = {{\[}}["trips", "source"], ["big", "filter"], ["out", "sink"]]}
// CHECK: exec.source @trips
// CHECK-SAME: used = array<i32: 0, 2>
// CHECK: exec.sink @out
// CHECK: exec.stage @trips.read from @trips {
// CHECK-NEXT: ^bb0(%[[ZONE:.+]]: !flow.sql<INT>, %[[FARE:.+]]: !flow.sql<DOUBLE>):
// CHECK-NEXT: exec.count "passed" 0
// CHECK-NEXT: exec.count "in" 1
// CHECK: %[[BIG:.+]] = flow.cmp
// CHECK-NEXT: exec.when %[[BIG]] {
// CHECK-NEXT: exec.write @out(%[[ZONE]] : !flow.sql<INT>)
// CHECK-NEXT: } {op = 1 : i32}
%rows = flow.source "trips" connector "filesystem" {path = "a.csv"} format "csv" {}
  columns ["zone", "flag", "fare"] : !flow.stream<[zone: INT, flag: STRING, fare: DOUBLE], append>
%big = flow.filter "big" %rows {
^bb0(%zone: !flow.sql<INT>, %flag: !flow.sql<STRING>, %fare: !flow.sql<DOUBLE>):
  %limit = flow.constant 1.0e1 : f64 -> !flow.sql<DOUBLE NOT NULL>
  %is = flow.cmp gt %fare, %limit : !flow.sql<DOUBLE>, !flow.sql<DOUBLE NOT NULL> -> !flow.sql<BOOLEAN>
  flow.yield %is : !flow.sql<BOOLEAN>
} : !flow.stream<[zone: INT, flag: STRING, fare: DOUBLE], append>
 -> !flow.stream<[zone: INT, flag: STRING, fare: DOUBLE], append>
%zones = flow.project "big" %big {
^bb0(%zone: !flow.sql<INT>, %flag: !flow.sql<STRING>, %fare: !flow.sql<DOUBLE>):
  flow.yield %zone : !flow.sql<INT>
} : !flow.stream<[zone: INT, flag: STRING, fare: DOUBLE], append> -> !flow.stream<[zone: INT], append>
flow.sink "out" %zones connector "filesystem" {path = "out"} format "json" {} : !flow.stream<[zone: INT], append>

// -----

// A windowed aggregate by key: rows cross a hash channel with the columns that
// state and late rows need, keys first; fired rows go on from the slot.

// CHECK: exec.channel @per_zone.in {names = ["zone", "ts", "fare", "tip"]
// CHECK: exec.slot @per_zone.state
// CHECK-SAME: id = "per_zone/aggregate[zone]"
// CHECK-SAME: key_names = ["zone"]
// CHECK-SAME: kind = "window"
// CHECK: exec.stage @trips.read
// CHECK: exec.watermark
// CHECK: exec.emit @per_zone.in({{.*}}) {hash = 1 : i32}
// CHECK: exec.stage @per_zone.group from @per_zone.in {
// CHECK-NEXT: ^bb0(%[[ZONE:.+]]: !flow.sql<INT>, %[[TS:.+]]: !flow.sql<TIMESTAMP(3)>, %[[FARE:.+]]: !flow.sql<DOUBLE>, %[[TIP:.+]]: !flow.sql<DOUBLE>):
// CHECK: exec.update @per_zone.state key(%[[ZONE]] : !flow.sql<INT>) time(%[[TS]] : !flow.sql<TIMESTAMP(3)>) args(%[[FARE]] : !flow.sql<DOUBLE>) late {
// CHECK-NEXT: exec.count "late"
// CHECK-NEXT: exec.write @late(%[[TIP]] :
// CHECK: exec.stage @per_zone.fire from @per_zone.state {
// CHECK-NEXT: ^bb0(%[[K:.+]]: !flow.sql<INT>, %[[START:.+]]: !flow.sql<TIMESTAMP(3) NOT NULL>, %{{.+}}: !flow.sql<TIMESTAMP(3) NOT NULL>, %{{.+}}: !flow.sql<TIMESTAMP(3) NOT NULL>, %[[N:.+]]: !flow.sql<BIGINT NOT NULL>, %[[SUM:.+]]: !flow.sql<DOUBLE>):
// CHECK-NEXT: exec.count "made"
// CHECK-NEXT: exec.write @out(%[[K]], %[[START]], %[[N]], %[[SUM]] :
!in = !flow.stream<[zone: INT, ts: TIMESTAMP(3), fare: DOUBLE, tip: DOUBLE], append>
!timed = !flow.stream<[zone: INT, ts: TIMESTAMP(3), fare: DOUBLE, tip: DOUBLE], append, time = "ts">
!out = !flow.stream<[zone: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL, n: BIGINT NOT NULL, fares: DOUBLE], append, time = "window_time">
%rows = flow.source "trips" connector "filesystem" {} format "csv" {} columns ["zone", "ts", "fare", "tip"] : !in
%timed = flow.watermark "trips" %rows on "ts" {
^bb0(%zone: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %fare: !flow.sql<DOUBLE>, %tip: !flow.sql<DOUBLE>):
  %hour = flow.constant 3600000 : i64 -> !flow.sql<INTERVAL_SECOND NOT NULL>
  %mark = flow.sub %ts, %hour : !flow.sql<TIMESTAMP(3)>, !flow.sql<INTERVAL_SECOND NOT NULL> -> !flow.sql<TIMESTAMP(3)>
  flow.yield %mark : !flow.sql<TIMESTAMP(3)>
} : !in -> !timed
%zones, %late = flow.aggregate "per_zone" %timed keys ["zone"]
  window #flow.window<tumble, on = "ts", size = 3600000, slide = 0, offset = 0>
  aggs [#flow.agg<"COUNT", "levada_agg_count", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>,
        #flow.agg<"SUM", "levada_agg_sum_f64", ["fare"], filter = "", distinct = false, as "fares" -> !flow.sql<DOUBLE>>]
  : !timed -> !out, !timed
%picked = flow.project "per_zone" %zones {
^bb0(%zone: !flow.sql<INT>, %start: !flow.sql<TIMESTAMP(3) NOT NULL>, %end: !flow.sql<TIMESTAMP(3) NOT NULL>, %time: !flow.sql<TIMESTAMP(3) NOT NULL>, %n: !flow.sql<BIGINT NOT NULL>, %fares: !flow.sql<DOUBLE>):
  flow.yield %zone, %start, %n, %fares : !flow.sql<INT>, !flow.sql<TIMESTAMP(3) NOT NULL>, !flow.sql<BIGINT NOT NULL>, !flow.sql<DOUBLE>
} : !out -> !flow.stream<[zone: INT, start: TIMESTAMP(3) NOT NULL, n: BIGINT NOT NULL, fares: DOUBLE], append>
%tips = flow.project "late" %late {
^bb0(%zone: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %fare: !flow.sql<DOUBLE>, %tip: !flow.sql<DOUBLE>):
  flow.yield %tip : !flow.sql<DOUBLE>
} : !timed -> !flow.stream<[tip: DOUBLE], append>
flow.sink "late" %tips connector "filesystem" {} format "csv" {} : !flow.stream<[tip: DOUBLE], append>
flow.sink "out" %picked connector "filesystem" {} format "json" {} : !flow.stream<[zone: INT, start: TIMESTAMP(3) NOT NULL, n: BIGINT NOT NULL, fares: DOUBLE], append>

// -----

// A union of two sources feeds an aggregate through a channel each, which one
// stage merges; a union of two branches of one source is a channel's two emits,
// in the union's order wherever the operators stand.

// CHECK: exec.channel @u.in {names = ["k"]
// CHECK: exec.channel @u.in_1 {names = ["k"]
// CHECK: exec.stage @left.read from @left
// CHECK: exec.emit @u.in(
// CHECK: exec.stage @right.read from @right
// CHECK-NEXT: ^bb0(%[[K:.+]]: !flow.sql<INT>):
// CHECK: exec.emit @u.in_1(%[[K]] :
// CHECK: %[[N:.+]] = flow.neg %[[K]]
// CHECK: exec.emit @u.in_1(%[[N]] :
// CHECK: exec.stage @u.group from @u.in also [@u.in_1] {
!in = !flow.stream<[k: INT], append>
%left = flow.source "left" connector "c" {} format "f" {} columns ["k"] : !in
%right = flow.source "right" connector "c" {} format "f" {} columns ["k"] : !in
%neg = flow.project "neg" %right {
^bb0(%k: !flow.sql<INT>):
  %n = flow.neg %k : !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %n : !flow.sql<INT>
} : !in -> !in
%u = flow.union "u" %left, %right, %neg : !in, !in, !in -> !in
%a = flow.aggregate "u" %u keys ["k"] aggs [] : !in -> !in
flow.sink "out" %a connector "c" {} format "f" {} : !in

// -----

// A stateless union needs no channel: each source's stage writes to the sink.

// CHECK-NOT: exec.channel
// CHECK: exec.stage @left.read
// CHECK: exec.write @out
// CHECK: exec.stage @right.read
// CHECK: exec.write @out
!in = !flow.stream<[k: INT], append>
%left = flow.source "left" connector "c" {} format "f" {} columns ["k"] : !in
%right = flow.source "right" connector "c" {} format "f" {} columns ["k"] : !in
%u = flow.union "u" %left, %right : !in, !in -> !in
flow.sink "out" %u connector "c" {} format "f" {} : !in

// -----

// Rows that fail go to a channel of bad rows, one for all that meet in a union,
// so that they stay in order; the innermost guard decides.

// CHECK: module attributes {exec.operators = {{\[}}["s", "source"], ["p", "project"], ["q", "project"], ["out", "sink"], ["bad", "sink"]]}
// CHECK: exec.source @s
// CHECK-SAME: dead_letter = @bad.dead
// CHECK-SAME: on_error = #flow.on_error<dead_letter>
// CHECK: exec.channel @bad.dead
// CHECK-SAME: single
// CHECK-NOT: exec.channel
// CHECK: exec.stage @s.read from @s {
// CHECK: exec.count "in" 1
// CHECK-NEXT: exec.guard {
// CHECK-NEXT: flow.cast
// CHECK-NEXT: exec.count "passed" 1
// CHECK-NEXT: exec.count "in" 2
// CHECK-NEXT: exec.guard {
// CHECK: flow.div
// CHECK: exec.write @out
// CHECK-NEXT: } {op = 2 : i32, policy = #flow.on_error<fail>}
// CHECK-NEXT: } {dead_letter = @bad.dead, op = 1 : i32, policy = #flow.on_error<dead_letter>}
// CHECK: exec.stage @bad.bad from @bad.dead {
// CHECK: exec.write @bad
!in = !flow.stream<[a: STRING], append>
!n = !flow.stream<[n: INT], append>
!dead = !flow.stream<[source: STRING NOT NULL, file: STRING NOT NULL, byte_offset: BIGINT NOT NULL, line: BIGINT NOT NULL, raw: BYTES NOT NULL, code: STRING NOT NULL, reason: STRING NOT NULL], append>
%rows, %dead = flow.source "s" connector "c" {} format "f" {} columns ["a"] {on_error = #flow.on_error<dead_letter>} : !in, !dead
%p, %bad = flow.project "p" %rows {
^bb0(%a: !flow.sql<STRING>):
  %n = flow.cast %a : !flow.sql<STRING> -> !flow.sql<INT>
  flow.yield %n : !flow.sql<INT>
} {on_error = #flow.on_error<dead_letter>} : !in -> !n, !dead
%q = flow.project "q" %p {
^bb0(%n: !flow.sql<INT>):
  %d = flow.div %n, %n : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %d : !flow.sql<INT>
} : !n -> !n
flow.sink "out" %q connector "c" {} format "f" {} : !n
%all = flow.union "bad" %dead, %bad : !dead, !dead -> !dead
flow.sink "bad" %all connector "c" {} format "f" {} : !dead

// -----

// A failing expression that stops the run needs no guard; where nobody takes
// the bad rows they are skipped; what nobody reads does not fail.

// CHECK: exec.operators = {{\[}}["s", "source"], ["p", "project"], ["out", "sink"]]
// CHECK-NOT: exec.channel
// CHECK: exec.guard {
// CHECK-NEXT: flow.cast
// CHECK-NOT: flow.div
// CHECK: } {op = 1 : i32, policy = #flow.on_error<skip>}
!in = !flow.stream<[a: STRING], append>
!n = !flow.stream<[n: INT], append>
!dead = !flow.stream<[source: STRING NOT NULL, file: STRING NOT NULL, byte_offset: BIGINT NOT NULL, line: BIGINT NOT NULL, raw: BYTES NOT NULL, code: STRING NOT NULL, reason: STRING NOT NULL], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !in
%p, %bad = flow.project "p" %rows {
^bb0(%a: !flow.sql<STRING>):
  %n = flow.cast %a : !flow.sql<STRING> -> !flow.sql<INT>
  flow.yield %n : !flow.sql<INT>
} {on_error = #flow.on_error<dead_letter>} : !in -> !n, !dead
%q = flow.project "q" %p {
^bb0(%n: !flow.sql<INT>):
  %d = flow.div %n, %n : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %n, %d : !flow.sql<INT>, !flow.sql<INT>
} : !n -> !flow.stream<[n: INT, d: INT], append>
%r = flow.project "r" %q {
^bb0(%n: !flow.sql<INT>, %d: !flow.sql<INT>):
  flow.yield %n : !flow.sql<INT>
} : !flow.stream<[n: INT, d: INT], append> -> !n
flow.sink "out" %r connector "c" {} format "f" {} : !n

// -----

// Metadata columns count down from -1; without keys one worker takes all, and
// a row comes even of nothing; the sort's rows hold what is read.

// CHECK: exec.source @s
// CHECK-SAME: metadata = ["line", "file"]
// CHECK-SAME: used = array<i32: 1, -1, -2>
// CHECK: exec.channel @sorted.in {names = ["b", "at"], single
// CHECK: exec.channel @total.in {names = ["name"], single
// CHECK: exec.slot @sorted.state
// CHECK-SAME: key_names = ["b", "at"]
// CHECK-SAME: kind = "sort", limit = 3 : i64
// CHECK: exec.slot @total.state
// CHECK-SAME: always_one = true
// CHECK-SAME: kind = "group"
// CHECK: exec.emit @sorted.in(%{{.+}}, %{{.+}} : !flow.sql<INT>, !flow.sql<BIGINT NOT NULL>)
// CHECK: exec.stage @sorted.collect from @sorted.in {
// CHECK: exec.update @sorted.state key(%{{.+}}, %{{.+}} : !flow.sql<INT>, !flow.sql<BIGINT NOT NULL>) args() late {
// CHECK-NEXT: }
// CHECK: exec.stage @sorted.sorted from @sorted.state {
// CHECK-NEXT: ^bb0(%[[B:.+]]: !flow.sql<INT>, %{{.+}}: !flow.sql<BIGINT NOT NULL>):
// CHECK-NEXT: exec.count "made"
// CHECK-NEXT: exec.write @out(%[[B]] :
// CHECK: exec.update @total.state key() args(%{{.+}} : !flow.sql<STRING NOT NULL>) late {
!in = !flow.stream<[a: INT, b: INT, at: BIGINT NOT NULL, name: STRING NOT NULL], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a", "b"] {metadata = {at = "line", name = "file"}} : !in
%sorted = flow.sort "sorted" %rows by [#flow.sort_key<"at", descending = true, nulls_first = false>] limit 3 skip -1 : !in -> !in
%b = flow.project "b" %sorted {
^bb0(%1: !flow.sql<INT>, %2: !flow.sql<INT>, %3: !flow.sql<BIGINT NOT NULL>, %4: !flow.sql<STRING NOT NULL>):
  flow.yield %2 : !flow.sql<INT>
} : !in -> !flow.stream<[b: INT], append>
flow.sink "out" %b connector "c" {} format "f" {} : !flow.stream<[b: INT], append>
%total = flow.aggregate "total" %rows keys [] aggs [#flow.agg<"MAX", "m", ["name"], filter = "", distinct = false, as "x" -> !flow.sql<STRING>>]
  : !in -> !flow.stream<[x: STRING], append>
flow.sink "total" %total connector "c" {} format "f" {} : !flow.stream<[x: STRING], append>

// -----

// Rows that are where they belong go into the next slot at once, without a
// channel; a window function is an expansion. Groups with keys alone pass the
// first row of a key on.

// CHECK-NOT: exec.channel @second.in
// CHECK: exec.expand <tumble, on = "t", size = 1000, slide = 0, offset = 0> %{{.+}} {
// CHECK-NEXT: ^bb0(%[[START:.+]]: !flow.sql<TIMESTAMP(3) NOT NULL>, %{{.+}}: !flow.sql<TIMESTAMP(3) NOT NULL>, %{{.+}}: !flow.sql<TIMESTAMP(3) NOT NULL>):
// CHECK: exec.emit @first.in(%{{.+}}, %[[START]] :
// CHECK: exec.stage @first.group from @first.in {
// CHECK: exec.update @first.state key(
// CHECK-SAME: late {
// CHECK-NEXT: exec.count "made"
// CHECK: exec.update @second.state key(
// CHECK: exec.stage @second.fire from @second.state {
!in = !flow.stream<[k: INT, t: TIMESTAMP(3)], append>
!wide = !flow.stream<[k: INT, t: TIMESTAMP(3), window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>
!out = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "t"] : !in
%w = flow.window "w" %rows <tumble, on = "t", size = 1000, slide = 0, offset = 0> : !in -> !wide
%first = flow.aggregate "first" %w keys ["k", "window_start"] aggs [] : !wide -> !out
%second = flow.aggregate "second" %first keys ["k", "window_start"] aggs [] {flow.partition = "forward"} : !out -> !out
flow.sink "out" %second connector "c" {} format "f" {} : !out

// -----

// A group of a stream gives its changes where it is updated; filters and
// projections run there, and its stage that fires has nothing to do. A filter
// may keep one of -U and +U, so the sink that replaces rows deletes.

// CHECK: exec.slot @g.state
// CHECK-SAME: kind = "group"
// CHECK-SAME: updating
// CHECK: exec.stage @g.group from @g.in {
// CHECK: exec.update @g.state key(%[[K:.+]] : !flow.sql<INT>) args() late {
// CHECK-NEXT: ^bb0(%[[KIND:.+]]: !flow.sql<TINYINT NOT NULL>, %[[N:.+]]: !flow.sql<BIGINT NOT NULL>):
// CHECK-NEXT: exec.count "made"
// CHECK: exec.when
// CHECK-NEXT: exec.write @out(%[[K]], %[[N]] : !flow.sql<INT>, !flow.sql<BIGINT NOT NULL>) kind(%[[KIND]] : !flow.sql<TINYINT NOT NULL>) {before = "delete"}
// CHECK-NOT: after_only
// CHECK: exec.stage @g.fire from @g.state {
// CHECK-NEXT: ^bb0
// CHECK-NEXT: }
!in = !flow.stream<[k: INT], append>
!out = !flow.stream<[k: INT, n: BIGINT NOT NULL], retract>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k"] : !in
%g = flow.aggregate "g" %rows keys ["k"] aggs [#flow.agg<"COUNT", "c", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>] : !in -> !out
%few = flow.filter "few" %g {
^bb0(%k: !flow.sql<INT>, %n: !flow.sql<BIGINT NOT NULL>):
  %three = flow.constant 3 : i64 -> !flow.sql<BIGINT NOT NULL>
  %is = flow.cmp lt %n, %three : !flow.sql<BIGINT NOT NULL>, !flow.sql<BIGINT NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !out -> !out
flow.sink "out" %few connector "c" {} format "f" {} {flow.changes = "delete"} : !out

// -----

// Where every reader replaces rows by their key, -U is not made at all. Rows of
// a union that never change are new.

// CHECK: exec.stage @g.group from @g.in {
// CHECK: exec.update @g.state
// CHECK: exec.write @out(%{{.+}} : !flow.sql<INT>) kind(%{{.+}}) {before = "drop"}
// CHECK: } {after_only}
// CHECK: exec.stage @h.group from @h.in {
// CHECK: exec.update @h.state
// CHECK: exec.write @all(%{{.+}} : !flow.sql<INT>) kind(%{{.+}} : !flow.sql<TINYINT NOT NULL>)
// CHECK: }
// CHECK-NOT: after_only
!in = !flow.stream<[k: INT], append>
!out = !flow.stream<[k: INT], retract>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k"] : !in
%g = flow.aggregate "g" %rows keys ["k"] aggs [] : !in -> !out
flow.sink "out" %g connector "c" {} format "f" {} {flow.changes = "drop"} : !out
%h = flow.aggregate "h" %rows keys ["k"] aggs [] : !in -> !out
%u = flow.union "u" %rows, %h : !in, !out -> !out
flow.sink "all" %u connector "c" {} format "f" {} : !out

// -----

// What rows change travels as their last column, from a source that says so to a
// group that takes rows back.

// CHECK: exec.source @s
// CHECK-SAME: metadata = ["change-kind"]
// CHECK: exec.channel @g.in {names = ["k", "change-kind"]
// CHECK: exec.slot @g.state
// CHECK-SAME: retracting
// CHECK: exec.stage @s.read from @s {
// CHECK-NEXT: ^bb0(%[[K:.+]]: !flow.sql<INT>, %[[WHAT:.+]]: !flow.sql<TINYINT NOT NULL>):
// CHECK: exec.emit @g.in(%[[K]], %[[WHAT]] :
// CHECK: exec.stage @g.group from @g.in {
// CHECK-NEXT: ^bb0(%[[GK:.+]]: !flow.sql<INT>, %[[TAKEN:.+]]: !flow.sql<TINYINT NOT NULL>):
// CHECK: exec.update @g.state key(%[[GK]] : !flow.sql<INT>) args() kind(%[[TAKEN]] : !flow.sql<TINYINT NOT NULL>) late {
!in = !flow.stream<[k: INT], retract>
!out = !flow.stream<[k: INT, n: BIGINT NOT NULL], retract>
%rows = flow.source "s" connector "c" {} format "changelog-json" {} columns ["k"] : !in
%g = flow.aggregate "g" %rows keys ["k"] aggs [#flow.agg<"COUNT", "c", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>] : !in -> !out
flow.sink "out" %g connector "c" {} format "f" {} : !out
