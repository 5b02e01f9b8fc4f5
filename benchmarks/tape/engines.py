"""The same network and loss in each engine: what is called once is forward plus backward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import numnet
from numnet.model import EVALUATION
from numnet.objective import evaluate

Array = NDArray[Any]
Call = Callable[[], list[Array]]


@dataclass(frozen=True)
class Case:
    """A network D - Q - C at a batch and a dtype: relu and cross-entropy, or tanh and MSE."""

    widths: tuple[int, int, int]
    batch: int
    dtype: str

    @property
    def classifies(self) -> bool:
        return self.widths[-1] > 1

    def arrays(self) -> dict[str, Array]:
        """Inputs, truth and the four parameters."""
        D, Q, C = self.widths
        rng = np.random.default_rng(0)
        found = {
            "x": rng.normal(size=(self.batch, D)),
            "W1": rng.normal(size=(D, Q)) / D**0.5,
            "b1": rng.normal(size=Q) / 10,
            "W2": rng.normal(size=(Q, C)) / Q**0.5,
            "b2": rng.normal(size=C) / 10,
            "y": rng.normal(size=(self.batch, C)),
        }
        cast = {name: a.astype(self.dtype) for name, a in found.items()}
        return cast | ({"y": rng.integers(0, C, self.batch)} if self.classifies else {})


CASES = {
    "large": Case((784, 128, 10), 128, "float32"),
    "large64": Case((784, 128, 10), 128, "float64"),
    "small": Case((13, 20, 1), 32, "float64"),
}


def _loss(case: Case) -> numnet.Loss:
    return numnet.SoftmaxCrossEntropy() if case.classifies else numnet.MSE()


def _gradients(model: Any, case: Case, data: dict[str, Array]) -> Call:
    """Those of a model, by name; the outermost call of a training step without its update."""
    model.initialize(rng=0, dtype=case.dtype)
    model.parameters.value = np.concatenate([data[n].ravel() for n in ("W1", "b1", "W2", "b2")])
    loss, parameters = _loss(case), model.parameters

    def call() -> list[Array]:
        parameters.zero_grad()
        evaluate(model, loss, data["x"], data["y"], EVALUATION)
        return list(parameters.gradients.values())

    return call


def layers(case: Case, data: dict[str, Array]) -> Call:
    """Layers wired by hand."""
    D, Q, C = case.widths
    hidden: numnet.Layer = numnet.ReLU() if case.classifies else numnet.Tanh()
    net = numnet.Sequential(numnet.Linear(D, Q), hidden, numnet.Linear(Q, C))
    return _gradients(net, case, data)


def module(case: Case, data: dict[str, Array]) -> Call:
    """A Module of two Linear layers."""
    D, Q, C = case.widths

    class Net(numnet.Module):
        def __init__(self) -> None:
            self.c1, self.c2 = numnet.Linear(D, Q), numnet.Linear(Q, C)

        def forward(self, x: Any) -> Any:
            a = self.c1(x)
            return self.c2(a.relu() if case.classifies else a.tanh())

    return _gradients(Net(), case, data)


def tensors(case: Case, data: dict[str, Array]) -> Call:
    """Tensors and operators."""
    names = "W1", "b1", "W2", "b2"
    leaves = [numnet.Tensor(data[name], requires_grad=True) for name in names]
    W1, b1, W2, b2 = leaves
    x, loss = numnet.Tensor(data["x"]), _loss(case)

    def call() -> list[Array]:
        for leaf in leaves:
            leaf.grad = None
        a = x @ W1 + b1
        a = a.relu() if case.classifies else a.tanh()
        loss(a @ W2 + b2, data["y"]).backward()
        return [leaf.grad.numpy() for leaf in leaves if leaf.grad is not None]

    return call


def autograd(case: Case, data: dict[str, Array]) -> Call:
    """autograd.grad of a function of NumPy."""
    import autograd as ag
    import autograd.numpy as anp

    x, y, rows = data["x"], data["y"], np.arange(case.batch)

    def objective(p: Any) -> Any:
        a = anp.dot(x, p[0]) + p[1]
        z = anp.dot(anp.maximum(a, 0) if case.classifies else anp.tanh(a), p[2]) + p[3]
        if not case.classifies:
            return anp.mean((z - y) ** 2)
        z = z - anp.max(z, axis=1, keepdims=True)
        return -anp.mean((z - anp.log(anp.sum(anp.exp(z), axis=1, keepdims=True)))[rows, y])

    gradient = ag.grad(objective)
    parameters = [data[name] for name in ("W1", "b1", "W2", "b2")]
    return lambda: gradient(parameters)


def mygrad(case: Case, data: dict[str, Array]) -> Call:
    """MyGrad's tensors."""
    import mygrad as mg
    from mygrad.nnet.activations import relu
    from mygrad.nnet.losses import softmax_crossentropy

    leaves = [mg.tensor(data[name]) for name in ("W1", "b1", "W2", "b2")]
    W1, b1, W2, b2 = leaves

    def call() -> list[Array]:
        a = mg.matmul(data["x"], W1) + b1
        z = mg.matmul(relu(a) if case.classifies else mg.tanh(a), W2) + b2
        y = data["y"]
        loss = softmax_crossentropy(z, y) if case.classifies else mg.mean((z - y) ** 2)
        loss.backward()
        return [leaf.grad for leaf in leaves]

    return call


def torch(case: Case, data: dict[str, Array]) -> Call:
    """torch, eager."""
    import torch as th

    functional = th.nn.functional
    leaves = [th.tensor(data[name], requires_grad=True) for name in ("W1", "b1", "W2", "b2")]
    W1, b1, W2, b2 = leaves
    x, y = th.tensor(data["x"]), th.tensor(data["y"])
    loss = functional.cross_entropy if case.classifies else functional.mse_loss

    def call() -> list[Array]:
        for leaf in leaves:
            leaf.grad = None
        a = x @ W1 + b1
        a = th.relu(a) if case.classifies else th.tanh(a)
        loss(a @ W2 + b2, y).backward()
        return [leaf.grad.numpy() for leaf in leaves]

    return call


def _products(data: dict[str, Any], dot: Callable[[Any, Any], Any]) -> Callable[[], Any]:
    x, W1, W2 = data["x"], data["W1"], data["W2"]
    dz = dot(x, W1)
    dy = dot(dz, W2)
    # Forward, dW2, da, dW1: what no engine can leave out.
    return lambda: (dot(dot(x, W1), W2), dot(dz.T, dy), dot(dy, W2.T), dot(x.T, dz))


def products(case: Case, data: dict[str, Array]) -> Callable[[], Any]:
    """The matrix products alone, by NumPy's BLAS."""
    return _products(data, np.dot)


def torch_products(case: Case, data: dict[str, Array]) -> Callable[[], Any]:
    """The matrix products alone, by torch's BLAS."""
    import torch as th

    return _products({name: th.tensor(a) for name, a in data.items()}, th.mm)


# What is below every engine: they give no gradient, and are told beside it.
BARE: dict[str, Callable[[Case, dict[str, Array]], Callable[[], Any]]] = {
    "products": products,
    "torch_products": torch_products,
}
OWN: dict[str, Callable[[Case, dict[str, Array]], Call]] = {
    "layers": layers,
    "module": module,
    "tensors": tensors,
}
PEERS: dict[str, Callable[[Case, dict[str, Array]], Call]] = {
    "autograd": autograd,
    "mygrad": mygrad,
    "torch": torch,
}
