"""A graph of scalars with fewer passes over their columns: a + -b is a - b, a*b**-1 a quotient.

The numbers stay what they are, or are rounded once less; small powers are products, right to two
units in the last place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from hodiff.arithmetic.sines import sines
from hodiff.engine.graph import CONSTANT, OPERATIONS, ZERO, Tensor, constant, make, topological
from hodiff.engine.passes import rebuilt


def tidied(outputs: Sequence[Tensor]) -> list[Tensor]:
    """The same outputs: each of a column's shape, or a number where it is one in all rows."""
    first = _rebuilt(outputs, _Signs(outputs))
    return _rebuilt(first, _Quotients(first))


def with_sines(outputs: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """The same with sine and cosine of the same number as one computation (sines.py), and of
    which numbers: they have to be below FAR."""
    rules = _Sines(outputs)
    return _rebuilt(outputs, rules), list(rules.pairs)


def _rebuilt(outputs: Sequence[Tensor], rules: _Rules) -> list[Tensor]:
    def rule(node: Tensor, inputs: list[Tensor]) -> Tensor:
        return rules.rebuilt(node, inputs) if inputs and node.value is None else node

    found = rebuilt(topological(outputs), rule)
    return [found[y] for y in outputs]


class _Rules:
    """Makes nodes, the same once."""

    def __init__(self, outputs: Sequence[Tensor]) -> None:
        self.order = topological(outputs)
        self.uses = Counter([x for node in self.order for x in node.inputs] + list(outputs))
        self.nodes: dict[Any, Tensor] = {}

    def rebuilt(self, node: Tensor, inputs: list[Tensor]) -> Tensor:
        raise NotImplementedError

    def make(self, name: str, *inputs: Tensor, attributes: tuple[Any, ...] = ()) -> Tensor:
        key = name, *map(id, inputs), attributes
        if key not in self.nodes:
            row = OPERATIONS[name]
            shape = row.shape([x.shape for x in inputs], attributes)
            self.nodes[key] = make(row, inputs, attributes, shape)
        return self.nodes[key]


class _Signs(_Rules):
    """Signs move outwards, into differences and constants; powers become products."""

    def rebuilt(self, node: Tensor, inputs: list[Tensor]) -> Tensor:
        name = node.operation.name
        if name == "expand" and not inputs[0].shape:
            return inputs[0]
        if name == "mul":
            a, b = inputs
            return self.mul(a, b, [self.uses[x] == 1 for x in node.inputs])
        rules: dict[str, Callable[..., Tensor]]
        rules = {"add": self.add, "sub": self.sub, "neg": self.neg, "pow": self.pow}
        if name in rules:
            return rules[name](*inputs)
        return self.make(name, *inputs, attributes=node.attributes)

    def add(self, a: Tensor, b: Tensor) -> Tensor:
        if _is(b, "neg"):
            return self.sub(a, b.inputs[0])
        return self.sub(b, a.inputs[0]) if _is(a, "neg") else self.make("add", a, b)

    def sub(self, a: Tensor, b: Tensor) -> Tensor:
        if _is(b, "neg"):
            return self.add(a, b.inputs[0])
        return self.make("sub", a, b)

    def neg(self, x: Tensor) -> Tensor:
        if _is(x, "neg"):
            return x.inputs[0]
        if _is(x, "sub"):
            return self.make("sub", *reversed(x.inputs))
        if _is(x, "mul") and x.inputs[0].operation is CONSTANT:
            return self.make("mul", constant(-x.inputs[0].attributes[0]), x.inputs[1])
        return self.make("neg", x)

    def mul(self, a: Tensor, b: Tensor, alone: Sequence[bool]) -> Tensor:
        """alone: for each, whether nothing else needs it."""
        if b.operation is CONSTANT:
            a, b = b, a
        if a.operation is CONSTANT and _is(b, "neg"):
            return self.make("mul", constant(-a.attributes[0]), b.inputs[0])
        if _is(a, "neg") and _is(b, "neg"):
            return self.make("mul", a.inputs[0], b.inputs[0])
        if _is(a, "neg") and alone[0]:
            return self.neg(self.make("mul", a.inputs[0], b))
        if _is(b, "neg") and alone[1]:
            return self.neg(self.make("mul", a, b.inputs[0]))
        return self.make("mul", a, b)

    def pow(self, x: Tensor, n: Tensor) -> Tensor:
        power: Any = n.attributes[0] if n.operation is CONSTANT else None
        if power == Fraction(-1, 2):  # of -0, of which the root is -0, it is inf
            root = self.make("pow", x, constant(-power))
            return self.make("pow", self.make("add", root, ZERO), constant(-1))
        if power in _NEGATIVE:
            return self.make("pow", self.pow(x, constant(-power)), constant(-1))
        if power == 3:
            return self.make("mul", self.make("pow", x, constant(2)), x)
        if power == 4:
            square = self.make("pow", x, constant(2))
            return self.make("pow", square, constant(2))
        if power == Fraction(3, 2):
            return self.make("mul", self.make("pow", x, constant(Fraction(1, 2))), x)
        return self.make("pow", x, n)


_NEGATIVE = {-2, -3, -4, Fraction(-3, 2)}


class _Quotients(_Rules):
    """A reciprocal that is one factor's alone is a division."""

    def rebuilt(self, node: Tensor, inputs: list[Tensor]) -> Tensor:
        if node.operation.name == "mul":
            for x, old, other in zip(inputs, node.inputs, inputs[::-1], strict=True):
                if _reciprocal(x) and self.uses[old] == 1:
                    return self.make("div", other, x.inputs[0])
        return self.make(node.operation.name, *inputs, attributes=node.attributes)


class _Sines(_Rules):
    """A sine and a cosine of the same number."""

    def __init__(self, outputs: Sequence[Tensor]) -> None:
        super().__init__(outputs)
        waves = [x for x in self.order if x.operation.name in ("sin", "cos") and x.value is None]
        both = Counter(x.inputs[0] for x in waves if x.shape)
        self.both = {x for x, count in both.items() if count == 2}
        self.pairs: dict[Tensor, tuple[Tensor, Tensor]] = {}

    def rebuilt(self, node: Tensor, inputs: list[Tensor]) -> Tensor:
        name = node.operation.name
        if name not in ("sin", "cos") or node.inputs[0] not in self.both:
            return self.make(name, *inputs, attributes=node.attributes)
        x = inputs[0]
        if x not in self.pairs:
            self.pairs[x] = sines(x, self.make)
        return self.pairs[x][name == "cos"]


def _reciprocal(x: Tensor) -> bool:
    return _is(x, "pow") and x.inputs[1].operation is CONSTANT and x.inputs[1].attributes[0] == -1


def _is(x: Tensor, name: str) -> bool:
    return x.operation.name == name and x.value is None
