"""A graph met again is not walked again: it gives what a walk gives, and nothing is confused."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodiff
from hodiff.library import replay as replays


@pytest.fixture(autouse=True)
def forgotten() -> None:
    replays.REPLAYS.clear()


def gradient(f: Any, *numbers: float, **options: Any) -> list[Any]:
    xs = [hodiff.tensor(n, requires_grad=True) for n in numbers]
    found = hodiff.grad(f(*xs), xs, allow_unused=True, **options)
    return [None if g is None else g.item() for g in found]


UNARY = (hodiff.sin, hodiff.exp, hodiff.tanh, abs, lambda x: x**2, lambda x: 1 / (1 + x**2))


@st.composite
def programs(draw: st.DrawFn) -> Any:
    """A function of three numbers, as a list of steps on what is there already."""
    steps = draw(
        st.lists(
            st.tuples(st.integers(0, 8), st.integers(0, 99), st.integers(0, 99)),
            min_size=1,
            max_size=8,
        )
    )

    def f(*xs: Any) -> Any:
        there = list(xs)
        for kind, i, j in steps:
            a, b = there[i % len(there)], there[j % len(there)]
            if kind < len(UNARY):
                there.append(UNARY[kind](a))
            elif kind == 6:
                there.append(a * b + 0.5)
            elif kind == 7:
                there.append(hodiff.where(a > b, a - b, a * 3))
            else:
                there.append(a - 2 * b)
        return there[-1] + there[0]

    return f


NUMBER = st.floats(-2, 2, allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(programs(), st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=4, max_size=4))
def test_what_is_remembered_is_what_a_walk_gives(f: Any, points: Any) -> None:
    for point in points:  # the first is walked, the second traced, the others run
        walked = gradient(f, *point, create_graph=True)
        assert gradient(f, *point) == walked


def test_it_is_remembered() -> None:
    for n in range(4):
        assert gradient(lambda x: hodiff.sin(x) * x, float(n)) == [math.sin(n) + n * math.cos(n)]
    assert [trace is not None for trace in replays.REPLAYS.values()] == [True]


def test_structures_are_told_apart() -> None:
    pairs = [
        (lambda x, y: x**2 * y, lambda x, y: x**3 * y),
        (lambda x, y: x * x, lambda x, y: x * y),
        (lambda x, y: x - y, lambda x, y: y - x),
        (lambda x, y: x / y, lambda x, y: x / y.detach()),
        (lambda x, y: x * 0.5, lambda x, y: x * 0.25),
        (lambda x, y: hodiff.where(x > 0, x, y), lambda x, y: hodiff.where(x < 0, x, y)),
    ]
    for f, g in pairs:
        for _ in range(3):
            for h in (f, g):
                assert gradient(h, 1.5, 2.5) == gradient(h, 1.5, 2.5, create_graph=True)


def test_the_branch_is_that_of_the_numbers() -> None:
    for x, expected in [(1.0, 2.0), (-1.0, -3.0), (2.0, 4.0), (-2.0, -3.0), (3.0, 6.0)]:
        assert gradient(lambda t: hodiff.where(t > 0, t**2, -3 * t), x) == [expected]


def test_the_contract_holds_for_what_is_remembered() -> None:
    for _ in range(4):
        x = hodiff.tensor(2.0, requires_grad=True)
        unused = hodiff.tensor(1.0, requires_grad=True)
        y = x**3
        (g,) = hodiff.grad(y, x)
        assert g.item() == 12.0 and not g.requires_grad
        with pytest.raises(RuntimeError, match="second time"):
            hodiff.grad(y, x)
        y = x**3
        hodiff.grad(y, x, retain_graph=True)
        assert hodiff.grad(y, x)[0].item() == 12.0
        with pytest.raises(RuntimeError, match="not have been used"):
            hodiff.grad(x**3, [x, unused])
        assert hodiff.grad(x**3, [x, unused], allow_unused=True)[1] is None
        assert hodiff.grad(x**3, [x, unused], materialize_grads=True)[1].item() == 0.0


def test_hooks_are_called_each_time() -> None:
    seen = []
    for _ in range(4):
        x = hodiff.tensor(2.0, requires_grad=True)
        x.register_hook(lambda g: seen.append(g.item()))
        hodiff.grad(x**2, x)
    assert seen == [4.0] * 4


def test_what_is_remembered_is_bounded() -> None:
    for n in range(3 * replays.MOST_REPLAYS):
        gradient(lambda x, n=n: x * (n + 20), 1.0)
    assert len(replays.REPLAYS) <= replays.MOST_REPLAYS
