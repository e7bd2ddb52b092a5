"""What the formats of mathematics say of an answer: its fields as equations.

A function of EQUATIONS for each command gets the letters of the answer, and its fields. What
stands above is the same for all: f, the point, the value there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from math import prod
from typing import Any, TypeAlias

from hodiff.calculator.answer import Answer, Asked, Value, plain_number, text
from hodiff.calculator.request import usage
from hodiff.engine.graph import DATA, topological
from hodiff.engine.operations.structure import stack
from hodiff.errors import HodiffError
from hodiff.views.formula import Formula
from hodiff.views.parts import Part, call, name, number, power
from hodiff.views.reading import read
from hodiff.views.typeset import Equation

MOST_NUMBERS = 10_000  # of one answer
MOST_NAMED = 6  # variables that f(x, y) names, and terms of a sum
LARGEST = 64  # numbers and entries of arrays that are written out in the title

Fields: TypeAlias = dict[str, Any]


class Letters:
    """The letters of an answer, each unlike every variable: f, and v for a vector."""

    def __init__(self, asked: Asked) -> None:
        self.variables, self.taken = asked.variables, asked.taken
        self.asked = asked
        self.f, self.v = self.free("fgFG"), self.free("vuVU")

    def free(self, letters: str) -> Part:
        names = (*letters, *(f"{letters[0]}_{i}" for i in range(len(self.variables))))
        return name(next(x for x in names if x not in self.variables))

    def derivative(self, *steps: tuple[str, int]) -> Part:
        """∂³f/∂x²∂y: the variables, and how often each is taken."""
        sign = "d" if len(self.variables) == 1 else "∂"
        return derivative(self.f, sign, [(component(x), n) for x, n in steps])

    def derivatives(self, n: int) -> Part:
        """The n-th derivative in all variables that are taken: a matrix, a row, a number."""
        names = [name(x) for x in self.taken]
        return derivative(self.f, "∂", [(group(names), n)])


def derivative(f: Part | None, sign: str, steps: Sequence[tuple[Part, int]]) -> Part:
    head = [] if f is None else [f]
    return Part("derivative", [*head, *(x for x, _ in steps)], (sign, tuple(n for _, n in steps)))


def component(label: str) -> Part:
    """The part of w, or of w[0,1]."""
    whole, _, index = label.partition("[")
    if not index:
        return name(label)
    return Part("entry", [name(whole)], tuple(map(int, index.removesuffix("]").split(","))))


def group(parts: Sequence[Part]) -> Part:
    """(x, y), and x for x alone."""
    return parts[0] if len(parts) == 1 else Part("group", few(parts))


def few(parts: Sequence[Part]) -> Sequence[Part]:
    return (
        parts if len(parts) <= MOST_NAMED else [*parts[:2], Part("verbatim", data="…"), parts[-1]]
    )


def told(value: Value) -> Part:
    """A number, digit for digit; a formula; an interval; a vector of them.

    Raises HodiffError (limit) for more than MOST_NUMBERS numbers.
    """
    numbers = count(1)

    def part(value: Value) -> Part:
        if isinstance(value, list):  # as deep as an array has dimensions
            return Part("vector", map(part, value))
        if next(numbers) > MOST_NUMBERS:
            message = f"this format tells {MOST_NUMBERS} numbers at most: take plain, csv or json"
            raise usage(message, "--format", "limit")
        if isinstance(value, dict):
            return Part("interval", map(part, value.values()))
        return value.part if isinstance(value, Formula) else Part("digits", data=text(value))

    return part(value)


def title(answer: Answer) -> Iterator[Equation]:
    """f as it is read, and the point."""
    command, asked = answer.fields["command"], answer.asked
    if command != "functions" and command not in EQUATIONS:
        raise usage(f"{command} is not written as equations: take table, json, csv or plain",
                    "--format")  # fmt: skip
    if asked is None:
        return
    letters = Letters(asked)
    if "of" in answer.fields:
        yield Equation(expression(answer), number(0))
    else:
        names = [name(x) for x in asked.variables]
        left = call(letters.f.data, *few(names)) if names else letters.f
        yield Equation(left, expression(answer))
    for x, value in (answer.fields["at"] or {}).items():
        yield Equation(name(x), told(value))


def expression(answer: Answer) -> Part:
    """f as parts; as the text that was typed, where it has large arrays or is too long."""
    assert answer.asked is not None
    f = answer.asked.f
    typed = Part("verbatim", data=" ".join(answer.title.split()))
    nodes = topological([f])
    written = sum(prod(x.shape) for x in nodes if x.operation is DATA)
    if written + sum(len(x.inputs) for x in nodes if x.operation is stack) > LARGEST:
        return typed
    try:
        return read(f)
    except HodiffError:
        return typed


def body(answer: Answer) -> Iterator[Equation]:
    """What was asked for."""
    fields, asked = answer.fields, answer.asked
    if asked is None:
        yield from functions(fields)
        return
    letters = Letters(asked)
    if fields["at"] is not None and "of" not in fields:
        yield Equation(letters.f, told(fields["value"]))
    yield from EQUATIONS[fields["command"]](letters, fields)


def value(letters: Letters, fields: Fields) -> Iterable[Equation]:
    return ()


def grad(letters: Letters, fields: Fields) -> Iterator[Equation]:
    for x, slope in fields["gradient"].items():
        yield Equation(letters.derivative((x, 1)), told(slope))


def hessian(letters: Letters, fields: Fields) -> Iterator[Equation]:
    if "hessian" in fields:
        yield Equation(letters.derivatives(2), matrix(fields["hessian"]))
        return
    for x, second in zip(fields["variables"], fields["diagonal"], strict=True):
        yield Equation(letters.derivative((x, 2)), told(second))


def hvp(letters: Letters, fields: Fields) -> Iterator[Equation]:
    yield Equation(letters.v, told(fields["v"]))
    yield Equation(times(letters.derivatives(2), letters.v), told(fields["hvp"]))


def laplacian(letters: Letters, fields: Fields) -> Iterator[Equation]:
    yield Equation(times(name("Delta"), letters.f), told(fields["laplacian"]))


def divergence(letters: Letters, fields: Fields) -> Iterator[Equation]:
    yield Equation(call("div", letters.f), told(fields["divergence"]))


def curl(letters: Letters, fields: Fields) -> Iterator[Equation]:
    yield Equation(call("curl", letters.f), told(fields["curl"]))


def jacobian(letters: Letters, fields: Fields) -> Iterator[Equation]:
    yield Equation(letters.derivatives(1), matrix(fields["jacobian"]))


def jvp(letters: Letters, fields: Fields) -> Iterator[Equation]:
    yield Equation(letters.v, told(fields["v"]))
    yield Equation(times(letters.derivatives(1), letters.v), told(fields["jvp"]))


def vjp(letters: Letters, fields: Fields) -> Iterator[Equation]:
    yield Equation(letters.v, told(fields["v"]))
    transposed = Part("power", [letters.v, Part("verbatim", data="T")])
    yield Equation(times(transposed, letters.derivatives(1)), told([fields["vjp"]]))


def nth(letters: Letters, fields: Fields) -> Iterator[Equation]:
    values = fields["derivatives"]
    if "v" in fields:
        yield Equation(letters.v, told(fields["v"]))
    for k, x in enumerate(values, 1):
        if "v" in fields:
            along = Part("entry", [name("D")], (letters.v.data,))
            left = times(power(along, k), letters.f)
        elif "variables" in fields:
            taken = fields["variables"][:k]
            left = letters.derivative(*((y, taken.count(y)) for y in dict.fromkeys(taken)))
        elif len(letters.variables) == 1:
            left = Part("primed", [letters.f], k)
        else:
            left = letters.derivative((fields["variable"], k))
        yield Equation(left, told(x))


def tensor(letters: Letters, fields: Fields) -> Iterator[Equation]:
    names = fields["variables"]
    for entry in fields["tensor"]:
        taken = [names[i] for i in entry["indices"]]
        steps = [(x, taken.count(x)) for x in dict.fromkeys(taken)]
        yield Equation(letters.derivative(*steps) if steps else letters.f, told(entry["value"]))


def implicit(letters: Letters, fields: Fields) -> Iterator[Equation]:
    x, y = name(fields["variable"]), name(fields["of"])
    for k, slope in enumerate(fields["derivatives"], 1):
        yield Equation(derivative(y, "d", [(x, k)]), told(slope))


def taylor(letters: Letters, fields: Fields) -> Iterator[Equation]:
    """The polynomial, and what it leaves: o() of its last power, or with a bound."""
    order, distance = fields["order"], letters.asked.distance
    names = [name(x) for x in letters.variables]
    step: Part
    if isinstance(distance, Formula):
        step, polynomial = distance.part, fields["polynomial"].part
    else:
        step, c = letters.free("hk"), letters.free("cab").data
        coefficients = [name(f"{c}_{k}") for k in range(order + 1)]
        powers = [[x, power(step, k)] if k else [x] for k, x in enumerate(coefficients)]
        polynomial = plus(*few([times(*factors) for factors in powers]))
    if "v" in fields:
        yield Equation(letters.v, told(fields["v"]))
        left = call(letters.f.data, plus(group(names), times(step, letters.v)))
    elif isinstance(distance, Formula):
        left = call(letters.f.data, *few(names))
    else:
        moved = [plus(x, step) if x.data == fields["variable"] else x for x in names]
        left = call(letters.f.data, *few(moved))
    if "remainder" in fields:
        rest = letters.free("RSPQ")
        yield Equation(left, plus(polynomial, rest))
        yield Equation(call("abs", rest), told(fields["remainder"]), "≤")
        yield Equation(call("abs", step), told(plain_number(fields["within"])), "≤")
    else:
        yield Equation(
            left, plus(polynomial, call("o", power(step, order) if order else number(1)))
        )
    if distance is None:
        yield from map(Equation, coefficients, map(told, fields["coefficients"]))


def uncertainty(letters: Letters, fields: Fields) -> Iterator[Equation]:
    u = letters.free("usUS").data
    yield Equation(call(u, letters.f), told(fields["uncertainty"]))
    for x, spread in fields["uncertainties"].items():
        yield Equation(call(u, name(x)), told(spread))
    for x, slope in fields["sensitivities"].items():
        yield Equation(letters.derivative((x, 1)), told(slope))


def functions(fields: Fields) -> Iterator[Equation]:
    """The derivative of each function in each of its arguments."""
    for function in fields["functions"]:
        for form in function["forms"] if function["same_as"] is None else ():
            head, _, arguments = form["call"].removesuffix(")").partition("(")
            names = arguments.split(", ")
            whole = call(head, *(number(int(x)) if x.isdigit() else name(x) for x in names))
            sign = "d" if len(form["derivatives"]) == 1 else "∂"
            for x, slope in form["derivatives"].items():
                right = Part("verbatim", data="-") if slope is None else told(slope)
                yield Equation(times(derivative(None, sign, [(name(x), 1)]), whole), right)


def matrix(rows: Sequence[Sequence[Value]]) -> Part:
    """A matrix; of one number the number."""
    return told([list(row) for row in rows] if len(rows) > 1 or len(rows[0]) > 1 else rows[0][0])


def times(*factors: Part) -> Part:
    return Part("product", factors, len(factors)) if len(factors) > 1 else factors[0]


def plus(*terms: Part) -> Part:
    """A sum; the terms of a first one stay in it."""
    first = terms[0]
    if len(terms) == 1:
        return first
    if first.kind == "sum":
        return Part(
            "sum", [*first.children, *terms[1:]], (*first.data, *[False] * (len(terms) - 1))
        )
    return Part("sum", terms, [False] * len(terms))


EQUATIONS: dict[str, Callable[[Letters, Fields], Iterable[Equation]]] = {
    "value": value,
    "grad": grad,
    "nth": nth,
    "hessian": hessian,
    "hvp": hvp,
    "laplacian": laplacian,
    "divergence": divergence,
    "curl": curl,
    "jacobian": jacobian,
    "jvp": jvp,
    "vjp": vjp,
    "taylor": taylor,
    "tensor": tensor,
    "implicit": implicit,
    "uncertainty": uncertainty,
}
