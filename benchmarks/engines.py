"""Engines for files of points: start, a part, a row. docs/scale.md has the figures, and the lines
that are run here.

    python benchmarks/engines.py [ROWS] [--rounds N] [--only NAME ...]

Each line runs in a process of its own on three folders of Parquet: one row, as many rows in a file
each, and ROWS rows in ten files. What counts is the processor's time, of the process and of all
that it starts, the least of the rounds: it says what a row costs a core, also where others use the
machine. Seconds on the wall stand beside it. Linux only; what isn't installed is left out.
"""

from __future__ import annotations

import argparse
import compileall
import ctypes
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

ROWS = 10_000_000
ROUNDS = 3
PARTS = 10
MANY = 100  # files of a row
PROVEN = 20_000  # rows
CORES = 100
ROOT = Path(__file__).resolve().parents[1]
SCALE = (ROOT / "docs" / "scale.md").read_text("utf-8")
LINES = {
    "polars-command": "polars",
    "dask-command": "distributed",
    "spark-command": "pyspark",
    "dask-python": "dask",
    "spark-python": "pyspark",
    "ray-python": "ray",
    "duckdb-python": "duckdb",
}
SUBREAPER = 36  # of prctl: orphans come to this process, which can wait for them


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", SCALE, re.DOTALL)
    assert found is not None, name
    return found[1]


def make(folder: Path, files: int, rows: int) -> None:
    import numpy as np
    import polars as pl

    random = np.random.default_rng(0)
    (folder / "points").mkdir(parents=True)
    for k in range(files):
        columns = {name: random.uniform(1, 2, rows) for name in ("w1", "w2")}
        frame = pl.DataFrame({"id": np.arange(k * rows, (k + 1) * rows), **columns})
        frame.write_parquet(folder / "points" / f"{k:03}.parquet", row_group_size=1 << 17)


def run(name: str, folder: Path, more: str = "") -> tuple[float, float]:
    """Seconds on the wall and of processors."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable}
    if name.endswith("-python"):
        program = folder / "program.py"
        body = block(name).replace("\n", "\n    ")
        program.write_text(f"if __name__ == '__main__':\n    {body}\n")
        command = [sys.executable, str(program)]
    else:
        words = block(name).strip().replace("hodiff", f"exec {sys.executable} -m hodiff", 1)
        command = ["bash", "-c", words + more]
    if name == "duckdb-python":
        sql = block("duckdb-command").replace("hodiff", f"{sys.executable} -m hodiff", 1)
        subprocess.run(["bash", "-c", sql], cwd=folder, env=environment, check=True)
    before, start = used(), time.perf_counter()
    child = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert child.stderr is not None
    said = child.stderr.read() if name != "ray-python" else b""
    _, status = os.waitpid(child.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"{name} has failed: {said.decode()[-2000:]}")
    while True:  # what has lost its parent
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    shutil.rmtree(folder / "slopes")
    return seconds, used() - before


def used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=int, nargs="?", default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", nargs="*", default=[*LINES])
    asked = parser.parse_args()
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    import hodiff

    compileall.compile_dir(os.path.dirname(hodiff.__file__), quiet=2)
    there = [name for name in asked.only if find_spec(LINES[name]) is not None]
    for name in set(asked.only) - set(there):
        print(f"{LINES[name]} is not installed")
    with tempfile.TemporaryDirectory() as path:
        folders = [Path(path, name) for name in ("one", "many", "rows")]
        for folder, (files, rows) in zip(
            folders, [(1, 1), (MANY, 1), (PARTS, asked.rows // PARTS)], strict=True
        ):
            make(folder, files, rows)
        proven = Path(path, "proven")
        make(proven, 2, PROVEN // 2)
        times: dict[tuple[str, int], list[tuple[float, float]]] = {}
        for _ in range(asked.rounds):
            for name in there:
                for k, folder in enumerate(folders):
                    times.setdefault((name, k), []).append(run(name, folder))
        print(f"{os.cpu_count()} processors, {asked.rows} rows; s: wall, of processors")
        print("                 start        a part   a row     100 cores")
        for name in there:
            (wall, one), (_, many), (whole, rows) = (
                [min(x) for x in zip(*times[name, k], strict=True)] for k in range(3)
            )
            part = (many - one) / (MANY - 1)
            row = max((rows - one - (PARTS - 1) * part) / asked.rows, 1e-12)
            print(
                f"{name:15} {wall:5.1f} {one:5.1f} s {part * 1000:6.1f} ms {row * 1e9:6.0f} ns"
                f"   {CORES / row / 1e6:7.0f} million rows/s   ({asked.rows / whole / 1e6:.2f}"
                f" million/s on the wall, start included)",
                flush=True,
            )
        if "polars-command" in there:
            found = [run("polars-command", proven, " --proven") for _ in range(asked.rounds)]
            one = min(cpu for _, cpu in times["polars-command", 0])
            row = (min(cpu for _, cpu in found) - one) / PROVEN
            print(f"--proven        {row * 1e6:.0f} µs a row, {CORES / row:.0f} rows/s by {CORES}")


if __name__ == "__main__":
    main()
