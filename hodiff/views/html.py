"""Elements of HTML, and pages. What isn't one is text, and escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

ALONE = ("meta", "input", "br")  # have no end
STYLE = Path(__file__).with_name("page.css")
# Nothing is loaded from anywhere, whatever an expression says.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(x: Any) -> Html:
    return x if isinstance(x, Html) else Html(escape(str(x)))


def joined(parts: Iterable[Any], between: str = "") -> Html:
    return Html(between.join(map(html, parts)))


def element(name: str, /, *content: Any, **attributes: Any) -> Html:
    """An element. An attribute whose name ends in _ is called without it; one that is True has no
    value, one that is None isn't there.

    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    said = ""
    for key, value in attributes.items():
        if value is not None and value is not False:
            said += f" {key.rstrip('_').replace('_', '-')}"
            said += "" if value is True else f'="{escape(str(value))}"'
    if name in ALONE:
        return Html(f"<{name}{said}>")
    return Html(f"<{name}{said}>{joined(content)}</{name}>")


def table(header: Iterable[Any], rows: Iterable[Iterable[Any]], caption: str) -> Html:
    """A table that scrolls by itself where it is too wide, by keys, too; the first cell of a row
    is its head."""
    head = element("tr", joined(element("th", x, scope="col") for x in header))
    body = []
    for first, *rest in rows:
        cells = joined(element("td", x) for x in rest)
        body.append(element("tr", element("th", first, scope="row"), cells))
    shown = element(
        "table",
        element("caption", caption),
        element("thead", head),
        element("tbody", joined(body, "\n")),
    )
    return element("div", shown, class_="wide", role="region", tabindex=0, aria_label=caption)


def program(text: str, label: str) -> Html:
    return element(
        "pre", element("code", text), class_="wide", role="region", tabindex=0, aria_label=label
    )


def page(title: str, *content: Any) -> str:
    """A whole page, which needs nothing else: its style is in it, and it asks nobody."""
    head = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("title", f"{title}: hodiff"),
        element("style", Html(STYLE.read_text(encoding="utf-8"))),
    ]
    parts = [element("head", joined(head, "\n")), element("body", joined(content, "\n"))]
    return f"<!DOCTYPE html>\n{element('html', joined(parts), lang='en')}\n"


def picture(svg: str, label: str, how: str = "") -> Html:
    """A drawing. how: "sheet" puts it on a white one, where it has no colours of its own for the
    dark, and "full" scrolls it, where it is too large to be shrunk."""
    drawn = Html(svg[svg.index("<svg") :])
    inner = element("div", drawn, class_=f"picture {how}".strip(), role="img", aria_label=label)
    return element("figure", inner, class_="wide", tabindex=0, role="region", aria_label=label)


def listed(notes: Iterable[str]) -> Html:
    """Notes, where there are any."""
    items = joined(element("li", note) for note in notes)
    return element("ul", items, class_="note") if items else Html("")
