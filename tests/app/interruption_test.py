#!/usr/bin/env python3
"""Studies that are stopped, killed or disturbed, and go on to the same result."""

import re
import shlex
import unittest
from pathlib import Path

from program import PROGRAM, SLOW, SLOWNESS, ProgramTest, rows_of, signal, timeless


# One trial of some seconds.
LONG = (f"--data shapes --samples {2500 // SLOWNESS} --validation 100 --batch 32 --seeds 1 --epochs 60 --threads 1 "
        "--eta conv=0.1 --eta full=0.1 --strategy grid").split()


class Interruption(ProgramTest):
    def standing(self):
        return self.done("study", "show", "--json", "--quiet").json()

    def wait_for_workers(self, count):
        self.wait_until(f"{count} workers", lambda: self.workers() == count)

    def undisturbed(self):
        """The same study, trained in one go in another store and on all threads."""
        words = list(SLOW)
        del words[words.index("--threads"):words.index("--threads") + 2]
        self.done("tune", *words, "--store", "whole.db", "--out", "whole", "--quiet")
        return timeless(self.shown("whole.db"))

    def stop_after_a_trial(self, sign, *words):
        process = self.start("tune", *SLOW, *words)
        self.freeze_in_the_middle(process)
        process.send_signal(sign)
        process.send_signal(signal.SIGCONT)
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
        self.assertEqual(timeless(self.shown()), self.undisturbed())
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
        self.assertEqual(timeless(self.shown()), self.undisturbed())

    def test_a_second_tune_joins_and_outlives_the_first(self):
        first = self.start("tune", *SLOW, "--no-report")
        self.freeze_in_the_middle(first)
        second = self.start("tune", *SLOW, "--no-report")
        self.wait_for_workers(2)
        first.send_signal(signal.SIGKILL)
        self.finish(first)
        ended = self.finish(second)
        self.assertEqual(ended.code, 0, ended.err)
        self.assertIn("its process has ended", ended.err)
        self.assertEqual(timeless(self.shown()), self.undisturbed())

    def test_a_second_tune_and_a_worker_join_a_running_study(self):
        first = self.start("tune", *SLOW, "--no-report", "--checkpoint", "0.1")
        self.freeze_in_the_middle(first)
        second = self.start("tune", *SLOW, "--no-report", "--json", "--quiet")
        worker = self.start("worker", "--json", "--threads", "1")
        self.wait_for_workers(3)
        first.send_signal(signal.SIGCONT)
        answers = [self.finish(process) for process in (first, second, worker)]
        self.assertEqual([answer.code for answer in answers], [0, 0, 0], [answer.err for answer in answers])
        self.assertEqual(answers[1].json()["trials"], 8)
        self.assertEqual([study["study"] for study in answers[2].json()["studies"]], [answers[1].json()["study"]])
        self.assertEqual(timeless(self.shown()), self.undisturbed())

    def test_a_running_trial_goes_on_from_where_it_was_stopped(self):
        process = self.start("tune", *LONG, "--no-report", "--checkpoint", "0.05")
        self.freeze_when(process, "a checkpoint", lambda: rows_of(self.folder / "etalon.db", "SELECT position FROM trial_checkpoint"))
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        stopped = self.finish(process)
        self.assertEqual(stopped.code, 130, stopped.err)
        self.assertIn("0 of 1 trials are finished, 1 begun", stopped.err)
        waiting = self.standing()["all_trials"][0]
        self.assertEqual((waiting["state"], waiting["worker"], waiting["attempts"]), ("waiting", None, 1))
        self.assertGreater(waiting["epochs"], 0)
        self.done("worker", "--quiet")
        finished = self.standing()["all_trials"][0]
        self.assertEqual((finished["state"], finished["attempts"]), ("finished", 2))
        self.assertEqual(self.done("study", "verify", "--json", "--quiet").json()["same"], True)

    def test_twice_leaves_at_once_and_loses_nothing(self):
        process = self.start("tune", *SLOW, "--no-report")
        self.freeze_in_the_middle(process)  # both signals are there when it goes on
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        stopped = self.finish(process)
        self.assertEqual(stopped.code, 130, stopped.err)
        self.assertIn("left at once; resume with\n  ", stopped.err)
        self.done(*shlex.split(stopped.err.strip().split("\n")[-1])[1:])
        self.assertEqual(timeless(self.shown()), self.undisturbed())

    def test_a_stopped_worker_prints_the_line_that_resumes(self):
        first = self.start("tune", *SLOW, "--no-report", "--quiet")
        self.freeze_in_the_middle(first)
        worker = self.start("worker")
        self.wait_for_workers(2)
        worker.send_signal(signal.SIGTERM)
        stopped = self.finish(worker)
        self.assertEqual(stopped.code, 130, stopped.err)
        self.assertTrue(stopped.err.endswith(f"resume with\n  {PROGRAM} worker\n"), stopped.err)
        first.send_signal(signal.SIGCONT)
        self.assertEqual(self.finish(first).code, 0)
        self.assertEqual(timeless(self.shown()), self.undisturbed())

    def test_a_server_that_does_not_answer_is_not_waited_for_once_stopped(self):
        watched = 1 << (signal.SIGTERM - 1)
        for words in (("tune", *SLOW), ("worker",), ("study", "verify")):
            process = self.start(*words, "--store", "postgresql://127.0.0.1:1/none")
            status = Path(f"/proc/{process.pid}/status")
            self.wait_until("it watches for signals", lambda: int(re.search(r"SigCgt:\s*(\w+)", status.read_text())[1], 16) & watched)
            process.send_signal(signal.SIGTERM)
            stopped = self.finish(process)
            self.assertEqual(stopped.code, 130, stopped.err)
            self.assertEqual(stopped.err, "interrupted: the store does not answer; resume with\n  "
                             f"{PROGRAM} {' '.join(words)} --store postgresql://127.0.0.1:1/none\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
