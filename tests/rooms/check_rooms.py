#!/usr/bin/env python3
"""Holds the order of the rooms (ARCHITECTURE.md): what each may include, link, print and compute with.

    check_rooms.py ROOT                     reads the sources and the CMake lists under ROOT/etalon
    check_rooms.py ROOT --archives FILE...  reads the symbols that built numeric rooms take from libm

Prints one line a finding, "FILE:LINE: what is wrong", and exits with 1 if there is any.
"""

import re
import subprocess
import sys
from pathlib import Path

LARGEST_FILE = 400  # lines

# The rooms in their order; each with those that it may include.
MAY_INCLUDE = {
    "base": [],
    "lanes": ["base"],
    "study": ["base"],
    "data": ["base"],
    "nn": ["base", "lanes", "study"],
    "training": ["base", "lanes", "study", "data", "nn"],
    "judging": ["base", "study"],
    "search": ["base", "study", "judging"],
    "storage": ["base", "study"],
    "report": ["base", "study", "judging", "search"],
    "running": ["base", "lanes", "study", "data", "nn", "training", "judging", "search", "storage"],
    "live": ["base", "lanes", "study", "data", "nn", "training", "judging", "search", "storage", "report", "running"],
}
MAY_INCLUDE["app"] = list(MAY_INCLUDE)

# Rooms that others may enter through these headers alone.
FRONT_DOORS = {"search": {"registry.h", "strategy.h"}, "storage": {"open_store.h", "process.h", "study_store.h"}}

MAY_PRINT = {"live", "app"}
PRINTING = re.compile(r"std::(?:cout|cerr|clog)\b|<iostream>|\bspdlog\b|\bfmt::print\b|\b(?:stdout|stderr)\b"
                      r"|\b(?:v?f?printf|f?puts|f?putc|putchar|perror)\s*\(")

# In app, where a write may fail on a full disk: app/output.h sees to that.
DIRECT_PRINTING = re.compile(r"std::(?:cout|cerr|clog)\b|\bfmt::print\b|\b(?:stdout|stderr)\b|\b(?:v?f?printf|f?puts|f?putc|putchar|perror)\s*\(")

# Only app knows what a part of a request is called: errors below it carry the field (base/field.h).
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
OTHER_PROGRAM = re.compile(r"\bcreatedb --")

# A curve's bits depend on these rooms, and libm's results differ from version to version.
NUMERIC = {"lanes", "nn", "training", "data"}
LIBM = ("exp exp2 exp10 expm1 log log2 log10 log1p pow sin cos tan sincos asin acos atan atan2 sinh cosh tanh asinh acosh "
        "atanh cbrt hypot erf erfc tgamma lgamma").split()
LIBM_CALL = re.compile(r"(?:std::|(?<![\w>])::|__builtin_)(?:%s)[fl]?\s*\(|(?<![\w.:>])(?:%s)f\s*\(" %
                       ("|".join(LIBM), "|".join(LIBM)))
NO_CURVE = "Lanes<1, double>"  # lanes of double serve the checks of gradients; no curve comes from them
LIBM_SYMBOL = re.compile(r"(?:_ZGV\w+_)?(?:__)?(?:%s)[fl]?(?:_finite)?" % "|".join(LIBM))

INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"]+)[>\"]", re.MULTILINE)
NAMESPACE = re.compile(r"^(?:inline )?namespace ([\w:]+) \{", re.MULTILINE)
TYPE = re.compile(r"^(?:struct|class|enum class|enum|union) (\w+)[^;={]*\{", re.MULTILINE)
COMMENT_OR_LITERAL = re.compile(r"//[^\n]*|/\*.*?\*/|R\"(\w*)\(.*?\)\1\"|\"(?:\\.|[^\"\\\n])*\"|(?<!\w)'(?:\\.|[^'\\\n])*'",
                                re.DOTALL)


def code_of(text):
    """The text without comments and literals, every line in its place."""
    return COMMENT_OR_LITERAL.sub(lambda match: "\n" * match.group().count("\n"), text)


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def sources(room):
    return sorted(path for path in room.rglob("*") if path.suffix in (".h", ".cpp", ".inc", ".cc", ".hpp"))


def room_names(root):
    return sorted(path.name for path in (root / "etalon").iterdir() if path.is_dir())


def check_includes(path, room, text):
    for match in INCLUDE.finditer(text):
        bracket, name = match.groups()
        where = f"{path}:{line_at(text, match.start())}"
        parts = name.split("/")
        if bracket == '"' and parts[0] != "etalon" or bracket == "<" and parts[0] == "etalon":
            yield f'{where}: included as {name}, expected "etalon/ROOM/FILE"'
        if parts[0] != "etalon":
            continue
        other = parts[1]
        if other != room and other not in MAY_INCLUDE[room]:
            yield f"{where}: {room} includes {name}, but {other} is not before it"
        if other != room and len(parts) > 3:
            yield f"{where}: {room} includes {name}: folders within a room are its own"
        elif other != room and parts[2] not in FRONT_DOORS.get(other, {parts[2]}):
            yield f"{where}: {room} includes {name}, which is not a front door of {other}"


def literals_of(text):
    """The literals, each with its offset."""
    return ((match.start(), match.group()) for match in COMMENT_OR_LITERAL.finditer(text) if not match.group().startswith(("//", "/*")))


def check_options(path, room, text):
    if room == "app":
        return
    for offset, literal in literals_of(text):
        for match in OPTION.finditer(literal):
            if not OTHER_PROGRAM.search(literal):
                yield f"{path}:{line_at(text, offset)}: {match.group()} in {room}: only app names options, errors carry a field"


def check_words(path, room, text):
    code = code_of(text)
    if room not in MAY_PRINT and path.name != "check.cpp":  # which says why the program aborts
        for match in PRINTING.finditer(code):
            yield f"{path}:{line_at(code, match.start())}: {match.group()} in {room}: rooms below live never print"
    if room == "app" and path.stem != "output":
        for match in DIRECT_PRINTING.finditer(code):
            yield f"{path}:{line_at(code, match.start())}: {match.group()} in app: what is printed goes through app/output.h"
    if room in NUMERIC:
        lines = code.split("\n")
        for match in LIBM_CALL.finditer(code):
            line = line_at(code, match.start())
            if NO_CURVE in lines[line - 1]:
                continue
            yield f"{path}:{line}: {match.group()} in {room}: libm's bits differ, see base/exact_math.h"


def check_length(path, text):
    lines = text.count("\n")
    if lines > LARGEST_FILE:
        yield f"{path}:{LARGEST_FILE + 1}: {lines} lines, expected at most {LARGEST_FILE}"


def linked_rooms(cmake, room):
    """The rooms after ROOMS in etalon_room(ROOM ...)."""
    call = re.search(rf"etalon_room\(\s*{room}\b([^)]*)\)", cmake)
    words = call.group(1).split() if call else []
    if "ROOMS" not in words:
        return []
    rest = words[words.index("ROOMS") + 1:]
    ends = [i for i, word in enumerate(rest) if word in ("SOURCES", "LIBRARIES")]
    return rest[:ends[0]] if ends else rest


def included_rooms(folder, room):
    names = (match.group(2) for path in sources(folder) for match in INCLUDE.finditer(path.read_text()))
    return {name.split("/")[1] for name in names if name.startswith("etalon/")} - {room}


def check_links(root, room):
    folder = root / "etalon" / room
    lists = folder / "CMakeLists.txt"
    if not lists.exists():
        return  # not built yet
    cmake = re.sub(r"#[^\n]*", "", lists.read_text())
    linked, included = set(linked_rooms(cmake, room)), included_rooms(folder, room)
    targets = set(re.findall(r"\betalon_(\w+)", cmake)) & set(MAY_INCLUDE)
    for other in sorted((linked | targets) - {room} - set(MAY_INCLUDE[room])):
        yield f"{lists}: {room} links {other}, which is not before it"
    for other in sorted(included & set(MAY_INCLUDE[room]) - linked):
        yield f"{lists}: {room} includes {other} and does not link it"
    for other in sorted(linked - included):
        yield f"{lists}: {room} links {other} and includes nothing of it"
    if room not in MAY_PRINT and "spdlog" in cmake:
        yield f"{lists}: {room} links spdlog: rooms below live never print"


def check_type_names(root):
    """Two types of one name in one namespace are one to the linker: what is called for one may be the other's."""
    seen = {}
    for room in room_names(root):
        for path in sources(root / "etalon" / room):
            if path.suffix != ".h":
                continue
            code = code_of(path.read_text())
            for match in TYPE.finditer(code):
                spaces = NAMESPACE.findall(code, 0, match.start())
                name = (spaces[-1] if spaces else "", match.group(1))
                where = f"{path}:{line_at(code, match.start())}"
                first, other = seen.setdefault(name, (path, where))
                if first != path:  # specializations of a template stand in its own file
                    yield f"{where}: a second type {match.group(1)}, beside that of {other}"


def check_tree(root):
    findings = list(check_type_names(root))
    for room in room_names(root):
        if room not in MAY_INCLUDE:
            findings.append(f"{root / 'etalon' / room}: no known room; name its place in tests/rooms/check_rooms.py")
            continue
        for path in sources(root / "etalon" / room):
            text = path.read_text()
            for check in (check_includes(path, room, text), check_words(path, room, text), check_options(path, room, text),
                          check_length(path, text)):
                findings += check
        findings += check_links(root, room)
    for folder in ("tests", "fuzz", "reference", "bench", "examples"):
        for path in sources(root / folder):
            findings += check_length(path, path.read_text())
    return findings


def check_archives(archives):
    findings = []
    for archive in archives:
        listing = subprocess.run(["nm", "--undefined-only", "--format=posix", archive], check=True, capture_output=True,
                                 text=True).stdout
        taken = {line.split()[0] for line in listing.splitlines() if " U" in line}
        findings += [f"{archive}: takes {name} from libm, see base/exact_math.h" for name in sorted(taken)
                     if LIBM_SYMBOL.fullmatch(name)]
    return findings


def main(arguments):
    root = Path(arguments[0])
    findings = check_archives(arguments[2:]) if "--archives" in arguments else check_tree(root)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
