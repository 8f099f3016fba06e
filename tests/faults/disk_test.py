#!/usr/bin/env python3
"""Disks that are full, files that may not grow, folders that may not be written to, stores that go while a study runs."""

import os
import resource
import shutil
import subprocess
import unittest

from faults import EMULATOR, PROGRAM, SECONDS, FaultTest, Path, curves_of, signal

EPOCHS = 3
CHECKPOINTS = ("--checkpoint", "0.05")


def can_mount():
    """Making a file system of a known size takes root and the right to mount."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        return False
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"etalon-mount-{os.getpid()}"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], capture_output=True).returncode == 0
    if done:
        subprocess.run(["umount", folder], check=True)
    folder.rmdir()
    return done


MOUNTS = can_mount()


class Disk(FaultTest):
    def small_disk(self, kilobytes):
        place = self.folder / "small"
        place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", place], check=True)
        self.addCleanup(lambda: subprocess.run(["umount", "-l", place], check=True))
        return place

    def check_clear_failure(self, answer, *words):
        self.assertEqual(answer.code, 1, answer.err)
        self.assertRegex(answer.err, r"error: .+: received .+, expected .+\n(  hint: .+\n)?\Z")
        for word in words:
            self.assertIn(word, answer.err)

    @unittest.skipUnless(MOUNTS, "mounting a small file system takes root")
    def test_a_full_disk_stops_a_study_that_goes_on_when_there_is_room(self):
        place = self.small_disk(kilobytes=4096)
        words = self.tune(EPOCHS, "small/etalon.db", "--quiet", *CHECKPOINTS)
        ballast = place / "ballast"
        ballast.write_bytes(b"x" * (3 << 20))
        self.check_clear_failure(self.run_program(*words), "small/etalon.db", "room")
        left = curves_of(place / "etalon.db")
        ballast.unlink()
        subprocess.run(["mount", "-o", "remount,size=65536k", place], check=True)
        self.done(*words)
        for key, curve in left.items():
            self.assertEqual(curves_of(place / "etalon.db")[key], curve, "what was finished has changed")
        self.check_as_undisturbed(EPOCHS, "small/etalon.db")

    @unittest.skipUnless(MOUNTS, "mounting a small file system takes root")
    def test_a_full_disk_leaves_no_half_report(self):
        self.done(*self.tune(1, "etalon.db", "--quiet"))
        place = self.small_disk(kilobytes=256)
        self.check_clear_failure(self.run_program("report", "--out", "small/report"), "small/report")
        for path in place.rglob("*"):
            if path.is_file():
                self.assertNotEqual(path.stat().st_size, 0, f"{path} is half a file")
        subprocess.run(["mount", "-o", "remount,size=65536k", place], check=True)
        self.done("report", "--out", "small/report", "--quiet")
        self.done("report", "--out", "whole", "--quiet")
        written = {path.name: path.read_bytes() for path in (place / "report").rglob("*") if path.is_file()}
        self.assertEqual(written, {path.name: path.read_bytes() for path in (self.folder / "whole").rglob("*") if path.is_file()})

    def test_a_limit_on_file_sizes_is_an_error_with_a_message(self):
        words = self.tune(EPOCHS, "etalon.db", "--quiet", *CHECKPOINTS)
        limited = subprocess.run([*EMULATOR, PROGRAM, *words], cwd=self.folder, env=self.environment, capture_output=True, text=True,
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)), timeout=SECONDS)
        self.assertEqual(limited.returncode, 1, limited.stderr)
        self.assertRegex(limited.stderr, r"error: .+: received .+, expected .+")
        self.done(*words)
        self.check_as_undisturbed(EPOCHS)

    def one_by_one(self):
        """A study that is frozen with most of its trials before it."""
        process = self.start(*self.tune(EPOCHS, "etalon.db", "--quiet", "--threads", "1", *CHECKPOINTS))
        self.freeze_in_the_middle(process)
        return process

    def test_a_store_that_is_removed_while_a_study_runs(self):
        process = self.one_by_one()
        for path in self.folder.glob("etalon.db*"):
            path.unlink()
        process.send_signal(signal.SIGCONT)
        answer = self.finish(process)
        self.check_clear_failure(answer, "etalon.db")
        self.assertEqual(list(self.folder.iterdir()), [], "nothing was made in its place")

    def test_a_store_that_is_replaced_while_a_study_runs(self):
        self.done(*self.tune(1, "other.db", "--quiet"))
        before = (self.folder / "other.db").read_bytes()
        process = self.one_by_one()
        for path in self.folder.glob("etalon.db*"):
            path.unlink()
        shutil.copy(self.folder / "other.db", self.folder / "etalon.db")
        process.send_signal(signal.SIGCONT)
        self.check_clear_failure(self.finish(process), "etalon.db")
        self.assertEqual((self.folder / "etalon.db").read_bytes(), before, "the other store was touched")

    def test_a_folder_that_may_not_be_written_to_is_refused_at_once(self):
        locked = self.folder / "locked"
        locked.mkdir(mode=0o555)
        if os.geteuid() == 0:  # root may write everywhere but where nobody may
            if not MOUNTS:
                self.skipTest("root may write everywhere, and nothing can be mounted read-only")
            subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", locked], check=True)
            self.addCleanup(lambda: subprocess.run(["umount", "-l", locked], check=True))
        self.refused(*self.tune(1, "locked/etalon.db", "--quiet"))
        self.assertEqual(list(locked.iterdir()), [])

    def test_a_truncated_store_is_an_error_and_never_a_number(self):
        self.done(*self.tune(1, "etalon.db", "--quiet"))
        whole = (self.folder / "etalon.db").read_bytes()
        right = self.shown()
        for share in (0.1, 0.5, 0.9, 0.99):
            (self.folder / "etalon.db").write_bytes(whole[:int(len(whole) * share)])
            answer = self.run_program("show", "--json", "--quiet")
            self.assertIn(answer.code, (1, 2), f"{share} of the file: {answer.out[:200]}")
            self.assertRegex(answer.err, r"error: .+: received .+, expected .+")
        (self.folder / "etalon.db").write_bytes(whole)
        self.assertEqual(self.shown(), right)


if __name__ == "__main__":
    unittest.main(verbosity=2)
