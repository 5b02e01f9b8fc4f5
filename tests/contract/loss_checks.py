"""What holds for every loss; a check takes a LossCase and raises."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
from contract.cases import LossCase, near
from contract.state import arrays_in, frozen
from helpers import LAYOUTS, complex_step, laid_out

import numnet


def the_value_is_a_number_of_python(case: LossCase) -> None:
    """A float from real outputs, complex from complex ones, for N = 0, 1 and 5."""
    loss = case.make()
    for n in (0, 1, 5):
        pred, true = case.data(n)
        assert type(loss(pred, true)) is float, f"the value is {type(loss(pred, true))}"
        assert type(loss(pred.astype(complex), true)) is complex, "the imaginary part is lost"


def the_gradient_keeps_the_dtype(case: LossCase) -> None:
    """float32 in: the gradient and what is saved are float32, whatever number dy is."""
    loss, (pred, true) = case.make(), case.data()
    for dy in (1.0, 2, np.float64(0.5), np.float32(0.5), np.array(0.5)):
        for rows in (None, np.int64(9)):
            saved = loss.forward(pred, true, rows=rows)[1]
            kinds = {loss.backward(saved, dy).dtype.name}
            kinds |= {a.dtype.name for a in arrays_in(saved) if a.dtype.kind == "f"}
            assert kinds == {case.dtype}, f"expected {case.dtype}, got {kinds}"
    wide = np.result_type(case.dtype, np.complex64)
    kind = loss.backward(loss.forward(pred.astype(wide), true)[1]).dtype
    assert kind == wide, f"expected {wide}, got {kind}"


def arrays_handed_in_are_untouched(case: LossCase) -> None:
    """Neither call changes outputs, truth or what was saved."""
    loss, (pred, true) = case.make(), case.data()
    _, saved = loss.forward(pred, true)
    assert frozen([pred, true]) == frozen(case.data()), "the forward changed its arguments"
    before = frozen(saved)
    loss.backward(saved)
    assert frozen(saved) == before, "the backward changed what was saved"
    assert frozen([pred, true]) == frozen(case.data()), "the backward changed the arguments"


def read_only_arrays_of_any_layout_serve(case: LossCase) -> None:
    """The same value and gradient up to rounding."""
    loss, (pred, true) = case.make(), case.data()
    value, saved = loss.forward(pred, true)
    for layout in LAYOUTS:
        other, truth = laid_out(pred, layout), laid_out(true, layout)
        other.flags.writeable = truth.flags.writeable = False
        again, kept = loss.forward(other, truth)
        near(np.asarray(again, case.dtype), value)
        near(loss.backward(kept), loss.backward(saved))


def parts_add_up(case: LossCase) -> None:
    """With rows=N the values of parts sum to that of all, and the gradients are those of all."""
    loss, (pred, true) = case.make(), case.data()
    value, saved = loss.forward(pred, true)
    for cut in (0, 2, 5):
        parts = [loss.forward(pred[s], true[s], rows=5) for s in (slice(cut), slice(cut, None))]
        near(np.asarray(parts[0][0] + parts[1][0], case.dtype), value)
        near(np.concatenate([loss.backward(s) for _, s in parts]), loss.backward(saved))


def rows_are_the_divisor(case: LossCase) -> None:
    """Without rows it is N; twice as many rows halve value and gradient."""
    loss, (pred, true) = case.make(), case.data()
    value, saved = loss.forward(pred, true)
    assert loss.forward(pred, true, rows=5)[0] == value, "rows=N is not the default"
    half, kept = loss.forward(pred, true, rows=10)
    near(np.asarray(half, case.dtype), value / 2)
    near(loss.backward(kept), loss.backward(saved) / 2)


def no_rows_are_worth_nothing(case: LossCase) -> None:
    """N = 0: the value 0 and an empty gradient, of a part of some rows and of none."""
    loss, (pred, true) = case.make(), case.data(0)
    for rows in (None, 7):
        value, saved = loss.forward(pred, true, rows=rows)
        assert value == 0, f"no rows are worth {value}"
        assert loss.backward(saved).shape == pred.shape, "a gradient without rows has another shape"


def a_backward_repeats(case: LossCase) -> None:
    """The same bits again on one saved, whatever other passes came between."""
    loss, (pred, true) = case.make(), case.data()
    value, saved = loss.forward(pred, true)
    first = loss.backward(saved).copy()
    loss.forward(pred[:2], true[:2])
    assert frozen(loss.backward(saved)) == frozen(first), "the second backward gives another"
    assert loss(pred, true) == loss.forward(pred, true)[0] == value, "another value"


def backward_is_linear_in_dy(case: LossCase) -> None:
    """backward(saved, dy) is dy backward(saved)."""
    loss, (pred, true) = case.make(), case.data()
    _, saved = loss.forward(pred, true)
    for dy in (0.0, -2.0, 0.3):
        near(loss.backward(saved, dy), dy * loss.backward(saved))


def a_call_leaves_no_trace(case: LossCase) -> None:
    """A loss has no state."""
    loss, (pred, true) = case.make(), case.data()
    before = frozen(loss.__dict__)
    loss.backward(loss.forward(pred, true)[1])
    loss.scorer(loss.check(pred.shape, true))
    assert frozen(loss.__dict__) == before, "a call changed the loss"


def a_complex_step_agrees(case: LossCase) -> None:
    """The imaginary part of the value is the backward's gradient."""
    loss, (pred, true) = case.make(), case.data()
    claimed = loss.backward(loss.forward(pred, true)[1])
    near(claimed, complex_step(lambda p: loss(p, true), [pred], 0, 1.0))


def the_checker_finds_it_right(case: LossCase) -> None:
    """check_gradient on the value and the backward."""
    loss, (pred, true) = case.make(), case.data()

    def fun(p: Any) -> Any:
        value, saved = loss.forward(p, true)
        return value, loss.backward(saved)

    report = numnet.check_gradient(fun, None, pred)
    assert report.verdict == "right", str(report)


def check_and_forward_refuse_the_same(case: LossCase) -> None:
    """A truth that does not fit: one error, with the loss in front, from both doors."""
    loss, (pred, true) = case.make(), case.data()
    bad = [true[:-1], true[None], true[0], np.array(["a"] * 5), true + 1j]
    if true.dtype.kind == "f":
        bad += [np.where(np.arange(5)[:, None] == 3, wrong, true) for wrong in (np.nan, np.inf)]
    for wrong in bad:
        told = [_refusal(lambda w=wrong: loss.check(pred.shape, w))]  # type: ignore[misc]
        told.append(_refusal(lambda w=wrong: loss.forward(pred, w)))  # type: ignore[misc]
        assert told[0] == told[1], f"the doors differ: {told}"
        assert told[0][1].startswith(f"{loss!r}: "), f"not named: {told[0]}"


def check_accepts_what_forward_does(case: LossCase) -> None:
    """check returns the truth as an array that forward takes again, lists too."""
    loss, (pred, true) = case.make(), case.data()
    checked = loss.check(pred.shape, true.tolist())
    assert isinstance(checked, np.ndarray), "check returned no array"
    near(np.asarray(loss(pred, checked), case.dtype), loss(pred, true))
    near(np.asarray(loss(pred.tolist(), true.tolist()), case.dtype), loss(pred, true))


def copies_are_equal(case: LossCase) -> None:
    """copy, deepcopy and pickle; the text makes it again."""
    loss, (pred, true) = case.make(), case.data()
    text = eval(repr(loss), dict(vars(numnet)) | {type(loss).__name__: type(loss)})
    for other in (copy.copy(loss), copy.deepcopy(loss), pickle.loads(pickle.dumps(loss)), text):
        assert type(other) is type(loss), f"a {type(other).__name__}"
        assert (repr(other), other.output) == (repr(loss), loss.output), f"the copy is {other!r}"
        assert other(pred, true) == loss(pred, true), f"the copy of {loss!r} gives another value"


def _refusal(call: Any) -> tuple[type, str]:
    try:
        call()
    except (TypeError, ValueError) as error:
        return type(error), str(error)
    raise AssertionError("a truth that does not fit was accepted")
