"""Shapes: how they broadcast, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Shape: TypeAlias = tuple[int, ...]


class ShapeError(ValueError, RuntimeError):
    """Shapes that don't fit together: numpy's ValueError and PyTorch's RuntimeError in one."""


def broadcast(shapes: Sequence[Shape], attributes: tuple[Any, ...] = ()) -> Shape:
    """numpy's broadcasting rule. Raises ShapeError naming the shapes that don't fit."""
    result: Shape = ()
    for shape in shapes:
        if shape == result or not shape:
            continue
        if not result:
            result = shape
            continue
        rank = max(len(shape), len(result))
        a, b = (1,) * (rank - len(shape)) + shape, (1,) * (rank - len(result)) + result
        if any(m != n and m != 1 and n != 1 for m, n in zip(a, b, strict=True)):
            raise ShapeError(f"{described(result)} and {described(shape)} do not fit together")
        result = tuple(n if m == 1 else m for m, n in zip(a, b, strict=True))
    return result


def described(shape: Shape) -> str:
    """A shape in words: 'a number', 'a vector of 3', 'a matrix of 2 by 3'."""
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"a vector of {shape[0]}"
    return f"{'a matrix' if len(shape) == 2 else 'an array'} of {' by '.join(map(str, shape))}"
