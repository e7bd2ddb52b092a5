"""hodiff.compile: columns in, derivatives out, held to the references of 40 digits and to numpy."""

from __future__ import annotations

import json
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hodiff
from hodiff.arithmetic import rows as arithmetic_rows
from hodiff.arithmetic.rows import BLOCK, ROWS, THREADED
from hodiff.engine.operations import FUNCTIONS

CASES = [
    case
    for file in sorted((Path(__file__).parents[1] / "cases").glob("*.jsonl"))
    for case in map(json.loads, file.read_text("utf-8").splitlines())
]
TERMS = [
    *("x+y", "x*y", "x-y", "x/(2+y**2)", "x**3", "y**2", "x**-2", "1/(1+x**2)", "sqrt(1+x**2)"),
    *("sin(x)", "cos(y)", "exp(-x**2)", "tanh(x*y)", "log1p(x**2)", "sinc(x)", "pi*2", "3"),
    *("abs(x)", "max(x,y)", "floor(y)", "where(x>y,x**2,y)"),
]
# Where the rounding of an input's function is what grows: see tests/test_cases.py.
CONDITIONED = {("feynman-III.4.33", "hessian"): 2.1e3}


def number(text: str) -> float:
    return float(Fraction(text)) if "/" in text else float(text)


def expected(case: dict[str, Any]) -> dict[str, float]:
    names = list(case["at"])
    found = {"f": case["value"]}
    found |= {f"df_d{x}": case["grad"][x] for x in names if "grad" in case}
    for i, x in enumerate(names):
        for j, y in enumerate(names):
            if "hessian" in case:
                found[f"d2f_d{x}_d{y}"] = case["hessian"][i][j]
    return {name: float(value) for name, value in found.items()}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_cases(case: dict[str, Any], rows: int) -> None:
    at = {}
    for name, value in case["at"].items():
        try:
            at[name] = np.full(rows, number(value))
        except ValueError:
            pytest.skip("a point that isn't written as a number")
    f = hodiff.compile(case["expr"], "hessian", wrt=list(at))
    bound = 1e-13 * CONDITIONED.get((case["id"], "hessian"), 1)
    found = f(**at)
    for name, value in expected(case).items():
        np.testing.assert_allclose(found[name], np.full(rows, value), rtol=bound, atol=1e-300)


@pytest.mark.parametrize("threads", [1, 2, 3, None])
@pytest.mark.parametrize("n", [0, 1, ROWS - 1, ROWS, ROWS + 1, THREADED + 1, 2 * THREADED + 5])
def test_every_length_by_every_number_of_threads(n: int, threads: int | None) -> None:
    random = np.random.default_rng(n)
    x, y = random.normal(size=n), random.uniform(1, 2, size=n)
    found = hodiff.compile("x**3*sin(y) + 2*x", "hessian")(x, y, threads=threads)
    right = {
        "f": x**3 * np.sin(y) + 2 * x,
        "df_dx": 3 * x**2 * np.sin(y) + 2,
        "df_dy": x**3 * np.cos(y),
        "d2f_dx_dx": 6 * x * np.sin(y),
        "d2f_dx_dy": 3 * x**2 * np.cos(y),
        "d2f_dy_dx": 3 * x**2 * np.cos(y),
        "d2f_dy_dy": -(x**3) * np.sin(y),
    }
    assert list(found) == list(right)
    for name, value in right.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-13, atol=1e-13, err_msg=name)


def test_vectors_within_an_expression() -> None:
    """Their nodes have axes behind that of the rows: the last block is filled up."""
    n = ROWS + 7
    x, y = np.linspace(1, 2, n), np.linspace(3, 5, n)
    found = hodiff.compile("norm([x, y]) + [x, y] @ [y, 1]")(x, y)
    r = np.hypot(x, y)
    np.testing.assert_allclose(found["f"], r + x * y + y, rtol=1e-14)
    np.testing.assert_allclose(found["df_dx"], x / r + y, rtol=1e-14)
    np.testing.assert_allclose(found["df_dy"], y / r + x + 1, rtol=1e-14)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(TERMS),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([2, 9, ROWS + 1]),
)
def test_buffers_that_are_used_again(terms: list[str], n: int) -> None:
    """The same as one scalar at a time, in Python's floats, at places all over the blocks."""
    text = "x + " + "*".join(f"({t})" for t in terms) + " + " + "+".join(f"({t})" for t in terms)
    random = np.random.default_rng(len(text))
    x, y = random.normal(size=(2, n))
    compiled = hodiff.compile(text, "hessian")
    found = compiled(**{name: {"x": x, "y": y}[name] for name in compiled.inputs})
    f, variables = hodiff.parse(text)
    for row in {0, n // 2, n - 1}:
        point = {name: float(v[row]) for name, v in (("x", x), ("y", y))}
        value = hodiff.evaluate(f, {name: point[name] for name in variables})
        np.testing.assert_allclose(found["f"][row], value, rtol=1e-12, atol=1e-12)
        for a in variables:
            slope = hodiff.grad(f, variables[a], create_graph=True)[0]
            value = hodiff.evaluate(slope, {name: point[name] for name in variables})
            np.testing.assert_allclose(found[f"df_d{a}"][row], value, rtol=1e-12, atol=1e-12)


def test_undefined_numbers_are_told_as_numpy_tells_them() -> None:
    found = hodiff.compile("log(x)")([1.0, 0.0, -1.0, np.inf, np.nan])
    assert found["f"].tolist()[:2] == [0.0, -np.inf]
    assert found["df_dx"].tolist()[:2] == [1.0, np.inf]
    assert np.isnan(found["f"][[2, 4]]).all()


def test_shapes_broadcast_and_numbers_stay_numbers() -> None:
    f = hodiff.compile("a*x", let=["a=2"])
    assert f.inputs == ("x",)
    assert f(3)["f"].shape == () and f(3)["f"] == 6
    assert f(np.ones((2, 3), np.float32))["df_dx"].tolist() == [[2.0] * 3] * 2
    g = hodiff.compile("x*y")(np.arange(3)[:, None], y=[1, 10])
    assert g["f"].tolist() == [[0, 0], [1, 10], [2, 20]]
    assert g["df_dx"].tolist() == [[1, 10]] * 3


def test_without_variables() -> None:
    assert float(hodiff.compile("2*sin(pi/2)", "value")()["f"]) == 2


def test_what_comes_in_is_left_alone() -> None:
    x = np.linspace(0, 1, 100)
    before = x.copy()
    found = hodiff.compile("x")(x)
    found["f"][:] = 7
    assert (x == before).all()


def test_it_can_be_pickled() -> None:
    f = hodiff.compile("k*x**2*y", "hessian", wrt=["y"], let=["k=3"])
    f(1.0, 2.0)
    again = pickle.loads(pickle.dumps(f))
    assert (again.inputs, again.outputs) == (("x", "y"), ("f", "df_dy", "d2f_dy_dy"))
    assert again(1.0, 2.0)["df_dy"] == 3


def test_a_chain_of_ten_thousand_operations() -> None:
    text = "x" + "+x" * 10_000
    assert hodiff.compile(text)([1.0, 2.0])["df_dx"].tolist() == [10_001, 10_001]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("[x, 1]",), "needs one number"),
        (("2x +",), "unexpected end|ends"),
        (("x", "gradient"), "'gradient' has no answer a row"),
        (("x", "grad", ["x+1"]), "wrt has names"),
        (("x", "grad", ["x", "x"]), "twice"),
        ((3,), "is text or a tensor, not int"),
        (("x", "grad", None, [3]), "let has text"),
    ],
)
def test_what_can_not_be_compiled(arguments: Any, message: str) -> None:
    with pytest.raises(hodiff.HodiffError, match=message):
        hodiff.compile(*arguments)


@pytest.mark.parametrize(
    ("what", "own", "message"),
    [
        ("nth", {"order": -1}, "--order is a whole number from 0 on, not '-1'"),
        ("nth", {"order": 1.5}, "from 0 on, not '1.5'"),
        ("nth", {"order": "3"}, "from 0 on, not '3'"),
        ("nth", {"order": 2000}, "--order can be 1000 at most"),
        ("nth", {"method": "tailor"}, "taylor"),
        ("implicit", {"of": 3}, "--of is text"),
        ("implicit", {"order": 2}, "implicit needs --of"),
    ],
)
def test_options_that_can_not_be(what: str, own: dict[str, Any], message: str) -> None:
    """As hodiff.calculate says it."""
    with pytest.raises(hodiff.HodiffError, match=message):
        hodiff.compile("x**2", what, **own)
    with pytest.raises(hodiff.HodiffError, match=message):
        hodiff.calculate(what, "x**2", at={"x": 1}, **own)


@pytest.mark.parametrize(
    "columns, named, message",
    [
        ((), {}, "no column for x, y"),
        ((1,), {"x": 2}, "given twice"),
        ((1, 2, 3), {}, "3 columns for 2 inputs"),
        ((1,), {"z": 2}, "unknown input 'z'"),
        (("a", 2), {}, "has to be real numbers"),
        ((1j, 2), {}, "has to be real numbers"),
        (([None], 2), {}, "has to be real numbers"),
    ],
)
def test_columns_that_do_not_fit(columns: Any, named: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        hodiff.compile("x*y")(*columns, **named)


def test_vectors_as_python_has_them() -> None:
    """Lists, arrays and names, as in hodiff.calculate."""
    for v in ([1, 0.5], np.array([1, 0.5]), {"y": 0.5, "x": 1}, "1,1/2"):
        assert hodiff.compile("x*y**2", "hvp", v=v)(2.0, 3.0)["hvp_x"] == 3
    assert hodiff.compile("x*y", "nth", along=[1, 2], order=2)(3, 5)["d2f_dt2"] == 4


def test_threads_are_a_number() -> None:
    with pytest.raises(ValueError, match="from 1 on"):
        hodiff.compile("x")(1, threads=0)


def test_conditions_and_results_that_are_one_node() -> None:
    """A mask stays one where it is an output too; f and its slope may be the same."""
    x = np.linspace(-1, 1, THREADED + 3)
    found = hodiff.compile("exp(x)")(x)
    assert (found["f"] == found["df_dx"]).all() and found["f"] is not found["df_dx"]
    np.testing.assert_allclose(found["f"], np.exp(x), rtol=1e-15)
    found = hodiff.compile("where(x < 0, -2*x, x**2)", "hessian")(x)
    assert (found["d2f_dx_dx"] == np.where(x < 0, 0, 2)).all()
    assert (found["df_dx"] == np.where(x < 0, -2, 2 * x)).all()


def test_frames() -> None:
    """Other columns come back as they were; what is missing in a row is missing in its results."""
    data = pl.DataFrame(
        {
            "y": pl.Series([2, None, 3, 4], dtype=pl.Int32),
            "name": pl.Series(["a", "b", None, "d"], dtype=pl.Categorical),
            "x": [1.0, 2.0, None, float("nan")],
        }
    )
    found = hodiff.compile("x**2*y").frame(data)
    assert found.select(data.columns).equals(data)
    assert found.schema == {**data.schema, **dict.fromkeys(("f", "df_dx", "df_dy"), pl.Float64)}
    assert found["df_dx"].to_list()[:3] == [4.0, None, None]
    assert found["f"].null_count() == 2 and np.isnan(found["f"][3])


def test_frames_in_batches_without_rows_and_without_inputs() -> None:
    f = hodiff.compile("x**2")
    data = pl.DataFrame({"x": np.arange(10.0)})
    lazy = data.lazy().map_batches(
        f.frame, schema={**data.schema, "f": pl.Float64, "df_dx": pl.Float64}
    )
    assert lazy.collect()["df_dx"].to_list() == (2 * np.arange(10.0)).tolist()
    assert f.frame(data.clear()).columns == ["x", "f", "df_dx"]
    assert f.frame(pl.DataFrame({"x": [None, None]}))["f"].to_list() == [None, None]
    assert hodiff.compile("2*3", "value").frame(data)["f"].to_list() == [6.0] * 10


@pytest.mark.parametrize(
    "columns, fault, message",
    [
        ({"z": [1.0]}, TypeError, "no column for x"),
        ({"x": ["1"]}, TypeError, "the column x has to be numbers, not String"),
        ({"x": [1.0], "f": [2.0]}, ValueError, "has columns f already"),
    ],
)
def test_frames_that_do_not_fit(columns: Any, fault: type[Exception], message: str) -> None:
    with pytest.raises(fault, match=message):
        hodiff.compile("x**2").frame(pl.DataFrame(columns))


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("arguments", ["x", "x, y", "2, x", "x, y, 1", "[x, y]", "x > y, x, y"])
def test_every_function(name: str, arguments: str) -> None:
    """A row at a time by hodiff.evaluate, whose floats don't run on arrays."""
    text = f"{name}({arguments}) + x*y"
    try:
        f, variables = hodiff.parse(text)
        compiled = hodiff.compile(text, wrt=["x", "y"])
    except hodiff.HodiffError:
        return  # another number of arguments, or no number comes of them
    x, y = np.random.default_rng(1).normal(1, 1, size=(2, 9))
    found = compiled(x=x, y=y)
    slopes = hodiff.derivatives.gradient(f, [variables["x"], variables["y"]])
    for row in range(len(x)):
        values = hodiff.evaluate([f, *slopes], {"x": float(x[row]), "y": float(y[row])})
        rows = [found[column][row] for column in compiled.outputs]
        np.testing.assert_allclose(rows, values, rtol=1e-11, atol=1e-13, err_msg=text)


def test_equal_results_are_arrays_of_their_own() -> None:
    """To write to one changes no other and no input; a frame's, which none writes to, are one."""
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    slopes = hodiff.compile("x*y", "hessian")
    found = slopes(x, y)
    for name in found:
        found[name] += 100
    assert (x.tolist(), y.tolist()) == ([1, 2], [3, 4])
    assert {name: z.tolist() for name, z in found.items()} == {
        "f": [103, 108], "df_dx": [103, 104], "df_dy": [101, 102], "d2f_dx_dx": [100, 100],
        "d2f_dx_dy": [101, 101], "d2f_dy_dx": [101, 101], "d2f_dy_dy": [100, 100],
    }  # fmt: skip
    frame = slopes.frame(pl.DataFrame({"x": x, "y": y}))
    mixed = [frame[name].to_numpy() for name in ("d2f_dx_dy", "d2f_dy_dx")]
    assert np.shares_memory(*mixed) and mixed[0].tolist() == [1, 1]


@pytest.mark.parametrize("text", ["x*y + y*z", "x", "3*x + 1/y", "x**2 > y", "sin(x)*exp(y*z)"])
def test_without_copies(text: str) -> None:
    """The same numbers; an input is its own result, a constant one number, and none is written."""
    f = hodiff.compile(text, "hessian")
    columns = list(np.random.default_rng(0).uniform(1, 2, size=(len(f.inputs), 2 * THREADED)))
    found, views = f(*columns), f(*columns, copy=False)
    for name, y in found.items():
        np.testing.assert_array_equal(views[name], y)
        assert views[name].shape == y.shape and views[name].dtype == y.dtype
        with pytest.raises(ValueError, match="read-only"):
            views[name][0] = 0
        if np.unique(y).size == 1:
            assert views[name].strides == (0,)
    if text == "x*y + y*z":
        assert np.shares_memory(views["df_dx"], columns[1])
        assert views["d2f_dx_dy"] is views["d2f_dy_dx"]
        assert f(1, 2, [3.0, 4.0], copy=False)["df_dy"].tolist() == [4, 5]
    assert f(*[2.0] * len(columns), copy=False)["f"].shape == ()
    with pytest.raises(ValueError, match="copy is True or False, not 0"):
        f(*columns, copy=0)  # type: ignore[arg-type]


def test_series_and_uncertainties_keep_the_promises_of_copy() -> None:
    """f and c0 are one number; what after functions compute is nobody's to write to either."""
    x = np.array([0.25, 0.5])
    series = hodiff.compile("exp(sin(x))*log(1 + x^2)", "taylor", order=40)
    spreads = hodiff.compile("x", "uncertainty")
    for f, columns in ((series, [x]), (spreads, [x, x / 10])):
        own, views = f(*columns), f(*columns, copy=False)
        for name, y in own.items():
            before = {other: z.copy() for other, z in own.items() if other != name}
            y += 1
            assert all((own[other] == z).all() for other, z in before.items())
        assert not any(y.flags.writeable for y in views.values())
    assert x.tolist() == [0.25, 0.5]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("x > 2", [0, 0, 0, 1]),
        ("not x > 2", [1, 1, 1, 0]),
        ("x > 0 and y < 1.5", [0, 1, 1, 0]),
        ("2 > 1", [1, 1, 1, 1]),
    ],
)
def test_conditions_are_doubles(text: str, right: list[int]) -> None:
    f = hodiff.compile(text, "value")
    x, y = np.arange(4.0), np.arange(4.0) / 2
    given = {name: {"x": x, "y": y}[name] for name in f.inputs}
    for copy in (True, False):
        found = f(**given, copy=copy)["f"]
        assert found.dtype == float
        assert np.broadcast_to(found, 4).tolist() == right
    frame = f.frame(pl.DataFrame({"x": x, "y": y}))
    assert (frame.schema["f"], frame["f"].to_list()) == (pl.Float64, right)


def test_what_a_mask_hides_has_no_result() -> None:
    x = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
    found = hodiff.compile("x**2")(x)
    assert found["f"].tolist()[::2] == [1, 9] and np.isnan([y[1] for y in found.values()]).all()


LAYOUTS = {
    "plain": np.array,
    "strided": lambda v: np.stack([v, v, v], 1)[:, 1],
    "reversed": lambda v: v[::-1].copy()[::-1],
    "of another machine": lambda v: v.astype(">f8"),
    "unaligned": lambda v: np.frombuffer(b"1" + v.tobytes(), offset=1) if len(v) else v,
}
EDGES = [0.0, -0.0, 1.0, 1e6, -999999.9, 1e7, 1e15, np.inf, -np.inf, np.nan, np.pi / 2]
LENGTHS = [0, 1, 2, 7, 9, ROWS - 1, ROWS + 1, THREADED + 1, BLOCK - 1, BLOCK + 1, 2 * BLOCK + 3]
MORE = [
    *TERMS,
    *("x", "1/x", "[x, y] @ [y, 1]", "norm([x, y])", "sin(x*y) + cos(x*y)", "sin(y)*cos(y)"),
]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sampled_from(MORE), min_size=1, max_size=6),
    st.lists(
        st.tuples(
            st.sampled_from(LENGTHS),
            st.sampled_from([1, 2, 3, None]),
            st.sampled_from(list(LAYOUTS)),
            st.booleans(),
            st.sampled_from([[], EDGES]),
        ),
        min_size=1,
        max_size=5,
    ),
    st.booleans(),
    st.booleans(),
)
def test_calls_one_after_the_other_and_at_once(
    monkeypatch: pytest.MonkeyPatch, terms: list[str], calls: list[Any], loops: bool, at_once: bool
) -> None:
    """Lengths, layouts and threads of all kinds on one function, in machine code too: the rows are
    those of one scalar at a time, in Python's floats."""
    text = "x*y + " + "+".join(f"({term})" for term in terms) + f"*({terms[0]})"
    for name in ("FUSED", "FUSED_NODES"):
        monkeypatch.setattr(arithmetic_rows, name, 0 if loops else sys.maxsize)
    compiled = hodiff.compile(text)
    f, variables = hodiff.parse(text)
    graphs = [f, *hodiff.derivatives.gradient(f, [variables["x"], variables["y"]])]

    def right(call: Any) -> bool:
        n, threads, layout, copy, edges = call
        x, y = np.random.default_rng(n).normal(0, 3, size=(2, n))
        x[: len(edges)], y[n // 2 : n // 2 + 1] = edges[:n], edges[:1] or 0.5
        found = compiled(LAYOUTS[layout](x), LAYOUTS[layout](y), threads=threads, copy=copy)
        for row in {
            *range(min(n, len(edges))),
            *range(n)[:1],
            *range(n)[-1:],
            *range(n)[n // 2 :][:1],
        }:
            point = {"x": float(x[row]), "y": float(y[row])}
            values = hodiff.evaluate(graphs, point)
            rows = [float(found[column][row]) for column in compiled.outputs]
            np.testing.assert_allclose(
                rows, values, rtol=1e-11, atol=1e-11, err_msg=f"{text} {point}"
            )
        return all(y.shape == (n,) and y.flags.writeable == copy for y in found.values())

    if at_once:
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(right, calls))
    else:
        assert all(map(right, calls))
