"""numnet as users write it, with its finite checks on: the step of `fit`."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

import numnet
from benchmarks.peers.engine import Engine
from benchmarks.peers.workloads import BETAS, EPS, MOMENTUM, Workload
from numnet.model import Model


def layers(workload: Workload) -> Engine:
    """A Sequential, or a tied_autoencoder."""
    if workload.tied:
        widths = list(workload.widths)
        return _engine(workload, numnet.tied_autoencoder(widths, workload.hidden))
    parts: list[numnet.Layer] = []
    for D, Q in zip(workload.widths, workload.widths[1:], strict=False):
        parts += [numnet.ReLU() if workload.hidden == "relu" else numnet.Tanh()] * bool(parts)
        parts.append(numnet.Linear(D, Q))
    return _engine(workload, numnet.Sequential(*parts))


class Net(numnet.Module):
    """Linear layers in a row."""

    def __init__(self, workload: Workload) -> None:
        self.hidden = workload.hidden
        widths = workload.widths
        self.c1 = numnet.Linear(widths[0], widths[1])
        self.c2 = numnet.Linear(widths[1], widths[2])
        self.c3 = numnet.Linear(widths[2], widths[3]) if len(widths) > 3 else None

    def forward(self, x: Any) -> Any:
        a = self.c2(self._bent(self.c1(x)))
        return a if self.c3 is None else self.c3(self._bent(a))

    def _bent(self, z: Any) -> Any:
        return z.relu() if self.hidden == "relu" else z.tanh()


class Tied(numnet.Module):
    """An autoencoder of three weights, each used twice."""

    def __init__(self, workload: Workload) -> None:
        D, Q, R, code = workload.widths
        self.c1, self.c2, self.c3 = numnet.Linear(D, Q), numnet.Linear(Q, R), numnet.Linear(R, code)
        self.t3, self.t2, self.t1 = numnet.Tied(self.c3), numnet.Tied(self.c2), numnet.Tied(self.c1)

    def forward(self, x: Any) -> Any:
        z = self.c3(self.c2(self.c1(x).relu()).relu())
        return self.t1(self.t2(self.t3(z).relu()).relu()).sigmoid()


def module(workload: Workload) -> Engine:
    """A Module, whose backward comes from the tape."""
    return _engine(workload, (Tied if workload.tied else Net)(workload))


def _engine(workload: Workload, model: Model) -> Engine:
    model.initialize(rng=0, dtype=workload.dtype)
    parameters = model.parameters
    optimizer: numnet.Optimizer
    if workload.adam:
        optimizer = numnet.Adam(parameters, lr=workload.lr, betas=BETAS, eps=EPS)
    else:
        optimizer = numnet.SGD(parameters, lr=workload.lr, momentum=MOMENTUM)
    loss: numnet.Loss = numnet.SoftmaxCrossEntropy() if workload.classifies else numnet.MSE()
    ctx = numnet.Context(train=True, rng=np.random.default_rng(0))
    x, y = workload.data()
    y = loss.cast(y, x)
    call = partial(numnet.train_step, model, loss, optimizer, x, y, ctx, checked=True)

    def step() -> float:
        return call()[0]

    def reset() -> None:
        parameters.value = workload.start()
        optimizer.reset()

    reset()
    return Engine(step, reset, lambda: parameters.value.copy())
