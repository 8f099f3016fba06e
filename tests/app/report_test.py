#!/usr/bin/env python3
"""What happens to the report happens to nothing else: files of others, a missing gnuplot, a report that cannot be written."""

import os
import unittest

from program import TINY, ProgramTest

FILES = ["curves.csv", "epochs.csv", "etalon-report.sha256", "parameter_groups.py", "recommendation.json", "report.md",
         "trials.csv"]


class Report(ProgramTest):
    def write(self, name, text="mine\n"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def files(self, folder):
        return sorted(str(path.relative_to(self.folder / folder)) for path in (self.folder / folder).rglob("*") if path.is_file())

    def without_gnuplot(self):
        self.environment["PATH"] = str(self.folder / "empty")

    def test_files_of_others_are_refused_before_anything_is_trained(self):
        for name in ("report.md", "trials.csv", "assets/map-shapes.svg", "assets/loss-shapes-conv-1-full-1.webp"):
            with self.subTest(name):
                mine = self.write(f"docs {name.replace('/', ' ')}/{name}")
                folder = mine.parent if "/" not in name else mine.parent.parent
                answer = self.refused("tune", *TINY, "--out", folder.name)
                self.assertIn(name, answer.err)
                self.assertIn("another folder for the report", answer.err)
                self.assertEqual(self.files(folder.name), [name])
                self.assertEqual(mine.read_text(), "mine\n")
                self.assertFalse((self.folder / "etalon.db").exists())

    def test_files_of_others_beside_a_report_stay(self):
        for name in ("assets/map-europe.svg", "assets/loss-function.webp", "assets/overlay-logo.svg", "notes.md"):
            self.write("docs/" + name)
        for _ in range(2):
            self.done("tune", *TINY, "--out", "docs", "--quiet")
            for name in ("assets/map-europe.svg", "assets/loss-function.webp", "assets/overlay-logo.svg", "notes.md"):
                self.assertEqual((self.folder / "docs" / name).read_text(), "mine\n")
        self.assertIn("assets/seeds-shapes.svg", self.files("docs"))

    def test_report_refuses_as_tune_does(self):
        self.done("tune", *TINY, "--no-report", "--quiet")
        mine = self.write("docs/report.md")
        self.refused("report", "--out", "docs")
        self.assertEqual((self.files("docs"), mine.read_text()), (["report.md"], "mine\n"))

    def test_without_gnuplot_all_but_the_plots_is_there(self):
        self.without_gnuplot()
        answer = self.done("tune", *TINY)
        told, training = answer.err.find("no plots can be drawn here: gnuplot"), answer.err.find("8 trials, 0 of them finished")
        self.assertTrue(0 <= told < training, answer.err)
        self.assertIn("conv", answer.out)
        self.assertTrue(answer.out.endswith("report: report/report.md\n"), answer.out)
        self.assertIn("the report has no plots: gnuplot: No such file or directory (install gnuplot", answer.err)
        self.assertEqual(self.files("report"), FILES)
        page = (self.folder / "report/report.md").read_text()
        self.assertIn("**This report has no plots**", page)
        self.assertNotIn(".webp", page)

    def test_a_report_without_plots_is_half_of_what_report_was_asked_for(self):
        path = self.environment["PATH"]
        self.without_gnuplot()
        self.done("tune", *TINY, "--quiet")
        answer = self.run_program("report")
        self.assertEqual((answer.code, answer.out), (1, "report: report/report.md\n"), answer.err)
        self.environment["PATH"] = path
        self.done("report")
        self.assertGreater(len(self.files("report")), len(FILES))
        self.assertNotIn("no plots", (self.folder / "report/report.md").read_text())

    def test_json_comes_whatever_happens_to_the_report(self):
        self.without_gnuplot()
        found = self.done("tune", *TINY, "--json").json()
        self.assertEqual((found["trials"], found["report"]), (8, "report/report.md"))

    def test_the_conclusion_comes_though_no_report_can_be_written(self):
        gnuplot = self.write("bin/gnuplot", "#!/bin/sh\nmkdir -p report; echo mine > report/report.md\nexit 0\n")
        gnuplot.chmod(0o755)
        self.environment["PATH"] = f"{gnuplot.parent}:{os.environ['PATH']}"
        answer = self.run_program("tune", *TINY)
        self.assertEqual(answer.code, 1, answer.err)
        self.assertIn("conv", answer.out)
        self.assertNotIn("report:", answer.out)
        self.assertIn("no report was written: --out report: received report/report.md, which no report of Etalon wrote", answer.err)
        self.assertRegex(answer.err, r"the study is kept; write its report with\n  etalon report --store etalon.db --study shapes-\S+ --out report\n")
        self.assertEqual(self.files("report"), ["report.md"])
        self.assertEqual(len(self.shown()["all_trials"]), 8)
        answer = self.run_program("tune", *TINY, "--json")
        self.assertEqual(answer.code, 2)


if __name__ == "__main__":
    unittest.main()
