#!/usr/bin/env python3
"""The same work in Etalon and in other libraries, interleaved; prints paired ratios, writes all figures as JSON.

One core: networks, minibatches of 64, plain SGD, in PyTorch (eager; 8 trials as grouped convolutions; 8 under vmap), libtorch,
oneDNN's primitives alone, dlib. All train one case that make_case wrote, and whoever's losses differ from Etalon's is not timed.
Both cores: one PyTorch process a core. The whole job: `etalon tune` against Optuna's GridSampler with PyTorch.

`make versus` installs what is compared with, builds and runs this.
"""

import argparse
import glob
import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import measure
import tables
from measure import CORES, DATASETS, Unavailable, finish, interleave, paired_ratio, run, speed_in, start, summary

HERE = Path(__file__).resolve().parent
STEPS = {"lenet5": (20, 0.01), "vgg-small": (8, 0.05), "resnet20": (4, 0.05), "wide": (8, 0.05),
         "resnet18": (8, 0.002)}  # of a case, and its eta
SAME = 5e-3  # largest difference of a loss, relative where it is above 1; a max-pool or ReLU near a tie may fall the other way
LEARNED = 1 / 20  # and the largest share of what training changed in a loss
INSTALL = "tools/install-packages.sh bench/versus/packages.txt"


def blas(name):
    """Environment in which PyTorch and dlib load this library (Debian links both to whichever libblas.so.3 comes first)."""
    found = glob.glob(f"/usr/lib/*/{name}/libblas.so.3")
    if not found:
        raise Unavailable(f"{name}: is not installed; `{INSTALL}` does it")
    return {"LD_LIBRARY_PATH": str(Path(found[0]).parent)}


def largest_difference(losses, others):
    """Of each step's, relative where the loss is above 1."""
    return max(abs(a - b) / max(1, a) for a, b in zip(losses, others, strict=True))


class Versus:
    def __init__(self, build, rounds, seconds):
        self.build, self.rounds, self.seconds = Path(build), rounds, seconds
        self.left_out = {}
        self.folder = Path(tempfile.mkdtemp(prefix="etalon-versus-"))

    def program(self, name):
        path = self.build / "versus" / name
        if not path.exists():
            raise Unavailable(f"{path} is not built; `make versus` does it where its package is installed ({INSTALL})")
        return path

    def case(self, network):
        path = self.folder / f"{network}.case"
        if not path.exists():
            run([self.program("make_case"), network, *STEPS[network], path])
        with open(path, "rb") as file:
            facts = json.loads(file.readline())
        bound = min(SAME, LEARNED * largest_difference(facts["losses"], facts["untrained"]))
        return path, facts["losses"], bound

    def require_same(self, name, network, losses):
        """Refuses whoever trains something else."""
        _, ours, bound = self.case(network)
        worst = largest_difference(ours, losses)
        if not worst <= bound:
            raise Unavailable(f"{name} does other work: its losses {losses} differ from {ours} by {worst:.2g}, expected {bound:.2g} at most")

    def commands(self, network, seconds):
        """{contender: (command, environment)}; what is not installed is noted and left out."""
        path, *_ = self.case(network)
        speed = HERE / "pytorch_speed.py"
        ways = {
            "PyTorch eager": lambda: ([speed, "eager", path, seconds], blas("blas")),
            "PyTorch eager, OpenBLAS": lambda: ([speed, "eager", path, seconds], blas("openblas-pthread")),
            "PyTorch, 8 trials grouped": lambda: ([speed, "grouped", path, seconds], blas("openblas-pthread")),
            "functorch vmap, 8 trials": lambda: ([speed, "vmap", path, seconds], blas("openblas-pthread")),
            "libtorch": lambda: ([self.program("libtorch_speed"), path, seconds], blas("openblas-pthread")),
            "oneDNN primitives": lambda: ([self.program("onednn_speed"), path, seconds], {}),
            "dlib": lambda: ([self.program("dlib_speed"), path, seconds], blas("openblas-pthread")),
        }
        found = {}
        for name, way in ways.items():
            if network not in ("lenet5", "vgg-small") and not name.startswith("PyTorch eager"):
                continue  # written for these two
            with measure.tolerate(self.left_out, f"{network}: {name}"):
                command, environment = way()
                self.theirs(name, network, command[:-1] + [0], environment)  # checks it once before any round
                found[name] = (command, environment)
        return found

    def theirs(self, name, network, command, environment, cores=CORES[:1]):
        """Sum of the speeds of one process on each core."""
        started = [start(command, [core], environment) for core in cores]
        results = [json.loads(finish(one).output) for one in started]
        for result in results:
            self.require_same(name, network, result["losses"])
        return sum(result["speed"] for result in results)

    def ours(self, network, seconds, threads=1):
        return speed_in(run([self.build / "training_speed", network, 0, seconds, 64, threads, threads], CORES[:threads]).output)

    def seconds_for(self, network):
        return self.seconds * (1 if network == "lenet5" else 2)

    def compare(self, title, contenders, rounds=None):
        """Interleaves; returns the figures, ratios against the first contender."""
        values = interleave(contenders, rounds or self.rounds, lambda text: print(f"  {title}, {text}", file=sys.stderr))
        first = next(iter(contenders))
        figures = {name: summary(value) for name, value in values.items()}
        for name in list(contenders)[1:]:
            figures[name]["ratio"] = paired_ratio(values[first], values[name])
        return figures

    def one_core(self, network):
        seconds = self.seconds_for(network)
        contenders = {"Etalon": lambda: self.ours(network, seconds)}
        for name, (command, environment) in self.commands(network, seconds).items():
            contenders[name] = lambda name=name, c=command, e=environment: self.theirs(name, network, c, e)
        return self.compare(f"{network}, one core", contenders)

    def both_cores(self, network):
        cores, seconds = CORES[:2], self.seconds_for(network)
        if len(cores) < 2:
            raise Unavailable("this machine lends one core; two are needed")
        command = [HERE / "pytorch_speed.py", "eager", self.case(network)[0], seconds]
        contenders = {"Etalon, 2 threads": lambda: self.ours(network, seconds, 2)}
        for name, library in {"PyTorch eager, a process a core": "blas", "the same, OpenBLAS": "openblas-pthread"}.items():
            with measure.tolerate(self.left_out, f"{network}: {name}"):
                environment = blas(library)
                contenders[name] = lambda name=name, e=environment: self.theirs(name, network, command, e, cores)
        return self.compare(f"{network}, two cores", contenders)

    def whole_job(self, samples):
        """Seconds from start to end of 25 trials on MNIST, two workers; the ratio is theirs to ours."""
        mnist, cores = DATASETS / "mnist", CORES[:2]
        if not mnist.is_dir():
            raise Unavailable(f"{mnist}: received no folder, expected MNIST; set ETALON_DATASETS to where it lies")
        best, memory = {}, {}

        def etalon():
            store = self.folder / "study.db"
            for leftover in self.folder.glob("study.db*"):
                leftover.unlink()
            one = run([self.build / "etalon", "tune", "--data", f"mnist:{mnist}", "--samples", samples, "--validation", 10000, "--epochs",
                       1, "--seeds", 1, "--strategy", "grid", "--threads", len(cores), "--no-report", "--json", "--quiet", "--store", store], cores)
            answer = json.loads(one.output)
            best.setdefault("etalon tune", []).append(answer["recommendations"][0]["validation_accuracy"])
            memory.setdefault("etalon tune", []).append(one.peak_mb)
            return one.seconds

        def optuna(name, environment):
            one = run([HERE / "optuna_tune.py", mnist, samples, 10000, *cores], cores, environment)
            answer = json.loads(one.output)
            if len(answer["accuracy"]) != 25:
                raise Unavailable(f"optuna_tune.py: received {len(answer['accuracy'])} settings, expected 25")
            best.setdefault(name, []).append(max(answer["accuracy"].values()))
            memory.setdefault(name, []).append(one.peak_mb)
            return one.seconds

        contenders = {"etalon tune": etalon}
        for name, library in {"Optuna with PyTorch": "blas", "Optuna with PyTorch, OpenBLAS": "openblas-pthread"}.items():
            with measure.tolerate(self.left_out, f"whole job: {name}"):
                environment = blas(library)
                run([HERE / "optuna_tune.py", mnist, 64, 1000, *cores], cores, environment)  # is all of it installed?
                contenders[name] = lambda name=name, environment=environment: optuna(name, environment)
        values = interleave(contenders, max(1, self.rounds - 2), lambda text: print(f"  whole job, {text}", file=sys.stderr))
        figures = {name: summary(value) for name, value in values.items()}
        for name in list(contenders)[1:]:
            figures[name]["ratio"] = paired_ratio(values[name], values["etalon tune"])
        accuracies = {name: round(max(values), 4) for name, values in best.items()}
        if max(accuracies.values()) - min(accuracies.values()) > 0.02:
            raise Unavailable(f"whole job: the best accuracies differ by more than 0.02: {accuracies}")
        return {"samples": samples, "seconds": figures, "best_accuracy": accuracies,
                "peak_mb": {name: summary(value) for name, value in memory.items()}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="folder of the preset `bench`, configured with -DETALON_VERSUS=ON: build/bench")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default: 5)")
    parser.add_argument("--seconds", type=float, default=2, help="for LeNet-5, twice as long for others (default: 2)")
    parser.add_argument("--samples", type=int, default=12800, help="training samples of the whole job (default: 12800)")
    parser.add_argument("--only", metavar="PART,...", default="one_core,both_cores,whole_job", help="some of one_core,both_cores,whole_job")
    parser.add_argument("--networks", metavar="NAME,...", default=",".join(STEPS), help="some of " + ", ".join(STEPS))
    parser.add_argument("--json", metavar="FILE", help="where the figures go (default: BUILD/versus.json)")
    asked = parser.parse_args()
    for name in asked.only.split(","):
        if name not in ("one_core", "both_cores", "whole_job"):
            parser.error(f"--only: received {name}, expected some of one_core, both_cores, whole_job")
    if not (Path(asked.build) / "training_speed").exists():
        parser.error(f"received {asked.build}, expected a folder with training_speed; `make versus` builds it")
    with measure.Session(asked.build, "make versus") as session:
        versus = Versus(asked.build, asked.rounds, asked.seconds)
        results = {"rounds": asked.rounds}
        for part in asked.only.split(","):
            if part == "whole_job":
                with measure.tolerate(versus.left_out, part):
                    results[part] = versus.whole_job(asked.samples)
                    measure.show(tables.whole_job(results[part]))
                continue
            for network in (name for name in measure.known_networks(asked.build) if name in asked.networks.split(",")):
                with measure.tolerate(versus.left_out, f"{part}: {network}"):
                    figures = getattr(versus, part)(network)
                    results.setdefault(part, {})[network] = figures
                    measure.show(getattr(tables, part)({network: figures}))
        shutil.rmtree(versus.folder)
        session.write(asked.json or Path(asked.build) / "versus.json", results | {"left_out": versus.left_out})


if __name__ == "__main__":
    main()
