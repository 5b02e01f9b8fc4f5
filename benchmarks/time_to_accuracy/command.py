"""The command line of `python -m benchmarks.time_to_accuracy`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.command import RESULTS, Parser, add_output, run, say_load
from benchmarks.environment import afresh, as_users_have_it
from benchmarks.record import Page
from benchmarks.time_to_accuracy.mnist import images
from benchmarks.time_to_accuracy.rows import ROWS

PAGE = Page(
    "time-to-accuracy",
    "Seconds to 98 % of MNIST's test images",
    "`python -m benchmarks.time_to_accuracy` trains networks of relu layers in float32 on the 60 "
    "000 training images, with numnet's `fit`, torch (eager, fused optimizer), JAX (one compiled "
    "step) and scikit-learn's `partial_fit`, until 98 % of the 10 000 test images are right. Each"
    " engine has the setting that was found best for it. The clock starts with the first step: "
    "the images are loaded, the network is made, and compiled where that is done. All look at the"
    " test images after every epoch, and the clock runs on while they do. Each engine runs in a "
    "process of its own with all cores, after an epoch that does not count; they take turns, a "
    "seed a turn, with a pause of 0.25 s between; a figure is the median over the seeds of the "
    "ratio within a turn.",
    ("data", "must hold", "measured"),
    tuple(ROWS),
)


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.time_to_accuracy",
        description="Measure the seconds that numnet and its peers take to 98 % test accuracy on "
        "MNIST, and merge the figures into time-to-accuracy.json and time-to-accuracy.md.",
        epilog="Needs MNIST, where numnet.data.load_mnist finds it. Exit code: 0 numnet is ahead "
        "of every peer by the bound; 1 it is not; 2 a wrong option, or no MNIST.",
    )
    p.add_argument(
        "--quick",
        action="store_true",
        help="to 95 %% with two seeds; written only where --output says, to "
        "time-to-accuracy-quick.*, so that full results stay",
    )
    add_output(p)
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    if not as_users_have_it(None):
        return afresh("benchmarks.time_to_accuracy", arguments, None)
    try:
        images()
    except OSError as error:
        p.error(str(error))
    say_load()
    return run(p, [*ROWS.values()], PAGE, RESULTS, options.quick, options.output)
