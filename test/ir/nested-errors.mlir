// RUN: levada-opt %s -split-input-file -verify-diagnostics

%a = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{has 1 values for 2 fields}}
%r = flow.row (%a) : (!flow.sql<INT>) -> !flow.sql<ROW<a INT, b INT> NOT NULL>

// -----
%a = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{a field is '!flow.sql<STRING>', not '!flow.sql<INT>'}}
%r = flow.row (%a) : (!flow.sql<INT>) -> !flow.sql<ROW<a STRING> NOT NULL>

// -----
%a = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{a field must be nullable, as its value is}}
%r = flow.row (%a) : (!flow.sql<INT>) -> !flow.sql<ROW<a INT NOT NULL> NOT NULL>

// -----
%a = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{cannot be '!flow.sql<ARRAY<INT> NOT NULL>'}}
%r = flow.row (%a) : (!flow.sql<INT>) -> !flow.sql<ARRAY<INT> NOT NULL>

// -----
%a = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{has a key without a value}}
%m = flow.map (%a) : (!flow.sql<INT>) -> !flow.sql<MAP<INT, INT> NOT NULL>

// -----
%a = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{an element is '!flow.sql<BIGINT>', not '!flow.sql<INT>'}}
%x = flow.array (%a) : (!flow.sql<INT>) -> !flow.sql<ARRAY<BIGINT> NOT NULL>

// -----
%a = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{needs a ROW, found '!flow.sql<INT>'}}
%f = flow.field %a[0] : !flow.sql<INT> -> !flow.sql<INT>

// -----
%r = flow.constant unit -> !flow.sql<ROW<a INT NOT NULL>>
// expected-error@below {{has no field 1 in}}
%f = flow.field %r[1] : !flow.sql<ROW<a INT NOT NULL>> -> !flow.sql<INT>

// -----
%r = flow.constant unit -> !flow.sql<ROW<a INT NOT NULL>>
// expected-error@below {{result must be nullable, as the row or the field is}}
%f = flow.field %r[0] : !flow.sql<ROW<a INT NOT NULL>> -> !flow.sql<INT NOT NULL>

// -----
%r = flow.constant unit -> !flow.sql<ROW<a INT>>
%i = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{needs an ARRAY or a MAP}}
%f = flow.element %r[%i] : !flow.sql<ROW<a INT>>, !flow.sql<INT> -> !flow.sql<INT>

// -----
%m = flow.constant unit -> !flow.sql<MAP<STRING, INT>>
%i = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{cannot be found by '!flow.sql<INT>'}}
%f = flow.element %m[%i] : !flow.sql<MAP<STRING, INT>>, !flow.sql<INT> -> !flow.sql<INT>

// -----
%m = flow.constant unit -> !flow.sql<ARRAY<INT NOT NULL>>
%i = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{cannot be '!flow.sql<INT NOT NULL>'}}
%f = flow.element %m[%i] : !flow.sql<ARRAY<INT NOT NULL>>, !flow.sql<INT> -> !flow.sql<INT NOT NULL>

// -----
!t = !flow.stream<[a: INT], append>
%t = flow.source "t" connector "stdin" {} format "json" {} columns ["a"] : !t
// expected-error@below {{has no column `b`}}
%u = flow.unnest "u" %t on "b" : !t -> !t

// -----
!t = !flow.stream<[a: INT], append>
%t = flow.source "t" connector "stdin" {} format "json" {} columns ["a"] : !t
// expected-error@below {{needs an ARRAY, MAP or MULTISET, found '!flow.sql<INT>'}}
%u = flow.unnest "u" %t on "a" : !t -> !t

// -----
!t = !flow.stream<[a: ARRAY<INT>], append>
%t = flow.source "t" connector "stdin" {} format "json" {} columns ["a"] : !t
// expected-error@below {{must add 1 columns to those of}}
%u = flow.unnest "u" %t on "a" : !t -> !t

// -----
!t = !flow.stream<[a: ARRAY<INT>], append>
%t = flow.source "t" connector "stdin" {} format "json" {} columns ["a"] : !t
// expected-error@below {{column 1 is '!flow.sql<INT>', not '!flow.sql<BIGINT>'}}
%u = flow.unnest "u" %t on "a" : !t -> !flow.stream<[a: ARRAY<INT>, x: BIGINT], append>
