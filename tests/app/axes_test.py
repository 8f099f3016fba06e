#!/usr/bin/env python3
"""Studies that vary more than etas: momentum, weight decay, label smoothing, batch."""

import csv
import unittest

from program import ProgramTest, timeless

TINY = ("--data shapes --samples 256 --validation 128 --seeds 2 --strategy grid --optimizer momentum "
        "--eta conv=0.01,0.1 --eta full=0.1").split()
AXES = "--momentum 0.8,0.9 --weight-decay conv=0,1e-3 --label-smoothing 0,0.1 --batch 8,20".split()


class Axes(ProgramTest):
    def rows(self, folder, name):
        with open(self.folder / folder / name, newline="") as file:
            return list(csv.DictReader(file))

    def curves(self, folder, **wanted):
        """{(conv, full, seed): losses} of the rows that have these values."""
        curves = {}
        for row in self.rows(folder, "curves.csv"):
            if all(float(row[key]) == value for key, value in wanted.items()):
                curves.setdefault((row["eta_conv"], row["eta_full"], row["seed"]), []).append(row["training_loss"])
        return curves

    def test_trials_are_those_of_studies_with_these_numbers(self):
        self.done("tune", *TINY, *AXES, "--quiet", "--out", "all")
        self.assertEqual(len(self.rows("all", "trials.csv")), 2 * 2 ** 4 * 2)
        for momentum, smoothing, batch in ((0.8, 0, 8), (0.9, 0.1, 20)):
            for decay in (0, 1e-3):
                name = f"{momentum}-{decay}"
                self.done("tune", *TINY, "--momentum", str(momentum), "--weight-decay", f"conv={decay}", "--label-smoothing",
                          str(smoothing), "--batch", str(batch), "--quiet", "--out", name, "--store", name + ".db")
                alone = self.curves(name)
                self.assertEqual(len(alone), 4)
                self.assertEqual(alone, self.curves("all", momentum=momentum, label_smoothing=smoothing, batch=batch,
                                                    **{"conv.weight_decay": decay}))

    def test_are_verified_and_go_on(self):
        self.done("tune", *TINY, *AXES, "--quiet", "--no-report")
        verified = self.done("study", "verify", "--trials", "64")
        self.assertIn("trained again: 64 trials", verified.out)
        again = self.done("tune", *TINY, *AXES, "--no-report")
        self.assertIn("is complete: nothing is left to train", again.err)
        self.done("tune", *TINY, *AXES, "--epochs", "2", "--quiet", "--no-report")
        self.done("tune", *TINY, *AXES, "--epochs", "2", "--quiet", "--no-report", "--store", "whole.db")
        self.assertEqual(timeless(self.shown()), timeless(self.shown("whole.db")))

    def test_are_told_everywhere(self):
        told = self.done("tune", *TINY, *AXES)
        self.assertRegex(told.out, r"conv = [0-9.]+   full = 0.1   momentum = 0.[89]   conv.weight_decay = \S+   label_smoothing = \S+   batch = ")
        shown = self.shown()
        names = {"conv", "full", "momentum", "conv.weight_decay", "label_smoothing", "batch"}
        self.assertEqual(set(shown["recommendations"][0]["setting"]), names)
        self.assertEqual(set(shown["recommendations"][0]["eta"]), {"conv", "full"})
        page = (self.folder / "report/report.md").read_text()
        for words in ("| momentum |", "weight decay of conv", "label smoothing and batch, all else at the choice", "batch = "):
            self.assertIn(words, page)
        self.assertEqual(len(list((self.folder / "report/assets").glob("map-shapes*.webp"))), 15)
        code = (self.folder / "report/parameter_groups.py").read_text()
        for words in ("OPTIONS = {", '"momentum": ', '"weight_decay": ', "LABEL_SMOOTHING = ", "BATCH = "):
            self.assertIn(words, code)

    def test_another_value_joins_the_study(self):
        self.done("tune", *TINY, "--batch", "8,20", "--quiet", "--no-report")
        more = self.done("tune", *TINY, "--batch", "8,32", "--no-report")
        self.assertEqual(self.shown()["trials"]["finished"], 2 * 3 * 2, more.err)

    def test_random_search_draws_among_choices(self):
        words = [word for word in TINY if word not in ("--strategy", "grid")]
        self.done("tune", *words, *AXES, "--strategy", "random", "--trials", "6", "--quiet")
        rows = self.rows("report", "trials.csv")
        self.assertEqual(len(rows), 12)
        self.assertTrue({row["batch"] for row in rows} <= {"8", "20"})
        self.assertGreater(len({row["eta_conv"] for row in rows}), 3)

    def test_a_batch_larger_than_the_data_is_refused(self):
        refused = self.refused("tune", *TINY, "--batch", "8,400")
        self.assertIn("a batch of 400", refused.err)

    def test_momentum_without_an_optimizer_that_reads_it_is_refused(self):
        refused = self.refused("tune", "--data", "shapes", "--momentum", "0.8,0.9")
        self.assertIn("the optimizer momentum or nesterov", refused.err)


if __name__ == "__main__":
    unittest.main()
