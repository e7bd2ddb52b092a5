"""The formula a person would write: a graph as a rational function of what isn't rational in it.

What is no sum, product or whole power (sin(u), exp(u), sqrt(u), and a sum that the user wrote) is a
kernel, a generator of FLINT's polynomials. A derivative is then one polynomial over another: like
terms are gathered, common factors cancel, roots are reduced by their own relation, and of the ways
to write it the shortest is taken. Cancelling can only define a formula at more points: where f has
a derivative there, the limit is it (mean value theorem), so that what is printed equals the
derivative wherever f has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple, TypeAlias

from hodiff.engine.graph import CONSTANT, VARIABLE, Kind, Tensor, topological
from hodiff.engine.operations.elementary import e
from hodiff.engine.passes import postorder
from hodiff.views.formula import infix
from hodiff.views.parts import Part, call, number, operations, power, quotient
from hodiff.views.rationals import (
    MOST_DEGREE,
    Key,
    Poly,
    Rational,
    Rationals,
    TooLong,
    fraction,
    key_of,
    primitive_of,
    too_long,
)
from hodiff.views.reading import Reading, read

MOST_NODES = 3000  # a larger graph is written as it was built
MOST_LOOKED = 80_000  # nodes, where each formula is looked at by itself
MOST_WORK = 200_000  # factors: what comes after so many is written as it was built
MOST_KERNELS = 100
MOST_COLLECTED = 30  # terms of a sum that is written in several ways
MOST_FACTORED = 300  # the degree of a polynomial that is factored: ten times as high takes a second
DEPTH = 2  # of sums within the coefficients of a collected one

SUMS = {"add", "sub", "neg"}
ODD = {"sin", "tan", "csc", "cot", "asin", "atan", "sinh", "tanh", "csch", "coth", "asinh",
       "atanh", "erf", "cbrt", "sign"}  # fmt: skip
EVEN = {"cos", "sec", "cosh", "sech", "abs"}

SQUARES = {"sin": ("cos", 1, -1), "cos": ("sin", 1, -1), "sinh": ("cosh", -1, 1),
           "cosh": ("sinh", 1, 1), "tanh": ("sech", 1, -1), "sech": ("tanh", 1, -1),
           "tan": ("sec", -1, 1), "sec": ("tan", 1, 1)}  # fmt: skip
"""sin(u)**2 is 1 - cos(u)**2, and so on."""
RATIOS = {"sin": ("cos", "tan", "cot"), "sinh": ("cosh", "tanh", "coth")}
"""sin(u)/cos(u) is tan(u), and the other way round cot(u)."""

Term: TypeAlias = tuple[bool, Part]  # whether it is subtracted, and what


class Finer(Exception):
    """A part of a generator came up: x**(1/6), when it was x**(1/2)."""


class Kernel(NamedTuple):
    """What a generator stands for."""

    kind: str  # leaf, sum, call, power
    node: Tensor  # where it came up first
    value: Rational | None = None  # of a user's sum: itself; of a power: the base
    exponent: Rational | None = None  # of a power: generator = value**(unit*exponent)
    unit: Fraction = Fraction(1)
    relation: tuple[int, Rational] | None = None  # the generator to this power is that


def shortest(f: Tensor | None, ys: Sequence[Tensor]) -> list[Part]:
    """The parts of each of ys, which are made of f's nodes: f's derivatives. Without f, of what no
    walk made in them.

    Cost: about that of differentiating, once more.
    """
    own = [x for x in topological(ys) if not x.derived] if f is None else _in_text_order(f)
    normal = Normal(f, ys, own)
    if normal.raw or len(ys) == 1:
        return [normal.part(y) for y in ys]
    found, looked = [], 0  # too many kernels for all together: each by itself
    for y in ys:
        nodes = set(topological([y]))
        looked += len(nodes) + len(own) // 10
        alone = looked < MOST_LOOKED and y is not f
        found.append(
            Normal(f, [y], [x for x in own if x in nodes]).part(y) if alone else normal.part(y)
        )
    return found


def formula(y: Tensor) -> str:
    """y as text in the expression language: a derivative as a person would write it, what was
    written by hand as it was written.

    Raises HodiffError (limit) for a formula of over a million characters.

    >>> import hodiff
    >>> x = hodiff.variable("x")
    >>> (df,) = hodiff.grad(1 / (1 + x**2), x, create_graph=True)
    >>> (d2f,) = hodiff.grad(df, x, create_graph=True)
    >>> hodiff.formula(d2f)
    '2*(3*x**2 - 1)/(1 + x**2)**3'
    """
    return infix(part_of(y))


def part_of(y: Tensor) -> Part:
    """The parts of the same."""
    return shortest(None, [y])[0] if y.derived else read(y)


class Normal(Rationals):
    """The derivatives of one f, what they are rational in, and how it is written."""

    def __init__(self, f: Tensor | None, ys: Sequence[Tensor], own: Sequence[Tensor]) -> None:
        """own are the nodes that the user wrote, in the order of the text."""
        self.f = f
        self.own = set(own)
        self.work = 0
        self.reading = Reading(ys, {x: i for i, x in enumerate(own)})
        self.plain = self.reading.plain
        rest = (x for x in topological(list(self.plain.values())) if x not in self.own)
        self.order = [*own, *rest]
        self.sums = {
            x
            for y in own
            if y.operation.name not in SUMS
            for x in y.inputs
            if x.operation.name in ("add", "sub") and not x.shape
        }
        self.ascending = self.rising(x for x in own if x in self.sums or x is f)
        self.units: dict[Key, Fraction] = {}
        self.costs: dict[Part, tuple[int, int]] = {}
        self.sum_parts: dict[Key, Part] = {}
        self.rational_parts: dict[Key, Part] = {}
        self.bases: dict[int, Part] = {}
        self.factors: dict[int, Factors] = {}
        self.ratios: list[tuple[int, int, str, str]] = []
        self.squares: list[tuple[int, int, int, Rational]] = []
        self.quotients: list[tuple[int, int, int, Rational]] = []
        self.logistic: list[tuple[int, int, int, Rational]] = []
        self.signs: list[tuple[int, int, Rational]] = []
        self.index: dict[Key, int] = {}
        self.raw: dict[Tensor, Rational] = {}
        self.kernels: list[Kernel] = []
        try:
            self.values()
            self.ready()
        except TooLong:
            self.raw = {}

    def rising(self, nodes: Iterable[Tensor]) -> bool:
        """Whether the user writes 1 + x rather than x + 1."""
        for node in nodes:
            part = self.reading.of(node)
            if part.kind == "sum" and "number" in (part.children[0].kind, part.children[-1].kind):
                return part.children[0].kind == "number"
        return False

    def part(self, y: Tensor) -> Part:
        built = self.reading.of(y)
        if y is self.f:
            return built
        value = self.raw.get(self.plain[y])
        if value is None or self.work > MOST_WORK:
            return built
        try:
            found = self.written(value)
        except TooLong:
            return built
        return self.best([found, built])

    def best(self, parts: Sequence[Part]) -> Part:
        return min(parts, key=lambda part: operations(part, self.costs))

    # Values.

    def values(self) -> None:
        if len(self.order) > MOST_NODES:
            raise TooLong
        most = len(self.sums) + sum(x.operation.name not in RATIONAL for x in self.order)
        super().__init__(min(most, MOST_KERNELS))
        while True:
            self.kernels, self.raw, self.relations = [], {}, {}
            self.index.clear()
            self.met: dict[tuple[int, Fraction], Tensor] = {}
            self.whole_sums: dict[Key, tuple[int, Any]] = {}
            try:
                for x in self.order:
                    if not x.shape:
                        self.raw[x] = self.value(x)
                return
            except Finer:
                continue

    def value(self, x: Tensor) -> Rational:
        """x as a rational function of kernels."""
        row = x.operation.name
        if x.operation is CONSTANT and type(x.attributes[0]) is not bool:
            c = x.attributes[0]
            return self.constant(self.fmpq(int(c.numerator), int(c.denominator))), self.one
        if not x.inputs or any(y.shape for y in x.inputs):
            return self.kernel(x, Kernel("call" if x.inputs else "leaf", x))
        if row in SUMS:
            a = self.raw[x.inputs[0]]
            if row == "neg":
                return -a[0], a[1]
            b = self.raw[x.inputs[1]]
            return self.plus(a, b if row == "add" else (-b[0], b[1]))
        inputs = [self.whole(y) for y in x.inputs]
        if row == "mul":
            return self.times(*inputs)
        if row == "div":
            return self.times(inputs[0], self.inverse(inputs[1]))
        if row == "pow":
            return self.power(x, *inputs)
        if row == "sqrt":
            return self.power(x, inputs[0], (self.one / 2, self.one))
        if row == "exp":
            return self.exponential(x, None, inputs[0])
        if row == "log" and x.inputs[0].operation is e:
            return self.one, self.one
        return self.called(x, inputs)

    def called(self, x: Tensor, inputs: list[Rational]) -> Rational:
        row = x.operation.name
        inputs = [self.canonical(*v) for v in inputs]
        key = (row, x.attributes, *map(key_of, inputs))
        sign = 1
        if (row in ODD or row in EVEN) and key not in self.index:
            n, d = inputs[0]
            other = (row, x.attributes, key_of((-n, d)))
            if other in self.index:
                key, sign = other, -1 if row in ODD else 1
        relation: tuple[int, Rational] | None = None
        if row == "cbrt":
            relation = 3, inputs[0]
        elif row == "abs":
            relation = 2, self.times(inputs[0], inputs[0])
        elif row == "hypot":
            relation = 2, self.plus(*(self.times(v, v) for v in inputs))
        n, d = self.kernel(key, Kernel("call", x, relation=relation))
        return n * sign, d

    def everywhere(self, base: Rational) -> bool:
        """Whether it is a polynomial in variables: it has a value at every point."""
        n, d = base
        made = [self.kernels[i] for i, degree in enumerate(n.degrees()) if degree]
        return d.is_constant() and all(
            k.kind == "leaf"
            or (k.kind == "sum" and k.value is not None and self.everywhere(k.value))
            for k in made
        )

    def kernel(self, key: Key, kernel: Kernel) -> Rational:
        i = self.index.get(key)
        if i is None:
            i = self.index[key] = len(self.kernels)
            if i >= len(self.gens):
                raise TooLong
            self.kernels.append(kernel)
            if kernel.relation is not None:
                self.relations[i] = kernel.relation
        return self.gens[i], self.one

    def whole(self, x: Tensor) -> Rational:
        """x as a factor or an argument: a user's sum is one kernel, up to its sign."""
        sign = 1
        while x.operation.name == "neg" and x not in self.sums:
            sign, x = -sign, x.inputs[0]
        n, d = self.raw[x]
        if len(n) > 1 and (x in self.sums or x.operation.name in SUMS):
            p, q = self.canonical(n, d)
            key = ("sum", *key_of((p, q)))
            other = ("sum", *key_of((-p, q)))
            if key not in self.index and other in self.index:
                key, sign = other, -sign
            if x not in self.sums and key not in self.index:
                return n * sign, d
            n, d = p, q
            known = key in self.index
            value = (n, d)
            n, d = self.kernel(key, Kernel("sum", x, value))
            if not known and value[1].is_constant():
                primitive = primitive_of(value[0])
                self.whole_sums[key_of((primitive, self.one))[0]] = (
                    self.index[key],
                    value[0].leading_coefficient() / primitive.leading_coefficient(),
                )
        return n * sign, d

    def power(self, x: Tensor, base: Rational, exponent: Rational) -> Rational:
        """base**exponent, by a generator for what isn't a whole power."""
        p, q = exponent
        if not (p.is_constant() and q.is_constant()):
            if x.inputs[0].operation is e:
                return self.exponential(x, None, exponent)
            return self.exponential(x, base, exponent)
        c = fraction(p.leading_coefficient() / q.leading_coefficient()) if len(p) else Fraction(0)
        number = base[0].is_constant() and base[1].is_constant()
        if not len(base[0]) or (number and c.denominator != 1):
            return self.root_of_number(x, base, c)
        whole = int(c)
        if number and too_long(base, whole):
            return self.kernel(x, Kernel("call", x))
        found = self.whole_power(base, whole)
        if c == whole:
            if not whole and not self.everywhere(base):
                return self.kernel(x, Kernel("call", x))  # 0**0, log(x)**0
            return found
        base = self.canonical(*base)
        key = ("power", *key_of(base))
        unit = self.units.setdefault(key, Fraction(1, c.denominator))
        if unit.denominator % c.denominator:
            self.units[key] = Fraction(1, lcm(unit.denominator, c.denominator))
            raise Finer
        relation = unit.denominator, base
        kernel = Kernel("power", x, base, (self.one, self.one), unit, relation)
        (g, _), n = self.kernel(key, kernel), int((c - whole) / unit)
        return self.times(found, (g**n, self.one) if n > 0 else (self.one, g**-n))

    def root_of_number(self, x: Tensor, base: Rational, c: Fraction) -> Rational:
        """2**(1/2), whose square is 2."""
        if not (len(base[0]) and c) or too_long(base, c.numerator):
            return self.kernel(x, Kernel("call", x))
        relation = c.denominator, self.canonical(*self.whole_power(base, c.numerator))
        key = ("root", *key_of(self.canonical(*base)), c)
        return self.kernel(key, Kernel("call", x, relation=relation))

    def exponential(self, x: Tensor, base: Rational | None, exponent: Rational) -> Rational:
        """exp(exponent) or base**exponent: the sign and the unit of the first that comes up."""
        if base is not None:  # whose whole part shows where the user's sums are written out
            for i in range(len(self.kernels) - 1, -1, -1):
                kernel = self.kernels[i]
                if kernel.kind == "sum" and kernel.value is not None:
                    exponent = self.without(*exponent, i, 1, kernel.value)
        p, q = self.canonical(*exponent)
        found: Rational = (self.one, self.one)
        whole = 0
        if base is not None:
            if len(base[0]) and not base[0].is_constant():
                quotient, _ = divmod(p, q)  # of 1/x - 2, which is (1 - 2*x)/x
                whole = int(fraction(quotient.to_dict().get((0,) * len(self.gens), 0)))
                p = p - whole * q
                found = self.whole_power(base, whole)
            base = self.canonical(*base)
        primitive = primitive_of(p) if len(p) else p
        if not len(p):
            return self.kernel(x, Kernel("call", x))
        c = fraction(p.leading_coefficient() / primitive.leading_coefficient())
        key = ("power", None if base is None else key_of(base), *key_of((primitive, q)))
        unit = self.units.setdefault(key, c)
        ratio = c / unit
        if ratio.denominator != 1:
            self.units[key] = unit / ratio.denominator
            raise Finer
        if abs(ratio) > MOST_DEGREE:
            raise TooLong
        g, _ = self.kernel(key, Kernel("power", x, base, (primitive, q), unit))
        if not whole:
            self.met.setdefault((self.index[key], c), x.inputs[-1])
        n = int(ratio)
        return self.times(found, (g**n, self.one) if n > 0 else (self.one, g**-n))

    # How kernels are written.

    def ready(self) -> None:
        """Bases and arguments, innermost first; and what ties kernels."""
        for key, i in self.index.items():
            row, *rest = key if type(key) is tuple else ("",)
            if row in SQUARES:
                other, c, sign = SQUARES[row]
                j = self.index.get((other, *rest))
                if j is not None:
                    self.squares.append((i, 2, j, (c + sign * self.gens[j] ** 2, self.one)))
            if row in RATIOS:
                other, above, below = RATIOS[row]
                j = self.index.get((other, *rest))
                if j is not None:
                    self.ratios.append((i, j, above, below))
                    tan, cot = (self.index.get((name, *rest)) for name in (above, below))
                    if tan is not None:
                        value = self.gens[tan] * self.gens[j], self.one
                        self.quotients.append((i, 1, tan, value))
                    if cot is not None:
                        self.quotients.append((i, 1, cot, (self.gens[j], self.gens[cot])))
                        value = self.gens[cot] * self.gens[i], self.one
                        self.quotients.append((j, 1, cot, value))
            if row == "sigmoid":
                self.halves(i)
            j = self.index.get(("abs", *rest)) if row == "sign" else None
            if j is not None:
                n, d = self.input_of(i)
                self.signs.append((i, j, (self.gens[j] * d, n)))
        for i, kernel in enumerate(self.kernels):
            if kernel.kind == "power" and kernel.value is not None:
                self.bases[i] = self.argument(kernel.node.inputs[0])
            elif kernel.kind == "call":
                for y in kernel.node.inputs:
                    self.reading.give(y, self.argument(y))

    def input_of(self, i: int) -> Rational:
        """What a kernel of one input is called of."""
        return self.canonical(*self.whole(self.kernels[i].node.inputs[0]))

    def halves(self, i: int) -> None:
        """sech(u/2)**2 and tanh(u/2) by s = sigmoid(u): 4*s*(1 - s), and 2*s - 1."""
        n, d = self.input_of(i)
        s = self.gens[i]
        for row, order, value in (("sech", 2, 4 * s * (1 - s)), ("tanh", 1, 2 * s - 1)):
            for sign in (1, -1):
                j = self.index.get((row, (), key_of((sign * n / 2, d))))
                if j is not None:
                    self.logistic.append((i, j, order, (value * sign**order, self.one)))

    def power_of(self, i: int, k: int, whole: int) -> Part:
        """exp(u)**k, or a power with an exponent that isn't constant, times base**whole."""
        kernel = self.kernels[i]
        c = k * kernel.unit
        node = None if whole else self.met.get((i, c))
        if node is not None:
            exponent = self.argument(node)
        else:
            assert kernel.exponent is not None
            p, q = kernel.exponent
            exponent = self.written((p * self.fmpq(c.numerator, c.denominator) + q * whole, q))
        if kernel.value is None:
            return call("exp", exponent)
        return Part("power", (self.bases[i], exponent))

    def argument(self, node: Tensor) -> Part:
        """An argument, an exponent or a base, in the user's words where those are no longer."""
        built = self.reading.of(node)
        if node not in self.raw or node.operation.kind is not Kind.ENTRYWISE:
            return built
        return self.best([built, self.written(self.raw[node])])

    def base_factors(self, i: int) -> Factors:
        found = self.factors.get(i)
        if found is None:
            value = self.kernels[i].value
            assert value is not None
            found = self.factors[i] = Factors(self)
            found.take(value[0], 1)
            found.take(value[1], -1)
        return found

    # How a rational function is written.

    def written(self, value: Rational) -> Part:
        """The shortest of some ways to write it."""
        value = self.reduced(*value)
        key = key_of(value)
        found = self.rational_parts.get(key)
        if found is None:
            found = self.rational_parts[key] = self.tried(*value)
        return found

    def tried(self, n: Poly, d: Poly) -> Part:
        if self.vanishes(n):
            return number(0)
        found = []
        for p, q in self.variants(n, d):
            if not len(p):
                return number(0)
            ways = [_signed(self.product(p, q))]
            if 1 < len(p) <= MOST_COLLECTED and not self.likes_factors(p):
                ways.insert(0, _sum([self.product(t, q) for t in self.terms(p)]))
            found.append(self.best(ways))
        # Of 1/cos(x)**2 and 1 + tan(x)**2, as long, the one that is no sum.
        return min(found, key=lambda part: (*operations(part, self.costs), part.kind == "sum"))

    def likes_factors(self, p: Poly) -> bool:
        """Whether people write s*(1 - s), as of a sigmoid s, and not s - s**2."""
        degrees = p.degrees()
        return any(degrees[i] > 1 for i, *_ in self.logistic)

    def vanishes(self, n: Poly) -> bool:
        """Whether n is 0 once the user's sums in it are written out."""
        d = self.one
        for i in range(len(self.kernels) - 1, -1, -1):
            value = self.kernels[i].value
            if len(n) > 1 and self.kernels[i].kind == "sum" and value and n.degrees()[i]:
                try:
                    n, d = self.reduced(*self.without(n, d, i, 1, value))
                except TooLong:
                    return False
        return not len(n)

    def variants(self, n: Poly, d: Poly) -> Iterator[Rational]:
        """n/d, and what it is by known identities."""
        if max(len(n), len(d)) > MOST_COLLECTED:
            yield n, d
            return
        found = [(n, d)]
        for step in (self.by_sigmoids, self.by_sizes, self.cleared, self.written_out):
            with suppress(TooLong, ZeroDivisionError):
                if (more := step(*found[-1])) is not None:
                    found.append(more)
        degrees = self.degrees(n, d)
        if len(found) > 1 and any(degrees[j] >= order for _, j, order, _ in self.logistic):
            found.insert(0, found.pop(1))  # as long, sigmoids come first
        for p, q in found:
            yield p, q
            degrees = self.degrees(p, q)
            for i, order, j, value in (*self.squares, *self.quotients):
                if degrees[i] >= order and degrees[j]:
                    new = self.reduced(*self.without(p, q, i, order, value))
                    if value[1].is_constant() or self.within(new[1], q):
                        yield new

    def degrees(self, n: Poly, d: Poly) -> list[int]:
        return list(map(max, n.degrees(), d.degrees()))

    def by_sigmoids(self, n: Poly, d: Poly) -> Rational | None:
        """Without sech(u/2)**2 and tanh(u/2), by sigmoid(u)."""
        degrees = self.degrees(n, d)
        ties = [x for x in self.logistic if degrees[x[1]] >= x[2]]
        for _, i, order, value in ties:
            n, d = self.without(n, d, i, order, value)
        return self.reduced(n, d) if ties else None

    def by_sizes(self, n: Poly, d: Poly) -> Rational | None:
        """Without sign(u), as abs(u)/u, unless that would be undefined at more points: then with
        abs(u) for u*sign(u) alone."""
        degrees = self.degrees(n, d)
        ties = [x for x in self.signs if degrees[x[0]]]
        if not ties:
            return None
        if any(self.raised(size, dict(enumerate(degrees))) for _, size, _ in ties):
            return None
        p, q = n, d
        for i, _, value in ties:
            p, q = self.without(p, q, i, 1, value)
        p, q = self.reduced(p, q)
        new, old = q, d
        for _, size, (above, u) in ties:  # abs(u) is 0 where u is
            below = above / self.gens[size]
            old, new = (self.without(x, self.one, size, 1, (u, below))[0] for x in (old, new))
        if self.within(new, old):
            return p, q
        for i, size, (_, u) in ties:
            if (j := self.generator_of(u)) is not None:
                n = self.joined(n, i, j, size)
        return self.reduced(n, d)

    def raised(self, i: int, gens: dict[int, int]) -> bool:
        """Whether there is a power of a generator that takes in its whole powers: u**(n - 1)."""
        return any(
            k
            and self.kernels[j].kind == "power"
            and (base := self.kernels[j].value) is not None
            and base[0] == self.gens[i]
            for j, k in gens.items()
            if j < len(self.kernels)
        )

    def cleared(self, n: Poly, d: Poly) -> Rational | None:
        """x/(r*d) as r/d, where r is a root of x."""
        before = n, d
        for i, (order, (p, q)) in sorted(self.relations.items(), reverse=True):
            k = min(self.collected(d, i))
            if k:
                rest = d / self.gens[i] ** k
                new = self.reduced(
                    self.bounded(n * self.gens[i] ** (order - k) * q), self.bounded(rest * p)
                )
                if self.within(new[1], rest):
                    n, d = new
        return (n, d) if (n, d) != before else None

    def within(self, new: Poly, old: Poly) -> bool:
        """Whether one polynomial is 0 only where another is, as far as their factors tell."""
        for i in range(len(self.kernels) - 1, -1, -1):
            value = self.kernels[i].value
            if self.kernels[i].kind == "sum" and value is not None:
                new, old = (self.without(p, self.one, i, 1, value)[0] for p in (new, old))
        if not len(new):
            return False
        while not (common := new.gcd(old)).is_constant():
            new = new / common
        return bool(new.is_constant())

    def zeros_of_roots(self, d: Poly) -> Poly:
        """A polynomial that is 0 where a root is 0 and d as well."""
        found = self.one
        for i, (_, (base, _)) in self.relations.items():
            rest = self.collected(d, i).get(0)
            found = found * (base if rest is None else base.gcd(rest))
        return found

    def generator_of(self, p: Poly) -> int | None:
        return next((i for i, g in enumerate(self.gens) if p == g), None)

    def joined(self, p: Poly, i: int, j: int, product: int) -> Poly:
        """p with a generator for the product of two others."""
        found: dict[tuple[int, ...], Any] = {}
        for exponents, c in p.to_dict().items():
            powers = list(exponents)
            both = min(powers[i], powers[j])
            for k, more in ((i, -both), (j, -both), (product, both)):
                powers[k] += more
            key = tuple(powers)
            found[key] = found.get(key, 0) + c
        return self.gens[0].context().from_dict(found)

    def written_out(self, n: Poly, d: Poly) -> Rational | None:
        """Without the user's sums that are quotients or have roots, and without roots of sums in
        the denominator, so that all cancels that does."""
        before = n, d
        for i in range(len(self.kernels) - 1, -1, -1):
            kernel = self.kernels[i]
            if kernel.kind == "sum" and kernel.value and self.degrees(n, d)[i]:
                top, bottom = kernel.value
                if not bottom.is_constant() or any(top.degrees()[j] for j in self.relations):
                    n, d = self.without(n, d, i, 1, kernel.value)
        n, d = self.reduced(n, d)
        for i, (order, value) in sorted(self.relations.items(), reverse=True):
            parts = self.collected(d, i) if order == 2 else {}
            if parts.keys() == {0, 1}:  # 1/(a + b*r) is (a - b*r)/(a**2 - b**2*r**2)
                (p, q), (a, b) = value, (parts[0], parts[1])
                turned = self.reduced(
                    self.bounded(n * (a - b * self.gens[i]) * q),
                    self.bounded(a**2 * q - b**2 * p),
                )
                if self.within(turned[1], q * a.gcd(b) * self.zeros_of_roots(d)):
                    n, d = turned
        return (n, d) if (n, d) != before else None

    def terms(self, p: Poly) -> list[Poly]:
        """Its terms, each a polynomial, in the order in which they are written."""
        make = self.gens[0].context().from_dict
        sign = 1 if self.ascending else -1
        return [
            make({exponents: c})
            for exponents, c in sorted(
                p.to_dict().items(),
                key=lambda term: (sign * sum(term[0]), tuple(-n for n in term[0])),
            )
        ]

    def product(self, n: Poly, d: Poly, depth: int = DEPTH) -> Term:
        """n/d as factors."""
        found = []
        for apart in (True, False):
            factors = Factors(self)
            factors.take(n, 1, apart)
            factors.take(d, -1)
            factors.expand(depth)
            found.append(factors.part(depth))
            if sum(m > 0 for _, m in factors.polys.values()) < 2 or not depth:
                return min(found, key=lambda term: operations(_signed(term), self.costs))
        return min(found, key=lambda term: operations(_signed(term), self.costs))

    def sum(self, p: Poly, depth: int) -> Part:
        """A polynomial of several terms as a sum, gathered by a kernel where that is shorter."""
        key = (key_of((p, self.one))[0], depth)
        found = self.sum_parts.get(key)
        if found is not None:
            return found
        ways = [_sum([self.product(t, self.one, depth) for t in self.terms(p)])]
        if depth and len(p) <= MOST_COLLECTED:
            counts = [0] * len(self.gens)
            for exponents in p.monoms():
                for i, n in enumerate(exponents):
                    counts[i] += n > 0
            often = [i for i, n in enumerate(counts) if n > 1]
            often.sort(key=lambda i: -counts[i])
            for i in often[:4]:
                gathered = self.collected(p, i)
                terms = [
                    self.product(c * self.gens[i] ** k, self.one, depth - 1)
                    for k, c in sorted(gathered.items(), reverse=not self.ascending)
                ]
                ways.append(_sum(terms))
        found = self.sum_parts[key] = self.best(ways)
        return found


class Factors:
    """A product of powers: an exact factor, generators, and polynomials of several terms."""

    def __init__(self, normal: Normal) -> None:
        self.normal = normal
        self.factor: Any = normal.fmpq(1)
        self.gens: dict[int, int] = {}
        self.polys: dict[Key, tuple[Poly, int]] = {}
        self.whole: dict[int, int] = {}  # powers of a base that its root took in

    def take(self, p: Poly, times: int, apart: bool = True) -> None:
        """p**times more, as its factors or, apart from what all of its terms have, as a whole."""
        if p.is_one():
            return
        self.normal.work += 1
        content = p if len(p) == 1 else p.term_content()
        for i, n in enumerate(content.monoms()[0]):
            if n:
                self.gens[i] = self.gens.get(i, 0) + int(n) * times
        if len(p) == 1:
            self.factor *= p.leading_coefficient() ** times
            return
        p = p / content
        if apart and max(p.degrees()) <= MOST_FACTORED:
            c, factors = p.factor()
        else:
            primitive = primitive_of(p)
            c, factors = p.leading_coefficient() / primitive.leading_coefficient(), [(primitive, 1)]
        self.factor *= c**times
        for q, n in factors:
            key = key_of((q, q))[0]
            whole = self.normal.whole_sums.get(key)
            if whole is not None:
                i, ratio = whole
                self.gens[i] = self.gens.get(i, 0) + int(n) * times
                self.factor *= ratio ** (-n * times)
            else:
                self.polys[key] = q, self.polys.get(key, (q, 0))[1] + int(n) * times

    def expand(self, depth: int) -> None:
        """Where a factor gets shorter when a user's sum in it is written out, it is."""
        normal, kernels = self.normal, self.normal.kernels
        for key, (poly, n) in list(self.polys.items()):
            if not n:
                continue
            best = Factors(self.normal)
            best.polys[key] = poly, n
            cost = operations(_signed(best.part(depth)), self.normal.costs)
            p, q = poly, normal.one
            while True:
                inside = [i for i, m in enumerate(p.degrees()) if m and kernels[i].kind == "sum"]
                if not inside:
                    break
                value = kernels[inside[-1]].value
                if value is None or len(p) > MOST_COLLECTED:
                    break
                # A term by itself is written out in any case: x + (x + 1) would be x + x + 1.
                alone = all(sum(m) == 1 for m in p.monoms() if m[inside[-1]])
                p, q = normal.reduced(*normal.without(p, q, inside[-1], 1, value))
                if not len(p):
                    break
                for apart in (True, False):
                    tried = Factors(self.normal)
                    tried.take(p, n, apart)
                    tried.take(q, -n)
                    here = operations(_signed(tried.part(depth)), self.normal.costs)
                    meets = any(self.gens.get(i, 0) * m < 0 for i, m in tried.gens.items())
                    if here < cost or (alone and here == cost) or (meets and apart):
                        best, cost = tried, here
            if best.polys.keys() != {key}:
                del self.polys[key]
                self.factor *= best.factor
                for i, m in best.gens.items():
                    self.gens[i] = self.gens.get(i, 0) + m
                for i, m in best.whole.items():
                    self.whole[i] = self.whole.get(i, 0) + m
                for k, (q, m) in best.polys.items():
                    self.polys[k] = q, self.polys.get(k, (q, 0))[1] + m

    def part(self, depth: int) -> Term:
        """As it is written: x*sqrt(x) as x**(3/2), where that is shorter."""
        normal = self.normal
        best = self.written(depth)
        if not self.polys and len(self.gens) == 1:
            return self.rational(depth)
        for i in sorted(self.gens):
            kernel = normal.kernels[i]
            if not self.gens[i] or kernel.kind != "power" or kernel.value is None:
                continue
            if not len(kernel.value[0]):  # a power of x - x, which has no factors
                continue
            base = normal.base_factors(i)
            wholes = {int(Fraction(self.gens.get(j, 0), m)) for j, m in base.gens.items()}
            wholes |= {
                int(Fraction(self.polys.get(key, (q, 0))[1], m))
                for key, (q, m) in base.polys.items()
            }
            for whole in wholes - {0}:
                moved = self.moved(i, base, whole)
                found = moved.written(depth)
                if operations(_signed(found), normal.costs) <= operations(
                    _signed(best), normal.costs
                ):
                    best, self.gens, self.polys = found, moved.gens, moved.polys
                    self.factor, self.whole = moved.factor, moved.whole
        return self.rational(depth)

    def rational(self, depth: int) -> Term:
        """As it is, or with roots of numbers above, where that is shorter: sqrt(2)*x for
        2*x/sqrt(2)."""
        best = self.written(depth)
        for i, k in list(self.gens.items()):
            relation = self.normal.kernels[i].relation
            if k >= 0 or relation is None or not all(p.is_constant() for p in relation[1]):
                continue
            order, (n, d) = relation
            before = self.factor
            self.gens[i], self.factor = k + order, before * (d / n).leading_coefficient()
            found = self.written(depth)
            costs = (operations(_signed(x), self.normal.costs) for x in (found, best))
            if next(costs) < next(costs):
                best = found
            else:
                self.gens[i], self.factor = k, before
        return best

    def moved(self, i: int, base: Factors, whole: int) -> Factors:
        """The same with a whole power of the base of the i-th generator as a part of its power."""
        found = Factors(self.normal)
        found.gens, found.polys, found.whole = dict(self.gens), dict(self.polys), dict(self.whole)
        for j, m in base.gens.items():
            found.gens[j] = found.gens.get(j, 0) - m * whole
        for key, (q, m) in base.polys.items():
            found.polys[key] = q, found.polys.get(key, (q, 0))[1] - m * whole
        found.factor = self.factor * base.factor**-whole
        found.whole[i] = found.whole.get(i, 0) + whole
        return found

    def written(self, depth: int) -> Term:
        normal, kernels, factor = self.normal, self.normal.kernels, self.factor
        above: list[tuple[tuple[int, int], Part]] = []
        below: list[tuple[tuple[int, int], Part]] = []
        gens = dict(self.gens)
        for i, j, tan, cot in normal.ratios:
            k = gens.get(i, 0)
            if k and gens.get(j, 0) == -k and not any(normal.raised(x, gens) for x in (i, j)):
                argument = normal.reading.of(kernels[i].node).children[0]
                above.append(((2, i), power(call(tan if k > 0 else cot, argument), abs(k))))
                del gens[i], gens[j]
        for i, k in gens.items():
            kernel, whole = kernels[i], self.whole.get(i, 0)
            if not k and not whole:
                continue
            place = (3 if kernel.kind == "sum" else 2, i)
            if kernel.relation is not None and all(p.is_constant() for p in kernel.relation[1]):
                place = (0, i)  # a root of a number
            elif kernel.kind == "leaf":
                place = (1 if kernel.node.operation is VARIABLE else 0, i)
            if kernel.kind == "power" and kernel.relation is None:
                above.append((place, normal.power_of(i, k, whole)))
            elif kernel.kind == "power":
                exponent = k * kernel.unit + whole
                if exponent:
                    side = above if exponent > 0 else below
                    side.append((place, power(normal.bases[i], abs(exponent))))
            else:
                side = above if k > 0 else below
                side.append((place, power(normal.reading.of(kernel.node), abs(k))))
        for q, n in self.polys.values():
            if not n:
                continue
            if n % 2 and factor < 0 and any(c < 0 for c in q.coeffs()):
                q, factor = -q, -factor
            side = above if n > 0 else below
            side.append(((4, 0), power(normal.sum(q, depth), abs(n))))
        above.sort(key=lambda x: x[0])
        below.sort(key=lambda x: x[0])
        c = fraction(factor)
        return c < 0, quotient(abs(c), [x for _, x in above], [x for _, x in below])


RATIONAL = {"constant", "add", "sub", "neg", "mul", "div"}


def _in_text_order(f: Tensor) -> list[Tensor]:
    """The nodes of f, inputs before users, as a reader of its text meets them."""
    return postorder(f, lambda node: node.inputs)


def _signed(term: Term) -> Part:
    minus, part = term
    if not minus:
        return part
    return number(-part.data) if part.kind == "number" else Part("negation", [part])


def _sum(terms: list[Term]) -> Part:
    """A sum, a positive term first where there is one."""
    if len(terms) == 1:
        return _signed(terms[0])
    flat: list[Term] = []
    for minus, part in terms:
        if part.kind == "sum":
            flat += zip((minus != sign for sign in part.data), part.children, strict=True)
        else:
            flat.append((minus, part))
    terms = flat
    first = next((i for i, (minus, _) in enumerate(terms) if not minus), 0)
    terms = [terms[first], *terms[:first], *terms[first + 1 :]]
    return Part("sum", [part for _, part in terms], tuple(minus for minus, _ in terms))
