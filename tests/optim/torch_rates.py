"""The learning rates of torch's schedulers, step by step."""

from __future__ import annotations

import pytest


def rates_of_torch(steps, lr, make):
    """make(optimizer, torch.optim.lr_scheduler), stepped after each step; skips without torch."""
    torch = pytest.importorskip("torch")
    opt = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = make(opt, torch.optim.lr_scheduler)
    rates = []
    for step in range(steps):
        rates.append(opt.param_groups[0]["lr"])
        opt.step()
        if step < steps - 1:
            scheduler.step()
    return rates
