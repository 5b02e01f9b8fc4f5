"""A real SIGINT in each phase of the main job: what is kept, and what is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import numnet
from numnet.cli.training import RESULTS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")

# One process runs the job once for each phase and interrupts itself when a function is called for
# the k-th time; Python answers the signal as it does that of Ctrl-C.
SCRIPT = """
import contextlib, importlib, io, json, os, signal, sys
from numnet.cli import main

found = {}
for phase, (module, name, call) in json.loads(sys.argv[1]).items():
    place = importlib.import_module(module)
    right, calls = getattr(place, name), [0]

    def interrupting(*values, **named):
        calls[0] += 1
        if calls[0] == call:
            os.kill(os.getpid(), signal.SIGINT)
        return right(*values, **named)

    words = ["--epochs", "3", "--hidden", "4", "--classes", "0,1", "--augment", "--output", phase]
    out, err = io.StringIO(), io.StringIO()
    setattr(place, name, interrupting)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(words)
    finally:
        setattr(place, name, right)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, phase
    found[phase] = [status, out.getvalue(), err.getvalue(), calls[0]]
print(json.dumps(found))
"""
EARLY = {
    "loading": ("numnet.data.digits", "read_idx", 1),
    "augmenting": ("numnet.cli.training", "augment", 1),
    "proving": ("numnet.cli.job", "check_model", 1),
    "writing": ("numnet.cli.output", "write_atomically", 2),
}
LATE = {
    "training": ("numnet.train.loop", "train_step", 80),  # of 60 steps an epoch
    "measuring": ("numnet.cli.training", "accuracy", 2),
    "drawing": ("numnet.cli.pictures", "png", 3),
    "replacing": ("numnet.cli.output", "_swap", 1),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """By phase: exit status, what was said on either stream, and the folder."""
    home = tmp_path_factory.mktemp("interrupted")
    for phase in ("writing", *LATE):
        (home / phase).mkdir()
        for name in (*RESULTS.names, "mine.txt"):
            (home / phase / name).write_text(f"the old {name}", encoding="utf-8")
    path = [str(Path(numnet.__path__[0]).parent), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, json.dumps({**EARLY, **LATE})],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return lambda phase: (*found[phase], home / phase)


@pytest.mark.parametrize("phase", EARLY)
def test_before_there_is_anything_to_keep(phase: str, runs: Callable[[str], Any]) -> None:
    status, out, err, calls, folder = runs(phase)
    assert (status, calls) == (130, EARLY[phase][2])
    assert err == f"numnet: interrupted; nothing was written to {phase}\n"
    assert "written to" not in out
    if phase == "writing":
        found = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert found == {name: f"the old {name}".encode() for name in (*RESULTS.names, "mine.txt")}
    else:
        assert not folder.exists(), "made for nothing, and removed"


@pytest.mark.parametrize(
    ("phase", "pictures", "told"),
    [
        ("training", 4, "interrupted after 1 epoch; what was learned is kept"),
        ("measuring", 0, "interrupted; what was learned is kept, without the pictures not yet"),
        ("drawing", 2, "interrupted; what was learned is kept, without the pictures not yet"),
        ("replacing", 4, "test accuracy"),
    ],
)
def test_what_was_learned_is_kept(
    phase: str, pictures: int, told: str, runs: Callable[[str], Any]
) -> None:
    status, out, err, _, folder = runs(phase)
    assert (status, err) == (130, "")
    assert told in out
    kept = {*RESULTS.pictures[:pictures], "history.json", "model.npz"}
    lines = out[out.index(f"written to {phase}:") :].splitlines()[1:]
    assert {line.strip() for line in lines} == kept
    # Neither a picture of the earlier run beside the new model, nor anything temporary.
    assert {path.name for path in folder.iterdir()} == {*kept, "mine.txt"}
    assert not [name for name in kept if (folder / name).read_bytes().startswith(b"the old")]
    history = json.loads((folder / "history.json").read_text(encoding="utf-8"))
    assert len(history["loss"]) == (1 if phase == "training" else 3)
    assert history["stopped"] == ("interrupted" if phase == "training" else None)
    assert history["settings"]["augment"] is True
    assert numnet.load(folder / "model.npz").parameters["0.W"].shape == (64, 4)
