"""How far a function's values scatter about a smooth curve: rounding, measured and not guessed.

Values at points nearby are freed of their smooth part, a polynomial; what is left is rounding,
including that of constants inside the function, which moving the input by a unit in the last place
would not show. After J. J. More and S. M. Wild, Estimating computational noise (2011), but with
unequal spaces: equal ones may be multiples of the rounding unit of such a constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .problem import EPS, Problem, Shift
from .products import chunks, length

__all__ = ["EPS"]  # which others import from here
Array = NDArray[Any]
RNG = int | np.random.Generator | np.random.SeedSequence | None
KEY = 0x6E756D6E6574
SPACING = 2.5e-5
SMOOTH = 1e-13  # scatter relative to the values that rounding alone explains
ROUGH = 1e-5  # scatter that rounding hardly explains
DISTINCT = 8  # fewer different values at PLACES are a staircase
WIDER = 300.0
STEEP = 1e-3  # a staircase with higher steps leaves nothing to differentiate
MANY = 1 << 16
CLOSE = (1e-4, 1e-6)  # of these factors only what is as smooth as that is believed
DEEP = 1e-11
ALIKE = 4.0
SAFETY = 6.0
PLACES = np.array(
    [1.0, 2.1737, 2.8929, 4.2311, 4.8171, 6.1339, 6.9427, 8.0719, 9.0, 9.7313, 10.619, 12.0]
)
_POWERS = np.vander(PLACES / PLACES[-1], 5)
# An orthonormal basis of what no polynomial of degree 4 reaches.
_ROUGH = np.linalg.qr(_POWERS, mode="complete")[0][:, _POWERS.shape[1] :].T


def scatter(values: Array) -> float:
    """The standard deviation of the noise in values of a smooth function at PLACES."""
    rough = _ROUGH @ values
    size = float(np.abs(rough).max())
    if size == 0.0 or not math.isfinite(size):
        return size
    rough /= size  # lest the squares of tiny numbers vanish
    return size * math.sqrt(float(rough @ rough) / len(rough))


def generator(rng: RNG) -> np.random.Generator:
    """Randomness of the checker's own: no seed of the caller's draws the same numbers."""
    seeded = isinstance(rng, int | np.integer)
    return np.random.default_rng([int(rng), KEY] if seeded else rng)  # type: ignore[arg-type]


def random_direction(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Random signs with magnitudes uniform in [1/2, 1], so that errors do not cancel."""
    direction = np.asarray(rng.uniform(-0.5, 0.5, size=shape))
    for (part,) in chunks(direction):
        part += np.copysign(0.5, part)
    return direction


def directions(problem: Problem, rng: np.random.Generator) -> dict[str, Array]:
    """A small random move of every differentiated array, relative to its magnitude.

    The others stay: labels, masks and probabilities may have no neighbours that are allowed.
    """
    return {
        name: SPACING * problem.sizes(name) * random_direction(problem.base[name].shape, rng)
        for name in problem.wrt
    }


def along(evaluate: Callable[[Shift, int], float], move: dict[str, Array]) -> float:
    """The scatter of evaluate(shift, k) on one side of the point; at a kink the sides differ.

    A function that oscillates within the spacing looks like much noise, and does so no more when
    the spacing shrinks. One that adds a large constant to its argument is a staircase, which
    shows only when the spacing grows.
    """

    def at(factor: float) -> Array:
        values = [
            evaluate({name: factor * place * step for name, step in move.items()}, k)
            for k, place in enumerate(PLACES)
        ]
        return np.array(values)

    smallest = close = math.inf
    # Among many units some have a kink nearby.
    many = sum(step.size for step in move.values()) > MANY
    first, second = (0.03, -1e-3) if many else (1.0, -0.03)
    for factor in (first, second, *CLOSE):
        values = at(factor)
        if not np.isfinite(values).all():
            continue
        few = len(set(values.tolist())) < DISTINCT
        if few and math.isfinite(smallest):
            break  # so close that nothing moves: what was seen before is rounding
        size = float(np.abs(values).max())
        found = scatter(values)
        if factor in CLOSE and found > DEEP * size:
            # A staircase, whose height was seen before; or rounding, which is the same again.
            if close / ALIKE <= found <= min(ALIKE * close, ROUGH * size):
                smallest = min(smallest, max(close, found))
            close = found
            continue
        smallest = min(smallest, found)
        if few:
            # A kink nearby stands on one side, and kinks on both are rougher than a staircase.
            wide = min(scatter(at(side)) for side in (WIDER, -WIDER))
            return max(smallest, wide) if wide <= STEEP * size else smallest
        if smallest <= (SMOOTH if factor == first else ROUGH) * size:
            break
    return smallest


def measure_noise(problem: Problem, rng: np.random.Generator) -> float:
    """The rounding of the weighted sum: measured, and at least that of its last operations."""
    weights, base = problem.weights, problem.outputs

    def evaluate(shift: Shift, k: int) -> float:
        try:
            moved = "with its arguments moved by a millionth"
            return float(weights @ problem.terms(shift, moved))
        except (ValueError, ArithmeticError):  # outside of the domain
            return math.nan

    measured = along(evaluate, directions(problem, rng))
    if not math.isfinite(measured):
        measured = 0.0
    # What is computed in a narrower type is a staircase in places, and looks smooth between.
    safety = SAFETY if problem.output_eps == EPS else 2.5 * SAFETY
    sizes = np.abs(base)
    if measured <= EPS * length(weights * base) and problem.output_eps > EPS:
        # What does not move at all may be log(1 + tiny), whose steps are those of 1 in its type.
        sizes = np.maximum(sizes, 1.0)
    floor = safety / 3.0 * problem.output_eps * length(weights * sizes)
    jitter = 8.0 * sum(float(part.sum()) for part in problem.jitter)
    noise = max(safety * measured, floor, jitter)
    # A value that is 0 and stays it may be log(1 + tiny): nothing shows how tiny.
    return noise or problem.output_eps
