"""The same gradients give the same parameters as in torch, at each of 200 steps."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import close
from optim.stepping import stepped

import numnet

OPTIONS = [
    ("SGD", {}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {"momentum": 0.9}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"lr": 0.003, "momentum": 0.5, "centered": True, "weight_decay": 0.1}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3}),
    ("Adam", {"weight_decay": 0.1}),
    ("Adam", {"lr": 0.1, "betas": (0.9, 0.9), "amsgrad": True, "weight_decay": 0.1}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "betas": (0.5, 0.9), "weight_decay": 0.5}),
    ("AdamW", {"lr": 0.1, "betas": (0.9, 0.9), "amsgrad": True}),
]


@pytest.mark.parametrize(
    ("name", "options"), OPTIONS, ids=[f"{name}-{i}" for i, (name, _) in enumerate(OPTIONS)]
)
def test_200_steps(name, options):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    start = rng.normal(size=50)
    # Of many sizes, and at times 0.
    grads = (
        rng.normal(size=(200, 50)) * 10 ** rng.uniform(-3, 3, 50) * (rng.random((200, 50)) < 0.9)
    )
    theta = torch.tensor(start, requires_grad=True)
    peer = getattr(torch.optim, name)([theta], **options)
    values = stepped(lambda p: getattr(numnet, name)(p, **options), start, grads)
    # Each move is rounded: the errors grow with the path.
    before, path = start, 1 + np.abs(start)
    for grad, value in zip(grads, values, strict=True):
        theta.grad = torch.tensor(grad)
        peer.step()
        expected = theta.detach().numpy().copy()
        path += np.abs(expected - before)
        close(value, expected, path, 64)
        before = expected
