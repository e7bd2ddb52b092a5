"""Proven numbers against mpmath: every printed digit, and every refusal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import factorial
from typing import Any

from hypothesis import strategies as st

from hodiff.cli import outcome
from tests.fuzz import germs
from tests.fuzz.drawn import POINTS, Asked, pick, texts
from tests.fuzz.germs import Undecided, Undefined
from tests.printed import flat

ONE = Fraction(1)
MOST = 3000  # digits before the point, or zeros after it, of a number that is compared


# ------------------------------------------------------------------ what is to be printed


def significand(x: Fraction) -> Fraction:
    """x to 53 bits, the exponent without bounds."""
    e = x.numerator.bit_length() - x.denominator.bit_length() - 53
    e += abs(x) >= Fraction(2) ** (e + 53)
    return round(x / Fraction(2) ** e) * Fraction(2) ** e


def printed(x: Fraction, digits: int | None = None) -> Decimal:
    """The shortest correctly rounded decimal that reads back as the double next to x, whole numbers
    in full; or x to so many digits."""
    if digits:
        return rounding(x, digits)
    if x.denominator == 1 and abs(x) < 10**21:
        return Decimal(x.numerator)
    double = significand(x)
    return next(d for n in range(1, 40) if significand(Fraction(d := rounding(x, n))) == double)


def rounding(x: Fraction, digits: int) -> Decimal:
    context = Context(prec=digits, rounding=ROUND_HALF_EVEN, Emax=10**6, Emin=-(10**6))
    return context.divide(Decimal(x.numerator), Decimal(x.denominator))


def wrong(number: Any, true: germs.Number, digits: int | None = None) -> str:
    """What is wrong with a printed number; nothing where it is right."""
    if germs.zero(true):
        return "" if Decimal(number) == 0 else f"{number}, not 0"
    if not isinstance(true, Fraction) and abs(true._mpf_[2] + true._mpf_[3]) > 3 * MOST:
        return ""
    x = germs.exact(true)
    if abs(x) < Fraction(1, 10**300) and Decimal(number) == 0:
        return ""  # what the note beside it says
    right = printed(x, digits)
    return "" if Decimal(number) == right else f"{number}, not {right}"


# ------------------------------------------------------------------ what is right


def expected(asked: Asked, order: int) -> list[germs.Number] | None:
    """The numbers that a command line should print; None where there are none."""
    text, point = asked.text, asked.point
    if asked.command == "value":
        return [germs.value(text, point)]
    if len(point) == 1:
        extend = asked.command == "taylor" or "--extend" in asked.options
        found = germs.derivatives(text, point, dict.fromkeys(point, ONE), order, extend)
        if found is None or asked.command != "taylor":
            return found and found[1:]
        return [germs.over(c, Fraction(factorial(k))) for k, c in enumerate(found)]
    if asked.command == "nth" and not germs.smooth(text, point):
        raise Undecided  # one partial derivative may have another though f has no slope there
    along = {}
    for a, b in ((1, 0), (0, 1), (1, 1), (1, -1)):
        direction = dict(zip(point, (Fraction(a), Fraction(b)), strict=True))
        found = germs.derivatives(text, point, direction, order)
        if found is None:
            return None
        along[a, b] = found
    x, y, both, apart = (along[d][1] for d in along)
    if not germs.same(germs.plus(x, y), both) or not germs.same(germs.plus(x, -y), apart):
        return None
    if order == 1:
        return [x, y]
    xx, yy, both, apart = (along[d][2] for d in along)
    if not germs.same(germs.plus(both, apart), germs.times(germs.plus(xx, yy), Fraction(2))):
        return None
    xy = germs.over(germs.plus(both, -apart), Fraction(4))
    if asked.command == "hessian":
        return [xx, xy, xy, yy]
    if asked.command == "nth":  # xxy from what is along (1, 1), (1, -1) and y
        yyy, both, apart = (along[d][3] for d in list(along)[1:])
        xxy = germs.plus(both, -apart, germs.times(yyy, Fraction(-2)))
        return [x, xx, germs.over(xxy, Fraction(6))]
    p, q = map(Fraction, asked.options[1].split(","))
    return [germs.plus(germs.times(a, p), germs.times(b, q)) for a, b in ((xx, xy), (xy, yy))]


def answered(words: Sequence[str]) -> tuple[list[Any] | None, str]:
    """The numbers that a command line prints, or None, and what it says of that."""
    out, err, code = outcome([*words, "--format", "json"])
    found = json.loads(out, parse_float=Decimal)
    if code:
        assert "bug" not in err, err
        return None, found["error"]["kind"] + ": " + found["error"]["message"]
    keys = {"grad": "gradient", "nth": "derivatives", "taylor": "coefficients"}
    key = keys.get(words[0], words[0])
    numbers = found[key]
    return flat(list(numbers.values()) if isinstance(numbers, dict) else
                numbers if isinstance(numbers, list) else [numbers]), ""  # fmt: skip


def complaint(asked: Asked, order: int, digits: int | None = None) -> str:
    """What is wrong with the answer to a command line, as far as the oracle can tell."""
    more = ("--digits", str(digits)) if digits else ()
    numbers, said = answered([*asked.words(), *more])
    if said.startswith(("limit", "undecided")) or (
        said.startswith("kink") and "slope" not in said and "jump" not in said
    ):
        return ""  # that it can't tell, of two pieces which is where, is no word about f

    def fault(oracle: Any) -> str:
        try:
            right = oracle(lambda: expected(asked, order), *asked.words())
        except Undefined:
            right = None
        except Undecided:
            return ""
        if right is None:
            return "" if numbers is None else f"{numbers}, and there are none"
        if numbers is None:
            if len(asked.point) > 1 and not germs.smooth(asked.text, asked.point):
                return ""
            return f"refused ({said}), not {[germs.mp.nstr(germs.real(c), 20) for c in right]}"
        pairs = zip(numbers, right, strict=True)
        return "; ".join(filter(None, (wrong(n, c, digits) for n, c in pairs)))

    return germs.checked(fault)


ONE_VARIABLE = st.one_of(
    st.builds(
        lambda text, x, n, extend: (
            Asked("nth", text, {"x": x}, ("--order", str(n), *(["--extend"] * extend))), n
        ),
        texts("x"), POINTS, pick([1, 1, 2, 3, 4]), pick([False, False, True]),
    ),
    st.builds(lambda text, x: (Asked("value", text, {"x": x}), 0), texts("x"), POINTS),
    st.builds(
        lambda text, x, n: (Asked("taylor", text, {"x": x}, ("--order", str(n))), n),
        texts("x"), POINTS, pick([1, 3, 5]),
    ),
)  # fmt: skip
TWO_VARIABLES = st.builds(
    lambda ask, text, x, y: (Asked(ask[0], text, {"x": x, "y": y}, ask[2]), ask[1]),
    pick([("grad", 1, ()), ("hessian", 2, ()), ("hvp", 2, ("--v", "3,-0.5")), ("value", 0, ()),
          ("nth", 3, ("--wrt", "x,x,y"))]),
    texts("xy"), POINTS, POINTS,
)  # fmt: skip


def test_one_variable(fuzz: Any) -> None:
    """Derivatives of an order, with the limits that --extend takes, and values."""

    def holds(drawn: tuple[Asked, int], digits: int | None) -> None:
        asked, order = drawn
        assert not complaint(asked, order, digits), asked

    fuzz(holds, ONE_VARIABLE, pick([None, None, None, 30]), examples=200)


def test_two_variables(fuzz: Any) -> None:
    """Where something is on an edge in two variables a refusal may be right."""

    def holds(drawn: tuple[Asked, int]) -> None:
        assert not complaint(*drawn), drawn[0]

    fuzz(holds, TWO_VARIABLES, examples=150)
