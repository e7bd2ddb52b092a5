"""Parts as a target can say them: numbers alone, of functions that it has, each part made once.

Vectors are written out entry by entry, what a target lacks in what it has (definitions.py), small
powers as products where that is faster. Equal parts are one object afterwards, whichever formula
they come from: that is what the formulas share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import reduce
from itertools import product, starmap
from operator import itemgetter
from typing import Any, TypeAlias

from hodiff.engine.graph import building, variable, written
from hodiff.errors import HodiffError
from hodiff.views.code.definitions import MOST_SINC, definition
from hodiff.views.code.syntax import Code
from hodiff.views.parts import Part, in_order
from hodiff.views.reading import read

Entries: TypeAlias = "Part | list[Entries]"
"""A number, or a vector as the list of its entries."""

CONDITIONS = ("comparison", "logic", "not")
TOTAL = frozenset((
    "where", "abs", "sign", "floor", "ceil", "round", "max", "min", "sin", "cos", "tanh", "atan",
    "asinh", "atan2", "erf", "erfc", "cbrt", "hypot",
))  # fmt: skip
"""Functions that have a value for every number."""
LONG = 40  # terms or factors; a longer sum is cut into shorter ones, for parsers that recurse
MOST_ENTRIES = 256  # of an array that is written out


class Lowering:
    """Makes parts of a target's out of parts of the language's; cost: once their number."""

    def __init__(self, target: Code, others: Callable[[str, int], str]) -> None:
        """others(function, count) says which target has it with so many arguments."""
        self.target, self.others = target, others
        self.made: dict[Any, Part] = {}
        self.serial: dict[Part, int] = {}  # their order
        self.risk: dict[Part, int] = {}  # how many that may be undefined are in each other
        self.templates: dict[Any, Part] = {}

    def __call__(self, roots: Sequence[Part]) -> list[Part]:
        """Raises HodiffError where the target lacks a function, or where there are arrays."""
        found = self.lowered(Part("vector", roots), {})
        assert isinstance(found, list)
        if any(isinstance(x, list) for x in found):
            raise HodiffError(
                "usage", "code is of numbers: take the entries of a vector", source="EXPR"
            )
        return [self.number(x) for x in found]  # type: ignore[arg-type]

    def lowered(self, root: Part, names: dict[str, Part]) -> Entries:
        """names gives some of the names their meaning."""
        done: dict[Part, Entries] = {}
        for part in in_order(root):
            children = [done[child] for child in part.children]
            if part.kind == "name" and part.data in names:
                done[part] = names[part.data]
            elif part.kind == "float":
                done[part] = self.floats(part.data)
            elif part.kind == "vector":
                done[part] = list(children)
            elif any(isinstance(x, list) for x in children):
                done[part] = self.vector(part, children)
            else:
                done[part] = self.part(part.kind, children, part.data)  # type: ignore[arg-type]
        return done[root]

    # Vectors.

    def floats(self, data: Any) -> Entries:
        return (
            list(map(self.floats, data)) if isinstance(data, list) else self.make("float", (), data)
        )

    def vector(self, part: Part, xs: list[Entries]) -> Entries:
        """What a part is of vectors."""
        kind, data = part.kind, part.data
        if kind == "entry":
            return _entry(xs[0], data)
        if kind == "matmul":
            return self.matmul(*xs)
        if kind == "call" and data in REDUCTIONS:
            return self.reduced(data, _leaves(xs[0]))
        shape: tuple[int, ...] = ()
        for x in xs:
            own = _shape(x)
            ahead, pad = max(len(shape), len(own)), (1,)
            pairs = zip(
                pad * (ahead - len(shape)) + shape, pad * (ahead - len(own)) + own, strict=True
            )
            shape = tuple(starmap(max, pairs))
        return self.entrywise(kind, data, xs, shape)

    def entrywise(self, kind: str, data: Any, xs: list[Entries], shape: tuple[int, ...]) -> Entries:
        """A part of each entry; vectors are broadcast."""
        size = reduce(lambda n, m: n * m, shape, 1)
        if size > MOST_ENTRIES:
            message = (
                f"code writes arrays out, of {MOST_ENTRIES} entries at most, and one has {size}"
            )
            raise HodiffError("limit", message, source="EXPR")
        flat = [
            self.part(kind, [_at(x, index) for x in xs], data)
            for index in product(*map(range, shape))
        ]
        found: list[Any] = flat
        for n in reversed(shape[1:]):
            found = [found[i : i + n] for i in range(0, len(found), n)]
        return found

    def matmul(self, a: Entries, b: Entries) -> Entries:
        assert isinstance(a, list) and isinstance(b, list)
        if isinstance(a[0], list):
            return [self.matmul(row, b) for row in a]
        if isinstance(b[0], list):
            columns = [[row[i] for row in b] for i in range(len(b[0]))]  # type: ignore[index]
            return [self.matmul(a, column) for column in columns]
        pairs = zip(_leaves(a), _leaves(b), strict=True)
        return self.sum([self.times(x, y) for x, y in pairs])

    # Parts.

    def part(self, kind: str, xs: Sequence[Part], data: Any = None) -> Part:
        """A part of numbers and conditions, as the target says it."""
        if kind in ("logic", "not"):
            tests = list(map(self.condition, xs))
            if self.target.strict:  # what says that others are defined comes before them
                tests.sort(key=lambda x: self.risk[x])
            return self.make(kind, tuple(tests), data)
        if kind == "call" and data == "where":
            test, a, b = xs
            if test.kind == "number":
                return a if test.data else b
            return self.make(kind, (self.condition(test), self.number(a), self.number(b)), data)
        if kind == "number":
            x = data if type(data) is bool else Fraction(int(data.numerator), int(data.denominator))
            return self.make(kind, (), x)
        xs = tuple(map(self.number, xs))
        if kind == "power":
            return self.power(*xs)
        if kind == "product":
            return self.product(xs, data)
        if kind == "sum":
            return self.sum(xs, data)
        if kind == "call":
            return self.call(data, xs)
        return self.make(kind, xs, data)

    def make(self, kind: str, xs: tuple[Part, ...], data: Any = None) -> Part:
        """The part, looked up before it is made."""
        key = kind, tuple(map(id, xs)), type(data), repr(data) if kind == "float" else data
        found = self.made.get(key)
        if found is None:
            found = self.made[key] = Part(kind, xs, data)
            self.serial[found] = len(self.serial)
            self.risk[found] = max((self.risk[x] for x in xs), default=0) + _partial(found)
        return found

    def number(self, x: Part) -> Part:
        """x as a number: 1 or 0 for a condition."""
        if x.kind in CONDITIONS:
            return self.make("call", (x, self.exact(1), self.exact(0)), "where")
        return self.exact(int(x.data)) if type(x.data) is bool else x

    def condition(self, x: Part) -> Part:
        """x as a condition: whether it differs from 0."""
        if x.kind in CONDITIONS or type(x.data) is bool:
            return x
        return self.make("comparison", (x, self.exact(0)), "!=")

    def exact(self, x: Any) -> Part:
        return self.make("number", (), Fraction(x))

    def times(self, a: Part, b: Part) -> Part:
        return self.product((self.number(a), self.number(b)), 2)

    def sum(self, xs: Iterable[Part], minus: Sequence[bool] | None = None) -> Part:
        """A sum, in pieces where it is long."""
        terms = list(xs)
        signs = list(minus or [False] * len(terms))
        pairs = [(x, sign) for x, sign in zip(terms, signs, strict=True) if not _is(x, 0)]
        if pairs:
            terms, signs = [x for x, _ in pairs], [sign for _, sign in pairs]
        while len(terms) > LONG:
            head = self.make("sum", tuple(terms[:LONG]), tuple(signs[:LONG]))
            terms, signs = [head, *terms[LONG:]], [False, *signs[LONG:]]
        return (
            self.make("sum", tuple(terms), tuple(signs))
            if len(terms) > 1 or any(signs)
            else terms[0]
        )

    def product(self, xs: tuple[Part, ...], above: int) -> Part:
        if all(x.kind == "number" for x in xs) and all(x.data for x in xs[above:]):
            found = Fraction(1)
            for i, x in enumerate(xs):
                found = found * x.data if i < above else found / x.data
            return self.exact(found)
        tops = [x for x in xs[:above] if not _is(x, 1)] or [self.exact(1)]
        bottoms = list(xs[above:])
        if len(tops) == 1 and not bottoms:
            return tops[0]
        for factors in (tops, bottoms):
            while len(factors) > LONG:
                factors[:LONG] = [self.make("product", tuple(factors[:LONG]), LONG)]
        return self.make("product", (*tops, *bottoms), len(tops))

    def power(self, base: Part, exponent: Part) -> Part:
        if base.kind == "name" and base.data == "e":  # e rounded would cost its power digits
            return self.call("exp", (exponent,))
        n = exponent.data if exponent.kind == "number" else None
        if n == Fraction(1, 2):
            return self.call("sqrt", (base,))
        if n is not None and n.denominator == 1 and 2 <= n <= self.target.multiplies:
            if n == 4:
                base, n = self.power(base, self.exact(2)), 2
            return self.make("product", (base,) * int(n), int(n))
        return self.make("power", (base, exponent))

    def call(self, function: str, xs: tuple[Part, ...]) -> Part:
        if (function, len(xs)) in OTHERWISE:
            xs = xs[:1] if function == "lambertw" else xs
            function = OTHERWISE[function, len(xs) + (function == "lambertw")]
        if self.target.has(function, len(xs)):
            return self.make("call", xs, function)
        if function in REDUCTIONS:
            return self.reduced(function, list(xs))
        if function == "mod" and "fmod" in self.target.functions:
            return self.mod(*xs)
        if function == "min" and self.target.nan_last:  # max finds nan by comparing, min doesn't
            less = [self.make("negation", (x,)) for x in xs]
            return self.make("negation", (self.call("max", tuple(less)),))
        if function == "hypot" and not self.target.exact:
            return self.hypot(*xs)
        attributes: tuple[int, ...] = ()
        name = function
        if function == "sinc":
            attributes = (int(xs[1].data),) if len(xs) > 1 else (0,)
            xs = xs[:1]
            if attributes[0] > MOST_SINC:
                name = f"sinc(x, {attributes[0]})"
                raise HodiffError(
                    "usage", f"no target has {name}: {MOST_SINC} is the most", source="EXPR"
                )
        template = self.template(function, len(xs), attributes)
        if template is None:
            mend = self.others(function, len(xs))
            if function in self.target.functions:
                name = f"{function} of {len(xs)} arguments"
            raise HodiffError("usage", f"{self.target.title} has no {name}: {mend}", source="--to")
        names = {str(i): x for i, x in enumerate(xs)}
        found = self.lowered(template, names)
        assert isinstance(found, Part)
        return found

    def template(self, function: str, count: int, attributes: tuple[int, ...]) -> Part | None:
        """A function in others, as parts of names that are numbers."""
        key = function, count, attributes
        if key not in self.templates:
            meaning = definition(function, self.target.exact)
            if meaning is None:
                return None
            with building(written):
                tensor = meaning(*[variable(str(i)) for i in range(count)], *attributes)
            self.templates[key] = read(tensor)
        return self.templates[key]

    def mod(self, a: Part, b: Part) -> Part:
        """Python's remainder, of the sign of b, by C's, of the sign of a."""
        zero, r = self.exact(0), self.make("call", (a, b), "fmod")

        def test(x: Part, sign: str) -> Part:
            return self.make("comparison", (x, zero), sign)

        sides = [self.make("logic", (test(r, x), test(b, y)), "and") for x, y in ("<>", "><")]
        other = self.make("logic", tuple(sides), "or")
        return self.make("call", (other, self.sum([r, b]), r), "where")

    def hypot(self, a: Part, b: Part) -> Part:
        """Without squares that overflow or vanish, which reading() would make of a quotient's."""
        a, b = self.call("abs", (a,)), self.call("abs", (b,))
        most, least = self.call("max", (a, b)), self.call("min", (a, b))
        square = self.power(self.product((least, most), 1), self.exact(2))
        root = self.call("sqrt", (self.sum([self.exact(1), square]),))
        zero = self.make("comparison", (most, self.exact(0)), "==")
        return self.make("call", (zero, most, self.times(most, root)), "where")

    # Reductions.

    def reduced(self, function: str, xs: list[Part]) -> Part:
        if not xs:  # of no entry
            if function in EMPTY:
                return self.exact(EMPTY[function])
            raise HodiffError("usage", f"{function} of no entries is no number", source="EXPR")
        return REDUCTIONS[function](self, xs)

    def norm(self, xs: list[Part]) -> Part:
        if len(xs) == 1:
            return self.call("abs", (xs[0],))
        return reduce(lambda a, b: self.call("hypot", (a, b)), xs)

    def logsumexp(self, xs: list[Part]) -> Part:
        most = reduce(lambda a, b: self.call("max", (a, b)), xs)
        terms = [self.call("exp", (self.sum([x, most], [False, True]),)) for x in xs]
        return self.sum([most, self.call("log", (self.sum(terms),))])

    def all_times(self, xs: list[Part]) -> Part:
        return self.product(tuple(xs), len(xs)) if len(xs) > 1 else xs[0]

    def mean(self, xs: list[Part]) -> Part:
        return self.product((self.sum(xs), self.exact(len(xs))), 1)


REDUCTIONS: dict[str, Callable[[Lowering, list[Part]], Part]] = {
    "sum": Lowering.sum,
    "norm": Lowering.norm,
    "logsumexp": Lowering.logsumexp,
    "prod": Lowering.all_times,
    "mean": Lowering.mean,
}
"""What a vector becomes a number by."""

EMPTY = {"sum": 0, "prod": 1, "norm": 0}


def _partial(x: Part) -> bool:
    """Whether x may be undefined where its parts aren't."""
    if x.kind == "power":
        n = x.children[1].data if x.children[1].kind == "number" else None
        return n is None or bool(n < 0) or n.denominator != 1
    if x.kind == "product":
        return len(x.children) > int(x.data)
    return x.kind == "call" and x.data not in TOTAL


def _is(x: Part, n: int) -> bool:
    return x.kind == "number" and x.data == n


OTHERWISE = {("lambertw", 2): "lambertw_lower", ("zeta", 2): "hurwitz"}
"""What a function is called in targets' tables with so many arguments."""


def _shape(x: Entries) -> tuple[int, ...]:
    if not isinstance(x, list):
        return ()
    return (len(x), *(_shape(x[0]) if x else ()))


def _leaves(x: Entries) -> list[Part]:
    return [leaf for entry in x for leaf in _leaves(entry)] if isinstance(x, list) else [x]


def _at(x: Entries, index: tuple[int, ...]) -> Part:
    """An entry of x, which is broadcast."""
    for i in index[len(index) - len(_shape(x)) :]:
        assert isinstance(x, list)
        x = x[i if len(x) > 1 else 0]
    assert isinstance(x, Part)
    return x


def _entry(x: Entries, items: Sequence[Any]) -> Entries:
    if not items:
        return x
    assert isinstance(x, list)
    if isinstance(items[0], tuple):
        start, stop, step = items[0]
        chosen = x[slice(start, stop if stop >= 0 else None, step)] if start >= 0 else []
        return [_entry(row, items[1:]) for row in chosen]
    return _entry(itemgetter(items[0])(x), items[1:])
