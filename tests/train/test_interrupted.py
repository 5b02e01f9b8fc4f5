"""Ctrl-C in every phase: whole steps, whole epochs, and a second one that ends at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import numnet

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGINT for one process")

BEFORE_THE_UPDATE = {"forward", "loss", "backward", "schedule"}
UPDATE = {"before the update", "within the update", "after the update", "check"}
IN_EPOCHS = {"validation", "before the history", "after the history", "progress"}


@pytest.fixture(scope="module")
def cases():
    program = Path(__file__).with_name("interrupted.py")
    environment = os.environ | {"PYTHONPATH": str(Path(numnet.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-W", "error", program],
        capture_output=True, text=True, env=environment, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_all_phases_were_tried(cases):
    assert len(cases) == 2 * (10 * 4 + 5 * 3) + 3 + 1
    assert all(left["exploded"] for *_, left in cases)


def test_whatever_the_phase_whole_steps_are_left(cases):
    for phase, k, signals, left in cases:
        where = phase, k, signals
        assert left["as replayed"], where
        assert left["handler"], where
        assert left["again"] == [None, 2], where
        if (phase, signals) != ("commit", 2):
            # There the second Ctrl-C comes between the parameters and the buffers.
            assert left["counted"] == left["steps"], where


def test_the_first_ends_after_the_step(cases):
    for phase, k, signals, left in cases:
        if signals == 2 or phase in ("diverging", "thread"):
            continue
        steps = 2 * k if phase in IN_EPOCHS else 2 * (k - 1) if phase == "shuffle" else k
        where = phase, k
        assert (left["ended"], left["stopped"]) == ("returned", "interrupted"), where
        assert (left["steps"], left["epochs"]) == (steps, steps // 2), where
        assert left["lengths"] == ([steps // 2] if steps > 1 else []), where
        assert left["lines"] == steps // 2, where
        (warning,) = left["warnings"]
        assert warning.startswith(f"RuntimeWarning: interrupted after {steps // 2} of 3 epochs;")


def test_a_second_ends_at_once_and_takes_back_half_a_step(cases):
    for phase, k, signals, left in cases:
        if signals == 1:
            continue
        broken = phase in BEFORE_THE_UPDATE | UPDATE
        steps = 2 * k if phase in IN_EPOCHS else 2 * (k - 1) if phase == "shuffle" else k - broken
        assert (left["ended"], left["steps"]) == ("KeyboardInterrupt", steps), (phase, k)
        assert left["warnings"] == []


def test_a_step_that_diverges_is_told_first(cases):
    found = [(k, left) for phase, k, _, left in cases if phase == "diverging"]
    assert len(found) == 3
    for k, left in found:
        assert (left["ended"], left["stopped"]) == ("DivergenceError", "diverged")
        assert (left["steps"], left["epochs"]) == (k - 1, (k - 1) // 2)


def test_in_a_thread_the_main_thread_is_interrupted_and_fit_goes_on(cases):
    (left,) = (left for phase, *_, left in cases if phase == "thread")
    assert left["interrupted"]
    assert (left["ended"], left["stopped"], left["epochs"]) == ("returned", None, 3)
    assert (left["steps"], left["warnings"]) == (6, [])
