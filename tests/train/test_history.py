from __future__ import annotations

import json
import pickle

import pytest

import numnet


def test_one_number_per_epoch_under_each_name():
    history = numnet.History()
    assert (history.epochs, history.stopped, dict(history)) == (0, None, {})
    assert repr(history) == "History(0 epochs; last: nothing)"
    history.append(loss=1.0, accuracy=None)
    history.append(loss=0.51236, accuracy=None)
    assert list(history) == ["loss"]
    assert len(history) == 1
    assert history["loss"] == [1.0, 0.51236]
    assert history.epochs == 2
    history.stopped = "interrupted"
    assert repr(history) == "History(2 epochs, interrupted; last: loss 0.5124)"
    assert json.loads(json.dumps(dict(history))) == dict(history)
    assert pickle.loads(pickle.dumps(history)).stopped == "interrupted"


def test_a_missing_name_lists_the_others():
    history = numnet.History()
    with pytest.raises(KeyError, match="no 'val_loss'; it has nothing yet"):
        history["val_loss"]
    history.append(loss=1.0, lr=0.1)
    with pytest.raises(KeyError, match="no 'val_loss'; it has loss, lr"):
        history["val_loss"]


def test_all_columns_have_one_length():
    history = numnet.History()
    history.append(loss=1.0, lr=0.1)
    for wrong in (
        {"loss": 1.0},
        {"loss": 1.0, "lr": None},
        {"loss": 1.0, "lr": 0.1, "seconds": 1.0},
    ):
        with pytest.raises(ValueError, match="expected loss, lr as in the epochs before, got loss"):
            history.append(**wrong)
    with pytest.raises(ValueError, match="got nothing"):
        history.append()
    history.append(lr=0.1, loss=0.5, accuracy=None)
    assert dict(history) == {"loss": [1.0, 0.5], "lr": [0.1, 0.1]}
