"""Processes that measure, or that do not come back with anything."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from numnet.cli import rates
from numnet.cli.rates import Rates


def test_a_process_of_its_own(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    found = rates.rates_under(environment, 256)
    assert isinstance(found, Rates)
    assert found.size == 256
    assert found.float32 > 0
    assert 0 < found.share <= 1.1
    assert "ended with status 1" in str(
        rates.rates_under({**environment, "PYTHONPATH": "/nowhere"}, -1)
    )
    monkeypatch.setattr(rates, "LONGEST", 0.001)
    assert rates.rates_under(environment) == "not done within 0.001 s"


@pytest.mark.parametrize("answer", ["", "nonsense", "{}", "[1]", '{"size": 1}'])
def test_an_answer_that_is_none(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 0, stdout=answer, stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *given, **more: done)
    assert isinstance(rates.rates_under({}), str)


def test_a_python_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates.sys, "executable", "/nowhere/python")
    assert "nowhere" in str(rates.rates_under({}))


def test_the_size_is_what_takes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, speed = [], [0.0]

    def best(dtype: str, size: int, seconds: float) -> tuple[float, float]:
        asked.append((size, seconds))
        return speed[0], 0.75

    monkeypatch.setattr(rates, "_best", best)
    monkeypatch.setattr(rates, "_chain", lambda: 1e-9)
    # At 43 GFLOP/s the largest takes a twentieth of a second.
    for speed[0], size in ((100.0, 1024), (43.0, 1024), (42.9, 512), (10.0, 512), (5.4, 512),
                           (5.3, 256), (1.0, 256), (0.001, 256)):  # fmt: skip
        asked.clear()
        assert rates.measured(None).size == size
        (trial, short), *others = asked
        assert trial == min(rates.SIZES)
        assert short < rates.SECONDS / 2
        assert others == [(size, rates.SECONDS)] * 2
    asked.clear()
    assert rates.measured(512).share == 0.75
    assert asked == [(512, rates.SECONDS)] * 2
    assert 3 * rates.SECONDS < rates.LONGEST / 2, "and Python has to start"


@pytest.mark.parametrize("chains", [(1e-9, 2e-9, 3e-9), (2e-9, 1e-9, 3e-9), (3e-9, 2e-9, 1e-9)])
@pytest.mark.parametrize("shares", [(0.7, 0.6), (0.6, 0.7)])
def test_of_the_clock_the_best_and_of_the_share_the_worst_counts(
    chains: tuple[float, ...], shares: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"float32": (160.0, shares[0]), "float64": (80.0, shares[1])}
    times = iter(chains)
    monkeypatch.setattr(rates, "_best", lambda dtype, size, seconds: found[dtype])
    monkeypatch.setattr(rates, "_chain", lambda: next(times))
    monkeypatch.setattr(rates, "clock", lambda seconds: seconds)
    assert rates.measured(512) == Rates(512, 160.0, 80.0, 0.6, 1e-9)


class Stopwatch:
    """Time that passes where it is told to, and half of it on this thread."""

    def __init__(self) -> None:
        self.now = 0.125  # since when is not said

    def perf_counter(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return self.now / 2


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    found = Stopwatch()
    monkeypatch.setattr(rates, "time", found)
    return found


@pytest.mark.parametrize(
    ("took", "seconds", "calls"),
    [
        # The first makes the threads; of the others there are two at least.
        ([9.0, 3.0, 2.0, 4.0, 1.0, 1.0], 8.0, 4),
        ([0.5, 3.0, 2.0, 1.0], 0.5, 3),
        ([9.0, 3.0, 2.0, 4.0, 1.0, 7.0], 10.0, 6),
        ([9.0] + [2.0**-10] * 2000, 8.0, 1001),
    ],
)
def test_the_best_product_counts_until_the_time_is_over(
    took: list[float],
    seconds: float,
    calls: int,
    watch: Stopwatch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def dot(x: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
        assert x.dtype == y.dtype == out.dtype == "float32"
        assert x.shape == y.shape == out.shape == (100, 100)
        assert not np.shares_memory(x, y)
        watch.now += took[len(asked)]
        asked.append(x)

    with monkeypatch.context() as patch:
        patch.setattr(rates.np, "dot", dot)
        rate, share = rates._best("float32", 100, seconds)
    assert len(asked) == calls
    assert rate == pytest.approx(2e-3 / min(took[1:calls]))
    assert share == pytest.approx(0.5)


def test_the_shortest_of_many_chains_counts(
    watch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    took = iter([5.0, 4.0, 0.5, *range(1, 1000)])
    lengths = []

    class Multiply:
        def reduce(self, numbers: np.ndarray) -> None:
            lengths.append(len(numbers))
            watch.now += next(took)

    with monkeypatch.context() as patch:
        patch.setattr(rates.np, "multiply", Multiply())
        found = rates._chain()
    assert found == pytest.approx(0.5 / lengths[0])
    assert len(lengths) > 100
    assert len(set(lengths)) == 1


def test_the_clock(tmp_path: Path) -> None:
    assert rates.clock(1e-9, "x86_64", tmp_path) == pytest.approx(3.0)
    assert rates.clock(1e-9, "AMD64", tmp_path) == pytest.approx(3.0)
    # Other processors take another number of cycles.
    assert rates.clock(1e-9, "aarch64", tmp_path) is None
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text("cpu MHz : 2500.0\n", encoding="utf-8")
    assert rates.clock(1e-9, "ppc64le", tmp_path) == 2.5
    place = tmp_path / "sys/devices/system/cpu/cpu0/cpufreq"
    place.mkdir(parents=True)
    (place / "cpuinfo_max_freq").write_text("2600000\n", encoding="ascii")
    assert rates.clock(1e-9, "aarch64", tmp_path) == 2.6
    (place / "cpuinfo_max_freq").write_text("<unknown>\n", encoding="ascii")
    assert rates.clock(1e-9, "aarch64", tmp_path) == 2.5
    assert 0 < rates._chain() < 1e-6


def test_one_line_of_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "SECONDS", 1e-4)
    for size in ("256", ""):
        rates.main([size])
        found = Rates(**json.loads(capsys.readouterr().out))
        assert found.size in rates.SIZES
