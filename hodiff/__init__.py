"""hodiff: a derivative calculator, and the small autodiff engine under it.

>>> import hodiff
>>> x = hodiff.variable("x")
>>> hodiff.formula(hodiff.derivatives.nth(x**3, x, 2)[-1])
'6*x'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hodiff import derivatives
    from hodiff.arithmetic import evaluate
    from hodiff.backward import grad
    from hodiff.errors import HodiffError
    from hodiff.graph import Tensor, constant, variable
    from hodiff.views.formula import formula

__version__ = "0.1.0"

__all__ = [
    "HodiffError",
    "Tensor",
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
    "constant": "hodiff.graph",
    "evaluate": "hodiff.arithmetic",
    "formula": "hodiff.views.formula",
    "grad": "hodiff.backward",
    "variable": "hodiff.graph",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "derivatives":
        return import_module("hodiff.derivatives")
    raise AttributeError(f"module 'hodiff' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
