#!/usr/bin/python3
"""Makes layers with PyTorch and stores how their parameters are spread in tests/golden/starts.json.

    tools/golden/make_pytorch_starts.py

Needs PyTorch (Debian: python3-torch). `torch` is what PyTorch's layers do when they are made; He's and Glorot's initializers are
those of torch.nn.init, with biases at 0. Of each layer's weights and biases it keeps how many numbers were drawn over all copies,
their mean, variance, kurtosis (the fourth moment over the square of the variance) and largest absolute value.
"""

import json
import pathlib

import torch
from torch import nn

TARGET = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "starts.json"
COPIES = 2000

# As Etalon writes the layer, the shape of its input, and how PyTorch makes it.
LAYERS = [
    ("conv 6 5x5 pad 2", [3, 8, 8], lambda: nn.Conv2d(3, 6, 5, padding=2)),
    ("conv 8 3x3 groups 2", [4, 8, 8], lambda: nn.Conv2d(4, 8, 3, groups=2)),
    ("depthwise 3x3", [12, 8, 8], lambda: nn.Conv2d(12, 12, 3, groups=12)),
    ("conv 9 2x2 no-bias", [5, 8, 8], lambda: nn.Conv2d(5, 9, 2, bias=False)),
    ("dense 7", [1, 3, 5], lambda: nn.Linear(15, 7)),
    ("batchnorm", [4, 8, 8], lambda: nn.BatchNorm2d(4)),
]
INITIALIZERS = {
    "torch": None,
    "he": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
    "he-uniform": lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu"),
    "glorot": nn.init.xavier_normal_,
    "glorot-uniform": nn.init.xavier_uniform_,
}


def start(make, initialize):
    layer = make()
    if initialize and not isinstance(layer, nn.BatchNorm2d):
        initialize(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    return layer


def spread(values):
    """Of one flat double tensor."""
    mean, variance = values.mean(), values.var(unbiased=False)
    kurtosis = ((values - mean) ** 4).mean() / variance ** 2 if variance > 0 else torch.tensor(0.0)
    return {"count": len(values), "mean": mean.item(), "variance": variance.item(), "kurtosis": kurtosis.item(),
            "largest": values.abs().max().item()}


def case(name, text, shape, make):
    torch.manual_seed(0)
    layers = [start(make, INITIALIZERS[name]) for _ in range(COPIES)]
    result = {"initializer": name, "layer": text, "input": shape}
    for kind, parameter in (("weights", "weight"), ("biases", "bias")):
        if getattr(layers[0], parameter) is not None:
            result[kind] = spread(torch.cat([getattr(layer, parameter).detach().flatten().double() for layer in layers]))
    return result


def main():
    torch.set_num_threads(1)
    cases = [case(name, *layer) for name in INITIALIZERS for layer in LAYERS]
    content = {"made with": f"PyTorch {torch.__version__}, tools/golden/make_pytorch_starts.py", "cases": cases}
    TARGET.write_text(json.dumps(content, indent=1) + "\n")


main()
