"""What no test names: diagnostics, functions, connectors, formats, operations,
passes, flags.

  coverage.py ROOT LEVADA     prints what is missing; 0 when nothing is
"""
import os
import re
import subprocess
import sys

# What no test can show, and why.
EXEMPT = {
    "E502": "the folder of the runtime would have to be broken",
    "I901": "whoever can show one mends it",
    "R604": "no type of SQL holds such a time",
    "R610": "no code of today: every failing function says more",
    "R624": "a record of 256 MB takes seconds to read",
    "R650": "two builds with different ABIs would be needed",
    "R690": "no memory is left for a test",
}


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8", errors="replace") as file:
        return file.read()


def tests(root):
    """The text of all tests, words in lower case."""
    text = []
    for folder, folders, files in os.walk(os.path.join(root, "test")):
        folders[:] = sorted(f for f in folders if f not in ("__pycache__", "out"))
        for name in sorted(files):
            if name.endswith((".toml", ".test", ".mlir", ".sql", ".cpp", ".h", ".txt", ".py")) and \
                    name not in ("coverage.py", "coverage.test"):
                text.append(read(folder, name))
    for folder, _, files in os.walk(os.path.join(root, "examples")):
        text += [read(folder, name) for name in sorted(files) if name.endswith(".toml")]
    return "\n".join(text)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def names(root, levada):
    """(kind, name) of everything there is."""
    for file in sorted(os.listdir(os.path.join(root, "ir/diag/codes"))):
        if file.endswith(".def"):
            for code in re.findall(r"^LEVADA_DIAG\((\w+),", read(root, "ir/diag/codes", file), re.M):
                yield "diagnostic", code
    for code in re.findall(r"^LEVADA_RUNTIME_CODE\((\d+),", read(root, "runtime/core/codes.def"), re.M):
        yield "diagnostic", "R" + code
    seen = set()
    for name in re.findall(r"^([A-Z_][A-Z0-9_]*)", run(levada, "functions"), re.M):
        if name not in seen:
            yield "function", name
        seen.add(name)
    kind = None
    for line in run(levada, "connectors").splitlines():
        if not line.startswith(" "):
            kind = line.rstrip("s")
        else:
            yield kind, line.split()[0]
    for name in re.findall(r': (?:Flow)?Pass<"([\w-]+)"', read(root, "passes/Passes.td")):
        yield "pass", name
    for dialect, file in ("flow", "flow/FlowOps.td"), ("flow", "flow/FlowState.td"), ("exec", "exec/Exec.td"):
        text = read(root, "ir", file)
        found = re.findall(r'def %s_\w+Op\b[^"]*"(\w+)"' % dialect.capitalize(), text)
        found += re.findall(r'def Flow_\w+Op : Flow_\w+<"(\w+)"', text)
        for name in sorted(set(found)):
            yield "operation", dialect + "." + name
    for dash, name in re.findall(r'^def \w+\s*:\s*(?:Joined|Separate|Flag|JoinedOrSeparate)<\["(-+)(?:", "--)?"\],\s*"([^"]+)"',
                           read(root, "tools/levada/Options.td"), re.M):
        yield "flag", "--" + name if len(name) > 2 else "-" + name
    for name in sorted(set(re.findall(r'"(--[a-z-]+)"', read(root, "runtime/core/options.cpp")))):
        yield "flag", name


def main():
    root, levada = sys.argv[1:3]
    text = tests(root)
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text.upper()))
    missing = []
    for kind, name in names(root, levada):
        if kind in ("diagnostic", "function"):
            found = name in words
        elif kind == "flag":
            found = re.search(r"(?<![\w-])" + re.escape(name), text) is not None
        else:
            found = re.search(r"(?<!\w)" + re.escape(name) + r"(?![\w-])", text) is not None
        if found and name in EXEMPT:
            missing.append(f"{kind} {name} is exempt, and a test names it")
        if not found and name not in EXEMPT:
            missing.append(f"{kind} {name} is named by no test")
    print("\n".join(missing))
    return 1 if missing else 0


sys.exit(main())
