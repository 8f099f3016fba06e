#!/usr/bin/env python3
"""Etalon's own speed: layers, networks, threads, instruction sets, minibatches, numbers of trials, memory.

Prints tables, and writes all figures as JSON. Needs the programs of the preset `bench`; MNIST is looked for in the folder
ETALON_DATASETS (default ../shared/datasets).
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import measure
import tables
from measure import CORES, DATASETS, interleave, paired_ratio, run, speed_in, summary

BATCHES = (1, 4, 8, 20, 32, 50, 64, 128)
TRIAL_COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Benchmark:
    def __init__(self, build, quick):
        self.build, self.quick = Path(build), quick
        self.networks = measure.known_networks(build)
        self.instruction_sets = run([self.build / "training_speed", "--sets"]).output.split()
        self.work = {name: float(count) for name, count in map(str.split, run([self.build / "training_speed", "--work"]).output.splitlines())}
        self.rounds = 2 if quick else 5
        self.left_out = {}

    def speed(self, network, newest=0, threads=1, trials=None, seconds=None, batch=64):
        """Samples a second of one run."""
        seconds = seconds or (0.5 if self.quick else 2)
        command = [self.build / "training_speed", network, newest, seconds, batch, threads, trials or threads]
        return speed_in(run(command, CORES[:threads]).output)

    def layers(self):
        """GFLOP/s of every layer and phase, for each instruction set; [line of layer_speed --json]."""
        lines = []
        for network in self.networks:
            for newest in self.instruction_sets[-1:] if self.quick else self.instruction_sets:
                seconds = 0.05 if self.quick else 0.2
                text = run([self.build / "layer_speed", network, newest, seconds, "--json"], CORES[-1:]).output
                lines += [json.loads(line) for line in text.splitlines()]
        return lines

    def threads(self):
        """Speed on one thread, on two with a trial each, and on two with one trial; two against one, paired.

        One thread's speed also as its share of the multiply-adds that the core reaches in the same round.
        """
        results = {}
        for network in self.networks:
            ways = {"ceiling": lambda: float(run([self.build / "layer_speed", "--ceiling", 0, 0.3]).output),
                    "1 thread": lambda: self.speed(network)}
            if len(CORES) > 1:
                ways |= {"2 threads, 2 trials": lambda: self.speed(network, threads=2),
                         "2 threads, 1 trial": lambda: self.speed(network, threads=2, trials=1)}
            values = interleave(ways, self.rounds if network == "lenet5" else max(1, self.rounds - 2))
            ceiling = values.pop("ceiling")
            results[network] = {name: summary(value) for name, value in values.items()}
            results[network]["1 thread"]["share"] = paired_ratio([2e-9 * self.work[network] * speed for speed in values["1 thread"]],
                                                                 ceiling)
            for name in list(values)[1:]:
                results[network][name]["ratio"] = paired_ratio(values[name], values["1 thread"])
        return results

    def sets(self):
        """Speed of one thread for every instruction set that runs here."""
        results = {}
        for network in self.networks[:1] if self.quick else self.networks:
            ways = {name: lambda name=name: self.speed(network, name, seconds=0.3 if self.quick else 1) for name in self.instruction_sets}
            values = interleave(ways, 2 if self.quick or network != "lenet5" else 3)
            results[network] = {name: summary(value) for name, value in values.items()}
        return results

    def batches(self):
        """Speed of one thread for minibatches of several sizes, LeNet-5."""
        ways = {str(batch): lambda batch=batch: self.speed("lenet5", batch=batch, seconds=0.3 if self.quick else 1) for batch in BATCHES}
        return {batch: summary(value) for batch, value in interleave(ways, 2 if self.quick else 3).items()}

    def tune(self, *options):
        """One `etalon tune` into a store of its own, from process start to end."""
        folder = tempfile.mkdtemp(prefix="etalon-benchmark-")
        try:
            command = [self.build / "etalon", "tune", "--no-report", "--quiet", "--strategy", "grid", "--store", f"{folder}/store.db",
                       *options]
            return run(command, CORES)
        finally:
            shutil.rmtree(folder)

    def trials(self):
        """Seconds of whole studies of 1 to 256 trials: LeNet-5, 1,280 samples of the built-in digits, one epoch."""
        def seconds_of(count):
            etas = ",".join(f"{10 ** (-3 + 2 * k / count):.6g}" for k in range(count))
            return self.tune("--data", "digits", "--samples", "1280", "--validation", "256", "--seeds", "1",
                             "--eta", f"conv={etas}", "--eta", "full=0.01").seconds
        counts = TRIAL_COUNTS[::2] if self.quick else TRIAL_COUNTS
        values = interleave({str(count): lambda count=count: seconds_of(count) for count in counts}, 1 if self.quick else 3)
        return {count: summary(value) for count, value in values.items()}

    @staticmethod
    def mnist():
        folder = DATASETS / "mnist"
        if not folder.is_dir():
            raise measure.Unavailable(f"{folder}: received no folder, expected MNIST; set ETALON_DATASETS to where it lies")
        return folder

    def grid(self):
        """Seconds and peak memory of the MNIST grid, 25 trials."""
        samples = 1280 if self.quick else 12800
        runs = [self.tune("--data", f"mnist:{self.mnist()}", "--samples", samples, "--validation", "10000", "--epochs", "1", "--seeds", "1")
                for _ in range(1 if self.quick else 3)]
        return {"samples": samples, "seconds": summary([one.seconds for one in runs]),
                "peak_mb": summary([one.peak_mb for one in runs])}

    def memory(self):
        """Peak memory of one training thread."""
        return {network: run([self.build / "training_speed", network, 0, 0.1]).peak_mb for network in self.networks}

    def loading(self):
        """Seconds of opening MNIST."""
        loaded = json.loads(run([self.build / "load_speed", f"mnist:{self.mnist()}", 2 if self.quick else 7]).output)
        return loaded | {"seconds": summary(loaded["seconds"])}


PARTS = ("layers", "threads", "sets", "batches", "trials", "grid", "memory", "loading")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the preset `bench`: build/bench")
    parser.add_argument("--json", metavar="FILE", help="where the figures go (default: BUILD/results.json)")
    parser.add_argument("--quick", action="store_true", help="a minute instead of about five; coarse figures")
    parser.add_argument("--only", metavar="PART,...", default=",".join(PARTS), help="some of " + ", ".join(PARTS))
    asked = parser.parse_args()
    for part in asked.only.split(","):
        if part not in PARTS:
            parser.error(f"--only: received {part}, expected some of {', '.join(PARTS)}")
    if not (Path(asked.build) / "training_speed").exists():
        parser.error(f"received {asked.build}, expected a folder with training_speed; `cmake --preset bench && cmake --build --preset bench`")
    with measure.Session(asked.build, "make bench") as session:
        benchmark = Benchmark(asked.build, asked.quick)
        results = {"quick": asked.quick}
        for part in asked.only.split(","):
            with measure.tolerate(benchmark.left_out, part):
                results[part] = getattr(benchmark, part)()
                measure.show(getattr(tables, part)(results[part]))
        session.write(asked.json or Path(asked.build) / "results.json", results | {"left_out": benchmark.left_out})


if __name__ == "__main__":
    main()
