"""A model of numnet's own layers as plain JSON values, and back by a fixed table of names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import layers, packing
from ..errors import FormatError
from ..layers import (
    Autoencoder,
    Dropout,
    Highway,
    Initial,
    Layer,
    LeakyReLU,
    Linear,
    Sequential,
    Tied,
)
from ..model import OUTPUTS, Model

INITIALS: dict[str, Callable[[float], Initial]] = {
    "constant": layers.constant,
    "glorot": layers.glorot,
    "he": layers.he,
    "normal": layers.normal,
}
# The parts of one, in their order.
HIGHWAY = ("transform", "activation", "gate")
PLAIN: dict[str, type[Layer]] = {
    cls.__name__: cls
    for cls in (layers.Flatten, layers.LogSoftmax, layers.ReLU, layers.Sigmoid, layers.Softmax,
                layers.Softplus, layers.Tanh)
}  # fmt: skip


def describe(model: Model) -> Any:
    """The structure of `model`, or None if a layer of it is not numnet's own.

    A layer that stands in several places is described once and then referred to by its number.

    Examples
    --------
    >>> describe(layers.LeakyReLU(0.5))
    {'layer': 'LeakyReLU', 'slope': 0.5}
    """
    try:
        return _describe(model, {})
    except _NotOurs:
        return None


def build(description: Any) -> Model:
    """The model that `describe` described, with values not yet loaded.

    Raises
    ------
    FormatError
        If the description names anything but numnet's own layers and their options.

    Examples
    --------
    >>> build({"layer": "LeakyReLU", "slope": 0.5})
    LeakyReLU(0.5)
    """
    try:
        return _build(description, [])
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise FormatError(f"the description of the model is not valid: {error!r}") from None


def shapes(model: Model) -> dict[str, tuple[int, ...]]:
    """The shapes of the parameters of a model from `build`, before it has any.

    Examples
    --------
    >>> shapes(layers.Linear(2, 1))
    {'W': (2, 1), 'b': (1,)}
    """
    return {
        f"{path}{name}": start.keywords["shape"]
        for path, part, _ in packing.walk(model)
        for name, start in part._starts.items()
    }


class _NotOurs(Exception):
    """A layer that the table does not hold."""


def _describe(model: Model, seen: dict[int, int]) -> dict[str, Any]:
    if id(model) in seen:
        return {"again": seen[id(model)]}
    seen[id(model)] = len(seen)
    found: dict[str, Any] = {"layer": type(model).__name__}
    # The very class: a subclass may compute something else.
    if type(model) in (Sequential, Autoencoder):
        found["layers"] = [_describe(layer, seen) for layer in model.layers]
    elif type(model) is Linear:
        found |= {"in_features": model.in_features, "out_features": model.out_features}
        found |= {"bias": model.b is not None}
        found |= {"init": _describe_init(model.init), "bias_init": _describe_init(model.bias_init)}
    elif type(model) is Tied:
        found["source"] = _describe(model.source, seen)
    elif type(model) is Highway:
        found["width"] = model.width
        found |= {name: _describe(getattr(model, name), seen) for name in HIGHWAY}
    elif type(model) is LeakyReLU:
        found["slope"] = model.slope
    elif type(model) is Dropout:
        found["p"] = model.p
    elif PLAIN.get(found["layer"]) is not type(model):
        raise _NotOurs
    if model._output is not None:
        found |= {"output": model._output, "independent": model._independent}
    return found


def _build(found: dict[str, Any], made: list[Model | None]) -> Model:
    if "again" in found:
        # Not counted from the end, and not a container within itself.
        if found["again"] < 0 or (again := made[found["again"]]) is None:
            raise ValueError(f"no layer before it has the number {found['again']}")
        return again
    number = len(made)
    made.append(None)
    kind = found["layer"]
    model: Model
    if kind == "Sequential":
        model = Sequential(*(_build(inner, made) for inner in found["layers"]))
    elif kind == "Autoencoder":
        encoder, decoder = (_build(inner, made) for inner in found["layers"])
        model = Autoencoder(encoder, decoder)
    elif kind == "Linear":
        model = Linear(
            found["in_features"],
            found["out_features"],
            found["bias"],
            _build_init(found["init"], layers.glorot()),
            _build_init(found["bias_init"], layers.constant(0.0)),
        )
    elif kind == "Tied":
        if number and "again" not in found["source"]:
            raise ValueError("the source of a Tied does not stand before it")
        model = Tied(_build(found["source"], made))  # type: ignore[arg-type]
    elif kind == "Highway":
        parts = {name: _build(found[name], made) for name in HIGHWAY}
        model = Highway(found["width"], parts["activation"])
        for name in ("transform", "gate"):
            if repr(parts[name]) != repr(getattr(model, name)):
                raise ValueError(f"the {name} of {model!r} is {parts[name]!r}")
            setattr(model, name, parts[name])
    elif kind == "LeakyReLU":
        model = LeakyReLU(found["slope"])
    elif kind == "Dropout":
        model = Dropout(found["p"])
    else:
        model = PLAIN[kind]()
    if found.get("output") in OUTPUTS:
        model.output = found["output"]
        model._independent = bool(found["independent"])
    made[number] = model
    return model


def _describe_init(init: Any) -> Any:
    # A function of the user's own is left out: the values are in the file all the same.
    return [init.kind, init.scale] if type(init) is Initial else None


def _build_init(found: Any, default: Initial) -> Initial:
    return default if found is None else INITIALS[found[0]](found[1])
