// RUN: levada-opt %s -split-input-file -flow-fold-constants | FileCheck %s

!in = !flow.stream<[n: INT, m: INT NOT NULL, b: BOOLEAN, c: BOOLEAN NOT NULL, s: STRING], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["n", "m", "b", "c", "s"] : !in

// Integers wrap, as generated code does.
// CHECK-LABEL: flow.project "arithmetic"
// CHECK-DAG: %[[WRAPPED:.+]] = flow.constant -2147483648 : i32
// CHECK-DAG: %[[QUOTIENT:.+]] = flow.constant -2 : i32
// CHECK-DAG: %[[REST:.+]] = flow.constant -1 : i32
// CHECK-DAG: %[[HALF:.+]] = flow.constant 5.000000e-01 : f64
// CHECK: flow.yield %[[WRAPPED]], %[[QUOTIENT]], %[[REST]], %[[HALF]] :
%p1 = flow.project "arithmetic" %rows {
^bb0(%n: !flow.sql<INT>, %m: !flow.sql<INT NOT NULL>, %b: !flow.sql<BOOLEAN>, %c: !flow.sql<BOOLEAN NOT NULL>, %s: !flow.sql<STRING>):
  %max = flow.constant 2147483647 : i32 -> !flow.sql<INT NOT NULL>
  %one = flow.constant 1 : i32 -> !flow.sql<INT NOT NULL>
  %wrapped = flow.add %max, %one : !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL> -> !flow.sql<INT NOT NULL>
  %mseven = flow.constant -7 : i32 -> !flow.sql<INT NOT NULL>
  %three = flow.constant 3 : i32 -> !flow.sql<INT NOT NULL>
  %quotient = flow.div %mseven, %three : !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL> -> !flow.sql<INT NOT NULL>
  %rest = flow.rem %mseven, %three : !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL> -> !flow.sql<INT NOT NULL>
  %x = flow.constant 1.0 : f64 -> !flow.sql<DOUBLE NOT NULL>
  %y = flow.constant 2.0 : f64 -> !flow.sql<DOUBLE NOT NULL>
  %half = flow.div %x, %y : !flow.sql<DOUBLE NOT NULL>, !flow.sql<DOUBLE NOT NULL> -> !flow.sql<DOUBLE NOT NULL>
  flow.yield %wrapped, %quotient, %rest, %half : !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL>, !flow.sql<DOUBLE NOT NULL>
} : !in -> !flow.stream<[a: INT NOT NULL, b: INT NOT NULL, c: INT NOT NULL, d: DOUBLE NOT NULL], append>
flow.sink "a" %p1 connector "c" {} format "f" {} : !flow.stream<[a: INT NOT NULL, b: INT NOT NULL, c: INT NOT NULL, d: DOUBLE NOT NULL], append>

// 1 / 0 is an error of the row, if one comes.
// CHECK-LABEL: flow.project "keeps_what_fails"
// CHECK: flow.div
// CHECK: flow.rem
%p2 = flow.project "keeps_what_fails" %rows {
^bb0(%n: !flow.sql<INT>, %m: !flow.sql<INT NOT NULL>, %b: !flow.sql<BOOLEAN>, %c: !flow.sql<BOOLEAN NOT NULL>, %s: !flow.sql<STRING>):
  %zero = flow.constant 0 : i32 -> !flow.sql<INT NOT NULL>
  %one = flow.constant 1 : i32 -> !flow.sql<INT NOT NULL>
  %quotient = flow.div %one, %zero : !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL> -> !flow.sql<INT NOT NULL>
  %rest = flow.rem %one, %zero : !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL> -> !flow.sql<INT NOT NULL>
  flow.yield %quotient, %rest : !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL>
} : !in -> !flow.stream<[a: INT NOT NULL, b: INT NOT NULL], append>
flow.sink "b" %p2 connector "c" {} format "f" {} : !flow.stream<[a: INT NOT NULL, b: INT NOT NULL], append>

// NULL in, NULL out; but NULL is a value for IS and for IS DISTINCT FROM.
// CHECK-LABEL: flow.project "nulls"
// CHECK-DAG: %[[NULL:.+]] = flow.constant unit -> <INT>
// CHECK-DAG: %[[UNKNOWN:.+]] = flow.constant unit -> <BOOLEAN>
// CHECK-DAG: %[[TRUE:.+]] = flow.constant true -> <BOOLEAN NOT NULL>
// CHECK-DAG: %[[FALSE:.+]] = flow.constant false -> <BOOLEAN NOT NULL>
// CHECK: flow.yield %[[NULL]], %[[UNKNOWN]], %[[TRUE]], %[[TRUE]], %[[FALSE]] :
%p3 = flow.project "nulls" %rows {
^bb0(%n: !flow.sql<INT>, %m: !flow.sql<INT NOT NULL>, %b: !flow.sql<BOOLEAN>, %c: !flow.sql<BOOLEAN NOT NULL>, %s: !flow.sql<STRING>):
  %null = flow.constant unit -> !flow.sql<INT>
  %sum = flow.add %n, %null : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT>
  %less = flow.cmp lt %m, %null : !flow.sql<INT NOT NULL>, !flow.sql<INT> -> !flow.sql<BOOLEAN>
  %is = flow.is is_null %null : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  %distinct = flow.cmp distinct %m, %null : !flow.sql<INT NOT NULL>, !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  %no = flow.is is_null %m : !flow.sql<INT NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %sum, %less, %is, %distinct, %no : !flow.sql<INT>, !flow.sql<BOOLEAN>, !flow.sql<BOOLEAN NOT NULL>, !flow.sql<BOOLEAN NOT NULL>, !flow.sql<BOOLEAN NOT NULL>
} : !in -> !flow.stream<[a: INT, b: BOOLEAN, c: BOOLEAN NOT NULL, d: BOOLEAN NOT NULL, e: BOOLEAN NOT NULL], append>
flow.sink "c" %p3 connector "c" {} format "f" {} : !flow.stream<[a: INT, b: BOOLEAN, c: BOOLEAN NOT NULL, d: BOOLEAN NOT NULL, e: BOOLEAN NOT NULL], append>

// A nullable column may be NULL: IS NULL and IS DISTINCT FROM stay.
// CHECK-LABEL: flow.project "keeps_questions"
// CHECK: flow.is is_null
// CHECK: flow.cmp distinct
// CHECK: flow.is is_true
%p4 = flow.project "keeps_questions" %rows {
^bb0(%n: !flow.sql<INT>, %m: !flow.sql<INT NOT NULL>, %b: !flow.sql<BOOLEAN>, %c: !flow.sql<BOOLEAN NOT NULL>, %s: !flow.sql<STRING>):
  %is = flow.is is_null %n : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
  %distinct = flow.cmp distinct %n, %m : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  %true = flow.is is_true %b : !flow.sql<BOOLEAN> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %is, %distinct, %true : !flow.sql<BOOLEAN NOT NULL>, !flow.sql<BOOLEAN NOT NULL>, !flow.sql<BOOLEAN NOT NULL>
} : !in -> !flow.stream<[a: BOOLEAN NOT NULL, b: BOOLEAN NOT NULL, c: BOOLEAN NOT NULL], append>
flow.sink "d" %p4 connector "c" {} format "f" {} : !flow.stream<[a: BOOLEAN NOT NULL, b: BOOLEAN NOT NULL, c: BOOLEAN NOT NULL], append>

// Without NULL, IS DISTINCT FROM is <>, IS TRUE is the value.
// CHECK-LABEL: flow.project "no_nulls"
// CHECK-NEXT: ^bb0({{.*}}, %[[C:.+]]: !flow.sql<BOOLEAN NOT NULL>, %{{.+}}: !flow.sql<STRING>):
// CHECK: %[[NE:.+]] = flow.cmp ne
// CHECK: flow.yield %[[NE]], %[[C]], %[[C]] :
%p5 = flow.project "no_nulls" %rows {
^bb0(%n: !flow.sql<INT>, %m: !flow.sql<INT NOT NULL>, %b: !flow.sql<BOOLEAN>, %c: !flow.sql<BOOLEAN NOT NULL>, %s: !flow.sql<STRING>):
  %one = flow.constant 1 : i32 -> !flow.sql<INT NOT NULL>
  %distinct = flow.cmp distinct %m, %one : !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  %true = flow.is is_true %c : !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  %not = flow.not %c : !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  %twice = flow.not %not : !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %distinct, %true, %twice : !flow.sql<BOOLEAN NOT NULL>, !flow.sql<BOOLEAN NOT NULL>, !flow.sql<BOOLEAN NOT NULL>
} : !in -> !flow.stream<[a: BOOLEAN NOT NULL, b: BOOLEAN NOT NULL, c: BOOLEAN NOT NULL], append>
flow.sink "e" %p5 connector "c" {} format "f" {} : !flow.stream<[a: BOOLEAN NOT NULL, b: BOOLEAN NOT NULL, c: BOOLEAN NOT NULL], append>

// TRUE AND b = b, FALSE AND x = FALSE, b OR FALSE = b, CASE WHEN TRUE.
// CHECK-LABEL: flow.project "logic"
// CHECK-NEXT: ^bb0(%[[N:.+]]: !flow.sql<INT>, %{{.+}}: !flow.sql<INT NOT NULL>, %[[B:.+]]: !flow.sql<BOOLEAN>,
// CHECK: %[[FALSE:.+]] = flow.constant false -> <BOOLEAN>
// CHECK-NOT: flow.and
// CHECK: flow.yield %[[B]], %[[FALSE]], %[[B]], %[[N]] :
%p6 = flow.project "logic" %rows {
^bb0(%n: !flow.sql<INT>, %m: !flow.sql<INT NOT NULL>, %b: !flow.sql<BOOLEAN>, %c: !flow.sql<BOOLEAN NOT NULL>, %s: !flow.sql<STRING>):
  %true = flow.constant true -> !flow.sql<BOOLEAN NOT NULL>
  %false = flow.constant false -> !flow.sql<BOOLEAN NOT NULL>
  %1 = flow.and %true { flow.yield %b : !flow.sql<BOOLEAN> } : !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<BOOLEAN>
  %2 = flow.and %false { flow.yield %b : !flow.sql<BOOLEAN> } : !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<BOOLEAN>
  %3 = flow.or %b { flow.yield %false : !flow.sql<BOOLEAN NOT NULL> } : !flow.sql<BOOLEAN> -> !flow.sql<BOOLEAN>
  %zero = flow.constant 0 : i32 -> !flow.sql<INT>
  %4 = flow.if %true { flow.yield %n : !flow.sql<INT> } else { flow.yield %zero : !flow.sql<INT> } : !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<INT>
  flow.yield %1, %2, %3, %4 : !flow.sql<BOOLEAN>, !flow.sql<BOOLEAN>, !flow.sql<BOOLEAN>, !flow.sql<INT>
} : !in -> !flow.stream<[a: BOOLEAN, b: BOOLEAN, c: BOOLEAN, d: INT], append>
flow.sink "f" %p6 connector "c" {} format "f" {} : !flow.stream<[a: BOOLEAN, b: BOOLEAN, c: BOOLEAN, d: INT], append>

// x AND FALSE stays: x may fail. NULL AND x stays: x may be FALSE.
// CHECK-LABEL: flow.project "keeps_logic"
// CHECK: flow.and
// CHECK: flow.and
%p7 = flow.project "keeps_logic" %rows {
^bb0(%n: !flow.sql<INT>, %m: !flow.sql<INT NOT NULL>, %b: !flow.sql<BOOLEAN>, %c: !flow.sql<BOOLEAN NOT NULL>, %s: !flow.sql<STRING>):
  %false = flow.constant false -> !flow.sql<BOOLEAN NOT NULL>
  %null = flow.constant unit -> !flow.sql<BOOLEAN>
  %number = flow.cast %s : !flow.sql<STRING> -> !flow.sql<INT>
  %less = flow.cmp lt %number, %m : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<BOOLEAN>
  %1 = flow.and %less { flow.yield %false : !flow.sql<BOOLEAN NOT NULL> } : !flow.sql<BOOLEAN> -> !flow.sql<BOOLEAN>
  %2 = flow.and %null { flow.yield %b : !flow.sql<BOOLEAN> } : !flow.sql<BOOLEAN> -> !flow.sql<BOOLEAN>
  flow.yield %1, %2 : !flow.sql<BOOLEAN>, !flow.sql<BOOLEAN>
} : !in -> !flow.stream<[a: BOOLEAN, b: BOOLEAN], append>
flow.sink "g" %p7 connector "c" {} format "f" {} : !flow.stream<[a: BOOLEAN, b: BOOLEAN], append>

// Comparisons by the type's order: TRUE after FALSE, text by bytes.
// CHECK-LABEL: flow.project "comparisons"
// CHECK: %[[TRUE:.+]] = flow.constant true
// CHECK: flow.yield %[[TRUE]], %[[TRUE]] :
%p8 = flow.project "comparisons" %rows {
^bb0(%n: !flow.sql<INT>, %m: !flow.sql<INT NOT NULL>, %b: !flow.sql<BOOLEAN>, %c: !flow.sql<BOOLEAN NOT NULL>, %s: !flow.sql<STRING>):
  %true = flow.constant true -> !flow.sql<BOOLEAN NOT NULL>
  %false = flow.constant false -> !flow.sql<BOOLEAN NOT NULL>
  %1 = flow.cmp gt %true, %false : !flow.sql<BOOLEAN NOT NULL>, !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  %a = flow.constant "a" -> !flow.sql<STRING NOT NULL>
  %e = flow.constant "\C3\A9" -> !flow.sql<STRING NOT NULL>
  %2 = flow.cmp lt %a, %e : !flow.sql<STRING NOT NULL>, !flow.sql<STRING NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %1, %2 : !flow.sql<BOOLEAN NOT NULL>, !flow.sql<BOOLEAN NOT NULL>
} : !in -> !flow.stream<[a: BOOLEAN NOT NULL, b: BOOLEAN NOT NULL], append>
flow.sink "h" %p8 connector "c" {} format "f" {} : !flow.stream<[a: BOOLEAN NOT NULL, b: BOOLEAN NOT NULL], append>

// -----

// WHERE TRUE goes, WHERE FALSE stays: its rows are counted as filtered.
!in = !flow.stream<[n: INT], append>
%rows = flow.source "s" connector "c" {} format "f" {} columns ["n"] : !in
// CHECK: %[[ROWS:.+]] = flow.source
// CHECK-NOT: flow.filter "all"
// CHECK: %[[NONE:.+]] = flow.filter "none" %[[ROWS]]
%all = flow.filter "all" %rows {
^bb0(%n: !flow.sql<INT>):
  %one = flow.constant 1 : i32 -> !flow.sql<INT NOT NULL>
  %two = flow.constant 2 : i32 -> !flow.sql<INT NOT NULL>
  %less = flow.cmp lt %one, %two : !flow.sql<INT NOT NULL>, !flow.sql<INT NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %less : !flow.sql<BOOLEAN NOT NULL>
} : !in -> !in
%none = flow.filter "none" %all {
^bb0(%n: !flow.sql<INT>):
  %false = flow.constant false -> !flow.sql<BOOLEAN NOT NULL>
  flow.yield %false : !flow.sql<BOOLEAN NOT NULL>
} : !in -> !in
flow.sink "out" %none connector "c" {} format "f" {} : !in
