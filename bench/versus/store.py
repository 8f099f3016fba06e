#!/usr/bin/env python3
"""Etalon's store against Optuna's RDBStorage on the same database, interleaved; prints paired ratios, writes JSON.

Trials recorded a second, with 100 intermediate values each, and the time to read 10,000 finished trials: Etalon's with these
values, Optuna's without, as it keeps a row for each and would take far longer. SQLite in the folder of temporary files; with --postgresql URL the same there, where
python3-psycopg2 is installed.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import measure
from measure import CORES, paired_ratio, run, summary, table, text_of

HERE = Path(__file__).resolve().parent
TRIALS, VALUES = 10_000, 100


def etalon(build, store, seconds):
    figures = json.loads(run([build / "store_speed", store, seconds / 10, TRIALS, VALUES], CORES).output)
    return {"recorded": figures["a second"]["claimed and finished, 100 values"]["median"],
            "listed": figures["reading"][0]["load all trials, ms"]["median"] / 1000}


def optuna(url, seconds):
    return json.loads(run(["/usr/bin/python3", HERE / "optuna_store.py", url, seconds, TRIALS, VALUES], CORES).output)


def rounds_of(build, rounds, seconds, postgresql):
    """{name: [figures of each round]}; in SQLite each on a fresh file. Who goes first alternates."""
    values = {"etalon": [], "optuna": []}
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="etalon-versus-") as folder:
            ways = {"etalon": lambda: etalon(build, postgresql or f"{folder}/etalon.db", seconds),
                    "optuna": lambda: optuna(postgresql or f"sqlite:///{folder}/optuna.db", seconds)}
            for name in list(ways)[::1 if number % 2 == 0 else -1]:
                values[name].append(ways[name]())
    return values


def compare(database, values):
    figures = {name: {what: summary([one[what] for one in of]) for what in ("recorded", "listed")} for name, of in values.items()}
    ratio = {what: paired_ratio([one[what] for one in values[above]], [one[what] for one in values[below]])
             for what, above, below in (("recorded", "etalon", "optuna"), ("listed", "optuna", "etalon"))}
    print(f"\n{database}: Etalon against Optuna {values['optuna'][0]['version']}, median (least to most)")
    table(["what", "Etalon", "Optuna", "times faster"],
          [["trials recorded a second, 100 values each", *(text_of(figures[name]["recorded"]) for name in figures), text_of(ratio["recorded"], 0)],
           ["seconds to read 10,000 trials", *(text_of(figures[name]["listed"], 3) for name in figures), text_of(ratio["listed"], 0)]])
    return {"figures": figures, "times faster": ratio}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the preset `bench`: build/bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="of recording, for each of the two in each round")
    parser.add_argument("--postgresql", metavar="URL", help="compare in this database instead")
    parser.add_argument("--json", metavar="FILE", help="where the figures go (default: BUILD/versus-store.json)")
    asked = parser.parse_args()
    with measure.Session(asked.build, "make versus") as session:
        left_out, results = {}, {}
        name = "PostgreSQL" if asked.postgresql else "SQLite"
        with measure.tolerate(left_out, name):
            results[name] = compare(name, rounds_of(Path(asked.build), asked.rounds, asked.seconds, asked.postgresql))
        session.write(asked.json or Path(asked.build) / "versus-store.json", results | {"left_out": left_out})


if __name__ == "__main__":
    main()
