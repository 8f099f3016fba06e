#!/usr/bin/env python3
"""bench/versus/transfer.py's neighbourhoods, judgement and table, and what it keeps, without any training."""

import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

BENCH = Path(__file__).resolve().parents[2] / "bench"
sys.path[:0] = [str(BENCH), str(BENCH / "versus")]
import results
import transfer

GRID = [{"conv": conv, "full": full} for conv in (0.01, 0.1, 1.0) for full in (0.01, 0.1, 1.0)]


def eta(conv, full):
    return {"conv": conv, "full": full}


class Neighbourhood(unittest.TestCase):
    def names(self, chosen, searched):
        return [transfer.name_of(one) for one in transfer.neighbourhood(chosen, searched)]

    def test_of_a_setting_in_the_middle_is_the_grid_around_it(self):
        found = self.names(eta(0.1, 0.1), GRID)
        self.assertEqual(found[0], "conv=0.1 full=0.1")
        self.assertEqual(sorted(found), sorted(map(transfer.name_of, GRID)))

    def test_at_a_corner_ends_where_the_search_ended(self):
        self.assertEqual(self.names(eta(1.0, 0.01), GRID), ["conv=1 full=0.01", "conv=0.1 full=0.01", "conv=0.1 full=0.1",
                                                            "conv=1 full=0.1"])

    def test_takes_half_decades_where_they_were_searched(self):
        found = self.names(eta(0.1, 0.1), [*GRID, eta(0.0316, 0.1), eta(0.1, 0.316)])
        self.assertIn("conv=0.0316 full=0.1", found)
        self.assertNotIn("conv=0.01 full=0.1", found)
        self.assertIn("conv=0.1 full=0.316", found)
        self.assertIn("conv=1 full=0.1", found)
        self.assertEqual(len(found), 9)

    def test_of_one_group_lies_on_both_sides(self):
        self.assertEqual(self.names({"full": 0.1}, [{"full": 10.0 ** -k} for k in range(5)]), ["full=0.1", "full=0.01", "full=1"])


class Judgement(unittest.TestCase):
    def holds(self, chosen, other):
        accuracies = {"conv=0.1 full=0.1": chosen, "conv=1 full=0.1": other}
        return transfer.compared([eta(0.1, 0.1), eta(1.0, 0.1)], accuracies)

    def test_the_best_holds(self):
        of = self.holds([0.95, 0.96], [0.90, 0.91])
        self.assertEqual((of["best"], of["difference"], of["holds"]), ("conv=0.1 full=0.1", 0, True))

    def test_seven_tenths_of_a_point_may_be_given_up(self):
        self.assertTrue(self.holds([0.950, 0.960], [0.9565, 0.9665])["holds"])
        self.assertFalse(self.holds([0.950, 0.960], [0.9575, 0.9675])["holds"])

    def test_so_may_what_two_standard_errors_explain(self):
        of = self.holds([0.90, 0.96, 0.95], [0.96, 0.96, 0.97])  # 6, 0 and 2 points
        self.assertAlmostEqual(of["difference"], 0.08 / 3)
        self.assertAlmostEqual(of["standard_error"], 0.0305505 / 3 ** 0.5, places=6)
        self.assertTrue(of["holds"])


class Keeping(unittest.TestCase):
    SETTINGS = {"data": "mnist", "samples": 1280, "epochs": 1, "seeds": 3}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = Path(folder.name)
        self.path = self.build / "figures" / "transfer.json"
        (self.build / "etalon").write_text("first")
        self.chosen, self.trained, self.studies = eta(0.1, 0.1), [], 0

    def study(self, *_):
        self.studies += 1
        return {"initializer": "torch", "accuracy": 0.9, "neighbourhood": transfer.neighbourhood(self.chosen, GRID[:6]), "code": ""}

    def measure(self, settings=None, fail_after=None):
        def train(one, seed):
            if fail_after is not None and len(self.trained) == fail_after:
                raise KeyboardInterrupt
            self.trained.append((transfer.name_of(one), seed))
            return 0.5 + 0.1 * one["full"] + 0.01 * seed

        with mock.patch.object(transfer, "study_of", self.study), mock.patch.object(transfer, "PyTorch") as pytorch:
            pytorch.return_value.accuracy = train
            transfer.Transfer(self.build, self.path).measure("lenet5", settings or self.SETTINGS)
        return json.loads(self.path.read_text())

    def test_goes_on_where_it_was_stopped(self):
        with self.assertRaises(KeyboardInterrupt):
            self.measure(fail_after=4)
        kept = json.loads(self.path.read_text())["lenet5"]["pytorch"]
        self.assertEqual(sum(map(len, kept.values())), 4)
        self.measure()
        self.assertEqual(len(self.trained), 6 * 3)
        self.assertEqual(len(set(self.trained)), 6 * 3)
        self.assertEqual(self.studies, 1)

    def test_another_program_searches_again_and_trains_what_is_new(self):
        self.measure()
        (self.build / "etalon").write_text("second")
        self.measure()
        self.assertEqual((self.studies, len(self.trained)), (2, 18))
        (self.build / "etalon").write_text("third")
        self.chosen = eta(0.01, 0.01)
        results = self.measure()
        self.assertEqual((self.studies, len(self.trained)), (3, 18))
        self.assertEqual(results["lenet5"]["compared"]["chosen"], "conv=0.01 full=0.01")

    def test_other_settings_are_trained_anew(self):
        self.measure()
        self.measure(self.SETTINGS | {"samples": 2560})
        self.assertEqual(len(self.trained), 36)

    def test_the_table_joins_the_page(self):
        figures = self.measure()
        rows = transfer.rows_of(figures)
        self.assertEqual(rows, [["lenet5, mnist", "1,280 x 1", "conv=0.1 full=0.1", "52.00 ± 1.00", "conv=0.01 full=1: 61.00 ± 1.00", 5,
                                 "9.00 ± 0.00", "no"]])
        page = results.page({"transfer": figures})
        self.assertIn("## The advice in PyTorch", page)
        self.assertIn("| lenet5, mnist | 1,280 x 1 | conv=0.1 full=0.1 |", page)


if __name__ == "__main__":
    unittest.main()
