"""`numnet autoencoder`: what it proves, tells, draws and keeps, and what it refuses."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import re
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numnet
from numnet import kernels, plot
from numnet.cli import autoencoder, common, job, main, networks, output, training
from numnet.cli.autoencoder import RESULTS
from numnet.data import Dataset

QUICK = ["autoencoder", "--epochs", "2", "--code", "3"]
KEPT = {RESULTS.history, RESULTS.model}
SEEN = ("reconstructions", "interpolation", "codes")


def few() -> Dataset:
    """Every class is among them."""
    digits = numnet.data.load_digits()
    parts = {f"{a}_{b}": getattr(digits, f"{a}_{b}")[:200] for a in "xy" for b in ("train", "test")}
    return dataclasses.replace(digits, **parts)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(common.SOURCES, "digits", few)


@pytest.fixture
def unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof takes most of the time."""
    monkeypatch.setattr(job, "check_model", lambda *values: SimpleNamespace(verdict="right"))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autoencoder, "png", lambda figure: b"a picture")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A whole run into a folder with the main job's results: what it said, and what was drawn."""
    folder = tmp_path_factory.mktemp("run")
    for name in (*training.RESULTS.names, *RESULTS.names):
        (folder / name).write_text(f"the old {name}", encoding="utf-8")
    drawn: dict[str, Any] = {}
    made: list[networks.Networks] = []

    def make(*values: Any) -> networks.Networks:
        made.append(networks.make(*values))
        return made[-1]

    def kept(name: str, draw: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*values: Any) -> Any:
            drawn[name] = values
            return draw(*values)

        return wrapped

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(common.SOURCES, "digits", few)
        for name in SEEN:
            patch.setattr(plot, name, kept(name, getattr(plot, name)))
        patch.setattr(autoencoder, "make", make)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            status = main([*QUICK, "--seed", "1", "--output", str(folder)])
    return SimpleNamespace(
        folder=folder, drawn=drawn, made=made[0], status=status, said=said.getvalue()
    )


def test_it_proves_then_trains_then_compares(run: SimpleNamespace) -> None:
    assert run.status == 0
    words = ("200 training and 200 test images", "total", "9 gradients checked: 9 right",
             "one layer, 64-3: gradients right", "deep, 64-128-64-2: gradients right",
             "classifier, 64-64-10: gradients right", "training deep, 64-128-64-3, for 2 epochs",
             "training one layer", "code of 3", "training classifier", "test images\n",
             "training deep, 64-128-64-2", "code of 2", "written to")  # fmt: skip
    places = [run.said.index(word) for word in words[:-4]]
    places += [run.said.rindex(word) for word in words[-4:]]
    assert places == sorted(places)
    assert max(map(len, run.said.splitlines())) <= 80
    assert re.findall(r"^epoch +(\d+):", run.said, re.MULTILINE) == ["1", "2"], "of the deep one"
    assert run.said.count("trained in ") == 4


def test_the_main_jobs_results_stay(run: SimpleNamespace) -> None:
    assert {path.name for path in run.folder.iterdir()} == {*training.RESULTS.names, *RESULTS.names}
    for name in training.RESULTS.names:
        assert (run.folder / name).read_text(encoding="utf-8") == f"the old {name}"
    for name in RESULTS.pictures:
        assert (run.folder / name).read_bytes().startswith(b"\x89PNG")
    assert re.findall(r"^  (autoencoder-.*)$", run.said, re.MULTILINE) == list(RESULTS.names)


def test_the_deep_model_and_its_history_are_kept(run: SimpleNamespace) -> None:
    model = numnet.load(run.folder / RESULTS.model)
    assert model.encode(few().x_test).shape == (200, 3)
    history = json.loads((run.folder / RESULTS.history).read_text(encoding="utf-8"))
    assert len(history["loss"]) == len(history["val_loss"]) == 2
    assert history["stopped"] is None
    assert history["settings"] == {"data": "digits", "code": 3, "epochs": 2, "seed": 1}
    x = few().x_test
    assert history["val_loss"][-1] == numnet.MSE()(model(x), x)


def told(said: str, code: int) -> dict[str, tuple[float, float]]:
    """The errors of training and test images in the table of this code."""
    lines = said[said.index(f"code of {code} ") :].splitlines()[1:]
    found = {}
    for line in lines:
        if not (match := re.fullmatch(r"  (\D+?) +(0\.\d{5}) +(0\.\d{5})", line)):
            break
        found[match[1]] = float(match[2]), float(match[3])
    return found


def test_the_errors_are_those_of_the_networks(run: SimpleNamespace) -> None:
    images = few()
    three, two = told(run.said, 3), told(run.said, 2)
    assert list(three) == ["PCA", "one layer", "deep"]
    assert list(two) == ["PCA", "deep"]

    def errors(model: Any) -> tuple[float, float]:
        train, test = (np.mean((model(x) - x) ** 2) for x in (images.x_train, images.x_test))
        return pytest.approx((train, test), abs=6e-6)

    assert three["deep"] == errors(numnet.load(run.folder / RESULTS.model))
    assert three["PCA"] == errors(numnet.pca_autoencoder(images.x_train, 3))
    assert two["PCA"] == errors(numnet.pca_autoencoder(images.x_train, 2))


def test_the_classifier_is_right_as_often_as_is_told(run: SimpleNamespace) -> None:
    images = few()
    share = np.mean(run.made.classifier.model.predict(images.x_test) == images.y_test)
    assert 0 < share < 1
    assert f"\nright on {100 * share:.2f} % of the test images\n" in run.said


def test_the_reconstructions_are_of_each_class(run: SimpleNamespace) -> None:
    images = few()
    x, rebuilt, examples, shape = run.drawn["reconstructions"]
    np.testing.assert_array_equal(x, images.x_test)
    assert [int(images.y_test[i]) for i in examples] == list(range(10))
    assert examples == [images.y_test.tolist().index(digit) for digit in range(10)]
    assert shape == (8, 8)
    assert list(rebuilt) == ["PCA, code 3", "one layer, code 3", "deep, code 3"]
    for name, (_, test) in told(run.said, 3).items():
        error = np.mean((rebuilt[f"{name}, code 3"] - x) ** 2)
        assert error == pytest.approx(test, abs=6e-6)


def test_the_interpolation_goes_from_a_typical_2_to_a_typical_7(run: SimpleNamespace) -> None:
    images = few()
    blends, pair, proba, classes, shape = run.drawn["interpolation"]
    assert (pair, classes, shape) == ((2, 7), images.classes, (8, 8))
    assert list(blends) == list(proba) == ["one layer", "deep"]
    deep = numnet.load(run.folder / RESULTS.model)
    for digit, end in ((2, 0), (7, -1)):
        rows = images.x_test[images.y_test == digit]
        distance = np.linalg.norm(rows - rows.mean(axis=0), axis=1)
        typical = rows[distance.argmin()][None]
        np.testing.assert_allclose(blends["deep"][end], deep(typical)[0], rtol=0, atol=1e-12)
    for name in blends:
        assert blends[name].shape == (11, 64)
        np.testing.assert_allclose(proba[name].sum(axis=1), 1.0, rtol=0, atol=1e-12)


def test_the_map_is_that_of_the_test_images(run: SimpleNamespace) -> None:
    images = few()
    maps, y, classes = run.drawn["codes"]
    assert list(maps) == ["PCA", "deep"]
    np.testing.assert_array_equal(y, images.y_test)
    assert classes == images.classes
    limit = numnet.pca_autoencoder(images.x_train, 2)
    np.testing.assert_array_equal(maps["PCA"], limit.encode(images.x_test))
    assert maps["deep"].shape == (200, 2)


def test_a_map_has_so_many_points_at_most(
    unproved: None, undrawn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(autoencoder, "MAPPED", 70)
    monkeypatch.setattr(plot, "codes", lambda maps, y, classes: drawn.append((maps, y)))
    assert main(QUICK) == 0
    ((maps, y),) = drawn
    assert len(y) == len(maps["PCA"]) == len(maps["deep"]) == 70


def test_the_seed_makes_the_run(unproved: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autoencoder, "_compared", lambda *values: [])
    for folder in "ab":
        assert main([*QUICK, "--seed", "4", "--output", folder]) == 0
    a, b = (Path(folder, RESULTS.model).read_bytes() for folder in "ab")
    assert a == b


def test_the_seed_is_that_of_every_network_and_of_its_batches(
    unproved: None, undrawn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds: list[int] = []
    make, train = autoencoder.make, job.train

    def made(images: Dataset, code: int, seed: int) -> networks.Networks:
        seeds.append(seed)
        return make(images, code, seed)

    def trained(*values: Any, **settings: Any) -> numnet.History:
        seeds.append(settings["rng"])
        return train(*values, **settings)

    monkeypatch.setattr(autoencoder, "make", made)
    monkeypatch.setattr(job, "train", trained)
    assert main([*QUICK, "--seed", "5"]) == 0
    assert seeds == [5] * 5


def test_a_disk_without_room_is_refused_before_the_proof(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # 64 * 128 + 128 * 64 + 64 * 3 weights and 128 + 64 + 3 + 64 + 128 + 64 biases of 8 bytes.
    needed = 17_027 * 8 + 2 * 150 + 2**20
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=needed - 1))
    assert main(QUICK) == 2
    said = capsys.readouterr()
    assert said.err.startswith("numnet: --output: expected room for 1.1 MB in numnet-out, ")
    assert said.out == ""
    assert not list(Path().iterdir())


def test_a_wrong_gradient_is_not_trained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def forgetful(layer: numnet.Tied, dy: Any, x: Any) -> None:
        layer.add_grad("b", kernels.linear_db(dy))

    monkeypatch.setattr(numnet.Tied, "backward_parameters", forgetful)
    monkeypatch.setattr(networks, "_deep", lambda D, code: [D, 4, code])
    assert main(QUICK) == 1
    said = capsys.readouterr()
    assert "Tied(3 -> 4) is wrong: dsource.W is 0 everywhere" in said.out
    assert "training" not in said.out.replace("training and", "")
    assert said.err == "numnet: the gradients are not proved; nothing was trained\n"
    assert not list(Path().iterdir())


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize(("verdict", "status"), [("wrong", 1), ("undecided", 3)])
def test_each_network_is_proved(
    place: int,
    verdict: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Report:
        def __init__(self, verdict: str) -> None:
            self.verdict = verdict

        def __bool__(self) -> bool:
            return self.verdict == "right"

        def __str__(self) -> str:
            return f"the report: {self.verdict}"

    verdicts = ["right"] * 4
    verdicts[place] = verdict
    reports, models = map(Report, verdicts), []
    monkeypatch.setattr(
        job, "check_model", lambda model, *values: models.append(model) or next(reports)
    )
    assert main(QUICK) == status
    said = capsys.readouterr()
    names = ["", "one layer, 64-3: ", "deep, 64-128-64-2: ", "classifier, 64-64-10: "]
    assert f"\n{names[place]}the report: {verdict}\n" in said.out
    assert len(models) == len({id(model) for model in models}) == place + 1
    assert "nothing was trained" in said.err
    assert not list(Path().iterdir())


@pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="needs the main thread"
)
@pytest.mark.parametrize(
    ("step", "epochs", "pictures"),
    [(2, 0, 0), (6, 1, 0), (11, None, 0), (19, None, 1), (27, None, 2)],
)
def test_ctrl_c_while_a_network_is_trained(
    step: int,
    epochs: int | None,
    pictures: int,
    unproved: None,
    undrawn: None,
    earlier: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    right, steps = numnet.train_step, [0]

    def interrupting(*values: Any, **settings: Any) -> Any:
        steps[0] += 1  # 200 images in batches of 64 are 4 steps an epoch, of 2 and 4 networks
        if steps[0] == step:
            signal.raise_signal(signal.SIGINT)
        return right(*values, **settings)

    for name in RESULTS.names:
        (earlier / name).write_text(f"the old {name}", encoding="utf-8")
    monkeypatch.setattr("numnet.train.loop.train_step", interrupting)
    assert main([*QUICK, "--output", str(earlier)]) == 130
    said = capsys.readouterr()
    assert said.err == ""
    if epochs is None:
        assert "interrupted; what was learned is kept, without the pictures not yet" in said.out
    else:
        words = (
            f"interrupted after {job.epochs(epochs)}; what was learned is kept, without pictures"
        )
        assert words in said.out
    assert steps[0] == step, "it ends at once"
    kept = {*KEPT, *RESULTS.pictures[:pictures]}
    assert {path.name for path in earlier.glob("autoencoder-*")} == kept
    assert not [name for name in kept if (earlier / name).read_bytes().startswith(b"the old")]
    history = json.loads((earlier / RESULTS.history).read_text(encoding="utf-8"))
    assert history["stopped"] == (None if epochs is None else "interrupted")
    assert len(history.get("loss", [])) == (2 if epochs is None else epochs)
    assert numnet.load(earlier / RESULTS.model).parameters["0.4.W"].shape == (64, 3)


@pytest.mark.parametrize(
    ("module", "name", "call", "kept"),
    [(networks, "tied_autoencoder", 1, None), (job, "check_model", 2, None),
     (autoencoder, "png", 1, 0), (autoencoder, "png", 3, 2), (output, "_swap", 1, 3)],
)  # fmt: skip
def test_ctrl_c_elsewhere(
    module: Any,
    name: str,
    call: int,
    kept: int | None,
    unproved: None,
    undrawn: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    right, calls = getattr(module, name), [0]

    def interrupting(*values: Any, **settings: Any) -> Any:
        calls[0] += 1
        if calls[0] == call:
            signal.raise_signal(signal.SIGINT)
        return right(*values, **settings)

    monkeypatch.setattr(module, name, interrupting)
    assert main([*QUICK, "--output", "new"]) == 130
    said = capsys.readouterr()
    if kept is None:
        assert said.err == "numnet: interrupted; nothing was written to new\n"
        assert not list(Path().iterdir())
    else:
        assert said.err == ""
        assert {path.name for path in Path("new").iterdir()} == {*KEPT, *RESULTS.pictures[:kept]}


POSITIVE = "expected a positive whole number, got"
WRONG = [
    ("--data", "cifar", "invalid choice: 'cifar' (choose from "),
    ("--data", "mnist", "mnist: "),
    ("--data", None, "expected one argument"),
    ("--code", "0", f"{POSITIVE} '0'"),
    ("--code", "-8", f"{POSITIVE} '-8'"),
    ("--code", "2.5", f"{POSITIVE} '2.5'"),
    ("--code", "", f"{POSITIVE} ''"),
    ("--code", "64", "expected fewer numbers than the 64 pixels of an image, got 64: "),
    ("--code", "9" * 40, f"expected fewer numbers than the 64 pixels of an image, got {'9' * 40}"),
    ("--epochs", "0", f"{POSITIVE} '0'"),
    ("--epochs", "many", f"{POSITIVE} 'many'"),
    ("--seed", "-1", "expected a whole number of at least 0, got '-1'"),
    ("--seed", "now", "expected a whole number of at least 0, got 'now'"),
    ("--output", "", "expected the name of a folder, got ''"),
    ("--output", "taken", "cannot write to taken: "),
    ("--output", "mixed", "cannot write to mixed: autoencoder-codes.png in it is a folder"),
    ("--lr", "1", "unrecognized arguments: --lr 1"),
    ("--cod", "3", "unrecognized arguments: --cod 3"),
]


@pytest.mark.parametrize(("option", "value", "expected"), WRONG)
def test_a_wrong_value_is_one_line_that_names_its_option(
    option: str,
    value: str | None,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("NUMNET_DATA_DIR", raising=False)
    Path("taken").write_text("mine", encoding="utf-8")
    Path("mixed/autoencoder-codes.png").mkdir(parents=True)
    assert main([*QUICK, option, *([] if value is None else [value])]) == 2
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith("numnet: ")
    assert option in line
    assert expected in line
    assert said.out == ""
    assert {path.name for path in Path().iterdir()} == {"taken", "mixed"}


def test_every_option_is_in_the_table() -> None:
    known = {word for action in autoencoder.parser()._actions for word in action.option_strings}
    tried = {option for option, _, expected in WRONG if "unrecognized" not in expected}
    assert tried == known - {"-h", "--help"}


@pytest.mark.parametrize("missing", [2, 7])
def test_the_interpolation_needs_both_digits(
    missing: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    images = few()
    others = images.y_test != missing
    some = dataclasses.replace(images, x_test=images.x_test[others], y_test=images.y_test[others])
    monkeypatch.setitem(common.SOURCES, "mnist", lambda: some)
    assert main([*QUICK, "--data", "mnist"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "numnet: --data mnist: expected test images of 2 and of 7, to go from the one to the "
        f"other, got none of {missing}\n"
    )


def test_the_options_that_jobs_share_mean_the_same() -> None:
    mine, theirs = (
        {action.dest: (action.option_strings, action.default, action.help, action.metavar)
         for action in parser()._actions}
        for parser in (autoencoder.parser, training.parser)
    )  # fmt: skip
    assert set(mine) - set(theirs) == {"code"}
    assert all(mine[name] == theirs[name] for name in mine if name != "code")


def test_what_holds_by_default_is_what_the_help_says() -> None:
    parser = autoencoder.parser()
    for name, value in vars(parser.parse_args([])).items():
        (action,) = (action for action in parser._actions if action.dest == name)
        assert f"(default: {value})" in (action.help or "")


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_help_fits_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["autoencoder", "--help"]) == 0
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= columns
    words = " ".join(said.split())
    for option, _, expected in WRONG:
        assert option in words or "unrecognized" in expected
    for sentence in ("fashion-mnist", "from a typical 2 to a typical 7", "exit status: 0 done; 1"):
        assert sentence in words


def test_numbers_that_overflow_are_said(
    unproved: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(networks, "LR", 1e300)
    assert main(QUICK) == 2
    said = capsys.readouterr().err
    assert said.startswith("numnet: epoch 1: ")
    assert said.endswith("; nothing was written\n")
    assert not list(Path().iterdir())
