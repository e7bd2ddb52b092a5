"""What all views share: parts written one after the other, a method for each kind of part.

A view is a subclass of Printer. Its methods have the names of parts.KINDS (`not_` for "not") and
get a part and what its children were written as: a text, and how tight it binds.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from hodiff.errors import HodiffError
from hodiff.views.parts import Part, in_order

# Precedences, Python's: what binds tighter is higher.
OR, AND, NOT, COMPARISON, SUM, PRODUCT, NEGATION, POWER, ATOM = range(9)
LOGIC = {"or": OR, "and": AND}

INLINE = 800  # characters; a longer formula gets definitions for its shared parts
LONGEST = 1_000_000  # characters
SHORT = 8  # characters; a shorter part is not worth a name

Written: TypeAlias = tuple[str, int]


class Text(NamedTuple):
    """A formula as text, and before it the definitions of what it shares: a name and a text."""

    definitions: list[tuple[str, str]]
    text: str


def inside(written: Written, precedence: int) -> str:
    """Text in parentheses where it binds less tightly than its place needs."""
    text, own = written
    return text if own >= precedence else f"({text})"


class Printer:
    """Writes parts in one notation; cost: once the number of parts."""

    inline = INLINE  # how long a formula may be before what it shares gets names
    longest = LONGEST
    mend = "give a point, by --at"
    first = 1  # the number of the first name
    taken: frozenset[str] = frozenset()  # names that stand for something else

    def __call__(self, root: Part) -> Text:
        """Raises HodiffError (limit) where a text has over a million characters."""
        order = in_order(root)
        names = self.names(root, order)
        uses = _uses(order)
        written: dict[Part, Written] = {}
        definitions: list[tuple[str, str]] = []
        length = 0
        for part in order:
            found = self.write(part, [written[child] for child in part.children])
            length += len(found[0]) * (part in names)
            if length + len(found[0]) > self.longest:
                message = f"the formula has over {self.longest} characters: {self.mend}"
                raise HodiffError("limit", message)
            for child in part.children:  # a text goes after its last use: a long chain has many
                uses[child] -= 1
                if not uses[child]:
                    del written[child]
            if part in names:
                definitions.append((names[part], found[0]))
                found = self.name(Part("name", data=names[part]), [])
            written[part] = found
        return Text(definitions, written[root][0])

    def write(self, part: Part, children: list[Written]) -> Written:
        method = getattr(self, "not_" if part.kind == "not" else part.kind)
        found: Written = method(part, children)
        return found

    def name(self, part: Part, children: list[Written]) -> Written:
        return part.data, ATOM

    def names(self, root: Part, order: list[Part]) -> dict[Part, str]:
        """A name for each shared part, where the formula would be long without."""
        lengths: dict[Part, int] = {}
        for part in order:
            lengths[part] = sum(lengths[child] + 3 for child in part.children) or 1
        if lengths[root] <= self.inline:
            return {}
        taken = {str(part.data) for part in order if part.kind == "name"} | self.taken
        prefix = "t"
        while any(x.startswith(prefix) and x[len(prefix) :].isdigit() for x in taken):
            prefix += "_"
        uses = _uses(order)
        shared = [x for x in order if uses.get(x, 0) > 1 and lengths[x] >= SHORT and x is not root]
        return {part: f"{prefix}{i}" for i, part in enumerate(shared, self.first)}


class OneLine(Printer):
    """Signs, products and quotients as programming languages write them."""

    def negation(self, part: Part, children: list[Written]) -> Written:
        return f"-{inside(children[0], PRODUCT)}", SUM

    def product(self, part: Part, children: list[Written]) -> Written:
        above, below = children[: part.data], children[part.data :]
        text = "*".join(inside(x, POWER if i else PRODUCT) for i, x in enumerate(above))
        if len(below) == 1:
            return f"{text}/{inside(below[0], POWER)}", PRODUCT
        if below:
            text += f"/({'*'.join(inside(x, POWER) for x in below)})"
        return text, PRODUCT


def _uses(order: list[Part]) -> dict[Part, int]:
    """How often each part is written into another."""
    uses: dict[Part, int] = {}
    for part in order:
        for child in part.children:
            uses[child] = uses.get(child, 0) + 1
    return uses
