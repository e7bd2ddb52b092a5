"""Short command lines that may be much work: all commands and functions, intervals, high orders,
huge arguments."""

from __future__ import annotations

import shlex
from typing import Any

from hypothesis import strategies as st

from hodiff.engine.operations import FUNCTIONS
from tests.fuzz.drawn import EXACT, FAR, HUGE, NUMBERS, ORDINARY, POWERS, TESTS, TINY, pick

LONGEST = 199  # characters of a command line

CALLS = sorted({(f.name, n) for f in FUNCTIONS.values() for n in range(f.least, (f.most or 3) + 1)})
LARGE = ["50", "100", "1000", "12345", "1e6", "1e9", "1e5000", "1e-5000", "1/1000003", "x**50"]
INDICES = ["0", "1", "2", "3", "5", "1/2", "-1/2", "-3", "7.5", *LARGE]


@st.composite
def texts(draw: Any, names: str, most: int = 3) -> str:
    """An expression in the names, of up to so many operations."""

    def leaf() -> str:
        return draw(pick(names) | pick(names) | pick([*NUMBERS, *FAR, *LARGE]))

    def grown(left: int) -> str:
        if left < 1:
            return leaf()
        parts = [grown(draw(st.integers(0, left - 1))) for _ in range(2)]
        match draw(st.integers(0, 9)):
            case 0 | 1:
                return f"({parts[0]} {draw(pick('+-*/%'))} {parts[1]})"
            case 2:
                return f"({parts[0]})**{draw(pick([*POWERS, *names, *LARGE]))}"
            case 3:
                return f"where({parts[0]} {draw(pick(TESTS))} {parts[1]}, {leaf()}, {parts[0]})"
            case 4:
                repeated = draw(pick([" + ", "*", " - ", ")*sin("]))
                return f"({repeated.join([parts[0]] * draw(pick([2, 3, 6])))})"
            case _:
                name, count = draw(pick(CALLS))
                more = [draw(pick([parts[1], leaf(), *INDICES])) for _ in range(count - 1)]
                return f"{name}({', '.join([*more, parts[0]])})"

    return grown(draw(st.integers(1, most)))


INTERVALS = ["2+/-0.1", "0+/-1", "1+/-1e-9", "1000+/-100", "0+/-1e300", "1e9+/-1e8", "-3.5+/-3",
             "0.5±0.5", "1e-9±1e-10"]  # fmt: skip
RANGES = ["-3:3", "0:10", "0:1e6", "-1e9:1e9", "1e-300:1e300", "-20:0.5", "0:1e-9", "100:101",
          "-1e5000:1e5000", "-1000:1000", "0:0"]  # fmt: skip
ORDERS = ["0", "1", "2", "3", "5", "8", "20", "50", "100", "300", "1000"]
NUMBER = pick(EXACT) | pick([*HUGE, *TINY, "1e5000", "1e-5000"]) | ORDINARY
PLACES = NUMBER | NUMBER | NUMBER | pick(INTERVALS)
FEW = ["1", "2", "3", "4", "6", "8"]


@st.composite
def short(draw: Any) -> list[str]:
    """A command line under 200 characters."""
    names = draw(pick(["x", "x", "xy", "xyz", "abcdfg"]))
    text = draw(texts(names))
    command = draw(pick(COMMANDS))
    words = [command, text]

    def option(name: str, values: list[str], always: bool = False) -> None:
        if always or draw(st.booleans()):
            words.extend([name, draw(pick(values))])

    def at(places: Any = PLACES, always: bool = False) -> None:
        if always or draw(st.integers(0, 4)):
            words.extend(["--at", ",".join(f"{name}={draw(places)}" for name in names)])

    def over() -> None:
        ranges = [f"{name}={draw(pick(RANGES))}" for name in names[:2]]
        lets = [f"{name}={draw(NUMBER)}" for name in names[2:]]
        words.extend(["--over", ",".join(ranges), *(["--let", ",".join(lets)] if lets else [])])

    match command:
        case "nth":
            at()
            option("--order", ORDERS)
            option("--wrt", [names[0], f"{names[0]},{names[-1]},{names[0]}"], len(names) > 1)
        case "taylor":
            at()
            option("--order", ORDERS, True)
        case "tensor":
            at()
            option("--order", FEW if len(names) > 1 else ORDERS, True)
        case "hvp" | "jvp":
            at()
            words.extend(["--v", ",".join("1" * len(names))])
        case "uncertainty":
            at(st.builds("{}±0.1".format, ORDINARY), True)
            option("--order", ["1", "2"])
        case "implicit":
            at()
            words.extend(["--of", names[-1]])
            option("--order", FEW)
        case "roots" | "extrema":
            over()
            option("--first", ["1", "5"])
        case "plot":
            over()
            option("--order", ["0", "0,1,2", "4", "20"])
        case "check":
            words.extend(["--claim", draw(texts(names))])
        case "steps" | "graph" | "explain":
            at()
            option("--order", FEW)
        case "code":
            option("--to", ["c", "python", "rust", "julia"], True)
        case _:
            at()
    if command not in ("plot", "check", "steps", "graph", "explain", "code", "uncertainty"):
        option("--digits", ["1", "30", "300", "1000"]) if not draw(st.integers(0, 3)) else None
    if command in ("grad", "nth", "hessian", "value"):
        option("--extend", [""]) if not draw(st.integers(0, 5)) else None
    return [word for word in words if word]


COMMANDS = ["grad", "nth", "nth", "nth", "hessian", "value", "taylor", "taylor", "tensor",
            "laplacian", "hvp", "jacobian", "jvp", "implicit", "uncertainty", "roots", "roots",
            "extrema", "plot", "check", "steps", "graph", "explain", "code"]  # fmt: skip


def shown(words: list[str]) -> str:
    """As one types it."""
    return shlex.join(["hodiff", *words])


SHORT = short().filter(lambda words: len(shown(words)) <= LONGEST)
