"""What an engine's workers write, and what is said of it, is what one machine writes and says."""

from __future__ import annotations

import gzip
import importlib.util
import os
import pickle
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hodiff.calculator.points import engines
from hodiff.calculator.points.engines import Reports, Task
from hodiff.errors import installing
from tests import lengths

EXPR = "log(x)/y"
N = 3000
SCALE = (Path(__file__).parents[3] / "docs" / "scale.md").read_text("utf-8")


def table(n: int = N) -> pl.DataFrame:
    """Every 50th row has no answer, by one or another fault; every 70th a missing number."""
    rows = [(k, k % 50 - 0.5, k % 49 * 1.0, f'a "{k}"\n' if k % 9 == 0 else "b") for k in range(n)]
    data = pl.DataFrame(rows, schema=["id", "x", "y", "text"], orient="row")
    missing = pl.col("id") % 70 == 3
    return data.with_columns(pl.when(~missing).then("x").alias("x"))


def in_turn(tasks: list[Task], address: str) -> Reports:
    """An engine without workers."""
    for task in tasks:
        yield None
        yield pickle.loads(pickle.dumps(task))()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Small pieces, done in turn."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engines, "ROWS", 400)
    monkeypatch.setattr(engines, "BYTES", 5000)
    monkeypatch.setitem(engines.ENGINES, "dask", in_turn)
    monkeypatch.setitem(engines.PACKAGES, "dask", ())


WRITERS: dict[str, Callable[[pl.DataFrame, str], None]] = {
    "csv": pl.DataFrame.write_csv,
    "tsv": lambda data, path: data.write_csv(path, separator="\t"),
    "ndjson": pl.DataFrame.write_ndjson,
    "parquet": lambda data, path: data.write_parquet(path, row_group_size=300),
    "ipc": pl.DataFrame.write_ipc,
    "csv.gz": lambda data, path: Path(path).write_bytes(gzip.compress(data.write_csv().encode())),
}


def read(folder: str) -> tuple[int, list[tuple[Any, ...]], Any]:
    """How many parts there are, and their rows and types."""
    parts = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    readers: dict[str, Any] = {
        ".csv": lambda path: pl.read_csv(path, infer_schema=False),
        ".tsv": lambda path: pl.read_csv(path, infer_schema=False, separator="\t"),
        ".ndjson": pl.read_ndjson,
        ".parquet": pl.read_parquet,
        ".ipc": pl.read_ipc,
    }
    frames = [readers[part.suffix](part) for part in parts]
    return len(parts), [row for x in frames for row in x.rows()], frames[0].schema


OPTIONS = ([], ["--on-error", "skip", "--keep", "id"], ["--check"])
TOGETHER = [  # each form with each option, and each output with some
    (form, out, options)
    for i, form in enumerate(WRITERS)
    for j, out in enumerate(["csv", "ndjson", "parquet", "ipc"])
    for k, options in enumerate(OPTIONS)
    if lengths.LONG or (i + j + k) % 4 == 0
]


@pytest.mark.parametrize("form, out, options", TOGETHER)
def test_parts_are_what_one_machine_writes(
    hodiff: Any, small: None, form: str, out: str, options: list[str]
) -> None:
    Path("in").mkdir()
    for name, n in (("one", N), ("two", 30)):
        WRITERS[form](table(n), f"in/{name}.{form}")
    asked = ["grad", EXPR, "--points", "in", "--out-format", out, *options]
    one = hodiff(*asked, "--out", "here/", "--errors", "here.csv")
    many = hodiff(*asked, "--out", "parts/", "--errors", "parts.csv", "--engine", "dask")
    there, rows, types = read("parts")
    assert (rows, types) == read("here")[1:]
    assert there > 5 or form == "csv.gz"
    assert Path("here.csv").read_text() == Path("parts.csv").read_text() != ""
    assert many.code == one.code == 1
    checked = "check:"
    lines = [[x for x in ran.err.splitlines() if checked not in x] for ran in (one, many)]
    assert lines[0] == lines[1]
    assert (checked in many.err) == (options == ["--check"])
    assert not [name for name in os.listdir() if name.startswith(".")]


def test_a_grid(hodiff: Any, small: None) -> None:
    asked = ["grad", EXPR, "--grid", "x=0:3:61,y=0:1:31", "--out-format", "csv"]
    one = hodiff(*asked, "--out", "here.csv", "--errors", "here-errors.csv")
    many = hodiff(*asked, "--out", "parts/", "--errors", "errors.csv", "--engine", "dask")
    assert one == many
    assert sorted(os.listdir("parts")) == [f"part-{k:05}.csv" for k in range(5)]
    assert read("parts")[1] == pl.read_csv("here.csv", infer_schema=False).rows()
    assert Path("here-errors.csv").read_text() == Path("errors.csv").read_text()


def test_proven_and_mapped(hodiff: Any, small: None) -> None:
    """In balls, and with --map."""
    WRITERS["csv"](table(60), "a.csv")
    asked = ["grad", "log(a)/b", "--points", "a.csv", "--map", "a=x,b=y", "--proven"]
    assert hodiff(*asked, "--out", "here/") == hodiff(*asked, "--out", "p/", "--engine", "dask")
    assert read("here")[1:] == read("p")[1:]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_searches(
    hodiff: Any, small: None, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:  # fmt: skip
    """Each piece has the rows of its roots; rows are numbered in the whole file."""
    monkeypatch.setattr(engines, "SEARCHED_ROWS", 40)
    monkeypatch.setattr(engines, "SEARCHED_BYTES", 500)
    WRITERS[form](table(150), f"a.{form}")
    asked = ["roots", "k*r^2 = x*abs(x)/45", "--over", "r=-9:y - 9", "--let", "k=3/7",
             "--points", f"a.{form}", "--keep", "id", "--out-format", "parquet"]  # fmt: skip
    one = hodiff(*asked, "--out", "here/", "--errors", "here.csv")
    many = hodiff(*asked, "--out", "p/", "--errors", "p.csv", "--engine", "dask")
    there, rows, types = read("p")
    assert one == many and (rows, types) == read("here")[1:]
    assert there > 3 and len(rows) > 160 and len({row[0] for row in rows}) == 150
    assert Path("here.csv").read_text() == Path("p.csv").read_text() != ""


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_row_that_stops_all(hodiff: Any, small: None, form: str) -> None:
    """It is told by its number in the whole file, and nothing is there."""
    data = table().with_columns(pl.col("x").fill_null(1) + 1, pl.col("y") + 1)
    data = data.with_columns(pl.when(pl.col("id") == 2500).then(-1.0).otherwise("x").alias("x"))
    WRITERS[form](data, f"a.{form}")
    asked = ["grad", EXPR, "--points", f"a.{form}", "--out", "parts/", "--on-error", "fail"]
    ran = hodiff(*asked, "--engine", "dask", "--errors", "errors.csv")
    assert ran.code == 1
    assert f"a.{form}, row 2501: 'log(x)' is undefined" in ran.err
    assert os.listdir() == [f"a.{form}"]


def test_a_file_that_isnt_whole(hodiff: Any, small: None) -> None:
    """Found by a worker; nothing is left, and the message has the row."""
    lines = [f"{k},1" for k in range(1, N)]
    lines[2000] += ",3"
    Path("a.csv").write_text("\n".join(["x,y", *lines]))
    ran = hodiff("grad", EXPR, "--points", "a.csv", "--out", "parts/", "--engine", "dask")
    assert (ran.code, os.listdir()) == (2, ["a.csv"])
    assert "a.csv, row 2001: it has 3 fields" in ran.err


def test_workers_that_fail(hodiff: Any, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(tasks: list[Task], address: str) -> Reports:
        yield None
        raise RuntimeError("a worker was\nkilled")

    monkeypatch.setitem(engines.ENGINES, "dask", failing)
    monkeypatch.setitem(engines.PACKAGES, "dask", (("os", "Dask"),))
    asked = ["grad", "x", "--grid", "x=0:1:9", "--out", "p/", "--out-format", "csv"]
    ran = hodiff(*asked, "--engine", "dask")
    assert (ran.code, os.listdir()) == (2, [])
    assert "error: Dask has failed: a worker was" in ran.err


def test_workers_elsewhere(hodiff: Any, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """They find neither the file nor the folder."""

    def elsewhere(tasks: list[Task], address: str) -> Reports:
        tasks[0].target = "/nowhere/part.csv"
        yield from in_turn(tasks, address)

    monkeypatch.setitem(engines.ENGINES, "dask", elsewhere)
    asked = ["grad", "x", "--grid", "x=0:1:9", "--out", "p/", "--out-format", "csv"]
    ran = hodiff(*asked, "--engine", "dask")
    assert (ran.code, os.listdir()) == (2, [])
    assert "a worker doesn't find '/nowhere'" in ran.err


REFUSED = [
    (["--engine", "dask"], "--engine dask writes a folder of parts: --out parts/"),
    (["--engine", "dask", "--out", "a.csv"], "writes a folder of parts: --out a.csv/"),
    (["--engine", "dask", "--out", "full"], "isn't empty: choose another"),
    (["--engine", "dask", "--out", "p/", "--resume"], "leave --resume out"),
    (
        ["--engine", "dask", "--out", "p/", "--points", "-"],
        "standard input and pipes are read here",
    ),
    (["--engine", "duck", "--out", "p/"], "unknown engine 'duck'"),
    (["--engine", "dask", "--out", "p/", "--map", "z=x"], "--map names 'z'"),
    (["--engine", "dask", "--out", "p/", "--keep", "z"], "a.csv has no column 'z'"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_is_refused(hodiff: Any, small: None, options: list[str], message: str) -> None:
    WRITERS["csv"](table(3), "a.csv")
    Path("full").mkdir()
    Path("full", "file").touch()
    points = [] if "--points" in options else ["--points", "a.csv"]
    ran = hodiff("grad", "x*y", *points, *options)
    assert ran.code == 2
    assert message in ran.err
    assert sorted(os.listdir()) == ["a.csv", "full"]


@pytest.mark.parametrize("name", ["dask", "spark"])
def test_a_package_that_is_missing(
    hodiff: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(engines.PACKAGES, name, (("nothing_of_that_name", "It"),))
    asked = ["grad", "x", "--grid", "x=0:1:9", "--out", f"{tmp_path}/p/", "--out-format", "csv"]
    ran = hodiff(*asked, "--engine", name)
    assert ran.code == 2
    assert f"--engine {name} needs It: {installing(name)}" in ran.err


def test_names_that_are_one(hodiff: Any, small: None) -> None:
    Path("in").mkdir()
    WRITERS["csv"](table(3), "in/a.csv")
    WRITERS["parquet"](table(3), "in/a.parquet")
    asked = ["grad", "x*y", "--points", "in", "--out", "p/", "--out-format", "csv"]
    ran = hodiff(*asked, "--engine", "dask")
    assert (ran.code, os.listdir()) == (2, ["in"])
    assert "there are several files 'a'" in ran.err


# Real engines, as docs/scale.md has them.


def blocks(name: str) -> list[str]:
    """The blocks of docs/scale.md that are marked so."""
    return re.findall(rf"<!-- {name} -->\n```\w+\n(.*?)```", SCALE, re.DOTALL)


def in_a_shell(folder: Path, lines: str, code: int = 0) -> str:
    words = f'hodiff() {{ "{sys.executable}" -m hodiff "$@"; }}; {lines}'
    here = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": here, "PYSPARK_PYTHON": sys.executable}
    ran = subprocess.run(
        ["bash", "-c", words], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert ran.returncode == code, ran.stderr
    return ran.stderr


def there(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


@pytest.fixture
def points(tmp_path: Path) -> Path:
    """A folder with points/*.parquet, of which three rows have no answer."""
    (tmp_path / "points").mkdir()
    for k in range(3):
        data = {"id": range(5), "w1": [-2.0 * (i == k) + 1 for i in range(5)], "w2": [0.5] * 5}
        pl.DataFrame(data).write_parquet(tmp_path / "points" / f"{k}.parquet")
    return tmp_path


def by_engine(folder: Path, name: str) -> None:
    """The command line, with counts and reasons that come back."""
    (lines,) = blocks(f"{name}-command")
    told = in_a_shell(folder, lines, 1)
    assert "3 of 15 rows have no answer (3 domain)" in told
    assert "points/0.parquet, row 1: 'log(w1)' is undefined" in told
    in_a_shell(folder, lines.split("--engine")[0].replace("slopes/", "here/"), 1)
    assert read(str(folder / "slopes"))[1:] == read(str(folder / "here"))[1:]
    assert read(str(folder / "slopes"))[0] == 3


@pytest.mark.skipif(not there("distributed"), reason="needs Dask")
def test_dask(points: Path) -> None:
    """Processes of this machine."""
    by_engine(points, "dask")


@pytest.mark.engines
def test_a_cluster_of_dask(points: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        lines = blocks("dask-cluster")[0]
        in_a_shell(points, lines.replace("tcp://10.0.0.1:8786", cluster.scheduler_address), 1)
    assert read(str(points / "slopes"))[0] == 3


@pytest.mark.engines
def test_processes_of_dask_that_run_already(points: Path, tmp_path: Path) -> None:
    """As `dask scheduler` and `dask worker` start them, in other folders."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    started = []

    def start(what: str, *arguments: str) -> Any:
        line = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, "--no-dashboard"]
        ran = subprocess.Popen(line, cwd="/", env=environment, stderr=subprocess.PIPE, text=True)
        started.append(ran)
        return ran.stderr

    try:
        said = start("scheduler", "--host", "127.0.0.1", "--port", "0")
        address = next(
            found for line in said if (found := re.search(r"tcp://[\d.:]+", line))
        ).group()
        for _ in range(2):
            start("worker", address, "--nthreads", "1", "--local-directory", str(tmp_path))
        in_a_shell(points, blocks("dask-cluster")[0].replace("tcp://10.0.0.1:8786", address), 1)
    finally:
        for process in reversed(started):
            process.terminate()
            process.communicate()
    assert read(str(points / "slopes"))[0] == 3


@pytest.mark.engines
def test_spark(points: Path) -> None:
    by_engine(points, "spark")


@pytest.mark.engines
def test_processes_of_spark_that_run_already(points: Path, tmp_path: Path) -> None:
    """A master and two workers of Spark's own cluster."""
    import pyspark

    here = {"PYTHONPATH": str(Path(__file__).parents[3]), "SPARK_LOCAL_IP": "127.0.0.1"}
    start = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    started = []

    def up(what: str, *arguments: str) -> Any:
        """Its log, from the line on that says that it is there."""
        line = [start, f"org.apache.spark.deploy.{what}", "--host", "127.0.0.1", *arguments]
        ran = subprocess.Popen(
            line, env=os.environ | here, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(ran)
        return ran.stderr

    try:
        said = up("master.Master", "--port", "0", "--webui-port", "0")
        address = next(y for x in said if (y := re.search(r"spark://[\d.:]+", x))).group()
        for k in range(2):
            own = "--cores", "1", "--memory", "1g", "--webui-port", "0", "-d", f"{tmp_path}/{k}"
            log = up("worker.Worker", *own, address)
            assert any("Successfully registered" in line for line in log)
        (lines,) = blocks("spark-command")
        in_a_shell(points, lines.rstrip() + f"={address}", 1)
        assert all(list((tmp_path / str(k)).glob("app-*")) for k in range(2))
    finally:
        for process in reversed(started):
            os.killpg(process.pid, signal.SIGTERM)
            process.communicate()
    assert read(str(points / "slopes"))[0] == 3


@pytest.mark.engines
@pytest.mark.parametrize("name", ["dask", "spark", "ray", "duckdb"])
def test_from_python(points: Path, name: str) -> None:
    """What docs/scale.md has for an engine, in a process of its own."""
    (code,) = blocks(f"{name}-python")
    code = "if __name__ == '__main__':\n    " + code.replace("\n", "\n    ")
    (points / "program.py").write_text(code)
    for lines in blocks(f"{name}-command") if name == "duckdb" else []:
        in_a_shell(points, lines)
    in_a_shell(points, f'"{sys.executable}" program.py')
    rows = pl.read_parquet(points / "slopes" / "**" / "*.parquet").sort("df_dw1")
    assert rows.height == 15
    assert {"df_dw1", "df_dw2"} < set(rows.columns)
