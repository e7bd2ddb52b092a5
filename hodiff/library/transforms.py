"""PyTorch's own two sets of transformations, where their conventions aren't hodiff.functional's.

torch.autograd.functional has functions of (f, inputs): one input is a tensor, several a tuple, and
what comes has the same containers. Results are detached, closures or not, unless create_graph.
torch.func.vjp pulls a tuple back, of one primal too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hodiff import derivatives
from hodiff.engine.graph import ONE, VARIABLE, Tensor, topological
from hodiff.engine.operations.structure import flat, reshape_to, total
from hodiff.engine.passes import depending
from hodiff.engine.shapes import ShapeError
from hodiff.library import functional as fn
from hodiff.library.autograd import enable_grad
from hodiff.library.pytrees import flatten
from hodiff.library.replay import detached

Answer = TypeVar("Answer")

STRICT = "This is not allowed in strict mode."
STRATEGIES = ("reverse-mode", "forward-mode")


@enable_grad
def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of func at inputs: for each of its outputs one for each input, in their tuples.

    create_graph keeps what the result depends on outside; strict refuses an output that doesn't
    depend on an input, where 0 is the answer. vectorize and strategy are how PyTorch computes the
    same: here it is one walk on a batch always, in the cheaper direction.

    >>> hodiff.autograd.functional.jacobian(lambda x: x**2, hodiff.tensor([3.0]))
    tensor([[6.]])
    """
    _check_strategy(strategy)
    xs, argnums = _inputs(inputs)
    f = _strictly(func, every=True, tracked=create_graph) if strict else func
    return _told(fn.jacobian(f, argnums)(*xs), create_graph, xs)


@enable_grad
def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of func, which has one output of one entry, at inputs; a tuple of tuples for a
    tuple of inputs. The other arguments are jacobian's.

    >>> hodiff.autograd.functional.hessian(lambda x: (x**3).sum(), hodiff.tensor([2.0]))
    tensor([[12.]])
    """
    _check_strategy(outer_jacobian_strategy)
    xs, argnums = _inputs(inputs)
    f = _strictly(func, every=True, twice=True) if strict else func
    squeezed = fn.hessian(lambda *xs: reshape_to(_one_entry(f(*xs), "hessian"), ()), argnums)
    return _told(squeezed(*xs), create_graph, xs)


@enable_grad
def vjp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """func's value, and v (as func's outputs; 1 unless given) times its Jacobian, as inputs.

    >>> hodiff.autograd.functional.vjp(lambda x: x**2, hodiff.tensor(3.0))
    (tensor(9.), tensor(6.))
    """
    xs, argnums = _inputs(inputs)
    y, pull = fn.vjp(_strictly(func, tracked=create_graph) if strict else func, *xs)
    if v is None:
        if not isinstance(y, Tensor) or any(n != 1 for n in y.shape):
            raise ShapeError("v can be left out only where func returns one tensor of one entry")
        v = reshape_to(ONE, y.shape)
    elif isinstance(v, (list, tuple)) and isinstance(y, Tensor):
        (v,) = _vectors(v, 1)
    elif not isinstance(v, (list, tuple)) and not isinstance(y, Tensor):
        v = (v,)
    pulled = pull(v)
    return _told((y, (pulled,) if argnums == (0,) else pulled), create_graph, xs)


@enable_grad
def jvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """func's value, and its Jacobian times v (as inputs; 1 unless given), as func's outputs.

    >>> hodiff.autograd.functional.jvp(lambda x: x**2, hodiff.tensor(3.0), hodiff.tensor(1.0))
    (tensor(9.), tensor(6.))
    """
    xs, _ = _inputs(inputs)
    f = _strictly(func, tracked=create_graph) if strict else func
    return _told(fn.jvp(f, xs, _directions(xs, v)), create_graph, xs)


@enable_grad
def hvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """func's value, and its Hessian times v, both as inputs; func has one output of one entry.

    >>> x, v = hodiff.tensor([2.0]), hodiff.tensor([1.0])
    >>> hodiff.autograd.functional.hvp(lambda x: (x**3).sum(), x, v)
    (tensor(8.), tensor([12.]))
    """
    xs, argnums = _inputs(inputs)
    f = _strictly(func, twice=True) if strict else func
    value, product = fn.value_and_hvp(lambda *xs: _one_entry(f(*xs), "hvp"), xs, _directions(xs, v))
    return _told((value, (product,) if argnums == (0,) else product), create_graph, xs)


def vhp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:
    """func's value, and v times its Hessian, which is symmetric: what hvp gives.

    >>> x, v = hodiff.tensor([2.0]), hodiff.tensor([1.0])
    >>> hodiff.autograd.functional.vhp(lambda x: (x**3).sum(), x, v)
    (tensor(8.), tensor([12.]))
    """
    return hvp(func, inputs, v, create_graph, strict)


def func_vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """hodiff.functional.vjp as torch.func has it: what is pulled back is a tuple always.

    >>> y, pull = hodiff.func.vjp(lambda x: x**2, hodiff.tensor([1.0, 2.0]))
    >>> pull(hodiff.tensor([1.0, 10.0]))
    (tensor([ 2., 40.]),)
    """
    y, pull, *aux = fn.vjp(f, *primals, has_aux=has_aux)

    def pullback(cotangents: Any) -> Any:
        pulled = pull(cotangents)
        return (pulled,) if len(primals) == 1 else pulled

    return (y, pullback, *aux)


# How PyTorch reads what it is given.


def _inputs(inputs: Any) -> tuple[Sequence[Any], Any]:
    """The inputs, and argnums for them: results come in a tuple if they are in one."""
    if isinstance(inputs, (list, tuple)) and any(isinstance(x, Tensor) for x in inputs):
        return inputs, tuple(range(len(inputs)))
    return [inputs], 0


def _vectors(v: Any, n: int) -> Sequence[Any]:
    """v in a tuple, one for each of n."""
    vs = v if isinstance(v, (list, tuple)) else (v,)
    if len(vs) != n:
        raise ShapeError(f"v has {len(vs)} vectors for {n} tensors")
    return vs


def _directions(xs: Sequence[Any], v: Any) -> Sequence[Any]:
    if v is None:
        shape = getattr(xs[0], "shape", ())
        if len(xs) > 1 or any(n != 1 for n in shape):
            raise ShapeError("v can be left out only where there is one input of one entry")
        return [reshape_to(ONE, shape)]
    return _vectors(v, len(xs))


def _one_entry(y: Any, name: str) -> Any:
    if isinstance(y, Tensor) and any(n != 1 for n in y.shape):
        raise ShapeError(f"the function given to {name} returns one entry, not shape {y.shape}")
    if isinstance(y, (list, tuple)):
        raise ShapeError(f"the function given to {name} returns one tensor, not {len(y)}")
    return y


def _check_strategy(strategy: str) -> None:
    if strategy not in STRATEGIES:
        raise ValueError(f"the strategy is 'reverse-mode' or 'forward-mode', not {strategy!r}")


def _told(result: Answer, create_graph: bool, xs: Sequence[Any]) -> Answer:
    """A result with its tensors detached, unless they are to be part of the graph: then one that
    is constant is of the graph of the inputs, too."""
    tree = flatten(result)
    if not create_graph:
        leaves = list(detached(tree.leaves))
    else:
        tracked = [x for x in xs if getattr(x, "requires_grad", False)]
        tracked = [x for x in tracked if x.operation is not VARIABLE]
        leaves = [y if y.requires_grad or not tracked else flat(y, tracked[0]) for y in tree.leaves]
    answer: Answer = tree.build(iter(leaves))
    return answer


def _strictly(
    f: Callable[..., Any], every: bool = False, tracked: bool = False, twice: bool = False
) -> Callable[..., Any]:
    """f, whose outputs have to depend on the inputs: every one on each of them, or on each of them
    some. twice asks the same of its derivative; tracked, that this depends on anything."""

    def watched(*inputs: Any) -> Any:
        result = f(*inputs)
        xs, ys = flatten(inputs).leaves, flatten(result).leaves
        _check_dependence(ys, xs, every, "output")
        for y in ys if tracked or twice else ():
            slopes = derivatives.gradient(total(y) if y.shape else y, xs)
            if twice:
                _check_dependence(slopes, xs, every, "jacobian")
            elif not all(g.requires_grad for g in slopes):
                raise RuntimeError(f"The jacobian is constant where create_graph=True. {STRICT}")
        return result

    return watched


def _check_dependence(ys: Sequence[Any], xs: Sequence[Tensor], every: bool, what: str) -> None:
    for j, x in enumerate(xs):
        found = [y in depending(topological([y]), [x]) for y in ys if isinstance(y, Tensor)]
        if not (all(found) if every else any(found)):
            which = f"{what.title()} {found.index(False)}" if every else f"The {what}"
            raise RuntimeError(
                f"{which} of the user-provided function is independent of input {j}. {STRICT}"
            )
