"""code: a function as source code, its derivatives with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

from hodiff import derivatives
from hodiff.calculator.answer import Answer, Asked, Grid
from hodiff.calculator.request import Request, usage
from hodiff.engine.graph import Tensor
from hodiff.errors import nearest
from hodiff.views.code import TARGETS, as_part
from hodiff.views.code import code as written
from hodiff.views.code.syntax import Result
from hodiff.views.formula import formula
from hodiff.views.parts import Part, call
from hodiff.views.typeset import Equation

WHATS: Mapping[str, str] = {
    "value": "value",
    "grad": "gradient",
    "gradient": "gradient",
    "hessian": "hessian",
}
LONGEST = 400  # characters of a constant that is told again
ELSEWHERE = {
    "c++": "cpp",
    "javascript": "js",
    "typescript": "js",
    "pytorch": "torch",
    "py": "python",
}
NAMES = {"sql": "points"}  # of what there is without --name; a function is f


def code(request: Request, to: str, what: str = "value,grad", name: str | None = None) -> Answer:
    """EXPR and its derivatives as a function in a programming language.

    What they share is computed once.
    """
    for option, x in (("--to", to), ("--what", what), ("--name", name)):
        if x is not None and not isinstance(x, str):
            raise usage(f"{option} is text, not {type(x).__name__}", option)
    targets = [*TARGETS, "latex"]
    if to not in targets:
        known, other = ", ".join(targets), ELSEWHERE.get(to.lower())
        mend = f" (did you mean '{other}'?)" if other else nearest(to, targets)
        raise usage(f"unknown target {to[:60]!r}{mend}: it can be {known}", "--to")
    asked = _whats(what)
    if request.has_point:
        raise usage("code is for every point: leave out --at, or bind constants by --let", "--at")
    name = NAMES.get(to, "f") if name is None else name
    graphs, results = _outputs(request, asked)
    variables = list(request.problem.variables)
    notes = [*request.problem.notes, *request.conventions([y for _, y in graphs])]
    if to == "latex":
        text = _equations(request, graphs, results, name, notes)
    else:
        parts = [(x, as_part(y, to)) for x, y in graphs]
        about = [*_about(request, asked, to, what, name), *(f"{note}." for note in notes)]
        text = written(parts, variables, results, to, name, about)
    fields = {
        "command": "code",
        "expression": request.problem.text,
        "to": to,
        "what": asked,
        "name": name,
        "variables": variables,
        "wrt": list(request.wrt),
        "code": text,
        "notes": notes,
    }
    grid = Grid(str, ["code"], [[text]])
    own = {"table": lambda: text}
    return Answer(
        request.problem.text, fields, [["code"], [text]], [[text]], grid, grid, [], own=own
    )


def _equations(
    request: Request,
    graphs: list[tuple[str, Tensor]],
    results: list[Result],
    name: str,
    notes: Sequence[str],
) -> str:
    """The function and its derivatives as equations in LaTeX."""
    from hodiff.calculator.equations import EQUATIONS, Letters, few  # start-up: one target needs it
    from hodiff.views.latex import Latex  # start-up: the same

    if not name.isidentifier():
        raise usage(f"{name[:60]!r} can't be a name in LaTeX: take letters, digits and _", "--name")
    variables = list(request.problem.variables)
    written = request.formulas([y for _, y in graphs])
    formulas = dict(zip((x for x, _ in graphs), written, strict=True))
    letters = Letters(Asked(request.f, variables, request.wrt, None))
    letters.f = Part("name", data=name)

    def told(entries: Any) -> Any:
        return formulas[entries] if isinstance(entries, str) else [told(x) for x in entries]

    def equations() -> Iterator[Equation]:
        for result in results:
            found = told(result.entries)
            if result.what == "value":
                names = [Part("name", data=x) for x in variables]
                yield Equation(call(name, *few(names)) if names else letters.f, found.part)
            elif result.what == "gradient":
                slopes = dict(zip(request.wrt, found, strict=True))
                yield from EQUATIONS["grad"](letters, {"gradient": slopes})
            else:
                yield from EQUATIONS["hessian"](letters, {"hessian": found})

    return Latex(variables).document(equations(), notes)


def _whats(what: str) -> list[str]:
    found = []
    for part in what.split(","):
        word = part.strip()
        if word not in WHATS:
            mend = nearest(word, list(WHATS))
            raise usage(
                f"--what can't be {word[:60]!r}{mend}: it can be value, grad, hessian", "--what"
            )
        if WHATS[word] in found:
            raise usage(f"--what names {word} twice", "--what")
        found.append(WHATS[word])
    return found


def _outputs(request: Request, asked: list[str]) -> tuple[list[tuple[str, Tensor]], list[Result]]:
    """Every number asked for with its name, and how they lie together."""
    graphs = {"value": request.f}
    found: dict[str, Result] = {"value": Result("value", "value")}
    if request.f.shape or len(asked) > 1 or asked != ["value"]:
        f, wrt, names = request.scalar(), request.inputs, request.wrt
        if "hessian" in asked:
            slopes, blocks = derivatives.hessian(f, wrt)
            rows = [
                [f"d2f_d{x}_d{y}" if i <= j else f"d2f_d{y}_d{x}" for j, y in enumerate(names)]
                for i, x in enumerate(names)
            ]
            found["hessian"] = Result("hessian", rows)
            for i, row in enumerate(rows):
                graphs |= dict(zip(row[i:], blocks[i][i:], strict=True))
        else:
            slopes = derivatives.gradient(f, wrt)
        listed = [f"df_d{x}" for x in names]
        graphs |= dict(zip(listed, slopes, strict=True))
        found["gradient"] = Result("gradient", listed)
    results = [found[what] for what in asked]
    wanted = [x for result in results for x in _leaves(result.entries)]
    return [(x, graphs[x]) for x in dict.fromkeys(wanted)], results


def _leaves(entries: object) -> list[str]:
    if isinstance(entries, str):
        return [entries]
    assert isinstance(entries, list)
    return [x for entry in entries for x in _leaves(entry)]


def _about(request: Request, asked: list[str], to: str, what: str, name: str) -> list[str]:
    """What the documentation says first, and the command line that makes it again."""
    from importlib.metadata import version  # start-up: here alone

    problem = request.problem
    shown = " ".join(problem.text.split())
    whats = [x.replace("hess", "Hess") for x in asked]
    said = ", ".join(whats[:-1]) + (" and " if whats[1:] else "") + whats[-1]
    within = f" in {', '.join(request.wrt)}" if asked != ["value"] else ""
    words = ["hodiff", "code", quote(problem.text), "--to", to, "--what", quote(what)]
    for x, y in problem.constants.items():
        text = formula(y)
        words += ["--let", quote(f"{x}={text}") if len(text) <= LONGEST else f"{x}=..."]
    if list(request.wrt) != list(problem.variables):
        words += ["--wrt", quote(",".join(request.wrt))]
    if name != NAMES.get(to, "f"):
        words += ["--name", quote(name)]
    return [
        f"The {said} of {shown}{within}.",
        f"Made by hodiff {version('hodiff')}: {' '.join(words)}",
    ]
