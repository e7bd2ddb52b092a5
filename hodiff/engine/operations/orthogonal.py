"""Orthogonal polynomials: DLMF 18. The degree is a whole number from 0 on."""

from __future__ import annotations

from typing import Any

from hodiff.engine.graph import CONSTANT, OPERATIONS, ZERO, Operation, Tensor, tensor_of
from hodiff.engine.operations import functions
from hodiff.engine.operations.closed import closed
from hodiff.engine.shifts import lowered

functions.family(__name__, "Orthogonal polynomials")


def _polynomial(name: str, parameters: str, *names: str, **fields: Any) -> tuple[Operation, ...]:
    def written(n: Tensor, *rest: Any) -> Tensor:
        *others, x, k = rest
        degree = n.attributes[0] - k if n.operation is CONSTANT else n - k
        if type(degree) is int and degree < 0:
            return ZERO
        if name == "chebyshevt" and k == 1:
            factor, other, moved = n, "chebyshevu", ()
        else:
            factor, other, moved = lowered(name, n, others, k)
        if type(degree) is int and degree == 0:  # it is 1
            return tensor_of(factor)
        found: Tensor = factor * OPERATIONS[other](degree, *moved, x)
        return found

    return closed(name, parameters, written, names, domain="a whole degree n >= 0", **fields)


# fmt: off
legendrep, legendreps = _polynomial("legendrep", "n, x", "legendre",
                                    meaning="The Legendre polynomial P of degree n at x")
chebyshevt, chebyshevts = _polynomial("chebyshevt", "n, x", "chebyt",
                                      meaning="The Chebyshev polynomial T of degree n at x")
chebyshevu, chebyshevus = _polynomial("chebyshevu", "n, x", "chebyu",
                                      meaning="The Chebyshev polynomial U of degree n at x")
hermite, hermites = _polynomial("hermite", "n, x",
                                meaning="The Hermite polynomial H of degree n at x")
laguerre, laguerres = _polynomial("laguerre", "n, x",
                                  meaning="The Laguerre polynomial L of degree n at x")
genlaguerre, genlaguerres = _polynomial(
    "genlaguerre", "n, a, x", meaning="The generalized Laguerre polynomial of degree n at x")
gegenbauer, gegenbauers = _polynomial("gegenbauer", "n, a, x",
                                      meaning="The Gegenbauer polynomial C of degree n at x")
jacobi, jacobis = _polynomial("jacobi", "n, a, b, x",
                              meaning="The Jacobi polynomial P of degree n at x")
# fmt: on
