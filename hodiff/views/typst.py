"""Formulas in Typst's math."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hodiff.views.typed import Typed
from hodiff.views.typeset import LETTERS, Line

SIGNS = {
    "−": "-", "⋅": "dot", "≤": "<=", "≥": ">=", "≠": "!=", "∧": "and", "∨": "or", "¬": "not",
    "∞": "infinity", "∘": "compose", "∂": "partial", "@": "\\@",
}  # fmt: skip
FENCES = {"||": "abs", "‖‖": "norm", "⌊⌋": "floor", "⌈⌉": "ceil"}
OPERATORS = frozenset((
    "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "sech", "csch", "coth",
    "arcsin", "arccos", "arctan", "exp", "ln", "log", "max", "min", "sinc", "mod",
))  # fmt: skip
MARKUP = str.maketrans({c: f"\\{c}" for c in "\\*_`$#@<>[]~=-+/'\""})


class Typst(Typed):
    signs = SIGNS
    escaped = MARKUP
    thin = "thin"

    def fraction(self, above: str, below: str) -> str:
        return f"frac({above}, {below})"

    def superscript(self, base: str, text: str) -> str:
        return f"{base}^{_script(text)}"

    def subscript(self, base: str, text: str) -> str:
        return f"{base}_{_script(text)}"

    def root(self, text: str, index: str = "") -> str:
        return f"root({index}, {text})" if index else f"sqrt({text})"

    def fenced(self, text: str, fences: str = "()") -> str:
        if fences in FENCES:
            return f"{FENCES[fences]}({text})"
        left, right = fences[0], fences[1]
        return f"{left}{text}{right}"

    def letter(self, character: str) -> str:
        return LETTERS.get(character) or self.sign(character)

    def word(self, text: str) -> str:
        if len(text) == 1:
            return f"upright({self.text(text)})"
        return self.text(text)

    def operator(self, name: str) -> str:
        return name if name in OPERATORS else f"op({self.text(name)})"

    def applied(self, function: str, arguments: str) -> str:
        joined = function.isalpha() and arguments.startswith("(")  # J_x(2) is J with index x(2)
        return f"{function}{arguments}" if joined else f"{function} {arguments}"

    def powered(self, applied: str, function: str, exponent: str) -> str:
        if not applied.startswith(function):
            return ""
        return f"{self.superscript(function, exponent)} {applied[len(function) :].lstrip()}"

    def binomial(self, above: str, below: str) -> str:
        return f"binom({above}, {below})"

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        return f"mat({'; '.join(', '.join(row) for row in rows)})"

    def text(self, words: str) -> str:
        escaped = words.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    def cases(self, pairs: Sequence[tuple[str, str]]) -> str:
        rows = [
            f'{value} & "if " {test}' if test else f'{value} & "otherwise"' for value, test in pairs
        ]
        return f"cases({', '.join(rows)})"

    def aligned(self, lines: Iterable[Line]) -> str:
        rows = self.rows(lines)
        return "$ " + " \\\n  ".join(rows) + " $" if rows else ""


def _script(text: str) -> str:
    """A text as an index: in parentheses, which are not shown, where it is more than one sign."""
    return text if text.isalnum() else f"({text})"
