"""Many expressions: each line of a file, or of standard input, is one, answered in turn.

A line that is blank or begins with # is none. One that ends with ; has definitions alone and goes
on in the next, as one that ends with a backslash does. Lines are read as they come and none is
kept, so that a stream may have any number of them.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import BinaryIO

from hodiff.cli.faults import Outcome, as_error, failed
from hodiff.cli.options import quoted, usage
from hodiff.engine.limits import Limits
from hodiff.errors import HodiffError
from hodiff.language.checks import MAX_BYTES
from hodiff.language.files import opened, read_once

STDIN = "standard input"


def answered(
    command: str, source: str, form: str, answer: Callable[[str], Outcome]
) -> Iterator[Outcome]:
    """What answer has for each expression of a source, - or @FILE, in a format: json an object a
    line; table with a blank line between; csv the header where it changes; plain a line each, an
    empty one for an error."""
    place = STDIN if source == "-" else quoted(source[1:])[1:-1]
    gc.enable()  # run() leaves it out for one answer; tracebacks make cycles
    asked, separate, header = 0, False, ""
    alone = False  # an error of the first expression, of which nobody knows if it is the only one
    with ExitStack() as stack:
        stack.enter_context(read_once())
        try:
            stream = _stream(source, stack)
            for number, text in _expressions(stream, place):
                asked += 1
                if alone:
                    yield Outcome("")
                    alone = False
                try:
                    if isinstance(text, HodiffError):
                        raise text
                    said, notes, code = answer(text)
                    assert said is not None
                except Exception as fault:
                    wrong = as_error(fault)
                    if not isinstance(text, HodiffError) and (place != STDIN or number > 1):
                        wrong = wrong.retold(f"{place}, line {number}: {wrong.message}")
                    found = failed(wrong, form == "json", command, number)
                    alone = form == "plain" and asked == 1
                    yield found._replace(out="") if form == "plain" and not alone else found
                    continue
                if form == "table" and separate:
                    said = f"\n{said}"
                elif form == "csv":
                    first, _, rest = said.partition("\n")
                    said, header = (rest if first == header else said), first
                separate = True
                if notes and (place != STDIN or number > 1):
                    here = f"note: {place}, line {number}: "
                    notes = "\n".join(here + x.removeprefix("note: ") for x in notes.splitlines())
                yield Outcome(said, notes, code)
            if asked:
                return
            error = usage(f"{place} holds no expression: write one a line", "EXPR")
        except OSError as fault:
            what = f"{place} can't be read" if place == STDIN else f"can't read '{place}'"
            error = usage(f"{what}: {fault.strerror or fault}", "EXPR")
        except HodiffError as fault:  # of the file as such
            error = fault
            error.source = "EXPR"
        yield failed(error, form == "json", command)


def _stream(source: str, stack: ExitStack) -> BinaryIO | None:
    if source == "-":
        return sys.stdin.buffer if sys.stdin else None
    if source == "@":
        raise usage("@ needs the name of a file, as in @exprs.txt", "EXPR")
    return stack.enter_context(opened(source[1:]))


def _expressions(stream: BinaryIO | None, place: str) -> Iterator[tuple[int, str | HodiffError]]:
    """Each expression with the number of its first line; an error for one that can't be read."""
    number, begun, kept = 0, 0, b""
    where = place
    while stream and (line := stream.readline(MAX_BYTES + 2)):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")  # which editors may put in front
        bare = line.strip()
        if not bare or bare.startswith(b"#"):
            _rest(stream, line)
            continue
        if not kept:
            begun = number
            where = place if place == STDIN and begun == 1 else f"{place}, line {begun}"
        text, kept = kept + line.rstrip(b"\r\n"), b""
        if len(text) > MAX_BYTES:
            message = f"{where} is too long: {MAX_BYTES // 1024} KiB are the most"
            yield begun, usage(message, "EXPR", "limit")
            if not _rest(stream, line).endswith(b"\n"):
                return
        elif bare.endswith((b"\\", b";")):
            kept = text.removesuffix(b"\\") + b"\n"
        else:
            yield begun, _decoded(text, where)
    if kept:
        yield begun, _decoded(kept.rstrip(b"\n"), where)


def _rest(stream: BinaryIO, line: bytes) -> bytes:
    """Go on to the end of a long line; what is read last ends with it, unless it is endless."""
    size = len(line)
    while line and not line.endswith(b"\n") and size < Limits.line:
        line = stream.readline(MAX_BYTES)
        size += len(line)
    return line


def _decoded(text: bytes, where: str) -> str | HodiffError:
    try:
        return text.decode()
    except UnicodeDecodeError as fault:
        message = f"{where} is not UTF-8: byte {fault.start} is 0x{text[fault.start]:02x}"
        return usage(message, "EXPR")
