#!/usr/bin/env python3
"""kill -9 of `tune` and of workers at random moments, a hundred times over one study of 25 trials."""

import os
import unittest

from faults import SLOWNESS, TRIALS, FaultTest, curves_of, random, rows_of, signal, time

KILLS = int(os.environ.get("ETALON_KILLS", "100"))
EPOCHS = 20 // SLOWNESS  # and more where the machine is too fast for so many kills


class Kill(FaultTest):
    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("ETALON_SEED", time.time_ns() % 1_000_000))
        print(f"moments drawn with ETALON_SEED={seed}")
        self.random = random.Random(seed)
        self.store = self.folder / "etalon.db"

    def commands(self, epochs):
        """A strategist and two workers, of one thread and of several: who is killed, and what is started in its place."""
        tune = self.tune(epochs, "etalon.db", "--quiet", "--checkpoint", "0.1", "--threads", "2")
        worker = ["worker", "--store", "etalon.db", "--quiet", "--checkpoint", "0.1", "--threads"]
        return [tune, [*worker, "1"], [*worker, "3"]]

    def share_done(self):
        """Share of the trials that are finished."""
        finished = rows_of(self.store, "SELECT count(*) FROM trial")
        return finished[0][0] / TRIALS if finished else 0

    def pause(self, kills):
        """Short lives while the study is ahead of the kills, longer ones while it is behind: it ends soon after the last."""
        ahead = self.share_done() > 0.6 * kills / KILLS
        time.sleep(SLOWNESS * (self.random.uniform(0.02, 0.2) if ahead else self.random.uniform(0.2, 1.0)))

    def kill_again_and_again(self, epochs):
        """How often: fewer than KILLS times where the study ended before."""
        commands = self.commands(epochs)
        running = [self.start(*commands[0])]
        self.wait_until("a study to work on", lambda: rows_of(self.store, "SELECT count(*) FROM study") == [(1,)])
        running += [self.start(*words) for words in commands[1:]]
        kills, ended = 0, False
        while kills < KILLS and not ended:
            self.pause(kills)
            victim = self.random.randrange(len(running))
            process = running[victim]
            ended = process.poll() is not None
            if not ended:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                running[victim] = self.start(*commands[victim])
                kills += 1
        for process in running:
            answer = self.finish(process)
            self.assertEqual(answer.code, 0, answer.err)
        self.assertEqual(len(curves_of(self.store)), TRIALS, "they left before all was trained")
        return kills

    def test_every_bit_equals_those_of_an_undisturbed_run(self):
        epochs = EPOCHS
        for _ in range(4):
            kills = self.kill_again_and_again(epochs)
            if kills == KILLS:
                break
            print(f"the study of {epochs} epochs ended after {kills} of {KILLS} kills: a longer one")
            epochs += max(epochs, epochs * KILLS // max(kills, 10))
            for path in self.folder.glob("etalon.db*"):
                path.unlink()
        self.assertEqual(kills, KILLS, "every study ended too soon")
        attempts = rows_of(self.store, "SELECT max(attempts) FROM trial")[0][0]
        self.assertGreater(attempts, 1, "no trial was ever interrupted")
        self.check_as_undisturbed(epochs)
        self.done("study", "verify", "--store", "etalon.db", "--trials", "2", "--quiet")


if __name__ == "__main__":
    unittest.main(verbosity=2)
