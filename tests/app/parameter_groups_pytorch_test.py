#!/usr/bin/python3
"""parameter_groups.py of real studies in PyTorch: the moments and bounds of many layers that it started are held against the formulas,
and a model is trained by its optimizer and scheduler. Ends with 77, skipped, where PyTorch (Debian: python3-torch) is missing."""

import itertools
import sys
import unittest

from parameter_groups import EXPECTED, SCHEDULES, Study, executed

try:
    import torch
except ImportError:
    sys.exit(print("skipped: PyTorch (Debian: python3-torch) is not installed") or 77)


class WithPyTorch(Study):
    def drawn(self, code, make):
        """Weights and biases of 200 layers that initialize() started from other values."""
        start, weights, biases = executed(code, {}), [], []
        torch.manual_seed(0)
        for _ in range(200):
            layer = make()
            for parameter in layer.parameters():
                torch.nn.init.constant_(parameter, 7.0)
            start.initialize(torch.nn.Sequential(layer, torch.nn.ReLU()))
            weights.append(layer.weight.detach().flatten().double())
            biases.append(layer.bias.detach().flatten().double())
        return torch.cat(weights), torch.cat(biases)

    def check(self, values, distribution, width):
        deviation = width if distribution == "normal" else width / 3 ** 0.5
        error = (2 / len(values)) ** 0.5
        self.assertLess(abs(values.mean() / deviation), 5 * error)
        self.assertLess(abs(values.var() / deviation ** 2 - 1), 8 * error)
        self.assertLess(abs((values ** 4).mean() / deviation ** 4 - (3 if distribution == "normal" else 1.8)), 40 * error)
        if distribution == "uniform":
            self.assertLessEqual(values.abs().max(), width * (1 + 1e-6))
            self.assertGreater(values.abs().max(), 0.99 * width)

    def test_every_initializer_starts_as_the_study_did(self):
        made = (lambda: torch.nn.Conv2d(6, 12, 3, groups=3), lambda: torch.nn.Linear(60, 10))
        for initializer, (distribution, *widths) in EXPECTED.items():
            code = self.code(f'initializer = "{initializer}"')
            for make, width in zip(made, widths):
                with self.subTest(initializer, layer=str(make())):
                    weights, biases = self.drawn(code, make)
                    self.check(weights, distribution, width)
                    if initializer == "torch":
                        self.check(biases, "uniform", width)
                    else:
                        self.assertEqual(biases.abs().max(), 0)

    def test_a_batch_norm_forgets_what_it_saw(self):
        norm = torch.nn.BatchNorm2d(3)
        torch.nn.init.constant_(norm.weight, 7.0)
        norm(torch.randn(4, 3, 5, 5))
        executed(self.code('initializer = "he"'), {}).initialize(norm)
        state = {key: value.tolist() for key, value in norm.state_dict().items()}
        self.assertEqual(state, {"weight": [1] * 3, "bias": [0] * 3, "running_mean": [0] * 3, "running_var": [1] * 3,
                                 "num_batches_tracked": 0})

    def test_optimizer_and_scheduler_train_beyond_the_budget(self):
        optimizers = ("sgd", "adam", "adamw", 'momentum"\nmomentum = 0.0 #', 'nesterov"\nmomentum = 0.0 #')
        for optimizer, schedule in itertools.chain(zip(optimizers, itertools.repeat(SCHEDULES["cosine"])),
                                                   zip(itertools.repeat("nesterov"), SCHEDULES.values())):
            with self.subTest(optimizer, schedule=schedule):
                study = executed(self.code(f'optimizer = "{optimizer}"\n{schedule}'), {})
                model = study.initialize(torch.nn.Sequential(torch.nn.Conv2d(1, 6, 3), torch.nn.Flatten(), torch.nn.Linear(54, 10)))
                optimizer_of_study = study.optimizer(model, {"conv": 0.01, "full": 0.01})
                scheduler = study.scheduler(optimizer_of_study, 3)
                for _ in range(8):
                    model(torch.randn(2, 1, 5, 5)).sum().backward()
                    optimizer_of_study.step()
                    scheduler.step()


if __name__ == "__main__":
    unittest.main()
