#!/usr/bin/env python3
"""Accuracy is not traded for speed: validation accuracy of `etalon tune` and of PyTorch, the same settings, over five seeds.

LeNet-5 on MNIST, ResNet-20 and ResNet-18 on the CIFAR-10 part. Each seed begins in both with the same weights and sees the same samples in
the same order; the split, the batch and the learning rates are the same too. What rounds differently then grows, as between any
two libraries, so accuracies differ as those of other seeds would: this holds the difference of the means against its standard
error over the seeds. Ends with 1 where it is larger than chance explains (5 %).

It measures no time, so other work may go on beside it. What is finished is kept in the results and not trained again.
"""

import argparse
import json
import math
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import measure
from measure import CORES, DATASETS, Unavailable, run, table

HERE = Path(__file__).resolve().parent
SEEDS = 5
BOUND = 2.306  # of |difference| / standard error: two-sided 5 % of Student's t with 2 * (SEEDS - 1) degrees of freedom
SETTINGS = {
    "lenet5": {"data": "mnist", "folder": "mnist", "samples": 20000, "validation": 10000, "epochs": 2, "conv": 0.01, "full": 0.1},
    "resnet20": {"data": "cifar10", "folder": "cifar10-small", "samples": 6000, "validation": 2000, "epochs": 5, "conv": 0.1,
                 "full": 0.1},
    "resnet18": {"data": "cifar10", "folder": "cifar10-small", "samples": 2000, "validation": 2000, "epochs": 4, "conv": 0.05,
                 "full": 0.05},
}


def data_of(settings):
    folder = DATASETS / settings["folder"]
    if not folder.is_dir():
        raise Unavailable(f"{folder}: received no folder, expected {settings['data']}; set ETALON_DATASETS to where it lies")
    return f"{settings['data']}:{folder}"


def etalon(build, network, settings):
    """Validation accuracy of each seed after the last epoch."""
    with tempfile.TemporaryDirectory(prefix="etalon-accuracy-") as folder:
        store = f"{folder}/study.db"
        run([build / "etalon", "tune", "--data", data_of(settings), "--network", network, "--samples", settings["samples"],
             "--validation", settings["validation"], "--epochs", settings["epochs"], "--seeds", SEEDS, "--strategy",
             "grid", "--eta", f"conv={settings['conv']}", "--eta", f"full={settings['full']}", "--batch", 64, "--study-seed", 0,
             "--no-report", "--quiet", "--store", store], CORES)
        trials = json.loads(run([build / "etalon", "show", "--json", "--store", store]).output)["all_trials"]
    by_seed = {trial["seed"]: trial["validation_accuracy"] for trial in trials}
    return [by_seed[seed] for seed in range(SEEDS)]


class PyTorch:
    """Trains seed by seed from the files that make_runs writes."""

    def __init__(self, build, network, settings, folder):
        self.network, self.settings, self.file = network, settings, Path(folder) / f"{network}.runs"
        run([build / "versus" / "make_runs", data_of(settings), network, settings["samples"], settings["validation"],
             settings["epochs"], SEEDS, self.file])

    def accuracy(self, seed):
        command = [HERE / "pytorch_train.py", self.file, seed, self.settings["conv"], self.settings["full"]]
        return json.loads(run(command, CORES).output)["accuracies"][-1]


def compared(ours, theirs):
    """Means, deviations over the seeds, and the difference with its standard error."""
    deviations = statistics.stdev(ours), statistics.stdev(theirs)
    error = math.sqrt((deviations[0] ** 2 + deviations[1] ** 2) / len(ours))
    difference = statistics.mean(ours) - statistics.mean(theirs)
    return {"mean": [statistics.mean(ours), statistics.mean(theirs)], "deviation": deviations, "difference": difference,
            "standard_error": error, "within_noise": abs(difference) <= BOUND * error}


class Accuracy:
    """The results, written after each step."""

    def __init__(self, build, path):
        self.build, self.path = Path(build), Path(path)
        self.results = json.loads(self.path.read_text()) if self.path.exists() else {}

    def of(self, network, settings):
        if self.results.get(network, {}).get("settings") != settings:
            self.results[network] = {"settings": settings, "pytorch": []}
        return self.results[network]

    def keep(self, trained=True):
        if trained:
            self.results["machine"] = measure.machine(self.build)
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(json.dumps(self.results, indent=1) + "\n")

    def measure(self, network, settings):
        result = self.of(network, settings)
        if "etalon" not in result:
            result["etalon"] = etalon(self.build, network, settings)
            self.keep()
        if len(result["pytorch"]) < SEEDS:
            with tempfile.TemporaryDirectory(prefix="etalon-accuracy-") as folder:
                pytorch = PyTorch(self.build, network, settings, folder)
                for seed in range(len(result["pytorch"]), SEEDS):
                    result["pytorch"].append(pytorch.accuracy(seed))
                    print(f"{network}, seed {seed}: PyTorch {result['pytorch'][-1]:.4f}, Etalon {result['etalon'][seed]:.4f}",
                          file=sys.stderr)
                    self.keep()
        result["compared"] = compared(result["etalon"], result["pytorch"])
        self.keep(trained=False)


def rows_of(results):
    """For a table: a line a network."""
    rows = []
    for network in (name for name in SETTINGS if "compared" in results.get(name, {})):
        is_ours, is_theirs = ([100 * value for value in results[network][who]] for who in ("etalon", "pytorch"))
        of, settings = results[network]["compared"], results[network]["settings"]
        rows.append([f"{network}, {settings['data']}", f"{settings['samples']:,} x {settings['epochs']}"] +
                    [f"{statistics.mean(values):.2f} ± {statistics.stdev(values):.2f}" for values in (is_ours, is_theirs)] +
                    [f"{100 * of['difference']:+.2f} ± {100 * of['standard_error']:.2f}"])
    return rows


ABOUT = (f"Validation accuracy of `etalon tune` and of PyTorch over {SEEDS} seeds: mean ± deviation. Each seed begins in both with the same\n"
         "weights and sees the same samples in the same order; split, batch (64), plain SGD and learning rates are the same.")
HEAD = ["network, data", "samples x epochs", "Etalon, %", "PyTorch, %", "difference ± standard error"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="folder of the preset `bench`, configured with -DETALON_VERSUS=ON: build/bench")
    parser.add_argument("--networks", metavar="NAME,...", default=",".join(SETTINGS), help="some of " + ", ".join(SETTINGS))
    parser.add_argument("--json", metavar="FILE", help="where the figures go, and are taken from (default: BUILD/figures/accuracy.json)")
    asked = parser.parse_args()
    networks = asked.networks.split(",")
    for name in networks:
        if name not in SETTINGS:
            parser.error(f"--networks: received {name}, expected some of {', '.join(SETTINGS)}")
    if not (Path(asked.build) / "versus" / "make_runs").exists():
        parser.error(f"received {asked.build}, expected a folder with versus/make_runs; `make versus` builds it")
    accuracy, left_out = Accuracy(asked.build, asked.json or Path(asked.build) / "figures" / "accuracy.json"), {}
    for network in networks:
        with measure.tolerate(left_out, network):
            accuracy.measure(network, SETTINGS[network])
    print(f"validation accuracy, mean and deviation over {SEEDS} seeds")
    table(HEAD, rows_of(accuracy.results))
    done = [accuracy.results[name]["compared"] for name in networks if name not in left_out]
    sys.exit(0 if done and all(one["within_noise"] for one in done) else 1)


if __name__ == "__main__":
    main()
