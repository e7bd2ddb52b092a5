"""A row of the table is enough: what is added there is found everywhere.

Each program runs in a process of its own: it adds rows as the files of operations do, before
the library is loaded.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from hodiff import library
from hodiff.engine.graph import OPERATIONS, Kind

ROOT = Path(__file__).resolve().parents[2]

REDUCTION = """
    import math

    from hodiff.engine.graph import Kind, Operation, no_derivative
    from hodiff.engine.operations.elementary import hypot, mul, over
    from hodiff.engine.operations.piecewise import both
    from hodiff.engine.operations.special import logaddexp
    from hodiff.engine.operations.structure import kept, reduced

    Operation("times", 1, reduced, lambda g, xs, y, a, i: kept(g * y, xs[0], a) / xs[0],
              kind=Kind.REDUCES, folds=mul, unit=1, meaning="The product of numbers other than 0")
    Operation("far", 1, reduced, lambda g, xs, y, a, i:
              kept(g, xs[0], a) * over(xs[0], kept(y, xs[0], a)),
              kind=Kind.REDUCES, folds=hypot, unit=0)
    Operation("lse", 1, reduced, lambda g, xs, y, a, i: kept(g, xs[0], a),
              kind=Kind.REDUCES, folds=logaddexp)
    Operation("both_hold", 1, reduced, no_derivative,
              kind=Kind.REDUCES, folds=both, unit=True, differentiable=False)

    import numpy as np
    import hodiff
"""

PROGRAMS = {
    "names": """
        x = hodiff.tensor([[1.0, 2.0], [3.0, 4.0]])
        assert hodiff.times(x).item() == 24 and x.times().item() == 24
        assert hodiff.times([2.0, 3.0]).item() == 6
        assert "times" in dir(hodiff) and "times" in dir(x)
        assert x.times(dim=0).tolist() == x.times(axis=0).tolist() == [3, 8]
        assert hodiff.times(x, -1).tolist() == [2, 12] and x.times((0, 1)).item() == 24
        assert x.times(dim=1, keepdim=True).shape == x.times(1, keepdims=True).shape == (2, 1)
        assert hodiff.far([3.0, 4.0]).item() == 5
        assert hodiff.both_hold([True, False]).item() is False
        assert hodiff.times(7.0).item() == 7
    """,
    "docstrings": """
        import doctest
        assert hodiff.times.__doc__.startswith("The product of numbers other than 0, over dim:")
        assert hodiff.far.__doc__.startswith("The entries joined by hypot, over dim:")
        for f in (hodiff.times, hodiff.far, hodiff.lse, hodiff.both_hold):
            doctest.run_docstring_examples(f, {"hodiff": hodiff}, name=f.__name__)
    """,
    "derivatives": """
        x = hodiff.tensor([[2.0, 3.0], [5.0, 7.0]], requires_grad=True)
        (g,) = hodiff.grad(x.times(0).sum(), x, create_graph=True)
        assert g.tolist() == [[5, 7], [2, 3]]
        assert hodiff.functional.hessian(hodiff.times)([2.0, 3.0]).tolist() == [[0, 1], [1, 0]]
        assert hodiff.functional.nth(hodiff.far, 2)(2.0).item() == 0
    """,
    "vmap": """
        x = np.arange(1.0, 7.0).reshape(3, 2)
        assert hodiff.vmap(hodiff.times)(x).tolist() == [2, 12, 30]
        assert hodiff.vmap(lambda row: row.far(dim=0))(x).tolist() == np.hypot(*x.T).tolist()
    """,
    "large arrays, in blocks": """
        x = np.linspace(0.5, 1.5, 200_000).reshape(-1, 2)
        y = hodiff.tensor(x) * 1.0001
        assert np.allclose(y.far(0).numpy(), np.linalg.norm(x * 1.0001, axis=0), rtol=1e-12)
        assert np.allclose((y / 1.0001).far().item(), np.linalg.norm(x), rtol=1e-12)
        assert np.allclose(y.times(1).numpy(), (x * 1.0001).prod(1), rtol=1e-12)
        w = hodiff.tensor(x, requires_grad=True)
        (g,) = hodiff.grad((w * 2).far(), w)
        assert np.allclose(g.numpy(), 2 * x / np.linalg.norm(x), rtol=1e-12)
    """,
    "balls": """
        v = hodiff.variable("v", (3,))
        squares = v * v
        found = hodiff.evaluate([squares.times(), squares.far(dim=0), (v > 0).both_hold()],
                                {"v": [1, 2, 5]}, arithmetic="ball")
        assert found == [100, math.sqrt(642), True]
        rows = [f(v) for f in (hodiff.lse, hodiff.logsumexp)]  # logaddexp has no form of its own
        found = hodiff.evaluate(rows, {"v": [1, 2, 3]}, digits=20)
        assert found == ["3.4076059644443803045"] * 2
        assert hodiff.evaluate(hodiff.times(hodiff.zeros(0)), arithmetic="ball") == 1
    """,
    "no ufunc": """
        from hodiff.engine.operations.elementary import turn
        odd = Operation("odd", 1, reduced, no_derivative, kind=Kind.REDUCES, folds=turn)
        try:
            odd(hodiff.tensor([1.0, 2.0]), (-1,))
        except NotImplementedError as error:
            assert str(error) == "odd folds by turn, which is no ufunc"
        else:
            raise AssertionError
    """,
}


def run(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_reduction_is_one_row(name: str) -> None:
    run(dedent(REDUCTION) + dedent(PROGRAMS[name]))


def test_a_function_is_one_row() -> None:
    run(
        dedent("""
        from hodiff.engine.operations.elementary import cos, sin
        from hodiff.engine.operations.row import elementwise

        elementwise("vers", lambda x, y: sin(x), names=("vers", "versed"),
                    definition=lambda x: 1 - cos(x))
        elementwise("mixed", lambda x, y, z: y, lambda x, y, z: x, parameters="x, y",
                    definition=lambda x, y: x * y, meaning="The product once more")

        import doctest
        import math
        import hodiff

        x = hodiff.tensor([0.0, math.pi], requires_grad=True)
        assert hodiff.vers(x).tolist() == x.versed().tolist() == [0, 2]
        assert hodiff.grad(x.vers().sum(), x)[0].tolist() == [math.sin(0), math.sin(math.pi)]
        assert hodiff.vers(2).item() == 1 - math.cos(2)
        assert hodiff.mixed(2.0, [3.0, 4.0]).tolist() == [6, 8]
        assert hodiff.vmap(hodiff.vers)([0.0, 0.0]).tolist() == [0, 0]
        assert hodiff.vers.__doc__.startswith("vers(x), entry by entry")
        assert hodiff.mixed.__doc__.startswith("The product once more, entry by entry")
        assert hodiff.calculate("grad", "vers(x)", at="x=0", digits=3).text("plain")
        for f in (hodiff.vers, hodiff.mixed):
            doctest.run_docstring_examples(f, {"hodiff": hodiff}, name=f.__name__)
        """)
    )


def test_a_function_of_flints_is_one_row() -> None:
    """In doubles, arrays, balls, boxes and series: 1/gamma(x), which arb has as rgamma."""
    run(
        dedent("""
        from hodiff.engine.operations.row import elementwise
        from hodiff.engine.operations.special import digamma

        elementwise("rgamma", lambda x, y: -y * digamma(x), special=True)

        import math
        import mpmath
        import hodiff

        x = hodiff.tensor([1.0, 2.5, 30.0], requires_grad=True)
        slopes = hodiff.grad(hodiff.rgamma(x).sum(), x)[0].tolist()
        for at, y, slope in zip(x.tolist(), x.rgamma().tolist(), slopes):
            assert math.isclose(y, 1 / math.gamma(at), rel_tol=1e-15)
            assert math.isclose(slope, mpmath.diff(mpmath.rgamma, at), rel_tol=1e-13)
        value = hodiff.calculate("value", "rgamma(x)", at="x=5/2", digits=30).text("plain")
        assert value == mpmath.nstr(mpmath.workdps(50)(mpmath.rgamma)(mpmath.mpf(5) / 2), 30)
        found = hodiff.calculate("roots", "rgamma(x) - 1/2", over="x=2:9").text("plain")
        assert found == "3"
        third = hodiff.calculate("nth", "rgamma(x)", at="x=5/2", order=3).derivative
        assert math.isclose(third, mpmath.diff(mpmath.rgamma, 2.5, 3), rel_tol=1e-12)
        """)
    )


def test_every_reduction_that_folds_is_published() -> None:
    rows = {row.name for row in OPERATIONS.values() if row.folds is not None}
    assert {"sum", "any", "amax", "amin"} <= rows <= {*library.TABLE}
    assert {*library.METHODS} >= rows
    assert all(row.kind is Kind.REDUCES for row in OPERATIONS.values() if row.folds is not None)
