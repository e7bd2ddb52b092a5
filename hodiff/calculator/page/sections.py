"""The parts of a page, each from the answer of a command that there is anyway."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, NamedTuple

from hodiff.calculator.answer import Answer, text
from hodiff.calculator.commands import COMMANDS
from hodiff.calculator.formats import FORMATS
from hodiff.calculator.request import Request, usage
from hodiff.errors import HodiffError
from hodiff.views.html import Html, element, joined, listed, picture, program, table

MOST_NODES = 60  # of a graph that is drawn on the page
LONGEST = 1000  # characters of a line in a program


class Section(NamedTuple):
    """A part of the page; name is where links lead."""

    name: str
    title: str
    content: Html


def answer(request: Request, command: str, **own: Any) -> Answer:
    """What another command answers about the same."""
    return COMMANDS[command].function(command)(request._replace(command=command), **own)


def without_point(request: Request) -> Request:
    """The same, asked for formulas."""
    problem = copy(request.problem)
    problem.point, problem.radii, problem.typed = None, {}, {}
    how = request.how._replace(digits=None, exact=False, subgradient=False, extend=False)
    return request._replace(problem=problem, how=how)


def attempt(make: Callable[[], Html]) -> Html:
    """A part, or why it isn't there."""
    try:
        return make()
    except HodiffError as fault:
        return element("p", fault.message, class_="note")


def mathematics(request: Request, order: int) -> Html:
    """f and its derivatives, as equations."""
    formulas = without_point(request)
    own = {"order": order} if len(request.wrt) == 1 else {}
    found = answer(formulas, "nth" if own else "grad", **own)
    return element("div", Html(FORMATS["mathml"](found)), class_="wide math", tabindex=0,
                   role="region", aria_label="f and its derivatives as equations")  # fmt: skip


def numbers(request: Request, order: int) -> Html:
    """The derivatives at the point: in one variable up to the order, else gradient and Hessian."""
    if not request.has_point:
        return element("p", "No point was given: --at gives the page numbers.", class_="note")
    one = len(request.wrt) == 1
    asked = [("nth", {"order": order})] if one else [("grad", {}), ("hessian", {})]
    parts, said = [], []
    for command, own in asked:
        found = answer(request, command, **own)
        title = {"nth": "Derivatives", "grad": "Gradient", "hessian": "Hessian"}[command]
        rows = [list(map(text, row)) for row in found.grid.rows]
        parts += [element("p", found.grid.above()), table(found.grid.header, rows, title)]
        said += found.notes
    return joined([*parts, listed(dict.fromkeys(said))], "\n")


# Steps.


def steps(request: Request) -> Html:
    """The rules, as lists in lists."""
    found = answer(without_point(request), "steps")
    parts = []
    for derivative in found.fields["derivatives"]:
        name = derivative["variable"]
        parts.append(element("h3", f"∂f/∂{name}"))
        parts.append(element("ul", _outline(derivative["steps"])))
        parts.append(element("p", "∂f/∂", name, " = ", element("code", derivative["formula"])))
    return joined([*parts, listed(found.notes)], "\n")


def _outline(step: Mapping[str, Any]) -> Html:
    """A step with those below it, without recursion: inner ones are written first."""
    order, stack = [], [step]
    while stack:
        node = stack.pop()
        order.append(node)
        stack += node["steps"]
    written: dict[int, Html] = {}
    for node in reversed(order):
        inner = joined(written[id(x)] for x in node["steps"])
        written[id(node)] = element("li", _step(node), element("ul", inner) if inner else "")
    return written[id(step)]


def _step(node: Mapping[str, Any]) -> Html:
    said: list[Any] = [element("strong", node["rule"])]
    if node["formula"]:
        said += [": ", element("code", node["formula"])]
    if node["with"]:
        pairs = (element("code", f"{name} = {x}") for name, x in node["with"].items())
        said += [" with ", joined(pairs, ", ")]
    said += [element("br"), element("code", f"({node['of']})' = {node['derivative']}")]
    return joined(said)


# Pictures.


def graph(request: Request) -> Html:
    """The graph without and with what the walk adds, side by side where there is room."""
    formulas = without_point(request)
    found = answer(formulas, "graph", create_graph="both")
    counts = found.fields["graphs"]
    most = max(len(shown["nodes"]) for shown in counts)
    if most > MOST_NODES:
        message = f"The graph has {most} nodes, too many for this page: hodiff graph draws it."
        return element("p", message, class_="note")
    return picture(found.own["svg"](), "The graph of f, and what a backward walk adds to it")


def plot(request: Request, made: Any, said: Sequence[str]) -> Html:
    """A figure of matplotlib."""
    from hodiff.calculator.plots.files import image  # start-up: with what it needs

    shown = picture(image(made, "svg").decode(), f"A plot of {request.problem.text}", "sheet")
    return joined([shown, listed(said)])


# The walk.


def explained(request: Request) -> Html:
    """The forward values and the walk, as tables."""
    found = answer(request, "explain")
    parts: list[Html] = []
    for walk in found.fields["walks"]:
        forward = [[x["name"], element("code", x["formula"]), _value(x)] for x in walk["forward"]]
        parts.append(table(["node", "is", "value"], forward, "Forward: what each node comes to"))
        caption = f"Backward from {walk['of']}: what each node sends to its inputs"
        header = ["node", "cotangent", "to", "rule", "sends"]
        parts.append(table(header, _sent(walk["steps"]), caption))
    return joined([*parts, listed(found.notes)], "\n")


def _sent(steps: Sequence[Mapping[str, Any]]) -> Iterator[list[Any]]:
    for step in steps:
        came = _said(step["cotangent"])
        if not step["to"]:
            yield [step["node"], came, "", "", ""]
        for k, sent in enumerate(step["to"]):
            first = [step["node"], came] if k == 0 else ["", ""]
            rule = {"formula": sent["rule"], "value": sent.get("slope")}
            share = sent["share"]
            yield [*first, sent["node"], _said(rule), _said(share) if share else "nothing"]


def _said(x: Mapping[str, Any]) -> Html:
    value = _value(x)
    shown = element("code", x["formula"])
    return shown if value in ("", x["formula"]) else joined([shown, " = ", value])


def _value(x: Mapping[str, Any]) -> str:
    value = x.get("value")
    return "" if value is None else text(value)


# Programs.


def programs(request: Request) -> Html:
    """The same in Python, PyTorch and NumPy."""
    parts = [element("h3", "hodiff"), program(_python(request), "Python, with hodiff")]
    for title, make in (("PyTorch", _torch), ("NumPy", _numpy)):

        def shown(make: Callable[[Request], str] = make, title: str = title) -> Html:
            return program(make(request), f"Python, with {title}")

        parts += [element("h3", title), attempt(shown)]
    return joined(parts, "\n")


def _python(request: Request) -> str:
    from hodiff.views.formula import formula  # start-up: numbers need none

    problem = request.problem
    command = "grad" if len(request.wrt) > 1 else "nth"
    lines = [f"    {command!r}, {problem.text!r},"]
    given = {"let": problem.constants, "at": problem.point or {}}
    for option, bound in given.items():
        texts = {name: problem.typed.get(name) or formula(x) for name, x in bound.items()}
        if texts:
            lines.append(f"    {option}={texts!r},")
            if len(lines[-1]) > LONGEST:
                raise usage(f"what --{option} binds is too long for a program here", f"--{option}")
    return "\n".join(["import hodiff", "", "r = hodiff.calculate(", *lines, ")", "print(r)"])


def _torch(request: Request) -> str:
    if request.has_point:
        return str(answer(request, "explain", torch=True).fields["torch"])
    return _source(request, "torch")


def _numpy(request: Request) -> str:
    return _source(request, "numpy")


def _source(request: Request, target: str) -> str:
    return str(answer(without_point(request), "code", to=target).fields["code"])
