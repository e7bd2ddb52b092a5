"""Files that a picture is written to."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from html import escape
from typing import Any

from hodiff.calculator.output import save
from hodiff.calculator.request import usage
from hodiff.errors import nearest

FORMS = ("png", "svg", "pdf", "html")
DOTS = 160  # an inch, of a png
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 1rem auto; max-width: 60rem; padding: 0 1rem; font: 1rem/1.5 sans-serif; }}
svg {{ max-width: 100%; height: auto; background: white; }}
</style>
</head>
<body>
<h1><code>{title}</code></h1>
<figure role="img" aria-label="{label}">
{svg}
</figure>
<ul>
{notes}
</ul>
</body>
</html>
"""


def form_of(path: Any) -> str:
    """What a file is to be, by its name. Raises HodiffError for what it can't."""
    if not isinstance(path, (str, os.PathLike)):
        raise usage(f"--out is the name of a file, not {type(path).__name__}", "--out")
    name = os.fspath(path)
    form = name.rpartition(".")[2].lower() if "." in os.path.basename(name) else ""
    if form not in FORMS:
        listed = f".{', .'.join(FORMS[:-1])} or .{FORMS[-1]}"
        mend = nearest(form, list(FORMS)) if form else ""
        raise usage(f"--out is a file that ends in {listed}{mend}", "--out")
    return form


def image(made: Any, form: str) -> bytes:
    """A figure of matplotlib as the bytes of a file."""
    paper = io.BytesIO()
    plain = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form)
    made.savefig(paper, format=form, dpi=DOTS, metadata=plain)
    return paper.getvalue()


def page(made: Any, title: str, notes: list[str]) -> bytes:
    """A page that holds the picture, with nothing to load."""
    svg = image(made, "svg").decode()
    svg = svg[svg.index("<svg") :]
    listed = "\n".join(f"<li>{escape(note)}</li>" for note in notes)
    label = f"A plot of {title}"
    shown = PAGE.format(title=escape(title), label=escape(label), svg=svg, notes=listed)
    return shown.encode()


def write(path: Any, make: Callable[[str], bytes]) -> str:
    """Write what make gives for the form that a file's name says; the name."""
    form, name = form_of(path), os.fspath(path)
    save(name, make(form))
    return str(name)
