from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numnet.plot.proba import check_proba, percent


@given(st.floats(0, 1))
def test_only_certainty_reads_as_certainty(share):
    text = percent(share)
    assert (text == "100 %") == (share == 1)
    assert (text == "0 %") == (share == 0)
    if text[0] not in "<>":
        assert abs(float(text[:-2]) - 100 * share) <= 0.5


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.994, "99 %"), (0.995, "> 99 %"), (0.9999, "> 99 %"), (0.006, "1 %"), (0.005, "0 %"),
     (0.0049, "< 1 %"), (1e-30, "< 1 %"), (0.5, "50 %"), (np.float32(0.25), "25 %")],
)  # fmt: skip
def test_a_share_in_words(share, text):
    assert percent(share) == text


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.bool_])
def test_probabilities_are_handed_back(dtype):
    p = np.eye(3).astype(dtype)
    assert check_proba("here", "p", p, 3, 2) is p
    np.testing.assert_array_equal(check_proba("here", "p", p.tolist(), 3, 1), p)


@pytest.mark.parametrize(
    ("proba", "message"),
    [
        (np.zeros(3), r"of shape \(3, C\) with a column for each index up to 1, got \(3,\)$"),
        (np.zeros((2, 2)), r"got \(2, 2\)$"),
        (np.zeros((3, 1)), r"got \(3, 1\)$"),
        (np.zeros((3, 2, 1)), r"got \(3, 2, 1\)$"),
    ],
)
def test_a_column_is_needed_for_each_index(proba, message):
    with pytest.raises(ValueError, match=f"^here: expected p .*{message}"):
        check_proba("here", "p", proba, 3, 1)


@pytest.mark.parametrize("wrong", [-0.01, 1.01, np.nan, np.inf, 1j, "a"])
def test_what_is_no_probability_is_refused(wrong):
    p = np.zeros((3, 2), type(wrong) if isinstance(wrong, str) else np.result_type(wrong, float))
    p[1, 1] = wrong
    with pytest.raises(ValueError, match=r"^here: expected .* in \[0, 1\] in p\. Of raw"):
        check_proba("here", "p", p, 3, 1)
