#!/usr/bin/env python3
"""parameter_groups.py of real studies without PyTorch: a stand-in writes down what initialize() would draw, and asks the scheduler for
its factors. parameter_groups_pytorch_test.py draws and trains."""

import math
import types
import unittest

from parameter_groups import EXPECTED, SCHEDULES, Study, executed


class Parameter:
    """A tensor's shape, and what it was filled with: (distribution, width)."""

    def __init__(self, *shape, filled=None):
        self.shape, self.filled, self.requires_grad = shape, filled, True

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, at):
        return Parameter(*self.shape[len(at) if isinstance(at, tuple) else 1:])

    def numel(self):
        return math.prod(self.shape)


class StandIn:
    """As much of PyTorch as parameter_groups.py uses."""

    class Module:
        weight = bias = None

        def __init__(self, weight=None, bias=None):
            self.weight, self.bias, self.resets = weight, bias, 0

        def parameters(self, recurse=True):
            return [parameter for parameter in (self.weight, self.bias) if parameter is not None]

        def reset_parameters(self):
            self.resets += 1

    class LambdaLR:
        """As PyTorch's: the factor of step t is asked for as soon as step t - 1 is done, that after the last one too."""

        def __init__(self, optimizer, factor):
            self.factor, self.step_count = factor, 0
            self.now = factor(0)

        def step(self):
            self.step_count += 1
            self.now = self.factor(self.step_count)

    def modules(self):
        root, nn = types.ModuleType("torch"), types.ModuleType("torch.nn")
        for name in ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "Conv1d", "Conv2d", "Conv3d", "Linear", "LayerNorm"):
            setattr(nn, name, type(name, (self.Module,), {}))

        def fill(distribution):
            return lambda parameter, a=0.0, b=0.0: setattr(parameter, "filled", (distribution, a, b))

        nn.init = types.SimpleNamespace(normal_=fill("normal"), uniform_=fill("uniform"), zeros_=fill("zeros"))
        root.nn, root.optim = nn, types.SimpleNamespace(lr_scheduler=types.SimpleNamespace(LambdaLR=self.LambdaLR))
        return {"torch": root, "torch.nn": nn}


class Model:
    """Named modules, as model.named_modules() gives them."""

    def __init__(self, **modules):
        self.modules = modules

    def named_modules(self):
        return self.modules.items()


class WithoutPyTorch(Study):
    def setUp(self):
        super().setUp()
        self.modules = StandIn().modules()
        self.nn = self.modules["torch.nn"]

    def model(self):
        nn = self.nn
        return Model(stem=nn.Conv2d(Parameter(6, 1, 3, 3), Parameter(6)), thin=nn.Conv2d(Parameter(12, 2, 3, 3)),
                     norm=nn.BatchNorm2d(Parameter(12), Parameter(12)), relu=StandIn.Module(),
                     head=nn.Linear(Parameter(10, 60), Parameter(10)))

    def check(self, filled, distribution, width):
        kind, a, b = filled
        self.assertEqual(kind, distribution)
        self.assertAlmostEqual(b, width, places=12)
        self.assertAlmostEqual(a, 0.0 if kind == "normal" else -width, places=12)

    def test_every_initializer_draws_what_the_study_drew(self):
        for initializer, (distribution, of_conv, of_dense) in EXPECTED.items():
            with self.subTest(initializer):
                model = self.model()
                start = executed(self.code(f'initializer = "{initializer}"'), self.modules)
                self.assertIs(start.initialize(model), model)
                modules = model.modules
                self.check(modules["thin"].weight.filled, distribution, of_conv)
                self.check(modules["head"].weight.filled, distribution, of_dense)
                self.assertEqual(modules["norm"].resets, 1)
                bias = modules["head"].bias.filled
                self.check(bias, "uniform", of_dense) if initializer == "torch" else self.assertEqual(bias[0], "zeros")

    def test_a_layer_of_another_kind_is_refused_and_named(self):
        start = executed(self.code(""), self.modules)
        with self.assertRaisesRegex(ValueError, "'odd'.*LayerNorm"):
            start.initialize(Model(odd=self.nn.LayerNorm(Parameter(3), Parameter(3))))

    def test_schedulers_go_beyond_the_last_step(self):
        for name, training in SCHEDULES.items():
            code = self.code(training)
            for steps_per_epoch in (1, 3, 10):
                with self.subTest(name, steps=steps_per_epoch):
                    scheduler = executed(code, self.modules).scheduler(None, steps_per_epoch)
                    for _ in range(4 * steps_per_epoch):
                        scheduler.step()
                        self.assertTrue(0 <= scheduler.now <= 1, scheduler.now)

    def test_a_warm_up_as_long_as_the_budget_divides_by_nothing(self):
        scheduler = executed(self.code('schedule = "cosine"\nwarmup = 2'), self.modules).scheduler(None, 10)
        for _ in range(40):
            scheduler.step()
        self.assertEqual(scheduler.now, 0)


if __name__ == "__main__":
    unittest.main()
