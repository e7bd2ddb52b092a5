"""R: a function of vectors, its derivatives attributes of its value as deriv() has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from hodiff.views.code import words
from hodiff.views.code.syntax import Code, Function
from hodiff.views.parts import Part
from hodiff.views.printer import ATOM, POWER, Written, inside

INDENT = "    "

_ONE = "sqrt exp expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh"
_ONE += " atanh floor abs sign round gamma lgamma digamma"
SHAPES = {"gradient": "a matrix, a column for each variable",
          "hessian": "an array, its last two axes for the variables"}  # fmt: skip


class R(Code):
    title = "R"
    functions: ClassVar[dict[str, str]] = {
        **{name: f"{name}({{}})" for name in _ONE.split()},
        **{name: f"{name}({{}}, {{}})" for name in ("atan2", "beta")},
        **{f"bessel{x}": f"bessel{x.upper()}({{1}}, {{0}})" for x in "jyik"},
        "ceil": "ceiling({})", "max": "pmax({}, {})", "min": "pmin({}, {})",
        "mod": "({0:a} %% {1:a})", "polygamma": "psigamma({1}, {0})",
        "gammainc": "pgamma({1}, {0})", "gammaincc": "pgamma({1}, {0}, lower.tail = FALSE)",
        "betainc": "pbeta({2}, {0}, {1})", "normcdf": "pnorm({})", "norminv": "qnorm({})",
        "normpdf": "dnorm({})",
    }  # fmt: skip
    constants: ClassVar[dict[str, str]] = {"pi": "pi", "e": "exp(1)"}
    keywords = words.R
    operators: ClassVar[dict[str, str]] = {"and": "&", "or": "|", "not": "!"}
    comment = ("", "# ", "")
    unicode = False
    underscores = False

    def truth(self, x: bool) -> str:
        return "TRUE" if x else "FALSE"

    def power(self, part: Part, children: list[Written]) -> Written:
        base, exponent = children
        return f"{inside(base, ATOM)}^{inside(exponent, ATOM)}", POWER

    def not_(self, part: Part, children: list[Written]) -> Written:
        return f"(!{inside(children[0], ATOM)})", ATOM  # it binds loosely

    def where(self, part: Part, children: list[Written]) -> Written:
        test, a, b = (text for text, _ in children)
        if part.children[0] not in self.fixed:
            return f"ifelse({test}, {a}, {b})", ATOM
        if part not in self.fixed:  # a number that is chosen is one for each point
            size = f"length({next(iter(self.names_here.values()))})"
            branches = zip(part.children[1:], (a, b), strict=True)
            a, b = (f"rep_len({x}, {size})" if y in self.fixed else x for y, x in branches)
        return f"(if ({test}) {a} else {b})", ATOM  # of a test of one ifelse takes one number

    def reserved(self) -> set[str]:
        """Words alone: a call finds its function whatever a variable is called."""
        return {*self.keywords}

    def layout(self, f: Function) -> str:
        slopes = [r.what for r in f.results if r.what != "value"]
        about = [f"The {x.replace('hess', 'Hess')} is {SHAPES[x]}." for x in slopes]
        if slopes and len(slopes) < len(f.results):
            about.append("They are attributes of the value, as those that deriv() gives.")
        about.append("Arguments are numbers or vectors. Outside the domain it is NaN.")
        steps = [f"{d.name} <- {d.text[0]}" for d in f.definitions]
        if any("ifelse(" in step for step in steps):  # log(-1) of a branch not taken warns
            steps = ["suppressWarnings({", *(INDENT + step for step in steps), "})"]
        body = [*_recycled(f.arguments), *steps, *_result(f)]
        head = f"{f.name} <- function({', '.join(f.arguments)}) {{"
        lines = [*self.documented([*f.about, *about]), head, *(INDENT + x for x in body), "}"]
        return "\n".join(lines)


def _recycled(arguments: Sequence[str]) -> list[str]:
    """Arguments as vectors of one length, which ifelse doesn't see to."""
    if len(arguments) < 2:
        return [f"{x} <- as.double({x})" for x in arguments]
    size = f"rows <- max({', '.join(f'length({x})' for x in arguments)})"
    return [size, *(f"{x} <- rep_len(as.double({x}), rows)" for x in arguments)]


def _result(f: Function) -> list[str]:
    rows = "rows" if f.arguments[1:] else f"length({f.arguments[0]})" if f.arguments else "1"

    def whole(name: str) -> str:
        text = f.outputs[name]
        return f"rep_len({text}, {rows})" if name in f.fixed else text

    def written(what: str, entries: Any) -> str:
        if what == "value":
            return whole(entries)
        if what == "gradient":
            columns = (x if whole(x) == x else f"{x} = {whole(x)}" for x in entries)
            return f"cbind({', '.join(columns)})"
        numbers = ", ".join(whole(x) for row in entries for x in row)
        return f"array(c({numbers}), c({rows}, {len(entries)}, {len(entries)}))"

    texts = {what: written(what, entries) for what, entries in f.results}
    if len(texts) == 1:
        return list(texts.values())
    value = texts.pop("value", None)
    parts = [f"{what} = {text}" for what, text in texts.items()]
    if value is not None:
        parts.insert(0, value)
    ends = [","] * (len(parts) - 1) + [""]
    called = "list(" if value is None else "structure("
    return [called, *(INDENT + x + end for x, end in zip(parts, ends, strict=True)), ")"]
