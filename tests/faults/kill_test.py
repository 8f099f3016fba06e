#!/usr/bin/env python3
"""kill -9 of `tune` and of workers at random moments, a hundred times over one study of 25 trials."""

import os
import unittest

from faults import TRIALS, FaultTest, curves_of, random, rows_of, signal, time

KILLS = int(os.environ.get("ETALON_KILLS", "100"))
EPOCHS = 40


class Kill(FaultTest):
    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("ETALON_SEED", time.time_ns() % 1_000_000))
        print(f"moments drawn with ETALON_SEED={seed}")
        self.random = random.Random(seed)
        self.store = self.folder / "etalon.db"

    def commands(self):
        """A strategist and two workers, of three widths: who is killed, and what is started in its place."""
        tune = self.tune(EPOCHS, "etalon.db", "--quiet", "--checkpoint", "0.1", "--threads", "1", "--lanes", "8")
        worker = ["worker", "--store", "etalon.db", "--quiet", "--checkpoint", "0.1", "--threads", "1", "--lanes"]
        return [tune, [*worker, "1"], [*worker, "4"]]

    def share_done(self):
        """Share of the trials that are finished."""
        finished = rows_of(self.store, "SELECT count(*) FROM trial")
        return finished[0][0] / TRIALS if finished else 0

    def pause(self, kills):
        """Short lives while the study is ahead of the kills, longer ones while it is behind: it ends soon after the last."""
        ahead = self.share_done() > 0.6 * kills / KILLS
        time.sleep(self.random.uniform(0.02, 0.2) if ahead else self.random.uniform(0.2, 1.0))

    def test_every_bit_equals_those_of_an_undisturbed_run(self):
        commands = self.commands()
        running = [self.start(*commands[0])]
        self.wait_until("a study to work on", lambda: rows_of(self.store, "SELECT count(*) FROM study") == [(1,)])
        running += [self.start(*words) for words in commands[1:]]
        kills = 0
        while kills < KILLS:
            self.pause(kills)
            victim = self.random.randrange(len(running))
            process = running[victim]
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
            else:
                self.assertEqual(process.returncode, 0, process.stderr.read())
                self.assertEqual(len(curves_of(self.store)), TRIALS, "it left before all was trained")
                self.fail(f"the study ended after {kills} of {KILLS} kills: raise EPOCHS")
            process.communicate()
            running[victim] = self.start(*commands[victim])
        for process in running:
            answer = self.finish(process)
            self.assertEqual(answer.code, 0, answer.err)
        attempts = rows_of(self.store, "SELECT max(attempts) FROM trial")[0][0]
        self.assertGreater(attempts, 1, "no trial was ever interrupted")
        self.check_as_undisturbed(EPOCHS)
        self.done("study", "verify", "--store", "etalon.db", "--trials", "2", "--quiet")


if __name__ == "__main__":
    unittest.main(verbosity=2)
