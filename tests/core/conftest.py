"""What tests of the core share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from salon.clock import SystemClock
from salon.ids import Ids
from salon.store.store import Store


@pytest.fixture
async def store(tmp_path: Path, database: str | None) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "data", clock=SystemClock(), ids=Ids(), address=database)
    yield opened
    await opened.close()
