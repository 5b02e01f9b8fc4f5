"""Learning rates that rise before they fall: functions of the step number, as an optimizer's lr."""

from __future__ import annotations

from .schedules import cosine
from .settings import Count, Described, Number, Rate, Rates, Schedule


class WarmUp(Described):
    """The rate rises in a straight line to that of another schedule, which then begins.

    lr(t) = then(0) (start + (1 - start) t / steps) for t < steps, then(t - steps) from there on

    torch's LinearLR(start_factor=start, total_iters=steps), followed in SequentialLR by another at
    milestones=[steps]. LambdaLR(lambda t: min(1, (t + 1) / n)) is start=1/n, steps=n - 1.

    Parameters
    ----------
    steps : int
        Those of the rise.
    then : float or function of the step number
        The rate after it, above 0, or its schedule, which counts from 0.
    start : float
        The part of the rate that the first step takes, in [0, 1).

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range, or `then` is neither a number nor a function.

    References
    ----------
    Goyal et al. 2017, Accurate, large minibatch SGD, section 2.2.

    Examples
    --------
    >>> from numnet import CosineDecay
    >>> schedule = WarmUp(steps=2, then=CosineDecay(lr=0.5, steps=2), start=0)
    >>> [round(schedule(step), 12) for step in range(5)]
    [0.0, 0.25, 0.5, 0.25, 0.0]
    """

    steps = Count()
    then = Rates()
    start = Number(below=1.0)

    def __init__(self, steps: int, then: float | Schedule, start: float = 1 / 3) -> None:
        self.steps = steps
        self.then = then
        self.start = start

    def __call__(self, step: int) -> float:
        """The rate of the step of this number, counted from 0."""
        late = max(step - self.steps, 0)
        rate = self.then(late) if callable(self.then) else self.then
        if step >= self.steps:
            return rate
        return rate * (self.start + (1 - self.start) * step / self.steps)


class OneCycle(Described):
    """The rate rises to its largest and falls to almost nothing, along the cosine.

    From max_lr / div_factor at step 0 to max_lr at p = pct_start steps - 1, and on to
    max_lr / (div_factor final_div_factor) at steps - 1, where it stays.

    torch's OneCycleLR(total_steps=steps, cycle_momentum=False), with its two phases; momentum does
    not change.

    Parameters
    ----------
    max_lr : float
        The largest rate, above 0.
    steps : int
        All of the training: epochs ceil(N / batch_size).
    pct_start : float
        The part of the steps that rise, in [0, 1).
    div_factor, final_div_factor : float
        At least 1.

    Raises
    ------
    ValueError, TypeError
        If a number is out of its range.

    References
    ----------
    Smith 2018, A disciplined approach to neural network hyper-parameters, section 4.1, with
    straight lines in place of the cosine.

    Examples
    --------
    >>> schedule = OneCycle(max_lr=1.0, steps=6, pct_start=0.5, div_factor=2, final_div_factor=5)
    >>> [round(schedule(step), 3) for step in range(7)]
    [0.5, 0.75, 1.0, 0.775, 0.325, 0.1, 0.1]
    """

    max_lr = Rate()
    steps = Count()
    pct_start = Number(below=1.0)
    div_factor = Number(low=1.0)
    final_div_factor = Number(low=1.0)

    def __init__(
        self,
        max_lr: float,
        steps: int,
        pct_start: float = 0.3,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        self.max_lr = max_lr
        self.steps = steps
        self.pct_start = pct_start
        self.div_factor = div_factor
        self.final_div_factor = final_div_factor

    def __call__(self, step: int) -> float:
        """The rate of the step of this number, counted from 0."""
        first = self.max_lr / self.div_factor
        peak, last = self.pct_start * self.steps - 1, self.steps - 1
        if step < peak:
            return cosine(first, self.max_lr, step / peak)
        part = (min(step, last) - peak) / (last - peak)
        return cosine(self.max_lr, first / self.final_div_factor, part)
