"""Formulas in LaTeX: what LaTeX with amsmath, MathJax, KaTeX and (but for matrices and cases)
matplotlib's mathtext read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hodiff.engine.graph import Tensor
from hodiff.views.normal import part_of
from hodiff.views.parts import Part
from hodiff.views.reading import variables
from hodiff.views.typed import Typed
from hodiff.views.typeset import LETTERS, Equation, Line

# LaTeX has no command for Greek letters that look as Latin ones do.
LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))
BOLD = {"𝐇": "H", "𝐋": "L"}
SIGNS = {
    "−": "-", "⋅": r"\cdot", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "∧": r"\wedge",
    "∨": r"\vee", "¬": r"\neg", "∞": r"\infty", "∂": r"\partial", "⌊": r"\lfloor", "⌋": r"\rfloor",
    "⌈": r"\lceil", "⌉": r"\rceil", "⟨": r"\langle", "⟩": r"\rangle",
    "∘": r"\circ",
}  # fmt: skip
BARS = {"||": r"\vert", "‖‖": r"\Vert"}  # no "|", which in Markdown ends a cell
OPERATORS = frozenset((
    "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "coth", "arcsin", "arccos",
    "arctan", "exp", "ln", "log", "max", "min",
))  # fmt: skip
TALL = re.compile(r"\\frac|\\sqrt|\\begin|\\left")
SHORT = 60  # characters; what is longer is taken to be tall
MOST_COLUMNS = 10  # of a pmatrix

ESCAPED = str.maketrans(
    {c: f"\\{c}" for c in "{}$&#_%"}
    | {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
)


def latex(y: Tensor) -> str:
    """y in LaTeX, to stand between dollar signs; with definitions a block of its own.

    >>> from hodiff.engine.graph import variable
    >>> x = variable("x")
    >>> latex(2 * x**2 / (1 + x))
    '$\\\\displaystyle \\\\frac{2 x^{2}}{1 + x}$'
    """
    printer = Latex(variables(y))
    lines = list(printer.lines([Equation(Part("name", data="f"), part_of(y))]))
    if len(lines) == 1:
        return f"$\\displaystyle {lines[0].right}$"
    return printer.aligned(lines)


class Latex(Typed):
    signs = SIGNS
    escaped = ESCAPED
    thin = r"\,"

    def fraction(self, above: str, below: str) -> str:
        return f"\\frac{{{above}}}{{{below}}}"

    def superscript(self, base: str, text: str) -> str:
        return f"{base}^{{{text}}}"

    def subscript(self, base: str, text: str) -> str:
        return f"{base}_{{{text}}}"

    def root(self, text: str, index: str = "") -> str:
        return f"\\sqrt[{index}]{{{text}}}" if index else f"\\sqrt{{{text}}}"

    def fenced(self, text: str, fences: str = "()") -> str:
        bar = BARS.get(fences, "")
        left, right = (bar, bar) if bar else map(self.sign, fences)
        if bar or len(text) > SHORT or TALL.search(text):
            left, right = rf"\left{left}", rf"\right{right}"
        return f"{left}{' ' if left[-1].isalpha() else ''}{text}{right}"

    def opens(self, text: str) -> bool:
        return text.startswith(("(", r"\left("))

    def letter(self, character: str) -> str:
        if character in BOLD:
            return f"\\mathbf{{{BOLD[character]}}}"
        if character in LATIN:
            return f"\\mathrm{{{LATIN[character]}}}"
        if character in LETTERS:
            return f"\\{LETTERS[character]}"
        return self.sign(character)

    def word(self, text: str) -> str:
        return f"\\mathrm{{{text.translate(ESCAPED)}}}"

    def operator(self, name: str) -> str:
        return f"\\{name}" if name in OPERATORS else f"\\operatorname{{{name.translate(ESCAPED)}}}"

    def applied(self, function: str, arguments: str) -> str:
        return f"{function}{arguments}"

    def powered(self, applied: str, function: str, exponent: str) -> str:
        if not applied.startswith(function):
            return ""
        return self.superscript(function, exponent) + applied[len(function) :]

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        body = r" \\ ".join(" & ".join(row) for row in rows)
        columns = max(map(len, rows))
        if columns <= MOST_COLUMNS:
            return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"
        array = rf"\begin{{array}}{{{'c' * columns}}} {body} \end{{array}}"
        return rf"\left({array}\right)"

    def binomial(self, above: str, below: str) -> str:
        return rf"\binom{{{above}}}{{{below}}}"

    def text(self, words: str) -> str:
        return rf"\text{{{words.translate(ESCAPED)}}}"

    def cases(self, pairs: Sequence[tuple[str, str]]) -> str:
        rows = [
            rf"{value} & \text{{if }} {test}" if test else rf"{value} & \text{{otherwise}}"
            for value, test in pairs
        ]
        body = r" \\ ".join(rows)
        return rf"\begin{{cases}} {body} \end{{cases}}"

    def aligned(self, lines: Iterable[Line]) -> str:
        rows = self.rows(lines)
        if not rows:
            return ""
        return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


class Primed(Latex):
    """The letters of a rule, which may have a prime: u'."""

    def _symbol(self, name: str) -> str:
        if name == "...":
            return r"\dots"
        return super()._symbol(name.rstrip("'")) + "'" * name.count("'")
