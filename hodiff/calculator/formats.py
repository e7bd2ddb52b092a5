"""The formats that print an answer. A format is one function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

from hodiff.answers.digits import MOST_WHOLE
from hodiff.calculator.answer import Answer, encodable, text, texts

if TYPE_CHECKING:
    from hodiff.views.typeset import Typeset


def plain(answer: Answer) -> str:
    return "\n".join("\t".join(texts(line)) for line in answer.lines)


def csv(answer: Answer) -> str:
    import csv  # start-up: one format needs it
    import io

    written = io.StringIO()
    rows = [[text(x) if isinstance(x, dict) else x for x in row] for row in answer.records]
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue().removesuffix("\n")


def json(answer: Answer) -> str:
    return one_line(answer.fields)


def table(answer: Answer) -> str:
    from hodiff.calculator.tables import table  # start-up: brings rich

    return table(answer)


def latex(answer: Answer) -> str:
    from hodiff.views.latex import Latex  # start-up: with what it needs, numbers as text don't

    return _set(answer, Latex)


def mathml(answer: Answer) -> str:
    from hodiff.views.mathml import Mathml  # start-up

    shown = _set(answer, Mathml)
    return shown if encodable(shown) else shown.encode("ascii", "xmlcharrefreplace").decode()


def typst(answer: Answer) -> str:
    from hodiff.views.typst import Typst  # start-up

    return _set(answer, Typst)


def markdown(answer: Answer) -> str:
    from hodiff.calculator.markdown import markdown  # start-up

    return markdown(answer)


def _set(answer: Answer, notation: Callable[[Iterable[str]], Typeset]) -> str:
    """The answer's equations, and its notes under them."""
    from hodiff.calculator.equations import body, title  # start-up

    taken = answer.asked.variables if answer.asked else ()
    return notation(taken).document(chain(title(answer), body(answer)), answer.notes)


FORMATS: dict[str, Callable[[Answer], str]] = {
    "table": table,
    "json": json,
    "csv": csv,
    "plain": plain,
    "latex": latex,
    "mathml": mathml,
    "markdown": markdown,
    "typst": typst,
}


def one_line(x: Any) -> str:
    """x as JSON on one line, in ASCII where stdout can't encode more."""
    from json.encoder import encode_basestring, encode_basestring_ascii  # start-up: one format

    line = _json(x, encode_basestring)
    return line if encodable(line) else _json(x, encode_basestring_ascii)


def _json(x: Any, quoted: Callable[[str], str]) -> str:
    """x as JSON. The standard library's writes a float by its shortest name, whose last digit may
    be none of the number's."""
    if isinstance(x, str):
        return quoted(x)
    if x is None or isinstance(x, bool):
        return {None: "null", True: "true", False: "false"}[x]
    if isinstance(x, (int, float)):
        if x - x != 0:
            raise ValueError("JSON has no nan and no inf")
        return repr(x) if abs(x) < MOST_WHOLE or isinstance(x, float) else quoted(str(x))
    if hasattr(x, "denominator"):  # an exact quotient
        return quoted(str(x))
    if isinstance(x, dict):
        parts = [f"{quoted(key)}: {_json(value, quoted)}" for key, value in x.items()]
        return f"{{{', '.join(parts)}}}"
    return f"[{', '.join(_json(value, quoted) for value in x)}]"
