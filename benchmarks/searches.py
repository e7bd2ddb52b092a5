"""Times proven searches: all roots of classic systems, all extrema of classic functions.

    python benchmarks/searches.py [--rounds 5]

One figure of IntervalRootFinding.jl is public: 0.843 s for the four roots of the system of three
quadrics in its documentation (version 0.2, @time of a first call, which compiles, on its authors'
machine). It is printed as a ratio beside ours, of another machine; what else is here stands alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import hodiff

RASTRIGIN = "20 + x**2 + y**2 - 10*(cos(2*pi*x) + cos(2*pi*y))"
SEARCHES: dict[str, tuple[str, str, str, float | None]] = {
    "three quadrics": (
        "roots", "[x**2 + y**2 + z**2 - 1, x**2 + z**2 - 1/4, x**2 + y**2 - 4*z]",
        "x=-5:5,y=-5:5,z=-5:5", 0.843263),
    "x*tan(x) = 1": ("roots", "x*tan(x) = 1", "x=0:100", None),
    "sin(1/x)": ("roots", "sin(1/x)", "x=1/100:1", None),
    "Bessel J0": ("roots", "besselj(0, x)", "x=0:100", None),
    "sin(x)*sin(y)": ("extrema", "sin(x)*sin(y)", "x=-5:6,y=-5:6", None),
    "six-hump camel": (
        "extrema", "(4 - 21/10*x**2 + x**4/3)*x**2 + x*y + (4*y**2 - 4)*y**2",
        "x=-3:3,y=-2:2", None),
    "Rastrigin": ("extrema", RASTRIGIN, "x=-2.2:2.2,y=-2.2:2.2", None),
}  # fmt: skip


def inside(command: str, found: Any) -> int:
    points = found.roots if command == "roots" else found.points
    return sum(not point.get("edge", False) for point in points)


def best(rounds: int, run: Callable[[], Any]) -> tuple[float, Any]:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        found = run()
        times.append(time.perf_counter() - start)
    return min(times), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(f"{'search':16} {'found':>6} {'proven':>7} {'seconds':>9} {'of Julia':>9}")
    for name, (command, text, over, public) in SEARCHES.items():
        seconds, found = best(rounds, partial(hodiff.calculate, command, text, over=over))
        ratio = f"{seconds / public:9.2f}" if public else ""
        proven = "all" if found.complete else "not all"
        print(f"{name:16} {inside(command, found):6} {proven:>7} {seconds:9.3f} {ratio}")


if __name__ == "__main__":
    main()
