// RUN: levada-opt %s -split-input-file -verify-diagnostics

// expected-error@below {{is NULL of a NOT NULL type}}
%c = flow.constant unit -> !flow.sql<INT NOT NULL>

// -----
// expected-error@below {{of '!flow.sql<BIGINT>' needs an i64, found 'i32'}}
%c = flow.constant 1 : i32 -> !flow.sql<BIGINT>

// -----
// expected-error@below {{of '!flow.sql<DOUBLE>' cannot be "1"}}
%c = flow.constant "1" -> !flow.sql<DOUBLE>

// -----
%a = flow.constant 1 : i32 -> !flow.sql<INT>
%b = flow.constant 1 : i64 -> !flow.sql<BIGINT>
// expected-error@below {{needs operands of the result's kind}}
%c = flow.add %a, %b : !flow.sql<INT>, !flow.sql<BIGINT> -> !flow.sql<BIGINT>

// -----
%a = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{result must be nullable, as an operand is}}
%c = flow.add %a, %a : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<INT NOT NULL>

// -----
%a = flow.constant "x" -> !flow.sql<STRING>
// expected-error@below {{needs numbers, found '!flow.sql<STRING>'}}
%c = flow.mul %a, %a : !flow.sql<STRING>, !flow.sql<STRING> -> !flow.sql<INT>

// -----
%a = flow.constant "x" -> !flow.sql<STRING>
%b = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{compares '!flow.sql<STRING>' with '!flow.sql<INT>'}}
%c = flow.cmp eq %a, %b : !flow.sql<STRING>, !flow.sql<INT> -> !flow.sql<BOOLEAN>

// -----
%a = flow.constant 1 : i128 -> !flow.sql<DECIMAL(4, 2)>
%b = flow.constant 1 : i128 -> !flow.sql<DECIMAL(4, 1)>
// expected-error@below {{compares DECIMALs of different scale}}
%c = flow.cmp eq %a, %b : !flow.sql<DECIMAL(4, 2)>, !flow.sql<DECIMAL(4, 1)> -> !flow.sql<BOOLEAN>

// -----
%a = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{of IS DISTINCT FROM is never NULL}}
%c = flow.cmp distinct %a, %a : !flow.sql<INT>, !flow.sql<INT> -> !flow.sql<BOOLEAN>

// -----
%a = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{needs a BOOLEAN, found '!flow.sql<INT>'}}
%c = flow.is is_true %a : !flow.sql<INT> -> !flow.sql<BOOLEAN NOT NULL>

// -----
%a = flow.constant true -> !flow.sql<BOOLEAN>
%b = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{needs BOOLEANs, found '!flow.sql<INT>'}}
%c = flow.and %a { flow.yield %b : !flow.sql<INT> } : !flow.sql<BOOLEAN> -> !flow.sql<BOOLEAN>

// -----
%a = flow.constant true -> !flow.sql<BOOLEAN>
// expected-error@below {{region `rhs` must yield one value}}
%c = flow.or %a { flow.yield } : !flow.sql<BOOLEAN> -> !flow.sql<BOOLEAN>

// -----
%a = flow.constant true -> !flow.sql<BOOLEAN>
%b = flow.constant 1 : i32 -> !flow.sql<INT>
// expected-error@below {{region `else` yields '!flow.sql<BOOLEAN>' for a result of '!flow.sql<INT>'}}
%c = flow.if %a { flow.yield %b : !flow.sql<INT> } else { flow.yield %a : !flow.sql<BOOLEAN> } : !flow.sql<BOOLEAN> -> !flow.sql<INT>

// -----
%a = flow.constant "x" -> !flow.sql<STRING NOT NULL>
// expected-error@below {{result of TRY_CAST must be nullable}}
%c = flow.cast try %a : !flow.sql<STRING NOT NULL> -> !flow.sql<INT NOT NULL>

// -----
// expected-error@below {{is a timestamp of 3 digits that can be NULL, not '!flow.sql<TIMESTAMP(3) NOT NULL>'}}
%w = flow.current_watermark -> !flow.sql<TIMESTAMP(3) NOT NULL>
