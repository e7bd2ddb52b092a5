"""A bar on stderr that shows how much of a search is done, where stderr is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

AFTER = 1.0  # seconds: what is done sooner shows none


@contextmanager
def bar(what: str) -> Iterator[Callable[[float, int], None]]:
    """Called with the share that is done and how many were found.

    >>> with bar("roots") as shown:
    ...     shown(0.5, 3)
    """
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda done, found: None
        return
    from rich.console import Console  # start-up: a terminal alone shows it
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    task, begun = progress.add_task(f"0 {what}", total=1.0), monotonic()
    live = False

    def shown(done: float, found: int) -> None:
        nonlocal live
        if not live and monotonic() - begun > AFTER:
            progress.start()
            live = True
        progress.update(task, completed=done, description=f"{found} {what}")

    try:
        yield shown
    finally:
        if live:
            progress.stop()
