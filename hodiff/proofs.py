"""Numbers whose every digit is right: balls computed again until they leave no digit open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hodiff.errors import HodiffError

FIRST_BITS = 96  # enough for nearly every formula and its Hessian
LAST_BITS = 4096


class Unproven(Exception):
    """Balls are too wide to tell; error is what to say if no precision helps."""

    def __init__(self, error: HodiffError) -> None:
        super().__init__()
        self.error = error


def determined(
    run: Callable[[], Sequence[Any]], digits: int | None = None
) -> tuple[list[Any], list[str]]:
    """What run gives, as numbers that its balls determine, and what has to be said about them.

    Each is a float; text where digits were asked for or where a double has not the range; or
    nested lists of them. run is called at growing precision, 96 bits at first, 4096 at last (more
    with digits). Raises what run says with Unproven at the last, and HodiffError undecided.
    """
    from hodiff.arithmetic import balls

    bits, last = FIRST_BITS, max(LAST_BITS, 8 * (digits or 0))
    while True:
        reading = Reading(digits, bits >= last)
        with balls.precision(bits):
            try:
                values = [reading.read(x) for x in run()]
            except Unproven as fault:
                if bits >= last:
                    raise fault.error from None
            else:
                if not reading.missing:
                    return values, reading.notes()
                if bits >= last:
                    message = f"a number can't be determined with {last} bits"
                    raise HodiffError("undecided", message)
        bits = min(last, max(2 * bits, bits + reading.missing))


class Reading:
    """Reads balls as numbers, and keeps what it could not read."""

    def __init__(self, digits: int | None, last: bool) -> None:
        self.digits, self.last = digits, last
        self.missing = 0  # bits
        self.zeros = self.ties = False

    def read(self, x: Any) -> Any:
        """x as a float or text; lists of them for an array."""
        if hasattr(x, "shape"):
            return [self.read(entry) for entry in x] if x.shape else self.read(x[()])
        from hodiff.arithmetic import digits

        if isinstance(x, bool):
            x = int(x)
        if self.digits is not None:
            text = digits.decimal(x, self.digits)
            if text is not None:
                return text
        else:
            binary = digits.nearest(x)
            if binary is not None:
                return digits.number(binary)
        if self.last and digits.negligible(x):
            self.zeros = True
            return "0" if self.digits is not None else 0.0
        needed = 53 if self.digits is None else 10 * self.digits // 3 + 1
        if self.last and x.rel_accuracy_bits() > needed + 300:
            self.ties = True
            return digits.tie(x, self.digits)
        self.missing = max(self.missing, needed + 10 - x.rel_accuracy_bits(), 1)
        return None

    def notes(self) -> list[str]:
        said = []
        if self.zeros:
            said.append("a 0 may stand for a number below 1e-300")
        if self.ties:
            said.append("a number halfway between two is rounded to the even one")
        return said
