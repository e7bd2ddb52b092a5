"""Special functions of exact numbers and balls: published values, and no call whose work has no
bound."""

from __future__ import annotations

import random
import subprocess
import sys
from fractions import Fraction
from itertools import product
from typing import Any

import hypothesis
import mpmath
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.program import Program
from hodiff.arithmetic.special import OF_NUMBERS
from hodiff.derivatives import gradient
from hodiff.engine.graph import OPERATIONS, constant, variable
from hodiff.engine.operations import FUNCTIONS
from hodiff.engine.operations.row import CLOSED
from tests.engine import bessel_rows, polynomial_rows
from tests.lengths import LONG, examples, part

# Tables of DLMF, of Abramowitz and Stegun, and of Boost.Math's tests (libs/math/test).
PUBLISHED = [
    # Abramowitz and Stegun 1964, tables 9.1, 9.4, 9.8, 10.1, 10.11.
    ("besselj", (0, 1), "0.765197686557967"),
    ("besselj", (1, 1), "0.4400505857"),
    ("besselj", (2, 1), "0.1149034849"),
    ("bessely", (0, 1), "0.0882569642"),
    ("bessely", (1, 1), "-0.7812128213"),
    ("sphericaljn", (0, 1), "0.84147098"),
    ("sphericaljn", (1, 1), "0.30116868"),
    ("sphericalyn", (0, 1), "-0.54030231"),
    # DLMF 9.2.3 to 9.2.6.
    ("airyai", (0,), "0.3550280538878172"),
    ("airyaiprime", (0,), "-0.2588194037928068"),
    ("airybi", (0,), "0.6149266274460007"),
    ("airybiprime", (0,), "0.4482883573538264"),
    # Abramowitz and Stegun, table 17.1 (m = 1/2).
    ("ellipk", (Fraction(1, 2),), "1.854074677301372"),
    ("ellipe", (Fraction(1, 2),), "1.350643881047676"),
    # Carlson 1995, Numerical computation of real or complex elliptic integrals, section 3, which
    # Boost.Math's tests have, too.
    ("elliprf", (1, 2, 0), "1.3110287771461"),
    ("elliprf", (2, 3, 4), "0.58408284167715"),
    ("elliprd", (0, 2, 1), "1.7972103521034"),
    ("elliprd", (2, 3, 4), "0.16510527294261"),
    ("elliprj", (2, 3, 4, 5), "0.14297579667157"),
    ("elliprj", (0, 1, 2, 3), "0.77688623778582"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "x", "value"), PUBLISHED)
def test_published_values(name: str, x: tuple[Any, ...], value: str) -> None:
    with precision(100):
        found = ball(BALLS.function(OPERATIONS[name])(*x))
        unit = ball(10) ** -len(value.partition(".")[2])
        assert abs(found - ball(int(value.replace(".", ""))) * unit) < unit


ORDERS = (0, 1, -1, 0.5, -1.5, 30, 1e6)
NUMBERS = (0.0, -0.0, 1e-300, -1e-300, 1.5, -40.0, 700.0, 3e4, -1e9, 1e300, -1e300,
           float("inf"), float("-inf"), float("nan"))  # fmt: skip
ATTRIBUTES = {
    "elliptics": ["2", "-1"],
    "carlsons": ["1", "0", "1"],
    "carlsonps": ["1", "0", "0", "1"],
}
BITS = (53, 4096, 6000)
CHILD = """
import signal, sys
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.special import OF_NUMBERS
for line in sys.stdin:
    name, bits, *x = line.split()
    print(line.strip(), flush=True)
    signal.alarm(5)
    given = [float(v) if "." in v or "n" in v or "e" in v else int(v) for v in x]
    with precision(int(bits)):
        for radius in (0, 2.0**-50, 0.25):
            last = ball(given[arity(name) - 1]) if radius else given[arity(name) - 1]
            if radius:
                last = last + ball(radius) * type(last)(0, 1)
            OF_NUMBERS[name](*given[: arity(name) - 1], last, *given[arity(name) :])
print("done")
"""


def arity(name: str) -> int:
    return OPERATIONS[name].arity or 0


def questions() -> list[str]:
    """Every function at edges: its parameters, and its argument; a part of them."""
    rng = random.Random(1)
    found = []
    for name in OF_NUMBERS:
        parameters = [ORDERS] * (arity(name) - 1)
        several: list[str] = []
        attributes = ATTRIBUTES.get(name, [])
        if OPERATIONS[name] in CLOSED and not OPERATIONS[name].names and not attributes:
            attributes = ["2"]
        for bits, *x in product(BITS, *parameters, NUMBERS):
            texts = [str(int(v)) if v in ORDERS and v == int(v) else repr(v) for v in x[:-1]]
            several.append(" ".join([name, str(bits), *texts, repr(float(x[-1])), *attributes]))
        found += rng.sample(several, min(len(several), 2000 if LONG else 30))
    return found


def test_every_call_ends() -> None:
    """At 0, at the ends of doubles, far past them, of exact numbers and of balls: in a process that
    an alarm ends, for FLINT can't be interrupted."""
    arities = {name: arity(name) for name in OF_NUMBERS}
    code = f"arity = {arities!r}.get\n{CHILD}"
    ran = subprocess.run(
        [sys.executable, "-c", code], input="\n".join(questions()), capture_output=True, text=True
    )
    lines = ran.stdout.splitlines()
    assert lines[-1:] == ["done"], (lines[-1:], ran.stderr[-500:])


MPMATH: dict[str, Any] = {
    "besselj": mp.besselj, "bessely": mp.bessely, "besseli": mp.besseli, "besselk": mp.besselk,
    "airyai": mp.airyai, "airybi": mp.airybi, "struveh": mp.struveh, "struvel": mp.struvel,
}  # fmt: skip


@pytest.mark.parametrize("name", MPMATH)
def test_balls_contain_mpmaths_values(name: str) -> None:
    """At drawn points, of exact numbers and of balls around them, negative and large orders too."""
    rng = random.Random(name)
    for _ in range(part(80)):
        bits = rng.choice([60, 150, 400])
        order = rng.choice([0, 1, -2, 7, 40, rng.uniform(-5, 5)])
        x = rng.choice([-1, 1]) * 10 ** rng.uniform(-6, 2)
        if not isinstance(order, int) and name != "airyai" and name != "airybi":
            x = abs(x)
        if name in ("bessely", "besselk"):
            x = abs(x)
            order = order if LONG else float(order) + 0.25  # mpmath takes long to whole ones
        given = (x,) if arity(name) == 1 else (order, x)
        with precision(bits), mp.workdps(bits // 3 + 25):
            radius = rng.choice([0, 1e-12, 1e-3 * abs(x), 0.3 * abs(x)])
            wide = ball(x) + ball(radius) * type(ball(x))(0, 1)
            found = ball(OF_NUMBERS[name](*given[:-1], wide))
            if not found.is_finite():  # too wide: no bounds, and nothing wrong
                continue
            for t in (0, rng.uniform(-1, 1)):
                at = mpf(x) + mpf(t) * mpf(radius)
                true = mp.re(MPMATH[name](*map(mpf, given[:-1]), at))
                low, high = (mpmath.mpf(v.str(60, radius=False)) for v in
                             (found.lower(), found.upper()))  # fmt: skip
                slack = abs(true) * mpf(2) ** -(bits + 5) + mpf(10) ** -45 * abs(high)
                assert low - slack <= true <= high + slack, (given, radius)


EVERY = [
    *[(name, compute, [((n,), xs) for n, xs in bessel_rows.POINTS[name]])
      for name, compute in bessel_rows.MPMATH.items()],
    *[(name, compute, cases) for name, compute, _, cases in polynomial_rows.FUNCTIONS_OF],
    ("ellipf", lambda phi, m: mp.ellipf(phi, m), [((0.5,), (0.3, 0.0, 1e-10, -2.5))]),
    ("ellipeinc", lambda phi, m: mp.ellipe(phi, m), [((0.5,), (0.3, 0.0, 1e-10, -2.5))]),
    ("airyai", mp.airyai, [((), (0, 1.5, -2.338107410459767))]),
    ("airybi", mp.airybi, [((), (0, 1.5, -1.173713222709128))]),
    ("elliprf", mp.elliprf, [((1.5, 2.5), (0.5, 2.5))]),
    ("elliprd", mp.elliprd, [((1.5, 2.5), (0.5, 2.5))]),
    ("elliprj", mp.elliprj, [((1.5, 2.5, 0.75), (0.5, 2.5))]),
]  # fmt: skip


SLOW = ("besselke", "bessely", "besselk", "hyp2f1")  # in mpmath


@pytest.mark.parametrize(("name", "compute", "cases"), EVERY, ids=[case[0] for case in EVERY])
def test_forty_digits_of_values_and_derivatives(name: str, compute: Any, cases: Any) -> None:
    """In the argument, to the fourth; of the whole way from a rule to its numbers in balls."""
    x = variable("x")
    for given, points in cases if LONG else cases[:2]:
        function = FUNCTIONS[name].build(*[constant(Fraction(p)) for p in given], x)
        graphs = [function]
        most = 3 if name in SLOW else 5
        while len(graphs) < (most if LONG or name.startswith("airy") else 2):
            graphs += gradient(graphs[-1], [x])
        program = Program(graphs, BALLS)
        for at in points if LONG else points[:3]:
            with precision(400):
                found = program.results({x: BALLS.data(at)})
            with mp.workdps(60):
                for k, value in enumerate(found):
                    true = mp.diff(lambda t, p=given: mp.re(compute(*map(mpf, p), t)), mpf(at), k)
                    close = (
                        mpf(value.mid().str(60, radius=False))
                        if hasattr(value, "mid")
                        else (mpf(value.numerator) / value.denominator)
                    )
                    assert abs(close - true) <= mpf(10) ** -38 * max(abs(true), 1), (given, at, k)


@pytest.mark.parametrize("n", [0, 1, 2, -3, 0.5, 40, 7.25])
@pytest.mark.parametrize("x", [1.5, 300.0, 1999.0, 2001.0, 1e5, 1e8, -3000.0])
def test_struve_far_out(n: float, x: float) -> None:
    """By its series, and from 2000 on by its difference to Y."""
    if x < 0 and n != int(n):
        return
    with precision(120), mp.workdps(60):
        order = int(n) if n == int(n) else n
        found = ball(OF_NUMBERS["struveh"](order, x))
        low, high = (mpf(v.str(50, radius=False)) for v in (found.lower(), found.upper()))
        assert low <= mp.struveh(n, x) <= high and found.rel_accuracy_bits() > 60


@settings(max_examples=examples(40), deadline=None, derandomize=True, database=None)
@hypothesis.given(
    st.sampled_from(["struveh", "struvel"]),
    st.sampled_from([Fraction(0), Fraction(1), Fraction(2), Fraction(1, 2), Fraction(7, 3)]),
    st.floats(0.01, 60),
    st.sampled_from([1e-6, 1e-3, 0.1, 0.3]),
)
def test_struve_functions_of_wide_balls(name, order, x, width):
    """They hold the values, and are no wider than some slope times the ball."""
    low, high = x, x * (1 + width)
    found = OF_NUMBERS[name](order, ball(low).union(ball(high)))
    with mp.workdps(60):
        n, inside = mpf(order.numerator) / order.denominator, (0, 0.31, 0.74, 1)
        true = [getattr(mp, name)(n, mpf(low) + t * (high - low)) for t in inside]
        # DLMF 11.5.1 bounds the slope of H; L rises about as x**(n + 1)*exp(x).
        slope = (mpf(high) / 2 + 1) ** (n + 1)
        if name == "struvel":
            slope = true[-1] * (1 + (n + 1) / low)
        ends = [mpf(str(end.mid().str(40, radius=False))) for end in (found.lower(), found.upper())]
        slack = mpf(10) ** -20 * (1 + abs(true[-1]))
        assert ends[0] - slack <= min(true) and max(true) <= ends[1] + slack
        assert ends[1] - ends[0] <= slope * (high - low) * 4 + slack
