"""What a command line prints, and the numbers in it."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import mp, mpf

from hodiff.cli import outcome

FORMATS = ("table", "json", "csv", "plain")
ZERO_NOTE = "a 0 may stand for a number below 1e-300"
NO_VALUE = (ValueError, ZeroDivisionError, TypeError, OverflowError, mpmath.libmp.ComplexResult)


def exact(x: Any) -> Fraction:
    """A number of mpmath, of JSON or of an output, as the fraction that it is."""
    if isinstance(x, mpf):
        sign, m, e, _ = x._mpf_
        return (-1) ** sign * int(m) * Fraction(2) ** e
    return Fraction(x)


def nearest(x: Any) -> float:
    return float(exact(x))


def shortest(x: Fraction) -> str:
    """The shortest correctly rounded decimal of x that reads as the double nearest to x."""
    roundings = (
        Context(prec=n, rounding=ROUND_HALF_EVEN).divide(Decimal(x.numerator), x.denominator)
        for n in range(1, 40)
    )
    return next(str(d) for d in roundings if float(d) == float(x))


def asked(*arguments: str) -> dict[str, Any]:
    """What a command line answers as JSON; of an error, what that says."""
    out, _, code = outcome([*arguments, "--format", "json"])
    found: dict[str, Any] = json.loads(out)
    assert ("error" in found) == (code != 0), found
    assert "bug" not in found.get("error", {}).get("message", "")
    return found


def flat(x: Any) -> list[Any]:
    return [entry for part in x for entry in flat(part)] if isinstance(x, list) else [x]


def derivatives(found: dict[str, Any]) -> Any:
    """The derivatives that an answer was asked for."""
    for name in ("hessian", "hvp", "jacobian", "jvp", "vjp", "derivative"):
        if name in found:
            return found[name]
    gradient = found.get("gradient")
    return found["value"] if gradient is None else [*gradient.values()]


def plain(*arguments: str) -> list[str]:
    out, err, code = outcome([*arguments, "--format", "plain"])
    assert (code, err) == (0, ""), err
    return out.split()


def close(text: Any, expected: Any, digits: int = 15) -> None:
    """text is expected, to so many digits."""
    with mp.workdps(60):
        assert abs(mp.mpf(str(text)) - expected) <= abs(expected) * mp.mpf(10) ** -digits
