"""The table of the published files, against itself and against those at hand."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from numnet.data.published import CALIFORNIA, FASHION_MNIST, MNIST, Published, four_files
from numnet.data.search import digest

SETS = [MNIST, FASHION_MNIST, CALIFORNIA]


@pytest.mark.parametrize("wanted", SETS, ids=lambda wanted: wanted.name)
def test_every_file_is_pinned_and_on_two_hosts(wanted: Published) -> None:
    digests = []
    for file in wanted.files:
        mirrors = [mirror for form in file.forms for mirror in form.mirrors]
        assert len({urlsplit(mirror).netloc for mirror in mirrors}) == len(mirrors) >= 2
        for form in file.forms:
            assert bool(form.sha256) is bool(form.mirrors), "what is fetched has a hash to meet"
            digests += [form.sha256] if form.sha256 else []
            for mirror in form.mirrors:
                assert re.fullmatch(r"https?://[a-z0-9.-]+/\S+", mirror)
    assert len(set(digests)) == len(digests)
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in digests)


def test_images_and_labels_of_both_parts_by_turns() -> None:
    files = four_files("set", ("http://a/", "http://b/"), ("1", "2", "3", "4")).files
    assert [file.name.partition("-idx")[0] for file in files] == [
        "train-images",
        "train-labels",
        "t10k-images",
        "t10k-labels",
    ]
    assert [file.sha256 for file in files] == ["1", "2", "3", "4"]
    assert files[2].mirrors == tuple(f"http://{host}/{files[2].name}" for host in "ab")
    assert [form.name for form in files[2].forms] == [files[2].name, files[2].name[:-3]]


@pytest.mark.parametrize("number", [3, 5])
def test_each_of_the_four_has_a_hash(number: int) -> None:
    with pytest.raises(ValueError, match="argument 2 is"):
        four_files("set", ("http://a/",), ("1", "2", "3", "4", "5")[:number])


@pytest.mark.parametrize("wanted", SETS, ids=lambda wanted: wanted.name)
def test_the_files_at_hand_are_those(wanted: Published, data_dir: Path) -> None:
    if not (data_dir / wanted.name).is_dir():
        pytest.skip(f"NUMNET_DATA_DIR holds no {wanted.name}")
    for file in wanted.files:
        assert digest(data_dir / wanted.name / file.name) == file.sha256
