"""Files of points: `hodiff ... --points` beside the derivative written by hand in Polars.

    python benchmarks/files.py [ROWS] [--rounds N] [--scale]

Each run is a process of its own, from its start to the file on the disk; runs take turns, and of
each the fastest counts. The derivatives by hand are SymPy's, as expressions of Polars, which joins
the parts that they share. --scale: ten times the rows, for hodiff alone.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROWS = 10_000_000
ROUNDS = 3
HESSIANS = ("feynman-I.40.1", "feynman-I.32.17")  # of six variables
CASES = Path(__file__).parents[1] / "tests" / "cases" / "feynman.jsonl"
CSV_SHARE = 4  # text is slow: a fourth of the rows
HIGH = 2.0


def jobs() -> list[tuple[str, str, str, list[str]]]:
    """Each the format, what is asked, the expression and its variables."""
    cases = {c["id"]: c for c in map(json.loads, CASES.read_text("utf-8").splitlines())}
    first = "w1**2*sin(w2)", ["w1", "w2"]
    found = [("parquet", "grad", *first), ("csv", "grad", *first)]
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


def by_hand(source: str, target: str, what: str, expression: str, names: list[str]) -> None:
    import polars as pl

    own, columns = expressions(what, expression, names)
    functions = {"sin": pl.Expr.sin, "cos": pl.Expr.cos, "exp": pl.Expr.exp, "sqrt": pl.Expr.sqrt}
    scope = functions | {name: pl.col(name) for name in names} | {"pi": 3.141592653589793}
    found = {name: eval(text, scope) for name, text in zip(own, columns, strict=True)}
    csv = source.endswith("csv")
    rows = pl.scan_csv(source) if csv else pl.scan_parquet(source)
    rows = rows.with_columns(**found)
    rows.sink_csv(target) if csv else rows.sink_parquet(target)


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


def run(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds, and the most memory in MB."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"failed: {' '.join(command)[:200]}")
    return seconds, usage.ru_maxrss / 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--scale", action="store_true")
    asked = parser.parse_args()
    import polars

    import hodiff

    for package in (hodiff, polars):
        compileall.compile_dir(os.path.dirname(package.__file__), quiet=2)
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/tmp")) as folder:
        start(Path(folder), environment, asked.rounds)
        print(f"{asked.rows} rows, of csv a fourth; seconds, megabytes, ratios to Polars by hand")
        for form, what, expression, names in jobs():
            rows = asked.rows // (CSV_SHARE if form == "csv" else 1)
            compare(Path(folder), environment, asked.rounds, rows, form, what, expression, names)
        if asked.scale:
            scaled(Path(folder), environment, asked.rows)


def command_line(source: Path, target: Path, what: str, expression: str) -> list[str]:
    own = [sys.executable, "-m", "hodiff", what, expression]
    return [*own, "--points", str(source), "--out", str(target)]


def start(folder: Path, environment: dict[str, str], rounds: int) -> None:
    tiny = folder / "tiny.csv"
    tiny.write_text("w1,w2\n1,2\n")
    own = command_line(tiny, folder / "out.csv", "grad", "w1**2*sin(w2)")
    bare = [sys.executable, "-c", "import polars, numpy"]
    pairs = [(run(own, environment), run(bare, environment)) for _ in range(2 * rounds)]
    ours, theirs = (min(pair[k][0] for pair in pairs) for k in (0, 1))
    print(f"start: one row of csv {ours:.2f} s, import polars, numpy {theirs:.2f} s")


def compare(
    folder: Path, environment: dict[str, str], rounds: int, rows: int, form: str, what: str,
    expression: str, names: list[str],
) -> None:  # fmt: skip
    source, target = folder / f"points.{form}", folder / f"out.{form}"
    make(source, names, rows)
    own = command_line(source, target, what, expression)
    if what == "hessian":
        environment = environment | {"BY_HAND": json.dumps(by_sympy(expression, names))}
    hand = [sys.executable, __file__, "--by-hand", str(source), str(target), what, expression]
    found: dict[str, list[tuple[float, float]]] = {"own": [], "hand": []}
    for _ in range(rounds):
        found["own"].append(run(own, environment))
        found["hand"].append(run([*hand, *names], environment))
    (s, m), (t, n) = (tuple(map(min, zip(*found[key], strict=True))) for key in found)
    print(
        f"{form:8}{what:8}{s:6.2f} s {m:5.0f} MB   by hand {t:6.2f} s {n:5.0f} MB   "
        f"{s / t:.2f}  {m / n:.2f}   {expression}",
        flush=True,
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
    (s, _), (t, n) = times
    print(f"{10 * rows} rows: {t:.1f} s {n:.0f} MB, {t / s:.2f} times the time of {rows}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--by-hand"]:
        by_hand(*sys.argv[2:6], sys.argv[6:])
    else:
        main()
