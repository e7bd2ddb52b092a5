"""What the targets share: how parts are written as code, and how a function is laid out.

A target is a subclass of Code: a table of the functions that it has, the words that it keeps for
itself, and the methods whose text differs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar, NamedTuple

from hodiff.errors import HodiffError
from hodiff.views.parts import Part
from hodiff.views.printer import (
    AND,
    ATOM,
    COMPARISON,
    LOGIC,
    NEGATION,
    OR,
    PRODUCT,
    SUM,
    OneLine,
    Written,
    inside,
)

CHOICE = OR - 1  # a if test else b: what binds loosest
WHOLE = 2**53  # doubles hold all whole numbers up to it
WIDTH = 88  # of a line of documentation

FIELD = re.compile(r"\{.*?\}")  # of a template
WORD = re.compile(r"[^\W\d]\w*")


class Definition(NamedTuple):
    """A name for a part: its text, whether it is true or false, whether it has no variables, when
    it is wanted, if not always, and how many definitions stand behind it."""

    name: str
    text: Written
    condition: bool
    fixed: bool
    guard: Written | None
    level: int


class Result(NamedTuple):
    """What a function gives: value, gradient or hessian; and the outputs' names, in lists."""

    what: str
    entries: Any


class Function(NamedTuple):
    """A function to be laid out.

    arguments    their names here, in order; columns: as the user has them
    outputs      each number that it gives, by name, and its text here
    fixed        those of outputs that have no variables
    results      in order
    about        lines of documentation, in words
    """

    name: str
    arguments: Sequence[str]
    columns: Sequence[str]
    definitions: Sequence[Definition]
    outputs: Mapping[str, str]
    fixed: Collection[str]
    results: Sequence[Result]
    about: Sequence[str]

    def levels(self, fixed: bool = True) -> list[list[Definition]]:
        """The definitions, those together that need none of each other; fixed ones, or not."""
        found: dict[int, list[Definition]] = {}
        for d in self.definitions:
            if d.fixed and not fixed:
                continue
            found.setdefault(d.level, []).append(d)
        return [found[level] for level in sorted(found)]


class Argument:
    """What a template is filled with: {0} an argument between commas, {0:a} one in parentheses
    where it needs them."""

    def __init__(self, written: Written) -> None:
        self.written = written

    def __format__(self, spec: str) -> str:
        return inside(self.written, ATOM) if spec == "a" else self.written[0]


CONSTANTS = {"euler_gamma": 0.5772156649015329, "catalan": 0.915965594177219,
             "golden_ratio": 1.618033988749895}  # fmt: skip
"""For targets that have no name for them."""


class Code(OneLine):
    """Writes parts as code of numbers; what its subclasses say is data where it can be."""

    title = ""
    functions: ClassVar[Mapping[str, str]] = {}  # a template for each function of the language
    constants: ClassVar[Mapping[str, str]] = {}
    keywords: Collection[str] = ()  # what can't be a name
    operators: ClassVar[Mapping[str, str]] = {"and": "and", "or": "or", "not": "not "}
    multiplies = 1  # powers up to this one are written as products
    exact = False  # nothing is rounded: numbers stay quotients
    strict = False  # an undefined number stops it, so that what a branch needs isn't made before
    unicode = True  # names may have letters of all alphabets
    floats = False  # a whole number is written 2.0
    nan_last = False  # nan is larger than all numbers, and equal to itself
    folds = False  # names are the same in capitals
    underscores = True  # names may begin with one
    comment: tuple[str, str, str] = ('"""', "", '"""')  # what documentation stands between

    def __init__(self) -> None:
        self.fixed: set[Part] = set()  # parts without variables
        self.names_here: dict[str, str] = {}  # of variables

    def has(self, function: str, count: int) -> bool:
        """Whether the target has a function, with so many arguments."""
        fields = FIELD.findall(self.functions.get(function, ""))
        return count == (len(fields) if "{}" in fields else len(set(fields))) and count > 0

    # Parts.

    def number(self, part: Part, children: list[Written]) -> Written:
        x: Any = part.data
        if type(x) is bool:
            return self.truth(x), ATOM
        text = self.rational(x)
        return text, SUM if text.startswith("-") else PRODUCT if "/" in text else ATOM

    def truth(self, x: bool) -> str:
        return str(x)

    def rational(self, x: Fraction) -> str:
        """The double nearest to an exact number, as the shortest text that gives it."""
        try:
            double = float(x)
        except OverflowError:
            double = float("inf")
        if abs(double) == float("inf") or (not double and x):
            raise HodiffError(
                "limit", f"a double can't hold a constant of the formula: {_short(x)}"
            )
        if x.denominator == 1 and abs(x) < WHOLE:
            return self.literal(double)
        text = repr(double)
        whole = abs(x.numerator) < WHOLE and x.denominator < WHOLE
        if whole and Fraction(text) != x:
            return f"{self.literal(float(x.numerator))}/{self.literal(float(x.denominator))}"
        return self.literal(double)

    def literal(self, x: float) -> str:
        """A double: 2.0, or 2 where that is the same number."""
        return str(int(x)) if not self.floats and x.is_integer() and abs(x) < WHOLE else repr(x)

    def float(self, part: Part, children: list[Written]) -> Written:
        text = repr(part.data)
        return text, SUM if text.startswith("-") else ATOM

    def name(self, part: Part, children: list[Written]) -> Written:
        known = self.names_here.get(part.data)
        if known is not None:
            return known, ATOM
        return self.constants.get(part.data) or self.literal(CONSTANTS[part.data]), ATOM

    def sum(self, part: Part, children: list[Written]) -> Written:
        texts, minus = [inside(child, PRODUCT) for child in children], list(part.data)
        for i, (x, (text, _)) in enumerate(zip(part.children, children, strict=True)):
            if x.kind == "negation" and text.startswith("-"):  # a - b for a + (-b)
                texts[i], minus[i] = text[1:], not minus[i]
        signs = [" - " if negative else " + " for negative in minus]
        head = "-" if minus[0] else ""
        rest = (sign + text for sign, text in zip(signs[1:], texts[1:], strict=True))
        return head + texts[0] + "".join(rest), SUM

    def power(self, part: Part, children: list[Written]) -> Written:
        return self.filled("pow", children)

    def call(self, part: Part, children: list[Written]) -> Written:
        return (
            self.where(part, children) if part.data == "where" else self.filled(part.data, children)
        )

    def filled(self, function: str, children: list[Written]) -> Written:
        return self.functions[function].format(*map(Argument, children)), ATOM

    def where(self, part: Part, children: list[Written]) -> Written:
        test, a, b = (inside(x, OR) for x in children)
        return f"{test} ? {a} : {b}", CHOICE

    def comparison(self, part: Part, children: list[Written]) -> Written:
        a, b = (inside(x, SUM) for x in children)
        return f"{a} {self.operators.get(part.data, part.data)} {b}", COMPARISON

    def logic(self, part: Part, children: list[Written]) -> Written:
        precedence = LOGIC[part.data]
        tight = AND if precedence == AND else COMPARISON
        sign = f" {self.operators[part.data]} "
        return sign.join(inside(x, tight) for x in children), precedence

    def not_(self, part: Part, children: list[Written]) -> Written:
        return f"{self.operators['not']}{inside(children[0], ATOM)}", NEGATION

    # The function.

    def variable(self, name: str, taken: set[str]) -> str:
        """A variable's name here: another where the target can't have this one."""
        return self.free(name, taken)

    def free(self, name: str, taken: set[str]) -> str:
        """A name that isn't taken, as near to this one as can be; taken from now on."""
        name = name if self.unicode else spelled(name)
        name = name if self.underscores else name.lstrip("_") or "x"
        found = unicodedata.normalize("NFKC", name)  # as Python reads names
        while self.folded(found) in taken:
            found += "_"
        taken.add(self.folded(found))
        return found

    def folded(self, name: str) -> str:
        return name.lower() if self.folds else name

    def layout(self, f: Function) -> str:
        raise NotImplementedError

    def reserved(self) -> set[str]:
        """What can't be a variable: words of the target, and what the functions are called by."""
        calls = " ".join(FIELD.sub("", text) for text in self.functions.values())
        used = WORD.findall(calls)
        return {*self.keywords, *used, *WORD.findall(" ".join(self.constants.values())), "_"}

    def documented(self, lines: Sequence[str], indent: str = "") -> list[str]:
        """Lines as a comment, which nothing in them can end."""
        opening, margin, closing = self.comment
        texts = [self.harmless(line) for line in lines]
        if not opening:
            return [f"{indent}{margin}{text}".rstrip() for text in texts]
        first, *rest = texts
        body = [f"{indent}{margin}{text}".rstrip() for text in rest]
        return [f"{indent}{opening}{first}", *body, f"{indent}{closing}"]

    def harmless(self, text: str) -> str:
        return printable(text)


def returned(f: Function, whats: Mapping[str, str]) -> str:
    """What a function returns, in words."""
    told = "; ".join(f"{r.what.replace('hess', 'Hess')}: {whats[r.what]}" for r in f.results)
    return f"Returns {told}."


def spelled(name: str) -> str:
    """A name in ASCII: alpha for α."""
    return "".join(c if c.isascii() else _letter(c) for c in unicodedata.normalize("NFKC", name))


def _letter(c: str) -> str:
    words = unicodedata.name(c, "").split(" WITH ")[0].split()
    if words[1:3] == ["SMALL", "LETTER"] or words[1:3] == ["CAPITAL", "LETTER"]:
        word = "lambda" if words[-1] == "LAMDA" else words[-1].lower()
        return word.capitalize() if words[1] == "CAPITAL" else word
    return f"u{ord(c):x}"


def printable(text: str) -> str:
    """text on one line, without control characters and signs that turn a line's direction."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text)


def nested(f: Function, entries: Any, written: Callable[[list[str]], str]) -> str:
    """Results as lists in lists."""
    if isinstance(entries, str):
        return f.outputs[entries]
    return written([nested(f, x, written) for x in entries])


def _short(x: Fraction) -> str:
    n = (x.numerator.bit_length() - x.denominator.bit_length()) * 0.30103
    return f"about 1e{n:+.0f}"
