"""The library's functions, by the names of PyTorch and numpy.

hodiff.sum(t, dim=0), t.sum(dim=0), np.sum(t, axis=0) and torch.sum(t, dim=0) after
`import hodiff as torch` all come here. PyTorch's keywords (dim, keepdim) and numpy's (axis,
keepdims) mean the same. A function of one entry at a time needs no line here: its row in the
table of operations gives it its names.

Where the two differ the caller decides: np.max(t, axis=0) gives values, torch.max(t, dim=0) a
pair. NUMPY has these. Nothing here computes; numpy is imported where data are made.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Sequence
from functools import reduce, wraps
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, NamedTuple

from hodiff.backward import enable_grad, grad, no_grad
from hodiff.graph import (
    OPERATIONS,
    STATE,
    ZERO,
    Operation,
    Shape,
    ShapeError,
    Tensor,
    broadcast,
    constant,
    tensor_of,
)
from hodiff.operations import FUNCTIONS
from hodiff.operations import elementary as el
from hodiff.operations import linalg as la
from hodiff.operations import piecewise as pw
from hodiff.operations import reductions as red
from hodiff.operations import special as sp
from hodiff.operations import structure as st
from hodiff.operations.structure import AxisError

TABLE: dict[str, Callable[..., Any]] = {}
"""Every function by its names."""

METHODS: dict[str, Callable[..., Any]] = {}
"""What a tensor has as a method, by name; the tensor comes first."""

NUMPY: dict[str, Callable[..., Any]] = {}
"""What numpy's name means where it differs from PyTorch's."""

PROPERTIES: frozenset[str] = frozenset({"T", "mT", "H", "mH", "ndim", "real", "device"})

# Keywords with the same meaning, and those that say nothing here.
KEYWORDS = {
    **dict.fromkeys(("input", "a", "arr", "m", "v", "ary", "x1", "array", "A"), "x"),
    **dict.fromkeys(("other", "x2", "b", "B", "vec2", "exponent", "mat2"), "y"),
    **dict.fromkeys(("axis", "dims", "axes"), "dim"),
    **{"keepdims": "keepdim", "ddof": "correction", "a_min": "min", "a_max": "max"},
    **{"newshape": "shape", "size": "shape", "diagonal": "k", "offset": "k", "p": "ord"},
}
IGNORED = {"device", "out", "layout", "generator", "order", "memory_format", "like"}


class Selected(NamedTuple):
    """Values, and where along the axis they are: what max, min, sort and topk give."""

    values: Tensor
    indices: Tensor


def _call(name: str, *arguments: Any) -> Tensor:
    result: Tensor = TABLE[name](*arguments)
    return result


# How a function is published.


def public(*names: str, method: bool = True, tensors: int = 1) -> Callable[..., Any]:
    """Publish a function: its first arguments become tensors, its keywords get both spellings."""

    def register(f: Callable[..., Any]) -> Callable[..., Any]:
        code = f.__code__
        parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]

        @wraps(f)
        def called(*arguments: Any, **keywords: Any) -> Any:
            if keywords:
                keywords = _renamed(keywords, parameters)
                for name in parameters[len(arguments) : tensors]:
                    if name in keywords:
                        keywords[name] = _as_tensor(keywords[name])
            first = [_as_tensor(x) for x in arguments[:tensors]]
            return f(*first, *arguments[tensors:], **keywords)

        for name in names:
            TABLE[name] = called
            if method:
                METHODS[name] = called
        return called

    return register


def _renamed(keywords: dict[str, Any], parameters: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in keywords.items():
        if name in parameters:
            found[name] = value
        elif name == "out" and value is not None:
            raise TypeError("out= is refused: a tensor is never written to")
        elif name not in IGNORED:
            found[KEYWORDS.get(name, name)] = value
    return found


def _as_tensor(x: Any) -> Tensor:
    if isinstance(x, Tensor):
        return x
    if isinstance(x, (list, tuple)) and any(isinstance(v, Tensor) for v in x):
        return st.stack(*[_as_tensor(v) for v in x])
    if isinstance(x, complex) or getattr(getattr(x, "dtype", None), "kind", "") == "c":
        raise TypeError("hodiff differentiates real numbers: no complex tensors")
    return tensor_of(x)


def elementwise(row: Callable[..., Any], *names: str, method: bool = True) -> None:
    """Publish a function of one entry at a time, all of whose arguments are tensors."""

    def called(*arguments: Any, **keywords: Any) -> Any:
        if keywords:
            keywords = _renamed(keywords, ())
            arguments += tuple(keywords.pop(k) for k in ("x", "y") if k in keywords)
            if keywords:
                raise TypeError(f"{names[0]}() has no keyword '{next(iter(keywords))}'")
        return row(*[x if isinstance(x, Tensor) else _as_tensor(x) for x in arguments])

    called.__name__ = called.__qualname__ = names[0]
    called.__doc__ = f"{names[0]}, entry by entry; arguments broadcast."
    for name in names:
        TABLE[name] = called
        if method:
            METHODS[name] = called


def _axis(x: Tensor, dim: int, more: int = 0) -> int:
    """An axis of x, counted from the end; more for the axes that x will have besides."""
    rank = max(len(x.shape) + more, 1)
    if not -rank <= dim < rank:
        raise AxisError(f"axis {dim} of a tensor with {len(x.shape)} axes (shape {x.shape})")
    return dim - rank if dim >= 0 else dim


def _axes(x: Tensor, dim: Any) -> tuple[int, ...]:
    """The axes that dim means, counted from the end: None is all."""
    rank = len(x.shape)
    if dim is None:
        return tuple(range(-rank, 0))
    axes = sorted(_axis(x, int(i)) for i in (dim if isinstance(dim, (tuple, list)) else (dim,)))
    if len(set(axes)) < len(axes):
        raise ShapeError(f"an axis comes twice in {dim}")
    return tuple(axes) if rank else ()


def _reduced(row: Callable[..., Tensor], x: Tensor, dim: Any, keepdim: bool) -> Tensor:
    axes = _axes(x, dim)
    if not axes:
        return OPERATIONS["alias"](x)
    y = row(x, axes)
    return st.kept(y, x, (axes,)) if keepdim else y


def _count(x: Tensor, dim: Any = None) -> int:
    return math.prod(x.shape[i] for i in _axes(x, dim))


def _typed(x: Tensor, dtype: Any) -> Tensor:
    if dtype is None:
        return x
    import numpy

    dtype = numpy.dtype(dtype)
    if x.dtype == dtype:
        return x
    return st.cast(x if dtype.kind == "f" else x.detach(), dtype)


def _shape(*shape: Any) -> Shape:
    """(2, 3), [2, 3] or 2, 3 as a shape."""
    if len(shape) == 1 and not isinstance(shape[0], int):
        shape = tuple(shape[0])
    return tuple(int(n) for n in shape)


# Making tensors.


def as_tensor(data_: Any, dtype: Any = None) -> Tensor:
    """A tensor as it is, in its graph; of anything else tensor(data).

    >>> import hodiff
    >>> x = hodiff.tensor([1.0, 2.0], requires_grad=True)
    >>> hodiff.as_tensor(x) is x
    True
    """
    if isinstance(data_, Tensor):
        return data_ if dtype is None else _typed(data_, dtype)
    return tensor(data_, dtype)


def tensor(data_: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A leaf of the graph with a copy of the data: a number, nested lists, a numpy array.

    Numbers become float64 unless dtype says otherwise; an array keeps its dtype. Raises
    TypeError for what isn't real numbers, RuntimeError for whole numbers that require grad.

    >>> import hodiff
    >>> hodiff.tensor([1, 2], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    from hodiff.graph import data

    if dtype is None and type(data_) in (float, int):
        node = data(float(data_))
    else:
        import numpy

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


def _maker(name: str, build: Callable[..., Any], sized: bool = False, like: bool = False) -> None:
    """Publish a function that makes a leaf; sized takes a shape, like the shape of a tensor."""

    def made(
        *arguments: Any, dtype: Any = None, requires_grad: bool = False, **more: Any
    ) -> Tensor:
        import numpy

        more = _renamed(more, ())
        if like:
            x = _as_tensor(arguments[0])
            dtype = x.dtype if dtype is None else dtype
            array = build(numpy, x.shape, *arguments[1:], **more)
        elif sized:
            array = build(numpy, _shape(*(arguments or (more.pop("shape"),))), **more)
        else:
            array = build(numpy, *arguments, **more)
        return tensor(array, dtype, requires_grad)

    made.__name__ = made.__qualname__ = name
    made.__doc__ = f"A leaf as numpy's or PyTorch's {name} makes it, float64 unless dtype is given."
    TABLE[name] = made


class _Random:
    generator: Any = None


def random() -> Any:
    if _Random.generator is None:
        manual_seed(0)
    return _Random.generator


def manual_seed(seed: int) -> None:
    """Start the random numbers over (numpy's PCG64: other numbers than PyTorch's)."""
    import numpy

    _Random.generator = numpy.random.default_rng(seed)


for _suffix, _like in (("", False), ("_like", True)):
    _maker("zeros" + _suffix, lambda np, shape: np.zeros(shape), sized=True, like=_like)
    _maker("ones" + _suffix, lambda np, shape: np.ones(shape), sized=True, like=_like)
    _maker("empty" + _suffix, lambda np, shape: np.zeros(shape), sized=True, like=_like)
    _maker("rand" + _suffix, lambda np, shape: random().random(shape), sized=True, like=_like)
    _maker("randn" + _suffix, lambda np, shape: random().normal(size=shape), sized=True, like=_like)
_maker("full", lambda np, shape, fill_value: np.full(_shape(shape), float(fill_value)))
_maker("full_like", lambda np, shape, fill_value: np.full(shape, fill_value), like=True)
_maker("eye", lambda np, n, m=None: np.eye(n, m))
_maker("arange", lambda np, *x, start=0, end=None, step=1:
       np.arange(*x) if x and end is None else np.arange(start, end, step))  # fmt: skip
_maker("linspace", lambda np, start, end, steps=50: np.linspace(float(start), float(end), steps))
_maker("logspace", lambda np, start, end, steps=50: np.logspace(start, end, steps))
_maker("randint", lambda np, *x: random().integers(*x[:-1], size=_shape(x[-1])))
_maker("randperm", lambda np, n: random().permutation(n))


# One entry at a time: the table's rows, under the language's names and these.

ALIASES = """
abs absolute fabs | sign sgn | asin arcsin | acos arccos | atan arctan | atan2 arctan2
asinh arcsinh | acosh arccosh | atanh arctanh | add | sub subtract | mul multiply
div divide true_divide | neg negative | maximum | minimum | logaddexp
mod remainder | round | floor | ceil | lgamma gammaln | digamma psi | sigmoid expit
lt less | le less_equal | gt greater | ge greater_equal | eq equal | ne not_equal
and logical_and | or logical_or | not logical_not
"""
_ROWS = {"maximum": pw.max, "minimum": pw.min}

for _name, _function in FUNCTIONS.items():
    if isinstance(_function.build, Operation):
        elementwise(_function.build, _name)
for _line in ALIASES.replace("\n", " | ").split("|"):
    if _line.strip():
        _names = _line.split()
        _row = _ROWS.get(_names[0]) or OPERATIONS[_names[0]]
        elementwise(_row, *[n for n in _names if n not in ("and", "or", "not")])
elementwise(lambda x, y: OPERATIONS["not"](pw.either(pw.truth(x), pw.truth(y))), "logical_nor")
elementwise(lambda x, y: pw.ne(pw.truth(x), pw.truth(y)), "logical_xor")
elementwise(el.log, "log")
elementwise(lambda x, y: el.pow(x, y), "pow", "power", "float_power")
elementwise(lambda x: el.pow(x, constant(2)), "square")
elementwise(lambda x: el.pow(x, constant(-1)), "reciprocal")
elementwise(lambda x: el.pow(x, constant(-1) / 2), "rsqrt")
elementwise(lambda x: x, "positive")
elementwise(pw.floor_divide, "floor_divide")
elementwise(lambda x, y: x & y, "bitwise_and")
elementwise(lambda x, y: x | y, "bitwise_or")
elementwise(lambda x: ~x, "bitwise_not", "invert")
elementwise(lambda x: pw.where(pw.lt(x, ZERO), pw.ceil(x), pw.floor(x)), "trunc", "fix")
elementwise(lambda x: x - pw.where(pw.lt(x, ZERO), pw.ceil(x), pw.floor(x)), "frac")
elementwise(lambda x: pw.ne(x, x), "isnan")
elementwise(lambda x: pw.eq(pw.abs(x), tensor_of(math.inf)), "isinf")
elementwise(lambda x: pw.lt(pw.abs(x), tensor_of(math.inf)), "isfinite")
elementwise(lambda x: sp.sincn(el.pi() * x, 0), "sinc")
elementwise(lambda x: x * el.pi() / 180, "deg2rad", "radians")
elementwise(lambda x: x * 180 / el.pi(), "rad2deg", "degrees")
elementwise(lambda x: el.log(x) - el.log1p(-x), "logit")
elementwise(lambda x: -sp.softplus(-x), "logsigmoid")
elementwise(lambda x, h: pw.where(pw.eq(x, ZERO), h, pw.gt(x, ZERO)), "heaviside")
elementwise(lambda a, b, w: a + w * (b - a), "lerp")
elementwise(lambda x: st.alias(x), "clone", "contiguous", "copy")
elementwise(lambda x: x.detach(), "detach")


@public("round", "around")
def _rounded(x: Tensor, decimals: int = 0) -> Tensor:
    return pw.round(x * 10**decimals) / 10**decimals if decimals else pw.round(x)


@public("add", tensors=2)
def _sum_of_two(x: Tensor, y: Tensor, alpha: Any = 1) -> Tensor:
    return x + y if alpha == 1 else x + y * alpha


@public("sub", "subtract", tensors=2)
def _difference(x: Tensor, y: Tensor, alpha: Any = 1) -> Tensor:
    return x - y if alpha == 1 else x - y * alpha


@public("clamp", "clip")
def _clamped(x: Tensor, min: Any = None, max: Any = None) -> Tensor:
    if min is not None and max is not None:
        return pw.clip(x, min, max)
    # Like clip, and unlike a maximum, all of the slope at the bound itself.
    if min is not None:
        return pw.clip(x, min, math.inf)
    return pw.clip(x, -math.inf, max) if max is not None else st.alias(x)


@public("where", method=False)
def _where(condition: Tensor, x: Any = None, y: Any = None) -> Tensor:
    """x where condition holds, else y. The branch not taken contributes nothing, not 0*inf."""
    if x is None or y is None:
        raise TypeError("hodiff has no where of a condition alone: give both branches")
    return pw.where(pw.truth(condition), _as_tensor(x), _as_tensor(y))


METHODS["where"] = lambda x, condition, y: TABLE["where"](condition, x, y)


@public("masked_fill")
def _masked_fill(x: Tensor, mask: Any, value: Any) -> Tensor:
    return _call("where", mask, value, x)


@public("polygamma", method=False, tensors=0)
def _polygamma(n: int, x: Any) -> Tensor:
    return sp.psi(_as_tensor(x), int(n)) if int(n) else sp.digamma(_as_tensor(x))


# Reductions.


@public("sum")
def _sum(x: Tensor, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    return _reduced(st.summed, _typed(x, dtype), dim, keepdim)


@public("mean")
def _mean(x: Tensor, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    total = _reduced(st.summed, _typed(x, dtype), dim, keepdim)
    return total / _count(x, dim) if _count(x, dim) else total * math.nan


@public("prod")
def _prod(x: Tensor, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    return _reduced(red.product, _typed(x, dtype), dim, keepdim)


@public("amax")
def _amax(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    return _reduced(red.amax, x, dim, keepdim)


@public("amin")
def _amin(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    return _reduced(red.amin, x, dim, keepdim)


def _extremum(name: str, pair: Operation, values: Operation, places: Operation) -> None:
    def extremum(x: Tensor, dim: Any = None, keepdim: bool = False, axis: Any = None) -> Any:
        if isinstance(dim, Tensor):
            return pair(x, dim)
        if dim is None or axis is not None:
            return _reduced(values, x, axis, keepdim)
        at = _place_of(places, x, dim, True)
        value = red_gather(x, at, dim)
        if keepdim or not x.shape:
            return Selected(value, at)
        return Selected(_squeezed(value, dim), _squeezed(at, dim))

    extremum.__doc__ = f"""The {name} of all entries; with dim, the values and indices along dim.

    Of two tensors, entry by entry. With axis, numpy's keyword, the values alone."""
    public(name)(extremum)


def red_gather(x: Tensor, at: Tensor, dim: int) -> Tensor:
    """The entries of x at indices along dim."""
    return st.gather(x, at, _axis(x, dim)) if x.shape else st.alias(x)


def _place_of(row: Operation, x: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    if dim is None:
        flat, axis = st.reshape_to(x, (_count(x),)), -1
        at = row(flat, (axis,))
        return st.reshape_to(at, (1,) * len(x.shape)) if keepdim else at
    axis = _axis(x, dim)
    if not x.shape:
        return tensor(0, int)
    at = row(x, (axis,))
    return st.kept(at, x, ((axis,),)) if keepdim else at


def _squeezed(x: Tensor, dim: int) -> Tensor:
    i = _axis(x, dim) + len(x.shape)
    return st.reshape_to(x, (*x.shape[:i], *x.shape[i + 1 :]))


_extremum("max", pw.max, red.amax, red.argmax)
_extremum("min", pw.min, red.amin, red.argmin)


@public("argmax")
def _argmax(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    return _place_of(red.argmax, x, dim, keepdim)


@public("argmin")
def _argmin(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    return _place_of(red.argmin, x, dim, keepdim)


@public("logsumexp")
def _logsumexp(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    return _reduced(red.logsumexp, x, dim, keepdim)


@public("any")
def _any(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    return _reduced(st.any_of, pw.ne(x, ZERO), dim, keepdim)


@public("all")
def _all(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    return pw.negation(_reduced(st.any_of, pw.eq(x, ZERO), dim, keepdim))


@public("count_nonzero")
def _count_nonzero(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    return _reduced(st.summed, pw.ne(x, ZERO), dim, keepdim)


def _deviations(x: Tensor, dim: Any, unbiased: bool, correction: Any) -> tuple[Tensor, Any, float]:
    """x less its mean over dim, dim, and what the sum of their squares is divided by."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    less = (1 if unbiased else 0) if correction is None else correction
    number = _count(x, dim) - less
    centred = x - _reduced(st.summed, x, dim, True) / (_count(x, dim) or 1)
    return centred, dim, number if number > 0 else 0.0


@public("var")
def _var(
    x: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, correction: Any = None
) -> Tensor:
    centred, dim, number = _deviations(x, dim, unbiased, correction)
    return _reduced(st.summed, centred**2, dim, keepdim) / number


@public("std")
def _std(
    x: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, correction: Any = None
) -> Tensor:
    """A norm: its gradient is 0 where all entries are the same."""
    centred, dim, number = _deviations(x, dim, unbiased, correction)
    return _call("norm", centred, 2, dim, keepdim) / math.sqrt(number)


@public("norm", "vector_norm")
def _norm(x: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The norm of entries, of order 2 by default; "fro" is the same. Its gradient at 0 is 0."""
    if ord in (None, 2, "fro"):
        return _reduced(red.norm, x, dim, keepdim) if x.shape else pw.abs(x)
    if not isinstance(ord, (int, float)):
        raise ValueError(f"a norm of order {ord!r} is not there: 2, 1, inf, -inf, 0 or a number")
    if ord == 0:
        return _reduced(st.summed, pw.abs(pw.sign(x)), dim, keepdim)
    if math.isinf(ord):
        return _reduced(red.amax if ord > 0 else red.amin, pw.abs(x), dim, keepdim)
    if ord == 1:
        return _reduced(st.summed, pw.abs(x), dim, keepdim)
    if not x.shape:
        return pw.abs(x)
    return _reduced(lambda x, axes: red.pnorm(x, axes, ord), x, dim, keepdim)


@public("matrix_norm", method=False)
def _matrix_norm(x: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False) -> Tensor:
    if ord in (None, "fro"):
        return _call("norm", x, 2, dim, keepdim)
    if ord not in (1, -1, math.inf, -math.inf):
        raise ValueError(f"a matrix norm of order {ord!r} is not there: fro, 1, -1, inf or -inf")
    rows, columns = (_axis(x, i) for i in dim)
    along, across = (rows, columns) if builtins.abs(ord) == 1 else (columns, rows)
    sums = _reduced(st.summed, pw.abs(x), along, True)
    most = _reduced(red.amax if ord > 0 else red.amin, sums, across, True)
    return most if keepdim else _reduced(st.summed, most, (rows, columns), False)


def _any_norm(x: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False) -> Tensor:
    """linalg.norm: of a vector, or of a matrix where an order is given and there are two axes."""
    two = dim is None and len(x.shape) == 2
    matrix = ord is not None and (two or (isinstance(dim, (tuple, list)) and len(dim) == 2))
    if matrix:
        return _call("matrix_norm", x, ord, (-2, -1) if dim is None else dim, keepdim)
    return _call("norm", x, ord, dim, keepdim)


@public("cumsum")
def _cumsum(x: Tensor, dim: int | None = None, dtype: Any = None) -> Tensor:
    x = _typed(x, dtype)
    if dim is None:
        x, dim = st.reshape_to(x, (_count(x),)), -1
    axis = _axis(x, dim)
    return st.cumsum(x, axis) if x.shape else st.alias(x)


@public("cumprod")
def _cumprod(x: Tensor, dim: int | None = None) -> Tensor:
    if dim is None:
        x, dim = st.reshape_to(x, (_count(x),)), -1
    axis = _axis(x, dim)
    return red.cumprod(x, axis) if x.shape else st.alias(x)


@public("diff")
def _diff(x: Tensor, n: int = 1, dim: int = -1) -> Tensor:
    if not x.shape:
        raise ShapeError("diff needs a vector, not a number")
    axis = _axis(x, dim)
    for _ in range(n):
        m = x.shape[axis]
        x = st.cut(x, axis, 1, builtins.max(m, 1)) - st.cut(x, axis, 0, builtins.max(m - 1, 0))
    return x


@public("softmax")
def _softmax(x: Tensor, dim: int = -1) -> Tensor:
    return el.exp(TABLE["log_softmax"](x, dim))


@public("log_softmax")
def _log_softmax(x: Tensor, dim: int = -1) -> Tensor:
    return x - _reduced(red.logsumexp, x, dim, True)


# Sorting and choosing.


@public("sort")
def _sort(x: Tensor, dim: int = -1, descending: bool = False, stable: bool = True) -> Selected:
    at = TABLE["argsort"](x, dim, descending)
    return Selected(red_gather(x, at, dim), at)


@public("argsort")
def _argsort(x: Tensor, dim: int = -1, descending: bool = False, stable: bool = True) -> Tensor:
    axis = _axis(x, dim)
    return red.argsort(-x if descending else x, axis) if x.shape else tensor(0, int)


@public("topk")
def _topk(x: Tensor, k: int, dim: int = -1, largest: bool = True) -> Selected:
    if not x.shape:
        values, at = _topk(st.reshape_to(x, (1,)), k, dim, largest)
        return Selected(st.reshape_to(values, (k,) if k != 1 else ()), at[0] if k else at)
    values, at = _sort(x, dim, largest)
    axis = _axis(x, dim)
    if k > x.shape[axis]:
        raise RuntimeError(f"the {k} largest of {x.shape[axis]} entries")
    return Selected(st.cut(values, axis, 0, k), st.cut(at, axis, 0, k))


@public("gather")
def _gather(x: Tensor, dim: int, index: Any) -> Tensor:
    index = _as_tensor(index)
    axis = _axis(x, dim)
    if not x.shape:
        return st.alias(x)
    for i in range(-len(x.shape), 0):
        if i != axis and index.shape[i] < x.shape[i]:
            x = st.cut(x, i, 0, index.shape[i])
    return st.gather(x, index, axis)


@public("take_along_dim", "take_along_axis")
def _take_along(x: Tensor, indices: Any, dim: int) -> Tensor:
    return st.gather(x, _as_tensor(indices), _axis(x, dim))


@public("index_select")
def _index_select(x: Tensor, dim: int, index: Any) -> Tensor:
    before = (slice(None),) * (_axis(x, dim) + len(x.shape))
    return st.index(x, (*before, index))


@public("take")
def _take(x: Tensor, indices: Any, dim: int | None = None) -> Tensor:
    if dim is None:
        return st.reshape_to(x, (_count(x),))[indices]
    return _call("index_select", x, dim, indices)


@public("masked_select")
def _masked_select(x: Tensor, mask: Any) -> Tensor:
    return x[mask]


@public("select")
def _select(x: Tensor, dim: int, index: int) -> Tensor:
    return st.index(x, (*(slice(None),) * (_axis(x, dim) + len(x.shape)), index))


@public("narrow")
def _narrow(x: Tensor, dim: int, start: int, length: int) -> Tensor:
    n = x.shape[_axis(x, dim)]
    start = start + n if start < 0 else start
    if not 0 <= start <= start + length <= n:
        raise ShapeError(f"no {length} entries from {start} along an axis of {n}")
    return _call("select", x, dim, slice(start, start + length))


# Shapes.


@public("reshape", "view")
def _reshape(x: Tensor, *shape: Any) -> Tensor:
    """The entries in another shape; one length may be -1."""
    target = _shape(*shape)
    if target.count(-1) == 1:
        known = math.prod(n for n in target if n != -1)
        if known == 0 or _count(x) % known:
            raise ShapeError(f"shape {x.shape} can't become {target}")
        target = tuple(_count(x) // known if n == -1 else n for n in target)
    if math.prod(target) != _count(x) or any(n < 0 for n in target):
        raise ShapeError(f"shape {x.shape} can't become {target}")
    return st.reshape_to(x, target)


@public("flatten")
def _flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    rank = len(x.shape)
    first, last = _axis(x, start_dim) + builtins.max(rank, 1), _axis(x, end_dim) + rank
    middle = math.prod(x.shape[first : last + 1])
    return st.reshape_to(x, (*x.shape[:first], middle, *x.shape[last + 1 :]))


@public("ravel")
def _ravel(x: Tensor) -> Tensor:
    return st.reshape_to(x, (_count(x),))


@public("squeeze")
def _squeeze(x: Tensor, dim: Any = None) -> Tensor:
    axes = [i for i in _axes(x, dim) if x.shape[i] == 1]
    rank = len(x.shape)
    return st.reshape_to(x, tuple(n for i, n in enumerate(x.shape) if i - rank not in axes))


@public("unsqueeze", "expand_dims")
def _unsqueeze(x: Tensor, dim: Any) -> Tensor:
    dims = dim if isinstance(dim, (tuple, list)) else (dim,)
    rank = len(x.shape) + len(dims)
    new = {_axis(x, i, len(dims)) + rank for i in dims}
    old = iter(x.shape)
    return st.reshape_to(x, tuple(1 if i in new else next(old) for i in range(rank)))


@public("broadcast_to", "expand")
def _expand(x: Tensor, *shape: Any) -> Tensor:
    target = _shape(*shape)
    own = (1,) * (len(target) - len(x.shape)) + x.shape
    target = tuple(m if n == -1 else n for n, m in zip(target, own, strict=False))
    if len(own) > len(target) or any(m not in (1, n) for n, m in zip(target, own, strict=True)):
        raise ShapeError(f"shape {x.shape} doesn't broadcast to {target}")
    return st.expand_to(x, target)


METHODS["expand_as"] = lambda x, other: _expand(x, other.shape)
METHODS["view_as"] = METHODS["reshape_as"] = lambda x, other: _reshape(x, other.shape)


@public("permute")
def _permute(x: Tensor, *dims: Any, dim: Any = None) -> Tensor:
    order = _shape(*dims) if dim is None else _shape(dim)
    axes = [_axis(x, i) for i in order]
    if sorted(axes) != list(range(-len(x.shape), 0)):
        raise ShapeError(f"{order} is no order of the axes of shape {x.shape}")
    return st.permuted(x, axes)


@public("transpose", "swapaxes", "swapdims")
def _transpose(
    x: Tensor, *dims: Any, dim0: Any = None, dim1: Any = None, dim: Any = None
) -> Tensor:
    """Two axes swapped, PyTorch's way; all axes in another order, numpy's; none: all reversed."""
    dims = dims if dim0 is None else (dim0, dim1)
    if not dims or dims == (None,):
        return st.permuted(x, range(-1, -len(x.shape) - 1, -1) if dim is None else dim)
    if len(dims) != 2:
        return _call("permute", x, *dims)
    order = list(range(-len(x.shape), 0))
    i, j = (_axis(x, k) for k in dims)
    if x.shape:
        order[i], order[j] = order[j], order[i]
    return st.permuted(x, order)


@public("moveaxis", "movedim")
def _moveaxis(x: Tensor, source: Any, destination: Any) -> Tensor:
    if not x.shape:
        return x
    rank = len(x.shape)
    froms, tos = ([_axis(x, i) + rank for i in (d if isinstance(d, (tuple, list)) else (d,))]
                  for d in (source, destination))  # fmt: skip
    order = [i for i in range(rank) if i not in froms]
    for to, start in sorted(zip(tos, froms, strict=True)):
        order.insert(to, start)
    return st.permuted(x, order)


@public("t")
def _t(x: Tensor) -> Tensor:
    if len(x.shape) > 2:
        raise RuntimeError(f"t() expects at most 2 axes, not shape {x.shape}")
    return st.permuted(x, range(-1, -len(x.shape) - 1, -1))


@public("flip")
def _flip(x: Tensor, *dims: Any, dim: Any = None) -> Tensor:
    axes = dim if not dims else dims[0] if len(dims) == 1 else dims
    return st.flip(x, _axes(x, axes))


public("flipud")(lambda x: st.flip(x, _axes(x, 0)))
public("fliplr")(lambda x: st.flip(x, _axes(x, 1)))


@public("roll")
def _roll(x: Tensor, shifts: Any, dim: Any = None) -> Tensor:
    if dim is None:
        return st.reshape_to(_roll(st.reshape_to(x, (_count(x),)), shifts, 0), x.shape)
    pairs = zip(shifts, dim, strict=True) if isinstance(dim, (tuple, list)) else [(shifts, dim)]
    for shift, d in pairs:
        axis = _axis(x, d)
        n = x.shape[axis]
        k = -shift % n if n else 0
        if k:
            x = st.concatenate([st.cut(x, axis, k, n), st.cut(x, axis, 0, k)], axis)
    return x


@public("cat", "concatenate", "concat", method=False, tensors=0)
def _cat(tensors: Sequence[Any], dim: int | None = 0) -> Tensor:
    xs = [_as_tensor(x) for x in tensors]
    if not xs:
        raise ShapeError("nothing to concatenate")
    if dim is None:
        xs, dim = [st.reshape_to(x, (_count(x),)) for x in xs], 0
    # PyTorch's oldest way to begin with nothing: tensor([]) fits everything.
    xs = [x for x in xs if x.shape != (0,)] or xs
    if not xs[0].shape:
        raise ShapeError("scalars can't be concatenated: stack them")
    return st.concatenate(xs, _axis(xs[0], dim))


@public("stack", method=False, tensors=0)
def _stack(tensors: Sequence[Any], dim: int = 0) -> Tensor:
    xs = [_as_tensor(x) for x in tensors]
    if not xs:
        raise ShapeError("nothing to stack")
    y = st.stack(*xs)
    axis = _axis(xs[0], dim, 1) + len(y.shape)
    order = list(range(1, len(y.shape)))
    return st.permuted(y, [*order[:axis], 0, *order[axis:]])


@public("hstack", method=False, tensors=0)
def _hstack(tensors: Sequence[Any]) -> Tensor:
    xs = [x if x.shape else st.reshape_to(x, (1,)) for x in map(_as_tensor, tensors)]
    return st.concatenate(xs, -len(xs[0].shape) if len(xs[0].shape) == 1 else 1 - len(xs[0].shape))


@public("vstack", "row_stack", method=False, tensors=0)
def _vstack(tensors: Sequence[Any]) -> Tensor:
    xs = [st.reshape_to(x, (1, _count(x))) if len(x.shape) < 2 else x
          for x in map(_as_tensor, tensors)]  # fmt: skip
    return st.concatenate(xs, -len(xs[0].shape))


@public("column_stack", method=False, tensors=0)
def _column_stack(tensors: Sequence[Any]) -> Tensor:
    xs = [st.reshape_to(x, (_count(x), 1)) if len(x.shape) < 2 else x
          for x in map(_as_tensor, tensors)]  # fmt: skip
    return st.concatenate(xs, 1 - len(xs[0].shape))


def _at(x: Tensor, edges: Sequence[int], axis: int) -> tuple[Tensor, ...]:
    n = x.shape[axis]
    ends = [builtins.min(e, n) for e in (0, *edges, n)]
    return tuple(st.cut(x, axis, a, builtins.max(a, b)) for a, b in pairwise(ends))


@public("split")
def _split(x: Tensor, sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    axis = _axis(x, dim)
    n = x.shape[axis]
    if isinstance(sizes, int):
        return _at(x, range(sizes, n, sizes), axis)
    if sum(sizes) != n:
        raise ShapeError(f"lengths {sizes} don't add up to {n}")
    return _at(x, [sum(sizes[:i]) for i in range(1, len(sizes))], axis)


@public("chunk")
def _chunk(x: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    size = -(-x.shape[_axis(x, dim)] // chunks) or 1
    return _at(x, range(size, x.shape[_axis(x, dim)], size), _axis(x, dim))


def _sections(x: Tensor, sections: Any, dim: int = 0) -> list[Tensor]:
    axis = _axis(x, dim)
    n = x.shape[axis]
    if not isinstance(sections, int):
        return list(_at(x, [int(i) for i in sections], axis))
    if n % sections:
        raise ShapeError(f"{n} entries don't split into {sections} equal parts")
    return list(_at(x, range(n // sections, n, n // sections), axis))


@public("unbind")
def _unbind(x: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    return tuple(TABLE["select"](x, dim, i) for i in range(x.shape[_axis(x, dim)]))


@public("tile")
def _tile(x: Tensor, *repeats: Any) -> Tensor:
    times = _shape(*repeats)
    x = st.reshape_to(x, (1,) * (len(times) - len(x.shape)) + x.shape)
    times = (1,) * (len(x.shape) - len(times)) + times
    pairs = [m for n, k in zip(x.shape, times, strict=True) for m in (k, n)]
    apart = st.reshape_to(x, tuple(m for n in x.shape for m in (1, n)))
    shape = tuple(n * k for n, k in zip(x.shape, times, strict=True))
    return st.reshape_to(st.expand_to(apart, tuple(pairs)), shape)


METHODS["repeat"] = TABLE["tile"]


@public("repeat_interleave")
def _repeat_interleave(x: Tensor, repeats: int, dim: int | None = None) -> Tensor:
    if dim is None:
        x, dim = st.reshape_to(x, (_count(x),)), 0
    i = _axis(x, dim) + len(x.shape)
    before, n, after = x.shape[:i], x.shape[i], x.shape[i + 1 :]
    apart = st.reshape_to(x, (*before, n, 1, *after))
    wide = st.expand_to(apart, (*before, n, repeats, *after))
    return st.reshape_to(wide, (*before, n * repeats, *after))


@public("meshgrid", method=False, tensors=0)
def _meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tuple(tensors[0])
    xs = [_as_tensor(x) for x in tensors]
    shape = tuple(_count(x) for x in xs)
    grids = [
        st.expand_to(st.reshape_to(x, (shape[i], *(1,) * (len(xs) - 1 - i))), shape)
        for i, x in enumerate(xs)
    ]
    if indexing == "xy" and len(xs) > 1:
        grids = [st.permuted(g, [1, 0, *range(2, len(xs))]) for g in grids]
    return tuple(grids)


# Vectors and matrices.


elementwise(st.matmul, "matmul")


def _product_of(name: str, *ranks: int) -> None:
    """A product that takes arrays of these ranks alone."""

    @public(name, tensors=2)
    def product(x: Tensor, y: Tensor) -> Tensor:
        if (len(x.shape), len(y.shape)) != ranks:
            raise ShapeError(
                f"{name} takes tensors of {ranks[0]} and {ranks[1]} axes,"
                f" not shapes {x.shape} and {y.shape}"
            )
        return st.matmul(x, y)


_product_of("mm", 2, 2)
_product_of("mv", 2, 1)
_product_of("bmm", 3, 3)


@public("inner", tensors=2)
def _inner(x: Tensor, y: Tensor) -> Any:
    """The sums of products along the last axes, of each of x with each of y."""
    if len(x.shape) < 2 and len(y.shape) < 2:
        return _call("dot", x, y) if x.shape and y.shape else x * y
    if not x.shape or not y.shape:
        return x * y
    n, shape = y.shape[-1], (*x.shape[:-1], *y.shape[:-1])
    columns = st.permuted(st.reshape_to(y, (math.prod(y.shape[:-1]), n)), (-1, -2))
    return st.reshape_to(st.matmul(x, columns), shape)


@public("dot", "vdot", tensors=2)
def _dot(x: Tensor, y: Tensor) -> Tensor:
    if len(x.shape) != 1 or len(y.shape) != 1:
        raise ShapeError(f"dot takes two vectors, not shapes {x.shape} and {y.shape}")
    if x.shape != y.shape:
        raise ShapeError(f"dot takes vectors of the same length, not {x.shape} and {y.shape}")
    return st.matmul(x, y)


def _numpy_dot(x: Tensor, y: Tensor) -> Any:
    """np.dot: the last axis of x with the last but one of y."""
    if not x.shape or not y.shape:
        return x * y
    if len(x.shape) <= 2 and len(y.shape) <= 2:
        return st.matmul(x, y)
    return _tensordot(x, y, ([-1], [-builtins.min(2, len(y.shape))]))


@public("tensordot", tensors=2)
def _tensordot(x: Tensor, y: Tensor, dim: Any = 2) -> Tensor:
    if isinstance(dim, int):
        dim = (range(len(x.shape) - dim, len(x.shape)), range(dim))
    left, right = (
        [_axis(v, i) + len(v.shape) for i in (d if not isinstance(d, int) else (d,))]
        for v, d in zip((x, y), dim, strict=True)
    )
    letters = "abcdefghijklmnopqrstuvwxyz"
    a = list(letters[: len(x.shape)])
    b = list(letters[len(a) : len(a) + len(y.shape)])
    for i, j in zip(left, right, strict=True):
        b[j] = a[i]
    result = [c for i, c in enumerate(a) if i not in left]
    result += [c for j, c in enumerate(b) if j not in right]
    return la.einsum("".join(a) + "," + "".join(b) + "->" + "".join(result), x, y)


@public("einsum", method=False, tensors=0)
def _einsum(spec: str, *operands: Any, optimize: Any = None) -> Tensor:
    """A sum of products by Einstein's convention: hodiff.einsum("ij,j->i", a, x)."""
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    return la.einsum(spec, *[_as_tensor(x) for x in operands])


@public("outer", "ger", tensors=2)
def _outer(x: Tensor, y: Tensor) -> Tensor:
    return st.reshape_to(x, (_count(x), 1)) * st.reshape_to(y, (1, _count(y)))


@public("kron", tensors=2)
def _kron(x: Tensor, y: Tensor) -> Tensor:
    rank = builtins.max(len(x.shape), len(y.shape))
    m, n = ((1,) * (rank - len(v.shape)) + v.shape for v in (x, y))
    wide = st.reshape_to(x, tuple(k for i in m for k in (i, 1)))
    product = wide * st.reshape_to(y, tuple(k for j in n for k in (1, j)))
    return st.reshape_to(product, tuple(i * j for i, j in zip(m, n, strict=True)))


@public("cross", tensors=2)
def _cross(x: Tensor, y: Tensor, dim: int = -1) -> Tensor:
    shape = broadcast([x.shape, y.shape])
    axis = _axis(x, dim)
    if shape[axis] != 3:
        raise ShapeError(f"cross needs 3 entries along the axis, not {shape[axis]}")
    x, y = (st.expand_to(v, shape) for v in (x, y))
    first, second = ([_call("roll", v, k, axis) for k in (-1, -2)] for v in (x, y))
    return first[0] * second[1] - first[1] * second[0]


def _matrix_function(build: Callable[..., Tensor], *names: str) -> None:
    @public(*names)
    def called(x: Tensor, k: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
        return build(x, k)

    called.__doc__ = build.__doc__


_matrix_function(la.tril, "tril")
_matrix_function(la.triu, "triu")


@public("diagonal")
def _diagonal(x: Tensor, k: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    rank = len(x.shape)
    if rank < 2:
        raise ShapeError(f"a matrix is needed, not shape {x.shape}")
    i, j = _axis(x, dim1) + rank, _axis(x, dim2) + rank
    others = [a for a in range(rank) if a not in (i, j)]
    return la.diagonal(st.permuted(x, [*others, i, j]), k)


@public("diag")
def _diag(x: Tensor, k: int = 0) -> Tensor:
    """A matrix with the vector x as its k-th diagonal; of a matrix, its k-th diagonal."""
    if len(x.shape) not in (1, 2):
        raise ShapeError(f"diag takes a vector or a matrix, not shape {x.shape}")
    return la.diagonal_matrix(x, k) if len(x.shape) == 1 else la.diagonal(x, k)


@public("diag_embed")
def _diag_embed(x: Tensor, k: int = 0) -> Tensor:
    return la.diagonal_matrix(x, k)


@public("trace")
def _trace(x: Tensor) -> Tensor:
    if len(x.shape) != 2:
        raise ShapeError(f"trace takes a matrix, not shape {x.shape}")
    return la.trace(x)


@public("solve", method=False, tensors=2)
def _solve(x: Tensor, y: Tensor) -> Tensor:
    """The solution of x @ s = y, y a vector (or a batch of them) or a matrix."""
    if len(y.shape) == 1 or y.shape == x.shape[:-1]:
        s = la.solve(x, st.reshape_to(y, (*y.shape, 1)))
        return st.reshape_to(s, s.shape[:-1])
    return la.solve(x, y)


def _numpy_solve(x: Tensor, y: Tensor) -> Tensor:
    return _solve(x, y) if len(y.shape) == 1 else la.solve(x, y)


public("inverse", "inv")(lambda x: la.inv(x))
public("det")(lambda x: la.det(x))
public("logdet")(lambda x: pw.where(pw.gt(la.signdet(x), ZERO), la.logabsdet(x), math.nan))
public("cholesky", method=False)(lambda x: la.cholesky(x))


class SignLogdet(NamedTuple):
    """What slogdet gives: the determinant's sign, and the logarithm of its absolute value."""

    sign: Tensor
    logabsdet: Tensor


public("slogdet")(lambda x: SignLogdet(*la.slogdet(x)))


@public("matrix_power")
def _matrix_power(x: Tensor, n: int) -> Tensor:
    if n < 0:
        x, n = la.inv(x), -n
    result = None
    while n:
        if n % 2:
            result = x if result is None else st.matmul(result, x)
        x, n = (st.matmul(x, x) if n > 1 else x), n // 2
    return st.flat(tensor_of(_identity(x)), x) if result is None else result


def _identity(x: Tensor) -> Any:
    import numpy

    return numpy.broadcast_to(numpy.eye(x.shape[-1]), x.shape)


public("multi_dot", method=False, tensors=0)(
    lambda tensors: reduce(st.matmul, [_as_tensor(x) for x in tensors])
)


# torch.nn.functional.


@public("softplus", method=False)
def _softplus(x: Tensor, beta: Any = 1, threshold: Any = 20) -> Tensor:
    return sp.softplus(x) if beta == 1 else sp.softplus(x * beta) / beta


@public("leaky_relu", method=False)
def _leaky_relu(x: Tensor, negative_slope: Any = 0.01) -> Tensor:
    return pw.where(pw.gt(x, ZERO), x, x * negative_slope)


@public("elu", method=False)
def _elu(x: Tensor, alpha: Any = 1.0) -> Tensor:
    return pw.where(pw.gt(x, ZERO), x, alpha * el.expm1(x))


def _averaged(losses: Tensor, reduction: str) -> Tensor:
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return losses if reduction == "none" else _call(reduction, losses)


@public("mse_loss", method=False, tensors=2)
def _mse_loss(x: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    return _averaged((x - target) ** 2, reduction)


@public("l1_loss", method=False, tensors=2)
def _l1_loss(x: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    return _averaged(pw.abs(x - target), reduction)


@public("binary_cross_entropy_with_logits", method=False, tensors=2)
def _bce_logits(x: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    return _averaged(sp.softplus(x) - x * target, reduction)


@public("binary_cross_entropy", method=False, tensors=2)
def _bce(x: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Of probabilities. Their logarithms are -100 at least, as in PyTorch."""
    logs = [pw.where(pw.lt(y, -100), constant(-100), y) for y in (el.log(x), el.log1p(-x))]
    return _averaged(-(target * logs[0] + (1 - target) * logs[1]), reduction)


@public("nll_loss", method=False, tensors=2)
def _nll_loss(
    x: Tensor, target: Tensor, weight: Any = None, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """Minus the logarithms x of the target classes' probabilities, the classes along axis 1 of x
    (its only one for a single case), weighted by class; 0 for targets that are ignore_index."""
    axis = _classes(x)
    classes = x.shape[axis]
    if target.shape != (*x.shape[:axis], *x.shape[len(x.shape) + axis + 1 :]):
        raise ShapeError(f"classes of shape {target.shape} for an input of shape {x.shape}")
    all_count = False
    if target.value is not None:
        import numpy

        known = numpy.asarray(target.value)
        all_count = bool((known != ignore_index).all())
        for wrong in known[(known != ignore_index) & ((known < 0) | (known >= classes))].flat:
            raise IndexError(f"Target {wrong} is out of bounds: there are {classes} classes")
    counted = pw.ne(target, constant(ignore_index))
    safe = pw.where(counted, target, ZERO)
    at = st.reshape_to(safe, (*x.shape[:axis], 1, *x.shape[len(x.shape) + axis + 1 :]))
    chosen = st.reshape_to(st.gather(x, at, axis), target.shape)
    if weight is None and all_count:
        return _averaged(-chosen, reduction)
    weights = constant(1) if weight is None else _call("take", _as_tensor(weight), safe)
    weights = st.expand_to(pw.where(counted, weights, ZERO), target.shape)
    losses = pw.where(counted, -chosen * weights, ZERO)
    if reduction != "mean":
        return _averaged(losses, reduction)
    return _call("sum", losses) / _call("sum", weights)


@public("cross_entropy", method=False, tensors=2)
def _cross_entropy(
    x: Tensor, target: Tensor, weight: Any = None, ignore_index: int = -100, reduction: str = "mean"
) -> Any:
    """The cross entropy of logits x of shape (n, classes, ...) or (classes,) with classes, or with
    probabilities in x's shape."""
    axis = _classes(x)
    logs = _log_softmax(x, axis)
    if target.shape != x.shape:
        return _nll_loss(logs, target, weight, ignore_index, reduction)
    if weight is not None:
        shape = [1] * len(x.shape)
        shape[axis] = x.shape[axis]
        logs = logs * st.reshape_to(_as_tensor(weight), tuple(shape))
    return _averaged(-st.summed(logs * target, (axis,)), reduction)


def _classes(x: Tensor) -> int:
    """The axis of the classes, from the end: PyTorch has them on axis 1, after the cases'."""
    return -1 if len(x.shape) == 1 else 1 - len(x.shape)


@public("linear", method=False)
def _linear(x: Tensor, weight: Any, bias: Any = None) -> Tensor:
    y = st.matmul(x, _t(_as_tensor(weight)))
    return y if bias is None else y + bias


# What a tensor knows about itself.

TABLE["is_tensor"] = lambda x: isinstance(x, Tensor)
TABLE["numel"] = METHODS["numel"] = METHODS["nelement"] = lambda x: _count(x)
METHODS["ndim"] = METHODS["dim"] = METHODS["ndimension"] = lambda x: len(x.shape)
METHODS["size"] = lambda x, dim=None: x.shape if dim is None else x.shape[_axis(x, dim)]
METHODS["T"] = METHODS["H"] = lambda x: st.permuted(x, range(-1, -len(x.shape) - 1, -1))
METHODS["mT"] = METHODS["mH"] = METHODS["adjoint"] = lambda x: st.transpose(la.matrix(x))
METHODS["real"] = lambda x: x
METHODS["device"] = lambda x: "cpu"
METHODS["cpu"] = lambda x: x
METHODS["is_floating_point"] = TABLE["is_floating_point"] = lambda x: x.dtype.kind == "f"
METHODS["double"] = lambda x: _typed(x, "float64")
METHODS["float"] = lambda x: _typed(x, "float32")
METHODS["long"] = lambda x: _typed(x, "int64")
METHODS["bool"] = lambda x: pw.ne(x, ZERO)
METHODS["to"] = lambda x, dtype=None, **_: x if isinstance(dtype, str) else _typed(x, dtype)
METHODS["type"] = METHODS["astype"] = lambda x, dtype: _typed(x, dtype)
METHODS["type_as"] = lambda x, other: _typed(x, other.dtype)
METHODS["new_zeros"] = lambda x, *shape: TABLE["zeros"](*shape, dtype=x.dtype)
METHODS["new_ones"] = lambda x, *shape: TABLE["ones"](*shape, dtype=x.dtype)
TABLE["is_grad_enabled"] = lambda: STATE.enabled


def _compared(name: str) -> Callable[..., Any]:
    def compare(x: Any, y: Any, rtol: float = 1e-5, atol: float = 1e-8, **more: Any) -> Any:
        import numpy

        keywords = {} if name == "array_equal" else {"rtol": rtol, "atol": atol, **more}
        values = [_as_tensor(v).computed() for v in (x, y)]
        answer = getattr(numpy, name)(*values, **keywords)
        return tensor_of(answer) if name == "isclose" else builtins.bool(answer)

    return compare


for _name in ("allclose", "isclose", "array_equal"):
    TABLE[_name] = METHODS[_name] = _compared(_name)
TABLE["equal"] = METHODS["equal"] = TABLE["array_equal"]


# numpy's meaning of a name, where it isn't PyTorch's.

NUMPY.update(
    max=TABLE["amax"],
    min=TABLE["amin"],
    equal=TABLE["eq"],
    dot=public(tensors=2)(_numpy_dot),
    inner=public(tensors=2)(lambda x, y: _tensordot(x, y, ([-1], [-1])) if x.shape and y.shape
                            else x * y),
    sort=public()(lambda x, dim=-1: _sort(_ravel(x), -1).values if dim is None
                  else _sort(x, dim).values),
    var=public()(lambda x, dim=None, correction=0, keepdim=False:
                 _var(x, dim, correction=correction, keepdim=keepdim)),
    std=public()(lambda x, dim=None, correction=0, keepdim=False:
                 _std(x, dim, correction=correction, keepdim=keepdim)),
    transpose=public()(lambda x, dim=None: _transpose(x) if dim is None else _permute(x, dim)),
    split=public()(_sections),
    repeat=TABLE["repeat_interleave"],
    take=TABLE["take"],
    ndim=METHODS["ndim"],
    shape=lambda x: x.shape,
    size=lambda x, axis=None: _count(x, axis),
    round=TABLE["round"],
    meshgrid=public(tensors=0)(lambda *xs, indexing="xy": list(_meshgrid(*xs, indexing=indexing))),
    copy=TABLE["clone"],
)  # fmt: skip
NUMPY.update({
    "linalg.solve": public(tensors=2)(_numpy_solve),
    "linalg.norm": public()(_any_norm),
    "linalg.slogdet": TABLE["slogdet"],
    "rint": TABLE["round"],
})  # fmt: skip


def numpy_call(name: str, method: str, inputs: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """What numpy's function does on tensors: Tensor.__array_ufunc__ and __array_function__.

    Raises TypeError, naming the function, for one that isn't here.
    """
    if method != "__call__":
        raise TypeError(f"hodiff has no np.{name}.{method} for tensors")
    function = NUMPY.get(name)
    if function is None and name.startswith("linalg."):
        function = getattr(linalg, name[7:], None)
    elif function is None:
        function = TABLE.get(name)
    if function is None:
        raise TypeError(f"hodiff has no np.{name} for tensors")
    if keywords.get("out") is not None:
        raise TypeError(f"np.{name} with out= is refused: a tensor is never written to")
    return function(*inputs, **keywords)


# Namespaces, as PyTorch divides them.


def _namespace(names: str, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(**{name: TABLE[name] for name in names.split()}, **more)


linalg = _namespace(
    "solve inv det slogdet cholesky matrix_power multi_dot vector_norm matrix_norm cross diagonal"
    " matmul outer trace",
    norm=public()(_any_norm),
)
special = _namespace(
    "erf erfc gammaln digamma psi polygamma expit logit sinc logsumexp softmax log_softmax expm1"
    " log1p exp2"
)
_activations = _namespace(
    "relu sigmoid tanh softplus silu gelu leaky_relu elu softmax log_softmax logsigmoid mse_loss"
    " l1_loss binary_cross_entropy binary_cross_entropy_with_logits nll_loss cross_entropy linear"
)
nn = SimpleNamespace(functional=_activations)


def _transformations() -> SimpleNamespace:
    """torch.autograd.functional: functions of (f, inputs), where hodiff.functional transforms f."""
    from hodiff import functional as fn

    def several(transform: Callable[..., Any]) -> Callable[..., Any]:
        def applied(f: Callable[..., Any], inputs: Any, **keywords: Any) -> Any:
            if isinstance(inputs, Tensor):
                return transform(f)(inputs)
            return transform(f, range(len(inputs)))(*inputs)

        return applied

    def both(transform: Callable[..., Any]) -> Callable[..., Any]:
        def applied(f: Callable[..., Any], inputs: Any, v: Any = None, **keywords: Any) -> Any:
            one = isinstance(inputs, Tensor)
            xs, vs = ([inputs], [v]) if one else (inputs, v)
            return tensor_of(f(*xs)).detach(), transform(f, xs, vs)

        return applied

    def vjp(f: Callable[..., Any], inputs: Any, v: Any = None) -> Any:
        y, pull = fn.vjp(f, *([inputs] if isinstance(inputs, Tensor) else inputs))
        return y, pull(constant(1) if v is None else v)

    return SimpleNamespace(
        hessian=several(fn.hessian),
        jacobian=several(fn.jacobian),
        hvp=both(fn.hvp),
        vhp=both(fn.vhp),
        vjp=vjp,
        jvp=both(lambda f, xs, vs: fn.jvp(f, xs, vs)[1]),
    )


def _dtypes() -> dict[str, Any]:
    import numpy

    kinds = {"double": "float64", "float": "float32", "long": "int64", "bool": "bool"}
    kinds.update({name: name for name in ("float64", "float32", "int64", "int32")})
    return {name: numpy.dtype(kind) for name, kind in kinds.items()}


def set_default_dtype(dtype: Any) -> None:
    """float64 is the default, and the only one. Raises ValueError for another."""
    if dtype != "float64":
        raise ValueError("hodiff's default dtype is float64: give dtype=... to each tensor")


def named(name: str) -> Any:
    """The public name of hodiff that is found here. Raises KeyError."""
    if name in TABLE:
        return TABLE[name]
    if name in CONSTANTS:
        return CONSTANTS[name]
    if name == "autograd":
        return SimpleNamespace(grad=grad, functional=_transformations())
    if name in ("func", "vmap"):
        from hodiff import functional

        return functional if name == "func" else functional.vmap
    return _dtypes()[name]


CONSTANTS: dict[str, Any] = {
    **{"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None},
    **{"tensor": tensor, "as_tensor": as_tensor, "asarray": as_tensor, "array": tensor},
    **{"from_numpy": tensor, "manual_seed": manual_seed, "set_default_dtype": set_default_dtype},
    **{"no_grad": no_grad, "enable_grad": enable_grad, "Tensor": Tensor},
    **{"linalg": linalg, "special": special, "nn": nn},
}

NAMES = sorted({*TABLE, *CONSTANTS, "autograd", "func", "vmap", "double", "float", "long", "bool",
                "float64", "float32", "int64", "int32"})  # fmt: skip
