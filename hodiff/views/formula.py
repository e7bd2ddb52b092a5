"""A graph as a formula: infix text of the expression language, which parses back.

A formula that shared parts would make long is written with definitions:
't1 = exp(sin(x)); t1*cos(x)'.
"""

from __future__ import annotations

from typing import Any

from hodiff.engine.graph import Tensor
from hodiff.views.parts import Part, written_number
from hodiff.views.printer import (
    ATOM,
    COMPARISON,
    LOGIC,
    NEGATION,
    NOT,
    POWER,
    PRODUCT,
    SUM,
    OneLine,
    Written,
    inside,
)
from hodiff.views.reading import read


class Formula(str):
    """A formula as text of the expression language; part: what other notations write."""

    __slots__ = ("part",)
    part: Part

    def __reduce__(self) -> Any:  # parts may be too deep to pickle
        return str, (str(self),)


def formula(y: Tensor) -> str:
    """y as text in the expression language, as it was built.

    >>> from hodiff.engine.graph import variable
    >>> x = variable("x")
    >>> formula(2 * x**2 / (1 + x))
    '2*x**2/(1 + x)'
    """
    return infix(read(y))


def infix(part: Part) -> Formula:
    """Parts as text in the expression language."""
    definitions, text = Infix()(part)
    found = Formula("".join(f"{name} = {meaning}; " for name, meaning in definitions) + text)
    found.part = part
    return found


class Infix(OneLine):
    """The expression language, which is Python's notation but for where() and vectors."""

    def number(self, part: Part, children: list[Written]) -> Written:
        text = written_number(part.data)
        return text, PRODUCT if "/" in text else SUM if text.startswith("-") else ATOM

    def float(self, part: Part, children: list[Written]) -> Written:
        text = repr(part.data)
        return text, NEGATION if text.startswith("-") else ATOM

    def digits(self, part: Part, children: list[Written]) -> Written:
        text = part.data
        return text, SUM if text.startswith("-") else PRODUCT if "/" in text else ATOM

    def sum(self, part: Part, children: list[Written]) -> Written:
        texts = [inside(child, PRODUCT) for child in children]
        signs = [" - " if minus else " + " for minus in part.data]
        head = "-" if part.data[0] else ""
        rest = (sign + text for sign, text in zip(signs[1:], texts[1:], strict=True))
        return head + texts[0] + "".join(rest), SUM

    def power(self, part: Part, children: list[Written]) -> Written:
        base, exponent = children
        return f"{inside(base, ATOM)}**{inside(exponent, POWER)}", POWER

    def call(self, part: Part, children: list[Written]) -> Written:
        return f"{part.data}({', '.join(text for text, _ in children)})", ATOM

    def comparison(self, part: Part, children: list[Written]) -> Written:
        a, b = children
        return f"{inside(a, SUM)} {part.data} {inside(b, SUM)}", COMPARISON

    def logic(self, part: Part, children: list[Written]) -> Written:
        precedence = LOGIC[part.data]
        return f" {part.data} ".join(inside(x, precedence) for x in children), precedence

    def not_(self, part: Part, children: list[Written]) -> Written:
        return f"not {inside(children[0], NOT)}", NOT

    def vector(self, part: Part, children: list[Written]) -> Written:
        return f"[{', '.join(text for text, _ in children)}]", ATOM

    def entry(self, part: Part, children: list[Written]) -> Written:
        return f"{inside(children[0], ATOM)}[{', '.join(map(_item, part.data))}]", ATOM

    def matmul(self, part: Part, children: list[Written]) -> Written:
        a, b = children
        return f"{inside(a, PRODUCT)} @ {inside(b, POWER)}", PRODUCT


def _item(item: Any) -> str:
    if not isinstance(item, tuple):
        return str(item)
    start, stop, step = item
    return f"{start}:{stop if stop >= 0 else ''}" + (f":{step}" if step != 1 else "")
