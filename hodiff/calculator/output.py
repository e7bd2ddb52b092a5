"""A file that is whole or isn't there: written beside its place, and renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from hodiff.errors import HodiffError


def unwritable(path: str, why: str | None) -> HodiffError:
    """The error for a place where nothing can be written."""
    folder = os.path.dirname(path)
    mend = ""
    if folder and not os.path.isdir(folder):
        mend = f": make the folder '{folder}' first"
    return HodiffError("usage", f"'{path}' can't be written: {why}{mend}", source="--out")


def removed(file: str) -> str:
    """Why a file that is being written isn't there; empty where its folder is."""
    return "" if os.path.isdir(os.path.dirname(file)) else "its folder was removed meanwhile"


@contextmanager
def whole(path: str) -> Iterator[str]:
    """A path to write to, which becomes the file's own where the block ends well.

    Raises HodiffError where no file can be made beside it.
    """
    folder, name = os.path.split(os.path.abspath(os.path.realpath(path)))
    if os.path.isdir(path):
        raise unwritable(path, "it is a folder")
    if os.path.exists(path) and not os.path.isfile(path):  # /dev/null, a pipe
        yield path
        return
    try:
        # A folder: what Polars still has to write after an interrupt finds no place there.
        beside = tempfile.mkdtemp(prefix=".hodiff-", dir=folder)
    except OSError as error:
        raise unwritable(path, error.strerror) from None
    try:
        file = os.path.join(beside, name)
        yield file
        mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o666 & ~umask()
        try:
            os.chmod(file, mode)
            os.replace(file, os.path.join(folder, name))
        except OSError as error:
            raise unwritable(path, removed(file) or error.strerror) from None
    finally:
        while os.path.exists(beside):
            shutil.rmtree(beside, ignore_errors=True)


def save(path: str, content: bytes) -> None:
    """Write a file. Raises HodiffError where it can't be; the old one is then as it was."""
    try:
        with whole(path) as beside, open(beside, "wb") as file:
            file.write(content)
    except OSError as error:
        raise unwritable(path, error.strerror) from None


def umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now
