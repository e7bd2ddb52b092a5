"""autograd.Function where PyTorch has no answer (batches, series, graphs of variables), and
hodiff.elementwise. Their programs with PyTorch's answers are in programs.py."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

import hodiff
from hodiff.functional import grad, hessian, hvp, jvp, nth, taylor, vmap

ROOT = Path(__file__).resolve().parents[2]
Function = hodiff.autograd.Function


class Square(Function):
    """x**2, with a slope of 3x, by which it can be told from x**2."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 3 * x * g


class Exp(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        y = hodiff.exp(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (y,) = ctx.saved_tensors
        return y * g


W = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]])


def test_transformations_take_the_rule() -> None:
    assert grad(lambda x: Square.apply(x).sum())(W).tolist() == (3 * W).tolist()
    assert hessian(Square.apply)(2.0).item() == 3
    assert hvp(lambda x: Square.apply(x).sum(), [W], [W]).tolist() == (3 * W).tolist()
    assert jvp(Square.apply, [W], [W])[1].tolist() == (3 * W * W).tolist()
    assert nth(Exp.apply, 3)(0.5).item() == pytest.approx(np.exp(0.5), rel=1e-15)
    assert taylor(Exp.apply, 3)(0.0).tolist() == pytest.approx([1, 1, 1 / 2, 1 / 6])
    # Its own rule, where the graph of forward would give 2, 2, 0.
    assert nth(Square.apply, 2)(1.0).item() == 3


def test_a_batch_takes_the_rule() -> None:
    assert vmap(Square.apply)(W).tolist() == (W**2).tolist()
    assert vmap(grad(lambda x: Square.apply(x).sum()))(W).tolist() == (3 * W).tolist()
    assert grad(lambda x: vmap(Square.apply)(x).sum())(W).tolist() == (3 * W).tolist()
    twice = hessian(lambda x: vmap(Exp.apply)(x).sum())(W[0])
    np.testing.assert_allclose(twice.numpy(), np.diag(np.exp(W[0])), rtol=1e-15)
    each = vmap(hessian(lambda x: Exp.apply(x).sum()))(W)
    np.testing.assert_allclose(each.numpy(), [np.diag(np.exp(row)) for row in W], rtol=1e-15)


def test_a_graph_of_variables() -> None:
    x = hodiff.variable("x")
    y = Square.apply(x)
    (slope,) = hodiff.grad(y, x, create_graph=True)
    assert hodiff.formula(y) == "x**2" and hodiff.formula(slope) == "3*x"
    assert hodiff.evaluate([y, slope], {x: 2.0}) == [4.0, 6.0]
    assert hodiff.evaluate(slope, {x: [1.0, 2.0]}).tolist() == [3.0, 6.0]


def test_the_same_program_again_takes_the_rule_again() -> None:
    """Small graphs of scalars are remembered; these aren't."""
    for scale in (1.0, 2.0, 3.0, 4.0):
        x = hodiff.tensor(scale, requires_grad=True)
        assert hodiff.grad(Square.apply(x) * 2, x)[0].item() == 6 * scale


def test_backward_is_run_once_for_all_inputs() -> None:
    class Counted(Function):
        runs = 0

        @staticmethod
        def forward(ctx: Any, *xs: Any) -> Any:
            return sum(xs[1:], xs[0])

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            Counted.runs += 1
            return g, 2 * g, 3 * g

    xs = [hodiff.tensor(W, requires_grad=True) for _ in range(3)]
    found = hodiff.grad(Counted.apply(*xs).sum(), xs)
    assert [g.numpy()[0, 0] for g in found] == [1, 2, 3] and Counted.runs == 1


class Several(Function):
    """Outputs of three dtypes; what PyTorch has for them stands in the test."""

    @staticmethod
    def forward(ctx: Any, x: Any, y: Any) -> Any:
        ctx.save_for_backward(x, y)
        return 2 * x, y * y, y > 0

    @staticmethod
    def backward(ctx: Any, g: Any, h: Any, _: Any) -> Any:
        x, y = ctx.saved_tensors
        assert str(g.dtype) == str(x.dtype) and str(h.dtype) == str(y.dtype)
        return 2 * g, 2 * y * h


@pytest.mark.parametrize("shape", [(), (2,), (2, 1)])
@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32")])
def test_outputs_keep_their_dtypes(shape: tuple[int, ...], dtypes: tuple[str, str]) -> None:
    x, y = (
        hodiff.tensor(np.full(shape, k), dtype=dtype, requires_grad=True)
        for k, dtype in zip((1.5, 3.0), dtypes, strict=True)
    )
    one, other, test = Several.apply(x, y)
    assert [str(a.dtype) for a in (one, other, test)] == [*dtypes, "bool"]
    assert one.requires_grad and other.requires_grad and not test.requires_grad
    gradients = hodiff.grad((one**2).sum() + (other**2).sum(), (x, y), create_graph=True)
    assert [str(g.dtype) for g in gradients] == list(dtypes)
    assert [g.detach().numpy().ravel()[0] for g in gradients] == [8 * 1.5, 4 * 3.0**3]
    (second,) = hodiff.grad(gradients[1].sum(), y)
    assert str(second.dtype) == dtypes[1] and second.numpy().ravel()[0] == 12 * 3.0**2


def test_arguments_left_to_their_defaults() -> None:
    class Scaled(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, scale: float = 2.0) -> Any:
            ctx.scale = scale
            return x * scale

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * ctx.scale, None

    assert grad(lambda x: Scaled.apply(x) + Scaled.apply(x, 5.0))(1.0).item() == 7


def test_what_is_refused() -> None:
    class Numbers(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.item()

    class Dirty(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.mark_dirty(x)

    class More(Exp):
        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g, g

    x = hodiff.tensor(2.0, requires_grad=True)
    for function, message in (
        (Numbers, "Numbers.forward returned no tensor"),
        (Dirty, "never written to"),
        (Function, "static method forward"),
    ):
        with pytest.raises((TypeError, RuntimeError, NotImplementedError), match=message):
            function.apply(x)
    with pytest.raises(RuntimeError, match=r"More\.backward returned 2 gradients for 1 argument"):
        hodiff.grad(More.apply(x), x)
    with pytest.raises(hodiff.HodiffError, match="custom has no form in balls"):
        hodiff.evaluate(Exp.apply(hodiff.variable("x")), {"x": 1}, digits=20)


def test_gradcheck_says_where() -> None:
    x = hodiff.tensor([1.0, 2.0], requires_grad=True)
    y = hodiff.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="output 1 with respect to input 1"):
        hodiff.autograd.gradcheck(lambda x, y: (x * y, Square.apply(y)), (x, y))
    assert not hodiff.autograd.gradcheck(Square.apply, x, raise_exception=False)
    assert hodiff.autograd.gradcheck(lambda x, y: (x @ y, x > y), (x, y))

    class Twice(Exp):
        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            (y,) = ctx.saved_tensors
            return y.detach() * g  # right once

    assert hodiff.autograd.gradcheck(Twice.apply, x)
    assert not hodiff.autograd.gradgradcheck(Twice.apply, x, raise_exception=False)
    with pytest.raises(TypeError, match="fast_mode"):
        hodiff.autograd.gradcheck(Square.apply, x, fast_mode=True)


ROWS = {
    "a definition": """
        softsign = hodiff.elementwise(
            "softsign", lambda x, y: 1 / (1 + abs(x)) ** 2,
            definition=lambda x: x / (1 + abs(x)), meaning="x by 1 + its size",
        )
        x = hodiff.tensor([1.0, -3.0], requires_grad=True)
        assert softsign(x).tolist() == x.softsign().tolist() == hodiff.softsign(x).tolist()
        assert x.softsign().tolist() == [0.5, -0.75]
        assert hodiff.grad(x.softsign().sum(), x)[0].tolist() == [1 / 4, 1 / 16]
        assert "softsign" in dir(hodiff) and "softsign" in dir(x)
        assert "x by 1 + its size" in hodiff.softsign.__doc__
        assert softsign(1.0).item() == 0.5
        again = hodiff.functional.nth(softsign, 3)(1.0)
        assert again.item() == 6 / 16
        assert hodiff.functional.taylor(softsign, 2)(1.0).tolist() == [1 / 2, 1 / 4, -1 / 8]
        assert hodiff.functional.vmap(softsign)([1.0, -3.0]).tolist() == [0.5, -0.75]
        r = hodiff.calculate("nth", "softsign(x)", at="x=1/3", order=2)
        assert r.derivative == -27 / 32 and r.arithmetic == "ball"
        assert hodiff.calculate("grad", "softsign(2*x)").formulas["df_dx"] == "2/(1 + abs(2*x))**2"
    """,
    "a numpy function": """
        import numpy, scipy.special as S
        hodiff.elementwise("j0", lambda x, y: -hodiff.j1(x), numpy="scipy.special.j0")
        hodiff.elementwise("j1", lambda x, y: hodiff.j0(x) - y / x, numpy=S.j1)
        x = hodiff.tensor([1.5, 2.5], requires_grad=True)
        assert x.j0().tolist() == S.j0([1.5, 2.5]).tolist()
        (g,) = hodiff.grad(x.j0().sum(), x, create_graph=True)
        (h,) = hodiff.grad(g.sum(), x)
        numpy.testing.assert_allclose(h.numpy(), (S.jn(2, [1.5, 2.5]) - S.j0([1.5, 2.5])) / 2)
        assert hodiff.j0(1.5).item() == S.j0(1.5)
        r = hodiff.calculate("grad", "j0(x)", at="x=1")
        assert r.arithmetic == "float" and r.gradient["x"] == -S.j1(1)
        try:
            hodiff.evaluate(hodiff.j0(hodiff.variable("x")), {"x": 1}, digits=20)
        except hodiff.HodiffError as error:
            assert "j0 has no form in balls" in str(error)
    """,
    "two arguments": """
        hodiff.elementwise("weigh", lambda a, b, y: b, lambda a, b, y: a,
                           numpy=lambda a, b: a * b, parameters="a, b")
        x = hodiff.tensor([1.0, -3.0], requires_grad=True)
        w = hodiff.tensor(2.0, requires_grad=True)
        gx, gw = hodiff.grad(hodiff.weigh(x, w).sum(), [x, w])
        assert gx.tolist() == [2, 2] and gw.item() == -2
    """,
    "names": """
        from hodiff.engine.graph import OPERATIONS
        assert hodiff.sin  # the library is loaded
        before = {*OPERATIONS}
        for name in ("sin", "ln", "where", "polygamma", "pi", "linalg", "shape", "numel", "tensor",
                     "variable", "grad", "evaluate", "functional", "calculate", "if", "and",
                     "1x", "a b", "_x", ""):
            try:
                hodiff.elementwise(name, lambda x, y: 1, numpy="numpy.sin")
            except ValueError as error:
                assert repr(name) in str(error)
            else:
                raise AssertionError(name)
        for bad in (dict(), dict(numpy="numpy.nosuch"), dict(numpy="nosuch.f")):
            try:
                hodiff.elementwise("fresh", lambda x, y: 1, **bad)
            except (TypeError, AttributeError, ImportError):
                pass
            else:
                raise AssertionError(bad)
        assert {*OPERATIONS} == before
        hodiff.elementwise("fresh", lambda x, y: 1, numpy="numpy.sin")
        try:
            hodiff.elementwise("fresh", lambda x, y: 1, numpy="numpy.sin")
        except ValueError as error:
            assert "taken" in str(error)
    """,
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_of_ones_own(name: str) -> None:
    """In a process of its own, for a row stays."""
    program = "import hodiff\n" + dedent(ROWS[name])
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_the_rows_of_the_docs() -> None:
    """The block of docs/python.md prints what its comments say."""
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    said = re.findall(r"print\(.*  # (.*)", program)
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (ran.stdout.splitlines(), ran.stderr) == (said, "")
