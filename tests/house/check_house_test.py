#!/usr/bin/env python3
"""The house's checks can fail: each is fed a bad tree, and a good one."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

import check_house

PROJECT = Path(__file__).resolve().parents[2]


class TreeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, path, text, mode=0o644):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def findings(self, rule):
        return [finding.removeprefix(str(self.root) + "/") for finding in check_house.RULES[rule](self.root)]


class Format(TreeTest):
    def setUp(self):
        super().setUp()
        shutil.copy(PROJECT / ".clang-format", self.root)

    def test_bad_layout(self):
        self.write("etalon/a.cpp", "int  a;\nint b  ;\n")
        self.write("tests/b.h", "int b;\n")
        self.assertEqual(len(self.findings("format")), 1)
        self.assertIn("etalon/a.cpp:1: not as clang-format", self.findings("format")[0])

    def test_the_report_room_is_no_report(self):
        self.write("etalon/report/a.cpp", "int  a;\n")
        self.assertEqual(len(self.findings("format")), 1)


class Headers(TreeTest):
    def test_what_a_header_needs(self):
        self.write("etalon/a.h", "#pragma once\nint a;")
        self.assertEqual(self.findings("headers"), ["etalon/a.h:1: a header opens with what it is, after ///",
                                                    "etalon/a.h:1: no #pragma once", "etalon/a.h: no newline at the end"])

    def test_a_good_one(self):
        self.write("etalon/a.h", "/// What it is.\n#pragma once\n")
        self.assertEqual(self.findings("headers"), [])


class Jobs(TreeTest):
    def test_bad_jobs(self):
        self.write("Makefile", ".PHONY: all quiet\nall: quiet ## Do all\nquiet:\n\ttrue\n")
        self.write("a.md", "`make all` and `make coffee X=1`\n")
        self.assertEqual(self.findings("jobs"), ["Makefile: quiet has no line in 'make help'",
                                                 "a.md: names 'make coffee', which the Makefile does not know"])

    def test_good_jobs(self):
        self.write("Makefile", ".PHONY: all\nall: ## Do all\n")
        self.write("a.md", "`make` or `make all`; make sure\n")
        self.assertEqual(self.findings("jobs"), [])


class Links(TreeTest):
    def test_bad_links(self):
        self.write("doc/b.md", "# A heading, `code` & more\n")
        self.write("README.md", "[gone](doc/gone.md)\n[a](doc/b.md#nothing) ![p](p.png)\n<img src=\"q.png\">\n"
                   "[out](../out.md)\n[r]: doc/r.md\n[self](#nowhere)\n")
        self.assertEqual(self.findings("links"), [
            "README.md:1: the link doc/gone.md leads nowhere",
            "README.md:2: the link doc/b.md#nothing no heading makes #nothing",
            "README.md:2: the link p.png leads nowhere",
            "README.md:3: the link q.png leads nowhere",
            "README.md:4: the link ../out.md leads out of the project",
            "README.md:5: the link doc/r.md leads nowhere",
            "README.md:6: the link #nowhere no heading makes #nowhere"])

    def test_what_is_made_is_left_alone(self):
        self.write("build/a.md", "[gone](gone.md)\n")
        self.write("report/report.md", "[gone](gone.md)\n")
        self.write("etalon/report/a.md", "[gone](gone.md)\n")
        self.assertEqual(self.findings("links"), ["etalon/report/a.md:1: the link gone.md leads nowhere"])

    def test_good_links(self):
        self.write("doc/b.md", "# A heading, `code` & more\n[up](../README.md)\n")
        self.write("README.md", "[b](doc/b.md#a-heading-code--more) [d](doc) <https://a.b> [w](https://a.b/c)\n"
                   "```\n[code](gone.md)\n```\n`[code](gone.md)` [m](mailto:a@b.c)\n")
        self.assertEqual(self.findings("links"), [])


class Packages(TreeTest):
    def lists(self, text):
        for name in check_house.PACKAGE_LISTS:
            self.write(name, "")
        self.write("packages.txt", text)

    def test_bad_lists(self):
        self.lists("# to build\ncmake\nLibFoo\n\nb\nzz\naa\ncmake\nmake gcc\n")
        self.assertEqual(self.findings("packages"), [
            "packages.txt:3: 'LibFoo' is no name of a Debian package",
            "packages.txt:3: LibFoo stands after cmake, expected them sorted",
            "packages.txt:5: 'b' is no name of a Debian package",
            "packages.txt:7: aa stands after zz, expected them sorted",
            "packages.txt:8: cmake stands there twice",
            "packages.txt:9: 'make gcc' is no name of a Debian package"])

    def test_a_missing_list(self):
        self.assertEqual(len(self.findings("packages")), len(check_house.PACKAGE_LISTS))

    def test_a_good_list(self):
        self.lists("# to build\ng++  # the compiler\nlibpng-dev\n\n# to run\nfonts-dejavu-core\n")
        self.assertEqual(self.findings("packages"), [])


class Presets(TreeTest):
    def presets(self, change):
        presets = json.loads((PROJECT / "CMakePresets.json").read_text())
        change(presets)
        self.write("CMakePresets.json", json.dumps(presets))
        return self.findings("presets")

    def test_the_projects_own(self):
        self.assertEqual(self.presets(lambda presets: None), [])

    def test_a_missing_one(self):
        def drop(presets):
            presets["configurePresets"] = [preset for preset in presets["configurePresets"] if preset["name"] != "tsan"]
        self.assertIn("no configure preset tsan", self.presets(drop)[0])

    def test_no_description(self):
        self.assertIn("no description", self.presets(lambda presets: presets["testPresets"][0].pop("description"))[0])

    def test_no_json(self):
        self.write("CMakePresets.json", "{")
        self.assertEqual(len(self.findings("presets")), 1)


class Scripts(TreeTest):
    def test_bad_scripts(self):
        self.write("tools/a.sh", "#!/usr/bin/env bash\nset -euo pipefail\n")
        self.write("tools/b.sh", "echo\n", 0o755)
        self.write("tools/c.sh", "#!/bin/bash\nset -euo pipefail\nif true; then\n", 0o755)
        self.write("tools/d.sh", "#!/bin/sh\necho\n", 0o755)
        self.write("tools/e.py", "#!/usr/bin/env python3\nif:\n", 0o755)
        found = self.findings("scripts")
        self.assertEqual(len(found), 5, found)
        for finding, words in zip(found, ["is not executable", "names no interpreter", "syntax error", "set -euo pipefail",
                                          "e.py:2: invalid syntax"]):
            self.assertIn(words, finding)

    def test_a_good_one(self):
        self.write("tools/a.sh", "#!/usr/bin/env bash\nset -euo pipefail\necho\n", 0o755)
        self.write("tools/data.txt", "#1\n")
        self.assertEqual(self.findings("scripts"), [])


if __name__ == "__main__":
    unittest.main()
