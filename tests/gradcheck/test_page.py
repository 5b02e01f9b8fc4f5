"""The page of a report: one file, nothing beside it, nothing of the reader's names trusted."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from numnet.gradcheck import check_gradient

W = np.array([1.0, 2.0, 4.0])


def square(w):
    return (w**2).sum()


class Reader(HTMLParser):
    """The tags in order, the text, and every address that the page asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.addresses += [v for k, v in attrs if k in ("src", "href")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read(path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader


def test_the_page_tells_the_report(tmp_path) -> None:
    report = check_gradient(square, lambda w: w, W)
    report.to_html(tmp_path / "report.html")
    page = read(tmp_path / "report.html")
    assert page.open == []
    assert "Gradients: wrong" in page.text
    assert "scale" in page.text
    assert report.findings[0].explanation in page.text
    assert str(report) in page.text


def test_it_needs_nothing_beside_it(tmp_path) -> None:
    check_gradient(square, lambda w: w, W).to_html(tmp_path / "report.html")
    (address,) = read(tmp_path / "report.html").addresses
    kind, _, content = address.partition(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content)[:4] == b"\x89PNG"
    assert not re.search(r"https?://", (tmp_path / "report.html").read_text(encoding="utf-8"))


def test_names_are_text_and_no_markup(tmp_path) -> None:
    report = check_gradient(square, lambda w: w, W, names=["<script>alert(1)</script>"])
    report.to_html(tmp_path / "report.html")
    assert "<script" not in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "d<script>alert(1)</script>: wrong" in read(tmp_path / "report.html").text


def test_warnings_are_told(tmp_path) -> None:
    report = check_gradient(square, lambda w: (2 * w).astype(np.float32), W)
    assert report.warnings
    report.to_html(str(tmp_path / "report.html"))
    assert report.warnings[0] in read(tmp_path / "report.html").text


def test_a_page_is_replaced_whole_or_not_at_all(tmp_path) -> None:
    report = check_gradient(square, lambda w: 2 * w, W)
    target = tmp_path / "report.html"
    target.write_text("before")
    report.to_html(target)
    assert "Gradients: right" in target.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(OSError, match=r"to_html: cannot write .*nowhere"):
        report.to_html(tmp_path / "nowhere" / "report.html")
