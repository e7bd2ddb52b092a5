"""What a walk adds is tidied; what a person holds is not looked into: they may hook it, or ask."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import hodiff
from hodiff.engine.sharing import NodeTable
from hodiff.library import replay


def test_a_hook_is_called_in_each_walk_on_each_path() -> None:
    """y = 3x, hooked with -2g; the slope of the slope of y**3 in x, by hand: the first walk has
    -6*y**2 in y and -18*y**2 in x, the second -36*y in y, made 72*y, and 216*y in x."""
    x = hodiff.tensor(1.5, requires_grad=True)
    y = 3 * x
    y.register_hook(lambda g: -2 * g)
    (g,) = hodiff.grad(y**3, x, create_graph=True)
    assert g.item() == -18 * 4.5**2
    assert hodiff.grad(g, x)[0].item() == 216 * 4.5


def test_a_hook_that_comes_after_the_first_walk() -> None:
    x = hodiff.tensor(1.5, requires_grad=True)
    y = 3 * x
    (g,) = hodiff.grad(y**3, x, create_graph=True)
    y.register_hook(lambda g: -2 * g)
    assert hodiff.grad(g, x)[0].item() == -2 * 3 * 18 * 4.5  # g is 9*y**2


INNER: list[tuple[str, Callable[..., Any]]] = [
    ("factor", lambda x: 3 * x),
    ("negative", lambda x: -x),
    ("power", lambda x: x**2),
    ("sum", lambda x: x + hodiff.sin(x)),
    ("branch", lambda x: hodiff.where(x > 0, x, 0)),
    ("product", lambda x: x * hodiff.exp(x)),
    ("cos", hodiff.cos),
    ("exp", hodiff.exp),
]


@pytest.mark.parametrize("inner", [f for _, f in INNER], ids=[name for name, _ in INNER])
def test_a_slope_depends_on_what_it_was_computed_from_and_on_no_more(inner: Any) -> None:
    """z = y**3 sin(x): its slope in x is 3 y**2 y' sin(x) + y**3 cos(x), and of that the slope in
    y itself, where x and y' are held, is 6 y y' sin(x) + 3 y**2 cos(x)."""
    at = 0.7
    x = hodiff.tensor(at, requires_grad=True)
    y = inner(x)
    (g,) = hodiff.grad(y**3 * hodiff.sin(x), x, create_graph=True)
    (found,) = hodiff.grad(g, y, retain_graph=True)
    u = y.item()
    slope = hodiff.grad(inner(x), x)[0].item()
    exact = 6 * u * slope * math.sin(at) + 3 * u**2 * math.cos(at)
    if inner is hodiff.exp:  # its slope is y itself
        exact += 3 * u**2 * math.sin(at)
    assert math.isclose(found.item(), exact, rel_tol=1e-14)


def test_a_gradient_is_held_too() -> None:
    x = hodiff.tensor(2.0, requires_grad=True)
    (g,) = hodiff.grad(x**3, x, create_graph=True)
    (h,) = hodiff.grad(g**2, x, create_graph=True)  # 2 g g'
    assert hodiff.grad(h, g)[0].item() == 2 * 6 * x.item()


def test_a_bias_that_only_a_mask_uses_has_slope_0() -> None:
    for f in (hodiff.relu, hodiff.nn.functional.leaky_relu):
        w, b, at = (hodiff.tensor(v, requires_grad=True) for v in ([0.5, -0.25], 0.125, [1.0, 2.0]))
        (slope,) = hodiff.grad(f(w * at + b).sum(), at, create_graph=True)
        found = hodiff.grad((slope**2).sum(), [w, b])
        assert found[1].item() == 0.0
        assert found[0].tolist()[0] == 1.0  # twice w, where it is above 0
    with pytest.raises(RuntimeError, match="have been used"):  # a condition of the user's
        hodiff.grad(hodiff.where(w + b > 0, w, 0).sum(), b)


def test_a_walk_visits_nothing_older_than_its_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """In an inner loop each step's walk is as long as the one before."""
    passed: list[int] = []
    know = NodeTable.know

    def counted(self: NodeTable, order: Any) -> None:
        passed.append(len(order))
        know(self, order)

    monkeypatch.setattr(NodeTable, "know", counted)
    monkeypatch.setattr(replay, "MOST_NODES", -1)
    rate = hodiff.tensor(0.01, requires_grad=True)
    w = hodiff.tensor(0.5, requires_grad=True)
    for _ in range(12):
        (g,) = hodiff.grad(hodiff.sin(w) * w**2, w, create_graph=True)
        w = w - rate * g
    assert len(set(passed)) == 1


def test_a_freed_graph_refuses_only_what_leads_through_it() -> None:
    x, z = (hodiff.tensor(v, requires_grad=True) for v in (0.5, 2.0))
    y = hodiff.exp(x)
    y.backward()
    product = y * z
    assert hodiff.grad(product, z)[0].item() == math.exp(0.5)
    product = y * z
    for inputs in (x, [z, x], [y, x]):
        with pytest.raises(RuntimeError, match="second time"):
            hodiff.grad(product, inputs, retain_graph=True)


def test_a_leaf_is_tracked_from_when_it_is_asked_to_be() -> None:
    for _ in range(3):
        x = hodiff.tensor(2.0, requires_grad=True)
        c = hodiff.tensor(3.0)
        z = x * c * c
        c.requires_grad_()
        assert hodiff.grad(z, [x, c], retain_graph=True, allow_unused=True)[1] is None
        found = hodiff.grad(z + 5 * c, [x, c])
        assert [g.item() for g in found] == [9.0, 5.0]


def test_backward_through_a_freed_graph_is_refused_for_its_leaves_are_unknown() -> None:
    for _ in range(3):
        x, z = (hodiff.tensor(v, requires_grad=True) for v in (0.5, 2.0))
        y = hodiff.exp(x)
        y.backward()
        with pytest.raises(RuntimeError, match="second time"):
            (y * z).backward()
