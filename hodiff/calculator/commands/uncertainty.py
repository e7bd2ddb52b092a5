"""uncertainty: the standard uncertainty of EXPR from those of its variables (GUM 5.1 and 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from decimal import Decimal, localcontext
from fractions import Fraction
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from hodiff import derivatives
from hodiff.arithmetic.program import Program
from hodiff.calculator.answer import Answer, Entry, Row, Value, plain_number, text
from hodiff.calculator.request import Request, usage
from hodiff.derivatives.vmap import vmapped
from hodiff.engine.graph import ZERO, Tensor, constant, held
from hodiff.errors import HodiffError
from hodiff.language.problem import Vector

SAME = 1e-6  # relative: a diagonal entry of --cov and the square of what stands behind ±
ROUNDING = 1e-9  # of an eigenvalue of a correlation matrix, below 0
CHUNK = 100_000  # draws that are evaluated at once
SHORTEST_FACTOR = -4  # numbers below 1e-4 are told with a power of ten
ROOM = 1000  # digits: of a double, and as many between it and its uncertainty
DOUBLES = "u and the shares are computed from f and its derivatives, in doubles"
CORRELATED = "the share of x is c_x·(V·c)_x/u²: with correlations it may be negative"

Matrix = np.ndarray[Any, np.dtype[np.float64]]


class SecondOrder(NamedTuple):
    """What the second-order terms make of it, for normal inputs: see GUM 5.1.2, NOTE."""

    mean: float
    shift: float
    uncertainty: float


def uncertainty(
    request: Request,
    cov: Vector | None = None,
    order: int = 1,
    samples: int | None = None,
    seed: int = 0,
) -> Answer:
    """The standard uncertainty of EXPR at values with uncertainties, m=2.0±0.1."""
    if order not in (1, 2):
        raise usage("--order is 1 or 2: the terms of GUM 5.1.2", "--order")
    f = request.scalar()
    if not request.has_point:
        message = "uncertainty needs values with uncertainties: --at m=2.0±0.1,h=1.50±0.02"
        raise usage(message, "--at")
    request.only_numbers("uncertainty", "--at")
    spreads = given_uncertainties(request)
    covariance = np.diag(np.square(spreads))
    if cov is not None:
        covariance = given_covariance(request, cov, spreads)
        spreads = np.sqrt(np.diag(covariance))
    if not spreads.any():
        x = request.wrt[0]
        message = f"no variable has an uncertainty: write it behind ±, as in {x}=2.0±0.1, or --cov"
        raise usage(message, "--at")
    # What stands behind ± is no interval here: f and its slopes are those at the values.
    problem = copy(request.problem)
    problem.radii = {}
    request = request._replace(problem=problem)
    slopes = derivatives.gradient(f, request.inputs)
    further = second_order_terms(f, request.inputs, covariance) if order == 2 else []
    orders = (1, 1) if order == 1 else ()
    found = request.solve([f, *slopes, *further], slopes=[slopes], orders=orders)
    n, notes = len(slopes), [DOUBLES]
    value, numbers = found.values[0], doubles(found.values)
    f0, numbers = float(numbers[0]), numbers[1:]
    c = numbers[:n]
    signed = c * spreads
    largest = float(np.abs(signed).max())  # by it no square is beyond a double
    units = signed / (largest or 1)
    squares = units * (correlations(covariance) @ units)
    total = max(float(squares.sum()), 0.0)  # below 0 by rounding alone
    u = largest * sqrt(total)
    shares = 100 * squares / total if total else np.zeros(n)
    correlated = bool((covariance != np.diag(np.diag(covariance))).any())
    if correlated:
        notes.append(CORRELATED)
    if not u and order == 1:
        notes.append("the first order is 0: --order 2 has the next terms, --samples 100000 draws")
    more = [f"f = {rounded(f0, u)}", f"unrounded: {text(value)} ± {text(plain_number(u))}"]
    said: dict[str, Any] = {}
    if cov is not None:
        said["covariance"] = plain_number(covariance)
    if order == 2:
        second = second_order(f0, c, numbers[n:], covariance, u**2)
        said["second_order"] = {x: plain_number(y) for x, y in second._asdict().items()}
        more.append(f"second order: {rounded(second.mean, second.uncertainty)}")
    if samples is not None:
        drawn, undefined = sampled(request, found.at or {}, covariance, samples, seed)
        said["samples"] = {"n": samples, "seed": seed, "undefined": undefined, **drawn}
        mean, deviation, low, high = doubles(drawn.values())
        digits = rounded(float(mean), float(deviation))
        more.append(f"{samples} samples: {digits}, 95 % in [{low:.6g}, {high:.6g}]")
        if undefined:
            notes.append(f"f is undefined at {undefined} of {samples} samples: they are left out")
    named = dict(zip(request.wrt, spreads, strict=True))
    at, contributions = found.at or {}, np.abs(signed)
    rows: list[Row] = [
        [x, at[x], f"{named[x]:.6g}", f"{c[i]:.6g}", f"{contributions[i]:.3g}", f"{shares[i]:.1f}"]
        for i, x in enumerate(request.wrt)
    ]
    answer = request.answer(
        found._replace(notes=[*found.notes, *notes]),
        {
            "uncertainties": numbers_of(request, spreads),
            "value": value,
            "uncertainty": plain_number(u),
            "sensitivities": request.named(found.values[1 : n + 1]),
            "shares": numbers_of(request, shares),
            **said,
        },
        entries(request, u, spreads, found.values[1 : n + 1], shares),
        lines=[[value, plain_number(u)]],
        header=["variable", "value", "u", "∂f/∂variable", "|∂f/∂variable|·u", "share in %"],
        rows=rows,
        shows_f=True,
        shows=request.wrt,
        more="\n".join(more),
    )
    pairs = [(x, at[x], plain_number(named[x])) for x in request.wrt]
    names = [name for x in request.wrt for name in (x, f"u_{x}")]
    record = [number for _, *both in pairs for number in both]
    return answer._replace(records=[[*names, "f", "u_f"], [*record, value, plain_number(u)]])


def entries(
    request: Request, u: float, spreads: Matrix, slopes: list[Value], shares: Matrix
) -> Iterable[Entry]:
    """What stands below f where the terminal is too narrow for the table."""
    found = [Entry("", "u(f)", plain_number(u))]
    for x, spread, slope, share in zip(request.wrt, spreads, slopes, shares, strict=True):
        found.append(Entry("", f"u({x})", plain_number(spread)))
        found.append(Entry("", f"∂f/∂{x}", slope))
        found.append(Entry("", f"share of {x} in %", f"{share:.1f}"))
    return found


def doubles(values: Iterable[Any]) -> Matrix:
    """Values as an array. Raises HodiffError (limit) where a double has not the range."""
    found = np.array([float(x) for x in values])
    if not np.isfinite(found).all():
        raise HodiffError("limit", "a number is beyond doubles: take other units")
    return found


def numbers_of(request: Request, numbers: Matrix) -> dict[str, Value]:
    return {x: plain_number(y) for x, y in zip(request.wrt, numbers, strict=True)}


# What is given.


def given_uncertainties(request: Request) -> Matrix:
    """What stands behind ±, and 0 for the variables that are exact."""
    radii = request.problem.radii
    found = dict(zip(radii, request.constants(list(radii.values())).values, strict=True))
    spreads = doubles(found.get(x, 0) for x in request.wrt)
    for x, spread in zip(request.wrt, spreads, strict=True):
        if spread < 0:
            message = f"the uncertainty of {x} is {spread:g}: behind ± stands a number from 0 on"
            raise usage(message, "--at")
    return spreads


def given_covariance(request: Request, cov: Vector, spreads: Matrix) -> Matrix:
    """--cov as a matrix. Raises HodiffError where it is none of covariances."""
    names, n = request.wrt, len(request.wrt)
    graph = request.problem.matrix(cov, "--cov")
    if graph.shape != (n, n):
        shape = "x".join(map(str, graph.shape)) or "one number"
        message = (
            f"the covariance matrix is {shape}, and there are {n} variables, {', '.join(names)}:"
            f" it has {n} rows of {n} numbers, in their order"
        )
        raise usage(message, "--cov")
    entries = request.constants([graph]).values
    matrix = doubles(entries).reshape(n, n)
    for i, x in enumerate(names):
        if matrix[i, i] < 0:
            message = f"the variance of {x} is {matrix[i, i]:g}: on the diagonal stand squares u²"
            raise usage(message, "--cov")
        if x in request.problem.radii and abs(sqrt(matrix[i, i]) - spreads[i]) > SAME * spreads[i]:
            message = (
                f"the variance of {x} is {matrix[i, i]:g}, and ± says {spreads[i]:g}, which is"
                f" {spreads[i] ** 2:g}: leave out ±, or mend the diagonal"
            )
            raise usage(message, "--cov")
        for j, y in enumerate(names[:i]):
            if abs(matrix[i, j] - matrix[j, i]) > ROUNDING * abs(matrix[i, j]):
                message = (
                    f"the covariance of {y} and {x} is {matrix[j, i]:g} above the diagonal and"
                    f" {matrix[i, j]:g} below: a covariance matrix is symmetric"
                )
                raise usage(message, "--cov")
    scale = np.sqrt(np.diag(matrix))
    lone = (matrix[scale == 0] != 0).any()
    lowest = np.linalg.eigvalsh(correlations(matrix)).min()
    if lone or lowest < -ROUNDING * n:
        message = (
            "the covariance matrix is not positive semidefinite: no quantities vary so together;"
            " mend an entry off the diagonal, which is r·u_i·u_j with r from -1 to 1"
        )
        raise usage(message, "--cov")
    return (matrix + matrix.T) / 2


def correlations(covariance: Matrix) -> Matrix:
    """The matrix in units of the uncertainties."""
    scale = np.sqrt(np.diag(covariance))
    units = np.where(scale > 0, scale, 1)
    return np.asarray(covariance / units / units[:, None], float)


# The second order.


def second_order_terms(f: Tensor, inputs: list[Tensor], covariance: Matrix) -> list[Tensor]:
    """The Hessian's rows, then L = Σ V_kl f_kl and its gradient: no third derivative that isn't
    wanted is formed."""
    _, hessian = derivatives.hessian(f, inputs)
    trace = ZERO
    for i, j in zip(*np.nonzero(covariance), strict=True):
        trace = trace + constant(Fraction(float(covariance[i, j]))) * hessian[i][j]
    return [*(x for row in hessian for x in row), trace, *derivatives.gradient(trace, inputs)]


def second_order(
    value: float, c: Matrix, terms: Matrix, covariance: Matrix, first: float
) -> SecondOrder:
    """For normal inputs with covariance V, of which c, H and T are f's derivatives: the mean is
    moved by ½ tr(HV), the variance by ½ tr(HVHV) + Σ (Vc)_j T_jkl V_kl. Of independent inputs
    these are the sums of GUM 5.1.2."""
    n = len(c)
    hessian, trace, third = terms[: n * n].reshape(n, n), terms[n * n], terms[n * n + 1 :]
    product = hessian @ covariance
    variance = first + float(np.trace(product @ product)) / 2 + float(covariance @ c @ third)
    if variance < 0:
        message = (
            f"the variance to second order is {variance:g}, below 0: these uncertainties are too"
            " large for it; --samples 100000 draws instead"
        )
        raise HodiffError("domain", message)
    shift = float(trace) / 2
    return SecondOrder(value + shift, shift, sqrt(variance))


# Draws.


def sampled(
    request: Request, at: Mapping[str, Value], covariance: Matrix, samples: int, seed: int
) -> tuple[dict[str, Value], int]:
    """Mean, standard deviation and what 95 % are in, of f at normal draws; and at how many of
    these it is undefined."""
    generator = np.random.default_rng(seed)
    centre = doubles(at[x] for x in request.wrt)
    scale = np.sqrt(np.diag(covariance))
    eigenvalues, vectors = np.linalg.eigh(correlations(covariance))
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0))
    chunks = []
    for start in range(0, samples, CHUNK):
        normal = generator.standard_normal((min(CHUNK, samples - start), len(scale)))
        points = centre + scale * (normal @ root.T)
        columns = (held(np.ascontiguousarray(column)) for column in points.T)
        (batch,) = vmapped([request.f], dict(zip(request.inputs, columns, strict=True)))
        chunks.append(np.asarray(Program([batch]).results()[0], float))
    values = np.concatenate(chunks)
    defined = values[np.isfinite(values)]
    if len(defined) < 2:
        message = f"f is defined at {len(defined)} of {samples} samples: smaller uncertainties, or"
        raise HodiffError("domain", f"{message} more samples")
    low, high = np.quantile(defined, [0.025, 0.975])
    numbers = {"mean": defined.mean(), "uncertainty": defined.std(ddof=1), "lower": low}
    found = {x: plain_number(y) for x, y in {**numbers, "upper": high}.items()}
    return found, samples - len(defined)


def rounded(value: float, u: float) -> str:
    """f ± u: u with two significant digits, f to the same place (GUM 7.2.6); with a power of ten
    where zeros would stand for digits.

    >>> rounded(29.43, 1.5225), rounded(0.0000123456, 0.00000017), rounded(98765, 1234)
    ('29.4 ± 1.5', '(1.235 ± 0.017)e-05', '(9.88 ± 0.12)e+04')
    """
    if not u:
        return f"{plain_number(value)} ± 0"
    with localcontext() as context:
        context.prec = ROOM
        f, spread = Decimal(repr(value)), Decimal(repr(u))
        spread = Decimal(f"{spread:.1e}")  # 0.0996 is 0.10: two digits after rounding, too
        place = spread.adjusted() - 1
        f = f.quantize(Decimal(1).scaleb(place))
        largest = max(f.adjusted(), spread.adjusted()) if f else spread.adjusted()
        if place <= 0 and largest >= SHORTEST_FACTOR:
            return f"{f:f} ± {spread.quantize(f):f}"
        f, spread = f.scaleb(-largest), spread.scaleb(-largest)
        return f"({f:f} ± {spread:f})e{largest:+03d}"
