"""Plans on columns: as other code calls them, held to numpy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import hodiff
from hodiff.arithmetic.rows import ROWS, Plan, on_rows
from hodiff.derivatives.vmap import vmapped


def plan(*texts: str) -> Plan:
    """What computes the texts, numbers or conditions, of x and y."""
    x, y = (on_rows(hodiff.variable(name)) for name in "xy")
    outputs = []
    for text in texts:
        f, names = hodiff.parse(text)
        outputs += vmapped([f], {names[name]: {"x": x, "y": y}[name] for name in names})
    return Plan(outputs, [x, y])


def columns(n: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=(2, n))


@pytest.mark.parametrize("n", [0, 5, ROWS + 3])
def test_conditions_come_out_as_such(n: int) -> None:
    x, y = columns(n)
    found = plan("x < y", "where(x < y, x, y)", "x*y > 0")([x, y])
    for value, right in zip(found, [x < y, np.minimum(x, y), x * y > 0], strict=True):
        assert value.dtype == right.dtype
        assert (value == right).all()


def test_many_threads_at_once() -> None:
    """Each call has its own buffers, however many there are at a time."""
    run = plan("x*sin(y) + x**2", "x*y/(1 + x**2)")

    def right(n: int) -> bool:
        x, y = columns(n, n)
        f, g = run([x, y], threads=1)
        good = np.allclose(f, x * np.sin(y) + x**2, rtol=1e-13, atol=1e-13)
        return bool(good and np.allclose(g, x * y / (1 + x**2), rtol=1e-13, atol=1e-13))

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(right, [ROWS * (i % 4) + 17 * i for i in range(60)]))
    assert len(run.program.spaces) <= 6  # and gives them back


def test_columns_with_gaps_and_that_nobody_may_write() -> None:
    table = np.random.default_rng(1).normal(size=(3 * ROWS + 5, 4))
    table.flags.writeable = False
    x, y = table[::2, 1], np.broadcast_to(np.float64(0.5), len(table[::2]))
    f, g, h = plan("x*y + cos(x)", "x", "x - y")([x, y])
    np.testing.assert_allclose(f, x * 0.5 + np.cos(x), rtol=1e-14, atol=1e-14)
    assert (g == x).all() and (h == x - 0.5).all()
    g[:] = 0
    assert x.any()
