"""The public names of hodiff that are found in the library, and its namespaces, as PyTorch
divides them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from hodiff.engine.graph import Tensor, constant, tensor_of
from hodiff.library.autograd import enable_grad, grad, no_grad
from hodiff.library.creation import as_tensor, manual_seed, tensor
from hodiff.library.publish import TABLE, documented
from hodiff.library.reductions import any_norm


def _namespace(names: str, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(**{name: TABLE[name] for name in names.split()}, **more)


linalg = _namespace(
    "solve inv det slogdet cholesky matrix_power multi_dot vector_norm matrix_norm cross diagonal"
    " matmul outer trace",
    norm=any_norm,
)
special = _namespace(
    "erf erfc gammaln digamma psi polygamma expit logit sinc logsumexp softmax log_softmax expm1"
    " log1p exp2"
)
nn = SimpleNamespace(
    functional=_namespace(
        "relu sigmoid tanh softplus silu gelu leaky_relu elu softmax log_softmax logsigmoid"
        " mse_loss l1_loss binary_cross_entropy binary_cross_entropy_with_logits nll_loss"
        " cross_entropy linear"
    )
)


def set_default_dtype(dtype: Any) -> None:
    """float64 is the default, and the only one. Raises ValueError for another.

    >>> import hodiff
    >>> hodiff.set_default_dtype(hodiff.float64)
    """
    if dtype != "float64":
        raise ValueError("hodiff's default dtype is float64: give dtype=... to each tensor")


# torch.autograd.functional: functions of (f, inputs), where hodiff.functional transforms f.


def _several(transform: Callable[..., Any]) -> Callable[..., Any]:
    """transform(f) at one input, or in all of several."""

    def applied(f: Callable[..., Any], inputs: Any, **keywords: Any) -> Any:
        if isinstance(inputs, Tensor):
            return transform(f)(inputs)
        return transform(f, range(len(inputs)))(*inputs)

    return applied


def _with_value(transform: Callable[..., Any]) -> Callable[..., Any]:
    """f's value, and transform(f, inputs, vectors)."""

    def applied(f: Callable[..., Any], inputs: Any, v: Any = None, **keywords: Any) -> Any:
        one = isinstance(inputs, Tensor)
        xs, vs = ([inputs], [v]) if one else (inputs, v)
        return tensor_of(f(*xs)).detach(), transform(f, xs, vs)

    return applied


def _autograd() -> SimpleNamespace:
    from hodiff.library import functional as fn  # start-up: it brings series

    def pulled(f: Callable[..., Any], inputs: Any, v: Any = None) -> Any:
        y, pull = fn.vjp(f, *([inputs] if isinstance(inputs, Tensor) else inputs))
        return y, pull(constant(1) if v is None else v)

    # fmt: off
    rows = (
        ("hessian", _several(fn.hessian), "The Hessian of f at inputs.",
         "(lambda x: (x**3).sum(), hodiff.tensor([2.0])) => tensor([[12.]])"),
        ("jacobian", _several(fn.jacobian), "The Jacobian of f at inputs.",
         "(lambda x: x**2, hodiff.tensor([3.0])) => tensor([[6.]])"),
        ("hvp", _with_value(fn.hvp), "f's value, and its Hessian times v.",
         "(lambda x: (x**3).sum(), hodiff.tensor([2.0]), hodiff.tensor([1.0]))"
         " => (tensor(8.), tensor([12.]))"),
        ("vhp", _with_value(fn.vhp), "f's value, and v times its Hessian.",
         "(lambda x: (x**3).sum(), hodiff.tensor([2.0]), hodiff.tensor([1.0]))"
         " => (tensor(8.), tensor([12.]))"),
        ("vjp", pulled, "f's value, and v (1 unless given) times its Jacobian.",
         "(lambda x: x**2, hodiff.tensor(3.0)) => (tensor(9.), tensor(6.))"),
        ("jvp", _with_value(lambda f, xs, vs: fn.jvp(f, xs, vs)[1]),
         "f's value, and its Jacobian times v.",
         "(lambda x: x**2, hodiff.tensor(3.0), hodiff.tensor(1.0)) => (tensor(9.), tensor(6.))"),
    )
    # fmt: on
    for name, f, meaning, example in rows:
        f.__name__ = f.__qualname__ = name
        f.__doc__ = documented(meaning, f"hodiff.autograd.functional.{name}{example}")
    functions = {name: f for name, f, *_ in rows}
    return SimpleNamespace(grad=grad, functional=SimpleNamespace(**functions))


def _func() -> Any:
    from hodiff.library import functional  # start-up: it brings series

    return functional


def _dtype(name: str) -> Any:
    import numpy  # start-up: a graph of numbers needs none

    return numpy.dtype(name)


CONSTANTS: dict[str, Any] = {
    **{"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "newaxis": None},
    **{"tensor": tensor, "as_tensor": as_tensor, "asarray": as_tensor, "array": as_tensor},
    **{"from_numpy": tensor, "manual_seed": manual_seed, "set_default_dtype": set_default_dtype},
    **{"no_grad": no_grad, "enable_grad": enable_grad, "Tensor": Tensor},
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
