"""A listener, and what has to hold however it is attacked."""

from collections.abc import Iterator
import logging

import pytest

from .attackers import House


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def no_tracebacks(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Check that nothing is printed, and that no more than the two lines of a limit are logged."""
    caplog.set_level(logging.DEBUG)
    yield
    loud = [record for record in caplog.records if record.levelno > logging.DEBUG]
    assert len(loud) <= 2, [record.getMessage() for record in loud]
    assert not any(record.exc_info for record in caplog.records)
    assert "Traceback" not in capfd.readouterr().err
