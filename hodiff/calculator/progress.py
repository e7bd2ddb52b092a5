"""A bar on stderr that shows how much is done, where stderr is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

AFTER = 1.0  # seconds: what is done sooner shows none


@contextmanager
def bar(before: str, after: str, left: bool = False) -> Iterator[Callable[..., None]]:
    """Called with completed=, total= and what the texts before and after the bar name; then comes
    the time since it began, or that which is left.

    >>> with bar("{task.fields[found]} roots", "{task.percentage:.0f} %") as shown:
    ...     shown(completed=0.5, total=1.0, found=3)
    """
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda **_: None
        return
    from rich import progress as rich  # start-up: a terminal alone shows it
    from rich.console import Console

    time = rich.TimeRemainingColumn() if left else rich.TimeElapsedColumn()
    columns = (rich.TextColumn(before), rich.BarColumn(), rich.TextColumn(after), time)
    progress = rich.Progress(*columns, console=Console(stderr=True), transient=True)
    task, begun, live = progress.add_task(""), monotonic(), False

    def shown(**fields: Any) -> None:
        nonlocal live
        progress.update(task, **fields)
        if not live and monotonic() - begun > AFTER:
            progress.start()
            live = True

    try:
        yield shown
    finally:
        if live:
            progress.stop()


@contextmanager
def searching(what: str) -> Iterator[Callable[[float, int], None]]:
    """Of a search: called with the share that is done and how many were found."""
    with bar(f"{{task.fields[found]}} {what}", "{task.percentage:>3.0f}%") as shown:
        yield lambda done, found: shown(completed=done, total=1.0, found=found)
