#!/usr/bin/env python3
"""Etalon's own speed: layers, networks, threads, widths, numbers of trials, memory.

Prints tables, and writes all figures as JSON. Needs the programs of the preset `bench`; MNIST is looked for in the folder
ETALON_DATASETS (default ../shared/datasets).
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import measure
from measure import CORES, DATASETS, interleave, paired_ratio, run, speed_in, summary, table, text_of

TRIAL_COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Benchmark:
    def __init__(self, build, quick):
        self.build, self.quick = Path(build), quick
        self.networks = measure.known_networks(build)
        self.widths = [int(word) for word in run([self.build / "training_speed", "--widths"]).output.split()]
        self.rounds = 2 if quick else 5
        self.left_out = {}

    def speed(self, network, lanes=0, threads=1, packs=None, seconds=None):
        """Trial-samples a second of one run."""
        seconds = seconds or (0.5 if self.quick else 2 if network == "lenet5" else 3)
        command = [self.build / "training_speed", network, lanes, seconds, 64, threads, packs or threads]
        return speed_in(run(command, CORES[:threads]).output)

    def layers(self):
        """GFLOP/s of every layer and phase, for each width; [line of layer_speed --json]."""
        lines = []
        for network in self.networks:
            for width in (w for w in self.widths if w >= 4):
                if self.quick and width != self.widths[-1]:
                    continue
                seconds = 0.05 if self.quick else 0.2
                text = run([self.build / "layer_speed", network, width, seconds, "--json"], CORES[-1:]).output
                lines += [json.loads(line) for line in text.splitlines()]
        self.print_layers(lines)
        return lines

    def print_layers(self, lines):
        for head in (line for line in lines if "ceiling" in line):
            print(f"\n{head['network']}, {head['lanes']} lanes: multiply-adds reach {head['ceiling']:.1f} GFLOP/s "
                  f"({head['least']:.1f} to {head['most']:.1f})")
            own = [line for line in lines if "phase" in line and (line["network"], line["lanes"]) == (head["network"], head["lanes"])]
            table(["layer", "times", "way", "phase", "GFLOP/s", "share"],
                  [[f"{line['layer']} of {line['input']}", line["times"], line["way"], line["phase"], f"{line['gflops']:.1f}",
                    f"{100 * line['share']:.0f} %"] for line in own])

    def threads(self):
        """Speed on one thread, on two with a pack each, and on two with one pack; two against one, paired."""
        results = {}
        for network in self.networks:
            ways = {"1 thread": lambda: self.speed(network)}
            if len(CORES) > 1:
                ways |= {"2 threads, 2 packs": lambda: self.speed(network, threads=2),
                         "2 threads, 1 pack": lambda: self.speed(network, threads=2, packs=1)}
            rounds = self.rounds if network == "lenet5" else max(1, self.rounds - 2)
            values = interleave(ways, rounds)
            results[network] = {name: summary(value) for name, value in values.items()}
            for name in list(ways)[1:]:
                results[network][name]["ratio"] = paired_ratio(values[name], values["1 thread"])
        print("\ntrial-samples per second, end to end: median (smallest to largest)")
        table(["network", "threads", "speed", "against 1 thread"],
              [[network, name, text_of(value, 0), text_of(value["ratio"]) if "ratio" in value else ""]
               for network, ways in results.items() for name, value in ways.items()])
        return results

    def width(self):
        """Speed of one thread for every width that runs here."""
        results = {}
        for network in self.networks[:1] if self.quick else self.networks:
            ways = {str(width): lambda width=width: self.speed(network, width, seconds=0.3 if self.quick else 1) for width in self.widths}
            values = interleave(ways, 2 if self.quick or network != "lenet5" else 3)
            results[network] = {name: summary(value) for name, value in values.items()}
        print("\ntrial-samples per second of one thread, for each width")
        table(["network", "lanes", "speed", "of one lane"],
              [[network, width, text_of(value, 0), f"{value['median'] / int(width):,.0f}"]
               for network, widths in results.items() for width, value in widths.items()])
        return results

    def tune(self, *options):
        """One `etalon tune` into a store of its own, from process start to end."""
        folder = tempfile.mkdtemp(prefix="etalon-benchmark-")
        try:
            command = [self.build / "etalon", "tune", "--no-report", "--quiet", "--store", f"{folder}/store.db", *options]
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
        results = {count: summary(value) for count, value in values.items()}
        print(f"\nwhole studies on {len(CORES)} threads: LeNet-5, 1,280 samples, one epoch, set-up and storage counted")
        table(["trials", "seconds", "ms a trial"],
              [[count, text_of(value), f"{1000 * value['median'] / int(count):.1f}"] for count, value in results.items()])
        return results

    def grid(self):
        """Seconds and peak memory of the MNIST grid, 25 trials."""
        folder = DATASETS / "mnist"
        if not folder.is_dir():
            raise measure.Unavailable(f"{folder}: received no folder, expected MNIST; set ETALON_DATASETS to where it lies")
        samples = 1280 if self.quick else 12800
        runs = [self.tune("--data", f"mnist:{folder}", "--samples", samples, "--validation", "10000", "--epochs", "1", "--seeds", "1")
                for _ in range(1 if self.quick else 3)]
        result = {"samples": samples, "seconds": summary([one.seconds for one in runs]),
                  "peak_mb": summary([one.peak_mb for one in runs])}
        print(f"\nMNIST grid: 25 trials of {samples:,} samples, 10,000 validation: {text_of(result['seconds'], 1)} s, "
              f"at most {text_of(result['peak_mb'], 0)} MB")
        return result

    def memory(self):
        """Peak memory of one training thread with the widest pack."""
        results = {}
        for network in self.networks:
            results[network] = run([self.build / "training_speed", network, 0, 0.1]).peak_mb
        print("\npeak memory of one thread, MB:", ", ".join(f"{name} {value:.0f}" for name, value in results.items()))
        return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of the preset `bench`: build/bench")
    parser.add_argument("--json", metavar="FILE", help="where the figures go (default: BUILD/results.json)")
    parser.add_argument("--quick", action="store_true", help="a minute or two instead of about ten; coarse figures")
    parser.add_argument("--only", metavar="PART,...", help="some of layers, threads, width, trials, grid, memory")
    asked = parser.parse_args()
    parts = asked.only.split(",") if asked.only else ["layers", "threads", "width", "trials", "grid", "memory"]
    if not (Path(asked.build) / "training_speed").exists():
        parser.error(f"received {asked.build}, expected a folder with training_speed; `cmake --preset bench && cmake --build --preset bench`")
    with measure.Session(asked.build, "make bench") as session:
        benchmark = Benchmark(asked.build, asked.quick)
        results = {"quick": asked.quick}
        for part in parts:
            with measure.tolerate(benchmark.left_out, part):
                results[part] = getattr(benchmark, part)()
        session.write(asked.json or Path(asked.build) / "results.json", results | {"left_out": benchmark.left_out})


if __name__ == "__main__":
    main()
