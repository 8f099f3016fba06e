#!/usr/bin/env python3
"""bench/results.py on a build whose benchmark programs answer at once, and on made-up figures."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))
import measure
import results

SPEED = measure.summary([2.0, 3.0, 7.0])


def part(date="2026-01-02 03:04 UTC", programs="none", **kinds):
    facts = {"processor": "Quick 9", "family_model": "1 2", "instruction_sets": ["avx2", "fma"], "cores": 2, "memory_gb": 8, "system": "Linux",
             "compiler": "c++ 12", "engine_flags": "-O2", "commit": "abc1234", "date": date, "programs": programs}
    return {"machine": facts, "minutes": 1.5, "other_work_cores": 0.25} | kinds


class Page(unittest.TestCase):
    def test_names_machine_date_commit_and_other_work(self):
        page = results.page({"threads": part(threads={"lenet5": {"1 thread": SPEED}})})
        for words in ("Processor: Quick 9", "(avx2, fma), 2 cores", "Compiler: c++ 12", "`-O2`",
                      "| threads | 2026-01-02 03:04 UTC | abc1234 | 1.5 | 0.25 |"):
            self.assertIn(words, page)

    def test_shows_the_figures(self):
        page = results.page({"threads": part(threads={"lenet5": {"1 thread": SPEED | {"share": measure.summary([0.8])}}})})
        self.assertIn("| lenet5 | 1 thread | 3 (2 to 7) |  | 80 % (80 to 80) |", page)

    def test_puts_parts_of_one_kind_together(self):
        page = results.page({name: part(one_core={name: {"Etalon": SPEED, "other": SPEED | {"ratio": SPEED}}})
                             for name in ("lenet5", "resnet20")})
        self.assertIn("lenet5, one core", page)
        self.assertIn("resnet20, one core", page)
        self.assertIn("| other | 3 (2 to 7) | 3.00 (2.00 to 7.00) |", page)

    def test_says_what_is_missing(self):
        page = results.page({"threads": part(threads={})})
        self.assertIn("## The whole job\n\nNot measured.", page)
        self.assertNotIn("## Networks and threads\n\nNot measured.", page)
        self.assertIn("Nothing was measured.", results.page({}))

    def test_says_what_was_left_out(self):
        page = results.page({"lenet5": part(one_core={}, left_out={"lenet5: dlib": "is not built"})})
        self.assertIn("- lenet5: dlib: is not built", page)

    def test_every_kind_has_its_table(self):
        import tables
        for kind in results.SECTIONS:
            self.assertTrue(callable(getattr(tables, kind)), kind)


class Parts(unittest.TestCase):
    """The parts' scripts are replaced by one that writes down its name."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "training_speed").write_text("first")

    def run_results(self, *options):
        """Runs main() with the replaced parts."""
        script = self.root / "part.py"
        script.write_text("#!/usr/bin/env python3\nimport json, sys\nsys.path.insert(0, %r)\nimport measure\n"
                          "facts = {'machine': measure.machine(sys.argv[1])}\nopen(sys.argv[3], 'w').write(json.dumps(facts))\n"
                          "open(%r, 'a').write(sys.argv[4] + '\\n')\n" % (str(BENCH), str(self.root / "calls")))
        script.chmod(0o755)
        program = ("import sys\nsys.path.insert(0, %r)\nimport results\nresults.PARTS = {name: [%r, name] for name in ('a', 'b')}\n"
                   "results.ALONE = {'long': [%r, 'long']}\nresults.main()\n" % (str(BENCH), str(script), str(script)))
        self.result = subprocess.run([sys.executable, "-B", "-c", program, str(self.root), "--page", str(self.root / "page.md"), *options],
                                     env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True)
        return self.result.returncode

    def calls(self):
        path = self.root / "calls"
        return path.read_text().split() if path.exists() else []

    def test_measures_each_part_once(self):
        self.assertEqual(self.run_results(), 0, self.result.stderr)
        self.assertEqual(self.run_results(), 0, self.result.stderr)
        self.assertEqual(self.calls(), ["a", "b"])
        self.assertIn("| b |", (self.root / "page.md").read_text())

    def test_measures_again_with_other_programs(self):
        self.run_results()
        (self.root / "training_speed").write_text("second")
        self.run_results()
        self.assertEqual(self.calls(), ["a", "b", "a", "b"])

    def test_goes_on_where_it_was_stopped(self):
        self.run_results("--next")
        self.assertEqual(self.calls(), ["a"])
        self.assertIn("not measured with these programs: b", self.result.stdout)
        self.run_results("--next")
        self.assertEqual(self.calls(), ["a", "b"])

    def test_measures_what_is_asked_for(self):
        self.run_results("--only", "long")
        self.assertEqual(self.calls(), ["long"])
        self.assertEqual(self.run_results("--only", "c"), 2)
        self.assertIn("received c, expected some of a, b, long", self.result.stderr)

    def test_writing_measures_nothing(self):
        self.assertEqual(self.run_results("--write"), 0, self.result.stderr)
        self.assertEqual(self.calls(), [])


if __name__ == "__main__":
    unittest.main()
