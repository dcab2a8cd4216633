"""What the code declares and no test names.

  coverage.py ROOT     prints it; 0 when there is nothing

Passes in test/passes, operations in test/ir, diagnostics (by code or name)
anywhere in test/.
"""
import glob
import os
import re
import sys

EXEMPT = {
    # Not from outside: a bug of the compiler, a broken installation, a full disk.
    "E501", "E502", "E503", "I901",
    # Names of two tables meet in joins; every connector so far ends.
    "E302", "E414",
}


def text_of(*patterns):
    text = []
    for pattern in patterns:
        for path in glob.glob(pattern, recursive=True):
            if os.path.isfile(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    text.append(file.read())
    return "\n".join(text)


def main():
    root = sys.argv[1]
    at = lambda *parts: os.path.join(root, *parts)
    missing = []

    def check(kind, names, tests):
        for name in names:
            if name not in EXEMPT and not re.search(r"(?<!\w)%s(?![\w-])" % re.escape(name), tests):
                missing.append(f"no test names {kind} {name}")

    everything = text_of(at("test", "**"))
    check("pass", re.findall(r': (?:Flow)?Pass<"([\w-]+)"', text_of(at("passes", "Passes.td"))),
          text_of(at("test", "passes", "*")))
    dialects = text_of(at("test", "ir", "*"))
    for dialect, name in ("flow", "flow/FlowOps.td"), ("exec", "exec/Exec.td"):
        found = re.findall(r'def %s_\w+Op\b[^"]*"(\w+)"' % dialect.capitalize(),
                           text_of(at("ir", *name.split("/"))))
        found += re.findall(r'def Flow_\w+Op : Flow_\w+<"(\w+)"', text_of(at("ir", *name.split("/"))))
        check("operation", sorted({f"{dialect}.{op}" for op in found}), dialects)
    for code, name, kebab in re.findall(r'^LEVADA_DIAG\((\w+), (\w+), "([\w-]+)"',
                                        text_of(at("ir", "diag", "Codes.def")), re.M):
        if not re.search(r"\b(%s|%s|%s)\b" % (code, name, kebab), everything) and code not in EXEMPT:
            missing.append(f"no test names diagnostic {code} {kebab}")
    print("\n".join(missing))
    return 1 if missing else 0


sys.exit(main())
