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

TARGET = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden"


def make_layer(layer):
    """The PyTorch modules of one layer as it is written."""
    kind = layer["text"].split()[0]
    if kind == "conv":
        return [nn.Conv2d(layer["input_channels"], layer["outputs"], layer["kernel"], layer["stride"], layer["padding"])]
    if kind == "dense":
        return [nn.Flatten(), nn.Linear(layer["inputs"], layer["outputs"])]
    return {
        "maxpool": lambda: [nn.MaxPool2d(layer["kernel"], layer["stride"])],
        "avgpool": lambda: [nn.AvgPool2d(layer["kernel"], layer["stride"])],
        "relu": lambda: [nn.ReLU()],
        "leaky-relu": lambda: [nn.LeakyReLU(layer["slope"])],
        "tanh": lambda: [nn.Tanh()],
        "sigmoid": lambda: [nn.Sigmoid()],
    }[kind]()


def make_network(case, dtype):
    """The network with the case's initial weights, and one optimizer group for each layer group."""
    modules = []
    groups = [{"params": [], "lr": eta} for eta in case["eta"]]
    for layer in case["layers"]:
        modules += [module.to(dtype) for module in make_layer(layer)]
        if layer["weights"] == 0:
            continue
        first, weights, biases = layer["first_parameter"], layer["weights"], layer["biases"]
        values = torch.tensor(case["weights"][first : first + weights + biases], dtype=dtype)
        module = modules[-1]
        module.weight.data = values[:weights].reshape(module.weight.shape).clone()
        module.bias.data = values[weights:].clone()
        groups[layer["group"]]["params"] += [module.weight, module.bias]
    return nn.Sequential(*modules, nn.Flatten()), groups


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
    """The loss before each update, one a minibatch."""
    network, groups = make_network(case, dtype)
    optimizer = make_optimizer(case["optimizer"], groups)
    schedule = make_schedule(case, optimizer)
    images = torch.tensor(case["images"], dtype=dtype).reshape(-1, *case["shape"])
    labels = torch.tensor(case["labels"])
    losses = []
    for batch in case["batches"]:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(images[batch]), labels[batch], label_smoothing=case["label_smoothing"])
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def golden(case):
    losses = train(case, torch.float64)
    gap = max(abs(a / b - 1) for a, b in zip(train(case, torch.float32), losses))
    if gap > 1e-5:
        sys.exit(f"{case['name']}: single precision differs by {gap:.1e}; make the case milder")
    print(f"{case['file']:12} {case['name']:45} {losses[0]:.4f} -> {losses[-1]:.4f}   {gap:.1e}")
    settings = {key: case[key] for key in ("eta", "optimizer", "schedule", "initializer", "label_smoothing")}
    layers = [layer["text"] for layer in case["layers"]]
    return {"name": case["name"], "inputs": case["digest"], "layers": layers, **settings, "losses": losses}


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
