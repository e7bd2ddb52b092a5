"""The list of the language's functions, with the derivatives that the table's own rules build."""

from __future__ import annotations

from typing import NamedTuple

from hodiff.calculator.answer import Answer, Grid, Value
from hodiff.derivatives import gradient
from hodiff.engine.graph import Tensor, constant, variable
from hodiff.engine.operations import FUNCTIONS, Function
from hodiff.engine.shapes import Shape
from hodiff.errors import HodiffError
from hodiff.views.normal import formula

UNKNOWN = "-"
WHOLE = {"n": "1", "k": "-1"}
"""Parameters that may have to be numbers, and one for each."""


class Form(NamedTuple):
    """One way to call a function, and its derivative in each argument, None where no formula."""

    call: str
    derivatives: dict[str, str | None]


def catalogue() -> Answer:
    """Every function of the language, other names too."""
    listed = []
    records: list[list[Value]] = [["name", "call", "variable", "derivative"]]
    rows: list[list[Value]] = []
    for name, function in FUNCTIONS.items():
        first = next(n for n, f in FUNCTIONS.items() if f.build is function.build)
        found = forms(function)
        listed.append(
            {
                "name": name,
                "same_as": first if first != name else None,
                "forms": [form._asdict() for form in found],
            }
        )
        for form in found:
            shown = form.call
            for x, derivative in form.derivatives.items():
                text = derivative or UNKNOWN
                records.append([name, form.call, x, text])
                if first == name:
                    rows.append([shown, f"{x}: {text}" if len(form.derivatives) > 1 else text])
                    shown = ""
            if first != name:
                rows.append([form.call, f"is {first}{form.call.removeprefix(name)}"])
    return Answer(
        title="",
        fields={"command": "functions", "functions": listed},
        records=records,
        lines=[[name] for name in FUNCTIONS],
        grid=Grid(str, ["function", "derivative"], rows),
        entries=Grid(str, [], rows),
        notes=[],
    )


def forms(function: Function) -> list[Form]:
    """A form for each number of arguments that a function takes; for a, b, ... the shortest."""
    parameters = [p for p in function.parameters.split(", ") if p != "..."]
    most = function.least if function.most is None else function.most
    return [form(function, parameters[:n]) for n in range(function.least, most + 1)]


def form(function: Function, parameters: list[str]) -> Form:
    found = derivatives(function, parameters, ())
    if found is None:  # of vectors, if it is the same for any length
        found = derivatives(function, parameters, (3,))
        other = derivatives(function, parameters, (4,))
        if found is not None and found != other:
            found = dict.fromkeys(found)
    if found is None:  # n is no variable but a whole number, for example 1
        parameters = [WHOLE.get(p, p) for p in parameters]
        found = derivatives(function, parameters, ())
    names = [p for p in parameters if p not in WHOLE.values()]
    return Form(f"{function.name}({', '.join(parameters)})", found or dict.fromkeys(names))


def derivatives(
    function: Function, parameters: list[str], shape: Shape
) -> dict[str, str | None] | None:
    """The derivative in each parameter of that shape; None if the function doesn't take these."""
    whole = WHOLE.values()
    arguments = [constant(int(p)) if p in whole else variable(p, shape) for p in parameters]
    try:
        y: Tensor = function.build(*arguments)
    except ValueError:
        return None
    if y.shape:
        return None
    inputs = {p: x for p, x in zip(parameters, arguments, strict=True) if x.requires_grad}
    return {p: slope(y, x) for p, x in inputs.items()}


def slope(y: Tensor, x: Tensor) -> str | None:
    """The formula of a derivative; None where it is refused."""
    try:
        return formula(gradient(y, [x])[0])
    except HodiffError:
        return None
