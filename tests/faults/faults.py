"""What the tests of faults share: a study of 25 trials, processes that are started and killed, and the bits of a store."""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))

from program import EMULATOR, PROGRAM, SECONDS, SLOWNESS, Answer, ProgramTest, rows_of, signal, timeless  # noqa: E402

# 5 x 5 settings on one set: 25 trials, some of which diverge. Epochs and threads are each test's own.
GRID = f"--data shapes --samples {1024 // SLOWNESS} --validation 128 --batch 32 --seeds 1 --strategy grid".split()
TRIALS = 25


def curves_of(path):
    """{(set, setting, seed index): the curve's bytes} of every finished trial."""
    return {row[:3]: row[3] for row in rows_of(path, "SELECT set_index, setting, seed_index, curve FROM trial")}


def weights_of(path):
    """The same of the final weights that were kept."""
    return {row[:3]: row[3] for row in rows_of(
        path, "SELECT set_index, setting, seed_index, floats FROM trial JOIN trial_weights ON trial_weights.trial = trial.id")}


class FaultTest(ProgramTest):
    def tune(self, epochs, store="etalon.db", *more):
        return ["tune", *GRID, "--epochs", str(epochs), "--store", store, "--no-report", *more]

    def undisturbed(self, epochs):
        """The study in one go, in one process, in another store and on as many threads as there are cores: (what is shown, curves, weights)."""
        self.done(*self.tune(epochs, "whole.db", "--quiet"))
        return self.left_in("whole.db")

    def left_in(self, store):
        """All that must not depend on how a study was disturbed."""
        path = self.folder / store
        return timeless(self.shown(store)), curves_of(path), weights_of(path)

    def check_as_undisturbed(self, epochs, store="etalon.db"):
        shown, curves, weights = self.left_in(store)
        expected, expected_curves, expected_weights = self.undisturbed(epochs)
        self.assertEqual(len(curves), TRIALS)
        self.assertEqual(curves, expected_curves)
        self.assertTrue(weights)
        self.assertEqual(weights, expected_weights)
        self.assertEqual(shown, expected)


__all__ = ["Answer", "EMULATOR", "FaultTest", "GRID", "PROGRAM", "Path", "SECONDS", "SLOWNESS", "TRIALS", "curves_of", "random",
           "rows_of", "signal", "time", "timeless", "weights_of"]
