"""The list of the language's functions, with the derivatives that the table's own rules build."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, NamedTuple

from hodiff.calculator.answer import Answer, Grid, Value
from hodiff.derivatives import gradient
from hodiff.engine.graph import Tensor, constant, variable
from hodiff.engine.operations import FUNCTIONS, Function
from hodiff.engine.shapes import Shape
from hodiff.errors import HodiffError
from hodiff.language.meanings import MEANT
from hodiff.views.normal import formula
from hodiff.views.steps import TITLES

UNKNOWN = "-"
WHOLE = {"n": "1", "k": "-1"} | {f"n{i}": "1" for i in range(1, 5)}
"""Parameters that may have to be numbers, and one for each."""


class Form(NamedTuple):
    """One way to call a function, and its derivative in each argument, None where no formula."""

    call: str
    derivatives: dict[str, str | None]


def catalogue(searched: str | None = None) -> Answer:
    """Every function of the language, other names too, family by family; or those that a search
    finds, by name, by another name, by family and by meaning."""
    names = by_family()
    if searched is not None:
        names = found_by(searched, names)
        if not names:
            return nothing(searched)
    listed: list[dict[str, Any]] = []
    records: list[list[Value]] = [["name", "call", "variable", "derivative"]]
    rows: list[list[Value]] = []
    title = ""
    for name in names:
        function = FUNCTIONS[name]
        first = original(function)
        found = forms(function)
        listed.append(
            {
                "name": name,
                "family": function.family,
                "same_as": first if first != name else None,
                "forms": [form._asdict() for form in found],
            }
        )
        if function.family != title:
            title = function.family
            rows.append(["", f"-- {title} --"])
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
        lines=[[name] for name in names],
        grid=Grid(str, ["function", "derivative"], rows),
        entries=Grid(str, [], rows),
        notes=[],
    )


def by_family() -> list[str]:
    """All names: families as they first come, in each its functions as they come."""
    families = list(dict.fromkeys(f.family for f in FUNCTIONS.values()))
    return sorted(FUNCTIONS, key=lambda name: families.index(FUNCTIONS[name].family))


def original(function: Function) -> str:
    """The name that a function had first."""
    return next(n for n, f in FUNCTIONS.items() if f.build is function.build)


def found_by(searched: str, names: list[str]) -> list[str]:
    """Those of names that have all words that are searched, in one of their names or about them;
    what is called so comes first."""
    words = searched.lower().split()
    found = [name for name in names if all(_has(FUNCTIONS[name], word) for word in words)]
    first = [original(FUNCTIONS[word]) for word in words if word in FUNCTIONS]
    return sorted(found, key=lambda name: original(FUNCTIONS[name]) not in first)


def _has(function: Function, word: str) -> bool:
    first = original(function)
    called = [n for n, f in FUNCTIONS.items() if f.build is function.build]
    about = f"{function.family} {function.meaning} {TITLES.get(first, '')} {MEANT.get(first, '')}"
    stem = word if len(word) < 5 else word.removesuffix("s")
    return any(stem in name for name in called) or any(
        part.startswith(stem) for part in re.findall(r"\w+", about.lower())
    )


def nothing(searched: str) -> Answer:
    """The answer to a search that finds nothing, with what is near."""
    known = dict.fromkeys(FUNCTIONS)
    for function in FUNCTIONS.values():
        known |= dict.fromkeys(re.findall(r"[a-z]{4,}", function.family.lower()))
    for name, others in MEANT.items():
        known |= dict.fromkeys(others.split() if name in FUNCTIONS else ())
    near = get_close_matches(searched.lower(), list(known), 3, 0.6) if len(searched) < 41 else []
    shown = searched if len(searched) < 41 else f"{searched[:40]}..."
    mend = f": did you mean {' or '.join(near)}?" if near else ": hodiff functions lists all"
    return Answer(
        title="",
        fields={"command": "functions", "functions": [], "suggestions": near},
        records=[["name", "call", "variable", "derivative"]],
        lines=[],
        grid=Grid(lambda: f"no function is called, or about, '{shown}'{mend}", [], []),
        entries=Grid(str, [], []),
        notes=[],
        code=1,
    )


def forms(function: Function) -> list[Form]:
    """A form for each number of arguments that a function takes; for a, b, ... the shortest,
    and before it that of a vector."""
    parameters = [p for p in function.parameters.split(", ") if p != "..."]
    if function.most is not None:
        return [form(function, parameters[:n]) for n in range(function.least, function.most + 1)]
    if function.least > 1:
        return [form(function, parameters)]
    return [form(function, ["v"]), form(function, parameters)]


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
    return {p: _derivative(y, x) for p, x in inputs.items()}


def _derivative(y: Tensor, x: Tensor) -> str | None:
    try:
        (slope,) = gradient(y, [x])
    except HodiffError:  # none is known
        return None
    return formula(slope)
