-- RUN: printf '{"op":"+I","data":{"s":"0.1"}}\n{"op":"+I","data":{"s":"0.2"}}\n{"op":"+I","data":{"s":"1e300"}}\n{"op":"+I","data":{"s":"0.3"}}\n{"op":"-D","data":{"s":"1e300"}}\n{"op":"+I","data":{"s":"NaN"}}\n{"op":"-D","data":{"s":"NaN"}}\n{"op":"+I","data":{"s":"Infinity"}}\n{"op":"+I","data":{"s":"-Infinity"}}\n{"op":"-D","data":{"s":"Infinity"}}\n{"op":"-D","data":{"s":"-Infinity"}}\n{"op":"-D","data":{"s":"0.1"}}\n{"op":"-D","data":{"s":"0.2"}}\n{"op":"-D","data":{"s":"0.3"}}\n' | %agree %s 2>/dev/null | FileCheck %s --match-full-lines
-- Sums of floats are exact where rows are taken back: nothing is left of 1e300, NaN or an infinity.
CREATE TABLE t (s STRING) WITH ('connector' = 'stdin', 'format' = 'changelog-json');
CREATE TABLE o (total DOUBLE, mean DOUBLE, small FLOAT, once DOUBLE) WITH ('connector' = 'print');
INSERT INTO o SELECT SUM(CAST(s AS DOUBLE)), AVG(CAST(s AS DOUBLE)), AVG(CAST(s AS FLOAT)), SUM(DISTINCT CAST(s AS DOUBLE)) FROM t;

-- CHECK: +I[0.1, 0.1, 0.1, 0.1]
-- CHECK-NEXT: -U[0.1, 0.1, 0.1, 0.1]
-- CHECK-NEXT: +U[0.30000000000000004, 0.15000000000000002, 0.15, 0.30000000000000004]
-- CHECK-NEXT: -U[0.30000000000000004, 0.15000000000000002, 0.15, 0.30000000000000004]
-- CHECK-NEXT: +U[1.0E300, 3.3333333333333335E299, Infinity, 1.0E300]
-- CHECK-NEXT: -U[1.0E300, 3.3333333333333335E299, Infinity, 1.0E300]
-- CHECK-NEXT: +U[1.0E300, 2.5E299, Infinity, 1.0E300]
-- CHECK-NEXT: -U[1.0E300, 2.5E299, Infinity, 1.0E300]
-- CHECK-NEXT: +U[0.6, 0.19999999999999998, 0.2, 0.6]
-- CHECK-NEXT: -U[0.6, 0.19999999999999998, 0.2, 0.6]
-- CHECK-NEXT: +U[NaN, NaN, NaN, NaN]
-- CHECK-NEXT: -U[NaN, NaN, NaN, NaN]
-- CHECK-NEXT: +U[0.6, 0.19999999999999998, 0.2, 0.6]
-- CHECK-NEXT: -U[0.6, 0.19999999999999998, 0.2, 0.6]
-- CHECK-NEXT: +U[Infinity, Infinity, Infinity, Infinity]
-- CHECK-NEXT: -U[Infinity, Infinity, Infinity, Infinity]
-- CHECK-NEXT: +U[NaN, NaN, NaN, NaN]
-- CHECK-NEXT: -U[NaN, NaN, NaN, NaN]
-- CHECK-NEXT: +U[-Infinity, -Infinity, -Infinity, -Infinity]
-- CHECK-NEXT: -U[-Infinity, -Infinity, -Infinity, -Infinity]
-- CHECK-NEXT: +U[0.6, 0.19999999999999998, 0.2, 0.6]
-- CHECK-NEXT: -U[0.6, 0.19999999999999998, 0.2, 0.6]
-- CHECK-NEXT: +U[0.5, 0.25, 0.25, 0.5]
-- CHECK-NEXT: -U[0.5, 0.25, 0.25, 0.5]
-- CHECK-NEXT: +U[0.3, 0.3, 0.3, 0.3]
-- CHECK-NEXT: -D[0.3, 0.3, 0.3, 0.3]
-- CHECK-NOT: {{.+}}
