"""What the examples in docstrings know by name, and the options of long tests."""

import gc
from typing import Any

import pytest

import hodiff
from tests import lengths


@pytest.fixture(autouse=True, scope="session")
def names_in_examples(doctest_namespace: dict[str, Any]) -> None:
    doctest_namespace["hodiff"] = hodiff


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--minutes",
        type=float,
        help="let tests/fuzz run with new seeds for so long, all its tests together",
    )
    parser.addoption(
        "--long",
        action="store_true",
        help="draw four times as many examples, and longer texts and chains, as .ci/run does",
    )
    parser.addoption(
        "--engines",
        action="store_true",
        help="start clusters of Dask, Spark and Ray on this machine, which have to be installed",
    )
    parser.addoption(
        "--store",
        action="store_true",
        help="start an object store on this machine, moto[server], which has to be installed",
    )
    parser.addoption(
        "--browser",
        action="store_true",
        help="look at pages in Chromium, driven by playwright; both have to be there",
    )


def pytest_configure(config: pytest.Config) -> None:
    lengths.LONG = config.getoption("long")
    config.addinivalue_line("markers", "engines: starts a cluster; runs with --engines")
    config.addinivalue_line("markers", "store: starts an object store; runs with --store")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("engines") and not item.config.getoption("engines"):
        pytest.skip("starts a cluster: --engines")
    if item.get_closest_marker("store") and not item.config.getoption("store"):
        pytest.skip("starts an object store: --store")


def pytest_collection_finish() -> None:
    """Ten thousand tests are a million objects, which the collector would go through every time."""
    gc.collect()
    gc.freeze()
