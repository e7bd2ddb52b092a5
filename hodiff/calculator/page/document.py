"""The page of a report as a whole, its program in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hodiff.calculator.page.sections import Section
from hodiff.views.html import Html, element, html, joined, page

PROGRAM = Path(__file__).with_name("page.js")


def document(
    title: str, reading: str | None, sections: Sequence[Section], data: Mapping[str, Any] | None
) -> str:
    """The text of the page. data: what page.js reads, None where nothing moves."""
    links = (element("li", element("a", s.title, href=f"#{s.name}")) for s in sections)
    body = [
        element("a", "To the answer", href="#answer", class_="skip"),
        element("header", element("h1", element("code", title)),
                element("p", "read as ", element("code", reading)) if reading else "",
                element("nav", element("ul", joined(links)), aria_label="On this page")),
        element("main", joined(map(_section, sections), "\n")),
    ]  # fmt: skip
    if data is not None:
        # A text of the data can't end the element that holds it.
        held = Html(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"))
        body.append(element("script", held, id="numbers", type="application/json"))
        body.append(element("script", Html(PROGRAM.read_text(encoding="utf-8"))))
    return page(title, *body)


def _section(section: Section) -> Html:
    name = f"{section.name}-title"
    head = element("h2", section.title, id=name)
    return element("section", head, html(section.content), id=section.name, aria_labelledby=name)
