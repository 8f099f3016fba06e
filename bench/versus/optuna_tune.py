#!/usr/bin/python3
"""The whole job with Optuna and PyTorch: optuna_tune.py MNIST_FOLDER SAMPLES VALIDATION CORE...

A grid of 5 x 5 learning rates for LeNet-5, as `etalon tune` tries it: one epoch over SAMPLES of MNIST's training images, batch
64, plain SGD, then the accuracy over VALIDATION others. GridSampler, SQLite storage, one worker process for each CORE. Prints
the accuracy of every setting as one JSON object: {"trials": 25, "accuracy": {"CONV FULL": ...}}.
"""

import gzip
import json
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

import numpy
import optuna
import torch
from optuna.study import MaxTrialsCallback
from optuna.trial import TrialState
from torch.nn import functional

from networks import groups_of, lenet5

ETAS = [1e-4, 1e-3, 1e-2, 1e-1, 1.0]
BATCH = 64


def read_idx(folder, name, header):
    path = Path(folder) / name
    opened = gzip.open(f"{path}.gz") if not path.exists() else open(path, "rb")
    with opened as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)


def open_data(folder, samples, validation):
    """Images as normalized floats, and labels: of training, then of validation."""
    labels = torch.from_numpy(read_idx(folder, "train-labels-idx1-ubyte", 8).copy()).long()
    pixels = torch.from_numpy(read_idx(folder, "train-images-idx3-ubyte", 16).copy()).reshape(-1, 1, 28, 28)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    held, trained = order[:validation], order[validation:validation + samples]
    images = pixels[trained].float() / 255
    mean, deviation = images.mean(), images.std()
    return ((images - mean) / deviation, labels[trained]), ((pixels[held].float() / 255 - mean) / deviation, labels[held])


class Objective:
    def __init__(self, training, validation):
        self.training, self.validation = training, validation

    def __call__(self, trial):
        torch.manual_seed(0)  # equal initial weights and order for every setting
        conv, full = trial.suggest_float("conv", 1e-4, 1.0), trial.suggest_float("full", 1e-4, 1.0)
        network = lenet5()
        optimizer = torch.optim.SGD(groups_of(network, conv, full), lr=conv)
        images, labels = self.training
        order = torch.randperm(len(labels))
        for first in range(0, len(labels) - BATCH + 1, BATCH):
            chosen = order[first:first + BATCH]
            optimizer.zero_grad(set_to_none=True)
            functional.cross_entropy(network(images[chosen]), labels[chosen]).backward()
            optimizer.step()
        return self.accuracy(network)

    def accuracy(self, network):
        images, labels = self.validation
        with torch.no_grad():
            right = sum(int((network(part).argmax(1) == of).sum()) for part, of in zip(images.split(1000), labels.split(1000)))
        return right / len(labels)


def work(core, storage, words):
    os.sched_setaffinity(0, {core})
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.GridSampler({"conv": ETAS, "full": ETAS})
    study = optuna.load_study(study_name="lenet5", storage=storage, sampler=sampler)
    finished = MaxTrialsCallback(len(ETAS) ** 2, states=(TrialState.COMPLETE,))
    study.optimize(Objective(*open_data(words[0], int(words[1]), int(words[2]))), callbacks=[finished])


def main(words):
    if len(words) < 4:
        raise SystemExit(__doc__)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="optuna-") as folder:
        storage = f"sqlite:///{folder}/study.db"
        study = optuna.create_study(study_name="lenet5", storage=storage, direction="maximize")
        context = multiprocessing.get_context("fork")
        workers = [context.Process(target=work, args=(int(core), storage, words[:3])) for core in words[3:]]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if any(worker.exitcode for worker in workers):
            raise SystemExit("a worker failed")
        done = study.get_trials(states=(TrialState.COMPLETE,))
        accuracy = {f"{trial.params['conv']:g} {trial.params['full']:g}": trial.value for trial in done}
        print(json.dumps({"trials": len(done), "accuracy": accuracy}))


if __name__ == "__main__":
    main(sys.argv[1:])
