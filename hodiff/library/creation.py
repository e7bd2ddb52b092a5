"""Making tensors: leaves from data, from numpy's and PyTorch's makers, and random ones."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import prod
from typing import Any, NamedTuple

from hodiff.arithmetic.base import UnknownError
from hodiff.engine.graph import VARIABLE, Tensor, data, variable
from hodiff.engine.operations import structure as st
from hodiff.engine.operations.elementary import pow
from hodiff.engine.shapes import ShapeError, broadcast, described
from hodiff.errors import no_number
from hodiff.library.arguments import as_argument, holds_tensors, renamed, shape_of, typed
from hodiff.library.publish import TABLE, documented, enter, public

LOST = (
    "{} a tensor that requires grad leaves the graph, and its gradient is lost: compute with"
    " hodiff's functions, put tensors together by hodiff.stack or hodiff.cat, or call detach()"
    " first"
)


def warn_of_loss(what: str) -> None:
    """Warn the caller's caller that what it did ends the graph."""
    warnings.warn(LOST.format(what), UserWarning, stacklevel=3)


def as_tensor(data_: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A tensor as it is, in its graph; a list with tensors in it stacked, in theirs; of anything
    else tensor(data).

    >>> import hodiff
    >>> x = hodiff.tensor(2.0, requires_grad=True)
    >>> hodiff.as_tensor(x) is x
    True
    >>> hodiff.as_tensor([x, 1.0]).requires_grad
    True
    """
    if isinstance(data_, Tensor) or holds_tensors(data_):
        return _made(as_argument(data_), dtype, requires_grad)
    return tensor(data_, dtype, requires_grad)


def _made(x: Tensor, dtype: Any, requires_grad: bool) -> Tensor:
    """What a graph made, as a dtype; a leaf that requires grad where nothing in it does."""
    x = typed(x, dtype)
    return x.detach().requires_grad_() if requires_grad and not x.requires_grad else x


def tensor(data_: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A leaf of the graph with a copy of the data: a number, nested lists, a numpy array.

    Numbers become float64 unless dtype says otherwise; an array keeps its dtype. Of tensors it
    takes the values alone, with a warning where they require grad: as_tensor and stack keep the
    graph. Raises TypeError for what isn't real numbers, RuntimeError for whole numbers that
    require grad.

    >>> import hodiff
    >>> hodiff.tensor([1, 2], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    if dtype is None and type(data_) in (float, int):
        node = data(float(data_))
    else:
        import numpy  # start-up: a number needs none

        if isinstance(data_, Tensor) or holds_tensors(data_):
            given = as_argument(data_)
            if given.requires_grad:
                warn_of_loss("In tensor()")
            data_ = given.computed()
        array = numpy.asarray(data_)
        if dtype is None and array.dtype.kind in "iu" and not hasattr(data_, "dtype"):
            dtype = float
        if array.dtype.kind == "c":  # also where a dtype would drop the imaginary part
            raise TypeError(no_number(array.dtype))
        if requires_grad and numpy.dtype(dtype or array.dtype).kind != "f":
            raise RuntimeError("Only Tensors of floating point dtype can require gradients")
        node = data(array, dtype)
    node.requires_grad = requires_grad
    return node


class _Random:
    generator: Any = None


class Level(NamedTuple):
    """A vmap that is running its function: how random numbers are drawn in it, for how many
    entries, and its batch, from the entry that the function sees to all of them."""

    randomness: str
    size: int
    batch: dict[Tensor, Tensor]


class _Levels(threading.local):
    open: tuple[Level, ...] = ()  # the outermost first


LEVELS = _Levels()


@contextmanager
def drawing(level: Level) -> Iterator[None]:
    """Random numbers inside are drawn as a vmap wants them."""
    outer = LEVELS.open
    LEVELS.open = (*outer, level)
    try:
        yield
    finally:
        LEVELS.open = outer


def _drawn(draw: Callable[[], Any], *how: Any) -> Tensor:
    """A tensor that draw() fills, inside vmap as this wants it; how are the dtype and
    requires_grad."""
    if any(level.randomness == "error" for level in LEVELS.open):
        raise RuntimeError(
            "vmap draws random numbers only if it is told how: vmap(f, randomness='different') for"
            " others in each entry of the batch, 'same' for the same in all"
        )
    levels = [level for level in LEVELS.open if level.randomness == "different"]
    sizes = [level.size for level in levels]
    draws = [draw() for _ in range(prod(sizes))]
    if not levels:
        return tensor(draws[0], *how)
    import numpy  # start-up: few programs draw numbers

    shape = numpy.shape(draws[0] if draws else draw())
    found = tensor(numpy.array(draws).reshape(*sizes, *shape), *how)
    for level in levels:
        entry = variable("random numbers in vmap", found.shape[1:])
        level.batch[entry] = found
        found = entry
    return found


def random() -> Any:
    """numpy's generator of random numbers, seeded with 0 unless manual_seed did."""
    if _Random.generator is None:
        manual_seed(0)
    return _Random.generator


def manual_seed(seed: int) -> None:
    """Start the random numbers over (numpy's PCG64: other numbers than PyTorch's).

    >>> import hodiff
    >>> hodiff.manual_seed(1)
    >>> x = hodiff.rand(2)
    >>> hodiff.manual_seed(1)
    >>> hodiff.equal(hodiff.rand(2), x)
    True
    """
    import numpy  # start-up: few programs draw numbers

    _Random.generator = numpy.random.default_rng(seed)


def _dtype_of(x: Tensor) -> Any:
    """None of what has no value yet, as vmap's argument."""
    try:
        return x.dtype
    except UnknownError:
        return None


def _maker(
    name: str, build: Callable[..., Any], meaning: str, example: str,
    *, sized: bool = False, like: bool = False, drawn: bool = False,
) -> None:  # fmt: skip
    """Publish a function that makes a leaf; sized takes a shape, like the shape of a tensor; drawn
    says that it is of random numbers."""

    def made(
        *arguments: Any, dtype: Any = None, requires_grad: bool = False, **more: Any
    ) -> Tensor:
        import numpy  # start-up: a graph of numbers needs none

        more = renamed(more, ())
        if like:
            x = as_argument(arguments[0])
            dtype = _dtype_of(x) if dtype is None else dtype
            arguments = x.shape, *arguments[1:]
        elif sized:
            arguments = (shape_of(*(arguments or (more.pop("shape"),))),)
        if drawn:
            return _drawn(partial(build, numpy, *arguments, **more), dtype, requires_grad)
        return tensor(build(numpy, *arguments, **more), dtype, requires_grad)

    made.__name__ = made.__qualname__ = name
    made.__doc__ = documented(meaning, f"hodiff.{example}")
    enter(TABLE, made, name)


# Name, what fills a shape, what that is, and an example of shape 2 (without .shape where random).
FILLED: tuple[tuple[str, Callable[..., Any], str, str, str], ...] = (
    ("zeros", lambda np, shape: np.zeros(shape), "zeros", "", "tensor([0., 0.])"),
    ("ones", lambda np, shape: np.ones(shape), "ones", "", "tensor([1., 1.])"),
    ("empty", lambda np, shape: np.zeros(shape), "zeros, for what is given values later", "",
     "tensor([0., 0.])"),
    ("rand", lambda np, shape: random().random(shape), "random numbers from 0 to 1", ".shape",
     "(2,)"),
    ("randn", lambda np, shape: random().normal(size=shape), "normal random numbers", ".shape",
     "(2,)"),
)  # fmt: skip
for _name, _build, _what, _part, _shown in FILLED:
    _maker(_name, _build, f"A leaf of {_what}, in a shape: (2, 3) or 2, 3.",
           f"{_name}(2){_part} => {_shown}", sized=True, drawn=bool(_part))  # fmt: skip
    _maker(f"{_name}_like", _build, f"A leaf of {_what}, in the shape and dtype of a tensor.",
           f"{_name}_like([5.0, 6.0]){_part} => {_shown}", like=True,
           drawn=bool(_part))  # fmt: skip

# fmt: off
_maker("eye", lambda np, n, m=None: np.eye(n, m),
       "The unit matrix, n by n, or n by m.",
       "eye(2).tolist() => [[1.0, 0.0], [0.0, 1.0]]")
_maker("arange", lambda np, *x, start=0, end=None, step=1:
       np.arange(*x) if x and end is None else np.arange(start, end, step),
       "The numbers from start up to, and without, end, a step apart.",
       "arange(1.0, 7.0, 2.0) => tensor([1., 3., 5.])")
_maker("randint", lambda np, *x: random().integers(*x[:-1], size=shape_of(x[-1])),
       "Random whole numbers from low (0 unless given) up to, and without, high.",
       "randint(5, 6, (3,)) => tensor([5, 5, 5])", drawn=True)
_maker("randperm", lambda np, n: random().permutation(n),
       "The whole numbers below n in a random order.",
       "randperm(3).sort().values => tensor([0, 1, 2])", drawn=True)
# fmt: on


# What a tensor fills or ends is in its graph.


@public("full", method=False, tensors=0)
def full(shape: Any, fill_value: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """The same number everywhere: a leaf, or, of a tensor, in its graph.

    >>> hodiff.full((2,), 7.0)
    tensor([7., 7.])
    >>> x = hodiff.tensor(2.0, requires_grad=True)
    >>> hodiff.grad(hodiff.full((3,), x).sum(), x)
    (tensor(3.),)
    """
    dtype = "float64" if dtype is None and not isinstance(fill_value, Tensor) else dtype
    value = as_argument(fill_value)
    if value.shape:
        raise ShapeError(f"full takes a number, not {described(value.shape)}: expand that")
    shape = shape_of(shape)
    if value.requires_grad or value.operation is VARIABLE:
        return _made(st.expand_to(value, shape), dtype, requires_grad)
    import numpy  # start-up: a graph of numbers needs none

    return tensor(numpy.full(shape, value.computed()), dtype, requires_grad)


@public("full_like")
def full_like(x: Tensor, fill_value: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """The same number everywhere, in the shape and dtype of a tensor.

    >>> hodiff.full_like([1.0, 2.0], 7.0)
    tensor([7., 7.])
    """
    made: Tensor = full(
        x.shape, fill_value, _dtype_of(x) if dtype is None else dtype, requires_grad
    )
    return made


@public("linspace", method=False, tensors=2)
def linspace(
    start: Tensor, end: Tensor, steps: int = 50, endpoint: bool = True, dtype: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """So many numbers from start to end, the same distance apart; without the end if endpoint is
    False. A leaf, or, between tensors, in their graph.

    >>> hodiff.linspace(0, 4, 3)
    tensor([0., 2., 4.])
    >>> x = hodiff.tensor(4.0, requires_grad=True)
    >>> hodiff.grad(hodiff.linspace(0, x, 3).sum(), x)
    (tensor(1.5),)
    """
    import numpy  # start-up: a graph of numbers needs none

    ends = start, end
    if not any(x.requires_grad or x.operation is VARIABLE for x in ends):
        a, b = (x.computed() for x in ends)
        return tensor(numpy.linspace(a, b, steps, endpoint, dtype=float), dtype, requires_grad)
    part = data(numpy.linspace(0.0, 1.0, steps, endpoint))
    rank = len(broadcast([x.shape for x in ends]))
    part = st.reshape_to(part, part.shape + (1,) * rank)
    return _made(start * (1 - part) + end * part, dtype, requires_grad)


@public("logspace", method=False, tensors=2)
def logspace(
    start: Tensor, end: Tensor, steps: int = 50, base: Any = 10.0, endpoint: bool = True,
    dtype: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """base to the power of so many numbers from start to end: of linspace(start, end).

    >>> hodiff.logspace(0, 2, 3)
    tensor([  1.,  10., 100.])
    """
    powers = pow(as_argument(base), linspace(start, end, steps, endpoint))
    return _made(powers, dtype, requires_grad)
