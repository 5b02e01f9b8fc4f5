"""The recording twin of a module: its forward runs on it, with tensors for parameters."""

from __future__ import annotations

import functools
from typing import Any, NoReturn

from ..copies import Copyable
from ..errors import add_place
from ..part import Part
from .recorded import Recorded


class Recording:
    """What the parts of a recording twin do otherwise."""

    def __call__(self, x: Any) -> Any:
        if not isinstance(x, Recorded):
            from .tensor import Tensor

            x = Tensor(x)
        try:
            return x.record(self)
        except (TypeError, ValueError) as error:
            add_place(error, self.__dict__["_path"], repr(self))
            raise

    def __getattr__(self, name: str) -> Any:
        # Reached for a parameter at its first use: a leaf that adds to the model's own gradient.
        part = self.__dict__["_original"]
        if name not in part._slots:
            return super().__getattr__(name)  # type: ignore[misc]
        from .tensor import Tensor

        self.__dict__[name] = leaf = Tensor._make(part._slots[name].value, None, True)
        leaf._sink = functools.partial(part.add_grad, name)
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


def recording_twin(model: Copyable) -> Any:
    """A twin of a packed model whose parameters are leaves of the tape.

    What the tape finds for them is added to the gradients of the model.
    """
    layout = model._current_layout()
    twins: list[Part] = []
    for part, path in zip((model, *layout.inner), layout.paths, strict=True):
        kind_of_part: Any = type(part)
        new = object.__new__(_recording(kind_of_part))
        state = new.__dict__
        state.update(part.__dict__)
        state["_original"], state["_path"] = part, path
        for name in part._slots:
            del state[name]
        twins.append(new)
    layout.link(twins)
    return twins[0]
