"""Trains LeNet-5 in PyTorch on the generated sets after `etalon data make`, as doc/data-sets.md tells.

usage: measure_difficulty.py [--samples 4000] [--epochs 2] [--seeds 3] [--eta 0.01,0.05,0.1] FOLDER...

A folder holds an IDX quartet or CIFAR-10's binary files. Prints the mean and the deviation over seeds of the
accuracy on the test part, one row a folder and one column an eta.
"""
import argparse
import pathlib

import numpy as np
import torch
from torch import nn


def read_idx(path):
    raw = path.read_bytes()
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def read_part(folder, idx_part, cifar_file):
    if (folder / cifar_file).exists():
        records = np.frombuffer((folder / cifar_file).read_bytes(), np.uint8).reshape(-1, 3073)
        return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]
    images = read_idx(folder / f"{idx_part}-images-idx3-ubyte")
    return images[:, None], read_idx(folder / f"{idx_part}-labels-idx1-ubyte")


def lenet5(channels, side):
    flat = 16 * ((side // 2 - 4) // 2) ** 2
    net = nn.Sequential(
        nn.Conv2d(channels, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(flat, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    for layer in net:
        if hasattr(layer, "weight"):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
    return net


def accuracy_after(folder, samples, epochs, eta, seed, batch=64):
    torch.manual_seed(seed)
    images, labels = read_part(folder, "train", "data_batch_1.bin")
    test_images, test_labels = read_part(folder, "t10k", "test_batch.bin")
    images, labels = images[:samples] / 255.0, labels[:samples]
    mean, deviation = images.mean((0, 2, 3), keepdims=True), images.std((0, 2, 3), keepdims=True)
    x, y = torch.tensor((images - mean) / deviation).float(), torch.tensor(labels).long()
    test_x = torch.tensor((test_images / 255.0 - mean) / deviation).float()
    net = lenet5(x.shape[1], x.shape[2])
    optimizer = torch.optim.SGD(net.parameters(), lr=eta)
    for _ in range(epochs):
        for rows in torch.randperm(len(x))[: len(x) // batch * batch].view(-1, batch):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()
            optimizer.step()
    with torch.no_grad():
        return (net(test_x).argmax(1).numpy() == test_labels).mean()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--eta", default="0.01,0.05,0.1")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    etas = [float(eta) for eta in options.eta.split(",")]
    print("set", *etas, sep="\t")
    for folder in options.folders:
        row = []
        for eta in etas:
            found = [accuracy_after(folder, options.samples, options.epochs, eta, seed) for seed in range(options.seeds)]
            row.append(f"{100 * np.mean(found):.1f} ± {100 * np.std(found, ddof=1) if len(found) > 1 else 0:.1f}")
        print(folder.name, *row, sep="\t", flush=True)


if __name__ == "__main__":
    main()
