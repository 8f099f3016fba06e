#!/usr/bin/env python3
"""Studies that a real Slurm trains, whose workers are cancelled, requeued and pre-empted: the result is the undisturbed one.

Starts slurmctld and two slurmd with tools/slurm-test-bed.sh, and a PostgreSQL server where its programs are found.
Packages: tools/packages-slurm.txt. Run alone with: ctest --preset slow --tests-regex app/slurm
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from program import ProgramTest, signal, timeless

TOOLS = Path(__file__).resolve().parents[2] / "tools"
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "scontrol", "scancel", "squeue")

# 8 trials, long enough for workers to be disturbed; a checkpoint every tenth of a second.
STUDY = ("--data shapes --samples 3000 --validation 200 --batch 32 --seeds 2 --epochs 45 "
         "--eta conv=0.01,0.1 --eta full=0.01,0.1 --strategy grid").split()
WORK = ["--checkpoint", "0.1", "--lease", "10", "--no-report"]


def missing():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    return [name for name in NEEDED if shutil.which(name) is None]


class Slurm(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.bed = tempfile.mkdtemp(prefix="etalon-slurm-")
        cls.addClassCleanup(shutil.rmtree, cls.bed, ignore_errors=True)
        started = subprocess.run([TOOLS / "slurm-test-bed.sh", "start", cls.bed], capture_output=True, text=True)
        cls.addClassCleanup(subprocess.run, [TOOLS / "slurm-test-bed.sh", "stop", cls.bed], capture_output=True)
        if started.returncode:
            raise RuntimeError(started.stderr)
        cls.whole = None

    def setUp(self):
        super().setUp()
        self.environment["SLURM_CONF"] = f"{self.bed}/slurm.conf"
        self.addCleanup(self.cancel_everything)

    def tool(self, *words):
        run = subprocess.run(words, env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, f"{words}: {run.stderr}")
        return run.stdout

    def cancel_everything(self):
        subprocess.run(["scancel", "--full", "--state=RUNNING"], env=self.environment, capture_output=True)
        subprocess.run(["scancel", "--state=PENDING"], env=self.environment, capture_output=True)
        self.wait_until("the jobs go", lambda: not self.tool("squeue", "--noheader"))

    def tasks(self, state="RUNNING"):
        """Jobs of the array in that state: {"4_1", ...}."""
        return set(self.tool("squeue", "--noheader", "--array", f"--states={state}", "--format=%i").split())

    def undisturbed(self):
        if Slurm.whole is None:
            self.done("tune", *STUDY, "--store", "whole.db", "--no-report", "--quiet")
            Slurm.whole = timeless(self.shown("whole.db"))
        return Slurm.whole

    def standing(self, store):
        return self.done("study", "show", "--json", "--quiet", "--store", store).json()

    def wait_for_begun(self, store):
        """Until every worker has a trial with a checkpoint."""
        def begun():
            trials = [trial for trial in self.standing(store)["all_trials"] if trial["state"] == "running"]
            return sum(trial["epochs"] > 0 for trial in trials) >= 2
        self.wait_until("workers train", begun)

    def disturb(self, store):
        """Submits three workers; one is cancelled, one requeued, one is pushed out by a job of higher rank."""
        following = self.start("submit", "--slurm", "--workers", "3", "--one-machine", *STUDY, *WORK, "--store", store,
                               "--partition", "low", "--time", "01:00:00", "--json")
        self.wait_until("three workers run", lambda: len(self.tasks()) == 3)
        self.wait_for_begun(store)
        job = sorted(self.tasks())[0].split("_")[0]
        self.tool("scancel", f"{job}_1")
        self.tool("scontrol", "requeue", f"{job}_2")
        self.wait_until("the requeued worker runs again", lambda: f"{job}_2" in self.tasks())
        self.wait_until("the cancelled worker is gone", lambda: f"{job}_1" not in self.tasks())
        (self.folder / "push.sh").write_text("#!/bin/bash\nsleep 2\n")
        for node in ("node1", "node2"):
            self.tool("sbatch", "--partition=high", "--exclusive", f"--nodelist={node}", "--output=/dev/null", "push.sh")
        return job, self.finish(following)

    def check(self, store):
        job, answer = self.disturb(store)
        self.assertEqual(answer.code, 0, answer.err)
        found = answer.json()
        self.assertEqual(found["trials"], 8)
        self.assertEqual(timeless(self.shown(store)), self.undisturbed())
        self.assertIn(f"job {job} is submitted", answer.err)
        attempts = [trial["attempts"] for trial in self.standing(store)["all_trials"]]
        self.assertGreater(max(attempts), 1, "no trial went on after its worker was stopped")
        logs = list((self.folder / "etalon-jobs" / found["study"]).glob("*.log"))
        self.assertEqual(len(logs), 3)
        self.assertTrue(any("resume with" in log.read_text() for log in logs), "no worker was told to stop")

    def test_a_disturbed_study_in_a_file(self):
        self.check("shared.db")

    def test_a_disturbed_study_in_postgresql(self):
        server, folder = TOOLS / "postgresql-server.sh", tempfile.mkdtemp(prefix="etalon-postgresql-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        os.chmod(folder, 0o755)  # the server runs as another user
        made = subprocess.run([server, "make", folder + "/server"], capture_output=True, text=True)
        if made.returncode == 3:
            self.skipTest("no PostgreSQL server is installed")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.addCleanup(subprocess.run, [server, "remove", folder + "/server"], capture_output=True)
        self.tool(server, "start", folder + "/server")
        self.check(made.stdout.strip())

    def test_several_workers_a_node_are_told_of_the_requeue(self):
        following = self.start("submit", "--slurm", "--nodes", "1", "--workers", "2", "--cpus-per-worker", "1", *STUDY, *WORK,
                               "--store", "shared.db", "--quiet")
        self.wait_until("the job runs", lambda: self.tasks())
        self.wait_for_begun("shared.db")
        self.tool("scontrol", "requeue", next(iter(self.tasks())))
        answer = self.finish(following)
        self.assertEqual(answer.code, 0, answer.err)
        self.assertEqual(timeless(self.shown("shared.db")), self.undisturbed())

    def test_following_ends_where_it_is_stopped_and_jobs_go_on(self):
        following = self.start("submit", "--slurm", *STUDY, *WORK, "--store", "shared.db", "--job-name", "mine")
        self.wait_until("the worker runs", lambda: self.tasks())
        following.send_signal(signal.SIGINT)
        stopped = self.finish(following)
        self.assertEqual(stopped.code, 130, stopped.err)
        self.assertIn("the jobs go on", stopped.err)
        self.assertIn("scancel --name=mine", stopped.err)
        line = next(line for line in stopped.err.split("\n") if "follow it again" in line)
        self.assertTrue(self.tasks())
        again = self.done(*line.split("etalon ", 1)[1].split())
        self.assertIn("conv", again.out)
        self.assertEqual(timeless(self.shown("shared.db")), self.undisturbed())

    def test_a_study_that_every_worker_left_is_noticed(self):
        following = self.start("submit", "--slurm", *STUDY, *WORK, "--store", "shared.db")
        self.wait_until("the worker runs", lambda: self.tasks())
        self.wait_until("the worker is enlisted", lambda: self.standing("shared.db")["workers"])
        self.tool("scancel", next(iter(self.tasks())).split("_")[0])
        answer = self.finish(following)
        self.assertEqual(answer.code, 1, answer.err)
        self.assertIn("no worker and no job any more", answer.err)

    def test_sbatch_s_own_refusal_is_passed_on(self):
        answer = self.run_program("submit", "--slurm", *STUDY, *WORK, "--store", "shared.db", "--partition", "nowhere")
        self.assertEqual(answer.code, 1, answer.err)
        self.assertIn("invalid partition", answer.err)


if __name__ == "__main__":
    if missing():
        print("skipped: not on the PATH:", ", ".join(missing()), "(packages: tools/packages-slurm.txt)")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
