#!/usr/bin/env python3
"""A PostgreSQL server that goes away while a study runs, and comes back or does not."""

import os
import shlex
import subprocess
import unittest
from pathlib import Path

from program import PROGRAM, SECONDS, SLOW, ProgramTest, signal

SERVER = Path(__file__).resolve().parents[2] / "tools/postgresql-server.sh"


class Outage(ProgramTest):
    def server(self, *words):
        ran = subprocess.run([SERVER, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
        if ran.returncode == 3:
            self.skipTest(ran.stderr.strip())
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout.strip()

    def setUp(self):
        super().setUp()
        self.place = f"/tmp/etalon-outage-{os.getpid()}"
        os.mkdir(self.place, mode=0o755)
        self.addCleanup(lambda: subprocess.run([SERVER, "remove", self.place], capture_output=True, check=False))
        self.address = self.server("make", self.place)
        self.server("start", self.place, str(os.getpid()))

    def study_without_server(self, *words):
        """A study in the middle of its work whose server has gone, with what it said of that."""
        process = self.start("tune", *SLOW, "--no-report", "--store", self.address, *words)
        lines = []
        while not lines or "training on" not in lines[-1]:
            lines.append(process.stderr.readline())
            self.assertTrue(lines[-1], lines)
        self.server("stop", self.place, "fast")
        while "does not answer" not in lines[-1]:
            lines.append(process.stderr.readline())
            self.assertTrue(lines[-1], lines)
        self.assertIn("it is tried again for up to 10 min 0 s", lines[-1])
        return process

    def test_is_left_at_the_first_signal(self):
        for sign in (signal.SIGINT, signal.SIGTERM):
            process = self.study_without_server()
            process.send_signal(sign)
            stopped = self.finish(process)
            self.assertEqual(stopped.code, 130, stopped.err)
            self.assertIn("does not answer, and keeps what it has; resume with\n  ", stopped.err)
            line = shlex.split(stopped.err.strip().split("\n")[-1])
            self.assertEqual(line, [PROGRAM, "tune", *SLOW, "--no-report", "--store", self.address])
            self.server("start", self.place, str(os.getpid()))
        self.done(*line[1:])

    def test_is_told_once_when_it_begins_and_once_when_it_ends(self):
        process = self.study_without_server()
        self.server("start", self.place, str(os.getpid()))
        ended = self.finish(process)
        self.assertEqual(ended.code, 0, ended.err)
        self.assertEqual(ended.err.count("answers again, after"), 1, ended.err)
        self.assertNotIn("does not answer", ended.err)  # said before, and once


if __name__ == "__main__":
    unittest.main(verbosity=2)
