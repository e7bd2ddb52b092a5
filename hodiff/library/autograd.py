"""PyTorch's contract around the walk: grad, backward, no_grad."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial, wraps
from typing import Any, Literal, TypeAlias, TypeVar, overload

from hodiff.engine.backward import FREED, walk
from hodiff.engine.graph import (
    ONE,
    STATE,
    VARIABLE,
    ZERO,
    Tensor,
    serial,
    tensor_of,
    topological,
    tracking,
    variable,
)
from hodiff.engine.operations.structure import alias, expand_to, flat, like
from hodiff.engine.sharing import sharing
from hodiff.library.anomaly import WATCH, watched_walk
from hodiff.library.call import mixed
from hodiff.library.replay import Asked, finished, gradients

Tensors: TypeAlias = Tensor | Sequence[Tensor]
Seeds: TypeAlias = Tensor | Sequence[Tensor | None]
Function = TypeVar("Function", bound=Callable[..., Any])

UNUSED = (
    "One of the differentiated Tensors appears to not have been used in the graph."
    " Set allow_unused=True if this is the desired behavior."
)

GENERATOR = 0x20  # inspect.CO_GENERATOR, without the import


class NoInputs(ValueError, RuntimeError):
    """Nothing to differentiate in: PyTorch raised the one, and raises the other now."""


class NoTensor(TypeError, RuntimeError):
    """Something else in a tensor's place: PyTorch raises the one or the other."""


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
    known = [None if seed is None else tensor_of(seed) for seed in seeds]
    unused = bool(allow_unused or materialize_grads)

    def build() -> list[Tensor | None]:
        if is_grads_batched:
            found = _batched(ys, known, xs, retain)
            batch = known[0].shape[:1] if known[0] is not None else ()
        else:
            found, batch = watched_walk(ys, _cotangents(ys, known), xs, not retain), ()
        if any(g is None for g in found) and not unused:
            raise RuntimeError(UNUSED)
        various = create_graph and mixed(ys)
        results = [
            None if g is None and not materialize_grads
            else like(expand_to(ZERO, batch + x.shape) if g is None or g is ZERO else g, x, various)
            for x, g in zip(xs, found, strict=True)
        ]  # fmt: skip
        return _tracked(ys, xs, results) if create_graph else results

    asked = Asked(ys, known, xs, not retain, create_graph, False, (unused, materialize_grads))
    with Tracking(create_graph):
        met = not (is_grads_batched or WATCH.on)
        return tuple(gradients(build, asked) if met else finished(build(), asked))


def _tracked(
    ys: list[Tensor], xs: list[Tensor], results: list[Tensor | None]
) -> list[Tensor | None]:
    """Gradients that are part of the graph: new nodes that their owner may hook, or ask for."""
    newest = max(map(serial, ys), default=0)
    if any(g is not None and g.serial <= newest for g in results):
        older = set(topological(ys))
        results = [alias(g) if g is not None and g in older else g for g in results]
    for g in results:
        if g is not None and g.inputs:
            g.opaque = True
    # A named variable has no value that a run could ask for; there the constant stays.
    return [
        flat(g, x) if g is not None and not g.requires_grad and x.operation is not VARIABLE else g
        for x, g in zip(xs, results, strict=True)
    ]


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
    cotangents = _cotangents(ys, one)
    with sharing():
        found = walk(ys, cotangents, xs, free=not retain)
        known = [expand_to(g, x.shape) for x, g in zip(xs, found, strict=True) if g is not None]
        results = iter(vmapped(known, dict(zip(one, given, strict=True))))
        return [None if g is None else next(results) for g in found]


def backward(
    tensors: Tensors,
    grad_tensors: Seeds | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensors | None = None,
) -> None:
    """Add the gradient of the sum of tensors (weighted by grad_tensors) to .grad of each leaf that
    they depend on, or of inputs: torch.autograd.backward. The arguments are grad's.

    >>> import hodiff
    >>> x = hodiff.tensor(2.0, requires_grad=True)
    >>> hodiff.autograd.backward([x**2, x**3], [hodiff.tensor(1.0), hodiff.tensor(10.0)])
    >>> x.grad
    tensor(124.)
    """
    ys = _sequence(tensors)
    seeds = _sequence(grad_tensors) if grad_tensors is not None else [None] * len(ys)
    if len(seeds) != len(ys):
        raise RuntimeError(f"got {len(ys)} tensors and {len(seeds)} gradients")
    retain = create_graph if retain_graph is None else retain_graph
    _check(ys, [] if inputs is None else _sequence(inputs))
    if inputs is None:
        order = topological(ys, tracked=True)
        if any(x.spent and not x.inputs for x in order):  # behind it there were leaves
            raise RuntimeError(FREED)
        leaves = [x for x in order if x.is_leaf or x.retained]
    else:
        leaves = _sequence(inputs)
        if not leaves:
            raise RuntimeError("inputs argument to backward() cannot be empty.")
    known = [None if seed is None else tensor_of(seed) for seed in seeds]

    def build() -> list[Tensor | None]:
        various = create_graph and mixed(ys)
        found = watched_walk(ys, _cotangents(ys, known), leaves, not retain)
        return [
            None if g is None else like(expand_to(g, x.shape) if g is ZERO else g, x, various)
            for x, g in zip(leaves, found, strict=True)
        ]

    with Tracking(create_graph):
        asked = Asked(ys, known, leaves, not retain, create_graph, True)
        found = finished(build(), asked) if WATCH.on else gradients(build, asked)
    for x, g in zip(leaves, found, strict=True):
        if g is not None:
            if getattr(x.grad, "shape", x.shape) != x.shape:
                raise RuntimeError(f"the .grad that was assigned isn't of its shape, {x.shape}")
            there = x.grad if x.grad is None or create_graph else tensor_of(x.grad).detach()
            x.grad = g if there is None else there + g
            if x.grad.inputs:
                x.grad.opaque = True


def _check(ys: list[Tensor], xs: list[Tensor]) -> None:
    for x in (*ys, *xs):
        if not isinstance(x, Tensor):
            raise NoTensor(f"a tensor is differentiated, in tensors: not {type(x).__name__}")
    for i, y in enumerate(ys):
        if not y.requires_grad:
            raise RuntimeError(
                f"element {i} of tensors does not require grad and does not have a grad_fn"
            )
    for x in xs:
        if not x.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        if type(x.value) is not float and getattr(getattr(x.value, "dtype", 0), "kind", "f") != "f":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")


def _sequence(x: Any) -> list[Any]:
    if isinstance(x, Tensor):
        return [x]
    if callable(x):
        raise TypeError(
            "hodiff.grad takes tensors, not functions: the gradient of a function f at x is"
            " hodiff.functional.grad(f)(x)"
        )
    return list(x) if hasattr(x, "__iter__") else [x]


def _cotangents(ys: Sequence[Tensor], seeds: Sequence[Tensor | None]) -> list[Tensor]:
    found = []
    for i, (y, seed) in enumerate(zip(ys, seeds, strict=True)):
        if seed is None:
            if any(n != 1 for n in y.shape):
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            seed = expand_to(ONE, y.shape)
        elif seed.shape != y.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{i}] has a shape of {seed.shape}"
                f" and output[{i}] has a shape of {y.shape}."
            )
        found.append(seed)
    return found


class Tracking:
    """Operations inside are tracked, or not: as a context manager, as often as one likes, and as a
    decorator in a function; in a generator, while it runs."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self.before: list[bool] = []

    def __enter__(self) -> None:
        self.before.append(STATE.enabled)
        STATE.enabled = self.enabled

    def __exit__(self, *_: object) -> None:
        STATE.enabled = self.before.pop()

    def __call__(self, f: Function) -> Function:
        enabled = self.enabled

        @wraps(f)
        def called(*arguments: Any, **keywords: Any) -> Any:
            with tracking(enabled):
                found = f(*arguments, **keywords)
            return _in_steps(found, enabled) if stepwise else found

        code = getattr(f, "__code__", None)
        stepwise = code is not None and code.co_flags & GENERATOR
        return called  # type: ignore[return-value]


def _in_steps(steps: Generator[Any, Any, Any], enabled: bool) -> Generator[Any, Any, Any]:
    """What a generator yields; between its steps the caller's state is as it was."""
    resume = partial(next, steps)
    while True:
        try:
            with tracking(enabled):
                found = resume()
        except StopIteration as end:
            return end.value
        try:
            resume = partial(steps.send, (yield found))
        except GeneratorExit:
            with tracking(enabled):
                steps.close()
            raise
        except BaseException as error:  # thrown in: it is the generator's
            resume = partial(steps.throw, error)


@overload
def no_grad() -> Tracking: ...
@overload
def no_grad(f: Function) -> Function: ...
def no_grad(f: Function | None = None) -> Any:
    """Operations inside are computed at once and not tracked; as a decorator, in f.

    >>> import hodiff
    >>> x = hodiff.tensor(2.0, requires_grad=True)
    >>> with hodiff.no_grad():
    ...     print((x**2).requires_grad)
    False
    """
    return Tracking(False) if f is None else Tracking(False)(f)


@overload
def enable_grad() -> Tracking: ...
@overload
def enable_grad(f: Function) -> Function: ...
def enable_grad(f: Function | None = None) -> Any:
    """Operations inside are tracked, also inside no_grad(); as a decorator, in f.

    >>> import hodiff
    >>> x = hodiff.tensor(2.0, requires_grad=True)
    >>> with hodiff.no_grad(), hodiff.enable_grad():
    ...     print((x**2).requires_grad)
    True
    """
    return Tracking(True) if f is None else Tracking(True)(f)


@overload
def inference_mode(mode: bool = ...) -> Tracking: ...
@overload
def inference_mode(mode: Function) -> Function: ...
def inference_mode(mode: Any = True) -> Any:
    """no_grad() as PyTorch has it for programs that never differentiate; not mode: enable_grad().

    >>> import hodiff
    >>> with hodiff.inference_mode():
    ...     print(hodiff.is_grad_enabled())
    False
    """
    return Tracking(False)(mode) if callable(mode) else Tracking(not mode)


class set_grad_enabled(Tracking):
    """Operations from here on are tracked, or not; as a context manager, those inside, and as a
    decorator those of the function.

    >>> import hodiff
    >>> with hodiff.set_grad_enabled(False):
    ...     print(hodiff.is_grad_enabled())
    False
    >>> hodiff.is_grad_enabled()
    True
    """

    def __init__(self, mode: bool) -> None:
        super().__init__(bool(mode))
        self.outer = STATE.enabled
        STATE.enabled = self.enabled

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        STATE.enabled = self.outer

    def __call__(self, f: Function) -> Function:
        STATE.enabled = self.outer
        return super().__call__(f)
