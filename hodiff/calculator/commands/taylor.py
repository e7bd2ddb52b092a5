"""The Taylor polynomial, and a bound of what it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hodiff.answers.remainder import remainder_bound
from hodiff.calculator.answer import Answer, Entry, Value, plain_number, text
from hodiff.calculator.commands.nth import way
from hodiff.calculator.request import Request, usage
from hodiff.derivatives import method as policy
from hodiff.derivatives.taylor import Directional
from hodiff.engine.graph import CONSTANT, variable
from hodiff.views.formula import formula

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
    base = way_.name if along is not None else shifted(request, way_.name)
    polynomial = None if base is None else sum_of_powers(shown, base)
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
    )
    narrow = [[f"c{k}", value] for k, value in enumerate(shown)]
    return answer._replace(entries=answer.entries._replace(rows=narrow))


def shifted(request: Request, x: str) -> str | None:
    """The distance from the point, as text of the language: x, x - 2; None without a point."""
    if request.problem.point is None:
        return None
    at = request.problem.point[x]
    if at.operation is CONSTANT and at.attributes[0] == 0:
        return x
    return formula(variable(x) - at).replace(" ", "")  # a line of text may break at spaces


def sum_of_powers(coefficients: Sequence[Value], base: str) -> str:
    """A polynomial in base as text of the language."""
    bare = base.isidentifier()
    found = ""
    for k, c in enumerate(coefficients):
        number = text(c)
        if number == "0":
            continue
        if isinstance(c, str) and not _is_number(number):  # a formula
            number = f"({number})"
        sign, number = ("-", number[1:]) if number.startswith("-") else ("+", number)
        upper, _, lower = number.partition("/") if _is_number(number) else (number, "", "")
        if k:
            factor = (base if bare else f"({base})") + (f"**{k}" if k > 1 else "")
            upper = factor if upper == "1" else f"{upper}*{factor}"
        term = f"{upper}/{lower}" if lower else upper
        if found:
            found += f" {sign} {term}"
        else:
            found = term if sign == "+" else f"-{term}"
    return found or "0"


def _is_number(text: str) -> bool:
    return not set(text) - set("0123456789.+-e/") and text[-1:].isdigit()
