"""numpy's meaning of a name, where it isn't PyTorch's, and the way from numpy's function here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hodiff.engine.graph import Tensor
from hodiff.engine.operations import linalg as la
from hodiff.engine.operations import structure as st
from hodiff.library.arguments import count
from hodiff.library.factorizations import linalg_qr, linalg_svd, pinv, svdvals
from hodiff.library.grids import numpy_gradient, numpy_select
from hodiff.library.matrices import solve, tensordot
from hodiff.library.names import linalg
from hodiff.library.publish import METHODS, NUMPY, TABLE, enter, public
from hodiff.library.reductions import std, var
from hodiff.library.selection import Selected, sort
from hodiff.library.shapes import meshgrid, permute, ravel, sections, transpose


def _dot(x: Tensor, y: Tensor) -> Tensor:
    """np.dot: the last axis of x with the last but one of y."""
    if not x.shape or not y.shape:
        return x * y
    if len(x.shape) <= 2 and len(y.shape) <= 2:
        return st.matmul(x, y)
    return tensordot(x, y, ([-1], [-min(2, len(y.shape))]))


def _inner(x: Tensor, y: Tensor) -> Tensor:
    return tensordot(x, y, ([-1], [-1])) if x.shape and y.shape else x * y


def _sort(x: Tensor, dim: Any = -1) -> Tensor:
    chosen: Selected = sort(ravel(x), -1) if dim is None else sort(x, dim)
    return chosen.values


def _var(x: Tensor, dim: Any = None, correction: Any = 0, keepdim: bool = False) -> Tensor:
    return var(x, dim, correction=correction, keepdim=keepdim)


def _std(x: Tensor, dim: Any = None, correction: Any = 0, keepdim: bool = False) -> Tensor:
    return std(x, dim, correction=correction, keepdim=keepdim)


def _transpose(x: Tensor, dim: Any = None) -> Tensor:
    return transpose(x) if dim is None else permute(x, dim)


def _meshgrid(*tensors: Any, indexing: str = "xy") -> list[Tensor]:
    return list(meshgrid(*tensors, indexing=indexing))


def _solve(x: Tensor, y: Tensor) -> Tensor:
    return solve(x, y) if len(y.shape) == 1 else la.solve(x, y)


def _svd(x: Tensor, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    return linalg_svd(x, full_matrices) if compute_uv else svdvals(x)


def _qr(x: Tensor, mode: str = "reduced") -> Any:
    return linalg_qr(x, mode).R if mode == "r" else linalg_qr(x, mode)


def _pinv(x: Tensor, rcond: Any = 1e-15, rtol: Any = None) -> Tensor:
    return pinv(x, rcond if rtol is None else rtol)


MEANINGS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("max", TABLE["amax"]),  # the values alone
    ("min", TABLE["amin"]),
    ("sort", public()(_sort)),
    ("equal", TABLE["eq"]),  # entry by entry
    ("rint", TABLE["round"]),
    ("var", public()(_var)),  # by n
    ("std", public()(_std)),
    ("dot", public(tensors=2)(_dot)),
    ("inner", public(tensors=2)(_inner)),
    ("transpose", public()(_transpose)),  # takes the order of all axes
    ("split", sections),
    ("repeat", TABLE["repeat_interleave"]),
    ("meshgrid", public(tensors=0)(_meshgrid)),
    ("ndim", METHODS["ndim"]),
    ("select", numpy_select),
    ("gradient", numpy_gradient),
    ("shape", lambda x: x.shape),
    ("size", lambda x, axis=None: count(x, axis)),
    ("linalg.solve", public(tensors=2)(_solve)),
    ("linalg.svd", public()(_svd)),
    ("linalg.qr", public()(_qr)),
    ("linalg.pinv", public()(_pinv)),
)
for _name, _function in MEANINGS:
    enter(NUMPY, _function, _name)


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
