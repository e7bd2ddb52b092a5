"""autograd.Function: a piece of a program with a backward of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import prod
from typing import Any

from hodiff.engine.graph import (
    STATE,
    ZERO,
    Inputs,
    Tensor,
    apply,
    building,
    tensor_of,
    tracking,
)
from hodiff.engine.operations import row
from hodiff.engine.operations.elementary import add, mul
from hodiff.engine.operations.structure import (
    alias,
    concatenate,
    custom,
    cut,
    expand_to,
    like,
    place,
    reshape_to,
)
from hodiff.engine.shapes import Shape


class Context:
    """What forward leaves for backward: save_for_backward(...), and attributes of any name."""

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self._saved: tuple[Any, ...] = ()
        self._materialize = True
        self._flat: set[int] = set()  # the outputs without a gradient, by id
        self._pieces: dict[int, Tensor] = {}  # the outputs as nodes of the graph

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for backward, which has them as saved_tensors: inputs and outputs there are
        nodes of the graph, so that a backward written in tensors has derivatives."""
        for x in tensors:
            if x is not None and not isinstance(x, Tensor):
                raise TypeError(
                    f"save_for_backward keeps tensors, not {type(x).__name__}: keep it as an"
                    " attribute, ctx.name = value"
                )
        self._saved = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What was saved."""
        return tuple(self._pieces.get(id(x), x) for x in self._saved)

    def mark_non_differentiable(self, *outputs: Tensor) -> None:
        """These outputs have no gradient."""
        self._flat.update(map(id, outputs))

    def mark_dirty(self, *inputs: Tensor) -> None:
        """Refused."""
        raise RuntimeError("mark_dirty: a tensor is never written to. Return a new one")

    def set_materialize_grads(self, value: bool) -> None:
        """Whether backward gets zeros, or else None, for an output that nothing differentiated
        depends on."""
        self._materialize = value


class Call:
    """One call of a Function: its arguments, and what forward made of them."""

    def __init__(self, function: type[Function], arguments: Sequence[Any]) -> None:
        self.function, self.arguments = function, list(arguments)
        self.places = [k for k, x in enumerate(arguments) if isinstance(x, Tensor)]
        self.inputs = tuple(arguments[k] for k in self.places)
        self.context = Context(tuple(getattr(x, "requires_grad", False) for x in arguments))
        self.last: tuple[Tensor, list[Any]] | None = None
        with tracking(False):
            found = function._ran(self.context, self.arguments)
            self.single = not isinstance(found, tuple)
            self.returned = (found,) if self.single else found
            self.results = [alias(x) if self.tracked(x) else x for x in self.returned]
        if not any(isinstance(x, Tensor) for x in self.results):
            raise TypeError(f"{function.__name__}.forward returned no tensor")
        self.smooth = [
            k for k, x in enumerate(self.returned)
            if isinstance(x, Tensor) and _is_float(x) and id(x) not in self.context._flat
        ]  # fmt: skip

    def tracked(self, x: Any) -> bool:
        """Whether x isn't forward's own: an input, or of a graph that it made."""
        return any(x is v for v in self.inputs) or getattr(x, "requires_grad", False)

    def packed(self) -> Tensor:
        """The outputs that have gradients, as one vector if there are several."""
        parts = [self.results[k] for k in self.smooth]
        if len(parts) == 1:
            return parts[0]
        return concatenate([reshape_to(x, (prod(x.shape),)) for x in parts], -1)

    def parted(self, y: Tensor) -> dict[int, Tensor]:
        """packed()'s parts, by their place among the outputs."""
        shapes: list[Shape] = [self.results[k].shape for k in self.smooth]
        if len(shapes) == 1:
            return {self.smooth[0]: like(y, self.results[self.smooth[0]])}
        found, start = {}, 0
        for k, shape in zip(self.smooth, shapes, strict=True):
            piece = reshape_to(cut(y, -1, start, start + prod(shape)), shape)
            found[k] = like(piece, self.results[k], True)  # the vector has one dtype
            start += prod(shape)
        return found

    def share(self, g: Tensor, xs: Inputs, y: Tensor, i: int) -> Tensor | None:
        """What backward gives input i for the cotangent g of the node y; run once for all."""
        if any(a is not b for a, b in zip(xs, self.inputs, strict=True)):
            # A copy of the node, on other inputs: forward has to save those.
            arguments = list(self.arguments)
            for k, x in zip(self.places, xs, strict=True):
                arguments[k] = x
            return Call(self.function, arguments).share(g, xs, y, i)
        if self.last is None or self.last[0] is not g:
            with building(STATE.outermost):
                self.last = g, self.gradients(g, y)
        share = self.last[1][self.places[i]]
        return None if share is None else self.fitting(tensor_of(share), i)

    def gradients(self, g: Tensor, y: Tensor) -> list[Any]:
        pieces, cotangents = self.parted(y), self.parted(g)
        self.context._pieces = {
            id(x): pieces[k] for k, x in enumerate(self.returned)
            if k in pieces and not any(x is v for v in self.inputs)
        }  # fmt: skip
        if not self.context._materialize:
            cotangents = {k: cotangents[k] for k in self.reached(g)}
        given = [
            cotangents[k] if k in cotangents
            else expand_to(ZERO, x.shape) if isinstance(x, Tensor) and self.context._materialize
            else None
            for k, x in enumerate(self.results)
        ]  # fmt: skip
        try:
            found = self.function.backward(self.context, *given)
        finally:
            self.context._pieces = {}
        gradients = list(found) if isinstance(found, (tuple, list)) else [found]
        while len(gradients) > len(self.arguments) and gradients[-1] is None:
            gradients.pop()  # of arguments that have defaults
        name = self.function.__name__
        if len(gradients) != len(self.arguments):
            raise RuntimeError(
                f"{name}.backward returned {len(gradients)} gradients"
                f" for {len(self.arguments)} arguments of forward"
            )
        for k, x in enumerate(gradients):
            if x is not None and k not in self.places:
                raise RuntimeError(f"{name}.backward: argument {k} is no tensor, its gradient None")
        return gradients

    def reached(self, g: Tensor) -> list[int]:
        """The outputs that the cotangent g of packed() has something for, as far as its graph
        tells: each of them placed its own there."""
        if len(self.smooth) == 1:
            return self.smooth
        starts = [0, *accumulate(prod(self.results[k].shape) for k in self.smooth)]
        found, parts = set(), [g]
        for part in parts:  # which grows
            if part.operation is place:
                found.add(part.attributes[0][0][0])
            elif part.operation in (add, mul):
                parts += [x for x in part.inputs if x.shape]
            else:
                return self.smooth
        return [k for k, start in zip(self.smooth, starts, strict=False) if start in found]

    def fitting(self, share: Tensor, i: int) -> Tensor:
        shape = self.inputs[i].shape
        extra = len(share.shape) - len(shape)
        if extra >= 0 and all(n in (1, m) for n, m in zip(shape, share.shape[extra:], strict=True)):
            return row.sum_to(share, shape)
        raise RuntimeError(
            f"{self.function.__name__}.backward: the gradient of an argument of shape {shape}"
            f" has shape {share.shape}"
        )


def _is_float(x: Tensor) -> bool:
    """Whether x may have a gradient: whole numbers and conditions have none."""
    if x.value is None:
        return x.operation.differentiable
    if isinstance(x.value, bool):
        return False
    return getattr(getattr(x.value, "dtype", None), "kind", "f") == "f"


class Function:
    """A piece of a program with a derivative of its own: torch.autograd.Function.

    A subclass has the static methods forward(ctx, *arguments), which computes what it likes and
    isn't tracked, and backward(ctx, *gradients), a gradient for each argument (None where it has
    none, and for what is no tensor) from one for each output; apply(*arguments) calls it. Or
    forward(*arguments) and setup_context(ctx, inputs, output). A backward written in tensors, from
    ctx.saved_tensors, is differentiated in its turn; hodiff.autograd.function.once_differentiable
    says that it isn't.

    On a batch (vmap) forward runs for one entry after the other, and has to be written in tensors.

    >>> class Cube(hodiff.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return hodiff.tensor(x.detach().numpy() ** 3)
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         (x,) = ctx.saved_tensors
    ...         return 3 * x**2 * g
    >>> x = hodiff.tensor(2.0, requires_grad=True)
    >>> (g,) = hodiff.grad(Cube.apply(x), x, create_graph=True)
    >>> g.item(), hodiff.grad(g, x)[0].item()
    (12.0, 12.0)
    """

    @staticmethod
    def forward(*arguments: Any) -> Any:
        raise NotImplementedError("a subclass of autograd.Function has a static method forward")

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        raise NotImplementedError("a subclass of autograd.Function has a static method backward")

    setup_context: Any = None

    @classmethod
    def _ran(cls, ctx: Context, arguments: Sequence[Any]) -> Any:
        if cls.setup_context is None:
            return cls.forward(ctx, *arguments)
        result = cls.forward(*arguments)
        cls.setup_context(ctx, tuple(arguments), result)
        return result

    @classmethod
    def apply(cls, *arguments: Any) -> Any:
        """Call forward, and let backward be its derivative."""
        call = Call(cls, arguments)
        results = list(call.results)
        if call.smooth and STATE.enabled and any(x.requires_grad for x in call.inputs):
            y = apply(custom, (*call.inputs, call.packed()), (call,))
            for k, piece in call.parted(y).items():
                results[k] = piece
        return results[0] if call.single else tuple(results)


class _Once(Function):
    @staticmethod
    def forward(ctx: Any, gradient: Any, *cotangents: Any) -> Any:
        return gradient

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """backward as one that isn't tracked: differentiating what it gives raises RuntimeError.

    >>> hodiff.autograd.function.once_differentiable(lambda ctx, g: 2 * g)(None, 3.0)
    6.0
    """

    def once(ctx: Any, *cotangents: Any) -> Any:
        with tracking(False):
            found = backward(ctx, *cotangents)
        gradients = found if isinstance(found, tuple) else (found,)
        tracked = [g for g in cotangents if getattr(g, "requires_grad", False)]
        saved = getattr(ctx, "saved_tensors", ())
        tracked += [x for x in saved if getattr(x, "requires_grad", False)]
        if tracked:
            gradients = tuple(
                _Once.apply(g, *tracked) if isinstance(g, Tensor) else g for g in gradients
            )
        return gradients if isinstance(found, tuple) else gradients[0]

    return once
