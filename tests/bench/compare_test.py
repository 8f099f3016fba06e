#!/usr/bin/env python3
"""bench/compare.py on builds whose programs print speeds from a list, one a call."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "compare.py"

TRAINING_SPEED = """#!/bin/bash
cd "$(dirname "$0")"
if [[ $1 == --networks ]]; then cat networks; exit; fi
echo "$1" >> calls
[[ -s speeds-$1 ]] || { echo "training_speed: no speed is left for $1" >&2; exit 1; }
unit=samples
[[ $PWD != */old ]] || unit=trial-samples  # as builds wrote that trained a trial a lane
echo "$1 batch 64 threads 1 trials 1: $(head -n 1 "speeds-$1") $unit/s, 1 per processor second"
sed -i 1d "speeds-$1"
"""
LAYER_SPEED = """#!/bin/bash
cd "$(dirname "$0")"
echo '{"network": "lenet5", "set": "AVX-512", "ceiling": 100.0}'
printf '{"layer": "dense 84", "input": "120", "phase": "forward", "gflops": %s}\\n' "$(head -n 1 speeds-layer)"
sed -i 1d speeds-layer
"""


class Compare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "tmp").mkdir()

    def build(self, which, **speeds):
        """A build that knows the networks of `speeds` and prints these, run after run."""
        folder = self.root / which
        folder.mkdir()
        for name, text in (("training_speed", TRAINING_SPEED), ("layer_speed", LAYER_SPEED)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        (folder / "networks").write_text("".join(f"{name}\n" for name in speeds if name != "layer"))
        for name, values in speeds.items():
            (folder / f"speeds-{name}").write_text("".join(f"{value}\n" for value in values))

    def compare(self, *options):
        self.result = subprocess.run([sys.executable, "-B", SCRIPT, "old", "new", "--rounds", "3", "--seconds", "0", *options],
                                     cwd=self.root, env=os.environ | {"TMPDIR": str(self.root / "tmp")}, capture_output=True,
                                     text=True)
        return self.result.returncode

    def told(self):
        return self.result.stdout + self.result.stderr

    def test_holds_where_the_ranges_meet(self):
        self.build("old", lenet5=[110, 100, 120])
        self.build("new", lenet5=[60, 100, 70])
        self.assertEqual(self.compare(), 0, self.told())
        self.assertIn("1 of 1 comparisons hold", self.told())

    def test_fails_where_the_best_new_run_is_slower_than_the_worst_old(self):
        self.build("old", lenet5=[110, 100, 120])
        self.build("new", lenet5=[60, 99, 70])
        self.assertEqual(self.compare(), 1, self.told())
        self.assertIn("slower: lenet5: the best new run reaches 99.0, the worst old one 100.0", self.told())

    def test_one_slow_network_among_fast_ones_fails(self):
        self.build("old", **{"lenet5": [100, 100, 100], "vgg-small": [10, 10, 10]})
        self.build("new", **{"lenet5": [200, 200, 200], "vgg-small": [9, 9, 9]})
        self.assertEqual(self.compare(), 1, self.told())
        self.assertIn("1 of 2 comparisons hold", self.told())

    def test_ratios_are_formed_within_a_round(self):
        self.build("old", lenet5=[100, 200, 400])
        self.build("new", lenet5=[200, 400, 1200])
        self.assertEqual(self.compare(), 0, self.told())
        results = json.loads((self.root / "new" / "compare.json").read_text())
        self.assertEqual(results["networks"]["lenet5"]["ratio"]["values"], [2, 2, 3])

    def test_networks_that_one_build_lacks_are_left_out(self):
        self.build("old", lenet5=[100, 100, 100])
        self.build("new", lenet5=[100, 100, 100], resnet20=[])
        self.assertEqual(self.compare(), 0, self.told())
        self.assertEqual((self.root / "new" / "calls").read_text().split(), ["lenet5"] * 3)

    def test_a_slow_layer_fails(self):
        self.build("old", lenet5=[100, 100, 100], layer=[50, 50, 50])
        self.build("new", lenet5=[100, 100, 100], layer=[40, 49, 30])
        self.assertEqual(self.compare(), 0, self.told())
        for which in ("old", "new"):
            (self.root / which / "speeds-lenet5").write_text("100\n" * 3)
        self.assertEqual(self.compare("--layers"), 1, self.told())
        self.assertIn("slower: lenet5, dense 84 of 120, forward", self.told())

    def test_complains_about_what_is_no_build(self):
        self.build("old", lenet5=[100, 100, 100])
        self.assertEqual(self.compare(), 2, self.told())
        self.assertIn("NEW: received new, expected a folder with training_speed", self.told())

    def test_complains_about_unknown_networks(self):
        self.build("old", lenet5=[100, 100, 100])
        self.build("new", lenet5=[100, 100, 100])
        self.assertEqual(self.compare("--networks", "lenet6"), 2, self.told())
        self.assertIn("received lenet6, expected some of lenet5", self.told())

    def test_a_program_that_fails_is_no_comparison(self):
        self.build("old", lenet5=[100, 100, 100])
        self.build("new", lenet5=[100])
        self.assertEqual(self.compare(), 1, self.told())
        self.assertIn("no speed is left for lenet5", self.told())
        self.assertNotIn("comparisons hold", self.told())


if __name__ == "__main__":
    unittest.main()
