#!/usr/bin/env python3
"""Flink's expressions with Flink's results, as TOML pipelines: many expressions in one, one row each.

  expressions.py --levada PATH --shared DIR [--suite functions|expr|random] [--args literal|file] [--level -O2] [--every N] [-v]

The items come from DIR/conformance (see its README): `functions` as literals, which the compiler folds, and with the arguments read
from JSON, which generated code computes; `expr`, with their result as text; `random`, over rows of all types. Without --suite and
--args all of them run. An item that does not compile is taken out of its pipeline by the line of its error; when a program fails,
halves of the pipeline find the items to blame. --every N takes each Nth pipeline's worth, --report FILE writes what failed, --known
FILE names items that are left out.
The last line counts; reasons of skipped items are counted above it. Exit status 1 when something failed.
"""
import argparse, collections, concurrent.futures, decimal, importlib.util, json, os, re, shutil, subprocess, sys, tempfile

BATCH = 60
# Types that are not SQL's own, and functions that Flink's tests bring along.
OTHER = re.compile(r"\b(STRUCTURED|RAW|VARIANT|BITMAP|SYMBOL|DESCRIPTOR|Create(Multiset|EmptyArray|StructuredType)|\w+Constructor|OBJECT_(OF|UPDATE))\b", re.I)
UNPRINTABLE = re.compile(r"\bINTERVAL\b", re.I)


def toml(text):
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def outside_quotes(sql, change):
    """`change` applied to the parts of an expression outside of quotes."""
    return "".join(p if p[:1] in "'`" else change(p) for p in re.split(r"('(?:[^']|'')*'|`[^`]*`)", sql))


class Item:
    """One expression: `sql` over `columns` {name: (type, JSON value)}; its result is compared as text of `type`."""

    def __init__(self, suite, group, name, sql, type, want, columns=(), error=None, rows=None, zone="UTC"):
        self.suite, self.group, self.name, self.sql, self.type, self.want = suite, group, name, sql, type, want
        self.columns, self.error, self.rows, self.zone = dict(columns), error, rows, zone
        self.why = None


class Runner:
    def __init__(self, args, rules):
        self.args, self.rules = args, rules
        self.builds = 0

    def pipeline(self, items):
        columns = {n: t for i in items for n, (t, _) in i.columns.items()} or {"nothing": "INT"}
        lines = ["[pipeline]", 'name = "expressions"', f"table.local-time-zone = {toml(items[0].zone)}", "[source.given]", 'connector = "stdin"', 'format = "json"',
                 "columns = { " + ", ".join(f"{n} = {toml(t)}" for n, t in columns.items()) + " }",
                 "[stream.computed]", 'from = "given"', "select = ["]
        first = len(lines) + 1
        lines += [toml(f"{i.sql} AS r{k}") + "," for k, i in enumerate(items)]
        lines += ["]", "[sink.out]", 'from = "computed"', 'connector = "stdout"', 'format = "json"', ""]
        return "\n".join(lines), first

    def run(self, items):
        """Sets `why` of those that fail; returns nothing."""
        if not items: return
        text, first = self.pipeline(items)
        work = tempfile.mkdtemp(prefix="levada-expressions-")
        try:
            path, app = os.path.join(work, "p.toml"), os.path.join(work, "app")
            with open(path, "w", encoding="utf-8") as f: f.write(text)
            self.builds += 1
            build = subprocess.run([self.args.levada, "build", path, "-o", app, self.args.level, "--diagnostics=plain"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
            errors = build.stderr.decode("utf-8", "replace")
            if build.returncode not in (0, 1):
                return self.halves(items, f"compiler exit {build.returncode}: {errors.strip()[-300:]}")
            if build.returncode == 1:
                blamed = {}
                for line, message in re.findall(r"p\.toml:(\d+):\d+: error: (.*)", errors):
                    if 0 <= int(line) - first < len(items): blamed.setdefault(int(line) - first, message)
                for k, message in blamed.items(): items[k].why = "does not compile: " + message
                if not blamed: return self.halves(items, "does not compile: " + errors.strip()[:300])
                return self.run([i for k, i in enumerate(items) if k not in blamed])
            if items[0].rows is not None: rows = items[0].rows
            else: rows = [self.rules.dump({n: v for i in items for n, (_, v) in i.columns.items()} or {"nothing": 1})]
            data = ("\n".join(rows) + "\n").encode("utf-8")
            run = subprocess.run([app], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, cwd=work)
            if run.returncode != 0:
                return self.halves(items, f"exit {run.returncode}: {run.stderr.decode('utf-8', 'replace').strip()[-400:]}")
            got = [json.loads(l, parse_float=decimal.Decimal) for l in run.stdout.decode("utf-8", "replace").splitlines()]
            for k, i in enumerate(items): i.why = self.compare(i, [r.get(f"r{k}") for r in got])
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def halves(self, items, why):
        if len(items) == 1:
            items[0].why = why
            return
        self.run(items[:len(items) // 2])
        self.run(items[len(items) // 2:])

    def compare(self, item, values):
        if item.error: return "must fail: " + str(item.error)[:160]
        if len(values) != len(item.want): return f"{len(values)} rows instead of {len(item.want)}"
        for k, (value, want) in enumerate(zip(values, item.want)):
            try: got = "NULL" if item.type is None and value is None else str(value) if item.type is None else self.rules.canonical(self.rules.render(value, item.type))
            except Exception as x: return f"{value!r} is not of type {item.type}: {x}"
            if got != want: return f"{f'row {k + 1}: ' if len(values) > 1 else ''}got {got}, expected {want}"

    def run_error(self, item):
        """An item that must fail has to be a diagnosed error, and not for want of the function."""
        self.run([item])
        if item.why is None or item.why.startswith("must fail"): return
        if re.search(r"there is no function|E303|not supported yet", item.why) and not re.search(r"No match|not support|unknown|undefined", str(item.error), re.I): return
        if re.match(r"compiler exit|exit (?!1:)", item.why): return
        item.why = None


def functions(args, rules, skip, from_file):
    folder = os.path.join(args.shared, "conformance", "functions")
    count = 0
    for name in sorted(os.listdir(folder)):
        if name.endswith(".agg.json"): continue
        with open(os.path.join(folder, name)) as f: specs = json.load(f)
        for spec in specs:
            count += 1
            if spec.get("udfs"): continue
            types, data = spec.get("fieldTypes") or [], spec.get("fieldData") or []
            for item in spec["items"]:
                group, sql = name.removesuffix(".json").removesuffix("ITCase"), item["sql"]
                results = [re.sub(r"\s+NOT NULL$", "", t) for t in item.get("types") or ["STRING"]]
                used = {int(f[1:]) for f in re.findall(r"\bf\d+\b", sql)}
                if not item.get("verified", True): skip("not verified on Flink"); continue
                if len(results) != 1 or "error" not in item and len(item.get("expect") or []) != 1: skip("several results"); continue
                if OTHER.search(results[0]) or OTHER.search(re.sub(r"'[^']*'", "", sql)) or any(OTHER.search(types[k]) for k in used if k < len(types)):
                    skip("types and functions of Flink's tests"); continue
                if UNPRINTABLE.search(results[0]): skip("intervals as results"); continue
                if any(k >= len(types) for k in used): skip("unknown fields"); continue
                if from_file and (item.get("literal_only") or not used): skip("literals alone"); continue
                try:
                    if from_file:
                        columns = {f"s{count}f{k}": (types[k].replace(" NOT NULL", ""), rules.json_value(data[k], types[k])) for k in used}
                        sql = outside_quotes(sql, lambda p: re.sub(r"\bf(\d+)\b", rf"s{count}f\1", p))
                    else:
                        columns = {}
                        literals = {k: rules.sql_literal(data[k], types[k]) for k in used}
                        sql = outside_quotes(sql, lambda p: re.sub(r"\bf(\d+)\b", lambda m: literals[int(m.group(1))], p))
                    sql.encode("utf-8"); json.dumps(columns, default=str, ensure_ascii=False).encode("utf-8")
                except rules.NoLiteral: skip("values that SQL or JSON cannot write"); continue
                except UnicodeEncodeError: skip("half a surrogate pair"); continue
                want = None if "error" in item else [rules.canonical(rules.expected_text(item["expect"][0], results[0]))]
                # Fields have the names of the type that is expected.
                if want and "ROW<" in results[0]: sql = f"CAST({sql} AS {results[0]})"
                yield Item("file" if from_file else "literal", group, item["sql"], sql, results[0], want, columns, item.get("error"))


def texts(args, rules, skip):
    folder = os.path.join(args.shared, "conformance", "scala_expr")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as f: items = json.load(f)
        for item in items:
            if not item.get("verified", True): skip("not verified on Flink"); continue
            if re.search(r"\bf\d+\b", item["sql"]) or not isinstance(item.get("expect"), str): skip("unknown fields"); continue
            try: item["sql"].encode("utf-8")
            except UnicodeEncodeError: skip("half a surrogate pair"); continue
            yield Item("expr", name.removesuffix(".json"), item["sql"], f"CAST({item['sql']} AS STRING)", None, [item["expect"]])


def random_programs(args, rules, skip):
    """Lists of items: those of one program share its rows."""
    root = os.path.join(args.shared, "conformance", "random", "flink", "RandomExpr")
    for name in sorted(os.listdir(root)):
        folder = os.path.join(root, name)
        with open(os.path.join(folder, "case.json")) as f: case = json.load(f)
        with open(os.path.join(folder, "query.sql")) as f: sql = f.read()
        match = re.search(r"CREATE TABLE (\w+) \(\n(.*?)\n\) WITH.*INSERT INTO result_sink SELECT (.*?)\s+FROM \1(.*);", sql, re.S)
        if not match or match.group(4).strip(): skip("other clauses"); continue
        table, declared, selected = match.group(1, 2, 3)
        columns, nested = {}, set()
        for line in re.split(r",\n", declared):
            column, type = line.strip().split(" ", 1)
            if OTHER.search(type): nested.add(column)
            else: columns[column] = (type, None)
        with open(os.path.join(folder, f"{table}.before.jsonl"), encoding="utf-8") as f: rows = [l.rstrip("\n") for l in f if l.strip()]
        zone = (re.search(r"'table.local-time-zone' = '([^']*)'", sql) or [0, "UTC"])[1]
        parts = [p.strip() for p in re.split(r",\n  (?=\S)", selected)]
        result = (case["sinks"] or {}).get("result_sink") or {"columns": [], "before": []}
        items = []
        if case.get("expect_error"):
            text = selected.split(",", 1)[1]
            if OTHER.search(text) or any(re.search(rf"\b{n}\b", text) for n in nested): skip("other types"); continue
            yield [Item("random", name, text, re.sub(r"\s+AS c1$", "", text.strip()), "STRING", None, columns, case["expect_error"], rows, zone)]
            continue
        if len(parts) != len(result["columns"]): skip("other clauses"); continue
        order = [r["row"][0] for r in result["before"]]
        ids = [json.loads(r)["id"] for r in rows]
        if sorted(order) != sorted(ids) or len(set(ids)) != len(ids): skip("other clauses"); continue
        for k, (part, (column, type)) in enumerate(zip(parts, result["columns"])):
            expression = re.sub(rf"\s+AS `?{column}`?$", "", part)
            bare = re.sub(r"'[^']*'", "", expression)
            if OTHER.search(type) or OTHER.search(bare) or any(re.search(rf"\b{n}\b", bare) for n in nested): skip("other types"); continue
            if UNPRINTABLE.search(type): skip("intervals as results"); continue
            by_id = {r["row"][0]: rules.canonical(rules.expected_text(r["row"][k], type)) for r in result["before"]}
            items.append(Item("random", name, expression, expression, type, [by_id[i] for i in ids], columns, None, rows, zone))
        if items: yield items


def key(item):
    return f"{item.suite} {item.name}".replace("\n", " ")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--levada", required=True)
    ap.add_argument("--shared", required=True)
    ap.add_argument("--suite", choices=["functions", "expr", "random"])
    ap.add_argument("--args", choices=["literal", "file"])
    ap.add_argument("--level", default="-O2")
    ap.add_argument("--every", type=int, default=1)
    ap.add_argument("--known", help="a file of items that are known to fail: `SUITE EXPRESSION` each; they are skipped")
    ap.add_argument("--report")
    ap.add_argument("--only", help="items whose expression contains this")
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("-v", action="store_true")
    args = ap.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")
    module = importlib.util.spec_from_file_location("conformance", os.path.join(args.shared, "conformance", "run.py"))
    rules = importlib.util.module_from_spec(module)
    module.loader.exec_module(rules)
    runner = Runner(args, rules)
    skipped = collections.Counter()
    skip = lambda reason: skipped.update([reason])
    batches, failing = [], []

    known = set()
    if args.known:
        with open(args.known, encoding="utf-8") as f: known = {l.rstrip("\n") for l in f if not l.startswith("#")}

    def add(items):
        skipped.update({"known to fail": sum(key(i) in known for i in items)} if known else {})
        items = [i for i in items if key(i) not in known]
        items = [i for i in items if not args.only or args.only in i.name]
        failing.extend(i for i in items if i.error)
        good = [i for i in items if not i.error]
        batches.extend(good[k:k + BATCH] for k in range(0, len(good), BATCH))

    if args.suite in (None, "functions"):
        for way in ("literal", "file"):
            if args.args in (None, way): add(list(functions(args, rules, skip, way == "file")))
    if args.suite in (None, "expr"): add(list(texts(args, rules, skip)))
    if args.suite in (None, "random"):
        for items in random_programs(args, rules, skip): add(items)
    batches, failing = batches[::args.every], failing[::args.every]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(runner.run, batches))
        list(pool.map(runner.run_error, failing))
    done = [i for b in batches for i in b] + failing
    failed = [i for i in done if i.why]
    for i in failed: print(f"FAIL {i.suite} {i.group} {i.name}\n  {i.why if args.v else i.why.splitlines()[0][:200]}")
    for suite in sorted({i.suite for i in done}):
        of = [i for i in done if i.suite == suite]
        print(f"{suite}: {sum(not i.why for i in of)} of {len(of)}")
    for reason, n in skipped.most_common(): print(f"  skipped {n}: {reason}")
    if args.report:
        with open(args.report, "w") as f: json.dump([{"suite": i.suite, "group": i.group, "item": key(i), "why": i.why} for i in failed], f, indent=1)
    print(f"{len(done) - len(failed)} passed, {len(failed)} failed, {sum(skipped.values())} skipped ({runner.builds} builds)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
