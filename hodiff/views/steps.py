"""The rules that give a derivative, outermost first, with the derivatives they are applied to.

A formula is taken apart as it is written (parts.py): a sum has a slope for each term, a product
of three is one step. What a function's slope is, its row in the table of operations says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import accumulate, chain, count
from typing import Any, NamedTuple

from hodiff.engine.backward import walk
from hodiff.engine.graph import (
    ONE,
    ZERO,
    Kind,
    Tensor,
    building,
    tensor_of,
    topological,
    variable,
    written,
)
from hodiff.engine.operations import FUNCTIONS
from hodiff.engine.operations.elementary import add, e, log, mul
from hodiff.engine.operations.piecewise import gt, lt, where
from hodiff.engine.operations.structure import expand_to, matmul, pick, stack, total
from hodiff.engine.passes import applied, rebuilt
from hodiff.engine.sharing import NodeTable
from hodiff.errors import HodiffError
from hodiff.views.graphs import node
from hodiff.views.parts import Part, call, in_order, name, number, plus, power, times
from hodiff.views.reading import read

MOST_STEPS = 500  # in one answer
MOST_DEEP = 100  # steps inside steps
MOST_PARTS = 50_000  # of all formulas that the steps show
INSTEAD = "hodiff grad, or hodiff nth --order N, gives the formula alone"
PARTS_A_STEP = 4  # that may need a derivative, at most: terms that are derived in one line
SHORT = 3  # parts; a longer constant gets a letter
MOST_FACTORS = 4  # of a product whose rule is written out
MOST_TERMS = 3

TITLES = {
    "abs": "absolute value",
    "acos": "arc cosine",
    "acot": "arc cotangent",
    "acsc": "arc cosecant",
    "asec": "arc secant",
    "asin": "arc sine",
    "atan": "arc tangent",
    "cbrt": "cube root",
    "cos": "cosine",
    "cosd": "cosine in degrees",
    "cosh": "hyperbolic cosine",
    "cot": "cotangent",
    "csc": "cosecant",
    "exp": "exponential",
    "log": "logarithm",
    "sec": "secant",
    "sin": "sine",
    "sind": "sine in degrees",
    "sinh": "hyperbolic sine",
    "sqrt": "square root",
    "tan": "tangent",
    "tand": "tangent in degrees",
    "tanh": "hyperbolic tangent",
}
"""What people call a function; others go by their name."""

FLAT = "where it jumps there is no derivative, and between its jumps it is constant"
BRANCH = "where the condition turns there is no derivative unless the branches join smoothly"
CONVENTIONS = {
    "abs": "at abs(0) there is a kink and no derivative: sign(0) = 0 is a convention",
    "relu": "at relu(0) there is a kink and no derivative: 0 is a convention",
    "max": "in a tie there is no derivative unless both sides have the same: their mean is a"
    " convention",
    "clip": "at its bounds there is a kink and no derivative: the slope inside is a convention",
    "mod": "where it jumps there is no derivative",
    "where": BRANCH + ": the one that is taken is a convention",
    "acot": "at acot(0) it jumps, and there is no derivative",
    "heaviside": FLAT,
    "sign": FLAT,
    "floor": FLAT,
    "ceil": FLAT,
    "round": FLAT,
}
POSITIVE = "where the base is above 0"
CONVENTIONS["min"] = CONVENTIONS["max"]
"""What is smooth in pieces, and what holds where the pieces meet."""


class Step(NamedTuple):
    """A rule that was applied to a part of a formula.

    rule        its name: product, chain, power ...; for a function that of TITLES, or its own
    of          what is differentiated
    letters     what the letters of equation stand for
    equation    the rule in letters, as what stands before and after (...)' = ...; None where the
                derivative says it all
    derivative  what it comes to
    inner       what is differentiated for it, each a part of its own step
    note        what holds where there is no derivative
    """

    rule: str
    of: Part
    letters: dict[str, Part]
    equation: tuple[Part, Part] | None
    derivative: Part
    inner: tuple[Part, ...]
    note: str


class Line(NamedTuple):
    """A step in its place: how deep, and whether it was shown above, with what is inside it."""

    depth: int
    step: Step
    above: bool


class _Form(NamedTuple):
    """What a part is for differentiation: the rule, what it is applied to, a constant factor."""

    rule: str
    operands: tuple[Part, ...] = ()
    factor: Part | None = None


class Steps:
    """Finds steps; one of these for all that an answer shows, which has its limits.

    variables are the graphs' own, by name. Cost: the derivative is built once for each distinct
    part, and each step's is read as a formula.
    """

    def __init__(self, variables: Mapping[str, Tensor]) -> None:
        self.variables = variables
        self.steps = self.parts = 0

    def __call__(self, formula: Part, x: str) -> list[Line]:
        """The steps of the derivative in x, each before what is inside it.

        Raises HodiffError (limit) over MOST_STEPS, MOST_DEEP or MOST_PARTS.

        >>> from hodiff.engine.graph import variable
        >>> from hodiff.engine.operations.elementary import sin
        >>> x = variable("x")
        >>> lines = Steps({"x": x})(read(sin(x**2)), "x")
        >>> [(line.depth, line.step.rule) for line in lines]
        [(0, 'chain'), (1, 'power')]
        """
        return _Derivation(self, formula, x).lines()

    def add(self, steps: int = 0, parts: int = 0) -> None:
        self.steps += steps
        self.parts += parts
        if self.steps > MOST_STEPS:
            raise too_large(f"the derivative takes over {MOST_STEPS} steps")
        if self.parts > MOST_PARTS:
            raise too_large(f"the formulas of the steps have over {MOST_PARTS} parts")


def too_large(what: str) -> HodiffError:
    return HodiffError("limit", f"{what}: {INSTEAD}", source="EXPR")


def no_rule(what: str) -> HodiffError:
    return HodiffError("usage", f"steps has no rule for {what}: {INSTEAD}", source="EXPR")


class _Derivation:
    """Equal parts are one part here, and what doesn't depend on x is a constant."""

    def __init__(self, limits: Steps, formula: Part, x: str) -> None:
        self.limits, self.x = limits, x
        self.known: dict[tuple[Any, ...], Part] = {}  # by what they are made of
        self.same: dict[Part, Part] = {}
        self.values: dict[Part, Tensor] = {}
        self.depending: set[Part] = set()
        self.forms: dict[Part, _Form] = {}
        self.slopes: dict[Part, Tensor] = {}
        self.simple: dict[Part, str] = {}  # the rule of what people derive in one line
        self.names = {part.data for part in in_order(formula) if part.kind == "name"}
        self.root = self.part(formula)
        self.table = NodeTable()  # of the derivatives, which are shared and tidied
        self.table.know(topological([self.values[self.root]]))
        for part in self.order():
            with building(self.table):
                found = self.slope(part, self.forms[part])
                self.slopes[part] = expand_to(found, self.values[part].shape)

    # Parts, and their values as graphs.

    def part(self, root: Part) -> Part:
        """The one part that is equal to root, with its value."""
        stack = [root]
        while stack:
            part = stack[-1]
            missing = [child for child in part.children if child not in self.same]
            if part in self.same or missing:
                stack += reversed(missing)
                if part in self.same:
                    stack.pop()
                continue
            stack.pop()
            children = tuple(self.same[child] for child in part.children)
            data = repr(part.data) if isinstance(part.data, (float, list)) else part.data
            key = (part.kind, type(part.data), data, *map(id, children))
            found = self.known.get(key)
            if found is None:
                found = self.known[key] = Part(part.kind, children, part.data)
                self.same[found] = found
                with building(written):
                    inputs = [self.values[child] for child in children]
                    y = node(found, inputs, self.limits.variables)
                if y is None:
                    raise no_rule(part.data)
                self.values[found] = y
                named = part.kind == "name" and part.data == self.x
                if named or not self.depending.isdisjoint(children):
                    self.depending.add(found)
            self.same[part] = found
        return self.same[root]

    # What is what.

    def order(self) -> list[Part]:
        """Every part that has a derivative to be found, what it needs before it."""
        order: list[Part] = []
        deep: dict[Part, int] = {}
        stack = [(self.root, False)]
        while stack:
            part, done = stack.pop()
            operands = self.forms[part].operands if part in self.forms else ()
            if done:
                order.append(part)
                below = max((deep.get(x, 0) for x in operands), default=0)
                deep[part] = below + (part.kind != "name")
                if deep[part] > MOST_DEEP:
                    raise too_large(f"the derivative has over {MOST_DEEP} steps inside each other")
                self.simple[part] = self.at_once(part)
            elif part not in self.forms:
                self.forms[part] = form = self.form(part)
                stack.append((part, True))
                stack += [(x, False) for x in reversed(form.operands) if x in self.depending]
                if len(self.forms) > PARTS_A_STEP * MOST_STEPS:
                    raise too_large(f"the derivative takes over {MOST_STEPS} steps")
        return order

    def form(self, part: Part) -> _Form:
        if part not in self.depending:
            return _Form("constant")
        kind, children = part.kind, part.children
        if kind == "name":
            return _Form("linear")
        if kind == "sum":
            return _Form("sum", children)
        if kind in ("product", "negation"):
            return self.factors(part)
        if kind == "power":
            varying = tuple(child for child in children if child in self.depending)
            if len(varying) == 2:
                return _Form("general power", varying)
            return _Form("power" if varying[0] is children[0] else "exponential", varying)
        if kind == "call" and part.data == "where":
            return _Form("piecewise", children[1:])
        if kind == "call":
            return _Form("function", tuple(x for x in children if x in self.depending))
        if kind in ("comparison", "logic", "not"):
            return _Form("piecewise")
        return _Form(kind, children)  # vector, entry, matmul

    def factors(self, part: Part) -> _Form:
        """A product, a quotient or a multiple: with minus a factor."""
        sign = 1
        while part.kind == "negation":
            sign, part = -sign, part.children[0]
        middle = part.data if part.kind == "product" else 1
        above = part.children[:middle] if part.kind == "product" else (part,)
        below = part.children[middle:] if part.kind == "product" else ()
        varying = [x for x in above if x in self.depending]
        divisors = [x for x in below if x in self.depending]
        if varying and divisors:
            u, v = times(*above, sign=sign), times(*below)
            return _Form("quotient", (self.part(u), self.part(v)))
        constants = times(
            *(x for x in above if x not in self.depending),
            below=[x for x in below if x not in self.depending],
            sign=sign,
        )
        one = constants.kind == "number" and constants.data == 1
        factor = None if one else self.part(constants)
        if divisors:
            return _Form("reciprocal", (self.part(times(*divisors)),), factor)
        return _Form("product" if len(varying) > 1 else "multiple", tuple(varying), factor)

    def at_once(self, part: Part) -> str:
        """The rule, where one line says the derivative; else ""."""
        form = self.forms[part]
        rules = {self.simple.get(x, "constant") for x in form.operands}
        if form.rule in ("constant", "linear"):
            return form.rule
        if form.rule == "sum":
            return "linear" if rules <= {"constant", "linear"} else ""
        if form.rule == "multiple":
            return next(iter(rules & {"linear", "power"}), "")
        if form.rule == "power" or (form.rule == "reciprocal" and "power" not in rules):
            return "power" if form.operands[0].kind == "name" else ""
        if form.rule == "reciprocal":
            return "power"
        if form.rule == "exponential":
            return "exponential" if form.operands[0].kind == "name" else ""
        if part.kind == "call" and CONVENTIONS.get(part.data) == FLAT:
            return "piecewise"
        if form.rule == "function" and [x.kind for x in form.operands] == ["name"]:
            return "piecewise" if part.data in CONVENTIONS else TITLES.get(part.data, part.data)
        return "piecewise" if not form.operands else ""

    # Derivatives as graphs.

    def slope(self, part: Part, form: _Form) -> Tensor:
        rule = form.rule
        if rule == "constant":
            return ZERO
        if rule == "linear":
            return ONE
        values = [self.values[x] for x in form.operands]
        slopes = [self.slope_of(x) for x in form.operands]
        c = ONE if form.factor is None else self.values[form.factor]
        if rule == "sum":
            signed = zip(slopes, part.data, strict=True)
            return reduce(add, (-slope if minus else slope for slope, minus in signed))
        if rule == "multiple":
            return c * slopes[0]
        if rule == "product":
            before = accumulate(values[:-1], mul, initial=ONE)
            after = [*accumulate(reversed(values[1:]), mul, initial=ONE)][::-1]
            return c * reduce(add, map(lambda a, s, b: a * s * b, before, slopes, after))
        if rule == "quotient":
            (u, v), (du, dv) = values, slopes
            return (du * v - u * dv) / v**2
        if rule == "reciprocal":
            return -(c * slopes[0]) / values[0] ** 2
        if rule == "power":
            n = self.values[part.children[1]]
            return n * values[0] ** (n - 1) * slopes[0]
        if rule == "exponential":
            base = self.values[part.children[0]]
            rate = ONE if base.operation is e else log(base)
            return self.values[part] * rate * slopes[0]
        if rule == "general power":
            (u, v), (du, dv) = values, slopes
            return self.values[part] * (dv * log(u) + v * du / u)
        if rule == "vector":
            return stack(*map(expand_to, slopes, (x.shape for x in values)))
        if rule == "entry":
            return pick(slopes[0], part.data)
        if rule == "matmul":
            (u, v), (du, dv) = values, slopes
            return matmul(du, v) + matmul(u, dv)
        if part.kind != "call":
            return ZERO
        if part.data == "where":
            return where(self.values[part.children[0]], *slopes)
        return self.through(part, values, slopes)

    def slope_of(self, part: Part) -> Tensor:
        found = self.slopes.get(part)
        return expand_to(ZERO, self.values[part].shape) if found is None else found

    def through(self, part: Part, values: list[Tensor], slopes: list[Tensor]) -> Tensor:
        """The derivative of a function of what has one."""
        node, xs = self.values[part], part.children
        if part.data in ("max", "min"):
            a, b = (self.values[x] for x in xs)
            da, db = map(self.slope_of, xs)
            first, second = (gt, lt) if part.data == "max" else (lt, gt)
            return where(first(a, b), da, where(second(a, b), db, (da + db) / 2))
        places = self.places(part)
        if places is not None:
            partials = node.operation.partials
            found = [partials[i](*node.inputs, node, *node.attributes) for i in places]
            return reduce(add, map(mul, map(tensor_of, found), slopes))
        # Of vectors: their derivative along the slopes, by the walk.
        y, letters = self.in_letters(part, [f"u{i}" for i, _ in enumerate(xs)])
        given = dict(zip(letters, values, strict=True))
        terms = []
        for g, slope in zip(walk([y], [ONE], letters), slopes, strict=True):
            if g is not None:
                g = rebuilt(topological([g]), applied, given)[g]
                terms.append(total(g * slope) if g.shape or slope.shape else g * slope)
        return reduce(add, terms, ZERO)

    def places(self, part: Part) -> list[int] | None:
        """Which inputs of its row are what a function is differentiated through; None where it is
        no row with a slope for each entry."""
        node, xs = self.values[part], part.children
        if node.operation.kind is not Kind.ENTRYWISE or not node.operation.partials:
            return None
        if len(node.inputs) < len(xs):  # the order of polygamma is no input
            xs = tuple(x for x in xs if x.kind != "number")
        if [*map(id, node.inputs)] != [id(self.values[x]) for x in xs]:
            return None
        return [i for i, x in enumerate(xs) if x in self.depending]

    def in_letters(self, part: Part, names: Sequence[str]) -> tuple[Tensor, list[Tensor]]:
        """A function of variables of these names, one for each argument, and those in place of
        what depends on x."""
        free = [self.values[x] for x in part.children]
        letters = []
        for i, x in enumerate(part.children):
            if x in self.depending:
                free[i] = variable(names[i], free[i].shape)
                letters.append(free[i])
        with building(written):
            y = FUNCTIONS[part.data].build(*free)
        if y.shape and y.operation.kind is not Kind.ENTRYWISE:
            raise no_rule(part.data)
        return y, letters

    # Steps.

    def lines(self) -> list[Line]:
        lines: list[Line] = []
        shown: dict[Part, Step] = {}
        stack = [(self.root, 0)]
        while stack:
            part, depth = stack.pop()
            self.limits.add(steps=1)
            above = part in shown
            step = shown[part] if above else self.step(part)
            shown[part] = step
            above = above and bool(step.inner)
            lines.append(Line(depth, step, above))
            if not above:
                stack += [(x, depth + 1) for x in reversed(step.inner)]
        return lines

    def step(self, part: Part) -> Step:
        self.limits.add(parts=len(in_order(part)))
        if part not in self.depending:
            return Step("constant", part, {}, None, number(0), (), "")
        form = self.forms[part]
        derivative = read(self.slopes[part])
        self.limits.add(parts=len(in_order(derivative)))
        note = POSITIVE if form.rule == "general power" else _note(part)
        simple = self.simple[part]
        if simple:
            return Step(simple, part, {}, None, derivative, (), note)
        rule, letters, equation = _Writer(self, part, form).written()
        inner = [x for x in form.operands if x in self.depending and x.kind != "name"]
        if form.rule == "sum":
            inner = self.terms(part)
        elif form.rule == "vector":
            inner = list(form.operands)
        return Step(rule, part, letters, equation, derivative, tuple(dict.fromkeys(inner)), note)

    def terms(self, part: Part) -> list[Part]:
        """The terms of a sum, the constants in one."""
        found = [x for x in part.children if x in self.depending]
        signed = zip(part.children, part.data, strict=True)
        constants = [
            Part("negation", [x]) if minus else x for x, minus in signed if x not in self.depending
        ]
        if len(constants) == 1:
            return list(part.children)
        return [*found, self.part(plus(*constants))] if constants else found


class _Writer:
    """A step's rule in letters that the formula doesn't use."""

    def __init__(self, derivation: _Derivation, part: Part, form: _Form) -> None:
        self.derivation, self.part, self.form = derivation, part, form
        self.letters: dict[str, Part] = {}
        taken = derivation.names | {f.data for f in map(name, ("e", "pi"))}
        free = [letter for letter in "uvwpqrst" if letter not in taken]
        more = (f"u{i}" for i in count(1) if f"u{i}" not in taken)
        self.free = chain(free, more)
        self.constants = chain([c for c in "cabkn" if c not in taken], (f"c{x}" for x in more))

    def letter(self, part: Part) -> tuple[Part, Part]:
        """A letter for a part, and its derivative."""
        text = next(self.free)
        self.letters[text] = part
        return name(text), name(f"{text}'")

    def constant(self, part: Part) -> Part:
        """A constant as it is, where it is short; else a letter for it."""
        if len(in_order(part)) <= SHORT:
            return part
        text = next(self.constants)
        self.letters[text] = part
        return name(text)

    def written(self) -> tuple[str, dict[str, Part], tuple[Part, Part] | None]:
        form, part = self.form, self.part
        rule, operands = form.rule, form.operands
        if rule == "sum":
            return rule, {}, self.sum()
        if rule == "vector" or (rule == "product" and len(operands) > MOST_FACTORS):
            return rule, {}, None
        if rule == "function" or (rule == "piecewise" and part.kind == "call"):
            return self.function()
        factor = [self.constant(form.factor)] if form.factor is not None else []
        if rule == "power":
            exponent = self.constant(part.children[1])
            u, du = self.letter(operands[0])
            if exponent.kind == "number":
                n = exponent.data
                slope = times(number(n), *raised(u, n - 1), du, below=raised(u, 1 - n))
            else:
                less = Part("sum", [exponent, number(1)], (False, True))
                slope = times(exponent, Part("power", (u, less)), du)
            return "chain", self.letters, (Part("power", (u, exponent)), slope)
        if rule == "exponential":
            base = self.constant(part.children[0])
            u, du = self.letter(operands[0])
            y = Part("power", (base, u))
            natural = self.derivation.values[part.children[0]].operation is e
            slope = times(y, *([] if natural else [call("log", base)]), du)
            return "chain", self.letters, (y, slope)
        pairs = [self.letter(x) for x in operands]
        us = [u for u, _ in pairs]
        (u, du), (v, dv) = pairs[0], pairs[-1]
        if rule == "multiple":
            return "constant multiple", self.letters, (times(*factor, u), times(*factor, du))
        if rule == "product":
            terms = [times(*us[:i], du, *us[i + 1 :]) for i, (_, du) in enumerate(pairs)]
            return rule, self.letters, (times(*factor, *us), times(*factor, plus(*terms)))
        if rule == "quotient":
            difference = Part("sum", [times(du, v), times(u, dv)], (False, True))
            equation = times(u, below=[v]), times(difference, below=[power(v, 2)])
        elif rule == "reciprocal":
            y = times(*factor, below=[u])
            equation = y, times(*factor, du, below=[power(u, 2)], sign=-1)
        elif rule == "general power":
            inner = plus(times(dv, call("log", u)), times(v, du, below=[u]))
            y = Part("power", (u, v))
            equation = y, times(y, inner)
        elif rule == "entry":
            equation = Part("entry", [u], part.data), Part("entry", [du], part.data)
        else:
            y = Part("matmul", (u, v))
            equation = y, plus(Part("matmul", (du, v)), Part("matmul", (u, dv)))
            rule = "product"
        return rule, self.letters, equation

    def sum(self) -> tuple[Part, Part]:
        """A term for each, or in short."""
        signs = self.part.data
        if len(signs) > MOST_TERMS:
            u, du = zip(*(next_pair(self.free) for _ in range(2)), strict=True)
            more = name("...")
            return plus(*u, more), plus(*du, more)
        u, du = zip(*(next_pair(self.free) for _ in signs), strict=True)
        return Part("sum", u, signs), Part("sum", du, signs)

    def function(self) -> tuple[str, dict[str, Part], tuple[Part, Part] | None]:
        """The chain rule: the function's slope, as its row has it, times that of what is inside."""
        part, varying = self.part, set(self.form.operands) & self.derivation.depending
        rule = "piecewise" if part.data in CONVENTIONS else "chain"
        children = part.children
        if part.data == "where":
            test = self.constant(children[0])
            pairs = [self.letter(x) if x in varying else (x, number(0)) for x in children[1:]]
            (a, da), (b, db) = pairs
            return rule, self.letters, (call("where", test, a, b), call("where", test, da, db))
        pairs = [
            self.letter(x) if x in varying else (self.constant(x), number(0)) for x in children
        ]
        us = [u for u, _ in pairs]
        y = call(part.data, *us)
        if part.data in ("max", "min"):
            (u, du), (v, dv) = pairs
            first, second = (">", "<") if part.data == "max" else ("<", ">")
            mean = times(plus(*(x for x in (du, dv) if x.kind != "number")), below=[number(2)])
            rest = call("where", Part("comparison", (u, v), second), dv, mean)
            slope = call("where", Part("comparison", (u, v), first), du, rest)
            return rule, self.letters, (y, slope)
        if part.data == "sum":
            (u, du), *_ = pairs
            return "sum", self.letters, (y, call("sum", du))
        node, letters = self.derivation.in_letters(part, [str(u.data) for u in us])
        slopes = [du for x, (_, du) in zip(children, pairs, strict=True) if x in varying]
        places = self.derivation.places(part)
        with building(NodeTable()):
            if places is not None:
                partials = node.operation.partials
                found = [partials[i](*node.inputs, node, *node.attributes) for i in places]
            else:
                found = [ZERO if g is None else g for g in walk([node], [ONE], letters)]
        terms = [within(read(tensor_of(g)), du) for g, du in zip(found, slopes, strict=True)]
        if any(letter.shape for letter in letters) and places is None:
            terms = [call("sum", term) for term in terms]
        slope = plus(*terms)
        named = all(x.data in FUNCTIONS for x in in_order(slope) if x.kind == "call")
        return rule, self.letters, (y, slope) if named else None


def next_pair(letters: Iterator[str]) -> tuple[Part, Part]:
    text = next(letters)
    return name(text), name(f"{text}'")


def raised(u: Part, n: Any) -> list[Part]:
    """u**n as factors; none where n isn't above 0."""
    return [power(u, n)] if n > 0 else []


def within(partial: Part, slope: Part) -> Part:
    """partial*slope; where partial is that in one case and 0 in the other, in its cases."""
    if partial.kind == "call" and partial.data == "where":
        test, a, b = partial.children
        if b.kind == "number" and b.data == 0:
            return call("where", test, times(a, slope), b)
    return times(partial, slope)


def _note(part: Part) -> str:
    if part.kind == "call":
        return CONVENTIONS.get(part.data, "")
    return FLAT if part.kind in ("comparison", "logic", "not") else ""
