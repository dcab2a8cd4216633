#!/usr/bin/env python3
"""Writes anew what the tests of this folder expect: read the diff.

  update.py BIN [FILE…]     BIN: the folder of levada; default: all files

Each part of a file is a pipeline with a mistake; the CHECK lines at its end
are what `levada check` says about it.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def checks(levada, name, text, folder):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
        out.write(text)
    said = subprocess.run([levada, "check", "--diagnostics=plain", name], cwd=folder,
                          capture_output=True, text=True).stderr
    lines = []
    for line in said.splitlines():
        line = re.sub(r"(\[\[|\{\{)+", lambda m: "{{" + re.escape(m[0]) + "}}", line)
        mark = "#" if name.endswith(".toml") else "--"
        lines.append(f"{mark} CHECK{'-NEXT' if lines else ''}: {line}\n")
    return "".join(lines)


def main():
    levada = os.path.join(os.path.abspath(sys.argv[1]), "levada")
    for path in sys.argv[2:] or sorted(glob.glob(os.path.join(HERE, "*.test"))):
        text = open(path, encoding="utf-8").read()
        if "--- " not in text:
            continue
        pieces = re.split(r"^(#--- (\S+)\n)", text, flags=re.M)
        with tempfile.TemporaryDirectory() as folder:
            for i in range(1, len(pieces), 3):
                name, body = pieces[i + 1], pieces[i + 2]
                body = re.sub(r"^(#|--) CHECK.*\n", "", body, flags=re.M).rstrip("\n") + "\n"
                if name.endswith((".toml", ".sql")):
                    body += checks(levada, name, body, folder)
                pieces[i + 1], pieces[i + 2] = "", body + "\n"
        with open(path, "w", encoding="utf-8") as out:
            out.write("".join(pieces).rstrip("\n") + "\n")


main()
