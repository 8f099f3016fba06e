"""Runs the real program for tests: each test in a folder of its own, its path in ETALON_PROGRAM."""

import json
import os
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = os.environ["ETALON_PROGRAM"]
EMULATOR = os.environ.get("ETALON_EMULATOR", "").split()  # where the program is for another processor
SLOWNESS = int(os.environ.get("ETALON_SLOWNESS", "1"))  # how many times slower than optimized this build is, about
SECONDS = 300 * SLOWNESS  # no command of a test takes longer, not even on a slow, busy machine

# A grid of 2 x 2 settings, 2 seeds: trained in a fraction of a second.
TINY = ("--data shapes --samples 256 --validation 128 --batch 8 --seeds 2 --optimizer momentum "
        "--eta conv=0.01,0.1 --eta full=0.01,0.1 --strategy grid").split()
# The same 8 trials, one after the other and long enough to be frozen between the first and the last.
SLOW = (f"--data shapes --samples {1500 // SLOWNESS} --validation 100 --batch 32 --seeds 2 --epochs 30 --threads 1 "
        "--eta conv=0.01,0.1 --eta full=0.01,0.1 --strategy grid").split()


def rows_of(path, statement):
    """Rows of a store file that a study may be writing to; none while it is being made."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return []


def may_be_written_to(path):
    """Whether nobody is in the middle of a change."""
    connection = sqlite3.connect(path, timeout=0.1, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        return True
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


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

    def wait_until(self, what, is_true, seconds=SECONDS):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if is_true():
                return
            time.sleep(0.02)
        self.fail(f"not within {seconds} s: {what}")

    def freeze_when(self, process, what, is_true, store="etalon.db"):
        """Stops `process` as soon as is_true() of its store file, and where it keeps no other from writing. It is alive, and stands
        still until signalled to go on, so the test may take its time, however fast the machine."""
        path = self.folder / store

        def frozen():
            self.assertIsNone(process.poll(), "the study ended before it could be disturbed")
            if not is_true():
                return False
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            if process.poll() is None and is_true() and may_be_written_to(path):
                return True
            process.send_signal(signal.SIGCONT)
            return False
        self.wait_until(what, frozen)

    def freeze_in_the_middle(self, process, store="etalon.db"):
        """With a trial that is finished and one that is not, both of this process that runs alone."""
        path = self.folder / store
        self.freeze_when(process, "a finished trial, and one that is trained", lambda: rows_of(path, "SELECT id FROM trial LIMIT 1") and
                         rows_of(path, "SELECT position FROM queue WHERE worker <> 0 LIMIT 1"), store)

    def workers(self, store="etalon.db"):
        return rows_of(self.folder / store, "SELECT count(*) FROM worker")[0][0]


def timeless(shown):
    """What must not depend on when, where and in how many goes a study was trained: all but the three fields of times."""
    if isinstance(shown, dict):
        return {key: timeless(value) for key, value in shown.items() if key not in ("seconds", "started", "finished")
                or isinstance(value, int)}
    return [timeless(value) for value in shown] if isinstance(shown, list) else shown


__all__ = ["Answer", "EMULATOR", "ProgramTest", "PROGRAM", "SECONDS", "SLOW", "SLOWNESS", "TINY", "rows_of", "signal", "timeless"]
