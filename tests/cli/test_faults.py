"""Each fault is found by the facts that show it, and by no others."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from numnet.blas import Library
from numnet.cli import faults as all_faults
from numnet.cli.facts import Facts
from numnet.cli.faults import Fault, examine
from numnet.cli.rates import Rates
from numnet.processor import Processor

CHIP = Processor("A chip", "AVX-512", 512, 32, 4, 4, None)
NUMPYS = Library("NumPy", "OpenBLAS", "0.3.30", "SkylakeX", 4)
ONE, MANY = Rates(1024, 160.0, 80.0, 1.0, 3.0), Rates(1024, 600.0, 300.0, 1.0, 3.0)
HEALTHY = Facts(CHIP, (NUMPYS,), {}, 0.1, 4, ONE, MANY)


def sick(**changes: Any) -> Facts:
    """The healthy machine with other facts; those of its chip or library by their own names."""
    library = {k: changes.pop(k) for k in list(changes) if k in Library.__dataclass_fields__}
    chip = {k: changes.pop(k) for k in list(changes) if k in Processor.__dataclass_fields__}
    libraries = (dataclasses.replace(NUMPYS, **library),)
    changes = {"libraries": libraries, **changes}
    return dataclasses.replace(HEALTHY, processor=dataclasses.replace(CHIP, **chip), **changes)


def only(facts: Facts) -> Fault:
    (fault,) = examine(facts)
    return fault


def typed(facts: Facts) -> list[str]:
    return [line for fault in examine(facts) for line in fault.type]


def test_a_healthy_machine_has_none() -> None:
    assert examine(HEALTHY) == []
    assert HEALTHY.share == pytest.approx(160 / (64 * 3))


def test_a_forced_kernel() -> None:
    variables = {"OPENBLAS_CORETYPE": "Haswell"}
    slow, mended = Rates(1024, 90.0, 45.0, 1.0, 3.0), ONE
    fault = only(sick(kernel="Haswell", variables=variables, one=slow, mended=mended))
    assert fault.grave
    assert "OPENBLAS_CORETYPE=Haswell is set" in fault.what
    assert "16 operations on float64 a cycle, where AVX-512 allows 32" in fault.what
    assert "90 GFLOP/s in float32, and 160 without" in fault.what
    assert fault.type == ("unset OPENBLAS_CORETYPE",)
    # What was not measured is not told, nor what a busy machine measured.
    pushed = dataclasses.replace(ONE, share=0.5)
    fault = only(sick(kernel="Haswell", variables=variables, mended=pushed))
    assert "without" not in fault.what
    fault = only(sick(kernel="Haswell", variables=variables, mended="not done"))
    assert "without" not in fault.what


@pytest.mark.parametrize(
    ("kernel", "operations"),
    [("SkylakeX", 32), ("Haswell", 16), ("Zen", 16), ("neoversen1", 8), (None, 32),
     ("Cooperlake", 16), ("Haswell", None), ("Nehalem", 4)],
)  # fmt: skip
def test_a_kernel_as_new_as_the_chip(kernel: str | None, operations: int | None) -> None:
    one = Rates(1024, 1000.0, 500.0, 1.0, 3.0)
    variables = {"OPENBLAS_CORETYPE": "Any"}
    many = dataclasses.replace(one, float32=4e3)
    facts = sick(kernel=kernel, operations=operations, one=one, many=many, variables=variables)
    assert examine(facts) == []


@pytest.mark.parametrize(("kernel", "uses"), [("SkylakeX", 32), ("Zen", 16), ("Barcelona", 4)])
def test_a_kernel_is_told_with_its_operations(kernel: str, uses: int) -> None:
    fault = only(sick(kernel=kernel, operations=64, one=dataclasses.replace(ONE, float32=200.0)))
    assert f"as for {kernel}: {uses} operations on float64 a cycle, where" in fault.what


def test_a_library_older_than_the_chip() -> None:
    fault = only(sick(kernel="Sandybridge", operations=16))
    assert "8 operations" in fault.what
    assert "newer NumPy" in fault.what
    assert fault.type == ("python -m pip install --upgrade numpy",)


def test_the_cache_of_another_machine() -> None:
    variables = {"OPENBLAS_L2_SIZE": "524288"}
    fault = only(sick(variables=variables, mended=MANY))
    assert "OPENBLAS_L2_SIZE=524288 is set" in fault.what
    assert "160 GFLOP/s in float32, and 600 without" in fault.what
    assert fault.type == ("unset OPENBLAS_L2_SIZE",)
    # What both variables cost together is told once.
    both = examine(sick(kernel="Haswell", variables={**variables, "OPENBLAS_CORETYPE": "Haswell"},
                       mended=MANY))  # fmt: skip
    assert ["without such variables" in fault.what for fault in both] == [True, False]


def test_more_threads_than_the_quota() -> None:
    fault = only(sick(cores=64, whole=64, quota=1.0, threads=64, many="not done", present=64))
    assert "OpenBLAS uses 64 threads, and this process has a quota of 1 of the 64" in fault.what
    assert fault.type == ("export OPENBLAS_NUM_THREADS=1",)
    assert "export OPENBLAS_NUM_THREADS=2" in typed(sick(quota=2.5))


def test_more_threads_than_cores() -> None:
    fault = only(sick(cores=1, whole=1, present=8))
    assert "4 threads, and this process has 1 core." in fault.what
    fault = only(sick(cores=1, whole=1, present=8, quota=2.0))
    assert "4 threads, and this process has 1 core." in fault.what, "the quota is no limit"
    fault = only(sick(cores=2, whole=2, present=8, name="MKL", kernel=None))
    assert "MKL uses 4 threads, and this process has 2 cores." in fault.what
    assert fault.type == ("export MKL_NUM_THREADS=2",)
    assert typed(sick(cores=1, whole=1, present=8, name="cblas")) == ["export OMP_NUM_THREADS=1"]


def test_a_busy_machine() -> None:
    pushed = dataclasses.replace(ONE, share=0.49)
    fault = only(sick(one=pushed, load=3.7))
    assert "The machine is busy" in fault.what
    assert "3.7 processes wanted a core, and there are 4." in fault.what
    assert "had 49 % of one" in fault.what
    assert fault.what.endswith("one thread is faster than several that wait for each other.")
    assert fault.type == ("top", "export OPENBLAS_NUM_THREADS=1")
    single = only(sick(one=pushed, load=1.2, threads=1, cores=1, whole=1, present=1))
    assert "1.2 processes wanted a core, and there is 1." in single.what
    assert single.what.endswith("ask again when it is quiet.")
    # Also where the load is not known; and with one thread there is nothing to set.
    fault = only(sick(one=pushed, load=None, threads=1))
    assert "wanted" not in fault.what
    assert fault.type == ("top",)


def test_load_counts_where_threads_suffer() -> None:
    poor = Rates(1024, 200.0, 100.0, 1.0, 3.0)
    assert "busy" in only(sick(load=3.0, many=poor)).what
    assert examine(sick(load=3.0)) == [], "the last minute, not this one"
    assert examine(sick(load=0.4, many=poor)) == []
    assert "busy" in only(sick(load=0.6, one="not done")).what
    # A process with few of many cores leaves room for others, however many its threads.
    quota = sick(load=3.0, many=poor, present=64, cores=64, whole=64, quota=1.0, threads=64)
    assert "uses 64 threads" in only(quota).what
    assert examine(sick(load=3.0, many=poor, present=64)) == []


def test_a_share_that_the_quota_explains() -> None:
    half = dataclasses.replace(ONE, share=0.5)
    assert examine(sick(one=half, quota=0.5, threads=1)) == []
    assert examine(sick(quota=4.0)) == [], "of one core no thread has more than all"
    assert "busy" in only(sick(one=dataclasses.replace(ONE, share=0.4), quota=0.5, threads=1)).what


def test_threads_that_do_not_help() -> None:
    less = Rates(1024, 150.0, 70.0, 1.0, 3.0)
    fault = only(sick(many=less))
    assert "4 threads are slower than one: 150 against 160 GFLOP/s" in fault.what
    assert fault.type == ("export OPENBLAS_NUM_THREADS=1",)
    assert examine(sick(many=dataclasses.replace(less, float64=90.0))) == []
    assert examine(sick(many=dataclasses.replace(less, float32=170.0))) == []
    assert examine(sick(many=less, threads=1)) == []
    # Of two signs the first is told.
    slow = Rates(1024, 60.0, 30.0, 1.0, 3.0)
    assert (
        "slower than one" in only(sick(one=slow, many=dataclasses.replace(slow, float32=50))).what
    )
    # A cause that is known comes first.
    assert len(examine(sick(many=less, variables={"OPENBLAS_L2_SIZE": "1"}))) == 1


@pytest.mark.parametrize("which", ["one", "many"])
def test_what_could_not_be_measured(which: str) -> None:
    fault = only(sick(**{which: "the process ended with status -4"}))
    assert "could not be measured: the process ended with status -4." in fault.what
    assert fault.grave


def test_slow_without_a_known_cause() -> None:
    slow = Rates(1024, 70.0, 35.0, 1.0, 3.0)
    fault = only(sick(one=slow))
    assert "about 36 % of what AVX-512 allows" in fault.what
    assert "does not know why" in fault.what
    assert examine(sick(one=dataclasses.replace(slow, float64=39.0))) == [], "the better one counts"
    fault = only(sick(one=slow, name="cblas", kernel=None))
    assert "'cblas'" in fault.what
    assert "--only-binary numpy" in fault.type[0]
    # Without a clock or vectors nobody knows what is possible.
    blind = [dataclasses.replace(rates, clock=None) for rates in (slow, MANY)]
    assert examine(sick(one=blind[0], many=blind[1])) == []
    assert examine(sick(one=slow, operations=None)) == []


def test_two_libraries_are_good_to_know() -> None:
    scipys = Library("SciPy", "OpenBLAS", "0.3.29", "SkylakeX", 4)
    fault = only(sick(libraries=(NUMPYS, scipys)))
    assert not fault.grave
    assert "NumPy's with 4 and SciPy's with 4" in fault.what
    for quiet in (dataclasses.replace(scipys, threads=n) for n in (1, None)):
        assert examine(sick(libraries=(NUMPYS, quiet))) == []


def test_several_at_once() -> None:
    scipys = Library("SciPy", "OpenBLAS", "0.3.29", "Haswell", 4)
    numpys = dataclasses.replace(NUMPYS, kernel="Haswell")
    variables = {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_L2_SIZE": "1"}
    pushed = dataclasses.replace(ONE, share=0.2)
    facts = sick(libraries=(numpys, scipys), variables=variables, quota=2.0, one=pushed)
    assert [fault.grave for fault in examine(facts)] == [True] * 4 + [False]


def test_what_is_possible() -> None:
    assert HEALTHY.bound("float64", 1) == 96
    assert HEALTHY.bound("float32", 4) == 768
    # Two threads of a core share its units; a quota and the cores limit both.
    assert sick(whole=2).bound("float32", 4) == 384
    assert sick(quota=1.0).bound("float64", 4) == 96
    assert sick(one="none").bound("float64", 1) == 96
    assert sick(one="none", many="none").bound("float64", 1) is None
    assert sick(operations=None).bound("float64", 1) is None


def test_what_to_type_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_faults.os, "name", "nt")
    found = all_faults.unset("A"), all_faults.set_variable("B", "1")
    monkeypatch.setattr(all_faults.os, "name", "posix")
    assert found == (("set A=",), ("set B=1",))
