"""torch's gradcheck, where torch is installed: its slow mode per call, and what its modes see."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.checker.answer import TooSlow, limit
from benchmarks.checker.networks import Network

PATIENCE = 120.0


def found() -> bool:
    """Whether torch can be imported."""
    return machine.installed("torch")


def seconds_per_call(widths: tuple[int, ...]) -> float | None:
    """Of the forward, through NumPy, as the slow mode calls it."""
    if not found():
        return None
    network = Network(widths)
    network.fun(**network.at)
    started = time.perf_counter()
    for _ in range(3):
        network.fun(**network.at)
    return (time.perf_counter() - started) / 3


def passes(network: Network, fast: bool, seconds: float = PATIENCE) -> bool:
    """Whether torch takes the network's gradient for right.

    Where the fast mode fails it goes on with the slow one, for its message alone: what takes longer
    than so many seconds of the processor is no pass.
    """
    import torch

    names = list(network.at)

    class Loss(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *values: Any) -> Any:
            ctx.save_for_backward(*values)
            arrays = {n: v.detach().numpy() for n, v in zip(names, values, strict=True)}
            return torch.as_tensor(np.asarray(network.fun(**arrays)))

        @staticmethod
        def backward(ctx: Any, *dy: Any) -> Any:
            values = ctx.saved_tensors
            arrays = {n: v.detach().numpy() for n, v in zip(names, values, strict=True)}
            grads = network.grad(**arrays)
            return tuple(dy[0] * torch.as_tensor(grads[n]) for n in names)

    inputs = [torch.tensor(a, requires_grad=True) for a in network.at.values()]
    try:
        with warnings.catch_warnings(), limit(seconds):
            warnings.simplefilter("ignore")
            return bool(
                torch.autograd.gradcheck(Loss.apply, inputs, fast_mode=fast, raise_exception=False)
            )
    except TooSlow:
        return False
