"""Files of numbers: what is read, and hostile ones, which end in an error that names the mend."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hodiff.engine.limits import Limits
from hodiff.errors import HodiffError
from hodiff.language.files import numbers

ROOT = Path(__file__).resolve().parents[2]
TEXT = b"1,2.5\n# a comment\n-3e2,4\n"
ARRAY = [[1, 2.5], [-300, 4]]


def saved(tmp_path: Path) -> bytes:
    np.save(tmp_path / "saved.npy", np.array(ARRAY))
    return (tmp_path / "saved.npy").read_bytes()


def refused(path: Path | str, kind: str, said: str) -> None:
    with pytest.raises(HodiffError) as caught:
        numbers(str(path))
    assert caught.value.kind == kind and said in caught.value.message, caught.value.message
    assert str(path) in caught.value.message and len(caught.value.message) < 400


TEXTS = {
    "X.csv": TEXT,
    "X": TEXT,
    "windows.csv": TEXT.replace(b"\n", b"\r\n"),
    "spreadsheet.csv": b"\xef\xbb\xbf" + TEXT,
    "X.csv.gz": gzip.compress(TEXT),
    "X.csv.bz2": bz2.compress(TEXT),
    "X.csv.xz": lzma.compress(TEXT),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(TEXTS[name])
    assert numbers(str(tmp_path / name)).tolist() == ARRAY


@pytest.mark.parametrize("kind", ["<f8", ">f8", "<f4", "<i4", "|b1", "|u1"])
def test_arrays(tmp_path: Path, kind: str) -> None:
    array = np.arange(6).reshape(2, 3).astype(kind)
    for name in ("a.npy", "a.data"):  # numpy's format is told by its first bytes
        with open(tmp_path / name, "wb") as file:
            np.save(file, array)
        found = numbers(str(tmp_path / name))
        assert found.dtype == float and found.tolist() == array.astype(float).tolist()


@pytest.mark.parametrize("form", [lambda folder: TEXT, saved], ids=["text", "numpy"])
def test_a_pipe_is_read_to_its_end(tmp_path: Path, form: Callable[[Path], bytes]) -> None:
    """As a shell gives the output of a command: @<(command)."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(form(tmp_path))
    assert numbers(f"/dev/fd/{reading}").tolist() == ARRAY
    os.close(reading)


def test_a_named_pipe_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(TEXT))
    writer.start()
    assert numbers(str(path)).tolist() == ARRAY
    writer.join()


def test_what_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limits, "seconds", 1)
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "limit", "has not ended after 1 seconds; 64 MiB within 1 seconds")
    refused("/dev/zero", "limit", "write it to a file")
    reading, writing = os.pipe()
    os.write(writing, b"1,2\n")  # and then silence
    refused(f"/dev/fd/{reading}", "limit", "has not ended")
    os.close(reading)
    os.close(writing)


def test_what_gives_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limits, "seconds", 1000)
    refused("/dev/zero", "limit", "gives over 64 MiB; 64 MiB within 1000 seconds are the most")


def promise(kind: str, shape: str) -> bytes:
    """A file of numpy's whose header says that, and 80 bytes."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\x00\x76\x00" + header.ljust(117) + b"\n" + bytes(80)


@pytest.mark.parametrize("name", ["large.csv", "large.npy"])
def test_a_large_file_is_refused_unread(tmp_path: Path, name: str) -> None:
    with open(tmp_path / name, "wb") as file:
        file.truncate(20 << 30)  # a hole: the disk holds nothing
    refused(tmp_path / name, "limit", "has 20480 MiB, and 512 are the most")


HOSTILE = {
    "a huge array": ("a.npy", promise("<f8", "(2000000000000,)"), "limit", "over 20000000 numbers"),
    "too little data": ("a.npy", promise("<f8", "(20000,)"), "usage", "no numbers"),
    "long strings": ("a.npy", promise("<U90000000", "(9,)"), "usage", "its entries are no doubles"),
    "objects": ("a.npy", promise("|O", "(10,)"), "usage", "no numbers"),
    "complex": ("a.npy", promise("<c16", "(5,)"), "usage", "no numbers"),
    "negative": ("a.npy", promise("<f8", "(-1,)"), "usage", "no numbers"),
    "huge and empty": ("a.npy", promise("<f8", "(0, 1" + "0" * 40 + ")"), "usage", "no numbers"),
    "an archive": ("a.npy", b"PK\3\4 an archive", "usage", "no numbers"),
    "an empty array": ("a.npy", b"", "usage", "no numbers"),
    "zeros": ("a.csv", bytes(20 << 20), "limit", "a line of over 16 MiB"),
    "lines": ("a.csv", b"1\n" * 20_000_001, "limit", "over 20000000 numbers"),
    "commas": ("a.csv", (b"," * 10**7 + b"\n") * 2, "limit", "over 20000000 numbers"),
    "not UTF-8": ("a.csv", b"\xff\xfe1\0", "usage", "no numbers"),
    "a bomb": ("a.csv.gz", gzip.compress(b"1\n" * 30_000_000, 1), "limit", "over 20000000 numbers"),
    "cut": ("a.csv.gz", gzip.compress(TEXT)[:-9], "usage", "no numbers"),
    "damaged": ("a.csv.gz", gzip.compress(TEXT)[:12] + b"garbage" * 9, "usage", "no numbers"),
    "not packed": ("a.csv.gz", TEXT, "usage", "Not a gzipped file"),
    "not packed, bz2": ("a.csv.bz2", TEXT, "usage", "Invalid data stream"),
    "not packed, xz": ("a.csv.xz", TEXT, "usage", "no numbers"),
    "empty": ("a.csv", b"", "usage", "no data"),
    "ragged": ("a.csv", b"1,2\n3\n", "usage", "no numbers"),
    "infinite": ("a.csv", b"1,inf\n", "usage", "not finite"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_content(tmp_path: Path, case: str) -> None:
    name, content, kind, said = HOSTILE[case]
    (tmp_path / name).write_bytes(content)
    refused(tmp_path / name, kind, said)


@pytest.mark.parametrize(
    "path, said",
    [("", "No such file"), (".", "Is a directory"), ("/none/such.csv", "No such file"),
     ("http://localhost/x.csv", "No such file")],
)  # fmt: skip
def test_what_is_no_file(path: str, said: str) -> None:
    refused(path, "usage", said)


def test_the_command_line_says_where(tmp_path: Path) -> None:
    """In a process of its own: it ends, in little memory, with the place in the text."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "hodiff",
            "grad",
            "sum(w)*a",
            "--let",
            "a=2",
            "--at",
            "w=@/dev/zero",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "\n  w=@/dev/zero\n    ^^^^^^^^^^\n" in done.stderr
