"""The command line of `python -m benchmarks.peers`."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.command import RESULTS, Parser, add_options, asked, run, say_load
from benchmarks.environment import afresh, as_users_have_it
from benchmarks.peers.rows import ROWS
from benchmarks.record import Page

PAGE = Page(
    "peers",
    "A training step against every peer",
    "`python -m benchmarks.peers` measures one training step (forward, loss, backward, update) of "
    "numnet, with its finite checks on, and of each peer that is installed: torch eager and "
    "torch.compile with fused optimizers, one jax.jit function whose arguments are donated, "
    "scikit-learn's `partial_fit`, autograd and MyGrad with an optimizer over one flat vector in "
    "NumPy. `layers` and `module` are numnet; `inlined` is the same step written out by hand in "
    "NumPy calls into arrays made before, without layers and checks, `prototype` that without the "
    "loss's value, `bare` its matrix products and the optimizer's passes alone. Each engine runs "
    "in a process of its own, from the same start on the same data; one whose losses within the "
    "first five steps are not numnet's to 1e-5 ends the comparison. They take turns with a pause "
    "of 0.25 s between; a figure is the median over the turns of the ratio of wall time within a "
    "turn. Names that end in -1 are measured with one BLAS thread (JAX on one core), the others "
    "with no variable set.",
    ("workload", "must hold", "measured"),
    tuple(ROWS),
)


def parser() -> Parser:
    """The options."""
    p = Parser(
        prog="python -m benchmarks.peers",
        description="Measure a training step of numnet against every installed peer, and merge "
        "the figures into peers.json and peers.md.",
        epilog="Exit code: 0 the bounds hold; 1 one does not, or an engine does not train as "
        "numnet does; 2 a wrong option.",
    )
    add_options(p, "peers", "--workloads", "mid,small-1", ROWS, "few turns, in minutes")
    return p


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    p = parser()
    options = p.parse_args(arguments)
    rows = asked(p, ROWS, options.only, "workload")
    if not as_users_have_it(None):
        return afresh("benchmarks.peers", arguments, None)
    say_load()
    return run(p, rows, PAGE, RESULTS, options.quick, options.output)
