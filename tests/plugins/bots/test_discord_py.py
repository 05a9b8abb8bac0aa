"""An unmodified discord.py program, with nothing but its address changed."""

from typing import TYPE_CHECKING

import pytest
from salon_bots.plugin import BotsPlugin

if TYPE_CHECKING:
    from tests.plugins.bots.conftest import Program, Registered

from salon.testing import Person, Server

pytestmark = [pytest.mark.plugin.with_args(BotsPlugin), pytest.mark.slow]


async def test_it_logs_in_and_knows_the_community(program: "Program") -> None:
    assert program.heard[-1] == "ready almanac#0000 Les Voisins 2"


async def test_it_answers_a_member_with_a_reply(
    program: "Program", bot: "Registered", alice: Person
) -> None:
    asked = await alice.post("#general", "!ping")
    reply = await alice.expect("message.posted", author_id=bot.id)
    assert reply["text"] == "pong for @alice"
    assert reply["reply_to_id"] == asked["id"]
