from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numnet.files.npy import DTYPES, decode, encode, header

shapes = st.lists(st.integers(0, 5), max_size=4).map(tuple)


@given(st.sampled_from(sorted(DTYPES)), shapes, st.integers(0, 9), st.booleans())
def test_it_writes_what_numpy_writes_and_reads_what_it_wrote(dtype, shape, seed, transposed):
    rng = np.random.default_rng(seed)
    array = (rng.normal(size=shape) * 100).astype(
        "uint8" if dtype == "uint8" else dtype, copy=False
    )
    if transposed:
        array = np.asfortranarray(array).T
    content = encode(array)
    expected = io.BytesIO()
    np.save(expected, np.array(array, order="C"))
    assert content == expected.getvalue()
    found = decode(content, dtype, array.shape)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype
    assert not found.flags.writeable


def test_not_contiguous_and_not_native_arrays():
    array = np.arange(12.0).reshape(3, 4)[::2, ::-1]
    np.testing.assert_array_equal(decode(encode(array), "float64", (2, 4)), array)
    swapped = np.arange(3, dtype=">f4")
    np.testing.assert_array_equal(decode(encode(swapped), "float32", (3,)), [0, 1, 2])
    values = np.array([np.nan, -0.0, np.inf, 5e-324])
    assert decode(encode(values), "float64", (4,)).tobytes() == values.tobytes()


@pytest.mark.parametrize("wrong", [np.zeros(1, complex), np.zeros(1, object), np.zeros(1, "f2")])
def test_other_dtypes_are_refused(wrong):
    with pytest.raises(TypeError, match="expected an array of dtype float32, float64, int64"):
        encode(wrong)


def test_what_differs_from_its_description_is_refused():
    content = encode(np.arange(6.0).reshape(2, 3))
    for dtype, shape in (("float32", (2, 3)), ("float64", (3, 2)), ("float64", (6,))):
        with pytest.raises(ValueError, match=r"header .* does not match"):
            decode(content, dtype, shape)
    for wrong in (content[:-1], content + b"\0", content[:128]):
        with pytest.raises(ValueError, match="not as long as its shape says"):
            decode(wrong, "float64", (2, 3))
    for wrong in (b"", content[:100], b"\0" + content):
        with pytest.raises(ValueError, match="header"):
            decode(wrong, "float64", (2, 3))


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_data_begin_at_the_next_multiple_of_64(dtype):
    # One dimension more is three letters more, and one digit one: every remainder of 64 occurs.
    for shape in ((), *((10**k, *(1,) * n) for k in range(3) for n in range(30)), (10**9,) * 8):
        content = header(dtype, shape)
        padding = len(content) - 1 - len(content.rstrip())
        assert (len(content) % 64, content[-1:], 0 <= padding < 64) == (0, b"\n", True), shape
        file = io.BytesIO(content)
        assert np.lib.format.read_magic(file) == (1, 0)
        assert np.lib.format.read_array_header_1_0(file) == (shape, False, np.dtype(dtype))
        assert file.tell() == len(content)
