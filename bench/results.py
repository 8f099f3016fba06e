#!/usr/bin/env python3
"""Measures everything and writes bench/RESULTS.md: `make results`.

Parts, each of one to three minutes: a part that was measured with the very same programs is not measured again, so that this may be
stopped and gone on with. --next measures the next missing part alone. The page is written anew after each part, from the figures
in BUILD/figures; what is missing there is said to be missing.
"""

import argparse
import importlib
import json
import subprocess
import sys
from pathlib import Path

import measure
import tables

HERE = Path(__file__).resolve().parent
OWN, VERSUS = HERE / "run.py", HERE / "versus" / "run.py"
ACCURACY, TRANSFER = HERE / "versus" / "accuracy.py", HERE / "versus" / "transfer.py"
PARTS = {
    "layers": [OWN, "--only", "layers"],
    "threads": [OWN, "--only", "threads"],
    "sets": [OWN, "--only", "sets"],
    "batches": [OWN, "--only", "batches"],
    "studies": [OWN, "--only", "trials,grid,memory,loading"],
    "lenet5": [VERSUS, "--only", "one_core", "--networks", "lenet5", "--rounds", "3", "--seconds", "1"],
    "vgg-small": [VERSUS, "--only", "one_core", "--networks", "vgg-small", "--rounds", "3", "--seconds", "1"],
    "resnet20": [VERSUS, "--only", "one_core", "--networks", "resnet20", "--rounds", "5", "--seconds", "1"],
    "wide": [VERSUS, "--only", "one_core", "--networks", "wide", "--rounds", "3", "--seconds", "1"],
    "resnet18": [VERSUS, "--only", "one_core", "--networks", "resnet18", "--rounds", "3", "--seconds", "1"],
    "two-cores": [VERSUS, "--only", "both_cores", "--rounds", "3", "--seconds", "1"],
    "whole-job": [VERSUS, "--only", "whole_job"],
}
ALONE = {"accuracy": [ACCURACY], "transfer": [TRANSFER]}  # long, and measure no time: only when asked for
HEADINGS = {"accuracy": "Accuracy", "transfer": "The advice in PyTorch"}
SECTIONS = {
    "one_core": "Against others, one core", "both_cores": "Against PyTorch, both cores", "whole_job": "The whole job",
    "threads": "Networks and threads", "sets": "Instruction sets", "batches": "Minibatches", "trials": "Number of trials",
    "grid": "The MNIST grid", "memory": "Memory", "loading": "Loading", "layers": "Layer by layer",
}


class Figures:
    """What was measured, a file a part."""

    def __init__(self, build):
        self.build, self.folder = Path(build), Path(build) / "figures"
        self.folder.mkdir(exist_ok=True)

    def path(self, part):
        return self.folder / f"{part}.json"

    def read(self, part):
        return json.loads(self.path(part).read_text()) if self.path(part).exists() else None

    def missing(self):
        """Parts that were not measured, or with other programs."""
        programs = measure.programs(self.build)
        return [part for part in PARTS if (self.read(part) or {}).get("machine", {}).get("programs") != programs]

    def measure(self, part):
        command, *options = (PARTS | ALONE)[part]
        ended = subprocess.run([command, self.build, "--json", self.path(part), *options]).returncode
        if ended != 0:
            sys.exit(f"results: {part}: {command.name} ended with {ended}; what was measured before is kept")

    def all(self):
        return {part: self.read(part) for part in PARTS | ALONE if self.path(part).exists()}


def markdown(title, head, rows):
    """A table; its first column to the left, all others to the right."""
    lines = [f"{title}:", ""] if title else []
    lines += [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    return lines + [f"| {' | '.join(map(str, row))} |" for row in rows] + [""]


def machine_lines(facts):
    sets = ", ".join(facts["instruction_sets"])
    return [f"- Processor: {facts['processor']}, family and model {facts['family_model']} ({sets}), {facts['cores']} cores, "
            f"{facts['memory_gb']} GB of memory",
            f"- System: {facts['system']}", f"- Compiler: {facts['compiler']}", f"- Flags of the widest engine: `{facts['engine_flags']}`"]


def times_table(figures):
    rows = []
    for part, of in figures.items():
        facts = of["machine"]
        rows.append([part, facts["date"], facts["commit"], of.get("minutes", ""), of.get("other_work_cores", "")])
    return markdown("", ["part", "date", "commit", "minutes", "other work, cores"], rows)


def merged(figures):
    """{kind of result: its figures of all parts}."""
    kinds = {}
    for of in figures.values():
        for kind in SECTIONS:
            if kind not in of:
                continue
            if kind in ("one_core", "both_cores"):
                kinds.setdefault(kind, {}).update(of[kind])
            else:
                kinds[kind] = of[kind]
    return kinds


def lines_alone(part, results):
    """The table of versus/accuracy.py or versus/transfer.py."""
    sys.path.insert(0, str(HERE / "versus"))
    module = importlib.import_module(part)
    return [f"## {HEADINGS[part]}", "", module.ABOUT, ""] + markdown("", module.HEAD, module.rows_of(results))


def page(figures):
    lines = ["# Results", "",
             "Written by `make results` ([results.py](results.py)) from what [run.py](run.py) and [versus](versus) measured; not by hand.",
             "Contenders take turns within each round; figures are medians over the rounds, with the smallest and the largest; ratios are",
             "formed within a round. \"Other work\" is what other processes of the machine used meanwhile: where it is more than 0.1 cores,",
             "figures show that the benchmark runs, not how fast anything is.", ""]
    if not figures:
        return "\n".join(lines + ["Nothing was measured."]) + "\n"
    latest = max(figures.values(), key=lambda of: of["machine"]["date"])
    lines += machine_lines(latest["machine"]) + [""] + times_table(figures)
    kinds = merged(figures)
    for kind, heading in SECTIONS.items():
        lines += [f"## {heading}", ""]
        if kind not in kinds:
            lines += ["Not measured.", ""]
            continue
        for table in getattr(tables, kind)(kinds[kind]):
            lines += markdown(*table)
        if kind == "layers":
            lines += ["GFLOP/s count direct sums, so that Winograd's algorithm may go beyond the ceiling.", ""]
    for part in (part for part in ALONE if part in figures):
        lines += lines_alone(part, figures[part])
    left_out = {name: reason for of in figures.values() for name, reason in of.get("left_out", {}).items()}
    if left_out:
        lines += ["## Left out", ""] + [f"- {name}: {reason}" for name, reason in left_out.items()] + [""]
    return "\n".join(lines).rstrip("\n") + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="folder of the preset `bench`, configured with -DETALON_VERSUS=ON: build/bench")
    parser.add_argument("--next", action="store_true", help="only the next missing part")
    parser.add_argument("--only", metavar="PART,...", help="these, measured or not: some of " + ", ".join(PARTS | ALONE))
    parser.add_argument("--write", action="store_true", help="measure nothing, write the page")
    parser.add_argument("--page", metavar="FILE", default=HERE / "RESULTS.md", help="where the page goes (default: bench/RESULTS.md)")
    asked = parser.parse_args()
    if not (Path(asked.build) / "training_speed").exists():
        parser.error(f"received {asked.build}, expected a folder with training_speed; `make results` builds it")
    figures = Figures(asked.build)
    wanted = asked.only.split(",") if asked.only else figures.missing()
    for part in wanted:
        if part not in PARTS | ALONE:
            parser.error(f"--only: received {part}, expected some of {', '.join(PARTS | ALONE)}")
    for part in [] if asked.write else wanted[:1] if asked.next else wanted:
        print(f"\n{part}", flush=True)
        figures.measure(part)
        Path(asked.page).write_text(page(figures.all()))
    Path(asked.page).write_text(page(figures.all()))
    left = figures.missing()
    print(f"{asked.page}: written" + (f"; not measured with these programs: {', '.join(left)}" if left else ""))


if __name__ == "__main__":
    main()
