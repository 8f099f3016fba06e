#!/usr/bin/env python3
"""How fast PyTorch trains one trial in one thread: pytorch_speed.py NETWORK [SECONDS] [BATCH].

The networks are those of etalon/nn; plain SGD with one rate a layer group. Prints samples per second; the input is made up,
as no time depends on its values.
"""

import sys
import time

import torch
from torch import nn


def lenet5():
    return (1, 28, 28), nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def vgg_small():
    layers, channels = [], 3
    for width in (32, 64):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
                   nn.MaxPool2d(2)]
        channels = width
    return (3, 32, 32), nn.Sequential(*layers, nn.Flatten(), nn.Linear(4096, 256), nn.ReLU(), nn.Linear(256, 10))


def groups_of(network):
    conv = [parameter for layer in network if isinstance(layer, nn.Conv2d) for parameter in layer.parameters()]
    full = [parameter for layer in network if isinstance(layer, nn.Linear) for parameter in layer.parameters()]
    return [{"params": conv, "lr": 0.01}, {"params": full, "lr": 0.001}]


def measure(name, seconds, batch):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    shape, network = {"lenet5": lenet5, "vgg-small": vgg_small}[name]()
    optimizer, loss = torch.optim.SGD(groups_of(network), lr=0.01), nn.CrossEntropyLoss()
    images, labels = torch.randn(batch, *shape), torch.randint(10, (batch,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(network(images), labels).backward()
        optimizer.step()

    for _ in range(5):
        step()
    steps, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        step()
        steps += 1
    return steps * batch / (time.perf_counter() - start)


def main(words):
    name = words[0] if words else "lenet5"
    seconds = float(words[1]) if len(words) > 1 else 2.0
    batch = int(words[2]) if len(words) > 2 else 64
    print(f"{name} batch {batch}: {measure(name, seconds, batch):.0f} samples/s")


if __name__ == "__main__":
    main(sys.argv[1:])
