"""Who may include whom, which files are built, how long they are.

  layering.py ROOT     prints what breaks a rule; 0 when nothing does
"""
import os
import re
import sys

# Room to the prefixes of our own headers that it may include. `generated/` and
# *.inc come from the build.
MAY_INCLUDE = {
    "ir": ["ir/"],
    # How named groups are written: the format and its check read them alike.
    "frontend": ["frontend/", "ir/", "generated/", "runtime/formats/groups.h"],
    "passes": ["passes/", "ir/"],
    # The ABI and the layouts of what generated code calls, never their code.
    "codegen": ["codegen/", "ir/", "frontend/catalog/", "generated/", "runtime/abi/",
                "runtime/formats/decode.h", "stdlib/text.h"],
    "stdlib": ["stdlib/", "runtime/abi/", "generated/"],
    "runtime": ["runtime/", "stdlib/", "generated/"],
    "tools": ["tools/", "ir/", "frontend/", "passes/", "codegen/", "generated/",
              "runtime/formats/groups.h", "runtime/core/codes.def",
              # What decides about state at a restore decides in `levada diff`.
              "runtime/checkpoint/schema.h"],
}
LONGEST = 700  # lines
ROOMS = "|".join(list(MAY_INCLUDE) + ["generated", "test"])
INCLUDE = re.compile(r'^\s*(?:#\s*)?include "((?:%s)/[^"]+)"' % ROOMS)


def sources(root, room):
    for folder, folders, files in os.walk(os.path.join(root, room)):
        folders.sort()
        for name in sorted(files):
            if name.endswith((".h", ".cpp", ".td", ".def")):
                yield os.path.relpath(os.path.join(folder, name), root)


def main():
    root = sys.argv[1]
    built = ""
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f != ".git" and not f.startswith("build")]
        for name in files:
            if name == "CMakeLists.txt" or name.endswith(".cmake"):
                built += open(os.path.join(folder, name)).read()
    broken = []
    for room, allowed in MAY_INCLUDE.items():
        for path in sources(root, room):
            lines = open(os.path.join(root, path), encoding="utf-8").read().splitlines()
            for number, line in enumerate(lines, 1):
                found = INCLUDE.match(line)
                if found and not found[1].startswith(tuple(allowed)) and ".inc" not in found[1]:
                    broken.append(f"{path}:{number}: {room} may not include {found[1]}")
            if len(lines) > LONGEST:
                broken.append(f"{path}: {len(lines)} lines, more than {LONGEST}")
            name = os.path.basename(path)
            if name.endswith(".cpp") and name not in built and name[:-4] not in built:
                broken.append(f"{path}: no CMakeLists.txt names it")
    print("\n".join(broken))
    return 1 if broken else 0


sys.exit(main())
