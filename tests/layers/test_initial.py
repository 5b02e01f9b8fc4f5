from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numnet
from numnet import constant, glorot, he, normal
from numnet.layers import Initial

SHAPE = (300, 200)
RULES = [normal(0.5), glorot(), glorot(5 / 3), he(), he(0.5), constant(0.25)]


def draw(rule, shape=SHAPE, seed=0):
    return rule(np.random.default_rng(seed), shape)


@pytest.mark.parametrize("scale", [1e-2, 1.0, 3.0])
def test_normal_has_its_moments(scale):
    z = draw(normal(scale)) / scale
    n = z.size
    # Six standard errors of the mean, the variance and the fourth moment of n normal numbers.
    assert abs(z.mean()) < 6 / n**0.5
    assert abs(z.var() - 1) < 6 * (2 / n) ** 0.5
    assert abs((z**4).mean() - 3) < 6 * (96 / n) ** 0.5


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        (glorot(), (6 / 500) ** 0.5),
        (glorot(5 / 3), 5 / 3 * (6 / 500) ** 0.5),
        (he(), (6 / 300) ** 0.5),
        (he(0.5), 0.5 * (6 / 300) ** 0.5),
    ],
)
def test_the_uniform_rules_fill_their_interval(rule, limit):
    u = draw(rule) / limit
    n = u.size
    assert abs(u).max() <= 1
    assert abs(u).max() > 1 - 20 / n
    assert abs(u.mean()) < 6 * (1 / 3 / n) ** 0.5
    assert abs((u**2).mean() - 1 / 3) < 6 * (4 / 45 / n) ** 0.5


def test_glorot_keeps_the_variance_in_both_directions_on_average():
    D, Q = SHAPE
    variance = draw(glorot()).var()
    assert abs((D * variance + Q * variance) / 2 - 1) < 0.02


def test_he_keeps_the_second_moment_through_relu():
    rng = np.random.default_rng(0)
    a = np.maximum(rng.standard_normal((2000, 300)), 0)
    z = a @ he()(rng, SHAPE)
    # relu halves the second moment of a symmetric input, and he doubles it again.
    assert abs((z**2).mean() - 1) < 0.05


def test_constant_is_the_same_everywhere():
    assert (draw(constant(-0.25)) == -0.25).all()
    assert draw(constant(0.5), (3,)).tolist() == [0.5] * 3


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_generator_alone_decides(rule):
    np.testing.assert_array_equal(draw(rule), draw(rule))
    if rule.kind != "constant":
        assert (draw(rule) != draw(rule, seed=1)).any()


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("move", [copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))])
def test_a_rule_is_a_plain_value(rule, move):
    other = move(rule)
    assert other == rule
    np.testing.assert_array_equal(draw(other), draw(rule))
    with pytest.raises(AttributeError):
        rule.scale = 2.0


@pytest.mark.parametrize("rule", [normal(0.5), glorot(), he(), constant(0.25)], ids=str)
def test_its_text_makes_it_again(rule):
    assert eval(repr(rule), vars(numnet.layers.initial)) == rule
    assert isinstance(rule, Initial)


def test_a_rule_without_a_scale_has_scale_one():
    assert [Initial("normal"), Initial("glorot"), Initial("he")] == [normal(1.0), glorot(), he()]


@given(d=st.integers(1, 50), q=st.integers(1, 50))
def test_every_width_stays_within_its_limit(d, q):
    for rule, fan in ((glorot(), d + q), (he(), d)):
        values = draw(rule, (d, q))
        assert values.shape == (d, q)
        assert abs(values).max() <= (6 / fan) ** 0.5


@pytest.mark.parametrize("maker", [normal, glorot, he])
@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_a_scale_below_zero_or_not_finite_is_refused(maker, bad):
    with pytest.raises(ValueError, match=f"^{maker.__name__}: expected a finite number.*got {bad}"):
        maker(bad)


@pytest.mark.parametrize("maker", [normal, glorot, he, constant])
def test_a_scale_of_zero_gives_zeros(maker):
    assert not draw(maker(0)).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_constant_that_is_not_finite_is_refused(bad):
    with pytest.raises(ValueError, match=f"^constant: expected a finite value, got {bad}"):
        constant(bad)


@pytest.mark.parametrize("rule", [glorot(), he()], ids=str)
@pytest.mark.parametrize("shape", [(3,), (), (2, 3, 4)])
def test_the_uniform_rules_need_the_shape_of_a_weight(rule, shape):
    with pytest.raises(ValueError, match=r"expected the shape \(D, Q\) of a weight, got \("):
        draw(rule, shape)
