"""What tests of services share."""

import pytest
from tests.core.services.on_stage import LetThrough

from salon.testing import Server


@pytest.fixture
def let_through(server: Server, monkeypatch: pytest.MonkeyPatch) -> LetThrough:
    """What the server's relay lets through, in the order in which it is told."""
    relay = server.app.services.relay
    known = LetThrough(relay)
    for name in ("add_peer", "allow", "remove_peer"):
        monkeypatch.setattr(relay, name, getattr(known, name))
    return known
