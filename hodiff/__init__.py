"""hodiff: a derivative calculator, and the small autodiff engine under it.

>>> import hodiff
>>> x = hodiff.variable("x")
>>> hodiff.formula(hodiff.derivatives.nth(x**3, x, 2)[-1])
'6*x'
>>> x = hodiff.tensor([1.0, 2.0], requires_grad=True)
>>> (g,) = hodiff.grad(hodiff.sum(x**3), x, create_graph=True)
>>> hodiff.grad(g.sum(), x)
(tensor([ 6., 12.]),)

The calculator is here too, with proven digits: hodiff.calculate("grad", "x**2*sin(y)", at={...}).
The functions of arrays (hodiff.sin, hodiff.linalg.solve, ...) are in hodiff.library, under the
names of PyTorch: `import hodiff as torch`. numpy's own functions take tensors too.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

# Where each public name lives: importing hodiff must stay cheap. What type checkers read instead
# is __init__.pyi, which docs/stub.py writes.
_HOMES = {
    "HodiffError": "hodiff.errors",
    "Result": "hodiff.calculator.result",
    "Tensor": "hodiff.engine.graph",
    "calculate": "hodiff.calculator.result",
    "check_grads": "hodiff.library.gradcheck",
    "compile": "hodiff.calculator.compiled",
    "constant": "hodiff.engine.graph",
    "elementwise": "hodiff.library.own_rows",
    "evaluate": "hodiff.library.evaluate",
    "formula": "hodiff.views.normal",
    "grad": "hodiff.library.autograd",
    "parse": "hodiff.calculator.result",
    "variable": "hodiff.engine.graph",
}
_MODULES = ("derivatives", "functional")

_NAMESPACES = (
    "autograd",
    "autograd.functional",
    "func",
    "linalg",
    "nn",
    "nn.functional",
    "special",
)

__all__ = [*_HOMES, *_MODULES]


class _Namespace(ModuleType):
    """What lets a program say `import hodiff.nn.functional as F`, and loads nothing yet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked of all modules by those who look for a file
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        found: Any = sys.modules[__name__]
        for part in (*self.__name__.split(".")[1:], name):
            found = getattr(found, part)
        return found


sys.modules.update({f"hodiff.{x}": _Namespace(f"hodiff.{x}") for x in _NAMESPACES})


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        import_module("hodiff.library")
        return import_module(f"hodiff.{name}")
    if name in _HOMES or not name.startswith("_"):
        library = import_module("hodiff.library")  # which puts its methods on the tensors
        if name in _HOMES:
            value = globals()[name] = getattr(import_module(_HOMES[name]), name)
            return value
        if name in library.NAMES:
            value = globals()[name] = library.named(name)
            return value
        raise AttributeError(import_module("hodiff.library.names").missing(name, library.NAMES))
    raise AttributeError(f"module 'hodiff' has no attribute '{name}'")


def __dir__() -> list[str]:
    own = [name for name in globals() if name.startswith("__")]
    return sorted({*own, *__all__, *import_module("hodiff.library").NAMES})
