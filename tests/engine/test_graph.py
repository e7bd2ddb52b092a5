"""The graph that grad builds: its size, its identities and masks, and grad's contract."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

import hodiff
from hodiff import derivatives, grad
from hodiff.arithmetic.base import Arithmetic
from hodiff.arithmetic.program import evaluate
from hodiff.engine.graph import OPERATIONS, Operation, Tensor, constant, topological, variable
from hodiff.engine.operations import FUNCTIONS
from hodiff.engine.sharing import sharing
from hodiff.errors import HodiffError
from hodiff.language.problem import read
from tests.asking import answer
from tests.engine.test_operations import PIECEWISE, ROWS, mistakes

FUNCTION = {name: function.build for name, function in FUNCTIONS.items()}
sin, cos, exp, log, sqrt = (FUNCTION[n] for n in ("sin", "cos", "exp", "log", "sqrt"))
total, where = FUNCTION["sum"], FUNCTION["where"]


@pytest.fixture
def x() -> Tensor:
    return variable("x")


@pytest.fixture
def y() -> Tensor:
    return variable("y")


@pytest.fixture
def w() -> Tensor:
    return variable("w", (3,))


# Size.


def nodes(*outputs: Tensor) -> int:
    return len(topological(outputs))


def test_nested_derivatives_stay_small(x: Tensor) -> None:
    """PyTorch's graph of the 9th has 238 586 nodes (pytorch/pytorch#111563)."""
    orders = derivatives.nth(exp(sin(x)) * log(1 + x**2), x, 12)
    assert nodes(*orders[:9]) <= 3_300
    assert nodes(*orders) <= 16_000


def test_the_nodes_of_each_order_at_most_double(x: Tensor) -> None:
    counts = [nodes(d) for d in derivatives.nth(exp(sin(x)) * log(1 + x**2), x, 10)]
    assert all(after <= 2 * before for before, after in pairwise(counts[4:]))


@pytest.mark.parametrize("vector", [False, True])
def test_a_hessian_shares_its_rows(vector: bool) -> None:
    """Rosenbrock's function in 10 variables: DESIGN.md's figure for a 10x10 Hessian is 1 311."""
    if vector:
        w = variable("w", (10,))
        inputs, a, b = [w], w[:-1], w[1:]
        f = total(100 * (b - a**2) ** 2 + (1 - a) ** 2)
    else:
        inputs = [variable(f"w{i}") for i in range(10)]
        terms = [100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in pairwise(inputs)]
        f = sum(terms, constant(0))
    first, rows = derivatives.hessian(f, inputs)
    entries = [h for row in rows for h in row]
    assert sum(math.prod(h.shape) for h in entries) == 100
    assert nodes(f, *first, *entries) <= (60 if vector else 400)


def test_an_hvp_costs_a_few_gradients() -> None:
    inputs = [variable(f"w{i}") for i in range(30)]
    terms = [sin(a * b) / (1 + a**2) for a in inputs for b in inputs]
    f = sum(terms, constant(0))
    first, product = derivatives.hvp(f, inputs, [constant(1)] * 30)
    assert nodes(*first, *product) <= 5 * nodes(*first)


def test_no_recursion() -> None:
    x, y = variable("x"), variable("y")
    f = x
    for i in range(100_000):
        f = sin(f) if i % 2 else f + y
    slopes = derivatives.gradient(f, [x, y])
    assert all(map(math.isfinite, evaluate([f, *slopes], {x: 0.5, y: 0.25})))


# Identities.


@pytest.mark.parametrize(
    "expression",
    ["0*log(x)", "x + 0", "1*x", "-(-x)", "x**1", "x**0", "x - x", "x*x**-1", "where(1<2, x, 1/x)"],
)
def test_what_a_user_wrote_is_kept(expression: str) -> None:
    assert nodes(read(expression).f) > 1
    assert read(expression).f.operation.name != "variable"


@pytest.mark.parametrize(
    ("expression", "at"),
    [
        ("0*log(x)", -1),
        ("0/x", 0),
        ("x/x", 0),
        ("x**2/x", 0),
        ("x**2*x**-1", 0),
        ("x**3*x**-3", 0),
        ("x*(1/x)", 0),
        ("(1/x)**-1", 0),
        ("(x**-1)**0", 0),
        ("1/x - 1/x", 0),
        ("log(x) - log(x)", -1),
        ("log(x)*0 + x", 0),
        ("sqrt(x)**2", -1),
        ("exp(log(x))", -1),
        ("(x**2)**0.5", 0),
        ("sin(x)/x", 0),
    ],
)
@pytest.mark.parametrize("order", [1, 2])
def test_no_identity_removes_a_singularity(expression: str, at: int, order: int) -> None:
    problem = read(expression, at=[f"x={at}"])
    orders = derivatives.nth(problem.f, problem.inputs[0], order)
    with pytest.raises(HodiffError) as refused:
        answer(problem, [problem.f, *orders])
    assert refused.value.kind in ("domain", "pole")


@pytest.mark.parametrize(
    "build",
    [
        lambda x: x * x**-1,
        lambda x: x**3 * x**-3,
        lambda x: x**-2 * x**3,
        lambda x: (x**-1) ** -1,
        lambda x: (x**-2) ** -3 * x,
        lambda x: 1 / (1 / x),
        lambda x: x / x + x,
    ],
)
def test_a_walk_keeps_poles(build: Callable[[Tensor], Tensor], x: Tensor) -> None:
    with sharing():
        f = build(x)
    assert not all(map(math.isfinite, evaluate(topological([f]), {x: 0.0})))


@pytest.mark.parametrize(
    ("expression", "order", "formula"),
    [
        ("x**3", 3, "6"),
        ("x**3", 4, "0"),
        ("x**2 + x**2", 1, "4*x"),
        ("sin(x) - sin(x)", 1, "0"),
        ("3*x + 2*x", 1, "5"),
        ("-(-x)", 1, "1"),
        ("0.1*x + 0.2*x", 1, "3/10"),
    ],
)
def test_what_grad_adds_is_tidied(expression: str, order: int, formula: str) -> None:
    problem = read(expression)
    derivative = derivatives.nth(problem.f, problem.inputs[0], order)[-1]
    assert hodiff.formula(derivative) == formula


def test_sums_equal_up_to_a_factor_are_one_node(x: Tensor) -> None:
    with sharing() as build:
        a, b = sin(x), exp(x)
        factor, found = build.total({a: 2, b: -4})
        assert (factor, hodiff.formula(found)) == (2, "sin(x) - 2*exp(x)")
        assert build.total({b: 6, a: -3}) == (-3, found)
        half = Fraction(1, 2)
        assert build.total({a: half, b: half}) == (half, a + b)
        assert build.total({a: 0, b: 0}) == (0, constant(1))


def test_two_walks_in_one_table_share(x: Tensor) -> None:
    """A derivative that is in the graph already is not made again."""
    first, rows = derivatives.hessian(exp(x), [x])
    assert rows[0][0] is first[0]


# Masks: the branch not taken is undefined or infinite there.

BRANCHES = {
    # name: (graph, the same in Python with numbers of mpmath, points)
    "scalar": (
        lambda x: where(x > 0, sqrt(x), x**3),
        lambda x: mp.sqrt(x[()]) if x > 0 else x[()] ** 3,
        [-2.0],
    ),
    "scalar, pole": (
        lambda x, y: where(x > 1, y / x, x * y * y),
        lambda x, y: x[()] * y[()] * y[()],
        [0.0, 3.0],
    ),
    "product of two": (
        lambda x: where(x < 1, x**3, log(x - 1)) * where(x < 1, cos(x), 1 / (x - 0.5)),
        lambda x: x[()] ** 3 * mp.cos(x[()]),
        [0.5],
    ),
    "nested": (
        lambda x, y: where(x > 0, where(y > 0, sqrt(x * y), x * y**2), where(y > 0, log(y - x), y)),
        lambda x, y: x[()] * y[()] ** 2,
        [2.0, -1.0],
    ),
    "nested in a branch not taken": (
        lambda x: where(x > 0, where(x > 1, log(x), sqrt(x)), x**3 + where(x > -1, 1 / x, x)),
        lambda x: x[()] ** 3 + x[()],
        [-2.0],
    ),
    "inside a function": (
        lambda x: exp(x * where(x > 0, log(x), x**2)) / (1 + where(x > 0, 1 / x, x) ** 2),
        lambda x: mp.exp(x[()] ** 3) / (1 + x[()] ** 2),
        [-0.5],
    ),
    "condition of a where": (
        lambda x: where(where(x > 0, 1 / x, x) < 0, x**3, sqrt(x)),
        lambda x: x[()] ** 3,
        [0.0 - 1.5],
    ),
    "vector": (
        lambda v: total(where(v > 0.25, sqrt(v), v**3)),
        lambda v: sum(mp.sqrt(x) if x > 0.25 else x**3 for x in v),
        [[2.0, -1.0, 0.0]],
    ),
    "vector, scalar branch": (
        lambda v, s: total(where(v > 1, log(v) * s, s**3)),
        lambda v, s: sum(mp.log(x) * s[()] if x > 1 else s[()] ** 3 for x in v),
        [[2.0, -1.0, 0.0], 1.5],
    ),
    "vector, scalar condition": (
        lambda v, s: total(where(s > 0, sqrt(v), v**2 * s)) ** 2,
        lambda v, s: sum(x**2 * s[()] for x in v) ** 2,
        [[-2.0, 1.0], -1.5],
    ),
    "scalar, vector condition": (
        lambda v, s: total(v * where(v > 0, 1 / (s - 1), s**3)),
        lambda v, s: sum(x * s[()] ** 3 for x in v),
        [[-2.0, -1.0], 1.0],
    ),
    "matrix, broadcast": (
        lambda m, v: total(where(m > v + 1, log(m - v), v**3 * m)),
        lambda m, v: sum(
            mp.log(m[i, j] - v[j]) if m[i, j] > v[j] + 1 else v[j] ** 3 * m[i, j]
            for i in range(2)
            for j in range(2)
        ),
        [[[2.0, -1.0], [0.5, 3.0]], [0.5, 0.25]],
    ),
    "two vectors of masks": (
        lambda v: total(where(v > 0, sqrt(v), v**2) * where(v < 0, 1 / (v - 2), v**3)),
        lambda v: sum(mp.sqrt(x) * x**3 if x > 0 else x**2 / (x - 2) for x in v),
        [[2.0, -1.0]],
    ),
    "norm of a masked vector": (
        lambda v: FUNCTION["norm"](where(v > 0, sqrt(v), v**2)),
        lambda v: mp.sqrt(sum(x if x > 0 else x**4 for x in v)),
        [[2.0, -1.0]],
    ),
    "product of a masked vector": (
        lambda v: FUNCTION["prod"](where(v > 0, log(v), v**2)),
        lambda v: mp.fprod(mp.log(x) if x > 0 else x**2 for x in v),
        [[2.0, -1.0, 0.5]],
    ),
    "masked matrix product": (
        lambda v: total((where(v > 0, sqrt(v), v**2) @ v) * v),
        lambda v: sum((mp.sqrt(x) if x > 0 else x**2) * x for x in v) * sum(v),
        [[2.0, -1.0]],
    ),
    "entries of a masked vector": (
        lambda v: where(v > 0, sqrt(v), v**3)[1] ** 2 * where(v > 0, 1 / v, v)[0],
        lambda v: v[1] ** 6 / v[0],
        [[2.0, -1.0]],
    ),
    "negated, added, divided": (
        lambda v: total(-where(v > 0, sqrt(v), v) / (3 - v) + 2 * where(v < 0, v**3, log(v))),
        lambda v: sum(
            -mp.sqrt(x) / (3 - x) + 2 * mp.log(x) if x > 0 else -x / (3 - x) + 2 * x**3 for x in v
        ),
        [[2.0, -1.0]],
    ),
    # A branch not taken as a whole, whose number comes from a vector with a pole in it.
    **{
        f"branch with {what}": (
            lambda v, s, f=f: where(s > 0, f(v), s**3) * total(v) + s,
            lambda v, s: s[()] ** 3 * sum(v) + s[()],
            [[0.0, 2.0], -1.5],
        )
        for what, f in {
            "a sum": lambda v: total(log(v)),
            "a mean": lambda v: FUNCTION["mean"](1 / v),
            "an entry": lambda v: log(v)[0],
            "entries": lambda v: total((1 / v)[::-1]),
            "a dot product": lambda v: FUNCTION["dot"](log(v), v),
            "@": lambda v: log(v) @ v,
            "a norm": lambda v: FUNCTION["norm"](1 / v),
            "a logsumexp": lambda v: FUNCTION["logsumexp"](log(v)),
            "a product": lambda v: FUNCTION["prod"](1 / v),
            "a stack": lambda v: total(OPERATIONS["stack"](log(v[0]), 1 / v[0])),
        }.items()
    },
    # A branch that is a vector, not taken in any entry.
    **{
        f"branch of {what}": (
            lambda v, s, f=f: total(where(v < -1, f(v, s), v**3 * (s + 2))),
            lambda v, s: sum(x**3 * (s[()] + 2) for x in v),
            [[0.0, 2.0], 0.0],
        )
        for what, f in {
            "a stack": lambda v, s: OPERATIONS["stack"](log(s), s),
            "a slice": lambda v, s: (1 / v)[::-1],
            "@": lambda v, s: OPERATIONS["stack"](log(v), v) @ v,
            "a broadcast scalar": lambda v, s: v / s,
            "an entry": lambda v, s: v * log(v)[0],
            "a norm": lambda v, s: v * FUNCTION["norm"](1 / v),
        }.items()
    },
}


@pytest.mark.parametrize("name", BRANCHES)
def test_the_branch_not_taken_contributes_nothing(name: str) -> None:
    build, formula, values = BRANCHES[name]
    assert mistakes(build, formula, values, order=3) == []


# The contract of torch.autograd.grad.


def value(g: Tensor | None, **at: Any) -> Any:
    assert g is not None
    leaves = {n: n.attributes[0] for n in topological([g]) if n.operation.name == "variable"}
    (found,) = evaluate([g], {n: np.array(at[name]) for n, name in leaves.items()})
    return np.asarray(found).tolist()


def test_create_graph(x: Tensor) -> None:
    (g,) = grad(x**3, x, create_graph=True)
    assert g.requires_grad
    (h,) = grad(g, x, create_graph=True)
    assert value(h, x=2.0) == 12


def test_without_create_graph_the_result_is_detached(x: Tensor) -> None:
    (g,) = grad(3 * x, [x])
    assert not g.requires_grad
    assert value(g) == 3
    with pytest.raises(RuntimeError):
        grad(g, x)


def test_gradients_have_their_inputs_shape(x: Tensor, w: Tensor) -> None:
    found = grad(total(x * w), [x, w], create_graph=True)
    assert [g.shape for g in found] == [(), (3,)]
    assert [value(g, x=2.0, w=[1.0, 2.0, 3.0]) for g in found] == [6, [2, 2, 2]]


def test_an_unused_input_is_refused_unless_allowed(x: Tensor, y: Tensor, w: Tensor) -> None:
    f = x * 2
    with pytest.raises(RuntimeError, match="allow_unused"):
        grad(f, [x, y], create_graph=True)
    with pytest.raises(RuntimeError, match="allow_unused"):
        grad(f, [x, y], create_graph=True, allow_unused=False)
    assert grad(f, [x, y], create_graph=True, allow_unused=True)[1] is None
    for allowed in (None, True):
        zeros = grad(f, [x, w], create_graph=True, allow_unused=allowed, materialize_grads=True)[1]
        assert value(zeros) == [0, 0, 0]


def test_materialize_grads_needs_allow_unused(x: Tensor, y: Tensor) -> None:
    with pytest.raises(ValueError, match="allow_unused"):
        grad(x * 2, [x, y], create_graph=True, allow_unused=False, materialize_grads=True)


def test_a_structural_zero_is_a_zero_not_an_unused_input(x: Tensor) -> None:
    (g,) = grad(FUNCTION["floor"](x), [x], create_graph=True, allow_unused=True)
    assert value(g) == 0


def test_outputs_and_inputs_may_coincide(x: Tensor, y: Tensor) -> None:
    (one,) = grad(x, x, create_graph=True)
    assert value(one) == 1
    found = grad([x, x * y], [x, y], create_graph=True)
    assert [value(g, x=2.0, y=3.0) for g in found] == [4, 2]
    u = sin(x)
    (g,) = grad([u, u * u * y], [u], create_graph=True)
    assert value(g, x=1.0, y=3.0) == pytest.approx(1 + 6 * math.sin(1), rel=1e-15)


def test_inputs_in_the_middle_of_the_graph(x: Tensor) -> None:
    u = sin(x)
    g, h = grad(u * u * x, [u, x], create_graph=True)
    assert value(g, x=2.0) == pytest.approx(4 * math.sin(2), rel=1e-15)
    # In x, through u as well.
    expected = math.sin(2) ** 2 + 4 * math.sin(2) * math.cos(2)
    assert value(h, x=2.0) == pytest.approx(expected, rel=1e-14)


def test_duplicates(x: Tensor, y: Tensor) -> None:
    q = x * y
    assert [value(g, x=2.0, y=3.0) for g in grad(q, [x, x, y], create_graph=True)] == [3, 3, 2]
    assert value(grad([q, q], [x], create_graph=True)[0], y=3.0) == 6
    assert value(grad([q, x * y], [x], create_graph=True)[0], y=3.0) == 6


def test_grad_outputs(x: Tensor, w: Tensor) -> None:
    at = {"x": 2.0, "w": [1.0, 2.0, 3.0]}
    (g,) = grad([w * w * x], [w], [w], create_graph=True)
    assert value(g, **at) == [4, 16, 36]
    found = grad([x * x, w * x], [x, w], [None, w], create_graph=True)
    assert [value(g, **at) for g in found] == [4 + 14, [2, 4, 6]]
    (g,) = grad(w[:1] * x, [x], create_graph=True)  # one entry is scalar enough
    assert value(g, **at) == 1


def test_a_cotangent_is_differentiated_too(x: Tensor, y: Tensor) -> None:
    (g,) = grad(x**2, [x], [y], create_graph=True)
    (h,) = grad(g, [y], create_graph=True)
    assert value(h, x=3.0) == 6


@pytest.mark.parametrize(
    "call",
    [
        lambda x, w: grad(w * 2, [w], create_graph=True),
        lambda x, w: grad([x, w], [w], [x, None], create_graph=True),
        lambda x, w: grad(w * w, [w], [x], create_graph=True),
        lambda x, w: grad(w * w, [w], [w[:2]], create_graph=True),
        lambda x, w: grad(x * x, [x], [w], create_graph=True),
        lambda x, w: grad([x, x * x], [x], [x], create_graph=True),
        lambda x, w: grad(constant(3), [x]),
        lambda x, w: grad(x < 1, [x]),
        lambda x, w: grad(variable("n", (), False) * 2, [x]),
    ],
)
def test_what_torch_refuses(call: Callable[..., Any], x: Tensor, w: Tensor) -> None:
    with pytest.raises(RuntimeError):
        call(x, w)


@pytest.mark.parametrize("allow_unused", [None, True])
def test_an_input_without_requires_grad_is_refused(x: Tensor, allow_unused: bool | None) -> None:
    n = variable("n", (), requires_grad=False)
    with pytest.raises(RuntimeError):
        grad(x * n, [n], create_graph=True, allow_unused=allow_unused)


# Random expressions: the derivative's graph, run in mpmath, equals mpmath's derivative of the
# expression. With 40 digits on both sides there is no rounding to allow for.


class Digits(Arithmetic):
    """An arithmetic of mpmath's numbers; its functions are the references of the table's test."""

    table = MappingProxyType({
        **{row.name: row.f for row in reversed(ROWS)},
        **{name: python for name, (_, python) in PIECEWISE.items()},
        "pow": lambda a, b: a**b,
        "powers": lambda a, b, j, k: mp.diff(mp.power, (a, b), (j, k)),
        "betas": lambda a, b, j, k: mp.diff(mp.beta, (a, b), (j, k)),
        "sinc": lambda x, n: mp.diff(mp.sinc, x, n) if n else mp.sinc(x),
        "polygamma": lambda x, n: mp.psi(n, x),
        "pi": lambda: mp.pi,
    })  # fmt: skip

    def number(self, x: Any) -> Any:
        return x if isinstance(x, bool) else mpf(x.numerator) / x.denominator

    def function(self, operation: Operation) -> Callable[..., Any]:
        return self.table[operation.name]


def above(u: Tensor) -> Tensor:
    return u**2 + constant(1) / 2


def inside(u: Tensor) -> Tensor:
    return FUNCTION["tanh"](u) / 2


# What brings an argument into the domain; functions that are not here take any.
INTO = dict.fromkeys(
    ["sqrt", "cbrt", "log", "log2", "log10", "gamma", "lgamma", "digamma", "log1p"], above
)
INTO |= dict.fromkeys(["asin", "acos", "atanh", "tan", "sec"], inside)
INTO |= {"acosh": lambda u: 1 + above(u), "csc": above, "cot": above, "csch": above, "coth": above}
ANY = ["sin", "cos", "atan", "sinh", "cosh", "tanh", "sech", "asinh", "exp", "exp2", "expm1"]
ANY += ["erf", "erfc", "sigmoid", "softplus", "silu", "gelu", "sinc", "abs", "relu", "neg"]
ONE = {name: lambda u, name=name: FUNCTION.get(name, Tensor.__neg__)(INTO.get(name, _same)(u))
       for name in [*INTO, *ANY]}  # fmt: skip
TWO: dict[str, Callable[..., Tensor]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / above(b),
    "pow": lambda a, b: above(a) ** b,
    "hypot": lambda a, b: FUNCTION["hypot"](a, 1 + b),
    "atan2": lambda a, b: FUNCTION["atan2"](a, above(b)),
    "max": FUNCTION["max"],
    "min": FUNCTION["min"],
    "beta": lambda a, b: FUNCTION["beta"](above(a), above(b)),
    "square": lambda a, b: a**2 * b**3,
    "where": lambda a, b: where(a < b, a * b, a - b),
}


def _same(u: Tensor) -> Tensor:
    return u


X, Y = variable("x"), variable("y")
LEAVES = st.sampled_from([X, Y, X, Y, constant(2), constant(-1), constant(1) / 3])


def grow(inner: st.SearchStrategy[Tensor]) -> st.SearchStrategy[Tensor]:
    one = st.builds(lambda f, u: ONE[f](u), st.sampled_from(sorted(ONE)), inner)
    two = st.builds(lambda f, a, b: TWO[f](a, b), st.sampled_from(sorted(TWO)), inner, inner)
    return one | two


EXPRESSIONS = st.recursive(LEAVES, grow, max_leaves=5)
NUMBERS = st.integers(-12, 12).map(lambda n: (2 * n + 1) / 16)  # between the kinks at whole numbers
PROPERTY = settings(deadline=None, max_examples=80, derandomize=True)


def in_digits(outputs: list[Tensor], x: Any, y: Any) -> list[Any]:
    return evaluate(outputs, {X: mpf(x), Y: mpf(y)}, Digits())


def numerical(f: Tensor, x: float, y: float, *orders: tuple[int, int]) -> list[Any]:
    """mpmath's derivatives of f, where it is real and of a reasonable size."""

    def values(x: Any, y: Any) -> Any:
        return in_digits([f], x, y)[0]

    size = abs(values(x, y))
    assume(mpf("1e-20") < size < 1e20)
    return [mp.diff(values, (mpf(x), mpf(y)), n) if any(n) else values(x, y) for n in orders]


def near(found: list[Any], expected: list[Any]) -> bool:
    size = max(1, *map(abs, expected))
    assume(size < 1e25)
    return all(abs(a - b) <= size * mpf("1e-12") for a, b in zip(found, expected, strict=True))


@PROPERTY
@given(EXPRESSIONS, NUMBERS, NUMBERS)
def test_nested_derivatives_of_random_expressions(f: Tensor, x: float, y: float) -> None:
    """To third order in x and in y, mixed ones included."""
    assume(f.requires_grad)
    with mpmath.workdps(40):
        first, rows = derivatives.hessian(f, [X, Y])
        third = derivatives.gradient(rows[0][1], [X, Y])
        found = in_digits([*first, *rows[0], *rows[1], *third], x, y)
        orders = [(1, 0), (0, 1), (2, 0), (1, 1), (1, 1), (0, 2), (2, 1), (1, 2)]
        assert near(found, numerical(f, x, y, *orders))


@PROPERTY
@given(EXPRESSIONS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_hvp_is_the_hessian_times_v(f: Tensor, x: float, y: float, a: float, b: float) -> None:
    with mpmath.workdps(40):
        v = [constant(int(16 * a)) / 16, constant(int(16 * b)) / 16]
        _, rows = derivatives.hessian(f, [X, Y])
        _, product = derivatives.hvp(f, [X, Y], v)
        numerical(f, x, y)
        (p, q, r, s), found = in_digits([*rows[0], *rows[1]], x, y), in_digits(product, x, y)
        assert near(found, [p * a + q * b, r * a + s * b])


def test_asking_for_the_value_of_a_constant_leaves_it_exact():
    """Constants are shared by all graphs: a value kept with one would make others floats."""
    assert hodiff.constant(-1).item() == -1.0
    assert read("0.1*3 - 0.3 + log(-1)*0*x", ["x=1"]).f.inputs
    assert not log(hodiff.constant(-1)).value
    assert log(hodiff.constant(-1)).inputs
