"""What a search finds in each row of a batch: a list, which becomes rows of the output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from hodiff.calculator.points.rows import Batch, Rows, complete
from hodiff.calculator.points.solver import Refused
from hodiff.calculator.searches import Listed, Record, Searches

LISTED = "listed"  # of the kernel's results: the list
TYPES = {float: pl.Float64, int: pl.Int64, str: pl.String}


class Lists(Rows):
    """As Rows, with a list of structs of the outputs for each row. Where nothing is found, or there
    is no answer, that has one struct, of nulls and the reason: no row is lost."""

    compiled: Searches
    answer = "whole answer"  # some of what there is to find may be there

    @property
    def _outputs(self) -> dict[str, Any]:
        return {LISTED: pl.List(pl.Struct(self._columns))}

    @property
    def _columns(self) -> dict[str, Any]:
        return {name: TYPES[kind] for name, kind in self.compiled.columns.kinds.items()}

    def _results(self, batch: Batch) -> tuple[Any, Any, int]:
        found: list[list[Record] | None] = [None] * len(batch.frame)
        known = complete(batch)
        asked = np.flatnonzero(known)
        answer: Listed | None
        for i, answer in self._asked(batch, asked):
            if answer is None:
                known[i] = False
                continue
            found[i] = answer.records
            if answer.left is not None:
                why = self._refuse(batch.rows[i], Refused(*answer.left))
                known[i], batch.reasons[i] = False, why
        return found, known, len(asked)

    def _series(
        self,
        results: Any,
        known: Any,
        reasons: Mapping[int, Refused],
        given: Sequence[pl.Series],
    ) -> pl.Series:
        empty = (None,) * (len(self.compiled.outputs) - 1)
        flat: list[Record] = []
        whose: list[int] = []
        for i, records in enumerate(results):
            if records is None:
                records = [(*empty, reasons[i].message if i in reasons else None)]
            flat += records
            whose += [i] * len(records)
        columns = pl.DataFrame(flat, self._columns, orient="row").to_struct(LISTED)
        grouped = pl.DataFrame([pl.Series("whose", whose, pl.Int64), columns])
        listed = grouped.group_by("whose", maintain_order=True).agg(LISTED)[LISTED]
        return self._struct([listed, *given], reasons, len(results))
