"""What a search finds in each row of a batch: a list, which becomes rows of the output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from hodiff.calculator.points.rows import Batch, Rows, complete
from hodiff.calculator.points.solver import Refused

LISTED = "listed"  # of the kernel's results: the list


class Lists(Rows):
    """As Rows, with a list of structs of the outputs for each row. Where nothing is found, or there
    is no answer, that has one struct, of nulls and the reason: no row is lost."""

    @property
    def _outputs(self) -> dict[str, Any]:
        return {LISTED: pl.List(pl.Struct(super()._outputs))}

    def _results(self, batch: Batch) -> tuple[Any, Any, int]:
        found: list[list[Any] | None] = [None] * len(batch.frame)
        known = complete(batch)
        asked = np.flatnonzero(known)
        for i, records in self._asked(batch, asked):
            found[i] = records
        return found, known, len(asked)

    def _series(
        self,
        results: Any,
        known: Any,
        reasons: Mapping[int, Refused],
        given: Sequence[pl.Series],
    ) -> pl.Series:
        empty = (None,) * (len(self.compiled.outputs) - 1)
        flat: list[Any] = []
        whose: list[int] = []
        for i, records in enumerate(results):
            if records is None:
                records = [(*empty, reasons[i].message if i in reasons else None)]
            flat += records
            whose += [i] * len(records)
        columns = pl.DataFrame(flat, super()._outputs, orient="row").to_struct(LISTED)
        grouped = pl.DataFrame([pl.Series("whose", whose, pl.Int64), columns])
        listed = grouped.group_by("whose", maintain_order=True).agg(LISTED)[LISTED]
        return self._struct([listed, *given], reasons, len(results))
