"""Derivatives of Python functions: the transformations of torch.func and JAX.

Each takes a function of tensors, built from any operations that tensors have (plain numpy
functions included), and nests in itself and the others to any depth. Arguments may be tensors,
numpy arrays or numbers; results are tensors, tracked only if something outside is.

Costs are in units of one evaluation of f, for f: R^n -> R^m.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, TypeAlias

from hodiff import derivatives
from hodiff.backward import detached
from hodiff.graph import DATA, ZERO, Tensor, data, make, topological
from hodiff.operations.structure import alias, reshape_to, total

Function: TypeAlias = Callable[..., Any]
Argnums: TypeAlias = int | Sequence[int]


def grad(f: Function, argnums: Argnums = 0) -> Function:
    """The gradient of a scalar function, in one argument or in several (then a tuple).

    Shapes: those of the arguments. Cost: about 3 f, whatever n (Griewank and Walther 2008, 4.6).
    Raises ValueError where f's result isn't a scalar.

    >>> grad(lambda x: x**3)(2.0)
    tensor(12.)
    >>> grad(grad(lambda x: x**3))(2.0)
    tensor(12.)
    """
    both = value_and_grad(f, argnums)
    return lambda *arguments: both(*arguments)[1]


def value_and_grad(f: Function, argnums: Argnums = 0) -> Function:
    """f's value and its gradient, from one run.

    >>> value_and_grad(lambda x: x**3)(2.0)
    (tensor(8.), tensor(12.))
    """

    def gradient(*arguments: Any) -> tuple[Tensor, Any]:
        inputs = _Inputs(arguments, argnums)
        y = _scalar(f(*inputs.arguments))
        found: tuple[Tensor, Any] = inputs.results(
            [y], derivatives.gradient(y, inputs.chosen), first=True
        )
        return found

    return gradient


def vjp(f: Function, *primals: Any) -> tuple[Tensor, Function]:
    """f(*primals), and the function from a cotangent of that shape to J^T times it.

    Cost: a walk of about 2 f a call. The pulled back cotangent is a tensor for one primal, a
    tuple for several.

    >>> y, pull = vjp(lambda x: x**2, [1.0, 2.0])
    >>> pull([1.0, 10.0])
    tensor([ 2., 40.])
    """
    inputs = _Inputs(primals, range(len(primals)), kept=True)
    y = _tensor(f(*inputs.arguments))

    def pullback(cotangent: Any) -> Any:
        seed = _shaped(cotangent, y, "cotangent")
        return inputs.results([], derivatives.vjp(y, inputs.chosen, seed))

    return inputs.results([y], [])[0], pullback


def jvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Tensor, Tensor]:
    """f(*primals), and J times the tangents (one for each primal, of its shape).

    Two reverse walks: J^T u is linear in u, and its own transpose is J. Cost: about 4 f.

    >>> jvp(lambda x: x**2, [[1.0, 2.0]], [[1.0, 0.5]])
    (tensor([1., 4.]), tensor([2., 2.]))
    """
    primals = _sequence(primals)
    inputs = _Inputs(primals, range(len(primals)))
    y = _tensor(f(*inputs.arguments))
    vectors = _paired(inputs, tangents, "tangent")
    y, product = inputs.results([y, derivatives.jvp(y, inputs.chosen, vectors)], [])
    return y, product


def jacobian(f: Function, argnums: Argnums = 0) -> Function:
    """The matrix of first derivatives, of shape f(x).shape + x.shape.

    Reverse, a walk a row, where f has no more outputs than inputs, else forward, a jvp a column.
    Cost: about 2 min(m, 2 n) f.

    >>> jacobian(lambda x: x**2)([1.0, 2.0])
    tensor([[2., 0.],
            [0., 4.]])
    """

    def matrix(*arguments: Any) -> Any:
        inputs = _Inputs(arguments, argnums)
        y = _tensor(f(*inputs.arguments))
        return inputs.results([], [derivatives.jacobian(y, x) for x in inputs.chosen])

    return matrix


def hessian(f: Function, argnums: int = 0) -> Function:
    """The matrix of second derivatives of a scalar function, of shape x.shape + x.shape.

    Cost: about 4 n f, n walks over the gradient's graph that share their nodes.

    >>> hessian(lambda x: x[0]**2 * x[1])([1.0, 3.0])
    tensor([[6., 2.],
            [2., 0.]])
    """

    def matrix(*arguments: Any) -> Any:
        inputs = _Inputs(arguments, argnums)
        (g,) = derivatives.gradient(_scalar(f(*inputs.arguments)), inputs.chosen)
        return inputs.results([], [derivatives.jacobian(g, inputs.chosen[0])])

    return matrix


def hvp(f: Function, primals: Sequence[Any], vectors: Sequence[Any]) -> Any:
    """The Hessian of a scalar function times vectors, without the Hessian: grad(grad(f) . v).

    Shapes: those of the primals; a tensor for one primal, else a tuple. Cost: about 6 f
    (Pearlmutter 1994, Fast exact multiplication by the Hessian).

    >>> hvp(lambda x: (x**3).sum(), [[1.0, 2.0]], [[1.0, 0.5]])
    tensor([6., 6.])
    """
    primals = _sequence(primals)
    inputs = _Inputs(primals, range(len(primals)))
    y = _scalar(f(*inputs.arguments))
    tangents = _paired(inputs, vectors, "vector")
    return inputs.results([], derivatives.hvp(y, inputs.chosen, tangents)[1])


def vhp(f: Function, primals: Sequence[Any], vectors: Sequence[Any]) -> Any:
    """Vectors times the Hessian: the Hessian is symmetric, so this is hvp.

    >>> vhp(lambda x: (x**3).sum(), [[1.0, 2.0]], [[1.0, 0.5]])
    tensor([6., 6.])
    """
    return hvp(f, primals, vectors)


def nth(f: Function, order: int) -> Function:
    """The order-th derivative of a function of one number; entry by entry for an array.

    Nested reverse mode; the graph grows about 1.8 times an order. order 0 is f.

    >>> nth(lambda x: x**5, 3)([1.0, 2.0])
    tensor([ 60., 240.])
    """
    if order < 0:
        raise ValueError(f"the order of a derivative is 0 or more, not {order}")

    def derivative(x: Any) -> Any:
        inputs = _Inputs([x], 0)
        (x,) = inputs.chosen
        y = _tensor(f(x))
        for _ in range(order):
            y = derivatives.gradient(total(y) if y.shape else y, [x])[0]
        return inputs.results([], [y])

    return derivative


def laplacian(f: Function) -> Function:
    """The trace of the Hessian of a scalar function of one array.

    Cost: n Hessian-vector products that share their nodes.

    >>> laplacian(lambda x: (x**3).sum())([1.0, 2.0])
    tensor(18.)
    """

    def trace(x: Any) -> Any:
        inputs = _Inputs([x], 0)
        (x,) = inputs.chosen
        (g,) = derivatives.gradient(_scalar(f(x)), [x])
        entries = zip(derivatives.components(g), range(prod(x.shape)), strict=True)
        diagonal = [
            derivatives.components(derivatives.gradient(slope, [x])[0])[i] for slope, i in entries
        ]
        result = ZERO
        for entry in diagonal:
            result = result + entry
        return inputs.results([], [result])

    return trace


# The machinery.


class _Inputs:
    """The arguments as tensors of this call's own, so that nothing outside is differentiated."""

    def __init__(self, arguments: Sequence[Any], argnums: Argnums, kept: bool = False) -> None:
        self.kept = kept  # for more walks after the first results
        numbers = [argnums] if isinstance(argnums, int) else list(argnums)
        self.arguments = list(arguments)
        for i in numbers:
            if not -len(self.arguments) <= i < len(self.arguments):
                raise ValueError(f"argnums names argument {i} of {len(self.arguments)}")
            self.arguments[i] = _own(self.arguments[i])
        self.chosen: list[Tensor] = [self.arguments[i] for i in numbers]
        # All arguments of a function of one are that one.
        all_of_one = isinstance(argnums, range) and len(argnums) == 1
        self.single = isinstance(argnums, int) or all_of_one

    def results(self, values: list[Tensor], shares: list[Tensor], first: bool = False) -> Any:
        """values and shares, computed unless something outside this call tracks them.

        values as they are; shares as one tensor for one argument, a tuple for several.
        """
        found: list[Any] = [*values, *shares]
        if not self.kept:
            for x in self.chosen:
                if x.operation is DATA:
                    x.requires_grad = False  # to a call around this one it is a number
        leaves = [x for x in topological(found, tracked=True) if x.is_leaf]
        own = {id(x) for x in self.chosen}
        if all(id(x) in own for x in leaves):
            found = list(detached(found))
        values, shares = found[: len(values)], found[len(values) :]
        share = shares[0] if self.single and shares else tuple(shares)
        if first:
            return values[0], share
        return share if not values else tuple(values)


def _own(x: Any) -> Tensor:
    """x as a tensor that only this call knows, with the same value."""
    from hodiff.library import tensor

    if not isinstance(x, Tensor):
        x = tensor(x)
    if x.requires_grad:
        return alias(x)
    own = make(DATA, (), (), x.shape) if x.value is not None else data(x.computed())
    own.value = x.computed()
    own.requires_grad = True
    return own


def _tensor(y: Any) -> Tensor:
    if not isinstance(y, Tensor):
        raise TypeError(
            f"the function must return a tensor, not {type(y).__name__}:"
            " float() and .item() leave the graph"
        )
    return y


def _sequence(x: Any) -> Sequence[Any]:
    """Arguments: a list or tuple of them, or a single one."""
    return x if isinstance(x, (list, tuple)) else [x]


def _paired(inputs: _Inputs, vectors: Any, what: str) -> list[Tensor]:
    """A vector for each chosen input, in its shape."""
    vectors = _sequence(vectors)
    if len(vectors) != len(inputs.chosen):
        raise ValueError(f"{len(vectors)} {what}s for {len(inputs.chosen)} primals")
    return [_shaped(v, x, what) for x, v in zip(inputs.chosen, vectors, strict=True)]


def _scalar(y: Any) -> Tensor:
    y = _tensor(y)
    if prod(y.shape) != 1:
        raise ValueError(f"the function must return a scalar, not shape {y.shape}")
    return reshape_to(y, ())


def _shaped(v: Any, x: Tensor, what: str) -> Tensor:
    from hodiff.library import tensor

    vector: Tensor = v if isinstance(v, Tensor) else tensor(v)
    if vector.shape != x.shape:
        raise ValueError(f"a {what} of shape {vector.shape} for a tensor of shape {x.shape}")
    return vector
