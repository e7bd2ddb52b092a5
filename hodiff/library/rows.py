"""What the table of operations has and no file publishes by hand: a row is enough.

A row that the language has a name for, and a reduction that folds, get a plain docstring from the
row itself. Who wants a better one, or an example that tells more, enters a line in entrywise.py or
reductions.py.
"""

from __future__ import annotations

from hodiff.engine.graph import OPERATIONS, Kind, Operation
from hodiff.engine.operations import FUNCTIONS
from hodiff.library.publish import TABLE, documented, public_entrywise
from hodiff.library.reductions import reduction

PYTORCHS = {"binomial"}  # names that mean something else there: torch.binomial draws numbers


def publish_row(row: Operation) -> None:
    """Publish a row under those of its names that are free."""
    if row.kind is Kind.ENTRYWISE:
        names = [name for name in row.names if name not in TABLE and name not in PYTORCHS]
        if names:
            arguments = ", ".join(["0.5"] * (row.arity or 1))
            meaning = row.meaning or f"{names[0]}({FUNCTIONS[names[0]].parameters})"
            doc = documented(
                f"{meaning}, entry by entry; arguments broadcast.",
                f"hodiff.{names[0]}({arguments}).shape => ()",
            )
            public_entrywise(FUNCTIONS[names[0]].build, *names, doc=doc)
    elif row.folds is not None and row.name not in TABLE:
        meaning = row.meaning or f"The entries joined by {row.folds.name}"
        reduction(row.name, row, meaning, "([[1.0, 2.0]], dim=1, keepdim=True).shape => (1, 1)")


for _row in list(OPERATIONS.values()):
    publish_row(_row)
