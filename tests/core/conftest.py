"""What tests of the core share."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from salon.clock import SystemClock
from salon.ids import Ids
from salon.store.store import Store
from salon.testing.databases import begin_up_to_date


@pytest.fixture
async def store(tmp_path: Path, database: str | None) -> AsyncIterator[Store]:
    if database is None:
        begin_up_to_date(tmp_path / "data")
    opened = await Store.open(tmp_path / "data", clock=SystemClock(), ids=Ids(), address=database)
    yield opened
    await opened.close()


@pytest.fixture
def restored_logs() -> Iterator[None]:
    """Leave logging as it was, whatever the test configures."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    logging.getLogger("aiohttp.access").disabled = False
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
