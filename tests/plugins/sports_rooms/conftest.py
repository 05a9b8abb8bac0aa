"""What tests of the plugin share: a match that is kept by a host, and presses with their nonce."""

from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

import pytest

from salon.testing import Person

_numbers = count(1)

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def match(owner: Person) -> Mapping[str, Any]:
    """Rivage against Montclar, made by the owner: `room_id` and `slug`."""
    made = await owner.command("sports_rooms.create", home="Rivage", away="Montclar")
    await owner.expect("room.state_changed", room_id=made["room_id"])
    return made


@pytest.fixture
def press(owner: Person, match: Mapping[str, Any]) -> Ask:
    """`await press("start")` works the clock as the owner."""

    async def press(action: str, **fields: Any) -> dict[str, Any]:
        asked = {"room": match["room_id"], "nonce": f"press {next(_numbers)}", "action": action}
        return await owner.command("sports_rooms.clock", **(asked | fields))

    return press


@pytest.fixture
def enter(owner: Person, match: Mapping[str, Any]) -> Ask:
    """`await enter("goal", side="home")` enters a moment as the owner."""

    async def enter(kind: str, **fields: Any) -> dict[str, Any]:
        asked = {"room": match["room_id"], "nonce": f"moment {next(_numbers)}", "kind": kind}
        answer = await owner.command("sports_rooms.moment", **(asked | fields))
        moment: dict[str, Any] = answer["moment"]
        return moment

    return enter
