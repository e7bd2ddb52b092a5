"""Uncertainties propagated (GUM 5.1 and 5.2): from f's derivatives and the uncertainties of its
variables to that of f, in doubles, at one point or in every row of a table at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from hodiff import derivatives
from hodiff.calculator.columns import After, Answered
from hodiff.engine.graph import ZERO, Tensor, constant
from hodiff.errors import HodiffError

SAME = 1e-6  # relative: a diagonal entry of --cov and the square of what is given beside it
ROUNDING = 1e-12  # of a variance, relative to the squares in it, below 0

Matrix = np.ndarray[Any, np.dtype[np.float64]]
"""Of spreads and derivatives one for each variable; behind it there may be an axis of rows."""


class SecondOrder(NamedTuple):
    """What the second-order terms make of it, for normal inputs: see GUM 5.1.2, NOTE."""

    mean: Any
    shift: Any
    uncertainty: Any


class Spread(NamedTuple):
    """The uncertainty of f, what each variable has in it in percent, and the second order."""

    uncertainty: Any
    shares: Any
    second: SecondOrder | None

    def named(self, names: Sequence[str]) -> dict[str, Any]:
        """The numbers under the names that csv gives them."""
        found = {"u_f": self.uncertainty}
        found |= {f"share_{x}": share for x, share in zip(names, self.shares, strict=True)}
        second = self.second._asdict() if self.second else {}
        return found | {f"second_order_{name}": x for name, x in second.items()}


class Propagation(NamedTuple):
    """How uncertainties come to f.

    names         the variables
    order         1, or 2 for the terms of the second order, too
    correlations  of the variables; None for independent ones
    """

    names: Sequence[str]
    order: int
    correlations: Matrix | None = None

    def graphs(
        self, f: Tensor, xs: Sequence[Tensor], us: Sequence[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """f's slopes in the variables xs; and of the second order the Hessian's rows, then the
        gradient of L = Σ V_kl f_kl: no third derivative that isn't wanted is formed."""
        if self.order == 1:
            return derivatives.gradient(f, xs), []
        slopes, hessian = derivatives.hessian(f, xs)
        r = np.eye(len(xs)) if self.correlations is None else self.correlations
        trace = ZERO
        for i, j in zip(*np.nonzero(r), strict=True):
            if us[i] is not ZERO and us[j] is not ZERO:
                covariance = constant(Fraction(float(r[i, j]))) * us[i] * us[j]
                trace = trace + covariance * hessian[i][j]
        return slopes, [*(x for row in hessian for x in row), *derivatives.gradient(trace, xs)]

    def spread(self, numbers: Matrix, spreads: Matrix) -> Spread:
        """From f and the numbers of its graphs. No square is beyond a double where the result
        isn't. nan where the second order has a variance below 0."""
        n = len(spreads)
        f, c, further = numbers[0], numbers[1 : n + 1], numbers[n + 1 :]
        signed = c * spreads
        largest = np.abs(signed).max(axis=0)
        units = signed / np.where(largest > 0, largest, 1)
        squares = units * self._correlated(units)
        total = squares.sum(axis=0)
        total = np.where(total < 0, 0, total)  # by rounding alone
        u = largest * np.sqrt(total)
        shares = np.where(total > 0, 100 * squares / np.where(total > 0, total, 1), 0 * total)
        second = self._second(f, u, signed, spreads, further) if self.order == 2 else None
        return Spread(u, shares, second)

    def _second(
        self, f: Matrix, u: Matrix, signed: Matrix, spreads: Matrix, further: Matrix
    ) -> SecondOrder:
        """For normal inputs with covariance V, of which c, H and T are f's derivatives: the mean is
        moved by ½ tr(HV), the variance by ½ tr(HVHV) + Σ (Vc)_j T_jkl V_kl. Of independent inputs
        these are the sums of GUM 5.1.2."""
        n = len(spreads)
        hessian = further[: n * n].reshape(n, n, *spreads.shape[1:]) * spreads * spreads[:, None]
        third = further[n * n :] * spreads
        if self.correlations is not None:
            hessian = np.einsum("ij...,jk->ik...", hessian, self.correlations)
        largest = np.maximum(np.abs(hessian).max(axis=(0, 1)), u)
        unit = np.where(largest > 0, largest, 1)
        hessian, bent = hessian / unit, np.einsum("ii...->...", hessian)
        variance = (u / unit) ** 2 + np.einsum("ij...,ji...->...", hessian, hessian) / 2
        variance += (third / unit * (self._correlated(signed) / unit)).sum(axis=0)
        variance = np.where((variance < 0) & (variance > -ROUNDING), 0, variance)
        return SecondOrder(f + bent / 2, bent / 2, largest * np.sqrt(variance))

    def _correlated(self, x: Matrix) -> Matrix:
        return x if self.correlations is None else np.tensordot(self.correlations, x, 1)

    def at(self, numbers: Matrix, spreads: Matrix) -> Spread:
        """The same at one point. Raises HodiffError where there is no answer."""
        with np.errstate(all="ignore"):
            found = self.spread(numbers, spreads)
        second = found.second
        if second and np.isnan(second.uncertainty) and np.isfinite(second.mean + found.uncertainty):
            message = (
                "the variance to second order is below 0: these uncertainties are too large for"
                " it; --samples 100000 draws instead"
            )
            raise HodiffError("domain", message)
        finite(found.named(self.names).values())
        return found


class OfRows(After):
    """What is told of every row: f, its uncertainty, and what each variable has in it.

    same   uncertainties that are the same in all rows, by their names: of the others there may be
           a column
    fixed  those of all variables, where --cov gives them
    """

    def __init__(
        self, propagation: Propagation, same: Mapping[str, float], fixed: Matrix | None
    ) -> None:
        names = propagation.names
        self.propagation, self.same, self.fixed = propagation, same, fixed
        spreads = np.zeros(len(names)) if fixed is None else fixed
        self.spreads = dict(zip(map("u_{}".format, names), map(float, spreads), strict=True))
        self.beside = {u: x for u, x in zip(self.spreads, names, strict=True) if u not in same}
        self.defaults = {u: self.spreads[u] for u in self.beside}
        second = SecondOrder(0, 0, 0) if propagation.order == 2 else None
        self.outputs = ("f", *Spread(0, names, second).named(names))

    def columns(self, numbers: Sequence[Any], inputs: Sequence[Any]) -> dict[str, Any]:
        given = self._given(inputs, np.shape(numbers[0]))
        with np.errstate(all="ignore"):
            found = self.propagation.spread(np.asarray(numbers), self._spreads(given))
            wrong = (given < 0).any(axis=0) | self._differing(given).any(axis=0)
        named = {"f": numbers[0], **found.named(self.propagation.names)}
        return {name: np.where(wrong, np.nan, x) for name, x in named.items()}

    def at(self, numbers: Sequence[float], inputs: Sequence[float]) -> Answered:
        given = self._given(inputs, ())
        for x, u in zip(self.propagation.names, given, strict=True):
            if u < 0:
                raise HodiffError("domain", below_zero(x, u))
        spreads, wrong = self._spreads(given), self._differing(given)
        for x, u, right, differs in zip(self.propagation.names, given, spreads, wrong, strict=True):
            if differs:
                raise HodiffError("domain", differing(x, right**2, f"u_{x}", u))
        found = self.propagation.at(finite(numbers), spreads)
        return Answered([numbers[0], *map(float, found.named(self.propagation.names).values())])

    def _given(self, inputs: Sequence[Any], shape: tuple[int, ...]) -> Matrix:
        """The uncertainties of the variables, behind whose own columns theirs are."""
        columns = dict(zip(self.beside, inputs[len(self.propagation.names) :], strict=True))
        found = ({**self.same, **columns}[u] for u in self.spreads)
        return np.array([np.broadcast_to(x, shape) for x in found])

    def _spreads(self, given: Matrix) -> Matrix:
        return given if self.fixed is None else np.broadcast_to(self.fixed, given.T.shape).T

    def _differing(self, given: Matrix) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Where what is given isn't what --cov says."""
        return np.abs(self._spreads(given) - given) > SAME * np.abs(given)

    def absent(self, columns: Mapping[str, str]) -> list[str]:
        if self.fixed is not None:
            return []
        if len(columns) == len(self.spreads):
            listed = ", ".join(columns.values())
            message = (
                f"no variable has an uncertainty: give each a column of its own ({listed}), --let"
                f" {next(iter(columns))}=0.1 for all rows, or --cov"
            )
            raise HodiffError("usage", message)
        return [
            f"{self.beside[u]} is exact: there is no column '{x}' and no --let {u}=..."
            for u, x in columns.items()
        ]


def below_zero(x: str, u: float) -> str:
    return f"the uncertainty of {x} is {u:g}, and may not be below 0"


def differing(x: str, variance: float, where: str, u: float) -> str:
    u = float(u)
    return (
        f"the variance of {x} is {variance:g}, and {where} says {u:g}, which is {u * u:g}:"
        f" leave out {where}, or mend the diagonal"
    )


def finite(values: Iterable[Any]) -> Matrix:
    """Values as an array. Raises HodiffError (limit) where a double has not the range."""
    found = np.array([float(x) for x in values])
    if not np.isfinite(found).all():
        raise HodiffError("limit", "a number is beyond doubles: take other units")
    return found
