"""The numbers of a file, in bounded time and memory whatever the file is.

A regular file is refused by its size, before it is read; a pipe or a device is read up to a limit
and a deadline. What numpy then makes of the bytes is bounded by the numbers that they hold: a
header may promise any array, and little may unpack to much.
"""

from __future__ import annotations

import io
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from math import prod
from typing import Any, BinaryIO, TextIO

from hodiff.engine.limits import Limits
from hodiff.errors import HodiffError

MIB = 1 << 20
UNPACKED = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma", ".lzma": "lzma"}
NUMPY = b"\x93NUMPY"


HELD: list[dict[str, Any]] = []  # by path, where many questions share their files


@contextmanager
def read_once() -> Iterator[None]:
    """In this context a file is read when it is first asked for, and its numbers are kept: a pipe
    gives them once."""
    HELD.append({})
    try:
        yield
    finally:
        HELD.pop()


def numbers(path: str) -> Any:
    """What a file holds: see _read."""
    if not HELD:
        return _read(path)
    held = HELD[-1]
    if path not in held:
        held[path] = _read(path)
        held[path].flags.writeable = False
    return held[path]


def _read(path: str) -> Any:
    """The numbers of a file as an array of doubles: numpy's format, else text with commas, a row a
    line, packed by gzip, bzip2 or xz where its name ends so.

    Raises HodiffError: usage for what can't be read or is no number, limit for what is too much.
    """
    import numpy  # start-up: most problems have no files

    try:
        with opened(path) as stream:
            packed = bool(_unpacker(path))
            if path.endswith(".npy") or (not packed and _head(stream) == NUMPY):
                _check_promise(stream, path)
                array = numpy.load(stream, allow_pickle=False)
            else:
                with _text(stream, path) as text, warnings.catch_warnings():
                    warnings.simplefilter("error")  # numpy only warns of an empty file
                    array = numpy.loadtxt(text, delimiter=",")
        array = array.astype(float, casting="same_kind" if array.dtype.kind == "f" else "safe")
    except (HodiffError, MemoryError):
        raise
    except OSError as fault:
        raise HodiffError("usage", f"can't read '{path}': {fault.strerror or fault}") from None
    except Exception as fault:  # of damaged content numpy and what unpacks raise many kinds
        reason = " ".join(str(fault).split())[:120].partition(': "<')[0]  # the stream's own name
        raise HodiffError(
            "usage", f"'{path}' holds no numbers that can be read: {reason}"
        ) from None
    if not numpy.isfinite(array).all():
        raise HodiffError("usage", f"'{path}' holds numbers that are not finite")
    return array


def opened(path: str) -> BinaryIO:
    """A file to read from its beginning: of a regular one the file, else what it gave."""

    def at_once(name: str, flags: int) -> int:
        """Without waiting for who writes to a pipe."""
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))

    # What there is is asked of the opened file: a name may stand for another one later.
    stream = open(path, "rb", opener=at_once)  # noqa: SIM115
    found = os.fstat(stream.fileno())
    if not stat.S_ISREG(found.st_mode):
        with stream:
            return io.BytesIO(_given(stream.fileno(), path))
    if found.st_size > Limits.file:
        stream.close()
        raise HodiffError(
            "limit",
            f"'{path}' has {-(-found.st_size // MIB)} MiB, and {Limits.file // MIB} are the most:"
            " give fewer rows",
        )
    return stream


def _given(descriptor: int, path: str) -> bytes:
    """What a pipe or a device gives, up to its end."""
    from select import select  # start-up: regular files need neither
    from time import monotonic

    parts, size, end = list[bytes](), 0, monotonic() + Limits.seconds
    while size <= Limits.pipe:
        ready, _, _ = select([descriptor], [], [], max(0.0, end - monotonic()))
        if not ready or monotonic() > end:
            raise _too_much(path, f"has not ended after {Limits.seconds} seconds")
        try:
            part = os.read(descriptor, MIB)
        except BlockingIOError:
            continue
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
    raise _too_much(path, f"gives over {Limits.pipe // MIB} MiB")


def _too_much(path: str, what: str) -> HodiffError:
    most = f"{Limits.pipe // MIB} MiB within {Limits.seconds} seconds"
    return HodiffError(
        "limit",
        f"'{path}' is a pipe or a device and {what}; {most} are the most:"
        " write it to a file, and give that",
    )


def _head(stream: BinaryIO) -> bytes:
    head = stream.read(len(NUMPY))
    stream.seek(0)
    return head


def _check_promise(stream: BinaryIO, path: str) -> None:
    """Refuse an array of more numbers, or more bytes, than a file may hold: room for it is made
    before it is read."""
    from numpy.lib import format  # start-up: most problems have no files

    version = format.read_magic(stream)
    read = format.read_array_header_1_0 if version == (1, 0) else format.read_array_header_2_0
    shape, _, kind = read(stream)
    if prod(shape) > Limits.numbers:
        raise _too_many(path)
    if prod(shape) * kind.itemsize > Limits.file:
        raise ValueError(f"its entries are no doubles but {kind}")
    stream.seek(0)


def _too_many(path: str) -> HodiffError:
    message = f"'{path}' holds over {Limits.numbers} numbers, which are the most: give fewer rows"
    return HodiffError("limit", message)


def _unpacker(path: str) -> str | None:
    return UNPACKED.get(os.path.splitext(path)[1])


def _text(stream: BinaryIO, path: str) -> TextIO:
    """A text that holds few enough numbers, unpacked."""
    unpacker = _unpacker(path)
    plain = import_module(unpacker).open(stream) if unpacker else stream
    left, size, line = Limits.numbers, 0, 0
    while part := plain.read(MIB):
        size += len(part)
        left -= part.count(b",") + max(part.count(b"\n"), part.count(b"\r"))
        line = 0 if b"\n" in part else line + len(part)
        if left < 0:
            raise _too_many(path)
        for long, most, what in ((line, Limits.line, "a line"), (size, Limits.file, "text")):
            if long > most:
                message = f"'{path}' holds {what} of over {most // MIB} MiB: give fewer numbers"
                raise HodiffError("limit", message)
    plain.seek(0)
    return io.TextIOWrapper(plain, "utf-8-sig")
