"""The Taylor polynomial, and a bound of what it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from sys import maxsize
from typing import Any

from hodiff.answers.remainder import remainder_bound
from hodiff.calculator.answer import Answer, Entry, Value, plain_number, text
from hodiff.calculator.commands.nth import way
from hodiff.calculator.request import Request, usage
from hodiff.derivatives import method as policy
from hodiff.derivatives.taylor import Directional
from hodiff.engine.graph import CONSTANT, variable
from hodiff.views.formula import Formula, Infix, infix
from hodiff.views.parts import Part, name, power
from hodiff.views.reading import read

LONGEST = 20  # the highest order of a polynomial that a table shows as a sum


def taylor(request: Request, order: int, along: str | None = None, within: Any = None) -> Answer:
    """The Taylor polynomial around the point; within: a bound of the remainder so far from it."""
    f = request.scalar()
    if request.problem.radii:
        raise usage("taylor takes a point; --within bounds what is around it", "--at")
    if within is not None and (not request.has_point or request.how.arithmetic == "float"):
        missing = "balls" if request.has_point else "a point: give it with --at"
        raise usage(f"--within needs {missing}", "--within")
    way_ = way(request, along)
    line = Directional(f, way_.v, order + (within is not None))
    extending = request._replace(how=request.how._replace(extend=True))
    found = extending.solve(policy.expansion(f, line, order))
    values = found.values
    exact = [
        None if c is None or request.how.digits is not None else str(c) for c in found.exact
    ] or [None] * len(values)
    shown: list[Value] = [v if c is None else c for v, c in zip(values, exact, strict=True)]
    distance = name(way_.name) if along is not None else shifted(request, way_.name)
    base, polynomial = told(shown, distance)
    fields = way_.fields | {
        "order": order,
        "value": values[0],
        "coefficients": values,
        "exact": exact,
        "polynomial": polynomial,
    }
    said = [way_.above, polynomial or ""] if order <= LONGEST else [way_.above]
    lines: list[list[Value]] = [shown]
    entries = [Entry(f"c{k}", f"c{k}", value) for k, value in enumerate(values)]
    if within is not None:
        written = [Fraction(text(c)) for c in shown]
        doubles = [
            Fraction(c) if isinstance(c, float) else p for c, p in zip(shown, written, strict=True)
        ]
        rounded = [written] if doubles == written else [written, doubles]
        bound = plain_number(remainder_bound(request.question(), line, within, rounded))
        fields |= {"within": float(within), "remainder": bound}
        said.append(f"|f - polynomial| <= {text(bound)} where |{base}| <= {float(within):g}")
        lines.append([bound])
        entries.append(Entry("remainder", "remainder", bound))
    answer = request.answer(
        found.plus(way_.found),
        fields,
        entries,
        lines=lines,
        header=["power", "coefficient"],
        rows=[[k, value] for k, value in enumerate(shown)],
        shows_f=True,
        more="\n".join(filter(None, said)),
        distance=None if distance is None else infix(distance),
    )
    narrow = [[f"c{k}", value] for k, value in enumerate(shown)]
    return answer._replace(entries=answer.entries._replace(rows=narrow))


class Whole(Infix):
    """Writes a formula that is as long as its numbers are."""

    inline = longest = maxsize


def shifted(request: Request, x: str) -> Part | None:
    """The distance from the point: x, x - 2; None without a point."""
    if request.problem.point is None:
        return None
    at = request.problem.point[x]
    if at.operation is CONSTANT and at.attributes[0] == 0:
        return name(x)
    return read(variable(x) - at)


def told(coefficients: Sequence[Value], distance: Part | None) -> tuple[str, Formula | None]:
    """The distance and the polynomial in it, as text of the language."""
    if distance is None:
        return "", None
    base = infix(distance).replace(" ", "")  # a line of text may break at spaces
    whole = name(base if base.isidentifier() else f"({base})")
    parts = [
        c.part if isinstance(c, Formula) and not _is_number(c) else Part("digits", data=text(c))
        for c in coefficients
    ]
    texts = [
        part if part.kind == "digits" else name(f"({c})")
        for c, part in zip(coefficients, parts, strict=True)
    ]
    polynomial = Formula(Whole()(sum_of_powers(texts, whole)).text)
    polynomial.part = sum_of_powers(parts, distance)
    return base, polynomial


def sum_of_powers(coefficients: Sequence[Part], base: Part) -> Part:
    """A polynomial in base, of numbers as they are told and formulas."""
    terms: list[Part] = []
    signs: list[bool] = []
    for k, c in enumerate(coefficients):
        told = c.data if c.kind == "digits" else ""
        if told == "0":
            continue
        upper, _, lower = told.removeprefix("-").partition("/")
        above = [Part("digits", data=upper)] if told else [c]
        if k:
            above = [*above, power(base, k)] if upper != "1" else [power(base, k)]
        below = [Part("digits", data=lower)] if lower else []
        whole = below or len(above) > 1
        terms.append(Part("product", [*above, *below], len(above)) if whole else above[0])
        signs.append(told.startswith("-"))
    if len(terms) > 1:
        return Part("sum", terms, tuple(signs))
    if not terms:
        return Part("digits", data="0")
    return Part("negation", terms) if signs[0] else terms[0]


def _is_number(text: str) -> bool:
    return not set(text) - set("0123456789.+-e/") and text[-1:].isdigit()
