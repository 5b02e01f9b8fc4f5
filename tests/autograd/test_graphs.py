"""Random graphs of 3 to 30 operations: the tape against derivatives that know nothing of it."""

from __future__ import annotations

import numpy as np
import pytest
from autograd.proof import draw
from helpers import STEP
from hypothesis import given, settings
from hypothesis import strategies as st

import numnet
from numnet import Tensor
from numnet.autograd.engine import backpropagate

pytestmark = pytest.mark.usefixtures("untraced")
SHAPE = (2, 3)
EPS = np.finfo(float).eps
MASK = np.array([[True, False, True], [False, True, False]])

# Each from two tensors of SHAPE to one of it.
ANALYTIC = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: 0.5 - a - 2 * b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / (1.5 + b.sigmoid()),
    "power": lambda a, b: (a * a + 0.5) ** 1.5 - b,
    "exponent": lambda a, b: (1 + a.sigmoid()) ** b.tanh(),
    "negative": lambda a, b: -a,
    "exp": lambda a, b: np.exp(a.tanh()),
    "log": lambda a, b: np.log(a * a + 0.5),
    "sqrt": lambda a, b: np.sqrt(a * a + 0.5),
    "tanh": lambda a, b: a.tanh(),
    "sigmoid": lambda a, b: a.sigmoid(),
    "softplus": lambda a, b: a.softplus(),
    "matmul": lambda a, b: (a @ b.T) @ a,
    "vector": lambda a, b: a * (b @ np.array([1.0, -1.0, 0.5]))[:, None],
    "einsum": lambda a, b: np.einsum("ij,kj,kl->il", a, a, b),
    "sum": lambda a, b: a + b.sum(axis=0),
    "mean": lambda a, b: a - b.mean(axis=1, keepdims=True),
    "prod": lambda a, b: a - b.prod(axis=0, keepdims=True),
    "var": lambda a, b: a * b.var(axis=1, keepdims=True, ddof=1),
    "std": lambda a, b: a / (0.5 + (b + np.arange(3.0)).std(axis=0)),
    "norm": lambda a, b: a / (0.5 + (b * b + 0.5).norm(axis=1, keepdims=True)),
    "softmax": lambda a, b: a.softmax() - b,
    "log_softmax": lambda a, b: a.log_softmax(0),
    "logsumexp": lambda a, b: a - b.logsumexp(axis=-1, keepdims=True),
    "index": lambda a, b: a[[1, 1], :] + b[:, ::-1],
    "reshape": lambda a, b: a.reshape(3, 2).T * b,
    "concatenate": lambda a, b: np.concatenate([a, b], axis=1)[:, 1:4],
    "stack": lambda a, b: np.stack([a, b, a]).mean(axis=0),
    "where": lambda a, b: np.where(MASK, a, b),
    "broadcast_to": lambda a, b: np.broadcast_to(a[:1], SHAPE) + b,
    "dropout": lambda a, b: a.dropout(0.5, train=True, rng=0) + b,
}
KINKED = {
    "relu": lambda a, b: a.relu() + b,
    "leaky_relu": lambda a, b: a.leaky_relu(0.25),
    "abs": lambda a, b: abs(a),
    "maximum": lambda a, b: a.maximum(b),
    "minimum": lambda a, b: np.minimum(a, b),
    "clip": lambda a, b: a.clip(-0.5, 0.5) + b,
    "max": lambda a, b: a - b.max(axis=1, keepdims=True),
    "min": lambda a, b: a - b.min(axis=0),
    "branch": lambda a, b: np.where(a > 0, a * b, -a),
}


def run(program, *leaves):
    """The last tensor of a program, and all before it."""
    made = list(leaves)
    for name, i, j, squash in program:
        y = {**ANALYTIC, **KINKED}[name](made[i], made[j])
        made.append(y.tanh() if squash else y)
    # What no other operation used counts too.
    return sum(((k + 1) * y for k, y in enumerate(made[-3:])), 0.0).sum()


def near_a_kink(name, a, b):
    """Whether differences would see the kink too."""
    gaps = [a, a - b, abs(a) - 0.5]
    for x, axis in ((b, 1), (b, 0)):
        ordered = np.sort(x, axis=axis)
        gaps.append(np.diff(ordered, axis=axis))
    return name in KINKED and min(np.abs(gap).min() for gap in gaps) < 0.02


@st.composite
def programs(draw, names):
    """Names, operands and whether tanh follows, which keeps the numbers small."""
    at = starts(draw(st.integers(0, 10_000)))
    made = [Tensor(a) for a in at]
    program = []
    for _ in range(draw(st.integers(3, 30))):
        name = draw(st.sampled_from(names))
        # Mostly what was made last, so that graphs are deep as well as wide.
        i = len(made) - 1 - draw(st.integers(0, min(2, len(made) - 1)))
        j = draw(st.integers(0, len(made) - 1))
        if near_a_kink(name, made[i].value, made[j].value):
            name = "tanh"
        y = {**ANALYTIC, **KINKED}[name](made[i], made[j])
        squash = bool(np.abs(y.value).max() > 2)
        program.append((name, i, j, squash))
        made.append(y.tanh() if squash else y)
    return at, program


def starts(seed):
    return draw(*SHAPE, seed=seed), draw(*SHAPE, seed=seed + 1)


def gradients(program, at):
    """By the tape, and the size of what was rounded on the way."""
    leaves = [Tensor(a, requires_grad=True) for a in at]
    loss = run(program, *leaves)
    size = 1.0
    if loss.requires_grad:
        every = {}
        backpropagate(loss._node, np.ones(()), every=every)
        size += sum(np.abs(dy).max() * (1 + np.abs(node.y).max()) for node, dy in every.items())
        loss.backward()
    return [np.zeros(SHAPE) if t.grad is None else t.grad.numpy() for t in leaves], size


def along(grads, line):
    return sum((grad * v).sum() for grad, v in zip(grads, line, strict=True))


def agrees(program, at):
    grads, size = gradients(program, at)
    # What the last digits of the inputs do is what rounding on the way does: behind a saturated
    # tanh it is multiplied by all that follows.
    near = [gradients(program, [a * (1 + k * EPS) for a in at])[0] for k in (-2, -1, 1, 2)]

    for k in range(2):
        # A direction in which every entry counts, none as much as another.
        line = draw(*SHAPE, seed=k, low=0.5), draw(*SHAPE, seed=k + 2, low=0.5)
        moved = [Tensor(a + STEP * 1j * v) for a, v in zip(at, line, strict=True)]
        truth = run(program, *moved).item().imag / STEP
        claimed = along(grads, line)
        noise = max(abs(along(other, line) - claimed) for other in near)
        assert abs(claimed - truth) <= 1e-13 * size + 4 * noise


@settings(max_examples=200)
@given(programs(sorted(ANALYTIC)))
def test_the_complex_step_agrees(made):
    at, program = made
    agrees(program, at)


@settings(max_examples=100)
@given(programs(sorted({**KINKED, "tanh": 0, "multiply": 0, "matmul": 0, "mean": 0, "index": 0})))
def test_extrapolated_differences_agree_where_there_are_kinks(made):
    at, program = made
    agrees(program, at)

    # Along one line through the point, of random direction.
    line = starts(77)

    def moved(t):
        return [a + t[0] * v for a, v in zip(at, line, strict=True)]

    def slope(t):
        return np.array([along(gradients(program, moved(t))[0], line)])

    report = numnet.check_gradient(
        lambda t: float(run(program, *map(Tensor, moved(t)))), slope, np.zeros(1)
    )
    assert report.verdict == "right", str(report)


@pytest.mark.parametrize("name", [*ANALYTIC, *KINKED])
def test_each_by_itself(name):
    agrees([(name, 0, 1, False), (name, 2, 0, True)], starts(0))


def test_a_wrong_backward_would_be_seen(monkeypatch):
    wrong = numnet.operation(lambda dy, y, x: dy * (1 - y))(lambda x: np.tanh(x))
    monkeypatch.setitem(ANALYTIC, "tanh", lambda a, b: wrong(a))
    with pytest.raises(AssertionError):
        agrees([("multiply", 0, 1, False), ("tanh", 2, 2, False), ("add", 3, 0, False)], starts(0))
