"""No command takes long."""

import signal

import pytest


@pytest.fixture(autouse=True)
def soon():
    """No command takes long: generous, for a busy machine."""

    def late(*_):
        pytest.fail("over 60 s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
