"""How each engine trains: the settings found best for it, each for itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numnet


@dataclass(frozen=True)
class Setting:
    """A network of relu layers, its batch and its optimizer.

    Parameters
    ----------
    hidden : tuple of int
        Units of the hidden layers.
    batch : int
        Rows of a step.
    adam : bool
        Else SGD with momentum 0.9.
    lr : float
        The largest rate of one cycle, or the only rate.
    epochs : int
        Of the cycle; 0 for a constant rate.
    """

    hidden: tuple[int, ...]
    batch: int
    adam: bool
    lr: float
    epochs: int

    def schedule(self, rows: int) -> numnet.OneCycle:
        """The rate of each step, with so many rows to train on."""
        return numnet.OneCycle(self.lr, self.epochs * math.ceil(rows / self.batch))

    def __str__(self) -> str:
        widths = "-".join(map(str, (784, *self.hidden, 10)))
        rule = "Adam" if self.adam else "SGD with momentum"
        cycle = f"one cycle of {self.epochs} epochs up to" if self.epochs else "constant"
        return f"{widths}, batch {self.batch}, {rule}, lr {cycle} {self.lr:g}"


SETTINGS = {
    "numnet": Setting((256,), 256, False, 0.5, 4),
    "torch": Setting((256,), 256, False, 0.5, 4),
    "jax": Setting((256,), 256, False, 0.5, 4),
    # partial_fit has no such schedule. The momentum is Nesterov's, as it is by default.
    "sklearn": Setting((256,), 128, False, 0.1, 0),
}
MOST = 25  # epochs, after which a run is given up
