// RUN: levada-opt %s -split-input-file -verify-diagnostics

//===--- types ------------------------------------------------------------===//

// expected-error@below {{expected an SQL type, found `INTEGER`}}
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: INTEGER], append>

// -----
// expected-error@below {{column `a` twice}}
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: INT, a: INT], append>

// -----
// expected-error@below {{no column `b` for the event time}}
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: INT], append, time = "b">

// -----
// expected-error@below {{event time `a` must be a TIMESTAMP or TIMESTAMP_LTZ of at most 3 digits, found TIMESTAMP(6)}}
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: TIMESTAMP(6)], append, time = "a">

// -----
// expected-error@below {{expected append, upsert or retract}}
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: INT], always>

// -----

//===--- source and sink ----------------------------------------------------===//

// expected-error@below {{column `b` is neither in columns nor in metadata}}
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: INT, b: INT], append>

// -----
// expected-error@below {{leaves out column `b`, whose type only column_types could tell}}
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a", "b"] : !flow.stream<[a: INT], append>

// -----
// expected-error@below {{column `a` is '!flow.sql<INT>', of type '!flow.sql<BIGINT>' in column_types}}
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] {column_types = [!flow.sql<BIGINT>]} : !flow.stream<[a: INT], append>

// -----
// expected-error@below {{has a second result exactly when on_error is dead_letter}}
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] {on_error = #flow.on_error<dead_letter>} : !flow.stream<[a: INT], append>

// -----
// expected-error@below {{dead-letter rows are '!flow.stream<[source: STRING NOT NULL, file: STRING NOT NULL, byte_offset: BIGINT NOT NULL, line: BIGINT NOT NULL, raw: BYTES NOT NULL, code: STRING NOT NULL, reason: STRING NOT NULL], append>', not '!flow.stream<[raw: BYTES], append>'}}
%rows, %dead = flow.source "s" connector "c" {} format "f" {} columns ["a"] {on_error = #flow.on_error<dead_letter>} : !flow.stream<[a: INT], append>, !flow.stream<[raw: BYTES], append>

// -----

//===--- blocks -------------------------------------------------------------===//

%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: INT], append>
// expected-error@below {{has a block of 0 arguments for 1 columns}}
%p = flow.project "p" %rows { flow.yield } : !flow.stream<[a: INT], append> -> !flow.stream<[], append>

// -----
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: INT], append>
// expected-error@below {{block argument 0 is '!flow.sql<BIGINT>', column `a` '!flow.sql<INT>'}}
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<BIGINT>):
  flow.yield
} : !flow.stream<[a: INT], append> -> !flow.stream<[], append>

// -----
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: INT], append>
// expected-error@below {{yields '!flow.sql<INT>' for column `b` of '!flow.sql<BIGINT>'}}
%p = flow.project "p" %rows {
^bb0(%a: !flow.sql<INT>):
  flow.yield %a : !flow.sql<INT>
} : !flow.stream<[a: INT], append> -> !flow.stream<[b: BIGINT], append>

// -----
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: INT], append>
// expected-error@below {{must yield one BOOLEAN, found '!flow.sql<INT>'}}
%f = flow.filter "f" %rows {
^bb0(%a: !flow.sql<INT>):
  flow.yield %a : !flow.sql<INT>
} : !flow.stream<[a: INT], append> -> !flow.stream<[a: INT], append>

// -----
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !flow.stream<[a: BOOLEAN], append>
// expected-error@below {{changes the columns}}
%f = flow.filter "f" %rows {
^bb0(%a: !flow.sql<BOOLEAN>):
  flow.yield %a : !flow.sql<BOOLEAN>
} : !flow.stream<[a: BOOLEAN], append> -> !flow.stream<[b: BOOLEAN], append>

// -----
%rows = flow.source "s" connector "c" {} format "f" {} columns ["t"] : !flow.stream<[t: TIMESTAMP(6)], append>
// expected-error@below {{needs a TIMESTAMP or TIMESTAMP_LTZ of at most 3 digits, found '!flow.sql<TIMESTAMP(6)>'}}
%w = flow.watermark "s" %rows on "t" {
^bb0(%t: !flow.sql<TIMESTAMP(6)>):
  flow.yield %t : !flow.sql<TIMESTAMP(6)>
} : !flow.stream<[t: TIMESTAMP(6)], append> -> !flow.stream<[t: TIMESTAMP(6)], append>

// -----
%rows = flow.source "s" connector "c" {} format "f" {} columns ["t"] : !flow.stream<[t: TIMESTAMP(3)], append>
// expected-error@below {{must make `t` the output's event time}}
%w = flow.watermark "s" %rows on "t" {
^bb0(%t: !flow.sql<TIMESTAMP(3)>):
  flow.yield %t : !flow.sql<TIMESTAMP(3)>
} : !flow.stream<[t: TIMESTAMP(3)], append> -> !flow.stream<[t: TIMESTAMP(3)], append>

// -----

//===--- windows and aggregates ---------------------------------------------===//

!in = !flow.stream<[k: INT, t: TIMESTAMP(3)], append>
!out = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "t"] : !in
// expected-error@below {{window of 90 ms is no multiple of 60 ms}}
%a = flow.aggregate "a" %rows keys ["k"] window <hop, on = "t", size = 90, slide = 60, offset = 0> aggs [] : !in -> !out

// -----
!in = !flow.stream<[k: INT, t: TIMESTAMP(3)], append>
!out = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "t"] : !in
// expected-error@below {{has no key column `z`}}
%a = flow.aggregate "a" %rows keys ["z"] window <tumble, on = "t", size = 90, slide = 0, offset = 0> aggs [] : !in -> !out

// -----
!in = !flow.stream<[k: INT, t: TIMESTAMP(3)], append>
!out = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP_LTZ(3) NOT NULL], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "t"] : !in
// expected-error@below {{column 3 is window_time, which cannot be '!flow.sql<TIMESTAMP_LTZ(3) NOT NULL>'}}
%a = flow.aggregate "a" %rows keys ["k"] window <tumble, on = "t", size = 90, slide = 0, offset = 0> aggs [] : !in -> !out

// -----
!in = !flow.stream<[k: INT, t: TIMESTAMP(3)], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "t"] : !in
// expected-error@below {{filter `t` must be a BOOLEAN, found '!flow.sql<TIMESTAMP(3)>'}}
%a = flow.aggregate "a" %rows keys [] aggs [#flow.agg<"COUNT", "c", ["k"], filter = "t", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>]
  : !in -> !flow.stream<[n: BIGINT NOT NULL], append>

// -----
!in = !flow.stream<[k: INT, t: TIMESTAMP(3)], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "t"] : !in
// expected-error@below {{call 0 gives '!flow.sql<BIGINT NOT NULL>', its column is '!flow.sql<INT>'}}
%a = flow.aggregate "a" %rows keys [] aggs [#flow.agg<"COUNT", "c", [], filter = "", distinct = false, as "n" -> !flow.sql<BIGINT NOT NULL>>]
  : !in -> !flow.stream<[n: INT], append>

// -----
!in = !flow.stream<[k: INT, t: TIMESTAMP(3)], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "t"] : !in
// expected-error@below {{without a window has no late rows}}
%a, %late = flow.aggregate "a" %rows keys ["k"] aggs [] : !in -> !flow.stream<[k: INT], append>, !in

// -----
!in = !flow.stream<[t: TIMESTAMP(3)], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["t"] : !in
// expected-error@below {{has no key column `k`}}
%w = flow.window "w" %rows <session, on = "t", size = 1, slide = 0, offset = 0> by ["k"] : !in -> !in

// -----
!in = !flow.stream<[t: TIMESTAMP(3)], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["t"] : !in
// expected-error@below {{has keys, which only sessions have}}
%w = flow.window "w" %rows <tumble, on = "t", size = 1, slide = 0, offset = 0> by ["t"] : !in -> !in

// -----
!in = !flow.stream<[a: INT], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !in
// expected-error@below {{joins streams of different columns}}
%u = flow.union "u" %rows : !in -> !flow.stream<[a: BIGINT], append>

// -----
!in = !flow.stream<[a: INT], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["a"] : !in
// expected-error@below {{has no column `b`}}
%u = flow.sort "u" %rows by [#flow.sort_key<"b", descending = false, nulls_first = true>] limit -1 skip -1 : !in -> !in
