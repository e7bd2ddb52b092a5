"""The public names of hodiff that are found in the library, and its namespaces, as PyTorch
divides them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from types import SimpleNamespace
from typing import Any

from hodiff.engine.graph import Tensor
from hodiff.errors import nearest
from hodiff.library.autograd import (
    backward,
    enable_grad,
    grad,
    inference_mode,
    no_grad,
    set_grad_enabled,
)
from hodiff.library.creation import as_tensor, manual_seed, tensor
from hodiff.library.factorizations import linalg_qr, linalg_svd
from hodiff.library.grids import torch_pad
from hodiff.library.publish import TABLE
from hodiff.library.reductions import any_norm, weighted_logsumexp


class Namespace(SimpleNamespace):
    """What PyTorch has under a name with a dot; what isn't here is refused with the mend."""

    __slots__ = ("place",)

    def __init__(self, place: str = "", /, **found: Any) -> None:
        super().__init__(**found)
        self.place = place

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(missing(f"{self.place}.{name}", vars(self)))


# What people know from PyTorch and hodiff does otherwise: what they can write.
OTHERWISE = {
    "autograd.Variable": "tensor(data, requires_grad=True) is one",
    "autograd.forward_ad": "hodiff.functional.jvp pushes a tangent forward",
    "autograd.graph": "tensor.register_hook sees a gradient, tensor.grad_fn the graph",
    "autograd.grad_mode": "no_grad, enable_grad and set_grad_enabled are in hodiff",
    "func.functional_call": "a model is a function of its parameters, which may come in a dict",
    "func.stack_module_state": "stack parameters by hodiff.stack, and vmap the model",
    "nn.Module": "a model is a function of its parameters, which may come in a dict",
    "nn.*": "layers stay out: a layer is a function of its weights, by hodiff.nn.functional",
    "nn.Parameter": "tensor(data, requires_grad=True) is one",
    "optim": "a step is w = (w - rate * g).detach().requires_grad_()",
    "utils": "tensors are computed when they are asked for, so that nothing is checkpointed",
    "cuda": "hodiff computes on the CPU, by numpy",
}


def missing(name: str, names: Iterable[str]) -> str:
    """What is wrong with a public name that isn't there, and the mend: what PyTorch's is here, or
    the nearest of names.

    >>> missing("func.jacrec", ["jacrev", "vmap"])
    "hodiff has no func.jacrec (did you mean 'jacrev'?)"
    """
    place, _, last = name.rpartition(".")
    mend = OTHERWISE.get(name) or OTHERWISE.get(f"{place}.*")
    known = [other for other in names if not other.startswith("_")]
    return f"hodiff has no {name}{f': {mend}' if mend else nearest(last, known)}"


def _namespace(place: str, names: str, **more: Any) -> Namespace:
    return Namespace(place, **{name: TABLE[name] for name in names.split()}, **more)


linalg = _namespace(
    "linalg",
    "solve inv det slogdet cholesky matrix_power multi_dot vector_norm matrix_norm cross diagonal"
    " matmul outer trace solve_triangular eigh eigvalsh svdvals pinv lstsq",
    norm=any_norm,
    svd=linalg_svd,
    qr=linalg_qr,
)
special = _namespace(
    "special",
    "erf erfc gammaln digamma psi polygamma expit logit sinc softmax log_softmax expm1"
    " log1p exp2 xlogy erfcx erfinv ndtr ndtri gammainc"
    " gammaincc zeta",
    logsumexp=weighted_logsumexp,
)
nn = Namespace(
    "nn",
    functional=_namespace(
        "nn.functional",
        "relu sigmoid tanh softplus silu gelu leaky_relu elu softmax log_softmax logsigmoid"
        " mse_loss l1_loss binary_cross_entropy binary_cross_entropy_with_logits nll_loss"
        " cross_entropy linear normalize cosine_similarity huber_loss smooth_l1_loss kl_div"
        " layer_norm",
        pad=torch_pad,
    ),
)


def set_default_dtype(dtype: Any) -> None:
    """float64 is the default, and the only one. Raises ValueError for another.

    >>> import hodiff
    >>> hodiff.set_default_dtype(hodiff.float64)
    """
    if dtype != "float64":
        raise ValueError("hodiff's default dtype is float64: give dtype=... to each tensor")


def _autograd() -> Namespace:
    from hodiff.library import anomaly, custom, gradcheck, transforms  # start-up: they bring series

    names = ("hessian", "jacobian", "hvp", "vhp", "vjp", "jvp")
    functions: list[Any] = [grad, backward, no_grad, enable_grad, inference_mode, set_grad_enabled]
    functions += [gradcheck.gradcheck, gradcheck.gradgradcheck, custom.Function]
    functions += [anomaly.detect_anomaly, anomaly.set_detect_anomaly]
    return Namespace(
        "autograd",
        **{f.__name__: f for f in functions},
        function=Namespace(
            "autograd.function",
            Function=custom.Function,
            once_differentiable=custom.once_differentiable,
        ),
        functional=Namespace(
            "autograd.functional", **{name: getattr(transforms, name) for name in names}
        ),
    )


def _func() -> Namespace:
    """torch.func, and what hodiff.functional has besides."""
    from hodiff.library import functional, transforms  # start-up: it brings series

    names = [
        name
        for name, f in vars(functional).items()
        if getattr(f, "__module__", "") == functional.__name__ and not name.startswith("_")
    ]
    own = {name: getattr(functional, name) for name in names}
    return Namespace("func", **{**own, "vjp": transforms.func_vjp})


def _dtype(name: str) -> Any:
    import numpy  # start-up: a graph of numbers needs none

    return numpy.dtype(name)


CONSTANTS: dict[str, Any] = {
    **{"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None},
    **{"tensor": tensor, "as_tensor": as_tensor, "asarray": as_tensor, "array": as_tensor},
    **{"from_numpy": tensor, "manual_seed": manual_seed, "set_default_dtype": set_default_dtype},
    **{"no_grad": no_grad, "enable_grad": enable_grad, "Tensor": Tensor},
    **{"inference_mode": inference_mode, "set_grad_enabled": set_grad_enabled},
    **{"linalg": linalg, "special": special, "nn": nn},
}

DTYPES = {
    **{"double": "float64", "float": "float32", "long": "int64", "bool": "bool"},
    **{name: name for name in ("float64", "float32", "int64", "int32")},
}

# What is made when it is asked for.
LATER: dict[str, Callable[[], Any]] = {
    **{"autograd": _autograd, "func": _func, "vmap": lambda: _func().vmap},
    **{name: partial(_dtype, dtype) for name, dtype in DTYPES.items()},
}


def named(name: str) -> Any:
    """The public name of hodiff that is found here. Raises KeyError."""
    if name in TABLE:
        return TABLE[name]
    return CONSTANTS[name] if name in CONSTANTS else LATER[name]()


NAMES = sorted([*TABLE, *CONSTANTS, *LATER])
if len(set(NAMES)) < len(NAMES):
    raise ValueError(f"published twice: {sorted({n for n in NAMES if NAMES.count(n) > 1})}")
