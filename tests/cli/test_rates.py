"""Processes that measure, or that do not come back with anything."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

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
        asked.append(size)
        return speed[0], 0.75

    monkeypatch.setattr(rates, "_best", best)
    monkeypatch.setattr(rates, "_chain", lambda: 1e-9)
    for speed[0], size in ((100.0, 1024), (10.0, 512), (1.0, 256), (0.001, 256)):
        assert rates.measured(None).size == size
    assert rates.measured(512).share == 0.75
    assert asked[-2:] == [512, 512]


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
