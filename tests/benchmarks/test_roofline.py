"""The roofline: its counts against counts by hand, its roofs, and its command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import record
from benchmarks.peers.workloads import WORKLOADS, Workload
from benchmarks.roofline import command, kernels, peak, picture, rows, steps, work, worker
from benchmarks.roofline.roof import Roof, roof
from benchmarks.roofline.work import Point
from numnet import kernels as formulas

SMALL = Point("small", "float64", 1000, 4000, 1e-6)


@pytest.mark.parametrize(
    ("name", "operations"),
    [
        # 2 N x madds x 3, less the first dx; biases and their gradients; relu; cross-entropy; SGD.
        (
            "mid",
            2 * 128 * (3 * (784 * 100 + 100 * 10) - 784 * 100)
            + 2 * 128 * (100 + 10)
            + 128 * 100 * (1 + 2)
            + 128 * 10 * (5 + 1)
            + 4 * (784 * 100 + 100 + 100 * 10 + 10),
        ),
        # Six maps of three weights; relu twice on either side of the code, which has none.
        (
            "auto",
            2 * 128 * (3 * 2 * (784 * 500 + 500 * 100 + 100 * 30) - 784 * 500)
            + 2 * 128 * (500 + 100 + 30 + 100 + 500 + 784)
            + 128 * (500 + 100 + 100 + 500) * (1 + 2)
            + 128 * 784 * (3 + 1)
            + 128 * 784 * (4 + 3)
            + 4 * (784 * 500 + 500 * 100 + 100 * 30 + 500 + 100 + 30 + 100 + 500 + 784),
        ),
    ],
)
def test_the_operations_of_a_step(name: str, operations: int) -> None:
    assert work.step_operations(WORKLOADS[name]) == operations


def test_the_traffic_of_a_step() -> None:
    P = 784 * 128 + 128 + 128 * 10 + 10
    # x in float32, labels, and three vectors that are read and written.
    assert work.step_traffic(WORKLOADS["adam"]) == 64 * 784 * 4 + 64 * 8 + 2 * 3 * P * 4
    # The target of an autoencoder is its input, read once.
    tied = Workload((4, 2), 3, "float64", "relu", 0.1, tied=True)
    assert work.step_traffic(tied) == 3 * 4 * 8 + 2 * 2 * (8 + 2 + 4) * 8


def test_the_traffic_of_a_kernel() -> None:
    x, kept = np.zeros((2, 3), np.float32), np.zeros((2, 3), bool)
    assert work.traffic([x, kept, 0.5], formulas.dropout(x, kept, 0.5)) == 24 + 6 + 24
    value, e = formulas.mse(x, x)
    assert work.traffic([x, x], (value, e)) == 24 + 4 + 24, "one array, though twice an argument"


def test_every_kernel_has_its_point() -> None:
    found = list(kernels.calls("float32"))
    assert {kernel.__name__ for _, _, kernel, _ in found} == set(formulas.__all__)
    assert len({title for title, *_ in found}) == len(found)
    for title, operations, kernel, given in found:
        dtypes = {a.dtype.name for a in given if isinstance(a, np.ndarray)}
        assert dtypes <= {"float32", "int64", "bool"}, title
        if title.startswith("linear ") and "1024" not in title:
            y = kernel(*given)
            assert operations == y.size * (2 * len(given[1]) + 1)
        elif "784" not in title and "1024" not in title and " " not in title:
            assert operations == work.OPERATIONS[title] * 256 * 1024


def test_a_point_below_its_roof() -> None:
    assert SMALL.rate == pytest.approx(1.0)
    assert SMALL.intensity == 0.25
    low = Roof(100.0, 20.0)
    assert low.ridge == 5.0
    assert [low.over(x) for x in (0.25, 5.0, 50.0)] == [5.0, 100.0, 100.0]
    assert low.share(SMALL) == pytest.approx(0.2)
    measured = {"gemm": {"float32": {"1024": 90.0, "2048": 100.0}},
                "memory": {"float32": {"copy": 20.0, "triad": 12.0}}}  # fmt: skip
    assert roof(measured, "float32") == low


def test_the_table_and_the_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    high = Point("high", "float32", 10**9, 10**7, 0.02)
    speeds = {"float32": 100.0, "float64": 50.0}
    peaks = {
        "gemm": {dtype: {"1024": value} for dtype, value in speeds.items()},
        "memory": {dtype: {"copy": 10.0, "triad": 8.0} for dtype in speeds},
        "bytes": 2**26,
    }
    machine = {"cpu": "A chip", "cores": 2, "system": "S", "python": "3", "numpy": "2",
               "blas": {"name": "b", "version": "1", "threads": 1}, "variables": {},
               "load": 0.5}  # fmt: skip
    answers: dict[str, Any] = {"peak": peaks, "steps": [vars(SMALL), vars(high)]}
    monkeypatch.setattr(
        rows, "measured", lambda part, *how: {"found": answers[part], "machine": machine}
    )
    outcome = rows.points("steps", "1", True)
    assert outcome.figure == "2 points from 40 % to 50 % of the roof, the median 45 %"
    lines = outcome.details.splitlines()
    assert "1 thread;" in lines[0]
    assert "| high | float32 | 1e+09 | 1e+07 | 100.00 | 20000.0 us | 50.0 | 100.0 | 50 % |" in lines
    assert outcome.numbers["points"][0]["share"] == pytest.approx(0.4)
    assert list(outcome.pictures) == ["steps1"]
    outcome = rows.peak("all", True)
    assert "float32 100 GFLOP/s and 10.0 GB/s, ridge at 10 FLOP a byte" in outcome.figure
    assert "arrays of 64 MB" in outcome.details
    assert "| float64 | triad | 8.0 GB/s |" in outcome.details


def test_names_keep_their_distance() -> None:
    wanted = np.array([0.0, 0.01, 0.02, 0.5, 0.99, 1.0])
    found = picture.apart(wanted, 0.1)
    assert np.diff(found).min() > 0.1 - 1e-12
    assert found.min() >= 0
    assert found.max() <= 1
    assert found[3] == 0.5
    drawn = picture.draw("title", [SMALL, SMALL], {"float64": Roof(9.0, 3.0)})
    texts = [text for text in drawn.axes[0].texts if text.get_text() == "small"]
    assert len(texts) == 2


def test_as_much_memory_as_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert peak.length(True) == peak.QUICK
    free = {"SC_AVPHYS_PAGES": 2**20, "SC_PAGE_SIZE": 2**12}
    monkeypatch.setattr(peak.os, "sysconf", free.__getitem__)
    for cache, expected in ((2**20, peak.LEAST), (2**26, 2**28), (2**28, 2**29)):
        monkeypatch.setattr(peak, "_last_cache", lambda cache=cache: cache)
        assert peak.length(False) == expected
    free["SC_AVPHYS_PAGES"] = 2**24
    assert peak.length(False) == peak.MOST
    monkeypatch.delattr(peak.os, "sysconf")
    assert peak.length(False) == peak.MOST


def test_copy_and_triad_reach_every_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    after: list[Any] = []
    full = np.full

    def kept(count: int, value: float, dtype: str) -> Any:
        made.append(full(count, value, dtype))
        return made[-1]

    def best(call: Any, *how: Any) -> float:
        call()
        after.append(made[0].copy())
        return 0.5

    monkeypatch.setattr(peak, "TILE", 64)
    monkeypatch.setattr(peak.np, "full", kept)
    monkeypatch.setattr(peak, "best", best)
    found = peak.bandwidth("float64", 8 * 101, 3, 1.0)
    assert found == {"copy": 2 * 808 / 0.5, "triad": 3 * 808 / 0.5}
    assert (after[0] == 1).all()
    assert (after[1] == 1 + 3 * 2).all()


def test_a_worker_has_its_threads_and_no_foreign_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setattr(worker, "THREADS", {"1": 1, "all": 3})
    asked: list[Any] = []

    class Done:
        returncode, stdout = 0, '{"found": 1}'

    monkeypatch.setattr(
        worker.subprocess, "run", lambda command, env, **more: asked.append((command, env)) or Done
    )
    worker.measured.cache_clear()
    assert worker.measured("peak", "all", True) == worker.measured("peak", "all", True)
    ((words, environment),) = asked
    worker.measured.cache_clear()
    assert words[-3:] == ["peak", "all", "quick"]
    assert environment["OPENBLAS_NUM_THREADS"] == "3"
    assert "OPENBLAS_CORETYPE" not in environment
    Done.returncode = 1
    with pytest.raises(RuntimeError, match="the worker ended with status 1"):
        worker.measured("peak", "1", False)


def test_each_part_of_a_worker(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps, "WORKLOADS", {"small": WORKLOADS["small"]})
    monkeypatch.setattr(kernels, "LINEAR", [(32, 13, 20)])
    monkeypatch.setattr(kernels, "OPERATIONS", {"relu": 1})
    for part, count in (("steps", 1), ("kernels", 2 * (1 + 3))):
        worker.main([part, "1", "quick"])
        answer = json.loads(capsys.readouterr().out)
        found = [Point(**point) for point in answer["found"]]
        assert len(found) == count
        assert all(point.seconds > 0 for point in found)
        assert answer["machine"]["cpu"]


def test_the_command(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "12345")
    assert command.main(["--quick", "--rows", "peak1", "--output", str(tmp_path)]) == 0
    assert "FLOP a" in capfd.readouterr().out
    found = record.read(tmp_path / "roofline-quick.json")
    assert list(found) == ["peak1"]
    assert found["peak1"]["numbers"]["gemm"]["float64"]["1024"] > 0
    assert found["peak1"]["numbers"]["bytes"] == peak.QUICK
    page = (tmp_path / "roofline-quick.md").read_text(encoding="utf-8")
    assert "lie in a cache" in page
    (measured,) = [line for line in page.splitlines() if line.startswith("Measured on")]
    assert "OPENBLAS_NUM_THREADS=1" in measured
    assert "OPENBLAS_L2_SIZE" not in measured


def test_wrong_options(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--rows", "nothing"], ["--fast"]):
        with pytest.raises(SystemExit) as stopped:
            command.main(words)
        assert stopped.value.code == 2
    assert "there is no row 'nothing'" in capsys.readouterr().err
