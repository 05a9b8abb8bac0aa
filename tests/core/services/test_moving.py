"""Voices go to another port while people are in rooms."""

import socket
from contextlib import closing
from ipaddress import ip_address

import pytest
from tests.core.services.test_doorstep import standing

from salon.config import Config
from salon.errors import Unavailable
from salon.testing import Person, Server
from salon.testing.server import free_port
from salon.web import doors

TONE_HZ = 440.0


def on_port(config: Config, port: int) -> Config:
    return config.model_copy(update={"media": config.media.model_copy(update={"port": port})})


async def moved(server: Server) -> int:
    """Give voices another port and return it."""
    port = free_port()
    await server.app.reload(on_port(server.app.config, port))
    return port


async def other_device(person: Person) -> Person:
    device = Person(person.url, person.handle, person.password)
    await device.fill("/signin", next="/")
    return await device.open()


async def test_who_is_in_a_room_is_offered_the_new_port_on_that_device_alone(
    server: Server, owner: Person, alice: Person
) -> None:
    joined = await owner.join("Kitchen table")
    other = await other_device(owner)
    port = await moved(server)
    moving = await owner.expect("voice.moving")
    assert (moving["room_id"], moving["peer"]) == (joined["room"]["id"], joined["peer"])
    assert f" {port} typ host" in moving["offer"]
    await alice.command("ping")
    await other.command("ping")
    assert (alice.heard("voice.moving"), other.heard("voice.moving")) == ([], [])
    await other.close()


async def test_a_line_at_the_door_is_asked_too(server: Server, owner: Person) -> None:
    line, peer = await standing(owner)
    await moved(server)
    assert (await owner.expect("voice.moving"))["peer"] == peer
    await line.close()


async def test_who_does_not_know_how_to_move_is_heard_meanwhile_and_joins_again(
    server: Server, owner: Person, alice: Person
) -> None:
    await owner.join("Kitchen table")
    await alice.join("Kitchen table")
    assert owner.voice is not None
    assert alice.voice is not None
    port = await moved(server)
    await alice.command("voice.set", room=alice.voice.room_id, muted=False)
    alice.voice.talk(TONE_HZ)
    assert await owner.voice.hears(TONE_HZ)
    server.clock.advance(seconds=11)
    await owner.expect("participant.changed", account_id=alice.id, connected=False)
    joined = await alice.join("Kitchen table")
    assert f" {port} typ host" in joined["offer"]


async def test_addresses_that_are_announced_from_now_on_are_offered_at_once_and_to_all(
    server: Server, owner: Person, alice: Person
) -> None:
    config = server.app.config
    await owner.join("Kitchen table")
    for address in ("203.0.113.7", "203.0.113.8"):
        media = config.media.model_copy(update={"addresses": (ip_address(address),)})
        await server.app.reload(config.model_copy(update={"media": media}))
        offer = (await alice.join("Kitchen table"))["offer"]
        named = {line.split()[4] for line in offer.splitlines() if "a=candidate" in line}
        assert named == {"127.0.0.1", address}
    assert "203.0.113.8" in (await owner.expect("voice.moving"))["offer"]


async def test_an_address_that_comes_and_goes_is_followed_when_it_was_seen_twice(
    server: Server, owner: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(*addresses: str) -> None:
        monkeypatch.setattr(doors, "own_addresses", lambda: addresses)
        await server.app.doors.follow_addresses(claimed=True)

    async def offered_to(person: Person) -> set[str]:
        offer = (await person.join("Kitchen table"))["offer"]
        return {line.split()[4] for line in offer.splitlines() if "a=candidate" in line}

    await look("127.0.0.2")
    assert "127.0.0.2" not in await offered_to(alice)
    await look("127.0.0.2")
    assert await offered_to(owner) == {"127.0.0.1", "127.0.0.2"}
    await look()
    await look()
    assert await offered_to(alice) == {"127.0.0.1"}


async def test_an_address_that_could_not_be_listened_on_is_tried_again(
    server: Server, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "own_addresses", lambda: ("127.0.0.2",))
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
        other.bind(("127.0.0.2", server.media_port))
        await server.app.doors.follow_addresses(claimed=True)
        with pytest.raises(Unavailable, match="in use"):
            await server.app.doors.follow_addresses(claimed=True)
    await server.app.doors.follow_addresses(claimed=True)
    offer = (await owner.join("Kitchen table"))["offer"]
    assert f"127.0.0.2 {server.media_port} typ host" in offer


async def test_a_port_that_is_taken_changes_nothing(server: Server, owner: Person) -> None:
    await owner.join("Kitchen table")
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="in use"):
            await server.app.reload(on_port(server.app.config, other.getsockname()[1]))
    joined = await owner.join("Kitchen table")
    assert f" {server.media_port} typ host" in joined["offer"]
    assert owner.heard("voice.moving") == []
