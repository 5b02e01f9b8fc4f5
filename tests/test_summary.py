from __future__ import annotations

import re

import numpy as np
import pytest

import numnet


def cells(row):
    return re.split(" {2,}", row)


@pytest.mark.parametrize(("side", "count"), [(28, "7 883"), (256, "655 403")])
def test_the_counts_of_the_course(side, count):
    model = numnet.Sequential(numnet.Linear(side**2, 10), numnet.Tanh(), numnet.Linear(10, 3))
    assert model.parameters.size == int(count.replace(" ", ""))
    works = f"{10 * side**2 + 30:,}".replace(",", " ")
    assert cells(str(model).splitlines()[-1]) == ["total", count, works]


def test_the_table():
    inner = numnet.Sequential(numnet.Linear(3, 2), numnet.Tanh())
    model = numnet.Sequential(inner, numnet.LeakyReLU(0.5), numnet.Linear(2, 1000, bias=False))
    assert str(model).splitlines() == [
        "layer                              output      parameters  multiply-adds",
        "0.0  Linear(3 -> 2)                (N, 2)               8              6",
        "0.1  Tanh()                        (N, 2)               0              0",
        "1  LeakyReLU(0.5)                  (N, 2)               0              0",
        "2  Linear(2 -> 1000, bias=False)   (N, 1000)        2 000          2 000",
        "total                                               2 008          2 006",
    ]


def test_a_shared_layer_is_counted_once_and_works_twice():
    layer = numnet.Linear(2, 2)
    rows = [row.split()[-2:] for row in str(numnet.Sequential(layer, layer)).splitlines()[1:]]
    assert rows == [["6", "4"], ["0", "4"], ["6", "8"]]


def test_an_autoencoder_layer_by_layer():
    assert str(numnet.tied_autoencoder([5, 4, 2])).splitlines() == [
        "layer                 output   parameters  multiply-adds",
        "0.0  Linear(5 -> 4)   (N, 4)           24             20",
        "0.1  ReLU()           (N, 4)            0              0",
        "0.2  Linear(4 -> 2)   (N, 2)           10              8",
        "1.0  Tied(2 -> 4)     (N, 4)            4              8",
        "1.1  ReLU()           (N, 4)            0              0",
        "1.2  Tied(4 -> 5)     (N, 5)            5             20",
        "1.3  Sigmoid()        (N, 5)            0              0",
        "total                                  43             56",
    ]


def test_a_highway_does_two_products():
    rows = str(numnet.Sequential(numnet.Highway(4), numnet.Dropout(), numnet.Flatten()))
    assert [cells(row) for row in rows.splitlines()[1:]] == [
        ["0", "Highway(4, ReLU())", "(N, 4)", "40", "32"],
        ["1", "Dropout(0.5)", "(N, 4)", "0", "0"],
        ["2", "Flatten()", "(N, 4)", "0", "0"],
        ["total", "40", "32"],
    ]


def test_a_single_layer_has_no_total():
    rows = str(numnet.Linear(2, 1)).splitlines()
    assert [cells(row) for row in rows[1:]] == [["Linear(2 -> 1)", "(N, 1)", "3", "2"]]
    assert str(numnet.Sequential()) == "layer   output   parameters  multiply-adds"


class Doubled(numnet.Layer):
    def __init__(self, width=None):
        if width:
            self.in_features = width

    def forward(self, x):
        if x.shape[1] == 3:
            raise ValueError("not three")
        return np.concatenate([x, x], axis=1), None


def test_a_layer_of_the_users_own_tells_its_shape_by_doing():
    def column(*layers):
        return [cells(row)[2] for row in str(numnet.Sequential(*layers)).splitlines()[1:-1]]

    assert column(numnet.Linear(1, 2), Doubled(), numnet.Tanh()) == ["(N, 2)", "(N, 4)", "(N, 4)"]
    assert column(numnet.Linear(1, 3), Doubled(), numnet.Tanh()) == ["(N, 3)", "?", "?"]
    assert column(Doubled(2), numnet.Linear(4, 1)) == ["?", "(N, 1)"]


def test_work_that_is_not_known_counts_nothing():
    for layers in (
        (numnet.Linear(1, 3), Doubled(), numnet.Tanh()),
        (Doubled(2), numnet.Tanh(), numnet.Linear(4, 1)),
    ):
        linear = [layer for layer in layers if isinstance(layer, numnet.Linear)]
        rows = [cells(row) for row in str(numnet.Sequential(*layers)).splitlines()[1:]]
        work = sum(layer.in_features * layer.out_features for layer in linear)
        assert rows[-1][-1] == str(work)
        assert [row[-1] for row in rows[:-1]].count("0") == 2
