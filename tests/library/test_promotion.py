"""Dtypes of mixed programs and of their derivatives, drawn, against PyTorch itself."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodiff
from tests.lengths import examples

torch = pytest.importorskip("torch")

SHAPES = [(), (), (1,), (3,)]
FLOATS = ["float16", "float32", "float32", "float64", "float64"]
DTYPES = [*FLOATS, "int32", "int64", "bool"]
JOINS = {
    "+": operator.add, "*": operator.mul, "-": operator.sub, "/": operator.truediv,
    "where": None,
}  # fmt: skip
ALONE = ["sin", "exp", "sqrt", "sum", "double", "float", "neg"]
NUMBERS = [2.0, 0.1, 1.0, -3.0, 2.5]
Program = list[tuple[Any, ...]]


@pytest.fixture(autouse=True)
def doubles() -> Iterator[None]:
    """What isn't said to be single is double in both."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@st.composite
def programs(draw: Any) -> tuple[list[tuple[str, Any]], Program]:
    """Leaves, a dtype and a shape each, and steps: an operation, and what it takes, by places or
    Python numbers."""
    count = draw(st.integers(2, 3))
    leaves = [(draw(st.sampled_from(FLOATS)), draw(st.sampled_from(SHAPES)))]
    leaves += [
        (draw(st.sampled_from(DTYPES)), draw(st.sampled_from(SHAPES))) for _ in range(count - 1)
    ]
    steps: Program = []
    for n in range(count, count + draw(st.integers(1, 4))):
        place = st.integers(0, n - 1)
        if draw(st.integers(0, 3)):
            other = draw(place | place | st.sampled_from(NUMBERS))
            pair = [draw(place), other]
            steps.append((draw(st.sampled_from(list(JOINS))), *draw(st.permutations(pair))))
        else:
            steps.append((draw(st.sampled_from(ALONE)), draw(place)))
    return leaves, steps


def ran(m: Any, leaves: Any, steps: Program) -> list[Any]:
    """The last value, and its first and second derivatives in the leaves of floats."""
    made: list[Any] = []
    for i, (dtype, shape) in enumerate(leaves):
        value = np.linspace(0.6, 1.4, 3)[: int(np.prod(shape))].reshape(shape) + 0.3 * i
        array = value.astype(dtype)
        made.append(m.tensor(array, requires_grad=array.dtype.kind == "f"))
    xs = [x for x in made if x.requires_grad]
    for name, *places in steps:
        a, *b = [made[p] if isinstance(p, int) else p for p in places]
        if name == "where":
            made.append(m.where(m.sin(made[0]) > 0.8, a, b[0]))
        elif name in JOINS:
            made.append(JOINS[name](a, b[0]))
        elif name == "sum":
            made.append((a * 1.0).sum())  # of whole numbers it is another matter
        elif name in ("double", "float"):
            made.append(getattr(a, name)())
        else:
            made.append(getattr(m, name)(a))
    y = made[-1]
    found = [y]
    if y.requires_grad:
        grad = m.autograd.grad
        first = grad(y.sum(), xs, create_graph=True, allow_unused=True, materialize_grads=True)
        total = sum((g.double() ** 2).sum() for g in first)
        found += first
        if total.requires_grad:
            found += grad(total, xs, allow_unused=True, materialize_grads=True)
        else:
            found += [0 * x for x in xs]
    return found


@given(programs())
@settings(max_examples=examples(300), deadline=None, derandomize=True, database=None)
def test_mixed_programs_have_pytorchs_dtypes(drawn: tuple[Any, Program]) -> None:
    leaves, steps = drawn
    try:
        theirs = ran(torch, leaves, steps)
    except (RuntimeError, TypeError):  # what PyTorch hasn't
        return
    ours = ran(hodiff, leaves, steps)
    assert len(ours) == len(theirs)
    said = str(drawn)
    rtol = 1e-4 if "float32" in said or "'float'" in said else 1e-10
    for own, their in zip(ours, theirs, strict=True):
        assert f"torch.{own.dtype}" == str(their.dtype)
        assert own.shape == tuple(their.shape)
        if "float16" not in said and their.isfinite().all():
            scale = max(1.0, their.detach().double().abs().max().item())
            np.testing.assert_allclose(own.tolist(), their.tolist(), rtol, rtol * scale)
