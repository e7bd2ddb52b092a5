"""Names that look like a slip: cosx, xlnx, exp, πr. They are variables, and a note says so."""

from __future__ import annotations

from collections.abc import Container

from hodiff.engine.operations import FUNCTIONS

# What stands before its argument without brackets, and is hardly meant as a variable.
ELEMENTARY = frozenset(
    name
    for name in FUNCTIONS
    if name in ("sqrt", "cbrt", "abs", "exp", "ln", "log", "log2", "log10")
    or name.removeprefix("arc").removeprefix("a").removesuffix("h")
    in ("sin", "cos", "tan", "sec", "csc", "cot")
)
LONGEST = max(map(len, ELEMENTARY))
WORDS = ("cost", "sink", "tank", "sing", "logs")


def slip(name: str, known: Container[str] = ()) -> str | None:
    """What to write where name was meant otherwise; None for what looks like a name.

    known: other variables.

    >>> slip("xlnx"), slip("cost"), slip("height")
    ('for the function write x*ln(x)', None, None)
    """
    if name in ELEMENTARY:
        return f"for the function write {name}(…)"
    if name[:1] in ("π", "\u03a0") and len(name) <= 4 and name[1:].isalpha():  # πr, 2πft
        return f"for the product write pi*{'*'.join(name[1:])}"
    if len(name) > 1 and set(name) <= set("xyz"):  # hardly meant as one variable
        return f"for the product write {'*'.join(name)}"
    if name in FUNCTIONS or not 3 <= len(name) <= LONGEST + 5:
        return None
    for first in (0, 1):
        for length in range(LONGEST, 1, -1):
            function, argument = name[first : first + length], name[first + length :]
            if function not in ELEMENTARY or not short(argument):
                continue
            if name in WORDS and argument not in known:
                return None
            factor = f"{name[0]}*" if first else ""
            if first and not name[0].isalpha():
                continue
            digits = argument.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
            rest = argument[len(digits) :] if digits.isdigit() else ""
            inside = f"{digits}*{rest}" if rest else argument
            return f"for the function write {factor}{function}({inside})"
    return None


def short(argument: str) -> bool:
    """Whether it is x, 2 or 2x."""
    letters = argument.lstrip("0123456789")
    return argument != "" and (letters == "" or (len(letters) == 1 and letters.isalpha()))
