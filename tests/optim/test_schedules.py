from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from optim.torch_rates import rates_of_torch

import numnet


@pytest.mark.parametrize(("every", "gamma"), [(1, 0.9), (3, 0.1), (7, 0.5), (100, 0.0)])
def test_step_decay_is_step_lr(every, gamma):
    schedule = numnet.StepDecay(0.3, every, gamma)
    rates = [schedule(step) for step in range(40)]
    assert rates == pytest.approx([0.3 * gamma ** (t // every) for t in range(40)], rel=1e-15)
    expected = rates_of_torch(
        40, 0.3, lambda opt, torch: torch.StepLR(opt, step_size=every, gamma=gamma)
    )
    assert rates == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize(("steps", "end"), [(1, 0.0), (2, 0.1), (10, 0.0), (40, 0.01), (40, 0.5)])
def test_cosine_decay_is_cosine_annealing_lr(steps, end):
    schedule = numnet.CosineDecay(0.3, steps, end)
    rates = [schedule(step) for step in range(steps + 1)]
    typed_out = [end + (0.3 - end) * (1 + math.cos(math.pi * t / steps)) / 2 for t in range(steps)]
    assert rates[:-1] == pytest.approx(typed_out, rel=1e-14)
    # Where torch climbs again, it stays.
    assert rates[-1] == schedule(steps + 1) == schedule(10 * steps) == end
    expected = rates_of_torch(
        steps + 1, 0.3, lambda opt, torch: torch.CosineAnnealingLR(opt, T_max=steps, eta_min=end)
    )
    # torch multiplies from step to step, and rounds each.
    assert rates == pytest.approx(expected, rel=0, abs=1e-14)


def test_by_hand():
    step, cosine = numnet.StepDecay(1.0, 2), numnet.CosineDecay(2.0, 4, end=1.0)
    assert [step(t) for t in (0, 1, 2, 3)] == pytest.approx([1, 1, 0.1, 0.1])
    assert cosine(0) == 2.0
    assert [cosine(t) for t in (2, 3)] == pytest.approx([1.5, 1.5 - 0.5 * math.sqrt(0.5)])


@pytest.mark.parametrize(
    "schedule",
    [
        numnet.StepDecay(0.3, 5),
        numnet.StepDecay(lr=np.float32(0.3), every=np.int64(5), gamma=0.5),
        numnet.CosineDecay(0.3, 7),
        numnet.CosineDecay(0.3, 7, 1e-3),
        numnet.WarmUp(4, 0.1),
        numnet.WarmUp(4, numnet.CosineDecay(0.3, 7), 0.0),
        numnet.OneCycle(0.3, 20),
        numnet.OneCycle(0.3, 20, 0.5, 10, 100),
    ],
)
def test_its_text_and_its_pickle_make_it_again(schedule):
    rates = [schedule(step) for step in range(30)]
    assert {type(rate) for rate in rates} == {float}
    for again in (eval(repr(schedule), vars(numnet)), pickle.loads(pickle.dumps(schedule))):
        assert repr(again) == repr(schedule)
        assert [again(step) for step in range(30)] == rates


def test_its_text_is_short():
    assert repr(numnet.StepDecay(0.5, 30)) == "StepDecay(lr=0.5, every=30)"
    assert repr(numnet.CosineDecay(1, 10, 1e-4)) == "CosineDecay(lr=1, steps=10, end=0.0001)"
    given = numnet.SGD(lr=numnet.StepDecay(0.5, 30), momentum=0.9)
    assert repr(given) == "SGD(lr=StepDecay(lr=0.5, every=30), momentum=0.9)"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: numnet.StepDecay(0, 3), ValueError, "StepDecay: expected lr above 0, got 0"),
        (lambda: numnet.StepDecay("a", 3), TypeError, "StepDecay: expected lr to be a number"),
        (lambda: numnet.StepDecay(1, 0), ValueError, "expected every of at least 1, got 0"),
        (lambda: numnet.StepDecay(1, 2.0), TypeError, "expected every to be an integer, got 2.0"),
        (lambda: numnet.StepDecay(1, True), TypeError, "expected every to be an integer, got True"),
        (lambda: numnet.StepDecay(1, 2, 1.0), ValueError, "gamma of at least 0 and below 1, got 1"),
        (lambda: numnet.StepDecay(1, 2, -0.5), ValueError, "gamma of at least 0 and below 1, got"),
        (lambda: numnet.CosineDecay(-1, 3), ValueError, "CosineDecay: expected lr of at least 0"),
        (lambda: numnet.CosineDecay(np.nan, 3), ValueError, "expected lr of at least 0, finite"),
        (lambda: numnet.CosineDecay(1, -3), ValueError, "expected steps of at least 1, got -3"),
        (lambda: numnet.CosineDecay(1, 3, -1), ValueError, "expected end of at least 0, finite"),
    ],
)
def test_bad_numbers(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_fit_follows_it():
    layer, x = numnet.Linear(1, 1), np.ones((4, 1))
    opt = numnet.Adam(lr=numnet.CosineDecay(0.5, 4))
    history = numnet.fit(layer, numnet.MSE(), x, x, optimizer=opt, epochs=3, batch_size=2, rng=0)
    assert history["lr"] == [opt.lr(1), opt.lr(3), 0.0]
