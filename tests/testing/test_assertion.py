"""assert_gradients sends each kind of subject to its check and fails with the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numnet
from numnet.gradcheck import examine
from numnet.testing import assert_gradients


class Doubled(numnet.Layer):
    def forward(self, x):
        return x * x, x

    def backward(self, dy, x):
        return 4.0 * x * dy


X = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])


def test_a_layer() -> None:
    assert assert_gradients(numnet.Tanh(), X)["x"].verdict == "right"
    with pytest.raises(AssertionError, match="1 gradient checked: 1 wrong"):
        assert_gradients(Doubled(), X)


def test_a_model_with_its_loss() -> None:
    model = numnet.Sequential(numnet.Linear(3, 2), numnet.Tanh(), rng=0)
    report = assert_gradients(model, numnet.MSE(), X, np.ones((2, 2)))
    assert [finding.name for finding in report.findings] == ["0.W", "0.b"]
    broken = numnet.Sequential(numnet.Linear(3, 2), Doubled(), rng=0)
    with pytest.raises(AssertionError, match="wrong"):
        assert_gradients(broken, numnet.MSE(), X, np.ones((2, 2)))


def test_a_scalar_function() -> None:
    assert assert_gradients(lambda x: (x**3).sum(), grad=lambda x: 3 * x**2, at=X)
    with pytest.raises(AssertionError, match="cause: scale"):
        assert_gradients(lambda x: (x**3).sum(), grad=lambda x: x**2, at=X)


def test_a_forward() -> None:
    W = np.array([[1.0], [-2.0], [0.5]])
    report = assert_gradients(
        np.matmul, backward=lambda dy, x, W: (dy @ W.T, x.T @ dy), at=(X, W), names=["x", "W"]
    )
    assert [finding.name for finding in report.findings] == ["x", "W"]
    with pytest.raises(AssertionError, match=r"W .*wrong"):
        assert_gradients(
            np.matmul, backward=lambda dy, x, W: (dy @ W.T, -x.T @ dy), at=(X, W), names=["x", "W"]
        )


def test_options_are_passed_on() -> None:
    with pytest.raises(AssertionError, match="undecided"):
        assert_gradients(numnet.Tanh(), X, budget=3)


def test_undecided_fails_unless_ignored() -> None:
    rng = np.random.default_rng(0)

    def noisy(x):
        return float((x**2).sum() + rng.normal())

    with pytest.raises(AssertionError, match="nondeterministic"):
        assert_gradients(noisy, grad=lambda x: 2 * x, at=X)
    # A word counts by its letters, wherever the caller has it from.
    with pytest.raises(AssertionError, match="nondeterministic"):
        assert_gradients(noisy, grad=lambda x: 2 * x, at=X, undecided="".join(["ra", "ise"]))
    for ignore in ("ignore", "".join(["ig", "nore"])):
        report = assert_gradients(noisy, grad=lambda x: 2 * x, at=X, undecided=ignore)
        assert report.verdict == "undecided"


def test_a_layer_may_be_the_forward_of_a_backward() -> None:
    def backward(dy, x):
        return dy / np.cosh(x) ** 2

    assert assert_gradients(numnet.Tanh(), backward=backward, at=X)
    with pytest.raises(AssertionError, match="cause: scale"):
        assert_gradients(numnet.Tanh(), backward=lambda dy, x: 2 * backward(dy, x), at=X)


def test_wrong_fails_also_where_undecided_is_ignored() -> None:
    with pytest.raises(AssertionError, match="wrong"):
        assert_gradients(Doubled(), X, undecided="ignore")


@pytest.mark.parametrize(
    ("arguments", "options", "word"),
    [
        ((numnet.Tanh(),), {}, "got Tanh"),
        ((numnet.Tanh(), X, X), {}, "2 more"),
        ((numnet.Tanh(), X, X, X), {}, "3 more"),
        ((numnet.Tanh(), numnet.MSE(), X), {}, "2 more"),
        ((numnet.Tanh(), numnet.MSE(), X, X, X), {}, "4 more"),
        ((numnet.Tanh(), X), {"at": X}, r"at=\.\.\."),
        ((numnet.Tanh(), X), {"grad": np.ones_like}, r"at=\.\.\."),
        ((numnet.Tanh(), X), {"backward": np.ones_like}, r"at=\.\.\."),
        ((numnet.Tanh(), X), {"backward": np.ones_like, "at": X}, r"at=\.\.\."),
        ((numnet.Tanh(),), {"at": X}, r"grad=\.\.\."),
        ((np.sum, X), {}, r"grad=\.\.\."),
        ((np.sum,), {"at": X}, r"grad=\.\.\."),
        ((np.sum,), {"grad": np.ones_like}, r"at=\.\.\."),
        ((np.sum, X), {"grad": np.ones_like, "at": X}, r"at=\.\.\."),
        ((np.sum,), {"grad": np.ones_like, "backward": np.ones_like, "at": X}, r"at=\.\.\."),
    ],
)
def test_what_belongs_to_no_check_is_refused(arguments, options, word) -> None:
    with pytest.raises(TypeError, match=word):
        assert_gradients(*arguments, **options)


def test_a_misspelt_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="'skip'"):
        assert_gradients(numnet.Tanh(), X, undecided="skip")


def test_the_cause_is_looked_for_when_the_message_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = examine.diagnose

    def spy(judge: Any, name: str, *rest: Any) -> Any:
        asked.append(name)
        return real(judge, name, *rest)

    monkeypatch.setattr(examine, "diagnose", spy)
    with pytest.raises(AssertionError) as raised:
        assert_gradients(Doubled(), X)
    assert not asked
    assert "cause: scale" in str(raised.value)
    assert "cause: scale" in str(raised.value)
    assert asked == ["x"]


def test_a_check_that_does_not_repeat_itself_keeps_its_first_word() -> None:
    class Mended(Doubled):
        wrong = True

        def backward(self, dy: Any, x: Any) -> Any:
            return super().backward(dy, x) if self.wrong else 2.0 * x * dy

    with pytest.raises(AssertionError) as raised:
        assert_gradients(Mended(), X)
    Mended.wrong = False
    assert "1 wrong" in str(raised.value)
