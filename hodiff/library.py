"""The library's functions, by the names of PyTorch and numpy.

hodiff.sum(t, dim=0), t.sum(dim=0), np.sum(t, axis=0) and torch.sum(t, dim=0) after
`import hodiff as torch` all come here. PyTorch's keywords (dim, keepdim) and numpy's (axis,
keepdims) mean the same. A function of the table without keywords needs no line here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hodiff.graph import OPERATIONS, Tensor, data, tensor_of

PROPERTIES: frozenset[str] = frozenset({"T", "mT", "ndim"})


def tensor(data_: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A leaf of the graph with a copy of the data: a number, nested lists, a numpy array.

    Numbers become float64 unless dtype says otherwise; an array keeps its dtype.

    >>> import hodiff
    >>> hodiff.tensor([1, 2], requires_grad=True)
    tensor([1., 2.], requires_grad=True)
    """
    if isinstance(data_, Tensor):
        data_ = data_.detach().computed()
    if dtype is None and not hasattr(data_, "dtype"):
        dtype = None if isinstance(data_, bool) else float
    node = data(float(data_) if dtype is float and isinstance(data_, (int, float)) else data_,
                None if dtype is float and isinstance(data_, (int, float)) else dtype)  # fmt: skip
    node.requires_grad = requires_grad
    return node


METHODS: dict[str, Callable[..., Any]] = {}


def numpy_call(name: str, method: str, inputs: Sequence[Any], keywords: dict[str, Any]) -> Any:
    raise TypeError(f"hodiff has no {name} for tensors")


__all__ = ["OPERATIONS", "tensor", "tensor_of"]
