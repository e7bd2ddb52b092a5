"""Libraries of the extra `plot`, or what to do where they aren't there."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hodiff.calculator.request import usage
from hodiff.errors import installing


def needed(name: str, what: str) -> Any:
    """A module, imported when it is needed; HodiffError, with the mend, where it is missing."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        library = name.partition(".")[0]
        message = f"{what} needs {library}: {installing('plot')}"
        mend = ", or take --format json, csv or plain"
        raise usage(message + mend, "--format" if library == "plotext" else "--out") from None
