"""What tests of services share."""

import pytest
from tests.core.services.listeners import publish, talking
from tests.core.services.on_stage import LetThrough

from salon.testing import Person, Server


@pytest.fixture
def let_through(server: Server, monkeypatch: pytest.MonkeyPatch) -> LetThrough:
    """What the server's relay lets through, in the order in which it is told."""
    relay = server.app.services.relay
    known = LetThrough(relay)
    for name in ("add_peer", "allow", "remove_peer"):
        monkeypatch.setattr(relay, name, getattr(known, name))
    return known


@pytest.fixture
async def public_room(owner: Person) -> str:
    """A public room in which its owner talks."""
    await publish(owner)
    return await talking(owner)
