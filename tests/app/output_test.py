#!/usr/bin/env python3
"""Where nobody reads, nothing can be written, or a terminal goes: exit codes hold, and what was said is not lost silently."""

import os
import pty
import re
import select
import shlex
import sqlite3
import subprocess
import unittest

from program import EMULATOR, PROGRAM, SECONDS, SLOW, TINY, ProgramTest, rows_of, signal

FULL = "/dev/full"


class Output(ProgramTest):
    def run_shell(self, line):
        """The exit code of PROGRAM in `line` is that of its pipeline's first command."""
        program = " ".join([*EMULATOR, PROGRAM])
        return subprocess.run(["bash", "-c", line.replace("PROGRAM", program) + "; exit ${PIPESTATUS[0]}"], cwd=self.folder,
                              env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS,
                              restore_signals=True)

    def test_a_complaint_that_nobody_can_read_is_no_crash(self):
        for line in ("PROGRAM tune --data nosuch 2>&-", f"PROGRAM tune --data nosuch 2>{FULL}",
                     "PROGRAM tune --data nosuch 2>&1 | true", "trap '' PIPE; PROGRAM tune --data nosuch 2>&1 | true"):
            self.assertEqual(self.run_shell(line).returncode, 2, line)

    def test_notes_that_nobody_can_read_stop_no_study(self):
        for number, end in enumerate(("2>&-", f"2>{FULL}", "2>&1 >out | true")):
            ended = self.run_shell(f"PROGRAM tune {' '.join(TINY)} --store {number}.db --out r{number} {end}")
            self.assertEqual(ended.returncode, 0, end)
            self.assertEqual(len(rows_of(self.folder / f"{number}.db", "SELECT id FROM trial")), 8)

    def test_results_that_find_no_room_are_a_failure_of_every_command(self):
        self.done("tune", *TINY, "--quiet")
        self.done("tune", *TINY, "--study", "zz-second", "--no-report", "--quiet")
        name = self.done("study", "list", "--json").json()["studies"][0]["study"]
        tiny = " ".join(TINY)
        commands = ["--version", "--help", "tune --help", "data list", "data list --json", "data describe shapes --out d",
                    "data describe shapes --json --out d", "data make shapes made", "data make shapes made --json", "show", "show --json",
                    "report", "report --json", "study list", "study list --json", "study show", "study show --json",
                    "study verify --trials 0", "study verify --trials 0 --json", "worker --json",
                    f"tune {tiny} --dry-run", f"tune {tiny} --dry-run --json", f"tune {tiny}", f"tune {tiny} --json",
                    f"submit --slurm --dry-run {tiny}", f"submit --slurm --dry-run --json {tiny}",
                    f"study copy etalon.db one.db --study {name}", f"study copy etalon.db two.db --study {name} --json",
                    f"study delete {name} --yes", "study delete zz-second --yes --json"]
        for command in commands:
            ended = self.run_shell(f"PROGRAM {command} >{FULL}")
            self.assertEqual(ended.returncode, 1, f"{command}: {ended.stderr}")
            self.assertIn("error: standard output: received No space left on device, expected", ended.stderr, command)

    def test_a_closed_standard_output_is_a_failure_and_nobody_elses_file(self):
        ended = self.run_shell(f"PROGRAM tune {' '.join(TINY)} --no-report >&- 2>&-")
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(self.shown()["trials"]["finished"], 8)
        self.assertIn("error: standard output", self.run_shell("PROGRAM show <&- >&-").stderr)

    def test_a_reader_that_has_enough_is_no_error_to_read_about(self):
        self.done("tune", *TINY, "--no-report", "--quiet")
        process = self.start("show")
        process.stdout.close()
        process.stdout = None
        err = process.communicate(timeout=SECONDS)[1]
        self.assertIn(process.returncode, (0, 1))  # 0: all of it was in the pipe before
        self.assertEqual(err, "")


class Terminal(ProgramTest):
    def in_terminal(self, line, is_time):
        """Runs a shell line in a terminal of its own and types Ctrl-C when is_time(); what the terminal showed."""
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.folder)
            os.execvpe("bash", ["bash", "-c", line], self.environment)
        shown, typed = b"", False
        while True:
            if select.select([terminal], [], [], 0.05)[0]:
                try:
                    piece = os.read(terminal, 65536)
                except OSError:  # its last user has gone
                    break
                if not piece:
                    break
                shown += piece
            if not typed and is_time():
                os.write(terminal, b"\x03")
                typed = True
        os.waitpid(process, 0)
        os.close(terminal)
        return shown.decode(errors="replace")

    def test_ctrl_c_in_a_pipeline_keeps_the_line_that_resumes(self):
        words = list(SLOW)
        words[words.index("--epochs") + 1] = "60"
        for number, before in enumerate(("", "trap '' PIPE; ")):
            store = f"{number}.db"
            line = f"{before}{' '.join([*EMULATOR, PROGRAM])} tune {' '.join(words)} --no-report --store {store} 2>&1 | tee log; " \
                   "echo status ${PIPESTATUS[@]}"
            shown = self.in_terminal(line, lambda name=store: rows_of(self.folder / name, "SELECT position FROM queue WHERE worker <> 0"))
            self.assertRegex(shown, r"status 130 \d+", shown)
            self.assertIn("interrupted: 0 of 8 trials are finished", shown)
            self.assertIn("resume with", shown)
            self.assertIn(f"--store {store}", shown[shown.index("resume with"):])

    def test_a_terminal_that_closes_ends_a_study_cleanly(self):
        process = self.start("tune", *SLOW, "--no-report")
        self.freeze_in_the_middle(process)
        for _ in range(2):  # kernel and shell may both tell
            process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGCONT)
        stopped = self.finish(process)
        self.assertEqual(stopped.code, 130, stopped.err)
        self.assertIn("resume with\n", stopped.err)
        self.assertEqual(self.workers(), 0)

    def test_nohup_outlives_the_terminal(self):
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            process = self.start("tune", *SLOW, "--no-report")
        finally:
            signal.signal(signal.SIGHUP, before)
        self.freeze_in_the_middle(process)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGCONT)
        self.assertEqual(self.finish(process).code, 0)


class Names(ProgramTest):
    ODD = ("bad\udcff", "esc\x1b[31mred", "two\nlines", "x" * 5000, "-x", " ", "tab\there")

    def rename(self, name):
        """A study as an older version would have let it be called."""
        connection = sqlite3.connect(self.folder / "etalon.db")
        connection.execute("UPDATE study SET name = CAST(? AS TEXT)", (name,))
        connection.commit()
        connection.close()

    def test_odd_ones_are_refused_wherever_a_study_is_made(self):
        for name in self.ODD:
            for words in (("tune", *TINY), ("submit", "--slurm", "--dry-run", *TINY)):
                self.refused(*words, f"--study={name}")
            (self.folder / "study.toml").write_text('[study]\nname = "two\\nlines"\n')
            self.assertIn("study.toml:2", self.refused("tune", "study.toml").err)
        self.assertFalse((self.folder / "etalon.db").exists())

    def test_old_ones_are_listed_safely_and_may_be_named_as_they_are_shown(self):
        for name, shown in ((b"bad\xff", "bad\\xff"), (b"esc\x1b[31mred", "esc\\x1b[31mred"), (b"two\nlines", "two\\x0alines")):
            self.done("tune", *TINY, "--study", "good", "--no-report", "--quiet")
            self.rename(name)  # after which its checksum is wrong: it can be listed and deleted, no more
            self.assertEqual(self.done("study", "list", "--json").json()["studies"][0]["study"], shown)
            out = self.done("study", "list").out
            self.assertIn(shown, out)
            self.assertNotRegex(out, "[\x00-\x09\x0b-\x1f]")
            self.assertIn("1 to 200 bytes", self.refused("study", "copy", "etalon.db", "other.db").err)
            self.assertEqual(self.done("study", "delete", shown, "--yes").out, f"study {shown} is deleted\n")

    def test_a_very_long_old_one_leaves_the_list_readable(self):
        self.done("tune", *TINY, "--study", "good", "--no-report", "--quiet")
        self.rename(b"x" * 5000)
        self.assertLess(max(map(len, self.done("study", "list").out.split("\n"))), 300)

    def test_in_the_script_of_a_job_names_are_one_word(self):
        for name in ("it's", "a b", "$(touch made)", "a;b"):
            script = self.done("submit", "--slurm", "--dry-run", *TINY, f"--study={name}").out
            self.assertIn("--study", script)
            line = next(line for line in script.split("\n") if line.startswith("exec "))
            words = shlex.split(line)
            self.assertEqual(words[words.index("--study") + 1], name)
            output = re.search(r"--output=(\S+)/%A-%a.log", script).group(1)
            self.assertRegex(output, r"\Aetalon-jobs/[A-Za-z0-9_.+-]+-[0-9a-f]{6}\Z")


if __name__ == "__main__":
    unittest.main(verbosity=2)
