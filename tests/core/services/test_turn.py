"""Credentials for the TURN server: what coturn takes, for a while, and nothing that says who."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aioice.stun import TransactionError
from aioice.turn import create_turn_endpoint
from pydantic import SecretStr
from tests.core.services.turn_server import SECRET, running

from salon.config import Turn
from salon.services.turn import Credential, credential
from salon.testing import Person, Server

SERVER = "turn:turn.example.org:3478"
ROOM = "Kitchen table"
with_turn = pytest.mark.settings(
    turn={"servers": [SERVER], "secret": SECRET},
    accounts={"session_absolute_days": 1, "session_idle_days": 1},
)
SETTINGS = Turn(servers=(SERVER,), secret=SecretStr(SECRET))


@pytest.fixture
async def coturn(tmp_path: Path) -> AsyncIterator[int]:
    async with running(tmp_path) as port:
        yield port


async def is_let_through(port: int, given: Credential) -> bool:
    try:
        transport, _ = await create_turn_endpoint(
            asyncio.DatagramProtocol, ("127.0.0.1", port), given.user, given.password
        )
    except TransactionError:
        return False
    transport.close()
    return True


async def test_coturn_lets_through_who_holds_a_credential_until_it_ends(coturn: int) -> None:
    now = datetime.now(UTC)
    good = credential(SETTINGS, "somebody", now + timedelta(minutes=5))
    assert await is_let_through(coturn, good)
    assert not await is_let_through(coturn, credential(SETTINGS, "somebody", now - timedelta(1)))
    longer = f"{int(now.timestamp()) + 9_999_999}:somebody"
    assert not await is_let_through(coturn, Credential(longer, good.password))
    another = Turn(servers=(SERVER,), secret=SecretStr("another secret of theirs"))
    assert not await is_let_through(coturn, credential(another, "x", now + timedelta(minutes=5)))


@with_turn
async def test_pages_get_credentials_with_each_line_and_each_way_in(
    server: Server, alice: Person
) -> None:
    room = alice.room(ROOM)
    prepared = await alice.command("voice.prepare", room=room)
    joined = await alice.command("room.join", room=room)
    for (given,) in (prepared["turn"], joined["turn"]):
        assert given["urls"] == [SERVER, f"{SERVER}?transport=tcp"]
        until, _, name = given["username"].partition(":")
        hours_s = int(until) - datetime.now(UTC).timestamp()
        assert 11 * 3_600 < hours_s <= 12 * 3_600
        assert alice.id not in name
        assert alice.handle not in name
        assert SECRET not in str(given)


@with_turn
async def test_each_member_has_a_name_of_their_own_that_stays(alice: Person, bob: Person) -> None:
    names = []
    for person in (alice, alice, bob):
        prepared = await person.command("voice.prepare", room=person.room(ROOM))
        names.append(prepared["turn"][0]["username"].partition(":")[2])
    assert names[0] == names[1] != names[2]


@pytest.mark.settings(
    turn={"servers": [SERVER], "secret": SECRET, "credential_hours": 168},
    accounts={"session_absolute_days": 1, "session_idle_days": 1},
)
async def test_no_credential_outlives_the_sign_in_it_was_given_to(
    server: Server, alice: Person
) -> None:
    prepared = await alice.command("voice.prepare", room=alice.room(ROOM))
    until = int(prepared["turn"][0]["username"].partition(":")[0])
    (session,) = server.app.sessions.of(int(alice.id))
    assert until == int(session.expires_at.timestamp())


async def test_where_no_turn_server_is_configured_pages_are_told_of_none(alice: Person) -> None:
    assert (await alice.command("room.join", room=alice.room(ROOM)))["turn"] == []
