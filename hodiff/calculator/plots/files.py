"""Files that a picture is written to."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

from hodiff.calculator.output import save
from hodiff.calculator.plots.figure import SETTINGS, WHAT
from hodiff.calculator.plots.missing import needed
from hodiff.calculator.request import usage
from hodiff.errors import nearest
from hodiff.views import html

FORMS = ("png", "svg", "pdf", "html")
DOTS = 160  # an inch, of a png


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
    with needed("matplotlib", WHAT).rc_context(SETTINGS):  # how svg is written is settled here
        made.savefig(paper, format=form, dpi=DOTS, metadata=plain)
    return paper.getvalue()


def page(made: Any, title: str, notes: list[str]) -> bytes:
    """A page that holds the picture."""
    shown = html.picture(image(made, "svg").decode(), f"A plot of {title}", "sheet")
    heading = html.element("h1", html.element("code", title))
    return html.page(title, heading, shown, html.listed(notes)).encode()


def write(path: Any, make: Callable[[str], bytes]) -> str:
    """Write what make gives for the form that a file's name says; the name."""
    form, name = form_of(path), os.fspath(path)
    save(name, make(form))
    return str(name)
