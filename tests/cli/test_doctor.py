"""`numnet doctor`: what it prints, its exit status, and that it sees the user's own machine."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Callable
from typing import Any

import pytest

from numnet.blas import Library
from numnet.cli import doctor, main
from numnet.cli.facts import Facts
from numnet.cli.rates import Rates
from numnet.processor import Processor

CHIP = Processor("A chip", "AVX2", 256, 16, 2, 2, None)
NUMPYS = Library("NumPy", "OpenBLAS", "0.3.30", "Haswell", 2)
ONE, MANY = Rates(1024, 80.0, 40.0, 1.0, 3.0), Rates(1024, 150.0, 75.0, 1.0, 3.0)
HEALTHY = Facts(CHIP, (NUMPYS,), {}, 0.2, 2, ONE, MANY)


@pytest.fixture
def told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """The exit status and the text for a machine with other facts than the healthy one."""

    def run(**changes: Any) -> tuple[int, str]:
        facts = dataclasses.replace(HEALTHY, **changes)
        monkeypatch.setattr(doctor, "gathered", lambda: facts)
        status = main(["doctor"])
        said = capsys.readouterr().out
        assert max(map(len, said.splitlines())) <= doctor.WIDTH
        return status, said

    return run


def test_a_healthy_machine(told: Callable[..., tuple[int, str]]) -> None:
    status, said = told()
    assert status == 0
    for line in (
        "processor  A chip",
        "vectors    AVX2, 256 bits: 8 float32 or 4 float64 at once",
        "clock      about 3.0 GHz",
        "cores      2 for this process, no quota; load average 0.2",
        "BLAS       OpenBLAS 0.3.30, kernel Haswell, 2 threads",
        "variables  none that BLAS reads",
        "product of 1024 x 1024   GFLOP/s  possible   share",
        "float32, 1 thread             80        96    83 %",
        "float64, 2 threads            75        96    78 %",
        "Nothing is wrong.",
    ):
        assert line in said.splitlines()
    assert "one has more" not in said


def test_what_is_wrong_and_what_to_type(told: Callable[..., tuple[int, str]]) -> None:
    variables = {"OPENBLAS_CORETYPE": "Nehalem", "OPENBLAS_L2_SIZE": "1"}
    library = dataclasses.replace(NUMPYS, kernel="Nehalem")
    status, said = told(libraries=(library,), variables=variables)
    assert status == 1
    lines = said.splitlines()
    assert "2 things are wrong." in lines
    assert lines.index("       unset OPENBLAS_CORETYPE") < lines.index(
        "       unset OPENBLAS_L2_SIZE"
    )
    assert any(line.startswith("1. OPENBLAS_CORETYPE=Nehalem is set.") for line in lines)
    assert "1 thing is wrong." in told(variables={"OPENBLAS_L2_SIZE": "1"})[1]


def test_good_to_know_is_not_wrong(told: Callable[..., tuple[int, str]]) -> None:
    scipys = dataclasses.replace(NUMPYS, owner="SciPy")
    status, said = told(libraries=(NUMPYS, scipys))
    assert status == 0
    assert said.index("Nothing is wrong.") < said.index("Good to know: there are two")


def test_a_machine_of_which_nothing_is_known(told: Callable[..., tuple[int, str]]) -> None:
    chip = Processor("unknown", None, None, None, 1, 1, None)
    library = Library("NumPy", "unknown", "unknown")
    reason = "not done within 2.5 s " * 8
    status, said = told(processor=chip, libraries=(library,), load=None, one=reason, many=reason)
    assert status == 1
    for line in ("vectors    unknown", "clock      unknown",
                 "BLAS       unknown unknown, kernel unknown, threads unknown"):  # fmt: skip
        assert line in said.splitlines()
    assert "1 thread: not done" in said
    # Rates without anything to compare them with.
    status, said = told(processor=chip, libraries=(library,))
    assert status == 0
    assert "float32, 1 thread             80   unknown" in said.splitlines()


def test_more_than_two_units(told: Callable[..., tuple[int, str]]) -> None:
    status, said = told(
        one=dataclasses.replace(ONE, float32=300.0), many=dataclasses.replace(MANY, float32=600.0)
    )
    assert status == 0
    assert "This one has more, or units for matrices." in said.replace("\n", " ")


def test_long_names_and_variables_are_wrapped(told: Callable[..., tuple[int, str]]) -> None:
    variables = {f"OMP_VARIABLE_{i}": "value" for i in range(9)}
    chip = dataclasses.replace(CHIP, name="chip " * 30, quota=1.5)
    status, said = told(processor=chip, variables=variables)
    assert status == 1, "two threads, a quota of one and a half"
    assert "a quota of 1.5;" in said


def test_it_measures_with_one_thread_as_given_and_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[dict[str, str], int | None]] = []

    def rates_under(environment: dict[str, str], size: int | None = None) -> Rates | str:
        asked.append((environment, size))
        return ONE if len(asked) < 5 else "not done"

    monkeypatch.setattr(doctor, "rates_under", rates_under)
    monkeypatch.setattr(doctor, "libraries", lambda: (NUMPYS,))
    for name, value in (("OPENBLAS_NUM_THREADS", "7"), ("OPENBLAS_CORETYPE", "Haswell")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("OPENBLAS_L2_SIZE", raising=False)
    facts = doctor.gathered()
    (one, no_size), (many, size), (mended, again) = asked
    assert no_size is None
    assert size == again == ONE.size
    assert one["OPENBLAS_NUM_THREADS"] == one["MKL_NUM_THREADS"] == one["OMP_NUM_THREADS"] == "1"
    assert one["OPENBLAS_CORETYPE"] == many["OPENBLAS_CORETYPE"] == "Haswell"
    assert many == dict(os.environ)
    assert "OPENBLAS_CORETYPE" not in mended
    assert mended["OPENBLAS_NUM_THREADS"] == "1"
    assert facts.mended == ONE
    assert facts.variables["OPENBLAS_CORETYPE"] == "Haswell"
    assert facts.libraries == (NUMPYS,)
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    monkeypatch.delattr(os, "getloadavg", raising=False)
    facts = doctor.gathered()
    assert len(asked) == 5
    assert (facts.mended, facts.load, facts.many) == (None, None, "not done")
    monkeypatch.setattr(doctor, "libraries", lambda: (dataclasses.replace(NUMPYS, threads=1),))
    facts = doctor.gathered()
    assert len(asked) == 6
    assert facts.one is facts.many


def test_the_default_of_other_commands_is_not_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setattr(doctor, "run", lambda args: int("OPENBLAS_NUM_THREADS" in os.environ))
    assert main(["doctor"]) == 0
    assert main(["check"]) == 2
    assert "OPENBLAS_NUM_THREADS" in os.environ
    capsys.readouterr()


def test_words_that_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 2
    assert (
        "numnet: unrecognized arguments: --json. Try numnet doctor --help"
        in capsys.readouterr().err
    )
    assert main(["doctor", "--help"]) == 0
    assert "something is wrong" in capsys.readouterr().out
    assert main(["--help"]) == 0
    assert "numnet doctor" in capsys.readouterr().out


def test_this_very_machine(job: Any) -> None:
    done = job("-m", "numnet", "doctor", OPENBLAS_L2_SIZE="12345")
    assert done.returncode == 1, done.stderr
    assert "OPENBLAS_L2_SIZE=12345 is set" in done.stdout
    assert "unset OPENBLAS_L2_SIZE" in done.stdout or sys.platform == "win32"
    assert done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= doctor.WIDTH
