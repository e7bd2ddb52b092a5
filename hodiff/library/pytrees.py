"""Arguments that hold many arrays: nested lists, tuples and dicts, as in torch.func and JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hodiff.engine.graph import Tensor
from hodiff.engine.shapes import ShapeError


class Tree(NamedTuple):
    """The arrays of an argument, and what puts others in their places.

    >>> tree = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> tree.leaves
    [[1.0, 2.0], 3.0]
    >>> tree.build(iter("xy"))
    {'w': 'x', 'b': 'y'}
    """

    leaves: list[Any]
    build: Callable[[Iterator[Any]], Any]


def flatten(x: Any) -> Tree:
    """A dict, and a list or tuple that holds a tensor, an array or a dict, holds arrays; all else
    is one: a list of numbers, too."""
    if isinstance(x, dict):
        keys = list(x)
        branches = [flatten(x[key]) for key in keys]

        def kind(found: list[Any]) -> Any:
            made = x.copy()  # of the same kind: an OrderedDict, say
            made.update(zip(keys, found, strict=True))
            return made

    elif isinstance(x, (list, tuple)) and holds_arrays(x):
        branches = list(map(flatten, x))
        kind = type(x)._make if hasattr(x, "_make") else type(x)
    else:
        return Tree([x], next)
    leaves = [leaf for branch in branches for leaf in branch.leaves]
    return Tree(leaves, lambda found: kind([branch.build(found) for branch in branches]))


def holds_arrays(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return any(map(holds_arrays, x))
    return isinstance(x, (Tensor, dict)) or (type(x).__module__ == "numpy" and bool(x.shape))


def leaves_alike(x: Any, like: Any) -> Iterator[Any]:
    """What x has in the places of the tensors of like, which is of the same structure.

    >>> list(leaves_alike(([1.0, 2.0], 3.0), (Tensor(), Tensor())))
    [[1.0, 2.0], 3.0]
    """
    if isinstance(like, Tensor):
        yield x
        return
    kind = dict if isinstance(like, dict) else (list, tuple)
    keys = list(like) if isinstance(like, dict) else list(range(len(like)))
    if not isinstance(x, kind) or {*keys} != {*(x if isinstance(x, dict) else range(len(x)))}:
        raise ShapeError(f"a {type(like).__name__} of {len(like)} is needed here, not {x!r}")
    for key in keys:
        yield from leaves_alike(x[key], like[key])
