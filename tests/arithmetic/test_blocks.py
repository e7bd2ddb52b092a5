"""Large arrays in blocks give what the plain run gives, with little memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hodiff
from hodiff.arithmetic import blocks
from hodiff.arithmetic.arrays import ARRAYS as arrays
from hodiff.arithmetic.base import LARGE
from hodiff.arithmetic.program import Program, evaluate
from hodiff.engine.graph import OPERATIONS, constant, data, topological, variable
from hodiff.engine.operations.linalg import matmul
from hodiff.engine.operations.structure import (
    cast,
    expand_to,
    pick,
    place,
    reshape_to,
    summed,
    transpose,
)
from tests.lengths import examples

UNARY = ("sin", "neg", "exp", "abs", "tanh", "relu", "sinc")
BINARY = ("add", "sub", "mul", "max", "div", "atan2")


def plain(outputs):
    values = Program(outputs, arrays).values()
    return [values[id(y)] for y in outputs]


def blocked(outputs, size):
    return blocks.evaluate(topological(outputs, unknown=True), outputs, size=size)


def passes(outputs, size):
    """The passes over blocks that the outputs take."""
    order = topological(outputs, unknown=True)
    tasks = blocks.schedule(order, {id(y) for y in outputs}, size)
    return [task for task in tasks if isinstance(task, blocks.Pass)]


def assert_same(outputs, size, exact=True):
    """exact: the same doubles; else what a sum in another order may differ by, in the coarsest
    dtype on the way."""
    single = any(
        getattr(node.value, "dtype", None) == np.float32 or "float32" in node.attributes
        for node in topological(outputs)
    )
    for got, want in zip(blocked(outputs, size), plain(outputs), strict=True):
        assert np.shape(got) == np.shape(want)
        assert np.asarray(got).dtype == np.asarray(want).dtype
        if exact:
            np.testing.assert_array_equal(got, want)
        else:
            tolerance = 1e-4 if single else 1e-9
            np.testing.assert_allclose(got, want, tolerance, tolerance)


def numbers(shape, dtype=float):
    """A leaf that tracks: what is built on it is lazy."""
    leaf = data(np.random.default_rng(0).uniform(-2, 2, shape).astype(dtype))
    leaf.requires_grad = True
    return leaf


def like(x, *nodes):
    """Those of nodes that broadcast with x to one of their shapes."""
    return [y for y in nodes if y.shape == x.shape or not y.shape]


def one_more(draw, nodes):
    """A node on some that are there."""
    x = draw(st.sampled_from([y for y in nodes if y.shape]))
    n, rest = x.shape[0], x.shape[1:]
    kind = draw(st.sampled_from("ubbbwpckxser@@"))
    if kind == "u":
        name = draw(st.sampled_from(UNARY))
        return OPERATIONS[name](x, 1) if name == "sinc" else OPERATIONS[name](x)
    if kind == "b":
        y = draw(st.sampled_from(like(x, *nodes)))
        pair = (x, y) if draw(st.booleans()) else (y, x)
        return OPERATIONS[draw(st.sampled_from(BINARY))](*pair)
    if kind == "w":
        y, z = (draw(st.sampled_from(like(x, *nodes))) for _ in range(2))
        test = OPERATIONS["not"](x < y) if draw(st.booleans()) else x < y
        return OPERATIONS["where"](test, z, constant(0))
    if kind == "p":
        return OPERATIONS["pow"](x, constant(draw(st.sampled_from([2, 3, -1]))))
    if kind == "c":
        return cast(x, draw(st.sampled_from(["float32", "float64"])))
    if kind == "k":
        start = draw(st.integers(0, n))
        return pick(x, ((start, draw(st.integers(start, n)), 1),))
    if kind == "x":
        before, after = draw(st.integers(0, 5)), draw(st.integers(0, 5))
        return place(x, ((before, before + n, 1),), (before + n + after, *rest))
    if kind == "r":
        return reshape_to(x, draw(st.sampled_from([(n, *rest, 1), (n, *reversed(rest))])))
    if kind == "@" and len(x.shape) == 2:
        others = [y for y in nodes if len(y.shape) == 2 and y.shape[0] == n]
        if draw(st.booleans()):
            return matmul(transpose(x), draw(st.sampled_from(others)))
        return matmul(x, numbers((x.shape[1], draw(st.integers(1, 3)))))
    if kind in "s@":
        axes = range(-len(x.shape), 0)
        some = draw(st.sets(st.sampled_from(axes), min_size=1))
        return summed(x, tuple(sorted(some)))
    return expand_to(draw(st.sampled_from([y for y in nodes if not y.shape])), x.shape)


@st.composite
def graphs(draw):
    n = draw(st.integers(0, 20))
    rest = draw(st.sampled_from([(), (), (3,)]))
    nodes = [numbers((n, *rest), draw(st.sampled_from(["f8", "f4"]))), data(0.5), constant(3)]
    for _ in range(draw(st.integers(1, 12))):
        nodes.append(one_more(draw, nodes))
    others = draw(st.lists(st.sampled_from(nodes[3:]), max_size=2))
    return [nodes[-1], *others]


@settings(max_examples=examples(400), deadline=None)
@given(graphs(), st.integers(1, 9))
def test_blocks_give_what_the_plain_run_gives(outputs, size):
    sums = any(node.operation.name in ("sum", "matmul") for node in topological(outputs))
    assert_same(outputs, size, exact=not sums)


def rosenbrock(x):
    return hodiff.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def rosenbrock_hvp(n, dtype=float):
    x, v = numbers(n, dtype), data(np.linspace(-1, 1, n).astype(dtype))
    f = rosenbrock(x)
    (g,) = hodiff.grad(f, x, create_graph=True)
    (h,) = hodiff.grad(g, x, grad_outputs=v, create_graph=True)
    return f, g, h


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 10, 15, 16, 17, 33])
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_rosenbrock_at_the_edges_of_blocks(n, dtype):
    f, g, h = rosenbrock_hvp(n, dtype)
    assert_same([g, h], 8)
    assert_same([f, g, h], 8, exact=False)
    assert blocked([h], 8)[0].dtype == np.dtype(dtype)


def test_slices_and_padding_stay_in_one_pass():
    _, _, h = rosenbrock_hvp(100)
    (only,) = passes([h], 8)
    assert only.kept == {id(h)}


def test_what_follows_a_sum_runs_in_a_later_pass():
    x = numbers(50)
    y = OPERATIONS["exp"](x)
    softmax = y / summed(y, (-1,))
    first, second = passes([softmax], 8)
    assert first.kept == {id(y)} and second.kept == {id(softmax)}
    assert_same([softmax], 8, exact=False)


def test_what_only_a_later_pass_needs_is_computed_there():
    x = numbers(50)
    y = OPERATIONS["exp"](x) / summed(OPERATIONS["sin"](x), (-1,))
    assert [p.kept for p in passes([y], 8)] == [set(), {id(y)}]
    assert_same([y], 8, exact=False)


def test_a_long_halo_is_no_halo():
    x = OPERATIONS["exp"](numbers(64))
    y = x[:32] * x[32:]
    assert [p.kept for p in passes([y], 8)] == [{id(x)}, {id(y)}]
    assert_same([y], 8)


def test_a_part_that_is_not_rowwise_gets_whole_arrays():
    x = OPERATIONS["exp"](numbers(40))
    y = OPERATIONS["sin"](OPERATIONS["cumsum"](x, -1)) * x
    assert_same([y], 8)


def test_rows_of_matrices_and_what_broadcasts_with_them():
    x, row, column = numbers((20, 3)), numbers(3), numbers((20, 1))
    y = OPERATIONS["exp"](x * row + column)
    assert len(passes([y[1:] - y[:-1, :]], 12)) == 1
    assert_same([y[1:] - y[:-1, :], summed(y, (-1,)), summed(y, (-2,))], 12, exact=False)


def test_the_largest_and_smallest():
    y = OPERATIONS["sin"](numbers((30, 2)))
    outputs = [OPERATIONS[name](y, axes) for name in ("amax", "amin") for axes in ((-2, -1), (-2,))]
    assert len(passes(outputs, 8)) == 1
    assert_same(outputs, 8)


def test_a_shorter_reduction_beside_a_longer_array():
    y = OPERATIONS["sin"](numbers(40))
    assert_same([OPERATIONS["amax"](y[:20], (-1,)), y], 8)


def test_evaluate_runs_large_arrays_in_blocks(monkeypatch):
    x = numbers(LARGE + 1)
    sizes = []
    add = OPERATIONS["sin"](x) + x
    monkeypatch.setitem(arrays.resolved, "round", lambda x: sizes.append(len(x)) or np.round(x))
    (y,) = evaluate([OPERATIONS["round"](add)])
    assert max(sizes) == LARGE and sum(sizes) == LARGE + 1
    np.testing.assert_array_equal(y, np.round(np.sin(x.value) + x.value))


def test_many_points_run_as_they_are():
    x = variable("x")
    points = np.linspace(0, 1, 2 * LARGE)
    wide = variable("w", (2 * LARGE,))
    (y,) = evaluate([wide * x], {x: points[:, None][:2], wide: points}, arrays)
    assert y.shape == (2, 2 * LARGE)


def peak(outputs):
    """The most memory that evaluate takes, in bytes."""
    evaluate(outputs)
    tracemalloc.start()
    evaluate(outputs)
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def test_a_hessian_vector_product_takes_one_array_and_a_few_blocks():
    n = 50 * LARGE
    f, g, h = rosenbrock_hvp(n)
    assert peak([h]) < 8 * n + 8 * 8 * LARGE
    assert peak([g]) < 8 * n + 8 * 8 * LARGE
    assert peak([f]) < 8 * 8 * LARGE


def logistic(rows, columns):
    """f, its gradient and a Hessian-vector product of a logistic loss, and X."""
    X, y, w = numbers((rows, columns)), numbers((rows,)), numbers((columns,))
    f = hodiff.sum(hodiff.log(1 + hodiff.exp(-y * (X @ w))))
    (g,) = hodiff.grad(f, w, create_graph=True)
    (h,) = hodiff.grad(g, w, grad_outputs=data(np.ones(columns)), create_graph=True)
    return [f, g, h], X


@pytest.mark.parametrize("rows", [40, 41, 127, 128, 129])
def test_products_in_blocks_give_what_whole_ones_give(rows):
    assert_same(logistic(rows, 7)[0], 64, exact=False)


def test_a_matrix_is_read_once_for_its_products():
    (_, g, h), X = logistic(200, 20)
    for output in (g, h):
        reads = [task for task in passes([output], 64) if id(X) in task.reads]
        assert len(reads) == 1
        order = topological([output], unknown=True)
        whole = blocks.schedule(order, {id(output)}, 64)
        assert not any(
            isinstance(task, blocks.Whole)
            and task.node.operation.name == "matmul"
            and 200 in (*task.node.inputs[0].shape, *task.node.inputs[1].shape)
            for task in whole
        )


def test_small_arrays_are_released_after_their_last_use():
    n = LARGE
    x = numbers(n)
    for _ in range(50):
        x = OPERATIONS["sin"](x)
    assert peak([x]) < 4 * 8 * n


def test_large_arrays_are_released_after_their_last_use():
    n = 4 * LARGE
    x = numbers(n)
    for _ in range(30):
        x = OPERATIONS["cumsum"](x, -1)
    assert peak([x]) < 4 * 8 * n
