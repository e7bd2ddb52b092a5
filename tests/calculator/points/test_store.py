"""Files in an object store: moto's S3, in a process of its own, is asked as any other would be."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytestmark = pytest.mark.store

HERE = str(Path(__file__).parents[3])
POINTS = pl.DataFrame({"id": ["001", "002", "003", "004"], "x": [1.0, -1.0, None, 2.0]})
WRITE: dict[str, Callable[[pl.DataFrame, str], None]] = {
    "csv": pl.DataFrame.write_csv,
    "ndjson": pl.DataFrame.write_ndjson,
    "parquet": pl.DataFrame.write_parquet,
    "arrow": pl.DataFrame.write_ipc,
}
READ: dict[str, Callable[[str], pl.LazyFrame]] = {
    "csv": pl.scan_csv,
    "ndjson": pl.scan_ndjson,
    "parquet": pl.scan_parquet,
    "arrow": pl.scan_ipc,
}
SLOPES = [1.0, None, None, 0.5]  # of log, at 1, -1, a missing value and 2


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the store is, with a bucket in it."""
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stderr is not None
        found = next(line.split()[-1] for line in server.stderr if "Running on http" in line)
        asked = urllib.request.Request(f"{found}/bucket", method="PUT")
        asked.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/x")
        urllib.request.urlopen(asked).close()
        yield found
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def store(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    names = {"ENDPOINT_URL": address, "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b",
             "REGION": "us-east-1", "ALLOW_HTTP": "true"}  # fmt: skip
    for name, value in names.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return "s3://bucket"


def asked(*arguments: str, code: int = 0, **more: str) -> str:
    """What a command of its own says: Polars keeps what it knows of a store."""
    environment = {**os.environ, "PYTHONPATH": HERE, **more}
    ran = subprocess.run(
        [sys.executable, "-m", "hodiff", "grad", "log(x)", *arguments],
        env=environment, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert ran.returncode == code, ran.stderr
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("form", WRITE)
def test_rows_from_the_store_into_it(store: str, form: str) -> None:
    source, target = f"{store}/in/{form}.{form}", f"{store}/out/{form}.{form}"
    WRITE[form](POINTS, source)
    said = asked("--points", source, "--out", target, "--errors", f"{store}/why.{form}", code=1)
    assert "1 of 4 rows have no answer (1 domain)" in said
    assert READ[form](target).collect()["df_dx"].to_list() == SLOPES
    assert READ[form](f"{store}/why.{form}").collect()["row"].to_list() == [2]
    head = asked("--points", source, "--head", "1", "--format", "csv")
    assert head.splitlines()[0] == "id,x,f,df_dx"


def test_folders_patterns_and_workers(store: str, tmp_path: Path) -> None:
    """A part for each file; a pattern is its files, one after the other."""
    for name in "ab":
        POINTS.write_parquet(tmp_path / f"{name}.parquet")
    asked("--points", str(tmp_path), "--out", f"{store}/parts/", code=1)
    kept = ["--keep", "id,x"]
    said = asked("--points", f"{store}/parts/*.parquet", "--out", f"{store}/all.csv", *kept, code=1)
    assert "2 of 8 rows have no answer" in said
    assert pl.read_csv(f"{store}/all.csv")["df_dx"].to_list() == 2 * SLOPES
    one = ["--points", f"{store}/parts/a.parquet", *kept]
    asked(*one, "--out", f"{store}/dask/", "--engine", "dask", code=1)
    assert pl.scan_parquet(f"{store}/dask/*").collect()["df_dx"].to_list() == SLOPES
    assert sorted(os.listdir(tmp_path)) == ["a.parquet", "b.parquet"]
    many = ["--points", f"{store}/parts/*.parquet", "--out", f"{store}/many/", *kept]
    asked(*many, "--engine", "dask", code=1)
    assert pl.read_parquet(f"{store}/many/parts.parquet")["df_dx"].to_list() == 2 * SLOPES


def alone() -> list[str]:
    """What begins a command that has folders of its own."""
    if os.name == "posix" and os.uname().sysname == "Linux":
        command = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
        with contextlib.suppress(OSError):
            if subprocess.run([*command, "mount", "-t", "tmpfs", "none", "/mnt"]).returncode == 0:
                return command
    pytest.skip("needs a mount namespace of its own")


def test_workers_that_share_no_folder(store: str, tmp_path: Path) -> None:
    """As on several machines: each worker's files are its own, rows are in the store alone."""
    POINTS.write_parquet(f"{store}/apart/a.parquet")
    POINTS.write_csv(f"{store}/apart/b.csv")
    unshared, started = alone(), []

    def start(*line: str) -> Any:
        environment = os.environ | {"PYTHONPATH": HERE}
        ran = subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True, cwd="/")
        started.append(ran)
        return ran.stderr

    dask = [sys.executable, "-m"]
    bare = f"mount -t tmpfs none {tmp_path} && mount -t tmpfs none /mnt && cd /mnt && exec"
    try:
        scheduler = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
        said = start(*dask, *scheduler, "--no-dashboard")
        address = next(y for x in said if (y := re.search(r"tcp://[\d.:]+", x))).group()
        worker = [*dask, "distributed.cli.dask_worker", address, "--nthreads", "1"]
        own = shlex.join([*worker, "--no-dashboard", "--local-directory", "/mnt"])
        for _ in range(2):
            log = start(*unshared, "sh", "-c", f"{bare} {own}")
            assert any("Registered to" in line for line in log)
        for name in ("a.parquet", "b.csv"):
            rows = ["--points", f"{store}/apart/{name}", "--out", f"{store}/{name}/"]
            told = ["--errors", str(tmp_path / f"{name}.ndjson"), "--engine", f"dask={address}"]
            assert "1 of 4 rows have no answer" in asked(*rows, *told, code=1)
            assert pl.read_ndjson(tmp_path / f"{name}.ndjson")["row"].to_list() == [2]
    finally:
        for process in reversed(started):
            process.terminate()
            process.communicate()
    parts = pl.read_parquet(f"{store}/a.parquet/*"), pl.read_csv(f"{store}/b.csv/*")
    for rows in parts:
        assert rows["df_dx"].to_list() == SLOPES


REFUSED: list[tuple[list[str], dict[str, str], str]] = [
    (["--points", "s3://bucket/none.csv"], {}, "no such object, or no such bucket"),
    (["--points", "s3://none/a.csv"], {}, "no such object, or no such bucket"),
    (["--grid", "x=1:2:3", "--out", "s3://none/a.csv"], {}, "'s3://none/a.csv' can't be written"),
    (["--points", "s3://bucket/*.csv", "--out", "s3://bucket/p/"], {}, "is read as one"),
    (["--points", "s3://bucket/a.csv", "--out", "s3://bucket/p/", "--resume"], {}, "--resume"),
    (["--points", "s3://bucket/a.csv"], {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
     "the store doesn't answer"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "more", "says"), REFUSED, ids=[str(r[0]) for r in REFUSED])
def test_refused(store: str, arguments: list[str], more: dict[str, str], says: str) -> None:
    said = asked(*arguments, code=2, **more)
    assert says in said and "bug" not in said


def test_a_name_that_comes_twice(store: str) -> None:
    lines = pl.DataFrame({"a": ["x,x", "1,2"]})
    lines.write_csv(f"{store}/twice.csv", include_header=False, quote_style="never")
    assert "several columns 'x'" in asked("--points", f"{store}/twice.csv", code=2)
