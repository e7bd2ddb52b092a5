"""Making tensors: leaves from data, from numpy's and PyTorch's makers, and random ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hodiff.engine.graph import Tensor, data
from hodiff.library.arguments import as_argument, renamed, shape_of, typed
from hodiff.library.publish import TABLE, documented, enter


def as_tensor(data_: Any, dtype: Any = None) -> Tensor:
    """A tensor as it is, in its graph; of anything else tensor(data).

    >>> import hodiff
    >>> x = hodiff.tensor([1.0, 2.0], requires_grad=True)
    >>> hodiff.as_tensor(x) is x
    True
    """
    if isinstance(data_, Tensor):
        return data_ if dtype is None else typed(data_, dtype)
    return tensor(data_, dtype)


def tensor(data_: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A leaf of the graph with a copy of the data: a number, nested lists, a numpy array.

    Numbers become float64 unless dtype says otherwise; an array keeps its dtype. Raises
    TypeError for what isn't real numbers, RuntimeError for whole numbers that require grad.

    >>> import hodiff
    >>> hodiff.tensor([1, 2], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    if dtype is None and type(data_) in (float, int):
        node = data(float(data_))
    else:
        import numpy  # start-up: a number needs none

        if isinstance(data_, Tensor):
            data_ = data_.computed()
        array = numpy.asarray(data_)
        if dtype is None and array.dtype.kind in "iu" and not hasattr(data_, "dtype"):
            dtype = float
        if numpy.dtype(dtype or array.dtype).kind == "c":
            raise TypeError("hodiff differentiates real numbers: no complex tensors")
        if requires_grad and numpy.dtype(dtype or array.dtype).kind != "f":
            raise RuntimeError("Only Tensors of floating point dtype can require gradients")
        node = data(array, dtype)
    node.requires_grad = requires_grad
    return node


class _Random:
    generator: Any = None


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


def _maker(
    name: str, build: Callable[..., Any], meaning: str, example: str,
    *, sized: bool = False, like: bool = False,
) -> None:  # fmt: skip
    """Publish a function that makes a leaf; sized takes a shape, like the shape of a tensor."""

    def made(
        *arguments: Any, dtype: Any = None, requires_grad: bool = False, **more: Any
    ) -> Tensor:
        import numpy  # start-up: a graph of numbers needs none

        more = renamed(more, ())
        if like:
            x = as_argument(arguments[0])
            dtype = x.dtype if dtype is None else dtype
            array = build(numpy, x.shape, *arguments[1:], **more)
        elif sized:
            array = build(numpy, shape_of(*(arguments or (more.pop("shape"),))), **more)
        else:
            array = build(numpy, *arguments, **more)
        return tensor(array, dtype, requires_grad)

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
           f"{_name}(2){_part} => {_shown}", sized=True)  # fmt: skip
    _maker(f"{_name}_like", _build, f"A leaf of {_what}, in the shape and dtype of a tensor.",
           f"{_name}_like([5.0, 6.0]){_part} => {_shown}", like=True)  # fmt: skip

# fmt: off
_maker("full", lambda np, shape, fill_value: np.full(shape_of(shape), float(fill_value)),
       "A leaf with the same number everywhere.",
       "full((2,), 7.0) => tensor([7., 7.])")
_maker("full_like", lambda np, shape, fill_value: np.full(shape, fill_value),
       "A leaf with the same number everywhere, in the shape and dtype of a tensor.",
       "full_like([1.0, 2.0], 7.0) => tensor([7., 7.])", like=True)
_maker("eye", lambda np, n, m=None: np.eye(n, m),
       "The unit matrix, n by n, or n by m.",
       "eye(2).tolist() => [[1.0, 0.0], [0.0, 1.0]]")
_maker("arange", lambda np, *x, start=0, end=None, step=1:
       np.arange(*x) if x and end is None else np.arange(start, end, step),
       "The numbers from start up to, and without, end, a step apart.",
       "arange(1.0, 7.0, 2.0) => tensor([1., 3., 5.])")
_maker("linspace", lambda np, start, end, steps=50: np.linspace(float(start), float(end), steps),
       "So many numbers from start to end, the same distance apart.",
       "linspace(0, 4, 3) => tensor([0., 2., 4.])")
_maker("logspace", lambda np, start, end, steps=50: np.logspace(start, end, steps),
       "10 to the power of so many numbers from start to end.",
       "logspace(0, 2, 3) => tensor([  1.,  10., 100.])")
_maker("randint", lambda np, *x: random().integers(*x[:-1], size=shape_of(x[-1])),
       "Random whole numbers from low (0 unless given) up to, and without, high.",
       "randint(5, 6, (3,)) => tensor([5, 5, 5])")
_maker("randperm", lambda np, n: random().permutation(n),
       "The whole numbers below n in a random order.",
       "randperm(3).sort().values => tensor([0, 1, 2])")
# fmt: on
