"""Arrays of several dtypes, by PyTorch's rules, which numpy's differ from where there are scalars.

A float64 scalar tensor beside a float32 one makes float64, beside an array of float32 it doesn't,
and a Python number doesn't in either case. Elsewhere a float64 scalar is a Python float, which
numpy gives the dtype of what it is beside: there is no telling a tensor from a number then. Here
the tensor is an array without axes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

import numpy as np

from hodiff.arithmetic.arrays import ARRAYS, DOUBLE, Arrays
from hodiff.arithmetic.base import Arithmetic
from hodiff.engine.graph import CONSTANT, NUMBER, Kind, Operation, Tensor, topological
from hodiff.engine.operations.structure import cast

ENTRYWISE = (Kind.ENTRYWISE, Kind.CONDITION)


class Mixed(Arrays):
    """numpy's arrays; a float64 scalar that isn't a number without a dtype is an array, too."""

    name = "arrays of several dtypes"
    blockwise = False

    def given(self, node: Tensor) -> Any:
        x = node.value
        return np.asarray(x) if type(x) is float and not is_number(node) else x

    def result(self, x: Any) -> Any:
        return float(x) if getattr(x, "shape", None) == () and x.dtype == DOUBLE else x

    def _made(self, compute: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
        first = int(operation.name == "where")  # a condition has no say in the dtype
        last = operation.arity if operation.kind in ENTRYWISE else 0
        plain = super()._made(compute, operation)

        def typed(*x: Any) -> Any:
            y = plain(*x[:first], *promoted(x[first:last]), *x[last:])
            tensors = any(hasattr(v, "dtype") for v in x)
            return np.asarray(y) if tensors and type(y) is float else y

        return typed


MIXED = Mixed()


def promoted(x: Sequence[Any]) -> Sequence[Any]:
    """The inputs of an entrywise operation in the dtype that PyTorch gives it. Arrays decide, and
    scalars where they are of a higher category: floats over whole numbers over conditions."""
    arrays = [v.dtype for v in x if getattr(v, "shape", ())]
    scalars = [v.dtype for v in x if getattr(v, "shape", None) == ()]
    wide, narrow = _highest(arrays), _highest(scalars)
    dtype = narrow if _category(narrow) > _category(wide) else wide
    if _category(dtype) < 1:
        return x
    return [v.astype(dtype) if getattr(v, "dtype", dtype) != dtype else v for v in x]


def _category(dtype: Any) -> int:
    return -1 if dtype is None else "biuf".index(dtype.kind) + 1 >> 1


def _highest(dtypes: Sequence[Any]) -> Any:
    """What dtypes of the highest category among them are together; None for none."""
    most = max(map(_category, dtypes), default=-1)
    highest = [dtype for dtype in dtypes if _category(dtype) == most]
    return np.result_type(*highest) if highest else None


def is_number(node: Tensor) -> bool:
    """Whether a scalar has no dtype of its own: a Python number, or made of such."""
    return node.attributes is NUMBER or (
        bool(node.inputs)
        and all(
            x.operation is CONSTANT or x.attributes is NUMBER
            for x in topological([node])
            if not x.inputs
        )
    )


def arrays_for(nodes: Sequence[Tensor], rows: Container[Operation] = ()) -> Arithmetic:
    """What runs nodes that Python floats don't serve for; rows are theirs."""
    values = [x.value for x in nodes if x.value is not None]
    dtypes = {v.dtype for v in values if hasattr(v, "dtype")}
    if cast in rows:
        dtypes |= {np.dtype(x.attributes[0]) for x in nodes if x.operation is cast}
    if dtypes <= PLAIN:
        return ARRAYS
    several = _several(dtypes)
    if not several and any(type(x.value) is float and not is_number(x) for x in nodes):
        dtypes.add(DOUBLE)
    return MIXED if _several(dtypes) and any(_meets(x, several) for x in nodes) else ARRAYS


DOUBLES = {DOUBLE}
PLAIN = {DOUBLE, np.dtype(bool)}


def _several(dtypes: Iterable[Any]) -> bool:
    """Whether there are two dtypes of one category, or can be: whole numbers make float64."""
    categories = [_category(dtype) for dtype in dtypes]
    return len(set(categories)) < len(categories) or {1, 2} <= set(categories)


def _meets(node: Tensor, arrays: bool) -> bool:
    """Whether a scalar meets others in an entrywise operation; arrays: or an array."""
    if node.operation.kind not in ENTRYWISE or len(node.inputs) < 2:
        return False
    others = [x for x in node.inputs if x.operation is not CONSTANT and not is_number(x)]
    scalars = [x for x in others if not x.shape]
    return len(others) > 1 and (len(scalars) == len(others) or (arrays and bool(scalars)))


def suited_to(node: Tensor, values: Sequence[Any]) -> Arithmetic:
    """What runs one node whose inputs have these values: most have one dtype, beside numbers."""
    first = None
    for x, v in zip(node.inputs, values, strict=True):
        dtype = getattr(v, "dtype", DOUBLE)
        if type(v) is float and (x.operation is CONSTANT or x.attributes is NUMBER):
            continue
        if first is not None and dtype is not first:
            return arrays_for([node, *node.inputs])
        first = dtype
    return ARRAYS
