#!/usr/bin/env python3
"""Studies whose epochs are raised: their trials go on, and end as if all epochs had been asked for at once."""

import os
import subprocess
import unittest
from pathlib import Path

from program import SECONDS, SLOW, ProgramTest, signal, timeless

SERVER = Path(__file__).resolve().parents[2] / "tools/postgresql-server.sh"
FEW, MANY = "10", "30"


def words(epochs, *more):
    """The study SLOW with so many epochs."""
    changed = list(SLOW)
    changed[changed.index("--epochs") + 1] = epochs
    return [*changed, *more]


class Growth(ProgramTest):
    def tune(self, epochs, *more):
        return self.done("tune", *words(epochs, *more))

    def at_once(self):
        """What a study with all epochs says."""
        self.tune(MANY, "--store", "whole.db", "--out", "whole", "--quiet")
        return timeless(self.shown("whole.db"))

    def test_ends_as_if_all_epochs_had_been_asked_for_at_once(self):
        self.tune(FEW, "--no-report")
        grown = self.tune(MANY)
        self.assertIn("8 finished trials go on to 30 epochs", grown.err)
        self.assertEqual(timeless(self.shown()), self.at_once())
        self.assertEqual((self.folder / "report/curves.csv").read_bytes(), (self.folder / "whole/curves.csv").read_bytes())
        page, whole = ((self.folder / folder / "report.md").read_text() for folder in ("report", "whole"))
        self.assertIn("30 epochs", page)
        self.assertNotIn("10 epochs", page + whole)
        again = self.tune(FEW, "--no-report")
        self.assertIn("the study already trains 30 epochs, and fewer are asked for here: nothing changes", again.err)
        self.assertIn("is complete: nothing is left to train", again.err)

    def test_loses_nothing_when_killed_on_the_way(self):
        self.tune(FEW, "--quiet", "--no-report")
        process = self.start("tune", *words(MANY, "--no-report", "--checkpoint", "0.05"))
        self.freeze_in_the_middle(process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        half = self.shown()["trials"]["finished"]
        self.assertTrue(0 < half < 8, half)
        self.done("worker", "--threads", "2", "--quiet")
        self.assertEqual(timeless(self.shown()), self.at_once())

    def test_is_shared_by_workers_on_a_database(self):
        place = f"/tmp/etalon-growth-{os.getpid()}"
        os.mkdir(place, mode=0o755)
        self.addCleanup(lambda: subprocess.run([SERVER, "remove", place], capture_output=True, check=False))
        made = subprocess.run([SERVER, "make", place], capture_output=True, text=True, timeout=SECONDS, check=False)
        if made.returncode == 3:
            self.skipTest(made.stderr.strip())
        address = made.stdout.strip()
        subprocess.run([SERVER, "start", place, str(os.getpid())], check=True, capture_output=True, timeout=SECONDS)
        self.tune(FEW, "--no-report", "--store", address)
        tune = self.start("tune", *words(MANY, "--no-report", "--store", address))
        self.wait_until("all wait", lambda: self.done("show", "--json", "--quiet", "--store", address).json()["trials"]["finished"] < 8)
        workers = [self.start("worker", "--store", address, "--threads", "1") for _ in range(2)]
        for process in (tune, *workers):
            answer = self.finish(process)
            self.assertEqual(answer.code, 0, answer.err)
        self.assertEqual(timeless(self.shown(address)), self.at_once())

    def test_is_refused_where_the_schedule_ends_with_the_budget(self):
        (self.folder / "study.toml").write_text('[training]\nschedule = "cosine"\n')
        self.tune(FEW, "study.toml", "--study", "mine", "--quiet", "--no-report")
        refused = self.refused("tune", *words(MANY, "study.toml", "--study", "mine"))
        self.assertIn("epochs = 30 (stored: 10)", refused.err)
        self.assertIn("the schedule cosine ends with the budget", refused.err)


if __name__ == "__main__":
    unittest.main()
