#!/usr/bin/python3
"""How fast PyTorch trains in one thread: pytorch_speed.py MODE CASE SECONDS

MODE is eager (one trial), grouped (8 trials fused, as grouped convolutions and batched products) or vmap (8 trials under
functorch's vmap). CASE is a file that make_case wrote. Prints the losses of the case's steps and the speed in trial-samples per
second as one JSON object.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional

from networks import NETWORKS, Case, groups_of

TRIALS = 8


def eager(case):
    network = case.load_into(NETWORKS[case.facts["network"]]())
    eta = case.facts["eta"]
    optimizer, loss_of = torch.optim.SGD(groups_of(network, eta, eta), lr=eta), nn.CrossEntropyLoss()

    def step(k):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(network(case.images[k]), case.labels[k])
        loss.backward()
        optimizer.step()
        return loss

    return step, 1


class BatchedLinear(nn.Module):
    """A linear layer for each trial: [trial * inputs] features in, [trial * outputs] out."""

    def __init__(self, linear):
        super().__init__()
        self.weight = nn.Parameter(linear.weight.t().repeat(TRIALS, 1, 1))
        self.bias = nn.Parameter(linear.bias.repeat(TRIALS, 1, 1))

    def forward(self, x):
        x = x.reshape(x.shape[0], TRIALS, -1).transpose(0, 1)
        return torch.baddbmm(self.bias, x, self.weight).transpose(0, 1).flatten(1)


def fused(module):
    """The module for TRIALS trials side by side in its channels."""
    if isinstance(module, nn.Conv2d):
        conv = nn.Conv2d(TRIALS * module.in_channels, TRIALS * module.out_channels, module.kernel_size, module.stride,
                         module.padding, groups=TRIALS, bias=module.bias is not None)
        conv.weight.data = module.weight.data.repeat(TRIALS, 1, 1, 1)
        if module.bias is not None:
            conv.bias.data = module.bias.data.repeat(TRIALS)
        return conv
    return BatchedLinear(module) if isinstance(module, nn.Linear) else module


def grouped(case):
    if case.facts["network"] == "resnet20":
        raise SystemExit("grouped: received resnet20, expected a network that is one chain of layers")
    network = nn.Sequential(*[fused(module) for module in case.load_into(NETWORKS[case.facts["network"]]())])
    optimizer = torch.optim.SGD(network.parameters(), lr=case.facts["eta"])

    def step(k):
        optimizer.zero_grad(set_to_none=True)
        labels = case.labels[k].repeat_interleave(TRIALS)
        logits = network(case.images[k].repeat(1, TRIALS, 1, 1)).reshape(len(labels), -1)
        loss = functional.cross_entropy(logits, labels) * TRIALS  # the sum of the trials' means
        loss.backward()
        optimizer.step()
        return loss / TRIALS

    return step, TRIALS


def vmapped(case):
    if case.facts["network"] == "resnet20":
        raise SystemExit("vmap: received resnet20, expected a network without batch norm, which writes its statistics in place")
    try:
        from functorch import grad_and_value, make_functional, vmap
    except ImportError:
        raise SystemExit("vmap: functorch is not installed; it comes with python3-torch 1.13") from None
    network, parameters = make_functional(case.load_into(NETWORKS[case.facts["network"]]()))
    parameters = [parameter.detach().repeat(TRIALS, *[1] * parameter.dim()) for parameter in parameters]
    eta = case.facts["eta"]

    def loss_of(own, images, labels):
        return functional.cross_entropy(network(own, images), labels)

    gradients_of = vmap(grad_and_value(loss_of), in_dims=(0, 0, None))

    def step(k):
        images = case.images[k].expand(TRIALS, *case.images[k].shape)  # trials have samples of their own
        gradients, losses = gradients_of(tuple(parameters), images, case.labels[k])
        with torch.no_grad():
            torch._foreach_add_(parameters, gradients, alpha=-eta)
        return losses.mean()

    return step, TRIALS


def main(words):
    modes = {"eager": eager, "grouped": grouped, "vmap": vmapped}
    if len(words) != 3 or words[0] not in modes:
        raise SystemExit(__doc__)
    torch.set_num_threads(1)
    case = Case(words[1])
    steps, batch = case.facts["steps"], case.facts["batch"]
    step, trials = modes[words[0]](case)
    losses = [float(step(k)) for k in range(steps)]
    count, start = 0, time.perf_counter()
    while True:
        step(count % steps)
        count += 1
        passed = time.perf_counter() - start
        if passed >= float(words[2]):
            break
    print(json.dumps({"losses": losses, "speed": count * trials * batch / passed}))


if __name__ == "__main__":
    main(sys.argv[1:])
