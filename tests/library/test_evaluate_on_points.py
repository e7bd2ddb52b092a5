"""hodiff.evaluate on arrays of points: every operation gives what it gives point by point.

Axes of points come before a variable's own, in any number, and are broadcast between variables. The
oracle is numpy at each point, and evaluate itself at one point after the other.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import hodiff
from hodiff import Tensor
from hodiff.engine.graph import OPERATIONS, topological
from hodiff.engine.operations import FUNCTIONS
from hodiff.engine.operations.structure import cast

Array = np.ndarray[Any, Any]
L = hodiff.linalg

SHAPES = {"s": (), "t": (), "v": (3,), "u": (3,), "A": (3, 3), "B": (2, 3), "C": (4, 4)}
VARIABLES = {name: hodiff.variable(name, shape) for name, shape in SHAPES.items()}


def softmax(x: Any) -> Any:
    return np.exp(x) / np.exp(x).sum()


class Cube(hodiff.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 3 * x**2 * g


def positive(a: Any) -> Any:
    """A symmetric matrix with positive eigenvalues."""
    return a @ a.T + 4 * np.eye(3)


# A function of some of the variables, and the same in numpy.
TABLE: dict[str, tuple[Callable[..., Tensor], Callable[..., Any]]] = {
    "polynomial": (lambda s, t: s**3 * t - 2 * s + 1, lambda s, t: s**3 * t - 2 * s + 1),
    "scalar times vector": (lambda s, v: s * v, lambda s, v: s * v),
    "scalar plus matrix": (lambda s, A: s + A / 2, lambda s, A: s + A / 2),
    "vector plus matrix": (lambda v, A: hodiff.sin(v + A), lambda v, A: np.sin(v + A)),
    "two vectors": (lambda v, u: hodiff.hypot(v, u), np.hypot),
    "cosine of a norm": (lambda v: hodiff.cos(hodiff.norm(v)), lambda v: np.cos(np.linalg.norm(v))),
    "power": (lambda v, u: (v**2 + 1) ** u, lambda v, u: (v**2 + 1) ** u),
    "atan2": (lambda v, s: hodiff.atan2(v, s), np.arctan2),
    "remainder": (lambda v, s: hodiff.remainder(v, 1 + s**2), lambda v, s: np.mod(v, 1 + s**2)),
    "logaddexp": (lambda v, s: hodiff.logaddexp(v, s), np.logaddexp),
    "where": (lambda v, u: hodiff.where(v > u, v, u**2), lambda v, u: np.where(v > u, v, u**2)),
    "where of a scalar": (lambda s, v: hodiff.where(s > 0, v, -2 * v),
                          lambda s, v: np.where(s > 0, v, -2 * v)),
    "logic": (lambda v, s: hodiff.where((v > s) & ~(v > 1) | (v == s), v, s),
              lambda v, s: np.where((v > s) & ~(v > 1) | (v == s), v, s)),
    "clip": (lambda v: hodiff.clip(v, -0.5, 0.5), lambda v: np.clip(v, -0.5, 0.5)),
    "maximum": (lambda v, s: hodiff.maximum(v, s) - hodiff.minimum(v, s),
                lambda v, s: np.abs(v - s)),
    "floor, ceil, round": (lambda v: hodiff.floor(v) + hodiff.ceil(v) * hodiff.round(3 * v),
                           lambda v: np.floor(v) + np.ceil(v) * np.round(3 * v)),
    "sum": (lambda A: hodiff.sum(A), np.sum),
    "sum over an axis": (lambda A: hodiff.sum(A, 0), lambda A: A.sum(0)),
    "mean kept": (lambda B: B - hodiff.mean(B, -1, keepdim=True),
                  lambda B: B - B.mean(-1, keepdims=True)),
    "prod": (lambda B: hodiff.prod(B, 1), lambda B: B.prod(1)),
    "amax, amin": (lambda B: hodiff.amax(B, 0) - hodiff.amin(B), lambda B: B.max(0) - B.min()),
    "argmax": (lambda B: hodiff.argmax(B, 1) * 1.0, lambda B: B.argmax(1)),
    "argmin": (lambda A: hodiff.argmin(A) * 1.0, lambda A: A.argmin()),
    "% and //": (lambda A, s: A % s + A // s, lambda A, s: A % s + A // s),
    "var": (lambda B: hodiff.var(B, 1), lambda B: B.var(1, ddof=1)),
    "logsumexp": (lambda v: hodiff.logsumexp(v, 0), lambda v: np.log(np.exp(v).sum())),
    "softmax": (lambda v: hodiff.softmax(v, 0), softmax),
    "cumsum": (lambda B: hodiff.cumsum(B, 1), lambda B: B.cumsum(1)),
    "cumprod": (lambda B: hodiff.cumprod(B, 0), lambda B: B.cumprod(0)),
    "any": (lambda B: hodiff.any(B > 1, 0) * 1.0, lambda B: (B > 1).any(0)),
    "norm": (lambda v: hodiff.norm(v), np.linalg.norm),
    "norm over an axis": (lambda A: hodiff.linalg.vector_norm(A, dim=1),
                          lambda A: np.linalg.norm(A, axis=1)),
    "norm of order 3": (lambda v: hodiff.linalg.vector_norm(v, 3), lambda v: np.linalg.norm(v, 3)),
    "sort": (lambda v: hodiff.sort(v)[0], np.sort),
    "sort along an axis": (lambda B: hodiff.sort(B, dim=0)[0], lambda B: np.sort(B, 0)),
    "argsort": (lambda v: hodiff.argsort(v) * 1.0, np.argsort),
    "gather": (lambda v, u: hodiff.gather(v, 0, hodiff.argsort(u)), lambda v, u: v[np.argsort(u)]),
    "entry": (lambda A: A[1, 2] * A[-1, 0], lambda A: A[1, 2] * A[-1, 0]),
    "row": (lambda A: A[1], lambda A: A[1]),
    "slices": (lambda A: A[::-1, 1:], lambda A: A[::-1, 1:]),
    "chosen entries": (lambda A: A[[0, 2, 2]], lambda A: A[[0, 2, 2]]),
    "chosen pairs": (lambda A: A[[0, 1], [2, 0]], lambda A: A[[0, 1], [2, 0]]),
    "new axis": (lambda v: v[:, None] * v[None], lambda v: np.outer(v, v)),
    "stack": (lambda s, t: hodiff.stack([s, t, s * t]), lambda s, t: np.stack([s, t, s * t])),
    "stack of vectors": (lambda v, u: hodiff.stack([v, u], 1), lambda v, u: np.stack([v, u], 1)),
    "concatenate": (lambda v, u: hodiff.concatenate([v, u**2, v]),
                    lambda v, u: np.concatenate([v, u**2, v])),
    "concatenate matrices": (lambda A, B: hodiff.concatenate([A, B]),
                             lambda A, B: np.concatenate([A, B])),
    "reshape": (lambda B: B.reshape(3, 2), lambda B: B.reshape(3, 2)),
    "transpose": (lambda B: B.T, lambda B: B.T),
    "permute": (lambda B: B[None].permute(2, 0, 1), lambda B: B[None].transpose(2, 0, 1)),
    "expand": (lambda v: v.expand(2, 3), lambda v: np.broadcast_to(v, (2, 3))),
    "diag": (lambda v: hodiff.diag(v), np.diag),
    "tril": (lambda A: hodiff.tril(A), np.tril),
    "roll": (lambda v: hodiff.roll(v, 1), lambda v: np.roll(v, 1)),
    "dot": (lambda v, u: hodiff.dot(v, u), np.dot),
    "matrix times vector": (lambda B, v: B @ v, lambda B, v: B @ v),
    "vector times matrix": (lambda v, A: v @ A, lambda v, A: v @ A),
    "matmul": (lambda B, A: B @ A @ A.T, lambda B, A: B @ A @ A.T),
    "quadratic form": (lambda v, A, u: v @ A @ u, lambda v, A, u: v @ A @ u),
    "einsum": (lambda A, v: hodiff.einsum("ij,j->i", A, v) * hodiff.einsum("ii->", A),
               lambda A, v: A @ v * np.trace(A)),
    "einsum of matrices": (lambda B, A: hodiff.einsum("ij,jk->ki", B, A), lambda B, A: (B @ A).T),
    "outer": (lambda v, u: hodiff.outer(v, u), np.outer),
    "solve": (lambda A, v: hodiff.linalg.solve(A, v), np.linalg.solve),
    "inv": (lambda A: hodiff.linalg.inv(A), np.linalg.inv),
    "det": (lambda A: hodiff.linalg.det(A), np.linalg.det),
    "det by factors": (lambda C: hodiff.linalg.det(C), np.linalg.det),
    "slogdet": (lambda A: hodiff.stack(list(hodiff.linalg.slogdet(A))),
                lambda A: np.stack(np.linalg.slogdet(A))),
    "cholesky": (lambda A: hodiff.linalg.cholesky(A @ A.T + 4 * hodiff.eye(3)),
                 lambda A: np.linalg.cholesky(positive(A))),
    "eigh": (lambda A: L.eigh(A + A.T)[1] ** 2 * L.eigh(A + A.T)[0],
             lambda A: np.linalg.eigh(A + A.T)[1] ** 2 * np.linalg.eigh(A + A.T)[0]),
    "svd": (lambda B: L.svd(B).U ** 2 * L.svdvals(B), lambda B: np.linalg.svd(B)[0] ** 2
            * np.linalg.svd(B)[1]),
    "qr": (lambda A: L.qr(A).R ** 2, lambda A: np.linalg.qr(A)[1] ** 2),
    "complete qr": (lambda B: L.qr(B.T, "complete").Q[:, :2] ** 2,
                    lambda B: np.linalg.qr(B.T)[0] ** 2),
    "pinv": (lambda B: L.pinv(B), np.linalg.pinv),
    "solve_triangular": (lambda A, v: L.solve_triangular(A, v[:, None], upper=False),
                         lambda A, v: np.linalg.solve(np.tril(A), v[:, None])),
    "xlogy": (lambda v, s: hodiff.xlogy(v, s**2 + 1), lambda v, s: v * np.log(s**2 + 1)),
    "a rule of one's own": (lambda v: Cube.apply(v), lambda v: v**3),
    "trace": (lambda A: hodiff.trace(A), np.trace),
    "a constant": (lambda v: 0 * v + 2, lambda v: np.full(3, 2.0)),
    "constants": (lambda s: s * OPERATIONS["e"]() + OPERATIONS["pi"]()
                  + OPERATIONS["golden_ratio"]() * OPERATIONS["catalan"]()
                  * OPERATIONS["euler_gamma"](),
                  lambda s: s * math.e + math.pi + 1.618033988749895 * 0.915965594177219
                  * np.euler_gamma),
    "cast": (lambda v: cast(cast(v, np.dtype("f")), np.dtype("d")) * 3,
             lambda v: np.asarray(v, dtype=np.float32).astype(float) * 3),
    "data": (lambda v: hodiff.tensor([[1.0, 2, 3], [4, 5, 6]]) @ v,
             lambda v: np.array([[1.0, 2, 3], [4, 5, 6]]) @ v),
}  # fmt: skip

# The axes of points of the first, second and third variable.
AXES: dict[str, tuple[tuple[int, ...], ...]] = {
    "5": ((5,), (5,), (5,)),
    "2x3": ((2, 3), (2, 3), (2, 3)),
    "one": ((1,), (1,), (1,)),
    "2x1 and 3": ((2, 1), (3,), (2, 3)),
    "the first alone": ((4,), (), ()),
    "the last alone": ((), (4,), (4,)),
    "none": ((0,), (0,), (0,)),
}


def parameters(f: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(f).parameters)


def graph(name: str) -> Tensor:
    build = TABLE[name][0]
    return build(*[VARIABLES[x] for x in parameters(build)])


def values_at(names: list[str], axes: tuple[tuple[int, ...], ...], seed: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    found = {name: rng.normal(size=axis + SHAPES[name]) for name, axis in zip(names, axes)}  # noqa: B905
    for name in {"A", "C"} & set(found):
        found[name] += 4 * np.eye(SHAPES[name][0])  # far from singular
    return found


def one_by_one(point: dict[str, Array]) -> tuple[tuple[int, ...], list[dict[str, Any]]]:
    """The shape of the points, and each of them: floats and arrays."""
    axes = [value.shape[: value.ndim - len(SHAPES[name])] for name, value in point.items()]
    shape = np.broadcast_shapes(*axes)
    wide = {name: np.broadcast_to(x, shape + SHAPES[name]) for name, x in point.items()}
    each = [{name: single(x[i]) for name, x in wide.items()} for i in np.ndindex(*shape)]
    return shape, each


def single(x: Array) -> Any:
    return x if x.ndim else x.item()


def holds(found: Any, shape: tuple[int, ...], each: list[Any], rtol: float = 1e-12) -> None:
    """found is an array of the points' shape, then the result's; entry by entry each."""
    assert isinstance(found, np.ndarray)
    if not each:
        assert found.shape[: len(shape)] == shape
        return
    expected = np.stack([np.asarray(x, dtype=float) for x in each])
    expected = expected.reshape(shape + expected.shape[1:])
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.astype(float), expected, rtol=rtol, atol=1e-13)


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("name", TABLE)
def test_points_are_as_numpy_has_them_one_by_one(name: str, axes: str) -> None:
    build, in_numpy = TABLE[name]
    names = parameters(build)
    point = values_at(names, AXES[axes], seed=len(name))
    if axes == "the last alone" and len(names) == 1:
        point = values_at(names, ((4,),), seed=len(name))
    shape, each = one_by_one(point)
    f = graph(name)
    holds(hodiff.evaluate(f, point), shape, [in_numpy(*p.values()) for p in each], 1e-10)


@pytest.mark.parametrize("axes", ["5", "2x1 and 3"])
@pytest.mark.parametrize("name", TABLE)
def test_first_and_second_derivatives_at_points(name: str, axes: str) -> None:
    """Of the sum of the result, weighted: several outputs in one run, by the variables
    themselves."""
    names = parameters(TABLE[name][0])
    f = graph(name)
    variables = [VARIABLES[x] for x in names]
    weighted = hodiff.sum(f * hodiff.tensor(np.arange(1.0, 1 + math.prod(f.shape))).reshape(f.shape)
                          if f.shape else f)  # fmt: skip
    firsts = gradients(weighted, variables)
    seconds = gradients(sum((hodiff.sum(g * g) for g in firsts), hodiff.constant(0)), variables)
    outputs = [f, *firsts, *seconds]
    point = values_at(names, AXES[axes], seed=1 + len(name))
    shape, each = one_by_one(point)
    found = hodiff.evaluate(outputs, {VARIABLES[x]: value for x, value in point.items()})
    singly = [hodiff.evaluate(outputs, p) for p in each]
    for k, y in enumerate(found):
        holds(y, shape, [values[k] for values in singly], 1e-9)


def gradients(y: Tensor, xs: list[Tensor]) -> list[Tensor]:
    if not y.requires_grad:
        return []
    found = hodiff.grad(y, xs, create_graph=True, materialize_grads=True)
    return [g for g in found if g is not None]


# Every function of the language, of scalars, vectors and matrices.

ELEMENTWISE = ["beta", "polygamma", "atan2", "hypot", "max", "min", "mod", "log", "where", "clip"]


def fixed(name: str) -> list[int]:
    """The arguments of a function that it isn't differentiated in."""
    if name == "polygamma":
        return [0]
    partials = getattr(FUNCTIONS[name].build, "partials", ())
    return [i for i, partial in enumerate(partials) if hasattr(partial, "unknown")]


def arguments(name: str, shape: tuple[int, ...], n: int) -> list[Tensor]:
    return [hodiff.variable(f"x{i}", shape) for i in range(n)]


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)], ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_of_the_language(name: str, shape: tuple[int, ...]) -> None:
    function = FUNCTIONS[name]
    n = function.least
    xs: list[Any] = arguments(name, shape, n)
    for i in fixed(name):
        xs[i] = hodiff.constant(1)
    try:
        f = function.build(*xs)
    except ValueError:
        pytest.skip("not of this shape")
    rng = np.random.default_rng(len(name))
    low, high = (1.1, 2.9) if name in ("acosh", "arccosh", "acoth") else (0.1, 0.9)
    used = [x for x in xs if x.operation.name == "variable"]
    for axes in ((5,), (2, 3)):
        point = {x: rng.uniform(low, high, size=axes + shape) for x in used}
        slopes = gradients(hodiff.sum(f), used) if f.requires_grad else []
        found = hodiff.evaluate([f, *slopes], point)
        singly = [
            hodiff.evaluate([f, *slopes], {x: single(value[i]) for x, value in point.items()})
            for i in np.ndindex(*axes)
        ]
        for k, y in enumerate(found):
            holds(y, axes, [values[k] for values in singly])


def test_every_operation_is_in_a_table() -> None:
    """Those of the graphs above, with their derivatives; alias and flat, which serve PyTorch's
    contract, are none that a graph of named variables has."""
    seen = set()
    for name in TABLE:
        f = graph(name)
        xs = [VARIABLES[x] for x in parameters(TABLE[name][0])]
        seen |= {node.operation.name for node in topological([f])}
        if f.requires_grad:
            slopes = gradients(hodiff.sum(f), xs)
            slopes += gradients(sum(map(hodiff.sum, slopes), hodiff.constant(0)), xs)
            seen |= {node.operation.name for node in topological(slopes)}
    for name, function in FUNCTIONS.items():
        for shape in ((), (3,)):
            ys: list[Any] = arguments(name, shape, function.least)
            for i in fixed(name):
                ys[i] = hodiff.constant(1)
            try:
                f = hodiff.sum(function.build(*ys))
            except ValueError:
                continue
            used = [y for y in ys if y.operation.name == "variable"]
            firsts = gradients(f, used)
            seconds = gradients(sum(map(hodiff.sum, firsts), hodiff.constant(0)), used)
            seen |= {node.operation.name for node in topological([f, *firsts, *seconds])}
    x = hodiff.variable("x")
    more = [hodiff.lambertw(x, -1), hodiff.zeta(x, 2.0 * x), hodiff.zeta(x, 2.0 * x, 1)]
    slopes = [s for y in more for s in gradients(hodiff.sum(y), [x])]
    seen |= {node.operation.name for node in topological([*more, *slopes])}
    assert set(OPERATIONS) - seen <= {"alias", "flat"}


# What a batch is and is not.


def test_doc_example() -> None:
    x = hodiff.variable("x")
    found = hodiff.evaluate(x**2, {"x": [1.0, 2.0, 3.0]})
    assert found.tolist() == [1, 4, 9]
    assert hodiff.evaluate(x**2, {x: 3.0}) == 9 and isinstance(hodiff.evaluate(x, {x: 3.0}), float)


@pytest.mark.parametrize("form", [list, tuple, np.array, hodiff.tensor])
def test_points_in_all_forms(form: Callable[[Any], Any]) -> None:
    s, v = VARIABLES["s"], VARIABLES["v"]
    found = hodiff.evaluate(
        hodiff.sum(v) * s, {"v": form([[1.0, 2, 3], [4, 5, 6]]), "s": form([2.0, 0.5])}
    )
    assert found.tolist() == [12, 7.5]


def test_names_and_variables_are_the_same_keys() -> None:
    s, v = VARIABLES["s"], VARIABLES["v"]
    f = s * v
    values = {"s": np.array([1.0, 2.0]), "v": np.array([1.0, 0.5, 0.25])}
    by_name = hodiff.evaluate(f, values)
    by_node = hodiff.evaluate(f, {s: values["s"], v: values["v"]})
    np.testing.assert_array_equal(by_name, by_node)
    assert by_name.tolist() == [[1, 0.5, 0.25], [2, 1, 0.5]]


def test_outputs_that_depend_on_nothing_are_repeated() -> None:
    s, t = VARIABLES["s"], VARIABLES["t"]
    found = hodiff.evaluate([s, t, s * t, hodiff.constant(3) * t**0], {s: [1.0, 2.0], t: 5.0})
    assert [y.tolist() for y in found] == [[1, 2], [5, 5], [5, 10], [3, 3]]


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ({"s": [1.0, 2.0]}, "variable v has no value"),
        ({"s": 1.0, "v": [1.0, 2.0]}, "variable v is a vector of 3, not a vector of 2"),
        ({"s": [1.0, 2.0], "v": np.zeros((3, 3))}, "do not fit together"),
        ({"s": 1.0, "v": [[1.0, 2.0]]}, "variable v"),
    ],
    ids=repr,
)
def test_points_that_are_none(point: dict[str, Any], said: str) -> None:
    f = VARIABLES["s"] * hodiff.sum(VARIABLES["v"])
    with pytest.raises(ValueError, match=said):
        hodiff.evaluate(f, point)


@pytest.mark.parametrize("name", ["scalar times vector", "softmax", "matmul", "cumsum", "norm"])
def test_single_precision_is_the_same_in_a_batch(name: str) -> None:
    build = TABLE[name][0]
    names = parameters(build)
    point = {x: value.astype(np.float32) for x, value in values_at(names, AXES["5"], 3).items()}
    shape, each = one_by_one(point)
    f = graph(name)
    found = hodiff.evaluate(f, point)
    singly = [hodiff.evaluate(f, p) for p in each]
    assert found.dtype == np.asarray(singly[0]).dtype
    holds(found, shape, singly, 1e-5)


# Balls.

NO_FORM = {"argmax", "argmin", "argsort", "sort", "sort along an axis", "gather", "einsum",
           "einsum of matrices", "norm of order 3", "slogdet", "cholesky", "cast", "eigh", "svd",
           "qr", "complete qr", "pinv", "solve_triangular", "a rule of one's own"}  # fmt: skip
PROVEN = [name for name in TABLE if name not in NO_FORM]


@pytest.mark.parametrize("name", PROVEN)
def test_points_in_balls(name: str) -> None:
    """At dyadic points: each number is the one of its point, and near numpy's."""
    build, in_numpy = TABLE[name]
    names = parameters(build)
    point = {
        x: np.round(value * 8) / 8 + 0.0 for x, value in values_at(names, AXES["5"], 7).items()
    }
    f = graph(name)
    found = hodiff.evaluate(f, point, arithmetic="ball", exact_floats=True)
    _, each = one_by_one(point)
    assert found == [hodiff.evaluate(f, p, arithmetic="ball", exact_floats=True) for p in each]
    expected = np.stack([np.asarray(in_numpy(*p.values()), dtype=float) for p in each])
    np.testing.assert_allclose(np.array(found, dtype=float), expected, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", sorted(NO_FORM))
def test_what_has_no_form_in_balls_is_refused(name: str) -> None:
    names = parameters(TABLE[name][0])
    point = one_by_one(values_at(names, AXES["one"], 7))[1][0]
    with pytest.raises((hodiff.HodiffError, ValueError)):
        hodiff.evaluate(graph(name), point, arithmetic="ball", exact_floats=True)


@pytest.mark.parametrize("number", [np.float64, np.array, np.float32], ids=lambda f: f.__name__)
def test_numpys_numbers_are_numbers(number: Callable[[float], Any]) -> None:
    s = VARIABLES["s"]
    (slope,) = hodiff.grad(hodiff.abs(s), s, create_graph=True)
    for f in (hodiff.sign(s), slope):
        assert hodiff.evaluate(f, {s: number(-0.5)}) == -1


def test_a_constant_slope_has_the_axes_of_the_points() -> None:
    s = VARIABLES["s"]
    (slope,) = hodiff.grad(3 * s, s, create_graph=True)
    assert hodiff.evaluate(slope, {s: [1.0, 2.0]}).tolist() == [3, 3]


def test_fractions_and_digits_at_points() -> None:
    """exp(s)/7 and s²: at 1/3 and 2."""
    s = VARIABLES["s"]
    thirds = np.array([Fraction(1, 3), Fraction(2)], dtype=object)
    square, seventh = hodiff.evaluate([s**2, hodiff.exp(s) / 7], {"s": thirds}, digits=20)
    assert square == ["0.11111111111111111111", "4"]
    assert seventh == [
        hodiff.evaluate(hodiff.exp(s) / 7, {"s": x}, digits=20) for x in (Fraction(1, 3), 2)
    ]
