"""The comparison of the tape with others: the same gradient in each, and figures that can fail."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import numpy as np
import pytest

from benchmarks.tape import engines, rows, turns

PEERS = turns.installed([*engines.PEERS])


@pytest.mark.parametrize("case", engines.CASES)
def test_every_engine_has_the_same_gradient(case: str):
    data = engines.CASES[case].arrays()
    reference = engines.layers(engines.CASES[case], data)()
    rounding = 200 * np.finfo(data["x"].dtype).eps
    for name in [*engines.OWN, *PEERS]:
        found = (engines.OWN | engines.PEERS)[name](engines.CASES[case], data)()
        assert len(found) == 4
        for mine, theirs in zip(found, reference, strict=True):
            assert np.shape(mine) == theirs.shape
            assert np.abs(np.asarray(mine) - theirs).max() < rounding * np.abs(theirs).max(), name


def test_the_products_are_those_of_the_network():
    data = engines.CASES["small"].arrays()
    z, dW2, da, dW1 = engines.products(engines.CASES["small"], data)()
    assert z.shape == data["y"].shape
    assert (dW2.shape, da.shape, dW1.shape) == ((20, 1), (32, 20), data["W1"].shape)
    assert {"layers", "products"} <= set(turns.installed([*engines.BARE, *engines.OWN]))


@pytest.mark.parametrize("engine", ["tensors", "products"])
def test_a_worker_answers_with_seconds(engine: str, monkeypatch: pytest.MonkeyPatch, capsys: Any):
    monkeypatch.setattr(sys, "stdin", io.StringIO("2\n5\n"))
    turns.answer(engine, "small")
    answers = [json.loads(line) for line in capsys.readouterr().out.split()]
    assert len(answers) == 2
    assert all(0 < seconds < 1 for seconds in answers)


def test_a_wrong_engine_is_not_measured(monkeypatch: pytest.MonkeyPatch):
    def wrong(case: Any, data: Any) -> Any:
        call = engines.layers(case, data)
        return lambda: [2 * gradient for gradient in call()]

    monkeypatch.setitem(turns.PEERS, "wrong", wrong)
    with pytest.raises(SystemExit, match=r"^wrong, small: its gradient is off by"):
        turns.answer("wrong", "small")


@pytest.mark.parametrize(
    ("case", "seconds", "missed"),
    [
        ("large", {"layers": 1.0, "module": 1.2, "tensors": 1.3, "torch": 1.4}, ""),
        (
            "large",
            {"layers": 1.0, "module": 1.3, "tensors": 1.3, "torch": 1.4},
            "module 1.30 of the layers",
        ),
        (
            "large",
            {"layers": 1.0, "module": 1.2, "tensors": 1.5, "torch": 1.4},
            "torch 0.93 of tensors",
        ),
        ("small", {"layers": 1.0, "module": 2.0, "tensors": 2.0, "torch": 2.1}, ""),
        (
            "small",
            {"layers": 1.0, "module": 2.0, "tensors": 2.0, "torch": 1.9},
            "torch 0.95 of module, torch 0.95 of tensors",
        ),
    ],
)
def test_the_bounds_can_be_missed(case: str, seconds: Any, missed: str, monkeypatch: Any):
    monkeypatch.setattr(rows, "installed", lambda names: list(seconds))
    monkeypatch.setattr(rows, "compare", lambda *a: {n: [s, s] for n, s in seconds.items()})
    found = rows.speed(case, 1, quick=True)
    assert found.right == (not missed)
    assert found.figure.endswith(
        "not installed: autograd, mygrad" + f"; beyond its bound: {missed}" * bool(missed)
    )
    assert found.numbers["to_layers"]["module"] == seconds["module"]


@pytest.mark.parametrize(
    ("name", "threads", "clock"), [("small", None, "perf_counter"), ("small-1", 1, "process_time")]
)
def test_a_row_leaves_the_threads_to_blas_or_has_one(
    name: str, threads: int | None, clock: str, monkeypatch: pytest.MonkeyPatch
):
    started: list[Any] = []

    class Started:
        def __init__(self, module: str, arguments: list[str], environment: dict[str, str]) -> None:
            started.append((arguments[1:], environment.get("OPENBLAS_NUM_THREADS")))

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *error: object) -> None: ...

        def ask(self, calls: int) -> float:
            return 1.0

    monkeypatch.setattr(turns, "Worker", Started)
    monkeypatch.setattr(
        turns, "in_turns", lambda asked, turns: {n: [f()] for n, f in asked.items()}
    )
    rows.ROWS[name].measure(True)
    assert {(tuple(words), given) for words, given in started} == {
        (("small", clock), str(threads) if threads else None)
    }


def test_memory_that_grows_is_noticed(monkeypatch: pytest.MonkeyPatch):
    assert rows.memory(quick=True).right
    held: list[Any] = []

    def keeping(case: Any, data: Any) -> Any:
        call = engines.tensors(case, data)
        return lambda: held.append(call())

    monkeypatch.setitem(rows.OWN, "tensors", keeping)
    assert not rows.memory(quick=True).right
