"""The parts of the robustness benchmark hold, and each can fail."""

from __future__ import annotations

import builtins
import gzip
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import numnet
from benchmarks import record
from benchmarks.robust import bombs, command, explosives, failures, flips, idx, kills, worker
from numnet import FormatError, atomic
from numnet.files import archive

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@forks
def test_kills_leave_a_or_b() -> None:
    # The benchmark kills a thousand times, and continuous integration fifty.
    found = kills.run("numnet", 12)
    assert found["A"] + found["B"] == 12
    assert found["mixed"] == found["unreadable"] == 0


@forks
def test_kills_during_savez_lose_files() -> None:
    found = kills.run("savez", 15)
    assert found["unreadable"] + found["mixed"] > 5


def test_what_a_killed_save_left_is_told_apart(tmp_path: Path) -> None:
    pair = kills.models()
    path = tmp_path / "model.npz"
    for letter, model in zip("AB", pair, strict=True):
        numnet.save(model, path)
        assert kills._found("numnet", pair, path) == letter
        arrays: dict[str, Any] = dict(model.parameters)
        np.savez(tmp_path / "plain.npz", **arrays)
        assert kills._found("savez", pair, tmp_path / "plain.npz") == letter
    mixed = pair[0].copy()
    mixed[0].W = pair[1][0].W
    numnet.save(mixed, path)
    assert kills._found("numnet", pair, path) == "mixed"
    path.write_bytes(path.read_bytes()[:1000])
    assert kills._found("numnet", pair, path) == "unreadable"


def test_whatever_call_fails_the_old_file_is_intact() -> None:
    found = list(failures.cases())
    assert [f"{label}: {fault}" for label, _, fault in found if fault] == []
    assert all(wire.failed for _, wire, _ in found)
    calls = {label.split(":")[0].split()[1] for label, _, _ in found}
    assert calls >= {"create", "write", "flush", "fsync", "file.close", "chmod", "replace"}


def test_an_interrupt_at_any_instruction_leaves_one_file() -> None:
    instructions, faults = failures.interrupts()
    assert faults == []
    assert instructions > 50


def test_a_careless_writer_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_place(path: Path, content: bytes) -> None:
        with atomic.open(path, "wb") as file:  # type: ignore[attr-defined]
            file.write(content)

    def leaving(path: Path, content: bytes) -> None:
        other = path.with_name("other")
        with atomic.open(other, "wb") as file:  # type: ignore[attr-defined]
            file.write(content)
        os.replace(other, path)

    def silent(path: Path, content: bytes) -> None:
        try:
            write(path, content)
        except BaseException:
            return

    write = atomic.write_atomically
    for careless, message in (
        (in_place, "write failed, and the old file was lost"),
        (leaving, "write failed, and a temporary file was left"),
        (silent, "fsync failed, and None was raised"),
    ):
        monkeypatch.setattr(atomic, "write_atomically", careless)
        assert message in [fault for _, _, fault in failures.cases()]
    monkeypatch.setattr(atomic, "open", builtins.open, raising=False)
    monkeypatch.setattr(atomic, "write_atomically", leaving)
    # Its code stands here, not in the module that is traced.
    monkeypatch.setattr(atomic, "__file__", __file__)
    assert any("a temporary file was left" in fault for fault in failures.interrupts()[1])


@pytest.mark.parametrize("kind", flips.KINDS)
def test_one_place_damaged(kind: str) -> None:
    found = flips.count(kind, 151)
    assert flips.right(found, kind), found
    assert sum(counts["refused"] for counts in found.values()) > 50


def test_a_reader_that_trusts_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    seal = archive._seal
    monkeypatch.setattr(archive, "_seal", lambda body: seal(body)[:-1])
    with pytest.raises(RuntimeError, match="refused as it is"):
        flips.count("broken")
    for wrong in ("another model", "ZeroDivisionError"):
        assert not flips.right({"cut short": Counter({wrong: 1})}, "broken")
    assert not flips.right({"cut short": Counter({"ZeroDivisionError": 1})}, "sealed")


def test_bombs_are_refused_and_nothing_runs() -> None:
    # Within which time is for the benchmark to say: a busy machine is no reason to fail.
    some = explosives.BOMBS[::5]
    (good, *costs), events = bombs.defuse(some)
    assert not good["error"]
    assert {cost["error"] for cost in costs} == {"FormatError"}
    assert max(cost["peak"] for cost in costs) <= bombs.MOST_BYTES
    assert len(costs) == len(some) < 10 <= len(explosives.BOMBS)
    assert set(events["load"]) <= bombs.HARMLESS
    assert "pickle.find_class" in events["pickle"]


def test_a_worker_that_fails_says_so() -> None:
    with pytest.raises(RuntimeError, match="loading ended with 1:"):
        worker.results("benchmarks.robust.loading", [], 30)


def test_mutated_idx_files() -> None:
    # The benchmark reads 200 000, and continuous integration 20 000.
    found = idx.count(2_000)
    assert idx.right(found), found


def test_the_plain_reader_agrees_with_what_was_written() -> None:
    generator = random.Random(3)
    for _ in range(200):
        content = idx.written(generator)
        array = idx.said(content)
        assert array is not None
        assert content[4:].startswith(b"".join(n.to_bytes(4, "big") for n in array.shape))
        assert content.endswith(array.tobytes())
        assert idx.said(content + b"\0") is None
        assert idx.said(content[:3]) is None


@pytest.mark.parametrize(
    ("reader", "outcome"),
    [
        (lambda path: np.zeros(1, np.uint8), "a wrong array"),
        (lambda path: np.array([[1, 2]], np.int64), "a wrong array"),
        (lambda path: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_careless_idx_reader_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: Any, outcome: str
) -> None:
    content = bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2])
    (tmp_path / "idx").write_bytes(content)
    assert idx.judge(tmp_path / "idx", content) == "array"
    monkeypatch.setattr(idx, "read_idx", reader)
    assert idx.judge(tmp_path / "idx", content) == outcome


def test_a_reader_that_trusts_a_gzip_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idx, "read_idx", lambda path: np.zeros(0, np.uint8))
    (tmp_path / "idx").write_bytes(gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 0])))
    assert idx.judge(tmp_path / "idx", None) == "array"
    (tmp_path / "idx").write_bytes(gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 0]))[:-1])
    assert idx.judge(tmp_path / "idx", None) == "a damaged file accepted"


def test_a_right_idx_file_must_not_be_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise FormatError("no")

    monkeypatch.setattr(idx, "read_idx", refuse)
    content = bytes([0, 0, 8, 1, 0, 0, 0, 0])
    assert idx.judge(tmp_path / "idx", content) == "a right file refused"
    assert idx.judge(tmp_path / "idx", content[1:]) == "refused"


def test_a_mistake_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(["--part", "floods"])
    assert stopped.value.code == 2
    message = "there is no part 'floods'; the parts are kills, failures, flips, bombs, idx"
    assert capsys.readouterr().err == f"python -m benchmarks.robust: {message}\n"


def test_results_are_merged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--quick", "--part", "failures", "--output", str(tmp_path)]) == 0
    assert "0 faults" in " ".join(capsys.readouterr().out.split())
    rows = record.read(tmp_path / "robust-quick.json")
    assert list(rows) == ["failures"]
    assert rows["failures"]["machine"]["cores"] > 0
    page = (tmp_path / "robust-quick.md").read_text()
    assert page.startswith("# Files under attack")
    assert "| part | must hold | counted | date | time | machine |" in page
