#!/usr/bin/env python3
"""Does the advice hold? What a study recommends, and each neighbour of it, trained in PyTorch as its user would.

`etalon tune` searches with everything at its default, on LeNet-5 and an MLP on MNIST, on VGG-small and ResNet-20 on the CIFAR-10
part. Then PyTorch trains the recommended setting and its neighbours (the nearest setting that was searched in each direction: one
step up or down on one axis or on several) over five seeds: the same network, data, split, batch, epochs and optimizer, but PyTorch's
own initial weights and order of samples. A recommendation holds where it is at most 0.7 points, or at most two standard errors of
the difference, below the best of its neighbourhood. Ends with 1 where one does not hold.

It measures no time, so other work may go on beside it. Every finished run is kept in the results and not trained again; with another
`etalon` the study is made anew, and PyTorch trains only settings that it has not trained yet.
"""

import argparse
import concurrent.futures
import itertools
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
POINTS = 0.007  # of accuracy that may be given up
MNIST = {"data": "mnist", "folder": "mnist", "samples": 12800, "validation": 10000, "epochs": 1, "batch": 64, "seeds": SEEDS}
CIFAR = {"data": "cifar10", "folder": "cifar10-small", "samples": 4000, "validation": 2000, "epochs": 2, "batch": 64, "seeds": SEEDS}
SETTINGS = {"lenet5": MNIST, "mlp": MNIST, "vgg-small": CIFAR, "resnet20": CIFAR}
QUICK = {"samples": 640, "validation": 500, "epochs": 1, "seeds": 2, "options": ["--seeds", "1"]}  # to see that it runs


def data_of(settings):
    folder = DATASETS / settings["folder"]
    if not folder.is_dir():
        raise Unavailable(f"{folder}: received no folder, expected {settings['data']}; set ETALON_DATASETS to where it lies")
    return f"{settings['data']}:{folder}"


def name_of(eta):
    """{"conv": 0.1, "full": 1.0} as "conv=0.1 full=1"."""
    return " ".join(f"{group}={value:g}" for group, value in eta.items())


def neighbourhood(chosen, searched):
    """The chosen setting, then in each direction (each group's eta equal, larger or smaller) the nearest that was searched."""
    found = [chosen]
    for signs in itertools.product((-1, 0, 1), repeat=len(chosen)):
        ahead = []
        for eta in searched:
            steps = [math.log10(eta[group] / chosen[group]) for group in chosen]
            if any(signs) and all((step > 0) - (step < 0) == sign for step, sign in zip(steps, signs)):
                ahead.append((sum(map(abs, steps)), name_of(eta), eta))
        if ahead:
            found.append(min(ahead, key=lambda one: one[:2])[2])
    return found


def same(expected, stored):
    """Refuses a study of something else."""
    for key, value in expected.items():
        if stored[key] != value:
            raise Unavailable(f"the study in the store: received {key} = {stored[key]}, expected {value}")


def study_of(etalon, network, settings, store=None):
    """What the study recommends, its neighbourhood and its parameter_groups.py; made now, or read from `store`."""
    with tempfile.TemporaryDirectory(prefix="etalon-transfer-") as folder:
        if store is None:
            store = f"{folder}/study.db"
            run([etalon, "tune", "--data", data_of(settings), "--network", network, "--samples", settings["samples"], "--validation",
                 settings["validation"], "--epochs", settings["epochs"], "--batch", settings["batch"], "--study-seed", 0, "--no-report",
                 "--quiet", "--store", store, *settings.get("options", [])], CORES)
        shown = json.loads(run([etalon, "show", "--json", "--store", store], CORES).output)
        definition = shown["definition"]
        same({key: settings[key] for key in ("samples", "validation", "epochs", "batch")} | {"study_seed": 0}, definition)
        same({"name": network}, definition["network"])
        run([etalon, "report", "--quiet", "--store", store, "--out", f"{folder}/report"], CORES)
        certificate = json.loads((Path(folder) / "report" / "recommendation.json").read_text())
        code = (Path(folder) / "report" / "parameter_groups.py").read_text()
    (recommendation,) = certificate["recommendations"]
    if recommendation["eta"] is None:
        raise Unavailable(f"{network}: nothing is recommended, so nothing can be trained")
    searched = list({name_of(trial["eta"]): trial["eta"] for trial in shown["all_trials"]}.values())
    return {"initializer": definition["training"]["initializer"], "accuracy": recommendation["validation_accuracy"],
            "neighbourhood": neighbourhood(recommendation["eta"], searched), "code": code}


class PyTorch:
    """Trains setting by setting from the files that make_runs and the study wrote."""

    def __init__(self, build, network, settings, study, folder):
        self.runs, self.code = Path(folder) / f"{network}.runs", Path(folder) / "parameter_groups.py"
        self.code.write_text(study["code"] + f"\nINITIALIZER = {study['initializer']!r}\n")
        run([build / "versus" / "make_runs", data_of(settings), network, settings["samples"], settings["validation"],
             settings["epochs"], 1, self.runs])

    def accuracy(self, eta, seed):
        words = [f"{group}={value!r}" for group, value in eta.items()]
        return json.loads(run([HERE / "pytorch_transfer.py", self.runs, self.code, seed, *words], CORES).output)["accuracy"]


def compared(neighbourhood, accuracies):
    """The chosen setting, first in its neighbourhood, against the best there; seeds are paired."""
    means = {name_of(eta): statistics.mean(accuracies[name_of(eta)]) for eta in neighbourhood}
    chosen, best = name_of(neighbourhood[0]), max(means, key=means.get)
    differences = [a - b for a, b in zip(accuracies[best], accuracies[chosen])]
    error = statistics.stdev(differences) / math.sqrt(len(differences))
    difference = means[best] - means[chosen]
    return {"chosen": chosen, "best": best, "difference": difference, "standard_error": error,
            "holds": difference <= POINTS or difference <= 2 * error}


class Transfer:
    """The results, written after each run."""

    def __init__(self, build, path, jobs=1, etalon=None):
        self.build, self.path, self.jobs = Path(build), Path(path), jobs
        self.etalon, self.machine = Path(etalon or self.build / "etalon"), None
        self.results = json.loads(self.path.read_text()) if self.path.exists() else {}

    def of(self, network, settings):
        if self.results.get(network, {}).get("settings") != settings:
            self.results[network] = {"settings": settings, "pytorch": {}}
        return self.results[network]

    def keep(self):
        self.machine = self.machine or measure.machine(self.build)
        self.results["machine"] = self.machine
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.results, indent=1) + "\n")

    def search(self, network, result, store):
        """Makes or reads the study, unless this program has made it before."""
        program = measure.digest_of(self.etalon)
        if store is None and result.get("study", {}).get("program") == program:
            return
        study = study_of(self.etalon, network, result["settings"], store) | {"program": program if store is None else None}
        if result.get("study", {}).get("initializer", study["initializer"]) != study["initializer"]:
            result["pytorch"] = {}
        result["study"] = study
        result.pop("compared", None)
        print(f"{network}: recommended {name_of(study['neighbourhood'][0])}, {len(study['neighbourhood']) - 1} neighbours", file=sys.stderr)
        self.keep()

    def measure(self, network, settings, store=None):
        result = self.of(network, settings)
        self.search(network, result, store)
        neighbours, accuracies = result["study"]["neighbourhood"], result["pytorch"]
        missing = [(eta, seed) for eta in neighbours for seed in range(settings["seeds"])
                   if str(seed) not in accuracies.setdefault(name_of(eta), {})]
        if missing:
            self.train(network, result, missing)
        of_seeds = {name: [by_seed[str(seed)] for seed in range(settings["seeds"])] for name, by_seed in accuracies.items()
                    if len(by_seed) >= settings["seeds"]}
        result["compared"] = compared(neighbours, of_seeds)
        self.keep()

    def train(self, network, result, missing):
        with tempfile.TemporaryDirectory(prefix="etalon-transfer-") as folder, \
                concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            pytorch = PyTorch(self.build, network, result["settings"], result["study"], folder)
            runs = {pool.submit(pytorch.accuracy, eta, seed): (name_of(eta), seed) for eta, seed in missing}
            try:
                for number, done in enumerate(concurrent.futures.as_completed(runs), 1):
                    self.keep_run(result, *runs[done], done.result())
                    print(f"{network}: {number} of {len(missing)}, {' seed '.join(map(str, runs[done]))}: {done.result():.4f}",
                          file=sys.stderr)
            finally:  # whoever stops it keeps what others have finished
                pool.shutdown(cancel_futures=True)
                for done in (run for run in runs if not run.cancelled() and run.exception() is None):
                    self.keep_run(result, *runs[done], done.result())

    def keep_run(self, result, name, seed, accuracy):
        if str(seed) not in result["pytorch"][name]:
            result["pytorch"][name][str(seed)] = accuracy
            self.keep()


def accuracy_text(by_seed):
    values = [100 * value for value in by_seed.values()]
    return f"{statistics.mean(values):.2f} ± {statistics.stdev(values):.2f}"


def rows_of(results):
    """For a table: a line a network."""
    rows = []
    for network in (name for name in SETTINGS if "compared" in results.get(name, {})):
        result, of, settings = results[network], results[network]["compared"], results[network]["settings"]
        best = "the same" if of["best"] == of["chosen"] else f"{of['best']}: {accuracy_text(result['pytorch'][of['best']])}"
        rows.append([f"{network}, {settings['data']}", f"{settings['samples']:,} x {settings['epochs']}", of["chosen"],
                     accuracy_text(result["pytorch"][of["chosen"]]), best, len(result["study"]["neighbourhood"]) - 1,
                     f"{100 * of['difference']:.2f} ± {100 * of['standard_error']:.2f}", "yes" if of["holds"] else "no"])
    return rows


ABOUT = (f"What `etalon tune` recommends with everything at its default, and each neighbour of it (the nearest setting searched in each\n"
         f"direction), trained in PyTorch over {SEEDS} seeds: the same network, data, split, batch (64), epochs and optimizer, PyTorch's own\n"
         "initial weights and order of samples. Validation accuracy, mean ± deviation. A recommendation holds where it is at most 0.7\n"
         "points, or at most two standard errors of the difference, below the best of its neighbourhood.")
HEAD = ["network, data", "samples x epochs", "recommended", "in PyTorch, %", "best of the neighbourhood, %", "neighbours",
        "difference ± standard error, points", "holds"]


def read_stores(words, parser):
    """["lenet5=FILE"] as {"lenet5": "FILE"}."""
    stores = dict(word.split("=", 1) for word in words if "=" in word)
    if len(stores) != len(words) or not set(stores) <= set(SETTINGS):
        parser.error(f"--store: received {' '.join(words)}, expected NETWORK=FILE with one of {', '.join(SETTINGS)}")
    return stores


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="folder of the preset `bench`, configured with -DETALON_VERSUS=ON: build/bench")
    parser.add_argument("--networks", metavar="NAME,...", default=",".join(SETTINGS), help="some of " + ", ".join(SETTINGS))
    parser.add_argument("--store", metavar="NETWORK=FILE", action="append", default=[], help="take this network's study from a store")
    parser.add_argument("--etalon", metavar="FILE", help="the program that searches (default: BUILD/etalon)")
    parser.add_argument("--jobs", metavar="N", type=int, default=len(CORES), help="runs at a time, one thread each (default: one a core)")
    parser.add_argument("--quick", action="store_true", help="640 samples and two seeds, to see that it runs; kept apart")
    parser.add_argument("--json", metavar="FILE", help="where the figures go, and are taken from (default: BUILD/figures/transfer.json)")
    asked = parser.parse_args()
    networks, stores = asked.networks.split(","), read_stores(asked.store, parser)
    for name in networks:
        if name not in SETTINGS:
            parser.error(f"--networks: received {name}, expected some of {', '.join(SETTINGS)}")
    if not (Path(asked.build) / "versus" / "make_runs").exists():
        parser.error(f"received {asked.build}, expected a folder with versus/make_runs; `make versus` builds it")
    kept = Path(asked.build) / "figures" / ("transfer-quick.json" if asked.quick else "transfer.json")
    transfer, left_out = Transfer(asked.build, asked.json or kept, max(1, asked.jobs), asked.etalon), {}
    for network in networks:
        with measure.tolerate(left_out, network):
            transfer.measure(network, SETTINGS[network] | (QUICK if asked.quick else {}), stores.get(network))
    print("the recommended setting and its neighbourhood in PyTorch, validation accuracy")
    table(HEAD, rows_of(transfer.results))
    done = [transfer.results[name]["compared"] for name in networks if name not in left_out]
    sys.exit(0 if done and all(one["holds"] for one in done) else 1)


if __name__ == "__main__":
    main()
