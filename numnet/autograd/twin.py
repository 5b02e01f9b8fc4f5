"""The recording twin of a module: its forward runs on it, with tensors for parameters."""

from __future__ import annotations

import functools
import weakref
from typing import Any, NoReturn

from ..copies import Copyable, Layout
from ..errors import add_place
from ..part import Part
from .recorded import Recorded
from .recording import record_layer


class Recording:
    """What the parts of a recording twin do otherwise."""

    def __call__(self, x: Any) -> Any:
        if not isinstance(x, Recorded):
            from .tensor import Tensor

            x = Tensor(x)
        try:
            return self._run(x) if hasattr(type(self), "_run") else record_layer(self, x)
        except (TypeError, ValueError) as error:
            add_place(error, self.__dict__["_path"], repr(self))
            raise

    def __getattr__(self, name: str) -> Any:
        # Reached for a parameter at its first use: a leaf that adds to the model's own gradient.
        state = self.__dict__
        part = state["_original"]()
        if name not in part._slots:
            return super().__getattr__(name)  # type: ignore[misc]
        from .tensor import Tensor

        state[name] = leaf = Tensor._make(part._slots[name].value, None, True)
        leaf._sink = functools.partial(part.add_grad, name)
        state["_leaves"].append((state, name))
        return leaf

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(
            f"{type(self).__name__}.{name}: assigned inside forward, where it would be lost. Use a "
            "local variable, or return it"
        )

    @property
    def parameters(self) -> NoReturn:
        """Not to be had: what is computed of it would have no gradient."""
        raise TypeError(
            f"{type(self).__name__}.parameters: inside forward no gradient would be recorded. Use "
            "the parameters by name, such as self.c1.W"
        )


@functools.cache
def _recording(kind: Any) -> Any:
    return type(kind.__name__, (Recording, kind), {"__module__": kind.__module__})


def borrow_twin(model: Copyable, layout: Layout) -> Any:
    """A twin of a packed model whose parameters are leaves of the tape.

    What the tape finds for them is added to the gradients of the model. It is made once and lent to
    one forward after the other, until an attribute of the model is assigned to: to make one takes
    as long as to record a layer.
    """
    while layout.spare:
        try:
            twin = layout.spare.pop()
        except IndexError:  # another thread took the last one
            break
        if twin.__dict__["_changes"] == layout.storage.changes:
            return twin
    return _recording_twin(model, layout)


def return_twin(layout: Layout, twin: Any) -> None:
    """Take the leaves out of a twin whose forward is done, for the next one."""
    leaves = twin.__dict__["_leaves"]
    for state, name in leaves:
        del state[name]
    leaves.clear()
    layout.spare.append(twin)


def _recording_twin(model: Copyable, layout: Layout) -> Any:
    twins: list[Part] = []
    leaves: list[Any] = []
    changes = layout.storage.changes
    for part, path in zip((model, *layout.inner), layout.paths, strict=True):
        kind_of_part: Any = type(part)
        new = object.__new__(_recording(kind_of_part))
        state = new.__dict__
        state.update(part.__dict__)
        # Weakly, since the layout holds the twin, and the model the layout.
        state["_original"], state["_path"] = weakref.ref(part), path
        state["_layout"], state["_leaves"] = None, leaves
        for name in part._slots:
            del state[name]
        twins.append(new)
    layout.link(twins)
    twins[0].__dict__["_changes"] = changes
    return twins[0]
