"""Notations that are typed, a line of characters each: what LaTeX and Typst have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hodiff.views.typeset import Equation, Line, Typeset


class Typed(Typeset):
    """signs: how characters are typed; escaped: those that mean something in a paragraph."""

    signs: Mapping[str, str]
    escaped: Mapping[int, str]

    def sign(self, character: str) -> str:
        return self.signs.get(character, character)

    def minus(self, text: str) -> str:
        return f"-{text}"

    def digits_of(self, text: str) -> str:
        return text

    def listed(self, texts: Sequence[str]) -> str:
        return ", ".join(texts)

    def primes(self, text: str, n: int) -> str:
        return text + "'" * n

    def rows(self, lines: Iterable[Line]) -> list[str]:
        """Equations, to be aligned at their signs."""
        return [
            f"{self.text('where ')} " * line.defines + f"{line.left} &{line.sign} {line.right}"
            for line in lines
        ]

    def aligned(self, lines: Iterable[Line]) -> str:
        raise NotImplementedError

    def document(self, equations: Iterable[Equation], notes: Sequence[str] = ()) -> str:
        """A block of equations, and a paragraph for each note."""
        told = [self.aligned(self.lines(equations))]
        told += [note.translate(self.escaped) for note in notes]
        return "\n\n".join(filter(None, told))
