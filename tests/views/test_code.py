"""What `hodiff code` prints is run by its own tool, against references from outside.

The references are tests/cases (40 digits), mpmath, and for names and layouts arithmetic that can
be done by hand. Tools that are not here are left out.
"""

from __future__ import annotations

import importlib.util
import json
import math
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hodiff
from hodiff import calculate, derivatives
from hodiff.cli import main
from hodiff.errors import HodiffError
from hodiff.language.problem import read as problem_of
from hodiff.views.code import TARGETS, Result, as_part, code
from hodiff.views.code.syntax import printable
from tests.test_cases import CASES

NEAR = 1e-13  # relative, of derivatives at the points of tests/cases
NEARER = 4e-15  # of functions, where nothing is lost but the last digits


@pytest.fixture(autouse=True)
def digits() -> Iterator[None]:
    """References have 60."""
    with mpmath.workdps(60):
        yield


# ------------------------------------------------------------------ functions, and what they give


class Job(NamedTuple):
    """A formula, its variables' values in order, and the numbers that it has to give."""

    text: str
    at: Mapping[str, float]
    wanted: Sequence[Any]  # what mpmath has, or text of 40 digits
    near: float


Outputs = list[tuple[str, Any]]


@cache
def parts_of(text: str, names: tuple[str, ...]) -> tuple[Outputs, list[Result]]:
    """Value, gradient and Hessian in these variables; the value alone in none."""
    problem = problem_of(text)
    outputs, results = [("value", as_part(problem.f))], [Result("value", "value")]
    if names:
        inputs = [problem.variables[x] for x in names]
        slopes, blocks = derivatives.hessian(problem.f, inputs)
        first = [f"df_d{x}" for x in names]
        second = [[f"d2f_d{x}_d{y}" for y in names] for x in names]
        outputs += [(x, as_part(y)) for x, y in zip(first, slopes, strict=True)]
        for row, block in zip(second, blocks, strict=True):
            outputs += [(x, as_part(y)) for x, y in zip(row, block, strict=True)]
        results += [Result("gradient", first), Result("hessian", second)]
    return outputs, results


def printed(job: Job, to: str, name: str) -> str:
    names = tuple(job.at) if len(job.wanted) > 1 else ()
    outputs, results = parts_of(job.text, names)
    return code(outputs, list(job.at), results, to, name, [job.text])


def from_cases(every: int) -> Iterator[Job]:
    """Formulas of tests/cases with value, gradient and Hessian."""
    for case in list(CASES.values())[::every]:
        rows = [x for row in case["hessian"] for x in row]
        at = {name: float(x) for name, x in case["at"].items()}
        wanted = [mpmath.mpf(x) for x in (case["value"], *case["grad"].values(), *rows)]
        yield Job(case["expr"], at, wanted, NEAR)


def sinc(n: int) -> Callable[[Any], Any]:
    return lambda x: mpmath.diff(mpmath.sinc, x, n)


mp = mpmath
SCALARS: list[tuple[str, list[float], Callable[[Any], Any]]] = [
    # what a target may lack, far out and near 0
    ("sech(x)", [0.1, 20, -700.5], mp.sech),
    ("csch(x)", [1e-9, -0.3, 30, 700.5], mp.csch),
    ("coth(x)", [1e-9, -0.3, 30], mp.coth),
    ("sec(x) + csc(x) + cot(x)", [0.7], lambda x: mp.sec(x) + mp.csc(x) + mp.cot(x)),
    ("sigmoid(x)", [-700.5, -40, 0, 3], lambda x: 1 / (1 + mp.exp(-x))),
    ("softplus(x)", [-40, 0, 3, 800], lambda x: x + mp.log1p(mp.exp(-x))),
    ("silu(x)", [-40, 0.5], lambda x: x / (1 + mp.exp(-x))),
    ("expm1(x)", [1e-12, 0.9, -0.99, -50, 700], mp.expm1),
    ("log1p(x)", [1e-12, 0.49, -0.49, 0.6, -0.999999], mp.log1p),
    ("cbrt(x)", [0, -8, 1e-30, 1e300], lambda x: mp.sign(x) * mp.cbrt(abs(x))),
    ("exp2(x)", [0.5, 1000.25, -1000.25], lambda x: mp.mpf(2) ** x),
    ("log2(x) + log10(x)", [1e-300, 1.5], lambda x: mp.log(x, 2) + mp.log10(x)),
    ("hypot(x, 3e-200)", [4e-200, 0, -1e-100], lambda x: mp.hypot(x, 3 * mp.mpf(10) ** -200)),
    ("norm([x, 1, 2])", [3e200, -1e-5], lambda x: mp.sqrt(x * x + 5)),
    ("logsumexp([x, 1])", [800, -800, 2], lambda x: mp.log(mp.exp(x) + mp.e)),
    ("acosh(x)", [1.0000001, 1e200], mp.acosh),
    ("asinh(x)", [-1e-9, -1e10], mp.asinh),
    ("atanh(x)", [1e-9, -0.9], mp.atanh),
    ("atan2(x, -1)", [1, -1e-9], lambda x: mp.atan2(x, -1)),
    ("sinc(x)", [0, 1e-8, 2], mp.sinc),
    ("sinc(x, 1)", [0, 1e-8, 1.0, -2], sinc(1)),
    ("sinc(x, 2)", [0, 0.7, 1.9, -20], sinc(2)),
    ("sinc(x, 3)", [1e-3, 2.9, -3.1], sinc(3)),
    ("gelu(x)", [-5, 0.3], lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2),
    ("gamma(x)", [2.5, -1.5], mp.gamma),
    ("lgamma(x)", [2.5, -1.5], lambda x: mp.log(abs(mp.gamma(x)))),
    ("beta(x, 3)", [2.5], lambda x: mp.beta(x, 3)),
    # what scipy and others have
    ("erfi(x) + erfcinv(x/3)", [0.5, 2.5], lambda x: mp.erfi(x) - mp.erfinv(x / 3 - 1)),
    ("erfinv(x) + dawson(x)", [0.5, -0.3],
     lambda x: mp.erfinv(x) + mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x)),
    ("erfcx(x) - normcdf(x)", [0.5, 2],
     lambda x: mp.exp(x * x) * mp.erfc(x) - mp.ncdf(x)),
    ("lambertw(x) + lambertw(-x/9, -1)", [0.5, 2],
     lambda x: mp.lambertw(x) + mp.lambertw(-x / 9, -1).real),
    ("ei(x) + 2*e1(x)", [0.5, 2], lambda x: mp.ei(x) + 2 * mp.e1(x)),
    ("si(x) + 2*ci(x) + 3*shi(x) + 4*chi(x)", [0.5, 2],
     lambda x: mp.si(x) + 2 * mp.ci(x) + 3 * mp.shi(x) + 4 * mp.chi(x)),
    ("fresnels(x) + 2*fresnelc(x)", [0.5], lambda x: mp.fresnels(x) + 2 * mp.fresnelc(x)),
    ("gammainc(2.5, x) + 2*gammaincc(2.5, x)", [0.5, 4],
     lambda x: 1 + mp.gammainc(mp.mpf("2.5"), x, regularized=True)),
    ("betainc(2, 3.5, x/5)", [0.5, 4],
     lambda x: mp.betainc(2, mp.mpf("3.5"), 0, x / 5, regularized=True)),
    ("zeta(x) + 2*zeta(x, 3)", [1.5, 4], lambda x: mp.zeta(x) + 2 * mp.zeta(x, 3)),
    ("dilog(x)", [0.5, -4], lambda x: mp.polylog(2, x).real),
    ("factorial(x)", [0.5, -1.5, 4, 1.0000001, 20.25], mp.factorial),
    ("binomial(x, 3)", [2.5, 1e-9], lambda x: mp.binomial(x, 3)),
    ("asec(x) + acsc(x)*3", [1.0000001, -1.5, 1e200], lambda x: mp.asec(x) + 3 * mp.acsc(x)),
    ("acot(x)", [0.5, -1e9, 1e-300], mp.acot),
    ("asech(x)", [0.5, 1e-300, 0.9999999], mp.asech),
    ("acsch(x)", [0.5, -1e-300, 1e9], mp.acsch),
    ("acoth(x)", [1.0000001, -1.5, 1e200], mp.acoth),
    ("logit(x)", [0.5000001, 1e-300, 0.3, 0.9999999], lambda x: mp.log(x / (1 - x))),
    ("sind(x)", [30, 180.25, -44.5, 359.75, 1e9], lambda x: mp.sinpi(mp.mpf(x) / 180)),
    ("cosd(x)", [60, 90, 90.25, -44.5, 269.75], lambda x: mp.cospi(mp.mpf(x) / 180)),
    ("tand(x)", [45, 89.75, -44.5, 269.75],
     lambda x: mp.sinpi(mp.mpf(x) / 180) / mp.cospi(mp.mpf(x) / 180)),
    # kinks and whole numbers
    ("heaviside(x)", [-2, 0, 3], lambda x: (1 + mp.sign(x)) / 2),
    ("piecewise(x < 0, -x, x > 2, x**2, 1)", [-1, 1, 3], lambda x: {-1: 1, 1: 1, 3: 9}[int(x)]),
    ("round(x)", [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994, 1e17], mp.nint),
    ("floor(x) + 10*ceil(x)", [2.5, -2.5, 3], lambda x: mp.floor(x) + 10 * mp.ceil(x)),
    ("x % 3", [7, -7, 7.5, -0.5, 3], lambda x: x - 3 * mp.floor(x / 3)),
    ("x % (-3)", [7, -7, 7.5, -0.5, 3], lambda x: x + 3 * mp.floor(x / -3)),
    ("sign(x) + 3*abs(x)", [-2, 0, 3], lambda x: mp.sign(x) + 3 * abs(x)),
    ("max(x, 1, -2) + 10*min(x, 1)", [-2, 1, 3], lambda x: max(x, 1) + 10 * min(x, 1)),
    ("clip(x, -1, 1) + relu(x)", [-2, 0.25, 3], lambda x: min(max(x, -1), 1) + max(x, 0)),
    # precedence, and division of whole numbers
    ("-x**2 + 2**-x + (-x)**2 + x**-2", [3], lambda x: 2**-x + x**-2),
    ("x**3/2 + 1/2*x + 7/3", [3], lambda x: x**3 / 2 + x / 2 + mp.mpf(7) / 3),
    ("x**2**3 - (1 - x)", [3], lambda x: x**8 - 1 + x),
    ("x/(2/x) + x/2/3", [3], lambda x: x * x / 2 + x / 6),
    ("x**(1/3) + x**0.5 + x**2.5", [5], lambda x: mp.cbrt(x) + mp.sqrt(x) + x**2 * mp.sqrt(x)),
    ("e**x + pi", [30.5], lambda x: mp.exp(x) + mp.pi),
    ("123456789012345678901*x + 1e-30*x", [3], lambda x: 123456789012345678901 * x),
    # choices: a branch that is not taken may be no number
    ("where(x > 0, log(x)*sqrt(x), -x)", [2, -2], lambda x: mp.log(x) * x**0.5 if x > 0 else -x),
    ("where(x != 0, sin(x)/x, 1)", [2, 0], mp.sinc),
    ("where(x > 0 and log(x) > 1, sqrt(log(x) - 1), 0)", [4, 2, -1, 0],
     lambda x: mp.sqrt(mp.log(x) - 1) if x > 2.72 else 0),
    ("where(not (x <= 0 or log(x) <= 1), sqrt(log(x) - 1), 0)", [4, -1],
     lambda x: mp.sqrt(mp.log(x) - 1) if x > 2.72 else 0),
    ("where(where(x > 0, log(x), 0) > 1, log(x), 5)", [4, 2, -1],
     lambda x: mp.log(x) if x > 2.72 else 5),
    ("where(x > 1 and x < 3 or not x > -5, 1, 2)*x", [2, 0, -7],
     lambda x: x * (1 if 1 < x < 3 or x <= -5 else 2)),
    ("(x > 1) + 2*(x == 2) + where(1 < x < 3, 1/3, 0.1)", [2, 0],
     lambda x: 3 + mp.mpf(1) / 3 if x == 2 else mp.mpf("0.1")),
    # where a part has no variable
    ("max(sqrt(2), x) + where(2 > sqrt(2), x, 1)", [1, 3], lambda x: max(x, mp.sqrt(2)) + x),
    ("atan2(x, sqrt(2))*hypot(x, 3)", [1.5], lambda x: mp.atan2(x, mp.sqrt(2)) * mp.hypot(x, 3)),
    ("sqrt((x > 1)/2) + atan2(x, heaviside(1/3)) + atan2(heaviside(1/3), x)", [2],
     lambda x: mp.sqrt(0.5) + mp.atan2(x, 1) + mp.atan2(1, x)),
    ("cos(where(2 < sqrt(2), x, 0)) + where(sqrt(2) > 1, 3, x)", [2.5], lambda x: mp.mpf(4)),
    ("x*sqrt(exp(3 - 0.5) - heaviside(3))", [2], lambda x: x * mp.sqrt(mp.exp(2.5) - 1)),
    ("x + sqrt(-(-2 < sin(2))*-3)", [2], lambda x: x + mp.sqrt(3)),
    ("mod(x, sqrt(2)) + log(2)**x", [4], lambda x: mp.fmod(x, mp.sqrt(2)) + mp.log(2) ** x),
]  # fmt: skip
# Some evaluate these by other formulas, exactly, and lose digits of their own in N().
HARD_FOR_SYMPY = ("softplus", "sinc(x, ", "1e-30")
# A comparison of log(-1), which it does not put off.
HARD_FOR_SYMPY += ("log(x) > 1", "log(x) <= 1", "0) > 1")
HARD = {"sympy": HARD_FOR_SYMPY, "jax": ("factorial",)}  # JAX's gamma is exp(gammaln)

NAMES: list[str] = str.split(
    "lambda in_ select λ math np double int value t1 df_dx x fn _ abs_ class_ e1 end y0 std f frame"
    " pl self static im sp special torch jnp where_ order function let var is None_ f64 group"
    " M_PI linux isnan OVERFLOW gradient hessian T c"
)
NAMED = Job(
    " + ".join(f"{i}*{name}" for i, name in enumerate(NAMES, 1)),
    {name: float(2 * i + 1) for i, name in enumerate(NAMES)},
    [mp.mpf(sum(i * (2 * i - 1) for i in range(1, len(NAMES) + 1)))],
    NEARER,
)


def scalars(to: str) -> Iterator[Job]:
    for text, points, function in SCALARS:
        if any(word in text for word in HARD.get(to, ())):
            continue
        for x in points:
            yield Job(text, {"x": x}, [function(mp.mpf(x))], NEARER)


# ------------------------------------------------------------------ running them

Run = Callable[[list[tuple[Job, str, str]], Path], Iterator[list[Any]]]


def all_of(jobs: list[tuple[Job, str, str]]) -> str:
    return "\n".join(dict.fromkeys(text for _, _, text in jobs))


@cache
def defined(text: str, name: str) -> Callable[..., Any]:
    scope: dict[str, Any] = {}
    exec(compile(text, name, "exec", dont_inherit=True), scope)
    found: Callable[..., Any] = scope[name]
    return found


def flat(x: Any) -> list[Any]:
    if hasattr(x, "tolist"):
        x = x.tolist()
    return [leaf for y in x for leaf in flat(y)] if isinstance(x, (list, tuple)) else [x]


def in_python(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[Any]]:
    for job, name, text in jobs:
        yield flat(defined(text, name)(*job.at.values()))


def on_arrays(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[Any]]:
    """Two points at once, in doubles."""
    import numpy

    for job, name, text in jobs:
        given = [numpy.array([x, x]) for x in job.at.values()]
        found = defined(text, name)(*given)
        entries = []
        for result in found if isinstance(found, tuple) else (found,):
            assert str(result.dtype).removeprefix("torch.") == "float64", job.text
            array = numpy.asarray(result)
            assert array.shape[-1] == 2 and (array[..., 0] == array[..., 1]).all(), job.text
            entries += flat(array[..., 0])
        yield entries


def in_jax(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[Any]]:
    import jax

    jax.config.update("jax_enable_x64", True)
    return on_arrays(jobs, folder)


def in_polars(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[Any]]:
    import polars

    for job, name, text in jobs:
        frame = polars.DataFrame({x: [value] for x, value in job.at.items()})
        row = defined(text, name)(frame).row(0, named=True)
        assert list(row)[: len(job.at)] == list(job.at) and len(row) == len(job.at) + len(
            job.wanted
        )
        names = tuple(job.at) if len(job.wanted) > 1 else ()
        outputs = [
            x if x in row and x not in job.at else x + "_" for x, _ in parts_of(job.text, names)[0]
        ]
        yield [row[x] for x in outputs]


def in_sympy(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[Any]]:
    import sympy

    for job, name, text in jobs:
        given = [sympy.Rational(*float(x).as_integer_ratio()) for x in job.at.values()]
        yield [mp.mpf(str(sympy.N(x, 25))) for x in flat(defined(text, name)(*given))]


def in_database(connect: Callable[[], Any]) -> Run:
    def run(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[Any]]:
        database = connect()
        for job, name, text in jobs:
            columns = ", ".join(f'"{x}" DOUBLE PRECISION' for x in job.at)
            database.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns})")
            database.execute(f"DELETE FROM {name}")
            marks = ", ".join("?" for _ in job.at)
            database.execute(f"INSERT INTO {name} VALUES ({marks})", tuple(job.at.values()))
            (row,) = database.execute(text).fetchall()
            given = ["nan" if x is None else str(x) for x in row[: len(job.at)]]
            assert given == list(map(str, map(float, job.at.values())))
            yield list(row[len(job.at) :])

    return run


def in_duckdb(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[Any]]:
    duckdb = pytest.importorskip("duckdb")
    return in_database(duckdb.connect)(jobs, folder)


def ran(command: Sequence[str]) -> Iterator[list[float]]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return ([float(x) for x in line.split()] for line in done.stdout.splitlines())


def compiled(file: Path, text: str, *command: str) -> Iterator[list[float]]:
    file.write_text(text, encoding="utf-8")
    program = file.with_suffix("")
    done = subprocess.run(
        [*command, str(file), "-o", str(program)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    return ran([str(program)])


def arguments(job: Job, nan: str) -> str:
    return ", ".join(repr(float(x)).replace("nan", nan) for x in job.at.values())


def in_c(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[float]]:
    """One file with all functions."""
    lines = []
    for job, name, _ in jobs:
        n, given = len(job.at), arguments(job, "NAN")
        if len(job.wanted) > 1:
            lines.append(
                f"{{ double g[{n}], h[{n * n}]; p({name}({given}, g, h)); "
                f"for (int i = 0; i < {n}; i++) p(g[i]); "
                f'for (int i = 0; i < {n * n}; i++) p(h[i]); puts(""); }}'
            )
        else:
            lines.append(f'p({name}({given})); puts("");')
    text = all_of(jobs) + "\n#include <stdio.h>\n"
    text += 'static void p(double x) { printf("%.17g ", x); }\n'
    text += "int main(void) {\n" + "\n".join(lines) + "\nreturn 0; }\n"
    command = ("cc", "-std=gnu11", "-Wall", "-ffp-contract=off", "-lm")
    file = folder / "all.c"
    file.write_text(text, encoding="utf-8")
    program = str(folder / "all")
    done = subprocess.run(
        [*command[:-1], str(file), "-o", program, "-lm"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    return ran([program])


def in_cpp(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[float]]:
    lines = []
    for job, name, _ in jobs:
        given = arguments(job, "NAN")
        if len(job.wanted) > 1:
            lines.append(
                f"{{ auto r = {name}({given}); p(r.value); for (double x : r.gradient) p(x); "
                'for (auto& row : r.hessian) for (double x : row) p(x); std::puts(""); }'
            )
        else:
            lines.append(f'p({name}({given})); std::puts("");')
    text = all_of(jobs) + "\n#include <cstdio>\n"
    text += 'static void p(double x) { std::printf("%.17g ", x); }\n'
    text += "int main() {\n" + "\n".join(lines) + "\n}\n"
    return compiled(folder / "all.cpp", text, "c++", "-std=gnu++17", "-Wall", "-ffp-contract=off")


def in_rust(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[float]]:
    lines = []
    for job, name, _ in jobs:
        given = arguments(job, "f64::NAN")
        if len(job.wanted) > 1:
            lines.append(
                f"{{ let (v, g, h) = {name}({given}); p(&[v]); p(&g); "
                "for row in h { p(&row); } println!(); }"
            )
        else:
            lines.append(f"p(&[{name}({given})]); println!();")
    text = all_of(jobs)
    text += '\nfn p(xs: &[f64]) { for x in xs { print!("{:e} ", x); } }\n'
    text += "fn main() {\n" + "\n".join(lines) + "\n}\n"
    return compiled(folder / "all.rs", text, "rustc", "-A", "unused_variables")


def in_node(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[float]]:
    lines = ["'use strict';", all_of(jobs)]
    for job, name, _ in jobs:
        numbers = "r" if len(job.wanted) == 1 else "[r.value, ...r.gradient, ...r.hessian.flat()]"
        given = arguments(job, "NaN")
        lines.append(f"{{ const r = {name}({given}); console.log([{numbers}].flat().join(' ')); }}")
    file = folder / "all.js"
    file.write_text("\n".join(lines), encoding="utf-8")
    return ran(["node", str(file)])


def in_octave(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[float]]:
    """A file for each function, as MATLAB wants it."""
    lines = []
    for job, name, text in jobs:
        (folder / f"{name}.m").write_text(text + "\n", encoding="utf-8")
        given = arguments(job, "NaN")
        if len(job.wanted) > 1:
            lines.append(f"[v, g, h] = {name}({given}); h = h'; p([v; g; h(:)]);")
        else:
            lines.append(f"p({name}({given}));")
    show = "function p(x)\n  printf('%.17g ', x); printf('\\n');\nend\n"
    (folder / "main.m").write_text("1;\n" + show + "\n".join(lines) + "\n", encoding="utf-8")
    return ran(["octave", "--norc", "--no-gui", "--quiet", "--path", str(folder),
                str(folder / "main.m")])  # fmt: skip


def in_r(jobs: list[tuple[Job, str, str]], folder: Path) -> Iterator[list[float]]:
    """Two points at once, and the first of several arguments alone twice."""
    lines = ["options(warn = 1)", all_of(jobs)]
    lines.append("""
p <- function(y) {
    ys <- cbind(c(y), attr(y, "gradient"))
    h <- attr(y, "hessian")
    if (!is.null(h)) ys <- cbind(ys, matrix(h, length(y)))
    colnames(ys) <- NULL
    stopifnot(nrow(ys) == 2, identical(ys[1, ], ys[2, ]))
    cat(ifelse(is.na(ys[1, ]), "nan", sprintf("%.17g", ys[1, ])), "\\n")
}""")
    for job, name, _ in jobs:
        first, *others = arguments(job, "NaN").split(", ")
        lines.append(f"p({name}({', '.join([f'c({first}, {first})', *others])}))")
    file = folder / "all.r"
    file.write_text("\n".join(lines), encoding="utf-8")
    return ran(["Rscript", "--vanilla", str(file)])


RUNS: dict[str, tuple[str, str, Run]] = {
    "python": ("python", "", in_python),
    "numpy": ("numpy", "numpy", on_arrays),
    "torch": ("torch", "torch", on_arrays),
    "jax": ("jax", "jax", in_jax),
    "polars": ("polars", "polars", in_polars),
    "sympy": ("sympy", "sympy", in_sympy),
    "sqlite": ("sql", "", in_database(lambda: sqlite3.connect(":memory:"))),
    "duckdb": ("sql", "duckdb", in_duckdb),
    "c": ("c", "$cc", in_c),
    "cpp": ("cpp", "$c++", in_cpp),
    "rust": ("rust", "$rustc", in_rust),
    "node": ("js", "$node", in_node),
    "octave": ("matlab", "$octave", in_octave),
    "r": ("r", "$Rscript", in_r),
}


def available(needs: str) -> None:
    if needs.startswith("$"):
        if shutil.which(needs[1:]) is None:
            pytest.skip(f"there is no {needs[1:]}")
    elif needs:
        pytest.importorskip(needs)


@pytest.mark.parametrize("tool", RUNS)
def test_what_is_printed_computes_the_references(tool: str, tmp_path: Path) -> None:
    """Value, gradient and Hessian of tests/cases; functions at the edges of what doubles hold;
    names that the target keeps for itself."""
    to, needs, run = RUNS[tool]
    available(needs)
    jobs, refused = [], set()
    every = {"python": 1, "c": 3}.get(to, 9)
    texts: dict[tuple[str, int], tuple[str, str]] = {}
    for job in [*from_cases(every), *scalars(to), NAMED]:
        try:
            key = job.text, len(job.wanted)
            if key not in texts:
                name = f"fn_{len(texts)}"
                texts[key] = name, printed(job, to, name)
        except HodiffError as fault:
            assert " has no " in fault.message and "take --to" in fault.message
            refused.add(job.text)
        else:
            jobs.append((job, *texts[key]))
    assert len(refused) < 24, refused
    assert not any("lambda" in text for text in refused)
    wrong = []
    for (job, _, _), found in zip(jobs, run(jobs, tmp_path), strict=True):
        assert len(found) == len(job.wanted), job.text
        for x, wanted in zip(found, job.wanted, strict=True):
            error = abs((mp.nan if x is None else mp.mpf(x)) - wanted)
            if not error <= job.near * abs(wanted):
                wrong.append((job.text, dict(job.at), x, mp.nstr(wanted, 20)))
    assert not wrong, "\n".join(map(str, wrong))


# ------------------------------------------------------------------ what it looks like

PYTHON = '''\
import math


def f(w1, w2):
    """The value and gradient of w1**2*sin(w2) in w1, w2.
    Made by hodiff VERSION: hodiff code 'w1**2*sin(w2)' --to python --what value,grad
    Returns value: a number; gradient: a list.
    Outside the domain it raises what math raises.
    """
    t1 = w1**2
    t2 = math.sin(w2)
    value = t1*t2
    df_dw1 = 2*w1*t2
    df_dw2 = t1*math.cos(w2)
    return value, [df_dw1, df_dw2]'''

C = """\
#include <math.h>

/**
 * The gradient and Hessian of x*exp(y)/3 in x, y.
 * Made by hodiff VERSION: hodiff code 'x*exp(y)/3' --to c --what grad,hessian --name slope
 * Writes the gradient into gradient[2]. Writes the Hessian into hessian[4], row by row.
 */
void slope(double x, double y, double gradient[2], double hessian[4]) {
    const double t1 = exp(y);
    const double df_dx = t1/3.0;
    const double df_dy = x*t1/3.0;
    gradient[0] = df_dx;
    gradient[1] = df_dy;
    hessian[0] = 0.0;
    hessian[1] = df_dx;
    hessian[2] = df_dx;
    hessian[3] = df_dy;
}"""

JULIA = '''\
using SpecialFunctions: erf

"""
The value, gradient and Hessian of erf(x)*y^2 in x, y.
Made by hodiff VERSION: hodiff code 'erf(x)*y^2' --to julia --what value,grad,hessian
Returns value: a number; gradient: a vector; Hessian: a matrix.
Outside the domain it throws what Julia throws.
"""
function f(x::Real, y::Real)
    x, y = float.((x, y))
    t1 = y^2
    t2 = erf(x)
    value = t1*t2
    t3 = exp(-x^2)
    t4 = sqrt(pi)
    df_dx = 2.0*t1*t3/t4
    df_dy = 2.0*y*t2
    d2f_dx_dx = -4.0*x*t1*t3/t4
    d2f_dx_dy = 4.0*y*t3/t4
    d2f_dy_dy = 2.0*t2
    return value, [df_dx, df_dy], permutedims(hcat([d2f_dx_dx, d2f_dx_dy], [d2f_dx_dy, d2f_dy_dy]))
end'''

MATLAB = """\
function [value, gradient] = f(x, i_)
    % The value and gradient of sqrt(x)*i^2+where(x>1,x,1) in x, i.
    % Made by hodiff VERSION: hodiff code 'sqrt(x)*i^2+where(x>1,x,1)' --to matlab --what value,grad
    % i_ is i.
    % Returns value: a number; gradient: a column.
    % Outside the domain it is NaN.
    t1 = i_^2;
    t2 = real_or_nan(sqrt(x));
    t3 = x > 1;
    value = t1*t2 + choose(t3, x, 1);
    df_dx = choose(t3, 1, 0) + t1/(2*t2);
    df_di = 2*i_*t2;
    gradient = [df_dx; df_di];
end

function y = choose(test, a, b)
    if test
        y = a;
    else
        y = b;
    end
end

function y = real_or_nan(y)
    if ~isreal(y)
        y = NaN;
    end
end"""

R = """\
# The value, gradient and Hessian of where(x > 0, x*y, y) in x, y.
# Made by hodiff VERSION: hodiff code 'where(x > 0, x*y, y)' --to r --what value,grad,hessian
# The gradient is a matrix, a column for each variable.
# The Hessian is an array, its last two axes for the variables.
# They are attributes of the value, as those that deriv() gives.
# Arguments are numbers or vectors. Outside the domain it is NaN.
f <- function(x, y) {
    rows <- max(length(x), length(y))
    x <- rep_len(as.double(x), rows)
    y <- rep_len(as.double(y), rows)
    suppressWarnings({
        t1 <- x > 0
        value <- ifelse(t1, x*y, y)
        df_dx <- ifelse(t1, y, 0)
        df_dy <- ifelse(t1, x, 1)
        d2f_dx_dy <- ifelse(t1, 1, 0)
    })
    structure(
        value,
        gradient = cbind(df_dx, df_dy),
        hessian = array(c(rep_len(0, rows), d2f_dx_dy, d2f_dx_dy, rep_len(0, rows)), c(rows, 2, 2))
    )
}"""

SQL = """\
-- The value and gradient of where(x > 0, log(x), select) in x.
-- Made by hodiff VERSION: hodiff code 'where(x > 0, log(x), select)' --to sql\
 --what value,grad --wrt x --name runs
-- A row for each of runs, with the columns x, "select", value, df_dx.
WITH runs_0 AS MATERIALIZED (
  SELECT CAST(x AS DOUBLE PRECISION) AS x,
    CAST("select" AS DOUBLE PRECISION) AS "select"
  FROM runs
),
     runs_1 AS MATERIALIZED (
  SELECT *,
    x > 0e0 AS t1
  FROM runs_0
),
     runs_2 AS MATERIALIZED (
  SELECT *,
    CASE t1 WHEN TRUE THEN ln(x) WHEN FALSE THEN "select" END AS value,
    CASE t1 WHEN TRUE THEN 1e0/x WHEN FALSE THEN 0e0 END AS df_dx
  FROM runs_1
)
SELECT x,
  "select",
  value,
  df_dx
FROM runs_2;"""


@pytest.mark.parametrize(
    ("text", "to", "own", "golden"),
    [
        ("w1**2*sin(w2)", "python", {}, PYTHON),
        ("x*exp(y)/3", "c", {"what": "grad,hessian", "name": "slope"}, C),
        ("erf(x)*y^2", "julia", {"what": "value,grad,hessian"}, JULIA),
        ("sqrt(x)*i^2+where(x>1,x,1)", "matlab", {}, MATLAB),
        ("where(x > 0, x*y, y)", "r", {"what": "value,grad,hessian"}, R),
        ("where(x > 0, log(x), select)", "sql", {"name": "runs", "wrt": "x"}, SQL),
    ],
)
def test_golden(text: str, to: str, own: dict[str, str], golden: str) -> None:
    from importlib.metadata import version

    assert calculate("code", text, to=to, **own).code == golden.replace(
        "VERSION", version("hodiff")
    )


@pytest.mark.parametrize("to", TARGETS)
def test_a_shared_part_is_computed_once(to: str) -> None:
    found = calculate("code", "exp(x*y)*sin(exp(x*y))", to=to, what="value,grad,hessian").code
    body = found[found.rindex("x*y") - 40 :] if to == "sql" else found
    assert body.count("exp(") == 1 + body.count("of exp(x*y)*") * 2 + body.count("code 'exp") * 2


# ------------------------------------------------------------------ properties

NUMBERS = st.sampled_from(["2", "3", "0.5", "(1/3)", "7", "(-1.25)", "pi"])
LEAVES = st.one_of(st.sampled_from(["x", "y"]), NUMBERS)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("{}({})".format, st.sampled_from(["sin", "cos", "exp", "tanh", "atan"]), inner),
        st.builds("-({})".format, inner),
        st.builds("({})**{}".format, inner, st.sampled_from(["2", "3", "4", "-2"])),
        st.builds("log(1 + ({})**2)".format, inner),
        st.builds("sqrt(2 + sin({}))".format, inner),
    )


TEXTS = st.recursive(LEAVES, grown, max_leaves=8)
FUNCTIONS = "sin cos exp tanh atan log sqrt pi"
MEANING = {name: getattr(mp, name) for name in FUNCTIONS.split()}


@settings(deadline=None, derandomize=True, max_examples=40)
@given(TEXTS, st.sampled_from(["python", "numpy"]))
def test_a_drawn_formula(text: str, to: str) -> None:
    """Against mpmath's value of the text itself, and its derivatives."""
    at = {"x": mp.mpf(0.75), "y": mp.mpf(-1.5)}
    problem = problem_of(text)
    names = list(problem.variables)
    assume(names)
    tree = compile(text.replace("1/3", "mp.mpf(1)/3"), "text", "eval")

    def value(*given: Any) -> Any:
        return eval(tree, {**MEANING, "mp": mp, **dict(zip(names, given, strict=True))})

    point = [at[name] for name in names]
    try:
        wanted = value(*point)
        near = [
            value(*point[:i], p + h, *point[i + 1 :])
            for i, p in enumerate(point)
            for h in (-0.01, 0.01)
        ]
        slopes = [
            mp.diff(value, tuple(point), tuple(int(j == i) for j in range(len(names))))
            for i in range(len(names))
        ]
    except (ZeroDivisionError, OverflowError):
        assume(False)
    size = abs(wanted) + sum(map(abs, near))
    assume(mp.isfinite(size) and 1e-6 < size < 1e6)
    function = defined(calculate("code", text, to=to).code, "f")
    try:
        found, gradient = function(*map(float, point))
    except (ZeroDivisionError, OverflowError):
        assume(False)
    for x, y in zip([found, *gradient], [wanted, *slopes], strict=True):
        assert abs(x - y) <= 1e-9 * (abs(y) + size)


# Choices inside choices: a text of the language, and Python's with its own "if".
LEAF = ["x", "y", "z", "1", "2", "0.5"]
Pair = tuple[str, str]


def drawn_choice(random: Random, deep: int) -> Pair:
    def formed(form: str, *parts: Pair, meaning: str = "") -> Pair:
        own, theirs = zip(*parts, strict=True)
        return form.format(*own), (meaning or form).format(*theirs)

    def test(deep: int) -> Pair:
        kind = random.random()
        if deep > 0 and kind < 0.4:
            sign = random.choice(["({} and {})", "({} or {})"])
            return formed(sign, test(deep - 1), test(deep - 1))
        if deep > 0 and kind < 0.5:
            return formed("not ({})", test(deep - 1))
        sign = random.choice(["<", ">", "==", "!="])
        return formed(f"{{}} {sign} {{}}", number(deep - 1), number(0))

    def number(deep: int) -> Pair:
        kind = random.random()
        if deep <= 0:
            leaf = random.choice(LEAF)
            return leaf, leaf
        if kind < 0.5:
            parts = test(deep - 1), number(deep - 1), number(deep - 1)
            return formed("where({}, {}, {})", *parts, meaning="({1} if {0} else {2})")
        if kind < 0.75:
            form = random.choice(["log({})", "sqrt({})", "exp({})", "1/({})", "asin({})"])
            return formed(form, number(deep - 1))
        form = random.choice(["({} + {})", "({} - {})", "({}*{})"])
        return formed(form, number(deep - 1), number(deep - 1))

    return number(deep)


def test_drawn_choices() -> None:
    """A number that is shared has to be there for all that need it, guards of others among them.
    Where all is defined, value and gradient are those of Python's own text."""
    random, tried = Random(7), 0

    def real(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def call(x: Any) -> Any:
            y = function(x)
            if isinstance(y, mp.mpc) or not mp.isfinite(y):
                raise ValueError
            return y

        return call

    scope = {name: real(getattr(mp, name)) for name in ("log", "sqrt", "exp", "asin")}
    while tried < 70:
        text, meaning = drawn_choice(random, 4)
        try:
            found = calculate("code", text, to="python", what="value,grad,hessian")
        except HodiffError:  # without variables, or a constant that is undefined
            continue
        at = {x: mp.mpf(random.uniform(-2, 4)) for x in "xyz"}
        point = [at[name] for name in found.variables]
        python = eval(f"lambda {', '.join(found.variables)}: {meaning}", {**scope, **at})
        try:
            unit = [[int(i == j) for j in range(len(point))] for i in range(len(point))]
            wanted = [python(*point), *(mp.diff(python, point, n) for n in unit)]
        except (ZeroDivisionError, ValueError):
            continue
        if not all(abs(x) < 1e6 for x in wanted):
            continue
        tried += 1
        own, slopes, _ = defined(found.code, "f")(*map(float, point))
        for x, y in zip([own, *slopes], wanted, strict=True):
            assert abs(x - y) <= 1e-9 * (1 + abs(y)), (text, at)


def test_long_formulas_can_be_parsed_and_run() -> None:
    """Chains, sums and squares, past what parsers nest; each target's text stays in bounds."""
    chain = "f(t) = sin(t) + t; " + "f(" * 200 + "x" + ")" * 200
    squares = "a = x; " + "a = a*a + x; " * 300 + "a"
    long = " + ".join(f"sin(x + {i})" for i in range(200))

    def by_hand(step: Callable[[float], float], times: int, x: float) -> float:
        for _ in range(times):
            x = step(x)
        return x

    wanted = {
        chain: by_hand(lambda t: math.sin(t) + t, 200, 0.125),
        squares: by_hand(lambda a: a * a + 0.125, 300, 0.125),
        long: math.fsum(math.sin(0.125 + i) for i in range(200)),
    }
    for text, value in wanted.items():
        found = defined(calculate("code", text, to="python").code, "f")(0.125)
        assert abs(found[0] - value) <= 1e-12 * abs(value) + 1e-12
        query = calculate("code", text, to="c").code
        assert max(map(len, query.splitlines())) < 25_000


# ------------------------------------------------------------------ documentation that stays shut


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize("line", ['"""', '""', "\\", "*/ x", "a\nb", "a\r\u2028b", "x$(y)", "-- ;"])
def test_nothing_ends_a_comment(to: str, line: str) -> None:
    available(to if to in ("jax", "torch", "sympy", "polars") else "")
    outputs, results = parts_of("x", ())
    found = code(outputs, ["x"], results, to, "f", [f"So: {line}"])
    plain = code(outputs, ["x"], results, to, "f", ["So: x"])
    assert len(found.splitlines()) == len(plain.splitlines())
    if to in ("c", "cpp", "js"):
        assert found.count("*/") == found.count("/*") == 1
    elif to in ("python", "numpy", "jax", "torch", "sympy", "polars"):
        assert defined(found, "f").__doc__.startswith(f"So: {printable(line)}\n")  # type: ignore[union-attr]
    elif to == "julia":
        assert found.count('"""') == 2 and "$" not in found.replace("\\$", "")


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("text", "own", "message"),
    [
        ("erf(x)", {"to": "sql"}, "SQL has no erf: leave it out, or take --to python or numpy"),
        ("gamma(x)", {"to": "c"}, "C has no digamma: leave it out, or take --to numpy or julia"),
        ("zeta(x)", {"to": "numpy"}, "NumPy has no zeta of 3 arguments: leave it out"),
        ("sinc(x, 5)", {"to": "c"}, "no target has sinc(x, 5): 4 is the most"),
        ("x", {"to": "fortran"}, "unknown target 'fortran': it can be python, numpy, c, cpp"),
        ("x", {"to": "pyton"}, "unknown target 'pyton' (did you mean 'python'?)"),
        ("x", {"to": "c", "what": "value,jacobian"}, "--what can't be 'jacobian'"),
        ("x", {"to": "c", "what": "value,value"}, "--what names value twice"),
        ("x", {"to": "c", "name": "for"}, "'for' can't be a name in C"),
        ("x", {"to": "c", "name": "sin"}, "'sin' can't be a name in C"),
        ("x", {"to": "js", "name": "a b"}, "'a b' can't be a name in JavaScript"),
        ("x", {"to": "js", "name": ""}, "'' can't be a name in JavaScript"),
        ("[x, y]", {"to": "c"}, "code needs one number, and EXPR has shape (2,)"),
        ("sum(w*w)", {"to": "c"}, "sum needs a vector"),
        ("2", {"to": "c"}, "there is no variable: code differentiates in one"),
        ("x*10**400", {"to": "c"}, "a double can't hold a constant of the formula: about 1e+400"),
        ("x*10**-400", {"to": "c"}, "a double can't hold a constant of the formula: about 1e-400"),
        ("x*X", {"to": "sql"}, "SQL doesn't tell x from X: rename one"),
        ("x", {"to": "c", "at": "x=1"}, "code is for every point: leave out --at"),
        ("x", {"to": 3}, "--to is text, not int"),
    ],
)
def test_refused(text: str, own: dict[str, Any], message: str) -> None:
    with pytest.raises(HodiffError) as fault:
        calculate("code", text, **own)
    assert fault.value.message.startswith(message)
    assert fault.value.kind in ("usage", "limit", "syntax")


NAN = ["max(x, 1)", "max(1, x)", "min(x, 1)", "min(1, x)", "clip(x, 0, 1)", "relu(x)", "x % 3",
       "hypot(x, 1)", "norm([1, x])", "logsumexp([1, x])", "sinc(x, 1)", "softplus(x)"]  # fmt: skip


@pytest.mark.parametrize("tool", ["numpy", "torch", "polars", "c", "rust", "node", "octave", "r"])
def test_a_slope_that_is_undefined_takes_no_value_with_it(tool: str, tmp_path: Path) -> None:
    to, needs, run = RUNS[tool]
    available(needs)
    job = Job("(-2)**x", {"x": 3.0}, [-8, math.nan, math.nan], 0)
    text = printed(job, to, "fn_0")
    if run is on_arrays:  # which compares two points, and nan is none of them
        found = flat(defined(text, "fn_0")(3.0))
    else:
        (found,) = run([(job, "fn_0", text)], tmp_path)
    assert found[0] == -8 and all(map(math.isnan, found[1:])) and len(found) == 3


HILL = "y**x/(2**x + y**x)"


@pytest.mark.parametrize("tool", [name for name in RUNS if name != "sympy"])  # exactly, by itself
def test_slopes_of_powers_of_zero(tool: str, tmp_path: Path) -> None:
    """y**x is 0 at y = 0 for all x > 0, so that every slope in x is; a logarithm that was written
    has no value there."""
    to, needs, run = RUNS[tool]
    available(needs)
    jobs = []
    for i, text in enumerate(["y**x", HILL, "3*y**(x - 1/4) + x"]):
        slope = float(text.endswith("+ x"))
        wanted = [2.5 * slope, 0, slope, 0, 0, 0, 0]
        job = Job(text, {"y": 0.0, "x": 2.5}, list(map(mp.mpf, wanted)), 0)
        jobs.append((job, f"fn_{i}", printed(job, to, f"fn_{i}")))
    for (job, _, _), found in zip(jobs, run(jobs, tmp_path), strict=True):
        assert found == [float(x) for x in job.wanted], job.text


@pytest.mark.parametrize("tool", RUNS)
def test_variables_with_the_names_of_results(tool: str, tmp_path: Path) -> None:
    to, needs, run = RUNS[tool]
    available(needs)
    job = Job("value*gradient + hessian**2", {"value": 2.0, "gradient": 3.0, "hessian": 5.0},
              [31, 3, 2, 10, 0, 1, 0, 1, 0, 0, 0, 0, 2], 0)  # fmt: skip
    (found,) = run([(job, "fn_0", printed(job, to, "fn_0"))], tmp_path)
    assert found == job.wanted


def test_a_logarithm_of_zero_that_was_written_has_no_value() -> None:
    f = defined(calculate("code", "y**x*log(y)", to="python").code, "f")
    with pytest.raises(ValueError, match=r"domain|positive"):
        f(0.0, 2.5)


@pytest.mark.parametrize(
    "tool", ["python", "polars", "sqlite", "duckdb", "c", "rust", "node", "octave", "r"]
)
def test_nan_stays(tool: str, tmp_path: Path) -> None:
    to, needs, run = RUNS[tool]
    available(needs)
    jobs = []
    for i, text in enumerate(NAN):
        job = Job(text, {"x": math.nan}, [math.nan], 0)
        jobs.append((job, f"fn_{i}", printed(job, to, f"fn_{i}")))
    for (job, _, _), (found,) in zip(jobs, run(jobs, tmp_path), strict=True):
        assert found is None or math.isnan(found), job.text


@pytest.mark.parametrize(
    ("text", "let", "at", "wanted"),
    [
        ("dot(k, [x, y, 1])**2", [1, 2, 3], (5, 7), (484, [44, 88])),
        ("norm(k*x)", [0.0, 3.0, 4.0], (2,), (10, [5])),
        ("norm([3, 4, 12])*x", [], (2,), (26, [13])),
        ("[[1, 2], [3, 4]] @ [x, y] @ k", [1, 1], (5, 7), (62, [4, 6])),
        ("prod([[x, y], [2, x]])", [], (5, 7), (350, [140, 50])),
        ("mean([x, y, 3]) + [x, y][1:][0] + sum([x, y][0:0])", [], (5, 7), (12, [1 / 3, 4 / 3])),
        ("sum([x > 0, y > 0]) + where([x, y] > 0, [x, y], 1) @ k", [1, 2], (5, -7), (8, [1, 0])),
    ],
)
def test_vectors(text: str, let: list[float], at: Sequence[float], wanted: Any) -> None:
    import numpy

    given: Any = numpy.array(let) if text.startswith("norm(k") else let
    found = calculate("code", text, to="python", let={"k": given} if let else None).code
    value, gradient = defined(found, "f")(*at)
    assert (value, gradient) == (pytest.approx(wanted[0], rel=1e-15), pytest.approx(wanted[1]))


def test_constants_and_the_order_of_variables() -> None:
    found = calculate("code", "k*x*y + 0*z", to="python", let="k=1/3", wrt="y,x")
    assert found.variables == ["x", "y", "z"] and found.wrt == ["y", "x"]
    value, slopes = defined(found.code, "f")(2, 5, 7)
    assert (value, slopes) == (10 / 3, [2 / 3, 5 / 3])
    assert "--let k=1/3 --wrt y,x" in found.code


def test_without_variables() -> None:
    for to in ("python", "numpy", "torch", "sympy"):
        if to in ("torch", "sympy") and importlib.util.find_spec(to) is None:
            continue
        function = defined(calculate("code", "sqrt(2)", to=to, what="value").code, "f")
        assert float(function()) == math.sqrt(2)


def test_the_formats(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["code", "x**2", "--to", "js", "--what", "grad"]
    texts = {}
    for style in ("table", "plain", "csv", "json"):
        assert main([*line, "--format", style]) == 0
        texts[style] = capsys.readouterr().out
    assert texts["table"] == texts["plain"] and texts["plain"].endswith("}\n")
    assert texts["csv"].startswith('code\n"/**\n')
    found = json.loads(texts["json"])
    assert found["code"] + "\n" == texts["plain"]
    assert (found["command"], found["to"], found["what"]) == ("code", "js", ["gradient"])
    assert (found["variables"], found["wrt"], found["name"]) == (["x"], ["x"], "f")


def test_what_the_shell_shows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", "erf(x)", "--to", "js"]) == 2
    assert "error: JavaScript has no erf" in capsys.readouterr().err
    assert main(["code", "x"]) == 2
    assert "code needs --to" in capsys.readouterr().err
    assert hodiff.calculate("code", "x", to="c").reading == "x"


def test_a_convention_is_said() -> None:
    found = calculate("code", "abs(x)", to="js")
    assert len(found.notes) == 1 and f" * {found.notes[0]}." in found.code.splitlines()
    assert not calculate("code", "abs(x)", to="js", what="value").notes


LATEX = r"""\begin{align*}
g(w_{1}, w_{2}) &= w_{1}^{2} \sin(w_{2}) \\
\frac{\partial g}{\partial w_{1}} &= 2 w_{1} \sin(w_{2}) \\
\frac{\partial g}{\partial w_{2}} &= w_{1}^{2} \cos(w_{2})
\end{align*}"""


def test_latex_is_equations() -> None:
    found = calculate("code", "w1**2*sin(w2)", to="latex", name="g")
    assert found.code == LATEX
    matrix = calculate("code", "x*y", to="latex", what="hessian").code
    assert r"\begin{pmatrix} 0 & 1 \\ 1 & 0 \end{pmatrix}" in matrix
    with pytest.raises(HodiffError, match="can't be a name in LaTeX"):
        calculate("code", "x", to="latex", name="a b")
