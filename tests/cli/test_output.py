"""The folder of results: refused before the work, replaced whole, never lost."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numnet
from numnet import atomic
from numnet.cli import main, output
from numnet.cli.training import RESULTS

QUICK = ["--epochs", "2", "--hidden", "4", "--classes", "0,1"]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def model() -> numnet.Sequential:
    return numnet.Sequential(numnet.Linear(2, 1, init=numnet.constant(3.0)), rng=0)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def untouched(folder: Path) -> bool:
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    return found == {name: f"the old {name}".encode() for name in (*RESULTS.names, "mine.txt")}


def test_a_missing_folder_is_made_with_its_parents() -> None:
    assert main([*QUICK, "--output", "a/b/c"]) == 0
    assert {path.name for path in Path("a/b/c").iterdir()} == set(RESULTS.names)


def test_what_was_made_for_nothing_is_removed_and_nothing_else() -> None:
    Path("a/b").mkdir(parents=True)
    with contextlib.suppress(ZeroDivisionError), output.writable(Path("a/b/c/d"), RESULTS):
        assert Path("a/b/c/d").is_dir()
        raise ZeroDivisionError
    assert Path("a/b").is_dir()
    assert not Path("a/b/c").exists()
    with output.writable(Path("a/b"), RESULTS):
        pass
    assert Path("a/b").is_dir(), "it was there before"


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("file", "File exists"),
        ("file/below", "Not a directory"),
        ("x" * 300, "File name too long"),
        ("with-a-folder", "weights.png in it is a folder"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="the words are POSIX's")
def test_what_is_no_writable_folder_is_refused_before_the_work(
    place: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").write_text("mine", encoding="utf-8")
    Path("with-a-folder/weights.png").mkdir(parents=True)
    assert main([*QUICK, "--output", place]) == 2
    said = capsys.readouterr()
    assert said.err == f"numnet: --output: cannot write to {place}: {reason}. Name another folder\n"
    assert said.out == "", "found out before anything else is done"
    assert Path("file").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in Path().iterdir()} == {"file", "with-a-folder"}


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
@pytest.mark.parametrize("call", ["mkdir", "open"])
def test_a_system_that_refuses_is_quoted(
    code: int,
    call: str,
    earlier: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(path: object, *rest: object, **more: object) -> None:
        raise OSError(code, os.strerror(code), str(path))

    where = earlier if call == "open" else Path("new/folder")
    if call == "mkdir":
        monkeypatch.setattr(os, "mkdir", refuse)
    else:
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: refuse(dir))
    assert main([*QUICK, "--output", str(where)]) == 2
    said = capsys.readouterr()
    assert f"--output: cannot write to {where}: {os.strerror(code)}. " in said.err
    assert said.out == ""
    assert untouched(earlier)
    assert not Path("new").exists()


# Root may write anywhere; Python's own files, which another user may not read, are loaded before.
AS_ANYBODY = """
import os, sys
import numnet.cli.training
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.exit(numnet.cli.main(sys.argv[1:]))
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="has no user ids")
def test_a_read_only_folder(earlier: Path, job: Callable[..., Any]) -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's folders are closed to other users
        folder = Path(place, "results")
        shutil.copytree(earlier, folder)
        os.chmod(place, 0o755)
        folder.chmod(0o555)
        done = job("-c", AS_ANYBODY, *QUICK, "--output", str(folder))
        assert untouched(folder)
        folder.chmod(0o755)
    assert done.stderr == (
        f"numnet: --output: cannot write to {folder}: Permission denied. Name another folder\n"
    )
    assert (done.returncode, done.stdout) == (2, "")


def test_a_disk_without_room_is_refused_before_training(
    earlier: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # 64 * 4 + 4 + 4 * 2 + 2 parameters of 8 bytes, 2 epochs of 150, and a megabyte.
    needed = 270 * 8 + 2 * 150 + 2**20
    usage = {"free": needed}
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(**usage))
    assert main([*QUICK, "--output", "a"]) == 0
    usage["free"] -= 1
    capsys.readouterr()
    assert main([*QUICK, "--output", str(earlier)]) == 2
    said = capsys.readouterr()
    assert said.err == (
        f"numnet: --output: expected room for 1.0 MB in {earlier}, got 1.0 MB. "
        "Make room, or name another folder\n"
    )
    assert said.out == ""
    assert untouched(earlier)


def test_a_second_run_replaces_all_results_and_nothing_else(earlier: Path) -> None:
    assert main([*QUICK, "--output", str(earlier)]) == 0
    assert {path.name for path in earlier.iterdir()} == {*RESULTS.names, "mine.txt"}
    old = {name for name in RESULTS.names if (earlier / name).read_bytes().startswith(b"the old")}
    assert not old
    assert (earlier / "mine.txt").read_text(encoding="utf-8") == "the old mine.txt"


def test_what_this_run_does_not_have_is_removed(earlier: Path, model: numnet.Sequential) -> None:
    assert output.replace(earlier, RESULTS, model, {"history.json": b"new"}) is False
    assert {path.name for path in earlier.iterdir()} == {"history.json", "model.npz", "mine.txt"}
    assert (earlier / "history.json").read_bytes() == b"new"
    assert numnet.load(earlier / "model.npz").parameters["0.W"].tolist() == [[3.0], [3.0]]


def test_a_link_is_replaced_and_what_it_pointed_to_stays(
    earlier: Path, model: numnet.Sequential
) -> None:
    link = earlier / "history.json"
    link.unlink()
    link.symlink_to("mine.txt")
    (earlier / "weights.png").unlink()
    (earlier / "weights.png").symlink_to("nowhere")
    output.replace(earlier, RESULTS, model, {"history.json": b"new"})
    assert not link.is_symlink()
    assert (earlier / "mine.txt").read_text(encoding="utf-8") == "the old mine.txt"
    assert not (earlier / "weights.png").is_symlink()


@pytest.mark.parametrize("raised", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_whichever_move_fails_the_earlier_results_stay(
    earlier: Path,
    model: numnet.Sequential,
    raised: BaseException,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contents = dict.fromkeys(RESULTS.names[:-1], b"new")
    right, moves = os.replace, []

    def counted(source: Path, target: Path) -> None:
        moves.append(source)
        if len(moves) == failing:
            raise raised
        right(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", counted)
        # Writing each of the 6 new files replaces once; then 6 moves out and 6 in.
        for failing in range(1, 19):
            moves.clear()
            with pytest.raises(type(raised)):
                output.replace(earlier, RESULTS, model, contents)
            assert untouched(earlier), failing
        moves.clear()
        failing = 19
        output.replace(earlier, RESULTS, model, contents)
    assert len(moves) == 18
    assert (earlier / "weights.png").read_bytes() == b"new"


def test_if_the_way_back_fails_too_the_old_results_are_kept_aside(
    earlier: Path, model: numnet.Sequential, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, moves = os.replace, []

    def broken(source: Path, target: Path) -> None:
        moves.append(source)
        if len(moves) > 5:
            raise OSError(errno.EIO, "Input/output error")
        right(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", broken)
        with pytest.raises(OSError, match="Input/output"):
            output.replace(earlier, RESULTS, model, {"history.json": b"new"})
    (staging,) = earlier.glob(".numnet-*")
    kept = [*earlier.glob("*.*"), *(staging / "old").iterdir()]
    assert {path.read_text(encoding="utf-8") for path in kept if path.is_file()} == {
        f"the old {name}" for name in (*RESULTS.names, "mine.txt")
    }


@pytest.mark.parametrize("failing", [1, 4, 6])
def test_a_disk_that_fills_up_while_training_costs_nothing(
    failing: int,
    earlier: Path,
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    right, count = os.fsync, [0]

    def full(handle: int) -> None:
        count[0] += stat.S_ISREG(os.fstat(handle).st_mode)
        if count[0] == failing:
            raise OSError(errno.ENOSPC, "No space left on device")
        right(handle)

    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "fsync", full)
        assert main([*QUICK, "--output", str(earlier)]) == 2
    said = capsys.readouterr()
    (rescued,) = elsewhere.iterdir()
    assert said.err == (
        f"numnet: --output: cannot write to {earlier}: No space left on device; what was there is "
        f"as it was. The results of this run are in {rescued}\n"
    )
    assert "written to" not in said.out
    assert untouched(earlier)
    assert {path.name for path in rescued.iterdir()} == set(RESULTS.names)
    assert np.isfinite(numnet.load(rescued / "model.npz").parameters.value).all()


def test_a_disk_that_is_full_everywhere_is_said(
    earlier: Path,
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(output, "write_atomically", full)
    assert main([*QUICK, "--output", str(earlier)]) == 2
    assert "as it was. What was learned is lost: " in capsys.readouterr().err
    assert untouched(earlier)
    assert not list(elsewhere.iterdir())


@pytest.mark.parametrize(
    ("free", "told"), [(1.25, "1.2"), (3.4999, "3.5"), (0.0, "0.0"), (2.75, "2.8")]
)
def test_room_is_told_in_megabytes(
    free: float, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=int(free * 2**20))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(OSError, match="--output: expected room for ") as refusal:
        output.check_room(tmp_path, int(3.5 * 2**20))
    assert f"room for 3.5 MB in {tmp_path}, got {told} MB. " in str(refusal.value)
    output.check_room(tmp_path, usage.free)


@pytest.mark.parametrize(
    "names",
    [[], ["history.json"], ["weights.png", "history.json"], ["misclassified.png", "weights.png"]],
)
def test_what_is_there_is_told_in_its_order(
    names: list[str],
    earlier: Path,
    model: numnet.Sequential,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert output.keep(earlier, RESULTS, model, dict.fromkeys(names, b"new")) is False
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == f"written to {earlier}:"
    assert lines == [f"  {name}" for name in RESULTS.names if name in names or name == "model.npz"]
    assert {path.name for path in earlier.iterdir()} == {*names, "model.npz", "mine.txt"}


def test_an_interruption_says_that_nothing_was_written() -> None:
    with (
        pytest.raises(KeyboardInterrupt, match=r"^interrupted; nothing was written to new$"),
        output.writable(Path("new"), RESULTS),
    ):
        raise KeyboardInterrupt
    assert not Path("new").exists()
