"""torch.nn.functional: activations with parameters, normalizations, and losses."""

from __future__ import annotations

from typing import Any

from hodiff.engine.graph import ZERO, Tensor, constant
from hodiff.engine.operations import elementary as el
from hodiff.engine.operations import piecewise as pw
from hodiff.engine.operations import special as sp
from hodiff.engine.operations import structure as st
from hodiff.engine.shapes import ShapeError, broadcast
from hodiff.library.arguments import as_argument, axis_of, shape_of
from hodiff.library.entrywise import clamp
from hodiff.library.publish import TABLE, public
from hodiff.library.reductions import log_softmax, norm
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


# Normalizations.


@public("normalize", method=False)
def normalize(x: Tensor, p: Any = 2.0, dim: Any = 1, eps: float = 1e-12) -> Tensor:
    """x divided by its norms along dim, or by eps where that is more.

    >>> hodiff.nn.functional.normalize([3.0, 4.0], dim=0)
    tensor([0.6, 0.8])
    """
    return x / clamp(norm(x, p, dim, True), eps)


@public("cosine_similarity", method=False, tensors=2)
def cosine_similarity(x: Tensor, y: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle of x and y along dim; norms below eps count as eps.

    >>> hodiff.nn.functional.cosine_similarity([3.0, 4.0], [0.0, 2.0], dim=0)
    tensor(0.8)
    """
    shape = broadcast([x.shape, y.shape]) or (1,)  # a number is a vector of one, as in PyTorch
    product = normalize(st.expand_to(x, shape), 2, dim, eps) * normalize(
        st.expand_to(y, shape), 2, dim, eps
    )
    return st.summed(product, (axis_of(product, dim),))


@public("layer_norm", method=False)
def layer_norm(
    x: Tensor, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Tensor:
    """x moved and scaled to mean 0 and variance 1 (with eps added) over its last axes, which are
    normalized_shape; then times weight, and bias more.

    >>> hodiff.nn.functional.layer_norm([1.0, 3.0], (2,), eps=0.0)
    tensor([-1.,  1.])
    """
    shape = shape_of(normalized_shape)
    rank = len(shape)
    if not rank or x.shape[len(x.shape) - rank :] != shape:
        raise ShapeError(f"layer_norm over {shape} of a tensor of shape {x.shape}")
    axes = tuple(range(-rank, 0))
    d = x - TABLE["mean"](x, axes, True)
    y: Tensor = d / el.sqrt(TABLE["mean"](d**2, axes, True) + eps)
    y = y if weight is None else y * weight
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


@public("huber_loss", method=False, tensors=2)
def huber_loss(x: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    """The mean of the halved squares of differences up to delta, and of delta times what follows
    on them in a straight line.

    >>> hodiff.nn.functional.huber_loss([1.0, 5.0], [2.0, 2.0], "none")
    tensor([0.5, 2.5])
    """
    if not delta > 0:
        raise ValueError(f"huber_loss needs a delta above 0, not {delta}")
    d = x - target
    size = pw.abs(d)
    straight = delta * (size - delta / 2)
    return _averaged(pw.where(pw.lt(size, delta), d**2 / 2, straight), reduction)


@public("smooth_l1_loss", method=False, tensors=2)
def smooth_l1_loss(x: Tensor, target: Tensor, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    """huber_loss divided by its delta, here beta; with beta 0 l1_loss.

    >>> hodiff.nn.functional.smooth_l1_loss([1.0, 5.0], [2.0, 2.0], "none", beta=2.0)
    tensor([0.25, 2.  ])
    """
    if beta < 0:
        raise ValueError(f"smooth_l1_loss needs a beta that isn't negative, not {beta}")
    if beta == 0:
        return l1_loss(x, target, reduction)
    return huber_loss(x, target, reduction, beta) / beta


@public("kl_div", method=False, tensors=2)
def kl_div(x: Tensor, target: Tensor, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """target*(log(target) - x), x the logarithms of probabilities, and target too with log_target:
    the mean over all entries, the sum, or with reduction batchmean the sum by the first axis'
    length, which is the divergence.

    >>> hodiff.nn.functional.kl_div([[0.0, 0.0]], [[0.0, 1.0]], "batchmean")
    tensor(0.)
    """
    losses = el.exp(target) * (target - x) if log_target else sp.xlogy(target, target) - target * x
    if reduction == "batchmean":
        return _averaged(losses, "sum") / x.shape[0]
    return _averaged(losses, reduction)


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
