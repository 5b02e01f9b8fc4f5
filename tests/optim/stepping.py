"""What the tests of every optimizer do: step by given gradients, and measure a step."""

from __future__ import annotations

import tracemalloc

import numpy as np

import numnet


def stepped(make, start, grads):
    """The parameters after each step of make(parameters) by these gradients."""
    layer = numnet.Linear(len(start), 1, bias=False).initialize(rng=0, dtype=start.dtype)
    layer.parameters.value = start
    opt = make(layer.parameters)
    passed = []
    for grad in grads:
        opt.zero_grad()
        layer.parameters.grad[:] = grad
        opt.step()
        np.testing.assert_array_equal(layer.parameters.grad, grad)
        passed.append(layer.parameters.value.copy())
    return passed


def one(make, *grads):
    """A single parameter that starts at 1, after each step."""
    return [value.item() for value in stepped(make, np.ones(1), np.array(grads).reshape(-1, 1))]


def memory_of_a_step(make):
    """What the second step allocates at its peak, in parts of the size of the parameters."""
    model = numnet.Linear(300, 400).initialize(rng=0)
    opt = make(model.parameters)
    x, y = np.ones((1, 300)), np.ones((1, 400))
    numnet.train_step(model, numnet.MSE(), opt, x, y)
    tracemalloc.start()
    try:
        numnet.train_step(model, numnet.MSE(), opt, x, y)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return peak / model.parameters.value.nbytes
