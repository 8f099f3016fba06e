#!/usr/bin/env python3
"""The checker of the rooms can fail: bad trees are fed to it, and good ones that look bad."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check_rooms


class TreeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "etalon").mkdir()

    def write(self, path, text):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def findings(self):
        return check_rooms.check_tree(self.root)

    def assert_found(self, *words):
        found = self.findings()
        self.assertTrue(any(all(word in line for word in words) for line in found), f"{words} not in {found}")

    def assert_clean(self):
        self.assertEqual(self.findings(), [])


class TypeNames(TreeTest):
    def test_two_types_of_one_name_are_one_to_the_linker(self):
        self.write("etalon/running/a.h", "namespace etalon {\nstruct Standing {\n  int x;\n};\n}\n")
        self.write("etalon/app/b.h", "namespace etalon {\n\nclass Standing final : Base {};\n}\n")
        self.assert_found("running/a.h:2", "a second type Standing", "app/b.h:3")

    def test_declared_ahead_or_in_another_namespace_is_fine(self):
        self.write("etalon/running/a.h", "namespace etalon {\nstruct Page {};\n}\n")
        self.write("etalon/app/b.h", "namespace etalon {\nstruct Page;\n}\n")
        self.write("etalon/app/c.h", "namespace etalon::help {\nstruct Page {};\n}\n")
        self.assert_clean()


class Includes(TreeTest):
    def test_rooms_before_are_fine(self):
        self.write("etalon/training/a.h", '#include "etalon/nn/b.h"\n#include "etalon/training/c.h"\n#include <vector>\n')
        self.assert_clean()

    def test_upward(self):
        self.write("etalon/nn/a.h", '#include <vector>\n#include "etalon/training/trainer.h"\n')
        self.assert_found("nn/a.h:2", "training is not before it")

    def test_sideways(self):
        self.write("etalon/search/a.cpp", '#include "etalon/storage/open_store.h"\n')
        self.assert_found("search/a.cpp:1", "storage is not before it")

    def test_in_folders_below_and_with_odd_spaces(self):
        self.write("etalon/base/deep/a.h", '  #  include  "etalon/study/trial.h"\n')
        self.assert_found("base includes etalon/study/trial.h")

    def test_a_way_round_the_prefix(self):
        self.write("etalon/base/a.cpp", '#include "../app/main.h"\n#include <etalon/app/main.h>\n')
        self.assert_found("a.cpp:1", "expected \"etalon/ROOM/FILE\"")
        self.assert_found("a.cpp:2", "expected \"etalon/ROOM/FILE\"")

    def test_only_front_doors_of_a_store(self):
        self.write("etalon/running/a.cpp", '#include "etalon/storage/open_store.h"\n#include "etalon/storage/sqlite_store.h"\n')
        self.assert_found("a.cpp:2", "not a front door of storage")
        self.assertEqual(len(self.findings()), 1)

    def test_folders_within_a_room_are_its_own(self):
        self.write("etalon/running/a.cpp", '#include "etalon/data/readers/idx.h"\n')
        self.write("etalon/data/b.cpp", '#include "etalon/data/readers/idx.h"\n')
        self.assert_found("running/a.cpp:1", "folders within a room are its own")
        self.assertEqual(len(self.findings()), 1)

    def test_only_checks_may_print_below_live(self):
        self.write("etalon/base/check.cpp", "void f() { std::fflush(stderr); }\n")
        self.assertEqual(self.findings(), [])

    def test_an_unknown_room(self):
        self.write("etalon/cellar/a.cpp", "")
        self.assert_found("no known room")


class Words(TreeTest):
    def test_printing_below_live(self):
        for number, line in enumerate(['std::cout << 1;', 'printf("x");', 'puts("x");', 'std::fprintf(stderr, "x");',
                                       'spdlog::info("x");', '#include <iostream>', 'fmt::print("x");']):
            self.write(f"etalon/judging/a{number}.cpp", "\n" + line + "\n")
            self.assert_found(f"a{number}.cpp:2", "never print")

    def test_printing_in_app_and_live(self):
        self.write("etalon/app/output.cpp", 'fwrite("x", 1, 1, stdout);\n')
        self.write("etalon/live/a.cpp", 'fmt::print("x");\n')
        self.assert_clean()

    def test_printing_in_app_that_may_fail_unseen(self):
        for number, line in enumerate(["std::cout << 1;", 'fmt::print("x");', "fflush(stdout);", 'puts("x");']):
            self.write(f"etalon/app/a{number}.cpp", line + "\n")
            self.assert_found(f"a{number}.cpp:1", "app/output.h")

    def test_what_only_looks_like_printing(self):
        self.write("etalon/report/a.cpp", '// std::cout\nauto a = "printf(";\nsnprintf(b, 3, "x");\nauto c = R"(puts("x"))";\n'
                   "/* spdlog\n */ imprint(1'000); char d = '\"'; // '\n")
        self.assert_clean()

    def test_libm_where_bits_matter(self):
        for number, line in enumerate(["std::exp(x)", "a = expf(x)", "::log(x)", "std::pow (x, y)", "__builtin_tanhf(x)",
                                       "std::sinf(x)"]):
            self.write(f"etalon/lanes/a{number}.h", line + ";\n")
            self.assert_found(f"a{number}.h:1", "libm")

    def test_lanes_of_double_serve_no_curve(self):
        self.write("etalon/lanes/a.h", "Lanes<1, double> e(Lanes<1, double> x) { return std::exp(x.v); }\n")
        self.assert_clean()

    def test_own_functions_and_other_rooms_are_fine(self):
        self.write("etalon/nn/a.h", "exact_exp(x); exp(lane); lanes::tanh(x); std::sqrt(x); std::fma(x, y, z); base.log(x);\n")
        self.write("etalon/judging/a.cpp", "std::log(x);\n")
        self.assert_clean()


class OptionNames(TreeTest):
    def test_in_a_message_below_app(self):
        self.write("etalon/search/a.cpp", 'int x;\nthrow RequestError({"--seeds", "0", "more", ""});\n')
        self.assert_found("a.cpp:2", "--seeds in search", "only app names options")
        self.write("etalon/search/a.cpp", 'auto hint = R"(use fewer --threads)";\n')
        self.assert_found("a.cpp:1", "--threads")

    def test_in_app_in_comments_and_of_other_programs(self):
        self.write("etalon/app/a.cpp", 'auto a = "--seeds";\n')
        self.write("etalon/live/b.cpp", '/// What --dry-run prints.\nint a = b --c; auto d = "well--known", e = "createdb --encoding=UTF8";\n')
        self.assert_clean()


class Lengths(TreeTest):
    def test_too_long(self):
        self.write("tests/base/a.cpp", "\n" * 401)
        self.assert_found("a.cpp:401", "401 lines")

    def test_long_enough(self):
        self.write("etalon/base/a.cpp", "\n" * 400)
        self.assert_clean()


class Links(TreeTest):
    def room(self, cmake, *includes):
        self.write("etalon/nn/CMakeLists.txt", cmake)
        self.write("etalon/nn/a.h", "".join(f'#include "etalon/{room}/x.h"\n' for room in includes))

    def test_agreement(self):
        self.room("etalon_room(nn SOURCES a.cpp\n  ROOMS base study  # why\n  LIBRARIES fmt::fmt)", "base", "study")
        self.assert_clean()

    def test_upward(self):
        self.room("etalon_room(nn ROOMS base training)", "base")
        self.assert_found("nn links training, which is not before it")

    def test_upward_by_another_call(self):
        self.room("etalon_room(nn ROOMS base)\ntarget_link_libraries(etalon_nn PRIVATE etalon_app)", "base")
        self.assert_found("nn links app, which is not before it")

    def test_forgotten(self):
        self.room("etalon_room(nn SOURCES a.cpp)", "base")
        self.assert_found("nn includes base and does not link it")

    def test_needless(self):
        self.room("etalon_room(nn ROOMS base lanes SOURCES a.cpp)", "base")
        self.assert_found("nn links lanes and includes nothing of it")

    def test_a_log_library(self):
        self.room("etalon_room(nn LIBRARIES spdlog::spdlog)")
        self.assert_found("nn links spdlog")


class Program(TreeTest):
    script = Path(check_rooms.__file__)

    def run_on_tree(self):
        return subprocess.run([sys.executable, self.script, self.root], capture_output=True, text=True)

    def test_fails_and_says_why(self):
        self.write("etalon/base/a.h", '#include "etalon/app/main.h"\n')
        result = self.run_on_tree()
        self.assertEqual(result.returncode, 1)
        self.assertIn("a.h:1: base includes etalon/app/main.h", result.stdout)

    def test_passes_in_silence(self):
        self.write("etalon/base/a.h", "#include <vector>\n")
        result = self.run_on_tree()
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))


class Archives(TreeTest):
    def archive_of(self, code):
        self.write("a.cpp", "#include <cmath>\n" + code)
        objects, archive = self.root / "a.o", self.root / "a.a"
        subprocess.run(["c++", "-O2", "-c", self.root / "a.cpp", "-o", objects], check=True)
        subprocess.run(["ar", "rc", archive, objects], check=True)
        return check_rooms.check_archives([archive])

    def test_a_call_that_no_word_gives_away(self):
        found = self.archive_of("using namespace std; float f(float x) { return exp(x); }")
        self.assertIn("takes expf from libm", found[0])

    def test_square_roots_and_own_functions_are_fine(self):
        self.assertEqual(self.archive_of("namespace n { float exp(float); }\n"
                                         "float f(float x) { return std::sqrt(n::exp(x)) + std::floor(x); }"), [])


if __name__ == "__main__":
    unittest.main()
