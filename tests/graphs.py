"""Graphs as tests build them: the functions of the table by name, and how many nodes there are."""

from __future__ import annotations

from hodiff.engine.graph import Tensor, topological
from hodiff.engine.operations import FUNCTIONS

FUNCTION = {name: function.build for name, function in FUNCTIONS.items()}
sin, cos, exp, log, sqrt = (FUNCTION[n] for n in ("sin", "cos", "exp", "log", "sqrt"))
total, where = FUNCTION["sum"], FUNCTION["where"]


def nodes(*outputs: Tensor) -> int:
    return len(topological(outputs))
