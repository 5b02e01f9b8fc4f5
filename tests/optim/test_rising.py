from __future__ import annotations

import math

import pytest
from optim.torch_rates import rates_of_torch

import numnet


@pytest.mark.parametrize(("steps", "start"), [(1, 0.5), (5, 1 / 3), (7, 0.001), (30, 0.25)])
def test_warm_up_is_linear_lr(steps, start):
    schedule = numnet.WarmUp(steps, 0.3, start)
    rates = [schedule(step) for step in range(20)]
    by_hand = [0.3 * (start + (1 - start) * min(t, steps) / steps) for t in range(20)]
    assert rates == pytest.approx(by_hand, rel=1e-15)
    expected = rates_of_torch(
        20, 0.3, lambda opt, torch: torch.LinearLR(opt, start_factor=start, total_iters=steps)
    )
    assert rates == pytest.approx(expected, rel=1e-12)
    assert schedule(steps) == schedule(10 * steps) == 0.3


def test_from_the_last_step_of_the_rise_on_the_rate_is_that_of_the_other():
    # 0.05 + 0.95 * 3 / 3 is not 1.
    assert [numnet.WarmUp(3, 1.0, 0.05)(step) for step in (3, 4)] == [1.0, 1.0]


def test_without_options_they_are_torch_s():
    assert numnet.WarmUp(2, 0.3)(0) == pytest.approx(0.3 / 3, rel=1e-15)
    schedule = numnet.OneCycle(0.5, 10)
    rates = [schedule(step) for step in (0, 2, 9)]
    assert rates == pytest.approx([0.5 / 25, 0.5, 0.5 / 25 / 1e4], rel=1e-12)


def test_warm_up_is_lambda_lr():
    schedule = numnet.WarmUp(steps=7, then=0.3, start=1 / 8)
    rates = [schedule(step) for step in range(20)]
    assert rates == pytest.approx([0.3 * min(1, (t + 1) / 8) for t in range(20)], rel=1e-14)
    expected = rates_of_torch(
        20, 0.3, lambda opt, torch: torch.LambdaLR(opt, lambda t: min(1, (t + 1) / 8))
    )
    assert rates == pytest.approx(expected, rel=1e-14)


def test_warm_up_and_then_is_sequential_lr():
    schedule = numnet.WarmUp(5, numnet.CosineDecay(0.3, 20, 0.01), start=0.1)
    rates = [schedule(step) for step in range(26)]
    assert rates[:2] == pytest.approx([0.03, 0.03 + 0.27 / 5], rel=1e-14)
    assert rates[5:] == [numnet.CosineDecay(0.3, 20, 0.01)(step) for step in range(21)]

    def sequential(opt, torch):
        rise = torch.LinearLR(opt, start_factor=0.1, total_iters=5)
        fall = torch.CosineAnnealingLR(opt, T_max=20, eta_min=0.01)
        return torch.SequentialLR(opt, [rise, fall], milestones=[5])

    assert rates == pytest.approx(rates_of_torch(26, 0.3, sequential), rel=1e-12)


def test_warm_ups_nest_and_take_any_function():
    outer = numnet.WarmUp(2, numnet.WarmUp(2, lambda t: 1 / (1 + t), start=0.5), start=0)
    rates = [outer(step) for step in range(6)]
    assert rates == pytest.approx([0, 0.25, 0.5, 0.75, 1, 0.5])
    assert repr(outer) == "WarmUp(steps=2, then=WarmUp(steps=2, then=schedule, start=0.5), start=0)"


@pytest.mark.parametrize(
    ("steps", "options"),
    [
        (100, {}),
        (40, {"pct_start": 0.5, "div_factor": 10.0, "final_div_factor": 1.0}),
        (7, {"pct_start": 0.25}),
        (10, {"pct_start": 0.05}),
        (10, {"pct_start": 0.0}),
        (3, {}),
        (1, {}),
    ],
)
def test_one_cycle_is_one_cycle_lr(steps, options):
    schedule = numnet.OneCycle(0.3, steps, **options)
    rates = [schedule(step) for step in range(steps)]
    expected = rates_of_torch(
        steps,
        0.1,
        lambda opt, torch: torch.OneCycleLR(
            opt, 0.3, total_steps=steps, cycle_momentum=False, **options
        ),
    )
    assert rates == pytest.approx(expected, rel=1e-13, abs=1e-16)


def test_one_cycle_by_hand():
    schedule = numnet.OneCycle(1.0, 9, pct_start=1 / 3, div_factor=4, final_div_factor=2)
    # Up to step 2, down to step 8.
    assert [schedule(t) for t in (0, 1, 2)] == pytest.approx([0.25, 0.625, 1.0])
    half = math.sqrt(0.75) / 2
    expected = [0.125 + 0.875 * (0.5 + part) for part in (half, 0.25, 0, -0.25, -half, -0.5)]
    assert [schedule(t) for t in range(3, 9)] == pytest.approx(expected)
    assert schedule(8) == schedule(9) == schedule(80)
    # A peak at the first step, where torch divides by 0.
    assert numnet.OneCycle(0.5, 4, pct_start=0.25)(0) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: numnet.WarmUp(0, 0.1), ValueError, "WarmUp: expected steps of at least 1, got 0"),
        (lambda: numnet.WarmUp(2, 0), ValueError, "WarmUp: expected then above 0, got 0"),
        (lambda: numnet.WarmUp(2, None), TypeError, "expected then to be a number, got None"),
        (lambda: numnet.WarmUp(2, 0.1, 1), ValueError, "start of at least 0 and below 1, got 1"),
        (lambda: numnet.OneCycle(0, 9), ValueError, "OneCycle: expected max_lr above 0, got 0"),
        (lambda: numnet.OneCycle(1, 9.0), TypeError, "expected steps to be an integer, got 9.0"),
        (lambda: numnet.OneCycle(1, 9, 1), ValueError, "pct_start of at least 0 and below 1"),
        (lambda: numnet.OneCycle(1, 9, 0.5, 0), ValueError, "div_factor of at least 1, finite"),
        (lambda: numnet.OneCycle(1, 9, 0.5, 2, 0.5), ValueError, "final_div_factor of at least 1"),
    ],
)
def test_bad_numbers(make, error, message):
    with pytest.raises(error, match=message):
        make()
