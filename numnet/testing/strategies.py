"""Hypothesis strategies for what a layer, a loss or a backward takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import DTypeLike, NDArray

from .. import layers as library
from ..labels import one_hot
from ..layers import Linear, Sequential
from ..model import Model

Array = NDArray[Any]
Shape = int | tuple[int, ...] | st.SearchStrategy[tuple[int, ...]]

LIMIT = 3.0  # beyond it tanh, sigmoid and softmax are flat, and a check sees less
MARGIN = 1.0 / 64  # room on either side of a kink for a reference that takes differences
PLACES = ("away", "on", "anywhere")


def shapes(dims: int = 2, least: int = 1, most: int = 4) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes with `dims` axes, each `least` to `most` long.

    Parameters
    ----------
    dims : int
        Number of axes.
    least, most : int
        Bounds of each length; with least = 0 empty arrays are among them.

    Returns
    -------
    SearchStrategy of tuple of int

    Examples
    --------
    >>> from hypothesis import find
    >>> find(shapes(dims=1, least=2), lambda shape: True)
    (2,)
    """
    return st.tuples(*[st.integers(least, most)] * dims)


def arrays(
    shape: Shape,
    *,
    dtype: DTypeLike = np.float64,
    kinks: Sequence[float] = (0.0,),
    where: str = "away",
) -> st.SearchStrategy[Array]:
    """Arrays of moderate numbers that keep away from the kinks of a function, or stand on them.

    Parameters
    ----------
    shape : int, tuple of int, or strategy of tuples
        Such as `(5, 3)` or `shapes()`.
    dtype : dtype
        float64 or float32.
    kinks : sequence of float
        Where the function has no derivative, as relu at 0.
    where : {"away", "on", "anywhere"}
        "away": each entry at least 1/64 from every kink; "on": some entries, at least one, exactly
        at a kink and the others away; "anywhere": kinks do not matter.

    Returns
    -------
    SearchStrategy of ndarray
        Entries within [-3, 3], and within 3 of a kink that lies beyond.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(arrays(2), lambda x: (x >= 2).all())
    array([2., 2.])
    >>> find(arrays(2, where="on"), lambda x: x[1] > 2)
    array([0., 3.])
    """
    if where not in PLACES:
        raise ValueError(f"arrays: expected where to be one of {PLACES}, got {where!r}")
    if where == "on" and not len(kinks):
        raise ValueError('arrays: where="on" needs at least one kink, got none')
    bound = LIMIT + max((abs(kink) for kink in kinks), default=0.0)
    numbers = st.floats(-bound, bound, width=32)
    if where == "anywhere":
        return _filled(shape, dtype, numbers)
    # Moved off a kink first: what is drawn stands at 0 too often to be drawn again each time.
    # Off one kink it may be near another.
    away = numbers.map(lambda x: _off(x, kinks)).filter(lambda x: _off(x, kinks) == x)
    if where == "away":
        return _filled(shape, dtype, away)
    mixed = _filled(shape, dtype, away | st.sampled_from([float(kink) for kink in kinks]))
    return st.tuples(mixed, st.integers(0), st.sampled_from(list(kinks))).map(_with_one)


def _off(x: float, kinks: Sequence[float]) -> float:
    """x where it has the margin from each kink, else beside the first that is too near."""
    for kink in kinks:
        if abs(x - kink) < MARGIN:
            return kink + math.copysign(2.0 * MARGIN, x - kink)
    return x


def _filled(
    shape: Shape, dtype: DTypeLike, elements: st.SearchStrategy[float]
) -> st.SearchStrategy[Array]:
    kind = np.dtype(dtype)
    if kind.kind != "f":
        raise TypeError(f"arrays: expected a floating dtype, got {kind}")
    # Every entry is drawn by itself: equal ones would hide a gradient at the wrong place.
    return hnp.arrays(kind, shape, elements=elements, fill=st.nothing())


def _with_one(drawn: tuple[Array, int, float]) -> Array:
    array, place, kink = drawn
    if array.size:
        array.flat[place % array.size] = kink
    return array


def labels(N: int, C: int, *, rows: bool = False) -> st.SearchStrategy[Array]:
    """Class labels.

    Parameters
    ----------
    N, C : int
        Examples and classes.
    rows : bool
        One-hot rows, shape (N, C), in place of indices, shape (N,).

    Returns
    -------
    SearchStrategy of ndarray

    Examples
    --------
    >>> from hypothesis import find
    >>> find(labels(2, 3), lambda y: y[1] == 2)
    array([0, 2])
    >>> find(labels(2, 3, rows=True), lambda y: y[1, 2] == 1)
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    indices = hnp.arrays(np.int64, N, elements=st.integers(0, C - 1), fill=st.nothing())
    return indices.map(lambda found: one_hot(found, C)) if rows else indices


def upstream(shape: Shape, *, dtype: DTypeLike = np.float64) -> st.SearchStrategy[Array]:
    """Upstream gradients dy, every entry different.

    An upstream gradient of ones is blind: to softmax it gives 0, whatever the backward does.

    Parameters
    ----------
    shape : int, tuple of int, or strategy of tuples
        That of y.
    dtype : dtype
        float64 or float32.

    Returns
    -------
    SearchStrategy of ndarray
        Magnitudes within [1/2, 1], the signs at random.

    Examples
    --------
    >>> from hypothesis import find
    >>> dy = find(upstream((2, 3)), lambda dy: dy[0, 0] < 0)
    >>> dy.shape, bool((abs(dy) >= 0.5).all())
    ((2, 3), True)
    """
    known = shape if isinstance(shape, st.SearchStrategy) else st.just(shape)
    return st.tuples(known, st.integers(0, 2**32 - 1)).map(
        lambda drawn: _random_signs(*drawn).astype(dtype)
    )


def _random_signs(shape: int | tuple[int, ...], seed: int) -> Array:
    rng = np.random.default_rng(seed)
    return rng.choice((-1.0, 1.0), size=shape) * rng.uniform(0.5, 1.0, size=shape)


def layers(D: int, *, smooth: bool = False) -> st.SearchStrategy[Model]:
    """Layers that take x of shape (N, D): every kind that numnet has, and stacks of them.

    Parameters
    ----------
    D : int
        Columns of x.
    smooth : bool
        Leave out the layers with a kink.

    Returns
    -------
    SearchStrategy of Layer
        With initial values drawn.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(layers(3), lambda layer: len(layer.parameters) == 2)
    Linear(3 -> 1)
    """
    plain = [library.Tanh, library.Sigmoid, library.Softplus, library.Softmax, library.LogSoftmax]
    kinked = [] if smooth else [library.ReLU, library.LeakyReLU]
    activation: st.SearchStrategy[Model] = st.sampled_from([*plain, *kinked]).map(_made)
    still = st.sampled_from([library.Dropout, library.Flatten]).map(_made)
    widths, seeds = st.integers(1, 4), st.integers(0, 2**32 - 1)
    linear = st.builds(
        lambda Q, bias, seed: Linear(D, Q, bias=bias).initialize(rng=seed),
        widths, st.booleans(), seeds,
    )  # fmt: skip
    stack = st.builds(
        lambda Q, inner, seed: Sequential(Linear(D, Q), inner, Linear(Q, D), rng=seed),
        widths, activation, seeds,
    )  # fmt: skip
    highway = st.builds(
        lambda inner, seed: library.Highway(D, inner).initialize(rng=seed), activation, seeds
    )
    tied = st.builds(lambda Q, seed: library.Tied(Linear(Q, D)).initialize(rng=seed), widths, seeds)
    kinds = [activation, linear, stack, still, highway, tied]
    if D > 1:
        kinds.append(st.builds(_autoencoder, st.just(D), st.integers(1, min(D - 1, 4)), seeds))
    return st.one_of(kinds)


def _autoencoder(D: int, Q: int, seed: int) -> Model:
    first = Linear(D, Q)
    return library.Autoencoder(first, library.Tied(first), rng=seed)


def _made(kind: Callable[[], Model]) -> Model:
    return kind()
