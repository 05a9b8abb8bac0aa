"""The guard in front of each connection."""

import asyncio

import pytest

from salon.testing import Person


@pytest.mark.settings(limits={"header_deadline_s": 1})
async def test_an_open_socket_is_not_taken_for_headers_that_do_not_come(owner: Person) -> None:
    await owner.command("ping")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.5):
            await owner.expect_close()
    await owner.command("ping")
