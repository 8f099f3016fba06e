"""Runs the real program for tests: each test in a folder of its own, its path in ETALON_PROGRAM."""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = os.environ["ETALON_PROGRAM"]
EMULATOR = os.environ.get("ETALON_EMULATOR", "").split()  # where the program is for another processor
SECONDS = 120  # no command of a test takes longer, not even under a sanitizer

# 2 x 2 settings, 2 seeds: trained in a fraction of a second.
TINY = ("--data shapes --samples 256 --validation 128 --batch 32 --seeds 2 "
        "--eta conv=0.01,0.1 --eta full=0.01,0.1").split()
# The same 8 trials, one after the other and long enough to be stopped between the first and the last.
SLOW = ("--data shapes --samples 1500 --validation 100 --batch 32 --seeds 2 --epochs 2 --lanes 1 --threads 1 "
        "--eta conv=0.01,0.1 --eta full=0.01,0.1").split()


class Answer:
    """What one run of the program left: exit code, standard output and standard error."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def json(self):
        return json.loads(self.out)


class ProgramTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="etalon-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.environment = {key: value for key, value in os.environ.items() if key not in ("TERM", "NO_COLOR")}

    def start(self, *words, stdin=subprocess.DEVNULL):
        process = subprocess.Popen([*EMULATOR, PROGRAM, *words], cwd=self.folder, env=self.environment, text=True,
                                   stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        return process

    def finish(self, process):
        out, err = process.communicate(timeout=SECONDS)
        return Answer(process.returncode, out, err)

    def run_program(self, *words):
        return self.finish(self.start(*words))

    def done(self, *words):
        """Runs a command that must succeed."""
        answer = self.run_program(*words)
        self.assertEqual(answer.code, 0, answer.err)
        return answer

    def refused(self, *words):
        """Runs a command that must be refused: exit code 2, one complaint, nothing on standard output."""
        answer = self.run_program(*words)
        self.assertEqual(answer.code, 2, answer.err)
        self.assertEqual(answer.out, "")
        self.assertRegex(answer.err, r"\Aerror: .+: received .+, expected .+\n(  hint: .+\n)?\Z")
        return answer

    def shown(self, store="etalon.db"):
        return self.done("show", "--json", "--quiet", "--store", store).json()

    def wait_for_trials(self, process, count, store="etalon.db"):
        """Until the running `process` has that many trials in the store."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            self.assertIsNone(process.poll(), "the study ended before it could be disturbed")
            answer = self.run_program("show", "--json", "--quiet", "--store", store)
            if answer.code == 0 and answer.json()["trials"]["finished"] >= count:
                return
            time.sleep(0.05)
        self.fail("the study did not come so far")


def timeless(shown):
    """What must not depend on when, where and in how many goes a study was trained: all but the three fields of times."""
    if isinstance(shown, dict):
        return {key: timeless(value) for key, value in shown.items() if key not in ("seconds", "started", "finished")
                or isinstance(value, int)}
    return [timeless(value) for value in shown] if isinstance(shown, list) else shown


__all__ = ["Answer", "ProgramTest", "PROGRAM", "SLOW", "TINY", "signal", "timeless"]
