"""What a formula is made of: sums, products, powers and calls, as they are written.

A Part is a formula in the order and the shape of its text, whatever it is written in: reading.py
makes parts of a graph, a printer (printer.py) writes them. A part that is used twice is one
object, so that parts are a graph as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hodiff.engine.exact import quotient as divided
from hodiff.engine.passes import postorder
from hodiff.errors import HodiffError

KINDS = {
    "number": "an exact number, an int or a Fraction, maybe below 0: its data",
    "digits": "a number as it is told: its text, 1.5e-07 or 2/3",
    "float": "a float of Python's, or arrays of them as nested lists: its data",
    "name": "a variable or a named constant (pi, e): its data",
    "sum": "terms; data: for each whether it is subtracted",
    "negation": "minus one part, a product or what binds tighter",
    "product": "factors; data: how many of them are above the line, the others divide",
    "power": "a base and an exponent; a square root is a call of sqrt",
    "call": "arguments of a function of the language: its name",
    "comparison": "two sides of one of < <= > >= == !=: its data",
    "logic": "two conditions that 'and' or 'or', its data, joins",
    "not": "one condition",
    "vector": "entries, which may be vectors",
    "entry": "a vector whose entries data names: ints, and (start, stop, step) for slices",
    "matmul": "two sides of @",
}
"""Every kind of part: what its children are, and its data."""


class Part:
    """One part of a formula. Compared by identity: a shared part is the same object."""

    __slots__ = ("children", "data", "kind")

    def __init__(self, kind: str, children: Iterable[Part] = (), data: Any = None) -> None:
        self.kind, self.children, self.data = kind, tuple(children), data

    def __repr__(self) -> str:
        return f"<{self.kind} {self.data!r} of {len(self.children)}>"


def number(x: Any) -> Part:
    return Part("number", data=x)


def name(text: str) -> Part:
    return Part("name", data=text)


def call(function: str, *arguments: Part) -> Part:
    return Part("call", arguments, function)


def power(base: Part, exponent: Any) -> Part:
    """base**exponent, an exact number: the base itself, or its root, where that says it."""
    if exponent == 1:
        return base
    if (exponent.numerator, exponent.denominator) == (1, 2):
        return call("sqrt", base)
    return Part("power", (base, number(exponent)))


def quotient(factor: Any, above: Sequence[Part], below: Sequence[Part]) -> Part:
    """An exact factor times what is above the line, over what is below it."""
    p, q = int(factor.numerator), int(factor.denominator)
    above, below = list(above), list(below)
    if q != 1 and "/" not in written_number(factor):
        above.insert(0, number(abs(factor)))  # a long decimal reads better whole
    else:
        if p not in (1, -1) or not above:
            above.insert(0, number(abs(p)))
        if q != 1:
            below.insert(0, number(q))
    whole = Part("product", [*above, *below], len(above)) if below or len(above) > 1 else above[0]
    return Part("negation", [whole]) if p < 0 else whole


def times(*above: Part, below: Sequence[Part] = (), sign: Any = 1) -> Part:
    """A product as it is written: its numbers are one, and a product in it is no part of its own.

    >>> times(number(2), times(number(-3), name("x"))).kind
    'negation'
    """
    factor: Any = sign
    tops: list[Part] = []
    bottoms: list[Part] = []
    stack = [(x, True) for x in reversed(above)] + [(x, False) for x in reversed(below)]
    for part, up in reversed(stack):
        inside = [part]
        if part.kind == "negation":
            factor, inside = -factor, [part.children[0]]
        for x in inside:
            if x.kind == "product" and up:
                tops += x.children[: x.data]
                bottoms += x.children[x.data :]
            else:
                (tops if up else bottoms).append(x)
    for x in [x for x in tops if x.kind == "number"]:
        factor *= x.data
    for x in [x for x in bottoms if x.kind == "number" and x.data]:
        factor = divided(factor, x.data)
    tops = [x for x in tops if x.kind != "number"]
    bottoms = [x for x in bottoms if x.kind != "number" or not x.data]
    if factor == 0:
        return number(0)
    return quotient(factor, tops, bottoms)


def plus(*terms: Part) -> Part:
    """A sum as it is written, a term below 0 subtracted.

    >>> plus(name("x"), times(number(-2), name("y"))).data
    (False, True)
    """
    found: list[tuple[Part, bool]] = []
    for term in terms:
        if term.kind == "negation":
            found.append((term.children[0], True))
        elif term.kind == "sum":
            found += zip(term.children, term.data, strict=True)
        elif not (term.kind == "number" and term.data == 0):
            found.append((term, False))
    if len(found) < 2:
        return terms[0] if len(terms) == 1 else found[0][0] if found else number(0)
    return Part("sum", [x for x, _ in found], tuple(minus for _, minus in found))


def written_number(x: Any) -> str:
    """An exact number: a whole number, a decimal or a quotient, whichever is shortest.

    Raises HodiffError (limit) for more digits than Python prints.
    """
    p, q = int(x.numerator), int(x.denominator)
    if max(p.bit_length(), q.bit_length()) > MOST_BITS:
        raise HodiffError("limit", "a constant of the formula has over 4000 digits")
    text = str(p) if q == 1 else f"{p}/{q}"
    decimal = _decimal(p, q) if len(text) > LONG else None
    return decimal if decimal is not None and len(decimal) < len(text) else text


LONG = 9  # characters of a number, whose place a decimal may take
MOST_BITS = 14_000  # Python prints 4300 digits


def _decimal(p: int, q: int) -> str | None:
    """p/q in exact scientific notation, None where its decimals don't end."""
    digits = 0
    while q % 10 == 0:
        q, digits = q // 10, digits + 1
    for prime, other in ((2, 5), (5, 2)):
        while q % prime == 0:
            q, p, digits = q // prime, p * other, digits + 1
    if q != 1:
        return None
    while p and p % 10 == 0:
        p, digits = p // 10, digits - 1
    if p.bit_length() > MOST_BITS:
        return None
    sign, text = ("-", str(-p)) if p < 0 else ("", str(p))
    exponent = len(text) - 1 - digits
    if -5 < exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{text}"
    if 0 <= exponent < len(text) - 1:
        return f"{sign}{text[: exponent + 1]}.{text[exponent + 1 :]}"
    return f"{sign}{text[0]}{'.' + text[1:] if text[1:] else ''}e{exponent}"


def without_aliases(root: Part) -> Part:
    """The same with no part that only stands for another: of kind "same", with one child."""

    def meant(part: Part) -> Part:
        while part.kind == "same":
            (part,) = part.children
        return part

    for part in in_order(root):
        if any(child.kind == "same" for child in part.children):
            part.children = tuple(map(meant, part.children))
    return meant(root)


def operations(root: Part, known: dict[Part, tuple[int, int]]) -> tuple[int, int]:
    """How long a formula is: its operations, and the names and numbers in it, each as often as it
    is written. known gathers what was counted."""
    stack = [root]
    while stack:
        part = stack[-1]
        unknown = [child for child in part.children if child not in known]
        if unknown:
            stack += unknown
            continue
        stack.pop()
        here = leaves = 0
        if part.kind == "number":
            x, leaves = part.data, 1
            here = int(x < 0)
        elif part.kind in ("sum", "product"):
            here = len(part.children) - 1 + (part.kind == "sum" and part.data[0])
        elif part.kind in ("name", "float"):
            leaves = 1
        else:
            here = 1
        for child in part.children:
            more, names = known[child]
            here, leaves = here + more, leaves + names
        known[part] = here, leaves
    return known[root]


def in_order(root: Part) -> list[Part]:
    """The parts of a formula, each once and after its own parts.

    >>> x = name("x")
    >>> [part.kind for part in in_order(Part("sum", [x, call("sin", x)], (False, False)))]
    ['name', 'call', 'sum']
    """
    return postorder(root, lambda part: part.children)
