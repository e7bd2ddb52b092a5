"""The reverse pass: the walk, and PyTorch's contract around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeAlias

from hodiff.graph import (
    ONE,
    STATE,
    VARIABLE,
    ZERO,
    Tensor,
    held,
    serial,
    tensor_of,
    topological,
    variable,
)
from hodiff.operations.elementary import coefficient
from hodiff.operations.structure import alias, expand_to, flat, like
from hodiff.tidy import Terms, sharing
from hodiff.traces import replayed

Tensors: TypeAlias = Tensor | Sequence[Tensor]
Seeds: TypeAlias = Tensor | Sequence[Tensor | None]

FREED = (
    "Trying to backward through the graph a second time: its values were freed by the first."
    " Pass retain_graph=True (or create_graph=True) to the first walk"
)
UNUSED = (
    "One of the differentiated Tensors appears to not have been used in the graph."
    " Set allow_unused=True if this is the desired behavior."
)


class NoInputs(ValueError, RuntimeError):
    """Nothing to differentiate in: PyTorch raised the one, and raises the other now."""


def walk(
    outputs: Sequence[Tensor], seeds: Sequence[Tensor], inputs: Sequence[Tensor], free: bool = False
) -> list[Tensor | None]:
    """The cotangent of each input, given one for each output: the loop of reverse mode.

    A node's cotangent is complete when all its users are done; its operation's pullback then
    gives each input's share, as new nodes of the same graph. None for an input that the outputs
    don't depend on, ZERO for one where the dependence is structurally flat. free marks the nodes
    on the way, so that a later walk that needs their values is refused.
    """
    with sharing() as builder:
        order = topological(outputs, tracked=True)
        builder.know(order)
        cotangents: dict[Tensor, Terms] = {}
        for y, seed in zip(outputs, seeds, strict=True):
            factor, g = coefficient(seed)
            terms = cotangents.setdefault(y, {})
            terms[g] = terms.get(g, 0) + factor
        on_the_way = _depending(order, inputs)
        found = dict.fromkeys(inputs)
        for node in reversed(order):
            if node not in cotangents or node not in on_the_way:
                continue
            terms = cotangents.pop(node)
            if len(terms) == 1:
                ((g, factor),) = terms.items()
            else:
                factor, g = builder.total(terms)
            if node.shape and factor == 0:
                factor, g = 1, ZERO
            g = expand_to(g, node.shape)  # a 0 may have lost axes
            if node.hooks:
                for hook in node.hooks.values():
                    factor, g = coefficient(_hooked(hook, builder.scaled(factor, g)))
            if node in found:
                found[node] = builder.scaled(factor, g)
            xs, operation = node.inputs, node.operation
            if not xs and not node.freed:
                continue
            if node.freed and not (operation.linear and xs):
                if node in found and on_the_way.isdisjoint(xs):
                    continue
                raise RuntimeError(FREED)
            builder.span = node.span
            partials = () if node.shape else operation.partials
            arguments = (*xs, node, *node.attributes)
            for i, x in enumerate(xs):
                if x not in on_the_way:
                    continue
                if partials:
                    slope = partials[i](*arguments)
                    if type(slope) is int:
                        weight, term = factor * slope, g
                    else:
                        weight, term = builder.times(factor, g, slope)
                else:
                    whole = builder.scaled(factor, g)
                    share = operation.pullback(whole, xs, node, node.attributes, i)
                    if share is None:
                        continue
                    weight, term = coefficient(share)
                if weight:
                    there = cotangents.get(x)
                    if there is None:
                        cotangents[x] = {term: weight}
                    else:
                        there[term] = there.get(term, 0) + weight
            if free and not node.borrowed:
                node.freed = True
        if free:
            _spend(order)
        return [ZERO if found[x] is None and x in on_the_way else found[x] for x in inputs]


def _spend(order: list[Tensor]) -> None:
    """Let go of what lies behind nodes that no walk can pass again, where their values are known.

    A walk is refused at a freed node whose rule reads values, and so behind it. order has
    inputs before users.
    """
    for node in order:
        if node.freed and not node.spent:
            node.spent = not node.operation.linear or all(
                x.spent for x in node.inputs if x.requires_grad
            )
            if node.spent and node.value is not None:
                node.inputs = ()


def _depending(order: list[Tensor], xs: Sequence[Tensor]) -> set[Tensor]:
    """The nodes of order that depend on one of xs, xs among them included."""
    wanted, there = set(xs), set[Tensor]()
    if wanted.issuperset([node for node in order if not node.inputs]):
        return set(order)
    for node in order:
        dropped = node.freed and not node.inputs  # a walk to xs might have passed here
        if node in wanted or dropped or not there.isdisjoint(node.inputs):
            there.add(node)
    return there


def _hooked(hook: Any, g: Tensor) -> Tensor:
    outer, STATE.builder = STATE.builder, None
    try:
        replaced = hook(g)
    finally:
        STATE.builder = outer
    return g if replaced is None else tensor_of(replaced)


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
        remembered = replayed(ys, xs, walk, not retain)
        if remembered is not None:
            found, order = remembered
            if not retain:
                _spend(order)
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
    batch = tensor_of(seeds[0]).shape[:1] if is_grads_batched else ()
    results = [
        None if g is None and not materialize_grads
        else like(expand_to(ZERO, batch + x.shape) if g is None or g is ZERO else g, x)
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
    return detached(results)


def detached(
    results: Sequence[Tensor | None], outputs: Sequence[Tensor] = ()
) -> tuple[Tensor | None, ...]:
    """Tensors of the values of results, computed in one run; as they are where they have none.

    Outputs whose graph is spent get their values in the same run, and let it go.
    """
    from hodiff.arithmetic.program import Program

    spent = [y for y in outputs if y.spent and y.value is None]
    program = Program([*(g for g in results if g is not None), *spent])
    if program.variables:
        return tuple(results)
    values = iter(program.results())
    found = tuple(g if g is None else held(next(values)) for g in results)
    for y, value in zip(spent, values, strict=True):
        y.value, y.inputs = held(value).value, ()
    return found


def _batched(
    ys: list[Tensor], seeds: list[Tensor | None], xs: list[Tensor], retain: bool
) -> list[Tensor | None]:
    """One walk, on the batch that the first axis of the seeds is; hooks are called once, too."""
    from hodiff.batches import batched

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
        results = iter(batched(known, dict(zip(one, given, strict=True))))
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
        gradients = detached(gradients, [y])
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
    return [x] if isinstance(x, Tensor) else list(x)


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


@contextmanager
def _tracking(enabled: bool) -> Iterator[None]:
    outer, STATE.enabled = STATE.enabled, enabled
    try:
        yield
    finally:
        STATE.enabled = outer


def no_grad() -> AbstractContextManager[None]:
    """Operations inside are computed at once and not tracked."""
    return _tracking(False)


def enable_grad() -> AbstractContextManager[None]:
    """Operations inside are tracked, also inside no_grad()."""
    return _tracking(True)
