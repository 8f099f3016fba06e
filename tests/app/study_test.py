#!/usr/bin/env python3
"""Looking after studies: list, show, copy, delete, verify; workers and submissions that are refused."""

import os
import pty
import sqlite3
import unittest

from program import SLOW, TINY, ProgramTest, signal, timeless


class Studies(ProgramTest):
    def tune(self, name, *words):
        self.done("tune", *TINY, "--study", name, "--no-report", "--quiet", *words)

    def listed(self, store="etalon.db"):
        return self.done("study", "list", "--json", "--store", store).json()

    def test_list_tells_how_far_studies_are_and_how_large_the_store_is(self):
        self.tune("one")
        self.tune("two")
        found = self.listed()
        self.assertEqual([study["study"] for study in found["studies"]], ["one", "two"])
        self.assertEqual(found["studies"][0]["trials"], {"finished": 8, "planned": 8})
        self.assertTrue(found["studies"][0]["concluded"])
        self.assertGreaterEqual(found["size_bytes"], (self.folder / "etalon.db").stat().st_size)
        self.assertIn("2 studies in etalon.db", self.done("study", "list").out)

    def test_a_copy_has_every_bit_and_comes_back(self):
        self.tune("mine")
        before = self.shown()
        self.done("study", "copy", "etalon.db", "other.db")
        self.done("study", "copy", "other.db", "back.db", "--study", "mine")
        for store in ("other.db", "back.db"):
            self.assertEqual(self.shown(store), before)
            self.done("study", "verify", "--store", store, "--trials", "8", "--quiet")
        self.assertIn("has a study of that name", self.refused("study", "copy", "etalon.db", "other.db").err)
        self.refused("study", "copy", "etalon.db", "memory:")
        self.refused("study", "copy", "missing.db", "new.db")
        self.assertFalse((self.folder / "new.db").exists())

    def test_an_unfinished_study_is_copied_and_goes_on(self):
        process = self.start("tune", *SLOW, "--no-report")
        self.freeze_in_the_middle(process)
        self.assertIn("works on it", self.refused("study", "copy", "etalon.db", "other.db").err)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        self.assertEqual(self.finish(process).code, 130)
        self.done("study", "copy", "etalon.db", "other.db", "--quiet")
        self.done("worker", "--store", "other.db", "--quiet")
        self.done("worker", "--quiet")
        self.assertEqual(timeless(self.shown("other.db")), timeless(self.shown()))

    def test_delete_wants_to_be_sure(self):
        self.tune("mine")
        self.assertIn("--yes", self.refused("study", "delete", "mine").err)
        self.assertEqual(self.asked(b"n\n", "mine"), 1)
        self.assertEqual(len(self.listed()["studies"]), 1)
        self.assertEqual(self.asked(b"y\n", "mine"), 0)
        self.assertEqual(self.listed()["studies"], [])

    def asked(self, answer, name):
        """The exit code of a deletion in a terminal that types `answer`."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        os.write(ours, answer)
        process = self.start("study", "delete", name, stdin=theirs)
        os.close(theirs)
        found = self.finish(process)
        self.assertIn(f"delete study {name}, 8 of 8 trials finished, from etalon.db for ever?", found.err)
        return found.code

    def test_a_study_at_work_is_deleted_by_force_alone(self):
        process = self.start("tune", *SLOW, "--study", "mine", "--no-report")
        self.freeze_in_the_middle(process)
        refused = self.refused("study", "delete", "mine", "--yes")
        self.assertIn(f":{process.pid}", refused.err)
        self.done("study", "delete", "mine", "--yes", "--force")
        process.send_signal(signal.SIGCONT)
        self.assertEqual(self.finish(process).code, 1)

    def test_the_dead_do_not_hold_a_study(self):
        process = self.start("tune", *SLOW, "--study", "mine", "--no-report")
        self.freeze_in_the_middle(process)
        process.kill()
        self.finish(process)
        self.done("study", "delete", "mine", "--yes")

    def change(self, sql):
        store = sqlite3.connect(self.folder / "etalon.db")
        store.execute(sql)
        store.commit()
        store.close()

    def test_verify_names_the_trial_and_the_step_that_differ(self):
        self.tune("mine")
        self.tune("other", "--study-seed", "1")
        values = ("numeric_class, samples_trained, started_unix_millis, finished_unix_millis, seconds, checksum, curve, "
                  "attempts, host")
        self.change(f"""UPDATE trial SET ({values}) = (SELECT {values} FROM trial AS forged WHERE
            forged.study = (SELECT id FROM study WHERE name = 'other') AND forged.set_index = trial.set_index AND
            forged.setting = trial.setting AND forged.seed_index = trial.seed_index)
            WHERE study = (SELECT id FROM study WHERE name = 'mine')""")
        answer = self.run_program("study", "verify", "mine", "--trials", "1")
        self.assertEqual(answer.code, 1, answer.err)
        self.assertRegex(answer.out, r"  shapes/0\.\d+,0\.\d+/[01]: loss of step 1: stored [\d.]+, trained [\d.]+\n")
        found = self.run_program("study", "verify", "mine", "--json", "--quiet").json()
        self.assertFalse(found["same"])
        self.assertGreaterEqual(len(found["differences"]), 3)
        self.done("study", "verify", "other", "--quiet")

    def test_verify_finds_damage(self):
        self.tune("mine")
        self.change("UPDATE trial SET curve = zeroblob(length(curve)) WHERE id = 1")
        answer = self.run_program("study", "verify", "--trials", "0")
        self.assertEqual(answer.code, 1, answer.out)
        self.assertIn("error: ", answer.err)


class Workers(ProgramTest):
    def test_without_a_study_there_is_nothing_to_do(self):
        self.refused("worker")
        self.assertEqual(list(self.folder.iterdir()), [])
        self.done("tune", *TINY, "--study", "mine", "--no-report", "--quiet")
        self.assertIn("did you mean 'mine'?", self.refused("worker", "--study", "mind").err)
        self.assertIn("nothing is left to train", self.done("worker").err)
        self.assertEqual(self.done("worker", "--study", "mine", "--json", "--quiet").json()["studies"],
                         [{"study": "mine", "end": "already complete"}])

    def test_other_data_is_refused(self):
        self.done("data", "make", "digits", "digits")
        process = self.start("tune", *SLOW, "--no-report")
        self.freeze_in_the_middle(process)
        self.assertIn("fingerprint", self.refused("worker", "--data", "shapes=mnist:digits", "--quiet").err)
        self.assertIn("does not have", self.refused("worker", "--data", "mnist=mnist:digits", "--quiet").err)


class Submissions(ProgramTest):
    def test_without_sbatch_nothing_is_made(self):
        self.environment["PATH"] = str(self.folder)
        answer = self.refused("submit", "--slurm", *TINY)
        self.assertIn("no program sbatch on the PATH", answer.err)
        self.assertEqual(list(self.folder.iterdir()), [])

    def fake(self, name, text):
        (self.folder / "bin").mkdir(exist_ok=True)
        path = self.folder / "bin" / name
        path.write_text("#!/bin/bash\n" + text)
        path.chmod(0o755)
        self.environment["PATH"] = f"{self.folder}/bin:{os.environ['PATH']}"

    def test_the_script_that_is_shown_is_the_script_that_is_submitted(self):
        self.fake("sbatch", 'echo "$*" > submitted; echo 17\n')
        self.fake("squeue", "")
        shown = self.done("submit", "--slurm", *TINY, "--dry-run").out
        found = self.done("submit", "--slurm", *TINY, "--no-follow", "--json").json()
        self.assertEqual((self.folder / found["script"]).read_text(), shown)
        self.assertEqual(found["job"], "17")
        self.assertEqual((self.folder / "submitted").read_text(),
                         f"--parsable --job-name=etalon-{found['study']} {found['script']}\n")
        self.assertEqual(self.done("study", "show", "--json").json()["trials"], {"finished": 0, "planned": 8})

    def test_a_script_of_one_s_own_must_be_for_the_study(self):
        self.fake("sbatch", 'echo "$*" > submitted; echo 17\n')
        script = self.folder / "my.sbatch"
        script.write_text("#!/bin/bash\nexec etalon worker --study other\n")
        self.assertIn("does not name the study", self.refused("submit", "--slurm", *TINY, "--quiet", "--script", "my.sbatch").err)
        script.write_text(self.done("submit", "--slurm", *TINY, "--dry-run").out + "# edited\n")
        self.done("submit", "--slurm", *TINY, "--script", "my.sbatch", "--no-follow", "--quiet")
        self.assertTrue((self.folder / "submitted").read_text().endswith(" my.sbatch\n"))
        self.assertTrue(script.read_text().endswith("# edited\n"))

    def test_following_sees_the_study_to_its_end(self):
        self.fake("sbatch", "echo 17\n")
        following = self.start("submit", "--slurm", *TINY, "--json")
        while "8 trials, 0 of them finished" not in (line := following.stderr.readline()):
            self.assertTrue(line, "it ended before it followed anything")
        self.done("worker", "--quiet")
        answer = self.finish(following)
        self.assertEqual(answer.code, 0, answer.err)
        self.assertEqual(answer.json()["trials"], 8)
        self.assertTrue((self.folder / "report/report.md").exists())
        again = self.done("submit", "--slurm", *TINY, "--no-report", "--json")
        self.assertTrue(again.json()["was_complete"])
        self.assertNotIn("is submitted", again.err)


if __name__ == "__main__":
    unittest.main(verbosity=2)
