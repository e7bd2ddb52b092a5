"""Pages: whatever a text says, it is text, and nothing is loaded."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

import hodiff
from hodiff.views.html import element, joined, page

NASTY = "</title><script src=https://a.example>&\"'"


class Read(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_text_stays_text() -> None:
    read = Read(page(NASTY, element("p", NASTY, title=NASTY), joined([NASTY, NASTY], "<")))
    assert "script" not in dict(read.found) and read.text.count(NASTY) == 4
    assert dict(read.found)["p"]["title"] == NASTY


@pytest.mark.parametrize("command", ["graph", "plot", "report"])
def test_every_page_says_that_it_loads_nothing(command: str, tmp_path: Path) -> None:
    out = str(tmp_path / "page.html")
    where = {"at": "x=3"}
    if command == "plot":
        pytest.importorskip("matplotlib")
        where = {"over": "x=0:3"}
    hodiff.calculate(command, "where(x < 1, x**2, x)", out=out, **where)
    read = Read((tmp_path / "page.html").read_text("utf-8"))
    policies = [a["content"] for tag, a in read.found if a.get("http-equiv")]
    assert len(policies) == 1 and policies[0].startswith("default-src 'none'")
    assert "where(x < 1, x**2, x)" in read.text
    assert not [a for _, a in read.found if (a.get("src") or "").strip()]
