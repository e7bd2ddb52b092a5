"""The page as a whole: one file, its style and its program in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hodiff.calculator.page.html import Html, element, html, joined
from hodiff.calculator.page.sections import Section

HERE = Path(__file__).parent
# Nothing is loaded from anywhere, whatever an expression says.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


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
        body.append(element("script", _file("page.js")))
    head = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("title", f"{title}: hodiff"),
        element("style", _file("page.css")),
    ]
    page = [element("head", joined(head, "\n")), element("body", joined(body, "\n"))]
    return f"<!DOCTYPE html>\n{element('html', joined(page), lang='en')}\n"


def _section(section: Section) -> Html:
    name = f"{section.name}-title"
    head = element("h2", section.title, id=name)
    return element("section", head, html(section.content), id=section.name, aria_labelledby=name)


def _file(name: str) -> Html:
    return Html((HERE / name).read_text(encoding="utf-8"))
