"""A program that mypy, strict, has nothing against; and run, everything is of the type it says.

test_typed.py does both. `# type: ignore` says that a line is refused: mypy would complain of one
that isn't needed.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import UnionType
from typing import TYPE_CHECKING, Any, get_origin

import numpy as np

import hodiff
import hodiff as torch
from hodiff import Tensor
from hodiff.library import Selected

if TYPE_CHECKING:
    from typing import assert_type
else:

    def assert_type(value: Any, kind: Any) -> None:
        if kind is Any:
            return
        kind = kind if isinstance(kind, UnionType) else get_origin(kind) or kind or type(None)
        assert isinstance(value, kind), (value, kind)


w = torch.tensor([1.0, 2.0], requires_grad=True)
f, variables = hodiff.parse("x**2")


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        x: Tensor = ctx.saved_tensors[0]
        return 3 * x**2 * g


@torch.no_grad
def tracked() -> bool:
    return (w * 2).requires_grad


def functions() -> None:
    assert_type(torch.sin(w), Tensor)
    assert_type(torch.arcsin([0.5, 1.0]), Tensor)
    assert_type(torch.exp(np.zeros(3)), Tensor)
    assert_type(torch.exp(Fraction(1, 3)), Tensor)
    assert_type(torch.add(w, 1, alpha=2), Tensor)
    assert_type(torch.sum(input=w, dim=0), Tensor)
    assert_type(torch.max(w, axis=0), Tensor)
    assert_type(torch.where(w > 0, w, 0.0), Tensor)
    assert_type(torch.zeros(2, 3, dtype=torch.float32), Tensor)
    assert_type(torch.cat([w, w]), Tensor)
    assert_type(torch.linalg.solve([[1.0]], [2.0]), Tensor)
    assert_type(torch.linalg.slogdet([[1.0]]).sign, Tensor)
    assert_type(torch.special.erf(w), Tensor)
    assert_type(torch.nn.functional.relu(w), Tensor)
    assert_type(torch.nn.functional.mse_loss(input=w, target=w), Tensor)
    assert_type(torch.linalg.svd([[1.0]]).S, Tensor)
    assert_type(torch.linalg.eigh([[1.0]]).eigenvectors, Tensor)
    assert_type(torch.nn.functional.pad(w, (1, 2)), Tensor)
    assert_type(torch.gradient(w), tuple[Tensor, ...])
    assert_type(torch.is_tensor(w), bool)
    assert_type(torch.pi, float)
    with torch.no_grad():
        assert_type(torch.manual_seed(1), None)


def tensors() -> None:
    assert_type(w + 1, Tensor)
    assert_type(2 / w, Tensor)
    assert_type(w @ w, Tensor)
    assert_type(w == 1, Tensor)
    assert_type(w < 1, Tensor)
    assert_type(abs(-w)[0, ...], Tensor)
    assert_type(list(w), list[Tensor])
    assert_type(w.sum(dim=0), Tensor)
    assert_type(w.sum(axis=(0,), keepdims=True), Tensor)
    assert_type(w.max(), Tensor)
    assert_type(w.max(dim=0), Selected)
    assert_type(w.sort().indices, Tensor)
    assert_type(w.split(1), tuple[Tensor, ...])
    assert_type(w.flip(dims=(0,)), Tensor)
    assert_type(w.arctan(), Tensor)
    assert_type(w.float().bool(), Tensor)
    assert_type(w.detach().requires_grad_(), Tensor)
    assert_type(w.T, Tensor)
    assert_type(w.shape, tuple[int, ...])
    assert_type(w.size(), tuple[int, ...])
    assert_type(w.size(0), int)
    assert_type(w.ndim, int)
    assert_type(w.dim(), int)
    assert_type(w.sum().item(), float)
    assert_type(w.grad, Tensor | None)
    assert_type(w.sum().backward(), None)


def derivatives() -> None:
    y = (w**2).sum()
    assert_type(hodiff.grad(y, w, retain_graph=True), tuple[Tensor, ...])
    assert_type(hodiff.grad(y, w, allow_unused=True), tuple[Tensor | None, ...])
    assert_type(hodiff.autograd.grad((w**2).sum(), [w]), tuple[Tensor, ...])
    assert_type(hodiff.functional.grad(torch.sum), Callable[..., Any])
    assert_type(hodiff.functional.jvp(torch.sin, [w], [w]), tuple[Tensor, Tensor])
    assert_type(hodiff.functional.jvp(torch.sin, [w], [w], has_aux=False)[0], Tensor)
    assert_type(hodiff.functional.vjp(torch.sin, w)[0], Tensor)
    assert_type(hodiff.autograd.gradcheck(torch.sin, w), bool)
    assert_type(hodiff.autograd.backward((w**2).sum()), None)
    assert_type(Cube.apply(w), Any)
    assert_type(tracked(), bool)
    with torch.set_grad_enabled(False), hodiff.autograd.set_grad_enabled(True):
        assert_type(hodiff.vmap(torch.sin), Callable[..., Any])
    x = hodiff.variable("x")
    (slope,) = hodiff.derivatives.gradient(x.sin(), [x])
    assert_type(slope, Tensor)
    assert_type(hodiff.formula(slope), str)
    assert_type(hodiff.evaluate([slope], {x: 1}), list[Any])


def calculator() -> None:
    assert_type(hodiff.calculate("grad", "x**2", at={"x": 1}), hodiff.Result)
    assert_type(hodiff.calculate("grad", "x**2").formulas, dict[str, str])
    assert_type(f, Tensor)
    assert_type(variables, dict[str, Tensor])


# Each of these raises AttributeError or TypeError.
REFUSED: tuple[Callable[[], object], ...] = (
    lambda: hodiff.tensr,  # type: ignore[attr-defined]
    lambda: hodiff.linalg.slove,  # type: ignore[attr-defined]
    lambda: w.smu(),  # type: ignore[attr-defined]
    lambda: w.sum(dmi=0),  # type: ignore[call-arg]
    lambda: torch.sin("x"),  # type: ignore[arg-type]
    lambda: torch.linalg.solve([[1.0]]),  # type: ignore[call-arg]
    lambda: hodiff.grad(lambda x: x, 3.0),  # type: ignore[call-overload]
    lambda: w.__setitem__(0, 1.0),  # type: ignore[index]
)
