"""fuzz(holds, *strategies, examples=100): whether what is drawn holds, a hundred times with one
seed (--long; half as often without), or with new ones for as long as --minutes gives each test."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.strategies import SearchStrategy

from tests import lengths


@pytest.fixture
def fuzz(request: pytest.FixtureRequest) -> Callable[..., None]:
    minutes = request.config.getoption("minutes")
    sharing = [x for x in request.session.items if "fuzz" in getattr(x, "fixturenames", ())]

    def run(holds: Callable[..., None], *strategies: SearchStrategy[Any], examples: int) -> None:
        once = settings(
            max_examples=examples if lengths.LONG or minutes else examples // 2,
            deadline=None,
            database=None,
            derandomize=minutes is None,
            suppress_health_check=list(HealthCheck),
        )
        drawn = once(given(*strategies)(holds))
        if minutes is None:
            drawn()
            return
        end = time.monotonic() + 60 * minutes / len(sharing)
        while time.monotonic() < end:
            seed(random.getrandbits(64))(drawn)()

    return run
