"""Pieces of a file, each for a task of its own: whole rows, that are read as in the whole file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

PACKED = (b"\x1f\x8b", b"\x28\xb5", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")

BEGINNING = 1 << 16  # bytes


class Piece(NamedTuple):
    """Rows from start to stop, of a text the bytes; of all where stop is None.

    head    the bytes of the header, which stands in front of each piece of a text
    schema  the columns' types, and casts what makes columns of text others, told by the whole file
    """

    path: str | None  # None for the points of --grid
    start: int = 0
    stop: int | None = None
    head: int = 0
    schema: Mapping[str, Any] | None = None
    casts: Sequence[Any] = ()

    def text(self) -> BytesIO:
        """A text's header and rows."""
        assert self.path is not None and self.stop is not None
        with open(self.path, "rb") as file:
            head = file.read(self.head)
            file.seek(self.start)
            return BytesIO(head + file.read(self.stop - self.start))


def beginning(path: str) -> str | bytes:
    """A text's first lines, for Polars reads all of a file to say what the first row is; the path
    where it is packed, or has no end of a line there."""
    with open(path, "rb") as file:
        block = file.read(BEGINNING)
    end = block.rfind(b"\n") + 1
    return path if block[:2] in PACKED or not end else block[:end]


def of_rows(path: str | None, total: int, each: int) -> Iterator[Piece]:
    """Pieces of at most so many rows; one where there are none."""
    for start in range(0, max(total, 1), each):
        yield Piece(path, start, min(start + each, total))


def of_text(path: str, each: int, quotes: bool) -> Iterator[Piece]:
    """Pieces of about so many bytes; with quotes a text with a header, where a quoted field may
    hold ends of lines. One piece of all where it can't be cut: where it is packed, or its quotes
    are no pairs."""
    with open(path, "rb") as file:
        packed = file.read(2) in PACKED
        file.seek(0)
        size = os.fstat(file.fileno()).st_size
        if packed or size <= each:
            yield Piece(path)
            return
        head = _header(file, each) if quotes else 0
        ends = None if head is None else _quoted(file, head, each) if quotes else _lines(file, each)
    if (not head and quotes) or not ends:
        yield Piece(path)
        return
    starts = [head or 0, *ends]
    for start, stop in zip(starts, [*ends, size], strict=True):
        if start < stop:
            yield Piece(path, start, stop, head or 0)


def _header(file: BinaryIO, each: int) -> int | None:
    """Where the header ends."""
    block = file.read(each)
    end = block.find(b"\n")
    while end >= 0 and block.count(b'"', 0, end) % 2:
        end = block.find(b"\n", end + 1)
    return end + 1 if block[:end].strip() else None


def _quoted(file: BinaryIO, head: int, each: int) -> list[int] | None:
    """The last end of a row in each block; None where a quote stays open."""
    file.seek(head)
    ends, place, inside = list[int](), head, False
    while block := file.read(each):
        inside ^= block.count(b'"') % 2 == 1
        end, after = block.rfind(b"\n"), inside
        last = len(block)
        while end >= 0:
            after ^= block.count(b'"', end, last) % 2 == 1
            if not after:
                ends.append(place + end + 1)
                break
            end, last = block.rfind(b"\n", 0, end), end
        place += len(block)
    return None if inside else ends


def _lines(file: BinaryIO, each: int) -> list[int]:
    """The first end of a line behind each multiple."""
    ends, place = list[int](), each
    while file.seek(place) == place and file.readline():
        ends.append(file.tell())
        place = ends[-1] + each
    return ends
