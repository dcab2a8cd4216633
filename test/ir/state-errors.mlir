// RUN: levada-opt %s -split-input-file -verify-diagnostics
// What joins, rankings and patterns may not be.

!a = !flow.stream<[id: INT, x: STRING], append>
%a = flow.source "a" connector "c" {} format "f" {} columns ["id", "x"] : !a
// expected-error@below {{has no left key column `nope`}}
%j = flow.join "j" semi regular %a, %a on ["nope"] = ["id"] {
^bb0(%0: !flow.sql<INT>, %1: !flow.sql<STRING>, %2: !flow.sql<INT>, %3: !flow.sql<STRING>):
  %c = flow.constant true -> <BOOLEAN NOT NULL>
  flow.yield %c : !flow.sql<BOOLEAN NOT NULL>
} {null_safe = array<i1: false>} : !a, !a -> !a

// -----
!a = !flow.stream<[id: INT, x: STRING], append>
%a = flow.source "a" connector "c" {} format "f" {} columns ["id", "x"] : !a
// expected-error@below {{key `id` is '!flow.sql<INT>', `x` is '!flow.sql<STRING>'}}
%j = flow.join "j" semi regular %a, %a on ["id"] = ["x"] {
^bb0(%0: !flow.sql<INT>, %1: !flow.sql<STRING>, %2: !flow.sql<INT>, %3: !flow.sql<STRING>):
  %c = flow.constant true -> <BOOLEAN NOT NULL>
  flow.yield %c : !flow.sql<BOOLEAN NOT NULL>
} {null_safe = array<i1: false>} : !a, !a -> !a

// -----
!a = !flow.stream<[id: INT, x: STRING], append>
%a = flow.source "a" connector "c" {} format "f" {} columns ["id", "x"] : !a
// expected-error@below {{has 4 columns, not 2}}
%j = flow.join "j" anti regular %a, %a on ["id"] = ["id"] {
^bb0(%0: !flow.sql<INT>, %1: !flow.sql<STRING>, %2: !flow.sql<INT>, %3: !flow.sql<STRING>):
  %c = flow.constant true -> <BOOLEAN NOT NULL>
  flow.yield %c : !flow.sql<BOOLEAN NOT NULL>
} {null_safe = array<i1: false>} : !a, !a -> !flow.stream<[id: INT, x: STRING, a: INT, b: STRING], append>

// -----
!a = !flow.stream<[id: INT, x: STRING], append>
%a = flow.source "a" connector "c" {} format "f" {} columns ["id", "x"] : !a
// expected-error@below {{ranks by row_number, rank or dense_rank, not `first`}}
%t = flow.top_n "t" "first" %a by ["id"] order [] from 1 to 3 : !a -> !flow.stream<[id: INT, x: STRING, r: BIGINT], retract>

// -----
!a = !flow.stream<[id: INT, x: STRING], append>
%a = flow.source "a" connector "c" {} format "f" {} columns ["id", "x"] : !a
// expected-error@below {{has a frame that ends before it begins}}
%o = flow.over "o" %a by [] order [] from 2 to 1 calls [] : !a -> !a

// -----
!a = !flow.stream<[id: INT, x: STRING], append>
%a = flow.source "a" connector "c" {} format "f" {} columns ["id", "x"] : !a
// expected-error@below {{must add 1 columns to those of}}
%d = flow.dedup "d" %a by ["id"] on "x" : !a -> !a

// -----
// expected-error@below {{has columns}}
%v = flow.values "v" : !flow.stream<[x: INT], append>
