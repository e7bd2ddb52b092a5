"""What is smooth in pieces: choices, and functions with kinks and jumps.

At a kink a rule gives the frameworks' convention (PyTorch's: slope 0 of abs and relu, half of
each side of a max). Whether that may be called an answer is hodiff.answers.kinks' business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hodiff.engine.graph import (
    CONSTANT,
    ZERO,
    Kind,
    Operation,
    Tensor,
    constant,
    no_derivative,
    tensor_of,
)
from hodiff.engine.operations.functions import FUNCTIONS, family, function
from hodiff.engine.operations.row import Jump, elementwise, sum_to
from hodiff.engine.shapes import broadcast

family(__name__, "Choices, steps and roundings")


def condition(name: str, arity: int, **fields: Any) -> Operation:
    """A row whose result is true or false."""
    fields |= {"kind": Kind.CONDITION, "differentiable": False}
    return Operation(name, arity, broadcast, no_derivative, **fields)


def comparison(name: str, true: Callable[[int], bool], **fields: Any) -> Operation:
    """A row that compares; true says what it is where a - b has a sign."""
    tie = Jump(lambda ctx, a, b: ctx.equal(a, b), lambda ctx, side, a, b: true(side))
    return condition(name, 2, jumps=tie, **fields)


lt = comparison("lt", lambda side: side < 0, numpy="less")
le = comparison("le", lambda side: side < 0, numpy="less_equal")
gt = comparison("gt", lambda side: side > 0, numpy="greater")
ge = comparison("ge", lambda side: side > 0, numpy="greater_equal")
eq = comparison("eq", lambda side: False, numpy="equal", commutes=True)
ne = comparison("ne", lambda side: True, numpy="not_equal", commutes=True)
both = condition("and", 2, numpy="logical_and", commutes=True, used=True)
either = condition("or", 2, numpy="logical_or", commutes=True, used=True)
negation = condition("not", 1, numpy="logical_not", used=True)
above = comparison("above", lambda side: side > 0, numpy="greater", used=True, definition=gt)


def compares(operation: Operation) -> bool:
    """Whether it is one of < <= > >= == !=: a condition that turns at a tie."""
    return operation.kind is Kind.CONDITION and operation.jumps is not None


def truth(x: Tensor) -> Tensor:
    """x as a condition: itself, or whether it differs from 0."""
    known = x.operation is CONSTANT and isinstance(x.attributes[0], bool)
    return x if known or x.operation.kind is Kind.CONDITION else ne(x, ZERO)


def condition_of(x: Any) -> Tensor:
    """x as a node, which has to be a condition: x > 0, a bool, an array of them."""
    node = tensor_of(x)
    known = node.attributes[0] if node.operation is CONSTANT else node.value
    kind = getattr(getattr(known, "dtype", None), "kind", "")
    if node.operation.differentiable and type(known) is not bool and kind != "b":
        raise TypeError(NO_CONDITION)
    return node


NO_CONDITION = "&, | and ~ join conditions, such as (x > 0) & (x < 1), not numbers"


def _where_pullback(
    g: Tensor, inputs: tuple[Tensor, ...], y: Tensor, attributes: tuple[Any, ...], i: int
) -> Tensor | None:
    # The branch not taken contributes nothing, not 0*inf: identities.py keeps these masks outside.
    mask = inputs[0] if i == 1 else negation(inputs[0])
    return sum_to(where(mask, g, ZERO), inputs[i].shape) if i else None


where = Operation("where", 3, broadcast, _where_pullback, kind=Kind.ENTRYWISE)


@function("condition, a, b", "where", least=3, most=3)
def choose(test: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return where(truth(test), a, b)


def _step(test: Tensor) -> Tensor:
    return where(test, constant(1), ZERO)


def _share(a: Tensor, b: Tensor) -> Tensor:
    """What of a maximum's slope goes to a: all, half in a tie, or nothing."""
    return where(ge(a, b), where(eq(a, b), constant(1) / 2, constant(1)), ZERO)


# fmt: off
abs   = elementwise("abs",   lambda x, y: sign(x))
sign  = elementwise("sign",  lambda x, y: 0, names=("sign", "sgn", "signum"),
                    jumps=Jump(lambda ctx, x: ctx.equal(x, 0), lambda ctx, side, x: side))
heaviside = elementwise("heaviside", lambda x, y: 0, definition=lambda x: (1 + sign(x))/2,
                        jumps=Jump(lambda ctx, x: ctx.equal(x, 0),
                                   lambda ctx, side, x: 1 if side > 0 else 0),
                        build=lambda x, h=None: _heaviside(x, h),
                        meaning="0 below 0 and 1 above, at 0 between them: 1/2, or h")
floor = elementwise("floor", lambda x, y: 0,
                    jumps=Jump(lambda ctx, x: ctx.integer(x),
                               lambda ctx, side, x: x if side > 0 else ctx.sub(x, 1)))
ceil  = elementwise("ceil",  lambda x, y: 0,
                    jumps=Jump(lambda ctx, x: ctx.integer(x),
                               lambda ctx, side, x: ctx.add(x, 1) if side > 0 else x))
round = elementwise("round", lambda x, y: 0,
                    jumps=Jump(lambda ctx, x: ctx.half(x),
                               lambda ctx, side, x: ctx.add(x, ctx.div(side, 2))))
mod   = elementwise("mod",   lambda a, b, y: 1, lambda a, b, y: -floor(a/b),
                    domain="a modulus other than 0",
                    jumps=Jump(lambda ctx, a, b: ctx.divides(b, a),
                               lambda ctx, side, a, b: 0 if side > 0 else b))
max   = elementwise("max", lambda a, b, y: _share(a, b), lambda a, b, y: _share(b, a), names=(),
                    numpy="maximum", commutes=True)
min   = elementwise("min", lambda a, b, y: _share(b, a), lambda a, b, y: _share(a, b), names=(),
                    numpy="minimum", commutes=True)
clip  = elementwise("clip",
                    lambda x, lo, hi, y: _step(both(le(lo, x), le(x, hi))),
                    lambda x, lo, hi, y: _step(both(lt(x, lo), le(lo, hi))),
                    lambda x, lo, hi, y: _step(either(gt(x, hi), gt(lo, hi))),
                    parameters="x, lo, hi", definition=lambda x, lo, hi: min(max(x, lo), hi))
relu  = elementwise("relu",  lambda x, y: _step(above(x, ZERO)), definition=lambda x: max(x, ZERO))
# fmt: on


def _heaviside(x: Tensor, at_zero: Tensor | None = None) -> Tensor:
    """The step, with another value at 0."""
    return heaviside(x) if at_zero is None else where(eq(x, ZERO), at_zero, heaviside(x))


FUNCTIONS["heaviside"].parameters, FUNCTIONS["heaviside"].most = "x, h", 2


@function("condition, a, ..., b", "piecewise", least=3, most=None,
          meaning="The value of the first condition that holds, else the default")  # fmt: skip
def piecewise(*parts: Tensor) -> Tensor:
    """Nested choices: conditions and their values in turn, at last what holds otherwise."""
    if len(parts) % 2 == 0:
        raise ValueError("piecewise needs a default behind its last value")
    found = parts[-1]
    for test, value in zip(parts[-3::-2], parts[-2::-2], strict=True):
        found = where(truth(test), value, found)
    return found


def floor_divide(a: Tensor, b: Tensor) -> Tensor:
    """a // b."""
    return floor(a / b)


# % and // of doubles, for the library. The quotient that is rounded down isn't a/b, which doubles
# may have rounded up to a whole number: 0.3 % 0.1 is 0.09999999999999998, and 0.3/0.1 is 3.
remainder = elementwise(
    "remainder", lambda a, b, y: 1, lambda a, b, y: -round((a - y) / b),
    names=(), numpy="mod", definition=lambda a, b: mod(a, b), domain="a modulus other than 0",
)  # fmt: skip
whole_quotient = elementwise(
    "floordiv", lambda a, b, y: 0, lambda a, b, y: 0,
    names=(), numpy="floor_divide", definition=lambda a, b: floor(a / b),
    domain="a divisor other than 0", pole=lambda a, b: b == 0,
)  # fmt: skip
