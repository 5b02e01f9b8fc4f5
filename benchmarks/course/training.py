"""Row A14: the course's two steps, what beats them, and how many hidden units it takes."""

from __future__ import annotations

from benchmarks.course import triples, widths
from benchmarks.course.descent import two_steps
from benchmarks.course.digits import three_digits
from benchmarks.row import Outcome, Row, markdown

PASSES = 5000
REPORT_TEST = 96.6
EASY, HARD = (0, 1, 2), (3, 5, 8)


def training(quick: bool) -> Outcome:
    """A14, (a) to (d)."""
    passes, seeds, few = (30, 2, 1) if quick else (PASSES, triples.SEEDS, triples.ABLATION_SEEDS)
    data = three_digits(EASY, "float32")
    steps, picture = two_steps(data, passes)
    found = triples.triples(passes, seeds, few)
    sizes = widths.hidden_sizes(three_digits(HARD, "float32"), (10, 30, 100), passes)
    yoyo, good = steps["yoyo"], steps["converging"]
    # The prototype's figures are of MNIST after 5 000 passes.
    comparable = data.name.startswith("MNIST") and not quick
    means = {key: triples.mean_test(triple) for key, triple in found.items()}
    beaten = [key for key, triple in found.items() if means[key] > triple["prototype"]]
    figure = (
        f"1e-3: {yoyo['train']:.1f} / {yoyo['test']:.1f} %, "
        f"1e-5: {good['train']:.2f} / {good['test']:.2f} %; "
        + "chosen start, step, momentum, test: "
        + ", ".join(f"{key} {mean:.2f}" for key, mean in means.items())
        + " %"
    )
    if comparable:
        missed = [key for key in found if key not in beaten]
        figure += f"; prototype not beaten on {', '.join(missed)}" if missed else ""
    head = (
        "step on the sum",
        "lr",
        "train %",
        "test %",
        "loss",
        "loss as displayed",
        "passes that raise the loss",
        "lowest train %, 2nd half",
    )
    rows = [
        [
            f"{s['step_summed']:g}",
            f"{s['lr']:g}",
            f"{s['train']:.2f}",
            f"{s['test']:.2f}",
            f"{s['loss']:.4f}",
            f"{s['displayed_loss']:.5f}",
            f"{s['passes_that_raise_the_loss_percent']:.0f} %",
            f"{s['lowest_accuracy_of_the_last_half']:.1f}",
        ]
        for s in (yoyo, good)
    ]
    return Outcome(
        figure,
        {"passes": passes, "steps": steps, "triples": found, "beaten": beaten, "sizes": sizes},
        right=not comparable or min(good["test"], means["012"]) > REPORT_TEST,
        data=data.name,
        details=f"{passes} full-batch passes each, float32, the weights after the last one.\n\n"
        f"(a), (b) The course's start on {EASY}:\n\n{markdown(head, rows)}\n\n"
        f"(c) {triples.described(found, comparable)}\n\n"
        f"(d) Hidden units on {HARD}, one seed:\n\n{widths.described(sizes)}",
        pictures={"a14": picture},
    )


ROWS = (
    Row(
        "A14",
        "step 1e-3 yo-yos: 42.8 / 36.2 %; step 1e-5: loss 0.05648, 99.17 / 96.6 %; more hidden "
        "units change only the time",
        "training of three digits",
        training,
    ),
)
