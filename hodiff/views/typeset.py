"""What LaTeX, MathML and Typst share: how mathematics sets sums, fractions, powers and functions.

A notation is a subclass: it says how its signs are written, and this file where they go. Every
formula has one reading: a function's argument is in parentheses, a name before a parenthesis is
followed by a dot, so that it is no function, and two names that would look alike (x1 and x_1) are
told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from hodiff.views.notations import NOTATIONS, Notation
from hodiff.views.parts import Part, written_number
from hodiff.views.printer import (
    ATOM,
    COMPARISON,
    LOGIC,
    NOT,
    POWER,
    PRODUCT,
    SUM,
    Printer,
    Text,
    Written,
)

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
GREEK |= {name.capitalize(): letter.upper() for name, letter in GREEK.items()}
LETTERS = {letter: name for name, letter in GREEK.items()} | {"ϵ": "epsilon", "ς": "sigma"}

# As mathematics calls them.
CONSTANTS = {"euler_gamma": "gamma", "catalan": "G", "golden_ratio": "phi"}

# What mathematics calls the language's functions, where it has another name for them.
OPERATORS = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arsinh",
    "acosh": "arcosh", "atanh": "artanh", "sign": "sgn", "asec": "arcsec", "acsc": "arccsc",
    "acot": "arccot", "asech": "arsech", "acsch": "arcsch", "acoth": "arcoth", "erfinv": "inverf",
    "erfcinv": "inverfc", "ei": "Ei", "si": "Si", "ci": "Ci", "shi": "Shi", "chi": "Chi",
}  # fmt: skip
SYMBOLS = {
    "normcdf": "Φ", "normpdf": "φ", "dawson": "F", "fresnels": "S", "fresnelc": "C",
    "gammainc": "P", "gammaincc": "Q", "lowergamma": "γ", "uppergamma": "Γ",
}  # fmt: skip
"""Functions that have a letter, where no variable has it (DLMF, Notations)."""
POWERED = frozenset((
    "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "sech", "csch", "coth",
    "asin", "acos", "atan", "asinh", "acosh", "atanh", "log",
    "asec", "acsc", "acot", "asech", "acsch", "acoth",
))  # fmt: skip
"""Functions whose powers are written sin²(x)."""

FENCES = {"abs": "||", "floor": "⌊⌋", "ceil": "⌈⌉", "norm": "‖‖"}
NAMELESS = frozenset(("exp", "exp2", "sqrt", "cbrt", "hypot", *FENCES))
SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "==": "=", "!=": "≠", "and": "∧", "or": "∨"}

NAME = re.compile(r"([^\W\d_]+)(\d*)((?:_[^\W_]+)*)")
MOST_PRIMES = 3
NUMBER = re.compile(r"-?(\d+(?:\.\d+)?)(?:e([+-]?\d+))?")


class Column(str):
    """A vector as it is written, and its entries, of which a matrix makes a row."""

    __slots__ = ("entries",)
    entries: list[str]


class Cases(str):
    """Cases as they are written, and their pairs, which outer cases may go on with."""

    __slots__ = ("pairs",)
    pairs: list[tuple[str, str]]


class Equation(NamedTuple):
    """A line of an answer."""

    left: Part
    right: Part
    sign: str = "="


class Line(NamedTuple):
    """An equation as it is written; a definition that it uses stands below it."""

    left: str
    sign: str
    right: str
    defines: bool = False


class Typeset(Printer):
    """Parts in a notation of mathematics. A printer remembers the names of a document: use one for
    all formulas that stand together."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = frozenset(taken)
        self.symbols: dict[str, str] = {}  # what a name is written as, and for which name it is
        self.defined: set[Part] = set()  # parts that have names

    def names(self, root: Part, order: list[Part]) -> dict[Part, str]:
        found = super().names(root, order)
        self.first += len(found)
        self.defined |= set(found)
        return found

    def lines(self, equations: Iterable[Equation]) -> Iterator[Line]:
        """Equations as they are written, each with its definitions below it."""
        for left, right, sign in equations:
            start = self(left).text
            definitions, text = self.entrywise(right)
            yield Line(start, self.sign(sign), text)
            for name, meaning in definitions:
                yield Line(self.symbol(name), self.sign("="), meaning, defines=True)

    def entrywise(self, part: Part) -> Text:
        """A part, of a vector each entry for itself: short ones stay whole."""
        if part.kind != "vector":
            return self(part)
        rows = [row.children if row.kind == "vector" else (row,) for row in part.children]
        if (
            len(set(map(len, rows))) != 1
            or len({row.kind == "vector" for row in part.children}) > 1
        ):
            return self(part)
        found = [[self(entry) for entry in row] for row in rows]
        definitions = [x for row in found for entry in row for x in entry.definitions]
        return Text(definitions, self.matrix([[entry.text for entry in row] for row in found]))

    def document(self, equations: Iterable[Equation], notes: Sequence[str] = ()) -> str:
        """An answer: its equations, and under them what else is said."""
        raise NotImplementedError

    # What a notation says: how it writes each sign and shape.

    def row(self, *texts: str) -> str:
        """Texts side by side."""
        return " ".join(texts)

    def sign(self, character: str) -> str:
        """An operator between its sides, a character: + − ⋅ ≤ ∧ ..."""
        raise NotImplementedError

    def minus(self, text: str) -> str:
        """Minus one text."""
        raise NotImplementedError

    def digits_of(self, text: str) -> str:
        """A decimal without sign and exponent."""
        raise NotImplementedError

    longest = 200_000  # characters: TeX and browsers nest no deeper
    mend = "take plain or json, or a lower order"
    times = ""
    thin = ""
    """What stands, unseen, in a product without a dot, and beside names of several letters."""
    spaced_functions = False  # whether a function needs space before it

    def beside(self, a: str, b: str) -> str:
        return self.row(*filter(None, (a, self.times, b)))

    def fraction(self, above: str, below: str) -> str:
        raise NotImplementedError

    def superscript(self, base: str, text: str) -> str:
        raise NotImplementedError

    def subscript(self, base: str, text: str) -> str:
        raise NotImplementedError

    def root(self, text: str, index: str = "") -> str:
        raise NotImplementedError

    def fenced(self, text: str, fences: str = "()") -> str:
        """Text between two signs that are as tall as it is."""
        raise NotImplementedError

    def opens(self, text: str) -> bool:
        """Whether text begins with a parenthesis, which a name before it would be applied to."""
        return text.startswith("(")

    def listed(self, texts: Sequence[str]) -> str:
        """Texts with commas between."""
        raise NotImplementedError

    def letter(self, character: str) -> str:
        """A variable of one letter, Latin or Greek."""
        raise NotImplementedError

    def word(self, text: str) -> str:
        """A name of several characters, upright."""
        raise NotImplementedError

    def operator(self, name: str) -> str:
        """The name of a function."""
        raise NotImplementedError

    def applied(self, function: str, arguments: str) -> str:
        """A function before its arguments, which are in their parentheses already."""
        raise NotImplementedError

    def powered(self, applied: str, function: str, exponent: str) -> str:
        """A power of what applied has written: the exponent goes to the function."""
        raise NotImplementedError

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        raise NotImplementedError

    def binomial(self, above: str, below: str) -> str:
        """Two texts, one over the other, in parentheses."""
        raise NotImplementedError

    def primes(self, text: str, n: int) -> str:
        raise NotImplementedError

    def text(self, words: str) -> str:
        """Words in a formula."""
        raise NotImplementedError

    def cases(self, pairs: Sequence[tuple[str, str]]) -> str:
        """Values, each with its condition; an empty one for whatever else."""
        raise NotImplementedError

    # Numbers and names.

    def inside(self, written: Written, precedence: int) -> str:
        text, own = written
        return text if own >= precedence else self.fenced(text)

    def number(self, part: Part, children: list[Written]) -> Written:
        return self.told(written_number(part.data))

    def digits(self, part: Part, children: list[Written]) -> Written:
        return self.told(part.data)

    def float(self, part: Part, children: list[Written]) -> Written:
        return self._floats(part.data)

    def _floats(self, data: Any) -> Written:
        if not isinstance(data, list):
            return self.told(repr(data))
        rows = [x if isinstance(x, list) else [x] for x in data]
        return self.matrix([[self._floats(x)[0] for x in row] for row in rows]), ATOM

    def told(self, text: str) -> Written:
        """A number as it is told, digit for digit: 2/3, 1.5e-07."""
        upper, slash, lower = text.lstrip("-").partition("/")
        if slash:
            found, precedence = self.fraction(self.told(upper)[0], self.told(lower)[0]), POWER
        else:
            found, precedence = self._decimal(upper)
        return (self.minus(found), SUM) if text.startswith("-") else (found, precedence)

    def _decimal(self, text: str) -> Written:
        if text == "inf":
            return self.letter("∞"), ATOM
        match = NUMBER.fullmatch(text)
        if match is None:  # nan
            return self.word(text), ATOM
        digits, exponent = match.groups()
        if exponent is None:
            return self.digits_of(digits), ATOM
        n = str(int(exponent))
        shown = self.digits_of(n.lstrip("-"))
        power = self.superscript(self.digits_of("10"), self.minus(shown) if n[0] == "-" else shown)
        if digits == "1":
            return power, POWER
        return self.row(self.digits_of(digits), self.sign("⋅"), power), PRODUCT

    def name(self, part: Part, children: list[Written]) -> Written:
        return self.symbol(part.data), ATOM

    def symbol(self, name: str) -> str:
        """A name as it is written, unlike every other of the document."""
        found = self._symbol(name)
        if self.symbols.setdefault(found, name) != name:
            found = self.word(name)
        return found

    def _symbol(self, name: str) -> str:
        name = CONSTANTS.get(name, name)
        match = NAME.fullmatch(name)
        if match is None:
            return self.word(name)
        stem, number, rest = match.groups()
        subscripts = [number] * (number != "") + rest.split("_")[1:]
        base = self._stem(stem)
        if not subscripts:
            return base
        return self.subscript(base, self.listed([self._stem(x) for x in subscripts]))

    def _stem(self, text: str) -> str:
        if text.isdigit():
            return self.digits_of(text)
        text = GREEK.get(text, text)
        return self.letter(text) if len(text) == 1 else self.word(text)

    # Sums and products.

    def sum(self, part: Part, children: list[Written]) -> Written:
        texts = [self.inside(child, PRODUCT) for child in children]
        row = [self.minus(texts[0]) if part.data[0] else texts[0]]
        for text, subtracted in zip(texts[1:], part.data[1:], strict=True):
            row += [self.sign("−" if subtracted else "+"), text]
        return self.row(*row), SUM

    def negation(self, part: Part, children: list[Written]) -> Written:
        return self.minus(self.inside(children[0], PRODUCT)), SUM

    def product(self, part: Part, children: list[Written]) -> Written:
        n = part.data
        above = self.factors(part.children[:n], children[:n])
        if n == len(children):
            return above, PRODUCT
        return self.fraction(above, self.factors(part.children[n:], children[n:])), POWER

    def factors(self, parts: Sequence[Part], written: Sequence[Written]) -> str:
        """A product, with a dot where two factors would run together."""
        if len(parts) == 1:
            return written[0][0]
        row = [self.inside(written[0], PRODUCT)]
        for left, part, child in zip(parts, parts[1:], written[1:], strict=False):
            text = self.inside(child, POWER)
            named = left.kind in ("name", "entry", "product") or left in self.defined
            number = begins_with_number(part) and left.kind != "derivative"
            dotted = number or (named and self.opens(text))
            thin = worded(left) or worded(part) or (self.spaced_functions and named_function(part))
            row += [self.sign("⋅") if dotted else self.thin if thin else self.times, text]
        return self.row(*filter(None, row))

    def power(self, part: Part, children: list[Written]) -> Written:
        base, exponent = part.children
        text = children[1][0]
        if base.kind == "call" and base.data in POWERED and above_one(exponent):
            function = self.operator(
                "ln" if base.data == "log" else OPERATORS.get(base.data, base.data)
            )
            powered = self.powered(children[0][0], function, text)
            if powered:
                return powered, POWER
        return self.superscript(self.inside(children[0], ATOM), text), POWER

    # Functions.

    def call(self, part: Part, children: list[Written]) -> Written:
        method = getattr(self, f"call_{part.data}", None)
        if method is not None:
            found: Written = method(part, children)
            return found
        texts = [text for text, _ in children]
        if part.data in SYMBOLS:
            head = self.initial(SYMBOLS[part.data], part.data)
            return self.applied(head, self.fenced(self.listed(texts))), ATOM
        if part.data in FENCES:
            return self.fenced(self.listed(texts), FENCES[part.data]), ATOM
        if part.data in NOTATIONS:
            return self.noted(NOTATIONS[part.data], texts), ATOM
        return self.function(OPERATORS.get(part.data, part.data), texts)

    def noted(self, notation: Notation, texts: Sequence[str]) -> str:
        """J_n(x) and the like."""
        letter, below, above, primes = notation
        head = self.operator(letter) if len(letter) > 1 else self.letter(letter)
        if primes:
            head = self.dashed(head)
        if below:
            head = self.subscript(head, self.listed(texts[:below]))
        if above:
            head = self.superscript(head, self.fenced(self.listed(texts[below : below + above])))
        return self.applied(head, self.fenced(self.listed(texts[below + above :])))

    def call_hyp2f1(self, part: Part, children: list[Written]) -> Written:
        """F(a, b; c; x)."""
        a, b, c, x = (text for text, _ in children)
        inner = self.row(self.listed([a, b]), self.sign(";"), c, self.sign(";"), x)
        return self.applied(self.letter("F"), self.fenced(inner)), ATOM

    def dashed(self, text: str) -> str:
        return f"{text}'"

    def function(self, name: str, arguments: Sequence[str]) -> Written:
        head = self.operator(name) if len(name) > 1 else self.letter(name)
        return self.applied(head, self.fenced(self.listed(arguments))), ATOM

    def call_sqrt(self, part: Part, children: list[Written]) -> Written:
        return self.root(children[0][0]), POWER

    def call_cbrt(self, part: Part, children: list[Written]) -> Written:
        return self.root(children[0][0], self.digits_of("3")), POWER

    def call_exp(self, part: Part, children: list[Written]) -> Written:
        if "e" in self.taken:  # a variable
            return self.function("exp", [children[0][0]])
        return self.superscript(self.letter("e"), children[0][0]), POWER

    def call_exp2(self, part: Part, children: list[Written]) -> Written:
        return self.superscript(self.digits_of("2"), children[0][0]), POWER

    def call_expm1(self, part: Part, children: list[Written]) -> Written:
        power, _ = self.call_exp(part, children)
        return self.row(power, self.sign("−"), self.digits_of("1")), SUM

    def call_log1p(self, part: Part, children: list[Written]) -> Written:
        term = self.inside(children[0], PRODUCT)
        return self.function("ln", [self.row(self.digits_of("1"), self.sign("+"), term)])

    def call_log(self, part: Part, children: list[Written]) -> Written:
        (text, _), *bases = children
        head = self.operator("log" if bases else "ln")
        for base, _ in bases:
            head = self.subscript(head, base)
        return self.applied(head, self.fenced(text)), ATOM

    def call_log2(self, part: Part, children: list[Written]) -> Written:
        return self._log(part.data.removeprefix("log"), children)

    call_log10 = call_log2

    def _log(self, base: str, children: list[Written]) -> Written:
        head = self.subscript(self.operator("log"), self.digits_of(base))
        return self.applied(head, self.fenced(children[0][0])), ATOM

    def call_hypot(self, part: Part, children: list[Written]) -> Written:
        two = self.digits_of("2")
        a, b = (self.superscript(self.inside(child, ATOM), two) for child in children)
        return self.root(self.row(a, self.sign("+"), b)), POWER

    def call_mod(self, part: Part, children: list[Written]) -> Written:
        a, b = (self.inside(child, POWER) for child in children)
        return self.row(a, self.operator("mod"), b), SUM

    def call_gamma(self, part: Part, children: list[Written]) -> Written:
        return self.function("Γ", [children[0][0]])

    def call_factorial(self, part: Part, children: list[Written]) -> Written:
        return self.row(self.inside(children[0], ATOM), self.sign("!")), POWER

    def call_binomial(self, part: Part, children: list[Written]) -> Written:
        return self.binomial(*(text for text, _ in children)), ATOM

    def call_sind(self, part: Part, children: list[Written]) -> Written:
        """A function of degrees."""
        angle = self.superscript(self.inside(children[0], ATOM), self.sign("∘"))
        return self.function(part.data.removesuffix("d"), [angle])

    call_cosd = call_tand = call_sind

    def call_heaviside(self, part: Part, children: list[Written]) -> Written:
        return self.applied(self.word("H"), self.fenced(children[0][0])), ATOM

    def call_lgamma(self, part: Part, children: list[Written]) -> Written:
        gamma, _ = self.call_gamma(part, children)
        return self.applied(self.operator("ln"), self.fenced(gamma, "||")), ATOM

    def call_digamma(self, part: Part, children: list[Written]) -> Written:
        return self.function("ψ", [children[0][0]])

    def call_beta(self, part: Part, children: list[Written]) -> Written:
        return self.applied(
            self.word("B"), self.fenced(self.listed([x for x, _ in children]))
        ), ATOM

    def call_polygamma(self, part: Part, children: list[Written]) -> Written:
        (order, _), (text, _) = children
        head = self.superscript(self.letter("ψ"), self.fenced(order))
        return self.applied(head, self.fenced(text)), ATOM

    def initial(self, letter: str, name: str) -> str:
        """A function's letter; its name where a variable has the letter."""
        taken = {letter, LETTERS.get(letter, letter)} & self.taken
        return self.operator(name) if taken else self.letter(letter)

    def below(self, letter: str, name: str, index: Written, *arguments: Written) -> Written:
        """A function with its first argument below."""
        head = self.subscript(self.initial(letter, name) if len(letter) == 1 else
                              self.operator(letter), index[0])  # fmt: skip
        return self.applied(head, self.fenced(self.listed([text for text, _ in arguments]))), ATOM

    def call_lambertw(self, part: Part, children: list[Written]) -> Written:
        x, *branch = children
        return self.below("W", "lambertw", *branch or [(self.digits_of("0"), ATOM)], x)

    def call_e1(self, part: Part, children: list[Written]) -> Written:
        return self.below("E", "E", (self.digits_of("1"), ATOM), *children)

    def call_expint(self, part: Part, children: list[Written]) -> Written:
        return self.below("E", "E", *children)

    def call_polylog(self, part: Part, children: list[Written]) -> Written:
        return self.below("Li", "Li", *children)

    def call_dilog(self, part: Part, children: list[Written]) -> Written:
        return self.below("Li", "Li", (self.digits_of("2"), ATOM), *children)

    def call_betainc(self, part: Part, children: list[Written]) -> Written:
        a, b, x = children
        return self.below("I", "I", x, a, b)

    def call_zeta(self, part: Part, children: list[Written]) -> Written:
        """zeta(s), zeta(s, a), or the derivative in s of an order."""
        head, (s, a, order) = self.initial("ζ", "zeta"), (*children, None, None)[:3]
        if order is not None:
            head = self.superscript(head, self.fenced(order[0]))
        whole = a is None or part.children[1].data == 1
        texts = [text for text, _ in filter(None, (s, None if whole else a))]
        return self.applied(head, self.fenced(self.listed(texts))), ATOM

    def call_sinc(self, part: Part, children: list[Written]) -> Written:
        """sinc, or its derivative of an order."""
        (text, _), *orders = children
        head = self.operator("sinc")
        for order, _ in orders:
            head = self.superscript(head, self.fenced(order))
        return self.applied(head, self.fenced(text)), ATOM

    def call_where(self, part: Part, children: list[Written]) -> Written:
        (test, _), (a, _), (b, _) = children
        pairs = [(a, test), *(b.pairs if isinstance(b, Cases) else [(b, "")])]
        found = Cases(self.cases(pairs))
        found.pairs = pairs
        return found, COMPARISON

    # Conditions and vectors.

    def comparison(self, part: Part, children: list[Written]) -> Written:
        a, b = (self.inside(child, SUM) for child in children)
        return self.row(a, self.sign(SIGNS[part.data]), b), COMPARISON

    def logic(self, part: Part, children: list[Written]) -> Written:
        precedence, sides = LOGIC[part.data], zip(part.children, children, strict=True)
        a, b = (  # where "and" meets "or" it is in parentheses
            self.inside(written, precedence if side.data == part.data else NOT)
            for side, written in sides
        )
        return self.row(a, self.sign(SIGNS[part.data]), b), precedence

    def not_(self, part: Part, children: list[Written]) -> Written:
        return self.row(self.sign("¬"), self.inside(children[0], ATOM)), NOT

    def vector(self, part: Part, children: list[Written]) -> Written:
        """A column; vectors of numbers are the rows of a matrix."""
        columns = [text for text, _ in children if isinstance(text, Column)]
        if columns and len(columns) == len(children):
            return self.matrix([column.entries for column in columns]), ATOM
        found = Column(self.matrix([[text] for text, _ in children]))
        found.entries = [text for text, _ in children]
        return found, ATOM

    def entry(self, part: Part, children: list[Written]) -> Written:
        base = part.children[0]
        text, data = children[0][0], part.data
        items = [self._item(item) for item in data]
        match = NAME.fullmatch(base.data) if base.kind == "name" else None
        if match is None or match[2] or match[3]:  # no name, or one with a subscript
            return self.subscript(self.fenced(text), self.listed(items)), ATOM
        found = self.subscript(text, self.listed(items))
        name = f"{base.data}[{data}]"
        if self.symbols.setdefault(found, name) != name:
            found = self.subscript(text, self.fenced(self.listed(items), "[]"))
        return found, ATOM

    def _item(self, item: Any) -> str:
        if isinstance(item, str):
            return self.symbol(item)
        if not isinstance(item, tuple):
            return self.digits_of(str(item))
        start, stop, step = item
        text = f"{start}:{stop if stop >= 0 else ''}" + (f":{step}" if step != 1 else "")
        return self.digits_of(text)

    def matmul(self, part: Part, children: list[Written]) -> Written:
        a, b = children
        return self.row(self.inside(a, PRODUCT), self.sign("@"), self.inside(b, POWER)), PRODUCT

    # What stands beside formulas in an answer.

    def interval(self, part: Part, children: list[Written]) -> Written:
        return self.fenced(self.listed([text for text, _ in children]), "[]"), ATOM

    def group(self, part: Part, children: list[Written]) -> Written:
        """Several as one: (x, y)."""
        return self.fenced(self.listed([text for text, _ in children])), ATOM

    def derivative(self, part: Part, children: list[Written]) -> Written:
        """d²f/dx²: f, which may be left out, and the variables; data: the sign, d or ∂, and the
        power of each variable."""
        sign, powers = part.data
        n = len(children) - len(powers)
        head, variables = children[:n], children[n:]
        d = self.word(sign) if sign == "d" else self.letter(sign)
        n = sum(powers)
        above = self.superscript(d, self.digits_of(str(n))) if n > 1 else d
        below = [
            self.superscript(self.beside(d, x), self.digits_of(str(m))) if m > 1
            else self.beside(d, x)
            for (x, _), m in zip(variables, powers, strict=True)
        ]  # fmt: skip
        for f, _ in head:
            above = self.beside(above, f)
        return self.fraction(above, self.row(*below)), POWER

    def primed(self, part: Part, children: list[Written]) -> Written:
        """f', f'' and f⁽ⁿ⁾: data is n."""
        text, n = children[0][0], part.data
        if n <= MOST_PRIMES:
            return self.primes(text, n), ATOM
        return self.superscript(text, self.fenced(self.digits_of(str(n)))), ATOM

    def verbatim(self, part: Part, children: list[Written]) -> Written:
        """A text as it was typed."""
        return self.text(part.data), ATOM


def begins_with_number(part: Part) -> bool:
    """Whether a factor begins with a digit, or is a fraction, which after a number would be one."""
    if part.kind == "power":
        part = part.children[0]
    if part.kind == "product":
        return bool(part.data < len(part.children))
    return part.kind in ("number", "float", "digits") or (part.kind, part.data) == ("call", "exp2")


def worded(part: Part) -> bool:
    """Whether a factor is a name of several letters, an entry of it, or a power."""
    if part.kind in ("power", "entry"):
        part = part.children[0]
    if part.kind != "name":
        return False
    match = NAME.fullmatch(part.data)
    return match is None or len(GREEK.get(match[1], match[1])) > 1


def named_function(part: Part) -> bool:
    """Whether a factor begins with the name of a function."""
    if part.kind == "power" and above_one(part.children[1]):
        part = part.children[0]
        return part.kind == "call" and part.data in POWERED
    return part.kind == "call" and part.data not in NAMELESS


def above_one(part: Part) -> bool:
    """Whether a part is a whole number from 2 on: sin⁻¹(x) would be another function."""
    return part.kind == "number" and part.data == int(part.data) and part.data > 1
