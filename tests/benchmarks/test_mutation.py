"""The count of mutants counts right: on a small package with strong, weak and endless tests."""

from __future__ import annotations

import contextlib
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
from benchmarks.mutation.pool import Pool
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
    "numnet/__init__.py": "PAUSE = 0.01\n",
    "numnet/kernels/__init__.py": "",
    "numnet/kernels/strong.py": "def odd(x: int) -> bool:\n    return x is not None and x\n",
    "tests/kernels/test_strong.py": """
        from numnet.kernels.strong import odd

        def test_odd():
            assert odd(3) and not odd(0)
        """,
    "numnet/kernels/weak.py": "def top(x: int) -> int:\n    return max(x, 5)\n",
    "tests/kernels/test_weak.py": """
        from numnet.kernels.weak import top

        def test_top():
            assert top(5) == 5
        """,
    "numnet/optim/__init__.py": "",
    "numnet/optim/endless.py": '''
        import time

        from numnet import PAUSE

        def down(n: int) -> int:
            """Count down.

            >>> down(2)
            0
            """
            while n:
                time.sleep(PAUSE)
                n -= 1
            return n
        ''',
    "numnet/plot/__init__.py": "",
    "numnet/plot/wrong.py": "def none() -> int:\n    return 0\n",
    "tests/plot/test_wrong.py": "def test_it():\n    assert 1 == 2\n",
}
ACCEPTED = """
    [[accepted]]
    file = "kernels/weak.py"
    line = "return max(x, 5)"
    mutants = ["NumberReplacer: return max(x, 4)"]
    reason = "equivalent: to the eye of this test"

    [[accepted]]
    file = "kernels/weak.py"
    line = "return max(x, 5)"
    mutants = ["NumberReplacer: return max(x, 6)"]
    reason = "not worth a test: but one sees it"

    [[accepted]]
    file = "kernels/weak.py"
    line = "return max(x, 7)"
    mutants = ["NumberReplacer: return max(x, 8)"]
    reason = "not worth a test: of a line that was changed"
    """


def built(folder: Path) -> Path:
    """The package, and what is accepted of it beside it."""
    for name, text in PACKAGE.items():
        path = folder / "house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    (folder / "accepted.toml").write_text(textwrap.dedent(ACCEPTED), encoding="utf-8")
    return folder / "house"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = built(tmp_path)
    monkeypatch.setattr(command, "ROOT", root)
    monkeypatch.setattr(accepted, "FILE", tmp_path / "accepted.toml")
    monkeypatch.setattr(execution, "PATIENCE", (1.0, 3.0))
    return root


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """A real process over a copy of the package, whose tests import nothing."""
    root = built(tmp_path_factory.mktemp("copied"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.mutation.pool.IMPORTED", ())
        pool = Pool(root, 1)
    with pool:
        yield pool


def use(pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "Pool", lambda root, jobs: contextlib.nullcontext(pool))


@forks
def test_killed_survived_accepted_and_endless_are_counted(
    house: Path,
    worker: Pool,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(worker, monkeypatch)
    assert command.main(["--only", "kernels", "optim", "--output", str(tmp_path)]) == 1
    out = capfd.readouterr().out
    rows = record.read(tmp_path / "mutation.json")
    counts = {name: row["numbers"]["counts"] for name, row in rows.items()}
    assert list(counts) == ["kernels", "optim"]
    # `is`, and `or`; two other numbers.
    assert counts["kernels"]["possible"] == counts["kernels"]["executed"] == 2 + 2
    assert (counts["kernels"]["equivalent"], counts["kernels"]["survived"]) == (1, 0)
    assert (counts["kernels"]["killed"], counts["kernels"]["timeouts"]) == (3, 0)
    assert rows["kernels"]["right"]
    # `while not n` is seen, `n -= 2` is not, `n -= 0` never ends.
    assert [counts["optim"][key] for key in ("killed", "survived", "timeouts")] == [2, 1, 1]
    assert counts["optim"]["share killed"] == 0.6667
    assert not rows["optim"]["right"]
    for text in (out, (tmp_path / "mutation.md").read_text(encoding="utf-8")):
        assert "| kernels/strong.py | 2 | 2 | 2 | 2 | 0 | 0 | 100.0 % |" in text
        assert "| kernels/weak.py | 2 | 2 | 2 | 1 | 0 | 1 | 100.0 % |" in text
        assert "| optim/endless.py | 3 | 3 | 3 | 2 (1 by time) | 1 | 0 | 66.7 % |" in text
        assert "- `optim/endless.py:14 NumberReplacer: - n -= 1 + n -= 2`\n" in text
        assert "+ return max(x, 6)` (0 above it): was killed" in text
        assert "+ return max(x, 8)` (0 above it): there is no such mutant" in text
    equivalent = "+ return max(x, 4)`: equivalent: to the eye of this test"
    assert equivalent not in out
    assert equivalent in (tmp_path / "mutation.md").read_text(encoding="utf-8")
    home = Path(worker.folder.name) / "0/tree"
    for name in ("kernels/strong.py", "kernels/weak.py"):
        text = PACKAGE[f"numnet/{name}"]
        assert (home / "numnet" / name).read_text(encoding="utf-8") == text, "the file is put back"


@forks
def test_tests_that_fail_as_they_are_are_refused(
    house: Path, worker: Pool, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(worker, monkeypatch)
    with pytest.raises(SystemExit) as stopped:
        command.main(["--only", "plot", "--sample", "20"])
    assert stopped.value.code == 2
    err = capfd.readouterr().err
    assert "the tests of numnet/plot/wrong.py do not pass as they are" in err
    assert "assert 1 == 2" in err


class Fake:
    """A pool that runs nothing: the mutants of one text survive."""

    def __init__(self, text: str) -> None:
        self.text = text

    def answers(self, tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for task in tasks:
            killed = task["code"] is not None and self.text not in task["code"]
            yield {"code": int(killed), "seconds": 0.5, "by": "", "output": ""}


def lines(path: Path) -> dict[str, list[str]]:
    """Of each line of the tables, the cells after its first."""
    rows = [line.split(" | ") for line in path.read_text(encoding="utf-8").splitlines()]
    return {row[0].strip("| "): row[1:] for row in rows if len(row) > 5}


def test_a_file_s_counts_join_those_of_the_other_files_of_its_folder(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, output = tmp_path / "mutation.md", ["--output", str(tmp_path)]
    use(Fake("nothing"), monkeypatch)
    assert command.main(["--only", "kernels", *output]) == 0
    before = lines(page)
    assert before["**kernels**"][:7] == ["4", "4", "4", "4", "0", "0", "100.0 %"]
    rows = json.loads((tmp_path / "mutation.json").read_text(encoding="utf-8"))
    rows["rows"]["kernels"]["numbers"]["files"]["kernels/strong.py"]["date"] = "1999-12-31"
    (tmp_path / "mutation.json").write_text(json.dumps(rows), encoding="utf-8")
    use(Fake("max(x, 4)"), monkeypatch)
    (house / "numnet/kernels/weak.py").write_text("def top(x):\n    return max(x, 5) or 1\n")
    command.main(["--only", "kernels/weak.py", *output])
    after = lines(page)
    assert after["kernels/strong.py"][:8] == before["kernels/strong.py"][:8]
    assert after["kernels/strong.py"][8] == "1999-12-31" < after["kernels/weak.py"][8]
    assert after["kernels/weak.py"][:7] == ["5", "5", "5", "4", "1", "0", "80.0 %"]
    assert after["**kernels**"][:8] == ["7", "7", "7", "6", "1", "0", "85.7 %", "4"]
    text = page.read_text(encoding="utf-8")
    assert text.count("+ return max(x, 4) or 1`") == 1
    assert text.count("was killed") == 0
    (house / "numnet/kernels/strong.py").unlink()
    command.main(["--only", "kernels/weak.py", *output])
    assert "kernels/strong.py" not in lines(page), "a file that is gone is counted no more"


def test_a_file_s_counts_alone_are_no_folder_s(
    house: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(Fake("nothing"), monkeypatch)
    with pytest.raises(SystemExit):
        command.main(["--only", "kernels/weak.py", "--output", str(tmp_path)])
    assert "count the folder first (--only kernels)" in capsys.readouterr().err
    assert command.main(["--only", "kernels/weak.py", "--sample", "9"]) == 0
    out = capsys.readouterr().out
    assert "| kernels/weak.py | 2 | 2 | 2 |" in out
    assert "strong" not in out


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
    assert mirror.tests(command.ROOT, "kernels/affine.py")[:4] == (
        "numnet/kernels/affine.py",
        "tests/kernels/test_affine.py",
        "tests/kernels/test_skinny.py",
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
    with pytest.raises(RuntimeError, match="3 mutants executed, 4 generated"):
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


def test_full_folders_are_taken_whole_and_others_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "DRAWN", 30)
    text = "".join(f"a{k} = b{k} + {k}\n" for k in range(3))
    every = {
        name: [*mutants(f"{name}/f.py", text), *mutants(f"{name}/g.py", text)]
        for name in ("kernels", "plot")
    }
    files = {name: [f"{name}/f.py", f"{name}/g.py"] for name in every}
    taken = choice.generated(every, files, None, 0)
    assert taken["kernels"] == every["kernels"]
    assert len(every["plot"]) > len(taken["plot"]) == choice.DRAWN
    some = choice.generated(every, files, 50, 0)
    assert sum(map(len, some.values())) == 50
    assert all(some.values())
    # Of a file, those that a draw from its folder takes.
    one = choice.generated(every, {name: own[:1] for name, own in files.items()}, None, 0)
    for name, own in one.items():
        assert own == [m for m in taken[name] if m.file == f"{name}/f.py"]


def test_the_share_is_of_those_that_are_not_equivalent() -> None:
    (mutant, *_) = mutants("f.py", "x = 1\n")
    results = [Result(mutant, "killed")] * 8 + [Result(mutant, "timeout")]
    results += [Result(mutant, "survived", reason="equivalent: so")] * 5
    results += [Result(mutant, "survived", reason="not worth a test: so")]
    assert count.numbers(20, 5, results[9:-1])["share killed"] == 1.0
    counts = count.numbers(20, 15, results)
    assert count.share(counts) == 0.9
    assert [counts[name] for name in ("killed", "survived", "equivalent", "timeouts")] == [
        *(9, 1, 5, 1)
    ]
    assert not count.share(count.numbers(20, 16, [*results, Result(mutant, "survived")])) >= 0.9


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("equivalent: to", "alike: to", "a reason begins with one of"),
        ("return max(x, 6)", "return max(x, 4)", "stands twice"),
        ("NumberReplacer: return max(x, 6)", "NumberReplacer return", "an entry lacks"),
        ('line = "return max(x, 7)"', "", "an entry lacks 'line'"),
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
        (["--only", "attic"], "there is no folder or file 'attic' in numnet; a file is named as"),
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
