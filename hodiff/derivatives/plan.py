"""How to come to derivatives of any order: what hodiff.derivatives.method decides."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hodiff.arithmetic.base import Arithmetic
from hodiff.engine.graph import Tensor
from hodiff.errors import HodiffError


class NoSeries(Exception):
    """The graph has no series here: at a power of 0, a norm of 0, or a tie."""


class Open(Exception):
    """At node it can't be told whether there is a series: a ball is too wide."""

    def __init__(self, node: Tensor) -> None:
        super().__init__()
        self.node = node


class Computation(NamedTuple):
    """Numbers at a point by Taylor series."""

    nodes: Sequence[Tensor]  # whose values at the point they start from
    compute: Callable[[Mapping[Tensor, Any], Arithmetic], list[Any]]
    solved: Tensor | None = None  # the variable that they find first, the point being a start


class Plan(NamedTuple):
    """How to come to derivatives of any order: by Taylor series where that is cheaper and there
    is one, else nested.

    taylor   makes the computation; raises MemoryError or NoSeries where there is no series. Of
             rows it is where a batch is given: the variables' places in it (see vmap)
    stages   makes graphs of growing order; the last are the answer, and a fault shows in those
             before, sooner
    asked    how many of these are: the others only have to agree where pieces meet
    rounded  whether balls without exact numbers may come first
    sloped   whether the second graph of a stage is the slope of the first
    orders   where what is asked are f, f', f'' ... in the one variable: times what they are
    refusal  the error where there is neither a series nor stages
    """

    taylor: Callable[[Mapping[Tensor, Tensor]], Computation] | None = None
    stages: Callable[[], Iterator[Sequence[Tensor]]] | None = None
    asked: int | None = None
    rounded: bool = True
    sloped: bool = False
    orders: Sequence[Any] = ()
    refusal: HodiffError | None = None
