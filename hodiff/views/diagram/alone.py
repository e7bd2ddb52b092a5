"""One node by itself: its inputs stand as names, so that its formula and its rule are short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hodiff.engine.graph import CONSTANT, DATA, Tensor, building, make, tensor_of, variable, written
from hodiff.engine.sharing import NodeTable
from hodiff.errors import HodiffError
from hodiff.views.formula import formula

COTANGENT = "g"  # how a rule for whole arrays writes what comes to its node


class Alone:
    """A node on stand-ins of its inputs, which have the names that it has for them.

    names gives them, its own included. Exact numbers, and named ones as pi, stay what they are.

    >>> from hodiff.engine.graph import variable
    >>> x = variable("x")
    >>> y = (x**2).sin()
    >>> alone = Alone(y, {y.inputs[0]: "v1", y: "v2"})
    >>> alone.formula(), alone.rule(0), alone.reads([0])
    ('sin(v1)', 'cos(v1)', ['v1'])
    """

    def __init__(self, node: Tensor, names: Mapping[Tensor, str]) -> None:
        self.node = node
        # Each input one of its own: x*x is written as that.
        self.inputs = tuple(_stand_in(x, names) for x in node.inputs)
        pairs = zip(self.inputs, node.inputs, strict=True)
        self.sources = {new: names[x] for new, x in pairs if x in names}
        self.output = make(node.operation, self.inputs, node.attributes, node.shape)
        self.name = variable(names.get(node, "y"), node.shape)
        self.cotangent = variable(COTANGENT, node.shape)

    def formula(self) -> str:
        """The operation on its inputs, as text; by its name where formulas see through it."""
        text = said(self.output)
        if text not in self.sources.values():
            return text
        # 1*x and x**1 with the number as a name.
        named = [x if x in self.sources else variable(said(x), x.shape) for x in self.inputs]
        row = self.node.operation
        whole = said(make(row, tuple(named), self.node.attributes, self.node.shape))
        return f"{row.name}({text})" if whole == text else whole

    def rule(self, i: int) -> str | None:
        """What its cotangent is multiplied by for input i; for what does more to whole arrays
        what becomes of it, g. As the row of the table says it, the output by its name; None
        where nothing comes through.

        Raises whatever a rule of a user's own raises.
        """
        row, more = self.node.operation, self.node.attributes
        with building(written):
            if row.partials:
                slope = tensor_of(row.partials[i](*self.inputs, self.name, *more))
                flat = slope.operation is CONSTANT and not slope.attributes[0]
                return None if flat else said(slope)
            share = row.pullback(self.cotangent, self.inputs, self.name, more, i)
            return None if share is None else said(share)

    def reads(self, through: Sequence[int]) -> list[str]:
        """The names of what the rules for these inputs read: inputs and the output, in the order
        in which they are named. As a walk has the rules: tidied, so that 2*x**1 reads x and
        1*g nothing."""
        found: set[Tensor] = set()
        row, more = self.node.operation, self.node.attributes
        with building(NodeTable()):
            for i in through:
                share = row.pullback(self.cotangent, self.inputs, self.name, more, i)
                nodes = [] if share is None else [share]
                seen = set(nodes)
                for x in nodes:  # which grows
                    if x is self.name or x in self.sources:
                        found.add(x)
                    new = [y for y in x.inputs if y not in seen]
                    seen.update(new)
                    nodes += new
        known = {**self.sources, self.name: self.name.attributes[0]}
        return list(dict.fromkeys(text for x, text in known.items() if x in found))


def _stand_in(x: Tensor, names: Mapping[Tensor, str]) -> Tensor:
    """x as a variable of its name; a number stays."""
    if x in names:
        return variable(names[x], x.shape)
    if x.operation is DATA and x.shape:
        return variable(f"array{list(x.shape)}".replace(" ", ""), x.shape, False)
    return x


def said(x: Tensor) -> str:
    """x as text; what no formula holds by its operation alone."""
    try:
        return str(formula(x))
    except HodiffError:
        return f"{x.operation.name}(...)"
