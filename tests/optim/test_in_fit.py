"""Every optimizer in the training loop."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import numnet

RATES = numnet.WarmUp(3, numnet.CosineDecay(0.02, 100))
MAKES = {
    "RMSprop": lambda: numnet.RMSprop(lr=0.005, momentum=0.5, centered=True, eps=1e-3),
    "Adam": lambda: numnet.Adam(lr=0.02, weight_decay=1e-3, amsgrad=True),
    "AdamW": lambda: numnet.AdamW(lr=0.02),
    "Adam, schedule": lambda: numnet.Adam(lr=RATES),
    "SGD, one cycle": lambda: numnet.SGD(lr=numnet.OneCycle(0.2, 60), momentum=0.9),
    "SGD, steps": lambda: numnet.SGD(lr=numnet.StepDecay(0.2, 30), nesterov=True, momentum=0.5),
}
rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
Y = np.tanh(X @ rng.normal(size=(3, 2)))


def model():
    layers = numnet.Linear(3, 8), numnet.Tanh(), numnet.Linear(8, 2)
    return numnet.Sequential(*layers, rng=0)


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_it_lowers_a_loss_and_resumes(make):
    whole, parts = model(), model()
    history = numnet.fit(
        whole, numnet.MSE(), X, Y, optimizer=make(), epochs=20, batch_size=16, rng=3
    )
    assert history["loss"][-1] < 0.25 * history["loss"][0]
    optimizer, order = make(), np.random.default_rng(3)
    for epochs in (7, 13):
        numnet.fit(parts, numnet.MSE(), X, Y, None, optimizer, epochs, batch_size=16, rng=order)
        parts, optimizer = copy.deepcopy((parts, optimizer))
    np.testing.assert_array_equal(parts.parameters.value, whole.parameters.value)
    assert optimizer.steps == 60


@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_after_a_failed_step_it_begins_anew(make):
    network, optimizer = model(), make()
    numnet.fit(network, numnet.MSE(), X, Y, optimizer=optimizer, epochs=5, rng=0)
    before, rate = network.parameters.value.copy(), optimizer.lr
    optimizer.lr = 1e308
    with pytest.raises(numnet.DivergenceError):
        numnet.fit(network, numnet.MSE(), 1e3 * X, 1e9 * Y, optimizer=optimizer, epochs=9, rng=0)
    assert np.isfinite(network.parameters.value).all()
    network.parameters.value = before
    steps, optimizer.lr = optimizer.steps, rate
    twin, fresh = network.copy(), make()
    fresh.steps = steps
    for each, by in ((network, optimizer), (twin, fresh)):
        numnet.fit(each, numnet.MSE(), X, Y, optimizer=by, epochs=3, rng=0)
    np.testing.assert_array_equal(network.parameters.value, twin.parameters.value)
