"""California housing from small files of the same forms, and from the published one."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from numnet.data import california, load_california
from numnet.data.california import COLUMNS, MEMBER
from numnet.errors import FormatError

HEADER = ",".join(COLUMNS)
ROW = "-122.23,37.88,41,880,129,322,126,8.3252,452600\n"


def rows(N: int) -> str:
    table = np.arange(9.0 * N).reshape(N, 9)
    return "".join(",".join(f"{value:.6f}" for value in row) + "\n" for row in table)


def archive(path: Path, content: str, member: str = MEMBER) -> None:
    with tarfile.open(path, "w:gz") as file:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        file.addfile(info, io.BytesIO(content.encode()))


@pytest.mark.parametrize("form", ["header", "plain", "crlf", "archive"])
def test_every_form_of_the_file(form: str, tmp_path: Path) -> None:
    text = rows(20)
    if form == "archive":
        archive(tmp_path / "cal_housing.tgz", text)
    else:
        text = f"{HEADER}\n{text}" if form == "header" else text
        end = "\r\n" if form == "crlf" else "\n"
        (tmp_path / "cal_housing.data").write_bytes(text.replace("\n", end).encode())
    data = load_california(folder=tmp_path)
    assert data.features == COLUMNS[:8]
    assert data.target == "median_house_value"
    assert (data.x_train.shape, data.y_train.shape) == ((16, 8), (16, 1))
    assert (data.x_test.shape, data.y_test.shape) == ((4, 8), (4, 1))
    for x, y in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        np.testing.assert_array_equal(x, y - 8 + np.arange(8))
    values = np.sort(np.concatenate([data.y_train, data.y_test]).ravel())
    np.testing.assert_array_equal(values, 8 + 9 * np.arange(20))


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEADER + "\n",
        "a,b\n1,2\n",
        "x," * 8 + f"x\n{ROW}",
        f"{HEADER}\n1,2\n",
        f"{HEADER}\n{ROW}1,2\n",
        f"{HEADER}\n" + "x," * 8 + "x\n",
        f"{HEADER}\n" + "1," * 8 + "nan\n",
        f"{HEADER}\n" + "1," * 8 + "1e999\n",
        f"{HEADER}\n{HEADER}\n{ROW}",
        "<!DOCTYPE html>\n",
    ],
)
def test_another_file_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "cal_housing.data"
    path.write_text(text)
    message = r"cal_housing\.data: expected rows of 9 finite numbers"
    with pytest.raises(FormatError, match=message) as caught:
        load_california(folder=tmp_path)
    assert str(caught.value).endswith(f"{COLUMNS[-1]}, got {text[:60]!r}")
    path.rename(tmp_path / "kept")
    archive(tmp_path / "cal_housing.tgz", text)
    with pytest.raises(FormatError, match=r"cal_housing\.tgz: expected rows of 9 finite numbers"):
        load_california(folder=tmp_path)


def test_another_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cal_housing.tgz"
    archive(path, ROW, "other/cal_housing.data")
    with pytest.raises(FormatError, match=rf"cal_housing\.tgz: expected an archive with {MEMBER}"):
        load_california(folder=tmp_path)
    with tarfile.open(path, "w:gz") as file:
        info = tarfile.TarInfo(MEMBER)
        info.type = tarfile.DIRTYPE
        file.addfile(info)
    with pytest.raises(FormatError, match=r"expected rows of 9"):
        load_california(folder=tmp_path)


def test_a_damaged_archive_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "cal_housing.tgz"
    archive(path, rows(50))
    content = path.read_bytes()
    for length in range(0, len(content) - 8, 40):
        path.write_bytes(content[:length])
        with pytest.raises(FormatError, match=r"cal_housing\.tgz"):
            load_california(folder=tmp_path)


@pytest.mark.parametrize("packed", [False, True])
def test_no_more_is_read_than_the_table_can_have(
    packed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = rows(5)
    if packed:
        archive(tmp_path / "cal_housing.tgz", text)
    else:
        (tmp_path / "cal_housing.data").write_text(text)
    monkeypatch.setattr(california, "MOST_BYTES", len(text))
    assert len(load_california(folder=tmp_path).y_train) == 4
    monkeypatch.setattr(california, "MOST_BYTES", len(text) - 1)
    with pytest.raises(FormatError, match=f"expected at most {len(text) - 1} bytes"):
        load_california(folder=tmp_path)


def test_the_published_file(data_dir: Path) -> None:
    if not (data_dir / "california").is_dir():
        pytest.skip("NUMNET_DATA_DIR holds no california")
    data = load_california()
    assert (data.x_train.shape, data.x_test.shape) == ((16512, 8), (4128, 8))
    x, y = np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])
    columns = dict(zip(data.features, x.T, strict=True))
    assert (columns["longitude"].min(), columns["longitude"].max()) == (-124.35, -114.31)
    assert columns["housing_median_age"].max() == 52
    assert columns["median_income"].max() == 15.0001
    assert (y.min(), y.max()) == (14999, 500001)
