#!/usr/bin/env python3
"""bench/versus/accuracy.py's judgement, and what it keeps, without any training."""

import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "versus"))
import accuracy

OURS = [0.96, 0.97, 0.95, 0.96, 0.96]


class Judgement(unittest.TestCase):
    def test_a_difference_within_the_noise_holds(self):
        self.assertTrue(accuracy.compared(OURS, [value - 0.004 for value in OURS])["within_noise"])

    def test_a_difference_beyond_it_does_not(self):
        of = accuracy.compared(OURS, [value - 0.02 for value in OURS])
        self.assertFalse(of["within_noise"])
        self.assertAlmostEqual(of["difference"], 0.02)

    def test_the_standard_error_is_that_of_a_difference_of_means(self):
        of = accuracy.compared([0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 2.0, 4.0, 6.0, 8.0])
        self.assertAlmostEqual(of["standard_error"], ((2.5 + 10) / 5) ** 0.5)


class Keeping(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "figures" / "accuracy.json"
        self.trained = []

    def measure(self, settings, fail_at=None):
        """Measures one network; training is replaced by writing down the seed."""
        def train(seed):
            if seed == fail_at:
                raise KeyboardInterrupt
            self.trained.append(seed)
            return OURS[seed]

        with mock.patch.object(accuracy, "etalon", lambda *_: list(OURS)), mock.patch.object(accuracy, "PyTorch") as pytorch:
            pytorch.return_value.accuracy = train
            accuracy.Accuracy(self.path.parent, self.path).measure("lenet5", settings)

    def test_goes_on_where_it_was_stopped(self):
        settings = {"data": "mnist", "samples": 1, "epochs": 1}
        with self.assertRaises(KeyboardInterrupt):
            self.measure(settings, fail_at=2)
        self.measure(settings)
        self.assertEqual(self.trained, [0, 1, 2, 3, 4])
        results = json.loads(self.path.read_text())
        self.assertEqual(results["lenet5"]["pytorch"], OURS)
        self.assertEqual(accuracy.rows_of(results)[0][2:], ["96.00 ± 0.71", "96.00 ± 0.71", "+0.00 ± 0.45"])

    def test_other_settings_are_trained_anew(self):
        self.measure({"data": "mnist", "samples": 1, "epochs": 1})
        self.measure({"data": "mnist", "samples": 2, "epochs": 1})
        self.assertEqual(self.trained, [0, 1, 2, 3, 4] * 2)


if __name__ == "__main__":
    unittest.main()
