"""A program that sends itself a real SIGINT in every phase of fit, and prints what was left.

One line of JSON a case. Six rows in batches of four are two steps an epoch; there are three epochs.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
import warnings
from unittest import mock

import numpy as np

import numnet
from numnet import MSE, SGD, DivergenceError, Linear, Sequential
from numnet.train import history, loop, step

EPOCHS, BATCH = 3, 4
RNG = np.random.default_rng(7)
X, Y = RNG.normal(size=(6, 2)), RNG.normal(size=(6, 1))
IN_STEPS = (
    "forward", "loss", "backward", "schedule", "before the update", "within the update",
    "after the update", "check", "commit", "score",
)  # fmt: skip
IN_EPOCHS = ("shuffle", "validation", "before the history", "after the history", "progress")


class Bomb:
    """Interrupts this process when a phase is reached for the k-th time."""

    def __init__(self, phase="", k=0, signals=1):
        self.phase, self.k, self.signals, self.left = phase, k, signals, k

    def __call__(self, phase):
        if phase == self.phase:
            self.left -= 1
            if self.left == 0:
                for _ in range(self.signals):
                    os.kill(os.getpid(), signal.SIGINT)


bomb = Bomb()


class Buffers(dict):
    def update(self, *new):
        bomb("commit")
        super().update(*new)


class Layer(numnet.Layer):
    """The identity, which counts its steps in a buffer."""

    uses_ctx = True

    def __init__(self):
        self.buffers = Buffers(count=np.zeros(1))

    def forward(self, x, ctx):
        # The validation data are the only ten rows.
        bomb("forward" if ctx.train else "validation" if len(x) == 10 else "")
        ctx.keep(self, count=self.buffers["count"] + 1)
        return x, None

    def backward(self, dy, saved):
        bomb("backward")
        return dy


class Loss(MSE):
    def _forward(self, y_pred, y_true, rows):
        if len(y_pred) < 6:
            bomb("loss")
        return super()._forward(y_pred, y_true, rows)

    def scorer(self, y_true):
        return self.score

    def score(self, y_pred, y_true):
        bomb("score" if len(y_pred) < 6 else "")
        return 0


class Optimizer(SGD):
    """Steps the two halves of the parameters one after the other."""

    diverges = 0

    def _update(self, value, grad, lr):
        bomb("before the update")
        before = value.copy()
        super()._update(value, grad, lr)
        after, half = value.copy(), value.size // 2
        value[half:] = before[half:]
        bomb("within the update")
        value[half:] = np.inf if self.steps + 1 == self.diverges else after[half:]
        bomb("after the update")


def schedule(number):
    bomb("schedule")
    return 0.1 / (1 + number)


class Generator(np.random.Generator):
    def permutation(self, n):
        bomb("shuffle")
        return super().permutation(n)


class Stdout(io.StringIO):
    def write(self, text):
        bomb("progress" if text != "\n" else "")
        return super().write(text)


def made():
    model = Sequential(Linear(2, 3), Layer(), numnet.Tanh(), Linear(3, 1), rng=1)
    return model, Optimizer(model.parameters, lr=schedule, momentum=0.9)


def generator():
    return Generator(np.random.PCG64(5))


def replayed(steps):
    """The parameters after that many steps, by a loop of its own."""
    model, optimizer = made()
    rng = generator()
    ctx = numnet.Context(train=True, rng=rng)
    while optimizer.steps < steps:
        order = rng.permutation(6)
        for rows in (order[:BATCH], order[BATCH:]):
            if optimizer.steps < steps:
                step.train_step(model, Loss(), optimizer, X[rows], Y[rows], ctx)
    return model.parameters.value


def is_finite(array):
    if array is checked:
        bomb("check")
    return finite(array)


def append(self, **numbers):
    bomb("before the history")
    original(self, **numbers)
    bomb("after the history")


finite, original, checked = step.is_finite, history.History.append, None


def run(phase, k, signals=1, diverges=0):
    """One run of fit, interrupted; what it left."""
    global bomb, checked
    bomb = Bomb()
    model, optimizer = made()
    optimizer.diverges = diverges
    checked = model.parameters.value
    ended, done = "returned", None
    args = model, Loss(), X, Y, (np.tile(X, (2, 1))[:10], np.tile(Y, (2, 1))[:10]), optimizer
    with (
        mock.patch.object(step, "is_finite", is_finite),
        mock.patch.object(history.History, "append", append),
        mock.patch.object(sys, "stdout", Stdout()) as printed,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        bomb = Bomb(phase, k, signals)
        try:
            done = loop.fit(*args, EPOCHS, BATCH, rng=generator(), progress=1)
        except KeyboardInterrupt:
            ended = "KeyboardInterrupt"
        except DivergenceError as error:
            ended, done = "DivergenceError", error.history
    exploded, bomb = bomb.left <= 0, Bomb()
    steps = optimizer.steps
    same = model.parameters.value.tobytes() == replayed(steps).tobytes()
    handler = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    counted = model[1].buffers["count"].item()
    optimizer.diverges = 0
    again = loop.fit(*args, 2)
    return {
        "exploded": exploded,
        "ended": ended,
        "stopped": done.stopped if done is not None else "",
        "epochs": done.epochs if done is not None else -1,
        "lengths": sorted({len(column) for column in (done or {}).values()}),
        "lines": len(printed.getvalue().splitlines()),
        "steps": steps,
        "counted": counted,
        "as replayed": same,
        "handler": handler,
        "warnings": [f"{w.category.__name__}: {w.message}" for w in caught],
        "again": [again.stopped, again.epochs],
    }


def in_a_thread():
    """fit in another thread, interrupted in its third step: the main thread gets the Ctrl-C."""
    found, interrupted = [], False
    ready, ended = threading.Event(), threading.Event()

    def work():
        ready.wait(60)
        found.append(run("backward", 3))
        ended.set()

    threading.Thread(target=work).start()
    try:
        ready.set()
        ended.wait(60)
    except KeyboardInterrupt:
        interrupted = True
    ended.wait(60)
    return found[0] | {"interrupted": interrupted}


def main():
    cases = [(p, k) for p in IN_STEPS for k in (1, 3, 4, 6)]
    cases += [(p, k) for p in IN_EPOCHS for k in (1, 2, 3)]
    for phase, k in cases:
        for signals in (1, 2):
            print(json.dumps([phase, k, signals, run(phase, k, signals)]))
    for k in (1, 3, 6):
        print(json.dumps(["diverging", k, 1, run("after the update", k, diverges=k)]))
    print(json.dumps(["thread", 3, 1, in_a_thread()]))


if __name__ == "__main__":
    main()
