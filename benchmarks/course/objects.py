"""Rows A19 and A20: the optimizer as an object, and the network as a Module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from benchmarks.course.descent import accuracies
from benchmarks.course.digits import small_digits
from benchmarks.course.starts import CLASSES, STARTS
from benchmarks.course.tensors import course_loss, descended, drawn, safe_loss
from benchmarks.row import Outcome, Row, markdown
from numnet import Tensor

Array = NDArray[Any]

# The course's 1e-5 and 1e-4 on the gradient of the sum.
SGD_STEP, MODULE_STEP, MOMENTUM = 0.03, 0.3, 0.9
REPORT_OBJECT, REPORT_MODULE = 96.87, 97.2
PASSES, SEEDS = 5000, 5
MODULE_PASSES = 10_000
HIDDEN = 100
HEAD = ("loss", "passes", "train %", "test %", "loss at the end")


def sgd(parameters: list[Tensor]) -> Callable[[], None]:
    """The optimizer object in place of the update by hand."""
    optimizer = numnet.SGD(parameters, lr=SGD_STEP, momentum=MOMENTUM)

    def step() -> None:
        optimizer.step()
        optimizer.zero_grad()

    return step


def optimizer_object(quick: bool) -> Outcome:
    """A19: tanh from the course's start, on tensors."""
    passes, seeds = (200, 2) if quick else (PASSES, SEEDS)
    data = small_digits(CLASSES, "float32", quick)
    parameters = drawn(*STARTS["1e-2"], range(seeds), data.x_train.shape[1])
    found = descended(data, parameters, "tanh", sgd, (passes,))[passes]
    train, test, loss = (float(v) for v in np.median(found, axis=0))
    lowest = min(entry[1] for entry in found)
    return Outcome(
        f"median of {seeds} starts {train:.2f} / {test:.2f} %, loss {loss:.2g}; lowest test "
        f"{lowest:.2f} %",
        {"passes": passes, "runs": found},
        right=not data.name.startswith("MNIST") or lowest > REPORT_OBJECT,
        data=data.name,
        details=f"{data.x_train.shape[1]}-10-3, tanh, from the course's start, {passes} passes of "
        f"numnet.SGD([W1, b1, W2, b2], lr={SGD_STEP:g}, momentum={MOMENTUM:g}) in float32; the "
        f"step is 1e-5 on the sum.\n\n{_table(found)}",
    )


class MLP(numnet.Module):
    """784 - 100 relu - 3 softmax."""

    def __init__(self, inputs: int = 784) -> None:
        self.c1 = numnet.Linear(inputs, HIDDEN)
        self.c2 = numnet.Linear(HIDDEN, 3)
        self.output = "probabilities"

    def forward(self, x: Tensor) -> Tensor:
        return self.c2(self.c1(x).relu()).softmax()


class TwiceMLP(MLP):
    """The report's: its second layer before and after the relu."""

    def forward(self, x: Tensor) -> Tensor:
        return self.c2(self.c2(self.c1(x)).relu()).softmax()


def trained(
    loss: Callable[[Tensor, Array], Tensor], data: numnet.data.Dataset, passes: int
) -> tuple[float, float, list[float]]:
    """Train and test accuracy in %, and the loss pass by pass, of the Module trained by fit."""
    x, dtype = data.x_train, data.x_train.dtype
    model = MLP(x.shape[1]).initialize(rng=0, dtype=dtype)
    history = numnet.fit(
        model,
        lambda p, t: loss(p, t.value),
        x,
        numnet.one_hot(data.y_train, len(data.classes), dtype),
        optimizer=numnet.SGD(lr=MODULE_STEP, momentum=MOMENTUM),
        epochs=passes,
        progress=False,
    )
    return (*accuracies(model, data), history["loss"])


def refusal() -> str:
    """What the report's module is told."""
    try:
        TwiceMLP().initialize(rng=0)(np.zeros((2, 784)))
    except ValueError as error:
        return str(error)
    return ""


def module_object(quick: bool) -> Outcome:
    """A20: the Module, trained by fit."""
    few, passes = (30, 30) if quick else (100, MODULE_PASSES)
    low, high = (small_digits(CLASSES, dtype, quick) for dtype in ("float32", "float64"))
    found = {
        "as written, float32": trained(course_loss, low, few),
        "as written, float64": trained(course_loss, high, few),
        "safe, float32": trained(safe_loss, low, passes),
    }
    lines, numbers = [], {}
    for name, (train, test, losses) in found.items():
        loss = np.array(losses)
        lines.append([name, len(loss), f"{train:.2f}", f"{test:.2f}", f"{loss[-1]:.2g}"])
        numbers[name] = {"passes": len(loss), "train": train, "test": test, "loss": losses[-1]}
    train, test, losses = found["safe, float32"]
    lost = found["as written, float32"]
    twin = found["as written, float64"][2][few - 1]
    refused = refusal()
    return Outcome(
        f"{train:.2f} / {test:.2f} %, loss {losses[-1]:.2g}; the loss as written, in float32: "
        f"{lost[0]:.1f} / {lost[1]:.1f} % after {few} passes; the second layer twice is refused",
        {"runs": numbers, "refused": refused},
        right=bool(refused)
        and abs(losses[few - 1] / twin - 1) < 1e-2
        and (not low.name.startswith("MNIST") or (train == 100 and test > REPORT_MODULE)),
        data=low.name,
        details=f"{low.x_train.shape[1]}-{HIDDEN}-3, relu, softmax, from Linear's own start, step "
        f"{MODULE_STEP:g} (1e-4 on the sum), momentum {MOMENTUM:g}, by fit with the loss as a "
        "function of two tensors. As written, with 1 - y^ + 1e-16, float32 can lose the network to "
        "an example that it is sure of and wrong about (A15-17); with 1 - y^ as the sum of the "
        f"other probabilities it does not.\n\n{markdown(HEAD, lines)}\n\nThe report's module "
        f"applies its second layer before and after the relu, and is told:\n\n```\n{refused}\n```",
    )


def _table(found: list[tuple[float, float, float]]) -> str:
    return markdown(
        ("seed", "train %", "test %", "loss"),
        [[seed, f"{a:.2f}", f"{b:.2f}", f"{v:.2g}"] for seed, (a, b, v) in enumerate(found)],
    )


ROWS = (
    Row("A19", "99.6 / 96.87 % (tanh)", "SGD with momentum as an object", optimizer_object),
    Row("A20", "100 / 97.2 % after 10 000 passes", "the network as a Module", module_object),
)
