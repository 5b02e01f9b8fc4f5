"""Words of torch that numnet does not have say what to write."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from numnet import Tensor
from numnet.autograd.words import TORCH


@pytest.mark.parametrize("word", TORCH)
def test_a_word_of_torch_is_answered(word: str):
    t = Tensor(np.ones((2, 3)), requires_grad=True)
    with pytest.raises(AttributeError) as raised:
        getattr(t, word)
    assert str(raised.value) == f"a Tensor has no {word!r}. Write {TORCH[word]}"


def test_any_other_word_is_named():
    with pytest.raises(AttributeError, match=r"^a Tensor has no 'nothing'$"):
        _ = Tensor(1.0).nothing  # type: ignore[attr-defined]
    assert not hasattr(Tensor(1.0), "nothing")


def test_dim_is_axis():
    with pytest.raises(TypeError, match=r"^sum: expected axis=, as in NumPy, got dim=$"):
        Tensor(np.ones((2, 3))).sum(dim=1)


def test_copies_look_for_no_words():
    t = Tensor([1.0], requires_grad=True)
    assert copy.deepcopy(t).item() == pickle.loads(pickle.dumps(t)).item() == 1
