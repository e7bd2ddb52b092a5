"""No command line under 200 characters takes over ten seconds, or much memory: it answers, or says
why it doesn't."""

from __future__ import annotations

from typing import Any

from tests.fuzz.children import Children
from tests.fuzz.short import SHORT, shown

SECONDS = 10  # of the processor
MEGABYTES = 4000  # of addresses, the interpreter's and the libraries' among them


def test_a_short_command_line_ends_soon(fuzz: Any) -> None:
    with Children(SECONDS, MEGABYTES) as ran:

        def holds(words: list[str]) -> None:
            ended = ran(words)
            assert ended.code in (0, 1, 2), f"{shown(words)}: {ended}"
            assert "bug in hodiff" not in ended.err, shown(words)

        fuzz(holds, SHORT, examples=40)
