"""uncertainty: the standard uncertainty of EXPR from those of its variables (GUM 5.1 and 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from decimal import Decimal, localcontext
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np

from hodiff.arithmetic.program import Program
from hodiff.calculator.answer import Answer, Entry, Row, Value, plain_number, text
from hodiff.calculator.columns import Columns, Columnwise, Number
from hodiff.calculator.commands.propagation import (
    SAME,
    Matrix,
    OfRows,
    Propagation,
    below_zero,
    differing,
    finite,
)
from hodiff.calculator.request import SAID, Request, usage
from hodiff.derivatives.vmap import vmapped
from hodiff.engine.graph import Tensor, constant, held, variable
from hodiff.errors import HodiffError
from hodiff.language.checks import names_in
from hodiff.language.problem import Vector

LEAST = 1e-9  # of an eigenvalue of a correlation matrix, below 0
CHUNK = 100_000  # draws that are evaluated at once
SHORTEST_FACTOR = -4  # numbers below 1e-4 are told with a power of ten
ROOM = 1000  # digits: of a double, and as many between it and its uncertainty
CORRELATED = "the share of x is c_x·(V·c)_x/u²: with correlations it may be negative"


def uncertainty(
    request: Request,
    cov: Vector | None = None,
    order: int = 1,
    samples: int | None = None,
    seed: int | None = None,
) -> Answer:
    """The standard uncertainty of EXPR at values with uncertainties, m=2.0±0.1."""
    check(order, samples, seed)
    f = request.scalar()
    if not request.has_point:
        message = "uncertainty needs values with uncertainties: --at m=2.0±0.1,h=1.50±0.02"
        raise usage(message, "--at")
    request.only_numbers("uncertainty", "--at")
    spreads, r = given_uncertainties(request), None
    if cov is not None:
        covariance = given_covariance(request, cov, spreads)
        spreads, r = np.sqrt(np.diag(covariance)), correlations(covariance)
    if not spreads.any():
        x = request.wrt[0]
        message = f"no variable has an uncertainty: write it behind ±, as in {x}=2.0±0.1 or"
        message += f" {x}=2.0+/-0.1 (+- is a sum), or give --cov"
        raise usage(message, "--at")
    # What stands behind ± is no interval here: f and its slopes are those at the values.
    problem = copy(request.problem)
    problem.radii = {}
    request = request._replace(problem=problem)
    propagation = Propagation(request.wrt, order, r)
    slopes, further = propagation.graphs(f, request.inputs, exact(spreads))
    found = request.solve([f, *slopes, *further], slopes=[slopes], orders=orders(order))
    numbers, notes = finite(found.values), [SAID["doubles"]]
    spread = propagation.at(numbers, spreads)
    value, c = found.values[0], found.values[1 : len(slopes) + 1]
    f0, u, shares = float(numbers[0]), float(spread.uncertainty), spread.shares
    if r is not None and np.count_nonzero(r) > np.count_nonzero(np.diag(r)):
        notes.append(CORRELATED)
    if not u and order == 1:
        notes.append("the first order is 0: --order 2 has the next terms, --samples 100000 draws")
    more = [f"f = {rounded(f0, u)}", f"unrounded: {text(value)} ± {text(plain_number(u))}"]
    lines = [[value, plain_number(u)]]
    said: dict[str, Any] = {}
    if cov is not None:
        said["covariance"] = plain_number(covariance)
    if spread.second is not None:
        second = spread.second
        said["second_order"] = plain_number(second._asdict())
        lines.append([plain_number(second.mean), plain_number(second.uncertainty)])
        more.append(f"second order: {rounded(float(second.mean), float(second.uncertainty))}")
    if samples is not None:
        drawn, undefined = sampled(request, found.at or {}, spreads, r, samples, seed or 0)
        said["samples"] = {"n": samples, "seed": seed or 0, "undefined": undefined, **drawn}
        lines.append([*drawn.values()])
        mean, deviation, low, high = finite(drawn.values())
        digits = rounded(float(mean), float(deviation))
        more.append(f"{samples} samples: {digits}, 95 % in [{low:.6g}, {high:.6g}]")
        if undefined:
            notes.append(f"f is undefined at {undefined} of {samples} samples: they are left out")
    at = found.at or {}
    columns = zip(request.wrt, spreads, numbers[1:], shares, strict=False)
    rows: list[Row] = [
        [x, at[x], f"{a:.6g}", f"{slope:.6g}", f"{abs(slope * a):.3g}", f"{share:.1f}"]
        for x, a, slope, share in columns
    ]
    answer = request.answer(
        found._replace(notes=[*found.notes, *notes]),
        {
            "uncertainties": numbers_of(request, spreads),
            "value": value,
            "uncertainty": plain_number(u),
            "sensitivities": request.named(c),
            "shares": numbers_of(request, shares),
            **said,
        },
        entries(request, u, spreads, c, shares),
        lines=lines,
        header=["variable", "value", "u", "∂f/∂variable", "|∂f/∂variable|·u", "share in %"],
        rows=rows,
        shows_f=True,
        shows=request.wrt,
        more="\n".join(more),
    )
    record: list[tuple[str, Value]] = []
    for x, a in zip(request.wrt, spreads, strict=True):
        record += [(x, at[x]), (f"u_{x}", plain_number(a))]
    record.append(("f", value))
    record += [(name, plain_number(x)) for name, x in spread.named(request.wrt).items()]
    record += [(f"samples_{name}", x) for name, x in said.get("samples", {}).items()]
    return answer._replace(records=[[name for name, _ in record], [x for _, x in record]])


def on_rows(
    request: Columnwise,
    cov: Vector | None = None,
    order: int = 1,
    samples: int | None = None,
    seed: int | None = None,
) -> Columns:
    """The same of every row: the uncertainty of m is the column u_m."""
    check(order, samples, seed)
    if samples is not None:
        message = "--samples goes with one point, not with many: over rows --order 2 has the terms"
        raise usage(f"{message} of the second order", "--samples")
    f, problem = request.scalar(), request.problem
    names = [*problem.variables]
    spreads, r = None, None
    if cov is not None:
        covariance = given_covariance(request, cov, np.zeros(len(names)))
        spreads, r = np.sqrt(np.diag(covariance)), correlations(covariance)
    after = OfRows(Propagation(names, order, r), constant_uncertainties(request), spreads)
    for x in names:
        if f"u_{x}" in names:
            message = f"'u_{x}' is a variable of EXPR and the uncertainty of {x}: give {x} or it"
            raise usage(f"{message} another name", "EXPR")
    us = {u: variable(u, (), False) for u in after.beside}
    if spreads is None:
        known = [problem.constants[u] if u in after.same else us[u] for u in after.spreads]
    else:
        known = exact(spreads)
    slopes, further = after.propagation.graphs(f, request.inputs, known)
    found = request.solve([f, *slopes, *further], slopes=[slopes], orders=orders(order)).values
    numbers = {str(i): x for i, x in enumerate(found) if isinstance(x, Number)}
    return Columns({**problem.variables, **us}, numbers, after)


def constant_uncertainties(request: Request) -> dict[str, float]:
    """Those that --let states, for all rows of a table: u_h=0.02."""
    known = request.problem.constants
    found = {f"u_{x}": known[f"u_{x}"] for x in request.problem.variables if f"u_{x}" in known}
    used = names_in(request.problem.text)
    for u, x in found.items():
        if u in used:
            message = f"'{u}' is a constant of EXPR and the uncertainty of {u[2:]}"
            raise usage(f"{message}: give it another name", "--let")
        if x.shape:
            raise usage(f"'{u}' is one number, the uncertainty of {u[2:]}", "--let")
    numbers = finite(request.constants([*found.values()]).values)
    for u, number in zip(found, numbers, strict=True):
        if number < 0:
            raise usage(below_zero(u[2:], number), "--let")
    return dict(zip(found, map(float, numbers), strict=True))


def check(order: int, samples: int | None, seed: int | None) -> None:
    if order not in (1, 2):
        raise usage("--order is 1 or 2: the terms of GUM 5.1.2", "--order")
    if seed is not None and samples is None:
        message = "--seed is for --samples: say how many draws, --samples 100000, or leave it out"
        raise usage(message, "--seed")


def exact(spreads: Matrix) -> list[Tensor]:
    """Uncertainties as the decimals that Python prints."""
    return [constant(Fraction(repr(float(u)))) for u in spreads]


def orders(order: int) -> tuple[int, ...]:
    """Of what is wanted: see Question."""
    return (1, 1) if order == 1 else ()


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


def numbers_of(request: Request, numbers: Matrix) -> dict[str, Value]:
    return {x: plain_number(y) for x, y in zip(request.wrt, numbers, strict=True)}


# What is given.


def given_uncertainties(request: Request) -> Matrix:
    """What stands behind ±, or is stated by --let; 0 for the variables that are exact."""
    radii, same = request.problem.radii, constant_uncertainties(request)
    for x in radii:
        if f"u_{x}" in same:
            raise usage(f"the uncertainty of {x} stands behind ± and in --let: remove one", "--let")
    found: dict[str, Any] = {u[2:]: number for u, number in same.items()}
    found |= zip(radii, request.constants(list(radii.values())).values, strict=True)
    spreads = finite(found.get(x, 0) for x in request.wrt)
    for x, spread in zip(request.wrt, spreads, strict=True):
        if spread < 0:
            raise usage(below_zero(x, spread), "--at")
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
    matrix = finite(entries).reshape(n, n)
    for i, x in enumerate(names):
        if matrix[i, i] < 0:
            message = f"the variance of {x} is {matrix[i, i]:g}: on the diagonal stand squares u²"
            raise usage(message, "--cov")
        if x in request.problem.radii and abs(sqrt(matrix[i, i]) - spreads[i]) > SAME * spreads[i]:
            raise usage(differing(x, matrix[i, i], "±", spreads[i]), "--cov")
        for j, y in enumerate(names[:i]):
            if abs(matrix[i, j] - matrix[j, i]) > LEAST * abs(matrix[i, j]):
                message = (
                    f"the covariance of {y} and {x} is {matrix[j, i]:g} above the diagonal and"
                    f" {matrix[i, j]:g} below: a covariance matrix is symmetric"
                )
                raise usage(message, "--cov")
    scale = np.sqrt(np.diag(matrix))
    lone = (matrix[scale == 0] != 0).any()
    lowest = np.linalg.eigvalsh(correlations(matrix)).min()
    if lone or lowest < -LEAST * n:
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


# Draws.


def sampled(
    request: Request,
    at: Mapping[str, Value],
    spreads: Matrix,
    r: Matrix | None,
    samples: int,
    seed: int,
) -> tuple[dict[str, Value], int]:
    """Mean, standard deviation and what 95 % are in, of f at normal draws; and at how many of
    these it is undefined."""
    generator = np.random.default_rng(seed)
    centre = finite(at[x] for x in request.wrt)
    eigenvalues, vectors = np.linalg.eigh(np.eye(len(spreads)) if r is None else r)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0))
    chunks = []
    for start in range(0, samples, CHUNK):
        normal = generator.standard_normal((min(CHUNK, samples - start), len(spreads)))
        points = centre + spreads * (normal @ root.T)
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
