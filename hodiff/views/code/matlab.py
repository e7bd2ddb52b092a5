"""MATLAB and Octave: a function of numbers in a file of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from hodiff.views.code import words
from hodiff.views.code.syntax import Code, Definition, Function, nested, returned
from hodiff.views.parts import Part
from hodiff.views.printer import ATOM, POWER, Written, inside

INDENT = "    "
LONGEST_NAME = 60  # of 63 characters, which MATLAB reads of a name

_TOTAL = "exp expm1 sin cos tan atan sinh cosh tanh asinh sec csc cot acot sech csch coth acsch"
_TOTAL += " abs sign floor ceil erf erfc erfcx erfinv erfcinv gamma"
_ENDING = "sqrt log log2 log10 log1p asin acos acosh atanh"
_BESSEL = "besselj bessely besseli besselk"
_AIRY = "airyai airyaiprime airybi airybiprime"

HELPERS = {
    "choose": [
        "function y = choose(test, a, b)",
        INDENT + "if test",
        2 * INDENT + "y = a;",
        INDENT + "else",
        2 * INDENT + "y = b;",
        INDENT + "end",
        "end",
    ],
    "real_or_nan": [
        "function y = real_or_nan(y)",
        INDENT + "if ~isreal(y)",
        2 * INDENT + "y = NaN;",
        INDENT + "end",
        "end",
    ],
}
"""Functions that a file has beside its own: a choice, which MATLAB has as a statement alone; and
nan where MATLAB has a complex number, whose size or square would pass for an answer."""


def _real(text: str) -> str:
    return f"real_or_nan({text})"


class Matlab(Code):
    title = "MATLAB"
    functions: ClassVar[dict[str, str]] = {
        **{name: f"{name}({{}})" for name in _TOTAL.split()},
        **{name: _real(f"{name}({{}})") for name in _ENDING.split()},
        **{name: _real(f"{name}({{}}, {{}})") for name in _BESSEL.split()},
        **{name: f"airy({k}, {{}})" for k, name in enumerate(_AIRY.split())},
        "exp2": "pow2({})", "cbrt": "nthroot({}, 3)", "atan2": "atan2({}, {})",
        "hypot": "hypot({}, {})", "mod": "mod({}, {})", "lgamma": "real(gammaln({}))",
        "digamma": "psi({})", "polygamma": "psi({}, {})", "e1": _real("expint({})"),
        "gammainc": "gammainc({1}, {0})", "gammaincc": "gammainc({1}, {0}, 'upper')",
        "betainc": "betainc({2}, {0}, {1})",
    }  # fmt: skip
    constants: ClassVar[dict[str, str]] = {"pi": "pi", "e": "exp(1)"}
    keywords = words.MATLAB
    operators: ClassVar[dict[str, str]] = {"and": "&&", "or": "||", "not": "~", "!=": "~="}
    comment = ("", "% ", "")
    unicode = False
    underscores = False

    def truth(self, x: bool) -> str:
        return "true" if x else "false"

    def power(self, part: Part, children: list[Written]) -> Written:
        base, exponent = children
        text = f"{inside(base, ATOM)}^{inside(exponent, ATOM)}"
        n = part.children[1].data if part.children[1].kind == "number" else None
        whole = n is not None and n.denominator == 1
        return (text, POWER) if whole else (_real(text), ATOM)

    def where(self, part: Part, children: list[Written]) -> Written:
        return f"choose({', '.join(text for text, _ in children)})", ATOM

    def free(self, name: str, taken: set[str]) -> str:
        return super().free(name[:LONGEST_NAME], taken)

    def layout(self, f: Function) -> str:
        results = [result.what for result in f.results]
        given = results[0] if len(results) == 1 else f"[{', '.join(results)}]"
        sizes = {"value": "a number", "gradient": "a column", "hessian": "a matrix"}
        about = [*f.about, returned(f, sizes), "Outside the domain it is NaN."]
        body = [*self.documented(about), *map(_defined, f.definitions)]
        for what, entries in reversed(
            f.results
        ):  # a variable that is called value lives until then
            if f.outputs.get(entries if isinstance(entries, str) else "") != what:
                body.append(f"{what} = {_matrix(f, entries)};")
        head = f"function {given} = {f.name}({', '.join(f.arguments)})"
        text = "\n".join([head, *(INDENT + line for line in body), "end"])
        helpers = [lines for name, lines in HELPERS.items() if f"{name}(" in text]
        return "\n\n".join([text, *map("\n".join, helpers)])


def _defined(d: Definition) -> str:
    return f"{d.name} = {d.text[0]};"


def _matrix(f: Function, entries: Any) -> str:
    """A number, a column, or a matrix, row by row."""
    if isinstance(entries, str):
        return f.outputs[entries]
    rows = [nested(f, row, ", ".join) for row in entries]
    return f"[{'; '.join(rows)}]"
