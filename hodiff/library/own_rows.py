"""hodiff.elementwise: rows of the table of operations of a user's own."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable
from importlib import import_module
from keyword import kwlist
from typing import Any

from hodiff.arithmetic import floats
from hodiff.engine.graph import OPERATIONS, Operation, Tensor
from hodiff.engine.operations import FUNCTIONS, row
from hodiff.library.names import NAMES
from hodiff.library.publish import TABLE
from hodiff.library.rows import publish_row


def elementwise(
    name: str,
    *partials: Callable[..., Any],
    numpy: Callable[..., Any] | str | None = None,
    definition: Callable[..., Any] | None = None,
    parameters: str | None = None,
    meaning: str = "",
) -> Callable[..., Tensor]:
    """A function of one entry at a time, added to hodiff and to its language: hodiff.name, a method
    of tensors, and name(...) in the texts of hodiff.calculate.

    partials    the slope in each argument, from the arguments and the result, written in tensors,
                so that it has derivatives in its turn
    numpy       what computes it on arrays: a function, or its name ("scipy.special.j0")
    definition  the same written in tensors. Either has to be there; digits are proven, and there
                are Taylor series, only by a definition
    parameters  what the arguments are called: "x, a"
    meaning     in words, for help

    Raises ValueError for a name that is taken, or none.

        softsign = hodiff.elementwise(
            "softsign",
            lambda x, y: 1 / (1 + abs(x)) ** 2,
            definition=lambda x: x / (1 + abs(x)),
        )
        hodiff.calculate("grad", "softsign(x)", at="x=1")  # 0.25

    >>> hodiff.elementwise("sin", lambda x, y: hodiff.cos(x), numpy="numpy.sin")
    Traceback (most recent call last):
    ...
    ValueError: the name 'sin' is taken
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        raise ValueError(f"a name has letters, digits and _, and begins with a letter: {name!r}")
    taken = {*OPERATIONS, *FUNCTIONS, *NAMES, *import_module("hodiff").__all__, *kwlist}
    if name in taken or hasattr(Tensor, name):
        raise ValueError(f"the name '{name}' is taken")
    if not partials:
        raise TypeError(f"elementwise({name!r}) needs a slope for each argument")
    if numpy is None and definition is None:
        raise TypeError(f"elementwise({name!r}) needs what computes it: numpy= or definition=")
    compute = numpy
    if isinstance(numpy, str):
        module, _, function = numpy.rpartition(".")
        compute = getattr(import_module(module or "numpy"), function)
    added = row.elementwise(
        name, *partials, parameters=parameters, definition=definition, meaning=meaning
    )
    if compute is not None:
        _computed_by(added, compute)
    publish_row(added)
    insort(NAMES, name)
    setattr(Tensor, name, TABLE[name])
    return TABLE[name]


def _computed_by(added: Operation, compute: Any) -> None:
    """Let arrays, and numbers where there is no definition, be computed by numpy's function."""
    from hodiff.arithmetic import arrays  # start-up: brings numpy

    arrays.FUNCTIONS[added.name] = compute
    if added.definition is None:
        floats.FUNCTIONS[added.name] = lambda *x: float(compute(*x))
