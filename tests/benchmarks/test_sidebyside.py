"""Networks trained side by side end where each would end alone."""

from __future__ import annotations

import numpy as np
import pytest

import numnet
from benchmarks.course.sidebyside import Blocks, SumOfCrossEntropies, train_together


def network(rng: int) -> numnet.Sequential:
    return numnet.Sequential(numnet.Linear(6, 4), numnet.Tanh(), numnet.Linear(4, 3), rng=rng)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_together_is_alone(momentum: float) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((20, 6)), rng.integers(0, 3, 20)
    together, alone = [network(s) for s in range(3)], [network(s) for s in range(3)]
    train_together(together, x, y, 30, numnet.SGD(lr=0.1, momentum=momentum))
    for net in alone:
        numnet.fit(
            net,
            numnet.SoftmaxCrossEntropy(),
            x,
            y,
            optimizer=numnet.SGD(lr=0.1, momentum=momentum),
            epochs=30,
        )
    for a, b in zip(together, alone, strict=True):
        np.testing.assert_allclose(
            a.parameters.value, b.parameters.value, rtol=0, atol=1e-12, equal_nan=False
        )
        assert a.output == "logits"


def test_the_gradient_is_that_of_the_complex_step() -> None:
    rng = np.random.default_rng(0)
    model = numnet.Sequential(
        numnet.Linear(3, 4),
        numnet.Tanh(),
        Blocks(rng.standard_normal((2, 2, 3)), rng.standard_normal((2, 3))),
        rng=rng,
    )
    objective = numnet.Objective(
        model, SumOfCrossEntropies(2), rng.standard_normal((5, 3)), [0, 1, 2, 0, 1]
    )
    theta = model.parameters.value
    expected = [objective(theta + 1e-30j * e)[0].imag / 1e-30 for e in np.eye(theta.size)]
    np.testing.assert_allclose(objective(theta)[1], expected, rtol=0, atol=1e-14, equal_nan=False)
