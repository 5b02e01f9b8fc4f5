from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import numnet
from numnet import GraphError, Tensor
from numnet.autograd import Graph
from numnet.autograd.graph import summary


class Net(numnet.Module):
    def __init__(self) -> None:
        self.c1 = numnet.Linear(4, 3)
        self.c2 = numnet.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.c2(self.c1(x).relu())


class Tied(numnet.Module):
    def __init__(self) -> None:
        self.c1 = numnet.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.c1(x).tanh() @ self.c1.W.T


def two_layers() -> tuple[Tensor, dict[str, Tensor]]:
    """The net of the course, its loss written out, on a few numbers."""
    rng = np.random.default_rng(0)
    shapes = {"W1": (4, 5), "b1": (5,), "W2": (5, 3), "b2": (3,)}
    t = {n: Tensor(rng.normal(size=s), requires_grad=True) for n, s in shapes.items()}
    t["x"], t["y"] = Tensor(rng.random((6, 4))), Tensor(np.eye(3)[[0, 1, 2, 0, 1, 2]])
    e = ((t["x"] @ t["W1"] + t["b1"]).tanh() @ t["W2"] + t["b2"]).exp()
    p = e / e.sum(axis=1, keepdims=True)
    return -(t["y"] * (p + 1e-16).log()).sum() / 6, t


TEXT = """\
14 operations, 4 leaves, 2 constants           shape          value*      grad*
x     constant                                 (6, 4)
W1    leaf                                     (4, 5)
b1    leaf                                     (5,)
W2    leaf                                     (5, 3)
b2    leaf                                     (3,)
y     constant                                 (6, 3)
t1  = x @ W1                                   (6, 5)
t2  = t1 + b1                                  (6, 5)
t3  = tanh(t2)                                 (6, 5)
t4  = t3 @ W2                                  (6, 3)
t5  = t4 + b2                                  (6, 3)
t6  = exp(t5)                                  (6, 3)
t7  = sum(t6, axis=1, keepdims=True)           (6, 1)
t8  = t6 / t7                                  (6, 3)
t9  = t8 + 1e-16                               (6, 3)
t10 = log(t9)                                  (6, 3)
t11 = y * t10                                  (6, 3)
t12 = sum(t11)                                 ()
t13 = -t12                                     ()
t14 = t13 / 6                                  ()
"""


def test_the_text_of_the_net_of_the_course() -> None:
    loss, tensors = two_layers()
    printed = str(loss.graph(names=tensors)).splitlines()
    expected = TEXT.splitlines()
    assert [line[:59].rstrip() for line in printed[1:-1]] == [
        line.rstrip() for line in expected[1:]
    ]
    assert printed[0] == expected[0]
    assert printed[-1] == "* of several entries their root mean square"
    assert all(len(line) <= 80 for line in printed)
    result = next(line for line in printed if line.startswith("t14"))
    assert result.split()[-2:] == [f"{loss.item():.4g}", "1"]
    assert repr(loss.graph()) == "Graph(14 operations, 4 leaves, 2 constants)"


def test_values_and_gradients_are_those_of_a_backward_which_changes_nothing() -> None:
    loss, t = two_layers()
    graph = loss.graph(names=t)
    assert all(t[name].grad is None for name in t)
    again = loss.graph(names=t)
    loss.backward()
    for name in ("W1", "b1", "W2", "b2"):
        assert_array_equal(graph[name].value, t[name].value)
        for found in (graph, again):
            assert_array_equal(found[name].grad, t[name].grad.value)  # type: ignore[union-attr]
    assert graph["x"].grad is None
    # The gradient to z2, by hand: (p - y) / N.
    p = graph["t8"].value
    assert_allclose(graph["t5"].grad, (p - t["y"].value) / 6, atol=1e-14)  # type: ignore[arg-type]
    assert graph["t14"].grad == 1.0


def test_order_and_edges() -> None:
    loss, t = two_layers()
    graph = loss.graph(names=t)
    assert isinstance(graph, Graph)
    place = {v.name: i for i, v in enumerate(graph.nodes)}
    assert len(place) == len(graph.nodes) == 20
    assert all(place[a] < place[b] for a, b in graph.edges)
    assert ("t6", "t7") in graph.edges
    assert ("t6", "t8") in graph.edges
    assert graph["t8"].operands == ("t6", "t7")
    assert graph["t4"].operation == "matmul"
    assert [v.name for v in graph.leaves] == ["W1", "b1", "W2", "b2"]
    assert [v.name for v in graph.constants] == ["x", "y"]
    assert graph.operations[-1] is graph.nodes[-1]
    with pytest.raises(KeyError, match="'W3' is not in the graph: x, W1"):
        graph["W3"]


def test_a_module_calls_its_parameters_by_their_paths() -> None:
    net = Net().initialize(rng=0)
    x = Tensor(np.ones((5, 4)))
    loss = numnet.SoftmaxCrossEntropy()(net(x), [0, 1, 0, 1, 0])
    graph = loss.graph(names={"x": x})
    assert [v.name for v in graph.leaves] == ["c1.W", "c1.b", "c2.W", "c2.b"]
    assert graph["t1"].text == "Linear(4 -> 3)(x, c1.W, c1.b)"
    assert graph["t3"].operands == ("t2", "c2.W", "c2.b")
    assert graph["t4"].text.startswith("SoftmaxCrossEntropy(t3")


@pytest.mark.parametrize("written", [False, True])
def test_the_gradients_of_a_model_stay_as_they_were(written: bool) -> None:
    net = Net().initialize(rng=0)
    x = Tensor(np.arange(20.0).reshape(5, 4))
    if written:
        net.parameters.grad[...] = 7.0
    loss = (net(x) ** 2).sum()
    graph = loss.graph()
    assert_array_equal(net.parameters.grad, 7.0 if written else 0.0)
    loss.graph()
    net.parameters.zero_grad()
    loss.backward()
    for name in net.parameters:
        assert_array_equal(graph[name].grad, net.parameters.gradients[name])


def test_a_tied_parameter_is_one_leaf_with_both_gradients() -> None:
    net = Tied().initialize(rng=0)
    loss = (net(Tensor(np.ones((5, 4)))) ** 2).mean()
    graph = loss.graph()
    assert [v.name for v in graph.leaves] == ["c1.W", "c1.b"]
    assert graph["t3"].text == "transpose(c1.W)"
    loss.backward()
    assert_allclose(graph["c1.W"].grad, net.parameters.gradients["c1.W"], rtol=1e-14)  # type: ignore[arg-type]
    both = (net(Tensor(np.ones((5, 4)))) + net(Tensor(np.zeros((5, 4))))).sum().graph()
    assert [v.name for v in both.leaves] == ["c1.W", "c1.b"], "one of two calls"


def test_two_models_may_call_a_parameter_alike() -> None:
    a, b = (numnet.Linear(2, 2).initialize(rng=seed) for seed in (0, 1))
    graph = b(a(Tensor(np.ones((1, 2))))).sum().graph()
    assert [v.name for v in graph.leaves] == ["W", "b", "W'", "b'"]


def test_names_of_arrays_results_and_those_that_are_taken() -> None:
    data = np.array([1.0, 2.0])
    w = Tensor([3.0, 4.0], requires_grad=True)
    z = w * data
    graph = (z.exp() + z).sum().graph(names={"data": data, "z": z, "t1": w})
    assert [v.text for v in graph.operations] == ["t1 * data", "exp(z)", "t2 + z", "sum(t3)"]
    with pytest.raises(ValueError, match="'V' of names is not in it"):
        z.sum().graph(names={"V": Tensor([3.0, 4.0], requires_grad=True)})


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x: x[0], "x[0]"),
        (lambda x: x[1:, ::2], "x[1:, ::2]"),
        (lambda x: x[..., 0], "x[..., 0]"),
        (lambda x: x[np.array([0, 1])], "x[k0]"),
        (lambda x: x**2.5, "x ** 2.5"),
        (lambda x: 2 - x, "2 - x"),
        (lambda x: x.reshape(3, 2), "reshape(x, (3, 2))"),
        (lambda x: np.sum(x, axis=0), "sum(x, 0)"),
        (lambda x: x.sum(1), "sum(x, 1)"),
        (lambda x: np.concatenate([x, x], axis=1), "concatenate(x, x, axis=1)"),
        (lambda x: x * np.float64(0.25), "x * 0.25"),
        (lambda x: numnet.Tanh()(x), "Tanh(x)"),
    ],
)
def test_how_a_call_is_written(make: object, text: str) -> None:
    x = Tensor(np.ones((2, 3)), requires_grad=True)
    graph = make(x).graph(names={"x": x})  # type: ignore[operator]
    assert graph.nodes[-1].text == text
    assert graph.nodes[-1].grad is None


def test_without_a_single_number_there_are_no_gradients() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    graph = (x * 2.0).graph()
    assert all(v.grad is None for v in graph.nodes)
    assert str(graph).splitlines()[2].split() == ["t1", "=", "x0", "*", "2", "(2,)", "3.162"]


def test_long_calls_are_wrapped_within_80_columns() -> None:
    parts = [Tensor([1e-16 * i], requires_grad=True) for i in range(40)]
    text = str(np.concatenate(parts).sum().graph())
    assert max(map(len, text.splitlines())) <= 80
    joined = "".join(text.split())
    assert all(f"x{i}," in joined for i in range(40))


def test_a_leaf_alone_is_a_graph() -> None:
    x = Tensor(3.0, requires_grad=True)
    graph = x.graph(names={"x": x})
    assert [(v.name, v.kind, float(v.value)) for v in graph.nodes] == [("x", "leaf", 3.0)]
    assert graph.edges == ()
    assert graph["x"].grad == 1.0
    assert repr(graph) == "Graph(0 operations, 1 leaf, 0 constants)"


def test_what_has_no_graph() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(GraphError, match=r"nothing was recorded.*requires_grad=True"):
        x.detach().sum().graph()
    loss = (x * x).sum()
    loss.backward()
    with pytest.raises(GraphError, match=r"freed it\. Call graph\(\) before backward\(\)"):
        loss.graph()
    shared = x * x
    first, second = shared.sum(), shared.mean()
    first.backward()
    with pytest.raises(GraphError, match="freed it"):
        second.graph()
    kept = (x * x).sum()
    kept.backward(retain_graph=True)
    assert len(kept.graph().nodes) == 3


def test_a_graph_is_a_picture_of_its_moment() -> None:
    w = Tensor([1.0, 2.0], requires_grad=True)
    graph = (w * w).sum().graph()
    with numnet.no_grad():
        w -= 1.0
    assert_array_equal(graph["x0"].value, [1.0, 2.0])
    assert_array_equal(graph["x0"].grad, [2.0, 4.0])


def test_a_long_chain_needs_no_recursion() -> None:
    x = y = Tensor(1.0, requires_grad=True)
    for _ in range(5000):
        y = y + 1.0
    assert len(y.graph(names={"x": x}).operations) == 5000


@given(st.lists(st.floats(-1e300, 1e300), min_size=2))
def test_the_summary_is_the_root_mean_square_and_never_overflows(entries: list[float]) -> None:
    exact = float(np.sqrt(np.mean((np.array(entries, np.longdouble)) ** 2)))
    assert float(summary(np.array(entries))) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array(3.0), "3"),
        (np.array([2.5]), "2.5"),
        (np.zeros(3), "0"),
        (np.array([1.0, np.inf]), "inf"),
        (np.array([1.0, np.nan]), "nan"),
        (np.array([3.0 + 4.0j, 0.0]), "3.536"),
        (np.array([1, 2]), ""),
        (np.array([]), ""),
        (np.array(7), "7"),
        (np.full(4, 1e-310), "1e-310"),
        (np.array([3.0, 4.0], np.float32), "3.536"),
    ],
)
def test_summaries(array: np.ndarray, text: str) -> None:
    assert summary(array) == text


def test_a_constant_of_one_entry_is_a_number():
    w = Tensor([1.0, 2.0], requires_grad=True)
    assert (w * np.array([2.0])).sum().graph()["t1"].text == "x0 * 2"


def test_an_empty_index_is_told_by_its_shape():
    w = Tensor([[1.0, 2.0]], requires_grad=True)
    assert w[:, np.array([], int)].sum().graph()["t1"].text == "x0[:, array of shape (0,)]"
