"""What the examples in docstrings know by name."""

from typing import Any

import pytest

import hodiff


@pytest.fixture(autouse=True, scope="session")
def names_in_examples(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace["hodiff"] = hodiff
