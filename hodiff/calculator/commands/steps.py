"""steps: the rules that give a derivative, one after the other."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from hodiff.calculator import trees
from hodiff.calculator.answer import Answer, Each, Entry, Grid, Row
from hodiff.calculator.equations import derivative
from hodiff.calculator.request import Found, Request, above, partial, raised, usage
from hodiff.calculator.trees import Item
from hodiff.derivatives import gradient, nested
from hodiff.derivatives import method as policy
from hodiff.engine.graph import ONE
from hodiff.views.formula import Infix, infix
from hodiff.views.normal import shortest
from hodiff.views.parts import Part, in_order, name
from hodiff.views.steps import MOST_STEPS, Line, Step, Steps, too_large

RULES = {
    "chain": "chain rule",
    "general power": "general power rule",
    "power": "power rule",
    "product": "product rule",
    "quotient": "quotient rule",
    "reciprocal": "reciprocal rule",
    "sum": "sum rule",
}
"""What rules are called in a line; others by their name."""

WORDS = {
    "chain": "the slope in each entry times the entry's own, summed",
    "product": "the derivative of each factor times all the others, summed",
    "vector": "entry by entry",
}
"""A rule in words, where it is not written in letters."""

LONG = 60  # characters of a formula that is not said again beside its derivative
MOST_NAMED = 5  # variables that are named as constants


class Notation(NamedTuple):
    """How formulas are written: the seam for every notation.

    formula  a part of a formula as text
    prime    the derivative of what stands in it
    marked   a formula in a line of words
    words    the words of such a line
    slope    the derivative of some order in a variable, where it is written as a formula, too
    """

    formula: Callable[[Part], str]
    prime: str = "({})'"
    marked: str = "{}"
    words: Callable[[str], str] = str
    slope: Callable[[str, int], str] | None = None

    def derivative(self, of: Part, found: Part) -> str:
        return self.marked.format(f"{self.prime.format(self.formula(of))} = {self.formula(found)}")


def defined(part: Part) -> str:
    """A formula, and after it what it shares."""
    definitions, text = Infix()(part)
    meanings = ", ".join(f"{letter} = {meaning}" for letter, meaning in definitions)
    return f"{text} where {meanings}" if meanings else text


def in_latex(variables: Sequence[str]) -> Notation:
    from hodiff.views.latex import ESCAPED, Primed  # start-up: one format needs it

    printer = Primed(variables)

    def formula(part: Part) -> str:
        definitions, text = printer(part)
        meanings = ", ".join(f"{letter} = {meaning}" for letter, meaning in definitions)
        return rf"{text} \text{{ where }} {meanings}" if meanings else text

    def slope(variable: str, order: int) -> str:
        sign = "d" if len(variables) == 1 else "∂"
        return formula(derivative(name("f"), sign, [(name(variable), order)]))

    return Notation(
        cache(formula), r"\left({}\right)'", "${}$", lambda text: text.translate(ESCAPED), slope
    )


class Section(NamedTuple):
    """One derivative: its name, what to know of it, how it comes, and what it is."""

    entry: Entry
    variable: str
    order: int
    remark: str
    lines: list[Line]
    formula: Part


def steps(request: Request, order: int | None = None) -> Answer:
    """The rules that give the derivative in each variable, or those of several orders."""
    f, n = request.scalar(), 1 if order is None else order
    if n < 1:
        raise usage("steps begins with order 1: hodiff value gives EXPR itself", "--order")
    request.only_numbers("steps", "--wrt")
    if n > 1 and len(request.wrt) > 1:
        message = f"steps of order {n} differentiate in one variable: choose it, --wrt"
        raise usage(f"{message} {request.wrt[0]}", "--wrt")
    if n > MOST_STEPS:  # each order takes one at least
        raise too_large(f"order {n} takes over {MOST_STEPS} steps")
    graphs = gradient(f, request.inputs) if n == 1 else nested.along(f, {request.inputs[0]: ONE}, n)
    (y,) = shortest(f, [f])
    _, *formulas = shortest(f, [f, *graphs])  # as grad and nth print them
    sections = list(_sections(request, n, y, formulas))
    found = _values(request, n, [y, *formulas])
    f_value, *values = found.values
    entries = [s.entry._replace(value=x) for s, x in zip(sections, values, strict=True)]

    def listed() -> Iterator[dict[str, Any]]:
        for section, x in zip(sections, values, strict=True):
            yield {
                "variable": section.variable,
                "order": section.order,
                "formula": infix(section.formula),
                **({"value": x} if request.has_point else {}),
                "steps": as_json(section.lines),
            }

    answer = request.answer(
        found,
        {"variables": request.wrt, "order": n, "value": f_value, "derivatives": Each(listed)},
        entries,
        lines=[],
        header=[],
        rows=[],
    )
    at = found.at
    rows: list[Row] = [["f", f_value], *([e.label, e.value] for e in entries)]
    below = Grid(lambda: above(None, at or {}), [], rows if at is not None else [])

    written = cache(defined)  # the formats say some formulas several times
    plain, markdown = Notation(written), Notation(written, marked="`{}`")
    return answer._replace(
        own={
            "table": lambda: trees.tree(answer, outline(sections, plain), below),
            "plain": lambda: trees.indented(outline(sections, plain), below),
            "markdown": lambda: trees.listed(outline(sections, markdown), below),
            "latex": lambda: trees.aligned_in_latex(
                outline(sections, in_latex(list(request.problem.variables))), below
            ),
        }
    )


def _sections(request: Request, order: int, y: Part, formulas: Sequence[Part]) -> Iterator[Section]:
    problem = request.problem
    taken = Steps(problem.variables)
    used = {part.data for part in in_order(y) if part.kind == "name"}
    others = [x for x in problem.variables if x in used]
    alone = len(others) < 2 and len(request.wrt) == 1
    before = "f"
    for k, formula in enumerate(formulas):
        x = request.wrt[k if order == 1 else 0]
        n = 1 if order == 1 else k + 1
        entry = partial([x] * n)
        if alone:
            entry = entry._replace(label=f"d{raised(n)}f/d{x}{raised(n)}")
        remark = [f"the derivative of {before}"] if n > 1 else []
        constants = [other for other in others if other != x]
        if constants:
            shown = ", ".join(constants) if len(constants) <= MOST_NAMED else "all other variables"
            remark.append(f"{shown} {'is' if len(constants) == 1 else 'are'} constant")
        yield Section(entry, x, n, "; ".join(remark), taken(y, x), formula)
        if order > 1:
            y, before = formula, entry.label


def _values(request: Request, order: int, formulas: Sequence[Part]) -> Found:
    """f and the derivatives at the point; formulas without one."""
    if not request.has_point:
        return Found(list(map(infix, formulas)))
    if order > 1:
        line = {request.inputs[0]: ONE}
        return request.solve(policy.successive(request.f, line, order, "auto", sloped=True))
    graphs = gradient(request.f, request.inputs)
    return request.solve([request.f, *graphs], slopes=[graphs], orders=(1, 1))


# What is shown.


def outline(sections: Sequence[Section], notation: Notation) -> list[Item]:
    """Each derivative's steps under its name, and then what it is."""
    items: list[Item] = []
    for section in sections:
        formula = notation.formula(section.formula)
        label = notation.words(section.entry.label)
        last = f"{label} = {notation.marked.format(formula)}"
        if notation.slope is not None:
            slope = notation.slope(section.variable, section.order)
            label, last = (notation.marked.format(x) for x in (slope, f"{slope} = {formula}"))
        items.append(Item(0, label, notation.words(section.remark)))
        items += rows(section.lines, formula, notation)
        items.append(Item(0, "", last))
    return items


def rows(lines: Sequence[Line], formula: str, notation: Notation) -> Iterator[Item]:
    """A line for each step, and one for what it comes to, below what is inside it; but for the
    first where it comes to the formula that is said anyway."""
    said: set[str] = set()
    open_steps: list[Line] = []
    end = Line(0, lines[0].step, True)
    for line in [*lines, end]:
        while open_steps and open_steps[-1].depth >= line.depth:
            depth, step, _ = open_steps.pop()
            if depth or notation.formula(step.derivative) != formula:
                yield Item(depth + 2, "", conclusion(step, notation))
            yield from remarks(step, depth + 2, said, notation)
        if line is end:
            return
        depth, step, shown = line
        if shown:
            yield Item(depth + 1, "as above", notation.derivative(step.of, step.derivative))
        elif not step.inner and step.equation is None:
            text = notation.derivative(step.of, step.derivative)
            yield Item(depth + 1, RULES.get(step.rule, step.rule), text)
            yield from remarks(step, depth + 2, said, notation)
        else:
            yield Item(depth + 1, RULES.get(step.rule, step.rule), rule(step, notation))
            open_steps.append(line)


def rule(step: Step, notation: Notation) -> str:
    """A rule in letters, or in words, and what the letters stand for."""
    text = (
        notation.derivative(*step.equation)
        if step.equation
        else notation.words(WORDS.get(step.rule, ""))
    )
    letters = [
        notation.marked.format(f"{notation.formula(name(letter))} = {notation.formula(part)}")
        for letter, part in step.letters.items()
    ]
    return text + (f" with {', '.join(letters)}" if letters else "")


def conclusion(step: Step, notation: Notation) -> str:
    if len(notation.formula(step.of)) <= LONG:
        return notation.derivative(step.of, step.derivative)
    return notation.marked.format(f"= {notation.formula(step.derivative)}")


def remarks(step: Step, depth: int, said: set[str], notation: Notation) -> Iterator[Item]:
    """What holds where there is no derivative, said once."""
    if step.note and step.note not in said:
        said.add(step.note)
        yield Item(depth, "note", notation.words(step.note))


def as_json(lines: Sequence[Line]) -> dict[str, Any]:
    """Steps in steps, as json has them."""
    root: list[dict[str, Any]] = []
    levels = [root]  # the list that a step of each depth goes into
    for depth, step, shown in lines:
        equation = step.equation and Notation(infix).derivative(*step.equation)
        found: dict[str, Any] = {
            "rule": step.rule,
            "formula": equation,
            "of": infix(step.of),
            "with": {letter: infix(part) for letter, part in step.letters.items()},
            "derivative": infix(step.derivative),
            **({"note": step.note} if step.note else {}),
            **({"above": True} if shown else {}),
            "steps": [],
        }
        levels[depth].append(found)
        levels[depth + 1 :] = [found["steps"]]
    return root[0]
