"""The count of mutants counts right: on a small package with strong, weak and endless tests."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import record
from benchmarks.mutation import accepted, choice, command, count, execution, mirror
from benchmarks.mutation.execution import Result
from benchmarks.mutation.mutants import Mutant, mutants
from benchmarks.mutation.program import program

pytest.importorskip("cosmic_ray", reason="cosmic-ray makes the mutants; it is in the extra dev")
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")

PACKAGE = {
    "pyproject.toml": """
        [tool.pytest.ini_options]
        addopts = ["--import-mode=importlib", "--doctest-modules"]
        pythonpath = ["."]
        filterwarnings = ["error"]
        """,
    "numnet/__init__.py": "",
    "numnet/kernels/__init__.py": "",
    "numnet/kernels/strong.py": "def odd(x: int) -> bool:\n    return x is not None and x\n",
    "tests/kernels/test_strong.py": """
        from numnet.kernels.strong import odd

        def test_odd():
            assert odd(3) and not odd(0)
        """,
    "numnet/kernels/weak.py": "def half(x: float) -> float:\n    return x / 2\n",
    "tests/kernels/test_weak.py": """
        from numnet.kernels.weak import half

        def test_half():
            assert half(4) == 2
        """,
    "numnet/optim/__init__.py": "",
    "numnet/optim/endless.py": '''
        def down(n: int) -> int:
            """Count down.

            >>> down(2)
            0
            """
            while n:
                n -= 1
            return n
        ''',
}
ACCEPTED = """
    [[accepted]]
    file = "kernels/weak.py"
    line = "return x / 2"
    mutants = ["ReplaceBinaryOperator_Div_FloorDiv: return x // 2"]
    reason = "equivalent: to the eye of this test"

    [[accepted]]
    file = "kernels/weak.py"
    line = "return x / 2"
    mutants = ["ReplaceBinaryOperator_Div_Add: return x + 2"]
    reason = "not worth a test: but one sees it"

    [[accepted]]
    file = "kernels/weak.py"
    line = "return x / 3"
    mutants = ["ReplaceBinaryOperator_Div_Add: return x + 3"]
    reason = "not worth a test: of a line that was changed"
    """


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "house"
    for name, text in PACKAGE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(textwrap.dedent(text), encoding="utf-8")
    (tmp_path / "accepted.toml").write_text(textwrap.dedent(ACCEPTED), encoding="utf-8")
    monkeypatch.setattr(command, "ROOT", root)
    monkeypatch.setattr(accepted, "FILE", tmp_path / "accepted.toml")
    monkeypatch.setattr(execution, "PATIENCE", (1.0, 3.0))
    return root


@forks
def test_killed_survived_accepted_and_endless_are_counted(
    house: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--jobs", "1", "--output", str(tmp_path)]) == 1
    out = capfd.readouterr().out
    rows = record.read(tmp_path / "mutation.json")
    counts = {name: row["numbers"]["counts"] for name, row in rows.items()}
    assert list(counts) == ["kernels", "optim"]
    # Eleven other operators and two other numbers; `is`, and `or`.
    assert counts["kernels"]["possible"] == counts["kernels"]["executed"] == 13 + 2
    assert (counts["kernels"]["equivalent"], counts["kernels"]["survived"]) == (1, 1)
    assert (counts["kernels"]["killed"], counts["kernels"]["timeouts"]) == (13, 0)
    assert rows["kernels"]["right"]
    # `while not n` is seen, `n -= 2` is not, `n -= 0` never ends.
    assert [counts["optim"][key] for key in ("killed", "survived", "timeouts")] == [2, 1, 1]
    assert counts["optim"]["share killed"] == 0.6667
    assert not rows["optim"]["right"]
    for text in (out, (tmp_path / "mutation.md").read_text(encoding="utf-8")):
        assert "| kernels/strong.py | 2 | 2 | 2 | 2 | 0 | 0 | 100.0 % |" in text
        assert "| kernels/weak.py | 13 | 13 | 13 | 11 | 1 | 1 | 91.7 % |" in text
        line = "kernels/weak.py:2 ReplaceBinaryOperator_Div_Sub: - return x / 2 + return x - 2"
        assert f"- `{line}`\n" in text
        assert "+ return x + 2` (0 above it): was killed" in text
        assert "+ return x + 3` (0 above it): there is no such mutant" in text
    equivalent = "+ return x // 2`: equivalent: to the eye of this test"
    assert equivalent not in out
    assert equivalent in (tmp_path / "mutation.md").read_text(encoding="utf-8")
    assert not list(house.rglob("__pycache__")), "the tree itself is left alone"
    assert (house / "numnet/kernels/weak.py").read_text() == PACKAGE["numnet/kernels/weak.py"]


@forks
def test_tests_that_fail_as_they_are_are_refused(
    house: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (house / "tests/kernels/test_weak.py").write_text("def test_it():\n    assert 1 == 2\n")
    with pytest.raises(SystemExit) as stopped:
        command.main(["--only", "kernels", "--sample", "20", "--jobs", "1"])
    assert stopped.value.code == 2
    err = capfd.readouterr().err
    assert "the tests of numnet/kernels/weak.py do not pass as they are" in err
    assert "assert 1 == 2" in err


def test_a_file_without_tests_is_refused(house: Path) -> None:
    (house / "numnet/kernels/bare.py").write_text("x = 1\n")
    with pytest.raises(ValueError, match=r"no test mirrors numnet/kernels/bare\.py"):
        mirror.tests(house, "kernels/bare.py")


def test_the_mirror_of_this_house() -> None:
    for name in set(choice.folders(command.ROOT)) - {command.ASKED}:
        for file in choice.files(command.ROOT, name):
            text = (command.ROOT / "numnet" / file).read_text(encoding="utf-8")
            if "def " in text:
                assert mirror.tests(command.ROOT, file), file
    assert mirror.tests(command.ROOT, "kernels/affine.py")[:3] == (
        "numnet/kernels/affine.py",
        "tests/kernels/test_affine.py",
        "tests/kernels/test_contract.py",
    )
    named = [*mirror.FILES, *(f"{name}/__init__.py" for name in mirror.FOLDERS)]
    assert [file for file in named if not (command.ROOT / "numnet" / file).exists()] == []
    lists = [*mirror.FILES.values(), *mirror.FOLDERS.values()]
    tests = {name for names in lists for name in names}
    assert [name for name in tests if not (command.ROOT / "tests" / name).exists()] == []


class Short:
    """A pool that passes what it is asked first and loses the last mutant."""

    def answers(self, tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for task in tasks if tasks[0]["code"] is None else tasks[:-1]:
            yield {"code": 0, "seconds": 0.1, "by": "", "output": "", "task": task}


def test_executed_equals_generated_or_nothing_is_said(house: Path) -> None:
    pool: Any = Short()
    with pytest.raises(RuntimeError, match="14 mutants executed, 15 generated"):
        execution.execute(pool, house, choice.possible(house, "kernels"), {})


TYPED = '''
from __future__ import annotations
from typing import TYPE_CHECKING, overload
if TYPE_CHECKING:
    n = 1 + 1
@overload
def f(x: int | None) -> int | str: ...
def f(x: int | None = None, *more: int) -> int | str:
    """1 + 1."""
    a: int | None
    b: int | str = x
    return b
'''


def test_what_is_not_run_makes_no_mutant() -> None:
    assert mutants("typed.py", TYPED) == []
    assert len(mutants("typed.py", TYPED.replace("= x", "= x and b"))) == 1
    assert program(TYPED) == program(TYPED.replace("1 + 1", "1 - 1").replace("x: int", "x: str"))


def test_each_program_is_made_once_and_none_that_does_not_compile() -> None:
    # Of +1 and 1 one remains, of ~1 and -2 too.
    made = mutants("one.py", "x = -1\n")
    assert len(made) == 4
    assert {"x = +1", "x = not 1", "x = - 0"} < {m.after for m in made}
    assert [m.after for m in mutants("star.py", "def f(*, a): return a\n")] == [
        "def f(/, a): return a"
    ] * 0
    programs = [program(m.code) for m in made]
    assert None not in programs
    assert len(set(programs)) == len(programs)


def test_a_key_outlives_the_lines_above_it() -> None:
    text = "def f(x):\n    x = x + 1\n    return x + 1\ndef g(x):\n    x = x + 1\n    return x\n"
    before = mutants("f.py", text)
    after = mutants("f.py", "# A line more.\n" + text)
    assert [m.key for m in before] == [m.key for m in after]
    assert [m.number + 1 for m in before] == [m.number for m in after]
    assert len({m.key for m in before}) == len(before)
    doubled = [m for m in before if m.before == "x = x + 1" and m.operator.endswith("Add_Sub")]
    assert [(m.number, m.nth) for m in doubled] == [(2, 0), (5, 1)]


def test_every_mutant_is_what_cosmic_ray_makes_itself() -> None:
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    text = "try:\n    y = -x[0] if x is not None else 2.5\nexcept (KeyError, E):\n    y = not x\n"
    for mutant in mutants("f.py", text):
        operator = get_operator(f"core/{mutant.operator}")()
        assert mutant.code in [mutate_code(text, operator, k) for k in range(9)]


def drawn(number: int, seed: int, population: list[Mutant]) -> set[Mutant]:
    return set(choice.sample(population, number, seed))


def test_a_draw_is_the_same_again_and_hardly_moved_by_a_new_line() -> None:
    text = "".join(f"a{k} = b{k} + {k}\n" for k in range(9))
    population = mutants("f.py", text)
    assert len(population) > 100
    first = drawn(40, 0, population)
    assert len(first) == 40
    assert first == drawn(40, 0, population[::-1])
    assert first != drawn(40, 1, population)
    more = mutants("f.py", text + "c = 1\n")
    assert len(first - drawn(40, 0, more)) <= len(more) - len(population)
    assert drawn(1000, 0, population) == set(population)


def test_full_folders_are_taken_whole_and_others_drawn() -> None:
    text = "".join(f"a{k} = b{k} + {k}\n" for k in range(30))
    every = {"kernels": mutants("kernels/f.py", text), "plot": mutants("plot/f.py", text)}
    taken = choice.generated(every, None, 0)
    assert taken["kernels"] == every["kernels"]
    assert len(every["plot"]) > len(taken["plot"]) == choice.DRAWN
    some = choice.generated(every, 50, 0)
    assert sum(map(len, some.values())) == 50
    assert all(some.values())


def test_the_share_is_of_those_that_are_not_equivalent() -> None:
    (mutant, *_) = mutants("f.py", "x = 1\n")
    results = [Result(mutant, "killed")] * 8 + [Result(mutant, "timeout")]
    results += [Result(mutant, "survived", reason="equivalent: so")] * 5
    results += [Result(mutant, "survived", reason="not worth a test: so")]
    assert count.share(results) == 0.9
    assert count.share(results[9:-1]) == 1.0
    counts = count.numbers(20, 15, results)
    assert [counts[name] for name in ("killed", "survived", "equivalent", "timeouts")] == [
        *(9, 1, 5, 1)
    ]
    assert len(count.survivors(results, False)) == 0
    assert len(count.survivors(results, True)) == 6
    assert count.outcome("", counts, results, []).right
    worse = [*results, Result(mutant, "survived")]
    assert not count.outcome("", count.numbers(20, 16, worse), worse, []).right


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("equivalent: to", "alike: to", "a reason begins with one of"),
        ("Div_Add: return x + 2", "Div_FloorDiv: return x // 2", "stands twice"),
        ("Div_FloorDiv: return", "Div_FloorDiv return", "an entry lacks"),
        ('line = "return x / 3"', "", "an entry lacks 'line'"),
    ],
)
def test_an_entry_that_is_wrong_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "accepted.toml"
    assert old in ACCEPTED
    path.write_text(textwrap.dedent(ACCEPTED.replace(old, new)), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        accepted.read(path)


def test_every_accepted_survivor_names_a_line_that_stands_there() -> None:
    for file, operator, before, after, nth in accepted.read(accepted.FILE):
        text = (command.ROOT / "numnet" / file).read_text(encoding="utf-8")
        whole = " ".join(text.split())
        assert before in whole, f"{file}: {operator}: {after} ({nth})"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "attic"], "invalid choice: 'attic'"),
        (["--sample", "0"], "argument --sample: invalid"),
        (["--jobs", "none"], "argument --jobs: invalid"),
    ],
)
def test_a_mistake_is_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_the_help_names_the_tests_of_each_folder(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    assert "kernels/test_contract.py" in capsys.readouterr().out


def test_results_are_json(house: Path) -> None:
    (mutant, *_) = mutants("f.py", "x = 1\n")
    counts = count.numbers(1, 1, [Result(mutant, "killed")])
    assert json.loads(json.dumps(counts)) == counts
