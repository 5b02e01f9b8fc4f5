"""Learning rates that fall: functions of the step number, as an optimizer's lr."""

from __future__ import annotations

import math

from .settings import Count, Described, Number, Rate


def cosine(start: float, end: float, part: float) -> float:
    """From start to end along half a period of the cosine, as part goes from 0 to 1."""
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2


class StepDecay(Described):
    """The rate is multiplied by gamma every so many steps.

    lr(t) = lr gamma^floor(t / every)

    torch's StepLR(step_size=every, gamma=gamma), stepped after each step of the optimizer.

    Parameters
    ----------
    lr : float
        The first rate, above 0.
    every : int
        Steps between two changes. An epoch is ceil(N / batch_size) steps.
    gamma : float
        In [0, 1).

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range.

    Examples
    --------
    >>> schedule = StepDecay(lr=0.5, every=2, gamma=0.5)
    >>> [schedule(step) for step in range(5)]
    [0.5, 0.5, 0.25, 0.25, 0.125]
    """

    lr = Rate()
    every = Count()
    gamma = Number(below=1.0)

    def __init__(self, lr: float, every: int, gamma: float = 0.1) -> None:
        self.lr = lr
        self.every = every
        self.gamma = gamma

    def __call__(self, step: int) -> float:
        """The rate of the step of this number, counted from 0."""
        return self.lr * self.gamma ** (step // self.every)


class CosineDecay(Described):
    """The rate falls along half a period of the cosine, and stays at its end.

    lr(t) = end + (lr - end) (1 + cos(pi min(t, steps) / steps)) / 2

    torch's CosineAnnealingLR(T_max=steps, eta_min=end), which climbs again after T_max.

    Parameters
    ----------
    lr : float
        The first rate, above 0.
    steps : int
        Those of the whole fall.
    end : float
        The last rate, at least 0.

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range.

    References
    ----------
    Loshchilov, Hutter 2017, SGDR: stochastic gradient descent with warm restarts, eq. 5.

    Examples
    --------
    >>> schedule = CosineDecay(lr=0.5, steps=2)
    >>> [round(schedule(step), 12) for step in range(4)]
    [0.5, 0.25, 0.0, 0.0]
    """

    lr = Rate()
    steps = Count()
    end = Number()

    def __init__(self, lr: float, steps: int, end: float = 0.0) -> None:
        self.lr = lr
        self.steps = steps
        self.end = end

    def __call__(self, step: int) -> float:
        """The rate of the step of this number, counted from 0."""
        return cosine(self.lr, self.end, min(step, self.steps) / self.steps)
