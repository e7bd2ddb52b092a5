"""Loops in machine code: the numbers are those of numpy's stages to the bit, and where sine and
cosine of a number are taken together to two units in the last place."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hodiff
from hodiff.arithmetic import rows
from hodiff.arithmetic.fused import CONDITIONS, INSTRUCTIONS, MOST_NODES, Loop, available
from hodiff.engine.graph import OPERATIONS

pytestmark = pytest.mark.skipif(not available(), reason="needs numba")

CASES = [
    case
    for file in sorted((Path(__file__).parents[1] / "cases").glob("*.jsonl"))
    for case in map(json.loads, file.read_text("utf-8").splitlines())
]
TERMS = [
    *("x+y", "x*y", "-x-y", "x/(2+y**2)", "x**3", "y**2", "x**-2", "1/(1+x**2)", "sqrt(1+x**2)"),
    *("sin(x)", "cos(x)", "cos(y)", "exp(-x**2)", "tanh(x*y)", "log1p(x**2)", "pi*2"),
    *("abs(x)", "max(x,y)", "floor(y)", "where(x>y,x**2,y)", "x**y", "relu(x*y)"),
    *("where(x<y and (y>0 or not x==1),x,-y)", "where(x!=y,sign(x),erf(y))", "sqrt(x)", "1/x"),
]
NUMPY = {"sub": np.subtract, "mul": np.multiply, "div": np.divide, "neg": np.negative}

Compile = Callable[..., Any]


@pytest.fixture
def jit(monkeypatch: pytest.MonkeyPatch) -> Compile:
    """hodiff.compile, and a call that makes its loops: whatever their rows and nodes."""

    def compiled(*arguments: Any, **keywords: Any) -> Any:
        f = hodiff.compile(*arguments, **keywords)
        monkeypatch.setattr(rows, "FUSED", 0)
        monkeypatch.setattr(rows, "FUSED_NODES", 0)
        f(*[1.0] * len(f.inputs))
        monkeypatch.setattr(rows, "FUSED", sys.maxsize)
        return f

    return compiled


def numpys(*arguments: Any) -> Any:
    """hodiff.compile by numpy, which takes sine and cosine of a number as machine code does."""
    f = hodiff.compile(*arguments)
    plan = f._plan
    f.__dict__["_plan"] = rows.Plan(plan.given, plan.variables, far=plan)
    return f


def loops(f: Any) -> int:
    quick = f._plan.quick
    return sum(isinstance(x.compute, Loop) for x in quick.program.stages) if quick else 0


def assert_same(f: Any, g: Any, columns: dict[str, Any]) -> None:
    given = {name: columns[name] for name in f.inputs}
    found, right = f(**given), g(**given)
    for name, value in right.items():
        np.testing.assert_array_equal(found[name], value, err_msg=f"{name} of {f.expression}")


def test_by_hand(jit: Compile) -> None:
    """Within two units in the last place of a person's numpy, and of their memory alone."""
    random = np.random.default_rng(0)
    table = random.uniform(-4, 4, size=(rows.BLOCK + 13, 3))
    table.flags.writeable = False
    x, y = table[:, 0], table[:, 2]
    f = jit("w1**2*sin(w2)")
    assert loops(f)
    for a, b in ((x, y), (x.copy(), y), (x[::-3], y[::-3]), (x, np.broadcast_to(0.7, x.shape))):
        found = f(a, b)
        right = a**2 * np.sin(b), 2 * a * np.sin(b), a**2 * np.cos(b)
        for value, by_hand in zip(found.values(), right, strict=True):
            np.testing.assert_array_max_ulp(value, by_hand, 2)
    odd = np.frombuffer(b"1" + x.tobytes(), offset=1)  # no double starts at such an address
    np.testing.assert_array_equal(f(odd, y)["f"], f(x, y)["f"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_cases(case: dict[str, Any], jit: Compile) -> None:
    random = np.random.default_rng(1)
    try:
        at = {name: float(Fraction(value)) for name, value in case["at"].items()}
    except ValueError:
        pytest.skip("a point that isn't written as a number")
    columns = {name: value * random.uniform(0.9, 1.1, 19) for name, value in at.items()}
    arguments = case["expr"], "hessian", list(at)
    assert_same(jit(*arguments), numpys(*arguments), columns)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    terms=st.lists(st.sampled_from(TERMS), min_size=1, max_size=6),
    n=st.sampled_from([1, 7, 8, 9, rows.BLOCK + 5]),
)
def test_drawn(terms: list[str], n: int, jit: Compile) -> None:
    text = "x + " + "*".join(f"({t})" for t in terms) + " + " + "+".join(f"({t})" for t in terms)
    x, y = np.random.default_rng(len(text)).normal(size=(2, n))
    x[:: n // 4 + 1] = np.array([0.0, np.nan, 1.0, -np.inf])[: len(x[:: n // 4 + 1])]
    assert_same(jit(text, "hessian"), numpys(text, "hessian"), {"x": x, "y": y})


@pytest.mark.parametrize("name", sorted(INSTRUCTIONS))
def test_every_instruction(name: str) -> None:
    """Of edges, in a loop with a sum and a mask, which are what comes in and goes out, too."""
    edges = np.array([0.0, -0.0, 1.5, -2.5, 3, np.inf, -np.inf, np.nan, 1e308, 5e-324, 0.25])
    x, y = (part.ravel() for part in np.meshgrid(edges, edges))
    graphs = [rows.on_rows(hodiff.variable(v)) for v in "xy"]
    kinds = CONDITIONS.get(name, "n" * (OPERATIONS[name].arity or 0))
    numbers, truths = iter([graphs[0] + graphs[1], graphs[1]]), iter([graphs[0] < 1, graphs[1] > 0])
    z = OPERATIONS[name](*[next(truths if kind == "t" else numbers) for kind in kinds])
    plan = rows.Plan([z, graphs[0] < 1, graphs[0] + graphs[1]], graphs)
    ufunc = NUMPY.get(name) or getattr(np, OPERATIONS[name].numpy or name)
    with np.errstate(all="ignore"):
        total = x + y
        numbers, truths = iter([total, y]), iter([x < 1, y > 0])
        right = ufunc(*[next(truths if kind == "t" else numbers) for kind in kinds])
    plan.done = sys.maxsize
    found = plan([x, y])
    assert plan.quick is not None
    assert any(isinstance(stage.compute, Loop) for stage in plan.quick.program.stages)
    assert [value.dtype for value in found] == [right.dtype, bool, float]
    np.testing.assert_array_equal(found[0], right)
    np.testing.assert_array_equal(found[1], x < 1)
    np.testing.assert_array_equal(found[2], total)


def test_when_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are counted over calls; without an LLVM, or for a graph of its size, numpy goes on."""
    monkeypatch.setattr(rows, "FUSED", 1000)
    monkeypatch.setattr(rows, "FUSED_NODES", 10_000)
    x = np.linspace(1, 2, 600)
    f = hodiff.compile("x**2*y + y/x", "hessian")
    f(x, 2.0)
    assert not loops(f)
    f(x, 2.0)
    assert loops(f)
    long = hodiff.compile("x" + "+x*y" * MOST_NODES, "value")
    long(x, 2.0), long(x, 2.0)
    assert not loops(long)
    monkeypatch.setattr(rows, "available", lambda: False)
    f = hodiff.compile("x**2*y + y/x", "hessian")
    f(x, 2.0), f(x, 2.0)
    assert not loops(f)


def test_far_out(jit: Compile) -> None:
    x = np.linspace(0, 9, 3 * rows.BLOCK)
    x[-1] = 1e15  # in another block than the first
    assert_same(jit("x*sin(x)"), numpys("x*sin(x)"), {"x": x})
    assert jit("x*sin(x)")(x)["f"][-1] == 1e15 * np.sin(1e15)


def test_constants_of_both_kinds(jit: Compile) -> None:
    text = "where((pi > 3 or x > 1) and not x < -1, x*sqrt(2*pi) - 1/3, (x + 1)*e**2)"
    x = np.linspace(-2, 2, 21)
    right = np.where(x < -1, (x + 1) * np.exp(2), x * np.sqrt(2 * np.pi) - 1 / 3)
    np.testing.assert_allclose(jit(text, "value")(x)["f"], right, rtol=1e-14)


@pytest.mark.parametrize("n", range(18))
def test_rows_behind_the_last_are_left_alone(n: int, jit: Compile) -> None:
    f = jit("x*x + x", "value")
    (stage,) = f._plan.quick.program.stages
    x, result = np.arange(40.0), np.full(40, -1.0)
    stage.compute(stage.compute.pointers(x.ctypes.data, result.ctypes.data), n)
    assert result.tolist() == [*(v * v + v for v in range(n)), *[-1.0] * (40 - n)]
