"""A graph met again is not walked again: it gives what a walk gives, and nothing is confused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodiff
from hodiff.library import replay as replays
from tests.lengths import examples


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


@settings(max_examples=examples(150), deadline=None)
@given(programs(), st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=4, max_size=4))
def test_what_is_remembered_is_what_a_walk_gives(f: Any, points: Any) -> None:
    for point in points:  # the first is walked, the second traced, the others run
        walked = gradient(f, *point, create_graph=True)
        assert gradient(f, *point) == walked


# One program is run with walks remembered and again with none: a sequence of calls of grad on the
# same nodes, with any flags, each on what the calls before have left.


@st.composite
def sessions(draw: st.DrawFn) -> Any:
    """Steps that build nodes, and calls of grad between them; indices count what is there."""
    index = st.integers(0, 99)
    some = st.lists(index, min_size=1, max_size=3)
    flags = st.fixed_dictionaries({}, optional={
        "create_graph": st.booleans(),
        "retain_graph": st.booleans(),
        "allow_unused": st.booleans(),
        "materialize_grads": st.booleans(),
    })  # fmt: skip
    build = st.tuples(st.just("build"), st.integers(0, 9), index, index)
    call = st.tuples(st.just("grad"), some, some, flags, st.booleans())
    backward = st.tuples(st.just("backward"), index, st.booleans(), st.booleans(), st.booleans())
    shape = draw(st.sampled_from([(), (1,), (2,)]))
    steps = draw(st.lists(st.one_of(build, build, call, call, backward), min_size=2, max_size=12))
    return shape, draw(st.booleans()), steps


STEPS: tuple[Any, ...] = (
    lambda a, b: hodiff.sin(a),
    lambda a, b: a * b,
    lambda a, b: a - 2 * b,
    lambda a, b: a**2,
    lambda a, b: hodiff.relu(a - b),
    lambda a, b: hodiff.where(a > b, a * 0.5, b),
    lambda a, b: a.sum() * b,
    lambda a, b: hodiff.exp(-a * a),
    lambda a, b: 3 * a,
    lambda a, b: (a * b).detach(),
)


def outcome(call: Any) -> Any:
    """What a call gives, errors and the flags of results included."""
    try:
        found = call()
    except (RuntimeError, ValueError) as fault:
        return type(fault).__name__, str(fault)
    return [None if g is None else (g.tolist(), g.shape, g.requires_grad, g.is_leaf) for g in found]


def played(session: Any, start: float) -> list[Any]:
    shape, single, steps = session
    dtype = "float32" if single else "float64"
    there = [hodiff.tensor(np.full(shape, start + k, dtype), requires_grad=k < 3) for k in range(4)]
    leaves, told = list(there), []
    for kind, *step in steps:
        if kind == "build":
            what, i, j = step
            a, b = there[i % len(there)], there[j % len(there)]
            there.append(STEPS[what](a, b))
        elif kind == "grad":
            ys, xs = ([there[i % len(there)] for i in chosen] for chosen in step[:2])
            seeds = [hodiff.tensor(np.full(y.shape, 1.5, dtype)) for y in ys]

            def call(ys: Any = ys, xs: Any = xs, seeds: Any = seeds, step: Any = step) -> Any:
                found = hodiff.grad(ys, xs, seeds if step[3] or shape else None, **step[2])
                there.extend(g for g in found if g is not None)
                return found

            told.append(outcome(call))
        else:
            y = there[step[0] % len(there)]
            _, create, retain, seeded = step
            seed = hodiff.tensor(np.ones(y.shape, dtype)) if seeded or shape else None
            told.append(outcome(lambda y=y, s=seed, r=retain, c=create: (
                y.backward(s, retain_graph=r, create_graph=c), ())[1]))  # fmt: skip
            told.append(outcome(lambda: [x.grad for x in leaves]))
    told.append([None if y.freed else y.tolist() for y in there])
    return told


@settings(max_examples=examples(300), deadline=None, derandomize=True)
@given(sessions())
def test_with_every_flag_what_is_remembered_is_what_a_walk_gives(session: Any) -> None:
    replays.REPLAYS.clear()
    played(session, 0.75)
    remembered = [played(session, start) for start in (0.75, 0.5)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replays, "MOST_NODES", -1)
        walked = [played(session, start) for start in (0.75, 0.5)]
    for found, wanted in zip(remembered, walked, strict=True):
        for a, b in zip(found, wanted, strict=True):
            # A freed node that has its value has let its inputs go, and can't tell that an input
            # is not among what they depended on: it refuses.
            unknown = "freed by the first" in str(a) and (b == [None] or "have been used" in str(b))
            assert a == b or unknown


def test_outputs_and_inputs_are_told_apart() -> None:
    """[y, h] in [x] is another question than [y] in [h, x]."""
    for _ in range(3):
        x = hodiff.tensor(2.0, requires_grad=True)
        h = 3 * x
        y = h**2
        assert [g.item() for g in hodiff.grad(y, [h, x])] == [12.0, 36.0]
    for _ in range(3):
        x = hodiff.tensor(2.0, requires_grad=True)
        h = 3 * x
        y = h**2
        assert [g.item() for g in hodiff.grad([y, h], [x])] == [39.0]


def test_zeros_have_their_inputs_shape_and_dtype() -> None:
    for _ in range(3):
        x = hodiff.tensor(2.0, requires_grad=True)
        unused = [
            hodiff.tensor(np.ones(shape, dtype), requires_grad=True)
            for shape, dtype in [((2,), "float64"), ((1,), "float32"), ((), "float32")]
        ]
        found = hodiff.grad(x * 2, [x, *unused], materialize_grads=True)
        for g, z in zip(found[1:], unused, strict=True):
            assert (g.shape, g.dtype, g.tolist()) == (z.shape, z.dtype, np.zeros(z.shape).tolist())


def test_a_graph_without_leaves_to_fill_goes_backward_each_time() -> None:
    for _ in range(3):
        x = hodiff.tensor(2.0, requires_grad=True)
        y = hodiff.sin(x)
        x.requires_grad_(False)
        y.backward()
        assert y.item() == math.sin(2.0)


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


# What a run computes with is bound to the shapes and attributes of its nodes, for arrays of any
# dtype: each of these has an operation of its own in the walk, or in the walk over it.
SHAPED: dict[str, Any] = {
    "sum over an axis": lambda x: (x.sum(0) ** 2).sum(),
    "mean": lambda x: x.mean() * x.mean(1)[0],
    "reshape": lambda x: (x.reshape(-1) ** 3)[2:7].sum(),
    "transpose": lambda x: (x.T @ x).sum(),
    "permute": lambda x: (hodiff.permute(x.reshape(2, 2, 3), (2, 0, 1)) ** 2)[1].sum(),
    "broadcast": lambda x: (x[0] * x[:, :1] * x[1, 1]).sum(),
    "one entry": lambda x: x[1, 2] ** 2 * x[-1, 0],
    "entries that come twice": lambda x: (x[[0, 0, 2]] ** 2).sum(),
    "a mask": lambda x: hodiff.where(x > 0.5, x**2, -x).sum(),
    "a number": lambda x: hodiff.exp(x[0, 0]) / (1 + x[1, 1] * x[0, 0]) - x[0, 1],
    "a power": lambda x: ((x**2).sum(1) ** 0.5).sum(),
    "a power to learn": lambda x: (x[0] ** x[1]).sum(),
    "softmax": lambda x: (hodiff.softmax(x, -1) * x).sum() + hodiff.logsumexp(x),
    "whole numbers": lambda x: (x * hodiff.tensor(np.arange(4))).sum() + x[0, 1] * np.int64(3),
    "a cast": lambda x: (x.double() * 0.1 + x.float()).sum() ** 2,
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("f", SHAPED.values(), ids=SHAPED)
def test_arrays_are_computed_as_a_walk_computes_them(f: Any, dtype: str) -> None:
    def slopes(start: float) -> list[Any]:
        values = (start + np.arange(12).reshape(3, 4) / 12).astype(dtype)
        x = hodiff.tensor(values, requires_grad=True)
        (g,) = hodiff.grad(f(x), x, create_graph=True)
        (h,) = hodiff.grad((g * g).sum(), x, retain_graph=True, allow_unused=True)
        found = [*hodiff.grad((g**3).sum(), x, allow_unused=True), h, g, *hodiff.grad(f(x), x)]
        return [y if y is None else y.detach().numpy() for y in found]

    remembered = [slopes(start) for start in (0.25, 0.5, 0.3, 0.4)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replays, "MOST_NODES", -1)
        walked = [slopes(start) for start in (0.25, 0.5, 0.3, 0.4)]
    for found, wanted in zip(remembered, walked, strict=True):
        for a, b in zip(found, wanted, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                assert a.dtype == b.dtype
                # A product of matrices may add in another order, and terms may cancel.
                close = 32 * np.finfo(a.dtype).eps
                np.testing.assert_allclose(a, b, rtol=close, atol=close * np.abs(b).max())


def test_nothing_warns_in_a_run_and_everything_does_outside() -> None:
    """numpy is quiet in hodiff alone, in each thread and in what a thread runs inside."""
    for _ in range(3):
        x = hodiff.tensor([0.0, 1.0], requires_grad=True)
        assert hodiff.grad(hodiff.log(x).sum(), x)[0].tolist() == [math.inf, 1.0]
        assert (hodiff.tensor([1.0, 0.0]) / 0).tolist()[0] == math.inf
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.divide(np.ones(1), np.zeros(1))
