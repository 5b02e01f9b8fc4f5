"""What is trained: networks, their data, their start, and the loss that judges all engines."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MOMENTUM = 0.9
# scikit-learn adds eps before v is corrected: of 1e-8 that is seen after a few steps.
BETAS, EPS = (0.9, 0.999), 1e-10


@dataclass(frozen=True)
class Workload:
    """A network, its batch, dtype and optimizer.

    Parameters
    ----------
    widths : tuple of int
        From the input to the output; of a tied autoencoder from the input to the code.
    batch : int
        Rows of a step.
    dtype : {"float32", "float64"}
        Of all that is computed.
    hidden : {"relu", "tanh"}
        The activation between the layers. A tied autoencoder has none at its code and a sigmoid at
        its output.
    lr : float
        Of SGD with momentum 0.9, or of Adam.
    adam, tied : bool
        Adam instead of SGD; a tied autoencoder.
    """

    widths: tuple[int, ...]
    batch: int
    dtype: str
    hidden: str
    lr: float
    adam: bool = False
    tied: bool = False

    @property
    def classifies(self) -> bool:
        """Cross-entropy of labels; else the mean squared error."""
        return not self.tied and self.widths[-1] > 1

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """W, b of each layer in turn; of a tied autoencoder then the biases of the decoder."""
        shapes: list[tuple[int, ...]] = []
        for D, Q in pairwise(self.widths):
            shapes += [(D, Q), (Q,)]
        return shapes + [(Q,) for Q in self.widths[-2::-1] if self.tied]

    def split(self, theta: Array) -> list[Array]:
        """Views of the flat parameters."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])
        parts = np.split(theta, ends[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def maps(self, parts: list[Array]) -> list[tuple[Array, Array]]:
        """W and b of each map, the tied ones transposed."""
        depth = len(self.widths) - 1
        maps = [(parts[2 * i], parts[2 * i + 1]) for i in range(depth)]
        if self.tied:
            maps += [(maps[depth - 1 - i][0].T, parts[2 * depth + i]) for i in range(depth)]
        return maps

    def data(self) -> tuple[Array, Array]:
        """x in [0, 1], and labels, values or x itself."""
        rng = np.random.default_rng(0)
        x = rng.random((self.batch, self.widths[0])).astype(self.dtype)
        if self.tied:
            return x, x
        if self.classifies:
            return x, rng.integers(0, self.widths[-1], self.batch)
        return x, rng.normal(size=(self.batch, 1)).astype(self.dtype)

    def start(self) -> Array:
        """The flat parameters at the start."""
        rng = np.random.default_rng(1)
        theta = np.zeros(sum(int(np.prod(shape)) for shape in self.shapes), self.dtype)
        for part in self.split(theta):
            part[...] = rng.normal(size=part.shape) / np.sqrt(len(part) if part.ndim > 1 else 100)
        return theta

    def loss(self, theta: Array) -> float:
        """The loss at these parameters, computed in float64."""
        x, y = self.data()
        a, depth = x.astype(np.float64), len(self.widths) - 1
        maps = self.maps(self.split(theta.astype(np.float64)))
        for i, (W, b) in enumerate(maps, 1):
            a = a @ W + b
            if i < len(maps) and not (self.tied and i == depth):
                a = np.maximum(a, 0) if self.hidden == "relu" else np.tanh(a)
        if not self.classifies:
            # sigmoid(a) = (1 + tanh(a / 2)) / 2
            return float(np.mean(((0.5 + 0.5 * np.tanh(a / 2) if self.tied else a) - y) ** 2))
        a -= a.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(a).sum(axis=1)) - a[np.arange(len(a)), y]))

    def __str__(self) -> str:
        size = f"{self.batch} x {'-'.join(map(str, self.widths))}"
        kind = f"tied autoencoder, {self.hidden}" if self.tied else self.hidden
        rule = "Adam" if self.adam else "SGD with momentum"
        return f"{size} {kind}, {self.dtype}, {rule}"


WORKLOADS = {
    "full64": Workload((784, 10, 3), 3000, "float64", "tanh", 0.1),
    "full32": Workload((784, 10, 3), 3000, "float32", "tanh", 0.1),
    "mid": Workload((784, 100, 10), 128, "float32", "relu", 0.02),
    "big": Workload((784, 1024, 1024, 10), 256, "float32", "relu", 0.02),
    "small": Workload((13, 20, 1), 32, "float64", "tanh", 0.02),
    "auto": Workload((784, 500, 100, 30), 128, "float32", "relu", 20.0, tied=True),
    "adam": Workload((784, 128, 10), 64, "float32", "relu", 1e-3, adam=True),
}
