"""What is read of a processor, from the files of systems that this machine is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numnet import processor
from numnet.processor import Processor

V2, V1 = "0::/job\n", "4:memory:/job\n2:cpu,cpuacct:/job\n0::/\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A system without any of the files."""
    return tmp_path


def put(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def chip(flags: str, **fields: str) -> str:
    lines = {"model name": "A chip", **fields, "flags": flags}
    return "".join(f"{name}\t: {value}\n" for name, value in lines.items())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (chip("fpu sse2 avx fma avx2 avx512f avx512vl"), ("AVX-512", 512, 32)),
        (chip("sse2 avx avx2 fma"), ("AVX2", 256, 16)),
        (chip("sse2 avx"), ("AVX", 256, 8)),
        (chip("fpu sse2"), ("SSE2", 128, 4)),
        ("processor : 0\nFeatures : fp asimd sve\n", ("NEON", 128, 8)),
        # Two halves of a vector, one after the other.
        (chip("avx512f", **{"cpu family": "25"}), ("AVX-512", 512, 16)),
        (chip("avx512f", **{"cpu family": "26"}), ("AVX-512", 512, 32)),
        (chip("fpu"), (None, None, None)),
    ],
)
def test_vectors(root: Path, text: str, expected: tuple[Any, ...]) -> None:
    put(root, "proc/cpuinfo", text)
    found = processor.describe(root)
    assert (found.vectors, found.bits, found.operations) == expected
    assert found.name == "A chip" or "model name" not in text


def test_the_first_processor_is_told(root: Path) -> None:
    put(root, "proc/cpuinfo", chip("avx2") + "\n" + chip("sse2").replace("A chip", "Another"))
    assert processor.name(processor.cpuinfo(root)) == "A chip"
    assert "avx2" in processor.flags(processor.cpuinfo(root))


def test_a_core_of_two_threads_counts_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "cores", lambda: 8)
    for siblings, cores, whole in (("16", "8", 4), ("8", "8", 8), ("0", "8", 8), ("x", "8", 8)):
        put(root, "proc/cpuinfo", chip("avx2", siblings=siblings, **{"cpu cores": cores}))
        found = processor.describe(root)
        assert (found.cores, found.whole) == (8, whole)
    monkeypatch.setattr(processor, "cores", lambda: 1)
    put(root, "proc/cpuinfo", chip("avx2", siblings="16", **{"cpu cores": "8"}))
    assert processor.describe(root).whole == 1


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({"baseline": ["X86_V2"], "found": ["X86_V3", "X86_V4"]}, "AVX-512"),
        (
            {"baseline": ["SSE", "SSE2"], "found": ["AVX2", "FMA3"], "not found": ["AVX512F"]},
            "AVX2",
        ),
        ({"baseline": ["NEON", "ASIMD"]}, "NEON"),
        ({}, None),
    ],
)
def test_elsewhere_numpy_knows_the_vectors(
    root: Path, levels: dict[str, list[str]], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(np, "show_config", lambda mode: {"SIMD Extensions": levels})
    assert processor.describe(root).vectors == expected


def test_what_nothing_tells_is_unknown(root: Path) -> None:
    found = processor.describe(root)
    assert found.quota is None
    assert found.cores == found.whole >= 1
    assert found.name


@pytest.mark.parametrize(
    ("group", "files", "expected"),
    [
        (V2, {"job/cpu.max": "150000 100000\n"}, 1.5),
        (V2, {"job/cpu.max": "max 100000\n"}, None),
        # Of the group and those around it the smallest counts.
        (V2, {"job/cpu.max": "max 100000\n", "cpu.max": "50000 100000"}, 0.5),
        (V2, {"job/cpu.max": "100000 100000\n", "cpu.max": "50000 100000"}, 0.5),
        ("0::/a/b\n", {"a/cpu.max": "200000 100000"}, 2.0),
        # A container sees its own group as the root.
        ("0::/docker/1234\n", {"cpu.max": "100000 100000"}, 1.0),
        (V1, {"cpu/job/cpu.cfs_quota_us": "50000", "cpu/job/cpu.cfs_period_us": "100000"}, 0.5),
        (
            V1,
            {"cpu,cpuacct/cpu.cfs_quota_us": "2500", "cpu,cpuacct/cpu.cfs_period_us": "1000"},
            2.5,
        ),
        (V1, {"cpu/job/cpu.cfs_quota_us": "-1", "cpu/job/cpu.cfs_period_us": "100000"}, None),
        (V1, {"cpu/job/cpu.cfs_quota_us": "1000", "cpu/job/cpu.cfs_period_us": "0"}, None),
        (V1, {"cpu/job/cpu.cfs_quota_us": "1000"}, None),
        (
            "4:cpuset:/job\n",
            {"cpu/job/cpu.cfs_quota_us": "1", "cpu/job/cpu.cfs_period_us": "1"},
            None,
        ),
        # What no system writes.
        (V2, {"job/cpu.max": "50000"}, None),
        (V2, {"job/cpu.max": "many few"}, None),
        (V2, {"job/cpu.max/folder": ""}, None),
        ("nonsense\n\n", {"cpu.max": "50000 100000"}, None),
    ],
)
def test_quota(root: Path, group: str, files: dict[str, str], expected: float | None) -> None:
    put(root, "proc/self/cgroup", group)
    for name, text in files.items():
        put(root, f"sys/fs/cgroup/{name}", text)
    assert processor.quota(root) == expected


def test_bytes_that_are_no_text(root: Path) -> None:
    (root / "proc").mkdir()
    (root / "proc/cpuinfo").write_bytes(b"model name: \xff\xfe\x00\n")
    assert processor.describe(root).name


@pytest.mark.parametrize(
    ("cores", "quota", "usable"),
    [(4, None, 4), (4, 1.5, 1), (4, 0.5, 1), (4, 3.0, 3), (2, 8.0, 2), (1, None, 1)],
)
def test_the_threads_that_can_run_at_once(cores: int, quota: float | None, usable: int) -> None:
    assert Processor("", None, None, None, cores, cores, quota).usable == usable


def test_a_mac_is_asked_for_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Done:
        stdout = "Apple M4\n"

    monkeypatch.setattr(processor.sys, "platform", "darwin")
    monkeypatch.setattr(processor.subprocess, "run", lambda *given, **more: Done())
    assert processor.name({}) == "Apple M4"

    def missing(*given: Any, **more: Any) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(processor.subprocess, "run", missing)
    assert processor._apple() == ""
