"""Files of points: `hodiff ... --points` beside the derivative written by hand in Polars.

    python benchmarks/files.py [ROWS] [--rounds N] [--scale]

Each run is a process of its own, from its start to the file on the disk; runs take turns, and of
each the fastest counts. The derivatives by hand are SymPy's, as expressions of Polars, which joins
the parts that they share. By hand numbers of CSV are read and written anew, as Polars does by
itself, so that 0.500 becomes 0.5; "text" is CSV by hand whose columns come back as they are, which
hodiff's do always. --scale: ten times the rows, for hodiff alone.

TMPDIR=/dev/shm leaves the disk out. On a machine that others use, processor time, of all threads of
a process, tells more than seconds do.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

ROWS = 10_000_000
ROUNDS = 3
HESSIANS = ("feynman-I.40.1", "feynman-I.32.17")  # of six variables
CASES = Path(__file__).parents[1] / "tests" / "cases" / "feynman.jsonl"
SCRIPT = Path(sysconfig.get_path("scripts"), "hodiff")
CSV_SHARE = 4  # text is slow: a fourth of the rows
HIGH = 2.0


class Run(NamedTuple):
    """Seconds, processor seconds, and the most memory in MB."""

    seconds: float
    processor: float
    memory: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s ({self.processor:.2f} s) {self.memory:.0f} MB"


def least(runs: list[Run]) -> Run:
    return Run(*map(min, zip(*runs, strict=True)))


def jobs() -> list[tuple[str, str, str, list[str]]]:
    """Each the format, what is asked, the expression and its variables."""
    cases = {c["id"]: c for c in map(json.loads, CASES.read_text("utf-8").splitlines())}
    first = "w1**2*sin(w2)", ["w1", "w2"]
    found = [(form, "grad", *first) for form in ("parquet", "csv", "text")]
    for name in HESSIANS:
        found.append(("parquet", "hessian", cases[name]["expr"], sorted(cases[name]["at"])))
    return found


def make(path: Path, names: list[str], rows: int) -> None:
    """Random points from 1 to 2 with a number each, in batches."""
    import numpy as np
    import polars as pl
    from polars.io.plugins import register_io_source

    schema = {"id": pl.Int64, **dict.fromkeys(names, pl.Float64)}
    batch = 1 << 17

    def batches(with_columns: Any, predicate: Any, n_rows: Any, batch_size: Any) -> Any:
        random = np.random.default_rng(0)
        for start in range(0, rows, batch):
            n = min(batch, rows - start)
            columns = {name: random.uniform(1, HIGH, n) for name in names}
            yield pl.DataFrame({"id": np.arange(start, start + n), **columns}, schema=schema)

    lazy = register_io_source(batches, schema=pl.Schema(schema))
    lazy.sink_csv(path) if path.suffix == ".csv" else lazy.sink_parquet(path)


def by_hand(
    form: str, source: str, target: str, what: str, expression: str, names: list[str]
) -> None:
    import polars as pl

    own, columns = expressions(what, expression, names)
    functions = {"sin": pl.Expr.sin, "cos": pl.Expr.cos, "exp": pl.Expr.exp, "sqrt": pl.Expr.sqrt}
    numbers = {name: f"{name} as a number" if form == "text" else name for name in names}
    scope = functions | {x: pl.col(y) for x, y in numbers.items()} | {"pi": 3.141592653589793}
    found = {name: eval(text, scope) for name, text in zip(own, columns, strict=True)}
    if form == "parquet":
        pl.scan_parquet(source).with_columns(**found).sink_parquet(target)
    elif form == "csv":
        pl.scan_csv(source).with_columns(**found).sink_csv(target)
    else:
        read = [pl.col(x).cast(pl.Float64).alias(y) for x, y in numbers.items()]
        rows = pl.scan_csv(source, infer_schema=False).with_columns(read)
        rows.with_columns(**found).drop(numbers.values()).sink_csv(target)


def expressions(what: str, expression: str, names: list[str]) -> tuple[list[str], list[str]]:
    if what == "grad":
        return ["f", "df_dw1", "df_dw2"], ["w1**2*sin(w2)", "2*w1*sin(w2)", "w1**2*cos(w2)"]
    return tuple(json.loads(os.environ["BY_HAND"]))  # type: ignore[return-value]


def by_sympy(expression: str, names: list[str]) -> tuple[list[str], list[str]]:
    import sympy

    xs = sympy.symbols(names)
    f = sympy.parse_expr(expression, dict(zip(names, xs, strict=True)))
    found = {"f": f} | {f"df_d{x}": f.diff(x) for x in xs}
    found |= {f"d2f_d{x}_d{y}": f.diff(x, y) for x in xs for y in xs}
    return list(found), list(map(str, found.values()))


def run(command: list[str], environment: dict[str, str]) -> Run:
    start = time.perf_counter()
    child = subprocess.Popen(command, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"failed: {' '.join(command)[:200]}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--scale", action="store_true")
    asked = parser.parse_args()
    if not SCRIPT.exists():
        sys.exit(f"hodiff is not installed: there is no {SCRIPT}")
    import polars

    import hodiff

    for package in (hodiff, polars):
        compileall.compile_dir(os.path.dirname(package.__file__), quiet=2)
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/tmp")) as folder:
        start(Path(folder), environment, asked.rounds)
        print(f"{asked.rows} rows, of text a fourth; seconds (of processors), megabytes")
        for form, what, expression, names in jobs():
            rows = asked.rows // (1 if form == "parquet" else CSV_SHARE)
            compare(Path(folder), environment, asked.rounds, rows, form, what, expression, names)
        if asked.scale:
            scaled(Path(folder), environment, asked.rows)


def command_line(source: Path, target: Path, what: str, expression: str) -> list[str]:
    return [str(SCRIPT), what, expression, "--points", str(source), "--out", str(target)]


def start(folder: Path, environment: dict[str, str], rounds: int) -> None:
    tiny = folder / "tiny.csv"
    tiny.write_text("w1,w2\n1,2\n")
    own = command_line(tiny, folder / "out.csv", "grad", "w1**2*sin(w2)")
    bare = [sys.executable, "-c", "import polars, numpy"]
    pairs = [(run(own, environment), run(bare, environment)) for _ in range(2 * rounds)]
    ours, theirs = map(least, zip(*pairs, strict=True))
    print(f"start: one row of csv {ours}, import polars, numpy {theirs}")


def compare(
    folder: Path, environment: dict[str, str], rounds: int, rows: int, form: str, what: str,
    expression: str, names: list[str],
) -> None:  # fmt: skip
    ending = "parquet" if form == "parquet" else "csv"
    source, target = folder / f"points.{ending}", folder / f"out.{ending}"
    make(source, names, rows)
    own = command_line(source, target, what, expression)
    if what == "hessian":
        environment = environment | {"BY_HAND": json.dumps(by_sympy(expression, names))}
    hand = [sys.executable, __file__, "--by-hand", form, str(source), str(target), what, expression]
    pairs = [(run(own, environment), run([*hand, *names], environment)) for _ in range(rounds)]
    ours, theirs = map(least, zip(*pairs, strict=True))
    ratios = "{:.2f} ({:.2f}) {:.2f}".format(*(x / y for x, y in zip(ours, theirs, strict=True)))
    print(
        f"{form:8}{what:8} {ours!s:26} by hand {theirs!s:26} {ratios:18} {expression}", flush=True
    )
    for path in (source, target):
        path.unlink()


def scaled(folder: Path, environment: dict[str, str], rows: int) -> None:
    times = []
    for n in (rows, 10 * rows):
        source, target = folder / "points.parquet", folder / "out.parquet"
        make(source, ["w1", "w2"], n)
        times.append(run(command_line(source, target, "grad", "w1**2*sin(w2)"), environment))
        source.unlink()
        target.unlink()
    few, many = times
    print(f"{10 * rows} rows: {many}, {many.seconds / few.seconds:.2f} times the time of {rows}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--by-hand"]:
        by_hand(*sys.argv[2:7], sys.argv[7:])
    else:
        main()
