-- RUN: %agree %s < %S/Inputs/maps.json 2>/dev/null | FileCheck %s --match-full-lines
-- Maps show their keys in the order of Java's hash tables where Flink makes them through one, else as they came.
SET 'table.local-time-zone' = 'UTC';
CREATE TABLE r (id INT, m MAP<STRING, INT>, n MAP<STRING, STRING>) WITH ('connector' = 'stdin', 'format' = 'json');
CREATE TABLE o (id INT, a STRING, b STRING, c STRING, d STRING, e STRING, f STRING, g STRING, h STRING, i STRING, j STRING, k STRING, l STRING) WITH ('connector' = 'stdout', 'format' = 'json');
INSERT INTO o SELECT id, CAST(m AS STRING), CAST(MAP_KEYS(m) AS STRING), CAST(MAP_VALUES(m) AS STRING), CAST(MAP_ENTRIES(n) AS STRING),
  CAST(MAP_UNION(m, MAP['alpha', 7, 'new', id], MAP['k3', 9]) AS STRING),
  CAST(STR_TO_MAP('b=1,aa=2,zeta=3,ccc=4,d=5,Ärger=6,日本𝄞=7,b=8') AS STRING),
  CAST(CAST(MAP['30', 'a', '4', 'b', '100', 'c', '030', 'd', '-7', 'e'] AS MAP<INT, STRING>) AS STRING),
  CAST(CAST(MAP['3000000000', 'a', '-4', 'b', '100', 'c', '17179869185', 'd'] AS MAP<BIGINT, STRING>) AS STRING),
  CAST(CAST(MAP['0.5', 'a', '-0.0', 'b', '100', 'c', '1e300', 'd'] AS MAP<DOUBLE, STRING>) AS STRING),
  CAST(CAST(MAP['2020-01-01 00:00:00.123', 'a', '1969-12-31 23:59:59.999999', 'b', '2030-05-05 05:05:05', 'c'] AS MAP<TIMESTAMP(6), STRING>) AS STRING),
  CAST(CAST(MAP['1.50', 'a', '-2.25', 'b', '100.00', 'c', '99999999.99', 'd'] AS MAP<DECIMAL(10, 2), STRING>) AS STRING),
  CAST(CAST(MAP['12345678901234567890.12', 'a', '-12345678901234567890.12', 'b', '0.01', 'c'] AS MAP<DECIMAL(30, 2), STRING>) AS STRING)
FROM r;
-- CHECK: {"id":1,"a":"{zeta=1, alpha=2, =6, Ärger=4, a longer key than twelve=7, mid=3, 日本=5}","b":"[zeta, alpha, , Ärger, a longer key than twelve, mid, 日本]","c":"[1, 2, 6, 4, 7, 3, 5]","d":"[(x, 1), (y, 2)]","e":"{k3=9, alpha=7, new=1, zeta=1, =6, Ärger=4, a longer key than twelve=7, mid=3, 日本=5}","f":"{aa=2, zeta=3, b=8, ccc=4, d=5, Ärger=6, 日本𝄞=7}","g":"{4=b, 100=c, -7=e, 30=d}","h":"{3000000000=a, -4=b, 100=c, 17179869185=d}","i":"{0.5=a, -0.0=b, 1.0E300=d, 100.0=c}","j":"{1969-12-31 23:59:59.999999=b, 2020-01-01 00:00:00.123000=a, 2030-05-05 05:05:05.000000=c}","k":"{99999999.99=d, 100.00=c, 1.50=a, -2.25=b}","l":"{0.01=c, 12345678901234567890.12=a, -12345678901234567890.12=b}"}
-- CHECK-NEXT: {"id":2,"a":"{k6=6, k9=9, k3=0, k14=14, k8=8, k10=10, k1=1, k2=2, k4=4, k5=5, k12=12, k7=7, k11=11, k13=13}","b":"[k6, k9, k3, k14, k8, k10, k1, k2, k4, k5, k12, k7, k11, k13]","c":"[6, 9, 0, 14, 8, 10, 1, 2, 4, 5, 12, 7, 11, 13]","d":"[]","e":"{k3=9, alpha=7, new=2, k6=6, k9=9, k14=14, k8=8, k10=10, k1=1, k2=2, k4=4, k5=5, k12=12, k7=7, k11=11, k13=13}","f":"{aa=2, zeta=3, b=8, ccc=4, d=5, Ärger=6, 日本𝄞=7}","g":"{4=b, 100=c, -7=e, 30=d}","h":"{3000000000=a, -4=b, 100=c, 17179869185=d}","i":"{0.5=a, -0.0=b, 1.0E300=d, 100.0=c}","j":"{1969-12-31 23:59:59.999999=b, 2020-01-01 00:00:00.123000=a, 2030-05-05 05:05:05.000000=c}","k":"{99999999.99=d, 100.00=c, 1.50=a, -2.25=b}","l":"{0.01=c, 12345678901234567890.12=a, -12345678901234567890.12=b}"}
-- CHECK-NEXT: {"id":3,"a":null,"b":null,"c":null,"d":"[(a, 1), (c, 3), (b, NULL)]","e":null,"f":"{aa=2, zeta=3, b=8, ccc=4, d=5, Ärger=6, 日本𝄞=7}","g":"{4=b, 100=c, -7=e, 30=d}","h":"{3000000000=a, -4=b, 100=c, 17179869185=d}","i":"{0.5=a, -0.0=b, 1.0E300=d, 100.0=c}","j":"{1969-12-31 23:59:59.999999=b, 2020-01-01 00:00:00.123000=a, 2030-05-05 05:05:05.000000=c}","k":"{99999999.99=d, 100.00=c, 1.50=a, -2.25=b}","l":"{0.01=c, 12345678901234567890.12=a, -12345678901234567890.12=b}"}
