#!/usr/bin/env python3
"""Studies that are stopped, killed or disturbed, and go on to the same result."""

import shlex
import unittest

from program import PROGRAM, SLOW, ProgramTest, signal, without_machine


class Interruption(ProgramTest):
    def undisturbed(self):
        """The same study, trained in one go in another store and on other lanes."""
        words = list(SLOW)
        words[words.index("--lanes") + 1] = "auto"
        self.done("tune", *words, "--store", "whole.db", "--out", "whole", "--quiet")
        return without_machine(self.shown("whole.db"))

    def stop_after_a_trial(self, sign, *words):
        process = self.start("tune", *SLOW, *words)
        self.wait_for_trials(process, 1)
        process.send_signal(sign)
        return self.finish(process)

    def test_ctrl_c_keeps_what_is_finished_and_prints_the_line_that_resumes(self):
        stopped = self.stop_after_a_trial(signal.SIGINT, "--out", "my report")
        self.assertEqual(stopped.code, 130, stopped.err)
        self.assertEqual(stopped.out, "")
        line = stopped.err.strip().split("\n")[-1].strip()
        self.assertEqual(shlex.split(line), [PROGRAM, "tune", *SLOW, "--out", "my report"])
        finished = self.shown()["trials"]["finished"]
        self.assertIn(f"interrupted: {finished} of 8 trials are finished", stopped.err)
        self.assertTrue(0 < finished < 8)
        self.assertFalse((self.folder / "my report").exists())

        resumed = self.done(*shlex.split(line)[1:])
        self.assertIn(f"8 trials, {finished} of them finished", resumed.err)
        self.assertEqual(without_machine(self.shown()), self.undisturbed())
        self.assertEqual((self.folder / "my report/curves.csv").read_bytes(),
                         (self.folder / "whole/curves.csv").read_bytes())

    def test_terminate_is_like_ctrl_c(self):
        stopped = self.stop_after_a_trial(signal.SIGTERM, "--quiet", "--json", "--no-report")
        self.assertEqual(stopped.code, 130)
        self.assertEqual(stopped.out, "")
        self.assertIn("resume with\n", stopped.err)

    def test_a_killed_study_goes_on(self):
        killed = self.stop_after_a_trial(signal.SIGKILL, "--no-report")
        self.assertEqual(killed.code, -signal.SIGKILL)
        finished = self.shown()["trials"]["finished"]
        self.assertTrue(0 < finished < 8)
        resumed = self.done("tune", *SLOW, "--no-report")
        self.assertIn(f"8 trials, {finished} of them finished", resumed.err)
        self.assertEqual(without_machine(self.shown()), self.undisturbed())

    def test_a_second_tune_joins_and_outlives_the_first(self):
        first = self.start("tune", *SLOW, "--no-report")
        self.wait_for_trials(first, 1)
        second = self.start("tune", *SLOW, "--no-report")
        self.wait_for_trials(second, 1)
        first.send_signal(signal.SIGKILL)
        self.finish(first)
        ended = self.finish(second)
        self.assertEqual(ended.code, 0, ended.err)
        self.assertIn("its process has ended", ended.err)
        self.assertEqual(without_machine(self.shown()), self.undisturbed())


if __name__ == "__main__":
    unittest.main(verbosity=2)
