"""Row A14 (c): start, step and momentum, each alone and together, on four triples of digits.

The setting is one for all triples, chosen among ten on the training images alone: trained on four
fifths of each class and measured on the rest, for two of the five ways to leave a fifth out and
three triples. Between neighbouring settings (lr 0.1 to 0.2, W1 of 1e-3 or 1e-2) that measurement
does not tell the better one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from benchmarks.course.descent import CONVERGING, accuracies
from benchmarks.course.digits import three_digits
from benchmarks.course.network import course_network
from benchmarks.course.sidebyside import train_together
from benchmarks.row import markdown

Array = NDArray[Any]

# The test accuracy in % of a plain prototype with the course's start and step.
PROTOTYPE = {(0, 1, 2): 98.5, (1, 7, 9): 95.3, (2, 3, 5): 93.9, (3, 5, 8): 92.5}
HIDDEN_START, OUTPUT_START = numnet.normal(1e-3), numnet.normal(0.4)
LR, MOMENTUM = 0.2, 0.9
SEEDS, ABLATION_SEEDS = 5, 2
ALL = "all three"


def chosen_network(rng: int, Q: int = 10, dtype: str = "float32") -> numnet.Sequential:
    """784 - Q tanh - 3 from the chosen start: biases 0."""
    return numnet.Sequential(
        numnet.Linear(784, Q, init=HIDDEN_START),
        numnet.Tanh(),
        numnet.Linear(Q, 3, init=OUTPUT_START),
        rng=rng,
        dtype=dtype,
    )


def ablation(
    data: numnet.data.Dataset, passes: int, seeds: int, few: int
) -> dict[str, list[tuple[float, float]]]:
    """(train, test) accuracies in % by what is changed, one for each seed."""
    course = [course_network(seed, dtype="float32") for seed in range(few)]
    chosen = [chosen_network(seed) for seed in range(few)]
    lr = CONVERGING * len(data.x_train)
    groups: list[tuple[dict[str, list[numnet.Sequential]], numnet.SGD]] = [
        ({"the course's": course, "start alone": chosen}, numnet.SGD(lr=lr)),
        ({"step alone": [net.copy() for net in course]}, numnet.SGD(lr=LR)),
        ({"momentum alone": [net.copy() for net in course]}, numnet.SGD(lr=lr, momentum=MOMENTUM)),
        ({ALL: [chosen_network(s) for s in range(seeds)]}, numnet.SGD(lr=LR, momentum=MOMENTUM)),
    ]
    found = {}
    for networks, optimizer in groups:
        together = [net for some in networks.values() for net in some]
        train_together(together, data.x_train, data.y_train, passes, optimizer)
        for name, some in networks.items():
            found[name] = [accuracies(net, data) for net in some]
    return found


def triples(passes: int, seeds: int = SEEDS, few: int = ABLATION_SEEDS) -> dict[str, Any]:
    """By triple: the prototype's test accuracy and the ablation."""
    return {
        "".join(map(str, classes)): {
            "prototype": prototype,
            "runs": ablation(three_digits(classes, "float32"), passes, seeds, few),
        }
        for classes, prototype in PROTOTYPE.items()
    }


def mean_test(triple: dict[str, Any], name: str = ALL) -> float:
    """Mean test accuracy over the seeds, in %."""
    return float(np.mean([test for _, test in triple["runs"][name]]))


def described(found: dict[str, Any], compare: bool) -> str:
    """Markdown of what was found; compared with the prototype's figures where they apply."""
    heads = [f"({', '.join(key)})" for key in found]
    names = list(next(iter(found.values()))["runs"])
    lines = [
        [name, *(_spread([t for _, t in triple["runs"][name]]) for triple in found.values())]
        for name in names
    ]
    lines.append(
        [f"{ALL}, train", *(_spread([t for t, _ in tr["runs"][ALL]]) for tr in found.values())]
    )
    if compare:
        lines.insert(0, ["prototype", *(f"{tr['prototype']:.1f}" for tr in found.values())])
        gains = (mean_test(triple) - triple["prototype"] for triple in found.values())
        lines.append([f"{ALL} - prototype", *(f"{gain:+.2f}" for gain in gains)])
    runs = next(iter(found.values()))["runs"]
    return (
        "Test accuracy in %, mean (lowest to highest) over seeds: "
        f"{len(runs[ALL])} for {ALL}, {len(runs[names[0]])} for the rest. Start: W1 ~ 1e-3 N(0, 1)"
        f", W2 ~ 0.4 N(0, 1), biases 0; step: lr = {LR:g} on the mean, the course's 1e-5 on the "
        f"sum being 0.03; momentum {MOMENTUM:g}.\n\n{markdown(('changed', *heads), lines)}\n\n"
        + what_did_it(found)
    )


def what_did_it(found: dict[str, Any]) -> str:
    """The gain of each change over the course's setting, on the mean of the triples."""

    def mean(name: str) -> float:
        return float(np.mean([mean_test(triple, name) for triple in found.values()]))

    base, *changes = next(iter(found.values()))["runs"]
    gains = ", ".join(f"{name} {mean(name) - mean(base):+.2f}" for name in changes)
    return f"What did it, in points of test accuracy over {base}, mean of the triples: {gains}."


def _spread(values: list[float]) -> str:
    return f"{np.mean(values):.2f} ({min(values):.2f} to {max(values):.2f})"
