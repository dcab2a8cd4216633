// RUN: levada-opt %s -flow-to-exec -split-input-file -verify-diagnostics

// The watermark of a stream is known where its source is read.
!in = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append>
!timed = !flow.stream<[k: INT, window_start: TIMESTAMP(3) NOT NULL, window_end: TIMESTAMP(3) NOT NULL, window_time: TIMESTAMP(3) NOT NULL], append, time = "window_time">
%rows = flow.source "s" connector "c" {} format "f" {} columns ["k", "t"] : !flow.stream<[k: INT, t: TIMESTAMP(3)], append>
%a = flow.aggregate "a" %rows keys ["k"] window <tumble, on = "t", size = 1000, slide = 0, offset = 0> aggs []
  : !flow.stream<[k: INT, t: TIMESTAMP(3)], append> -> !in
// expected-error@below {{must follow its source; only other stateless operators may stand between}}
%w = flow.watermark "w" %a on "window_time" {
^bb0(%k: !flow.sql<INT>, %1: !flow.sql<TIMESTAMP(3) NOT NULL>, %2: !flow.sql<TIMESTAMP(3) NOT NULL>, %3: !flow.sql<TIMESTAMP(3) NOT NULL>):
  flow.yield %3 : !flow.sql<TIMESTAMP(3) NOT NULL>
} : !in -> !timed
flow.sink "out" %w connector "c" {} format "f" {} : !timed
