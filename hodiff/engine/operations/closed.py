"""Functions of parameters and an argument whose k-th derivative in the argument is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hodiff.engine.graph import Operation, Tensor
from hodiff.engine.operations.functions import family_of
from hodiff.engine.operations.row import CLOSED, bounded, elementwise, unknown_slope


def closed(
    name: str,
    parameters: str,
    written: Callable[..., Tensor],
    names: tuple[str, ...] = (),
    slopes: tuple[Callable[..., Any] | None, ...] = (),
    **fields: Any,
) -> tuple[Operation, Operation]:
    """A row f(parameters, x), and that of its k-th derivatives in x, which is closed.

    written gives the k-th derivative from the inputs and k, k > 0, as a person has it. slopes: the
    derivatives in the parameters, of the inputs, the value and, of the second row, k; without one
    it is refused by name.
    """
    fields = {"family": family_of(written.__module__), **fields, "special": True}
    *letters, _ = parameters.split(", ")
    unknown = [unknown_slope(name, f"its parameter {letter}") for letter in letters]
    known = [own or none for own, none in zip([*slopes, *[None] * len(letters)], unknown,
                                              strict=False)]  # fmt: skip
    row = elementwise(name, *known, lambda *v: derived(*v[:-1], 1), parameters=parameters,
                      names=(name, *names), **fields)  # fmt: skip
    inner = {key: value for key, value in fields.items() if key != "meaning"}
    derived = elementwise(f"{name}s", *unknown,
                          lambda *v: derived(*v[:-2], bounded(name, v[-1] + 1)), names=(),
                          formula=lambda *v: written(*v), **inner)  # fmt: skip
    CLOSED[row] = lambda: (
        lambda *v: derived(*v[:-1], bounded(name, v[-1])) if v[-1] else row(*v[:-1])
    )
    CLOSED[derived] = lambda k: lambda *v: derived(*v[:-1], bounded(name, k + v[-1]))
    return row, derived
