"""Derivatives held against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hodiff.engine.graph import Tensor, data, tensor_of, tracking
from hodiff.library import functional
from hodiff.library.autograd import grad


def check_grads(
    f: Callable[..., Any],
    *arguments: Any,
    order: int = 2,
    rtol: float = 1e-5,
    atol: float = 1e-6,
    eps: float = 1e-5,
    seed: int = 0,
) -> None:
    """Check the derivatives of f at arguments in both modes, up to order.

    In random directions: J v against a central difference of f, and u . J v against v . J^T u.
    Then the same of the function x -> J^T u, for the next order. f is called a few times an
    order. Raises AssertionError that says which mode differs, at which order, and by how much.

    >>> check_grads(lambda x: x**3, 2.0)
    """
    import numpy  # start-up

    random = numpy.random.default_rng(seed)
    _check(f, [numpy.asarray(x, dtype=float) for x in arguments], order, 1, rtol, atol, eps, random)


def _check(
    f: Callable[..., Any], x: list[Any], orders: int, order: int, rtol: float, atol: float,
    eps: float, random: Any,
) -> None:  # fmt: skip
    import numpy  # start-up

    def value(points: Sequence[Any]) -> list[Any]:
        result = f(*map(data, points))
        result = result if isinstance(result, tuple) else (result,)
        return [numpy.asarray(tensor_of(y).detach().computed(), dtype=float) for y in result]

    v = [random.standard_normal(p.shape) for p in x]
    ahead = value([p + eps * d for p, d in zip(x, v, strict=True)])
    behind = value([p - eps * d for p, d in zip(x, v, strict=True)])
    u = [random.standard_normal(y.shape) for y in ahead]
    slope = sum(float(numpy.sum(w * (a - b))) for w, a, b in zip(u, ahead, behind, strict=True))
    slope /= 2 * eps

    def weighted(*points: Any) -> Tensor:
        """u . f, whose gradient is J^T u."""
        result = f(*points)
        result = result if isinstance(result, tuple) else (result,)
        terms = [(tensor_of(y) * w).sum() for y, w in zip(result, u, strict=True)]
        total: Tensor = sum(terms[1:], terms[0])
        return total

    gradient = functional.grad(weighted, range(len(x)))
    pulled = gradient(*x)
    pulled = pulled if isinstance(pulled, tuple) else (pulled,)
    reverse = sum(float(numpy.sum(d * p.numpy())) for d, p in zip(v, pulled, strict=True))
    forward = functional.jvp(weighted, x, v)[1].item()
    for mode, found in (("reverse", reverse), ("forward", forward)):
        if not abs(found - slope) <= atol + rtol * abs(slope):
            raise AssertionError(
                f"order {order}, {mode} mode: the slope is {found!r},"
                f" and by central differences {slope!r}"
            )
    if order < orders:
        _check(gradient, x, orders, order + 1, rtol, atol, eps, random)


class GradcheckError(RuntimeError):
    """A derivative that differs from differences."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """torch.autograd.gradcheck: every entry of the Jacobian of func in those of inputs (a tensor or
    a tuple) that require grad, by walks, against central differences.

    Cost: a walk an entry of the outputs, two calls of func an entry of the inputs; check_grads
    tries random directions. Raises GradcheckError, a RuntimeError, for a difference, or gives
    False unless raise_exception; ValueError where no input requires grad.

    >>> x = hodiff.tensor([1.0, 2.0], requires_grad=True)
    >>> hodiff.autograd.gradcheck(lambda x: x**3, x)
    True
    """
    import numpy  # start-up

    xs, places = _listed(inputs)
    if not places:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them"
            " have requires_grad=True."
        )

    results, tracked = _listed(func(*xs))
    chosen = tracked or [i for i, y in enumerate(results) if isinstance(y, Tensor)]
    if not chosen:
        raise ValueError("gradcheck: the function returned no tensor")

    def outputs(points: Sequence[Any]) -> list[Tensor]:
        found = _listed(func(*points))[0]
        return [found[i] for i in chosen]

    for i, j, found, expected in _compared(outputs, xs, places, eps):
        if not numpy.allclose(found, expected, rtol=rtol, atol=atol, equal_nan=False):
            if not raise_exception:
                return False
            raise GradcheckError(
                f"Jacobian mismatch for output {chosen[i]} with respect to input {j},\n"
                f"numerical:{expected}\nanalytical:{found}"
            )
    return True


def _listed(x: Any) -> tuple[list[Any], list[int]]:
    """One or several as a list, and the places of those that require grad."""
    xs = list(x) if isinstance(x, (tuple, list)) else [x]
    return xs, [i for i, v in enumerate(xs) if getattr(v, "requires_grad", False)]


def _compared(
    outputs: Callable[[Sequence[Any]], list[Tensor]],
    xs: list[Any],
    places: Sequence[int],
    eps: float,
) -> Iterator[tuple[int, int, Any, Any]]:
    """For each output and input: their places, the Jacobian by walks, and by differences."""
    import numpy  # start-up

    def values(j: int, k: int, step: float) -> list[Any]:
        point = numpy.array(xs[j].detach().computed(), dtype=float)
        point.flat[k] += step
        with tracking(False):
            return [y.computed() for y in outputs([*xs[:j], data(point), *xs[j + 1 :]])]

    ys = outputs(xs)
    chosen = [xs[j] for j in places]
    for i, y in enumerate(ys):
        size = int(numpy.prod(y.shape))
        units = numpy.eye(size).reshape(size, *y.shape)
        rows = [
            grad(y, chosen, data(unit), retain_graph=True, materialize_grads=True)
            if y.requires_grad
            else [data(numpy.zeros(x.shape)) for x in chosen]
            for unit in units
        ]
        for n, j in enumerate(places):
            columns = int(numpy.prod(xs[j].shape))
            found = numpy.array([row[n].numpy().reshape(-1) for row in rows])
            steps = [(values(j, k, eps)[i], values(j, k, -eps)[i]) for k in range(columns)]
            differences = [numpy.ravel(a) - numpy.ravel(b) for a, b in steps]
            expected = numpy.array(differences).T / (2 * eps)
            yield i, j, found.reshape(size, columns), expected.reshape(size, columns)


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """torch.autograd.gradgradcheck: gradcheck of the gradient of func, in its inputs and in
    grad_outputs, which are random unless given.

    >>> x = hodiff.tensor([1.0, 2.0], requires_grad=True)
    >>> hodiff.autograd.gradgradcheck(lambda x: x**3, x)
    True
    """
    import numpy  # start-up

    xs, places = _listed(inputs)
    random = numpy.random.default_rng(0)

    def outputs(points: Sequence[Any]) -> list[Tensor]:
        return [y for y in _listed(func(*points))[0] if getattr(y, "requires_grad", False)]

    if grad_outputs is None:
        seeds = [data(random.standard_normal(y.shape)) for y in outputs(xs)]
        for seed in seeds:
            seed.requires_grad = True
    else:
        seeds = _listed(grad_outputs)[0]

    def gradient(*arguments: Any) -> tuple[Any, ...]:
        with tracking(True):
            points = list(arguments[: len(xs)])
            for i in places:
                if not points[i].requires_grad:  # a step of a difference
                    points[i] = points[i].detach().requires_grad_()
            return grad(
                outputs(points), [points[i] for i in places], arguments[len(xs) :],
                create_graph=True, materialize_grads=True,
            )  # fmt: skip

    return gradcheck(
        gradient, (*xs, *seeds), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception
    )
