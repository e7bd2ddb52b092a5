"""The namespaces of PyTorch, as programs import them."""

from __future__ import annotations

import subprocess
import sys

import pytest

import hodiff

PROGRAM = """
import hodiff.nn.functional as F
import hodiff.nn as nn
from hodiff.nn.functional import softplus
from hodiff.autograd import grad
import hodiff.autograd.functional, hodiff.linalg, hodiff.special
from hodiff.func import hessian
assert F.relu is nn.functional.relu is hodiff.relu
assert softplus is hodiff.softplus and grad is hodiff.grad
assert hodiff.linalg.det is hodiff.det and hodiff.autograd.functional.hvp
assert hessian(hodiff.cos)(0.0).item() == -1
"""


def test_imported_first() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)


def test_imported_of_what_isnt_loaded() -> None:
    """Whoever looks through all modules for their files loads nothing."""
    program = (
        "import hodiff, inspect, sys\n"
        "[getattr(module, '__file__', None) for module in [*sys.modules.values()]]\n"
        "assert 'hodiff.library' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_what_stays_out_says_so() -> None:
    with pytest.raises(AttributeError, match=r"hodiff has no nn\.Linear: layers stay out"):
        _ = hodiff.nn.Linear
    with pytest.raises(AttributeError, match="has no optim: a step is w = "):
        _ = hodiff.optim
    with pytest.raises(ImportError, match="Linear"):
        from hodiff.nn import Linear as _  # noqa: F401
    with pytest.raises(hodiff.HodiffError, match=r"hodiff\.compile\('x\*\*2'\)"):
        hodiff.calculate("grad", "x**2", points="data.csv")
    with pytest.raises(hodiff.HodiffError, match="unknown option of grad 'point': it can be at, "):
        hodiff.calculate("grad", "x**2", point="x=1")
