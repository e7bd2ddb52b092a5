"""HodiffError as an exception among others: it can be pickled, copied and raised in a process."""

from __future__ import annotations

import copy
import pickle

import pytest

import hodiff


@pytest.mark.parametrize(
    ("command", "expression", "kind", "others"),
    [("grad", "abs(x - 1)", "kink", 0), ("grad", "1/2x + sin 2x", "syntax", 1)],
)
def test_an_error_is_copied_with_all_that_it_says(
    command: str, expression: str, kind: str, others: int
) -> None:
    with pytest.raises(hodiff.HodiffError) as raised:
        hodiff.calculate(command, expression, at="x=1")
    error = raised.value
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error) and str(again) == str(error)
        assert (again.kind, len(again.more)) == (kind, others)
        assert again.report() == error.report() and again.exit_code == error.exit_code
