"""The reverse pass."""

from __future__ import annotations

from collections.abc import Sequence

from hodiff.graph import ONE, ZERO, Tensor, tensor_of, topological
from hodiff.operations.structure import expand_to
from hodiff.tidy import sharing

Tensors = Tensor | Sequence[Tensor]


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Tensors | Sequence[Tensor | None] | None = None,
    *,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradient of the sum of outputs (weighted by grad_outputs) in each of inputs.

    Reverse mode: at most a few times the operations of outputs, however many inputs there are
    (Griewank and Walther, Evaluating Derivatives, 2008, section 4.6). Each gradient has its
    input's shape. With create_graph=True it is part of the graph and can be differentiated
    again; otherwise it comes detached. grad_outputs are the cotangents, one an output, None
    for 1 where the output is a scalar.

    Raises RuntimeError for an output that isn't a scalar and has no cotangent, for a cotangent
    of another shape, and for an input that outputs don't depend on, unless allow_unused
    (its gradient is then None) or materialize_grads (a zero).

    >>> import hodiff
    >>> x = hodiff.variable("x")
    >>> (g,) = hodiff.grad(x**3, x, create_graph=True)
    >>> (h,) = hodiff.grad(g, x, create_graph=True)
    >>> h
    tensor(6*x)
    """
    ys, xs = _sequence(outputs), _sequence(inputs)
    seeds = _sequence(grad_outputs) if grad_outputs is not None else [None] * len(ys)
    if len(seeds) != len(ys):
        raise RuntimeError(f"got {len(ys)} outputs and {len(seeds)} grad_outputs")
    with sharing() as builder:
        cotangents: dict[int, Tensor] = {}
        order = topological(ys, tracked=True)
        builder.know(order)
        for y, seed in zip(ys, seeds, strict=True):
            if not y.requires_grad:
                if any(y is x for x in xs):
                    continue
                raise RuntimeError("an output doesn't require grad: it depends on no variable")
            _gather(cotangents, y, _cotangent(y, seed))
        on_the_way = _depending(order, xs)
        wanted = {id(x) for x in xs}
        for node in reversed(order):
            if id(node) not in cotangents or id(node) not in on_the_way:
                continue
            g = cotangents[id(node)] if id(node) in wanted else cotangents.pop(id(node))
            builder.span = node.span
            for i, x in enumerate(node.inputs):
                if id(x) in on_the_way:
                    share = node.operation.pullback(g, node.inputs, node, node.attributes, i)
                    if share is not None and share is not ZERO:
                        _gather(cotangents, x, share)
        results = [cotangents.get(id(x)) for x in xs]
    unused = [x for x, g in zip(xs, results, strict=True) if g is None and id(x) not in on_the_way]
    if unused and not allow_unused and not materialize_grads:
        raise RuntimeError(
            "an input was not used in the graph: pass allow_unused=True if that is meant"
        )
    zeros = materialize_grads or not allow_unused
    results = [
        expand_to(ZERO, x.shape) if g is None and (zeros or id(x) in on_the_way) else g
        for x, g in zip(xs, results, strict=True)
    ]
    return tuple(results if create_graph else [g if g is None else _detached(g) for g in results])


def _sequence(x: object) -> list[Tensor]:
    return [x] if isinstance(x, Tensor) else list(x)  # type: ignore[call-overload]


def _cotangent(y: Tensor, seed: Tensor | None) -> Tensor:
    if seed is None:
        if y.shape:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        return ONE
    seed = tensor_of(seed)
    if seed.shape != y.shape:
        raise RuntimeError(f"a cotangent of shape {seed.shape} for an output of shape {y.shape}")
    return seed


def _gather(cotangents: dict[int, Tensor], x: Tensor, share: Tensor) -> None:
    there = cotangents.get(id(x))
    cotangents[id(x)] = share if there is None else there + share


def _depending(order: list[Tensor], xs: list[Tensor]) -> set[int]:
    """The nodes of order that depend on one of xs, xs that are among them included."""
    wanted = {id(x) for x in xs}
    found: set[int] = set()
    for node in order:
        if id(node) in wanted or any(id(x) in found for x in node.inputs):
            found.add(id(node))
    return found


def _detached(g: Tensor) -> Tensor:
    from hodiff.arithmetic import evaluate

    return tensor_of(evaluate([g])[0])
