"""torch.nn.functional: activations with parameters, and losses."""

from __future__ import annotations

from typing import Any

from hodiff.engine.graph import ZERO, Tensor, constant
from hodiff.engine.operations import elementary as el
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import special as sp
from hodiff.engine.operations import structure as st
from hodiff.engine.shapes import ShapeError
from hodiff.library.arguments import as_argument
from hodiff.library.publish import TABLE, public
from hodiff.library.reductions import log_softmax
from hodiff.library.selection import take
from hodiff.library.shapes import t


@public("softplus")
def softplus(x: Tensor, beta: Any = 1, threshold: Any = 20) -> Tensor:
    """log(1 + exp(beta*x))/beta, without overflow; threshold is PyTorch's, and not needed.

    >>> hodiff.nn.functional.softplus(1000.0)
    tensor(1000.)
    """
    return sp.softplus(x) if beta == 1 else sp.softplus(x * beta) / beta


@public("leaky_relu", method=False)
def leaky_relu(x: Tensor, negative_slope: Any = 0.01) -> Tensor:
    """x where it is positive, else negative_slope*x.

    >>> hodiff.nn.functional.leaky_relu([-4.0, 3.0], 0.25)
    tensor([-1.,  3.])
    """
    return pw.where(pw.above(x, ZERO), x, x * negative_slope)


@public("elu", method=False)
def elu(x: Tensor, alpha: Any = 1.0) -> Tensor:
    """x where it is positive, else alpha*(exp(x) - 1).

    >>> hodiff.nn.functional.elu([-1000.0, 3.0])
    tensor([-1.,  3.])
    """
    return pw.where(pw.gt(x, ZERO), x, alpha * el.expm1(x))


@public("linear", method=False)
def linear(x: Tensor, weight: Any, bias: Any = None) -> Tensor:
    """x @ weight.T, and a bias more.

    >>> hodiff.nn.functional.linear([1.0, 2.0], [[3.0, 4.0]], [5.0])
    tensor([16.])
    """
    y = st.matmul(x, t(as_argument(weight)))
    return y if bias is None else y + bias


# Losses, of all entries together: their mean, their sum, or none of these.


def _averaged(losses: Tensor, reduction: str) -> Tensor:
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    average: Tensor = losses if reduction == "none" else TABLE[reduction](losses)
    return average


@public("mse_loss", method=False, tensors=2)
def mse_loss(x: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The mean of the squared differences, or their sum.

    >>> hodiff.nn.functional.mse_loss([1.0, 5.0], [2.0, 2.0])
    tensor(5.)
    """
    return _averaged((x - target) ** 2, reduction)


@public("l1_loss", method=False, tensors=2)
def l1_loss(x: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The mean of the differences' absolute values, or their sum.

    >>> hodiff.nn.functional.l1_loss([1.0, 5.0], [2.0, 2.0])
    tensor(2.)
    """
    return _averaged(pw.abs(x - target), reduction)


@public("binary_cross_entropy_with_logits", method=False, tensors=2)
def binary_cross_entropy_with_logits(x: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The cross entropy of two classes, x the logits of the class that target is 1 for.

    >>> hodiff.nn.functional.binary_cross_entropy_with_logits([-1000.0, 1000.0], [1.0, 1.0])
    tensor(500.)
    """
    return _averaged(sp.softplus(x) - x * target, reduction)


@public("binary_cross_entropy", method=False, tensors=2)
def binary_cross_entropy(x: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The same of probabilities x. Their logarithms are -100 at least, as in PyTorch.

    >>> hodiff.nn.functional.binary_cross_entropy([0.0, 1.0], [1.0, 1.0])
    tensor(50.)
    """
    logs = [pw.where(pw.lt(y, -100), constant(-100), y) for y in (el.log(x), el.log1p(-x))]
    return _averaged(-(target * logs[0] + (1 - target) * logs[1]), reduction)


@public("nll_loss", method=False, tensors=2)
def nll_loss(
    x: Tensor, target: Tensor, weight: Any = None, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """Minus the logarithms x of the target classes' probabilities, the classes along axis 1 of x
    (its only one for a single case), weighted by class; 0 for targets that are ignore_index.

    >>> hodiff.nn.functional.nll_loss([[-1.0, -2.0], [-3.0, -4.0]], [0, 1])
    tensor(2.5)
    """
    axis = _classes(x)
    classes = x.shape[axis]
    if target.shape != (*x.shape[:axis], *x.shape[len(x.shape) + axis + 1 :]):
        raise ShapeError(f"classes of shape {target.shape} for an input of shape {x.shape}")
    all_count = False
    if target.value is not None:
        import numpy  # start-up: few programs have losses

        known = numpy.asarray(target.value)
        all_count = bool((known != ignore_index).all())
        for wrong in known[(known != ignore_index) & ((known < 0) | (known >= classes))].flat:
            raise IndexError(f"Target {wrong} is out of bounds: there are {classes} classes")
    counted = pw.ne(target, constant(ignore_index))
    safe = pw.where(counted, target, ZERO)
    at = st.reshape_to(safe, (*x.shape[:axis], 1, *x.shape[len(x.shape) + axis + 1 :]))
    chosen = st.reshape_to(st.gather(x, at, axis), target.shape)
    if weight is None and all_count:
        return _averaged(-chosen, reduction)
    weights = constant(1) if weight is None else take(as_argument(weight), safe)
    weights = st.expand_to(pw.where(counted, weights, ZERO), target.shape)
    losses = pw.where(counted, -chosen * weights, ZERO)
    if reduction != "mean":
        return _averaged(losses, reduction)
    return _averaged(losses, "sum") / _averaged(weights, "sum")


@public("cross_entropy", method=False, tensors=2)
def cross_entropy(
    x: Tensor, target: Tensor, weight: Any = None, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """The cross entropy of logits x of shape (n, classes, ...) or (classes,) with classes, or with
    probabilities in x's shape.

    >>> hodiff.nn.functional.cross_entropy([[0.0, 1000.0], [0.0, 1000.0]], [0, 1])
    tensor(500.)
    """
    axis = _classes(x)
    logs = log_softmax(x, axis)
    if target.shape != x.shape:
        return nll_loss(logs, target, weight, ignore_index, reduction)
    if weight is not None:
        shape = [1] * len(x.shape)
        shape[axis] = x.shape[axis]
        logs = logs * st.reshape_to(as_argument(weight), tuple(shape))
    return _averaged(-st.summed(logs * target, (axis,)), reduction)


def _classes(x: Tensor) -> int:
    """The axis of the classes, from the end: PyTorch has them on axis 1, after the cases'."""
    return -1 if len(x.shape) == 1 else 1 - len(x.shape)
