#!/usr/bin/env python3
"""Other rules on a study that is trained: what is printed, that nothing is stored, and what is refused."""

import unittest

from program import TINY, ProgramTest, timeless

# Learns: enough steps for every setting to be above chance.
LEARNS = ("--data shapes --samples 2000 --validation 400 --batch 16 --seeds 2 --strategy grid "
          "--eta conv=0.03,0.1 --eta full=0.03,0.1").split()


class Decide(ProgramTest):
    def test_the_rules_of_the_study_decide_as_before(self):
        self.done("tune", *TINY, "--no-report", "--quiet")
        before = self.shown()
        found = self.done("decide", "--json").json()
        self.assertEqual(found["changes"], [])
        self.assertEqual(found["rules"], found["stored_rules"])
        for key in ("eta", "reason", "p_best", "warnings"):
            self.assertEqual(found["recommendations"][0][key], before["recommendations"][0][key])

    def test_other_rules_are_used_and_not_stored(self):
        self.done("tune", *LEARNS, "--no-report", "--quiet")
        bits = (self.folder / "etalon.db").read_bytes()
        shown = self.shown()
        found = self.done("decide", "--json", "--speed-weight", "0.9", "--divergence-limit", "0.3", "--target-accuracy", "0.5",
                          "--target-loss", "1.5", "--current", "conv=0.03,full=0.1").json()
        self.assertEqual(found["rules"], {"speed_weight": 0.9, "divergence_limit": 0.3, "target_loss": 1.5, "target_accuracy": 0.5,
                                          "current": {"conv": 0.03, "full": 0.1}})
        self.assertEqual(found["stored_rules"]["speed_weight"], 0.5)
        chosen = found["recommendations"][0]
        self.assertEqual(chosen["loss_target"], 1.5)
        self.assertEqual(chosen["certificate"]["current"]["eta"], {"conv": 0.03, "full": 0.1})
        self.assertEqual(timeless(self.shown()), timeless(shown))
        self.assertEqual((self.folder / "etalon.db").read_bytes(), bits)
        self.assertIn("decided again with speed_weight 0.9 (stored: 0.5); nothing is stored",
                      self.done("decide", "--speed-weight", "0.9").out)

    def test_the_current_setting_of_a_study_is_told_at_its_end(self):
        answer = self.done("tune", *LEARNS, "--no-report", "--current", "conv=0.1,full=0.03")
        self.assertIn("current setting, conv=0.1 full=0.03", " ".join(answer.out.split()))

    def test_what_is_wrong_is_refused(self):
        self.done("tune", *TINY, "--no-report", "--quiet")
        for words in (["--speed-weight", "1.5"], ["--divergence-limit", "-0.1"], ["--target-loss", "0"], ["--target-accuracy", "0"],
                      ["--target-accuracy", "2"], ["--speed-weight", "nan"], ["--target-loss", "inf"], ["--current", "conv=0.1"],
                      ["--current", "0.1"]):
            self.assertIn(words[0], self.refused("decide", *words).err)
        answer = self.refused("decide", "--current", "conv=0.5,full=0.01")
        self.assertIn("conv=0.5 full=0.01, which is not among the settings tried", answer.err)
        self.assertIn("--eta conv=0.5 --eta full=0.01 adds it", answer.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
