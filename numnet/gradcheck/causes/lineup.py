"""The order in which suspects are heard: the simplest that convinces is the cause."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .axes import additive_difference, axis_difference, axis_line, axis_ratio
from .elementwise import claim_is_elementwise, is_elementwise
from .elsewhere import substituted_suspects
from .pairs import factor_suspects
from .permutations import moved_suspects, swapped_suspects
from .ratio import constant_ratio
from .subsets import mostly_exact, partial_suspect
from .suspect import Suspect, convinces
from .terms import term_suspects
from .upstream import upstream_suspects
from .view import Scene

Stage = Callable[[Scene], Iterator[Suspect]]


def _ratio(scene: Scene) -> Iterator[Suspect]:
    suspect = constant_ratio(scene.here)
    if suspect:
        yield suspect


def is_contradicted(scene: Scene) -> bool:
    """Whether one ratio fits the entries looked at, and not whole directions: others do not."""
    suspect = constant_ratio(scene.here)
    if suspect is None or not suspect.ratio or not convinces(suspect, scene):
        return False
    ratio = suspect.ratio
    slack = 4.0 * (1.0 + abs(ratio))
    slopes = scene.evidence.slopes
    return any(not abs(c - ratio * v) <= slack * tolerance for c, v, tolerance in slopes)


def _partial(scene: Scene) -> Iterator[Suspect]:
    suspect = partial_suspect(scene.here)
    if suspect:
        yield suspect


# Relations with one known array, cheap to test: what else fits is told as an alternative.
PLAIN: tuple[Stage, ...] = (
    _ratio,
    lambda scene: moved_suspects(scene.here),
    lambda scene: swapped_suspects(scene.here),
    lambda scene: factor_suspects(scene.here, paired=False),
    lambda scene: term_suspects(scene.here, products=False),
)
# The true gradient of the same function for other arguments.
ELSEWHERE: tuple[Stage, ...] = (
    lambda scene: substituted_suspects(scene.here, is_elementwise(scene.here)),
    _partial,
    lambda scene: upstream_suspects(scene.here),
)
# What the numbers show by their pattern, without a known array that explains it.
PATTERNS: tuple[Stage, ...] = (
    lambda scene: axis_ratio(scene.here),
    lambda scene: factor_suspects(scene.here, paired=True),
    lambda scene: axis_difference(scene.here),
    lambda scene: term_suspects(scene.here, products=True),
    lambda scene: additive_difference(scene.here),
    lambda scene: axis_line(scene.here),
)


def identify(scene: Scene, stages: tuple[Stage, ...]) -> Suspect | None:
    """The first suspect that convinces."""
    if not scene.here.index.size:
        return None
    for stage in stages:
        for suspect in stage(scene):
            if convinces(suspect, scene):
                return suspect
    return None


def rather_partial(scene: Scene, found: Suspect) -> Suspect | None:
    """The suspect "partial" where a factor is found that is 1 on many entries, and no mask."""
    if found.cause != "missing-factor" or found.masked or not mostly_exact(scene.here):
        return None
    partial = partial_suspect(scene.here)
    return partial if partial and convinces(partial, scene) else None


def also_fitting(scene: Scene, found: Suspect) -> tuple[str, ...]:
    """Other plain causes that fit."""
    if found.ratio is not None:
        return ()
    causes = dict.fromkeys(found.also)
    for stage in (*PLAIN[1:], _partial):
        other = identify(scene, (stage,))
        if other and other.cause != found.cause:
            causes[other.cause] = None
    return tuple(cause for cause in causes if cause != found.cause)


def wrong_factor(scene: Scene) -> Suspect | None:
    """The cause of any error where the function and the claim act on each entry by itself."""
    here = scene.here
    if claim_is_elementwise(scene.judge, here, here.dy, scene.rng):
        sentence = (
            f"Each entry of d{here.name} is dy times a factor of that entry of {here.name}, and"
            " the factor is wrong."
        )
        return Suspect(
            "missing-factor", lambda view: (view.true, view.true, view.allowed()), sentence
        )
    return None
