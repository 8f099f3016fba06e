"""What all benchmarks share: pinned runs, interleaved rounds, paired ratios, facts about the machine, results as JSON.

Contenders take turns within each round, and rounds alternate their order, so that whatever else the machine does meets all of
them alike. A ratio is formed within a round; its median, smallest and largest over the rounds are what is told.
"""

import contextlib
import datetime
import fcntl
import hashlib
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATASETS = Path(os.environ.get("ETALON_DATASETS", ROOT.parent / "shared" / "datasets"))
CORES = sorted(os.sched_getaffinity(0))
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
NETWORKS = ("lenet5", "vgg-small", "resnet20", "wide", "resnet18")


class Unavailable(Exception):
    """Something cannot be measured here; the message says why, and how it could be."""


class Run:
    """A finished command: `output`, wall `seconds`, `peak_mb` (the most memory one of its processes held)."""

    def __init__(self, output, seconds, peak_mb):
        self.output, self.seconds, self.peak_mb = output, seconds, peak_mb


def start(command, cores, environment=None):
    """Starts a command on these cores alone; finish() waits for it."""
    output, errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    words = ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]
    begun = time.perf_counter()
    process = subprocess.Popen(words, stdout=output, stderr=errors, env=os.environ | ONE_THREAD | (environment or {}))
    return process, output, errors, begun, command


def finish(started):
    process, output, errors, begun, command = started
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    output.seek(0), errors.seek(0)
    if process.returncode != 0:
        complaint = errors.read().decode(errors="replace").strip() or f"ended with {process.returncode}"
        raise Unavailable(f"{Path(str(command[0])).name}: {complaint.splitlines()[-1]}")
    return Run(output.read().decode(), seconds, usage.ru_maxrss * 1024 / 1e6)


def run(command, cores=None, environment=None):
    return finish(start(command, cores or CORES[:1], environment))


def speed_in(text):
    """The number before "samples/s" of training_speed's line; builds that trained a trial a lane wrote "trial-samples/s"."""
    found = re.search(r": (\d+) (?:trial-)?samples/s", text)
    if not found:
        raise Unavailable(f"received '{text.strip()}', expected a line with samples/s")
    return float(found.group(1))


def known_networks(build):
    """Those of NETWORKS that this build knows; says which it leaves out."""
    known = set(run([Path(build) / "training_speed", "--networks"]).output.split())
    for name in NETWORKS:
        if name not in known:
            print(f"{name}: this build does not know it; left out")
    return [name for name in NETWORKS if name in known]


def interleave(contenders, rounds, note=lambda text: None):
    """{name: [value of each round]}. `contenders` is {name: function that measures once}."""
    values = {name: [] for name in contenders}
    for number in range(rounds):
        for name in list(contenders) if number % 2 == 0 else reversed(list(contenders)):
            values[name].append(contenders[name]())
            value = values[name][-1]
            note(f"round {number + 1} of {rounds}, {name}" + (f": {value:.6g}" if isinstance(value, float) else ""))
    return values


def summary(values):
    return {"median": statistics.median(values), "least": min(values), "most": max(values), "values": list(values)}


def paired_ratio(above, below):
    """Of above / below, round by round."""
    return summary([a / b for a, b in zip(above, below, strict=True)])


def text_of(of, digits=2):
    """"2.31 (2.20 to 2.40)"."""
    return f"{of['median']:,.{digits}f} ({of['least']:,.{digits}f} to {of['most']:,.{digits}f})"


def _first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.splitlines()[0]
    except (OSError, IndexError):
        return "not known"


def cache_entry(build, name):
    cache = Path(build) / "CMakeCache.txt"
    found = re.search(rf"^{name}:\w+=(.*)$", cache.read_text(), re.MULTILINE) if cache.exists() else None
    return found.group(1) if found else ""


def engine_flags(build):
    """The compiler's words for the widest engine, the last one in cmake/engines.cmake, without paths and names."""
    try:
        commands = json.loads((Path(build) / "compile_commands.json").read_text())
    except OSError:
        return "not known"
    of_engine = [entry["command"] for entry in commands if entry["file"].endswith("engine_instance.cpp")]
    words = of_engine[-1].split() if of_engine else []
    return " ".join(word for word in words if re.match(r"-(O|m|f|std)", word))


def commit():
    """The checkout's, "-dirty" where it has changes; what `make results` writes is none."""
    changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", ".", ":!bench/RESULTS.md"], cwd=ROOT).returncode
    return _first_line(["git", "rev-parse", "--short", "HEAD"]) + ("-dirty" if changed else "")


def digest_of(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def programs(build):
    """A digest of what is measured."""
    digest = hashlib.sha256()
    for name in ("etalon", "training_speed", "layer_speed"):
        path = Path(build) / name
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:16]


def machine(build):
    """Facts that belong beside every figure."""
    information = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", information, re.MULTILINE)
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    version = re.search(r"^cpu family\s*: (\d+)$.*?^model\s*: (\d+)$", information, re.MULTILINE | re.DOTALL)
    sets = [name for name in ("avx2", "fma", "avx512f") if re.search(rf"\b{name}\b", information)]
    compiler = cache_entry(build, "CMAKE_CXX_COMPILER") or "c++"
    return {
        "processor": model.group(1) if model else platform.machine(),
        "family_model": " ".join(version.groups()) if version else "",
        "instruction_sets": sets,
        "cores": len(CORES),
        "memory_gb": round(int(memory.group(1)) / 1e6, 1),
        "system": platform.platform(),
        "compiler": _first_line([compiler, "--version"]),
        "engine_flags": engine_flags(build),
        "commit": commit(),
        "programs": programs(build),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    }


def _busy_seconds():
    """Processor seconds that all processes of the machine, and that our own, have used."""
    fields = [int(word) for word in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    busy = (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")  # without idle and waiting
    times = os.times()
    return busy, times.user + times.system + times.children_user + times.children_system


class Session:
    """One benchmark at a time on a machine: holds a lock, and measures how much other work ran beside it."""

    def __init__(self, build, command):
        self.facts = {"machine": machine(build), "command": command}

    def __enter__(self):
        self._lock = open(Path(tempfile.gettempdir()) / "etalon-benchmark.lock", "a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another benchmark runs on this machine; waiting for its end")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._start, self._busy = time.perf_counter(), _busy_seconds()
        return self

    def __exit__(self, *error):
        self._lock.close()

    def other_work(self):
        """Cores that other processes kept busy since the start, on average."""
        busy, own = (now - then for now, then in zip(_busy_seconds(), self._busy))
        return max(0.0, busy - own) / max(1e-9, time.perf_counter() - self._start)

    def write(self, path, results):
        other = self.other_work()
        minutes = (time.perf_counter() - self._start) / 60
        everything = self.facts | {"minutes": round(minutes, 1), "other_work_cores": round(other, 2)} | results
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps(everything, indent=1) + "\n")
        print(f"\nother work on this machine meanwhile: {other:.2f} cores" + ("; run again when it is quiet" if other > 0.1 else ""))
        print(f"results: {path}")


@contextlib.contextmanager
def tolerate(left_out, name):
    """Notes in `left_out` what cannot be measured here, and goes on."""
    try:
        yield
    except Unavailable as reason:
        left_out[name] = str(reason)
        print(f"{name}: left out: {reason}", file=sys.stderr)


def table(head, rows):
    """Rows of text in columns: the first to the left, all others to the right."""
    widths = [max(len(str(row[k])) for row in [head, *rows]) for k in range(len(head))]
    for row in [head, *rows]:
        cells = [str(cell).ljust(width) if k == 0 else str(cell).rjust(width) for k, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())


def show(tables):
    for title, head, rows in tables:
        print(f"\n{title}")
        table(head, rows)
