"""The named networks as PyTorch modules, and the case that make_case wrote.

Modules with weights stand in the order of Etalon's layers, so that a case's parameters can be copied one after another.
"""

import json

import numpy
import torch
from torch import nn
from torch.nn import functional

WITH_WEIGHTS = (nn.Conv2d, nn.BatchNorm2d, nn.Linear)


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def vgg_small():
    layers, channels = [], 3
    for width in (32, 64):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
                   nn.MaxPool2d(2)]
        channels = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(4096, 256), nn.ReLU(), nn.Linear(256, 10))


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))


def wide():
    layers, channels = [], 3
    for width in (64, 128, 256, 512):
        layers += [nn.MaxPool2d(2)] if layers else []
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU()]
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def mobilenet_small():
    def normed(*convolution, **more):
        return [nn.Conv2d(*convolution, **more, bias=False), nn.BatchNorm2d(convolution[1]), nn.ReLU()]

    layers, channels = normed(3, 32, 3, padding=1), 32
    for width, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)):
        layers += normed(channels, channels, 3, stride=stride, padding=1, groups=channels) + normed(channels, width, 1)
        channels = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


class Block(nn.Module):
    """He et al. 2015, two 3x3 convolutions and a shortcut: without parameters (option A), or `projected` where shapes differ (B)."""

    def __init__(self, inputs, outputs, stride, projected=False):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.stride, self.missing = stride, outputs - inputs
        self.shortcut = None
        if projected and self.missing:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        out = self.norm2(self.conv2(functional.relu(self.norm1(self.conv1(x)))))
        if self.shortcut is not None:
            x = self.shortcut(x)
        elif self.stride != 1 or self.missing:
            x = functional.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, 0, self.missing))
        return functional.relu(out + x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        widths = [16] * 4 + [32] * 3 + [64] * 3
        self.blocks = nn.Sequential(*[Block(a, b, 1 if a == b else 2) for a, b in zip(widths, widths[1:])])
        self.dense = nn.Linear(64, 10)

    def forward(self, x):
        return self.dense(self.blocks(functional.relu(self.norm(self.conv(x)))).mean((2, 3)))


class ResNet18(nn.Module):
    """As it is used for 32x32 images: a first convolution of 3x3, no pooling behind it."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(64)
        widths = [64, 64, 64, 128, 128, 256, 256, 512, 512]
        self.blocks = nn.Sequential(*[Block(a, b, 1 if a == b else 2, projected=True) for a, b in zip(widths, widths[1:])])
        self.dense = nn.Linear(512, 10)

    def forward(self, x):
        return self.dense(self.blocks(functional.relu(self.norm(self.conv(x)))).mean((2, 3)))


NETWORKS = {"lenet5": lenet5, "mlp": mlp, "vgg-small": vgg_small, "wide": wide, "resnet20": ResNet20, "resnet18": ResNet18,
            "mobilenet-small": mobilenet_small}


def groups_of(network, conv, full):
    """Parameter groups as `etalon` forms them: dense layers are `full`, all others `conv`."""
    dense = [parameter for module in network.modules() if isinstance(module, nn.Linear) for parameter in module.parameters()]
    known = {id(parameter) for parameter in dense}
    rest = [parameter for parameter in network.parameters() if id(parameter) not in known]
    return [{"params": rest, "lr": conv}, {"params": dense, "lr": full}]


def load_parameters(network, layers, parameters):
    """Copies Etalon's flat parameters into the network's modules, in the order of Etalon's layers."""
    modules = [module for module in network.modules() if isinstance(module, WITH_WEIGHTS)]
    layers = [layer for layer in layers if layer["weights"]]
    if len(modules) != len(layers):
        raise SystemExit(f"received {len(layers)} layers with weights, expected {len(modules)}")
    for module, layer in zip(modules, layers):
        first, weights, biases = layer["first_parameter"], layer["weights"], layer["biases"]
        module.weight.data = parameters[first:first + weights].reshape(module.weight.shape).clone()
        if biases:
            module.bias.data = parameters[first + weights:first + weights + biases].clone()
    return network


class Case:
    """What make_case wrote: `facts` (its line of JSON), initial `parameters`, `images` and `labels` by step."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.facts = json.loads(file.readline())
            steps, batch, shape = self.facts["steps"], self.facts["batch"], self.facts["shape"]
            self.parameters = torch.from_numpy(numpy.fromfile(file, numpy.float32, self.facts["parameters"]))
            images = numpy.fromfile(file, numpy.float32, steps * batch * int(numpy.prod(shape)))
            labels = numpy.fromfile(file, numpy.int32, steps * batch)
        self.images = torch.from_numpy(images).reshape(steps, batch, *shape)
        self.labels = torch.from_numpy(labels).long().reshape(steps, batch)

    def load_into(self, network):
        return load_parameters(network, self.facts["layers"], self.parameters)
