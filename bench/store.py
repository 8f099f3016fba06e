#!/usr/bin/env python3
"""The store's speed: trials planned, claimed, finished and listed, a worker's lease, checkpoints, bytes a trial.

Prints tables, and writes all figures as JSON. Measures SQLite in the folder of temporary files, or any other store that is
named with --store. Needs the program store_speed of the preset `bench`.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import measure
from measure import CORES, run, table, text_of


def store_speed(build, store, seconds, counts):
    output = run([Path(build) / "store_speed", store, seconds, ",".join(map(str, counts))], CORES).output
    return json.loads(output)


def cells(name, value):
    return [name, text_of(value, 0 if value["median"] >= 100 else 2)] if isinstance(value, dict) else [name, f"{value:,.0f}"]


def show(store, figures):
    for part in ("a second", "lease cycle, ms", "checkpoints, ms"):
        print(f"\n{store}: {part}")
        table(["what", "median (least to most)"], [cells(name, value) for name, value in figures[part].items()])
    for listed in figures["reading"]:
        print(f"\n{store}: {listed['trials']:,} finished trials of {listed['values']:,} values")
        table(["what", "median (least to most)"], [cells(name, value) for name, value in listed.items() if name not in ("trials", "values")])
    if "bytes a trial of 1000 values" in figures:
        print(f"\n{store}: {figures['bytes a trial of 1000 values']:,.0f} bytes a trial with a curve of 1,000 steps")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the preset `bench`: build/bench")
    parser.add_argument("--store", metavar="STORE", help="another store than a file of SQLite")
    parser.add_argument("--json", metavar="FILE", help="where the figures go (default: BUILD/store.json)")
    parser.add_argument("--quick", action="store_true", help="a quarter of the time, and no 100,000 trials")
    asked, _ = parser.parse_known_args()
    folder = tempfile.mkdtemp(prefix="etalon-benchmark-")
    try:
        with measure.Session(asked.build, "make bench") as session:
            store = asked.store or f"{folder}/store.db"
            seconds, counts = (0.25, [10_000]) if asked.quick else (1, [10_000, 100_000])
            figures = store_speed(asked.build, store, seconds, counts)
            name = store.split("://")[0] if "://" in store else "SQLite"
            show(name, figures)
            session.write(asked.json or Path(asked.build) / "store.json", {"quick": asked.quick, "store": name, "figures": figures})
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
