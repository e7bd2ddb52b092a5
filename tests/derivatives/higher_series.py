"""The higher functions for test_taylor, in x alone: their series against Cauchy's integrals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp

from tests.engine import bessel_rows, polynomial_rows
from tests.lengths import LONG

Case = tuple[str, Callable[[Any], Any], list[str]]


def _case(name: str, given: str, f: Callable[[Any], Any], *points: str) -> Case:
    return f"{name}({given}x)", f, list(points)


def _bessel(compute: Callable[..., Any], order: Any) -> Callable[[Any], Any]:
    return lambda x: compute(order, x)


HALF = mp.mpf(1) / 2
PARAMETERS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "legendrep": ("4, ", (4,)), "chebyshevt": ("4, ", (4,)), "chebyshevu": ("4, ", (4,)),
    "hermite": ("4, ", (4,)), "laguerre": ("4, ", (4,)), "genlaguerre": ("4, 1/2, ", (4, HALF)),
    "gegenbauer": ("4, 3/2, ", (4, 3 * HALF)), "jacobi": ("4, 1/2, 3/2, ", (4, HALF, 3 * HALF)),
    "hyp0f1": ("3/2, ", (3 * HALF,)), "hyp1f1": ("1/2, 3/2, ", (HALF, 3 * HALF)),
    "hyp2f1": ("1/2, 1, 3/2, ", (HALF, 1, 3 * HALF)), "hypu": ("1/2, 3/2, ", (HALF, 3 * HALF)),
    "ellipk": ("", ()), "ellipe": ("", ()),
}  # fmt: skip


def _of(compute: Callable[..., Any], given: tuple[Any, ...]) -> Callable[[Any], Any]:
    return lambda x: compute(*given, x)


CASES: dict[str, list[Case]] = {}
for _name, _compute in bessel_rows.MPMATH.items():
    if _name.startswith("struve"):
        continue
    for _other in bessel_rows.NAMES[_name]:
        # mpmath takes long to whole orders of some.
        _half = _name in ("bessely", "besselk", "besselke")
        _order, _text = (5 * HALF, "5/2, ") if _half else (2, "2, ")
        CASES[_other] = [_case(_other, _text, _bessel(_compute, _order), "5/2")]
for _name, _compute, _others, _ in polynomial_rows.FUNCTIONS_OF:
    _text, _given = PARAMETERS[_name]
    # At 1/4 those of 0F1 soon are too small for mpmath.
    _at = "4" if _name == "hyp0f1" else "1/4"
    for _other in (_name, *_others):
        CASES[_other] = [_case(_other, _text, _of(_compute, _given), _at)]
CASES |= {
    "airyai": [_case("airyai", "", mp.airyai, "0", "-3")],
    "airyaiprime": [_case("airyaiprime", "", lambda x: mp.airyai(x, 1), "1")],
    "airybi": [_case("airybi", "", mp.airybi, "0", "-3")],
    "airybiprime": [_case("airybiprime", "", lambda x: mp.airybi(x, 1), "1")],
    "ellipf": [("ellipf(1/2, x)", lambda x: mp.ellipf(HALF, x), ["1/4"]),
               ("ellipf(x, 1/2)", lambda x: mp.ellipf(x, HALF), ["1/4"])],
    "ellipkinc": [("ellipkinc(1/2, x)", lambda x: mp.ellipf(HALF, x), ["1/4"])],
    "ellipeinc": [("ellipeinc(1/2, x)", lambda x: mp.ellipe(HALF, x), ["1/4"])],
}  # fmt: skip
NESTED = {
    "elliprf",
    "elliprd",
    "elliprj",
    "elliprc",
    "elliprn",
    "elliprp",
}  # whose rules lead ever further
PAIRED = {"struveh", "struvel", "struve", "modstruve"}
"""Whose doubles lose digits with the order, as a recurrence does: balls are tried alone."""


def tried() -> list[list[Case]]:
    """A few of them, for mpmath takes long off the real line; all with --long."""
    few = ("besselj", "airyai", "legendrep", "hyp1f1", "ellipk")
    return [cases for name, cases in CASES.items() if LONG or name in few]
