#!/usr/bin/env python3
"""Fails if an object file of the engine defines weak or public symbols outside its own instance's namespace.

check_symbols.py NM OBJECT... A weak symbol (an inline function, a template of the standard library) made for AVX could be
                              handed by the linker to code that runs on a processor without it.
"""
import subprocess
import sys


def foreign_symbols(nm, path, namespace):
    lines = subprocess.run([nm, "-C", "--defined-only", path], check=True, capture_output=True, text=True).stdout
    for line in lines.splitlines():
        kind, name = line.split(maxsplit=2)[1:]
        if kind in "WVuTDBR" and namespace not in name:
            yield f"{path}: defines {name} ({kind})"


def main():
    problems = []
    for path in sys.argv[2:]:
        instance = path.split("/engine_")[1].split(".dir")[0]
        problems += foreign_symbols(sys.argv[1], path, f"etalon::{instance}::")
    print("\n".join(problems) or f"{len(sys.argv) - 2} objects define nothing outside their namespaces")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
