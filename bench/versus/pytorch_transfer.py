#!/usr/bin/python3
"""Trains in PyTorch as somebody does who pasted parameter_groups.py: pytorch_transfer.py RUNS CODE SEED GROUP=ETA...

RUNS is a file that make_runs wrote; of it the normalized images, their split, the batch and the number of epochs are used. Initial
weights and the order of the samples are PyTorch's own, drawn after torch.manual_seed(SEED): its layers' default start where the
study had that one, else initialize() of CODE, the study's parameter_groups.py. Groups, optimizer, schedule and loss are CODE's. One
thread. Prints the validation accuracy after the last epoch as one JSON object: {"accuracy": 0.97}.
"""

import json
import sys
import types
from pathlib import Path

import torch
from torch import nn

from networks import NETWORKS
from pytorch_train import Runs, accuracy


def read_code(path):
    names = {}
    exec(compile(Path(path).read_text(), path, "exec"), names)
    if "augmentation" in names:
        raise SystemExit(f"{path}: received a study with augmentation, expected one without")
    return types.SimpleNamespace(**names)


def train(runs, code, seed, eta):
    facts = runs.facts
    torch.manual_seed(seed)
    network = NETWORKS[facts["network"]]()
    if code.INITIALIZER != "torch":
        code.initialize(network)
    optimizer = code.optimizer(network, eta)
    images, labels = runs.training
    steps = len(labels) // facts["batch"]
    scheduler = code.scheduler(optimizer, steps) if hasattr(code, "scheduler") else None
    criterion = code.criterion() if hasattr(code, "criterion") else nn.CrossEntropyLoss()
    for _ in range(facts["epochs"]):
        order = torch.randperm(len(labels))[:steps * facts["batch"]]
        for batch in order.split(facts["batch"]):
            optimizer.zero_grad(set_to_none=True)
            criterion(network(images[batch]), labels[batch]).backward()
            optimizer.step()
            if scheduler:
                scheduler.step()
    return accuracy(network, *runs.validation)


def main(words):
    if len(words) < 5 or not all("=" in word for word in words[4:]):
        raise SystemExit(__doc__)
    torch.set_num_threads(1)
    eta = {group: float(value) for group, value in (word.rsplit("=", 1) for word in words[4:])}
    print(json.dumps({"accuracy": train(Runs(words[1], 0), read_code(words[2]), int(words[3]), eta)}))


if __name__ == "__main__":
    main(sys.argv)
