// RUN: levada-opt %s -verify-diagnostics -o /dev/null -pass-pipeline='builtin.module(flow-prune-columns{remarks=true},flow-plan-state{remarks=true},flow-push-filters{remarks=true},flow-fuse-operators{remarks=true},flow-choose-partitioning{remarks=true})'

// What each pass did, at the operator it did it to.
!in = !flow.stream<[k: INT, v: INT], append>
// expected-remark@below {{column `v` is not read}}
%rows = flow.source "rows" connector "c" {} format "f" {} columns ["k", "v"] : !in
%p = flow.project "p" %rows {
^bb0(%k: !flow.sql<INT>, %v: !flow.sql<INT>):
  %n = flow.neg %k : !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %k, %n : !flow.sql<INT>, !flow.sql<INT>
} : !in -> !in
// expected-remark@below {{filter moved below project `p`}}
%f = flow.filter "where" %p {
^bb0(%k: !flow.sql<INT>, %v: !flow.sql<INT>):
  %is = flow.is is_not_null %k : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is : !flow.sql<BOOLEAN NOT NULL>
} : !in -> !in
// expected-remark@below {{fused 2 projections}}
// expected-remark@below {{column `v` is not computed}}
%q = flow.project "q" %f {
^bb0(%k: !flow.sql<INT>, %v: !flow.sql<INT>):
  %s = flow.add %k, %v : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  flow.yield %s, %v : !flow.sql<INT>, !flow.sql<INT>
} : !in -> !in
// expected-remark@below {{partitioning of `a`: hash}}
// expected-remark@below {{state `a/aggregate[k]` holds one entry per (k), until the input ends}}
// expected-remark@below {{`m` is not kept}}
%a = flow.aggregate "a" %q keys ["k"]
  aggs [#flow.agg<"MAX", "m", ["v"], filter = "", distinct = false, as "m" -> !flow.sql<INT>>] : !in -> !flow.stream<[k: INT, m: INT], append>
// expected-remark@below {{column `k` is not computed}}
%r = flow.project "r" %a {
^bb0(%k: !flow.sql<INT>, %m: !flow.sql<INT>):
  flow.yield %k, %k : !flow.sql<INT>, !flow.sql<INT>
} : !flow.stream<[k: INT, m: INT], append> -> !flow.stream<[k: INT, j: INT], append>
// expected-remark@below {{projection changes nothing}}
%t = flow.project "t" %r {
^bb0(%k: !flow.sql<INT>, %j: !flow.sql<INT>):
  flow.yield %j : !flow.sql<INT>
} : !flow.stream<[k: INT, j: INT], append> -> !flow.stream<[j: INT], append>
flow.sink "out" %t connector "c" {} format "f" {} : !flow.stream<[j: INT], append>
