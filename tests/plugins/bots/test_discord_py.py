"""An unmodified discord.py program, with nothing but its address changed."""

import pytest
from tests.plugins.bots.clients import Program, Registered, Wire

from salon.testing import Person, Server
from salon_bots.plugin import BotsPlugin

pytestmark = [pytest.mark.plugin.with_args(BotsPlugin), pytest.mark.slow]


async def test_it_logs_in_and_knows_the_community(program: Program) -> None:
    assert program.heard[-1] == "ready almanac#0000 Les Voisins 2"


async def test_it_answers_a_member_with_a_reply(
    program: Program, bot: Registered, alice: Person
) -> None:
    await program.expect("joined Alice")
    asked = await alice.post("#general", "!ping")
    reply = await alice.expect("message.posted", author_id=bot.id)
    assert reply["text"] == f"pong for <@{alice.id}>"
    assert reply["reply_to_id"] == asked["id"]


async def test_it_changes_reads_and_deletes_what_it_wrote(
    program: Program, bot: Registered, alice: Person
) -> None:
    await alice.post("#general", "!draft")
    posted = await alice.expect("message.posted", author_id=bot.id)
    assert posted["text"] == "first words\n\n**A card**"
    edited = await alice.expect("message.edited", id=posted["id"])
    assert edited["text"] == "better words"
    assert await program.expect("newest") == "newest better words"
    await alice.expect("message.deleted", id=posted["id"])


async def test_it_sees_somebody_write(program: Program, alice: Person) -> None:
    await alice.command("typing.start", channel=alice.channel("#general"))
    assert await program.expect("typing") == "typing Alice in general"


async def test_it_comes_back_after_a_cut_and_hears_once_what_it_missed(
    program: Program, wire: Wire, bot: Registered, alice: Person
) -> None:
    wire.cut()
    await alice.post("#general", "!ping")
    await program.expect("resumed")
    await alice.expect("message.posted", author_id=bot.id)
    await alice.post("#general", "!draft")
    again = await alice.expect("message.posted", author_id=bot.id)
    assert again["text"].startswith("first words")


async def test_its_library_waits_when_it_writes_too_fast(
    program: Program, bot: Registered, alice: Person
) -> None:
    await alice.post("#general", "!many")
    await program.expect("all sent")
    texts = [(await alice.expect("message.posted", author_id=bot.id))["text"] for _ in range(8)]
    assert texts == [f"number {number}" for number in range(8)]


async def test_what_is_not_here_is_an_ordinary_error_and_the_bot_goes_on(
    program: Program, bot: Registered, alice: Person
) -> None:
    await alice.post("#general", "!react")
    assert await program.expect("refused") == "refused 400 40006"
    await alice.post("#general", "!ping")
    await alice.expect("message.posted", author_id=bot.id)


async def test_it_comes_back_after_the_server_was_started_again(
    server: Server, program: Program, bot: Registered, alice: Person
) -> None:
    await alice.close()
    await server.restart()
    await program.expect("ready")
