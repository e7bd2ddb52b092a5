"""Precision grows until digits are told: balls computed again until they leave no digit open."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hodiff.answers import digits
from hodiff.arithmetic import ball_numbers
from hodiff.engine.exact import rational
from hodiff.errors import HodiffError

FIRST_BITS = 96  # enough for nearly every formula and its Hessian
LAST_BITS = 4096
NEARLY_ZERO = "a 0 may stand for a number below 1e-300"


class Unproven(Exception):
    """Balls are too wide to tell; error is what to say if no precision helps."""

    def __init__(self, error: HodiffError) -> None:
        super().__init__()
        self.error = error


class Determined(NamedTuple):
    """Numbers that balls determine: each is a float; text where digits were asked for or where a
    double has not the range; or nested lists of them. exact has those that are rational as such,
    None for the others. notes: what has to be said about them."""

    values: list[Any]
    exact: list[Any]
    notes: list[str]


def until_determined(
    run: Callable[[], Sequence[Any]],
    digits_asked: int | None = None,
    reading: Callable[[Any], Any] = lambda x: x,
    point: int = 0,
    more: int = 0,
) -> Determined:
    """What run gives, as numbers that its balls determine; reading is done to each before. The
    first of them, so many, are a point: told as doubles, whatever digits are asked for.

    run is called at growing precision, 96 bits at first, 4096 at last: with digits more, and where
    more are said for each number. Raises what run says with Unproven at the last, and HodiffError
    undecided.
    """
    bits, last = FIRST_BITS, max(LAST_BITS, 8 * (digits_asked or 0))
    while True:
        rounding = Rounding(bits >= last)
        with ball_numbers.precision(bits):
            try:
                found = run()
                values = [rounding.read(x, None) for x in found[:point]]
                values += [rounding.read(reading(x), digits_asked) for x in found[point:]]
            except Unproven as fault:
                if bits >= last:
                    raise fault.error from None
            else:
                if not rounding.missing:
                    return Determined(values, list(map(exact_part, found)), rounding.notes())
                last = max(last, more * len(found))
                if bits >= last:
                    message = f"a number can't be determined with {last} bits"
                    raise HodiffError("undecided", message)
        bits = min(last, max(2 * bits, bits + rounding.missing))


def exact_part(x: Any) -> Any:
    """A rational number, 1 and 0 for a condition, as it is; None for a ball; lists for an array."""
    if hasattr(x, "shape"):
        return [exact_part(entry) for entry in x] if x.shape else exact_part(x[()])
    return (int(x) if isinstance(x, bool) else x) if rational(x) else None


class Rounding:
    """Reads balls as numbers, and keeps what it could not read."""

    def __init__(self, last: bool) -> None:
        self.last = last
        self.missing = 0  # bits
        self.zeros = self.ties = False

    def read(self, x: Any, n: int | None) -> Any:
        """x as a number, or as text of n digits; lists of them for an array."""
        if hasattr(x, "shape"):
            return [self.read(entry, n) for entry in x] if x.shape else self.read(x[()], n)
        x = int(x) if isinstance(x, bool) else x if rational(x) else ball_numbers.ball(x)
        if n is not None:
            text = digits.decimal(x, n)
            if text is not None:
                return text
        else:
            number = digits.told(x, self.last)
            if number is not None:
                return number
        if self.last and digits.negligible(x):
            self.zeros = True
            return "0" if n is not None else 0.0
        needed = 53 if n is None else 10 * n // 3 + 1
        if self.last and x.rel_accuracy_bits() > needed + 300:
            self.ties = True
            return digits.tie(x, n)
        self.missing = max(self.missing, needed + 10 - x.rel_accuracy_bits(), 1)
        return None

    def notes(self) -> list[str]:
        said = []
        if self.zeros:
            said.append(NEARLY_ZERO)
        if self.ties:
            said.append("a number halfway between two is rounded to the even one")
        return said
