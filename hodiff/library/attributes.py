"""What a tensor knows about itself, and methods that no function of hodiff stands behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hodiff.engine.graph import STATE, ZERO, Tensor, tensor_of
from hodiff.engine.operations import linalg as la
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import structure as st
from hodiff.library.arguments import as_argument, axis_of, count, typed
from hodiff.library.entrywise import where
from hodiff.library.publish import METHODS, TABLE, documented, enter
from hodiff.library.shapes import expand, reshape, tile


def _compared(name: str) -> Callable[..., Any]:
    """numpy's comparison of two tensors' values."""

    def compare(x: Any, y: Any, rtol: float = 1e-5, atol: float = 1e-8, **more: Any) -> Any:
        import numpy  # start-up: comparing is for tests

        keywords = {} if name == "array_equal" else {"rtol": rtol, "atol": atol, **more}
        values = [as_argument(v).computed() for v in (x, y)]
        answer = getattr(numpy, name)(*values, **keywords)
        return tensor_of(answer) if name == "isclose" else bool(answer)

    return compare


def _transposed(x: Tensor) -> Tensor:
    return st.permuted(x, range(-1, -len(x.shape) - 1, -1))


def _to(x: Tensor, dtype: Any = None, **_: Any) -> Tensor:
    return x if isinstance(dtype, str) else typed(x, dtype)


# Names, what they give, the tensor first, its meaning, and an example of x => what Python shows.
# fmt: off
BOTH: tuple[tuple[str, Callable[..., Any], str, str], ...] = (
    ("numel", lambda x: count(x), "How many entries a tensor has.",
     "hodiff.numel(hodiff.zeros(2, 3)) => 6"),
    ("is_floating_point", lambda x: x.dtype.kind == "f", "Whether the entries are floats.",
     "hodiff.is_floating_point(hodiff.tensor([1.0])) => True"),
    ("allclose", _compared("allclose"), "Whether all entries of two tensors are close.",
     "hodiff.allclose([1.0, 2.0], [1.0, 2.0 + 1e-9]) => True"),
    ("isclose", _compared("isclose"), "Where the entries of two tensors are close.",
     "hodiff.isclose([1.0, 2.0], [1.0, 3.0]) => tensor([ True, False])"),
    ("equal array_equal", _compared("array_equal"),
     "Whether two tensors have the same shape and entries.",
     "hodiff.equal([1.0, 2.0], [1.0, 2.0]) => True"),
)
FUNCTIONS_ALONE: tuple[tuple[str, Callable[..., Any], str, str], ...] = (
    ("is_tensor", lambda x: isinstance(x, Tensor), "Whether x is a tensor.",
     "hodiff.is_tensor(1.0) => False"),
    ("is_grad_enabled", lambda: STATE.enabled, "Whether operations are tracked: not in no_grad().",
     "hodiff.is_grad_enabled() => True"),
)
METHODS_ALONE: tuple[tuple[str, Callable[..., Any], str, str], ...] = (
    # What it is.
    ("ndim dim ndimension", lambda x: len(x.shape), "How many axes a tensor has.",
     "hodiff.zeros(2, 3).ndim => 2"),
    ("size", lambda x, dim=None: x.shape if dim is None else x.shape[axis_of(x, dim)],
     "The shape, or its length along an axis.", "hodiff.zeros(2, 3).size(1) => 3"),
    ("nelement", lambda x: count(x), "How many entries a tensor has.",
     "hodiff.zeros(2, 3).nelement() => 6"),
    ("device", lambda x: "cpu", "Where the numbers are: always 'cpu'.",
     "hodiff.tensor(1.0).device => 'cpu'"),

    # The same entries in another order or shape.
    ("T H", _transposed, "The tensor with its axes reversed.",
     "hodiff.tensor([[1.0, 2.0], [3.0, 4.0]]).T.tolist() => [[1.0, 3.0], [2.0, 4.0]]"),
    ("mT mH adjoint", lambda x: st.transpose(la.matrix(x)), "The matrices, each transposed.",
     "hodiff.zeros(5, 2, 3).mT.shape => (5, 3, 2)"),
    ("expand_as", lambda x, other: expand(x, other.shape), "Expanded to the shape of another.",
     "hodiff.tensor(1.0).expand_as(hodiff.zeros(2)) => tensor([1., 1.])"),
    ("view_as reshape_as", lambda x, other: reshape(x, other.shape),
     "The entries in the shape of another.",
     "hodiff.zeros(6).view_as(hodiff.zeros(2, 3)).shape => (2, 3)"),
    ("repeat", lambda x, *repeats: tile(x, *repeats),
     "The tensor laid out side by side so many times along each axis.",
     "hodiff.tensor([1.0, 2.0]).repeat(2) => tensor([1., 2., 1., 2.])"),
    ("where", lambda x, condition, y: where(condition, x, y), "x where condition holds, else y.",
     "hodiff.tensor([1.0, 2.0]).where([True, False], 0.0) => tensor([1., 0.])"),

    # Dtypes and devices.
    ("real", lambda x: x, "The tensor itself: all numbers are real.",
     "hodiff.tensor(1.0).real => tensor(1.)"),
    ("cpu", lambda x: x, "The tensor itself: it is on the CPU.",
     "hodiff.tensor(1.0).cpu() => tensor(1.)"),
    ("double", lambda x: typed(x, "float64"), "The entries in double precision.",
     "hodiff.tensor(1.0).double().dtype => dtype('float64')"),
    ("float", lambda x: typed(x, "float32"), "The entries in single precision.",
     "hodiff.tensor(1.0).float().dtype => dtype('float32')"),
    ("long", lambda x: typed(x, "int64"), "The entries as whole numbers, without fractions.",
     "hodiff.tensor(1.5).long() => tensor(1)"),
    ("bool", lambda x: pw.ne(x, ZERO), "Whether each entry differs from 0.",
     "hodiff.tensor([0.0, 2.0]).bool() => tensor([False,  True])"),
    ("to", _to, "The entries as a dtype; a device changes nothing.",
     "hodiff.tensor(1.5).to(hodiff.int64) => tensor(1)"),
    ("type astype", lambda x, dtype: typed(x, dtype), "The entries as a dtype.",
     "hodiff.tensor(1.5).astype(int) => tensor(1)"),
    ("type_as", lambda x, other: typed(x, other.dtype), "The entries as the dtype of another.",
     "hodiff.tensor(1.5).type_as(hodiff.tensor(2, dtype=int)) => tensor(1)"),
    ("new_zeros", lambda x, *shape: TABLE["zeros"](*shape, dtype=x.dtype),
     "A leaf of zeros of the tensor's dtype.",
     "hodiff.tensor(1.0).new_zeros(2) => tensor([0., 0.])"),
    ("new_ones", lambda x, *shape: TABLE["ones"](*shape, dtype=x.dtype),
     "A leaf of ones of the tensor's dtype.",
     "hodiff.tensor(1.0).new_ones(2) => tensor([1., 1.])"),
)
# fmt: on

for _rows, _tables in (
    (BOTH, (TABLE, METHODS)), (FUNCTIONS_ALONE, (TABLE,)), (METHODS_ALONE, (METHODS,)),
):  # fmt: skip
    for _names, _f, _meaning, _example in _rows:
        _f.__doc__ = documented(_meaning, _example)
        _f.__name__ = _f.__qualname__ = _names.split()[0]
        for _table in _tables:
            enter(_table, _f, *_names.split())
