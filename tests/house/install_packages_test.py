#!/usr/bin/env python3
"""tools/install-packages.sh on make-believe machines: apt-get, dpkg-query, sudo and id are scripts of this test."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "install-packages.sh"
PLAIN_TOOLS = ("bash", "env", "sed", "sort", "comm", "sleep", "cat", "grep", "awk")


class Machine(unittest.TestCase):
    """`installed` lies in a file; every call of apt-get and sudo is written to another."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "bin").mkdir()
        (self.root / "calls").write_text("")
        (self.root / "list").write_text("# to build\ncmake  # the builder\n\ng++\n")
        for tool in PLAIN_TOOLS:
            (self.root / "bin" / tool).symlink_to(shutil.which(tool))
        self.install("cmake")
        self.tool("dpkg", "echo amd64")
        self.tool("dpkg-query", """while IFS=: read -r name architecture; do echo "$name ${architecture:-amd64} installed"; done < installed
            echo "g++-12 amd64 config-files" """)
        self.tool("apt-cache", '[[ $2 != unheard-of ]]')
        self.tool("apt-get", """echo "apt-get[$DEBIAN_FRONTEND] $*" >> calls
            if [[ -s failures ]]; then sed -i 1d failures; exit 100; fi
            if [[ $* == *" install "* ]]; then for name in "${@: -1}"; do echo "$name" >> installed; done; fi""")
        self.be_user(0)

    def tool(self, name, body):
        path = self.root / "bin" / name
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    def without(self, name):
        (self.root / "bin" / name).unlink()

    def install(self, *names):
        (self.root / "installed").write_text("".join(name + "\n" for name in names))

    def be_user(self, number):
        self.tool("id", f"echo {number}")

    def run_script(self, *arguments, **variables):
        environment = {"PATH": str(self.root / "bin"), "RETRY_SECONDS": "0", **variables}
        self.result = subprocess.run([shutil.which("bash"), SCRIPT, *(arguments or ["list"])], cwd=self.root,
                                     env=environment, capture_output=True, text=True)
        return self.result.returncode

    def calls(self):
        return (self.root / "calls").read_text().splitlines()

    def assert_told(self, *words):
        for word in words:
            self.assertIn(word, self.result.stderr)


class InstallPackages(Machine):
    def test_nothing_missing_means_no_call_and_no_word(self):
        self.install("cmake", "g++")
        self.assertEqual(self.run_script(), 0)
        self.assertEqual((self.calls(), self.result.stderr, self.result.stdout), ([], "", ""))

    def test_root_installs_what_is_missing_and_nothing_else(self):
        self.assertEqual(self.run_script(), 0)
        update, install = self.calls()
        self.assertTrue(update.startswith("apt-get[noninteractive]") and update.endswith("update"), update)
        self.assertTrue(install.endswith("install --no-install-recommends -y g++"), install)

    def test_others_go_through_sudo(self):
        self.be_user(1000)
        self.tool("sudo", 'echo "sudo $1" >> calls; "$@"')
        self.assertEqual(self.run_script(), 0)
        self.assertEqual(self.calls()[0], "sudo env")
        self.assertTrue(self.calls()[1].startswith("apt-get[noninteractive]"))

    def test_neither_root_nor_sudo(self):
        self.be_user(1000)
        self.assertEqual(self.run_script(), 1)
        self.assert_told("missing: g++", "sudo was not found", "apt-get install --no-install-recommends g++")
        self.assertEqual(self.calls(), [])

    def test_a_flaky_network_is_tried_three_times(self):
        (self.root / "failures").write_text("1\n2\n")
        self.assertEqual(self.run_script(), 0)
        self.assertEqual([call.split()[-1] for call in self.calls()], ["update", "update", "update", "g++"])

    def test_no_network_at_all(self):
        (self.root / "failures").write_text("x\n" * 100)
        self.assertEqual(self.run_script(), 1)
        self.assertEqual(len(self.calls()), 6)
        self.assert_told("could not install: g++", "hint:")

    def test_a_package_that_apt_does_not_know(self):
        (self.root / "list").write_text("cmake\nunheard-of\n")
        self.assertEqual(self.run_script(), 1)
        self.assert_told("apt knows no package: unheard-of", "Debian 12")

    def test_an_install_that_says_it_worked_and_did_not(self):
        self.tool("apt-get", "true")
        self.assertEqual(self.run_script(), 1)
        self.assert_told("still missing after apt-get install: g++")

    def test_a_machine_that_is_not_debian(self):
        for tool in ("dpkg", "dpkg-query", "apt-get", "apt-cache"):
            self.without(tool)
        self.assertEqual(self.run_script(), 1)
        self.assert_told("no Debian machine", "ETALON_SKIP_PACKAGES=1")
        self.assertEqual(self.run_script(ETALON_SKIP_PACKAGES="1"), 0)

    def test_dpkg_without_apt(self):
        self.without("apt-get")
        self.assertEqual(self.run_script(), 1)
        self.assert_told("apt-get was not found", "missing: g++")

    def test_check_names_what_is_missing_and_installs_nothing(self):
        self.assertEqual(self.run_script("--check", "list"), 1)
        self.assert_told("missing: g++", "make packages")
        self.assertEqual(self.calls(), [])

    def test_several_lists(self):
        (self.root / "more").write_text("ninja-build\n")
        self.install("cmake", "g++", "ninja-build")
        self.assertEqual(self.run_script("list", "more"), 0)

    def test_packages_of_another_architecture(self):
        self.tool("dpkg", """if [[ $1 == --add-architecture ]]; then echo "dpkg $*" >> calls; echo $2 >> foreign
            elif [[ $1 == --print-architecture ]]; then echo amd64; else cat foreign; fi""")
        (self.root / "foreign").write_text("")
        (self.root / "list").write_text("cmake\nzlib1g-dev:arm64\n")
        self.install("cmake", "zlib1g-dev")
        self.assertEqual(self.run_script(), 0)
        self.assertEqual(self.calls()[0], "dpkg --add-architecture arm64")
        self.assertTrue(self.calls()[2].endswith("install --no-install-recommends -y zlib1g-dev:arm64"), self.calls())
        (self.root / "calls").write_text("")
        self.assertEqual(self.run_script(), 0)
        self.assertEqual(self.calls(), [])
        self.install("cmake")
        self.assertEqual(self.run_script(), 0)
        self.assertNotIn("dpkg --add-architecture arm64", self.calls())

    def test_a_package_of_another_architecture_alone_is_not_the_machines_own(self):
        self.install("cmake:all", "g++:arm64")
        self.assertEqual(self.run_script("--check", "list"), 1)
        self.assert_told("missing: g++")

    def test_bad_lists(self):
        self.assertEqual(self.run_script("gone"), 1)
        self.assert_told("gone: received a path that cannot be read")
        self.assertEqual(self.run_script("--check"), 1)
        self.assert_told("received no list")
        (self.root / "empty").write_text("# nothing\n")
        self.assertEqual(self.run_script("empty"), 0)
        self.assertEqual(self.calls(), [])


if __name__ == "__main__":
    unittest.main()
