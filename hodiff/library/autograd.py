"""PyTorch's contract around the walk: grad, backward, no_grad."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, TypeAlias, overload

from hodiff.arithmetic.program import Program
from hodiff.engine.backward import release, walk
from hodiff.engine.graph import (
    ONE,
    VARIABLE,
    ZERO,
    Tensor,
    held,
    serial,
    tensor_of,
    topological,
    tracking,
    variable,
)
from hodiff.engine.operations.structure import alias, expand_to, flat, like
from hodiff.engine.sharing import sharing
from hodiff.library.replay import replayed

Tensors: TypeAlias = Tensor | Sequence[Tensor]
Seeds: TypeAlias = Tensor | Sequence[Tensor | None]

UNUSED = (
    "One of the differentiated Tensors appears to not have been used in the graph."
    " Set allow_unused=True if this is the desired behavior."
)


class NoInputs(ValueError, RuntimeError):
    """Nothing to differentiate in: PyTorch raised the one, and raises the other now."""


@overload
def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Seeds | None = ...,
    retain_graph: bool | None = ...,
    create_graph: bool = ...,
    allow_unused: Literal[False] | None = ...,
    is_grads_batched: bool = ...,
    materialize_grads: bool = ...,
    *,
    only_inputs: bool = ...,
) -> tuple[Tensor, ...]: ...
@overload
def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Seeds | None = ...,
    retain_graph: bool | None = ...,
    create_graph: bool = ...,
    allow_unused: bool | None = ...,
    is_grads_batched: bool = ...,
    materialize_grads: bool = ...,
    *,
    only_inputs: bool = ...,
) -> tuple[Tensor | None, ...]: ...
def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Seeds | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
    *,
    only_inputs: bool = True,
) -> tuple[Tensor | None, ...]:
    """The gradient of the sum of outputs (weighted by grad_outputs) in each of inputs.

    The contract of torch.autograd.grad. Reverse mode: a few times the operations of outputs,
    however many inputs there are (Griewank and Walther, Evaluating Derivatives, 2008, section
    4.6). Each gradient has its input's shape.

    grad_outputs      the cotangents, one an output in its shape; None for 1 where an output has
                      a single entry
    retain_graph      whether the graph can be walked again; default: create_graph
    create_graph      whether the gradients are part of the graph, so that they can be
                      differentiated again; else they come computed and detached
    allow_unused      None, not an error, for an input that outputs don't depend on
    is_grads_batched  grad_outputs have one more axis in front, and so have the gradients
    materialize_grads zeros for the inputs that outputs don't depend on
    only_inputs       has to be True: PyTorch's programs pass it

    Raises RuntimeError where PyTorch does: for an output that requires no grad, a cotangent that
    is missing or of another shape, an unused input, a graph that a walk has freed.

    >>> import hodiff
    >>> x = hodiff.tensor(2.0, requires_grad=True)
    >>> (g,) = hodiff.grad(x**3, x, create_graph=True)
    >>> (h,) = hodiff.grad(g, x)
    >>> g.item(), h.item()
    (12.0, 12.0)
    """
    ys, xs = _sequence(outputs), _sequence(inputs)
    if not xs:
        raise NoInputs("grad requires non-empty inputs.")
    if not only_inputs:
        raise ValueError("only_inputs=False is no longer supported: call backward()")
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True,"
            " but got: allow_unused=False."
        )
    retain = create_graph if retain_graph is None else retain_graph
    seeds = _sequence(grad_outputs) if grad_outputs is not None else [None] * len(ys)
    if len(seeds) != len(ys):
        raise RuntimeError(f"got {len(ys)} tensors and {len(seeds)} gradients")
    _check(ys, xs)
    if grad_outputs is None and not (create_graph or is_grads_batched):
        remembered = replayed(ys, xs, not retain)
        if remembered is not None:
            found, order = remembered
            if not retain:
                release(order)
            if any(g is None for g in found) and not (allow_unused or materialize_grads):
                raise RuntimeError(UNUSED)
            return tuple(held(0.0) if g is None and materialize_grads else g for g in found)
    if is_grads_batched:
        found = _batched(ys, seeds, xs, retain)
    else:
        cotangents = [_cotangent(i, *pair) for i, pair in enumerate(zip(ys, seeds, strict=True))]
        found = walk(ys, cotangents, xs, free=not retain)
    if any(g is None for g in found) and not (allow_unused or materialize_grads):
        raise RuntimeError(UNUSED)
    mixed = create_graph and len({getattr(x.value, "dtype", "float64") for x in xs}) > 1
    batch = tensor_of(seeds[0]).shape[:1] if is_grads_batched else ()
    results = [
        None if g is None and not materialize_grads
        else like(expand_to(ZERO, batch + x.shape) if g is None or g is ZERO else g, x, mixed)
        for x, g in zip(xs, found, strict=True)
    ]  # fmt: skip
    if create_graph:
        newest = max(map(serial, ys), default=0)
        if any(g is not None and g.serial <= newest for g in results):
            older = set(topological(ys))
            results = [alias(g) if g is not None and g in older else g for g in results]
        # A named variable has no value that a run could ask for; there the constant stays.
        return tuple(
            flat(g, x)
            if g is not None and not g.requires_grad and x.operation is not VARIABLE
            else g
            for x, g in zip(xs, results, strict=True)
        )
    return detached(results, inputs=xs)


def detached(
    results: Sequence[Tensor | None],
    outputs: Sequence[Tensor] = (),
    inputs: Sequence[Tensor] | None = None,
) -> tuple[Tensor | None, ...]:
    """Tensors of the values of results, computed in one run; as they are where they have none.
    Each has the dtype of the one of inputs that it is the gradient in.

    Outputs whose graph is spent get their values in the same run, and let it go.
    """
    spent = [y for y in outputs if y.spent and y.value is None]
    program = Program([*(g for g in results if g is not None), *spent])
    if program.variables:
        return tuple(results)
    values = iter(program.results())
    found = tuple(
        g
        if g is None
        else held(next(values) if inputs is None else _typed(next(values), inputs[i]))
        for i, g in enumerate(results)
    )
    for y, value in zip(spent, values, strict=True):
        y.value, y.inputs = held(value).value, ()
    return found


def _typed(value: Any, x: Tensor) -> Any:
    """The value of a gradient in the dtype of the float64 x: where other dtypes are on the way it
    may be theirs. (like() has seen to the others.)"""
    found, wanted = (getattr(v, "dtype", "float64") for v in (value, x.value))
    return value.astype(float) if wanted == "float64" != found else value


def _batched(
    ys: list[Tensor], seeds: list[Tensor | None], xs: list[Tensor], retain: bool
) -> list[Tensor | None]:
    """One walk, on the batch that the first axis of the seeds is; hooks are called once, too."""
    from hodiff.derivatives.vmap import vmapped  # start-up: few walks are batched

    given = [tensor_of(seed) for seed in seeds if seed is not None]
    if len(given) != len(ys):
        raise RuntimeError("is_grads_batched=True needs grad_outputs for every output")
    sizes = {seed.shape[:1] for seed in given}
    if len(sizes) != 1 or () in sizes:
        raise RuntimeError("grad_outputs need a first axis of the same length")
    one = [variable("cotangent", seed.shape[1:]) for seed in given]
    cotangents = [_cotangent(i, *pair) for i, pair in enumerate(zip(ys, one, strict=True))]
    with sharing():
        found = walk(ys, cotangents, xs, free=not retain)
        known = [expand_to(g, x.shape) for x, g in zip(xs, found, strict=True) if g is not None]
        results = iter(vmapped(known, dict(zip(one, given, strict=True))))
        return [None if g is None else next(results) for g in found]


def accumulate(
    y: Tensor,
    seed: Tensor | None,
    retain_graph: bool | None,
    create_graph: bool,
    inputs: Tensors | None,
) -> None:
    """Tensor.backward: add the gradient of y to .grad of the leaves it depends on."""
    retain = create_graph if retain_graph is None else retain_graph
    _check([y], [])
    if inputs is None:
        leaves = [x for x in topological([y], tracked=True) if x.is_leaf or x.retained]
    else:
        leaves = _sequence(inputs)
    found = walk([y], [_cotangent(0, y, seed)], leaves, free=not retain)
    pairs = [(x, g) for x, g in zip(leaves, found, strict=True) if g is not None]
    gradients: Sequence[Tensor | None] = [
        like(expand_to(g, x.shape) if g is ZERO else g, x) for x, g in pairs
    ]
    if not create_graph:
        gradients = detached(gradients, [y], [x for x, _ in pairs])
    for (x, _), g in zip(pairs, gradients, strict=True):
        there = x.grad if x.grad is None or create_graph else x.grad.detach()
        x.grad = g if there is None or g is None else there + g


def _check(ys: list[Tensor], xs: list[Tensor]) -> None:
    for i, y in enumerate(ys):
        if not y.requires_grad:
            raise RuntimeError(
                f"element {i} of tensors does not require grad and does not have a grad_fn"
            )
    if not all(x.requires_grad for x in xs):
        raise RuntimeError("One of the differentiated Tensors does not require grad")


def _sequence(x: Any) -> list[Any]:
    if isinstance(x, Tensor):
        return [x]
    if callable(x):
        raise TypeError(
            "hodiff.grad takes tensors, not functions: the gradient of a function f at x is"
            " hodiff.functional.grad(f)(x)"
        )
    return list(x)


def _cotangent(i: int, y: Tensor, seed: Any) -> Tensor:
    if seed is None:
        if any(n != 1 for n in y.shape):
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        return expand_to(ONE, y.shape)
    cotangent = tensor_of(seed)
    if cotangent.shape != y.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{i}] has a shape of {cotangent.shape}"
            f" and output[{i}] has a shape of {y.shape}."
        )
    return cotangent


def no_grad() -> AbstractContextManager[None]:
    """Operations inside are computed at once and not tracked.

    >>> import hodiff
    >>> x = hodiff.tensor(2.0, requires_grad=True)
    >>> with hodiff.no_grad():
    ...     print((x**2).requires_grad)
    False
    """
    return tracking(False)


def enable_grad() -> AbstractContextManager[None]:
    """Operations inside are tracked, also inside no_grad().

    >>> import hodiff
    >>> x = hodiff.tensor(2.0, requires_grad=True)
    >>> with hodiff.no_grad(), hodiff.enable_grad():
    ...     print((x**2).requires_grad)
    True
    """
    return tracking(True)
