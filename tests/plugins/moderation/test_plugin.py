"""The plugin in a real server."""

import pytest
from salon_moderation.plugin import ModerationPlugin

from salon.testing import Person, Refused, Server

pytestmark = pytest.mark.plugin(ModerationPlugin, words=["zut"])


async def test_a_word_is_masked_for_everyone(alice: Person, bob: Person) -> None:
    await alice.post("#general", "oh zut")
    assert (await bob.expect("message.posted"))["text"] == "oh •••"
