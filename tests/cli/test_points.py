"""Files of points as processes: pipes, interrupts, full disks, terminals. Nothing is lost."""

from __future__ import annotations

import os
import pty
import resource
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")
HODIFF = (sys.executable, "-m", "hodiff")
SEARCH = ("roots", "y*tan(y) = x", "--over", "y=0:9", "--points", "in.csv")
SLOW = ("grad", "abs(x)", "--points", "in.csv", "--proven")  # a row at a time


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_text("x\n" + "1\n-1.5\n" * 100_000)
    (tmp_path / "out.csv").write_text("old")
    return tmp_path


def started(folder: Path, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    return subprocess.Popen(
        [*HODIFF, *arguments], cwd=folder, env=env, **{"stdout": pipe, "stderr": pipe, **more}
    )


def at_work(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the file that is written beside the old one is there."""
    while not list(folder.glob(".hodiff-*")):
        assert process.poll() is None, process.communicate()


@pytest.mark.parametrize(
    "command, sent",
    [(SLOW, signal.SIGINT), (SLOW, signal.SIGTERM), (SLOW, signal.SIGHUP), (SEARCH, signal.SIGINT)],
)
def test_an_interrupt_leaves_the_old_file(
    folder: Path, command: tuple[str, ...], sent: int
) -> None:
    with started(folder, *command, "--out", "out.csv", "--errors", "why.csv") as process:
        at_work(folder, process)
        process.send_signal(sent)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and out == b""
    assert b"Traceback" not in err and b"bug" not in err, err
    assert (folder / "out.csv").read_text() == "old"
    assert sorted(os.listdir(folder)) == ["in.csv", "out.csv"]


def test_a_kill_leaves_the_old_file(folder: Path) -> None:
    with started(folder, *SLOW, "--out", "out.csv") as process:
        at_work(folder, process)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert (folder / "out.csv").read_text() == "old"


@pytest.mark.parametrize("form", ["csv", "parquet", "ipc", "ndjson"])
def test_a_full_disk_leaves_the_old_file(folder: Path, form: str) -> None:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 15, 1 << 15))

    (folder / "in.csv").write_text("x\n" + "".join(f"{k / 7}\n" for k in range(50_000)))
    asked = ("value", "x**2", "--points", "in.csv", "--out", "out.csv", "--out-format", form)
    with started(folder, *asked, preexec_fn=limit) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert err.startswith(b"error: 'out.csv' can't be written: "), err
    assert (folder / "out.csv").read_text() == "old"
    assert sorted(os.listdir(folder)) == ["in.csv", "out.csv"]


def test_a_reader_that_leaves(folder: Path) -> None:
    with started(folder, "value", "2*x", "--points", "in.csv") as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline() == b"x,f\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_a_pipe_with_a_name(folder: Path) -> None:
    os.mkfifo(folder / "pipe.csv")
    with started(folder, "value", "2*x", "--points", "pipe.csv") as process:
        (folder / "pipe.csv").write_text("x,id\n1,007\n")
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, b"x,id,f\n1,007,2.0\n", b"")


@pytest.mark.parametrize("form", ["parquet", "ndjson", "ipc"])
def test_standard_input_of_any_format(folder: Path, form: str) -> None:
    getattr(pl.DataFrame({"x": [1.0, 2.0]}), f"write_{form}")(folder / "rows")
    with open(folder / "rows", "rb") as rows:
        asked = ("value", "2*x", "--points", "-", "--in-format", form)
        with started(folder, *asked, stdin=rows) as process:
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, b"x,f\n1.0,2.0\n2.0,4.0\n", b"")


def test_a_terminal_has_a_bar_and_a_file_none(folder: Path) -> None:
    parent, child = pty.openpty()
    with started(folder, *SLOW, "--out", "out.csv", stderr=child) as process:
        os.close(child)
        shown = b""
        while b"rows" not in shown:
            assert select.select([parent], [], [], 60)[0]
            shown += os.read(parent, 1 << 16)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    os.close(parent)
    with started(folder, "value", "2*x", "--points", "in.csv", "--out", "out.csv") as process:
        assert process.communicate(timeout=60) == (b"", b"")
    assert (folder / "out.csv").read_text().startswith("x,f\n1,2.0\n-1.5,-3.0\n")


def test_a_file_keeps_its_mode_and_a_link_its_file(folder: Path) -> None:
    (folder / "out.csv").chmod(0o640)
    (folder / "link.csv").symlink_to("out.csv")
    (folder / "in.csv").write_text("x\n1\n")
    with started(folder, "value", "2*x", "--points", "in.csv", "--out", "link.csv") as process:
        assert process.communicate(timeout=60) == (b"", b"")
    assert (folder / "link.csv").is_symlink()
    assert (folder / "out.csv").read_text() == "x,f\n1,2.0\n"
    assert (folder / "out.csv").stat().st_mode & 0o777 == 0o640
