#!/usr/bin/env python3
"""A study from the command line to the recommendation: what is printed, kept and refused."""

import re
import unittest
from pathlib import Path

from program import TINY, ProgramTest, timeless


class Tune(ProgramTest):
    def check_eta(self, eta):
        self.assertEqual(list(eta), ["conv", "full"])
        for value in eta.values():
            self.assertIn(value, (0.01, 0.1))

    def check_recommendation(self, recommendation):
        self.assertEqual(recommendation["data"], "shapes")
        self.check_eta(recommendation["eta"])
        self.assertGreaterEqual(recommendation["validation_accuracy"], 0)
        self.assertLessEqual(recommendation["validation_accuracy"], 1)
        self.assertTrue(recommendation["p_best"] is None or 0 <= recommendation["p_best"] <= 1)
        for eta in recommendation["equivalent"]:
            self.check_eta(eta)
        self.assertIsInstance(recommendation["reason"], str)
        self.assertIsInstance(recommendation["warnings"], list)

    def test_json_is_the_contract_and_alone_on_standard_output(self):
        answer = self.done("tune", *TINY, "--json")
        found = answer.json()
        self.assertTrue(found["study"].startswith("shapes-lenet5-"))
        self.assertEqual(found["trials"], 8)
        self.assertEqual(len(found["recommendations"]), 1)
        self.check_recommendation(found["recommendations"][0])
        self.check_eta(found["overall"]["eta"])
        self.assertGreater(found["seconds"], 0)
        self.assertGreater(found["trial_samples_per_second"], 0)
        self.assertEqual(found["report"], "report/report.md")
        self.assertFalse(found["was_complete"])
        self.assertIn("8 trials, 0 of them finished", answer.err)

    def test_the_report_lies_where_it_is_said_to_lie(self):
        answer = self.done("tune", *TINY, "--out", "there/report")
        self.assertIn("report: there/report/report.md", answer.out)
        for name in ("report.md", "recommendation.json", "trials.csv", "curves.csv", "parameter_groups.py"):
            self.assertTrue((self.folder / "there/report" / name).is_file(), name)
        text = (self.folder / "there/report/report.md").read_text()
        self.assertIn("etalon tune --data shapes", text)

    def test_no_report_writes_none(self):
        found = self.done("tune", *TINY, "--no-report", "--json").json()
        self.assertIsNone(found["report"])
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["etalon.db"])

    def test_quiet_says_nothing_but_asked_for_json(self):
        answer = self.done("tune", *TINY, "--no-report", "--quiet")
        self.assertEqual(answer.out + answer.err, "")
        answer = self.done("tune", *TINY, "--no-report", "--quiet", "--json")
        self.assertEqual(answer.err, "")
        self.assertEqual(answer.json()["trials"], 8)

    def test_no_colours_in_a_pipe(self):
        self.environment["TERM"] = "xterm"
        answer = self.done("tune", *TINY, "--no-report")
        self.assertNotIn("\x1b", answer.out + answer.err)

    def test_a_complete_study_says_so_and_shows_its_recommendation(self):
        first = self.done("tune", *TINY, "--no-report")
        before = self.shown()
        again = self.done("tune", *TINY, "--no-report")
        self.assertIn("is complete: nothing is left to train", again.err)
        self.assertEqual(again.out, first.out)
        self.assertEqual(self.shown(), before)
        self.assertTrue(self.done("tune", *TINY, "--no-report", "--json").json()["was_complete"])

    def test_more_seeds_extend_a_study(self):
        self.done("tune", *TINY, "--no-report", "--quiet")
        tiny = list(TINY)
        tiny[tiny.index("--seeds") + 1] = "3"
        answer = self.done("tune", *tiny, "--no-report", "--json")
        self.assertEqual(answer.json()["trials"], 12)
        self.assertIn("12 trials, 8 of them finished", answer.err)

    def test_threads_change_no_curve(self):
        self.done("tune", *TINY, "--out", "a", "--store", "a.db", "--threads", "1")
        self.done("tune", *TINY, "--out", "b", "--store", "b.db", "--threads", "3")
        self.assertEqual((self.folder / "a/curves.csv").read_bytes(), (self.folder / "b/curves.csv").read_bytes())
        self.assertEqual(timeless(self.shown("a.db")), timeless(self.shown("b.db")))

    def test_a_study_file_and_options_that_win(self):
        (self.folder / "study.toml").write_text(
            '[study]\nname = "filed"\nseeds = 3\nsamples = 256\nvalidation = 128\nbatch = 32\n'
            '[data]\nsets = ["shapes"]\n[eta]\nsettings = [{conv = 0.1, full = 0.01}, {conv = 0.01, full = 0.1}]\n'
            '[search]\nstrategy = "grid"\n[run]\nstore = "filed.db"\nreport = false\n')
        found = self.done("tune", "study.toml", "--seeds", "1", "--json").json()
        self.assertEqual(found["study"], "filed")
        self.assertEqual(found["trials"], 2)
        self.assertIsNone(found["recommendations"][0]["p_best"])
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["filed.db", "study.toml"])

    def test_a_race_confirms_what_it_chooses(self):
        race = TINY[:TINY.index("--strategy")]
        dry = self.done("tune", *race, "--dry-run")
        self.assertIn("24 (4 settings x 1 set x 2 seeds, and 16 to confirm the choice), 0 finished", dry.out)
        answer = self.done("tune", *race, "--no-report", "--json")
        self.assertIn("shapes: more seeds for 2 of 4 settings", answer.err)
        self.assertIn("shapes: 8 fresh seeds to confirm", answer.err)
        seeds = [trial["seed"] for trial in self.shown()["all_trials"]]
        self.assertIn(sum(seed >= 10_000 for seed in seeds), (8, 16), "without a rival the choice alone")
        self.assertIn("nothing is left to train", self.done("tune", *race, "--no-report").err)
        self.assertEqual(self.done("tune", *race, "--dry-run", "--json").json()["finished"], len(seeds))

    def test_refine_and_confirm_are_asked_for_or_not(self):
        found = self.done("tune", *TINY, "--confirm", "2", "--dry-run", "--json").json()
        self.assertEqual(found["trials"], 8 + 4)
        self.assertIn("--refine", self.refused("tune", *TINY, "--refine").err)
        self.assertIn("--no-refine", self.refused("tune", "--refine", "--no-refine").err)
        self.assertIn("--confirm", self.refused("tune", "--confirm", "-1").err)

    def test_where_all_diverged_nothing_is_recommended(self):
        answer = self.done("tune", *TINY[:8], "--seeds", "1", "--eta", "conv=10", "--eta", "full=10", "--no-report", "--json")
        recommendation = answer.json()["recommendations"][0]
        self.assertIsNone(recommendation["eta"])
        self.assertIsNone(recommendation["validation_accuracy"])
        self.assertIn("no eta can be recommended", self.done("show").out)

    def assert_memory_adds_up(self, forecast):
        memory = forecast["memory"]
        self.assertGreater(memory["trial"]["activations"], memory["trial"]["weights"])
        self.assertEqual(forecast["memory_bytes"], memory["program"] + memory["samples"] + memory["places"]
                         + memory["checkpoints"] + memory["curves"] + memory["judging"] + memory["report"]
                         + memory["trials"] * sum(memory["trial"].values()))

    def test_a_limit_of_memory_takes_fewer_threads_and_changes_no_curve(self):
        wide = self.done("tune", *TINY, "--threads", "2", "--dry-run", "--json").json()
        limit = str(wide["memory_bytes"] - 1)
        narrow = self.done("tune", *TINY, "--threads", "2", "--memory", limit, "--dry-run", "--json").json()
        self.assert_memory_adds_up(narrow)
        self.assertEqual((narrow["memory"]["trials"], wide["memory"]["trials"]), (1, 2))
        self.assertLess(narrow["memory_bytes"], wide["memory_bytes"])
        self.done("tune", *TINY, "--out", "a", "--store", "a.db")
        answer = self.done("tune", *TINY, "--out", "b", "--store", "b.db", "--memory", limit, "--threads", "2")
        self.assertIn("memory at most", answer.err)
        self.assertIn("1 thread", answer.err)
        self.assertEqual((self.folder / "a/curves.csv").read_text(), (self.folder / "b/curves.csv").read_text())

    def test_too_little_memory_for_one_trial(self):
        answer = self.refused("tune", *TINY, "--memory", "1M")
        self.assertIn("--memory: received 1.0 MiB, expected at least", answer.err)
        least = re.search(r"at least (\d+M) for one trial", answer.err).group(1)
        found = self.done("tune", *TINY, "--memory", least, "--dry-run", "--json").json()
        self.assertEqual(found["memory"]["trials"], 1)

    def test_a_dry_run_trains_and_writes_nothing(self):
        answer = self.done("tune", *TINY, "--dry-run")
        self.assertIn("8 (4 settings x 1 set x 2 seeds), 0 finished", answer.out)
        found = self.done("tune", *TINY, "--dry-run", "--json").json()
        self.assertEqual((found["trials"], found["finished"]), (8, 0))
        self.assertGreater(found["estimated_seconds"], 0)
        self.assert_memory_adds_up(found)
        self.assertEqual(list(self.folder.iterdir()), [])
        self.done("tune", *TINY, "--no-report", "--quiet")
        self.assertEqual(self.done("tune", *TINY, "--dry-run", "--json").json()["finished"], 8)


class Refusals(ProgramTest):
    def test_another_definition_under_a_given_name(self):
        self.done("tune", *TINY, "--study", "mine", "--no-report", "--quiet")
        before = self.shown()
        answer = self.refused("tune", *TINY, "--study", "mine", "--study-seed", "2", "--no-report")
        self.assertIn("mine", answer.err)
        self.assertIn("another definition than the stored study's: study_seed = 2 (stored: 0), expected", answer.err)
        self.assertEqual(self.shown(), before)

    def test_another_definition_is_another_study(self):
        self.done("tune", *TINY, "--no-report", "--quiet")
        self.done("tune", *TINY, "--study-seed", "2", "--no-report", "--quiet")
        answer = self.done("show")
        self.assertIn("changed last of 2", answer.err)

    def test_an_out_that_cannot_be_written_to_is_refused_before_training(self):
        (self.folder / "file").write_text("")
        answer = self.refused("tune", *TINY, "--out", "file/report")
        self.assertIn("--out file/report", answer.err)
        self.assertFalse((self.folder / "etalon.db").exists())

    def test_a_store_that_is_none_stays_as_it_is(self):
        store = self.folder / "notes.db"
        store.write_text("not a store\n" * 100)
        for command in (("tune", *TINY), ("show",), ("report",)):
            self.assertIn("notes.db", self.refused(*command, "--store", "notes.db").err)
        self.assertEqual(store.read_text(), "not a store\n" * 100)

    def test_a_store_in_a_missing_folder(self):
        self.assertIn("no/such/etalon.db", self.refused("tune", *TINY, "--store", "no/such/etalon.db").err)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_missing_store_is_not_made_by_looking(self):
        for command in ("show", "report"):
            self.assertIn("etalon tune", self.refused(command).err)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_bad_data_leaves_nothing_behind(self):
        (self.folder / "empty").mkdir()
        for spec in ("mnist:nowhere", "mnist:empty", "cifar10:empty", "mnist:", "shaps", "shapes,shapes", "shapes,"):
            self.refused("tune", "--data", spec)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["empty"])

    def test_values_that_only_the_data_can_refuse(self):
        self.assertIn("--batch", self.refused("tune", "--data", "shapes", "--samples", "100", "--batch", "101").err)
        self.assertIn("--samples", self.refused("tune", "--data", "shapes", "--samples", "1000000").err)

    def test_a_layer_that_does_not_fit_is_named_with_its_line(self):
        (self.folder / "study.toml").write_text('[data]\nsets = ["shapes"]\n[network]\nlayers = ["conv 6 99x99", "dense 10"]\n')
        answer = self.refused("tune", "study.toml")
        self.assertIn("study.toml:4", answer.err)
        self.assertIn("conv 6 99x99", answer.err)

    def test_an_unknown_study_names_the_nearest(self):
        self.done("tune", *TINY, "--study", "first", "--no-report", "--quiet")
        self.assertIn("did you mean 'first'?", self.refused("show", "--study", "frist").err)


class Reports(ProgramTest):
    def test_a_report_from_the_store_is_the_same_report(self):
        self.done("tune", *TINY, "--quiet")
        answer = self.done("report", "--out", "again")
        self.assertEqual(answer.out, "report: again/report.md\n")
        first, again = self.folder / "report", self.folder / "again"
        names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
        self.assertEqual(names, sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file()))
        self.assertTrue(any(name.suffix == ".webp" for name in names))
        for name in names:
            self.assertEqual((first / name).read_bytes(), (again / name).read_bytes(), name)

    def test_show_json_holds_every_trial(self):
        self.done("tune", *TINY, "--no-report", "--quiet")
        trials = self.shown()["all_trials"]
        self.assertEqual(len(trials), 8)
        self.assertEqual({trial["seed"] for trial in trials}, {0, 1})
        self.assertEqual(trials[0]["id"], "shapes/0.01,0.01/0")
        self.assertEqual(len({trial["id"] for trial in trials}), 8)
        for trial in trials:
            self.assertIn(trial["status"], ("learning", "stalled", "diverged"))


    def test_show_json_says_nothing_of_machines_and_attempts(self):
        self.done("tune", *TINY, "--no-report", "--quiet")
        text = self.done("show", "--json").out
        for word in ("host", "attempt", "etalon.db", "processor", "command", "dates", "samples_trained", "_seconds"):
            self.assertNotIn(word, text)


class Data(ProgramTest):
    def test_describe_draws_a_contact_sheet(self):
        found = self.done("data", "describe", "digits", "--out", "sheets", "--json").json()
        self.assertEqual(len(found["classes"]), 10)
        self.assertEqual(sum(entry["training_samples"] for entry in found["classes"]), found["training_samples"])
        sheet = (self.folder / found["contact_sheet"]).read_bytes()
        self.assertTrue(sheet.startswith(b"\x89PNG"))

    def test_what_is_made_opens_again_with_the_same_bytes(self):
        self.assertEqual(self.done("data", "make", "shapes", "made", "--json").json()["made"], "mnist:made")
        self.assertEqual(len(list((self.folder / "made").iterdir())), 4)
        made = self.done("data", "describe", "mnist:made", "--json").json()
        own = self.done("data", "describe", "shapes", "--json").json()
        self.assertEqual(made["training_samples"], own["training_samples"])
        self.assertEqual(Path(self.folder / made["contact_sheet"]).read_bytes(),
                         Path(self.folder / own["contact_sheet"]).read_bytes())

    def test_only_generated_sets_can_be_made(self):
        self.assertIn("shapes, digits, scenes", self.refused("data", "make", "mnist", "made").err)
        (self.folder / "file").write_text("")
        self.refused("data", "make", "shapes", "file")
        self.refused("data", "describe", "shapes", "--out", "file")


if __name__ == "__main__":
    unittest.main(verbosity=2)
