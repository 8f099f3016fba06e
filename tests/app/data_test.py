"""Data sets as people bring them: what is said of them before anything is trained."""

import gzip
import struct
import unittest

from program import ProgramTest

NETWORK = '[network]\nlayers = ["dense 10"]\n[groups]\nfull = ["dense"]\n[eta]\nfull = [0.01, 0.1]\n'


def write_idx(folder, labels, test_labels, side=4):
    """Images of one grey a class, packed: the four files of an IDX set."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, part_labels in (("train", labels), ("t10k", test_labels)):
        images = b"".join(bytes([label * 37 % 256]) * (side * side) for label in part_labels)
        files = {"images-idx3": struct.pack(">IIII", 0x803, len(part_labels), side, side) + images,
                 "labels-idx1": struct.pack(">II", 0x801, len(part_labels)) + bytes(part_labels)}
        for kind, content in files.items():
            (folder / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(content, 1))


class Describe(ProgramTest):
    def test_a_picture_of_large_images_and_far_labels_is_bounded(self):
        write_idx(self.folder / "mask", [0, 255] * 20, [0, 255], side=512)
        found = self.done("data", "describe", "mnist:mask", "--out", "out")
        self.assertIn("1x512x512, 256 classes, 40 training and 2 test images", found.out)
        self.assertIn("warning: 254 of 256 classes have no training images: 1 to 254", found.out)
        self.assertEqual(sum(line.endswith("#") for line in found.out.splitlines()), 2, "a row a class with images")
        width, height = struct.unpack(">II", (self.folder / "out/mnist.png").read_bytes()[16:24])
        self.assertLess(width * height, 8_000_001)

    def test_facts_are_told_where_no_picture_can_be_made(self):
        (self.folder / "out/shapes.png").mkdir(parents=True)
        told = self.run_program("data", "describe", "shapes", "--out", "out")
        self.assertEqual(told.code, 1)
        self.assertIn("10 classes, 12000 training", told.out)
        self.assertIn("shapes.png", told.err)
        told = self.run_program("data", "describe", "shapes", "--out", "out", "--json")
        self.assertEqual(told.code, 1)
        self.assertIsNone(told.json()["contact_sheet"])
        self.assertEqual(told.json()["training_samples"], 12000)

    def test_labels_that_begin_at_one_are_named(self):
        write_idx(self.folder / "one", [1, 2, 3] * 300, [1, 2, 3])
        self.assertIn("labels seem to begin at 1", self.done("data", "describe", "mnist:one").out)
        self.assertIn("begin at 1", self.done("data", "describe", "mnist:one", "--json").json()["warnings"][0])

    def test_folders_of_any_name_reach_no_terminal_as_they_are(self):
        write_idx(self.folder / "esc\x1b[31mred", [0, 1] * 20, [0, 1])
        found = self.done("data", "describe", "mnist:esc\x1b[31mred", "--out", "out\x1b[31mred")
        self.assertIn("mnist:esc\\x1b[31mred: 1x4x4", found.out)
        self.assertIn("contact sheet: out\\x1b[31mred/mnist.png", found.out)
        self.assertNotIn("\x1b", found.out)


class Warnings(ProgramTest):
    def setUp(self):
        super().setUp()
        (self.folder / "network.toml").write_text(NETWORK)
        write_idx(self.folder / "rare", ([0] * 49 + [1]) * 60, [0, 1])
        self.words = ("tune", "network.toml", "--data", "mnist:rare", "--seeds", "1", "--batch", "4", "--samples",
                      "320", "--validation", "60", "--no-report")

    def test_a_validation_part_that_tells_nothing_is_named_before_training(self):
        plan = self.done(*self.words, "--dry-run")
        self.assertIn("warning  mnist: all but 1 of 60 validation images are of class 0 (98.3 %)", plan.out)
        self.assertIn("60 validation images are few", plan.out)
        self.assertEqual(len(self.done(*self.words, "--dry-run", "--json").json()["warnings"]), 2)
        trained = self.done(*self.words)
        self.assertIn("warning: mnist: all but 1 of 60", trained.err)
        self.assertLess(trained.err.index("warning: mnist"), trained.err.index("memory at most"))

    def test_an_ordinary_set_is_not_warned_of(self):
        self.assertEqual(self.done("tune", "--data", "shapes", "--dry-run", "--json").json()["warnings"], [])


class Paths(ProgramTest):
    def test_a_comma_in_a_path(self):
        (self.folder / "network.toml").write_text(NETWORK)
        write_idx(self.folder / "a,b", [0, 1] * 300, [0, 1])
        words = ("tune", "network.toml", "--seeds", "1", "--batch", "16", "--dry-run", "--data")
        self.done(*words, "mnist:a\\,b")
        told = self.refused(*words, "mnist:a,b").err
        self.assertIn("mnist:a\\,b", told)
        self.done(*words, "shapes,mnist:a\\,b")
        self.done("data", "describe", "mnist:a,b")

    def test_a_tilde_is_the_home_folder(self):
        write_idx(self.folder / "sets", [0, 1] * 300, [0, 1])
        self.environment["HOME"] = str(self.folder)
        self.done("data", "describe", "mnist:~/sets")

    def test_empty_texts_are_refused(self):
        for words in (("data", "describe", ""), ("data", "describe", "mnist:"), ("tune", "--data", ""),
                      ("tune", "--data", "shapes,"), ("tune", "--data", ","), ("tune", "--data", "\\,")):
            self.assertNotEqual(self.refused(*words).err, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
