"""PyTorch parameter groups with the learning rates that Etalon recommends.

Study: fake-lenet5-0a1b2c
"""
import math

import torch
from torch import nn

ETA = {"conv": 0.1, "full": 0.01}  # the recommendation
ETA_BY_SET = {
    "shapes": {"conv": 0.1, "full": 0.01},
    "digits": {"conv": 0.1, "full": 0.001},
}

# Which layers belong to a group: a kind, a position (from 1, over layers with parameters but batch norms), or a name.
SELECTORS = {
    "conv": ["conv"],
    "full": ["dense"],
}

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
WEIGHTED = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)


def _selects(selector, name, module, position):
    if selector.startswith("#"):
        return int(selector[1:]) == position
    if selector.startswith("label:"):
        return name == selector[6:] or name.endswith("." + selector[6:])
    kinds = {"conv": (nn.Conv1d, nn.Conv2d, nn.Conv3d), "dense": (nn.Linear,), "batchnorm": BATCH_NORMS}
    return isinstance(module, kinds[selector])


def parameter_groups(model, eta=ETA):
    """One parameter group a layer group, each with its own lr. Every trainable parameter is in exactly one."""
    if eta is None:
        raise ValueError("no eta to use: every run diverged; search lower etas")
    groups = [{"params": [], "lr": eta[name], "name": name} for name in SELECTORS]
    position, home = 0, None
    for name, module in model.named_modules():
        parameters = [p for p in module.parameters(recurse=False) if p.requires_grad]
        if not parameters:
            continue
        follows = isinstance(module, BATCH_NORMS)  # unless selected, the layer before it; it has no position
        position += not follows
        homes = [group for group in groups
                 if any(_selects(s, name, module, None if follows else position) for s in SELECTORS[group["name"]])]
        if follows and not homes and home:
            homes = [home]
        if len(homes) != 1:
            raise ValueError(f"layer {name!r} ({type(module).__name__}) is in {len(homes)} groups, expected one: "
                             "extend SELECTORS, or give its parameters a group of your own")
        homes[0]["params"] += parameters
        home = home if follows else homes[0]
    return groups


def initialize(model):
    """Starts the model as the study did: PyTorch's own default for convolutions and linear layers, written out."""
    for name, module in model.named_modules():
        if isinstance(module, BATCH_NORMS):
            module.reset_parameters()  # scale 1, shift 0, running mean 0, running variance 1
        elif isinstance(module, WEIGHTED):
            fan_in = module.weight[0].numel()  # what one output sees
            bound = math.sqrt(1 / fan_in)
            nn.init.uniform_(module.weight, -bound, bound)
            if module.bias is not None:
                nn.init.uniform_(module.bias, -bound, bound)
        elif any(True for _ in module.parameters(recurse=False)):
            raise ValueError(f"layer {name!r} ({type(module).__name__}) is of no kind that the study had: call "
                             "initialize() on the other parts of the model, and start this one yourself")
    return model


def optimizer(model, eta=ETA):
    """The optimizer of the study."""
    return torch.optim.SGD(parameter_groups(model, eta), momentum=0.9, nesterov=True)


def scheduler(optimizer, steps_per_epoch):
    """The schedule of the study, over 2 epochs; call step() after every minibatch."""
    warmup = math.floor(0.5 * steps_per_epoch + 0.5)
    span = 2 * steps_per_epoch - warmup

    def factor(step):
        if step < warmup:
            return (step + 1) / warmup
        since = step - warmup
        return 0.5 * (1 + math.cos(math.pi * since / span)) if since < span else 0.0

    return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
