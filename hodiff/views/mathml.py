"""Formulas in MathML Core, presentation: what browsers draw by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hodiff.engine.graph import Tensor
from hodiff.views.normal import part_of
from hodiff.views.parts import Part
from hodiff.views.reading import variables
from hodiff.views.typeset import Equation, Line, Typeset

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
APPLIED, TIMES = "\u2061", "\u2062"  # what stands unseen between a function, a factor, and the next
ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
OPENING = re.compile(r"(?:<m(?:row|sup|sub)>)*<mo[^>]*>\(")
TALL = re.compile("<m(?:frac|sqrt|root|table)")
SHORT = 600  # characters; what is longer is taken to be tall
PRIMES = "′″‴"


def mathml(y: Tensor) -> str:
    """y as one <math> element.

    >>> from hodiff.engine.graph import variable
    >>> x = variable("x")
    >>> print(mathml(x / 2).partition(">")[2])
    <mfrac><mi>x</mi><mn>2</mn></mfrac></math>
    """
    printer = Mathml(variables(y))
    lines = list(printer.lines([Equation(Part("name", data="f"), part_of(y))]))
    return printer.math(lines[0].right if len(lines) == 1 else printer.aligned(lines))


def _element(tag: str, *children: str) -> str:
    return f"<{tag}>{''.join(children)}</{tag}>"


def _cell(side: str, text: str) -> str:
    """A cell at the left or the right of its column; Chromium has a name of its own for that."""
    return f'<mtd style="text-align: {side}; text-align: -webkit-{side}">{text}</mtd>'


class Mathml(Typeset):
    longest = 500_000  # its signs are long
    times = f"<mo>{TIMES}</mo>"
    thin = f'<mo lspace="0.167em">{TIMES}</mo>'
    spaced_functions = True

    def row(self, *texts: str) -> str:
        return _element("mrow", *texts) if len(texts) > 1 else texts[0]

    def sign(self, character: str) -> str:
        return _element("mo", character.translate(ESCAPED))

    def minus(self, text: str) -> str:
        return self.row('<mo form="prefix">−</mo>', text)

    def digits_of(self, text: str) -> str:
        return _element("mn", text)

    def fraction(self, above: str, below: str) -> str:
        return _element("mfrac", above, below)

    def superscript(self, base: str, text: str) -> str:
        return _element("msup", base, text)

    def subscript(self, base: str, text: str) -> str:
        return _element("msub", base, text)

    def root(self, text: str, index: str = "") -> str:
        return _element("mroot", text, index) if index else _element("msqrt", text)

    def fenced(self, text: str, fences: str = "()") -> str:
        left, right = fences[0], fences[1]
        tall = len(text) > SHORT or TALL.search(text) is not None
        stretchy = "" if tall and left != right else f' stretchy="{str(tall).lower()}"'
        bar = ' fence="true"' if left == right else ""
        return self.row(
            f'<mo form="prefix"{bar}{stretchy}>{left}</mo>',
            text,
            f'<mo form="postfix"{bar}{stretchy}>{right}</mo>',
        )

    def opens(self, text: str) -> bool:
        return OPENING.match(text) is not None

    def listed(self, texts: Sequence[str]) -> str:
        commas = [x for text in texts for x in (self.sign(","), text)]
        return self.row(*commas[1:])

    def letter(self, character: str) -> str:
        return _element("mi", character.translate(ESCAPED))

    def word(self, text: str) -> str:
        upright = ' mathvariant="normal"' if len(text) == 1 else ""
        return f"<mi{upright}>{text.translate(ESCAPED)}</mi>"

    def operator(self, name: str) -> str:
        return self.word(name)

    def applied(self, function: str, arguments: str) -> str:
        return self.row(function, self.sign(APPLIED), arguments)

    def powered(self, applied: str, function: str, exponent: str) -> str:
        before = f"<mrow>{function}"
        if not applied.startswith(before):
            return ""
        return f"<mrow>{self.superscript(function, exponent)}{applied[len(before) :]}"

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        table = (_element("mtr", *(_element("mtd", x) for x in row)) for row in rows)
        return self.fenced(_element("mtable", *table))

    def binomial(self, above: str, below: str) -> str:
        return self.fenced(f'<mfrac linethickness="0">{above}{below}</mfrac>')

    def dashed(self, text: str) -> str:
        return self.primes(text, 1)

    def primes(self, text: str, n: int) -> str:
        mark = f'<mo lspace="0" rspace="0">{PRIMES[n - 1]}</mo>'  # which is raised as it is
        return self.row(text, mark)

    def text(self, words: str) -> str:
        return _element("mtext", words.translate(ESCAPED))

    def cases(self, pairs: Sequence[tuple[str, str]]) -> str:
        rows = [
            _element("mtr", _cell("left", value), _cell("left", self._condition(test)))
            for value, test in pairs
        ]
        return self.row(self.sign("{"), _element("mtable", *rows))

    def _condition(self, test: str) -> str:
        return self.row(self.text("if\u00a0"), test) if test else self.text("otherwise")

    def math(self, inside: str) -> str:
        return f'<math xmlns="{NAMESPACE}" display="block">{inside}</math>'

    def aligned(self, lines: Iterable[Line]) -> str:
        """Equations under one another, a line of the text each."""
        rows = []
        for line in lines:
            first = self.row(self.text("where\u00a0"), line.left) if line.defines else line.left
            second = self.row(line.sign, line.right)
            rows.append(_element("mtr", _cell("right", first), _cell("left", second)))
        return "\n".join(['<mtable displaystyle="true">', *rows, "</mtable>"])

    def document(self, equations: Iterable[Equation], notes: Sequence[str] = ()) -> str:
        """A <div>: the equations, and a paragraph for each note."""
        told = [_element("p", note.translate(ESCAPED)) for note in notes]
        lines = list(self.lines(equations))
        shown = [self.math(f"\n{self.aligned(lines)}\n")] if lines else []
        return "\n".join(["<div>", *shown, *told, "</div>"])
