from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numnet.plot.layered import Item, Layered


@st.composite
def graphs(draw: st.DrawFn) -> dict[Item, list[Item]]:
    count = draw(st.integers(1, 14))
    return {
        str(i): [str(j) for j in draw(st.sets(st.integers(0, i - 1), max_size=3))] if i else []
        for i in range(count)
    }


def layered(operands: dict[Item, list[Item]]) -> Layered:
    return Layered(operands, {name: 1.0 for name in operands}, 0.25)  # noqa: C420


@given(graphs())
def test_rows_hold_each_item_once_and_paths_go_down_row_by_row(
    operands: dict[Item, list[Item]],
) -> None:
    found = layered(operands)
    items = [item for row in found.rows for item in row]
    assert sorted(i for i in items if isinstance(i, str)) == sorted(map(str, operands))
    assert len(set(items)) == len(items)
    row = {item: r for r, row in enumerate(found.rows) for item in row}
    assert {(path[0], path[-1]) for path in found.paths} == {
        (source, target) for target, sources in operands.items() for source in sources
    }
    for path in found.paths:
        assert all(row[b] == row[a] + 1 for a, b in pairwise(path))


@given(graphs())
def test_no_two_boxes_of_a_row_overlap(operands: dict[Item, list[Item]]) -> None:
    found = layered(operands)
    for row in found.rows:
        for a, b in pairwise(row):
            apart = (found.width[a] + found.width[b]) / 2 + 0.25
            assert found.x[b] - found.x[a] > apart - 1e-9


def test_rows_are_longest_paths_and_inputs_stand_above_their_first_use() -> None:
    found = layered({"a": [], "b": ["a"], "c": ["b"], "w": [], "d": ["c", "w", "a"], "e": ["d"]})
    assert [{i for i in row if isinstance(i, str)} for row in found.rows] == [
        {"a"},
        {"b"},
        {"c", "w"},
        {"d"},
        {"e"},
    ]
    assert ("a", "d", 1) in found.rows[1]


@pytest.mark.parametrize("count", [2, 3, 6])
def test_crossings_that_need_not_be_are_taken_out(count: int) -> None:
    inputs = {f"x{i}": [] for i in range(count)}
    # In reverse: as they come, all edges cross.
    results = {f"y{i}": [f"x{count - 1 - i}"] for i in range(count)}
    assert layered({**inputs, **results}).crossings() == 0  # type: ignore[dict-item]


def test_crossings_that_must_be_are_counted() -> None:
    both = {"a": [], "b": [], "c": ["a", "b"], "d": ["a", "b"]}
    assert layered(both).crossings() == 1  # type: ignore[arg-type]


def test_a_chain_is_straight_although_inputs_stand_beside_it() -> None:
    operands: dict[Item, list[Item]] = {"t0": []}
    for i in range(1, 6):
        operands[f"w{i}"] = []
        operands[f"t{i}"] = [f"t{i - 1}", f"w{i}"]
    found = layered(operands)
    x = [found.x[f"t{i}"] for i in range(1, 6)]
    assert max(x) - min(x) < 0.3


def test_an_order_without_crossings_is_kept() -> None:
    # The means of neighbours would turn the second and the third row.
    operands = {"a": [], "b": ["a"], "c": ["b"], "d": ["b"], "e": ["a", "c"]}
    assert layered(operands).crossings() == 0  # type: ignore[arg-type]


@given(graphs())
def test_no_run_of_the_top_row_could_stand_nearer_to_what_is_made_of_it(
    operands: dict[Item, list[Item]],
) -> None:
    used = {source for sources in operands.values() for source in sources}
    found = layered({**operands, "all": [item for item in operands if item not in used]})
    top = found.rows[0]
    # All edges from inputs pull alike; the row was the last to be moved.
    pull = [sum(found.x[b] - found.x[a] for b in found.below[a]) for a in top]
    held = [found.x[b] - found.x[a] < 1.25 + 1e-9 for a, b in pairwise(top)]
    for i in range(len(top)):
        for j in range(i, len(top)):
            if i == 0 or not held[i - 1]:
                assert sum(pull[i : j + 1]) > -1e-6
            if j == len(top) - 1 or not held[j]:
                assert sum(pull[i : j + 1]) < 1e-6
