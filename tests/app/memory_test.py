"""What the program says that it needs, held against what it took: many trials of many steps."""

import os
import subprocess
import unittest
from pathlib import Path

from program import EMULATOR, PROGRAM, ProgramTest

NETWORK = """
[network]
layers = ["gap", "dense 10"]
[groups]
full = ["dense"]
[eta]
full = {from = 1e-4, to = 1.0, cells = 16}
"""
# 64 trials of 10,000 steps: what is kept of every step exceeds all else.
STUDY = ("tune network.toml --data shapes --samples 500 --validation 200 --batch 1 --epochs 20 --seeds 4 "
         "--strategy grid --store study.db").split()

measurable = unittest.skipIf(
    EMULATOR or b"__asan_init" in Path(PROGRAM).read_bytes() or b"__tsan_init" in Path(PROGRAM).read_bytes(),
    "an emulator's or a sanitizer's own memory counts too")


class Memory(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "network.toml").write_text(NETWORK)

    def stated(self, *more):
        return self.done(*STUDY, *more, "--dry-run", "--json").json()["memory_bytes"]

    def taken(self, *more):
        """Bytes at most, of the program or of one that it ran."""
        process = subprocess.Popen([PROGRAM, *STUDY, *more, "--quiet"], cwd=self.folder, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return usage.ru_maxrss * 1024

    @measurable
    def test_a_study_takes_no_more_than_it_says(self):
        stated, taken = self.stated("--threads", "1"), self.taken("--threads", "1", "--out", "report")
        self.assertLessEqual(taken, stated)
        self.assertLess(stated, 4 * taken)

    @measurable
    def test_a_limit_is_kept_or_refused_before_training(self):
        refused = self.refused(*STUDY, "--memory", "30M")
        self.assertIn("--memory", refused.err)
        self.assertIn("fewer settings, seeds or epochs", refused.err)
        self.assertFalse((self.folder / "study.db").exists())
        limit = self.stated("--threads", "1")
        self.assertLess(limit, self.stated("--threads", "2"))
        self.assertLessEqual(self.taken("--threads", "2", "--memory", str(limit), "--no-report"), limit)


if __name__ == "__main__":
    unittest.main(verbosity=2)
