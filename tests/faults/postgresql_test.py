#!/usr/bin/env python3
"""A real PostgreSQL that is stopped and started, cut off and made slow while four workers train one study."""

import os
import subprocess
import unittest

from faults import SLOWNESS, TRIALS, FaultTest, Path, curves_of, random, signal, time, timeless, weights_of

SERVER = Path(__file__).resolve().parents[2] / "tools/postgresql-server.sh"
EPOCHS = 8 // SLOWNESS
WORKERS = 4


def server(*words):
    return subprocess.run([SERVER, *map(str, words)], capture_output=True, text=True)


class Postgresql(FaultTest):
    @classmethod
    def setUpClass(cls):
        cls.place = Path(f"/tmp/etalon-postgresql-{os.getpid()}")
        cls.place.mkdir(mode=0o755)
        made = server("make", cls.place)
        if made.returncode == 3:
            cls.place.rmdir()
            raise unittest.SkipTest(made.stderr.strip())
        assert made.returncode == 0, made.stderr
        cls.address = made.stdout.strip()
        server("start", cls.place, os.getpid())

    @classmethod
    def tearDownClass(cls):
        server("remove", cls.place)

    def setUp(self):
        super().setUp()
        self.start_over()

    def sql(self, statement):
        done = subprocess.run(["psql", "--quiet", "--no-psqlrc", "--tuples-only", "--no-align", "--command", statement, self.address],
                              capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    def finished(self):
        text = self.sql("SELECT count(*) FROM etalon.trial")
        return int(text) if text.isdigit() else 0

    def start_workers(self, epochs, *more):
        words = ("--quiet", "--checkpoint", "0.2", *more)
        tune = self.start(*self.tune(epochs, self.address, "--threads", "2", *words))
        self.wait_until("a study", lambda: self.sql("SELECT count(*) FROM etalon.study") == "1")
        rest = [self.start("worker", "--store", self.address, "--threads", str(threads), *words) for threads in (1, 2, 1)][:WORKERS - 1]
        return [tune, *rest]

    def check_all_end_well(self, running, epochs=EPOCHS):
        for process in running:
            answer = self.finish(process)
            self.assertEqual(answer.code, 0, answer.err)
        self.assertEqual(self.finished(), TRIALS)
        # The bits are compared in a file: a copy keeps every one of them.
        self.done("study", "copy", self.address, "etalon.db", "--quiet")
        self.check_as_undisturbed(epochs)

    def disturb(self, disturbance, least):
        """Calls disturbance() again and again while four workers train; at least `least` times, for which a fast machine takes a
        longer study."""
        for epochs in (EPOCHS, 4 * EPOCHS, 16 * EPOCHS):
            running = self.start_workers(epochs)
            times = 0
            while any(process.poll() is None for process in running) and times < 20:
                time.sleep(random.uniform(0.1, 0.6))
                if self.finished() == TRIALS:
                    break
                disturbance(times)
                times += 1
            self.check_all_end_well(running, epochs)
            if times >= least:
                return
            self.start_over()
        self.fail("every study ended before it could be disturbed")

    def start_over(self):
        self.sql("DROP SCHEMA IF EXISTS etalon CASCADE")
        for path in self.folder.glob("*.db*"):
            path.unlink()

    def test_a_server_that_is_stopped_and_started(self):
        def restart(number):
            server("stop", self.place, "immediate" if number % 2 else "fast")
            time.sleep(random.uniform(0, 1.5))
            self.assertEqual(server("start", self.place, os.getpid()).returncode, 0)
        self.disturb(restart, least=3)

    def test_connections_that_are_cut(self):
        self.disturb(lambda number: self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                                             "AND datname = 'etalon'"), least=5)

    def test_queries_that_take_long(self):
        def hold_tables(number):
            self.sql("BEGIN; LOCK TABLE etalon.study, etalon.trial IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1.5); COMMIT")
        self.disturb(hold_tables, least=3)

    def test_sixteen_at_once_on_a_fresh_database(self):
        running = [self.start(*self.tune(EPOCHS, self.address, "--quiet", "--threads", "1")) for _ in range(16)]
        self.check_all_end_well(running)
        self.assertEqual(self.sql("SELECT sum(attempts) FROM etalon.trial"), str(TRIALS), "a trial was handed out twice")

    def test_killed_workers_are_noticed(self):
        running = self.start_workers(EPOCHS, "--lease", "2")
        for number in (1, 2):
            self.wait_until("some progress", lambda: self.finished() >= number)
            running[number].send_signal(signal.SIGKILL)
            running[number].communicate()
        self.check_all_end_well([running[0], *running[3:]])

    def test_a_study_goes_there_and_back_with_every_bit(self):
        self.done(*self.tune(1, "here.db", "--quiet"))
        self.done("study", "copy", "here.db", self.address, "--quiet")
        self.done("study", "copy", self.address, "back.db", "--quiet")
        for of in (curves_of, weights_of):
            self.assertEqual(of(self.folder / "here.db"), of(self.folder / "back.db"))
        self.assertEqual(self.shown("here.db"), self.shown("back.db"))
        self.assertEqual(timeless(self.shown("here.db")), timeless(self.shown(self.address)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
