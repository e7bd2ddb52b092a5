"""An answer as Markdown: a table, with formulas in LaTeX between dollar signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hodiff.calculator.answer import Answer, Value, text
from hodiff.calculator.equations import body, component, title
from hodiff.views.formula import Formula
from hodiff.views.latex import Latex
from hodiff.views.parts import Part

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def markdown(answer: Answer) -> str:
    """f, what stands above the table, the table, and the notes."""
    printer = Latex(answer.asked.variables if answer.asked else ())
    paragraphs = []
    for equation in title(answer):  # the point is in the table, or above it
        left, right = printer(equation.left).text, math(printer, equation.right)
        paragraphs.append(f"${left} = {right[1:]}")
        break
    polynomial = answer.fields.get("polynomial")
    for line in filter(None, answer.grid.above().split("\n")):
        if isinstance(polynomial, Formula) and line == polynomial:
            paragraphs.append(math(printer, polynomial.part))
        else:
            paragraphs.append(escaped(line))
    if answer.grid.header:
        paragraphs.append("\n".join(map(row, table(answer, printer))))
    return "\n\n".join([*paragraphs, *map(escaped, answer.notes)])


def table(answer: Answer, printer: Latex) -> Iterator[list[str]]:
    """The rows of the table, the header and the line below it first."""
    header = answer.grid.header
    yield [label(x, answer, printer) for x in header]
    yield ["---"] * len(header)
    if answer.asked is None:
        for left, right, _ in body(answer):
            yield [math(printer, left), math(printer, right)]
        return
    for values in answer.grid.rows:
        yield [label(x, answer, printer) for x in values]


def label(value: Value, answer: Answer, printer: Latex) -> str:
    """A cell: a formula or a variable as mathematics, all else as text."""
    if isinstance(value, Formula):
        return math(printer, value.part)
    if (
        isinstance(value, str)
        and answer.asked
        and value.partition("[")[0] in answer.asked.variables
    ):
        return math(printer, component(value))
    return escaped(text(value))


def math(printer: Latex, part: Part) -> str:
    """A formula between dollar signs, and what its definitions are."""
    definitions, shown = printer.entrywise(part)
    where = [f"${printer.symbol(name)} = {meaning}$" for name, meaning in definitions]
    return f"${shown}$" + (f" where {', '.join(where)}" if where else "")


def escaped(words: str) -> str:
    return SPECIAL.sub(r"\\\1", words)


def row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
