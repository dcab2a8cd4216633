// RUN: levada-opt %s | levada-opt | FileCheck %s
// RUN: levada-opt %s -mlir-print-op-generic | levada-opt | FileCheck %s

!posts = !flow.stream<[id: INT, tags: ARRAY<STRING>, m: MAP<STRING, INT NOT NULL>, r: ARRAY<ROW<x INT, "odd name" STRING NOT NULL>>], append>

module {
%posts = flow.source "posts" connector "stdin" {} format "json" {} columns ["id", "tags", "m", "r"] : !posts

// CHECK: flow.unnest "posts.tags" %{{.+}} on "tags" ordinality : <[id: INT, tags: ARRAY<STRING>
%tags = flow.unnest "posts.tags" %posts on "tags" ordinality : !posts
  -> !flow.stream<[id: INT, tags: ARRAY<STRING>, m: MAP<STRING, INT NOT NULL>, r: ARRAY<ROW<x INT, "odd name" STRING NOT NULL>>, tag: STRING, n: INT NOT NULL], append>
// CHECK: flow.unnest "posts.m" %{{.+}} on "m" outer ordinality
%entries = flow.unnest "posts.m" %posts on "m" outer ordinality : !posts
  -> !flow.stream<[id: INT, tags: ARRAY<STRING>, m: MAP<STRING, INT NOT NULL>, r: ARRAY<ROW<x INT, "odd name" STRING NOT NULL>>, key: STRING, value: INT, n: INT], append>
// A NULL among the rows gives NULLs for their fields.
// CHECK: flow.unnest "posts.r"
// CHECK-SAME: x: INT, y: STRING], append>
%rows = flow.unnest "posts.r" %posts on "r" : !posts
  -> !flow.stream<[id: INT, tags: ARRAY<STRING>, m: MAP<STRING, INT NOT NULL>, r: ARRAY<ROW<x INT, "odd name" STRING NOT NULL>>, x: INT, y: STRING], append>

// CHECK: flow.project "made"
%made = flow.project "made" %posts {
^bb0(%id: !flow.sql<INT>, %t: !flow.sql<ARRAY<STRING>>, %m: !flow.sql<MAP<STRING, INT NOT NULL>>, %r: !flow.sql<ARRAY<ROW<x INT, "odd name" STRING NOT NULL>>>):
  // CHECK: %[[TEXT:.+]] = flow.constant "k" -> <STRING NOT NULL>
  %text = flow.constant "k" -> !flow.sql<STRING NOT NULL>
  // CHECK: flow.row(%{{.+}}, %[[TEXT]]) : (!flow.sql<INT>, !flow.sql<STRING NOT NULL>) -> !flow.sql<ROW<a INT, b STRING> NOT NULL>
  %row = flow.row (%id, %text) : (!flow.sql<INT>, !flow.sql<STRING NOT NULL>) -> !flow.sql<ROW<a INT, b STRING> NOT NULL>
  // CHECK: flow.array(%{{.+}}, %{{.+}})
  %array = flow.array (%id, %id) : (!flow.sql<INT>, !flow.sql<INT>) -> !flow.sql<ARRAY<INT> NOT NULL>
  // CHECK: flow.map(%[[TEXT]], %{{.+}})
  %map = flow.map (%text, %id) : (!flow.sql<STRING NOT NULL>, !flow.sql<INT>) -> !flow.sql<MAP<STRING, INT> NOT NULL>
  // CHECK: flow.element %{{.+}}[%{{.+}}] : <ARRAY<STRING>>, <INT> -> <STRING>
  %tag = flow.element %t[%id] : !flow.sql<ARRAY<STRING>>, !flow.sql<INT> -> !flow.sql<STRING>
  // CHECK: flow.element %{{.+}}[%[[TEXT]]]
  %value = flow.element %m[%text] : !flow.sql<MAP<STRING, INT NOT NULL>>, !flow.sql<STRING NOT NULL> -> !flow.sql<INT>
  // CHECK: flow.field %{{.+}}[1]
  %b = flow.field %row[1] : !flow.sql<ROW<a INT, b STRING> NOT NULL> -> !flow.sql<STRING>
  // The bytes of an encoded value stand for one.
  // CHECK: flow.constant "\00\00\00\00" -> <ARRAY<INT> NOT NULL>
  %none = flow.constant "\00\00\00\00" -> !flow.sql<ARRAY<INT> NOT NULL>
  flow.yield %tag, %b : !flow.sql<STRING>, !flow.sql<STRING>
} : !posts -> !flow.stream<[tag: STRING, b: STRING], append>
}
