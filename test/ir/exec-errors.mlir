// RUN: levada-opt %s -split-input-file -verify-diagnostics

//===--- declarations -----------------------------------------------------===//

// expected-error@below {{has 2 names for 1 types}}
exec.channel @c {names = ["a", "b"], types = [!flow.sql<INT>]}

// -----
// expected-error@below {{has a column of 'i32', which is no SQL type}}
exec.sink @s {columns = ["a"], types = [i32], connector = "c", options = {}, format = "f", format_options = {}, op = 0 : i32}

// -----
// expected-error@below {{uses column 1 of 1 and 0 metadata keys}}
exec.source @s {columns = ["a"], types = [!flow.sql<INT>], used = array<i32: 1>, metadata = [], connector = "c", options = {},
  format = "f", format_options = {}, on_error = #flow.on_error<fail>, op = 0 : i32}

// -----
module attributes {exec.operators = [["s", "source"]]} {
// expected-error@below {{belongs to operator 1 of 1}}
exec.source @s {columns = ["a"], types = [!flow.sql<INT>], used = array<i32: 0>, metadata = [], connector = "c", options = {},
  format = "f", format_options = {}, on_error = #flow.on_error<fail>, op = 1 : i32}
}

// -----
exec.channel @c {names = ["a"], types = [!flow.sql<INT>]}
// expected-error@below {{channel @c has not the columns of bad rows}}
exec.source @s {columns = ["a"], types = [!flow.sql<INT>], used = array<i32: 0>, metadata = [], connector = "c", options = {},
  format = "f", format_options = {}, on_error = #flow.on_error<dead_letter>, dead_letter = @c, op = 0 : i32}
exec.stage @t from @c {
^bb0(%a: !flow.sql<INT>):
}

// -----
// expected-error@below {{names a channel of bad rows exactly when the policy is dead_letter}}
exec.source @s {columns = ["a"], types = [!flow.sql<INT>], used = array<i32: 0>, metadata = [], connector = "c", options = {},
  format = "f", format_options = {}, on_error = #flow.on_error<dead_letter>, op = 0 : i32}

// -----
// expected-error@below {{is of kind "list", not window, session, group or sort}}
exec.slot @s {id = "s", kind = "list", key_names = [], key_types = [], aggs = [], sort_keys = [], op = 0 : i32}

// -----
// expected-error@below {{has a window exactly when its kind is window or session}}
exec.slot @s {id = "s", kind = "window", key_names = [], key_types = [], aggs = [], sort_keys = [], op = 0 : i32}

// -----
// expected-error@below {{of kind "window" cannot have}}
exec.slot @s {id = "s", kind = "window", key_names = [], key_types = [], aggs = [], sort_keys = [], op = 0 : i32,
  window = #flow.window<session, on = "t", size = 1, slide = 0, offset = 0>}

// -----
// expected-error@below {{sorts by "b", which it does not keep}}
exec.slot @s {id = "s", kind = "sort", key_names = ["a"], key_types = [!flow.sql<INT>], aggs = [], op = 0 : i32,
  sort_keys = [#flow.sort_key<"b", descending = false, nulls_first = true>]}
exec.stage @t from @s {
^bb0(%a: !flow.sql<INT>):
}

// -----
exec.slot @s {id = "same", kind = "group", key_names = [], key_types = [], aggs = [], sort_keys = [], op = 0 : i32}
// expected-error@below {{has the id of "s", "same"}}
exec.slot @t {id = "same", kind = "group", key_names = [], key_types = [], aggs = [], sort_keys = [], op = 0 : i32}
exec.stage @a from @s {}
exec.stage @b from @t {}

// -----
// expected-error@below {{is read by 0 stages, not one}}
exec.slot @s {id = "s", kind = "group", key_names = [], key_types = [], aggs = [], sort_keys = [], op = 0 : i32}

// -----

//===--- stages and channels ----------------------------------------------===//

// expected-error@below {{reads @nothing, which is no source, channel or slot}}
exec.stage @t from @nothing {}

// -----
exec.channel @c {names = ["a"], types = [!flow.sql<INT>]}
// expected-error@below {{has arguments '!flow.sql<BIGINT>', its input gives '!flow.sql<INT>'}}
exec.stage @t from @c {
^bb0(%a: !flow.sql<BIGINT>):
}

// -----
exec.channel @c {names = ["a"], types = [!flow.sql<INT>]}
exec.channel @d {names = ["a"], types = [!flow.sql<BIGINT>]}
// expected-error@below {{merges @d with @c of other columns}}
exec.stage @t from @c also [@d] {
^bb0(%a: !flow.sql<INT>):
}

// -----
// expected-error@below {{is read by no stage}}
exec.channel @c {names = ["a"], types = [!flow.sql<INT>]}

// -----
// expected-error@below {{is read by "s" and "t"}}
exec.channel @c {names = ["a"], types = [!flow.sql<INT>]}
exec.stage @s from @c {
^bb0(%a: !flow.sql<INT>):
}
exec.stage @t from @c {
^bb0(%a: !flow.sql<INT>):
}

// -----
exec.channel @a {names = [], types = [], single}
exec.channel @b {names = [], types = [], single}
// expected-error@below {{is filled by "s" and "t"}}
exec.channel @c {names = [], types = [], single}
exec.stage @s from @a { exec.emit @c() }
exec.stage @t from @b { exec.emit @c() }
exec.stage @u from @c {}

// -----
// expected-error@below {{leads "s" to itself}}
exec.channel @a {names = [], types = [], single}
exec.stage @s from @a { exec.emit @a() }

// -----

//===--- operations of stages -----------------------------------------------===//

exec.channel @a {names = ["t"], types = [!flow.sql<TIMESTAMP(3)>]}
exec.stage @s from @a {
^bb0(%t: !flow.sql<TIMESTAMP(3)>):
  // expected-error@below {{stands outside a source's stage}}
  exec.watermark %t : !flow.sql<TIMESTAMP(3)>
}

// -----
exec.source @a {connector = "c", options = {}, format = "f", format_options = {}, columns = [], types = [],
  used = array<i32>, metadata = [], on_error = #flow.on_error<fail>, op = 0 : i32}
exec.stage @s from @a {
  // expected-error@below {{stands outside a channel's stage}}
  %w = flow.current_watermark -> !flow.sql<TIMESTAMP(3)>
}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  // expected-error@below {{needs a BOOLEAN, found '!flow.sql<INT>'}}
  exec.when %n {} {op = 0 : i32} : !flow.sql<INT>
}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.channel @b {names = ["n"], types = [!flow.sql<BIGINT>]}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  // expected-error@below {{value 0 is '!flow.sql<INT>', the channel takes '!flow.sql<BIGINT>'}}
  exec.emit @b(%n : !flow.sql<INT>) {hash = 1 : i32}
}
exec.stage @t from @b {
^bb0(%n: !flow.sql<BIGINT>):
}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.channel @b {names = ["n"], types = [!flow.sql<INT>]}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  // expected-error@below {{hashes values exactly when the channel is not single}}
  exec.emit @b(%n : !flow.sql<INT>)
}
exec.stage @t from @b {
^bb0(%n: !flow.sql<INT>):
}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  // expected-error@below {{names @a, which is no sink}}
  exec.write @a(%n : !flow.sql<INT>)
}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.slot @g {id = "g", kind = "group", key_names = ["n"], key_types = [!flow.sql<INT>], sort_keys = [], op = 0 : i32,
  aggs = [#flow.agg<"SUM", "s", ["n"], filter = "f", distinct = false, as "x" -> !flow.sql<INT>>]}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  // expected-error@below {{has 1 arguments, the slot's calls take 2}}
  exec.update @g key(%n : !flow.sql<INT>) args(%n : !flow.sql<INT>) late {}
}
exec.stage @f from @g {
^bb0(%n: !flow.sql<INT>, %x: !flow.sql<INT>):
}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.slot @g {id = "g", kind = "group", key_names = ["n"], key_types = [!flow.sql<INT>], sort_keys = [], op = 0 : i32, aggs = [#flow.agg<"COUNT", "levada_agg_count", [], filter = "", distinct = false, as "c" -> !flow.sql<BIGINT NOT NULL>>]}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  // expected-error@below {{has rows too late for a slot without windows}}
  exec.update @g key(%n : !flow.sql<INT>) args() late { exec.count "late" 0 }
}
exec.stage @f from @g {
^bb0(%n: !flow.sql<INT>, %c: !flow.sql<BIGINT NOT NULL>):
}

// -----
exec.channel @a {names = [], types = [], single}
exec.stage @s from @a {
  // expected-error@below {{counts "lost", which the ledger does not know}}
  exec.count "lost" 0
}

// -----
// expected-error@below {{updates rows only as a group of a stream}}
exec.slot @g {id = "g", kind = "sort", key_names = ["n"], key_types = [!flow.sql<INT>], sort_keys = [], op = 0 : i32, aggs = [], updating}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.slot @g {id = "g", kind = "group", key_names = ["n"], key_types = [!flow.sql<INT>], sort_keys = [], op = 0 : i32, aggs = [], updating}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  // expected-error@below {{has a region of , the slot gives '!flow.sql<TINYINT NOT NULL>'}}
  exec.update @g key(%n : !flow.sql<INT>) args() late {}
}
exec.stage @f from @g {
^bb0(%n: !flow.sql<INT>):
}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.slot @g {id = "g", kind = "group", key_names = ["n"], key_types = [!flow.sql<INT>], sort_keys = [], op = 0 : i32, aggs = []}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  %new = flow.constant 0 : i8 -> !flow.sql<TINYINT NOT NULL>
  // expected-error@below {{says what rows change exactly when the slot is retracting}}
  exec.update @g key(%n : !flow.sql<INT>) args() kind(%new : !flow.sql<TINYINT NOT NULL>) late {}
}
exec.stage @f from @g {
^bb0(%n: !flow.sql<INT>):
}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.sink @o {connector = "c", options = {}, format = "f", format_options = {}, columns = ["n"], types = [!flow.sql<INT>], op = 0 : i32}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  // expected-error@below {{says the kind of a change as '!flow.sql<INT>'}}
  exec.write @o(%n : !flow.sql<INT>) kind(%n : !flow.sql<INT>)
}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.sink @o {connector = "c", options = {}, format = "f", format_options = {}, columns = ["n"], types = [!flow.sql<INT>], op = 0 : i32}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  // expected-error@below {{knows of no changes}}
  exec.write @o(%n : !flow.sql<INT>) {before = "drop"}
}

// -----
exec.channel @a {names = ["n"], types = [!flow.sql<INT>]}
exec.sink @o {connector = "c", options = {}, format = "f", format_options = {}, columns = ["n"], types = [!flow.sql<INT>], op = 0 : i32}
exec.stage @s from @a {
^bb0(%n: !flow.sql<INT>):
  %new = flow.constant 0 : i8 -> !flow.sql<TINYINT NOT NULL>
  // expected-error@below {{has no way `keep` for rows that another one follows}}
  exec.write @o(%n : !flow.sql<INT>) kind(%new : !flow.sql<TINYINT NOT NULL>) {before = "keep"}
}

// -----
// expected-error@below {{takes changes without giving any}}
exec.slot @g {id = "g", kind = "group", key_names = ["n"], key_types = [!flow.sql<INT>], sort_keys = [], op = 0 : i32, aggs = [], retracting}

// -----
// expected-error@below {{replaces rows without being given changes}}
exec.slot @g {id = "g", kind = "group", key_names = ["n"], key_types = [!flow.sql<INT>], sort_keys = [], op = 0 : i32, aggs = [], updating, upsert}
