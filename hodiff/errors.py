"""What can go wrong, said once: a kind, a message with its mend, and the place in the text."""

from __future__ import annotations

from collections.abc import Iterable
from copyreg import __newobj__  # type: ignore[attr-defined]
from typing import Any

NO_ANSWER = frozenset({"domain", "pole", "kink", "undecided", "different"})
MOST = 360  # characters of a message
WINDOW = 72  # columns of source text shown around a fault


class Span:
    """The place in a source text that a node was written at."""

    __slots__ = ("end", "source", "start", "text")

    def __init__(self, text: str, source: str, start: int, end: int) -> None:
        self.text, self.source, self.start, self.end = text, source, start, end

    @property
    def written(self) -> str:
        return self.text[self.start : self.end]


class HodiffError(Exception):
    """An answer that can't be given.

    kind: usage, syntax, name, domain, pole, kink, undecided or limit; of rows different, too.
    text: the source text that start and end (0-based character offsets) point into.
    source: what that text is: "EXPR", or the option it came from.
    more: other faults of the same text.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        text: str | None = None,
        source: str | None = None,
        start: int | None = None,
        end: int | None = None,
    ) -> None:
        if len(message) > MOST:  # a name may be as long as the text
            message = f"{message[: MOST - 90]} … {message[-80:]}"
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.text = text
        self.source = source
        self.start = start
        self.end = end
        self.more: list[HodiffError] = []

    def __reduce__(self) -> Any:
        """Pickled and copied with all that it says: it comes back from another process."""
        return __newobj__, (type(self), *self.args), vars(self)

    def placed(self, text: str, source: str) -> HodiffError:
        """The error, and those with it, in that text."""
        for fault in (self, *self.more):
            fault.text, fault.source = text, source
        return self

    def retold(self, message: str, kind: str | None = None) -> HodiffError:
        """Another message, and kind, of the same place."""
        found = HodiffError(kind or self.kind, message, text=self.text, source=self.source,
                            start=self.start, end=self.end)  # fmt: skip
        found.more = self.more
        return found

    @property
    def exit_code(self) -> int:
        """1: no answer at that point. 2: the command line, the expression or a limit."""
        return 1 if self.kind in NO_ANSWER else 2

    def report(self) -> str:
        """The message as a person reads it, the place underlined where it is known; each of the
        others that says something else."""
        lines: list[str] = []
        told = set()
        for fault in (self, *self.more):
            if fault.message in told:
                continue
            told.add(fault.message)
            lines.append(f"error: {fault.message}")
            if fault.text is not None and fault.start is not None:
                lines += underlined(fault.text, fault.start, fault.end or fault.start)
        return "\n".join(lines)


def underlined(text: str, start: int, end: int) -> list[str]:
    """The line of text that holds start, cut to a window around it, and carets below the span."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    line = text[first : last if last >= 0 else len(text)]
    at, width = start - first, max(1, min(end, first + len(line)) - start)
    left = max(0, min(at - WINDOW // 2, len(line) - WINDOW)) if len(line) > WINDOW else 0
    shown = line[left : left + WINDOW]
    before, after = ("…" if left else ""), ("…" if left + WINDOW < len(line) else "")
    shown = "".join(c if c.isprintable() else "?" for c in shown)
    carets = "^" * max(1, min(width, len(shown) - (at - left)))
    return [f"  {before}{shown}{after}", " " * (2 + len(before) + at - left) + carets]


def nearest(name: str, names: list[str]) -> str:
    """' (did you mean 'sin'?)' for the closest of names, or nothing."""
    from difflib import get_close_matches  # start-up: for errors alone

    if len(name) > 40:
        return ""
    if name.lower() in names:
        return f" (did you mean '{name.lower()}'?)"
    close = get_close_matches(name, names, 1, 0.6) or get_close_matches(name.lower(), names, 1, 0.6)
    return f" (did you mean '{close[0]}'?)" if close else ""


def unknown(what: str, name: str, names: Iterable[str]) -> str:
    """What is wrong with a name that is none of names, and the mend."""
    known = [*names]
    mend = nearest(name, known) or f": it can be {', '.join(known) or 'none'}"
    return f"unknown {what} '{name}'{mend}"


def no_number(dtype: Any) -> str:
    """What is wrong with data of a numpy dtype that no tensor holds, and the mend."""
    if dtype.kind != "c":
        return f"a tensor holds numbers, not {dtype}"
    return (
        f"a tensor holds real numbers, not {dtype}: compute with the real and the imaginary part"
        " as two tensors (z.real, z.imag)"
    )


def installing(extra: str) -> str:
    """The command that brings what an extra of hodiff needs to the Python that runs, from any
    folder, and where its environment has no pip of its own."""
    import shlex  # start-up: for errors alone
    import sys
    from importlib.metadata import PackageNotFoundError, requires

    try:
        needed = [x.split(";") for x in requires("hodiff") or () if ";" in x]
    except PackageNotFoundError:
        needed = []
    wanted = [what.strip() for what, when in needed if when.split()[-1].strip("'\"") == extra]
    names = " ".join(map(shlex.quote, wanted or [f"hodiff[{extra}]"]))
    return f"pip --python {shlex.quote(sys.executable)} install {names}"
