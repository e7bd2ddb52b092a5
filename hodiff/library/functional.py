"""Derivatives of Python functions: the transformations of torch.func and JAX.

Each takes a function of tensors, built from any operations that tensors have (plain numpy
functions included), and nests in itself and the others to any depth. Arguments may be tensors,
numpy arrays or numbers, or lists, tuples and dicts of those, as parameters come (and results then,
too); results are tensors, tracked only if something outside is. Inside no_grad() derivatives are
the same, and tracked by nothing.

Costs are in units of one evaluation of f, for f: R^n -> R^m.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial
from typing import Any, Literal, TypeAlias, overload

from hodiff import derivatives
from hodiff.arithmetic.base import UnknownError
from hodiff.arithmetic.program import suited
from hodiff.derivatives.diagonal import hessian_diagonal as diagonal_of_hessian
from hodiff.derivatives.doubles import in_doubles
from hodiff.derivatives.method import by_taylor
from hodiff.derivatives.plan import NoSeries, Open
from hodiff.derivatives.series import NODES, Series
from hodiff.derivatives.vmap import vmapped
from hodiff.engine.graph import (
    ONE,
    STATE,
    Tensor,
    data,
    tensor_of,
    topological,
    variable,
)
from hodiff.engine.operations.structure import (
    concatenate,
    expand_to,
    stack,
    total,
)
from hodiff.engine.passes import depending
from hodiff.engine.shapes import broadcast
from hodiff.engine.sharing import sharing
from hodiff.library.call import (
    Argnums,
    Inputs,
    Result,
    checked,
    in_dtypes_of,
    only_tensor,
    paired,
    scalar,
    sequence,
    shaped_as,
    tracking_itself,
)
from hodiff.library.creation import Level, as_tensor, drawing
from hodiff.library.pytrees import flatten
from hodiff.library.replay import detached

Function: TypeAlias = Callable[..., Any]


def grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The gradient of a scalar function, in one argument or in several (then a tuple).

    Shapes: those of the arguments. has_aux: f returns the scalar and something else, which comes
    with the gradient: (gradient, else). Keywords go to f. Cost: about 3 f, whatever n (Griewank
    and Walther 2008, 4.6). Raises ValueError where f's result isn't a scalar.

    >>> grad(lambda x: x**3)(2.0)
    tensor(12.)
    >>> grad(grad(lambda x: x**3))(2.0)
    tensor(12.)
    """
    both = value_and_grad(f, argnums, has_aux)

    def gradient(*arguments: Any, **keywords: Any) -> Any:
        value, found = both(*arguments, **keywords)
        return (found, value[1]) if has_aux else found

    return gradient


def value_and_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """f's value and its gradient, from one run; with has_aux ((value, else), gradient).

    >>> value_and_grad(lambda x: x**3)(2.0)
    (tensor(8.), tensor(12.))
    """

    argnums = checked(argnums)

    @tracking_itself
    def gradient(*arguments: Any, **keywords: Any) -> tuple[Any, Any]:
        inputs = Inputs(arguments, argnums)
        found = Result(f(*inputs.arguments, **keywords), has_aux)
        y = scalar(found.only())
        slopes = in_dtypes_of(derivatives.gradient(y, inputs.chosen), inputs.chosen, [y])
        (y, *rest), share = inputs.computed([y, *found.aux], slopes)
        return ((y, found.else_(rest)) if has_aux else y), share

    return gradient


def grad_and_value(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """value_and_grad the other way round, as torch.func has it.

    >>> grad_and_value(lambda x: x**3)(2.0)
    (tensor(12.), tensor(8.))
    """
    both = value_and_grad(f, argnums, has_aux)
    return lambda *arguments, **keywords: both(*arguments, **keywords)[::-1]


@overload
def vjp(
    f: Callable[..., Tensor], *primals: Any, has_aux: Literal[False] = ...
) -> tuple[Tensor, Function]: ...
@overload
def vjp(f: Function, *primals: Any, has_aux: bool = ...) -> tuple[Any, ...]: ...
@tracking_itself
def vjp(f: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """f(*primals), and the function from cotangents to J^T times them; with has_aux what else f
    returns comes third.

    f may return several tensors (a tuple, a dict): a cotangent is as f's result, in its shapes.
    Cost: a walk of about 2 f a call. What is pulled back is a tensor for one primal, a tuple for
    several; that of hodiff.func.vjp, as of torch.func's, is a tuple always.

    >>> y, pull = vjp(lambda x: x**2, [1.0, 2.0])
    >>> pull([1.0, 10.0])
    tensor([ 2., 40.])
    >>> (y, total), pull = vjp(lambda x: (x**2, x.sum()), [1.0, 2.0])
    >>> pull(([1.0, 10.0], 100.0))
    tensor([102., 140.])
    """
    inputs = Inputs(primals, range(len(primals)))
    found = Result(f(*inputs.arguments), has_aux)

    @tracking_itself
    def pullback(cotangents: Any) -> Any:
        inputs.track(True)
        seeds = found.cotangents(cotangents)
        pulled = derivatives.pullback(found.ys, seeds, inputs.chosen)
        return inputs.results([], in_dtypes_of(pulled, inputs.chosen, [*found.ys, *seeds]))

    values = inputs.computed([*found.ys, *found.aux], [])[0]
    y, rest = found.split(values)
    return (y, pullback, rest) if has_aux else (y, pullback)


@overload
def jvp(
    f: Callable[..., Tensor],
    primals: Sequence[Any],
    tangents: Sequence[Any],
    *,
    strict: bool = ...,
    has_aux: Literal[False] = ...,
) -> tuple[Tensor, Tensor]: ...
@overload
def jvp(
    f: Function,
    primals: Sequence[Any],
    tangents: Sequence[Any],
    *,
    strict: bool = ...,
    has_aux: bool = ...,
) -> tuple[Any, ...]: ...
@tracking_itself
def jvp(
    f: Function,
    primals: Sequence[Any],
    tangents: Sequence[Any],
    *,
    strict: bool = False,
    has_aux: bool = False,
) -> tuple[Any, ...]:
    """f(*primals), and J times the tangents (one for each primal, of its shape), as f's result;
    with has_aux what else f returns comes third.

    Two reverse walks: J^T u is linear in u, and its own transpose is J. Cost: about 4 f. strict
    refuses, by RuntimeError, an f whose result doesn't depend on the primals.

    >>> jvp(lambda x: x**2, [[1.0, 2.0]], [[1.0, 0.5]])
    (tensor([1., 4.]), tensor([2., 2.]))
    """
    primals = sequence(primals)
    inputs = Inputs(primals, range(len(primals)))
    found = Result(f(*inputs.arguments), has_aux)
    if strict and depending(topological(found.ys), inputs.chosen).isdisjoint(found.ys):
        raise RuntimeError("jvp(strict=True): the result of f is independent of the primals")
    vectors = paired(inputs, tangents, "tangent")
    with sharing():
        products = [derivatives.jvp(y, inputs.chosen, vectors) for y in found.ys]
    values, _ = inputs.computed([*products, *found.ys, *found.aux], [])
    product = found.build(iter(values))
    y, rest = found.split(values[len(products) :])
    return (y, product, rest) if has_aux else (y, product)


def jacobian(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The matrix of first derivatives, of shape f(x).shape + x.shape; a tuple for several argnums,
    and one for each of f's outputs, where it has several.

    has_aux: f returns its outputs and something else, which comes with the matrix: (matrix, else).
    Keywords go to f. Reverse where f has at most twice as many outputs as inputs, else forward: one
    walk or two, on a batch of unit vectors. Cost: about 2 min(m, 2 n) f, but that of few nodes.

    >>> jacobian(lambda x: x**2)([1.0, 2.0])
    tensor([[2., 0.],
            [0., 4.]])
    """
    argnums = checked(argnums)

    @tracking_itself
    def matrix(*arguments: Any, **keywords: Any) -> Any:
        inputs = Inputs(arguments, argnums)
        found, xs = Result(f(*inputs.arguments, **keywords), has_aux), inputs.chosen
        slopes = [d for y in found.ys for d in in_dtypes_of(derivatives.jacobians(y, xs), xs, [y])]
        values, _ = inputs.computed([*slopes, *found.aux], [])
        result = found.build(inputs.shaped(row) for row in _rows(values, len(slopes), len(xs)))
        return (result, found.else_(values[len(slopes) :])) if has_aux else result

    return matrix


jacrev = jacfwd = jacobian  # torch.func's and JAX's names: the cheaper of the two ways is taken


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """The second derivatives, of shape f(x).shape + x.shape + x.shape: of a scalar function a
    matrix. For several argnums a tuple for each of them, of f(x).shape + x.shape + y.shape for each
    y of them; and one of those for each of f's outputs, where it has several.

    Keywords go to f. Cost, for a scalar: about 4 n f, but that of few nodes: one walk over the
    gradient's graph, on a batch of unit vectors.

    >>> hessian(lambda x: x[0]**2 * x[1])([1.0, 3.0])
    tensor([[6., 2.],
            [2., 0.]])
    >>> hessian(lambda x: hodiff.stack([x**2, x**3]))(1.0)
    tensor([2., 6.])
    """
    argnums = checked(argnums)

    @tracking_itself
    def matrix(*arguments: Any, **keywords: Any) -> Any:
        inputs = Inputs(arguments, argnums)
        found, xs = Result(f(*inputs.arguments, **keywords)), inputs.chosen
        n, rows = len(xs), []
        with sharing():
            for y in found.ys:
                rows += [derivatives.jacobians(g, xs) for g in derivatives.jacobians(y, xs)]
        slopes = [d for row in rows for d in in_dtypes_of(row, xs, found.ys)]
        entries = inputs.computed(slopes, [])[0]
        each = _rows([inputs.shaped(row) for row in _rows(entries, len(entries), n)], len(rows), n)
        return found.build(map(inputs.shaped, each))

    return matrix


def hvp(f: Function, primals: Sequence[Any], vectors: Sequence[Any]) -> Any:
    """The Hessian of a scalar function times vectors, without the Hessian: grad(grad(f) . v).

    Shapes: those of the primals; a tensor for one primal, else a tuple. Cost: about 6 f
    (Pearlmutter 1994, Fast exact multiplication by the Hessian).

    >>> hvp(lambda x: (x**3).sum(), [[1.0, 2.0]], [[1.0, 0.5]])
    tensor([6., 6.])
    """
    return value_and_hvp(f, primals, vectors)[1]


@tracking_itself
def value_and_hvp(f: Function, primals: Sequence[Any], vectors: Sequence[Any]) -> tuple[Any, Any]:
    """f's value, and what hvp gives.

    >>> value_and_hvp(lambda x: (x**3).sum(), [[1.0, 2.0]], [[1.0, 0.5]])
    (tensor(9.), tensor([6., 6.]))
    """
    primals = sequence(primals)
    inputs = Inputs(primals, range(len(primals)))
    y = only_tensor(f(*inputs.arguments))
    tangents = paired(inputs, vectors, "vector")
    product = derivatives.hvp(scalar(y), inputs.chosen, tangents)[1]
    (y,), products = inputs.computed([y], in_dtypes_of(product, inputs.chosen, [y, *tangents]))
    return y, products


def vhp(f: Function, primals: Sequence[Any], vectors: Sequence[Any]) -> Any:
    """Vectors times the Hessian: the Hessian is symmetric, so this is hvp.

    >>> vhp(lambda x: (x**3).sum(), [[1.0, 2.0]], [[1.0, 0.5]])
    tensor([6., 6.])
    """
    return hvp(f, primals, vectors)


def vmap(
    f: Function,
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Function:
    """f for each entry of a batch, as if it were called for one after the other and the results
    stacked: torch.func.vmap and jax.vmap.

    in_dims gives the axis of each argument that is the batch's, None for one that is the same for
    all, and for an argument of several arrays may hold as many in the same places. Keywords go to f
    as they are. out_dims is the axis of the results, None for one that is the same for all. f sees
    arguments without that axis, and none of their values. Cost: that of f on arrays; an operation
    that can't be done for the whole batch at once (sorting by another's order, say) is done for one
    entry after the other.

    Random numbers that f draws are refused unless randomness is "different" (others in each entry)
    or "same". chunk_size entries are computed at once, for less memory.

    >>> vmap(lambda x, y: x @ y)([[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [1.0, 2.0]])
    tensor([ 3., 11.])
    >>> vmap(grad(lambda w, x: (w * x)**2), in_dims=(None, 0))(2.0, [1.0, 3.0])
    tensor([ 4., 36.])
    """

    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"randomness is 'error', 'different' or 'same', not {randomness!r}")
    if chunk_size is not None and chunk_size < 1:
        raise ValueError(f"chunk_size is a whole number from 1 on, not {chunk_size}")

    @tracking_itself
    def on_batch(*arguments: Any, **keywords: Any) -> Any:
        axes = in_dims if isinstance(in_dims, (list, tuple)) else [in_dims] * len(arguments)
        if len(axes) != len(arguments):
            raise ValueError(f"in_dims has {len(axes)} axes for {len(arguments)} arguments")
        batch: dict[Tensor, Tensor] = {}

        def entry(i: int, x: Any, axis: Any) -> Any:
            """Argument i as an entry of the batch has it."""
            tree = flatten(x)
            pairs = zip(tree.leaves, _axes(axis, x), strict=True)
            return tree.build(leaf if k is None else one(i, leaf, k) for leaf, k in pairs)

        def one(i: int, leaf: Any, axis: int) -> Tensor:
            whole = as_tensor(leaf)
            if not whole.shape:
                raise ValueError(f"argument {i} is a number, and no batch: its in_dims is None")
            moved = whole.movedim(axis, 0)
            found = variable(f"argument {i} of the function in vmap", moved.shape[1:])
            batch[found] = moved
            return found

        inputs = [entry(i, x, k) for i, (x, k) in enumerate(zip(arguments, axes, strict=True))]
        if len({x.shape[0] for x in batch.values()}) != 1:
            lengths = ", ".join(str(x.shape[0]) for x in batch.values())
            raise ValueError(f"vmap needs arguments with batches of one length, not ({lengths})")
        (size,) = {x.shape[0] for x in batch.values()}
        with drawing(Level(randomness, size, batch)):
            tree = flatten(f(*inputs, **keywords))
        ys = list(map(only_tensor, tree.leaves))
        ends = out_dims if isinstance(out_dims, (list, tuple)) else [out_dims] * len(ys)
        on_it = depending(topological(ys), batch, smoothly=False)
        if any(end is None and y in on_it for y, end in zip(ys, ends, strict=True)):
            raise ValueError("out_dims is None for a result that differs along the batch")

        found = _on_batch(ys, ends, batch, chunk_size or size)
        return tree.build(
            x if end is None else x.movedim(0, end) for x, end in zip(found, ends, strict=True)
        )

    return on_batch


def _on_batch(
    ys: Sequence[Tensor], ends: Sequence[Any], batch: dict[Tensor, Tensor], most: int
) -> list[Tensor]:
    """ys for each entry of a batch, at most so many at once; as they are where an end is None."""
    (size,) = {x.shape[0] for x in batch.values()}
    if size > most:
        starts = range(0, size, most)
        parts = [{x: every[i : i + most] for x, every in batch.items()} for i in starts]
        pieces = zip(*(_on_batch(ys, ends, part, most) for part in parts), strict=True)
        return [
            first if end is None else concatenate([first, *rest], -len(first.shape))
            for (first, *rest), end in zip(pieces, ends, strict=True)
        ]
    with sharing():
        found = vmapped(ys, batch)
    found = [y if end is None else x for x, y, end in zip(found, ys, ends, strict=True)]
    if any(x.is_leaf for x in topological(found, tracked=True)):  # a leaf that still is tracked
        return found
    return [x for x in detached(found) if x is not None]


def _axes(axis: Any, x: Any) -> list[Any]:
    """The batch's axis of each array that x holds, from one for all or one for each."""
    if isinstance(axis, dict):
        return [k for key in x for k in _axes(axis[key], x[key])]
    if isinstance(axis, (list, tuple)):
        return [k for part, y in zip(axis, x, strict=True) for k in _axes(part, y)]
    return [axis] * len(flatten(x).leaves)


def nth(f: Function, order: int, method: str = "auto") -> Function:
    """The order-th derivative of a function of one number; entry by entry for an array.

    method: nested, reverse mode again and again, whose graph grows about 1.8 times an order;
    taylor, a Taylor series, whose cost grows with the square of the order (and which an array
    needs f to act entry by entry for; of one that doesn't, the sum of its entries is
    differentiated); auto, what is cheaper: nested up to order 2, and where something outside
    tracks the result. Where there is no series (a power at 0, say) both nest. order 0 is f. Raises
    ValueError for another order or method.

    >>> nth(lambda x: x**5, 3)([1.0, 2.0])
    tensor([ 60., 240.])
    >>> nth(lambda x: 1 / (1 - x), 10, method="taylor")(0.0)
    tensor(3628800.)
    """
    _check_order(order)
    if method not in ("auto", "nested", "taylor"):
        raise ValueError(f"the method is auto, nested or taylor, not {method!r}")

    @tracking_itself
    def derivative(x: Any) -> Any:
        inputs = Inputs([x], 0, nested=False)
        (x,) = inputs.chosen
        y = only_tensor(f(x))
        entrywise = not x.shape or _acts_entry_by_entry(y, x)
        if method == "taylor" and not entrywise:
            raise ValueError("method taylor needs an f that acts entry by entry on an array")
        found: list[Tensor] | None = None
        possible = method == "taylor" or (entrywise and inputs.untracked([y]))
        if possible and by_taylor(order, method):
            found = _coefficients(inputs, y, [[expand_to(ONE, x.shape)]], order, derivatives=True)
        if found is not None:
            return inputs.results([], found[-1:])
        with sharing():
            for _ in range(order):
                if x.shape:
                    y = derivatives.gradient(total(y) if y.shape else y, [x])[0]
                else:
                    y = (
                        derivatives.jvp(y, [x], [ONE])
                        if y.shape
                        else derivatives.gradient(y, [x])[0]
                    )
        return inputs.results([], [y])

    return derivative


def taylor(f: Function, order: int) -> Function:
    """The Taylor coefficients c_0 ... c_order of a function of one number: f(x + t) is the sum of
    c_k*t**k. Of an array, all of whose entries move by t, too.

    Shape: (order + 1,) + that of f(x). Cost: about (order + 1)**2 / 2 f; where there is no series
    (a power or a norm at 0, numbers out of a double's range) that of differentiating again and
    again, with a MemoryError past 300 000 nodes. Griewank and Walther 2008, chapter 13.

    >>> taylor(lambda x: 1 / (1 - x)**2, 3)(0.0)
    tensor([1., 2., 3., 4.])
    """
    _check_order(order)

    @tracking_itself
    def expansion(x: Any) -> Any:
        inputs = Inputs([x], 0, nested=False)
        y = only_tensor(f(*inputs.chosen))
        path = [expand_to(ONE, inputs.chosen[0].shape)]
        found = _coefficients(inputs, y, [path], order)
        if found is None:
            found = _nested(f, inputs, [path], order)
        return inputs.results([], [stack(*found)])

    return expansion


@tracking_itself
def jet(
    f: Function, primals: Sequence[Any], series: Sequence[Sequence[Any]]
) -> tuple[Tensor, list[Tensor]]:
    """How f moves when its arguments move along curves: jax.experimental.jet.jet.

    series gives for each primal the derivatives of its curve at 0, from the first on, each of the
    primal's shape; as many for each. Returns f(*primals) and as many derivatives of f along the
    curves. Cost: that of taylor.

    >>> y, (first, second) = jet(lambda x: x**3, [2.0], [[1.0, 0.0]])
    >>> first, second
    (tensor(12.), tensor(12.))
    """
    inputs = Inputs(sequence(primals), range(len(sequence(primals))), nested=False)
    if len(series) != len(inputs.chosen):
        raise ValueError(f"{len(series)} series for {len(inputs.chosen)} primals")
    order = len(series[0]) if series else 0
    if any(len(curve) != order for curve in series):
        raise ValueError(f"the series are of lengths {', '.join(str(len(c)) for c in series)}")
    paths = [
        [shaped_as(d, x, "derivative") / factorial(k) for k, d in enumerate(curve, 1)]
        for curve, x in zip(series, inputs.chosen, strict=True)
    ]
    y = only_tensor(f(*inputs.arguments))
    found = _coefficients(inputs, y, paths, order, derivatives=True)
    if found is None:
        found = [c * factorial(k) for k, c in enumerate(_nested(f, inputs, paths, order))]
    value, *rest = inputs.results([*found], [])
    return value, rest


def hessian_diagonal(f: Function) -> Function:
    """The diagonal of the Hessian of a scalar function of one array, of its shape.

    The Hessian is never formed. Cost: a few times f where f is made of entrywise functions, slices
    and sums of all entries, else n Hessian-vector products that share their nodes; then
    a MemoryError for n over 20 000.

    >>> hessian_diagonal(lambda x: (x**3).sum() + x[0] * x[1])([1.0, 2.0])
    tensor([ 6., 12.])
    """

    @tracking_itself
    def diagonal(x: Any) -> Any:
        inputs = Inputs([x], 0, nested=False)
        y = scalar(f(*inputs.chosen))
        return inputs.results([], diagonal_of_hessian(y, inputs.chosen))

    return diagonal


def laplacian(f: Function) -> Function:
    """The trace of the Hessian of a scalar function of one array: the sum of hessian_diagonal's
    entries, at its cost.

    >>> laplacian(lambda x: (x**3).sum())([1.0, 2.0])
    tensor(18.)
    """

    @tracking_itself
    def trace(x: Any) -> Any:
        inputs = Inputs([x], 0, nested=False)
        y = scalar(f(*inputs.chosen))
        (diagonal,) = diagonal_of_hessian(y, inputs.chosen)
        return inputs.results([], [total(diagonal) if diagonal.shape else diagonal])

    return trace


def _rows(entries: Sequence[Any], end: int, n: int) -> list[Sequence[Any]]:
    """n after n of the entries before end."""
    return [entries[i : i + n] for i in range(0, end, n)]


def _check_order(order: int) -> None:
    if not hasattr(order, "__index__") or order < 0:
        raise ValueError(f"the order of a derivative is a whole number from 0 on, not {order!r}")


def _acts_entry_by_entry(y: Tensor, x: Tensor) -> bool:
    """Whether each entry of y depends on the one of x in its place alone."""
    dependent = depending(topological([y]), [x])
    return y.shape == x.shape and all(
        node is x or (node.shape == x.shape and node.operation.shape is broadcast)
        for node in dependent
    )


def _coefficients(
    inputs: Inputs,
    y: Tensor,
    paths: Sequence[Sequence[Tensor]],
    order: int,
    derivatives: bool = False,
) -> list[Tensor] | None:
    """The Taylor coefficients of y as the chosen inputs move along paths (coefficients from the
    first on), or the derivatives; None where there is no series in doubles. As graphs, where
    something outside tracks them."""
    try:
        series = Series([y], inputs.chosen, order + 1)
    except (MemoryError, NoSeries):
        return None
    factors = [factorial(k) if derivatives else 1 for k in range(order + 1)]
    arithmetic = suited([*series.order, *inputs.chosen])
    moving = dict(zip(inputs.chosen, paths, strict=True))
    try:
        start = series.start({}, arithmetic, ties=False)
        if inputs.untracked([y, *(c for path in paths for c in path)]):
            values = {x: [c.computed() for c in path] for x, path in moving.items()}
            doubles = in_doubles(series, start, values, arithmetic, factors)
            return [expand_to(data(c), y.shape) for c in doubles]
    except (NoSeries, Open, UnknownError):  # UnknownError: inside vmap
        return None
    with sharing():
        (found,) = series.coefficients({}, moving, NODES, strict=False)
        pairs = zip(found, factors, strict=True)
        return [expand_to(tensor_of(c), y.shape) * n for c, n in pairs]


def _nested(
    f: Function, inputs: Inputs, paths: Sequence[Sequence[Tensor]], order: int
) -> list[Tensor]:
    """The same by differentiating f(x(t)) in t again and again."""
    t = data(0.0)
    t.requires_grad = True
    arguments = list(inputs.arguments)
    for i, x in enumerate(arguments):
        for chosen, path in zip(inputs.chosen, paths, strict=True):
            if x is chosen:
                for k, c in enumerate(path, 1):
                    arguments[i] = arguments[i] + t**k * c
    y = only_tensor(f(*arguments))
    found = [y]
    with sharing() as table:
        table.limit(STATE.limits.nested)
        for k in range(1, order + 1):
            y = derivatives.jvp(y, [t], [ONE])
            found.append(y / factorial(k))
    if inputs.untracked(found, t):
        return [y for y in detached(found) if y is not None]
    return found
