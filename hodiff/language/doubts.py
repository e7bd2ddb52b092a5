"""What is read as it stands and hardly meant so, x^1/2, xe^x, log(2, x): notes that say it."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator

from hodiff.errors import HodiffError
from hodiff.language.checks import quote
from hodiff.language.grammar import Node
from hodiff.language.parser import nodes
from hodiff.language.ranges import RANGED, ranged

Note = Iterator[str]


def doubts(tree: Node, text: str, free: Container[str]) -> list[str]:
    """What to say of a program read from text, whose variables free are.

    >>> from hodiff.language.parser import parse
    >>> doubts(parse("x^1/2"), "x^1/2", ["x"])
    ['x^1/2 is read as (x^1)/2: for the exponent 1/2 write x^(1/2)']
    """
    own = {child.value[0] for child in tree.children[:-1]}
    found: dict[str, int] = {}
    for node in nodes(tree):
        look = None if node.value in own else LOOKS.get((node.kind, node.value))
        for note in look(node, text, free) if look else ():
            found[note] = min(node.start, found.get(note, node.start))
    return sorted(found, key=found.__getitem__)


def cut_exponent(node: Node, text: str, free: Container[str]) -> Note:
    """x^1/2, x^-1/2, e^-t/τ, e^-k*t: an exponent without brackets ends before the sign. Nobody
    raises to 1, and a number that it doesn't divide, or what is no number, is seldom divided behind
    a minus."""
    power, divisor = node.children
    while power.kind == "operation" and power.value in ("mul", "div"):
        power = power.children[1]
    if power.kind != "operation" or power.value != "pow":
        return
    base, exponent = power.children
    between = re.fullmatch(r"(\s*)[*/]\s*\(*", text[exponent.end : divisor.start])
    typed = re.search(r"(\^|\*\*)\s*$", text[base.end : exponent.start])
    if between is None or typed is None:
        return
    minus = exponent.kind == "operation" and exponent.value == "neg"
    number = exponent.children[0] if minus else exponent
    if number.kind == "number":
        meant = divisor.kind == "number" and ((minus and not between[1]) or exponent.value == 1)
        if not meant or not divisor.value or number.value % divisor.value == 0:
            return
    elif not minus or between[1]:
        return
    if node.value == "mul":
        names = {x.value for x in nodes(exponent) if x.kind == "name"}
        if (
            exponent.value != "neg"
            or divisor.kind != "name"
            or divisor.value in {*names, "pi", "e"}
        ):
            return
    start = text[power.start : base.end + typed.end()].strip()
    before, whole = text[power.start : exponent.end], text[exponent.start : node.end]
    yield (
        f"{quote(text[power.start : node.end])} is read as ({quote(before)})"
        f"{quote(text[exponent.end : node.end])}: for the exponent {quote(whole)} write"
        f" {quote(start)}({quote(whole)})"
    )


def rounded_quotient(node: Node, text: str, free: Container[str]) -> Note:
    """1//2, a fraction in other languages."""
    a, b = node.children
    if a.kind == b.kind == "number" and b.value and a.value % b.value:
        written = f"{text[a.start : a.end]}/{text[b.start : b.end]}"
        yield f"'//' rounds down, to {a.value // b.value} here: for the quotient write {written}"


def base_of_power(node: Node, text: str, free: Container[str]) -> Note:
    """xe^x and E^x."""
    base, exponent = node.children
    if base.kind != "name" or base.value not in free or exponent.kind == "number":
        return
    if base.value == "E":
        yield "'E' is read as a variable: for the number write e"
    elif re.fullmatch(r"[^\W\d_]{1,2}e", base.value):
        product = "*".join(base.value)
        yield f"'{base.value}' is read as a variable: for the product write {product}"


def base_of_logarithm(node: Node, text: str, free: Container[str]) -> Note:
    """log(2, x), whose base comes first elsewhere."""
    if len(node.children) != 2 or [x.kind == "number" for x in node.children] != [True, False]:
        return
    a, b = (quote(text[x.start : x.end]) for x in node.children)
    yield f"log({a}, {b}) is the logarithm of {a}: to the base {a} it is log({b}, {a})"


def same_terms(node: Node, text: str, free: Container[str]) -> Note:
    """sum(w_i*x_i, i, 1, 3), whose terms are the same."""
    try:
        parts = ranged(node)
    except HodiffError:  # told where it is built
        return
    if parts is None:
        return
    i, used = parts.name.value, {x.value for x in nodes(parts.term) if x.kind == "name"}
    entries = sorted(x for x in used if x.endswith(f"_{i}") and x in free)
    if entries:
        shown = ", ".join(f"{quote(x.removesuffix(f'_{i}'))}[{i}]" for x in entries)
        names = ", ".join(f"'{quote(x)}'" for x in entries)
        yield f"{names}: the same in each term of {node.value}; entries are written {shown}"
    elif used and i not in used:
        yield f"the terms of {node.value} don't use '{quote(i)}': all are the same"


LOOKS: dict[tuple[str, object], Callable[[Node, str, Container[str]], Note]] = {
    ("operation", "div"): cut_exponent,
    ("operation", "mul"): cut_exponent,
    ("operation", "floordiv"): rounded_quotient,
    ("operation", "pow"): base_of_power,
    ("call", "log"): base_of_logarithm,
    **{("call", name): same_terms for name in RANGED},
}
