# How tests run: substitutions, features and environment. See README.md.
import os

import lit.formats

config.name = "levada"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".mlir", ".toml", ".sql", ".test"]
# Data of tests, not tests.
config.excludes = ["bench", "corpus", "data", "Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.build_dir, "test", "out")

root = os.path.dirname(config.test_source_root)
shared = os.path.join(os.path.dirname(root), "shared")


def word(name):
    """A command's name standing alone: no part of a path or an option."""
    return r"(?<![\w./=-])" + name + r"(?![\w./=-])"


def program(*parts):
    return os.path.join(*parts)


bin = os.path.join(config.build_dir, "bin")
config.substitutions += [
    (word("levada-opt"), program(bin, "levada-opt")),
    (word("levada"), program(bin, "levada")),
    (word("FileCheck"), program(config.llvm_tools_dir, "FileCheck")),
    (word("not"), program(config.llvm_tools_dir, "not")),
    (word("split-file"), program(config.llvm_tools_dir, "split-file")),
    # Rows in no order: sorted by bytes.
    ("%sort", "env LC_ALL=C sort"),
    ("%not", program(config.llvm_tools_dir, "not")),
    # In every way that must not matter: -O, parallelism, batch size.
    ("%agree", " ".join([config.python, os.path.join(config.test_source_root, "agree.py"), program(bin, "levada")])),
    ("%root", root),
    ("%bin", bin),
    ("%python", config.python),
]
if os.path.isdir(shared):
    config.available_features.add("shared")
    config.substitutions.append(("%shared", shared))
venv = os.path.join(config.build_dir, "venv", "bin", "python")
if os.path.exists(venv) and os.system(venv + " -c 'import duckdb' 2>/dev/null") == 0:
    config.available_features.add("duckdb")
    config.substitutions.append(("%duckdb-python", venv))
if config.sanitize:
    config.available_features.add("sanitizer")

config.environment["FILECHECK_OPTS"] = "-enable-var-scope --allow-unused-prefixes=false"
config.environment["TZ"] = "UTC"
# `levada run` keeps executables here; tests share them, users' stay alone.
config.environment["XDG_CACHE_HOME"] = os.path.join(config.build_dir, "test", "cache")
for name in ("DATA", "OUT", "HOME", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
