"""Mutants against the tests of their files, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mutation import accepted, mirror
from benchmarks.mutation.mutants import Mutant
from benchmarks.mutation.pool import Pool

# Seconds that tests may take of a mutant: so many, and so many times what they take without it.
PATIENCE = (10.0, 5.0)
LIMIT = 300.0


@dataclass(frozen=True)
class Result:
    """What became of a mutant.

    Parameters
    ----------
    mutant : Mutant
        Which.
    how : str
        "killed", "timeout" or "survived".
    by : str
        The test that failed first, if pytest came as far as a test.
    seconds : float
        How long its tests took.
    reason : str
        Of a survivor: why it may survive, if that is written down.
    """

    mutant: Mutant
    how: str
    by: str = ""
    seconds: float = 0.0
    reason: str = ""

    @property
    def killed(self) -> bool:
        """Whether the tests told it apart; a program that does not end is told apart, too."""
        return self.how != "survived"

    @property
    def equivalent(self) -> bool:
        """Whether it survived because no test could tell."""
        return self.reason.startswith(accepted.EQUIVALENT)


def execute(
    pool: Pool, root: Path, generated: Sequence[Mutant], reasons: Mapping[accepted.Key, str]
) -> list[Result]:
    """Each mutant against the tests of its file, once these have passed without it.

    Raises
    ------
    ValueError
        If a file has no tests, or they fail as they are.
    RuntimeError
        If fewer were executed than generated.
    """
    suites = {m.file: list(mirror.tests(root, m.file)) for m in generated}
    limits = _limits(pool, suites)
    tasks = [
        {
            "file": f"numnet/{mutant.file}",
            "code": mutant.code,
            "tests": suites[mutant.file],
            "timeout": limits[mutant.file],
        }
        for mutant in generated
    ]
    results = []
    for mutant, answer in zip(generated, pool.answers(tasks), strict=False):
        how = {None: "timeout", 0: "survived"}.get(answer["code"], "killed")
        reason = reasons.get(mutant.key, "") if how == "survived" else ""
        results.append(Result(mutant, how, answer["by"], answer["seconds"], reason))
    if len(results) != len(generated):
        raise RuntimeError(f"{len(results)} mutants executed, {len(generated)} generated")
    return results


def _limits(pool: Pool, suites: Mapping[str, Iterable[str]]) -> dict[str, float]:
    """The seconds for each file's tests, measured without a mutation."""
    tasks = [
        {"file": None, "code": None, "tests": suite, "timeout": LIMIT} for suite in suites.values()
    ]
    limits = {}
    for (file, suite), answer in zip(suites.items(), pool.answers(tasks), strict=True):
        if answer["code"] != 0:
            # A parser's message ends in one line; what pytest said is worth more.
            raise ValueError(
                f"the tests of numnet/{file} do not pass as they are "
                f"({' '.join(suite)}):\n{answer['output']}"
            )
        limits[file] = PATIENCE[0] + PATIENCE[1] * answer["seconds"]
    return limits
