"""torch, eager, with a fused optimizer and without a DataLoader, which is slower."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from benchmarks.time_to_accuracy.settings import Setting
from benchmarks.time_to_accuracy.training import Array
from numnet.data import Dataset


def torch(setting: Setting, data: Dataset, seed: int) -> Iterator[Array]:
    """The usual loop, over rows of tensors."""
    import torch as th

    th.manual_seed(seed)
    x, y, x_test = map(th.from_numpy, (data.x_train, data.y_train, data.x_test))
    widths = (x.shape[1], *setting.hidden, len(data.classes))
    parts: list[Any] = []
    for D, Q in pairwise(widths):
        parts += [th.nn.Linear(D, Q), th.nn.ReLU()]
    model = th.nn.Sequential(*parts[:-1])
    optimizer: Any
    if setting.adam:
        optimizer = th.optim.Adam(model.parameters(), lr=setting.lr, fused=True)
    else:
        optimizer = th.optim.SGD(model.parameters(), lr=setting.lr, momentum=0.9, fused=True)
    schedule = setting.schedule(len(x)) if setting.epochs else None
    loss = th.nn.functional.cross_entropy

    def epochs() -> Iterator[Array]:
        step = 0
        while True:
            for rows in th.randperm(len(x)).split(setting.batch):
                if schedule is not None:
                    # As its OneCycleLR without the momentum's cycle, which costs more.
                    optimizer.param_groups[0]["lr"] = schedule(step)
                optimizer.zero_grad()
                loss(model(x[rows]), y[rows]).backward()
                optimizer.step()
                step += 1
            with th.no_grad():
                yield model(x_test).argmax(1).numpy()

    return epochs()
