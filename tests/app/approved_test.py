#!/usr/bin/env python3
"""What the real program prints, held against approved/*.txt.

ETALON_APPROVE=1 (tools/approve.sh) writes the files instead: read what changed before it is committed.
"""

import os
import re
import shlex
import unittest
from pathlib import Path

from program import PROGRAM, TINY, ProgramTest

NAMED = shlex.join(["--study", "tiny", *TINY])  # its name depends on nothing
APPROVED = Path(__file__).parent / "approved"
APPROVE = os.environ.get("ETALON_APPROVE") == "1"

# What differs from machine to machine or from run to run.
PASSING = [
    (r"\[\d\d:\d\d:\d\d\]", "[TIME]"),
    (r"etalon \d+\.\d+\.\d+ \(.*\)", "etalon VERSION (INSTRUCTION SET, LANES, NUMERIC CLASS)"),
    (r"training on (\w+), \d+ threads?", r"training on \1, N threads"),
    (r"ETA [\d.]+ \w+( \d+ s)?   ", ""),
    (r"[\d,]+ samples/s   ", ""),
    (r"\[TIME\] shapes .*[1-9]\d* left.*\n", ""),  # a slow machine says more on its way
    (r"\[TIME\] (training again|copying trials), (\d+) of (?!\2\b)\d+\n", ""),
    (r"\d+-\d+-\d+ \d+:\d+:\d+ UTC", "DATE"),
    (r"etalon.db, [\d.]+ .iB", "etalon.db, SIZE"),
    (re.escape(PROGRAM), "ETALON"),
    (r"\[TIME\] drawing plots, (\d+) of (?!\1\b)\d+\n", ""),
    (r"time     about .*", "time     about TIME"),
    (r"(?:less\s+than\s+)?\d[\d.]*\s+(?:s|min|h)\s+more", "TIME more"),
    # where the line breaks depends on how long the times are
    (r"TIME more\s+would\s+gain\s+(\S+)\s+points\s+on\s+average;\s+TIME more,\s+(\S+)\s+points",
     r"TIME more would gain \1 points on average; TIME more, \2 points"),
    (r"memory(\s+)at most .*", r"memory\1at most SIZE"),
    (r"evaluation .*, results and report .*", "evaluation SIZE, results and report SIZE"),
    (r"a trial: .*", "a trial: SIZES"),
]

FILES = {
    "unknown-key.toml": '[study]\nseeds = 3\nepoch = 2\n',
    "syntax.toml": '[study]\nseeds = \n',
    "bad-eta.toml": '[eta]\nconv = [0.1, 0.01]\nfull = [0.1,\n        -0.01]\n',
    "bad-layer.toml": '[data]\nsets = ["shapes"]\n[network]\nlayers = ["conv 6 5x5", "relo", "dense 10"]\n',
}

CASES = {
    "help": ["--help", "tune --help", "submit --help", "worker --help", "report --help", "show --help", "decide --help", "study --help",
             "study list --help", "study show --help", "study copy --help", "study delete --help", "study verify --help", "data --help", "data list --help",
             "data describe --help", "data make --help"],
    "usage": ["--version", "", "tun", "tune --epoch 2", "tune --epochs", "tune --epochs 1 --epochs 2", "tune a b",
              "data", "data lst", "data describe", "data make shapes", "show extra", "report --stor x",
              "study", "study lst", "study delete", "study copy a.db", "submit", "worker --dat x"],
    "values": ["tune --eta conv=0", "tune --eta conv=-1,0.1", "tune --eta conv=nan", "tune --eta conv=fast",
               "tune --eta conv=11", "tune --eta conv=", "tune --eta 0.1", "tune --eta cnv=0.1",
               "tune --eta conv=1 --eta conv=2", "tune --epochs 0", "tune --batch -1", "tune --seeds 1.5",
                "tune --threads many", "tune --memory 2X", "tune --study-seed -1", "tune --data ,shapes",
                "tune --label-smoothing 1", "tune --label-smoothing much", "tune --augment zoom", "tune --augment 'shift 0'",
                "tune --augment ,flip", "tune --checkpoint -1", "tune --lease 0", "worker --data mnist",
               "study verify --trials many", "tune --current conv=0.1", "tune --current conv=0.03,full=0.1", "tune --data shapes --augment 'crop 28'"],
    "names": ["tune --data shaps", "tune --data mnist", "tune --data mnist:nowhere", "tune --network lenet",
              "tune --optimizer adm --data shapes", "tune --strategy gird --data shapes",
              "tune --strategy random --data shapes", "tune --trials 3 --data shapes",
              "tune --network mlp --data shapes --eta conv=0.1"],
    "study_files": ["tune unknown-key.toml", "tune syntax.toml", "tune bad-eta.toml", "tune bad-layer.toml",
                    "tune missing.toml"],
    "data": ["data list", "data list --json", "data describe shapes", "data make mnist folder"],
    "submit": ["submit --slurm --dry-run " + shlex.join(TINY),
               "submit --slurm --nodes 4 --store postgresql://db.lab/etalon --time 04:00:00 --dry-run " + shlex.join(TINY),
               "submit --slurm --nodes 2 --workers 8 --cpus-per-worker 2 --partition spare --job-name 'my study' "
               "--checkpoint 30 --keep-weights --store postgresql://db.lab/etalon --dry-run " + shlex.join(TINY),
               "submit --slurm --workers 3 --one-machine --dry-run " + shlex.join(TINY),
               "submit --slurm --nodes 2 --dry-run " + shlex.join(TINY),
               "submit --slurm --store memory: --dry-run " + shlex.join(TINY),
               "submit --slurm --store postgresql://me:secret@db.lab/etalon --dry-run " + shlex.join(TINY),
               "submit --slurm --nodes 2 --workers 3 --store postgresql://db.lab/etalon --dry-run " + shlex.join(TINY),
               "submit --slurm --nodes 0 --dry-run " + shlex.join(TINY),
               "submit --slurm --follow --no-follow", "submit --follow"],
    "study": ["tune --dry-run " + shlex.join(TINY), "tune " + NAMED, "tune " + NAMED, "show",
              "decide --speed-weight 1 --current conv=0.01,full=0.01", "decide --current conv=0.5,full=0.01",
              "report", "study list", "study show", "study verify", "study copy etalon.db other.db",
              "study copy etalon.db other.db", "study delete tiny", "study delete other --yes",
              "study delete tiny --yes", "study list", "worker"],
}


class Approved(ProgramTest):
    maxDiff = None

    def transcript(self, lines):
        text = ""
        for line in lines:
            answer = self.run_program(*shlex.split(line))
            text += f"$ etalon {line}".rstrip() + "\n" + answer.out
            if answer.err:
                text += "--- standard error\n" + answer.err
            text += f"--- exit code {answer.code}\n\n"
        text = text.replace(str(self.folder), "FOLDER")
        for pattern, replacement in PASSING:
            text = re.sub(pattern, replacement, text)
        return text

    def check(self, name):
        for file, text in FILES.items():
            (self.folder / file).write_text(text)
        found = self.transcript(CASES[name])
        path = APPROVED / f"{name}.txt"
        if APPROVE:
            path.parent.mkdir(exist_ok=True)
            path.write_text(found)
        expected = path.read_text() if path.exists() else ""
        self.assertEqual(found, expected, f"{path.name}: tools/approve.sh app/approved writes it anew")


def add_case(name):
    def test(self):
        if name == "study" and "x86-64-fma" not in self.done("--version").out:
            self.skipTest("approved for processors with fused multiply-add: others round otherwise")
        self.check(name)
    setattr(Approved, f"test_{name}", test)


for case in CASES:
    add_case(case)

if __name__ == "__main__":
    unittest.main(verbosity=2)
