"""Row B7: from the code of a 2 to that of a 7, by the shallow and by the deep net."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from benchmarks.course.deep import deep_run
from benchmarks.course.images import is_mnist, whole
from benchmarks.course.shallow import as_reported
from benchmarks.row import Outcome, Row, markdown
from numnet.layers.blending import blended

Array = NDArray[Any]

PAIR = (2, 7)
STEPS = 11
PAIRS = 500


@cache
def classifier(quick: bool) -> numnet.Sequential:
    """784 - 128 relu - 10, trained on the images themselves."""
    data = whole(quick)
    net = numnet.Sequential(
        numnet.Linear(784, 128), numnet.ReLU(), numnet.Linear(128, 10), rng=0, dtype="float32"
    )
    epochs = 2 if quick else 8
    steps = epochs * -(-len(data.x_train) // 128)
    numnet.fit(
        net,
        numnet.SoftmaxCrossEntropy(),
        data.x_train,
        data.y_train,
        optimizer=numnet.Adam(lr=numnet.OneCycle(0.003, steps)),
        epochs=epochs,
        batch_size=128,
        rng=0,
        progress=False,
    )
    return net


def turns(model: numnet.Autoencoder, net: numnet.Sequential, x: Array, y: Array) -> Array:
    """Where the classifier turns from the 2 to the 7, for many pairs of test images.

    By linear interpolation between the two steps of 0.1; NaN where it does not see a 2 at lambda 0
    and a 7 at lambda 1.
    """
    a, b = (model.encode(x[y == digit][:PAIRS]) for digit in PAIR)
    pairs = min(len(a), len(b))
    lead = []
    for code in blended(a[:pairs], b[:pairs], STEPS):
        p = net.predict_proba(model.decode(code))
        lead.append(p[:, PAIR[1]] - p[:, PAIR[0]])
    ahead = np.array(lead)
    first = (ahead > 0).argmax(axis=0)
    at = np.arange(pairs)
    before, after = ahead[first - 1, at], ahead[first, at]
    # A pair of equal steps does not turn there, and is left out below.
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (first - 1 - before / (after - before)) / (STEPS - 1)
    return np.where((ahead[0] < 0) & (ahead[-1] > 0), found, np.nan)


def between(quick: bool) -> Outcome:
    """B7."""
    data = whole(quick)
    net = classifier(quick)
    models = {
        "1 layer": as_reported(30, quick).model,
        "3 layers": deep_run(quick).model,
    }
    blends = {
        name: numnet.interpolate(model, data.x_test, data.y_test, PAIR, STEPS)
        for name, model in models.items()
    }
    proba = {name: net.predict_proba(blend) for name, blend in blends.items()}
    found = {name: turns(model, net, data.x_test, data.y_test) for name, model in models.items()}
    if any(np.isnan(where).all() for where in found.values()):
        said = "the classifier sees no pair of decoded images as a 2 and a 7"
        return Outcome(said, {}, right=not is_mnist(data), data=data.name)
    lines, numbers, medians = [], {}, []
    for name, where in found.items():
        seen = where[~np.isnan(where)]
        low, median, high = np.percentile(seen, [25, 50, 75])
        inside = float(np.mean((seen > 0.4) & (seen < 0.6)))
        lowest = float(np.max(proba[name], axis=1).min())
        medians.append(median)
        numbers[name] = {
            "pairs": len(where),
            "seen as 2 and 7": len(seen),
            "quartiles": [float(low), float(median), float(high)],
            "between 0.4 and 0.6": inside,
            "shown": proba[name][:, list(PAIR)].round(4).tolist(),
        }
        lines.append(
            [name, len(seen), f"{median:.2f} ({low:.2f} to {high:.2f})", f"{100 * inside:.0f} %",
             f"{100 * lowest:.0f} %"]
        )  # fmt: skip
    accuracy = numnet.accuracy(net(data.x_test), data.y_test)
    figure = "the classifier turns from 2 to 7 at lambda " + ", ".join(
        f"{median:.2f} ({name})" for name, median in zip(found, medians, strict=True)
    )
    head = ("code of 30", "pairs", "lambda of the turn", "between 0.4 and 0.6", "least sure")
    details = (
        f"The first test images of a 2 and a 7 in the picture; below, the first {PAIRS} of each in "
        "pairs: where a classifier "
        f"({100 * accuracy:.1f} % right on the test images) turns from the one to the other, "
        "median and quartiles, and how sure it is at least of any digit along the way in the "
        f"picture.\n\n{markdown(head, lines)}"
    )
    picture = numnet.plot.interpolation(blends, PAIR, proba)
    # After a few steps, or on enlarged digits, the classifier sees what it never saw.
    right = not is_mnist(data) or all(0.4 < median < 0.6 for median in medians)
    return Outcome(
        figure + f"; {figure_share(numbers)} of pairs between 0.4 and 0.6",
        numbers | {"accuracy": accuracy},
        right,
        data=data.name,
        details=details,
        pictures={"b7": picture},
    )


def figure_share(numbers: dict[str, Any]) -> str:
    """The share of pairs that turn in the middle, of each net."""
    return ", ".join(f"{100 * n['between 0.4 and 0.6']:.0f} %" for n in numbers.values())


ROWS = (
    Row(
        "B7",
        "lambda from 0.1 to 0.9; the blend shows between 0.4 and 0.6",
        "interpolation between the codes of a 2 and a 7",
        between,
    ),
)
