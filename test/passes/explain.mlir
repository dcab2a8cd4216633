// RUN: levada-opt %s -flow-pipeline -flow-explain -o /dev/null | FileCheck %s --match-full-lines --strict-whitespace
// RUN: levada-opt %s -flow-pipeline -flow-explain=format=dot -o /dev/null | FileCheck %s --check-prefix=DOT
// RUN: levada-opt %s -flow-pipeline -flow-explain=format=svg -o /dev/null > %t.svg
// RUN: %python -c "import sys, xml.dom.minidom as x; x.parse(sys.argv[1])" %t.svg
// RUN: FileCheck %s --check-prefix=SVG < %t.svg

// Shared operators are written once; late rows say that they are.
//      CHECK:pipeline taxi, streaming, time zone UTC
// CHECK-EMPTY:
// CHECK-NEXT:sink late
// CHECK-NEXT:│   filesystem, csv
// CHECK-NEXT:│   path = late
// CHECK-NEXT:│   columns: zone, ts
// CHECK-NEXT:└─ late rows of aggregate per_zone (1)
// CHECK-NEXT:   │   hop 1 h by 15 min on ts
// CHECK-NEXT:   │   keys: zone
// CHECK-NEXT:   │   computes: COUNT(*)
// CHECK-NEXT:   │   partitioning: hash of (zone)
// CHECK-NEXT:   │   state: per_zone/aggregate[zone]
// CHECK-NEXT:   │   bound: one entry per (zone) and slice of 15 min in open windows of 1 h; gone when the watermark passes its end
// CHECK-NEXT:   │   memory: beyond --memory entries go to files and come back when they are needed{{$}}
// CHECK-NEXT:   └─ watermark trips
// CHECK-NEXT:      │   ts is the event time
// CHECK-NEXT:      │   watermark: ts - INTERVAL '1' HOUR
// CHECK-NEXT:      └─ source trips
// CHECK-NEXT:             filesystem, csv
// CHECK-NEXT:             path = ${DATA}/trips.csv
// CHECK-NEXT:             reads 2 of 3 columns: zone, ts
// CHECK-NEXT:             on error: fail
// CHECK-EMPTY:
// CHECK-NEXT:sink out
// CHECK-NEXT:│   filesystem, json
// CHECK-NEXT:│   columns: zone, `day of`
// CHECK-NEXT:└─ project per_zone
// CHECK-NEXT:   │   zone
// CHECK-NEXT:   │   `day of` = CAST(window_start AS DATE)
// CHECK-NEXT:   └─ filter per_zone
// CHECK-NEXT:      │   COUNT(*) >= 3 AND (zone IS NULL OR zone - 1 <> -2)
// CHECK-NEXT:      └─ aggregate per_zone, see (1)

// DOT: digraph "pipeline taxi, streaming, time zone UTC" {
// DOT: n2 -> n{{[0-9]}} [label="late rows", style=dashed];

// SVG: <svg xmlns="http://www.w3.org/2000/svg"
// SVG: late rows
// SVG: - INTERVAL '1' HOUR

!in = !flow.stream<[zone: INT, ts: TIMESTAMP(3), flag: STRING], append>
!timed = !flow.stream<[zone: INT, ts: TIMESTAMP(3), flag: STRING], append, time = "ts">
!out = !flow.stream<[zone: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL, "COUNT(*)": BIGINT NOT NULL], append, time = "window_time">
module attributes {flow.name = "taxi", flow.mode = "streaming"} {
%rows = flow.source "trips" connector "filesystem" {path = "${DATA}/trips.csv"} format "csv" {} columns ["zone", "ts", "flag"] : !in
%timed = flow.watermark "trips" %rows on "ts" {
^bb0(%zone: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %flag: !flow.sql<STRING>):
  %hour = flow.constant 3600000 : i64 -> !flow.sql<INTERVAL_SECOND NOT NULL>
  %mark = flow.sub %ts, %hour : !flow.sql<TIMESTAMP(3)>, !flow.sql<INTERVAL_SECOND NOT NULL> -> !flow.sql<TIMESTAMP(3)>
  flow.yield %mark : !flow.sql<TIMESTAMP(3)>
} : !in -> !timed
%zones, %late = flow.aggregate "per_zone" %timed keys ["zone"] window <hop, on = "ts", size = 3600000, slide = 900000, offset = 0>
  aggs [#flow.agg<"COUNT", "levada_agg_count", [], filter = "", distinct = false, as "COUNT(*)" -> !flow.sql<BIGINT NOT NULL>>]
  : !timed -> !out, !timed
%having = flow.filter "per_zone" %zones {
^bb0(%zone: !flow.sql<INT>, %start: !flow.sql<TIMESTAMP(3) NOT NULL>, %end: !flow.sql<TIMESTAMP(3) NOT NULL>, %time: !flow.sql<TIMESTAMP(3) NOT NULL>, %n: !flow.sql<BIGINT NOT NULL>):
  %three = flow.constant 3 : i64 -> !flow.sql<BIGINT NOT NULL>
  %many = flow.cmp ge %n, %three : !flow.sql<BIGINT NOT NULL>, !flow.sql<BIGINT NOT NULL> -> !flow.sql<BOOLEAN NOT NULL>
  %both = flow.and %many {
    %null = flow.is is_null %zone : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>
    %either = flow.or %null {
      %one = flow.constant 1 : i32 -> !flow.sql<INT NOT NULL>
      %less = flow.sub %zone, %one : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<INT>
      %minus = flow.constant -2 : i32 -> !flow.sql<INT NOT NULL>
      %is = flow.cmp ne %less, %minus : !flow.sql<INT>, !flow.sql<INT NOT NULL> -> !flow.sql<BOOLEAN>
      flow.yield %is : !flow.sql<BOOLEAN>
    } : !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<BOOLEAN>
    flow.yield %either : !flow.sql<BOOLEAN>
  } : !flow.sql<BOOLEAN NOT NULL> -> !flow.sql<BOOLEAN>
  flow.yield %both : !flow.sql<BOOLEAN>
} : !out -> !out
%picked = flow.project "per_zone" %having {
^bb0(%zone: !flow.sql<INT>, %start: !flow.sql<TIMESTAMP(3) NOT NULL>, %end: !flow.sql<TIMESTAMP(3) NOT NULL>, %time: !flow.sql<TIMESTAMP(3) NOT NULL>, %n: !flow.sql<BIGINT NOT NULL>):
  %day = flow.cast %start : !flow.sql<TIMESTAMP(3) NOT NULL> -> !flow.sql<DATE NOT NULL>
  flow.yield %zone, %day : !flow.sql<INT>, !flow.sql<DATE NOT NULL>
} : !out -> !flow.stream<[zone: INT, "day of": DATE NOT NULL], append>
%sent = flow.project "late" %late {
^bb0(%zone: !flow.sql<INT>, %ts: !flow.sql<TIMESTAMP(3)>, %flag: !flow.sql<STRING>):
  flow.yield %zone, %ts : !flow.sql<INT>, !flow.sql<TIMESTAMP(3)>
} : !timed -> !flow.stream<[zone: INT, ts: TIMESTAMP(3)], append>
flow.sink "late" %sent connector "filesystem" {path = "late"} format "csv" {} : !flow.stream<[zone: INT, ts: TIMESTAMP(3)], append>
flow.sink "out" %picked connector "filesystem" {} format "json" {} : !flow.stream<[zone: INT, "day of": DATE NOT NULL], append>
}
