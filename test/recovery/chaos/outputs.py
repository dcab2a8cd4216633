"""What a reader sees of a pipeline's results: files and folders of part files."""
import collections
import os
import re


def hidden(name):
    return name.startswith((".", "_"))


def number(name):
    return [int(n) for n in re.findall(r"\d+", name)]


def strip(data, header):
    return data[len(header):] if header and data.startswith(header) else data


def read(path):
    with open(path, "rb") as file:
        return file.read()


def visible(out, headers):
    """Rows by sink (a name in the folder `out`); of a folder, its parts in order.

    `headers`: the first line of each sink's files, left out of its rows. A file that goes between listing and reading counts as
    not there: whoever publishes may replace it."""
    found = {}
    for name in sorted(os.listdir(out)):
        path, header = os.path.join(out, name), headers.get(name, b"")
        if hidden(name):
            continue
        if not os.path.isdir(path):
            found[name] = strip(read(path), header)
            continue
        parts = []
        for part in sorted((p for p in os.listdir(path) if not hidden(p)), key=number):
            parts.append(strip(read(os.path.join(path, part)), header))
        found[name] = b"".join(parts)
    return found


def headers_of(pipeline, out):
    """Of sinks with csv.header: their first lines."""
    if "csv.header = true" not in pipeline.split("[sink", 1)[-1]:
        return {}
    found = {}
    for name in os.listdir(out):
        path = os.path.join(out, name)
        if os.path.isdir(path):
            parts = sorted(p for p in os.listdir(path) if not hidden(p))
            path = os.path.join(path, parts[0]) if parts else path
        if os.path.isfile(path):
            found[name] = read(path).split(b"\n", 1)[0] + b"\n"
    return found


def no_prefix(seen, whole):
    """The sinks of which more or something else is visible than the first rows of `whole`."""
    return [name for name, rows in seen.items() if not whole.get(name, b"").startswith(rows)]


def not_among(seen, whole):
    """The sinks of which rows are visible that are not of `whole`, or oftener.

    A file to which a committed row is being added may end in the middle of it."""
    found = []
    for name, rows in seen.items():
        known = whole.get(name, b"").splitlines(True)
        lines = [r for r in rows.splitlines(True) if r.endswith(b"\n") or not any(k.startswith(r) for k in known)]
        more = collections.Counter(lines)
        more.subtract(known)
        if max(more.values(), default=0) > 0:
            found.append(name)
    return found


def leftovers(out):
    """Hidden files that no finished run may leave: all but the marker of what is published."""
    found = []
    for root, _, names in os.walk(out):
        for name in names:
            if hidden(name) and not re.fullmatch(r"\.(.*\.)?levada", name):
                found.append(os.path.relpath(os.path.join(root, name), out))
    return found
