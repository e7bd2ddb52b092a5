"""Elements of HTML. What isn't one is text, and escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

ALONE = ("meta", "input", "br")  # have no end


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
