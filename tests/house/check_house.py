#!/usr/bin/env python3
"""House rules that no compiler holds.

    check_house.py ROOT RULE    with RULE one of format, headers, jobs, links, packages, presets, scripts

Prints one line a finding, "FILE:LINE: what is wrong", and exits with 1 if there is any.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

NOT_OURS = {".git", ".cache", "__pycache__", "node_modules"}
MADE_AT_THE_ROOT = {"build", "report"}  # below it, report is a room
CXX_FOLDERS = ("etalon", "tests", "reference", "bench", "examples", "fuzz", "tools")
PRESETS = {"release", "dev", "asan-ubsan", "tsan", "aarch64", "fuzz", "tidy", "bench"}
PACKAGE_LISTS = ("packages.txt", "bench/versus/packages.txt", "tools/packages-aarch64.txt", "tools/packages-fuzz.txt",
                 "tools/packages-slurm.txt", "tools/packages-tidy.txt")
PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?")  # Debian policy, 5.6.1; and an architecture
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\s{0,3}\[[^\]]+\]:\s*(\S+)")
HTML_LINK = re.compile(r"<(?:img|a|source)\b[^>]*?\b(?:src|href|srcset)=\"([^\"]+)\"")


def files_under(root, folders=(".",)):
    """Every file of ours below the folders, sorted."""
    found = []
    for folder in folders:
        for place, below, names in os.walk(root / folder):
            made = MADE_AT_THE_ROOT if Path(place) == root else set()
            below[:] = [name for name in below if name not in NOT_OURS | made]
            found += [Path(place) / name for name in names]
    return sorted(found)


def cxx_files(root):
    return [path for path in files_under(root, CXX_FOLDERS) if path.suffix in (".h", ".cpp")]


def check_format(root):
    files = cxx_files(root)
    if not files:
        return
    run = subprocess.run(["clang-format", "--style=file", "--dry-run", "-Werror", *files], capture_output=True, text=True)
    complaints = {line.split(": error:")[0] for line in run.stderr.splitlines() if ": error:" in line}
    if run.returncode and not complaints:
        yield run.stderr.strip()
    first = {}
    for path, line, _ in sorted((place.rsplit(":", 2) for place in complaints), key=lambda place: int(place[1])):
        first.setdefault(path, line)
    for path, line in sorted(first.items()):
        yield f"{path}:{line}: not as clang-format lays it out; 'make format' does"


def check_headers(root):
    for path in cxx_files(root):
        text = path.read_text()
        if path.suffix == ".h" and not text.startswith("///"):
            yield f"{path}:1: a header opens with what it is, after ///"
        if path.suffix == ".h" and "\n#pragma once\n" not in text:
            yield f"{path}:1: no #pragma once"
        if text and not text.endswith("\n"):
            yield f"{path}: no newline at the end"


def anchors_of(text):
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+\s+(.*?)\s*#*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def prose_lines(text):
    """Numbered lines outside fenced code, their inline code blanked."""
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced:
            yield number, re.sub(r"`[^`]*`", "", line)


def link_problem(root, path, target):
    if re.match(r"[a-z][a-z0-9+.-]*:", target):
        return None  # another place: http, mailto
    name, _, anchor = target.partition("#")
    file = (path.parent / name).resolve() if name else path.resolve()
    if not file.is_relative_to(root.resolve()):
        return "leads out of the project"
    if not file.exists():
        return "leads nowhere"
    if anchor and file.suffix == ".md" and anchor not in anchors_of(file.read_text()):
        return f"no heading makes #{anchor}"
    return None


def check_jobs(root):
    makefile = root / "Makefile"
    text = makefile.read_text()
    shown = set(re.findall(r"^([a-z0-9-]+):[^=\n]*## \S", text, re.MULTILINE))
    for job in re.search(r"^\.PHONY:(.*)$", text, re.MULTILINE).group(1).split():
        if job not in shown:
            yield f"{makefile}: {job} has no line in 'make help'"
    for path in files_under(root):
        if path.suffix == ".md":
            for job in sorted(set(re.findall(r"`make ([a-z0-9-]+)", path.read_text())) - shown):
                yield f"{path}: names 'make {job}', which the Makefile does not know"


def check_links(root):
    for path in files_under(root):
        if path.suffix != ".md" or "golden" in path.parts:  # a golden report's plots are not kept
            continue
        for number, line in prose_lines(path.read_text()):
            targets = [match.group(1) or match.group(2) for match in LINK.finditer(line)] + HTML_LINK.findall(line)
            for target in targets:
                problem = link_problem(root, path, target)
                if problem:
                    yield f"{path}:{number}: the link {target} {problem}"


def check_packages(root):
    for name in PACKAGE_LISTS:
        path, seen, last = root / name, set(), ""
        if not path.exists():
            yield f"{path}: is missing"
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            package = line.split("#")[0].strip()
            if not package:
                last = ""  # a comment or an empty line begins a new part, sorted by itself
                continue
            if not PACKAGE.fullmatch(package):
                yield f"{path}:{number}: '{package}' is no name of a Debian package"
            if package in seen:
                yield f"{path}:{number}: {package} stands there twice"
            if package < last:
                yield f"{path}:{number}: {package} stands after {last}, expected them sorted"
            seen.add(package)
            last = package


def check_presets(root):
    path = root / "CMakePresets.json"
    try:
        presets = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        yield f"{path}: {error}"
        return
    shown = {preset["name"]: preset for preset in presets["configurePresets"] if not preset.get("hidden")}
    for name in sorted(PRESETS - set(shown)):
        yield f"{path}: no configure preset {name}"
    for kind in ("configurePresets", "buildPresets", "testPresets"):
        for preset in presets.get(kind, []):
            if not preset.get("hidden") and not preset.get("description"):
                yield f"{path}: {kind} {preset['name']} has no description"
    listing = subprocess.run(["cmake", "--list-presets=all"], cwd=root, capture_output=True, text=True)
    if listing.returncode:
        yield f"{path}: {listing.stderr.strip()}"


def check_scripts(root):
    for path in files_under(root):
        with open(path, "rb") as file:
            opening = file.readline(200)
        executable = os.access(path, os.X_OK)
        if opening.startswith(b"#!") != executable:
            yield f"{path}: {'is executable and names no interpreter' if executable else 'begins with #! and is not executable'}"
        if re.match(rb"#!.*\b(ba)?sh\b", opening):
            parsed = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
            if parsed.returncode:
                yield f"{path}: {parsed.stderr.strip()}"
            if b"set -euo pipefail" not in path.read_bytes():
                yield f"{path}: a script begins with 'set -euo pipefail'"
        if re.match(rb"#!.*\bpython3?\b", opening):
            try:
                compile(path.read_text(), str(path), "exec")
            except SyntaxError as error:
                yield f"{path}:{error.lineno}: {error.msg}"


RULES = {"format": check_format, "headers": check_headers, "jobs": check_jobs, "links": check_links,
         "packages": check_packages, "presets": check_presets, "scripts": check_scripts}


def main(arguments):
    findings = list(RULES[arguments[1]](Path(arguments[0])))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
