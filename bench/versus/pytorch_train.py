#!/usr/bin/python3
"""Trains in PyTorch what `etalon tune` trains: pytorch_train.py RUNS SEED CONV FULL

RUNS is a file that make_runs wrote: images, initial weights and the order of the samples are Etalon's, all else is PyTorch's
own. Plain SGD with one learning rate for the convolutions and one for the dense layers. Prints the validation accuracy after
each epoch and the mean loss of each epoch's minibatches as one JSON object.
"""

import json
import sys

import numpy
import torch
from torch.nn import functional

from networks import NETWORKS, groups_of, load_parameters


class Runs:
    """What make_runs wrote, for one of its seeds."""

    def __init__(self, path, seed):
        with open(path, "rb") as file:
            self.facts = facts = json.loads(file.readline())
            if not 0 <= seed < facts["seeds"]:
                raise SystemExit(f"{path}: received seed {seed}, expected one of 0 to {facts['seeds'] - 1}")
            self.training, self.validation = self.samples(file, facts["training"]), self.samples(file, facts["validation"])
            file.seek(seed * 4 * (facts["parameters"] + facts["visits"]), 1)
            self.parameters = torch.from_numpy(numpy.fromfile(file, numpy.float32, facts["parameters"]))
            self.visits = torch.from_numpy(numpy.fromfile(file, numpy.int32, facts["visits"])).long()

    def samples(self, file, count):
        shape = self.facts["shape"]
        images = numpy.fromfile(file, numpy.float32, count * int(numpy.prod(shape)))
        labels = numpy.fromfile(file, numpy.int32, count)
        return torch.from_numpy(images).reshape(count, *shape), torch.from_numpy(labels).long()


def accuracy(network, images, labels):
    network.eval()
    with torch.no_grad():
        right = sum(int((network(part).argmax(1) == of).sum()) for part, of in zip(images.split(500), labels.split(500)))
    network.train()
    return right / len(labels)


def train(runs, conv, full):
    facts = runs.facts
    network = load_parameters(NETWORKS[facts["network"]](), facts["layers"], runs.parameters)
    optimizer = torch.optim.SGD(groups_of(network, conv, full), lr=conv)
    images, labels = runs.training
    accuracies, losses = [], []
    for visits in runs.visits.reshape(facts["epochs"], -1):
        total = 0.0
        for batch in visits.split(facts["batch"]):
            optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(network(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total * facts["batch"] / len(visits))
        accuracies.append(accuracy(network, *runs.validation))
    return accuracies, losses


def main(words):
    if len(words) != 4:
        raise SystemExit(__doc__)
    torch.set_num_threads(1)
    accuracies, losses = train(Runs(words[0], int(words[1])), float(words[2]), float(words[3]))
    print(json.dumps({"accuracies": accuracies, "losses": losses}))


if __name__ == "__main__":
    main(sys.argv[1:])
