#!/usr/bin/python3
"""Trains every golden case with PyTorch and stores its losses in tests/golden/*.json.

    cmake --preset dev && cmake --build --preset dev --target dump_golden_cases
    tools/golden/make_pytorch_goldens.py build/dev/dump_golden_cases

Needs PyTorch (Debian: python3-torch). Weights, images and minibatches come from the program's own functions
through dump_golden_cases; networks, gradients, optimizers and schedules are PyTorch's, in double. A case whose
losses differ in single precision by more than 1e-5 is refused: it would test rounding, not the algorithm.
"""

import json
import pathlib
import subprocess
import sys

import torch
from torch import nn
from torch.optim import lr_scheduler

OWN_NUMBERS = ("momentum", "weight_decay")  # of each group; empty: the optimizer's
TARGET = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden"


def make_layer(layer):
    """The PyTorch module of one layer as it is written; none for an addition, which has no parameters."""
    kind = layer["text"].split()[0]
    channels = layer["input_channels"]
    if kind in ("conv", "depthwise"):
        return nn.Conv2d(channels, layer["outputs"], layer["kernel"], layer["stride"], layer["padding"],
                         groups=layer["channel_groups"], bias=layer["biases"] > 0)
    return {
        "dense": lambda: nn.Sequential(nn.Flatten(), nn.Linear(layer["inputs"], layer["outputs"])),
        "batchnorm": lambda: nn.BatchNorm2d(channels) if layer["inputs"] > channels else nn.BatchNorm1d(channels),
        "maxpool": lambda: nn.MaxPool2d(layer["kernel"], layer["stride"]),
        "avgpool": lambda: nn.AvgPool2d(layer["kernel"], layer["stride"]),
        "gap": lambda: nn.AdaptiveAvgPool2d(1),
        "add": lambda: None,
        "relu": lambda: nn.ReLU(),
        "leaky-relu": lambda: nn.LeakyReLU(layer["slope"]),
        "tanh": lambda: nn.Tanh(),
        "sigmoid": lambda: nn.Sigmoid(),
        "gelu": lambda: nn.GELU(),
        "silu": lambda: nn.SiLU(),
    }[kind]()


def shortcut_sum(values, addend, stride):
    """Every stride-th row and column of the addend; zeros for the channels that it lacks."""
    addend = addend[:, :, ::stride, ::stride]
    missing = values.shape[1] - addend.shape[1]
    return values + nn.functional.pad(addend, (0, 0, 0, 0, 0, missing))


class Network(nn.Module):
    """Layers that read the outputs named by their source and addend; -1 is the network's input."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers
        self.modules_by_layer = nn.ModuleList([make_layer(layer) or nn.Identity() for layer in layers])

    def forward(self, images):
        outputs = {-1: images}
        for number, (layer, module) in enumerate(zip(self.layers, self.modules_by_layer)):
            outputs[number] = module(outputs[layer["source"]])
            if layer["text"].startswith("add "):
                outputs[number] = shortcut_sum(outputs[number], outputs[layer["addend"]], layer["stride"])
        return outputs[len(self.layers) - 1].flatten(1)


def make_network(case, dtype):
    """The network with the case's initial weights, and one optimizer group for each layer group."""
    network = Network(case["layers"]).to(dtype)
    groups = [{"params": [], "lr": eta} for eta in case["eta"]]
    for option in OWN_NUMBERS:
        for group, number in zip(groups, case[option]):
            group[option] = number
    for layer, module in zip(case["layers"], network.modules_by_layer):
        if layer["weights"] == 0:
            continue
        first, weights, biases = layer["first_parameter"], layer["weights"], layer["biases"]
        values = torch.tensor(case["weights"][first : first + weights + biases], dtype=dtype)
        parameters = list(module.parameters())
        parameters[0].data = values[:weights].reshape(parameters[0].shape).clone()
        if biases > 0:
            parameters[1].data = values[weights:].clone()
        groups[layer["group"]]["params"] += parameters
    return network, groups


def make_optimizer(spec, groups):
    decay = spec["weight_decay"]
    if spec["name"] in ("adam", "adamw"):
        kind = torch.optim.Adam if spec["name"] == "adam" else torch.optim.AdamW
        return kind(groups, betas=(spec["beta1"], spec["beta2"]), eps=spec["epsilon"], weight_decay=decay)
    momentum = 0.0 if spec["name"] == "sgd" else spec["momentum"]
    return torch.optim.SGD(groups, lr=1.0, momentum=momentum, nesterov=spec["name"] == "nesterov", weight_decay=decay)


def make_schedule(case, optimizer):
    """PyTorch's own schedules, stepped after every minibatch; linear warm-up before any."""
    spec, per_epoch = case["schedule"], case["steps_per_epoch"]
    warmup = round(spec["warmup_epochs"] * per_epoch)
    after_warmup = per_epoch * case["epochs"] - warmup
    schedule = {
        "constant": lambda: lr_scheduler.LambdaLR(optimizer, lambda step: 1.0),
        "step": lambda: lr_scheduler.StepLR(optimizer, round(spec["step_epochs"] * per_epoch), spec["factor"]),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(optimizer, after_warmup),
        "exponential": lambda: lr_scheduler.ExponentialLR(optimizer, spec["factor"] ** (1.0 / per_epoch)),
    }[spec["name"]]()
    if warmup < 2:
        return schedule
    rise = lr_scheduler.LinearLR(optimizer, 1.0 / warmup, 1.0, warmup - 1)
    return lr_scheduler.SequentialLR(optimizer, [rise, schedule], [warmup])


def train(case, dtype):
    """The loss before each update, one a minibatch; the validation loss after each epoch."""
    network, groups = make_network(case, dtype)
    optimizer = make_optimizer(case["optimizer"], groups)
    schedule = make_schedule(case, optimizer)
    images = torch.tensor(case["images"], dtype=dtype).reshape(-1, *case["shape"])
    labels = torch.tensor(case["labels"])
    losses, validation_losses = [], []
    for batch in case["batches"]:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(images[batch]), labels[batch], label_smoothing=case["label_smoothing"])
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if len(losses) % case["steps_per_epoch"] == 0:
            validation_losses.append(validation_loss(network, case, dtype))
    return losses, validation_losses


def validation_loss(network, case, dtype):
    images = torch.tensor(case["validation_images"], dtype=dtype).reshape(-1, *case["shape"])
    network.eval()
    with torch.no_grad():
        loss = nn.functional.cross_entropy(network(images), torch.tensor(case["validation_labels"]))
    network.train()
    return loss.item()


def golden(case):
    losses, validation_losses = train(case, torch.float64)
    single = train(case, torch.float32)
    gap = max(abs(a / b - 1) for a, b in zip(sum(single, []), losses + validation_losses))
    if gap > 1e-5:
        sys.exit(f"{case['name']}: single precision differs by {gap:.1e}; make the case milder")
    print(f"{case['file']:12} {case['name']:45} {losses[0]:.4f} -> {losses[-1]:.4f}   {gap:.1e}")
    settings = {key: case[key] for key in ("eta", "optimizer", "schedule", "initializer", "label_smoothing")}
    settings |= {key: case[key] for key in OWN_NUMBERS if case[key]}
    layers = [layer["text"] for layer in case["layers"]]
    return {"name": case["name"], "inputs": case["digest"], "layers": layers, **settings, "losses": losses,
            "validation_losses": validation_losses}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    cases = json.loads(subprocess.run(sys.argv[1], check=True, capture_output=True).stdout)["cases"]
    for file in sorted({case["file"] for case in cases}):
        content = {
            "made with": f"PyTorch {torch.__version__}, tools/golden/make_pytorch_goldens.py",
            "cases": [golden(case) for case in cases if case["file"] == file],
        }
        (TARGET / f"{file}.json").write_text(json.dumps(content, indent=1) + "\n")


main()
