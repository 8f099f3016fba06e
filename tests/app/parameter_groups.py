"""Studies whose parameter_groups.py is tried, and what it is to draw."""

import sys
import types
from unittest import mock

from program import ProgramTest

LAYERS = '"conv 6 3x3 label stem", "relu", "conv 12 3x3 groups 3 no-bias", "batchnorm", "relu", "dense 10"'
SCHEDULES = {
    "constant": "warmup = 0.5", "cosine": 'schedule = "cosine"', "cosine after warm-up": 'schedule = "cosine"\nwarmup = 1.9',
    "step": 'schedule = "step"\nstep_epochs = 0.3\nfactor = 0.5\nwarmup = 0.2',
    "exponential": 'schedule = "exponential"\nfactor = 0.2',
}
# Of the grouped convolution (fan in 2 * 9, fan out 12 * 9) and of the dense layer (fan in 60, fan out 10): bound of a uniform
# distribution or deviation of a normal one.
EXPECTED = {
    "torch": ("uniform", 18 ** -0.5, 60 ** -0.5),
    "he": ("normal", (2 / 18) ** 0.5, (2 / 60) ** 0.5),
    "he-uniform": ("uniform", (6 / 18) ** 0.5, (6 / 60) ** 0.5),
    "glorot": ("normal", (2 / 126) ** 0.5, (2 / 70) ** 0.5),
    "glorot-uniform": ("uniform", (6 / 126) ** 0.5, (6 / 70) ** 0.5),
}


def executed(code, modules):
    """The names that parameter_groups.py defines, with `modules` for PyTorch."""
    names = {}
    with mock.patch.dict(sys.modules, modules):
        exec(code, names)
    return types.SimpleNamespace(**names)


class Study(ProgramTest):
    known = {}

    def code(self, training):
        """parameter_groups.py of a study with this [training]; trained once."""
        if training not in self.known:
            self.known[training] = self.trained(training)
        return self.known[training]

    def trained(self, training):
        (self.folder / "study.toml").write_text(
            f'[study]\nsamples = 320\nvalidation = 32\nbatch = 32\nseeds = 1\nepochs = 2\n[data]\nsets = ["shapes"]\n'
            f"[network]\nlayers = [{LAYERS}]\n[eta]\nconv = [0.1]\nfull = [0.1]\n[training]\n{training}\n")
        self.done("tune", "study.toml", "--quiet")
        return (self.folder / "report" / "parameter_groups.py").read_text()
