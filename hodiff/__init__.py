"""hodiff: a derivative calculator, and the small autodiff engine under it.

>>> import hodiff
>>> x = hodiff.variable("x")
>>> hodiff.formula(hodiff.derivatives.nth(x**3, x, 2)[-1])
'6*x'
>>> x = hodiff.tensor([1.0, 2.0], requires_grad=True)
>>> (g,) = hodiff.grad(hodiff.sum(x**3), x, create_graph=True)
>>> hodiff.grad(g.sum(), x)
(tensor([ 6., 12.]),)

The functions of arrays (hodiff.sin, hodiff.linalg.solve, ...) are in hodiff.library, under the
names of PyTorch: `import hodiff as torch`. numpy's own functions take tensors too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hodiff import derivatives
    from hodiff.backward import grad
    from hodiff.errors import HodiffError
    from hodiff.evaluation import evaluate
    from hodiff.graph import Tensor, constant, variable
    from hodiff.numerical import check_grads
    from hodiff.views.formula import formula

__version__ = "0.1.0"

__all__ = [
    "HodiffError",
    "Tensor",
    "check_grads",
    "constant",
    "derivatives",
    "evaluate",
    "formula",
    "grad",
    "variable",
]

# Where each public name lives: importing hodiff must stay cheap.
_HOMES = {
    "HodiffError": "hodiff.errors",
    "Tensor": "hodiff.graph",
    "check_grads": "hodiff.numerical",
    "constant": "hodiff.graph",
    "evaluate": "hodiff.evaluation",
    "formula": "hodiff.views.formula",
    "grad": "hodiff.backward",
    "variable": "hodiff.graph",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        import_module("hodiff.operations")  # a tensor's operators look their rows up by name
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value
    if name in ("derivatives", "functional"):
        return import_module(f"hodiff.{name}")
    if not name.startswith("_"):
        library = import_module("hodiff.library")
        if name in library.NAMES:
            value = globals()[name] = library.named(name)
            return value
    raise AttributeError(f"module 'hodiff' has no attribute '{name}'")


def __dir__() -> list[str]:
    from hodiff.library import NAMES

    return sorted({*globals(), *__all__, *NAMES})
