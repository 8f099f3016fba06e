#!/usr/bin/env python3
"""Many workers at once: sixteen that start at the same moment on a fresh study, frozen ones, two commands that ask for the same."""

import unittest

from faults import GRID, TRIALS, FaultTest, curves_of, rows_of, signal

EPOCHS = 2


class Crowd(FaultTest):
    def check_start_together(self, count, store, path):
        """`count` commands at the same moment, where there was no store before."""
        running = [self.start(*self.tune(EPOCHS, store, "--quiet", "--threads", "1")) for _ in range(count)]
        for process in running:
            answer = self.finish(process)
            self.assertEqual(answer.code, 0, answer.err)
            self.assertEqual(answer.err, "")
        self.assertEqual(rows_of(path, "SELECT sum(attempts) FROM trial"), [(TRIALS,)], "a trial was handed out twice")
        self.check_as_undisturbed(EPOCHS, store)

    def test_sixteen_on_one_fresh_study(self):
        self.check_start_together(16, "etalon.db", self.folder / "etalon.db")

    def test_a_frozen_worker_loses_its_lease_and_its_late_results(self):
        lease = ("--lease", "2")
        frozen = self.start(*self.tune(EPOCHS, "etalon.db", "--threads", "1", *lease))
        self.freeze_in_the_middle(frozen)
        other = self.done("worker", "--store", "etalon.db", *lease)
        self.assertEqual(len(curves_of(self.folder / "etalon.db")), TRIALS)
        frozen.send_signal(signal.SIGCONT)
        answer = self.finish(frozen)
        self.assertEqual(answer.code, 0, answer.err)
        self.assertNotIn("error", other.err)
        self.assertRegex(other.err, r"was silent for 2\.0 s; its (1 trial waits|\d trials wait) again")
        self.assertIn("others took this worker for gone", answer.err)
        self.check_as_undisturbed(EPOCHS)

    def test_commands_that_ask_for_different_etas_share_one_study(self):
        grids = (["--eta", "conv=0.001,0.01,0.1,1", "--eta", "full=0.001,0.01"], ["--eta", "conv=0.01", "--eta", "full=0.01,0.1,1"])
        running = [self.start("tune", *GRID, *grid, "--epochs", "2", "--no-report", "--quiet", "--threads", "1") for grid in grids]
        for process in running:
            answer = self.finish(process)
            self.assertEqual(answer.code, 0, answer.err)
        self.assertEqual(len(curves_of(self.folder / "etalon.db")), 10)
        self.assertEqual(self.shown()["trials"]["finished"], 10)


if __name__ == "__main__":
    unittest.main(verbosity=2)
