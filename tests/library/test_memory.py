"""Memory: what a loop makes is gone after it, and a freed graph holds no values."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import hodiff
from hodiff import functional
from hodiff.engine.graph import STATE, topological

RNG = np.random.default_rng(3)
DATA = RNG.normal(size=(4, 3))
LARGE = 1 << 20  # entries; 8 MB
MEGABYTE = 1 << 20


@pytest.fixture
def collector() -> Iterator[Callable[[bool], None]]:
    """Turns the garbage collector on or off for a test."""
    yield lambda on: gc.enable() if on else gc.disable()
    gc.enable()


def tensors() -> int:
    return sum(type(x) is hodiff.Tensor for x in gc.get_objects())


def blocks() -> int:
    """Python's allocated blocks, after a collection, which empties its lists of free tuples."""
    gc.collect()
    return sys.getallocatedblocks()


def entries() -> int:
    """The bytes that the data of arrays made under tracemalloc have."""
    domain = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    traces = tracemalloc.take_snapshot().filter_traces([domain])
    return sum(trace.size for trace in traces.traces)


def repeat(step: Callable[[], Any], times: int) -> None:
    for _ in range(times):
        step()


class Net:
    """Two layers, as small as they can be."""

    def __init__(self) -> None:
        self.x = hodiff.tensor(DATA)
        self.w = hodiff.tensor(RNG.normal(size=(3, 2)), requires_grad=True)
        self.b = hodiff.tensor(RNG.normal(size=2), requires_grad=True)

    @property
    def leaves(self) -> list[hodiff.Tensor]:
        return [self.w, self.b]

    def loss(self, w: Any = None) -> hodiff.Tensor:
        w = self.w if w is None else w
        loss: hodiff.Tensor = (hodiff.tanh(self.x @ w + self.b) ** 2).sum()
        return loss

    def clear(self) -> None:
        for leaf in self.leaves:
            leaf.grad = None


REUSED = Net()
W, V = RNG.normal(size=(3, 2)), RNG.normal(size=(3, 2))


def backward_on_one_net() -> None:
    REUSED.clear()
    REUSED.loss().backward(create_graph=True)


def backward_and_values() -> None:
    REUSED.clear()
    loss = REUSED.loss()
    loss.backward(create_graph=True)
    _ = loss.item(), REUSED.w.grad.tolist(), repr(REUSED.b.grad)  # type: ignore[union-attr]


def backward_on_a_new_net() -> None:
    net = Net()
    net.loss().backward(create_graph=True)
    net.clear()


def backward_twice() -> None:
    REUSED.clear()
    REUSED.loss().backward(create_graph=True)
    g = REUSED.w.grad
    REUSED.clear()
    (g * g).sum().backward()  # type: ignore[operator]


ADDING, MIXED = Net(), Net()
MIXED.loss().backward(create_graph=True)


def backward_adding_up() -> None:
    ADDING.loss().backward()  # .grad of the rounds before stays


def backward_adding_up_to_a_tracked_grad() -> None:
    MIXED.loss().backward()  # without create_graph nothing is tracked, whatever .grad was


def grad_of_grad() -> None:
    (g,) = hodiff.grad(REUSED.loss(), REUSED.w, create_graph=True)
    hodiff.grad((g * V).sum(), REUSED.leaves)


def functional_hvp() -> None:
    functional.hvp(REUSED.loss, [W], [V])


def functional_hvp_of_a_tracked_tensor() -> None:
    functional.hvp(REUSED.loss, [REUSED.w], [V]).sum().backward(inputs=REUSED.w)
    REUSED.clear()


def functional_hessian() -> None:
    functional.hessian(lambda w: hodiff.tanh(w).sum())(W[0])


def functional_rest() -> None:
    functional.jvp(REUSED.loss, [W], [V])
    functional.vjp(REUSED.loss, W)[1](1.0)
    functional.nth(lambda t: hodiff.exp(t) * t, 3)(0.5)


def batched() -> None:
    y = hodiff.tanh(REUSED.x @ REUSED.w)[0]
    hodiff.grad(y, REUSED.w, hodiff.eye(2), is_grads_batched=True)


def hooks() -> None:
    y = hodiff.tanh(REUSED.w)
    y.register_hook(lambda g: g * 2)
    hodiff.grad(y.sum(), REUSED.w)


def retained_grad() -> None:
    y = hodiff.tanh(REUSED.w)
    y.retain_grad()
    y.sum().backward()
    REUSED.clear()


def errors() -> None:
    loss = REUSED.loss()
    hodiff.grad(loss, REUSED.w)
    with pytest.raises(RuntimeError):
        hodiff.grad(loss, REUSED.w)
    assert STATE.builder is STATE.outermost


def detached() -> None:
    assert REUSED.loss().detach().item() > 0


MAIN = [backward_on_one_net, backward_on_a_new_net, grad_of_grad, functional_hvp]
STEPS = [
    *MAIN, backward_and_values, backward_twice, backward_adding_up, functional_hessian,
    backward_adding_up_to_a_tracked_grad, functional_hvp_of_a_tracked_tensor, functional_rest,
    batched, hooks, retained_grad, detached,
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=lambda f: f.__name__)
def test_a_loop_leaves_nothing(step: Callable[[], Any], collector: Callable[[bool], None]) -> None:
    """With the garbage collector off: no cycle keeps a graph."""
    rounds = 1000 if step in MAIN else 300
    repeat(step, 50)
    collector(False)
    before, there = blocks(), tensors()
    repeat(step, rounds)
    assert tensors() == there
    assert blocks() - before < 0.9 * rounds  # a leak is a block a round, or more
    tracemalloc.start()
    try:
        repeat(step, 20)
        arrays = entries()
        repeat(step, 20)
        assert entries() == arrays
    finally:
        tracemalloc.stop()


def test_errors_leave_nothing(collector: Callable[[bool], None]) -> None:
    """An exception's traceback is a cycle of Python's own, so the collector is on."""
    collector(True)
    gc.collect()
    before = tensors()
    for _ in range(300):
        errors()
    gc.collect()
    assert tensors() == before


def test_a_gradient_in_its_own_leaf_is_collected() -> None:
    """w.grad needs w and w has .grad: PyTorch warns of this cycle, Python's collector finds it."""
    gc.collect()
    before = tensors()
    for _ in range(100):
        net = Net()
        net.loss().backward(create_graph=True)
    del net
    gc.collect()
    assert tensors() == before


# A freed graph.


def held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def large(seed: int = 0) -> hodiff.Tensor:
    return hodiff.tensor(np.linspace(0.1, 1.0 + seed, LARGE))


@pytest.mark.usefixtures("traced")
def test_a_walk_frees_intermediate_values() -> None:
    x = large().requires_grad_()
    start = held()
    h = hodiff.sin(x)
    h.detach()  # computes it: 8 MB
    y = hodiff.exp(h).sum()
    y.item()
    assert held() - start > 7 * MEGABYTE
    del h
    hodiff.grad(y, x)
    assert held() - start < MEGABYTE
    with pytest.raises(RuntimeError, match="second time"):
        hodiff.grad(y, x)
    assert y.item() == pytest.approx(np.exp(np.sin(x.detach().numpy())).sum(), rel=1e-12)


@pytest.mark.usefixtures("traced")
def test_a_walk_frees_data_that_it_was_the_last_to_need() -> None:
    x = large().requires_grad_()
    start = held()
    y = (hodiff.sin(x) * large(1)).sum()
    y.item()
    assert held() - start > 7 * MEGABYTE
    hodiff.grad(y, x)
    assert held() - start < MEGABYTE
    assert y.requires_grad


@pytest.mark.usefixtures("traced")
def test_backward_frees_too() -> None:
    x = large().requires_grad_()
    start = held()
    y = (hodiff.sin(x) * large(1)).sum()
    y.backward()
    x.grad = None
    assert held() - start < MEGABYTE


@pytest.mark.usefixtures("traced")
def test_a_retained_graph_keeps_its_values() -> None:
    x = large().requires_grad_()
    c = large(1)
    y = (hodiff.sin(x) * c).sum()
    start = held()
    del c
    (first,) = hodiff.grad(y, x, retain_graph=True)
    (again,) = hodiff.grad(y, x, retain_graph=True)
    assert np.array_equal(first.numpy(), again.numpy())
    del first, again
    assert held() - start > -MEGABYTE
    (last,) = hodiff.grad(y, x)
    x0, c0 = (np.linspace(0.1, 1.0 + seed, LARGE) for seed in (0, 1))
    np.testing.assert_allclose(last.numpy(), np.cos(x0) * c0, rtol=1e-14)
    with pytest.raises(RuntimeError, match="second time"):
        hodiff.grad(y, x)


@pytest.mark.usefixtures("traced")
def test_a_graph_goes_with_its_last_name() -> None:
    x = large().requires_grad_()
    start = held()
    h = hodiff.sin(x)
    h.detach()
    (g,) = hodiff.grad((h * h).sum(), x, create_graph=True)
    g.detach()
    (hv,) = hodiff.grad((g * large(1)).sum(), x)
    assert held() - start > 20 * MEGABYTE
    del h, g, hv
    assert held() - start < MEGABYTE


def test_a_freed_graph_still_has_its_values() -> None:
    """Tensors that are asked for only after the walk, which in PyTorch have had values before."""
    x = hodiff.tensor([0.5, 1.5], requires_grad=True)
    h = hodiff.sin(x)
    y = (hodiff.exp(h) * h).sum()
    hodiff.grad(y, x)
    s = np.sin([0.5, 1.5])
    np.testing.assert_allclose(h.tolist(), s, rtol=1e-15)
    assert y.item() == pytest.approx((np.exp(s) * s).sum(), rel=1e-15)
    np.testing.assert_allclose((h * 2).tolist(), 2 * s, rtol=1e-15)


def test_a_graph_without_saved_values_is_never_freed() -> None:
    """As in PyTorch: a sum saves nothing that a second walk could miss."""
    x = hodiff.tensor([0.5, 1.5], requires_grad=True)
    y = (x * 2 + x).sum()
    z = (x + x).sum()
    hodiff.grad(y, x)
    for _ in range(2):
        assert hodiff.grad(z, x)[0].tolist() == [2, 2]


# Without a graph.


def descend(steps: int, update: Callable[[Any, Any], Any]) -> hodiff.Tensor:
    w = hodiff.tensor([1.5, -0.5], requires_grad=True)
    for _ in range(steps):
        loss = ((w - [1.0, 2.0]) ** 2).sum()
        (g,) = hodiff.grad(loss, w)
        w = update(w, g)
        w.requires_grad_()
    return w


def under_no_grad(w: hodiff.Tensor, g: hodiff.Tensor) -> hodiff.Tensor:
    with hodiff.no_grad():
        return w - 0.1 * g


def by_detaching(w: hodiff.Tensor, g: hodiff.Tensor) -> hodiff.Tensor:
    return (w - 0.1 * g).detach()


@pytest.mark.parametrize("update", [under_no_grad, by_detaching], ids=lambda f: f.__name__)
def test_an_optimizer_holds_no_graph(
    update: Callable[[Any, Any], Any], collector: Callable[[bool], None]
) -> None:
    collector(False)
    steps = 10_000 if update is under_no_grad else 3_000
    descend(20, update)
    before = tensors()
    w = descend(steps, update)
    assert tensors() - before <= 1
    assert topological([w]) == [w]
    assert w.is_leaf
    np.testing.assert_allclose(w.tolist(), [1, 2], rtol=1e-12)


@pytest.mark.parametrize("inside", [True, False])
def test_an_average_holds_no_graph(inside: bool, collector: Callable[[bool], None]) -> None:
    """A running mean of a tracked quantity, under no_grad or of detached values."""
    collector(False)
    x = hodiff.tensor(DATA, requires_grad=True)
    mean = hodiff.zeros(3)
    before = tensors()
    for _ in range(1_000):
        if inside:
            with hodiff.no_grad():
                mean = 0.9 * mean + 0.1 * hodiff.mean(x, dim=0)
        else:
            mean = 0.9 * mean + 0.1 * hodiff.mean(x, dim=0).detach()
    assert tensors() - before <= 1
    assert topological([mean]) == [mean]
    np.testing.assert_allclose(mean.tolist(), DATA.mean(0), rtol=1e-12)
