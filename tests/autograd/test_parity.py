"""The course's networks, trained side by side with torch's: rows A18, A19, A20, B4 and B5.

Two runs that add up their rows in another order drift apart by rounding. numnet and torch may
differ by as much and no more: by ten times what numnet differs from itself over shuffled rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numnet
from numnet import Tensor

torch = pytest.importorskip("torch", reason="torch is not installed")

STEPS = 200
SHUFFLES = 4
LOST = 1e-13  # a drift beyond which two right runs say nothing about one another
MOST = 1e-11
RNG = np.random.default_rng(0)
DIGITS = numnet.data.load_digits(classes=(1, 7, 9))
ROWS = RNG.permutation(len(DIGITS.x_train))[:120]
X, LABELS = DIGITS.x_train[ROWS], DIGITS.y_train[ROWS]
U = RNG.normal(size=(60, 8))
V = np.sin(U @ RNG.normal(size=(8, 1))) + 0.1 * RNG.normal(size=(60, 1))


def network(activation: str, outputs: str) -> Callable[..., Any]:
    """x -> tanh or relu -> outputs, on the tensors of either library: they have the same words."""

    def forward(x: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        z = getattr(x @ W1 + b1, activation)() @ W2 + b2
        return z.softmax(-1) if outputs == "softmax" else z

    return forward


def neuron(x: Any, W: Any, b: Any) -> Any:
    return x @ W + b


def two_sided(p: Any, y: Any) -> Any:
    """The loss of row A15, with its 1e-16."""
    return -(y * (p + 1e-16).log() + (1 - y) * (1 - p + 1e-16).log()).sum() / len(y)


def squared(y_pred: Any, y: Any) -> Any:
    return ((y_pred - y) ** 2).mean()


def start(*shapes: tuple[int, ...]) -> list[Any]:
    rng = np.random.default_rng(1)
    return [rng.normal(size=s) / s[0] ** 0.5 if len(s) > 1 else np.zeros(s) for s in shapes]


ONE_HOT = numnet.one_hot(LABELS, 3).astype(float)
SIZES = (64, 10), (10,), (10, 3), (3,)
NETWORKS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Any, Any, list[Any]]] = {
    "A18": (network("relu", "softmax"), two_sided, X, ONE_HOT, start(*SIZES)),
    "A19": (network("tanh", "softmax"), two_sided, X, ONE_HOT, start(*SIZES)),
    "B4": (neuron, squared, U, V, start((8, 1), (1,))),
    "B5": (network("tanh", "values"), squared, U, V, start((8, 20), (20,), (20, 1), (1,))),
}
OPTIMIZERS: dict[str, tuple[Any, Any]] = {
    "SGD": (
        lambda p: numnet.SGD(p, lr=0.05, weight_decay=1e-3),
        lambda p: torch.optim.SGD(p, lr=0.05, weight_decay=1e-3),
    ),
    "momentum": (
        lambda p: numnet.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
        lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True),
    ),
    "RMSprop": (
        lambda p: numnet.RMSprop(p, lr=1e-3),
        lambda p: torch.optim.RMSprop(p, lr=1e-3),
    ),
    "Adam": (
        lambda p: numnet.Adam(p, lr=1e-3, amsgrad=True),
        lambda p: torch.optim.Adam(p, lr=1e-3, amsgrad=True),
    ),
    "AdamW": (lambda p: numnet.AdamW(p, lr=1e-3), lambda p: torch.optim.AdamW(p, lr=1e-3)),
}


def trained(library: Any, name: str, make: Any, rows: Any = slice(None)) -> tuple[Any, Any]:
    """The losses and the flat parameters before each step."""
    forward, loss_of, x, y, arrays = NETWORKS[name]
    leaf: Any = Tensor if library is numnet else torch.tensor
    leaves = [leaf(a.copy(), requires_grad=True) for a in arrays]
    x, y = leaf(x[rows]), leaf(y[rows])
    optimizer, losses, path = make(leaves), [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(forward(x, *leaves), y)
        losses.append(loss.item())
        path.append(np.concatenate([t.detach().numpy().ravel() for t in leaves]))
        loss.backward()
        optimizer.step()
    return np.array(losses), np.array(path)


def by_module(make: Any, rows: Any = slice(None)) -> tuple[Any, Any]:
    """The same of row A20's Module, trained by train_step."""

    class MLP(numnet.Module):
        def __init__(self) -> None:
            self.c1, self.c2 = numnet.Linear(64, 10), numnet.Linear(10, 3)

        def forward(self, x: Any) -> Any:
            return self.c2(self.c1(x).relu()).softmax()

    model = MLP().initialize(rng=0)
    model.parameters.value = np.concatenate([a.ravel() for a in NETWORKS["A18"][4]])
    optimizer, losses, path = make(model.parameters), [], []
    for _ in range(STEPS):
        path.append(model.parameters.value.copy())
        losses.append(numnet.train_step(model, two_sided, optimizer, X[rows], ONE_HOT[rows])[0])
    return np.array(losses), np.array(path)


def assert_no_further_than_itself(ours: Any, theirs: Any, again: list[Any]) -> int:
    """Over the steps at which our own drift is small; how many these are."""
    compared = 0
    for i in range(2):
        drift = np.max([_distance(ours[i], other[i]) for other in again], axis=0)
        # Rounding does not begin before it is seen: half a unit in the last place is always there.
        floor = np.finfo(float).eps * np.abs(ours[i]).max()
        drift = np.maximum.accumulate(np.maximum(drift, floor))
        told = drift < LOST
        assert told[:20].all(), "the drift says nothing from the start"
        off = _distance(ours[i], theirs[i])[told]
        assert (off <= np.minimum(10 * drift[told], MOST)).all(), (off.max(), drift[told].max())
        compared = int(told.sum())
    return compared


def _distance(a: Any, b: Any) -> Any:
    return np.abs(a - b).reshape(STEPS, -1).max(axis=1)


def shuffles(n: int) -> list[Any]:
    return [np.random.default_rng(k).permutation(n) for k in range(SHUFFLES)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", NETWORKS)
def test_tensors_and_a_list_of_them(name: str, optimizer: str):
    ours, theirs = OPTIMIZERS[optimizer]
    again = [trained(numnet, name, ours, rows) for rows in shuffles(len(NETWORKS[name][2]))]
    found = trained(numnet, name, ours)
    compared = assert_no_further_than_itself(found, trained(torch, name, theirs), again)
    assert compared >= 100
    assert found[0][-1] < found[0][0]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_module(optimizer: str):
    ours, theirs = OPTIMIZERS[optimizer]
    again = [by_module(ours, rows) for rows in shuffles(len(X))]
    assert (
        assert_no_further_than_itself(by_module(ours), trained(torch, "A18", theirs), again) >= 100
    )


def test_another_rule_is_noticed():
    ours = trained(numnet, "B5", lambda p: numnet.Adam(p, lr=1e-3, eps=1e-10))
    again = [trained(numnet, "B5", OPTIMIZERS["Adam"][0], rows) for rows in shuffles(len(U))]
    theirs = trained(torch, "B5", lambda p: torch.optim.Adam(p, lr=1e-3))
    with pytest.raises(AssertionError):
        assert_no_further_than_itself(ours, theirs, again)
