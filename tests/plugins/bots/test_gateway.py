"""The gateway, asked by a bare client."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
import pytest
from tests.plugins.bots.clients import Line, Registered, Rest

from salon.domain.events import ChannelChanged
from salon.domain.permissions import VIEW, Overwrite
from salon.store import channels as stored
from salon.store.base import CoreTransaction
from salon.testing import Person, PushedClock, Server
from salon_bots.bits import Intents
from salon_bots.plugin import BotsPlugin

pytestmark = pytest.mark.plugin.with_args(BotsPlugin)

Open = Callable[..., Awaitable[Line]]


async def test_a_bot_is_told_the_guild_after_ready(
    open_line: Open, bot: Registered, owner: Person
) -> None:
    line = await open_line()
    ready = await line.identify(bot.token)
    assert ready["user"]["id"] == ready["application"]["id"] == bot.id
    assert len(ready["session_id"]) == 32
    guild = await line.expect("GUILD_CREATE")
    assert [ready["guilds"][0]["id"], guild["unavailable"]] == [guild["id"], False]
    assert {"general", "Kitchen table"} <= {channel["name"] for channel in guild["channels"]}
    assert guild["owner_id"] == owner.id
    assert guild["roles"][-1]["id"] == guild["id"]


async def test_a_bot_is_shown_as_here_while_it_is_connected(
    open_line: Open, bot: Registered, alice: Person
) -> None:
    line = await open_line()
    await line.identify(bot.token)
    while bot.id not in (await alice.expect("presence.changed"))["here"]:
        pass
    await alice.open()
    assert bot.id in alice.welcome["live"]["here"]
    line.hang_up()
    while bot.id not in (await alice.expect("presence.changed"))["gone"]:
        pass


async def test_no_bot_is_shown_as_here_when_the_plugin_has_stopped(
    open_line: Open, bot: Registered, alice: Person, server: Server
) -> None:
    line = await open_line()
    await line.identify(bot.token)
    while bot.id not in (await alice.expect("presence.changed"))["here"]:
        pass
    await server.app.host.stop()
    while bot.id not in (await alice.expect("presence.changed"))["gone"]:
        pass


@pytest.mark.parametrize("query", ["compress=zlib-stream&v=10", "v=9", ""])
async def test_a_message_arrives_whatever_was_asked_of_the_line(
    open_line: Open, bot: Registered, alice: Person, query: str
) -> None:
    line = await open_line(query)
    await line.identify(bot.token)
    posted = await alice.post("#general", "hello @almanac and @nobody")
    told = await line.expect("MESSAGE_CREATE")
    assert told["id"] == posted["id"]
    assert told["content"] == f"hello <@{bot.id}> and @nobody"
    assert [user["id"] for user in told["mentions"]] == [bot.id]
    assert told["member"]["roles"] == []
    assert told["author"]["username"] == "alice"


async def test_a_heartbeat_is_answered_before_and_after_identify(
    open_line: Open, bot: Registered
) -> None:
    line = await open_line()
    await line.send(1, None)
    assert await line.next() == {"op": 11, "d": None, "s": None, "t": None}
    await line.identify(bot.token)
    await line.expect("GUILD_CREATE")
    await line.socket.send_bytes(b'{"op":1,"d":2}')
    assert (await line.next())["op"] == 11


async def test_words_of_others_are_blank_without_the_intent_for_them(
    open_line: Open, bot: Registered, alice: Person
) -> None:
    line = await open_line()
    await line.identify(bot.token, intents=int(Intents.MESSAGES))
    await alice.post("#general", "not for bots")
    unread = await line.expect("MESSAGE_CREATE")
    assert unread["content"] == ""
    await alice.post("#general", "@almanac for you", reply_to=unread["id"])
    told = await line.expect("MESSAGE_CREATE")
    assert told["content"] == f"<@{bot.id}> for you"
    assert told["referenced_message"]["content"] == ""


async def test_nothing_is_told_that_was_not_asked_for(
    open_line: Open, bot: Registered, alice: Person
) -> None:
    line = await open_line()
    await line.identify(bot.token, intents=int(Intents.TYPING))
    await alice.post("#general", "unheard")
    await alice.command("typing.start", channel=alice.channel("#general"))
    while (frame := await line.next())["t"] != "TYPING_START":
        assert frame["t"] == "GUILD_CREATE"
    assert frame["d"]["user_id"] == alice.id


async def test_a_deleted_and_an_edited_message_are_told(
    open_line: Open, bot: Registered, alice: Person
) -> None:
    line = await open_line()
    await line.identify(bot.token)
    posted = await alice.post("#general", "one")
    await alice.command("message.edit", message=posted["id"], text="two")
    edited = await line.expect("MESSAGE_UPDATE")
    assert edited["content"] == "two"
    assert edited["edited_timestamp"].endswith("+00:00")
    await alice.command("message.delete", message=posted["id"])
    assert (await line.expect("MESSAGE_DELETE"))["id"] == posted["id"]


async def test_what_changes_in_the_community_is_told(
    open_line: Open, bot: Registered, owner: Person, server: Server
) -> None:
    line = await open_line()
    await line.identify(bot.token)
    await line.expect("GUILD_CREATE")
    made = await owner.command("channel.create", name="garden")
    assert (await line.expect("CHANNEL_CREATE"))["name"] == "garden"
    await owner.command("channel.edit", channel=made["channel"]["id"], name="orchard")
    assert (await line.expect("CHANNEL_UPDATE"))["name"] == "orchard"
    await owner.command("channel.delete", channel=made["channel"]["id"])
    assert (await line.expect("CHANNEL_DELETE"))["name"] == "orchard"
    carol = await server.member("carol", owner)
    assert (await line.expect("GUILD_MEMBER_ADD"))["user"]["id"] == carol.id
    await carol.command("account.edit", display_name="Carola")
    assert (await line.expect("GUILD_MEMBER_UPDATE"))["user"]["global_name"] == "Carola"


async def test_threads_and_stages_have_their_own_types(
    open_line: Open, bot: Registered, owner: Person, rest: Rest
) -> None:
    general = owner.channel("#general")
    old = (await owner.command("thread.start", channel=general, name="Tea"))["thread"]
    line = await open_line()
    await line.identify(bot.token)
    guild = await line.expect("GUILD_CREATE")
    assert [(t["id"], t["type"], t["parent_id"]) for t in guild["threads"]] == [
        (old["id"], 11, general)
    ]
    new = (await owner.command("thread.start", channel=general, name="Milk"))["thread"]
    told = await line.expect("THREAD_CREATE")
    assert (told["id"], told["newly_created"], told["owner_id"]) == (new["id"], True, owner.id)
    await owner.post(new["id"], "how much?")
    assert (await line.expect("MESSAGE_CREATE"))["channel_id"] == new["id"]
    for archived in (True, False):
        await owner.command("thread.edit", thread=new["id"], archived=archived)
        told = await line.expect("THREAD_UPDATE")
        assert told["thread_metadata"]["archived"] is archived
    status, active = await rest.ask("GET", f"/guilds/{guild['id']}/threads/active")
    assert (status, {t["name"] for t in active["threads"]}) == (200, {"Tea", "Milk"})
    assert (await rest.ask("GET", f"/channels/{old['id']}"))[1]["name"] == "Tea"
    await owner.command("thread.delete", thread=old["id"])
    assert await line.expect("THREAD_DELETE") == {
        "id": old["id"],
        "guild_id": guild["id"],
        "parent_id": general,
        "type": 11,
    }
    await owner.command("room.open", kind="stage", name="Questions")
    assert (await line.expect("CHANNEL_CREATE"))["type"] == 13


async def test_members_are_sent_when_asked_for(
    open_line: Open, bot: Registered, alice: Person, owner: Person
) -> None:
    line = await open_line()
    await line.identify(bot.token)
    guild = await line.expect("GUILD_CREATE")
    await line.send(8, {"guild_id": guild["id"], "query": "", "limit": 0, "nonce": "n"})
    everybody = await line.expect("GUILD_MEMBERS_CHUNK")
    assert {m["user"]["id"] for m in everybody["members"]} == {alice.id, bot.id, owner.id}
    assert [everybody["chunk_count"], everybody["nonce"]] == [1, "n"]
    await line.send(8, {"guild_id": guild["id"], "user_ids": [int(alice.id), "7"]})
    some = await line.expect("GUILD_MEMBERS_CHUNK")
    assert [m["user"]["id"] for m in some["members"]] == [alice.id]
    assert some["not_found"] == ["7"]
    await line.send(8, {"guild_id": guild["id"], "query": "ALI", "limit": 1})
    assert len((await line.expect("GUILD_MEMBERS_CHUNK"))["members"]) == 1


# -- coming back


async def test_a_session_goes_on_with_what_was_missed_and_nothing_twice(
    open_line: Open, bot: Registered, alice: Person
) -> None:
    line = await open_line()
    ready = await line.identify(bot.token)
    await alice.post("#general", "before")
    await line.expect("MESSAGE_CREATE")
    await line.socket.close(code=4000)
    await alice.post("#general", "meanwhile")
    again = await open_line()
    await again.send(6, {"token": bot.token, "session_id": ready["session_id"], "seq": line.seq})
    assert (await again.next())["d"]["content"] == "meanwhile"
    assert (await again.next())["t"] == "RESUMED"
    assert again.seq == line.seq + 2


async def test_a_session_that_is_not_known_has_to_begin_anew(
    open_line: Open, bot: Registered
) -> None:
    line = await open_line()
    await line.send(6, {"token": bot.token, "session_id": "0" * 32, "seq": 1})
    assert await line.next() == {"op": 9, "d": False, "s": None, "t": None}
    await line.identify(bot.token)


@pytest.mark.plugin.with_args(BotsPlugin, replay_events=10)
async def test_a_bot_that_was_away_too_long_has_to_begin_anew(
    open_line: Open, bot: Registered, owner: Person, clock: PushedClock
) -> None:
    first, second = await open_line(), await open_line()
    gone, late = await first.identify(bot.token), await second.identify(bot.token)
    await first.socket.close(code=4000)
    for number in range(11):
        clock.advance(seconds=5)
        await owner.post("#general", f"number {number}")
        await second.expect("MESSAGE_CREATE")
    back = await open_line()
    await back.send(6, {"token": bot.token, "session_id": gone["session_id"], "seq": 2})
    assert (await back.next())["op"] == 9
    await second.socket.close(code=4000)
    await owner.post("#general", "unheard")
    clock.advance(minutes=10)
    later = await open_line()
    await later.identify(bot.token)
    await (await open_line()).identify(bot.token)
    await later.send(1, None)
    other = await open_line()
    await other.send(6, {"token": bot.token, "session_id": late["session_id"], "seq": second.seq})
    assert (await other.next())["op"] == 9


async def test_a_sequence_number_from_the_future_is_refused(
    open_line: Open, bot: Registered
) -> None:
    line = await open_line()
    ready = await line.identify(bot.token)
    other = await open_line()
    await other.send(6, {"token": bot.token, "session_id": ready["session_id"], "seq": 99})
    assert await other.close_code() == 4007


# -- what is refused


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"op":2,"d":{"token":"nobody","intents":1}}', 4004),
        ('{"op":2,"d":7}', 4002),
        ('{"op":6,"d":{"token":null}}', 4004),
        ('{"op":77}', 4001),
        ('{"op":true}', 4002),
        ("[" * 4000, 4002),
        ("x" * 4097, 4002),
        ('{"op":NaN}', 4002),
        ('{"op":8,"d":{}}', 4003),
        ('{"op":3,"d":{}}', 4003),
    ],
)
async def test_a_frame_that_makes_no_sense_closes_with_its_code(
    open_line: Open, owner: Person, frame: str, code: int
) -> None:
    line = await open_line()
    await line.socket.send_str(frame)
    assert await line.close_code() == code


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"intents": "all"}, 4013),
        ({"intents": -1}, 4013),
        ({"intents": 1 << 26}, 4013),
        ({"shard": [2, 2]}, 4010),
        ({"shard": "one"}, 4010),
    ],
)
async def test_a_wish_that_cannot_be_closes_with_its_code(
    open_line: Open, bot: Registered, wish: dict[str, object], code: int
) -> None:
    line = await open_line()
    await line.send(2, {"token": bot.token, "intents": 1} | wish)
    assert await line.close_code() == code


@pytest.mark.parametrize(("query", "code"), [("v=8", 4012), ("v=10&encoding=etf", 4002)])
async def test_another_dialect_is_refused(
    server: Server, owner: Person, query: str, code: int
) -> None:
    async with (
        aiohttp.ClientSession(server.url) as session,
        session.ws_connect(f"/gateway/?{query}") as socket,
    ):
        assert (await socket.receive()).data == code


async def test_a_compression_that_is_not_spoken_is_refused_at_the_door(
    server: Server, owner: Person
) -> None:
    async with (
        aiohttp.ClientSession(server.url) as session,
        session.get("/gateway?compress=zstd-stream") as response,
    ):
        assert response.status == 400


async def test_a_flood_of_frames_ends_the_connection(open_line: Open, bot: Registered) -> None:
    line = await open_line()
    await line.identify(bot.token)
    for _ in range(121):
        await line.send(1, None)
    assert await line.close_code() == 4008


async def test_who_logs_in_too_often_is_told_to_wait(open_line: Open, bot: Registered) -> None:
    for _ in range(5):
        await (await open_line()).identify(bot.token)
    line = await open_line()
    await line.send(2, {"token": bot.token, "intents": 1})
    assert (await line.next())["op"] == 9


@pytest.mark.plugin.with_args(BotsPlugin, sessions_per_bot=2)
async def test_a_bot_has_so_many_connections_and_no_more(open_line: Open, bot: Registered) -> None:
    first = await open_line()
    await first.identify(bot.token)
    for _ in range(2):
        await (await open_line()).identify(bot.token)
    assert await first.close_code() == 4008


@pytest.mark.plugin.with_args(BotsPlugin, outbox_max_bytes=65_536)
async def test_a_bot_that_does_not_read_is_cut_off(
    open_line: Open, bot: Registered, owner: Person, clock: PushedClock
) -> None:
    line = await open_line()
    await line.identify(bot.token)
    await line.expect("GUILD_CREATE")
    line.stop_reading()
    for number in range(2_000):
        clock.advance(seconds=1)
        await owner.post("#general", f"{number} " + "\N{BALLOON}" * 3_900)
        if not (await owner.command("bots.list"))["bots"][0]["is_here"]:
            break
    else:
        pytest.fail("it was never cut off")
    line.hang_up()


# -- who may


async def test_a_channel_that_a_bot_may_not_view_does_not_exist_for_it(
    open_line: Open, bot: Registered, owner: Person, server: Server, rest: Rest
) -> None:
    hidden = await _hide(server, owner, "#introductions")
    await owner.command("category.create", name="Nothing for bots")
    line = await open_line()
    await line.identify(bot.token)
    guild = await line.expect("GUILD_CREATE")
    assert "Nothing for bots" not in {channel["name"] for channel in guild["channels"]}
    assert hidden not in {channel["id"] for channel in guild["channels"]}
    await owner.post("#introductions", "among us")
    await owner.post("#general", "for all")
    assert (await line.expect("MESSAGE_CREATE"))["content"] == "for all"
    assert await rest.ask("GET", f"/channels/{hidden}/messages") == (
        404,
        {"message": "Unknown Channel", "code": 10003},
    )


async def test_what_a_bot_may_no_longer_view_is_not_replayed(
    open_line: Open, bot: Registered, owner: Person, server: Server
) -> None:
    line = await open_line()
    ready = await line.identify(bot.token)
    await line.expect("GUILD_CREATE")
    await line.socket.close(code=4000)
    await owner.post("#introductions", "still open")
    await server.settled()
    await _hide(server, owner, "#introductions")
    back = await open_line()
    await back.send(6, {"token": bot.token, "session_id": ready["session_id"], "seq": line.seq})
    names = [(await back.next())["t"], (await back.next())["t"]]
    assert names == ["RESUMED", "CHANNEL_DELETE"]


async def test_a_bot_without_the_right_cannot_ask_for_the_words_of_others(
    open_line: Open, bot: Registered, owner: Person
) -> None:
    line = await open_line()
    await line.identify(bot.token)
    await owner.command("bots.edit", bot=bot.id, reads_messages=False)
    assert await line.close_code() == 4000
    again = await open_line()
    await again.send(2, {"token": bot.token, "intents": int(Intents.CONTENT)})
    assert await again.close_code() == 4014


async def test_a_new_token_and_a_removal_end_the_connection(
    open_line: Open, bot: Registered, owner: Person
) -> None:
    line = await open_line()
    await line.identify(bot.token)
    made = await owner.command("bots.new_token", bot=bot.id)
    assert await line.close_code() == 4004
    again = await open_line()
    await again.identify(made["token"])
    await owner.command("bots.remove", bot=bot.id)
    assert await again.close_code() == 4004
    assert (await owner.command("bots.list"))["bots"] == []


async def _hide(server: Server, owner: Person, name: str) -> str:
    """Deny everybody to view a channel, for which there is no command yet."""
    directory = server.app.directory
    channel = directory.channels[int(owner.channel(name))]
    everyone = directory.community.everyone_role_id
    overwrite = Overwrite("role", everyone, frozenset(), frozenset({VIEW}))
    hidden = replace(channel, overwrites=(overwrite,))

    def hide(tx: CoreTransaction) -> None:
        stored.save_channel(tx, hidden)
        tx.announce(ChannelChanged(hidden))

    await server.app.store.write(hide)
    return str(channel.id)
