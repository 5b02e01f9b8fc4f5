"""What coverage watches: tests and what they set up, not pytest, and no repetition of either.

Watching everything makes the tests longer, and more examples of a property find faults, no further
lines.
"""

from __future__ import annotations

import functools
import itertools
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import helpers
import pytest

EXAMPLES = 10  # of each property

_tracer: Any = None
_paused = False


@contextmanager
def _under(tracer: Any) -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(before)


def start(config: pytest.Config) -> None:
    """From here on what coverage's tracer sees is up to this module's hooks."""
    global _tracer
    _tracer = sys.gettrace()
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        sys.settrace(None)  # who hands out the tests runs none
    config.pluginmanager.register(sys.modules[__name__])


@contextmanager
def paused() -> Iterator[None]:
    global _paused
    _paused = True
    try:
        yield
    finally:
        _paused = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, Any, Any]:
    with _under(None):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, Any, Any]:
    with _watching():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    with _watching(), _first_examples(item):
        return (yield)


def _watching() -> AbstractContextManager[None]:
    return _under(None if _paused else _tracer)


@contextmanager
def _first_examples(item: pytest.Item) -> Iterator[None]:
    handle = getattr(getattr(item, "obj", None), "hypothesis", None)
    if handle is None:
        yield
        return
    test: Callable[..., Any] = handle.inner_test
    drawn = itertools.count()

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> Any:
        if next(drawn) == EXAMPLES:
            sys.settrace(None)
        return test(*args, **kwargs)

    handle.inner_test = run
    try:
        yield
    finally:
        handle.inner_test = test


@pytest.fixture(scope="session", autouse=True)
def _draw_untraced() -> Iterator[None]:
    """matplotlib calls nothing of numnet while it draws."""
    with pytest.MonkeyPatch.context() as patch:
        from matplotlib.figure import Figure

        patch.setattr(Figure, "draw", helpers.untraced(Figure.draw))
        yield


@pytest.fixture(scope="module", autouse=True)
def _search_untraced(request: pytest.FixtureRequest) -> Iterator[None]:
    """The search for a fix takes longer than the rest of a check; gradcheck's tests cover it."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.parent.name != "gradcheck":
            from numnet.gradcheck import diagnosis

            search = helpers.untraced(diagnosis.find_expressions)
            patch.setattr(diagnosis, "find_expressions", search)
        yield
