"""Input of pipelines under test: rows in nearly ascending time, some late, some bad."""
import gzip
import os

COLUMNS = ("id", "k", "g", "v", "w", "d", "f", "b", "s", "ts")
WORDS = ("", "a", "kalt", "über", "sixteen bytes ok", 'a "quoted" text, longer than inline', "line\nbreak", "\\", "日本語のテキスト")


def moment(ms):
    s, ms = divmod(ms, 1000)
    return f"2024-03-01 {10 + s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}.{ms:03}"


def text(value):
    out = ['"']
    for c in value:
        out.append({'"': '\\"', "\\": "\\\\", "\n": "\\n"}.get(c, c))
    return "".join(out) + '"'


def rows(rng, count, first_id=0, bad=0.0):
    """Records as bytes, each with its newline."""
    now, keys = 0, rng.choice((3, 17, 60))
    for i in range(count):
        now += rng.choice((0, 1, 5, 20, 20, 40)) if rng.random() < 0.98 else rng.randrange(4000)
        ts = max(0, now - (rng.randrange(1500) if rng.random() < 0.2 else 0) - (5000 if rng.random() < 0.01 else 0))
        yield {
            "id": first_id + i,
            "k": "key-%d" % min(rng.randrange(keys), rng.randrange(keys)),
            "g": rng.choice("xyz"),
            "v": rng.randrange(100) if rng.random() < 0.9 else None,
            "w": rng.randrange(-10**12, 10**12),
            "d": f"{rng.randrange(-10**6, 10**6) / 100:.2f}",
            "f": rng.randrange(10**6) / 1024,
            "b": rng.random() < 0.5,
            "s": rng.choice(WORDS) + (str(i) if rng.random() < 0.3 else ""),
            "ts": moment(ts),
            "bad": rng.random() < bad,
        }


def as_json(row):
    if row["bad"]:
        return b'{"id": %d, "k": oops}\n' % row["id"]
    parts = []
    for name in COLUMNS:
        value = row[name]
        if value is None:
            value = "null"
        elif isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, str) and name != "d":
            value = text(value)
        parts.append(f'"{name}":{value}')
    return ("{" + ",".join(parts) + "}\n").encode()


def as_csv(row):
    if row["bad"]:
        return b"x,y\n"
    cells = []
    for name in ("ts", "k", "g", "v", "f", "s", "id"):
        value = row[name]
        value = "" if value is None else str(value)
        if any(c in value for c in ',"\n'):
            value = '"' + value.replace('"', '""') + '"'
        cells.append(value)
    return (",".join(cells) + "\n").encode()


CSV_HEADER = b"ts,k,g,v,f,s,id\n"


def write(rng, records, header, path, kind):
    """Writes records to `path`: a file, a folder of files, or the same compressed."""
    def one(name, part):
        data = header + b"".join(part)
        if "gz" in kind:
            data = gzip.compress(data, 1, mtime=0)
        with open(name, "wb") as file:
            file.write(data)

    if "folder" not in kind:
        one(path, records)
        return
    os.mkdir(path)
    cuts = sorted(rng.randrange(len(records) + 1) for _ in range(rng.randrange(1, 5)))
    for i, (begin, end) in enumerate(zip([0] + cuts, cuts + [len(records)])):
        one(os.path.join(path, f"in-{i}"), records[begin:end])
