"""Every mutant of a file that cosmic-ray's operators make and that is another program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.mutation.program import program


@dataclass(frozen=True)
class Mutant:
    """One changed place.

    Parameters
    ----------
    file : str
        Within numnet, "kernels/affine.py".
    operator : str
        cosmic-ray's name of the change.
    before, after : str
        The changed line with single spaces, and what stands in its place.
    nth : int
        How many mutants of the file with the same operator, before and after stand above it.
    number : int
        The line's number, which is no part of the key.
    code : str
        The whole mutated file.
    """

    file: str
    operator: str
    before: str
    after: str
    nth: int
    number: int = field(compare=False)
    code: str = field(compare=False, repr=False)

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What names it as long as its line stays as it is."""
        return self.file, self.operator, self.before, self.after, self.nth

    def __str__(self) -> str:
        """`file:line operator: - before + after`."""
        return f"{self.file}:{self.number} {self.operator}: - {self.before} + {self.after}"


def operators() -> dict[str, Any]:
    """cosmic-ray's operators by name, without the two that want variables and draw numbers."""
    from cosmic_ray.operators.provider import OperatorProvider

    provider = OperatorProvider()
    names = [n for n in provider if n not in ("VariableReplacer", "VariableInserter")]
    return {name: provider[name]() for name in names}


def mutants(file: str, text: str) -> list[Mutant]:
    """The mutants of one file, in the order of its lines; each program once, none the file's own.

    What does not compile is left out, and so is a change of what only a reader or a type checker
    sees.

    Examples
    --------
    >>> for mutant in mutants("half.py", "def half(x: float) -> float: return x / 2"):
    ...     print(mutant)
    ...     break
    half.py:1 NumberReplacer: - def half(x: float) -> float: return x / 2 + def half(x: float) \
-> float: return x / 3
    """
    known = {program(text), None}
    found = []
    for name, code in _changed(text):
        what = program(code)
        if what not in known:
            known.add(what)
            found.append((name, code, *_difference(text, code)))
    found.sort(key=lambda one: (one[2], one[0]))
    seen = Counter[tuple[str, str, str]]()
    made = []
    for name, code, number, before, after in found:
        made.append(Mutant(file, name, before, after, seen[name, before, after], number, code))
        seen[name, before, after] += 1
    return made


def _changed(text: str) -> Iterator[tuple[str, str]]:
    """Operator and text of every change, made in one parsed tree and undone again."""
    from cosmic_ray.ast import ast_nodes, get_ast

    tree = get_ast(text)
    nodes = list(ast_nodes(tree))
    for name, operator in operators().items():
        for node in nodes:
            for k in range(len(list(operator.mutation_positions(node)))):
                changed = [node.parent, *ast_nodes(node)]
                kept = [(part, _state(part)) for part in changed]
                try:
                    other = operator.mutate(node, k)
                    siblings = node.parent.children
                    i = next(i for i, part in enumerate(siblings) if part is node)
                    siblings[i : i + 1] = [] if other is None else [other]
                    yield name, tree.get_code()
                except AttributeError:
                    pass  # cosmic-ray cannot replace a dotted name among exceptions
                finally:
                    for part, state in kept:
                        for attribute, value in state.items():
                            setattr(part, attribute, value)


def _state(part: Any) -> dict[str, Any]:
    """What an operator may change of a node: a leaf's text, the children of another."""
    return {"children": list(part.children)} if hasattr(part, "children") else {"value": part.value}


def _difference(text: str, code: str) -> tuple[int, str, str]:
    """Number and text of the first changed line, and the text in its place, with single spaces."""
    old, new = text.splitlines(), code.splitlines()
    number = next(i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    while old[number + 1 :] and old[-1:] == new[-1:]:
        del old[-1], new[-1]
    before, after = (" ".join(" ".join(part[number:]).split()) for part in (old, new))
    return number + 1, before, after
