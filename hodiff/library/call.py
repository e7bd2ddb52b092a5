"""What a function that is differentiated is given and returns, as tensors of one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from itertools import chain
from math import prod
from numbers import Integral
from typing import Any, TypeAlias, TypeVar

from hodiff.engine.graph import DATA, STATE, Tensor, data, make, topological, tracking
from hodiff.engine.operations.structure import alias, like, reshape_to
from hodiff.engine.shapes import ShapeError
from hodiff.library.creation import as_tensor
from hodiff.library.pytrees import Tree, flatten, leaves_alike
from hodiff.library.replay import detached

Argnums: TypeAlias = int | Sequence[int]
Transform = TypeVar("Transform", bound=Callable[..., Any])


def tracking_itself(transform: Transform) -> Transform:
    """transform, which differentiates inside no_grad() too; what it returns there isn't tracked."""

    @wraps(transform)
    def called(*arguments: Any, **keywords: Any) -> Any:
        if STATE.enabled:
            return transform(*arguments, **keywords)
        with tracking(True):
            found = flatten(transform(*arguments, **keywords))
        return found.build(
            x.detach() if isinstance(x, Tensor) and x.requires_grad else x for x in found.leaves
        )

    return called  # type: ignore[return-value]


class NotTaken(ValueError, RuntimeError):
    """What no function of a function takes: PyTorch raises RuntimeError."""


class Inputs:
    """The arguments as tensors of this call's own, so that nothing outside is differentiated."""

    def __init__(self, arguments: Sequence[Any], argnums: Argnums, nested: bool = True) -> None:
        self.chosen: list[Tensor] = []
        self.trees: list[Tree] = []
        numbers = [argnums] if isinstance(argnums, int) else list(argnums)
        self.arguments = list(arguments)
        for i in numbers:
            if not -len(self.arguments) <= i < len(self.arguments):
                raise NotTaken(f"argnums names argument {i} of {len(self.arguments)}")
            if sum((i - j) % len(self.arguments) == 0 for j in numbers) > 1:
                raise NotTaken(f"argnums names argument {i} twice")
            x = self.arguments[i]
            tree = flatten(x) if nested else Tree([x], next)
            mine = list(map(as_own, tree.leaves))
            self.arguments[i] = tree.build(iter(mine))
            self.trees.append(tree)
            self.chosen += mine
        # All arguments of a function of one are that one.
        all_of_one = isinstance(argnums, range) and len(argnums) == 1
        self.single = isinstance(argnums, int) or all_of_one

    def track(self, tracked: bool) -> None:
        """Let walks pass the tensors of this call, or not: again, after the first results."""
        for x in self.chosen:
            if x.operation is DATA:
                x.requires_grad = tracked

    def untracked(self, ys: Sequence[Tensor], *others: Tensor) -> bool:
        """Whether nothing outside this call tracks ys, but for others."""
        own = {id(x) for x in (*self.chosen, *others)}
        return all(id(x) in own for x in topological(ys, tracked=True) if x.is_leaf)

    def shaped(self, found: Sequence[Any]) -> Any:
        """What there is one of for each array of the arguments, as these hold them: one for one
        argument, a tuple for several."""
        each = iter(found)
        parts = [tree.build(each) for tree in self.trees]
        return parts[0] if self.single else tuple(parts)

    def results(self, values: list[Tensor], shares: list[Tensor]) -> Any:
        """A tuple of values, or shares as shaped() has them: see computed."""
        found, share = self.computed(values, shares)
        return found or share

    def computed(self, values: list[Tensor], shares: list[Tensor]) -> tuple[tuple[Any, ...], Any]:
        """values, and shares as shaped() has them; computed unless something outside this call
        tracks them."""
        found: list[Any] = [*values, *shares]
        self.track(False)  # to a call around this one they are numbers
        alone = found if self.untracked(found) else [y for y in found if self.untracked([y])]
        own = dict(zip(map(id, alone), detached(alone), strict=True))
        found = [own.get(id(y), y) for y in found]
        values, shares = found[: len(values)], found[len(values) :]
        return tuple(values), self.shaped(shares) if shares else ()


class Result:
    """What a function returned: tensors ys in some order and shape, and with has_aux something
    else besides, whose tensors are aux."""

    def __init__(self, result: Any, has_aux: bool = False) -> None:
        other: Any = ()
        if has_aux:
            if not isinstance(result, tuple) or len(result) != 2:
                raise TypeError(
                    "with has_aux=True the function returns a pair: its result, and something else"
                )
            result, other = result
        self._result, self._other, tree = result, flatten(other), flatten(result)
        self.build = tree.build
        self.ys = list(map(only_tensor, tree.leaves))
        self.aux = [x for x in self._other.leaves if isinstance(x, Tensor)]

    def only(self) -> Tensor:
        if len(self.ys) != 1:
            raise TypeError(f"the function must return one tensor, not {len(self.ys)}")
        return self.ys[0]

    def else_(self, aux: Sequence[Tensor]) -> Any:
        """What else was returned, with these tensors for its own."""
        found = iter(aux)
        leaves = self._other.leaves
        return self._other.build(next(found) if isinstance(x, Tensor) else x for x in leaves)

    def split(self, values: Sequence[Tensor]) -> tuple[Any, Any]:
        """The result, and what else was returned, with these values."""
        n = len(self.ys)
        return self.build(iter(values[:n])), self.else_(values[n:])

    def cotangents(self, given: Any) -> list[Tensor]:
        """One for each of ys, of its shape."""
        pairs = zip(leaves_alike(given, self._result), self.ys, strict=True)
        return [shaped_as(v, y, "cotangent") for v, y in pairs]


def checked(argnums: Argnums) -> Argnums:
    """argnums, for a program may give the point in their place, as to torch.autograd.functional."""
    several = isinstance(argnums, (tuple, list, range))
    numbers: tuple[Any, ...] = tuple(argnums) if several else (argnums,)  # type: ignore[arg-type]
    if not all(isinstance(i, Integral) for i in numbers):
        raise TypeError(
            f"argnums is a whole number or several, not {argnums!r}: the derivative of f at x is"
            " jacobian(f)(x), or hodiff.autograd.functional.jacobian(f, x)"
        )
    return tuple(map(int, numbers)) if several else int(numbers[0])


def as_own(x: Any) -> Tensor:
    """x as a tensor that only this call knows, with the same value."""
    x = as_tensor(x)
    if x.requires_grad:
        own = alias(x)
        own.value = x.value  # which tells the dtype
        return own
    own = make(DATA, (), (), x.shape) if x.value is not None else data(x.computed())
    own.value = x.computed()
    own.requires_grad = True
    return own


def only_tensor(y: Any) -> Tensor:
    if not isinstance(y, Tensor):
        raise TypeError(
            f"the function must return a tensor, not {type(y).__name__}:"
            " float() and .item() leave the graph"
        )
    return y


def sequence(x: Any) -> Sequence[Any]:
    """Arguments: a list or tuple of them, or a single one."""
    return x if isinstance(x, (list, tuple)) else [x]


def paired(inputs: Inputs, vectors: Any, what: str) -> list[Tensor]:
    """A vector for each chosen input, in its shape."""
    vectors = sequence(vectors)
    if len(vectors) != len(inputs.trees):
        raise NotTaken(f"{len(vectors)} {what}s for {len(inputs.trees)} primals")
    found = [flatten(v).leaves for v in vectors]
    if [len(leaves) for leaves in found] != [len(tree.leaves) for tree in inputs.trees]:
        raise NotTaken(f"a {what} holds as many arrays as its primal")
    pairs = zip(inputs.chosen, chain.from_iterable(found), strict=True)
    return [shaped_as(v, x, what) for x, v in pairs]


def scalar(y: Any) -> Tensor:
    y = only_tensor(y)
    if prod(y.shape) != 1:
        raise NotTaken(f"the function must return a scalar, not shape {y.shape}")
    return reshape_to(y, ())


def shaped_as(v: Any, x: Tensor, what: str) -> Tensor:
    vector = as_tensor(v)
    if vector.shape != x.shape:
        raise ShapeError(f"a {what} of shape {vector.shape} for a tensor of shape {x.shape}")
    return vector


def mixed(ys: Sequence[Tensor]) -> bool:
    """Whether a derivative of ys may come in other floats than float64: there are others in the
    graph."""
    dtypes = {getattr(x.value, "dtype", None) for x in topological(ys) if not x.inputs}
    return any(dtype and dtype.kind == "f" and dtype.itemsize != 8 for dtype in dtypes)


def in_dtypes_of(
    slopes: Sequence[Tensor], xs: Sequence[Tensor], ys: Sequence[Tensor]
) -> list[Tensor]:
    """Derivatives of ys, the first in the first of xs and so on, in the dtypes of those."""
    various = mixed(ys)
    return [like(g, x, various) for g, x in zip(slopes, xs, strict=True)]
