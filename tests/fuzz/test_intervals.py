"""Bounds over intervals, to the eighth derivative: what mpmath finds at points of the box lies
within the printed ends, both as decimals and as the doubles that these read as."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from hypothesis import strategies as st

from hodiff.cli import outcome
from tests.fuzz import germs
from tests.fuzz.drawn import Asked, pick, texts
from tests.fuzz.germs import Undecided, Undefined
from tests.fuzz.limits import limited

PARTS = st.fractions(-1, 1, max_denominator=100)  # of the radius, from the centre
CENTRES = st.fractions(-3, 3, max_denominator=8)
RADII = pick(["1/1000", "1/10", "1/2", "1", "1e-12"])


def bounds(asked: Asked) -> list[dict[str, Any]] | None:
    """f's bounds and those of its derivatives; None where they are refused."""
    words = [*asked.words(), "--rtol", "0.01", "--format", "json"]
    with limited():
        out, err, code = outcome(words)
    assert "bug" not in err, err
    if code:
        return None
    found = json.loads(out, parse_float=Decimal)
    slopes = found["derivatives"] if "derivatives" in found else [*found["gradient"].values()]
    return [found["value"], *slopes]


def outside(true: germs.Number, found: dict[str, Any]) -> bool:
    """Whether a number is outside the bounds of it; of two texts that no double holds, unknown."""
    x = germs.exact(true)
    for end, sign in ((found["lower"], -1), (found["upper"], 1)):
        readings = [Decimal(end)] if isinstance(end, str) else [Decimal(end), Decimal(float(end))]
        if any(sign * (Fraction(reading) - x) < 0 for reading in readings):
            return True
    return False


def complaint(asked: Asked, order: int, points: list[dict[str, Fraction]]) -> str:
    found = bounds(asked)
    if found is None:
        return ""
    for at in points:
        for i, name in enumerate(at):
            told = found if len(at) == 1 else [found[0], found[1 + i]]
            fault = germs.checked(partial(misses, told, asked.text, at, name, order))
            if fault:
                return f"{fault} at {name}, {at}"
    return ""


def misses(
    told: list[dict[str, Any]],
    text: str,
    at: dict[str, Fraction],
    name: str,
    order: int,
    oracle: Any,
) -> str:
    """What of the derivatives in a variable at one point is outside their bounds."""
    point, direction = {name: str(x) for name, x in at.items()}, {name: germs.ONE}
    try:
        true = oracle(lambda: germs.derivatives(text, point, direction, order), text)
    except Undefined:
        return "bounds, and no value"
    except Undecided:
        return ""
    if true is None:
        return "bounds, and no derivative"
    faults = [
        f"derivative {k} is {germs.mp.nstr(germs.real(x), 20)}, not in {ends}"
        for k, (x, ends) in enumerate(zip(true, told, strict=True))
        if outside(x, ends)
    ]
    return "; ".join(faults)


def within(centre: Fraction, radius: str, parts: list[Fraction]) -> list[Fraction]:
    return [centre + Fraction(radius) * part for part in (Fraction(-1), *parts, Fraction(1))]


def test_one_variable(fuzz: Any) -> None:
    def holds(text: str, centre: Fraction, radius: str, order: int, parts: list[Fraction]) -> None:
        asked = Asked("nth", text, {"x": f"{centre}+/-{radius}"}, ("--order", str(order)))
        points = [{"x": x} for x in within(centre, radius, parts)]
        assert not complaint(asked, order, points), asked

    drawn = texts("x", far=False, deep=False)
    fuzz(holds, drawn, CENTRES, RADII, st.integers(1, 8), st.lists(PARTS, max_size=2), examples=30)


def test_two_variables(fuzz: Any) -> None:
    def holds(
        text: str, x: Fraction, y: Fraction, radii: tuple[str, str], parts: list[Fraction]
    ) -> None:
        point = {"x": f"{x}+/-{radii[0]}", "y": f"{y}+/-{radii[1]}"}
        xs, ys = within(x, radii[0], parts), within(y, radii[1], parts[::-1])
        points = [{"x": a, "y": b} for a, b in zip(xs, ys, strict=True)]
        assert not complaint(Asked("grad", text, point), 1, points), Asked("grad", text, point)

    drawn = texts("xy", far=False, deep=False)
    pair = st.tuples(RADII, RADII)
    fuzz(holds, drawn, CENTRES, CENTRES, pair, st.lists(PARTS, max_size=2), examples=14)
